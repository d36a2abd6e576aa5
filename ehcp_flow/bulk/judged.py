"""Deadlines as columns, each put into the public order when it is first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final, NamedTuple, get_args

import numpy as np

from ehcp_flow.bulk.codes import NO_DAY, Array, sorted_places
from ehcp_flow.bulk.facts import Facts
from ehcp_flow.bulk.law import LawTables
from ehcp_flow.deadlines import Status

__all__ = ["LAPSED", "LATE", "MET", "OPEN", "OVERDUE", "PREMATURE", "STATUSES", "UNDATED", "Judged", "Part"]

STATUSES: Final[tuple[str, ...]] = get_args(Status)
OPEN, MET, LATE, OVERDUE, PREMATURE, LAPSED, UNDATED = range(len(STATUSES))
_MISSED: Final = np.isin(np.arange(len(STATUSES)), (LATE, OVERDUE, PREMATURE))
_NO_DEADLINES: Final = np.zeros(0, dtype=np.int32)


class Part(NamedTuple):
    """The deadlines of one version of one rule, in the order of their starts: the columns of `Judged` of that name."""

    row: int
    start: Array
    party: Array
    base: Array
    due: Array
    done: Array
    implied: Array
    ended: Array
    superseded: Array
    status: Array
    excuses: Array
    protected: Array


_KINDS: Final = dict.fromkeys(Part._fields, np.int32) | {"status": np.int8, "protected": np.bool_}


class Judged:
    """Deadlines as columns, in the public order: by case, last lawful day, place in the rulebook, and start.

    `row` is the rule and its version (`LawTables.rows`); days are numbers, NO_DAY for none; `done`, `implied`, `ended`,
    `superseded` are places of facts, -1 for none; `over` is -1 for none; `excuses` is a number of `Excuses.names`, 0
    for none. A column that nobody asks for costs nothing.
    """

    start: Array
    party: Array
    base: Array
    due: Array
    done: Array
    implied: Array
    ended: Array
    superseded: Array
    status: Array
    excuses: Array
    protected: Array

    def __init__(self, parts: Sequence[Part], facts: Facts, law: LawTables) -> None:
        self._parts = parts
        self._facts = facts
        self._law = law
        self._rows = np.repeat(
            np.array([part.row for part in parts], dtype=np.int16), [len(part.start) for part in parts]
        )

    def __len__(self) -> int:
        return len(self.row)

    def __getattr__(self, name: str) -> Array:
        """Return a column of the parts in the public order."""
        if name not in _KINDS:
            raise AttributeError(name)
        column = self._picked(self._joined(name))
        self.__dict__[name] = column
        return column

    def unsorted(self) -> Judged:
        """Return the same deadlines in any order, which saves sorting them."""
        same = Judged(self._parts, self._facts, self._law)
        stand = None
        if self._facts.failed.any():
            stand = np.flatnonzero(~self._facts.failed.take(self._facts.case.take(self._joined("start"))))
        same.__dict__["_order"] = stand
        return same

    def _joined(self, name: str) -> Array:
        if not self._parts:
            return _NO_DEADLINES
        return np.concatenate([getattr(part, name) for part in self._parts], dtype=_KINDS[name])

    def _picked(self, column: Array) -> Array:
        order = self._order
        return column if order is None else column.take(order)

    @cached_property
    def _order(self) -> Array | None:
        """Where each deadline stands in the parts; None if all stand as they do there."""
        if not self._parts:
            return None
        facts, rule = self._facts, self._law.order.take(self._rows)
        case = facts.case.take(self._joined("start"))
        due = self._joined("due")
        dated = due > NO_DAY
        first = int(due.min(initial=0, where=dated))
        span = int(due.max(initial=0)) - first + 2
        number = case.astype(np.int64)
        number *= span
        number += np.where(dated, due - first, span - 1)
        number *= int(self._law.order.max()) + 1
        number += rule
        order = sorted_places(number)
        return order[~facts.failed.take(case.take(order))] if facts.failed.any() else order

    @cached_property
    def row(self) -> Array:
        """The rule and its version, as a place in `LawTables.rows`."""
        return self._picked(self._rows)

    @cached_property
    def case(self) -> Array:
        """The number of the case."""
        return self._facts.case.take(self.start)

    @cached_property
    def done_on(self) -> Array:
        """The day of the act, NO_DAY for none."""
        return np.append(self._facts.on, np.int32(NO_DAY)).take(self.done)

    @cached_property
    def earliest(self) -> Array:
        """The first lawful day of a window, NO_DAY for none."""
        earliest = np.full(len(self), NO_DAY, dtype=np.int32)
        at = np.flatnonzero(self._law.is_window.take(self.row) & (self.due > NO_DAY))
        earliest[at] = self.due[at] + 1
        return earliest

    @cached_property
    def over(self) -> Array:
        """The days that an act was late or is overdue, -1 for none."""
        over = np.full(len(self), -1, dtype=np.int32)
        late, overdue = np.flatnonzero(self.status == LATE), np.flatnonzero(self.status == OVERDUE)
        over[late] = self.done_on[late] - self.due[late]
        over[overdue] = self._facts.as_of - self.due[overdue]
        return over

    @cached_property
    def breach(self) -> Array:
        """Whether a limit that is owed was missed and nothing excuses it."""
        breach: Array = _MISSED.take(self.status) & self._law.is_owed.take(self.row) & (self.excuses == 0)
        return breach

    @cached_property
    def cause(self) -> Array:
        """What made each limit fall away, if anything did: the place of a fact, -1 for none."""
        return np.where(self.ended >= 0, self.ended, self.superseded)
