"""Which clocks run in many cases at once: the columns of `ehcp_flow.clocks.Run`, clock by clock."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ehcp_flow.bulk.codes import Array, in_order
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
        return self.at(np.flatnonzero(mask))

    def at(self, rows: Array) -> Runs:
        """Return these runs."""
        columns = (self.start, self.end, self.stop, self.previous, self.party)
        return Runs(*(column.take(rows) for column in columns))

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
    case = facts.case.take(start)
    party = facts.party.take(start)
    bounds = facts.bounds
    if per_party:
        # Runs of one party stand together, in the order of their starts.
        whose = facts.party_of_case(case, party)
        _, order = in_order(whose)
        follows, previous = np.empty_like(start), np.empty_like(start)
        follows[order], previous[order] = _neighbours(start[order], whose[order], bounds[case[order]] - 1)
    else:
        follows, previous = _neighbours(start, case, bounds.take(case) - 1)
    end = np.full(len(start), -1, dtype=follows.dtype) if law.separate else follows
    stop = bounds[1:].take(case)
    if law.own_acts:
        stop = np.where(follows >= 0, follows, stop)
    elif not law.separate:
        stop = np.where(end >= 0, end + 1, stop)
    if clock.during is not None and law.party_from == "stretch":
        begun = begun_of(clock.during, facts, start)
        party = facts.party[begun]
    return Runs(start, end, stop, previous, party)


def _neighbours(start: Array, whose: Array, none: Array) -> tuple[Array, Array]:
    """Return the start that follows each, or -1, and the one before it, or `none`, among those of the same."""
    same = whose[1:] == whose[:-1]
    follows = np.append(np.where(same, start[1:], -1), -1)
    previous = np.append(none[:1], np.where(same, start[:-1], none[1:]))
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
    if clock.final.any():
        # What ended for good since the last start is not taken back.
        final, _ = ends_and_resumes(facts, clock.final, clock.resumes, clock.inside, clock.resumes_inside)
        at = resumes.at
        resumes = facts.only(at[facts.only(start).before(at) >= final.before(at)])
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
    if not len(within):
        return facts.places(ends), facts.places(resumes)
    # Few facts are within, and the places are in order: look for those few, and leave the others as they stand.
    ending, resuming = facts.places(ends).at, facts.places(resumes).at
    there = np.searchsorted(ending, within)
    known = np.flatnonzero(there < len(ending))
    gone = there[known[ending[there[known]] == within[known]]]
    return (
        facts.only(np.delete(ending, gone)),
        facts.only(np.insert(resuming, np.searchsorted(resuming, within), within)),
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
    marks = facts.places(stretch.begins_or_ends)
    if not len(marks) or not len(places):
        return np.full(len(places), -1, dtype=np.int64)
    # What stands last before a place, of all that begins or ends the stretch, decides.
    last = marks.before(places)
    inside = (last >= facts.first(places)) & stretch.begins.take(facts.key.take(last))
    begun = np.where(inside, last, -1)
    if stretch.unless is not None:
        # What stands inside the other stretch begins nothing: look at what stands before it.
        near = np.flatnonzero(inside)
        near = near[begun_of(stretch.unless, facts, begun[near] + 1) >= 0]
        begun[near] = begun_of(stretch, facts, begun[near])
    return begun
