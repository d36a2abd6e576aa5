"""The shipped chronologies, every deadline of every case, as they stood on 30 June 2026."""

import csv
from pathlib import Path

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.deadlines import FIELDS, deadlines_of
from ehcp_flow.readers import read_cases
from tests.telling import day, fact

ROOT = Path(__file__).parents[2]
CASES = read_cases(ROOT / "examples" / "chronologies.csv")
AS_OF = day("2026-06-30")
ORDINARY = {"request", "advice", "decision", "plan", "review"}

with (Path(__file__).parent / "own" / "chronologies.csv").open(encoding="utf-8", newline="") as file:
    PINNED = list(csv.DictReader(file))


@pytest.mark.parametrize("case_id", CASES)
def test_every_deadline_of_a_chronology_is_what_was_pinned(case_id):
    computed = [
        {
            "case_id": case_id,
            "limit": deadline.limit,
            "due_on": str(deadline.due_on or ""),
            "done_on": str(deadline.done_on or ""),
            "status": deadline.status,
            "days_over": "" if deadline.days_over is None else str(deadline.days_over),
            "breach": "yes" if deadline.breach else "no",
        }
        for deadline in deadlines_of(CASES[case_id], AS_OF)
        if deadline.derivation.limit.group in ORDINARY
    ]
    assert computed == [row for row in PINNED if row["case_id"] == case_id]


def test_every_pinned_case_is_shipped_and_every_shipped_case_is_pinned():
    assert sorted({row["case_id"] for row in PINNED}) == list(CASES)
    assert CASES.refused == []


@pytest.mark.parametrize(
    ("case_id", "limit", "due_on", "status", "days_over"),
    [
        ("jsc-cambridgeshire", "decide_not_issue", "2025-07-23", "late", 90),
        ("ipsea-phase-transfer", "review_decision", "2024-11-29", "met", None),
    ],
)
def test_the_two_dates_that_the_sources_are_known_for(case_id, limit, due_on, status, days_over):
    [found] = [deadline for deadline in deadlines_of(CASES[case_id], AS_OF) if deadline.limit == limit]
    assert (found.due_on, found.status, found.days_over) == (day(due_on), status, days_over)


@pytest.mark.parametrize("case_id", CASES)
def test_a_deadline_as_plain_values_has_the_public_fields_in_their_order(case_id):
    for deadline in deadlines_of(CASES[case_id], AS_OF):
        row = deadline.as_dict(explanation=True)
        assert list(row) == [*FIELDS, "explanation"]
        assert {type(value) for value in row.values()} <= {str, int, bool, list, type(None)}
        assert row["due_on"] == (deadline.due_on and deadline.due_on.isoformat())


def test_an_answer_holds_the_breaches_and_what_is_excused():
    whole = answer(CASES["jsc-cambridgeshire"], "2026-06-30")
    assert [deadline.limit for deadline in whole.breaches] == ["decide_assess", "decide_not_issue", "final_plan"]
    assert whole.excused == ()
    assert whole.as_of == AS_OF


def test_an_answer_keeps_what_an_exception_excuses():
    ill = "2025-05-01 exception_recorded outcome=exceptional_circumstances limit=decide_assess reason=ill"
    excused = CASES["jsc-cambridgeshire"].record(fact(ill, "jsc-cambridgeshire"))
    whole = answer(excused, "2026-06-30")
    assert [deadline.limit for deadline in whole.excused] == ["decide_assess"]
    assert [deadline.limit for deadline in whole.breaches] == ["decide_not_issue", "final_plan"]
