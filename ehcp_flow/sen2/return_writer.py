"""A return as XML: one person in hand at a time, every element in the order of its year's specification."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, BinaryIO, Final, NamedTuple
from xml.sax.saxutils import escape

from ehcp_flow.conversion.returns import TEMPLATE_SHEET, RequestRecords, tables
from ehcp_flow.errors import LibraryMissing
from ehcp_flow.inputs import WORKBOOKS, is_xml
from ehcp_flow.outputs import Kind
from ehcp_flow.sen2.persons import NOT_OF_XML

try:
    from lxml import etree
except ImportError as error:
    raise LibraryMissing(error.name or "lxml", "sen2") from error

__all__ = ["RETURN_FILE", "write_xml"]

_BEGINS: Final = 4_096
_OTHERWISE: Final = re.compile(f"[&<>\r{NOT_OF_XML.pattern[1:]}")
"""What XML writes in another way, or not at all."""


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


RETURN_FILE: Final = Kind("a SEN2 return", "sen2.xml", _made_here, ("xml", "xlsx"))
"""A return as it is written: XML, or a workbook."""


class _StandsThere(NamedTuple):
    """What stands at a place of an element: an item, or the rows of a table within it, which have places of theirs.

    `begins` and `ends` are its tags; those of rows with their lines.
    """

    name: str
    begins: str
    ends: str
    table: str = ""
    places: Sequence[_StandsThere] = ()


@cache
def _places(table: str, year: int, depth: int = 1) -> Sequence[_StandsThere]:
    below = {each.element: each.name for each in tables().values() if each.within == table}
    found = []
    for name in tables()[table].order_in(year):
        blanks = "  " * depth
        if name in below:
            within = _places(below[name], year, depth + 1)
            place = _StandsThere(name, f"{blanks}<{name}>\n", f"{blanks}</{name}>\n", below[name], within)
        else:
            place = _StandsThere(name, f"{blanks}<{name}>", f"</{name}>\n")
        found.append(place)
    return tuple(found)


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
                out.flush()
                for requests in persons:
                    # Text, for an object of each element would take thrice the time of all of this.
                    file.write("".join(_person(requests, year)).encode())
                    count += 1
            out.write("\n")
    file.write(b"\n")
    return count


def _header(values: Mapping[str, str], year: int) -> Any:
    header = tables()["header"]
    groups = {first: element for element, first in header.groups.items()}
    found = within = etree.Element(header.element)
    for name in header.order_in(year):
        if name in groups:
            within = etree.SubElement(found, groups[name])
        if values.get(name):
            etree.SubElement(within, name).text = values[name]
    return found


def _person(requests: Sequence[RequestRecords], year: int) -> list[str]:
    person = requests[0].person
    element = tables()["persons"].element
    values = person.values if person is not None else {}
    found = [f"<{element}>\n"]
    for name, begins, ends, table, places in _places("persons", year):
        if name in values:
            found += begins, _escaped(values[name]), ends
        elif table:
            for request in requests:
                found.append(begins)
                _fill(found, places, request.request.values, request)
                found.append(ends)
    found.append(f"</{element}>\n")
    return found


def _fill(found: list[str], places: Sequence[_StandsThere], values: Mapping[str, str], request: RequestRecords) -> None:
    for name, begins, ends, table, within in places:
        if name in values:
            found += begins, _escaped(values[name]), ends
        elif table:
            for row in request.rows(table):
                found.append(begins)
                _fill(found, within, row.values, request)
                found.append(ends)


def _escaped(text: str) -> str:
    """Return a text as XML has it, without the characters that it cannot have."""
    if text.isalnum() or not _OTHERWISE.search(text):
        return text
    found = escape(NOT_OF_XML.sub("", text))
    return found.replace("\r", "&#13;")  # as it stands, a reader would take it for the end of a line
