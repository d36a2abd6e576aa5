"""How a period is named, and which days it has: the one way to read and to write it.

A calendar year is `2025`, five of them `2020-2024`; `2025/26` is the academic year, from 1 September, and `FY2025` the
financial year, from 1 April; `2026-Q1` is a quarter of a calendar year, `2026-06` a month.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from ehcp_flow import dates
from ehcp_flow.closed import complete
from ehcp_flow.errors import DateError

__all__ = [
    "GRAINS", "NAMES", "Grain", "Stretch", "begun", "label_of", "stretch_between", "stretch_named",
    "stretch_with",
]  # fmt: skip

Grain: TypeAlias = Literal["year", "academic_year", "financial_year", "quarter", "month"]
GRAINS: Final[tuple[Grain, ...]] = ("year", "academic_year", "financial_year", "quarter", "month")
NAMES: Final = "2025, 2020-2024, 2025/26 (academic), FY2025 (financial), 2026-Q1 or 2026-06"
"""The names that are understood, for messages."""

_MONTHS: Final[Mapping[Grain, int]] = {
    "year": 12, "academic_year": 12, "financial_year": 12, "quarter": 3, "month": 1,
}  # fmt: skip
complete(_MONTHS, GRAINS, "how many months a period has")
_BEGINS: Final[Mapping[Grain, int]] = {"academic_year": 9, "financial_year": 4}
"""The month with which a grain begins, where that is not January."""
_MONTHS_A_YEAR: Final = 12
_CENTURY: Final = 100
_FIRST_YEAR, _LAST_YEAR = 2000, 2100

_NAMED: Final[Mapping[Grain | Literal["range"], re.Pattern[str]]] = {
    "year": re.compile(r"([0-9]{4})"),
    "range": re.compile(r"([0-9]{4})\s*-\s*([0-9]{4})"),
    "academic_year": re.compile(r"([0-9]{4})\s*/\s*([0-9]{4}|[0-9]{2})"),
    "financial_year": re.compile(r"FY\s*([0-9]{4})(?:\s*[-/]\s*([0-9]{4}|[0-9]{2}))?", re.IGNORECASE),
    "quarter": re.compile(r"([0-9]{4})\s*-?\s*Q([1-4])", re.IGNORECASE),
    "month": re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])"),
}
_OF_TWO: Final = re.compile(r"([0-9]{4})-([0-9]{2})")


class Stretch(NamedTuple):
    """The days of a period, both included, its name, and what kind of period it is.

    `date.min` and `date.max` stand for an end that is open: the first day on record, the day that is asked about.
    """

    first: dt.date
    last: dt.date
    label: str
    grain: Grain | Literal["range", "term"]

    def holds(self, day: dt.date | None) -> bool:
        """Whether a day is one of these; no day is none of them."""
        return day is not None and self.first <= day <= self.last


def begun(grain: Grain, day: dt.date) -> dt.date:
    """Return the first day of the period of a grain that holds a day."""
    offset = _BEGINS.get(grain, 1) - 1
    month = day.year * _MONTHS_A_YEAR + day.month - 1 - offset
    month = month // _MONTHS[grain] * _MONTHS[grain] + offset
    return dt.date(month // _MONTHS_A_YEAR, month % _MONTHS_A_YEAR + 1, 1)


def label_of(grain: Grain, day: dt.date) -> str:
    """Return the name of the period of a grain that holds a day: `2025`, `2025/26`, `FY2025`, `2026-Q1`, `2026-06`."""
    start = begun(grain, day)
    if grain == "academic_year":
        return f"{start.year}/{(start.year + 1) % _CENTURY:02}"
    if grain == "financial_year":
        return f"FY{start.year}"
    if grain == "quarter":
        return f"{start.year}-Q{(start.month + 2) // 3}"
    return f"{start:%Y-%m}" if grain == "month" else f"{start.year}"


def stretch_with(grain: Grain, day: dt.date) -> Stretch:
    """Return the period of a grain that holds a day."""
    start = begun(grain, day)
    after = start.year * _MONTHS_A_YEAR + start.month - 1 + _MONTHS[grain]
    end = dt.date(after // _MONTHS_A_YEAR, after % _MONTHS_A_YEAR + 1, 1) - dt.timedelta(days=1)
    return Stretch(start, end, label_of(grain, start), grain)


def stretch_named(text: str) -> Stretch:
    """Return the period that a text names. Raises DateError for a text that names none."""
    name = text.strip()
    for grain, pattern in _NAMED.items():
        found = pattern.fullmatch(name)
        if found is not None:
            return _stretch(text, grain, [int(number) for number in found.groups() if number])
    two = _OF_TWO.fullmatch(name)
    if two is not None and int(two[2]) == (int(two[1]) + 1) % _CENTURY:
        why = "it can be an academic year or a financial one"
        raise _none(text, why, f"{two[1]}/{two[2]} for the academic year, FY{two[1]} for the financial one")
    raise _none(text, "there is no period of this name", NAMES)


def _stretch(text: str, grain: Grain | Literal["range"], numbers: list[int]) -> Stretch:
    first, last = numbers[0], numbers[-1]
    if not _FIRST_YEAR <= first <= _LAST_YEAR or (grain == "range" and not first <= last <= _LAST_YEAR):
        raise _none(text, f"the years go from {_FIRST_YEAR} to {_LAST_YEAR}, the first one first", NAMES)
    if grain == "range":
        if first == last:
            return stretch_with("year", dt.date(first, 1, 1))
        return Stretch(dt.date(first, 1, 1), dt.date(last, 12, 31), f"{first}-{last}", "range")
    day = dt.date(first, _BEGINS.get(grain, 1), 1)
    if grain in _BEGINS and len(numbers) > 1 and last not in (first + 1, (first + 1) % _CENTURY):
        raise _none(text, "its second year does not follow the first", label_of(grain, day))
    if grain in ("quarter", "month"):
        day = day.replace(month=_MONTHS[grain] * last)
    return stretch_with(grain, day)


def stretch_between(first: str | None, last: str | None) -> Stretch:
    """Return the days from one that a text states to another; the name of a period is its first, or its last, day.

    None leaves that end open. Raises DateError for a text that is neither a day nor a period, and where the first day
    is after the last.
    """
    begins = dt.date.min if first is None else _day_or_period(first).first
    ends = dt.date.max if last is None else _day_or_period(last).last
    if begins > ends:
        raise _none(f"{first} to {last}", "the first day is after the last", "the first one first", "a stretch of time")
    return Stretch(begins, ends, "", "range")


def _day_or_period(text: str) -> Stretch:
    try:
        day = dates.parse_date(text)
    except DateError:
        return stretch_named(text)
    return Stretch(day, day, day.isoformat(), "range")


def _none(text: str, why: str, write: str, what: str = "a period") -> DateError:
    return DateError(text, why, write=write, what=what)
