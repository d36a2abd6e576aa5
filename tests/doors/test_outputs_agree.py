"""No two outputs contradict each other: pairs of them that can be held, over lives that no record would hold.

PAIRS is the table: what is set beside what, and what must hold between them. Each row is tried on hostile lives on any
day; what it found when it was written stands in `test_what_once_contradicted_itself`.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_flow.answers import Answer, answer
from ehcp_flow.case import Case
from ehcp_flow.deadlines import MISSED
from ehcp_flow.facts import Fact, make_fact, outcomes_of
from ehcp_flow.measures import registers
from ehcp_flow.reports.case_page import case_page
from ehcp_flow.states import MAINTAINED_STATES, State, allowed
from ehcp_flow.testing.strategies import cases, days
from tests.telling import tell

Found = Iterator[object]

WITHOUT_PLAN = frozenset({State.CEASED, State.TRANSFERRED_OUT, State.DIED})
OF_A_PLAN = (
    "annual_review",
    "transfer_review",
    "review_decision",
    "amendment_notice",
    "amended_plan",
    "under_fives_review",
)
ENDS_A_PLAN = ("plan_ceased", "plan_transferred_out")
TO_DO = ("open", "overdue")


def standing(told: Answer, *limits: str) -> list[Any]:
    return [each for each in told.deadlines if each.status in TO_DO and (not limits or each.limit in limits)]


def rows_of(told: Answer, register: str) -> list[dict[str, Any]]:
    return registers([told], weeks=500)[register]


def a_plan_that_is_gone_is_not_reviewed(told: Answer) -> Found:
    state = told.case_state
    # An order lets a plan cease at once, and its clocks end with the record that it did: what is left is `order_cease`.
    moved = [step for step in state.history if step.from_ is not step.to]
    ended = moved and moved[-1].fact.event in (*ENDS_A_PLAN, "died")
    if state.state in WITHOUT_PLAN and ended:
        yield from standing(told, *OF_A_PLAN)


def nothing_is_to_be_done_for_the_dead(told: Answer) -> Found:
    if told.case_state.state is State.DIED:
        yield from standing(told)
        for register in ("due", "advice", "reviews", "transfers", "disputes"):
            yield from rows_of(told, register)


def no_move_is_open_where_the_case_is_over(told: Answer) -> Found:
    # What is recorded of the day itself may have come before the death.
    if told.case_state.state is State.DIED and told.case_state.since != told.as_of:
        yield from (each for each in allowed(told.case, told.as_of) if each.allowed)


def a_plan_may_not_end_while_its_time_is_protected(told: Answer) -> Found:
    protected = [each for each in told.deadlines if each.limit == "cease_standstill" and each.status == "open"]
    if protected and told.case_state.state is State.CEASE_NOTIFIED:
        yield from (each for each in allowed(told.case, told.as_of) if each.event == "plan_ceased" and each.allowed)


def a_status_says_what_the_days_say(told: Answer) -> Found:
    for each in told.deadlines:
        due, done, ended, as_of = each.due_on, each.done_on, each.ended_on, told.as_of
        holds = {
            "open": done is None and ended is None,
            "overdue": done is None and ended is None and due is not None and as_of > due,
            "met": each.earliest_on is not None or (done is not None and due is not None and done <= due),
            "late": done is not None and due is not None and done > due and each.days_over == (done - due).days,
            "premature": done is not None and (each.earliest_on is not None or due is None),
            "lapsed": True,
            "overtaken": due is not None and ended is not None and each.days_over == (ended - due).days > 0,
            "undated": True,
            "unrecorded": done is None and not each.breach and each.days_over is None,
        }
        if not holds[each.status] or ((ended is not None) and each.status not in ("lapsed", "overtaken")):
            yield each


def a_breach_is_a_limit_of_law_that_was_missed(told: Answer) -> Found:
    for each in told.deadlines:
        if each.breach and (each.kind != "statutory" or each.status not in MISSED or each.excused_by):
            yield each
        if each.excused_by and each.breach:
            yield each


def an_act_that_nobody_dated_is_a_finding(told: Answer) -> Found:
    asked = {id(each.fact) for each in told.findings if each.code in ("act_not_dated", "due_date_uncertain")}
    for each in told.deadlines:
        of = each.derivation
        if each.status == "undated" and of.implied and not {id(of.implied), id(of.start)} & asked:
            yield each


def the_register_of_breaches_is_the_breaches(told: Answer) -> Found:
    listed = sorted((row["limit"], str(row["due_on"]), row["status"]) for row in rows_of(told, "breaches"))
    if listed != sorted((each.limit, str(each.due_on), each.status) for each in told.breaches):
        yield listed


def what_falls_due_is_open_and_not_done(told: Answer) -> Found:
    open_ = {(each.limit, each.due_on) for each in standing(told) if each.status == "open"}
    yield from (row for row in rows_of(told, "due") if (row["limit"], row["due_on"]) not in open_)


def the_advice_to_be_chased_has_not_come(told: Answer) -> Found:
    asked = standing(told, "advice", "advice_again", "detained_advice")
    missing = {(each.party or "", each.due_on) for each in asked if each.done_on is None}
    yield from missing ^ {(row["adviser"], row["due_on"]) for row in rows_of(told, "advice")}


def reviews_are_listed_of_plans_that_are_maintained(told: Answer) -> Found:
    listed = rows_of(told, "reviews")
    if listed and told.case_state.state not in MAINTAINED_STATES:
        yield from listed


def the_page_tells_of_every_breach_and_of_no_other(told: Answer) -> Found:
    page = case_page(told)
    if page.count("The law has not been kept.") < len([e for e in told.breaches if e.earliest_on is None and e.due_on]):
        yield page


def what_is_too_late_by_age_is_not_to_be_done(told: Answer) -> Found:
    last = [each.derivation.outgrown for each in told.deadlines if each.derivation.outgrown is not None]
    if any(each.limit == "annual_review" and each.derivation.outgrown for each in told.deadlines):
        yield from (each for each in standing(told, *OF_A_PLAN) if each.starts_on > max(last))


def a_plan_that_is_maintained_has_not_ended_for_its_reviews(told: Answer) -> Found:
    if told.case_state.state in MAINTAINED_STATES:
        yearly = [each for each in told.deadlines if each.limit in ("annual_review", "transfer_review")]
        running = [each for each in yearly if each.status in TO_DO]
        gone = [each for each in yearly if each.derivation.cause and each.derivation.cause.event in ENDS_A_PLAN]
        since = told.case_state.since
        if gone and not running and all(each.ended_on and since and each.ended_on >= since for each in gone[-1:]):
            yield from gone[-1:]


def what_was_decided_waits_for_no_decision(told: Answer) -> Found:
    # An answer dated before its question decides nothing, and is a finding of the state.
    if told.case_state.state in (State.ASSESSING, State.REFUSED_ASSESSMENT) and not told.case_state.findings:
        yield from standing(told, "decide_assess", "detained_decide_assess")


class Pair(NamedTuple):
    """Two outputs, what must hold between them, and what breaks it in an answer."""

    one: str
    other: str
    holds: str
    breaks: Callable[[Answer], Found]


PAIRS = (
    Pair("state", "deadlines", "a plan that is gone is not reviewed", a_plan_that_is_gone_is_not_reviewed),
    Pair("state", "deadlines, registers", "nothing is to be done for the dead", nothing_is_to_be_done_for_the_dead),
    Pair("state", "allowed moves", "no move is open where the case is over", no_move_is_open_where_the_case_is_over),
    Pair(
        "allowed moves",
        "deadlines",
        "a plan may not end in its standstill",
        a_plan_may_not_end_while_its_time_is_protected,
    ),
    Pair("status", "days", "a status says what the days say", a_status_says_what_the_days_say),
    Pair("breach", "kind, status", "a breach is a limit of law, missed", a_breach_is_a_limit_of_law_that_was_missed),
    Pair("deadlines", "findings", "an undated act is a finding", an_act_that_nobody_dated_is_a_finding),
    Pair("breaches", "register", "the register lists the breaches", the_register_of_breaches_is_the_breaches),
    Pair("due", "deadlines", "what falls due is open", what_falls_due_is_open_and_not_done),
    Pair("advice", "deadlines", "advice to be chased has not come", the_advice_to_be_chased_has_not_come),
    Pair("reviews", "state", "reviews are of plans maintained", reviews_are_listed_of_plans_that_are_maintained),
    Pair("case page", "breaches", "the page tells of every breach", the_page_tells_of_every_breach_and_of_no_other),
    Pair(
        "state",
        "yearly clock",
        "a maintained plan has not ended",
        a_plan_that_is_maintained_has_not_ended_for_its_reviews,
    ),
    Pair("state", "request clock", "what was decided waits no more", what_was_decided_waits_for_no_decision),
    Pair("deadlines", "age", "nothing of a plan is due after 26", what_is_too_late_by_age_is_not_to_be_done),
)


# What makes, reviews, moves and ends a plan, near together: here the outputs have most to disagree about.
CROWDED = (
    "request_received", "assessment_agreed", "assessment_refused", "advice_requested", "advice_received",
    "plan_agreed", "plan_refused", "draft_plan_sent", "final_plan_sent", "review_meeting_held",
    "review_decision_sent", "amendment_notice_sent", "amended_plan_sent", "amendment_declined",
    "reassessment_requested", "reassessment_started", "cease_consulted", "cease_notice_sent", "plan_ceased",
    "moved_away", "plan_transferred_out", "plan_transferred_in", "detained", "released", "appeal_registered",
    "tribunal_order_made", "phase_transfer_due", "plan_kept", "left_england", "died",
)  # fmt: skip
FIRST = dt.date(2024, 1, 1)


def crowded(seed: int) -> Case:
    """Return a case of many facts of few years, some of them on one day: Hypothesis by itself keeps to few."""
    chance = random.Random(seed)  # noqa: S311 - a made-up life
    told = [
        fact_of(chance, FIRST + dt.timedelta(chance.choice([chance.randint(0, 900), 7 * chance.randint(0, 60)])))
        for _ in range(chance.randint(3, 22))
    ]
    if chance.random() < 0.3:
        born = chance.choice(["1999-06-15", "2000-03-01", "2006-01-01"])
        told.append(make_fact("date_of_birth", case_id="a", on=born))
    return Case("a", tuple(told))


def fact_of(chance: random.Random, on: dt.date) -> Fact:
    event = chance.choice(CROWDED)
    fields: dict[str, Any] = {"outcome": chance.choice(outcomes_of(event))}
    if event.startswith("advice"):
        fields["party"] = chance.choice(["medical", "psychological"])
    elif event == "detained":
        fields["party"] = chance.choice([None, "other_custody"])
    elif event == "plan_kept":
        fields["until"] = on + dt.timedelta(chance.randint(0, 300))
    return make_fact(event, case_id="a", on=on, **fields)


def contradictions(case: Case, as_of: dt.date | str) -> dict[str, list[object]]:
    told = answer(case, as_of)
    broken = {pair.holds: list(pair.breaks(told)) for pair in PAIRS}
    return {holds: found for holds, found in broken.items() if found}


@settings(max_examples=400)
@given(st.one_of(cases(), st.builds(crowded, st.integers(0, 1 << 40))), days(FIRST, dt.date(2029, 12, 31)))
def test_no_two_outputs_contradict_each_other(case, as_of):
    assert contradictions(case, as_of) == {}


@pytest.mark.parametrize(
    "chronology",
    [
        # The first of two appeals took the acts that came before the second one alone, and so outlived the child.
        "2024-09-16 appeal_registered; 2024-10-25 appeal_registered; 2024-11-07 died",
        "2025-09-01 detained; 2025-09-08 final_plan_sent; 2025-10-06 final_plan_sent; 2025-10-20 died",
    ],
)
def test_what_once_contradicted_itself(chronology):
    assert contradictions(tell(chronology), "2027-06-30") == {}


def test_each_pair_can_be_broken():
    """A state or a status that is not what the record says is told by the pair that holds the two beside each other."""
    told = answer(tell("2024-01-01 final_plan_sent; 2024-06-03 review_meeting_held"), "2026-06-30")
    for state in (State.CEASED, State.DIED):
        step = told.case_state.history[-1]._replace(fact=tell("2024-06-03 died").recorded[0])
        other = replace(told.case_state, pathway=state, since=dt.date(2024, 6, 3), history=(step,))
        broken = {pair.holds for pair in PAIRS if list(pair.breaks(replace(told, case_state=other)))}
        assert "a plan that is gone is not reviewed" in broken
        assert ("nothing is to be done for the dead" in broken) is (state is State.DIED)
    assert list(reviews_are_listed_of_plans_that_are_maintained(told)) == []
