"""Which stretch of time a figure speaks of: calendar years, quarters and months, and the day on which stock is taken.

The return of the Department for Education covers a calendar year of activity, and the position on its survey day in the
January after it. Other stretches take stock on their last day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from dateutil.relativedelta import relativedelta

from ehcp_flow.errors import UnknownNameError

__all__ = [
    "GRAINS", "Grain", "Period", "Span", "Years", "between", "longest_ago", "periods_asked", "quarter_of", "survey_day",
    "years",
]  # fmt: skip

Grain: TypeAlias = Literal["year", "quarter", "month"]
Years: TypeAlias = int | tuple[int, int] | Iterable[int]
"""One calendar year, a first and a last, or a range."""
GRAINS: Final[tuple[Grain, ...]] = ("year", "quarter", "month")

ONE_DAY: Final = dt.timedelta(days=1)
_MONTHS: Final = 12
_MONTHS_A_QUARTER: Final = 3
_THURSDAY: Final = 3
_LONGEST_YEAR: Final = 366
_SURVEY_DAYS: Final[Mapping[int, dt.date]] = {2021: dt.date(2021, 1, 14)}
"""The survey days from 2015 to 2027 that are not the third Thursday of January."""


class Span(NamedTuple):
    """From when to when records go: the first and the last day."""

    first: dt.date
    last: dt.date

    @classmethod
    def of(cls, days: Sequence[dt.date]) -> Span | None:
        """Return the span of some days, None of none."""
        return cls(min(days), max(days)) if days else None

    @classmethod
    def over(cls, spans: Iterable[Span | None]) -> Span | None:
        """Return the span of several, None of none."""
        return cls.of([day for span in spans if span is not None for day in span])


def survey_day(year: int) -> dt.date:
    """Return the survey day of the return that covers the calendar year before `year`.

    It was the third Thursday of January in every year from 2015 to 2027 but 2021; later years are extrapolated.
    """
    if year in _SURVEY_DAYS:
        return _SURVEY_DAYS[year]
    first = dt.date(year, 1, 1)
    return first + dt.timedelta(days=(_THURSDAY - first.weekday()) % 7 + 14)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A stretch of days, both ends included, and the day on which its stock is taken.

    `stock_on` is the survey day for a whole calendar year and the last day for anything else, but never after `as_of`.
    """

    start: dt.date
    end: dt.date
    label: str
    grain: Grain | Literal["range"]
    stock_on: dt.date

    def __contains__(self, day: dt.date) -> bool:
        return self.start <= day <= self.end

    @property
    def year(self) -> int:
        """The calendar year in which it begins."""
        return self.start.year


def years(value: int | tuple[int, int] | Iterable[int], as_of: dt.date) -> list[Period]:
    """Return the calendar years meant: one, a first and a last, or a range of them."""
    chosen = [value] if isinstance(value, int) else list(value)
    return [_year(number, as_of) for number in range(min(chosen), max(chosen) + 1)]


def between(first: dt.date, last: dt.date, grain: str, as_of: dt.date) -> list[Period]:
    """Return the whole years, quarters or months from the one with `first` in it to the one with `last`."""
    if grain not in GRAINS:
        raise UnknownNameError("period", grain, GRAINS)
    if grain == "year":
        return years((first.year, last.year), as_of)
    months = _MONTHS_A_QUARTER if grain == "quarter" else 1
    periods = []
    start = dt.date(first.year, (first.month - 1) // months * months + 1, 1)
    while start <= last:
        following = _add_months(start, months)
        label = quarter_of(start) if grain == "quarter" else f"{start:%Y-%m}"
        end = following - ONE_DAY
        periods.append(Period(start, end, label, "quarter" if grain == "quarter" else "month", min(end, as_of)))
        start = following
    return periods


def quarter_of(day: dt.date) -> str:
    """Return the calendar quarter of a day: `2024-Q3`."""
    return f"{day.year}-Q{(day.month - 1) // _MONTHS_A_QUARTER + 1}"


def _year(number: int, as_of: dt.date) -> Period:
    start, end = dt.date(number, 1, 1), dt.date(number, 12, 31)
    return Period(start, end, str(number), "year", min(survey_day(number + 1), as_of))


@lru_cache(maxsize=1_024)
def longest_ago(day: dt.date, months: int) -> dt.date:
    """Return the last day from which more than so many months have passed on `day`."""
    before = day - relativedelta(months=months)
    near = (before + dt.timedelta(days=days) for days in range(3, -4, -1))
    return next(then for then in near if then + relativedelta(months=months) < day)


def _add_months(day: dt.date, months: int) -> dt.date:
    month = day.month - 1 + months
    return dt.date(day.year + month // _MONTHS, month % _MONTHS + 1, 1)


def periods_asked(
    year: Years | None, by: Sequence[str], as_of: dt.date, first_day: Callable[[], dt.date]
) -> list[Period]:
    """Return the periods asked for; `first_day` gives the first day on record, where no year is named."""
    if year is None:
        first, last = min(first_day(), as_of), as_of
    else:
        chosen = years(year, as_of)
        first, last = chosen[0].start, chosen[-1].end
    return _periods(first, last, [name for name in by if name in GRAINS], as_of, whole=year is None)


def _periods(first: dt.date, last: dt.date, grains: Sequence[str], as_of: dt.date, *, whole: bool) -> list[Period]:
    """Return the periods of the finest grain asked for; without one, the year, or the whole stretch."""
    finest = [grain for grain in GRAINS if grain in grains]
    if finest:
        return between(first, min(last, max(as_of, first)), finest[-1], as_of)
    if not whole and (last - first + ONE_DAY).days <= _LONGEST_YEAR:
        return between(first, last, "year", as_of)
    label = f"{first.isoformat()} to {last.isoformat()}"
    return [Period(first, last, label, "range", min(last, as_of))]
