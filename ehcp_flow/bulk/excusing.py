"""Which deadlines an exception excuses: the columns of what `ehcp_flow.grounds` checks for one.

The grounds and where they apply come from the rulebook; only the closed set of tests is written here a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from ehcp_flow.bulk.codes import KEY_OF, NO_DAY, Array, as_day
from ehcp_flow.bulk.daytables import FAILED, DayTables
from ehcp_flow.bulk.facts import Facts, event_mask
from ehcp_flow.bulk.law import LawTables, RuleTables
from ehcp_flow.bulk.runs import Runs
from ehcp_flow.law.ground import Ground

__all__ = ["Excuses", "excused"]


class Excuses:
    """The exceptions that are recorded in a chunk of facts, and the combinations of grounds that excused something.

    Of each exception: whether it was `considered` for a deadline, whether its facts `held` for one, and whether one was
    `wanted`, because the limit was neither met in time nor fell away.
    """

    def __init__(self, facts: Facts, law: LawTables, days: DayTables) -> None:
        self.facts = facts
        self.law = law
        self.days = days
        self.at = facts.places(event_mask("exception_recorded")).at
        self.names: list[tuple[str, ...]] = [()]
        self._numbers: dict[tuple[str, ...], int] = {(): 0}
        self.considered, self.held, self.wanted = np.zeros((3, len(self.at)), dtype=bool)
        if len(self.at):
            case = facts.case[self.at]
            self.first = np.searchsorted(case, np.arange(facts.cases))
            self.end = np.searchsorted(case, np.arange(facts.cases), side="right")
            self._near = (self.end > self.first).take(facts.case)

    @property
    def any(self) -> bool:
        """Whether any exception is recorded."""
        return len(self.at) > 0

    def near(self, runs: Runs, last: Array) -> Array:
        """Return which of these deadlines are dated and of a case with an exception."""
        rows = np.flatnonzero(self._near.take(runs.start)) if self.any else np.zeros(0, dtype=np.int64)
        return rows[last.take(rows) > NO_DAY]

    def note(self, facts: Array, held: Array, wanted: Array) -> None:
        """Note that exceptions were considered, each for a deadline."""
        place = np.searchsorted(self.at, facts)
        self.considered[place] = True
        self.held[place[held]] = True
        self.wanted[place[wanted]] = True

    def number(self, outcomes: tuple[str, ...]) -> int:
        """Return the number of a combination of outcomes."""
        if outcomes not in self._numbers:
            self._numbers[outcomes] = len(self.names)
            self.names.append(outcomes)
        return self._numbers[outcomes]


@dataclass(frozen=True)
class _Pairs:
    """Each deadline with each exception of its case: what an exception is checked against."""

    excuses: Excuses
    row: Array
    fact: Array
    start: Array
    stop: Array
    party: Array
    since: Array
    first: Array
    last: Array
    done: Array

    def where(self, mask: Array) -> _Pairs:
        return _Pairs(self.excuses, *(getattr(self, name)[mask] for name in list(self.__dataclass_fields__)[1:]))

    @property
    def until(self) -> Array:
        """The last day of each exception, NO_DAY where it has none."""
        dates = self.excuses.facts.dates
        return dates["until"][self.fact] if "until" in dates else np.full(len(self.fact), NO_DAY, dtype=np.int64)


def excused(
    excuses: Excuses,
    tables: RuleTables,
    runs: Runs,
    period: tuple[Array, Array, Array],
    done: Array,
    *,
    is_advice: bool,
    wanted: Array,
) -> tuple[Array, Array]:
    """Return, for each deadline that is near an exception, the number of the outcomes that excuse it; 0 for none.

    Beside it stands whether any exception was recorded on one of its grounds.

    `period` are the first day on which the act could be done, the first day of the limit and its last; `done` the place
    of the act, -1 for none. `wanted` says of which deadlines the limit was neither met nor fell away.
    """
    facts = excuses.facts
    numbers, considered = np.zeros(len(runs), dtype=np.int32), np.zeros(len(runs), dtype=bool)
    case = facts.case[runs.start]
    many = excuses.end[case] - excuses.first[case]
    row = np.repeat(np.arange(len(runs)), many)
    within = np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many)
    fact = excuses.at[excuses.first[case[row]] + within]
    since, first, last = (days[row] for days in period)
    pairs = _Pairs(excuses, row, fact, runs.start[row], runs.stop[row], runs.party[row], since, first, last, done[row])

    limit = tables.running.limit.id
    limits = facts.limits
    named = limits.index(limit) if limit in limits else -2
    claimed = (facts.limit[fact] == -1) | (facts.limit[fact] == named)
    if is_advice:
        claimed &= (facts.party[fact] < 0) | (facts.party[fact] == pairs.party)
    uses = tables.running.rule.exceptions
    combined = np.zeros(len(runs), dtype=np.int64)
    for bit, use in enumerate(uses):
        ground = excuses.law.rulebook.grounds[use.ground]
        chosen = claimed & (facts.key[fact] == KEY_OF["exception_recorded", ground.outcome])
        if chosen.any():
            of_ground = pairs.where(chosen)
            held = _TESTS[ground.test](ground, of_ground)
            considered[of_ground.row] = True
            excuses.note(of_ground.fact, held, wanted[of_ground.row])
            combined[of_ground.row[held]] |= 1 << bit
    for value in np.unique(combined[combined > 0]):
        names = [excuses.law.rulebook.grounds[use.ground].outcome for bit, use in enumerate(uses) if value >> bit & 1]
        numbers[combined == value] = excuses.number(tuple(dict.fromkeys(names)))
    return numbers, considered


def _closure(ground: Ground, pairs: _Pairs) -> Array:
    facts, days = pairs.excuses.facts, pairs.excuses.days
    on, until = facts.on[pairs.fact], pairs.until
    good = (until > NO_DAY) & (on <= pairs.last)
    here = np.flatnonzero(good)
    on, until, last = on[here], until[here], pairs.last[here]
    opens, shuts = days.before(ground.margin, on), days.before(ground.margin, until)
    least = days.after(ground.least, on)
    _fail(pairs, here, opens, shuts, least)
    adviser = facts.number_of(ground.adviser)
    closed = facts.party[pairs.fact[here]]
    party = np.where(closed >= 0, closed, adviser)
    start, stop = pairs.start[here], pairs.stop[here]
    since = np.maximum(start, facts.since(facts.case[start], opens))
    asked = facts.next_of_party(event_mask("advice_requested"), party, since)
    inside = np.flatnonzero((asked < stop) & (until >= least) & (party >= 0))
    in_time = facts.on[asked[inside]] <= np.minimum(shuts, last)[inside]
    result = np.zeros(len(good), dtype=bool)
    result[here[inside[in_time]]] = True
    return result


def _within_period(ground: Ground, pairs: _Pairs) -> Array:
    until = pairs.until
    if ground.one_day:
        until = np.where(until == NO_DAY, pairs.excuses.facts.on[pairs.fact], until)
    inside: Array = (pairs.excuses.facts.on[pairs.fact] <= pairs.last) & ((until == NO_DAY) | (until >= pairs.first))
    return inside


def _absence(ground: Ground, pairs: _Pairs) -> Array:
    facts = pairs.excuses.facts
    first = np.maximum(facts.on[pairs.fact], pairs.first)
    last = np.minimum(pairs.last, facts.as_of)
    until = pairs.until
    last = np.where(until == NO_DAY, last, np.minimum(last, until))
    least = pairs.excuses.days.after(ground.least, first)
    _fail(pairs, np.arange(len(first)), least)
    enough: Array = last + 1 >= least
    return enough


def _due_within_force(ground: Ground, pairs: _Pairs) -> Array:
    inside: Array = (pairs.last >= as_day(ground.in_force_from)) & pairs.excuses.facts.reasoned[pairs.fact]
    if ground.in_force_to is not None:
        inside &= pairs.last <= as_day(ground.in_force_to)
    return inside


def _named(ground: Ground, pairs: _Pairs) -> Array:  # noqa: ARG001 - tests share a signature
    facts = pairs.excuses.facts
    on = facts.on[pairs.fact]
    named: Array = (facts.limit[pairs.fact] >= 0) & facts.reasoned[pairs.fact] & (on >= pairs.since)
    done = pairs.done >= 0
    named[done] &= on[done] <= facts.on[pairs.done[done]]
    return named


def _fail(pairs: _Pairs, rows: Array, *columns: Array) -> None:
    """Leave to the case evaluator what the calendars cannot count."""
    facts = pairs.excuses.facts
    for column in columns:
        failed = column == FAILED
        if failed.any():
            facts.fail(facts.case[pairs.fact[rows[failed]]])


_TESTS: Final[Mapping[str, Callable[[Ground, _Pairs], Array]]] = {
    "closure": _closure,
    "within_period": _within_period,
    "absence": _absence,
    "due_within_force": _due_within_force,
    "named": _named,
}
