"""Deadlines as columns, in the public order; what is not a number of the kernel is worked out when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final

import numpy as np

from ehcp_flow.bulk.codes import NO_DAY, Array, distinct
from ehcp_flow.bulk.fact_columns import FactColumns, event_mask
from ehcp_flow.deadlines import MISSED, STATUSES
from ehcp_flow.engine import kernel
from ehcp_flow.engine.kernel import LAPSED, LATE, OVERDUE, OVERTAKEN
from ehcp_flow.engine.rulebook import CompiledRulebook
from ehcp_flow.law.clock import ShownByDate

__all__ = ["Judged"]

_MISSED: Final = np.isin(np.array(STATUSES), MISSED)
_COLUMNS: Final[Mapping[str, int]] = {
    "row": kernel.VERSION,
    "due": kernel.LAST,
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
    "outgrown": kernel.OUTGROWN,
}
"""The columns of the kernel's rows that are asked for by name."""


class Judged:
    """Deadlines as columns, in the public order: by case, last lawful day, place in the rulebook, and start.

    `row` is the rule and its version (`CompiledRulebook.versions`); days are numbers, NO_DAY for none; `start`, `whom`
    and `done` are places of facts, -1 for none; `over` is -1 for none; `excuses` and `contests` are numbers of names
    and those names, 0 for none. A column that nobody asks for costs nothing.

    `rows` are as the kernel wrote them, in the public order, `without_law` those for which no version of the rule was
    in force, `numbers` the facts as it took them. `noted` says of each fact what was noted of it as an exception.
    `at_earliest` has the earliest of the possible last lawful days, by rule and place of the fact that starts the
    clock, where a fact is known to its month alone.
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
        self.at_earliest: Mapping[tuple[int, int], int] = {}

    def __len__(self) -> int:
        count: int = self.rows.shape[1]
        return count

    def __getattr__(self, name: str) -> Array:
        """Return a column of the rows."""
        if name not in _COLUMNS:
            raise AttributeError(name)
        column: Array = self.rows[_COLUMNS[name]]
        return column

    @cached_property
    def case(self) -> Array:
        """The number of the case."""
        return self._facts.case.take(self.start)

    @cached_property
    def party(self) -> Array:
        """The number of whom each concerns, -1 for nobody."""
        return self._facts.party.take(self.whom)

    @cached_property
    def excuses(self) -> tuple[Array, list[tuple[str, ...]]]:
        """The number of the outcomes that excuse each deadline, and those outcomes; 0 stands for none."""
        return self._named(kernel.RULE, self.held, self._book.outcomes)

    @cached_property
    def contests(self) -> tuple[Array, list[tuple[str, ...]]]:
        """The number of the readings that contest each deadline, and those readings; 0 stands for none."""
        return self._named(kernel.VERSION, self.contested, self._book.contesting)

    def _named(
        self, of: int, bits: Array, names_of: Callable[[int, int], tuple[str, ...]]
    ) -> tuple[Array, list[tuple[str, ...]]]:
        numbers = np.zeros(len(self), dtype=np.int32)
        names: dict[tuple[str, ...], int] = {(): 0}
        at = np.flatnonzero(bits > 0)
        few = 1 << int(bits.max(initial=0)).bit_length()
        pairs = self.rows[of][at].astype(np.int64) * few + bits[at]
        first, which = distinct(pairs)
        of_pair = [names.setdefault(names_of(*divmod(pair, few)), len(names)) for pair in pairs[first].tolist()]
        numbers[at] = np.array(of_pair, dtype=np.int32)[which]
        return numbers, list(names)

    @cached_property
    def done_on(self) -> Array:
        """The day of the act, NO_DAY for none: as `Deadline.done_on`."""
        facts = self._facts
        day: Array = np.append(facts.on, np.int32(NO_DAY)).take(self.done)
        for shown, of in self._shown_by_date.items():
            dates = facts.dates.get(shown.date)
            if dates is not None:
                at = np.flatnonzero(of.take(self.row) & (self.done >= 0))
                place = self.done[at]
                of_event = np.logical_or.reduce([event_mask(pattern.event) for pattern in shown.facts])
                told = of_event.take(facts.key.take(place)) & (dates.take(place) != NO_DAY)
                day[at[told]] = dates.take(place[told])
        return day

    @cached_property
    def _shown_by_date(self) -> dict[ShownByDate, Array]:
        """The dates that show that something was done, each with the versions that they do so for."""
        shown = [rule.rule.first_by_date for rule, _ in self._book.versions]
        return {each: np.array([other == each for other in shown]) for each in shown if each is not None}

    @cached_property
    def due_earliest(self) -> Array | None:
        """The earliest of the possible last lawful days, NO_DAY where there is no earlier one; None where none has."""
        if not self.at_earliest:
            return None
        pairs = zip(self.rows[kernel.RULE].tolist(), self.start.tolist(), strict=True)
        return np.array([self.at_earliest.get(pair, NO_DAY) for pair in pairs], dtype=np.int32)

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
        outgrown = self.outgrown[at]
        day = np.where(outgrown >= 0, outgrown, np.append(self._facts.on, np.int32(NO_DAY)).take(place))
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
