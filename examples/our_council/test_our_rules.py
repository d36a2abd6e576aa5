"""Ten rules of a made-up council, each a function of a case and a test of itself on the days at its edge.

    pytest examples/our_council                                                        the rules, at their edges
    pytest examples/our_council --ehcp-caseload examples/our_council/cases.csv         and over our cases

A rule says what is wrong, in sentences that say what to do; where it says nothing, it is kept. `last_day` is the last
day on which the example keeps it, written down from the handbook. None of this is law: the law's limits stay what they
are, and `ehcp-flow breaches` lists those.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

import ehcp_flow as ef
from ehcp_flow.testing import case_builder, compliance_rule

FEBRUARY = 2
REQUEST = case_builder(received="2026-01-05")
AGREED = REQUEST.week(5, "assessment_agreed")
DRAFTED = AGREED.week(13, "plan_agreed").week(14, "draft_plan_sent")
REVIEWED = case_builder(received="2025-01-06").on("2025-05-12", "final_plan_sent")


def days_of(case: ef.Case, event: str) -> list[dt.date]:
    """Return the days of an event, in order."""
    return [fact.on for fact in case if fact.event == event]


def by_our_day(case: ef.Case, as_of: dt.date, limit: str, ours: dt.timedelta) -> Iterator[str]:
    """Tell where what a limit of the law asks for was not done by a day of ours, counted from the same start."""
    for deadline in ef.deadlines_of(case, as_of):
        day = deadline.starts_on + ours
        if deadline.limit == limit and (deadline.done_on or deadline.ended_on or as_of) > day:
            done = f"it was done on {deadline.done_on}" if deadline.done_on else "do it now"
            yield f"{deadline.title.lower()}: our day was {day}, {done}"


@compliance_rule("A caseworker is named within a week", case=REQUEST, last_day="2026-01-12")
def caseworker_within_a_week(case: ef.Case, as_of: dt.date) -> Iterator[str]:
    for received in days_of(case, "request_received"):
        day = received + dt.timedelta(weeks=1)
        if as_of > day and case.particular("caseworker", day) is None:
            yield f"name a caseworker: the request came on {received}"


@compliance_rule(
    "The panel decides on a request by week 5",
    case=lambda day: REQUEST.on(day, "assessment_agreed"),
    last_day="2026-02-09",
)
def decided_by_week_5(case: ef.Case, as_of: dt.date) -> Iterator[str]:
    return by_our_day(case, as_of, "decide_assess", dt.timedelta(weeks=5))


@compliance_rule(
    "Advice that is still out in week 4 is chased",
    case=AGREED.week(5, "advice_requested", party="psychological"),
    last_day="2026-03-02",
)
def advice_chased_in_week_4(case: ef.Case, as_of: dt.date) -> Iterator[str]:
    for deadline in ef.deadlines_of(case, as_of):
        if deadline.limit == "advice" and deadline.status in {"open", "overdue"}:
            out = as_of - deadline.starts_on
            if out > dt.timedelta(weeks=3):
                yield f"chase the {deadline.party} advice: it has been out for {out.days} days"


@compliance_rule(
    "The draft goes out by week 14", case=lambda day: AGREED.on(day, "draft_plan_sent"), last_day="2026-04-13"
)
def draft_by_week_14(case: ef.Case, as_of: dt.date) -> Iterator[str]:
    for deadline in ef.deadlines_of(case, as_of):
        if deadline.limit == "final_plan":
            day = deadline.starts_on + dt.timedelta(weeks=14)
            drafts = [sent for sent in days_of(case, "draft_plan_sent") if sent >= deadline.starts_on]
            if min([*drafts, deadline.ended_on or as_of]) > day:
                yield (
                    f"send the draft: our day was {day}" if not drafts else f"the draft went on {drafts[0]}, not {day}"
                )


@compliance_rule(
    "Schools are consulted within five days of the draft",
    case=lambda day: DRAFTED.on(day, "school_consulted", party="114579"),
    last_day="2026-04-18",
)
def schools_within_five_days(case: ef.Case, as_of: dt.date) -> Iterator[str]:
    drafts, asked = days_of(case, "draft_plan_sent"), days_of(case, "school_consulted")
    if drafts and min([*asked, as_of]) > drafts[0] + dt.timedelta(days=5):
        yield f"consult schools: the draft went on {drafts[0]}"


@compliance_rule(
    "No final plan without a meeting with the family",
    case=lambda day: DRAFTED.on(day, "meeting_held").on("2026-05-04", "final_plan_sent"),
    last_day="2026-05-04",
)
def family_met_before_the_plan(case: ef.Case, as_of: dt.date) -> Iterator[str]:
    for sent in days_of(case, "final_plan_sent")[:1]:
        if not any(held <= sent for held in days_of(case, "meeting_held")):
            yield f"the final plan went on {sent}, and nobody had met the family: offer a meeting now"


@compliance_rule(
    "The final plan goes out by week 18",
    case=lambda day: DRAFTED.on(day, "final_plan_sent"),
    last_day="2026-05-11",
)
def plan_by_week_18(case: ef.Case, as_of: dt.date) -> Iterator[str]:
    return by_our_day(case, as_of, "final_plan", dt.timedelta(weeks=18))


@compliance_rule(
    "A review is invited three weeks ahead",
    case=lambda day: REVIEWED.on(day, "review_invited").on("2026-03-27", "review_meeting_held"),
    last_day="2026-03-06",
)
def review_invited_three_weeks_ahead(case: ef.Case, as_of: dt.date) -> Iterator[str]:
    for held in days_of(case, "review_meeting_held"):
        ahead = held - dt.timedelta(weeks=3)
        if not any(held - dt.timedelta(weeks=26) <= asked <= ahead for asked in days_of(case, "review_invited")):
            yield f"the review of {held} was not invited by {ahead}: ask who could not come"


@compliance_rule(
    "A review is decided within three weeks of its meeting",
    case=lambda day: REVIEWED.on("2026-03-27", "review_meeting_held").on(
        day, "review_decision_sent", outcome="maintain"
    ),
    last_day="2026-04-17",
)
def review_decided_in_three_weeks(case: ef.Case, as_of: dt.date) -> Iterator[str]:
    return by_our_day(case, as_of, "review_decision", dt.timedelta(weeks=3))


@compliance_rule(
    "Plans for a move to secondary school are final by 31 January",
    case=lambda day: (
        REVIEWED.on("2026-09-01", "phase_transfer_due", outcome="school")
        .on("2025-11-03", "review_meeting_held")
        .on("2025-11-24", "review_decision_sent", outcome="amend")
        .on(day, "amended_plan_sent")
    ),
    last_day="2026-01-31",
)
def transfers_by_31_january(case: ef.Case, as_of: dt.date) -> Iterator[str]:
    for deadline in ef.deadlines_of(case, as_of):
        if deadline.limit == "phase_transfer" and deadline.due_on and deadline.due_on.month == FEBRUARY:
            day = dt.date(deadline.due_on.year, 1, 31)
            if (deadline.done_on or deadline.ended_on or as_of) > day:
                yield f"finish the plan for the next school: our day was {day}"


@pytest.mark.parametrize("received", ["2026-01-05", "2026-07-20", "2027-12-24", "2028-02-29"])
def test_the_handbook_keeps_within_the_law(received: str) -> None:
    """If the plan itself breaks the law, no officer can keep it."""
    case = (
        case_builder(received)
        .week(5, "assessment_agreed")
        .week(13, "plan_agreed")
        .week(14, "draft_plan_sent")
        .week(18, "final_plan_sent")
    )

    answer = ef.answer(case, case.received + dt.timedelta(weeks=30))

    assert answer.breaches == ()
    assert answer.findings == ()


def test_the_law_that_the_handbook_was_written_for_still_stands() -> None:
    """Fails when an update brings another period, so that somebody reads the handbook again."""
    pinned = {"decide_assess": "6 weeks after", "final_plan": "20 weeks after", "review_decision": "4 weeks after"}

    newest = {limit: ef.england().limit(limit).rule[0].version[-1] for limit in pinned}

    assert {limit: str(version.counting) for limit, version in newest.items()} == pinned
