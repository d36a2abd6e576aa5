"""What is counted by the day of an act, over columns: the flows of `ehcp_flow.measures.counts`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from ehcp_flow.bulk.codes import KEYS, NO_DAY, Array
from ehcp_flow.bulk.entries import Entries
from ehcp_flow.bulk.stories import Deadlines, Stories, are, events
from ehcp_flow.bulk.trails import STATES
from ehcp_flow.engine.kernel import LAPSED, LATE, MET, OVERDUE
from ehcp_flow.measures.counts import (
    ACTS,
    APPEAL,
    ARRANGED,
    ASSESSING,
    BANDS,
    DISPUTE_COLUMNS,
    ENDS,
    MEDIATED,
    MEDIATION,
    NO_EXCUSE,
    ORDER,
    YEAR,
    Act,
)
from ehcp_flow.measures.story import FINAL, HOLDING, KEPT, NOT_ISSUE
from ehcp_flow.states import State

__all__ = ["FLOWS", "disputed"]

_ASSESSING: Final = are(*ASSESSING)
_KEPT: Final = are(*KEPT)
_WITHDRAWN: Final = STATES.index(State.WITHDRAWN)
_ABOUT: Final = {
    "request": are(State.REFUSED_ASSESSMENT),
    "assess": are(State.REFUSED_PLAN),
    "other": are(*HOLDING, State.CEASED),
}
_EXCUSING: Final = np.array([event == "exception_recorded" and outcome != NO_EXCUSE for event, outcome in KEYS])


def _acts(stories: Stories, entries: Entries) -> None:
    for act in ACTS:
        told = stories.of(*act.limits)
        _kept(entries, act, told, np.ones(len(told), dtype=bool))


def _kept(entries: Entries, act: Act, told: Deadlines, chosen: Array) -> None:
    for status, column in ((MET, act.within), (LATE, act.over)):
        at = np.flatnonzero(chosen & (told.status == status) & (told.done >= 0))
        entries.act(column, told.case[at], told.done_on[at], party=told.party[at] if act.by_party else -1)


def _assessments(stories: Stories, entries: Entries) -> None:
    facts, trail = stories.facts, stories.trail
    refused = stories.places("plan_refused")
    case, on = facts.case[refused], facts.on[refused]
    _assessed(entries, "assess_not_issued", case, on)
    told = stories.of(*NOT_ISSUE)
    limit = told.last_started(case, on)
    due = np.append(told.due, NO_DAY).take(limit)
    for column, chosen in (
        ("outcome_decision_within_time", on <= due),
        ("outcome_decision_over_time", (due != NO_DAY) & (on > due)),
    ):
        entries.act(column, case[chosen], on[chosen])
    left = (trail.to == _WITHDRAWN) | events("moved_away").take(facts.key[trail.place])
    places = trail.place[_ASSESSING.take(trail.source) & left]
    _assessed(entries, "assess_withdrawn", facts.case[places], facts.on[places])


def _assessed(entries: Entries, column: str, case: Array, on: Array) -> None:
    entries.act(column, case, on)
    entries.act("assess_in_year", case, on)


def _decisions(stories: Stories, entries: Entries) -> None:
    refusing = stories.of(*NOT_ISSUE)
    excused = refusing.start[refusing.excuses > 0]
    told = stories.of("decide_issue", "detained_decide_issue")
    day = np.where(told.done >= 0, told.done_on, told.implied_on)
    known = day != NO_DAY
    plain = ~np.isin(told.start, excused)
    for side, chosen in (("", known), ("_ex", known & plain)):
        met = chosen & (told.status == MET)
        entries.act(f"decision_16_weeks_den{side}", told.case[chosen], day[chosen])
        entries.act(f"decision_within_16_weeks{side}", told.case[met], day[met])


def _plans(stories: Stories, entries: Entries) -> None:
    facts, trail = stories.facts, stories.trail
    sent = events("final_plan_sent").take(facts.key[trail.place])
    places = trail.place[sent & ~_KEPT.take(trail.source)]
    case, on = facts.case[places], facts.on[places]
    told = stories.of(*FINAL)
    limit = told.last_started(case, on)
    timed = limit >= 0
    _assessed(entries, "assess_issued", case, on)
    other = timed & (np.append(told.done_on, NO_DAY).take(limit) != on)
    entries.act("plans_issued_other_clock", case[other], on[other])

    case, on, limit, timed = (column[~other] for column in (case, on, limit, timed))
    excepted = np.where(timed, np.append(told.excuses, 0).take(limit) > 0, _claimed(stories, case, on))
    not_made_out = timed & ~excepted & np.append(told.claimed, False).take(limit)
    for column, chosen in (
        ("plans_issued_den", slice(None)),
        ("plans_with_exception", excepted),
        ("plans_issued_den_ex", ~excepted),
        ("plans_exception_not_made_out", not_made_out),
    ):
        entries.act(column, case[chosen], on[chosen])

    dated = timed & (np.append(told.due, NO_DAY).take(limit) != NO_DAY)
    case, on, limit, excepted = (column[dated] for column in (case, on, limit, excepted))
    days = on - told.base[limit]
    band = np.where(told.status[limit] == MET, 0, np.where(days > YEAR.days, 2, 1))
    for number, (column, column_ex) in enumerate(BANDS):
        for name, chosen in ((column, band == number), (column_ex, (band == number) & ~excepted)):
            entries.act(name, case[chosen], on[chosen])
    entries.act("plans_timed", case, on, days)
    entries.act("plans_timed_ex", case[~excepted], on[~excepted], days[~excepted])


def _claimed(stories: Stories, case: Array, on: Array) -> Array:
    """Return whether an exception to the 20 weeks is claimed for a plan without a request."""
    facts = stories.facts
    limits = [*(limit in FINAL for limit in facts.limits), True]
    at = facts.places(_EXCUSING).at
    at = at[np.array(limits)[facts.limit[at]]][::-1]
    first = np.full(facts.cases, np.iinfo(np.int32).max, dtype=np.int32)
    first[facts.case[at]] = facts.on[at]
    claimed: Array = first[case] <= on
    return claimed


def _ends(stories: Stories, entries: Entries) -> None:
    facts = stories.facts
    for event, column in ENDS.items():
        places = stories.places(event)
        entries.act(column, facts.case[places], facts.on[places])


def _transfers(stories: Stories, entries: Entries) -> None:
    told = stories.of("phase_transfer")
    owed = (told.due != NO_DAY) & (told.status != LAPSED)
    done = owed & (told.done >= 0)
    for column, chosen in (
        ("phase_transfer_due", owed),
        ("phase_transfer_final", done),
        ("phase_transfer_in_time", done & (told.status == MET)),
    ):
        entries.act(column, told.case[chosen], told.due[chosen])


def _mediations(stories: Stories, entries: Entries) -> None:
    known = np.zeros(stories.facts.cases, dtype=bool)
    for limit in ARRANGED:
        told = stories.of(limit)
        chosen = ~known.take(told.case)
        _kept(entries, MEDIATED, told, chosen)
        overdue = chosen & (told.status == OVERDUE) & (told.due != NO_DAY)
        entries.act(MEDIATED.over, told.case[overdue], told.due[overdue])
        known[told.case] = True


def _orders(stories: Stories, entries: Entries) -> None:
    for limit in stories.law.rulebook.limits.values():
        if limit.id.startswith(ORDER) and limit.kind == "statutory":
            told = stories.of(limit.id)
            due = (told.due != NO_DAY) & np.isin(told.status, (MET, LATE, OVERDUE))
            met = due & (told.status == MET)
            entries.act("order_limits_due", told.case[due], told.due[due])
            entries.act("order_limits_met", told.case[met], told.due[met])


def disputed(stories: Stories, about: str) -> tuple[Array, Array]:
    """Return the places of the mediations and of the appeals about something, in legal order."""
    facts = stories.facts

    def of(*names: str) -> Array:
        places = stories.places(*names)
        at = stories.states_on(facts.case[places], facts.on[places])
        return places[_ABOUT[about].take(at)]

    return of(*MEDIATION), of(APPEAL)


def _disputes(stories: Stories, entries: Entries) -> None:
    facts = stories.facts
    for about, (mediation, tribunal, both) in DISPUTE_COLUMNS.items():
        mediated, appealed = disputed(stories, about)
        earlier = facts.only(mediated).before(appealed) >= facts.first(appealed)
        for column, places in ((mediation, mediated), (tribunal, appealed), (both, appealed[earlier])):
            entries.act(column, facts.case[places], facts.on[places])


FLOWS: Final[tuple[Callable[[Stories, Entries], None], ...]] = (
    _acts,
    _assessments,
    _decisions,
    _plans,
    _ends,
    _transfers,
    _mediations,
    _orders,
    _disputes,
)
"""Those of `ehcp_flow.measures.counts.FLOWS`, one for one."""
