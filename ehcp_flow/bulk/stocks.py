"""What became of a period's requests, and what stood on a day, over columns: as in `ehcp_flow.measures.counts`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final

import numpy as np

from ehcp_flow.bulk.codes import KEYS, NO_DAY, Array, as_date, as_day, case_and_day
from ehcp_flow.bulk.entries import Entries
from ehcp_flow.bulk.flows import disputed
from ehcp_flow.bulk.stories import Stories, are, events
from ehcp_flow.engine.kernel import LAPSED
from ehcp_flow.measures.backlog import MONTHS, OVER, WEEK, longest_ago
from ehcp_flow.measures.counts import ASSESSING, DRAFTING, REVIEWS, outcome_column
from ehcp_flow.measures.periods import Period
from ehcp_flow.measures.story import ASSESS, FINAL
from ehcp_flow.states import State

__all__ = ["STANDING", "Look"]

_ASSESSING: Final = are(*ASSESSING)
_IN_ASSESSMENT: Final = are(State.ASSESSING)
_DRAFTING: Final = are(*DRAFTING)
_OUTCOMES: Final = tuple(dict.fromkeys(outcome for event, outcome in KEYS if event == "review_decision_sent"))


class Look:
    """One period of a chunk: its place, its days as numbers, and the cases that had begun by its end."""

    def __init__(self, stories: Stories, entries: Entries, place: int, period: Period) -> None:
        self.stories = stories
        self.facts = stories.facts
        self.start, self.end, self.stock_on = map(as_day, (period.start, period.end, period.stock_on))
        self.last = min(self.end, stories.facts.as_of)
        self._entries = entries
        self._place = place
        self._begun = (self.stock_on >= stories.began) | (self.end >= stories.began)

    def count(self, column: str, case: Array, days: Array | int = 0) -> None:
        """Count cases, but for those that had not begun."""
        begun = self._begun.take(case)
        self._entries.stock(column, self._place, case[begun], days if isinstance(days, int) else days[begun])

    def holds(self, day: Array) -> Array:
        """Return which days lie in the period."""
        inside: Array = (self.start <= day) & (day <= self.end)
        return inside

    @cached_property
    def received(self) -> Array:
        """The requests that came in the period, as places in the deadlines of `ASSESS`."""
        told = self.stories.of(*ASSESS)
        return told.once[self.holds(told.base[told.once])]

    def last_decision(self, day: int) -> Array:
        """Return the limit for the decision on the last review meeting of each case up to a day, -1 for none."""
        return self.stories.of("review_decision").last_started(self.stories.cases, day)


def _request_cohort(look: Look) -> None:
    told, at, end = look.stories.of(*ASSESS), look.received, look.stock_on
    facts, case = look.facts, told.case[look.received]
    look.count("requests_received_in_year", case)
    look.count("requests_rya", case[look.stories.detained_on(case, told.base[at])])

    def by_then(place: Array, on: Array) -> Array:
        return (place[at] >= 0) & (on[at] <= end)

    def was(event: str, place: Array) -> Array:
        return events(event).take(np.append(facts.key, 0).take(place[at]))

    done = by_then(told.done, told.done_on)
    implied = ~done & (told.done[at] < 0) & by_then(told.implied, told.implied_on)
    refused = (done & was("assessment_refused", told.done)) | (implied & was("refusal_reversed", told.implied))
    decided = done | implied
    fell = ~decided & by_then(told.ended, told.ended_on)
    for column, chosen in (
        ("requests_decided_not_to_assess", refused),
        ("requests_decided_to_assess", decided & ~refused),
        ("requests_withdrawn", fell),
        ("requests_decision_not_made", ~(decided | fell)),
    ):
        look.count(column, case[chosen])


def _disputed_cohort(look: Look) -> None:
    told, at, facts = look.stories.of(*ASSESS), look.received, look.facts
    refused = at[events("assessment_refused").take(np.append(facts.key, 0).take(told.done[at])) & (told.done[at] >= 0)]
    case, on = told.case[refused], told.done_on[refused]

    def followed(places: Array) -> Array:
        """Return which refusals one of these facts followed by the day of stock."""
        number = case_and_day(facts.case[places], facts.on[places])
        first = np.append(number, np.iinfo(np.int64).max).take(np.searchsorted(number, case_and_day(case, on)))
        return first <= case_and_day(case, look.stock_on)

    mediated, appealed = map(followed, disputed(look.stories, "request"))
    look.count("mediation_related_request", case[mediated])
    look.count("tribunal_related_request", case[appealed])
    look.count("tribunal_after_mediation_request", case[mediated & appealed])


def _agreed_cohort(look: Look) -> None:
    places = look.stories.places("plan_agreed")
    places = places[look.holds(look.facts.on[places])]
    case = np.unique(look.facts.case[places])
    case = case[_DRAFTING.take(look.stories.states(look.last)[case])]
    look.count("assess_issued", case)
    look.count("assess_in_year", case)


def _open_assessments(look: Look) -> None:
    states = look.stories.states(look.last)
    look.count("assessments_open", np.flatnonzero(_ASSESSING.take(states)))
    look.count("assess_not_made", np.flatnonzero(_IN_ASSESSMENT.take(states)))


def _review_stock(look: Look) -> None:
    stories = look.stories
    held = stories.holds_plan(look.stock_on)
    look.count("total_ehc_plans", np.flatnonzero(held))
    told = stories.of(*REVIEWS)
    ceased = (told.status == LAPSED) & (told.ended >= 0) & (told.ended_on <= look.stock_on)
    still = (told.due >= look.start) | (told.done < 0) | (told.done_on >= look.start)
    expected = np.zeros(len(held), dtype=bool)
    expected[told.case[(told.due != NO_DAY) & (told.due <= look.end) & ~ceased & still]] = True
    look.count("review_not_expected", np.flatnonzero(held & ~expected))
    case = np.flatnonzero(held & expected)
    look.count("review_expected", case)
    _completed(look, case)

    last = look.last_decision(look.stock_on)[case]
    look.count("no_review_meeting", case[last < 0])
    case, last = case[last >= 0], last[last >= 0]
    look.count("total_review_meeting", case)
    _where(look, "review_meeting", case, stories.of("review_decision").base[last])
    _decided(look, case, last)


def _decided(look: Look, case: Array, last: Array) -> None:
    """Count the decisions on the last meetings, as the day of stock saw them."""
    told, day = look.stories.of("review_decision"), look.stock_on
    due, done = told.due[last], told.done[last]
    pending = (done < 0) | (told.done_on[last] > day) | (due == NO_DAY)
    ahead = pending & (due >= day)
    look.count("review_decision_not_due", case[ahead])
    look.count("review_decision_outstanding", case[pending & ~ahead])
    look.count("no_outcome", case[pending])
    case, due, done, on = case[~pending], due[~pending], done[~pending], told.done_on[last[~pending]]
    _where(look, "review_decision", case, on)
    key = look.facts.key[done]
    for outcome in _OUTCOMES:
        if outcome is not None:
            look.count(outcome_column(outcome), case[_decision(outcome).take(key)])
    look.count("number_decsion_4weeks", case[on <= due])
    look.count("number_decision_gt_4weeks", case[on > due])


def _decision(outcome: str) -> Array:
    """Return the keys of facts with an outcome."""
    return np.array([said == outcome for _, said in KEYS], dtype=bool)


def _where(look: Look, what: str, case: Array, day: Array) -> None:
    """Count what lies before, in and after the period."""
    before, after = day < look.start, day > look.end
    for where, chosen in (("before", before), ("in", ~(before | after)), ("after", after)):
        look.count(f"{what}_{where}_period", case[chosen])


def _completed(look: Look, case: Array) -> None:
    facts = look.facts
    places = look.stories.places("review_decision_sent")
    places = places[facts.on[places] <= look.stock_on]
    last = np.full(facts.cases, NO_DAY, dtype=np.int32)
    last[facts.case[places]] = facts.on[places]
    sent = last[case]
    for column, chosen in (
        ("review_not_completed", sent == NO_DAY),
        ("review_completed", sent >= look.start),
        ("review_completed_prior", (sent != NO_DAY) & (sent < look.start)),
    ):
        look.count(column, case[chosen])


def _open_requests(look: Look) -> None:
    told, day = look.stories.of(*FINAL), look.last
    once = told.once
    ended = np.where(told.done >= 0, told.done_on, np.where(told.implied >= 0, told.implied_on, told.ended_on))[once]
    still = once[(told.base[once] <= day) & ((ended == NO_DAY) | (ended > day))]
    case, days = told.case[still], day - told.base[still]
    look.count("requests_open", case, days)
    for weeks, column in OVER:
        over = days > weeks * WEEK
        look.count(column, case[over], days[over])


def _incomplete_reviews(look: Look) -> None:
    stories, day = look.stories, look.last
    told = stories.of("review_decision")
    last = look.last_decision(day)
    case = np.flatnonzero((last >= 0) & stories.holds_plan(day))
    last = last[case]
    done, totals = told.done[last], stories.of("review_total")
    amends = _decision("amend").take(np.append(look.facts.key, 0).take(done))
    finished = (done >= 0) & (told.done_on[last] <= day) & ~amends
    total = totals.first_started(case, told.base[last])
    for place, on in ((totals.done, totals.done_on), (totals.ended, totals.ended_on)):
        there = np.append(place, -1).take(total) >= 0
        finished |= there & (np.append(on, NO_DAY).take(total) <= day)
    case, met = case[~finished], told.base[last[~finished]]
    look.count("reviews_incomplete", case, day - met)
    for months, column in MONTHS:
        long = met <= as_day(longest_ago(as_date(day), months))
        look.count(column, case[long], (day - met)[long])


STANDING: Final[tuple[Callable[[Look], None], ...]] = (
    _request_cohort,
    _disputed_cohort,
    _agreed_cohort,
    _open_assessments,
    _review_stock,
    _open_requests,
    _incomplete_reviews,
)
"""The cohorts and stocks of `ehcp_flow.measures.counts`, one for one."""
