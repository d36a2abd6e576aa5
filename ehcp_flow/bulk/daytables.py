"""Counting by table: what a convention or a period gives for a day is asked of it once, and looked up ever after.

So no way of counting is written a second time: a column of days is counted by the very objects that count one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import Final

import numpy as np

from ehcp_flow.bulk.codes import NO_DAY, Array, as_date, as_day
from ehcp_flow.calendars import Calendars
from ehcp_flow.counting import CalendarDays, Convention, Period, SchoolDays, Weeks, Window
from ehcp_flow.errors import CalendarError

__all__ = ["FAILED", "DayTable", "DayTables", "day_tables"]

FAILED: Final = NO_DAY - 1
"""What stands for a day that the calendars cannot count from; the case evaluator says why."""
_SAMPLE: Final = dt.date(2020, 1, 1)
_UNKNOWN: Final = NO_DAY - 2
_FIRST: Final = as_day(dt.date(1899, 1, 1))
_LAST: Final = as_day(dt.date(2201, 1, 1))


class DayTable:
    """A function from days to days, worked out once for each day that is asked for."""

    def __init__(self, counted: Callable[[dt.date], dt.date | None]) -> None:
        self._counted = counted
        self._table = np.full(_LAST - _FIRST, _UNKNOWN, dtype=np.int32)
        self._lock = Lock()

    def __call__(self, days: Array) -> Array:
        """Return the day for each day: NO_DAY where there is none, FAILED where the calendars do not reach."""
        at = days - _FIRST
        outside = (at < 0) | (at >= len(self._table))
        if outside.any():
            at = np.where(outside, 0, at)
        found = self._table[at]
        if len(found) and found.min() == _UNKNOWN:
            with self._lock:
                for index in np.unique(at[found == _UNKNOWN]):
                    self._table[index] = self._one(int(index) + _FIRST)
            found = self._table[at]
        return np.where(outside, FAILED, found) if outside.any() else found

    def _one(self, day: int) -> int:
        try:
            counted = self._counted(as_date(day))
        except CalendarError:
            return FAILED
        return NO_DAY if counted is None else as_day(counted)


class _Shift:
    """A function that moves every day by the same number of days: weeks and calendar days."""

    def __init__(self, counted: Callable[[dt.date], dt.date | None]) -> None:
        ended = counted(_SAMPLE)
        assert ended is not None  # noqa: S101 - weeks and days can always be counted
        self._by = (ended - _SAMPLE).days

    def __call__(self, days: Array) -> Array:
        """Return the day for each day."""
        return days + self._by


def _table(period: object, counted: Callable[[dt.date], dt.date | None]) -> DayTable | _Shift:
    """Return the table of what a convention gives for its period."""
    return _Shift(counted) if isinstance(period, (Weeks, CalendarDays)) else DayTable(counted)


class DayTables:
    """The tables of some calendars."""

    def __init__(self, calendars: Calendars) -> None:
        self._calendars = calendars
        self._lasts: dict[Convention, DayTable | _Shift] = {}
        self._afters: dict[Period, DayTable | _Shift] = {}
        self._befores: dict[Period, DayTable | _Shift] = {}
        self._firsts: dict[Convention, DayTable | _Shift] = {}
        self._schools: dict[tuple[Convention, str | None], DayTable] = {}
        self.roll_end = DayTable(calendars.tribunal.roll_end)

    def last_day(self, convention: Convention, days: Array, parties: Array, names: list[str]) -> Array:
        """Return the last lawful day counted from each day; `parties` matter where school days are counted."""
        if not _counts_school_days(convention):
            table = self._lasts.get(convention)
            if table is None:
                table = self._lasts[convention] = _table(
                    _period_of(convention), lambda day: convention.last_day(day, self._calendars)
                )
            return table(days)
        last = np.empty(len(days), dtype=np.int32)
        for party in np.unique(parties):
            name = None if party < 0 else names[party]
            here = parties == party
            last[here] = self._of_school(convention, name)(days[here])
        return last

    def _of_school(self, convention: Convention, name: str | None) -> DayTable:
        if name is not None and name not in self._calendars.institutions:
            name = None
        table = self._schools.get((convention, name))
        if table is None:
            table = self._schools[convention, name] = DayTable(
                lambda day: convention.last_day(day, self._calendars, name)
            )
        return table

    def first_day(self, convention: Convention, days: Array) -> Array:
        """Return the first day that is counted."""
        table = self._firsts.get(convention)
        if table is None:
            table = self._firsts[convention] = _table(_period_of(convention), convention.first_day)
        return table(days)

    def after(self, period: Period, days: Array) -> Array:
        """Return the last day of the period that follows each day."""
        table = self._afters.get(period)
        if table is None:
            table = self._afters[period] = _table(period, lambda day: period.after(day, self._calendars))
        return table(days)

    def before(self, period: Period, days: Array) -> Array:
        """Return the day that lies the period before each day."""
        table = self._befores.get(period)
        if table is None:
            table = self._befores[period] = _table(period, lambda day: period.before(day, self._calendars))
        return table(days)


@lru_cache(maxsize=8)
def day_tables(calendars: Calendars) -> DayTables:
    """Return the tables of these calendars, kept from one question to the next."""
    return DayTables(calendars)


def _period_of(convention: Convention) -> object:
    counted = convention.counted if isinstance(convention, Window) else convention
    return getattr(counted, "period", None)


def _counts_school_days(convention: Convention) -> bool:
    return isinstance(_period_of(convention), SchoolDays)
