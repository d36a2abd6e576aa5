"""The steps of many cases through the states, as columns: `ehcp_flow.engine.walk` over their facts."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ehcp_flow.bulk.codes import KEYS, NO_DAY, Array
from ehcp_flow.bulk.fact_columns import FactColumns
from ehcp_flow.bulk.kernel_columns import days_and_keys, room_for
from ehcp_flow.engine.choice import Kernel, kernel_in_use
from ehcp_flow.moves.region import Region
from ehcp_flow.moves.region_tables import history_space, kernel_moves, region_tables
from ehcp_flow.moves.regions import Regions
from ehcp_flow.vocabulary import per_vocabulary

__all__ = ["HistoryColumns", "Ways", "disputed", "histories_of", "walked", "ways_of"]


class Ways(NamedTuple):
    """The moves of a region as columns: of each place in its table, where it leads from and whether it is out of order.

    `edges` are what stands there; `states` are the region's, and `maintained` says in which a plan is maintained.
    `beside` has for each state a bit for each thing that can be open beside it, and leads to another.
    """

    states: tuple[Any, ...]
    edges: tuple[Any, ...]
    initial: int
    source: Array
    refused: Array
    guarded: Array
    maintained: Array
    beside: Array


@per_vocabulary
def ways_of(region: Region) -> Ways:
    """Return the moves of a region as columns."""
    ways = region_tables(region)
    places = range(len(ways.edges))
    return Ways(
        ways.states,
        ways.edges,
        ways.states.index(region.initial),
        np.array([ways.states.index(ways.source(edge)) for edge in places], dtype=np.int8),
        np.array([ways.refuses(edge) for edge in places], dtype=bool),
        np.array([ways.may_refuse(edge) for edge in places], dtype=bool),
        np.array([state.maintained for state in ways.states], dtype=bool),
        np.array([_beside(region, state) for state in ways.states], dtype=np.int64),
    )


def _beside(region: Region, state: Any) -> int:
    """Return a bit for each thing that waits in a region, and leads on to another state than this."""
    ways_on = region.versions()
    return sum(
        any(move.to is not state for here in gate.states for move in ways_on.get((here, by, None), ())) << number
        for number, (by, gate) in enumerate(region.waiting)
    )


class HistoryColumns(NamedTuple):
    """The steps of cases up to the day asked for, those of `CaseState.history`: the place of each one's fact, its day.

    `edge` is the place of each step in the table of moves, `to` where it leads. `left_shut` has a bit for
    each thing that was begun beside the state of a case, and is open still, be it what led it there.
    """

    cases: int
    case: Array
    place: Array
    edge: Array
    to: Array
    on: Array
    ways: Ways
    left_shut: Array

    @property
    def source(self) -> Array:
        """The state behind which each step begins."""
        return self.ways.source.take(self.edge)

    @property
    def at(self) -> Array:
        """The state of each case."""
        at = np.full(self.cases, self.ways.initial, dtype=np.int8)
        at[self.case] = self.to
        return at

    @property
    def waits(self) -> Array:
        """Whether something was begun beside the state of each case, and is open still: what did not lead it there."""
        waits: Array = self.left_shut & self.ways.beside.take(self.at) != 0
        return waits

    @property
    def since(self) -> Array:
        """The day of the last change of each case, NO_DAY if there was none."""
        since = np.full(self.cases, NO_DAY, dtype=np.int32)
        changed = np.flatnonzero(self.source != self.to)
        since[self.case[changed]] = self.on[changed]
        return since

    @property
    def refused(self) -> Array:
        """Whether the fact of each step is out of order, whatever a guard says."""
        return self.ways.refused.take(self.edge)

    @property
    def guarded(self) -> Array:
        """Whether a guard has to be asked about each step."""
        return self.ways.guarded.take(self.edge)


def disputed(facts: FactColumns, regions: Regions) -> Array:
    """Return which cases have a fact about a dispute."""
    about = np.array([event in regions.disputing for event, _ in KEYS], dtype=bool)
    return np.bincount(facts.case[facts.places(about)], minlength=facts.cases) > 0


def histories_of(facts: FactColumns, region: Region) -> HistoryColumns:
    """Return how the cases came to their states in a region."""
    chosen = kernel_in_use()
    history = walked(facts, chosen.module.Facts(days_and_keys(facts, chosen)), chosen, region)
    place, edge, to = (
        np.asarray(column[: history.steps], dtype=np.int32) for column in (history.place, history.edge, history.to)
    )
    on = facts.on.take(place)
    left_shut = np.asarray(history.left_shut[: facts.cases], dtype=np.int64) >> len(region.gates)
    return HistoryColumns(facts.cases, facts.case.take(place), place, edge, to, on, ways_of(region), left_shut)


def walked(facts: FactColumns, numbers: Any, chosen: Kernel, region: Region) -> Any:
    """Return how the cases came to their states as a kernel writes it; `numbers` are the facts as it takes them."""
    room = partial(room_for, chosen)
    space = history_space(facts.count, room) | {"ends": room(facts.cases), "left_shut": room(facts.cases)}
    history = chosen.walk.History(space)
    chosen.walk.walk(kernel_moves(region, chosen), numbers, history, 0, facts.cases)
    return history
