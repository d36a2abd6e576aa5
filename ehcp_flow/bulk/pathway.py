"""Where many cases stand on the pathway, and which of them have a move that may be out of order.

The state is read by folding the table of moves over the facts, the first of every case, then the second, and so on. A
guard is not written a second time: which facts it looks for, and for how many days, is found out by asking it.
"""

from __future__ import annotations

import datetime as dt
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

import numpy as np

from ehcp_flow.bulk.codes import KEYS, NO_DAY, Array, as_date, as_day
from ehcp_flow.bulk.facts import Facts
from ehcp_flow.facts import FACT_TYPES, Fact, make_fact
from ehcp_flow.states import State
from ehcp_flow.states.counted import counted, latest
from ehcp_flow.states.guards import SETTLING, Ground, Judgement, Needs, Seek, Standstill, Window
from ehcp_flow.states.machine import Table, table
from ehcp_flow.states.pathway import PATHWAY
from ehcp_flow.states.region import Guard, Onward

__all__ = ["STATES", "Course", "Trail", "follow", "trail_of"]

STATES: Final = tuple(State)
_DAY: Final = dt.date(2024, 1, 1)


class _Moves(NamedTuple):
    """For each state and key: where a fact of the key leads, whether it changed the state, whether it is out of order.

    `known` says whether there is such a move; `guarded` is the place of its guards in `guards`, -1 for one without.
    `through` says whether it leads through the state of one of `onward`, by its place there, -1 for none.
    """

    known: Array
    to: Array
    moved: Array
    refused: Array
    guarded: Array
    through: Array
    guards: tuple[tuple[Guard, ...], ...]
    onward: tuple[_Through, ...]

    @property
    def moving(self) -> Array:
        """The keys of which some fact can do anything."""
        elsewhere = self.to != np.arange(len(STATES))[:, None]
        moving: Array = (self.moved | self.refused | (self.guarded >= 0) | elsewhere).any(axis=0)
        return moving


class _Through(NamedTuple):
    """A state that a case leaves at once, and the stretch inside which it leaves it for another than otherwise."""

    begins: Array
    ends: Array
    inside: int

    def holds(self, facts: Facts, places: Array) -> Array:
        """Return which facts stand inside the stretch."""
        begun = facts.places(self.begins).before(places + 1)
        ended = facts.places(self.ends).before(places + 1)
        inside: Array = (begun >= facts.first(places)) & (begun > ended)
        return inside


@cache
def _moves() -> _Moves:
    edges = table(PATHWAY)
    onward = {row.state: number for number, row in enumerate(PATHWAY.onward)}
    to = np.repeat(np.arange(len(STATES))[:, None], len(KEYS), axis=1).astype(np.int8)
    known, moved, refused = np.zeros((3, *to.shape), dtype=bool)
    guarded, through = np.full((2, *to.shape), -1, dtype=np.int16)
    guards: dict[tuple[Guard, ...], int] = {}
    for at, source in enumerate(STATES):
        for code, (event, outcome) in enumerate(KEYS):
            edge = edges.get((source, event, outcome))
            if edge is None:
                continue
            end = edge.to
            known[at, code] = True
            moved[at, code] = end is not source
            refused[at, code] = edge.refusal is not None
            if edge.guards:
                guarded[at, code] = guards.setdefault(edge.guards, len(guards))
            if end in onward:
                row = PATHWAY.onward[onward[end]]
                through[at, code] = onward[end]
                end = edges[end, row.event, row.choose(())].to
                moved[at, code] = True
            to[at, code] = STATES.index(end)
    rows = tuple(_through(row, edges) for row in PATHWAY.onward)
    return _Moves(known, to, moved, refused, guarded, through, tuple(guards), rows)


def _through(row: Onward[State], edges: Table[State]) -> _Through:
    """Find out which facts begin and end the stretch in which a state is left for another, by asking."""
    told, otherwise = _one_of_each(), row.choose(())
    begins = np.array([row.choose([fact]) != otherwise for fact in told], dtype=bool)
    some = told[int(np.flatnonzero(begins)[0])]
    ends = np.array([row.choose([some, fact]) == otherwise for fact in told], dtype=bool)
    return _Through(begins, ends, STATES.index(edges[row.state, row.event, row.choose([some])].to))


class Course(NamedTuple):
    """For each case: the state it is in, the day of its last change (NO_DAY if none), and what was out of order.

    `refused` counts the facts that were out of place, or that a guard refused. Where a guard cannot be asked over
    columns, the case is `doubted`, and its count may be too low.
    """

    at: Array
    since: Array
    refused: Array
    doubted: Array


class Trail(NamedTuple):
    """The facts that can move the pathway, up to the day asked for, in legal order: their places, and what each did.

    `source` and `to` are the states before and behind it. `step` says whether it is one of `Standing.history`.
    """

    place: Array
    source: Array
    to: Array
    step: Array


def trail_of(facts: Facts) -> Trail:
    """Return how the cases came to their states, up to the day asked for: all first facts, then all second ones, ..."""
    moves = _moves()
    place = np.flatnonzero(moves.moving[facts.key] & (facts.on <= facts.as_of))
    case = facts.case[place]
    first = np.searchsorted(case, np.arange(facts.cases))
    many = np.searchsorted(case, np.arange(facts.cases), side="right") - first
    at = np.full(facts.cases, STATES.index(PATHWAY.initial), dtype=np.int8)
    source, to = np.zeros((2, len(place)), dtype=np.int8)
    live = np.flatnonzero(many)
    turn = 0
    while len(live):
        rank = first[live] + turn
        here, was = place[rank], at[live]
        key = facts.key[here]
        then = moves.to[was, key]
        for number, row in enumerate(moves.onward):
            led = np.flatnonzero(moves.through[was, key] == number)
            then[led[row.holds(facts, here[led])]] = row.inside
        source[rank], to[rank], at[live] = was, then, then
        turn += 1
        live = live[many[live] > turn]
    return Trail(place, source, to, moves.known[source, facts.key[place]])


def follow(facts: Facts) -> Course:
    """Return the course of each case up to the day asked for."""
    moves, trail = _moves(), trail_of(facts)
    key, case = facts.key[trail.place], facts.case[trail.place]
    at = np.full(facts.cases, STATES.index(PATHWAY.initial), dtype=np.int8)
    at[case] = trail.to
    since = np.full(facts.cases, NO_DAY, dtype=np.int32)
    changed = moves.moved[trail.source, key]
    since[case[changed]] = facts.on[trail.place[changed]]
    doubted = np.zeros(facts.cases, dtype=bool)
    wrong = [trail.place[moves.refused[trail.source, key]]]
    guarded = moves.guarded[trail.source, key]
    for number, guards in enumerate(moves.guards):
        these = trail.place[guarded == number]
        holds = np.ones(len(these), dtype=bool)
        for guard in guards if len(these) else ():
            kept, told = _holds(facts, guard, these)
            holds &= kept
            doubted[facts.case[these[~told]]] = True
        wrong.append(these[~holds])
    out = np.concatenate(wrong)
    return Course(at, since, np.bincount(facts.case[out], minlength=facts.cases), doubted)


def _holds(facts: Facts, guard: Any, places: Array) -> tuple[Array, Array]:
    """Return at which places a guard holds, and at which that can be told over columns."""
    every = np.ones(len(places), dtype=bool)
    if isinstance(guard, Judgement) or (isinstance(guard, Needs) and not guard.checked):
        return every, every
    if isinstance(guard, Needs):
        return _borne(facts, guard.grounds, places), every
    if isinstance(guard, Window):
        holds = _borne(facts, guard.unless, places)
        served = _found(facts, guard.served, places)
        there = np.flatnonzero(~holds & (served >= 0))
        begun, back = np.unique(facts.day_of(served[there], ("served_on", "on")), return_inverse=True)
        last = np.array([_last(guard, day) for day in begun.tolist()], dtype=np.int64)[back]
        holds[there] = facts.on[places[there]] > last
        return holds, every
    if isinstance(guard, Standstill):
        return _stands_still(facts, guard, places)
    return every, ~every


def _stands_still(facts: Facts, guard: Standstill, places: Array) -> tuple[Array, Array]:
    """Tell of a notice of ceasing that neither a certificate, an appeal nor what keeps the plan followed."""
    notice = facts.places(_noticed(guard)).before(places)
    given = notice >= facts.first(places)
    told = facts.places(_after_notice(guard)).before(places) < np.where(given, notice, facts.first(places))
    holds = np.ones(len(places), dtype=bool)
    at = np.flatnonzero(given & told)
    begun, back = np.unique(facts.on[notice[at]], return_inverse=True)
    last = np.array([_last_still(guard, day) for day in begun.tolist()], dtype=np.int64)[back]
    holds[at] = facts.on[places[at]] > last
    return holds, told


@cache
def _noticed(guard: Standstill) -> Array:
    return np.array([guard.is_notice(event, outcome) for event, outcome in KEYS], dtype=bool)


@cache
def _after_notice(guard: Standstill) -> Array:
    later = {"appeal_registered", "mediation_certificate_issued"} | guard.kept
    return np.array(
        [event in later or (event in SETTLING and outcome in guard.continuing) for event, outcome in KEYS], dtype=bool
    )


@lru_cache(maxsize=1 << 14)
def _last_still(guard: Standstill, day: int) -> int:
    """Return the last day of a standstill that nothing but its notice decides."""
    return as_day(latest(guard.limit, make_fact("cease_notice_sent", case_id="-", on=as_date(day)), ()))


def _borne(facts: Facts, grounds: tuple[Ground, ...], places: Array) -> Array:
    borne = np.zeros(len(places), dtype=bool)
    for ground in grounds:
        borne |= _found(facts, ground.seek, places) >= 0
    return borne


def _found(facts: Facts, seek: Seek, places: Array) -> Array:
    """Return the place of the fact that is found before each place, -1 for none."""
    hits, stops = _sought(seek)
    hit = facts.places(hits).before(places)
    stop = facts.places(stops).before(places)
    return np.where((hit >= facts.first(places)) & (hit > stop), hit, -1)


@lru_cache(maxsize=256)
def _sought(seek: Seek) -> tuple[Array, Array]:
    """Return the keys that are looked for, and those behind which nothing is looked for any more."""
    told = _one_of_each()
    hits = np.array([seek([fact]) is not None for fact in told], dtype=bool)
    some = told[int(np.flatnonzero(hits)[0])]
    stops = np.array([seek([some, fact]) is None for fact in told], dtype=bool)
    return hits, stops


@lru_cache(maxsize=1 << 14)
def _last(guard: Window, day: int) -> int:
    """Return the last day of a window that begins on a day."""
    return as_day(counted(guard.limit, as_date(day))[1])


@cache
def _one_of_each() -> tuple[Fact, ...]:
    """Return a fact of each key, all of one day."""
    told = []
    for event, outcome in KEYS:
        fields: dict[str, Any] = {"case_id": "-", "on": _DAY} | ({} if outcome is None else {"outcome": outcome})
        told.append(FACT_TYPES[event].model_construct(**fields))
    return tuple(told)
