"""What a source of facts is said to record: the same by every door, and what it does not record is not undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ehcp_flow import read_cases
from ehcp_flow.answers import answer
from ehcp_flow.bulk import read_cases as read_columns
from ehcp_flow.conversion import convert
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import FACT_TYPES
from ehcp_flow.readers.declarations import recorded_events
from ehcp_flow.store import Store
from ehcp_flow.store.imports import import_file
from tests.cli.running import invoke

RECORDS = ("final_plan_sent", "review_meeting_held")
UNRECORDED = tuple(event for event in FACT_TYPES if event not in (*RECORDS, "records_declared"))
FACTS = """case_id,authority,event,on
a,885,review_meeting_held,2025-06-10
a,,final_plan_sent,2024-07
b,885,final_plan_sent,2025-01-15
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "cases.csv"
    made.write_text(FACTS, "utf-8")
    return made


def told(cases) -> dict[str, list[tuple[str, str, bool]]]:
    """What is answered of each case."""
    return {
        case.case_id: [(each.limit, each.status, each.breach) for each in answer(case, "2026-06-30").deadlines]
        for case in cases
    }


def test_what_is_not_recorded_is_unrecorded_by_every_door(path: Path, tmp_path: Path):
    undone = told(read_cases(path).values())
    assert any(breach for rows in undone.values() for *_, breach in rows)
    expected = told(read_cases(path, records=RECORDS).values())
    assert not any(breach for rows in expected.values() for *_, breach in rows)
    assert {status for rows in expected.values() for _, status, _ in rows} >= {"unrecorded"}
    assert told(read_cases(path, unrecorded=UNRECORDED).values()) == expected
    assert told(read_columns(path, records=RECORDS).values()) == expected
    assert told(read_columns(path, unrecorded=UNRECORDED).values()) == expected
    with Store.open("memory:") as store:
        assert import_file(store, path, records=RECORDS).taken == 5
        assert told(found.case for found in store.cases()) == expected
        assert import_file(store, path, records=RECORDS).already
        # What else is said of the same file is another import, and both hold.
        assert import_file(store, path, records=[*RECORDS, "review_decision_sent"]).already is False
    for number, given in enumerate(
        (("--records", ",".join(RECORDS)), [f"--unrecorded={event}" for event in UNRECORDED])
    ):
        url = f"sqlite:///{tmp_path}/{number}.db"
        done = invoke("import", path, "--store", url, *given)
        assert done.stdout == "5 rows: 5 facts taken, 0 duplicates, 0 refused\n", done.stderr
        with Store.open(url) as store:
            assert told(found.case for found in store.cases()) == expected


def test_the_day_is_that_of_the_first_fact_and_a_month_begins_on_its_first(path: Path):
    declared = [case.recorded[0] for case in read_cases(path, records=RECORDS).values()]
    assert [(fact.case_id, fact.event, fact.on.isoformat(), fact.fact_id) for fact in declared] == [
        ("a", "records_declared", "2024-07-01", "a/records_declared-2024-07-01"),
        ("b", "records_declared", "2025-01-15", "b/records_declared-2025-01-15"),
    ]


def test_a_sheet_is_said_so_too_instead_of_what_its_convert_file_says(tmp_path: Path):
    sheet, columns = tmp_path / "sheet.csv", tmp_path / "columns.toml"
    sheet.write_text("UPN,Plan\nA1,2024-07-01\n", "utf-8")
    columns.write_text(
        'case_id = "UPN"\nrecords = ["date_of_birth"]\n[[fact]]\nevent = "final_plan_sent"\non = "Plan"\n', "utf-8"
    )
    for given in ({"records": RECORDS}, {"unrecorded": UNRECORDED}):
        (case,) = convert(sheet, columns, **given).values()
        assert set(dict(case.facts[0])["value"].split()) == {*RECORDS}
    done = invoke("convert", sheet, "--columns", columns, "--records", RECORDS[0], "--records", RECORDS[1])
    assert "final_plan_sent review_meeting_held" in done.stdout
    url = f"sqlite:///{tmp_path}/s.db"
    assert invoke("import", sheet, "--columns", columns, "--records", "final_plan_sent", "--store", url).exit_code == 0
    with Store.open(url) as store:
        assert [dict(fact)["value"] for fact in store.case("A1").case.facts if fact.event == "records_declared"] == [
            RECORDS[0]
        ]


def test_what_cannot_be_said_is_refused():
    with pytest.raises(UnknownNameError, match="did you mean review_meeting_held"):
        recorded_events(["review_held"])
    with pytest.raises(UnknownNameError):
        recorded_events(unrecorded=["review_held"])
    with pytest.raises(ValueError, match="either which events are recorded"):
        recorded_events(["died"], ["left_england"])
    done = invoke("import", "x.csv", "--store", "memory:", "--records", "died", "--unrecorded", "left_england")
    assert done.exit_code == 2
    assert "say either which events" in done.stderr
    assert invoke("import", "x.csv", "--store", "memory:", "--records", "dead").exit_code == 2
