"""Which clocks run in many cases at once: the columns of `ehcp_flow.clocks.Run`, clock by clock."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ehcp_flow.bulk.codes import Array
from ehcp_flow.bulk.facts import Facts, Places
from ehcp_flow.bulk.law import ClockTables, StretchTables

__all__ = ["Runs", "begun_of", "ends_and_resumes", "runs_of"]


@dataclass(frozen=True)
class Runs:
    """The runs of one clock, in the order of their starts.

    `start`, `end` (-1 for none), `stop` and `previous` (-1 before the case's first fact, if there is none) are places
    as in `ehcp_flow.clocks.Run`; `party` is the number of the party concerned, or -1.
    """

    start: Array
    end: Array
    stop: Array
    previous: Array
    party: Array

    def __len__(self) -> int:
        return len(self.start)

    def where(self, mask: Array) -> Runs:
        """Return the runs for which the mask is true."""
        if mask.all():
            return self
        return Runs(self.start[mask], self.end[mask], self.stop[mask], self.previous[mask], self.party[mask])

    def until(self, stop: Array) -> Runs:
        """Return the runs as they would be if nothing from `stop` on could discharge them."""
        return replace(self, stop=stop)


def runs_of(clock: ClockTables, facts: Facts) -> Runs | None:
    """Return the runs of a clock that the facts start, or None if there are none."""
    law = clock.running.clock
    start = _starts(clock, facts)
    if not len(start):
        return None
    per_party = law.per == "party"
    case = facts.case[start]
    bounds = facts.bounds
    if per_party:
        party = facts.party[start]
        order = np.lexsort((start, party, case))
        follows, previous = _neighbours(start[order], (case[order], party[order]), bounds[case[order]] - 1)
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        follows, previous = follows[back], previous[back]
    else:
        party = facts.party[start]
        follows, previous = _neighbours(start, (case,), bounds[case] - 1)
    end = np.full(len(start), -1, dtype=follows.dtype) if law.separate else follows
    stop = bounds[case + 1]
    if law.own_acts:
        stop = np.where(follows >= 0, follows, stop)
    elif not law.separate:
        stop = np.where(end >= 0, end + 1, stop)
    if clock.during is not None and law.party_from == "stretch":
        begun = begun_of(clock.during, facts, start)
        party = facts.party[begun]
    return Runs(start, end, stop, previous, party)


def _neighbours(start: Array, same: tuple[Array, ...], none: Array) -> tuple[Array, Array]:
    """Return the start that follows each, or -1, and the one before it, or `none`, within what is the same."""
    count = len(start)
    joined = np.ones(max(count - 1, 0), dtype=bool)
    for column in same:
        joined &= column[1:] == column[:-1]
    follows = np.full(count, -1, dtype=np.int64)
    follows[:-1][joined] = start[1:][joined]
    previous = none.astype(np.int64)
    previous[1:][joined] = start[:-1][joined]
    return follows, previous


def _starts(clock: ClockTables, facts: Facts) -> Array:
    """Return the places of the facts that start a run, in order."""
    law = clock.running.clock
    start = facts.places(clock.starts).at
    if not len(start):
        return start
    start = _confined(clock, facts, start)
    if law.separate or not len(start):
        return start
    if law.per == "party":
        # A clock that one party's fact restarts and another's ends: no limit in force has one.
        facts.fail(facts.case[start])
        return start[:0]
    restarts = clock.restarts[facts.key[start]]
    if restarts.all():
        return start
    case = facts.case[start]
    before = np.full(len(start), -1, dtype=np.int64)
    joined = case[1:] == case[:-1]
    before[1:][joined] = start[:-1][joined]
    ends, resumes = ends_and_resumes(facts, clock.ends, clock.resumes, clock.inside, clock.resumes_inside)
    moved = np.maximum(before, resumes.before(start))
    running = (before >= 0) & (moved > ends.before(start))
    return start[restarts | ~running]


def ends_and_resumes(
    facts: Facts, ends: Array, resumes: Array, inside: Array, stretch: StretchTables | None
) -> tuple[Places, Places]:
    """Return the facts that end a clock, and those that set it going again.

    Those of the keys `inside` do the one outside the stretch, if they are of `ends`, and the other inside it.
    """
    if stretch is None or not len(facts.places(inside)):
        return facts.places(ends), facts.places(resumes)
    within = facts.places(inside).at
    within = within[begun_of(stretch, facts, within) >= 0]
    return (
        facts.only(np.setdiff1d(facts.places(ends).at, within, assume_unique=True)),
        facts.only(np.union1d(facts.places(resumes).at, within)),
    )


def _confined(clock: ClockTables, facts: Facts, start: Array) -> Array:
    """Return the starts inside the stretch that the clock asks for, and outside those that it shuns."""
    if clock.during is not None:
        start = start[begun_of(clock.during, facts, start) >= 0]
    for stretch in clock.unless:
        start = start[begun_of(stretch, facts, start) < 0]
    return start


def begun_of(stretch: StretchTables, facts: Facts, places: Array) -> Array:
    """Return the place of the fact that began the stretch around each place, or -1 outside it."""
    begins = facts.places(stretch.begins)
    if not len(begins) or not len(places):
        return np.full(len(places), -1, dtype=np.int64)
    begun = begins.before(places).astype(np.int64)
    near = np.flatnonzero(begun >= facts.first(places))
    inside = np.full(len(places), -1, dtype=np.int64)
    at = begun[near]
    open_ = facts.places(stretch.ends).at_or_after(at) >= places[near]
    near, at = near[open_], at[open_]
    if stretch.unless is not None:
        # What stands inside the other stretch begins nothing: look at what stands before it.
        began = begun_of(stretch.unless, facts, at + 1) < 0
        inside[near[~began]] = begun_of(stretch, facts, at[~began])
        near, at = near[began], at[began]
    inside[near] = at
    return inside
