"""Another procedure by data alone: the made-up rulebook of the examples at every door, and the contract on it."""

import datetime as dt
import json
import shutil
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

import ehcp_flow.law
from ehcp_flow import Case, deadlines_of, latest_meeting_for, make_fact, read_cases
from ehcp_flow.bulk import deadlines_frame, measure, states_frame
from ehcp_flow.errors import EnglandOnly, MoveRefused, UnknownNameError
from ehcp_flow.law import england, load_rulebook
from ehcp_flow.measures import answered, registers, table_rows
from ehcp_flow.measures.retention import retention
from ehcp_flow.states import allowed, record, state
from ehcp_flow.store import Store
from ehcp_flow.testing.rulebook_contract import RulebookContract
from ehcp_flow.vocabulary import forget_declared
from tests.cli.running import invoke

FOLDER = Path(__file__).parents[2] / "examples" / "rulebook_made_up"
FILE = FOLDER / "complaints.csv"
ON = ("--as-of", "2026-05-11", "--rulebook", FOLDER)
TABLE = ("--on", "2026-05-11", "--format", "table", *ON)


class TestMadeUp(RulebookContract):
    @pytest.fixture
    def rulebook(self):
        return load_rulebook(FOLDER)


class TestEngland(RulebookContract):
    @pytest.fixture
    def rulebook(self):
        return england()


def run(*args):
    """Run a command as if in a process of its own, in which nothing was declared before."""
    forget_declared()
    return invoke(*args)


def complaint(*told):
    return Case("C-9", tuple(make_fact(event, case_id="C-9", on=on, **more) for event, on, more in told))


def test_it_is_short_and_has_three_states_two_limits_and_an_event_of_its_own():
    lines = [line for file in FOLDER.rglob("*.toml") for line in file.read_text().splitlines()]
    assert len(lines) < 80
    book = load_rulebook(FOLDER)
    assert list(book.limits) == ["answer", "panel"]
    assert [row.id for row in book.regions["pathway"].states] == ["NO_CASE", "OPEN", "DECIDED"]
    assert list(book.events) == ["panel_met"]


def test_one_case_is_judged_by_it():
    book = load_rulebook(FOLDER)
    case = complaint(("appeal_registered", "2026-03-02", {}))
    found = {each.limit: each for each in deadlines_of(case, "2026-04-28", rulebook=book)}
    # Ten working days, and eight weeks, after Monday 2 March 2026.
    assert {limit: each.due_on for limit, each in found.items()} == {
        "answer": dt.date(2026, 3, 16), "panel": dt.date(2026, 4, 27),
    }  # fmt: skip
    assert (found["panel"].status, found["panel"].days_over, found["panel"].breach) == ("overdue", 1, True)
    met = record(case, make_fact("panel_met", case_id="C-9", on="2026-04-27", outcome="upheld"), rulebook=book)
    assert state(met, "2026-04-28", rulebook=book).pathway == "DECIDED"
    assert {each.limit: each.status for each in deadlines_of(met, "2026-04-28", rulebook=book)}["panel"] == "met"
    assert {each.event for each in allowed(met, "2026-04-28", rulebook=book) if each} == {"appeal_registered"}
    with pytest.raises(MoveRefused, match="no complaint is open"):
        record(met, make_fact("panel_met", case_id="C-9", on="2026-05-04", outcome="upheld"), rulebook=book)


def test_columns_are_judged_by_it():
    book = load_rulebook(FOLDER)
    frame = deadlines_frame(FILE, "2026-05-11", rulebook=book)
    assert frame.select("case_id", "limit", "status").rows() == [
        ("C-1", "answer", "met"), ("C-1", "panel", "met"), ("C-2", "answer", "overdue"), ("C-2", "panel", "overdue"),
        ("C-4", "answer", "open"), ("C-4", "panel", "open"),
    ]  # fmt: skip
    states = states_frame(FILE, "2026-05-11", rulebook=book)["state"].to_list()
    assert states == ["DECIDED", "OPEN", "DECIDED", "OPEN"]


def test_a_store_keeps_its_facts_and_tells_who_does_not_know_them(tmp_path):
    url = f"sqlite:///{tmp_path / 'complaints.db'}"
    taken = run("import", FILE, "--store", url, "--rulebook", FOLDER)
    assert (taken.exit_code, taken.stdout) == (0, "6 rows: 6 facts taken, 0 duplicates, 0 refused\n")
    by_file, by_store = (run("check", source, *ON) for source in (FILE, url))
    assert (by_store.exit_code, by_store.stdout) == (0, by_file.stdout)
    assert run("export", "--store", url, "--as-imported", "--rulebook", FOLDER).stdout.count("panel_met") == 2
    assert run("db", "verify", "--store", url, "--rulebook", FOLDER).exit_code == 0
    unknown = run("check", url, "--as-of", "2026-05-11")
    assert unknown.exit_code == 2
    assert "there is no event called 'panel_met' here; load the rulebook first that declares it" in unknown.stderr
    verified = run("db", "verify", "--store", url)
    assert verified.exit_code == 0
    assert "no event called panel_met here" in verified.stdout
    assert "--rulebook DIR" in verified.stdout
    load_rulebook(FOLDER)
    with Store.open(url) as store:
        assert store.verify().unknown == ()
        assert [fact.event for fact in store.case("C-3").case.facts] == ["panel_met"]


def test_a_file_that_was_refused_for_want_of_its_rulebook_is_imported_with_it(tmp_path):
    to = ("--store", f"sqlite:///{tmp_path / 'complaints.db'}")
    assert "4 facts taken, 0 duplicates, 2 refused" in run("import", FILE, *to).stdout
    with_it = run("import", FILE, *to, "--rulebook", FOLDER)
    assert with_it.stdout == "6 rows: 2 facts taken, 4 duplicates, 0 refused\n"
    assert "imported before" in run("import", FILE, *to, "--rulebook", FOLDER).stderr


def test_one_fact_is_recorded_by_its_moves(tmp_path):
    to = ("--store", f"sqlite:///{tmp_path / 'complaints.db'}", "--rulebook", FOLDER, "--format", "json")
    run("import", FILE, *to)
    refused = run("record", "C-3", "panel_met", "2026-05-04", "--outcome", "upheld", *to)
    assert refused.exit_code == 1
    assert "no complaint is open" in refused.stderr
    taken = run("record", "C-2", "panel_met", "2026-05-04", "--outcome", "upheld", *to)
    assert json.loads(taken.stdout)[0]["state"] == "DECIDED"
    assert "Let a panel decide" in run("desk", FILE, "--format", "csv", *ON).stdout


def test_commands_answer_by_it():
    assert (
        json.loads(run("state", FILE, "--case", "C-2", "--moves", "none", "--format", "json", *ON).stdout)[0]["state"]
        == "OPEN"
    )
    assert "Journey Rules (made up), rule 4(2)" in run("explain", FILE, "--case", "C-2", *ON).stdout
    assert (
        run("due", "--event", "appeal_registered", "--on", "2026-03-02", "--format", "csv", *ON).stdout.count("\n") == 3
    )
    assert "OPEN --> DECIDED: panel_met" in run("state", "--diagram", "--rulebook", FOLDER).stdout
    assert "REQUESTED" not in run("state", "--diagram", "--rulebook", FOLDER).stdout
    told = run("facts", "panel_met", "--format", "json", "--rulebook", FOLDER)
    assert json.loads(told.stdout)[0]["outcomes"] == ["upheld", "turned_down"]
    assert run("facts", "panel_met").exit_code == 2
    refused = run("check", FILE, "--as-of", "2026-05-11")
    assert refused.exit_code == 1
    assert "panel_met" in refused.stderr
    assert "an event of a rulebook of your own is known with --rulebook DIR" in refused.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("record", "C-1", "panel_met", "2026-04-20", "--outcome", "upheld", "--store", "sqlite:///none.db"),
        ("facts", "panel_met"), ("notices", "panel_met"), ("due", "--event", "panel_met", "--on", "2026-03-02"),
        ("what-if", FILE, "--case", "C-2", "--event", "panel_met", "--on", "2026-05-18", "--as-of", "2026-05-11"),
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_every_command_that_takes_an_event_says_how_one_of_another_rulebook_is_known(words):
    said = "an event of a rulebook of your own is known with --rulebook DIR"
    assert said in invoke(*words).stderr
    misspelt = ["apeal_registered" if word == "panel_met" else word for word in words]
    assert said not in invoke(*misspelt).stderr
    of_neither = ["panel" if word == "panel_met" else word for word in words]
    assert said not in invoke(*of_neither, "--rulebook", FOLDER).stderr


@pytest.mark.parametrize(
    "words",
    [
        ("rules", "panel"), ("check", FILE, "--limit", "panel"), ("schedule", "--by", "2026-05-11", "--limit", "panel"),
        ("scorecard", FILE, "--plan", "PLAN"),
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_a_limit_of_another_rulebook_is_told_how_it_is_known(words, tmp_path):
    said = "a limit of a rulebook of your own is known with --rulebook DIR"
    plan = tmp_path / "plan.toml"
    given = [str(plan) if word == "PLAN" else word for word in words]
    for name, is_said in (("panel", True), ("draft_representation", False)):
        plan.write_text(
            f'title = "T"\n[[measure]]\nid = "m"\ntitle = "M"\nfigure = {{limit = "{name}", share = "in_time"}}'
        )
        told = run(*[name if word == "panel" else word for word in given])
        assert told.exit_code != 0
        assert (said in told.stderr) == is_said
    plan.write_text(plan.read_text().replace("draft_representation", "pannel"))
    assert said not in run(*["pannel" if word == "panel" else word for word in given], "--rulebook", FOLDER).stderr


def test_a_convert_file_of_another_rulebooks_events_is_told_how_they_are_known(tmp_path):
    sheet, columns = tmp_path / "sheet.csv", tmp_path / "columns.toml"
    sheet.write_text("Ref,Met\nC-1,27/04/2026\n")
    columns.write_text('case_id = "Ref"\ndates = "day first"\n[[fact]]\nevent = "panel_met"\non = "Met"\n')
    said = "an event of a rulebook of your own is known with --rulebook DIR"
    assert said in run("convert", sheet, "--columns", columns).stderr
    columns.write_text(columns.read_text().replace("panel_met", "plan_refusd"))
    assert said not in run("convert", sheet, "--columns", columns).stderr
    columns.write_text(columns.read_text().replace("plan_refusd", "pannel_met"))
    assert said not in run("convert", sheet, "--columns", columns, "--rulebook", FOLDER).stderr


@pytest.mark.parametrize(
    ("words", "of", "in_england"),
    [
        (("check", "FILE"), "deadlines", "EHC deadlines"), (("desk", "FILE"), "desk", "EHC: desk"),
        (("registers", "FILE", "due"), "due", "EHC: due"), (("report", "FILE"), "deadlines", "EHC deadlines"),
        (("due", "--event", "appeal_registered", "--on", "2026-03-02"), "deadlines", "EHC deadlines"),
    ],
    ids=["check", "desk", "registers", "report", "due"],
)  # fmt: skip
def test_a_calendar_has_the_name_of_its_rulebook(tmp_path, words, of, in_england):
    story = tmp_path / "england.csv"
    story.write_text("case_id,event,on\nC-1,request_received,2026-03-02\n")
    for file, law, name in (
        (FILE, ("--rulebook", FOLDER), f"A made-up procedure: complaints about a journey to school: {of}"),
        (story, (), in_england),
    ):
        ics = tmp_path / f"{file.stem}.ics"
        where = ("--ics", ics) if words[0] == "report" else ("--format", "ics")
        asked = [file if word == "FILE" else word for word in words]
        told = run(*asked, *where, "--as-of", "2026-05-11", *law).stdout
        told = (ics.read_bytes().decode() if words[0] == "report" else told).replace("\r\n", "\n").replace("\n ", "")
        assert f"\nX-WR-CALNAME:{name}\n" in told


def test_the_workbook_to_begin_with_has_an_example_of_its_procedure(tmp_path):
    file = tmp_path / "begin.xlsx"
    assert run("convert", "--template", "xlsx", "--output", file, "--rulebook", FOLDER).exit_code == 0
    told = [row[:6] for row in openpyxl.load_workbook(file)["Example"].iter_rows(values_only=True)]
    assert [row[2] for row in told] == ["event", "appeal_registered", "panel_met"]
    assert told[2][5] == "upheld"
    facts = tmp_path / "example.csv"
    facts.write_text("\n".join(",".join(str(cell or "").removesuffix(" 00:00:00") for cell in row) for row in told))
    judged = run("check", facts, "--format", "csv", *ON)
    assert (judged.exit_code, judged.stderr.startswith("ehcp-flow: 1 case, 2 deadlines")) == (0, True)


def test_a_command_that_is_proposed_has_the_rulebook_that_was_asked():
    told = " ".join(run("desk", FILE, "--format", "table", *ON).stdout.split())
    assert f"ehcp-flow explain {FILE} --as-of 2026-05-11 --case C-2 --rulebook {FOLDER}" in told
    assert f"ehcp-flow desk {FILE} --as-of 2026-05-11 --since 2026-05-04 --rulebook {FOLDER}" in told
    see = "ehcp-flow breaches SOURCE --register findings"
    told = invoke("check", FILE, "--as-of", "2026-03-11", "--rulebook", FOLDER).stderr
    assert told.count(see) == told.count(f"{see} --rulebook {FOLDER})") == 2
    listed = " ".join(invoke("rules", "--rulebook", FOLDER, "--format", "table").stdout.split())
    assert f"One in full: ehcp-flow rules ID --rulebook {FOLDER}. Duties" in listed


@pytest.mark.parametrize("headings", ["panel_met,panel_met outcome", "Panel met,Panel met: outcome"])
def test_headings_are_understood_as_its_events(tmp_path, headings):
    sheet, file, facts = (str(tmp_path / name) for name in ("sheet.csv", "columns.toml", "facts.csv"))
    Path(sheet).write_text(f"Case ID,appeal_registered,{headings}\nC-1,02/03/2026,27/04/2026,turned down\n")
    proposed = run("convert", sheet, "--propose", file, "--rulebook", FOLDER)
    assert f"--output facts.csv --rulebook {FOLDER}" in proposed.stderr
    made = run("convert", sheet, "--columns", file, "--authority", "885", "--output", facts, "--rulebook", FOLDER)
    assert made.exit_code == 0, made.stderr
    assert "panel_met,2026-04-27,turned_down" in Path(facts).read_text().replace(",,", ",")
    assert "panel_met" not in run("convert", sheet, "--propose", file).stderr.partition("left out")[0]


def test_what_would_be_is_judged_by_its_moves():
    told = run("what-if", FILE, "--case", "C-2", "--event", "panel_met", "--outcome", "upheld", *TABLE)
    assert "the law would allow it" in " ".join(told.stdout.split())
    again = run("what-if", FILE, "--case", "C-2", "--event", "appeal_registered", *TABLE)
    assert "a complaint is open already" in again.stdout


def test_a_target_stands_in_its_tables(tmp_path):
    profile = tmp_path / "ours.toml"
    profile.write_text(
        'title = "Our own targets"\n[[target]]\nid = "in_three_weeks"\ntitle = "Let a panel decide in three weeks"\n'
        'clock = "complaint"\ncounting = "3 weeks after"\nact = "bring it before a panel"\ndone_by = ["panel_met"]\n'
    )
    told = run("check", FILE, "--profile", profile, "--format", "table", *ON)
    assert told.exit_code == 0
    assert "in_three_weeks" in told.stdout
    assert "JR: Journey Rules (made up)" in told.stdout


def test_the_report_has_its_lists_and_says_what_is_englands_only(tmp_path):
    page, book, feed = (tmp_path / name for name in ("report.html", "registers.xlsx", "due.ics"))
    done = run("report", FILE, "--html", page, "--xlsx", book, "--ics", feed, *ON)
    assert done.exit_code == 0
    assert "the Department's measures are of England's law and are left out" in done.stderr
    text = page.read_text()
    assert "<h1>A made-up procedure: complaints about a journey to school: Worcestershire</h1>" in text
    assert "count by England’s law and its states alone" in text
    assert "Let a panel decide" in text
    assert "20 weeks" not in text
    assert "Phase transfers" not in text
    assert openpyxl.load_workbook(book).sheetnames == [
        "Cover", "About", "Register breaches", "Register due", "Register exceptions", "Register findings",
    ]  # fmt: skip
    assert "Let a panel decide" in feed.read_text()


def test_tables_for_a_star_have_no_measures_of_it(tmp_path):
    done = run("tables", FILE, "--output", tmp_path / "star", "--format", "csv", *ON)
    assert done.exit_code == 0
    assert "the Department's measures are of England's law and are left out: this is A made-up" in done.stderr
    rows = {name: (tmp_path / "star" / f"{name}.csv").read_text().splitlines() for name in ("measures", "deadlines")}
    assert (len(rows["measures"]), len(rows["deadlines"])) == (1, 7)


def test_a_page_for_the_family_tells_it_of_no_stage_and_no_ombudsman_of_england(tmp_path):
    page = tmp_path / "case.html"
    assert run("explain", FILE, "--case", "C-2", "--html", page, *ON).exit_code == 0
    text = page.read_text()
    assert "The council must let a panel decide as soon as it can." in text
    assert "Ask the council when it will do what is late." in text
    assert "Ombudsman" not in text
    assert 'id="stages"' not in text
    told = run("explain", FILE, "--case", "C-2", "--letter", "family", *ON)
    assert (told.exit_code, "Ombudsman" in told.stdout) == (0, False)
    refused = run("explain", FILE, "--case", "C-2", "--letter", "ombudsman", *ON)
    assert refused.exit_code == 2
    assert "England's law" in refused.stderr


def test_who_follows_or_runs_a_store_names_the_rulebook(tmp_path):
    store = ("--store", f"sqlite:///{tmp_path / 'complaints.db'}", "--rulebook", FOLDER)
    assert run("db", "upgrade", *store).exit_code == 0
    assert run("import", FILE, *store).exit_code == 0
    assert run("follow", "--once", *store).stdout.count("panel_met") == 2
    assert [run("db", name, *store).exit_code for name in ("check", "stats", "verify", "upgrade")] == [0, 0, 0, 0]
    for name in ("grant", "revoke"):
        refused = run("db", name, "--role", "clerk", "--authority", "885", *store)
        assert refused.exit_code == 2
        assert "PostgreSQL" in refused.stderr


def test_lives_are_made_up_for_englands_law_and_drafts_of_it(tmp_path):
    draft = tmp_path / "draft"
    shutil.copytree(Path(ehcp_flow.law.__file__).parent / "england", draft)
    plain, of_draft = run("synth", "--cases", "3"), run("synth", "--cases", "3", "--rulebook", draft)
    assert (of_draft.exit_code, of_draft.stdout) == (0, plain.stdout)
    assert "as they are by England's law today" in of_draft.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("measures", FILE),
        ("registers", FILE, "reviews"),
        ("registers", FILE, "cohorts"),
        ("retention", FILE),
    ],
)
def test_what_is_englands_only_says_so(command):
    told = run(*command, *ON)
    assert told.exit_code == 2
    assert "England's law" in told.stderr
    assert "A made-up procedure" in told.stderr


def test_counting_back_needs_a_chain_of_its_own_and_says_for_whom_it_counts(tmp_path):
    refused = run("schedule", "--by", "2026-05-11", "--rulebook", FOLDER)
    assert refused.exit_code == 2
    assert "name yours with --limit): this is counted by England's law" in refused.stderr
    law = shutil.copytree(FOLDER, tmp_path / "law")
    file = law / "complaints.toml"
    file.write_text(file.read_text().replace('act = "bring', 'cohorts = [{ under_age = 11 }]\nact = "bring'))
    told = run("schedule", "--by", "2026-05-11", "--limit", "panel", "--rulebook", law)
    assert "panel: counted by the first of its rules (panel), where the day counted from is one on" in told.stderr


def test_no_life_is_made_up_of_another_procedure():
    told = run("synth", "--cases", "3", "--rulebook", FOLDER)
    assert (told.exit_code, told.stdout) == (2, "")
    assert "the lives of made-up cases: this is counted by England's law" in told.stderr


def test_figures_of_another_law_are_refused_in_columns_and_one_by_one():
    book = load_rulebook(FOLDER)
    with pytest.raises(EnglandOnly, match="the measures"):
        measure(FILE, as_of="2026-05-11", rulebook=book)


@pytest.mark.parametrize(
    "command",
    [
        ("export", FILE, "--year", "2026", "--persons", "persons.csv"),
        ("import", "sen2.xml", "--persons", "persons.csv"),
        ("validate", "sen2.xml"),
        ("compare", "old.xml", "new.xml"),
        ("figures", "sen2.xml", "--facts", FILE),
        ("schema", "--year", "2026"),
    ],
)
def test_the_return_is_englands_only(command):
    told = run("sen2", *command, "--rulebook", FOLDER)
    assert (told.exit_code, told.stdout) == (2, "")
    assert "the SEN2 return: this is counted by England's law" in told.stderr


def test_the_requests_that_are_published_are_englands_only():
    told = run("forecast", "demand", "--rulebook", FOLDER)
    assert (told.exit_code, told.stdout) == (2, "")
    assert "the requests that the Department publishes: this is counted by England's law" in told.stderr


def test_a_draft_of_englands_law_has_a_return(tmp_path):
    draft = tmp_path / "draft.toml"
    draft.write_text('title = "A draft"\nbased_on = "england"\n')
    plain, of_draft = (run("sen2", "schema", "--year", "2026", *law) for law in ((), ("--rulebook", tmp_path)))
    assert (plain.exit_code, of_draft.stdout) == (0, plain.stdout)


def test_calls_of_englands_limits_say_so():
    book = load_rulebook(FOLDER)
    answers = list(answered(read_cases(FILE), "2026-05-11", rulebook=book))
    with pytest.raises(EnglandOnly, match=r"review meeting to the amended plan \(latest_start takes yours\)"):
        latest_meeting_for("2027-02-14", rulebook=book)
    with pytest.raises(EnglandOnly, match="the rows of cohorts"):
        table_rows("cohorts", answers, dt.date(2026, 5, 11))
    with pytest.raises(EnglandOnly, match="the 31 years for which a case is kept"):
        list(retention([], "2060-01-01", rulebook=book))
    assert set(registers(answers)) == {"breaches", "due", "exceptions", "findings"}
    assert [row["limit"] for row in table_rows("limits-kept", answers, dt.date(2026, 5, 11))] == ["answer", "panel"]


def test_how_long_a_case_is_kept_is_said_by_whoever_keeps_it(tmp_path):
    born = tmp_path / "born.csv"
    born.write_text("case_id,event,on\nC-1,date_of_birth,2010-03-01\n")
    told = run("retention", born, "--years", "16", "--format", "csv", *ON)
    assert told.stdout.splitlines()[1:] == ["C-1,,2010-03-01,2026-03-01,,true"]
    assert "1 case kept for 16 years" in told.stderr


def test_a_case_is_erased_where_its_events_are_known(tmp_path):
    store = f"sqlite:///{tmp_path / 'cases.db'}"
    assert run("import", FILE, "--store", store, "--rulebook", FOLDER).exit_code == 0
    asked = ("--store", store, "--case", "C-1", "--why", "end of retention", "--by", "dpo", "--yes")
    erased = run("erase", *asked, "--rulebook", FOLDER)
    assert (erased.exit_code, erased.stdout) == (0, "Case C-1 is erased: 3 facts\n")


def test_lists_that_any_law_has_are_given():
    names = [row.split(",")[0] for row in run("registers", FILE, "--format", "csv", *ON).stdout.splitlines()]
    assert names == ["name", "breaches", "due", "exceptions", "findings", "limits-kept"]


def test_before_it_is_loaded_nobody_knows_its_event():
    with pytest.raises(UnknownNameError, match="panel_met"):
        make_fact("panel_met", case_id="C-9", on="2026-04-27", outcome="upheld")
