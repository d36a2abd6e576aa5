"""No two outputs contradict each other: pairs of them that can be held, over lives that no record would hold.

PAIRS is the table: what is set beside what, and what must hold between them. Each row is tried on hostile lives on any
day; what it found when it was written stands in `test_what_once_contradicted_itself`.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_flow.answers import Answer, answer
from ehcp_flow.case import Case
from ehcp_flow.deadlines import MISSED, Deadline
from ehcp_flow.facts import Fact, make_fact, outcomes_of
from ehcp_flow.measures import registers
from ehcp_flow.reports.calendar_feed import work_calendar, work_of
from ehcp_flow.reports.case_page import case_page
from ehcp_flow.states import MAINTAINED_STATES, State, allowed
from ehcp_flow.testing.strategies import cases, days, in_months
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
    if told.case_state.state in WITHOUT_PLAN:
        yield from standing(told, *OF_A_PLAN)


def what_is_still_to_be_ceased_is_still_held(told: Answer) -> Found:
    if told.case_state.state not in MAINTAINED_STATES | {State.KEPT_DETAINED}:
        yield from standing(told, "order_cease")


def no_plan_is_to_be_sent_to_nobody(told: Answer) -> Found:
    left = any(each.event == "left_england" and each.on <= told.as_of for each in told.case.facts)
    if left and told.case_state.state is State.TRANSFERRING_OUT:
        came = {"request_received", "became_responsible", "plan_transferred_in", "taken_over_on_release", "detained"}
        if not came & {each.event for each in told.case.facts}:
            yield told.case_state


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
    # Once for each gap: what tells it names every limit that the same record would settle.
    said = [finding.message for finding in told.findings if finding.limit]
    for each in told.deadlines:
        if each.status == "undated" and each.derivation.implied and not any(each.limit in text for text in said):
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
    if page.count("The law has not been kept.") != len(told.breaches):
        yield page
    # A right of the family is no duty, and nobody has broken it.
    contested = [each for each in told.deadlines if each.contested_by and each.derivation.limit.side != "family"]
    if page.count("The law can be read in another way here") != len(contested):
        yield page


def the_page_says_that_nothing_is_due_where_nothing_is(told: Answer) -> Found:
    open_ = [each for each in standing(told) if each.status == "open"]
    ahead = [each for each in open_ if each.due_on is None or each.due_on >= told.as_of]
    undated = [each for each in ahead if each.due_on is None and each.derivation.protected is None]
    if ("Nothing more is to come now." in case_page(told)) != (len(ahead) == len(undated)):
        yield ahead


def what_an_explanation_says_of_a_breach_is_so(told: Answer) -> Found:
    for each in told.deadlines:
        result = " ".join(step.text for step in each.explanation if step.part == "result")
        read = [step.text for step in each.explanation if step.part == "reading" and "By that reading" in step.text]
        says = "there is no breach." if each.breach else "this is a breach."
        named = [name for name in each.contested_by if any(name in text for text in read)]
        if ("This is a breach." in result) != each.breach or (
            each.missed and ("no breach" in result.lower()) == each.breach
        ):
            yield result
        if len(named) != len(each.contested_by) != len(read) or not all(text.endswith(says) for text in read):
            yield read


def a_reading_that_contests_is_no_reading_of_the_row(told: Answer) -> Found:
    for each in told.deadlines:
        readings = {reading.name for reading, _ in each.derivation.readings}
        yield from (name for name in each.contested_by if name not in readings)


def what_is_found_of_a_limit_is_found_of_one_that_there_is(told: Answer) -> Found:
    limits = {each.limit for each in told.deadlines}
    for each in told.findings:
        if each.limit is not None and each.limit not in limits and each.code != "no_law_in_force":
            yield each


def a_day_known_to_the_month_is_a_finding_where_it_matters(told: Answer) -> Found:
    asked = {each.limit for each in told.findings if each.code == "due_date_uncertain"}
    for each in told.deadlines:
        earliest, due = each.due_on_earliest, each.due_on
        if earliest is not None and (each.limit not in asked or due is None or earliest >= due):
            yield each


def no_two_duties_are_one(told: Answer) -> Found:
    keys = [each.key for each in told.deadlines]
    yield from {key for key in keys if keys.count(key) > 1}


def nothing_is_done_or_ended_after_the_day(told: Answer) -> Found:
    for each in told.deadlines:
        if any(day is not None and day > told.as_of for day in (each.done_on, each.ended_on)):
            yield each
    since = told.case_state.since
    if since is not None and since > told.as_of:
        yield since


def a_copy_starts_nothing_and_does_nothing(told: Answer) -> Found:
    copies = {id(each.fact) for each in told.findings if each.code == "act_repeated"}
    for each in told.deadlines:
        if {id(each.derivation.start), id(each.derivation.done)} & copies:
            yield each
    yield from (step for step in told.case_state.history if id(step.fact) in copies)


def one_omission_is_one_breach(told: Answer) -> Found:
    missing = {each.starts_on for each in told.breaches if each.limit == "review_decision" and each.done_on is None}
    for each in told.breaches:
        if each.limit == "amendment_notice" and each.status == "overdue" and each.starts_on in missing:
            yield each


def a_plan_is_not_sent_in_the_only_time_that_is_protected(told: Answer) -> Found:
    for state, limit, event in (
        (State.DRAFT_ISSUED, "draft_representations", "final_plan_sent"),
        (State.AMENDMENT_PROPOSED, "amendment_representations", "amended_plan_sent"),
    ):
        times = [each for each in told.deadlines if each.limit == limit]
        if told.case_state.pathway is state and len(times) == 1 and times[0].status == "open":
            yield from (each for each in allowed(told.case, told.as_of) if each.event == event and each.allowed)


def what_the_register_of_exceptions_excuses_is_excused(told: Answer) -> Found:
    excused = {each.limit for each in told.deadlines if each.missed and each.excused_by}
    listed = {limit for row in rows_of(told, "exceptions") for limit in row["excuses"].split(", ") if limit}
    yield from excused ^ listed


def an_open_question_has_its_time(told: Answer) -> Found:
    # Age, custody and a transfer end what the state goes on with, and say so.
    case_state = told.case_state
    ended = {each.event for each in told.case.facts} & {"detained", "date_of_birth", "plan_transferred_in"}
    if case_state.findings or ended or any(each.code == "impossible_date" for each in told.findings):
        return
    for state, limits in (
        (State.REQUESTED, ("decide_assess",)),
        (State.REASSESS_REQUESTED, ("reassessment_decision",)),
        (State.AMENDMENT_PROPOSED, ("amended_plan",)),
        (State.DRAFT_ISSUED, ("draft_representations", "final_plan", "order_plan_final", "concede_plan_final")),
    ):
        if case_state.pathway is state and not any(
            each.limit in limits and each.done_on is None and each.ended_on is None for each in told.deadlines
        ):
            yield state


def a_calendar_has_what_is_to_be_done_and_nothing_else(told: Answer) -> Found:
    feed = work_calendar([told]).replace("\r\n ", "")
    confirmed = feed.count("STATUS:CONFIRMED")
    if confirmed != len([each for each in work_of(told) if each.status in TO_DO and each.due_on is not None]):
        yield feed
    if feed.count("UID:") != len(set(re.findall("UID:(.+)", feed))):
        yield feed


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


# What waits in a state of its own: while it does, the case is not at rest.
WAITS = ("reassessment_decision", "review_decision", "amended_plan")


def a_plan_at_rest_waits_for_no_answer(told: Answer) -> Found:
    if told.case_state.pathway is State.MAINTAINED:
        yield from standing(told, *WAITS)


class Pair(NamedTuple):
    """Two outputs, what must hold between them, and what breaks it in an answer."""

    one: str
    other: str
    holds: str
    breaks: Callable[[Answer], Found]


PAIRS = (
    Pair("state", "deadlines", "a plan that is gone is not reviewed", a_plan_that_is_gone_is_not_reviewed),
    Pair("state", "deadlines", "what is to be ceased is held", what_is_still_to_be_ceased_is_still_held),
    Pair("state", "facts", "no plan is to be sent to nobody", no_plan_is_to_be_sent_to_nobody),
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
    Pair("case page", "deadlines", "the page has what is due", the_page_says_that_nothing_is_due_where_nothing_is),
    Pair("explanation", "breach, readings", "a breach is explained as one", what_an_explanation_says_of_a_breach_is_so),
    Pair(
        "contested_by", "readings", "what contests is another reading", a_reading_that_contests_is_no_reading_of_the_row
    ),
    Pair(
        "findings", "deadlines", "a limit found has a deadline", what_is_found_of_a_limit_is_found_of_one_that_there_is
    ),
    Pair("days", "findings", "a month is a finding", a_day_known_to_the_month_is_a_finding_where_it_matters),
    Pair("keys", "deadlines", "no two duties have one key", no_two_duties_are_one),
    Pair("days", "the day asked", "nothing is done after the day", nothing_is_done_or_ended_after_the_day),
    Pair("findings", "deadlines, state", "a copy moves nothing", a_copy_starts_nothing_and_does_nothing),
    Pair("breaches", "breaches", "one omission is one breach", one_omission_is_one_breach),
    Pair(
        "allowed moves",
        "deadlines",
        "no plan is sent in its protected time",
        a_plan_is_not_sent_in_the_only_time_that_is_protected,
    ),
    Pair("exceptions", "deadlines", "what is excused is listed", what_the_register_of_exceptions_excuses_is_excused),
    Pair("state", "deadlines", "an open question has its time", an_open_question_has_its_time),
    Pair(
        "calendar", "deadlines", "a calendar has what is to be done", a_calendar_has_what_is_to_be_done_and_nothing_else
    ),
    Pair(
        "state",
        "yearly clock",
        "a maintained plan has not ended",
        a_plan_that_is_maintained_has_not_ended_for_its_reviews,
    ),
    Pair("state", "request clock", "what was decided waits no more", what_was_decided_waits_for_no_decision),
    Pair("state", "deadlines", "a plan at rest waits for no answer", a_plan_at_rest_waits_for_no_answer),
    Pair("deadlines", "age", "nothing of a plan is due after 26", what_is_too_late_by_age_is_not_to_be_done),
)


# What makes, reviews, moves and ends a plan, near together: here the outputs have most to disagree about.
CROWDED = (
    "request_received", "assessment_agreed", "assessment_refused", "advice_requested", "advice_received",
    "plan_agreed", "plan_refused", "draft_plan_sent", "final_plan_sent", "review_meeting_held",
    "review_decision_sent", "amendment_notice_sent", "amended_plan_sent", "amendment_declined",
    "reassessment_requested", "reassessment_started", "cease_consulted", "cease_notice_sent", "plan_ceased",
    "moved_away", "plan_transferred_out", "plan_transferred_in", "detained", "released", "appeal_registered",
    "tribunal_order_made", "phase_transfer_due", "plan_kept", "left_england", "died", "reassessment_agreed",
    "reassessment_refused", "refusal_reversed", "transfer_notice_sent", "cease_notice_withdrawn", "onward_appeal_made",
    "onward_appeal_ended", "taken_over_on_release", "release_notified",
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
@given(
    st.one_of(cases(), in_months(cases()), st.builds(crowded, st.integers(0, 1 << 40))),
    days(FIRST, dt.date(2029, 12, 31)),
)
def test_no_two_outputs_contradict_each_other(case, as_of):
    assert contradictions(case, as_of) == {}


A_REQUEST_BESIDE_A_REVIEW = """
    2024-09-02 final_plan_sent
    2025-06-02 review_meeting_held
    2025-06-09 reassessment_requested
    2025-06-16 review_decision_sent outcome=maintain
"""
TWO_YEARS = """
    2024-05-20 final_plan_sent
    2024-10-28 reassessment_started
    2024-12-30 review_meeting_held
    2025-01-25 amended_plan_sent
"""
"""The year of the Act and that of the regulation began with one plan, and went by one key."""


@pytest.mark.parametrize(
    "chronology",
    [
        # The first of two appeals took the acts that came before the second one alone, and so outlived the child.
        "2024-09-16 appeal_registered; 2024-10-25 appeal_registered; 2024-11-07 died",
        "2025-09-01 detained; 2025-09-08 final_plan_sent; 2025-10-06 final_plan_sent; 2025-10-20 died",
        # MAINTAINED, while a request waits for its answer.
        A_REQUEST_BESIDE_A_REVIEW,
        TWO_YEARS,
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


def test_an_output_that_is_not_what_the_answer_says_is_told(monkeypatch):
    told = answer(tell("2025-08-04 final_plan_sent; 2026-03-02 review_meeting_held"), "2026-06-30")
    assert contradictions(told.case, told.as_of) == {}
    page = case_page(told)
    monkeypatch.setattr(f"{__name__}.case_page", lambda _: page.replace("The law has not been kept.", "", 1))
    assert set(contradictions(told.case, told.as_of)) == {"the page tells of every breach"}
    monkeypatch.setattr(f"{__name__}.case_page", lambda _: f"{page} Nothing more is to come now.")
    assert set(contradictions(told.case, told.as_of)) == {"the page has what is due"}
    monkeypatch.undo()
    feed = work_calendar([told])
    monkeypatch.setattr(f"{__name__}.work_calendar", lambda _: feed.replace("CONFIRMED", "CANCELLED", 1))
    assert set(contradictions(told.case, told.as_of)) == {"a calendar has what is to be done"}
    monkeypatch.undo()
    monkeypatch.setattr(Deadline, "explanation", ())
    assert set(contradictions(told.case, told.as_of)) == {"a breach is explained as one"}
    monkeypatch.undo()
    monkeypatch.setattr(Deadline, "key", "a|b||c-1")
    assert "no two duties have one key" in contradictions(told.case, told.as_of)
