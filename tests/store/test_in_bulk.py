"""A store as SOURCE over columns: the same answers as case by case, of the same moment, by the same instants."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.bulk import deadlines_frame, findings_frame, iter_answers, iter_rows, states_frame
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.store import Store
from ehcp_flow.store.errors import SchemaMissing, StoreCorrupt
from ehcp_flow.store.imports import import_facts
from ehcp_flow.synth import synth
from ehcp_flow.testing import SetClock
from tests.cli.running import invoke

AS_OF = "2026-06-30"


@pytest.fixture
def filled(store_url: str) -> str:
    """A store of cases with faults, with corrections, free text, a redaction and facts taken at two instants."""
    clock = SetClock()
    with Store.open(store_url, clock=clock) as store:
        facts = list(synth(60, 31, faults=0.2))
        import_facts(store, enumerate(facts[: len(facts) // 2], 1))
        clock.move(days=30)
        import_facts(store, enumerate(facts[len(facts) // 2 :], 1))
        for number in range(3, 9):
            stored = store.case(f"C{number:07}")
            wrong = stored.case.recorded[-1]
            after = stored.case.void(wrong, "entered in error")
            store.record(stored.case.case_id, after.recorded[-1], seen=stored.version, recorded_by="ann")
        store.redact("C0000003", store.case("C0000003").version, reason="asked for", redacted_by="dpo")
    return store_url


def moments(url: str) -> list[dict[str, Any]]:
    with Store.open(url) as store:
        instants = sorted({fact.recorded_at for fact in store.facts() if fact.recorded_at})
    middle = instants[len(instants) // 2]
    return [{}, {"known_at": middle}, {"known_at": middle, "axis": "stored"}]


def test_every_frame_of_a_store_says_what_its_cases_say(filled: str) -> None:
    for known in moments(filled):
        with Store.open(filled) as store:
            cases = [stored.case for stored in store.cases(**known)]
            assert [one.case for one in iter_answers(store, AS_OF, **known)] == cases
        expected = [answer(case, AS_OF) for case in cases]
        assert list(iter_rows(filled, AS_OF, **known)) == [
            deadline.as_dict() for case in cases for deadline in deadlines_of(case, AS_OF)
        ]
        assert states_frame(filled, AS_OF, **known)["state"].to_list() == [one.case_state.pathway for one in expected]
        assert findings_frame(filled, AS_OF, **known)["message"].to_list() == [
            found.message for one in expected for found in one.findings
        ]
        assert len(cases) > 20


def test_the_command_line_answers_a_store_by_either_door(filled: str) -> None:
    known = [(), ("--known-at", str(moments(filled)[1]["known_at"])), ("--authority", "209")]
    known.append((*known[1], "--known-by", "stored"))
    for more in known:
        for command in (("check",), ("check", "--format", "table"), ("breaches",), ("measures", "--year", "2024")):
            name, *rest = command
            asked = (name, filled, "--as-of", AS_OF, *rest, *more)
            one, bulk = (invoke(*asked, door=door) for door in ("one", "many"))
            assert (bulk.stdout, bulk.stderr, bulk.exit_code) == (one.stdout, one.stderr, one.exit_code)
            assert bulk.exit_code == 0, bulk.output


def test_an_empty_store_and_one_that_is_not_there(store_url: str, tmp_path: Path) -> None:
    assert deadlines_frame(store_url, AS_OF).height == 0
    with pytest.raises(SchemaMissing):
        deadlines_frame(f"sqlite:///{tmp_path}/none.db", AS_OF)
    assert not (tmp_path / "none.db").exists()
    for door in ("one", "many"):
        refused = invoke("check", f"sqlite:///{tmp_path}/none.db", "--as-of", AS_OF, door=door)
        assert "none.db" in refused.output
        assert refused.exit_code == 2


@pytest.mark.parametrize("body", ["{", '{"event":"request_received","on":"2026-13-01"}', '{"on":"2026-01-01"}'])
def test_a_row_that_tells_no_fact_is_an_error_of_the_store(sqlite_url: str, tmp_path: Path, body: str) -> None:
    with Store.open(sqlite_url, create=True) as store:
        import_facts(store, enumerate(synth(3, 1), 1))
    with closing(sqlite3.connect(tmp_path / "cases.db")) as raw, raw:
        raw.execute("DROP TRIGGER IF EXISTS ehcp_facts_no_update")
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("UPDATE ehcp_facts SET body = ? WHERE case_id = 'C0000002' AND version = 1", (body,))
    with Store.open(sqlite_url) as store, pytest.raises(StoreCorrupt) as alone:
        list(store.cases())
    with pytest.raises(StoreCorrupt) as together:
        deadlines_frame(sqlite_url, AS_OF)
    assert str(together.value) == str(alone.value)


def test_known_by_needs_an_instant(store_url: str) -> None:
    for door in ("one", "many"):
        for form in ("csv", "table"):
            asked = ("check", store_url, "--as-of", AS_OF, "--known-by", "stored", "--format", form)
            refused = invoke(*asked, door=door)
            assert refused.exit_code == 2
            assert "give that too" in " ".join(refused.output.split())
