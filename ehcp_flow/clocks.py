"""Which clocks run in a case: each start of a clock, from which day it counts, and how far it reaches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from ehcp_flow.case import Case
from ehcp_flow.facts import Fact
from ehcp_flow.law.compiled import (
    CODES,
    END,
    FINAL,
    RESTART,
    RESUME,
    RESUME_INSIDE,
    START,
    Key,
    Roles,
    RunningClock,
    RunningLaw,
)

__all__ = ["Run", "Timeline", "begun", "runs", "swift"]

swift: Final[Any] = tuple.__new__
"""Makes a NamedTuple as its own constructor does, without a call in Python for each of the thousands that are made."""


class Timeline:
    """The facts of a case that count on a day: those that had happened by then, and those that say what is to come.

    `given` is a fact that counts although it lies in the future: what a what-if question assumes.
    """

    __slots__ = ("as_of", "case", "codes", "events", "facts", "keys")

    def __init__(self, case: Case, as_of: dt.date, given: Fact | None = None) -> None:
        self.case = case
        self.as_of = as_of
        facts = case.facts
        if facts and facts[-1].on > as_of:
            facts = tuple(fact for fact in facts if fact.on <= as_of or fact.prospective or fact is given)
        self.facts: Sequence[Fact] = facts
        self.keys: list[Key] = [(fact.event, fact.__dict__.get("outcome")) for fact in facts]
        self.codes = [CODES[key] for key in self.keys]
        self.events = {event for event, _ in self.keys}


class Run(NamedTuple):
    """One run of a clock.

    `start` is the place of the starting fact; `end` the place of the fact that starts the next run in its stead, or -1;
    `stop` the place before which a fact can discharge this run; `previous` the place where the run before it started,
    or -1; `party` whom it concerns.
    """

    clock: RunningClock
    start: int
    end: int
    stop: int
    previous: int
    party: str | None


def runs(timeline: Timeline, law: RunningLaw) -> list[Run]:
    """Return each run of each clock that the facts start, clock by clock in the order of the rulebook."""
    by_event, events, codes = law.by_event, timeline.events, timeline.codes
    found: list[Run] = []
    started = {clock.order: clock for event in events for clock in by_event.get(event, ())}
    for order in sorted(started):
        clock = started[order]
        if clock.during is not None and clock.during.begins.isdisjoint(events):
            continue
        roles = clock.roles.by_code
        marks = [(place, role) for place, code in enumerate(codes) if (role := roles[code])]
        if clock.by_party:
            facts = timeline.facts
            for party in dict.fromkeys(facts[place].party for place, role in marks if role & (START | RESTART)):
                theirs = [
                    (place, role)
                    for place, role in marks
                    if not role & (START | RESTART) or facts[place].party == party
                ]
                _add_runs(found, clock, timeline, _starts(clock, timeline, theirs))
        else:
            _add_runs(found, clock, timeline, _starts(clock, timeline, marks))
    return found


def _add_runs(found: list[Run], clock: RunningClock, timeline: Timeline, starts: Sequence[int]) -> None:
    """Add a run for each start of a clock; those of a clock kept by party are all of one party."""
    facts = timeline.facts
    count = len(facts)
    previous = -1
    for index, start in enumerate(starts, 1):
        follows = starts[index] if index < len(starts) else -1
        end, stop = follows, follows + 1
        if clock.separate:
            end, stop = -1, follows if clock.own_acts else count
        if follows < 0:
            stop = count
        party = facts[start].party
        if clock.of_stretch and clock.during is not None:
            party = begun(clock.during, timeline, start) or None
        found.append(swift(Run, (clock, start, end, stop, previous, party)))
        previous = start


def _starts(clock: RunningClock, timeline: Timeline, marks: Sequence[tuple[int, int]]) -> list[int]:
    """Return the places of the facts that start a run: none while the clock runs, unless it restarts or is separate."""
    separate = clock.separate
    confined = clock.during is not None
    for stretch in clock.unless_during:
        confined = confined or not stretch.begins.isdisjoint(timeline.events)
    if len(marks) == 1 and not confined:
        return [marks[0][0]] if marks[0][1] & (START | RESTART) else []
    starts: list[int] = []
    running = over = False
    for place, role in marks:
        if role & (START | RESTART):
            if (separate or not running or role & RESTART) and not (confined and not _confined(clock, timeline, place)):
                starts.append(place)
                running, over = True, False
        elif role & RESUME_INSIDE and _resumes(clock, timeline, place):
            running = bool(starts) and not over
        elif role & END:
            running = False
            over = over or bool(role & FINAL)
        elif role & RESUME and starts:
            running = not over
    return starts


def _resumes(clock: RunningClock, timeline: Timeline, place: int) -> bool:
    return clock.resumes_inside is not None and begun(clock.resumes_inside, timeline, place) is not None


def _confined(clock: RunningClock, timeline: Timeline, place: int) -> bool:
    """Whether a start is inside the stretch of life that the clock asks for, and outside the one that it shuns."""
    if clock.during is not None and begun(clock.during, timeline, place) is None:
        return False
    return all(begun(stretch, timeline, place) is None for stretch in clock.unless_during)


def begun(stretch: Roles, timeline: Timeline, place: int) -> str | None:
    """Return the party (empty if unnamed) of the fact that began the stretch around `place`, or None without one."""
    for earlier in range(place - 1, -1, -1):
        role = stretch.by_code[timeline.codes[earlier]]
        if role & END:
            return None
        if role & START and (stretch.unless is None or begun(stretch.unless, timeline, earlier + 1) is None):
            return timeline.facts[earlier].party or ""
    return None
