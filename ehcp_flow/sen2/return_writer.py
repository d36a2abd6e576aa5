"""A return as XML: one person in hand at a time, every element in the order of its year's specification."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, BinaryIO, Final, NamedTuple

from ehcp_flow.conversion.returns import TEMPLATE_SHEET, RequestRecords, tables
from ehcp_flow.errors import LibraryMissing
from ehcp_flow.inputs import WORKBOOKS, is_xml
from ehcp_flow.outputs import Kind

try:
    from lxml import etree
except ImportError as error:
    raise LibraryMissing(error.name or "lxml", "sen2") from error

__all__ = ["RETURN_FILE", "write_xml"]

_BEGINS: Final = 4_096


def _made_here(file: BinaryIO) -> bool:
    """Whether a file is a return: in XML, or as a workbook in the form of the template."""
    begins = file.read(_BEGINS)
    if not begins.startswith(WORKBOOKS):
        return is_xml(begins) and b"<Message" in begins
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as book:
            return TEMPLATE_SHEET.encode() in book.read("xl/workbook.xml")
    except (KeyError, zipfile.BadZipFile):
        return False


RETURN_FILE: Final = Kind("a SEN2 return", "sen2.xml", _made_here)
"""A return as it is written: XML, or a workbook."""


class _StandsThere(NamedTuple):
    """What stands at a place of an element: an item, or the rows of a table within it."""

    name: str
    table: str = ""
    group: str = ""


@cache
def _places(table: str, year: int) -> Sequence[_StandsThere]:
    below = {each.element: each.name for each in tables().values() if each.within == table}
    groups = {first: element for element, first in tables()[table].groups.items()}
    return tuple(
        _StandsThere(name, below.get(name, ""), groups.get(name, "")) for name in tables()[table].order_in(year)
    )


def write_xml(file: BinaryIO, header: Mapping[str, str], persons: Iterable[Sequence[RequestRecords]], year: int) -> int:
    """Write a return by the specification of a year, and return how many persons it has.

    `persons` are the requests of one person after another, each with the person's row.
    """
    count = 0
    with etree.xmlfile(file, encoding="utf-8") as out:
        out.write_declaration()
        with out.element("Message"):
            out.write("\n")
            out.write(_header(header, year), pretty_print=True)
            with out.element("Persons"):
                out.write("\n")
                for requests in persons:
                    out.write(_person(requests, year), pretty_print=True)
                    count += 1
            out.write("\n")
    file.write(b"\n")
    return count


def _header(values: Mapping[str, str], year: int) -> Any:
    found = within = etree.Element(tables()["header"].element)
    for place in _places("header", year):
        if place.group:
            within = etree.SubElement(found, place.group)
        if values.get(place.name):
            etree.SubElement(within, place.name).text = values[place.name]
    return found


def _person(requests: Sequence[RequestRecords], year: int) -> Any:
    person = requests[0].person
    found = etree.Element(tables()["persons"].element)
    values = person.values if person is not None else {}
    add = etree.SubElement
    for name, table, _ in _places("persons", year):
        if not table:
            if name in values:
                add(found, name).text = values[name]
            continue
        for request in requests:
            _fill(add(found, name), table, request.request.values, request, year)
    return found


def _fill(element: Any, table: str, values: Mapping[str, str], request: RequestRecords, year: int) -> None:
    add = etree.SubElement
    for name, below, _ in _places(table, year):
        if below:
            for row in request.rows(below):
                _fill(add(element, name), below, row.values, request, year)
        elif name in values:
            add(element, name).text = values[name]
