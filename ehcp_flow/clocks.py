"""Which clocks run in a case: each start of a clock, from which day it counts, and how far it reaches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ehcp_flow.case import Case
from ehcp_flow.facts import Fact
from ehcp_flow.law.compiled import END, RESTART, RESUME, START, Key, Roles, RunningClock, RunningLaw

__all__ = ["Run", "Timeline", "runs"]


class Timeline:
    """The facts of a case that count on a day: those that had happened by then, and those that say what is to come.

    `given` is a fact that counts although it lies in the future: what a what-if question assumes.
    """

    __slots__ = ("as_of", "case", "facts", "keys")

    def __init__(self, case: Case, as_of: dt.date, given: Fact | None = None) -> None:
        self.case = case
        self.as_of = as_of
        facts = case.facts
        if facts and facts[-1].on > as_of:
            facts = tuple(fact for fact in facts if fact.on <= as_of or fact.prospective or fact is given)
        self.facts: Sequence[Fact] = facts
        self.keys: list[Key] = [(fact.event, fact.__dict__.get("outcome")) for fact in facts]


class Run(NamedTuple):
    """One run of a clock.

    `start` is the place of the starting fact; `end` the place of the fact that starts the next run in its stead, or -1;
    `previous` the place where the run before it started, or -1; `party` whom it concerns.
    """

    clock: RunningClock
    start: int
    end: int
    previous: int
    party: str | None


def runs(timeline: Timeline, law: RunningLaw) -> Iterator[Run]:
    """Yield each run of each clock that the facts start, clock by clock in the order of the rulebook."""
    by_event = law.by_event
    started: dict[int, RunningClock] = {}
    for event, _ in timeline.keys:
        for clock in by_event.get(event, ()):
            started[clock.order] = clock
    for order in sorted(started):
        clock = started[order]
        if clock.clock.per == "party":
            parties = dict.fromkeys(
                fact.party
                for fact, key in zip(timeline.facts, timeline.keys, strict=True)
                if clock.roles[key] & (START | RESTART)
            )
            for party in parties:
                yield from _runs_of(clock, timeline, party)
        else:
            yield from _runs_of(clock, timeline, None)


def _runs_of(clock: RunningClock, timeline: Timeline, party: str | None) -> Iterator[Run]:
    starts = _starts(clock, timeline, party)
    separate = clock.clock.separate
    last = len(starts) - 1
    for index, start in enumerate(starts):
        whom = party if clock.clock.per == "party" else timeline.facts[start].party
        if clock.during is not None:
            whom = _begun(clock.during, timeline, start, "")
        yield Run(
            clock,
            start,
            -1 if separate or index == last else starts[index + 1],
            starts[index - 1] if index else -1,
            whom,
        )


def _starts(clock: RunningClock, timeline: Timeline, party: str | None) -> list[int]:
    """Return the places of the facts that start a run: none while the clock runs, unless it restarts or is separate."""
    roles, facts = clock.roles, timeline.facts
    per_party = clock.clock.per == "party"
    separate = clock.clock.separate
    starts: list[int] = []
    running = False
    for place, key in enumerate(timeline.keys):
        role = roles[key]
        if not role:
            continue
        if role & (START | RESTART) and not (per_party and facts[place].party != party):
            if (separate or not running or role & RESTART) and _confined(clock, timeline, place):
                starts.append(place)
                running = True
        elif role & END:
            running = False
        elif role & RESUME and starts:
            running = True
    return starts


def _confined(clock: RunningClock, timeline: Timeline, place: int) -> bool:
    """Whether a start is inside the stretch of life that the clock asks for, and outside the one that it shuns."""
    if clock.during is not None and _begun(clock.during, timeline, place) is None:
        return False
    return clock.unless_during is None or _begun(clock.unless_during, timeline, place) is None


def _begun(stretch: Roles, timeline: Timeline, place: int, unnamed: str = "") -> str | None:
    """Return the party of the fact that began the stretch in which `place` lies, or None where there is none."""
    for earlier in range(place - 1, -1, -1):
        role = stretch[timeline.keys[earlier]]
        if role & END:
            return None
        if role & START:
            return timeline.facts[earlier].party or unnamed
    return None
