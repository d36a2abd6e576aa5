"""The moves of a region as tables for `ehcp_flow.engine.walk`, and what hangs on the places in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from ehcp_flow.engine import walk
from ehcp_flow.engine.choice import Kernel, interpreted_kernel
from ehcp_flow.engine.numbers import KEY_OF, KEYS, Key
from ehcp_flow.facts import Fact, told_apart
from ehcp_flow.moves.guards import outcome_of
from ehcp_flow.moves.machine import Edge, table
from ehcp_flow.moves.region import HeldBack, Region
from ehcp_flow.vocabulary import per_vocabulary

__all__ = ["RegionTables", "history_space", "kernel_moves", "key_of", "region_tables", "steps_of"]

_FOR_EVER: Final = 1 << 30


class RegionTables(NamedTuple):
    """A region as tables: of each state, a place for each key, and two for the way on, outside a spell and inside it.

    `edges` are what the machine does at each place (an Edge, or None), `states` the states by their numbers; `moves`
    has the tables.
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
    edges: list[Any] = []
    for source in states:
        edges.extend(known.get((source, *key)) for key in moved_by)
        passed = region.passed
        ways: Any = (
            [] if passed is None or source != passed.state
            else [(source, passed.by, way) for way in (None, passed.inside)]
        )  # fmt: skip
        edges.extend([known[way] for way in ways] or [None, None])
    if region.passed is not None:
        spell[KEY_OF[region.passed.inside, None]] = walk.BEGINS
        spell[KEY_OF[region.passed.until, None]] = walk.ENDS_IT
    moves = {
        "initial": states.index(region.initial),
        "keys": len(KEYS),
        "width": len(KEYS) + 2,
        "to": [-1 if edge is None else states.index(edge.to) for edge in edges],
        "spell": spell,
        **_gates(region, states, edges),
    }
    return RegionTables(states, tuple(edges), moves)


def _moved_by() -> list[Key]:
    """Return what moves tell each key apart by."""
    return [(event, outcome if outcome in told_apart(event) else None) for event, outcome in KEYS]


def _gates(region: Region, states: Sequence[Any], edges: Sequence[Edge | None]) -> dict[str, Any]:
    """Return which gates each key shuts and opens, and which of them hold back each edge, a bit for each gate."""
    gates, moved_by = region.gates, _moved_by()

    def bits(holds: Callable[[HeldBack], bool]) -> int:
        return sum(1 << number for number, gate in enumerate(gates) if holds(gate))

    def held(source: Any, key: Key, edge: Edge | None) -> int:
        return 0 if edge is None or edge.to is source else bits(lambda g: key in g.keys and source in g.states)

    width = len(KEYS) + 2
    return {
        "shut_at_first": bits(lambda gate: gate.shut_at_first),
        "shuts": [bits(lambda gate, key=key: key in gate.shuts) for key in moved_by],  # type: ignore[misc]
        "opens": [bits(lambda gate, key=key: key in gate.opens) for key in moved_by],  # type: ignore[misc]
        # What else must hold of a fact is asked where it is held back, too: a step that leads nowhere.
        "held_to": [-1 if edge is None or not edge.guards else at // width for at, edge in enumerate(edges)],
        "held": [
            mask
            for row, source in enumerate(states)
            for mask in (*map(partial(held, source), moved_by, edges[row * width :]), 0, 0)
        ],
    }


@per_vocabulary
def kernel_moves(region: Region, chosen: Kernel) -> Any:
    """Return the tables of a region as a kernel takes them."""
    return chosen.walk.Moves(chosen.tables(region_tables(region).moves))


def key_of(fact: Fact) -> int:
    """Return the number of a fact's event and outcome."""
    return KEY_OF[fact.event, outcome_of(fact)]


def steps_of(region: Region, keys: Sequence[int]) -> Any:
    """Return the history of the facts of one case, given as their keys."""
    count = len(keys)
    history = walk.History(history_space(count, lambda many: [0] * many))
    facts = walk.History({"key": keys, "on": [0] * count, "as_of": _FOR_EVER})
    walk.walk_case(kernel_moves(region, interpreted_kernel()), facts, history, 0, count)
    return history


def history_space(facts: int, filled: Any) -> dict[str, Any]:
    """Return the space for the steps of so many facts."""
    return {"steps": 0, "capacity": 2 * facts} | {name: filled(2 * facts) for name in ("place", "edge", "to")}
