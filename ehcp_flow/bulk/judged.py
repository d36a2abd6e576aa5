"""Deadlines as columns, each put into the public order when it is first asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Final, NamedTuple, get_args

import numpy as np

from ehcp_flow.bulk.codes import NO_DAY, Array, in_order
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
    claimed: Array
    protected: Array


_KINDS: Final = dict.fromkeys(Part._fields, np.int32) | {"status": np.int8, "claimed": np.bool_, "protected": np.bool_}


class Judged:
    """Deadlines as columns, in the public order: by case, last lawful day, place in the rulebook, and start.

    `row` is the rule and its version (`LawTables.rows`); days are numbers, NO_DAY for none; `done`, `implied`, `ended`,
    `superseded` are places of facts, -1 for none; `over` is -1 for none; `excuses` is a number of `Excuses.names`, 0
    for none; `claimed` says whether an exception was recorded that could excuse it. A column that nobody asks for costs
    nothing.
    """

    start: Array
    party: Array
    base: Array
    done: Array
    implied: Array
    ended: Array
    superseded: Array
    status: Array
    excuses: Array
    claimed: Array
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

    def only(self, rows: Collection[int]) -> Judged:
        """Return the deadlines of these rules and versions alone."""
        return Judged([part for part in self._parts if part.row in rows], self._facts, self._law)

    def unsorted(self) -> Judged:
        """Return the same deadlines in any order, which saves sorting them."""
        same = Judged(self._parts, self._facts, self._law)
        case, stand = self._facts.case.take(self._joined("start")), None
        if self._facts.failed.any():
            stand = np.flatnonzero(~self._facts.failed.take(case))
            case = case.take(stand)
        same.__dict__["_order"] = stand
        same.__dict__["_sorted"] = (case, same._picked(same._joined("due")), same._picked(same._rows))
        return same

    def _joined(self, name: str) -> Array:
        none = np.zeros(0, dtype=_KINDS[name])
        return np.concatenate([none, *(getattr(part, name) for part in self._parts)], dtype=_KINDS[name])

    def _picked(self, column: Array) -> Array:
        order = self._order
        return column if order is None else column.take(order)

    @cached_property
    def _order(self) -> Array | None:
        """Where each deadline stands in the parts; None if all stand as they do there."""
        return self._in_order[0]

    @cached_property
    def _sorted(self) -> tuple[Array, Array, Array]:
        """The columns that the order follows: case, last lawful day, and row."""
        return self._in_order[1]

    @cached_property
    def _in_order(self) -> tuple[Array | None, tuple[Array, Array, Array]]:
        if not self._parts:
            return None, (_NO_DEADLINES, _NO_DEADLINES, _NO_DEADLINES)
        facts, due = self._facts, self._joined("due")
        dated = due > NO_DAY
        first = int(due.min(initial=NO_DAY * -1, where=dated))
        # Rows stand in the order of the rules; what has no day comes behind every day.
        behind = max(int(due.max()) - first, -1) + 1
        of_row, of_due = (len(self._law.rows) - 1).bit_length(), behind.bit_length()
        number = facts.case.take(self._joined("start")).astype(np.int64) << of_due
        number |= np.where(dated, due - np.int32(first), np.int32(behind))
        number <<= of_row
        number |= self._rows
        number, order = in_order(number)
        case = number >> (of_row + of_due)
        if facts.failed.any():
            stand = np.flatnonzero(~facts.failed.take(case))
            number, order, case = number.take(stand), order.take(stand), case.take(stand)
        after = (number >> of_row).astype(np.int32) & np.int32((1 << of_due) - 1)
        due = np.where(after == behind, np.int32(NO_DAY), after + np.int32(first))
        row = number & ((1 << of_row) - 1)
        return order, (case, due, row)

    @property
    def row(self) -> Array:
        """The rule and its version, as a place in `LawTables.rows`."""
        return self._sorted[2]

    @property
    def case(self) -> Array:
        """The number of the case."""
        return self._sorted[0]

    @property
    def due(self) -> Array:
        """The last lawful day, NO_DAY for none."""
        return self._sorted[1]

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
