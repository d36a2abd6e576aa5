"""England's working days, and the days that the Tribunal counts.

Two types that cannot stand in for each other. The SEND Regulations count plain working days: the Tribunal's August
and Christmas must never reach them (docs/calendars.md). Bank holidays come from the `holidays` package, for England
and nowhere else, loaded on the first question and kept in a table, so that counting is two look-ups. What the package
does not know, a day proclaimed at short notice, is told by `BankHolidayChanges`; each calendar has a table of its own.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from types import MappingProxyType
from typing import Any, Final

from ehcp_flow.dates import parse_date, say
from ehcp_flow.errors import CalendarError, DateError

__all__ = ["PUBLISHED_AT", "PUBLISHED_TO", "BankHolidayChanges", "DayCalendar", "TribunalDays", "WorkingDays"]

PUBLISHED_AT: Final = "https://www.gov.uk/bank-holidays.json"
# Division england-and-wales; the last entry is Tuesday 26 December 2028, and the next holiday would be in 2029.
PUBLISHED_TO: Final = dt.date(2028, 12, 31)

_SATURDAY: Final = 5
# Bound now: a table that is first built under freezegun must not keep its make-believe dates after the thaw.
_from_ordinal: Final = dt.date.fromordinal
_AUGUST: Final = 8

# The short span answers nearly every question and is built in milliseconds; the long one is built only when asked.
# `holidays` knows no bank holiday after 2100 and does not say so, so that nothing may be counted past it.
SPANS: Final = ((2010, 2050), (1900, 2100))


@dataclass(frozen=True, slots=True)
class _Table:
    """All working days of some years, in order, and for each day how many of them come before it."""

    spans: int  # how many of SPANS have been tried
    base: int  # ordinal of the first day
    before: Sequence[int]  # one entry a day, and one for the day after the last
    days: Sequence[dt.date]
    names: Mapping[dt.date, str]  # bank holidays, Good Friday and Christmas Day


_EMPTY: Final = _Table(0, 0, (0,), (), {})
_GROWING: Final = Lock()


@lru_cache(maxsize=len(SPANS))
def bank_holidays(first_year: int, last_year: int) -> Mapping[dt.date, str]:
    """Return England's bank holidays of these years with their names; a holiday at a weekend is there as well."""
    from holidays import country_holidays  # takes 0.1 s: paid when a working day is first asked for

    # Without subdiv="ENG" there would be Scottish and Irish days.
    years = range(first_year, last_year + 1)
    return dict(country_holidays("GB", subdiv="ENG", years=years, expand=False, language="en_GB"))


def _is_bank_holiday(day: dt.date) -> bool:
    spans = (span for span in SPANS if span[0] <= day.year <= span[1])
    return day in bank_holidays(*next(spans, SPANS[-1]))


@dataclass(frozen=True, init=False)
class BankHolidayChanges:
    """What is known of England's bank holidays beside the `holidays` package: days added, by name, and days removed.

    `BankHolidayChanges(added={"2022-09-19": "State Funeral"}, removed=["2020-05-04"])`; days are dates or text, and
    `added` may be days without names. A day that is a bank holiday already may be added, so that a file stays good when
    the package learns of it. Raises CalendarError for a Saturday or a Sunday, which never count, for a day that is both
    added and removed, and for one to be removed that is no bank holiday; DateError for what is no date.
    """

    added: Mapping[dt.date, str] = field(hash=False)
    removed: frozenset[dt.date]

    def __init__(self, added: Mapping[Any, str] | Iterable[Any] = (), removed: Iterable[dt.date | str] = ()) -> None:
        named = added.items() if isinstance(added, Mapping) else ((day, "") for day in added)
        days = {parse_date(day): name or "bank holiday added by hand" for day, name in named}
        object.__setattr__(self, "added", MappingProxyType(dict(sorted(days.items()))))
        object.__setattr__(self, "removed", frozenset(map(parse_date, removed)))
        for day in (*self.added, *sorted(self.removed)):
            if why := self._why_closed(day):
                raise CalendarError("bank holidays", f"{say(day)}: {why}")

    def _why_closed(self, day: dt.date) -> str:
        if day.weekday() >= _SATURDAY:
            return f"a {day:%A} counts as no working day already; give the weekday that is kept in its place"
        if day in self.removed and day in self.added:
            return "it is both added and removed; say which"
        if day in self.removed and not _is_bank_holiday(day):
            return "it is no bank holiday in England, so it cannot be removed; give the day that is"
        return ""

    def __or__(self, later: BankHolidayChanges) -> BankHolidayChanges:
        """Return both together; where they differ about a day, `later` holds."""
        added = {day: name for day, name in self.added.items() if day not in later.removed}
        return BankHolidayChanges({**added, **later.added}, (self.removed - set(later.added)) | later.removed)

    def __reduce__(self) -> tuple[Any, ...]:
        # A mapping proxy cannot be pickled, and worker processes need calendars.
        return BankHolidayChanges, (dict(self.added), self.removed)

    def between(self, first: dt.date, last: dt.date) -> list[str]:
        """Return what was changed from `first` to `last`, in words and in order."""
        said = {day: f"{say(day)} is a bank holiday ({name})" for day, name in self.added.items()}
        said |= {day: f"{say(day)} is no bank holiday" for day in self.removed}
        return [said[day] for day in sorted(said) if first <= day <= last]

    def applied(self, names: Mapping[dt.date, str]) -> dict[dt.date, str]:
        """Return bank holidays with these changes made."""
        return {day: name for day, name in names.items() if day not in self.removed} | dict(self.added)


_NO_CHANGES: Final = BankHolidayChanges()


@dataclass(frozen=True, slots=True)
class DayCalendar(ABC):
    """What the two statutory calendars share. Immutable; two are equal if they are of one type with the same changes.

    Every question takes plain dates from 1900 to 2100: a datetime raises DateError (in which zone would it be that
    day?), and a date or a count that leads outside those years raises CalendarError.
    """

    name: str = field(default="", init=False, hash=False)
    """What to call it in a sentence."""

    published_to: dt.date = field(default=PUBLISHED_TO, init=False, hash=False)
    """The last day for which GOV.UK had published England's bank holidays; later ones follow from today's rules."""

    changes: BankHolidayChanges = field(default=_NO_CHANGES, kw_only=True)
    """The bank holidays that were added or removed by hand."""

    _table: _Table = field(default=_EMPTY, init=False, repr=False, compare=False)  # it grows; no answer depends on that

    def __reduce__(self) -> tuple[Any, ...]:
        return _made_again, (type(self), self.changes)

    @abstractmethod
    def left_out(self, day: dt.date) -> str | None:
        """Return why this calendar leaves the whole span around `day` out of count, or None if it does not."""

    def is_working_day(self, day: dt.date) -> bool:
        """Return whether `day` counts."""
        return self._pick(day, 0, 0) == day

    def nth_after(self, day: dt.date, n: int) -> dt.date:
        """Return the n-th working day after `day`, which is itself not counted ("within n working days of").

        Raises CalendarError unless n is 1 or more.
        """
        if n < 1:
            raise self._no_such(n)
        return self._pick(day, 1, n - 1)

    def nth_from(self, day: dt.date, n: int) -> dt.date:
        """Return the n-th working day with `day` as the first, if it is one ("beginning with the day").

        Raises CalendarError unless n is 1 or more.
        """
        if n < 1:
            raise self._no_such(n)
        return self._pick(day, 0, n - 1)

    def nth_before(self, day: dt.date, n: int) -> dt.date:
        """Return the n-th working day before `day`, which is itself not counted ("at least n working days prior to").

        Raises CalendarError unless n is 1 or more.
        """
        if n < 1:
            raise self._no_such(n)
        return self._pick(day, 0, -n)

    def roll_forward(self, day: dt.date) -> dt.date:
        """Return `day` if it is a working day, or else the next one that is."""
        return self._pick(day, 0, 0)

    def why_closed(self, day: dt.date) -> str | None:
        """Return why `day` does not count ("Saturday", "Good Friday", "in August"), or None if it does."""
        if self.is_working_day(day):
            return None
        if reason := self.left_out(day):
            return reason
        return f"{day:%A}" if day.weekday() >= _SATURDAY else self._table.names[day]

    def extrapolates(self, first: dt.date, last: dt.date) -> bool:
        """Return whether an answer that used the days `first` to `last`, in either order, went past `published_to`."""
        return max(first, last) > self.published_to

    def _pick(self, day: dt.date, skip: int, step: int) -> dt.date:
        """Return the working day `step` places on from the first one that is `skip` days after `day` or later."""
        if isinstance(day, dt.datetime):
            raise DateError(day, "it has a time of day, and the law counts days")
        table = self._table
        while True:
            at = day.toordinal() - table.base
            if 0 <= at < len(table.before) - 1:
                index = table.before[at + skip] + step
                if 0 <= index < len(table.days):
                    return table.days[index]
            table = self._wider(table, day)

    def _wider(self, table: _Table, day: dt.date) -> _Table:
        """Return a table of more years than `table`, and keep it; raise CalendarError when there are no more."""
        if table.spans == len(SPANS):
            first_year, last_year = SPANS[-1]
            raise CalendarError(
                self.name,
                f"counting from {say(day)} leads outside the years {first_year} to {last_year}, "
                "whose bank holidays are known",
            )
        with _GROWING:  # or a slow thread could put a small table in the place of a large one
            if self._table.spans <= table.spans:
                object.__setattr__(self, "_table", self._build(table.spans))
            return self._table

    def _build(self, span: int) -> _Table:
        """Return the table of the years of one of SPANS."""
        first_year, last_year = SPANS[span]
        names = self.changes.applied(bank_holidays(first_year, last_year))
        base, end = dt.date(first_year, 1, 1).toordinal(), dt.date(last_year, 12, 31).toordinal()
        before, days = [0], []
        for ordinal in range(base, end + 1):
            each = _from_ordinal(ordinal)
            if each.weekday() < _SATURDAY and each not in names and not self.left_out(each):
                days.append(each)
            before.append(len(days))
        return _Table(span + 1, base, before, days, names)

    def _no_such(self, n: int) -> CalendarError:
        return CalendarError(self.name, f"there is no working day number {n}: n is 1 or more")


def _made_again(kind: type[DayCalendar], changes: BankHolidayChanges) -> DayCalendar:
    return kind(changes=changes)


@dataclass(frozen=True, slots=True)
class WorkingDays(DayCalendar):
    """Any day but a Saturday, a Sunday, Christmas Day, Good Friday and a bank holiday in England.

    The SEND Regulations use "working day" and do not define it: this is the ordinary meaning (docs/calendars.md).
    """

    name: str = field(default="England's working days", init=False, hash=False)

    def left_out(self, day: dt.date) -> str | None:
        """Return None: no span of days is left out."""
        return None


@dataclass(frozen=True, slots=True)
class TribunalDays(DayCalendar):
    """England's working days without 25 December to 1 January and without August.

    For counting the time of any act in a special educational needs appeal but its start: Tribunal Procedure
    (First-tier Tribunal) (HESC) Rules 2008, rule 12(3)(b). The time for starting an appeal runs through August, and
    only its end can move: `roll_end`.
    """

    name: str = field(default="Tribunal days", init=False, hash=False)
    _working: WorkingDays = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_working", WorkingDays(changes=self.changes))

    def left_out(self, day: dt.date) -> str | None:
        """Return "in August", "between 25 December and 1 January", or None for a day in neither."""
        if day.month == _AUGUST:
            return "in August"
        if (day.month, day.day) >= (12, 25) or (day.month, day.day) == (1, 1):
            return "between 25 December and 1 January"
        return None

    def roll_end(self, day: dt.date) -> dt.date:
        """Return the last day for starting an appeal whose time ends on `day`.

        An end in August or from 25 December to 1 January moves to the first working day after that span (rule
        12(3)(a)); any other end that is no working day moves to the next one (rule 12(2)). For 12(2) a working day is
        England's: an end on Sunday 31 July 2022 is not in August, and moves to Monday 1 August 2022.
        """
        return self.roll_forward(day) if self.left_out(day) else self._working.roll_forward(day)

    def why_rolled(self, day: dt.date) -> str | None:
        """Return why `roll_end` moves `day` ("in August", "Saturday"), or None if it does not."""
        return self.left_out(day) or self._working.why_closed(day)
