"""The moves of a region as tables for `ehcp_flow.engine.walk`, and what hangs on the places in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from ehcp_flow.engine import walk
from ehcp_flow.engine.choice import Kernel, interpreted_kernel
from ehcp_flow.engine.numbers import KEY_OF, KEYS, Key, as_day
from ehcp_flow.facts import Fact, told_apart
from ehcp_flow.law.patterns import Patterns
from ehcp_flow.moves.machine import Edge, table
from ehcp_flow.moves.region import HeldBack, Region
from ehcp_flow.moves.spells_told import key_of, turn_tables, turned_keys
from ehcp_flow.vocabulary import per_vocabulary

__all__ = [
    "RegionTables",
    "history_space",
    "is_held_back",
    "kernel_moves",
    "region_tables",
    "steps_of",
]

_FOR_EVER: Final = 1 << 30
_WAYS: Final = 3


class RegionTables(NamedTuple):
    """A region as tables: of each state, a place for each key, three for the way on, and one for what waits there each.

    The way on is outside a spell, inside it, and where it was led on. Behind these there is a place for each move that
    another becomes from a day on. `edges` are what the machine does at each place (an Edge, or None), `states` the
    states by their numbers; `moves` has the tables.
    """

    states: tuple[Any, ...]
    edges: tuple[Any, ...]
    moves: dict[str, Any]

    def source(self, edge: int) -> Any:
        """Return the state from which a place of the table leads."""
        return self.states[edge // self.moves["width"]]

    def refuses(self, edge: int) -> bool:
        """Return whether every fact is out of order that comes by a place of the table."""
        told: Edge | None = self.edges[edge]
        return told is not None and told.refusal is not None

    def may_refuse(self, edge: int) -> bool:
        """Return whether a guard has to be asked about a fact that comes by a place of the table."""
        told: Edge | None = self.edges[edge]
        return told is not None and any(guard.may_refuse for guard in told.guards)


@per_vocabulary
def region_tables(region: Region) -> RegionTables:
    """Return a region as tables."""
    known = table(region)
    states = tuple(region.states)
    spell = [0] * len(KEYS)
    moved_by = _moved_by()
    rows: list[list[Any]] = []
    for source in states:
        row: list[Any] = [known.get((source, *key)) for key in moved_by]
        passed = region.passed
        ways: Any = (
            () if passed is None or source != passed.state else [(source, passed.by, way) for way in passed.ways]
        )
        row.extend(known[way] for way in ways)
        row.extend([None] * (_WAYS - len(ways)))
        row.extend(known.get((source, by, None)) for by, _ in region.waiting)
        rows.append(row)
    filled = len(KEYS) + _WAYS + len(region.waiting)
    width = filled + max(map(_later_ones, rows))
    edges: list[Any] = []
    keys: list[Key | None] = []
    last, later = [_FOR_EVER] * width * len(rows), [-1] * width * len(rows)
    for number, row in enumerate(rows):
        edges += row
        keys += (*moved_by, *[None] * (filled - len(KEYS)))
        for place, first in enumerate(row):
            at = number * width + place
            for version in () if first is None or first.later is None else [*first.versions][1:]:
                last[at], later[at] = as_day(edges[at].last), len(edges)
                at = len(edges)
                edges.append(version)
                keys.append(keys[number * width + place])
        filling = [None] * ((number + 1) * width - len(edges))
        edges += filling
        keys += filling
    if region.passed is not None:
        spell[KEY_OF[region.passed.inside, None]] = walk.BEGINS
        spell[KEY_OF[region.passed.until, None]] = walk.ENDS_IT
        for event in region.passed.led_on_by:
            spell[KEY_OF[event, None]] = walk.LEADS_ON
    moves = {
        "initial": states.index(region.initial),
        "keys": len(KEYS),
        "ways_out": len(KEYS) + _WAYS - len(region.gates),
        "width": width,
        "last": last,
        "later": later,
        "to": [-1 if edge is None else states.index(edge.to) for edge in edges],
        "spell": spell,
        **turn_tables(region.legal),
        **_gates(region, [states[place // width] for place in range(len(edges))], keys, edges),
    }
    return RegionTables(states, tuple(edges), moves)


def _later_ones(row: Sequence[Edge | None]) -> int:
    """Return how many moves of a state follow another from a day on."""
    return sum(1 for edge in row if edge is not None for _ in edge.versions) - sum(edge is not None for edge in row)


def _moved_by() -> list[Key]:
    """Return what moves tell each key apart by."""
    return [(event, outcome if outcome in told_apart(event) else None) for event, outcome in KEYS]


def _gates(
    region: Region, sources: Sequence[Any], keys: Sequence[Key | None], edges: Sequence[Edge | None]
) -> dict[str, Any]:
    """Return what each key shuts and opens, and which gates hold back each edge or lead on from each state, as bits."""
    waiting = [gate for _, gate in region.waiting]
    gates, turned = [*region.gates, *waiting], turned_keys(region.legal)
    number = {state: at for at, state in enumerate(region.states)}

    def bits(holds: Callable[[HeldBack], bool]) -> int:
        return sum(1 << number for number, gate in enumerate(gates) if holds(gate))

    def by_key(patterns_of: Callable[[HeldBack], Patterns]) -> list[int]:
        found = [0] * turned.count
        for at, gate in enumerate(gates):
            for each in turned.plain(patterns_of(gate)):
                found[each] |= 1 << at
        return found

    def held(source: Any, key: Key | None, edge: Edge | None) -> int:
        still = key is None or edge is None or edge.to is source
        return 0 if still else bits(lambda g: key in g.keys and source in g.states)

    return {
        "stills": (1 << len(region.gates)) - 1,
        "shut_at_first": bits(lambda gate: gate.shut_at_first),
        "shuts": by_key(lambda gate: gate.shuts),
        "opens": by_key(lambda gate: gate.opens),
        "fits": by_key(lambda gate: gate.facts),
        # What else must hold of a fact is asked where it is held back, too: a step that leads nowhere.
        "held_to": [
            number[source] if edge is not None and edge.guards else -1
            for source, edge in zip(sources, edges, strict=True)
        ],
        "held": [*map(held, sources, keys, edges)],
        "awaited": [
            sum(1 << at for at, gate in enumerate(gates) if gate in waiting and state in gate.states)
            for state in region.states
        ],
    }


@per_vocabulary
def kernel_moves(region: Region, chosen: Kernel) -> Any:
    """Return the tables of a region as a kernel takes them."""
    return chosen.walk.Moves(chosen.tables(region_tables(region).moves))


def is_held_back(region: Region, state: Any, key: Key, before: Sequence[Fact], on: dt.date) -> bool:
    """Return whether a fact of a key moves nothing at a state after these facts, and is in place all the same."""
    if not region.may_hold_back(state, key):
        return False
    history = steps_of(region, [*map(key_of, before), KEY_OF[key]], (*(fact.on for fact in before), on))
    return bool(history.held)


def steps_of(region: Region, keys: Sequence[int], days: Iterable[dt.date]) -> Any:
    """Return the history of the facts of one case, given as their keys and their days."""
    count = len(keys)
    history = walk.History(history_space(count, lambda many: [0] * many))
    facts = walk.History({"key": keys, "on": [*map(as_day, days)], "as_of": _FOR_EVER})
    walk.walk_case(kernel_moves(region, interpreted_kernel()), facts, history, 0, count)
    return history


def history_space(facts: int, filled: Any) -> dict[str, Any]:
    """Return the space for the steps of so many facts."""
    most = walk.MOST_STEPS * facts
    since = filled(walk.MOST_BITS)
    # Of a spell that lasts until it is ended nobody notes when it began: the day must not be what lay in the memory.
    for mark in range(walk.MOST_BITS):
        since[mark] = 0
    told = {
        "steps": 0,
        "capacity": most,
        "shut": 0,
        "inside": 0,
        "held": 0,
        "taken": 0,
        "since": since,
    }
    return told | {name: filled(most) for name in ("place", "edge", "to")}
