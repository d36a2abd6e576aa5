"""How the value of an item is written in a return, by its type: what is taken, what would be right, how it is read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from ehcp_flow.closed import complete
from ehcp_flow.conversion.cell_dates import DateOrder, read_cell_date
from ehcp_flow.conversion.returns.items import Item, forms, tables
from ehcp_flow.particular_table import settled

__all__ = [
    "ITEM_TYPES", "ItemType", "flag_value", "is_true_number", "read_value", "right_value", "value_is_taken",
    "values_as_xml",
]  # fmt: skip


class ItemType(NamedTuple):
    """A type: the base that XML Schema has for it, the pattern of its text where that says more, and what is right."""

    base: str
    pattern: str
    right: str


ITEM_TYPES: Final[Mapping[str, ItemType]] = {
    "text": ItemType("string", r"[\s\S]*\S[\s\S]*", "write some text"),
    "day": ItemType("date", r"\d{4}-\d{2}-\d{2}", "write the day as ccyy-mm-dd, such as 2025-03-02"),
    "flag": ItemType("string", r"[01]", "write 1 for yes or 0 for no"),
    "code": ItemType("string", "", "write one of {codes}"),
    "year": ItemType("gYear", r"\d{4}", "write the year of the collection, such as 2026"),
    "instant": ItemType("dateTime", r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", "write it as 2026-02-03T10:30:00"),
    "serial": ItemType("string", r"\d{3}", "write a number of three digits, such as 001"),
    "authority": ItemType("string", r"\d{3}", "write the authority's three-digit number, such as 885"),
    "authority_or_none": ItemType(
        "string", r"\d{3}|XXX", "write the authority's three-digit number, such as 885, or XXX where none is known"
    ),
    "urn": ItemType("string", r"[1-9]\d{5}", "write the six digits of the URN"),
    "ukprn": ItemType("string", r"[1-9]\d{7}", "write the eight digits of the UKPRN, the first of them no 0"),
    "upn": ItemType(
        "string", r"[A-HJ-NP-RT-Z]\d{11}[0-9A-HJ-NP-RT-Z]", "write the UPN: a letter and twelve digits, the last of a "
        "temporary one a letter too"
    ),
    "uln": ItemType("string", r"[1-9]\d{9}", "write the ten digits of the ULN, the first of them no 0"),
}  # fmt: skip
"""The types of items. A digit is one of ASCII's ten."""
_PATTERNS: Final = {name: re.compile(each.pattern, re.ASCII) for name, each in ITEM_TYPES.items() if each.pattern}
_AS_FLAG: Final = {"yes": "1", "no": "0"}
_READ_AS_FLAGS: Final = re.compile(r"0|1|true|false|0\.0|1\.0", re.IGNORECASE)

_SERIAL: Final = len("001")
_AS_CELLS: Final = {
    "serial": re.compile(r"[0-9]{1,3}"),
    "instant": re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.0+)?)?"),
}
"""How a spreadsheet's cell of a type may come, besides as it is written."""

complete(
    ITEM_TYPES,
    {item.type: None for table in tables().values() for item in table.items},
    "how an item of each type is written",
)


def value_is_taken(item: Item, text: str, year: int) -> bool:
    """Return whether a text is a value of an item in a return of a year: its form, its code, a day of the calendar.

    >>> value_is_taken(tables()["requests"].by_name["ReceivedDate"], "2025-02-30", 2026)
    False
    """
    if item.type == "code":
        return text in item.codes_in(year)
    if item.type == "flag":
        # COLLECT's own exports and the template write them in all of these ways.
        return _READ_AS_FLAGS.fullmatch(text) is not None
    if _PATTERNS[item.type].fullmatch(text) is None:
        return False
    if item.type in {"day", "instant"}:
        try:
            dt.datetime.fromisoformat(text)
        except ValueError:
            return False
    return True


def right_value(item: Item, year: int) -> str:
    """Return what is right of an item in a return of a year."""
    return ITEM_TYPES[item.type].right.format(codes=", ".join(item.codes_in(year)))


def is_true_number(item: Item, text: str) -> bool:
    """Return whether the check of a number holds: the letter of a UPN, the last digit of a ULN; of others it does."""
    return item.type not in {"upn", "uln"} or settled(item.type, text) is not None


def flag_value(text: str) -> str:
    """Return a flag as 0 or 1, however it was written; what is none stays as it is.

    >>> flag_value("True"), flag_value("0.0"), flag_value("perhaps")
    ('1', '0', 'perhaps')
    """
    return _AS_FLAG.get(settled("rya", text) or "", text)


def read_value(item: Item, given: str, dates: DateOrder) -> tuple[str, str]:
    """Return an item's value as it is kept, and why it is none where it is not."""
    if item.type == "day":
        found = read_cell_date(given, dates)
        return found.day, found.fault
    if item.type == "flag":
        flag = settled("rya", given)
        return flag or "", "" if flag is not None else "write 1 for yes or 0 for no"
    if item.type in _AS_CELLS and (cell := _AS_CELLS[item.type].fullmatch(given)):
        # So a spreadsheet keeps 001, and an instant.
        return (given.zfill(_SERIAL) if item.type == "serial" else f"{cell[1]}T{cell[2] or '00:00:00'}"), ""
    code = given.upper() if item.type == "code" else given
    if item.type in {"code", "urn", "ukprn"}:
        code = code.removesuffix(".0")
    if item.codes and code not in item.codes:
        return "", f"it is no code of this item; write one of {', '.join(item.codes)}"
    return code, ""


def values_as_xml(table: str, values: Mapping[str, str], form: str) -> dict[str, str]:
    """Return the values of a row of another form as a return in XML has them; what cannot be read stays as it is."""
    if form == "xml":
        return dict(values)
    found = {}
    for name, given in values.items():
        item = tables()[table].by_name.get(name)
        taken, fault = ("", "") if item is None else read_value(item, given, forms()[form].dates)
        found[name] = given if fault or item is None else _AS_FLAG.get(taken, taken) if item.type == "flag" else taken
    return found
