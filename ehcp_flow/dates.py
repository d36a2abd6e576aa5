"""Reading dates as people write them, and instants as programs do; nothing here reads the clock but `today`."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Callable
from functools import cache
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from ehcp_flow.errors import DateError, RangeError

__all__ = [
    "LAST_YEAR", "MOST_WEEKS", "OTHER_DIGIT", "MonthOnly", "days_ahead", "first_possible", "iso", "london", "ordinary",
    "parse_date", "parse_day", "parse_instant", "say", "school_year_begun", "today", "weeks_ahead", "written",
]  # fmt: skip

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_UK = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_MIDNIGHT: Final = re.compile(r"(?<=[0-9])[ T]00:00(:00([.,]0{1,9})?)?")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}")
OTHER_DIGIT: Final = re.compile(r"(?![0-9])\d")
"""A digit of another script than the one of 0 to 9: nothing here is written with them."""
_FIRST_YEAR, LAST_YEAR = 1900, 2199
_SEPTEMBER: Final = 9
MOST_WEEKS: Final = 5_200
"""How many weeks ahead anybody may look."""
# Bound now: under freezegun `dt.date` makes dates of its own, which outlive the thaw, and which Polars cannot read.
_from_iso: Final = dt.date.fromisoformat
_from_ordinal: Final = dt.date.fromordinal


class MonthOnly(dt.date):
    """A day of which only the month is known. As a date it is the latest of its possible days.

    `earliest` is the first of them. Both are the ends of the month, until the other facts of a case leave fewer days
    (`possible_days`). Whatever is counted from it is an ordinary date.
    """

    earliest: dt.date

    def __new__(cls, year: int, month: int, day: int, earliest: dt.date | None = None) -> Self:
        """Return such a day; without `earliest`, as arithmetic on a date makes one, an ordinary date."""
        if earliest is None:
            plain: Any = _from_ordinal(dt.date(year, month, day).toordinal())
            return plain  # type: ignore[no-any-return]
        made = super().__new__(cls, year, month, day)
        made.earliest = earliest
        return made

    def __reduce__(self) -> tuple[Callable[..., MonthOnly], tuple[Any, ...]]:
        """Travel with the first of the possible days."""
        return MonthOnly, (self.year, self.month, self.day, self.earliest)

    @classmethod
    def of(cls, year: int, month: int) -> MonthOnly:
        """Return some day of a month."""
        first = _from_iso(f"{year:04}-{month:02}-01")
        return cls.between(first, first.replace(day=monthrange(year, month)[1]))

    @classmethod
    def between(cls, earliest: dt.date, latest: dt.date) -> MonthOnly:
        """Return some day of one month, these two and what lies between them."""
        return cls(latest.year, latest.month, latest.day, earliest)

    def replace(self, *args: Any, **parts: Any) -> dt.date:  # type: ignore[override]
        """Return the latest of the possible days with other parts, as an ordinary date."""
        return self.latest.replace(*args, **parts)

    @property
    def latest(self) -> dt.date:
        """The last of the possible days, as an ordinary date."""
        return _from_ordinal(self.toordinal())


@cache
def london() -> ZoneInfo:
    """Return the time zone in which an instant becomes a day: England's law counts England's days."""
    return ZoneInfo("Europe/London")


def today() -> dt.date:
    """Return today's date in London, wherever the machine is: the one place where a default `as_of` comes from."""
    return _from_ordinal(dt.datetime.now(london()).toordinal())


def parse_date(value: object) -> dt.date:
    """Return the date that `value` states: a date, `2026-03-02`, or the United Kingdom's `02/03/2026`.

    A midnight without an offset from UTC (`2026-03-02 00:00:00`) is how databases and spreadsheets write a day. Raises
    DateError for anything else: another time of day, a two-digit year, a day that the calendar does not have, a year
    before 1900 or after 2199.
    """
    if isinstance(value, dt.datetime):
        if value.tzinfo is None and value.time() == dt.time.min:
            return _within_range(_from_ordinal(value.toordinal()), value)
        raise DateError(value, "it has a time of day, and the law counts days")
    if isinstance(value, dt.date):
        return _within_range(value, value)
    if not isinstance(value, str):
        raise DateError(value, "it is not text")
    text = _MIDNIGHT.sub("", value.strip(), count=1) if ":" in value else value.strip()
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _UK.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    elif _SHORT_YEAR.fullmatch(text):
        raise DateError(value, "the year has two digits")
    elif _MONTH.fullmatch(text):
        raise DateError(value, "it is a month, and a day is wanted: only the `on` of a fact may be known to its month")
    elif OTHER_DIGIT.search(text):
        raise DateError(value, "its digits are not 0 to 9")
    else:
        raise DateError(value, "it is in no form that is known here")
    try:
        stated = _from_iso(f"{year:04}-{month:02}-{day:02}")
    except ValueError:
        raise DateError(value, "the calendar has no such day") from None
    return _within_range(stated, value)


def parse_day(value: object) -> dt.date:
    """Return the day that `value` states, as `parse_date` does, or a `MonthOnly` where it is a month: `2024-04`.

    Raises DateError for anything else.
    """
    match = _MONTH.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return parse_date(value)
    return _within_range(MonthOnly.of(int(match[1]), int(match[2])), value)


def _within_range(day: dt.date, value: object) -> dt.date:
    if not _FIRST_YEAR <= day.year <= LAST_YEAR:
        raise DateError(value, f"the year {day.year} cannot be meant")
    return day


def parse_instant(value: object) -> dt.datetime:
    """Return the instant that `value` states, in UTC: an aware datetime, or ISO text with its offset.

    Raises DateError for a naive time (nobody can say which instant it is) and for text that is no instant.
    """
    stated = value
    if isinstance(value, str):
        try:
            stated = dt.datetime.fromisoformat(value.strip())
        except ValueError:
            raise _no_instant(value, "it is in no form that is known here") from None
    if not isinstance(stated, dt.datetime):
        raise _no_instant(value, "it has no time of day")
    if stated.tzinfo is None:
        raise _no_instant(value, "it has no offset from UTC, such as a final Z")
    try:
        return stated.astimezone(dt.UTC)
    except OverflowError:
        raise _no_instant(value, "no calendar has such an instant") from None


def _no_instant(value: object, why: str) -> DateError:
    return DateError(value, why, write="an instant such as 2026-03-02T09:30:00Z", what="an instant")


def weeks_ahead(weeks: int) -> dt.timedelta:
    """Return how far ahead is looked. Raises RangeError for less than a week or more than a century."""
    RangeError.unless(1 <= weeks <= MOST_WEEKS, "weeks", weeks, f"look from 1 to {MOST_WEEKS} weeks ahead")
    return dt.timedelta(weeks=weeks)


def days_ahead(days: int) -> dt.timedelta:
    """Return how far ahead is looked. Raises RangeError for less than no day or more than a century."""
    most = MOST_WEEKS * 7
    RangeError.unless(0 <= days <= most, "days", days, f"look from 0 to {most:,} days ahead")
    return dt.timedelta(days=days)


def say(day: dt.date) -> str:
    """Return a date as a letter would print it: `Monday 2 March 2026`, or `some day in March 2026`."""
    if isinstance(day, MonthOnly):
        return f"some day in {day:%B} {day.year}"
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def school_year_begun(day: dt.date) -> int:
    """Return the calendar year in which the school year of a day began: it goes from 1 September to 31 August."""
    return day.year - (day.month < _SEPTEMBER)


def first_possible(day: dt.date) -> dt.date:
    """Return a day as an ordinary date: of one known to its month alone, the earliest that is possible."""
    return day.earliest if isinstance(day, MonthOnly) else day


def iso(day: dt.date | None) -> str | None:
    """Return an ISO date, or None for None."""
    return None if day is None else day.isoformat()


def ordinary(day: dt.date) -> dt.date:
    """Return a day as an ordinary date: of one known to its month alone, the latest that is possible."""
    return day.latest if isinstance(day, MonthOnly) else day


def written(day: dt.date) -> str:
    """Return a day as a file holds it: `2026-03-02`, or `2026-03` where only its month is known."""
    return f"{day.year:04}-{day.month:02}" if isinstance(day, MonthOnly) else day.isoformat()
