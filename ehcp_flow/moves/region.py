"""A region of the state machine, made from what the rulebook says of it: states, moves, and what is out of place.

A region is one set of states of which a case is in exactly one. Every fact either moves a region (there is a `Move` for
its event and outcome), or leaves it alone. Where a moving fact has no lawful `Move` from the present state, a
`Misplaced` row says why not: a strict case refuses the fact with that reason, an imported case reports it. What is
somebody else's act is reported by both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, Final, get_args

from ehcp_flow.closed import complete
from ehcp_flow.counting import ONE_DAY, birthday
from ehcp_flow.facts import Fact
from ehcp_flow.law import guard as law
from ehcp_flow.law.patterns import Pattern, Patterns, keys_of
from ehcp_flow.law.state_machine import NOT_IN_FORCE, BarredActs, LegalMove, LegalRegion
from ehcp_flow.law.ways_on import PassedThrough, Still
from ehcp_flow.moves.appeals import Appeals, appeals_of
from ehcp_flow.moves.citing import Short
from ehcp_flow.moves.dispute_guards import Certificate, ContactedInTime, Fits, NotOvertaken
from ehcp_flow.moves.facts_before import LatestFact, outcome_of
from ehcp_flow.moves.guards import Barred, Guard, Key, LeftToJudgement, Needed, ProtectedPeriod, Verdict
from ehcp_flow.moves.law_at_hand import LawAtHand
from ehcp_flow.moves.spells_told import lies_in
from ehcp_flow.moves.standstill import Standstill
from ehcp_flow.moves.state_names import LegalState, states_of

__all__ = ["Misplaced", "Move", "Region", "region_of"]


_BIRTH: Final = "date_of_birth"


@dataclass(frozen=True)
class Move:
    """One lawful move: the fact that makes it, where from, where to, by what provisions, and what else must hold.

    `to` is None where the fact is lawful and leaves the state as it is. `forces` is where an imported case goes if the
    fact comes out of order; without it, that is the `to` of the first move declared for the event and outcome.
    `in_force` are its first and its last day as law, None where it has none.
    """

    event: str
    outcome: str | None
    sources: frozenset[LegalState]
    to: LegalState | None
    authority: tuple[str, ...]
    guards: tuple[Guard, ...]
    forces: LegalState | None
    in_force: tuple[dt.date | None, dt.date | None] = (None, None)

    @property
    def key(self) -> Key:
        """The event and the outcome together."""
        return self.event, self.outcome


@dataclass(frozen=True)
class Misplaced:
    """Why facts of these `events` are out of place in these `states`: the finding, the reason, and what would be right.

    What is `taken` is somebody else's act, which no provision bars: it is reported, and neither refused nor followed.
    """

    events: frozenset[str]
    states: frozenset[LegalState]
    finding: str
    reason: str
    remedy: str
    authority: str
    taken: bool = False


class InForce:
    """The move is law on the day on which it is made: no sooner than one day, and no later than another."""

    may_refuse = True

    def __init__(self, move: LegalMove) -> None:
        self._short = Short.of(move.authority[0])
        self._first, self._last = move.in_force_from or dt.date.min, move.in_force_to or dt.date.max

    def __call__(self, before: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the day of the move."""
        if self._first <= on <= self._last:
            return Verdict(holds=True, short=self._short, says="this is law on that day")
        says, then, day = (
            ("this is law from {0} on", "do it on that day or later", self._first)
            if on < self._first
            else ("this was law up to {0}", "see what the law has in its place", self._last)
        )
        return Verdict(holds=False, short=self._short, says=says, then=then, days=(day,), finding=NOT_IN_FORCE)


@dataclass(frozen=True)
class HeldBack:
    """Facts that move nothing at these states while it is shut: a fact of `shuts` shuts it, one of `opens` opens it.

    There they leave the state as it is, and nothing about them is out of place but what the guards of the move find.
    `shut_at_first` says how it stands before any of these. `keys` are those of its facts, wherever they fall.
    """

    facts: Patterns
    states: frozenset[LegalState]
    shuts: Patterns
    opens: Patterns
    shut_at_first: bool = False

    @cached_property
    def keys(self) -> frozenset[Key]:
        return keys_of(self.facts)

    def holds_back(self, before: Sequence[Fact]) -> bool:
        """Return whether a fact of one of its keys moves nothing at one of its states after these."""
        shuts, opens = self._sets
        for fact in reversed(before):
            key = fact.event, outcome_of(fact)
            if key in shuts:
                return True
            if key in opens:
                return False
        return self.shut_at_first

    @cached_property
    def _sets(self) -> tuple[frozenset[Key], frozenset[Key]]:
        return keys_of(self.shuts), keys_of(self.opens)


class Region:
    """States and moves that belong together, as the rulebook's loader checked them.

    `ends` are the states that are meant to have no way out, `passed` the one that a case leaves as soon as it enters
    it, `waiting` the inner events by which it goes on from states where something waits, each with what shuts and opens
    it, `begun_by` what finds the fact by which each of that began, `keys` every event and outcome that moves the
    region, in the order of declaration; `past` says by its finding what to do about an act that is past. `no_decision`
    is why a fact about a dispute is about none.
    """

    def __init__(self, legal: LegalRegion) -> None:
        self.legal: Final = legal
        self.name = legal.name
        self.states: Any = states_of(legal.name, legal.states)
        self.initial: LegalState = self.states(legal.machine.initial)
        self.keys: tuple[Key, ...] = legal.keys
        self.ends = self._meant(legal.machine.ends)
        self.appeals: Appeals = appeals_of(legal)
        self.passed: PassedThrough | None = legal.machine.passed_through
        self.past: Mapping[str, str] = {each.finding: each.remedy for each in legal.past if each.remedy}
        without = legal.machine.without
        self.no_decision = without and Verdict(
            holds=False,
            short=Short.of(without.citation),
            says=without.reason,
            then=without.remedy,
            finding=without.finding,
        )
        self.gates = (
            *(self._gate(still, still.begins, still.ends) for still in legal.machine.still_inside),
            *(
                replace(self._gate(still, still.ends, still.begins), shut_at_first=True)
                for still in legal.machine.still_outside
            ),
        )
        self.waiting = tuple(
            (each.by, HeldBack((), self._meant(each.at), each.begins, each.ends)) for each in legal.machine.waiting
        )
        self.begun_by = tuple(LatestFact(gate.shuts, lies=self.lies) for _, gate in self.waiting)
        self.left_at_once: frozenset[LegalState] = frozenset().union(
            () if self.passed is None else (self.states(self.passed.state),), *(gate.states for _, gate in self.waiting)
        )
        self._gates_at: dict[tuple[LegalState, Key], tuple[HeldBack, ...]] = {
            (state, key): tuple(each for each in self.gates if state in each.states and key in each.keys)
            for gate in self.gates
            for state in gate.states
            for key in gate.keys
        }
        self._barred = tuple(
            (row, self._meant(row.at), row.begins and LatestFact(row.begins, row.ends)) for row in legal.machine.barred
        )
        self.undoing = keys_of(legal.machine.undone_by)
        self._guards: dict[Any, Guard] = {}
        self.moves = tuple(
            Move(
                event,
                outcome,
                self._meant(move.sources),
                self.states(move.to) if move.to else None,
                tuple(map(Short.of, move.authority)),
                (*_in_force(move), *(self._guard(asked, (event, outcome)) for asked in move.guards)),
                self.states(move.forces) if move.forces else None,
                (move.in_force_from, move.in_force_to),
            )
            for move in legal.moves
            for event, outcome in move.keys
        )
        every = frozenset(event for event, _ in self.keys)
        self.misplaced = tuple(
            Misplaced(
                every if "*" in row.events else frozenset(row.events),
                self._meant(row.at),
                row.finding,
                row.reason,
                row.remedy,
                Short.of(row.citation),
                row.taken,
            )
            for row in legal.misplaced
        )
        stages = [self._meant(stage) for stage in legal.machine.stages]
        self._kept = {
            (None, state, earlier)
            for place, stage in enumerate(stages)
            for state in stage
            for earlier in frozenset().union(*stages[:place])
        } | {
            (event, at, to)
            for row in legal.kept
            for event in row.by or (None,)
            for at in self._meant(row.at)
            for to in self._meant(row.never_to)
        }

    def cannot_tell(self, finding: str, recorded: Collection[str]) -> bool:
        """Return whether what a finding misses is none of the events that the source is declared to record."""
        misses = self.legal.misses.get(finding, frozenset())
        return bool(recorded and misses) and misses.isdisjoint(recorded)

    def as_far_as_told(self, verdict: Verdict, recorded: Collection[str]) -> Verdict:
        """Return a verdict that does not fail for want of what the source is declared not to record."""
        if verdict.holds or not self.cannot_tell(verdict.finding, recorded):
            return verdict
        says = f"{verdict.says}, and the source is declared not to record it"
        return verdict._replace(holds=True, says=says, then="", finding="", checked=False)

    def holds_back(self, state: LegalState, event: str, outcome: str | None, before: Sequence[Fact]) -> bool:
        """Return whether a fact of a key moves nothing at a state after these facts, and is in place all the same.

        It asks of no spell of the rulebook: `region_tables.is_held_back` does.
        """
        gates = self._gates_at.get((state, (event, outcome)))
        return gates is not None and any(gate.holds_back(before) for gate in gates)

    def may_bar(self, state: LegalState, event: str) -> bool:
        """Return whether somebody may be barred from an event at a state, whoever it is."""
        return any(event in row.events and state in states for row, states, _ in self._barred)

    def may_hold_back(self, state: LegalState, key: Key) -> bool:
        """Return whether a fact of a key may move nothing at a state, and be in place all the same."""
        return (state, key) in self._gates_at

    def lies(self, pattern: Pattern, before: Sequence[Fact], fact: Fact) -> bool:
        """Return whether a fact of a pattern lies in the spells that it names, and outside those, after these facts."""
        return lies_in(self.legal, pattern, before, fact)

    def barred(self, state: LegalState, event: str, before: Sequence[Fact], on: dt.date) -> Verdict | None:
        """Return why nobody of the age, or in the custody, that the facts tell can be meant by an event, or None."""
        for row, states, begun in self._barred:
            if event not in row.events or state not in states:
                continue
            fact = begun(before) if begun else None
            if begun and (fact is None or (row.by_party and fact.party not in row.by_party)):
                continue
            told = (fact, fact.on) if row.from_age is None and fact else _outgrown(row, before)
            if told is not None and told[1] <= on:
                return Verdict(
                    holds=False,
                    short=Short.of(row.citation),
                    says=row.reason,
                    then=row.remedy,
                    days=(told[1],),
                    fact=told[0],
                    finding=row.finding,
                )
        return None

    def stays(self, state: LegalState, forced: LegalState, event: str) -> bool:
        """Return whether a fact out of order that would force the second state leaves an imported case in the first."""
        return (None, state, forced) in self._kept or (event, state, forced) in self._kept

    def edges(self) -> Mapping[tuple[LegalState, str, str | None], Move]:
        """Return the lawful move from each state by each event and outcome: of several, the first that was law."""
        return {key: versions[0] for key, versions in self.versions().items()}

    def versions(self) -> Mapping[tuple[LegalState, str, str | None], Sequence[Move]]:
        """Return the same with what each is from a later day on, in the order of their days."""
        found: dict[tuple[LegalState, str, str | None], list[Move]] = {}
        for move in self.moves:
            for source in sorted(move.sources):
                found.setdefault((source, *move.key), []).append(move)
        for moves in found.values():
            moves.sort(key=lambda move: move.in_force[0] or dt.date.min)
        return found

    def _meant(self, names: Sequence[str]) -> frozenset[LegalState]:
        return frozenset(map(self.states, self.legal.chosen(names)))

    def _gate(self, still: Still, shuts: Patterns, opens: Patterns) -> HeldBack:
        return HeldBack(still.events, self._meant(still.at), shuts, opens, shut_at_first=not still.begins)

    def _guard(self, asked: law.Guard, key: Key) -> Guard:
        """Return what answers a question of the rulebook: the same for the same question."""
        mark = (asked, key) if isinstance(asked, law.AnswersDecision) else asked
        if mark not in self._guards:
            self._guards[mark] = self._made(asked, key)
        return self._guards[mark]

    def _made(self, asked: law.Guard, key: Key) -> Guard:
        if isinstance(asked, law.AnswersDecision):
            return Fits(asked, self.appeals, key)
        if isinstance(asked, law.Needs):
            return Needed(asked, self.lies)
        if isinstance(asked, law.Protects):
            return ProtectedPeriod(asked, self.lies)
        if isinstance(asked, law.TimeForAppeal):
            return Standstill(asked, self.lies)
        if (plain := _PLAIN.get(type(asked))) is not None:
            return plain(asked)
        return _OF_DISPUTES[type(asked)](asked, self.appeals)


def _outgrown(row: BarredActs, before: Sequence[Fact]) -> tuple[Fact, dt.date] | None:
    """Return the fact that tells on which day somebody is too old, and that day; None where nobody knows."""
    found: list[tuple[Fact, dt.date]] = []
    born = next((fact for fact in reversed(before) if fact.event == _BIRTH), None)
    if born is not None and row.from_age is not None:
        found.append((born, birthday(born.on, row.from_age)))
    if row.or_after is not None:
        events = {pattern.event for pattern in row.or_after.facts}
        said = (fact for fact in reversed(before) if fact.event in events)
        dated = ((fact, getattr(fact, row.or_after.date)) for fact in said)
        found.extend(islice(((fact, last + ONE_DAY) for fact, last in dated if last is not None), 1))
    return min(found, key=lambda each: each[1], default=None)


def _in_force(move: LegalMove) -> tuple[Guard, ...]:
    """Return the guard of a move that is not law on every day."""
    return () if (move.in_force_from, move.in_force_to) == (None, None) else (InForce(move),)


_PLAIN: Final[Mapping[type[Any], Callable[[Any], Guard]]] = {
    law.NamedJudgement: LeftToJudgement,
    law.Bars: Barred,
}
_OF_DISPUTES: Final[Mapping[type[Any], Callable[[Any, Appeals], Guard]]] = {
    law.Stands: NotOvertaken,
    law.Certified: Certificate,
    law.InTimeFor: ContactedInTime,
}
complete(
    {
        **_PLAIN,
        **_OF_DISPUTES,
        law.AnswersDecision: Fits,
        law.Needs: Needed,
        law.Protects: ProtectedPeriod,
        law.TimeForAppeal: Standstill,
    },
    get_args(law.Guard),
    "what answers a question of the rulebook",
)


@lru_cache(maxsize=32)
def region_of(legal: LegalRegion) -> Region:
    """Return the region that a rulebook states. The same for equal ones, every time."""
    return Region(legal)
