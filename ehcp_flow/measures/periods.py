"""Which stretch of time a figure speaks of: years of three kinds, quarters, months, and the day of their stock.

The return of the Department for Education covers a calendar year of activity, and the position on its survey day in the
January after it. Other stretches take stock on their last day. How a period is named stands in `period_names`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from dateutil.relativedelta import relativedelta

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.measures.period_names import GRAINS, Grain, Stretch, begun, stretch_named, stretch_with

__all__ = [
    "GRAINS", "Grain", "Period", "Span", "Stretch", "Years", "between", "last_year_of", "longest_ago", "period_with",
    "periods_asked", "survey_day", "whole_time", "years",
]  # fmt: skip

Years: TypeAlias = "int | str | Stretch | tuple[int, int] | Iterable[int] | Iterable[Period]"
"""One calendar year, a first and a last, or a range; a period by its name; a stretch; or the periods themselves."""

ONE_DAY: Final = dt.timedelta(days=1)
_THURSDAY: Final = 3
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
    grain: Grain | Literal["range", "term"]
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
    """Return the whole periods of a grain from the one with `first` in it to the one with `last`.

    Raises UnknownNameError for a grain that there is not.
    """
    if grain not in GRAINS:
        raise UnknownNameError("period", grain, GRAINS)
    known = next(each for each in GRAINS if each == grain)
    periods = []
    start = begun(known, first)
    while start <= last:
        period = _period(stretch_with(known, start), as_of)
        periods.append(period)
        start = period.end + ONE_DAY
    return periods


def period_with(day: dt.date, grain: str, as_of: dt.date) -> Period:
    """Return the period of a grain that holds a day. Raises UnknownNameError for a grain that there is not."""
    return between(day, day, grain, as_of)[0]


def _period(stretch: Stretch, as_of: dt.date) -> Period:
    first, last = stretch.first, stretch.last
    if stretch.grain == "year":
        return _year(first.year, as_of)
    return Period(first, last, stretch.label, stretch.grain, min(last, as_of))


def _year(number: int, as_of: dt.date) -> Period:
    start, end = dt.date(number, 1, 1), dt.date(number, 12, 31)
    return Period(start, end, str(number), "year", min(survey_day(number + 1), as_of))


@lru_cache(maxsize=1_024)
def longest_ago(day: dt.date, months: int) -> dt.date:
    """Return the last day from which more than so many months have passed on `day`."""
    before = day - relativedelta(months=months)
    near = (before + dt.timedelta(days=days) for days in range(3, -4, -1))
    return next(then for then in near if then + relativedelta(months=months) < day)


def whole_time(year: Years | None) -> bool:
    """Return whether the first day on record has to be known to say which periods are asked for."""
    return year is None or (isinstance(year, Stretch) and year.first == dt.date.min)


def last_year_of(year: Years | None) -> int | None:
    """Return the last calendar year of what is asked for, None for the whole time of the records."""
    if year is None or isinstance(year, int):
        return year
    if isinstance(year, str):
        return stretch_named(year).last.year
    if isinstance(year, Stretch):
        return None if year.last == dt.date.max else year.last.year
    return max(each.end.year if isinstance(each, Period) else each for each in year)


def periods_asked(
    year: Years | None, by: Sequence[str], as_of: dt.date, first_day: Callable[[], dt.date]
) -> list[Period]:
    """Return the periods asked for; `first_day` gives the first day on record, where no first day is named.

    Those of a grain that is asked for `by` are cut where the stretch asked for begins or ends within one, and are then
    called by their days. Raises DateError for a text that names no period.
    """
    grains = [grain for grain in GRAINS if grain in by]
    if year is None:
        first, last = min(first_day(), as_of), as_of
        return between(first, last, grains[-1], as_of) if grains else [_range(first, last, as_of)]
    if isinstance(year, int | str | Stretch):
        stretch = _stretch(year)
    else:
        chosen = list(year)
        periods = [each for each in chosen if isinstance(each, Period)]
        if periods:
            return periods
        numbers = [each for each in chosen if isinstance(each, int)]
        stretch = _stretch((min(numbers), max(numbers)))
    first = min(first_day(), as_of) if stretch.first == dt.date.min else stretch.first
    last = max(as_of, first) if stretch.last == dt.date.max else stretch.last
    if grains:
        periods = between(first, min(last, max(as_of, first)), grains[-1], as_of)
        return [_cut(period, stretch, as_of) for period in periods]
    if (first, last) != (stretch.first, stretch.last) or stretch.grain == "range":
        return [_range(first, last, as_of)]
    return [_period(stretch, as_of)]


def _stretch(year: int | str | Stretch | tuple[int, int]) -> Stretch:
    """Return the days that are meant."""
    if isinstance(year, Stretch):
        return year
    if isinstance(year, str):
        return stretch_named(year)
    first, last = (year, year) if isinstance(year, int) else year
    if first == last:
        return Stretch(dt.date(first, 1, 1), dt.date(first, 12, 31), str(first), "year")
    return Stretch(dt.date(first, 1, 1), dt.date(last, 12, 31), "", "range")


def _range(first: dt.date, last: dt.date, as_of: dt.date) -> Period:
    return Period(first, last, f"{first.isoformat()} to {last.isoformat()}", "range", min(last, as_of))


def _cut(period: Period, stretch: Stretch, as_of: dt.date) -> Period:
    """Return what lies of a period in a stretch, called by its days where that is not all of it."""
    if stretch.first <= period.start and period.end <= stretch.last:
        return period
    return _range(max(stretch.first, period.start), min(stretch.last, period.end), as_of)
