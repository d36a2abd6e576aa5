"""Reading the dates of a sheet, by the order of day and month that a convert file declares.

Nothing is guessed: a cell is a day, is known to be no day, or is refused. A form that says its month by name, and an
ISO date, can be read one way only; figures between strokes, two-digit years and a spreadsheet's serial numbers need a
declaration.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from ehcp_flow.dates import OTHER_DIGIT

__all__ = ["CellDate", "DateOrder", "read_cell_date"]


class DateOrder(StrEnum):
    """How a sheet writes its days."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    ISO = "iso"


class CellDate(NamedTuple):
    """What a cell says: a `day` in ISO form, or the month of one (`2024-04`), or why it is none.

    `order` is the only order of day and month by which the cell could be read, where it can be read by one alone:
    evidence about its whole column.
    """

    day: str = ""
    fault: str = ""
    order: DateOrder | None = None


_MONTHS: Final = {
    name[:length]: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
         "december"), 1,
    )
    for length in {3, 4, len(name)}
}  # fmt: skip
_TIME: Final = re.compile(r"(.*?[0-9A-Za-z])[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?Z?", re.DOTALL)
_ISO: Final = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_ISO_NAMED: Final = re.compile(r"([0-9]{4})[-/ ]([A-Za-z]{3,9})[-/ ]([0-9]{1,2})")
_FIGURES: Final = re.compile(r"([0-9]{1,2})\s*([/.-])\s*([0-9]{1,2})\s*\2\s*([0-9]{4}|[0-9]{2})")
_WEEKDAY: Final = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[,. ]\s*", re.IGNORECASE)
_DAY_NAMED: Final = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?[-/. ]*(?:of )?([A-Za-z]{3,9})[-/., ]*([0-9]{4}|[0-9]{2})", re.IGNORECASE
)
_MONTH_NAMED: Final = re.compile(
    r"([A-Za-z]{3,9})[-/. ]*([0-9]{1,2})(?:st|nd|rd|th)?,?[-/. ]+([0-9]{4})", re.IGNORECASE
)
_SERIAL: Final = re.compile(r"([0-9]{5})(?:\.(0+))?")
_MONTH_ALONE: Final = re.compile(r"([A-Za-z]{3,9})[-/., ]*([0-9]{4}|[0-9]{2})")
_MONTH_FIGURES: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{4})")
_ISO_MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{2})")
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000
_EPOCHS: Final = {False: dt.date(1899, 12, 30), True: dt.date(1904, 1, 1)}
_TWENTIETH: Final = 68
"""Two-digit years up to this one are of this century."""
_SHORT: Final = len("26")
_MONTHS_A_YEAR: Final = 12
"""How many months there are."""
_UNDECLARED: Final = 'say how the sheet writes its days: dates = "day first", "month first" or "iso"'
_SHORT_YEAR: Final = f"the year has two digits; {_UNDECLARED}"


@lru_cache(maxsize=1 << 16)
def read_cell_date(text: str, order: DateOrder | None, *, from_1904: bool = False) -> CellDate:
    """Return what a cell says. `from_1904` is the date system of a workbook's serial numbers."""
    stated = text
    if (timed := _TIME.fullmatch(text)) is not None:
        if any(int(part) for part in timed.groups()[1:] if part):
            return CellDate(fault="it has a time of day, and the law counts days")
        stated = timed[1]
    stated = _WEEKDAY.sub("", stated, count=1)
    if match := _SERIAL.fullmatch(stated):
        return _serial(int(match[1]), order, from_1904=from_1904)
    for form, read in _FORMS:
        if match := form.fullmatch(stated):
            return read(match, order)
    return CellDate(fault="its digits are not 0 to 9" if OTHER_DIGIT.search(stated) else "it is no date")


def _figures(first: str, second: str, year: str, order: DateOrder | None) -> CellDate:
    """Read two figures and a year, between strokes, dots or hyphens."""
    one, two = int(first), int(second)
    only = None
    if one != two and (one > _MONTHS_A_YEAR) is not (two > _MONTHS_A_YEAR):
        only = DateOrder.DAY_FIRST if one > _MONTHS_A_YEAR else DateOrder.MONTH_FIRST
    if order is DateOrder.ISO:
        return CellDate(fault='dates are declared "iso", and it is not written year first', order=only)
    if order is None and len(year) == _SHORT:
        return CellDate(fault=_SHORT_YEAR, order=only)
    # As every reader of this library has it where nothing is declared: the United Kingdom's order.
    taken = order or DateOrder.DAY_FIRST
    day, month = (one, two) if taken is DateOrder.DAY_FIRST else (two, one)
    if only is not None and only is not taken:
        return CellDate(fault=f'read "{taken}", its month would be {month}: it can only be "{only}"', order=only)
    return _day(_full(year), month, day)._replace(order=only)


def _named(year: str, month: str, day: str, order: DateOrder | None) -> CellDate:
    number = _MONTHS.get(month.lower())
    if number is None:
        return CellDate(fault=f"{month} is no month")
    if order is None and len(year) == _SHORT:
        return CellDate(fault=_SHORT_YEAR)
    return _day(_full(year), number, int(day))


def _serial(number: int, order: DateOrder | None, *, from_1904: bool) -> CellDate:
    if order is None:
        return CellDate(fault=f"it is the number under which a spreadsheet keeps a day; {_UNDECLARED}")
    if not _FIRST_SERIAL <= number <= _LAST_SERIAL:
        return CellDate(fault="it is a number, and no day of a spreadsheet that could be meant")
    return CellDate((_EPOCHS[from_1904] + dt.timedelta(days=number)).isoformat())


def _month_alone(name: str | None, year: str, iso_month: str | None, order: DateOrder | None) -> CellDate:
    """Read a month that has no day: a day of which only the month is known."""
    number = int(iso_month or 0) if name is None else _MONTHS.get(name.lower())
    if number is None:
        return CellDate(fault="it is no date")
    if not 1 <= number <= _MONTHS_A_YEAR:
        return CellDate(fault="the calendar has no such month")
    if order is None and len(year) == _SHORT:
        return CellDate(fault=_SHORT_YEAR)
    return CellDate(f"{_full(year):04}-{number:02}")


def _full(year: str) -> int:
    number = int(year)
    if len(year) != _SHORT:
        return number
    return number + (2000 if number <= _TWENTIETH else 1900)


def _day(year: int, month: int, day: int) -> CellDate:
    try:
        return CellDate(dt.date(year, month, day).isoformat())
    except ValueError:
        return CellDate(fault="the calendar has no such day")


_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], DateOrder | None], CellDate]], ...]] = (
    (_ISO, lambda match, _: _day(int(match[1]), int(match[2]), int(match[3]))),
    (_ISO_NAMED, lambda match, order: _named(match[1], match[2], match[3], order)),
    (_FIGURES, lambda match, order: _figures(match[1], match[3], match[4], order)),
    (_DAY_NAMED, lambda match, order: _named(match[3], match[2], match[1], order)),
    (_MONTH_NAMED, lambda match, order: _named(match[3], match[1], match[2], order)),
    (_MONTH_ALONE, lambda match, order: _month_alone(match[1], match[2], None, order)),
    (_ISO_MONTH, lambda match, order: _month_alone(None, match[1], match[2], order)),
    (_MONTH_FIGURES, lambda match, order: _month_alone(None, match[2], match[1], order)),
)
"""The forms of a day, each with how it is read; the first that fits is taken."""
