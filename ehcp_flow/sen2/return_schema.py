"""The XML Schema of a return of a year, made from its specification: order, how often, types and codes.

It is ours, and written from the facts of the specification: the Department's own could not be read. What hangs on
another item's value no schema says; `sen2 validate` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import quoteattr

from ehcp_flow.conversion.returns import ITEM_TYPES, Item, ItemTable, specified, tables

__all__ = ["schema_of"]

_FLAGS: Final = ("0", "1")


def schema_of(year: int) -> str:
    """Return the schema of the collection of a year, as text; of a later one than is known, that of the last known."""
    return "\n".join(_lines(specified(year))) + "\n"


def _lines(year: int) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
    yield f"  <!-- The SEN2 return of {year}, by ehcp_flow: made from the facts of the specification, and none of the"
    yield "       Department's own. -->"
    yield '  <xs:element name="Message"><xs:complexType><xs:sequence>'
    yield '    <xs:element name="Header" type="Header"/>'
    yield '    <xs:element name="Persons"><xs:complexType><xs:sequence>'
    yield '      <xs:element name="Person" type="Person" maxOccurs="unbounded"/>'
    yield "    </xs:sequence></xs:complexType></xs:element>"
    yield "  </xs:sequence></xs:complexType></xs:element>"
    for table in tables().values():
        yield from _type_of_table(table, year)
    yield "</xs:schema>"


def _type_of_table(table: ItemTable, year: int) -> Iterator[str]:
    below = {each.element: each for each in tables().values() if each.within == table.name}
    groups = {first: element for element, first in table.groups.items()}
    within = ""
    yield f'  <xs:complexType name="{table.element}"><xs:sequence>'
    for name in table.order_in(year):
        if name in below:
            yield f'    <xs:element name="{name}" type="{name}"{_often(below[name].least, below[name].most)}/>'
            continue
        if name in groups:
            if within:
                yield "    </xs:sequence></xs:complexType></xs:element>"
            within = groups[name]
            yield f'    <xs:element name="{within}"><xs:complexType><xs:sequence>'
        yield from _element(table.by_name[name], year)
    if within:
        yield "    </xs:sequence></xs:complexType></xs:element>"
    yield "  </xs:sequence></xs:complexType>"


def _often(least: int, most: int | None) -> str:
    if (least, most) == (1, 1):
        return ""
    return f' minOccurs="{least}" maxOccurs="{"unbounded" if most is None else most}"'


def _element(item: Item, year: int) -> Iterator[str]:
    is_always = item.is_needed(year) and not item.when and not item.blank
    yield f'    <xs:element name="{item.name}"{_often(int(is_always), 1)}><xs:simpleType>'
    kind = ITEM_TYPES[item.type]
    yield f'      <xs:restriction base="xs:{kind.base}">'
    for code in item.codes_in(year) or (_FLAGS if item.type == "flag" else ()):
        yield f"        <xs:enumeration value={quoteattr(code)}/>"
    if kind.pattern and item.type != "flag":
        yield f"        <xs:pattern value={quoteattr(kind.pattern)}/>"
    yield "      </xs:restriction></xs:simpleType></xs:element>"
