"""An authority's own procedure as tests: what it promises beyond the law, and that its plan keeps within the law.

    pytest examples/test_our_procedure.py

The procedure is invented: the draft leaves four weeks before the final plan is due, and nobody waits for a review
decision longer than three weeks.
"""

from __future__ import annotations

import datetime as dt

import pytest
from freezegun import freeze_time

import ehcp_flow as ef

FOUR_WEEKS = dt.timedelta(weeks=4)


def case_of(*steps: str) -> ef.Case:
    """Return the case that lines such as "2026-03-02 request_received" tell."""
    told = (step.split() for step in steps)
    return ef.Case.of(ef.make_fact(event, case_id="invented", on=on) for on, event in told)


def handbook(received: dt.date) -> ef.Case:
    """Return a case in which everybody does what the handbook says, week by week."""
    weeks = {
        "request_received": 0,
        "assessment_agreed": 5,
        "plan_agreed": 14,
        "draft_plan_sent": 15,
        "final_plan_sent": 19,
    }
    return ef.Case.of(
        ef.make_fact(event, case_id="handbook", on=received + dt.timedelta(weeks=week)) for event, week in weeks.items()
    )


def problems(case: ef.Case, as_of: dt.date | str | None = None) -> list[str]:
    """Return where a case falls short of the procedure, in words that say what to do. Without a day, as of today."""
    found = []
    for deadline in ef.deadlines_of(case, as_of):
        if deadline.limit == "final_plan" and deadline.done_on is None and deadline.due_on is not None:
            draft_by = deadline.due_on - FOUR_WEEKS
            drafts = [fact.on for fact in case if fact.event == "draft_plan_sent"]
            if not drafts and deadline.as_of > draft_by:
                found.append(f"{case.case_id}: send the draft now, it was to go by {draft_by}")
            elif drafts and drafts[0] > draft_by:
                found.append(
                    f"{case.case_id}: the draft went on {drafts[0]}, after {draft_by}: plan the final with care"
                )
        if deadline.limit == "review_decision" and deadline.status == "open":
            ours = deadline.starts_on + dt.timedelta(weeks=3)
            if deadline.as_of > ours:
                found.append(f"{case.case_id}: decide on the review of {deadline.starts_on}, ours is {ours}")
    return found


@pytest.mark.parametrize(
    ("draft", "expected"),
    [("2026-06-21", 0), ("2026-06-22", 0), ("2026-06-23", 1)],
    ids=["the day before", "the last good day", "the day after"],
)
def test_the_draft_leaves_four_weeks(draft: str, expected: int) -> None:
    """A rule about dates is tested on its last good day, the day before it and the day after it."""
    case = case_of("2026-03-02 request_received", "2026-04-01 assessment_agreed", f"{draft} draft_plan_sent")

    assert len(problems(case, "2026-06-30")) == expected


@pytest.mark.parametrize(("today", "expected"), [("2026-06-22", []), ("2026-06-23", ["send the draft now"])])
def test_a_draft_that_has_not_gone_is_noticed_the_next_day(today: str, expected: list[str]) -> None:
    """The procedure looks at today, so today is frozen."""
    case = case_of("2026-03-02 request_received", "2026-04-01 assessment_agreed")

    with freeze_time(today):
        found = problems(case)

    assert [problem.split(": ")[1].split(",")[0] for problem in found] == expected


@pytest.mark.parametrize(("today", "expected"), [("2026-03-25", 0), ("2026-03-26", 1)])
def test_a_review_is_decided_within_three_weeks(today: str, expected: int) -> None:
    """Our three weeks are inside the law's four, so this is no breach: only a reminder."""
    case = case_of("2025-05-12 final_plan_sent", "2026-03-04 review_meeting_held")

    assert len(problems(case, today)) == expected


@pytest.mark.parametrize(
    "received", [dt.date(2026, 1, 5), dt.date(2026, 7, 20), dt.date(2027, 12, 24), dt.date(2028, 2, 29)]
)
def test_the_handbook_keeps_within_the_law(received: dt.date) -> None:
    """If the plan itself breaks the law, no officer can keep it."""
    answer = ef.answer(handbook(received), received + dt.timedelta(weeks=30))

    assert answer.breaches == ()
    assert answer.findings == ()


def test_the_law_that_the_procedure_was_written_for_still_stands() -> None:
    """Fails when an update brings another period, so that somebody reads the handbook again."""
    pinned = {"decide_assess": "6 weeks after", "final_plan": "20 weeks after", "review_decision": "4 weeks after"}

    newest = {limit: ef.england().limit(limit).rule[0].version[-1] for limit in pinned}

    assert {limit: str(version.counting) for limit, version in newest.items()} == pinned
