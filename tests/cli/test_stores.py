"""The store's commands, on SQLite and on PostgreSQL: what goes in comes out, and gives the same answers."""

import datetime as dt
import itertools
import json
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from ehcp_flow.store import Store
from ehcp_flow.store.schema import REVISION
from tests.cli.running import CHRONOLOGIES, ROOT, environment, invoke, rows_of, run, table_of
from tests.store.tampering import tamper
from tests.waiting import HANG, until

CASES = ROOT / "examples" / "cases.csv"
LATER = "2026-11-20"
# The command line in a process that is killed when it has read 8,000 rows: after some batches, and before the last.
STOPPED = """
import os, signal
from ehcp_flow.cli import main, messages
def call(bar, done, total, calls=[]):
    calls.append(done)
    if len(calls) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
messages.ProgressBar.__call__ = call
main()
"""


def imported(file, url, *args):
    done = invoke("import", file, "--store", url, *args)
    assert done.exit_code == 0, done.output
    return done


def printed(command, source, *args):
    done = invoke(command, source, "--as-of", LATER, "--format", "json", *args)
    assert done.exit_code == 0, done.output
    return sorted(json.dumps(row) for row in rows_of(done.stdout, "json"))


# Into a store


def test_a_file_and_the_store_it_was_imported_into_give_the_same_answers(new_url):
    imported(CASES, new_url)
    for command in ("check", "state", "breaches"):
        assert printed(command, new_url) == printed(command, CASES)
    assert len(printed("check", new_url)) > 20
    explained = [
        json.loads(invoke("explain", source, "--case", "amber", "--as-of", LATER, "--format", "json").stdout)
        for source in (new_url, CASES)
    ]
    assert len({len(one["facts"]) for one in explained}) == 1
    assert len({json.dumps([{**row, "explanation": 0} for row in one["deadlines"]]) for one in explained}) == 1
    measured = [invoke("measures", source, "--year", "2026", "--as-of", LATER) for source in (new_url, CASES)]
    assert measured[0].stdout == measured[1].stdout
    assert len(measured[0].stdout.splitlines()) > 1


def test_what_was_known_at_an_instant_is_what_was_printed_then(new_url, tmp_path):
    lines = CASES.read_text().splitlines(keepends=True)
    (tmp_path / "first.csv").write_text("".join(lines[:25]))
    (tmp_path / "rest.csv").write_text("".join([lines[0], *lines[25:]]))
    imported(tmp_path / "first.csv", new_url)
    then = dt.datetime.now(dt.UTC).isoformat()
    before = [invoke(command, new_url, "--as-of", LATER).stdout for command in ("check", "state", "breaches")]
    imported(tmp_path / "rest.csv", new_url)
    for command, text in zip(("check", "state", "breaches"), before, strict=True):
        assert invoke(command, new_url, "--as-of", LATER).stdout != text
        for axis in ((), ("--known-by", "recorded"), ("--known-by", "stored")):
            assert invoke(command, new_url, "--as-of", LATER, "--known-at", then, *axis).stdout == text


def test_known_by_chooses_between_when_it_was_written_down_and_when_the_store_took_it(tmp_path):
    url = f"sqlite:///{tmp_path}/old.db"
    (tmp_path / "old.csv").write_text(table_of("a request_received 2020-03-02 recorded_at=2020-03-03T10:00:00Z"))
    imported(tmp_path / "old.csv", url)
    args = ("state", url, "--as-of", "2020-03-04", "--known-at", "2020-03-04")
    assert [row["state"] for row in rows_of(invoke(*args).stdout, "csv")] == ["REQUESTED"]
    assert rows_of(invoke(*args, "--known-by", "stored").stdout, "csv") == []


def test_a_second_import_takes_nothing_and_an_interrupted_one_goes_on(new_url, tmp_path):
    assert imported(CASES, new_url).stdout == "48 rows: 48 facts taken, 0 duplicates, 0 refused\n"
    again = imported(CASES, new_url)
    assert "imported before" in again.stderr
    assert again.stdout == "48 rows: 48 facts taken, 0 duplicates, 0 refused, over all runs of this file\n"
    longer = tmp_path / "longer.csv"
    longer.write_text(CASES.read_text() + "new,885,request_received,2026-03-02,parent,,,,,\n")
    assert imported(longer, new_url).stdout == "49 rows: 1 fact taken, 48 duplicates, 0 refused\n"


def test_an_import_that_was_stopped_goes_on_where_it_was(tmp_path):
    url, file = f"sqlite:///{tmp_path}/s.db", tmp_path / "many.csv"
    file.write_text(invoke("synth", "--cases", "1500").stdout)
    stopped = subprocess.run(
        [sys.executable, "-c", STOPPED, "import", str(file), "--store", url], check=False, env=environment()
    )
    assert stopped.returncode == -signal.SIGKILL
    with closing(sqlite3.connect(tmp_path / "s.db")) as connection:
        (there,) = connection.execute("SELECT count(*) FROM ehcp_facts").fetchone()
    assert 0 < there < len(file.read_text().splitlines()) - 1
    done = imported(file, url)
    assert f"went on after {there:,} rows" in done.stderr
    rows, facts, duplicates = (int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", done.stdout)[:3])
    assert rows == facts + duplicates == len(file.read_text().splitlines()) - 1
    with Store.open(url) as store:
        assert store.stats().facts == facts
        assert store.verify().ok


def test_refused_rows_are_told_and_written_with_their_reasons(new_url, tmp_path):
    (tmp_path / "c.csv").write_text(
        table_of("a request_received 2026-03-02")
        + "b,request_received,2026-02-30,,,,,,,\n=b,no_such_event,2026-03-02,,,,,,,\n"
    )
    done = invoke("import", tmp_path / "c.csv", "--store", new_url, "--refused", tmp_path / "refused.csv")
    assert done.exit_code == 1
    assert done.stdout == "3 rows: 1 fact taken, 0 duplicates, 2 refused\n"
    assert "line 3, column on, case b: '2026-02-30'" in done.stderr
    rows = rows_of((tmp_path / "refused.csv").read_text(), "csv")
    assert [(row["row"], row["case_id"], row["on"]) for row in rows] == [
        ("3", "b", "2026-02-30"),
        ("4", "'=b", "2026-03-02"),
    ]
    assert rows[0]["faults"].startswith("on: the calendar has no such day")
    assert rows[1]["faults"].startswith("event: there is no such event")
    assert len(printed("check", new_url)) > 0
    assert invoke("import", tmp_path / "c.csv", "--store", new_url).exit_code == 1


def test_many_refused_rows_are_counted_unless_all_are_asked_for(tmp_path):
    (tmp_path / "c.csv").write_text(table_of() + "b,request_received,never,,,,,,,\n" * 60)
    args = ("import", tmp_path / "c.csv", "--dry-run", "--store", f"sqlite:///{tmp_path}/s.db")
    few, every = invoke(*args), invoke(*args, "--all-errors")
    assert few.stderr.count("refused: ") == 2
    assert "refused: 60 rows in all; see each with --all-errors" in few.stderr
    assert every.stderr.count("refused: ") == 60


def test_unknown_columns_are_named(tmp_path):
    (tmp_path / "c.csv").write_text("case_id,event,on,colour\na,request_received,2026-03-02,blue\n")
    assert "ignored unknown columns: colour" in imported(tmp_path / "c.csv", f"sqlite:///{tmp_path}/s.db").stderr


def test_a_dry_run_says_what_would_become_of_it_and_writes_nothing(folder, store_url):
    new = invoke("import", CASES, "--store", f"sqlite:///{folder}/new.db", "--dry-run")
    assert (new.exit_code, new.stdout) == (0, "48 rows: 48 facts would be taken, 0 duplicates, 0 refused\n")
    assert not (folder / "new.db").exists()
    known = invoke("import", folder / "cases.csv", "--store", store_url, "--dry-run")
    assert known.stdout == "14 rows: 0 facts would be taken, 14 duplicates, 0 refused\n"
    invoke("import", CASES, "--store", store_url, "--dry-run")
    with Store.open(store_url) as store:
        assert store.stats().facts == 16


def test_an_import_says_of_a_cell_that_is_no_particular_that_the_store_does_not_have_it(new_url, tmp_path):
    rows = "case_id,authority,event,on,Placement\na,885,request_received,2024-01-08,{}\n"
    (tmp_path / "c.csv").write_text(rows.format("Special school"))
    told = imported(tmp_path / "c.csv", new_url).stderr
    assert "placement: 1 cell holds what is none, such as 'Special school'; kept as labels without a day" in told
    assert "a label is no fact, and the store has none: write what its name takes, and import the file again" in told
    (tmp_path / "c.csv").write_text(rows.format("special"))
    done = imported(tmp_path / "c.csv", new_url)
    assert done.stdout == "2 rows: 1 fact taken, 1 duplicate, 0 refused\n"
    assert "label" not in done.stderr


def test_standard_input_can_be_imported(new_url):
    done = invoke("import", "-", "--store", new_url, stdin=table_of("a request_received 2026-03-02"))
    assert (done.exit_code, done.stdout) == (0, "1 row: 1 fact taken, 0 duplicates, 0 refused\n")


@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
def test_the_outcome_of_an_import_can_be_read_by_a_program(tmp_path, form):
    done = invoke("import", CASES, "--store", f"sqlite:///{tmp_path}/s.db", "--format", form)
    (row,) = rows_of(done.stdout, form)
    assert [str(row[name]) for name in ("rows", "taken", "duplicates", "refused", "resumed_at")] == [
        "48", "48", "0", "0", "0",
    ]  # fmt: skip


def test_who_records_is_kept_and_a_file_that_says_so_itself_goes_before(tmp_path):
    url = f"sqlite:///{tmp_path}/s.db"
    (tmp_path / "c.csv").write_text(
        "case_id,event,on,recorded_by\na,request_received,2026-03-02,\nb,request_received,2026-03-02,a.jones\n"
    )
    imported(tmp_path / "c.csv", url, "--recorded-by", "j.smith")
    with Store.open(url) as store:
        assert [fact.recorded_by for fact in store.facts()] == ["j.smith", "a.jones"]


# Out of a store


def test_an_export_gives_back_the_file(new_url, tmp_path):
    written, back = tmp_path / "written.csv", tmp_path / "back.csv"
    imported(CASES, new_url)
    assert invoke("export", "--store", new_url, "--output", written, "--as-imported").exit_code == 0
    other = f"sqlite:///{tmp_path}/other.db"
    imported(written, other)
    assert invoke("export", "--store", other, "--output", back, "--as-imported").exit_code == 0
    assert back.read_bytes() == written.read_bytes()
    said = [{name: value for name, value in row.items() if value} for row in rows_of(written.read_text(), "csv")]
    assert said == [{name: value for name, value in row.items() if value} for row in rows_of(CASES.read_text(), "csv")]


def test_an_export_keeps_who_recorded_what_when(store_url, tmp_path):
    lines = [
        json.loads(line) for line in invoke("export", "--store", store_url, "--format", "jsonl").stdout.splitlines()
    ]
    assert {line["recorded_by"] for line in lines if line["case_id"] != "told"} == {"j.smith"}
    assert all(line["recorded_at"].endswith("Z") for line in lines)
    out = tmp_path / "facts.jsonl"
    done = invoke("export", "--store", store_url, "--output", out)
    assert "16 facts as jsonl" in done.stderr
    assert [json.loads(line) for line in out.read_text().splitlines()] == lines


def test_an_export_can_be_of_a_past_day(store_url):
    assert rows_of(invoke("export", "--store", store_url, "--known-at", "2020-01-01").stdout, "csv") == []
    everything = rows_of(invoke("export", "--store", store_url, "--known-at", "2099-01-01").stdout, "csv")
    assert len(everything) == 16
    done = invoke("export", "--store", store_url, "--known-by", "stored")
    assert (done.exit_code, "--known-at" in done.stderr) == (2, True)


def test_following_gives_each_fact_once_from_a_position(store_url, tmp_path):
    every = [json.loads(line) for line in invoke("follow", "--store", store_url, "--once").stdout.splitlines()]
    assert [line["position"] for line in every] == list(range(1, 17))
    assert every[-1]["fact"]["event"] == "request_withdrawn"
    assert (every[-1]["case_id"], every[-1]["version"]) == ("told", 2)
    rest = invoke("follow", "--store", store_url, "--once", "--after", 14).stdout.splitlines()
    assert [json.loads(line) for line in rest] == every[14:]
    mark = tmp_path / "position"
    assert len(invoke("follow", "--store", store_url, "--once", "--bookmark", mark).stdout.splitlines()) == 16
    assert mark.read_text() == "16\n"
    assert invoke("follow", "--store", store_url, "--once", "--bookmark", mark).stdout == ""


def test_following_waits_for_more_and_keeps_its_position(store_url, folder, tmp_path):
    mark = tmp_path / "position"
    process = subprocess.Popen(
        [sys.executable, "-m", "ehcp_flow", "follow", "--store", store_url, "--every", "0.05", "--bookmark", str(mark)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    assert process.stdout is not None
    assert len([*itertools.islice(process.stdout, 16)]) == 16
    done = invoke("import", "-", "--store", store_url, stdin=table_of("later request_received 2026-04-02"))
    if done.exit_code:
        process.kill()  # there is nothing to wait for
    assert done.exit_code == 0, done.output
    assert json.loads(process.stdout.readline())["case_id"] == "later"
    until(lambda: mark.exists() and mark.read_text() == "17\n")
    process.send_signal(2)
    _, said = process.communicate(timeout=HANG)
    assert (process.returncode, said) == (130, "")
    assert mark.read_text() == "17\n"


def test_what_was_written_down_late_is_listed(store_url):
    rows = rows_of(invoke("late", "--store", store_url, "--days", "5", "--format", "json").stdout, "json")
    assert {row["case_id"] for row in rows} >= {"jsc-cambridgeshire", "w-hertfordshire"}
    assert all("late" in row["kinds"] and row["days"] > 5 for row in rows)
    one = rows_of(invoke("late", "--store", store_url, "--case", "w-hertfordshire").stdout, "csv")
    assert {row["case_id"] for row in one} == {"w-hertfordshire"}
    assert rows_of(invoke("late", "--store", store_url, "--since", "2099-01-01").stdout, "csv") == []
    table = invoke("late", "--store", store_url, "--format", "table")
    assert "days after" in table.stdout
    assert max(map(len, table.stdout.splitlines())) <= 100


def test_a_person_gets_everything_and_a_text_is_gone_after_it_is_redacted(store_url, folder):
    args = ("redact", "--store", store_url, "--case", "told", "--version", 2, "--why", "names a sibling", "--by", "j")
    undone = invoke(*args)
    assert (undone.exit_code, "--yes" in undone.stderr) == (2, True)
    held = json.loads(invoke("person", "--store", store_url, "--case", "told").stdout)
    assert [fact["version"] for fact in held["facts"]] == [1, 2]
    assert held["facts"][1]["fact"]["reason"] == "his sister Jane fell ill"
    assert invoke(*args, "--yes").exit_code == 0
    held = json.loads(invoke("person", "--store", store_url, "--case", "told").stdout)
    assert held["facts"][1]["fact"]["reason"] == "[redacted]"
    assert (held["facts"][1]["redaction"]["by"], held["facts"][1]["redaction"]["why"]) == ("j", "names a sibling")
    assert invoke("db", "verify", "--store", store_url).exit_code == 0
    assert b"Jane" not in (folder / "cases.db").read_bytes()
    again = invoke(*args, "--yes")
    assert (again.exit_code, "redacted before" in again.stderr) == (2, True)


# Looking after it


def test_a_store_is_made_checked_upgraded_and_measured(new_url):
    missing = invoke("db", "check", "--store", new_url)
    assert (missing.exit_code, "db upgrade" in missing.stdout) == (1, True)
    assert invoke("db", "upgrade", "--store", new_url).stdout == f"A new store, schema {REVISION}\n"
    assert invoke("db", "upgrade", "--store", new_url).stdout.startswith("Nothing to do")
    (row,) = rows_of(invoke("db", "check", "--store", new_url, "--format", "json").stdout, "json")
    assert row == {"found": REVISION, "wanted": REVISION, "ok": True, "apart": []}
    imported(CASES, new_url)
    (stats,) = rows_of(invoke("db", "stats", "--store", new_url, "--format", "json").stdout, "json")
    assert (stats["cases"], stats["facts"], stats["authorities"]) == (5, 48, {"885": 5})
    text = invoke("db", "stats", "--store", new_url).stdout
    assert re.search(r"^facts +48$", text, flags=re.MULTILINE)
    assert re.search(r"^authority 885 +5 cases$", text, flags=re.MULTILINE)


def test_an_older_store_is_upgraded(tmp_path):
    from ehcp_flow.store import schema
    from ehcp_flow.store.database import Database
    from ehcp_flow.store.engines import own_engine
    from ehcp_flow.store.table_names import Names

    url = f"sqlite:///{tmp_path}/old.db"
    database = Database(own_engine(url), owned=True)
    with database.sqlalchemy() as connection:
        schema.upgrade(connection, Names("ehcp_", None), to="1")
    database.close()
    old = invoke("db", "check", "--store", url)
    assert (old.exit_code, f"Schema 1, and {REVISION} is needed" in old.stdout) == (1, True)
    refused = invoke("check", url)
    assert (refused.exit_code, "db upgrade" in refused.stderr) == (5, True)
    assert invoke("db", "upgrade", "--store", url).stdout == f"Upgraded from schema 1 to {REVISION}\n"
    assert invoke("check", url).exit_code == 0


def test_verify_finds_what_was_edited(store_url, folder):
    heads = folder / "heads.jsonl"
    good = invoke("db", "verify", "--store", store_url, "--write-anchor", heads)
    assert (good.exit_code, good.stdout) == (0, "7 cases, 16 facts: nothing is wrong\n")
    assert len(heads.read_text().splitlines()) == 8
    same = invoke("db", "verify", "--store", store_url, "--anchor", heads)
    assert (same.exit_code, same.stdout.splitlines()[1:]) == (0, ["7 heads compared with the anchor: 7 as they were"])
    mine = invoke("db", "verify", "--store", store_url, "--anchor", heads, "--authority", "873")
    assert mine.exit_code == 0
    assert mine.stdout.splitlines()[1:] == [
        "1 head of authority 873 compared with the anchor: 1 as they were; 6 heads of others in it were left out"
    ]
    tamper(store_url, "UPDATE ehcp_facts SET body = replace(body, '2026-03-02', '2026-03-03') WHERE case_id = 'told'")
    bad = invoke("db", "verify", "--store", store_url, "--write-anchor", folder / "new.jsonl")
    assert bad.exit_code == 1
    assert "case told" in bad.stdout
    assert "wrong" in bad.stdout
    assert not (folder / "new.jsonl").exists()
    rows = rows_of(invoke("db", "verify", "--store", store_url, "--format", "csv").stdout, "csv")
    assert {row["case_id"] for row in rows} == {"told"}
    tamper(
        store_url,
        "DELETE FROM ehcp_facts WHERE case_id = 'told'",
        "DELETE FROM ehcp_texts WHERE case_id = 'told'",
        "DELETE FROM ehcp_heads WHERE case_id = 'told'",
    )
    lost = invoke("db", "verify", "--store", store_url, "--anchor", heads, "--format", "json")
    assert lost.exit_code == 1
    assert [(row["code"], row["case_id"]) for row in rows_of(lost.stdout, "json")] == [
        ("anchor_lost", "told"),
        ("positions", ""),
    ]
    assert "7 heads compared with the anchor: 6 as they were, 1 lost" in lost.stderr


def test_an_anchor_that_is_none_is_an_error(store_url, folder):
    (folder / "empty.jsonl").write_text("")
    invoke("db", "verify", "--store", store_url, "--write-anchor", folder / "foreign.jsonl")
    foreign = (folder / "foreign.jsonl").read_text().replace('"case_id": "', '"case_id": "other-').splitlines()[:-1]
    older = [{name: head[name] for name in list(head)[:5]} for head in map(json.loads, foreign)]
    (folder / "foreign.jsonl").write_text("".join(f"{json.dumps(head)}\n" for head in older))
    for name, code, why in (
        ("empty.jsonl", 4, "it holds no heads"), ("cases.csv", 4, "line 1 is no head that a store wrote"),
        ("foreign.jsonl", 4, "none of its heads is of a case of this store"),
        ("none.jsonl", 2, "there is no such file"),
    ):  # fmt: skip
        refused = invoke("db", "verify", "--store", store_url, "--anchor", folder / name)
        assert (refused.stdout, refused.exit_code, why in refused.stderr) == ("", code, True), refused.stderr


# One authority


def test_a_scope_keeps_other_authorities_out(store_url, folder, tmp_path):
    ours = {row["case_id"] for row in rows_of(invoke("check", store_url, "--authority", "873").stdout, "csv")}
    assert ours == {"jsc-cambridgeshire"}
    theirs = rows_of(invoke("check", folder / "cases.csv", "--authority", "873").stdout, "csv")
    assert {row["case_id"] for row in theirs} == ours
    assert "told" not in invoke("export", "--store", store_url, "--authority", "873").stdout
    for command in (("person",), ("explain", store_url)):
        args = ("--store", store_url) if command == ("person",) else ()
        done = invoke(*command, *args, "--case", "told", "--authority", "873")
        assert (done.exit_code, done.stdout) == (2, "")
    (tmp_path / "c.csv").write_text(table_of("a request_received 2026-03-02 authority=885"))
    done = invoke("import", tmp_path / "c.csv", "--store", f"sqlite:///{tmp_path}/s.db", "--authority", "873")
    assert done.exit_code == 1
    assert "0 facts taken, 0 duplicates, 1 refused" in done.stdout


# What cannot be


@pytest.mark.parametrize(
    "args",
    [
        ("import", "none.csv", "--store", "{url}"),
        ("import", "{csv}", "--store", "mysql://host/db"),
        ("import", "{csv}", "--store", "{url}", "--authority", "88"),
        ("export", "--store", "sqlite:///none.db"),
        ("export", "--store", "{url}", "--known-at", "never"),
        ("export", "--store", "{url}", "--output", "no/such/folder/x.csv"),
        ("follow", "--store", "sqlite:///none.db", "--once"),
        ("follow", "--store", "{url}", "--once", "--after", "1", "--bookmark", "x"),
        ("late", "--store", "{url}", "--since", "never"),
        ("person", "--store", "{url}", "--case", "nobody"),
        ("redact", "--store", "{url}", "--case", "told", "--version", "1", "--why", "x", "--by", "j", "--yes"),
        ("redact", "--store", "{url}", "--case", "told", "--version", "9", "--why", "x", "--by", "j", "--yes"),
        ("db", "upgrade", "--store", "sqlite:///no/such/folder/s.db"),
        ("db", "verify", "--store", "sqlite:///none.db"),
        ("db", "stats", "--store", "nonsense"),
        ("db", "upgrade"),
        ("check", "sqlite:///none.db"),
        ("check", "{url}", "--known-by", "stored"),
        ("check", "{csv}", "--known-at", "2026-01-01", "--known-by", "stored"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(args, store_url, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EHCP_FLOW_STORE", raising=False)
    done = invoke(*(arg.format(url=store_url, csv=CHRONOLOGIES) for arg in args))
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.glob("*.db"))


def test_an_anchor_that_is_none_is_an_input_that_is_not_what_it_should_be(store_url):
    done = invoke("db", "verify", "--store", store_url, "--anchor", CHRONOLOGIES)
    assert (done.exit_code, len(done.stderr.splitlines())) == (4, 1)
    assert invoke("db", "verify", "--store", store_url, "--anchor", "none.jsonl").exit_code == 2


def test_the_store_can_be_named_by_the_environment(store_url):
    assert run("db", "stats", EHCP_FLOW_STORE=store_url).returncode == 0
