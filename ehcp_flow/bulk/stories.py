"""Many cases laid out for counting: the columns of `ehcp_flow.measures.story.Story`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from ehcp_flow.bulk.codes import EVENT_OF, EVENTS, NO_DAY, Array, case_and_day
from ehcp_flow.bulk.facts import Facts
from ehcp_flow.bulk.judged import Judged
from ehcp_flow.bulk.law import LawWords
from ehcp_flow.bulk.trails import STATES, Trail, trail_of
from ehcp_flow.engine.kernel import LAPSED
from ehcp_flow.measures.story import BORN, HOLDING
from ehcp_flow.states import State
from ehcp_flow.states.pathway import PATHWAY

__all__ = ["Deadlines", "Stories", "are", "events"]

_START = STATES.index(PATHWAY.initial)


def events(*names: str) -> Array:
    """Return the keys of these events, as a mask."""
    return np.isin(EVENT_OF, [EVENTS.index(name) for name in names])


def are(*states: State) -> Array:
    """Return which states are these, as a mask over `STATES`."""
    return np.array([state in states for state in STATES], dtype=bool)


_HELD = are(*HOLDING)


class Deadlines:
    """The deadlines of some limits, limit after limit: those of a case in the order of `Story.of`.

    The columns are those of `Judged`, and the days of the facts that they speak of, NO_DAY where there is none.
    """

    case: Array
    base: Array
    due: Array
    done: Array
    implied: Array
    ended: Array
    start: Array
    party: Array
    status: Array
    excuses: Array
    claimed: Array
    done_on: Array

    def __init__(self, parts: Sequence[Judged], facts: Facts) -> None:
        self._parts = parts
        self._on = np.append(facts.on, np.int32(NO_DAY))

    def __getattr__(self, name: str) -> Array:
        """Return a column."""
        if name.startswith("_"):
            raise AttributeError(name)
        column = np.concatenate([getattr(part, name) for part in self._parts])
        self.__dict__[name] = column
        return column

    def __len__(self) -> int:
        return len(self.case)

    @cached_property
    def implied_on(self) -> Array:
        """The day on which the act was seen to have been done."""
        return self._on.take(self.implied)

    @cached_property
    def ended_on(self) -> Array:
        """The day on which the limit fell away."""
        return self._on.take(self.ended)

    @cached_property
    def _started(self) -> tuple[Array, Array]:
        """The deadlines by case and first day, in their order where these are the same; and those as numbers."""
        number = case_and_day(self.case, self.base)
        order = np.argsort(number, kind="stable")
        return order, number[order]

    def last_started(self, case: Array, day: Array | int) -> Array:
        """Return, for each case, its last deadline that counts from the day or before it; -1 for none.

        Of several that count from the same day it is the last of them, as in `Story.counted_from_request`.
        """
        order, number = self._started
        at = np.searchsorted(number, case_and_day(case, day), side="right") - 1
        found = np.append(order, -1).take(at)
        return np.where((at >= 0) & (np.append(self.case, -1).take(found) == case), found, -1)

    def first_started(self, case: Array, day: Array) -> Array:
        """Return, for each case, its first deadline that counts from that very day; -1 for none."""
        order, number = self._started
        wanted = case_and_day(case, day)
        at = np.searchsorted(number, wanted)
        return np.where(np.append(number, -1).take(at) == wanted, np.append(order, -1).take(at), -1)

    @cached_property
    def once(self) -> Array:
        """One deadline for each case and day that they count from: the columns of `Story.counted_once`.

        It is the first that had not lapsed, or the last if all had.
        """
        count = len(self)
        rank = np.arange(count)
        rank = np.where(self.status == LAPSED, 2 * count - rank, rank)
        number = case_and_day(self.case, self.base)
        order = np.lexsort((rank, number))
        number = number[order]
        first = np.append(np.ones(min(count, 1), dtype=bool), number[1:] != number[:-1])
        chosen: Array = order[first]
        return chosen


class Stories:
    """A chunk of cases, laid out for counting."""

    def __init__(self, facts: Facts, judged: Judged, law: LawWords) -> None:
        self.facts = facts
        self.law = law
        self._judged = judged
        self._limits: dict[str, Judged] = {}
        self._of: dict[tuple[str, ...], Deadlines] = {}
        self._states: dict[int, Array] = {}
        self.cases = np.arange(facts.cases)

    def of(self, *limits: str) -> Deadlines:
        """Return the deadlines of these limits."""
        if limits not in self._of:
            self._of[limits] = Deadlines([self._limit(limit) for limit in limits], self.facts)
        return self._of[limits]

    def _limit(self, limit: str) -> Judged:
        if limit not in self._limits:
            rows = [row for row, name in enumerate(self.law.limit) if name == limit]
            self._limits[limit] = self._judged.only(rows)
        return self._limits[limit]

    def places(self, *names: str) -> Array:
        """Return the places of the facts of these events that had happened by the day, in legal order."""
        at = self.facts.places(events(*names)).at
        happened: Array = at[self.facts.on[at] <= self.facts.as_of]
        return happened

    @cached_property
    def began(self) -> Array:
        """The first day of each case on which anything but a birth is on record; after every day where nothing is."""
        facts = self.facts
        first = np.full(facts.cases, np.iinfo(np.int32).max, dtype=np.int32)
        at = np.flatnonzero(~events(BORN).take(facts.key))[::-1]
        first[facts.case[at]] = facts.on[at]
        return first

    @cached_property
    def trail(self) -> Trail:
        """How the cases came to their states."""
        return trail_of(self.facts)

    def states_on(self, case: Array, day: Array | int) -> Array:
        """Return the number of the state of each of these cases at the end of a day."""
        after = self.facts.since(case, np.asarray(day) + 1)
        at = np.searchsorted(self.trail.place, after) - 1
        there = np.append(self.facts.case[self.trail.place], -1).take(at) == case
        return np.where(there, np.append(self.trail.to, np.int8(_START)).take(at), np.int8(_START))

    def states(self, day: int) -> Array:
        """Return the number of the state of every case at the end of a day."""
        if day not in self._states:
            self._states[day] = self.states_on(self.cases, day)
        return self._states[day]

    def detained_on(self, case: Array, day: Array) -> Array:
        """Return which of these cases were detained on a day: from the day of detention to the one before release."""
        facts = self.facts
        at = self.places("detained", "released")
        number = case_and_day(facts.case[at], facts.on[at])
        last = np.append(at, -1).take(np.searchsorted(number, case_and_day(case, day), side="right") - 1)
        there = np.append(facts.case, -1).take(last) == case
        detained: Array = there & events("detained").take(np.append(facts.key, 0).take(last))
        return detained

    def holds_plan(self, day: int) -> Array:
        """Return which cases had a plan that was maintained at the end of a day."""
        held: Array = _HELD.take(self.states(day))
        return held
