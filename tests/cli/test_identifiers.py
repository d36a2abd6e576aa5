"""No free text where nothing can be redacted, and nothing too long for an index: refused alike at every door."""

import io
import json
import sqlite3
from contextlib import closing

import polars as pl
import pytest

from ehcp_flow.bulk import deadlines_frame, iter_frames
from ehcp_flow.case import Case
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.errors import FactError
from ehcp_flow.facts import as_stored, make_fact
from ehcp_flow.identifiers import identifier_fault
from ehcp_flow.readers import read_cases
from ehcp_flow.store import Store
from ehcp_flow.store.errors import StoreCorrupt
from ehcp_flow.store.fact_rows import FactRow, fact_of
from ehcp_flow.store.upcasting import CURRENT
from tests.cli.running import invoke

AS_OF = "2026-06-30"
JANE = "Jane Doe (mother)"
WRONG = [
    ("party", JANE), ("party", "Jane Doe"), ("party", "x" * 65), ("party", "a;b"), ("party", "jane@example.org"),
    ("limit", "because of her mother"), ("limit", "x" * 101), ("limit", "Jane"),
    ("fact_id", "Jane told me"), ("fact_id", "Jane\u00a0Doe"), ("fact_id", "x" * 401),
    ("corrects", "what she told me"), ("corrects", "a\tb"),
    ("case_id", "x" * 3000), ("recorded_by", "x" * 201),
    ("recorded_at", "0001-01-01T00:00:00+14:00"), ("recorded_at", "9999-12-31T23:59:59-14:00"),
]  # fmt: skip
RIGHT = [
    ("party", "100200"), ("party", "St_Mary-s/6.form"), ("party", "Ysgol_T\u0177"), ("party", "x" * 64),
    ("limit", "final_plan"), ("limit", "advice_in_five_weeks"),
    ("fact_id", "f/1#2:{x}"), ("fact_id", "x" * 400), ("fact_id", "the case/1"), ("corrects", "the case/1"),
    ("case_id", "x" * 200), ("recorded_by", "x" * 200), ("recorded_by", "J. Smith"),
]  # fmt: skip


def row(column: str, text: str) -> dict[str, str]:
    told = {"case_id": "the case", "event": "exception_recorded", "on": "2026-03-02", "outcome": "absent_from_area"}
    return {**told, column: text}


def files(*rows: dict[str, str]) -> dict[str, bytes]:
    """The rows as CSV, JSON Lines and Parquet, each after a row that is right."""
    good = {"case_id": "good", "event": "request_received", "on": "2026-03-02"}
    frame = pl.DataFrame([good, *rows], schema=dict.fromkeys((*good, *rows[0]), pl.String))
    parquet = io.BytesIO()
    frame.write_parquet(parquet)
    lines = "".join(json.dumps(each) + "\n" for each in (good, *rows))
    return {"csv": frame.write_csv().encode(), "jsonl": lines.encode(), "parquet": parquet.getvalue()}


@pytest.mark.parametrize(("column", "text"), WRONG)
def test_a_fact_is_refused(column, text):
    told = row(column, text)
    with pytest.raises(FactError) as refused:
        make_fact(told.pop("event"), **told)
    assert (refused.value.field, refused.value.value) == (column, text)
    assert len(str(refused.value)) < 700


@pytest.mark.parametrize(("column", "text"), RIGHT)
def test_a_fact_is_taken(column, text):
    told = row(column, text)
    assert getattr(make_fact(told.pop("event"), **told), column) == text


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize(("column", "text"), [*WRONG, *RIGHT])
def test_a_row_is_refused_alike_by_rows_and_by_columns(column, text, form, tmp_path):
    path = tmp_path / f"in.{form}"
    path.write_bytes(files(row(column, text))[form])
    frames = iter_frames(path, AS_OF)
    judged = pl.concat(list(frames))
    expected = [] if (column, text) in RIGHT else [column]
    assert [refused.column for refused in frames.refused] == expected
    assert set(judged["case_id"]) == {"good"}
    if form != "parquet":
        caseload = read_cases(path)
        assert [str(refused) for refused in caseload.refused] == [str(refused) for refused in frames.refused]
        one, bulk = (invoke("check", path, "--as-of", AS_OF, door=door) for door in ("one", "many"))
        assert (one.exit_code, one.output) == (bulk.exit_code, bulk.output)
        assert one.exit_code == (1 if expected else 0)


@pytest.mark.parametrize(("column", "text"), [each for each in WRONG if each[0] != "case_id"])
def test_an_import_takes_the_other_rows(column, text, new_url, tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(files(row(column, text))["csv"])
    done = invoke("import", path, "--store", new_url)
    assert (done.exit_code, "1 fact taken, 0 duplicates, 1 refused" in done.stdout) == (1, True)


def test_a_long_id_is_one_refused_row_in_either_database(new_url, tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(files(row("case_id", "x" * 3000), row("case_id", "\U0001f9d1" * 200))["csv"])
    done = invoke("import", path, "--store", new_url)
    assert (done.exit_code, "2 facts taken, 0 duplicates, 1 refused" in done.stdout) == (1, True)
    assert len(done.stderr) < 2000


@pytest.mark.parametrize(("column", "text"), [("party", JANE), ("limit", JANE), ("fact_id", JANE)])
def test_a_copy_with_other_values_is_not_recorded(column, text, new_url):
    fact = make_fact("exception_recorded", case_id="a", on="2026-03-02", outcome="absent_from_area")
    with Store.open(new_url, create=True) as store:
        with pytest.raises(FactError, match=column):
            store.record("a", fact.model_copy(update={column: text}), seen=0)
        with pytest.raises(FactError, match="at most 200 characters"):
            store.record("a", fact, seen=0, key="x" * 201)
        with pytest.raises(FactError, match="at most 200 characters"):
            store.record("a", fact, seen=0, recorded_by="x" * 201)
        assert list(store.cases()) == []


@pytest.mark.parametrize(
    "command",
    [
        ("due", "--event", "advice_requested", "--on", "2026-03-02", "--party", JANE),
        ("what-if", "-", "--case", "a", "--event", "advice_requested", "--on", "2026-03-02", "--party", JANE),
    ],
)
def test_an_option_is_refused(command):
    done = invoke(*command, stdin="case_id,event,on\na,request_received,2026-03-02\n")
    assert (done.exit_code, done.stdout, "no person's name" in done.stderr) == (2, "", True)


HELD = {"party": JANE, "fact_id": "what Jane told me", "limit": "her mother said so", "case_id": "y" * 3000}


def test_what_a_store_took_before_is_read(tmp_path):
    """The tables are written by hand, as an earlier version would have."""
    url = f"sqlite:///{tmp_path}/old.db"
    with Store.open(url, create=True) as store:
        fact = make_fact("advice_requested", case_id="old", on="2026-03-02", party="Jane", fact_id="f")
        store.record("old", fact, seen=0)
    with closing(sqlite3.connect(tmp_path / "old.db")) as raw, raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        body = json.dumps({"event": "advice_requested", "on": "2026-03-02", "party": JANE, "fact_id": HELD["fact_id"]})
        raw.execute("UPDATE ehcp_facts SET body = ?", (body,))
    with Store.open(url) as store:
        case = store.case("old").case
        assert (case.facts[0].party, case.facts[0].fact_id) == (JANE, HELD["fact_id"])
        assert [deadline.party for deadline in deadlines_of(case, AS_OF)] == [JANE]
        assert deadlines_frame(url, AS_OF)["party"].to_list() == [JANE]
        assert deadlines_frame(store, AS_OF)["party"].to_list() == [JANE]
        assert deadlines_frame([case], AS_OF)["party"].to_list() == [JANE]
        undone = case.void(HELD["fact_id"], "typed where it does not belong")
        assert undone.facts == ()
        store.record("old", undone.recorded[-1], seen=1)
        assert store.case("old").case.facts == ()
    assert JANE in invoke("export", "--store", url).stdout


@pytest.mark.parametrize("column", HELD)
def test_each_column_of_an_old_row_is_read(column):
    told = {"event": "exception_recorded", "case_id": "a", "on": "2026-03-02", "outcome": "absent_from_area"}
    fact = as_stored({**told, column: HELD[column]})
    assert getattr(fact, column) == HELD[column]
    assert isinstance(fact, type(make_fact(told["event"], **{k: v for k, v in told.items() if k != "event"})))


def test_a_row_that_was_never_right_is_still_damage():
    body = json.dumps({"event": "request_received", "on": "2026-03-02", "party": JANE})
    then = "2026-03-02T00:00:00.000000Z"
    row_ = FactRow("a", 1, 1, "request_received", "2026-03-02", then, then, None, None, body, None, "", 1)
    with pytest.raises(StoreCorrupt):
        fact_of(row_, None, False, CURRENT)


def test_a_name_may_hold_what_its_case_does():
    assert identifier_fault("fact_id", "a b/1", "a b") is None
    assert identifier_fault("fact_id", "a b/1 c", "a b") is not None
    assert Case("a b", (make_fact("plan_agreed", case_id="a b", on="2026-03-02", fact_id="a b/1"),)).facts
