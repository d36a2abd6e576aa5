"""The days of a collection: the calendar year whose work it tells, and the survey day up to which plans are told."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import Final, NamedTuple

from ehcp_flow.conversion.returns import FIRST_YEAR, LAST_YEAR, specified
from ehcp_flow.errors import RangeError
from ehcp_flow.measures.periods import Period, survey_day, years

__all__ = ["ReturnYear", "day_after", "day_before", "months_before"]

_LATEST: Final = 2050


class ReturnYear(NamedTuple):
    """A collection, its days as ISO text: requests, assessments and plans up to `last`, the rest up to `survey`.

    `year` is that of the collection, `specification` the one by which it is written.
    """

    year: int
    specification: int
    first: str
    last: str
    survey: str

    @classmethod
    def of(cls, year: int) -> ReturnYear:
        """Return the days of a collection. Raises RangeError for a year without a collection of persons."""
        why = f"collections of persons began in {FIRST_YEAR}, and none after {_LATEST} is looked for"
        RangeError.unless(FIRST_YEAR <= year <= _LATEST, "year", year, why)
        survey = survey_day(year).isoformat()
        return cls(year, specified(year), f"{year - 1}-01-01", f"{year - 1}-12-31", survey)

    @property
    def told(self) -> str:
        """What is to be said of the year, nothing where its specification is known."""
        if self.year == self.specification:
            return ""
        return (
            f"the specification of {self.year} is not known yet: that of {LAST_YEAR} is used; survey day is taken to "
            f"be {self.survey}"
        )

    @property
    def survey_date(self) -> dt.date:
        """The survey day."""
        return dt.date.fromisoformat(self.survey)

    def periods(self) -> tuple[list[Period], list[Period]]:
        """Return the year of the measures as published, with stock on survey day, and with stock on its last day."""
        published = years(self.year - 1, self.survey_date)
        return published, [replace(each, stock_on=each.end) for each in published]


@cache
def day_before(day: str) -> str:
    """Return the day before a day."""
    return (dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat()


@cache
def day_after(day: str) -> str:
    """Return the day after a day."""
    return (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat()


@cache
def months_before(day: str, months: int) -> str:
    """Return the day so many months before a day, the last of its month where that has no such day."""
    then = dt.date.fromisoformat(day)
    month = then.year * 12 + then.month - 1 - months
    first = dt.date(month // 12, month % 12 + 1, 1)
    following = dt.date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(first.replace(day=1) + dt.timedelta(days=then.day - 1), following - dt.timedelta(days=1)).isoformat()
