"""Deadlines as columns, each put into the public order when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from functools import cached_property
from typing import Any, Final

import numpy as np

from ehcp_flow.bulk.codes import NO_DAY, Array, in_order
from ehcp_flow.bulk.fact_columns import FactColumns
from ehcp_flow.deadlines import MISSED, STATUSES
from ehcp_flow.engine import kernel
from ehcp_flow.engine.kernel import LAPSED, LATE, OVERDUE, OVERTAKEN
from ehcp_flow.engine.rulebook import CompiledRulebook

__all__ = ["Judged"]

_MISSED: Final = np.isin(np.array(STATUSES), MISSED)
_COLUMNS: Final[Mapping[str, int]] = {
    "start": kernel.STARTED,
    "whom": kernel.WHOM,
    "base": kernel.BASE,
    "done": kernel.DONE_AT,
    "ended": kernel.ENDED_AT,
    "superseded": kernel.SUPERSEDED,
    "status": kernel.STATUS,
    "held": kernel.EXCUSES,
    "contested": kernel.CONTESTED,
    "leaves_open": kernel.LEAVES_OPEN,
}
"""The columns of the kernel's rows that are asked for by name."""


class Judged:
    """Deadlines as columns, in the public order: by case, last lawful day, place in the rulebook, and start.

    `row` is the rule and its version (`CompiledRulebook.versions`); days are numbers, NO_DAY for none; `start`, `whom`
    and `done` are places of facts, -1 for none; `over` is -1 for none; `excuses` is a number of `excuse_names`, 0 for
    none. A column that nobody asks for costs nothing.

    `rows` are as the kernel wrote them, case by case, `without_law` those for which no version of the rule was in
    force, `numbers` the facts as it took them. `noted` says of each fact what was noted of it as an exception.
    """

    def __init__(
        self, rows: Array, without_law: Array, noted: Array, facts: FactColumns, numbers: Any, book: CompiledRulebook
    ) -> None:
        self.rows = rows
        self.without_law = without_law
        self.numbers = numbers
        self._facts = facts
        self._book = book
        self.noted = noted

    def __len__(self) -> int:
        return len(self.row)

    def __getattr__(self, name: str) -> Array:
        """Return a column of the rows in the public order."""
        if name not in _COLUMNS:
            raise AttributeError(name)
        column = self._picked(self.rows[_COLUMNS[name]])
        self.__dict__[name] = column
        return column

    @property
    def in_order(self) -> Array:
        """The rows of the kernel, in the public order."""
        order = self._in_order[0]
        return self.rows if order is None else self.rows.take(order, axis=1)

    def unsorted(self) -> Judged:
        """Return the same deadlines in any order, which saves sorting them."""
        rows, same = self.rows, copy(self)
        same.__dict__ = {name: self.__dict__[name] for name in ("_facts", "_book", "noted", "rows", "without_law")}
        columns = self._facts.case.take(rows[kernel.STARTED]), rows[kernel.LAST], rows[kernel.VERSION]
        same.__dict__["_in_order"] = None, columns
        return same

    def _picked(self, column: Array) -> Array:
        order = self._in_order[0]
        return column if order is None else column.take(order)

    @cached_property
    def _in_order(self) -> tuple[Array | None, tuple[Array, Array, Array]]:
        """Where each deadline stands among the rows, None if they stand so already; and case, last day and row."""
        case, due = self._facts.case.take(self.rows[kernel.STARTED]), self.rows[kernel.LAST]
        version = self.rows[kernel.VERSION]
        if not len(case):
            return None, (case, due, version)
        dated = due > NO_DAY
        first = int(due.min(initial=NO_DAY * -1, where=dated))
        # Rows of a rule stand in the order of their starts; what has no day comes behind every day.
        behind = max(int(due.max()) - first, -1) + 1
        of_row, of_due = (len(self._book.versions) - 1).bit_length(), behind.bit_length()
        number = case.astype(np.int64) << of_due
        number |= np.where(dated, due - np.int32(first), np.int32(behind))
        number <<= of_row
        number |= version
        number, order = in_order(number)
        after = (number >> of_row).astype(np.int32) & np.int32((1 << of_due) - 1)
        due = np.where(after == behind, np.int32(NO_DAY), after + np.int32(first))
        return order, (number >> (of_row + of_due), due, number & ((1 << of_row) - 1))

    @property
    def _sorted(self) -> tuple[Array, Array, Array]:
        """The columns that the order follows: case, last lawful day, and row."""
        return self._in_order[1]

    @cached_property
    def party(self) -> Array:
        """The number of whom each concerns, -1 for nobody."""
        return self._facts.party.take(self.whom)

    @cached_property
    def _excused(self) -> tuple[Array, list[tuple[str, ...]]]:
        """The number of the outcomes that excuse each deadline, and those outcomes; 0 stands for none."""
        numbers = np.zeros(len(self), dtype=np.int32)
        names: dict[tuple[str, ...], int] = {(): 0}
        at = np.flatnonzero(self.held > 0)
        rules, held = self._picked(self.rows[kernel.RULE])[at], self.held[at]
        pairs, which = np.unique(np.stack([rules, held]), axis=1, return_inverse=True)
        of_pair = [names.setdefault(self._book.outcomes(rule, bits), len(names)) for rule, bits in pairs.T.tolist()]
        numbers[at] = np.array(of_pair, dtype=np.int32)[which.ravel()]
        return numbers, list(names)

    @cached_property
    def contests(self) -> tuple[Array, list[tuple[str, ...]]]:
        """The number of the readings that contest each deadline, and those readings; 0 stands for none."""
        numbers = np.zeros(len(self), dtype=np.int32)
        names: dict[tuple[str, ...], int] = {(): 0}
        at = np.flatnonzero(self.contested > 0)
        pairs, which = np.unique(np.stack([self.row[at], self.contested[at]]), axis=1, return_inverse=True)
        of_pair = [names.setdefault(self._book.contesting(row, bits), len(names)) for row, bits in pairs.T.tolist()]
        numbers[at] = np.array(of_pair, dtype=np.int32)[which.ravel()]
        return numbers, list(names)

    @property
    def excuses(self) -> Array:
        """The number of the outcomes that excuse each deadline, 0 for none."""
        return self._excused[0]

    @property
    def excuse_names(self) -> list[tuple[str, ...]]:
        """The outcomes by that number."""
        return self._excused[1]

    @property
    def row(self) -> Array:
        """The rule and its version, as a place in `CompiledRulebook.versions`."""
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
        at = np.flatnonzero(self._is_window.take(self.row) & (self.due > NO_DAY))
        earliest[at] = self.due[at] + 1
        return earliest

    @cached_property
    def over(self) -> Array:
        """The days that an act was late, is overdue, or was when it fell away; -1 for none."""
        over = np.full(len(self), -1, dtype=np.int32)
        late, overdue = np.flatnonzero(self.status == LATE), np.flatnonzero(self.status == OVERDUE)
        over[late] = self.done_on[late] - self.due[late]
        over[overdue] = self._facts.as_of - self.due[overdue]
        overtaken = np.flatnonzero(self.status == OVERTAKEN)
        over[overtaken] = self.ended_on[overtaken] - self.due[overtaken]
        return over

    @cached_property
    def ended_on(self) -> Array:
        """The day on which each fell away, NO_DAY for none: as `Deadline.ended_on`."""
        ended = np.full(len(self), NO_DAY, dtype=np.int32)
        at = np.flatnonzero((self.status == LAPSED) | (self.status == OVERTAKEN))
        place = self.ended[at]
        place = np.where(place >= 0, place, self.superseded[at])
        day = np.append(self._facts.on, np.int32(NO_DAY)).take(place)
        due = self.due[at]
        ran_out = self._is_right.take(self.row[at]) & (due > NO_DAY) & (day > due)
        ended[at] = np.where(ran_out, np.int32(NO_DAY), day)
        return ended

    @cached_property
    def _is_right(self) -> Array:
        return np.array([rule.rule.right for rule, _ in self._book.versions], dtype=bool)

    @cached_property
    def _is_window(self) -> Array:
        return np.array([version.is_window for _, version in self._book.versions], dtype=bool)

    @cached_property
    def breach(self) -> Array:
        """Whether a limit that is owed was missed and nothing excuses it."""
        owed = np.array([self._book.breachable[rule.order] for rule, _ in self._book.versions], dtype=bool)
        breach: Array = _MISSED.take(self.status) & owed.take(self.row) & (self.held <= 0)
        return breach
