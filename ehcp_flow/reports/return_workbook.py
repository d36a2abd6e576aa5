"""A SEN2 return in the form of the Department's Excel template: its tables one under another on one sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import IO, Any, Final

from ehcp_flow.conversion.returns import TEMPLATE_SHEET, ItemTable, ReturnRecords, ReturnRow, tables
from ehcp_flow.reports.workbook import opened_book

__all__ = ["write_return_workbook"]

_TYPE: Final = "Record Type"
_LA: Final = "LA\n(From Header Record)"
_PERSON: Final = "Person ID\n\n(This must be a unique ID for each Person record)"
_OF_PERSON: Final = "Person ID\n\n(This must match the relevant ID in the Person record table)"
_REQUEST: Final = "Requests record ID\n\n(This must be a unique ID for each Requests record)"
_OF_REQUEST: Final = "Requests record ID\n\n(This must match the relevant ID in the Requests table)"
_KEYS: Final[Mapping[str, Sequence[str]]] = {
    "header": (_TYPE,),
    "persons": (_TYPE, _PERSON, _LA),
    "requests": (_TYPE, _REQUEST, _LA, _OF_PERSON),
}
_BELOW: Final = (_TYPE, _OF_PERSON, _LA, _OF_REQUEST)
_EMPTY_ROWS: Final = 3
_WIDTH: Final = 16


def write_return_workbook(
    file: str | IO[bytes], records: ReturnRecords, header: Mapping[str, str], year: int, *, as_of: dt.date
) -> None:
    """Write a return to a path or a binary stream, by the specification of a year.

    Raises OutputError for a path that must not be written. `as_of` is the workbook's own day.
    """
    with opened_book(file, as_of=as_of) as (book, looks):
        sheet = book.add_worksheet(TEMPLATE_SHEET)
        sheet.set_column(0, 30, _WIDTH, looks["text"])
        at = 0
        for number, table in enumerate(tables().values()):
            at = _write_table(sheet, at, table, looks, number, records, header, year)


def _write_table(  # noqa: PLR0913, PLR0917 - a table has a place, a look, and what stands in it
    sheet: Any,
    at: int,
    table: ItemTable,
    looks: Mapping[str, Any],
    number: int,
    records: ReturnRecords,
    header: Mapping[str, str],
    year: int,
) -> int:
    """Write a table from a row on; return the row at which the next one begins."""
    keys, items = _KEYS.get(table.name, _BELOW), table.items_in(year)
    sheet.write_string(at, 0, table.title, looks["head"])
    for column, heading in enumerate((*keys, *(item.headings[0] if item.headings else item.name for item in items))):
        sheet.write_string(at + 1, column, heading, looks["head"])
    at += 2
    for ids, row in _rows(table.name, records, header):
        sheet.write_number(at, 0, number, looks["text"])
        for column, key in enumerate(keys[1:], 1):
            value = {_LA: header.get("LEA", ""), _PERSON: ids[0], _OF_PERSON: ids[0]}.get(key, ids[1])
            sheet.write(at, column, value if isinstance(value, int) else str(value), looks["text"])
        for column, item in enumerate(items, len(keys)):
            text = row.values.get(item.name)
            if text is None:
                continue
            if item.type == "flag" and text in {"0", "1"}:
                sheet.write_number(at, column, int(text), looks["text"])
            else:
                sheet.write_string(at, column, text, looks["text"])
        at += 1
    return at + _EMPTY_ROWS


def _rows(table: str, records: ReturnRecords, header: Mapping[str, str]) -> Any:
    """Yield the rows of a table, each with the ids of its person and its request."""
    if table == "header":
        yield (0, 0), ReturnRow(dict(header), "", 0)
        return
    seen: set[str] = set()
    for number, request in enumerate(records.requests, 1):
        ids = int(request.place), number
        if table != "persons":
            yield from ((ids, row) for row in request.rows(table))
        elif request.place not in seen and request.person is not None:
            seen.add(request.place)
            yield ids, request.person
