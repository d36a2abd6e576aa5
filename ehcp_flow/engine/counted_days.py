"""Counting by table: what a way of counting gives for a day is asked of it once, and looked up ever after.

So no way of counting is written a second time for the kernel: `ehcp_flow.counting` and the calendars count, a spell
of days at a time, when the kernel first wants one of them.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from itertools import accumulate
from threading import Lock
from typing import Any, Final

from ehcp_flow.calendars import Calendars
from ehcp_flow.engine.choice import Kernel
from ehcp_flow.engine.kernel import BEYOND, NO_DAY, UNCOUNTED
from ehcp_flow.engine.numbers import as_date, as_day
from ehcp_flow.engine.rulebook import CompiledRulebook, Counting
from ehcp_flow.errors import CalendarError

__all__ = ["CountedDays", "counted_days"]

_FIRST: Final = as_day(dt.date(1899, 1, 1))
_SPAN: Final = as_day(dt.date(2201, 1, 1)) - _FIRST
_AT_ONCE: Final = 64


class CountedDays:
    """The ways of counting of a rulebook under some calendars, and the days that they have given so far.

    A way that depends on when an institution is open has a table for each institution, and one for a party of which
    nothing is known. The spells in which each is known to be open stand beside, for what a closing is held against.
    """

    def __init__(self, book: CompiledRulebook, calendars: Calendars, chosen: Kernel) -> None:
        self._calendars = calendars
        self._lock = Lock()
        self._ways: list[tuple[Counting, str | None]] = [(way.counted, None) for way in book.ways]
        self.institutions: dict[str, int] = {name: 1 + at for at, name in enumerate(calendars.institutions)}
        spells = [(), *(each.open_spells(calendars.working) for each in calendars.institutions.values())]
        ends = list(accumulate(map(len, spells), initial=0))
        by_institution = []
        for way in book.ways:
            by_institution.append(len(self._ways) if way.by_institution else -1)
            if way.by_institution:
                self._ways.extend((way.counted, name) for name in (None, *self.institutions))
        shifts = [UNCOUNTED if way.shift is None else way.shift for way in book.ways]
        shifts += [UNCOUNTED] * (len(self._ways) - len(shifts))
        # Buffers of the compiled kernel cannot grow: there, the days of every way have their place from the start.
        ahead = chosen.is_compiled
        varying = [way for way, shift in enumerate(shifts) if shift == UNCOUNTED]
        at = [varying.index(way) * _SPAN if ahead and way in varying else -1 for way in range(len(shifts))]
        self._at = chosen.numbers(at)
        self._day = chosen.filled(UNCOUNTED, _SPAN * len(varying) if ahead else 0)
        self.days = chosen.module.Days(
            {
                "first": _FIRST,
                "span": _SPAN,
                "shift": chosen.numbers(shifts),
                "at": self._at,
                "by_institution": chosen.numbers(by_institution),
                "day": self._day,
                "open_at": chosen.numbers(ends),
                "open_from": chosen.numbers([as_day(first) for each in spells for first, _ in each]),
                "open_to": chosen.numbers([as_day(last) for each in spells for _, last in each]),
            }
        )

    def judge_first(self, chosen: Kernel, law: Any, columns: Any, found: Any) -> None:
        """Judge the first case of the columns, and count what days it wants. Raises CalendarError as `count_wanted`."""
        while chosen.module.judge(law, self.days, columns, found, 0, 1) == 0:
            self.count_wanted(found)

    def count_wanted(self, found: Any) -> None:
        """Work out the days that the kernel wanted. Raises CalendarError where the calendars do not reach one."""
        if not found.wanted:
            self.ask(found.beyond, found.beyond_day)
        for at in range(found.wanted):
            self.count(found.want[2 * at], found.want[2 * at + 1])
        found.wanted = 0
        found.beyond = -1

    def count(self, way: int, day: int) -> None:
        """Work out what a way of counting gives for a day, and for those around it."""
        with self._lock:
            at, days = self._at, self._day
            if at[way] < 0:
                days.extend([UNCOUNTED] * _SPAN)
                at[way] = len(days) - _SPAN
            if days[at[way] + day - _FIRST] != UNCOUNTED:
                return
            begin = (day - _FIRST) // _AT_ONCE * _AT_ONCE
            for place in range(begin, min(begin + _AT_ONCE, _SPAN)):
                days[at[way] + place] = self._one(way, place + _FIRST)

    def _one(self, way: int, day: int) -> int:
        try:
            counted = self.ask(way, day)
        except CalendarError:
            return BEYOND
        return NO_DAY if counted is None else as_day(counted)

    def ask(self, way: int, day: int) -> dt.date | None:
        """Return what a way of counting gives for a day. Raises CalendarError where the calendars do not reach."""
        counted, institution = self._ways[way]
        return counted(as_date(day), self._calendars, institution)


@lru_cache(maxsize=8)
def counted_days(book: CompiledRulebook, calendars: Calendars, chosen: Kernel) -> CountedDays:
    """Return the days that a rulebook counts under some calendars, kept from one question to the next."""
    return CountedDays(book, calendars, chosen)
