"""What a region of the state machine is made of, as data, and the checks made when it is declared.

A region is one set of states of which a case is in exactly one. Every fact either moves a region (there is a `Move` for
its event and outcome), or leaves it alone. Where a moving fact has no lawful `Move` from the present state, a
`Misplaced` row says why not: a strict case refuses the fact with that reason, an imported case reports it. What is
somebody else's act is reported by both.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

from ehcp_flow.facts import FACT_TYPES, Fact
from ehcp_flow.moves.guards import Verdict, outcome_of, told_apart
from ehcp_flow.moves.law_at_hand import LawAtHand

__all__ = ["Guard", "InsideOnly", "Key", "Misplaced", "Move", "Region", "TransientState"]

S = TypeVar("S", bound=StrEnum)

Guard: TypeAlias = Callable[[Sequence[Fact], dt.date, LawAtHand], Verdict]
"""Called with the facts that stand before the move, in legal order, the day of the move, and the law at hand."""

Key: TypeAlias = tuple[str, str | None]
"""An event and its outcome; None for an event that has none, or need not have one."""


@dataclass(frozen=True)
class Move(Generic[S]):
    """One lawful move: the fact that makes it, where from, where to, by what provisions, and what else must hold.

    `to` is None where the fact is lawful and leaves the state as it is. `forces` is where an imported case goes if the
    fact comes out of order; without it, that is the `to` of the first move declared for the event and outcome.
    """

    event: str
    sources: frozenset[S]
    to: S | None
    authority: tuple[str, ...]
    guards: tuple[Guard, ...] = ()
    outcome: str | None = None
    forces: S | None = None

    @property
    def key(self) -> Key:
        """The event and the outcome together."""
        return self.event, self.outcome


@dataclass(frozen=True)
class Misplaced(Generic[S]):
    """Why facts of these `events` are out of place in these `states`: the finding, the reason, and what would be right.

    What is `taken` is somebody else's act, which no provision bars: it is reported, and neither refused nor followed.
    """

    events: frozenset[str]
    states: frozenset[S]
    finding: str
    reason: str
    remedy: str
    authority: str
    taken: bool = False


@dataclass(frozen=True)
class TransientState(Generic[S]):
    """A state that a case leaves as soon as it enters it, by the move of `event`.

    If the last fact of `inside` and `until` is one of `inside`, that is the move whose outcome has its name.
    """

    state: S
    event: str
    inside: str | None = None
    until: str | None = None


@dataclass(frozen=True)
class InsideOnly:
    """Events that move a region only inside a spell of the case's life: from a fact of `begins` to the next of `ends`.

    Outside it they leave the state as it is, and nothing about them is out of place.
    """

    events: frozenset[str]
    begins: frozenset[Key]
    ends: frozenset[Key]

    def shuts_out(self, event: str, before: Sequence[Fact]) -> bool:
        """Return whether a fact of an event moves nothing after these."""
        if event not in self.events:
            return False
        keys = ((fact.event, outcome_of(fact)) for fact in reversed(before))
        return next((key not in self.begins for key in keys if key in self.begins | self.ends), True)


@dataclass(frozen=True, eq=False)
class Region(Generic[S]):
    """States and moves that belong together, checked when they are declared.

    `stays` decides whether an out-of-order fact that would force the second state leaves an imported case in the first.
    `ends` are the states that are meant to have no way out. `inner` are events that are no facts of their own: facts
    that other regions know stand for them.

    Raises ValueError, naming every fault, if the declaration cannot be run as it stands.
    """

    name: str
    states: type[S]
    initial: S
    moves: tuple[Move[S], ...]
    misplaced: tuple[Misplaced[S], ...]
    transient: TransientState[S] | None = None
    gate: InsideOnly | None = None
    ends: frozenset[S] = frozenset()
    stays: Callable[[S, S], bool] = operator.is_
    inner: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise ValueError(f"region {self.name}: {'; '.join(faults)}")

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every event and outcome that moves this region, in the order of declaration; inner events are not facts."""
        inner = _inner(self)
        return tuple(dict.fromkeys(move.key for move in self.moves if move.event not in inner))

    def edges(self) -> Mapping[tuple[S, str, str | None], Move[S]]:
        """Return the lawful move from each state by each event and outcome."""
        return {(source, *move.key): move for move in self.moves for source in sorted(move.sources)}


def _inner(region: Region[S]) -> frozenset[str]:
    return region.inner if region.transient is None else region.inner | {region.transient.event}


def _faults(region: Region[S]) -> Iterator[str]:
    known = set(region.states)
    inner = _inner(region)
    unknown = False
    edges: set[tuple[S, str, str | None]] = set()
    for move in region.moves:
        label = f"{move.event} {move.outcome or ''}".strip()
        if move.event not in inner:
            yield from _event_faults(label, move)
        for state in (*move.sources, move.to, move.forces):
            if state is not None and state not in known:
                unknown = True
                yield f"{label}: {state!r} is no state"
        if not move.sources:
            yield f"{label}: it has no source"
        if not move.authority:
            yield f"{label}: it names no authority"
        guards: tuple[object, ...] = move.guards
        yield from (f"{label}: guard {guard!r} cannot be called" for guard in guards if not callable(guard))
        for source in move.sources:
            if (source, *move.key) in edges:
                yield f"{label}: declared twice from {source}"
            edges.add((source, *move.key))
    for event in dict.fromkeys(move.event for move in region.moves if move.event in FACT_TYPES):
        given = {move.outcome for move in region.moves if move.event == event}
        yield from (
            f"{event}: outcome {outcome} is not dealt with" for outcome in told_apart(event) if outcome not in given
        )
    if not unknown:
        yield from _shape_faults(region, edges)


def _event_faults(label: str, move: Move[S]) -> Iterator[str]:
    if move.event not in FACT_TYPES:
        yield f"{label}: there is no such event"
    elif FACT_TYPES[move.event].prospective:
        yield f"{label}: it lies in the future when it is recorded, so it moves nothing"
    elif move.outcome not in told_apart(move.event):
        yield f"{label}: the outcome must be one of {', '.join(str(each or 'none') for each in told_apart(move.event))}"


def _shape_faults(region: Region[S], edges: set[tuple[S, str, str | None]]) -> Iterator[str]:
    ways = {(source, move.to) for move in region.moves if move.to is not None for source in move.sources}
    for state in sorted(set(region.states) - _reached(region.initial, ways)):
        yield f"{state} cannot be reached"
    leaves = {source for source, to in ways if to != source}
    for state in sorted(set(region.states) - leaves - region.ends):
        yield f"{state} has no way out; declare it in ends if that is meant"
    for state in sorted(leaves & region.ends):
        yield f"{state} is declared an end and has a way out"
    through = set() if region.transient is None else {region.transient.state}
    for event, outcome in region.keys:
        for state in sorted(set(region.states) - through):
            reasons = [row for row in region.misplaced if event in row.events and state in row.states]
            if ((state, event, outcome) not in edges) and len(reasons) != 1:
                yield f"{event} in {state}: {len(reasons)} reasons why it is out of place, where one is needed"


def _reached(initial: S, ways: Iterable[tuple[S, S]]) -> set[S]:
    reached = {initial}
    while more := {to for source, to in ways if source in reached} - reached:
        reached |= more
    return reached
