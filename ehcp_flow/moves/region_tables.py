"""The moves of a region as tables for `ehcp_flow.engine.walk`, and what hangs on the places in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from ehcp_flow.engine import walk
from ehcp_flow.engine.choice import Kernel, interpreted_kernel
from ehcp_flow.engine.numbers import KEY_OF, KEYS, Key
from ehcp_flow.facts import Fact, told_apart
from ehcp_flow.moves.guards import outcome_of
from ehcp_flow.moves.machine import Edge, table
from ehcp_flow.moves.region import Region
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
        "gate": _gate(region),
    }
    return RegionTables(states, tuple(edges), moves)


def _moved_by() -> list[Key]:
    """Return what moves tell each key apart by."""
    return [(event, outcome if outcome in told_apart(event) else None) for event, outcome in KEYS]


def _gate(region: Region) -> list[int]:
    """Return what each key does to the spell inside which some facts move nothing."""
    if region.gate is None:
        return [0] * len(KEYS)
    gate = region.gate
    return [
        (walk.BEGINS if key in gate.begins else walk.ENDS_IT if key in gate.ends else 0)
        | (walk.HELD_BY_IT if key[0] in gate.events else 0)
        for key in _moved_by()
    ]


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
