"""The steps of many cases through the states, as columns: `ehcp_flow.engine.walk` over their facts."""

from __future__ import annotations

from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np

from ehcp_flow.bulk.codes import KEYS, NO_DAY, Array
from ehcp_flow.bulk.fact_columns import FactColumns
from ehcp_flow.bulk.kernel_columns import days_and_keys, room_for
from ehcp_flow.engine.choice import Kernel, kernel_in_use
from ehcp_flow.moves.dispute_region import DISPUTE_EVENTS
from ehcp_flow.moves.pathway import PATHWAY
from ehcp_flow.moves.region_tables import history_space, kernel_moves, region_tables
from ehcp_flow.states import State

__all__ = ["STATES", "HistoryColumns", "disputed", "histories_of", "walked"]

STATES: Final = tuple(State)
_WAYS: Final = region_tables(PATHWAY)
_SOURCE: Final = np.array([STATES.index(_WAYS.source(edge)) for edge in range(len(_WAYS.edges))], dtype=np.int8)
_REFUSED: Final = np.array([_WAYS.refuses(edge) for edge in range(len(_WAYS.edges))], dtype=bool)
_GUARDED: Final = np.array([_WAYS.may_refuse(edge) for edge in range(len(_WAYS.edges))], dtype=bool)

_DISPUTED: Final = np.array([event in DISPUTE_EVENTS for event, _ in KEYS], dtype=bool)


class HistoryColumns(NamedTuple):
    """The steps of cases up to the day asked for, those of `CaseState.history`: the place of each one's fact, its day.

    `edge` is the place of each step in the table of moves, `to` where it leads.
    """

    cases: int
    case: Array
    place: Array
    edge: Array
    to: Array
    on: Array

    @property
    def source(self) -> Array:
        """The state behind which each step begins."""
        return _SOURCE.take(self.edge)

    @property
    def at(self) -> Array:
        """The state of each case."""
        at = np.full(self.cases, STATES.index(PATHWAY.initial), dtype=np.int8)
        at[self.case] = self.to
        return at

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
        return _REFUSED.take(self.edge)

    @property
    def guarded(self) -> Array:
        """Whether a guard has to be asked about each step."""
        return _GUARDED.take(self.edge)


def disputed(facts: FactColumns) -> Array:
    """Return which cases have a fact about a dispute."""
    return np.bincount(facts.case[facts.places(_DISPUTED)], minlength=facts.cases) > 0


def histories_of(facts: FactColumns) -> HistoryColumns:
    """Return how the cases came to their states."""
    chosen = kernel_in_use()
    history = walked(facts, chosen.module.Facts(days_and_keys(facts, chosen)), chosen)
    place, edge, to = (
        np.asarray(column[: history.steps], dtype=np.int32) for column in (history.place, history.edge, history.to)
    )
    return HistoryColumns(facts.cases, facts.case.take(place), place, edge, to, facts.on.take(place))


def walked(facts: FactColumns, numbers: Any, chosen: Kernel) -> Any:
    """Return how the cases came to their states as a kernel writes it; `numbers` are the facts as it takes them."""
    space = history_space(facts.count, partial(room_for, chosen)) | {"ends": room_for(chosen, facts.cases)}
    history = chosen.walk.History(space)
    chosen.walk.walk(kernel_moves(PATHWAY, chosen), numbers, history, 0, facts.cases)
    return history
