"""The day that is asked about, watched: until when the kernel would come to the very same answer.

The kernel does nothing with that day but compare it with others. So a case comes out the same on each later day on
which all these comparisons do: the first on which one does not is the first on which the answer can be another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from ehcp_flow.calendars import Calendars
from ehcp_flow.engine.case_numbers import numbered, space_for
from ehcp_flow.engine.choice import interpreted_kernel
from ehcp_flow.engine.counted_days import counted_days
from ehcp_flow.engine.rulebook import CompiledRulebook
from ehcp_flow.facts import Fact

__all__ = ["days_unchanged"]


@dataclass(eq=False)
class AskedDay:
    """A day that notes what it is compared with; whatever else is done with it is a TypeError, and no wrong answer.

    `turns` holds after how many days the outcome of a comparison would be another, of each that it would be of.
    """

    number: int
    turns: list[int] = field(default_factory=list)

    def _before(self, other: int) -> bool:
        if self.number < other:
            self.turns.append(other - self.number)
            return True
        return False

    def __lt__(self, other: int) -> bool:
        return self._before(other)

    def __ge__(self, other: int) -> bool:
        return not self._before(other)

    def __le__(self, other: int) -> bool:
        return self._before(other + 1)

    def __gt__(self, other: int) -> bool:
        return not self._before(other + 1)

    def __add__(self, days: int) -> AskedDay:
        return AskedDay(self.number + days, self.turns)


def days_unchanged(facts: Sequence[Fact], as_of: dt.date, book: CompiledRulebook, calendars: Calendars) -> int | None:
    """Return after how many days the kernel may come to another answer on these facts; None if it never does.

    They are the facts that count, in legal order. Raises CalendarError where a day has to be counted that the calendars
    do not reach.
    """
    chosen = interpreted_kernel()
    days = counted_days(book, calendars, chosen)
    columns = numbered(facts, as_of, book, days, chosen)
    asked = columns.as_of = AskedDay(columns.as_of)
    rows = sum(book.key_rows[key] for key in columns.key)
    found = space_for(book, chosen, len(facts), columns.parties, rows)
    days.judge_first(chosen, book.law(chosen), columns, found)
    return min(asked.turns, default=None)
