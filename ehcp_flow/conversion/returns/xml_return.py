"""A SEN2 return in XML, read as a stream: one person in hand at a time, each row with its line.

It is read by expat itself, which says the line of each element. A document type is refused before anything of it is
taken: a return has none, and what a hostile file does with one (entities that grow, or that fetch other files) needs
it. So nothing is ever expanded, and no other file is opened.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn
from xml.parsers import expat

from ehcp_flow.conversion.returns.items import tables
from ehcp_flow.conversion.returns.records import RequestRecords, ReturnRecords, ReturnRow
from ehcp_flow.errors import RowRefused, SourceError

__all__ = ["read_xml"]

_ROOT: Final = "Message"
_TABLES: Final = {table.element: table.name for table in tables().values()}
_PASSED: Final = ("Message", "Persons", "CollectionDetails", "Source")
"""Elements that only hold others."""
_DEEPEST: Final = 64
_CHUNK: Final = 1 << 16


def read_xml(file: Any, name: str) -> ReturnRecords:
    """Return what a return in XML says, out of a binary stream.

    Raises SourceError, with line and column, for what is no XML, no return, or declares a document type.
    """
    reading = _Reading(name)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    reading.parser = parser
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    parser.StartDoctypeDeclHandler = reading.doctype
    try:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)  # noqa: FBT003 - expat's own signature
        parser.Parse(b"", True)  # noqa: FBT003 - as above
    except expat.ExpatError as error:
        raise SourceError(
            name,
            f"it is no XML that can be read: line {error.lineno}, column {error.offset + 1}: "
            f"{expat.errors.messages.get(error.code, error.code)}",
        ) from None
    except (LookupError, ValueError) as error:  # an encoding that Python does not have, or that is none of 8 bits
        raise SourceError(name, f"its encoding cannot be read: {error}") from None
    if "persons" not in reading.found.has:
        raise SourceError(name, "it is no SEN2 return: it has no Person")
    return reading.found


class _Reading:
    """One pass over one file. `open` are the rows that are open, each with the name of its table."""

    parser: Any

    def __init__(self, name: str) -> None:
        self.found = ReturnRecords(name, "xml")
        self.path: list[str] = []
        self.open: list[tuple[str, ReturnRow]] = []
        self.here: list[str] = []
        self.person: ReturnRow | None = None
        self.persons = 0
        self.request: RequestRecords | None = None

    def start(self, element: str, _: object) -> None:
        """An element begins: a row of a table, or an item of the row that is open."""
        name = element.rpartition(":")[2]
        if not self.path and name != _ROOT:
            self._refuse(f"it is no SEN2 return: its outermost element is {name}, and not {_ROOT}")
        self.path.append(name)
        if len(self.path) > _DEEPEST:
            self._refuse("its elements are nested too deep")
        self.here.clear()
        table = _TABLES.get(name)
        if table is None:
            return
        line = self.parser.CurrentLineNumber
        row = ReturnRow({}, self.found.name, line)
        self.found.has.add(table)
        self.found.rows += 1
        self.open.append((table, row))
        if table == "persons":
            self.person, self.request = row, None
            self.persons += 1
        elif table == "requests":
            self.request = RequestRecords(self.person, str(self.persons), row)
            self.found.requests.append(self.request)
        elif table != "header":
            self._take(table, row, name)

    def _take(self, table: str, row: ReturnRow, name: str) -> None:
        if self.request is None:
            why = f"it stands in no Requests, so nobody knows whose it is; a {name} belongs to a request of a Person"
            self.found.refused.append(RowRefused(self.found.name, row.line, name, None, why))
        elif not self.request.take(table, row):
            why = f"there is a {name} of this request already (a request has one): this one was not taken"
            self.found.refused.append(RowRefused(self.found.name, row.line, name, "a second one", why))

    def text(self, text: str) -> None:
        """Some text of the element that is open."""
        self.here.append(text)

    def end(self, element: str) -> None:
        """An element ends: an item has its value, or a row is whole."""
        name = self.path.pop()
        value = " ".join("".join(self.here).split())
        self.here.clear()
        if name in _TABLES:
            table, _ = self.open.pop()
            if table == "requests":
                self.request = None
            return
        if self.open and name not in _PASSED:
            table, row = self.open[-1]
            into = self.found.header if table == "header" else row.values
            self.found.put(table, name, value, into)

    def doctype(self, *_: object) -> NoReturn:
        """Refuse a document type, and with it every entity."""
        self._refuse("it declares a document type (DOCTYPE), and a return has none: nothing of it is read")

    def _refuse(self, why: str) -> NoReturn:
        raise SourceError(self.found.name, f"line {self.parser.CurrentLineNumber}: {why}")
