"""A SEN2 return in XML, read as a stream: one person in hand at a time, each row with its line.

It is read by expat itself, which says the line of each element. A document type is refused before anything of it is
taken: a return has none, and what a hostile file does with one (entities that grow, or that fetch other files) needs
it. So nothing is ever expanded, and no other file is opened.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NoReturn
from xml.parsers import expat
from xml.parsers.expat import errors

from ehcp_flow.conversion.returns.items import item_key, specified, tables
from ehcp_flow.conversion.returns.records import OddElement, RequestRecords, ReturnRecords, ReturnRow
from ehcp_flow.errors import RowRefused, SourceError

__all__ = ["belongs_in", "read_xml", "right_name"]

_ROOT, _HEADER = "Message", "Header"
_TABLES: Final = {table.element: table.name for table in tables().values()}
_KNOWN: Final = {name: {key: item.name for key, item in table.by_key.items()} for name, table in tables().items()}
_PASSED: Final = ("Message", "Persons", "CollectionDetails", "Source")
"""Elements that only hold others."""
_BELONGS_IN: Final = {
    "Header": "Message", "Persons": "Message", "CollectionDetails": "Header", "Source": "Header", "Person": "Persons",
    **{table.element: tables()[table.within].element for table in tables().values() if table.within},
}  # fmt: skip
"""In what each element stands that holds others."""
_GROUP_OF: Final = {
    table.name: {
        item.name: next(group for group, first in reversed([*table.groups.items()]) if order.index(first) <= at)
        for at, item in enumerate(table.items)
        if (order := [each.name for each in table.items])
    }
    for table in tables().values()
    if table.groups
}
"""In which group of a table each of its items stands."""
_EITHER_CASE: Final = frozenset({"SENSetting"})
"""The items of which nobody says how their capitals stand: read either way."""
_DEEPEST: Final = 64
_CHUNK: Final = 1 << 16
_UTF_8: Final = 'save the file as UTF-8, and let its first line say encoding="UTF-8"'
_CUT_OFF: Final = "the file ends here, before </Message>: it was cut off; fetch or export the whole of it again"
_MARKUP: Final = "within a value write &amp; for &, &lt; for < and &gt; for >"
_CONTROL: Final = "a control character, such as the one here, has no place in XML: take it out at the source"
_RIGHT_XML: Final[Mapping[str, str]] = {
    errors.XML_ERROR_NO_ELEMENTS: _CUT_OFF,
    errors.XML_ERROR_UNCLOSED_TOKEN: _CUT_OFF,
    errors.XML_ERROR_PARTIAL_CHAR: _CUT_OFF,
    errors.XML_ERROR_UNCLOSED_CDATA_SECTION: _CUT_OFF,
    errors.XML_ERROR_TAG_MISMATCH: "each element is closed by its own name, the one begun last first: close that one "
    "before this end tag, or take this end tag out",
    errors.XML_ERROR_DUPLICATE_ATTRIBUTE: "an attribute stands once, and an element of a return has none: take it out",
    errors.XML_ERROR_UNDEFINED_ENTITY: "write the letter itself; & begins nothing but &amp; &lt; &gt; &quot; &apos; "
    "and numbers such as &#233;",
    errors.XML_ERROR_BAD_CHAR_REF: _CONTROL,
    errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: "nothing stands behind </Message>: take out what follows; of two returns "
    "in one file make two files",
    errors.XML_ERROR_MISPLACED_XML_PI: "nothing stands before <?xml, no blank and no empty line: take out what does",
    errors.XML_ERROR_UNKNOWN_ENCODING: _UTF_8,
    errors.XML_ERROR_INCORRECT_ENCODING: _UTF_8,
}
_OTHERWISE: Final = "a return is made anew more easily than it is mended: export it again"
_BLANK: Final = 0x20
_BEYOND_ASCII: Final = 0x80


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
    chunk, begun = b"", 0
    try:
        while following := file.read(_CHUNK):
            chunk, begun = following, begun + len(chunk)
            parser.Parse(chunk, False)  # noqa: FBT003 - expat's own signature
        parser.Parse(b"", True)  # noqa: FBT003 - as above
    except expat.ExpatError as error:
        raise SourceError(
            name,
            f"it is no XML that can be read: line {error.lineno}, column {error.offset + 1}: "
            f"{errors.messages.get(error.code, error.code)}; "
            f"{_what_would_be_right(error, next(iter(chunk[max(parser.ErrorByteIndex - begun, 0) :]), 0))}",
        ) from None
    except SourceError:
        raise
    except (LookupError, ValueError) as error:  # an encoding that Python does not have, or that is none of 8 bits
        raise SourceError(name, f"its encoding cannot be read: {error}; {_UTF_8}") from None
    if "persons" not in reading.found.has:
        raise SourceError(name, "it is no SEN2 return: it has no Person")
    return reading.found


def _what_would_be_right(error: expat.ExpatError, here: int) -> str:
    """Return what would be right where expat found an error; `here` is the byte at that place, 0 if it is not known."""
    why = errors.messages.get(error.code, "")
    if why == errors.XML_ERROR_INVALID_TOKEN:
        if here >= _BEYOND_ASCII:
            return f"its bytes are not what its first line says they are: {_UTF_8}"
        return _CONTROL if 0 < here < _BLANK and here not in b"\t\r\n" else _MARKUP
    return _RIGHT_XML.get(why, _OTHERWISE)


def belongs_in(element: str) -> str:
    """Return the element in which another stands that holds others, nothing for one that is not known."""
    groups = (group for each in _GROUP_OF.values() for name, group in each.items() if name == element)
    return _BELONGS_IN.get(element, "") or next(groups, "")


def right_name(within: str, element: str) -> str:
    """Return how the name of an element is written that stands in another in other capitals."""
    known = _KNOWN.get(_TABLES.get(within, ""), {})
    return known.get(item_key(element), "")


class _Open:
    """A row that is open: its table, what may stand in it in which order, and how far it has come."""

    __slots__ = ("also", "at", "is_taken", "is_whole", "last", "met", "order", "row", "table")

    def __init__(self, table: str, row: ReturnRow, year: int | None) -> None:
        self.table = table
        self.row = row
        self.order = _ORDER[table]
        self.also = _also_behind(table, year)
        self.at = -1
        self.last = ""
        self.is_taken = True
        self.met: list[tuple[int, str, int]] = []
        self.is_whole = True

    def is_in_order(self, name: str, line: int) -> bool:
        """Return whether an element stands behind those before it."""
        # What may stand in another place as well leaves what follows in order.
        at = self.at if (self.last, name) in self.also else self.order[name]
        self.met.append((at, name, line))
        if at < self.at:
            return False
        self.at, self.last = at, name
        return True

    def misplaced(self) -> list[tuple[str, int]]:
        """Return the fewest elements that are to be moved for all to be in order, each with its line."""
        ends: list[int] = []  # of the longest run in order of each length, the last place in it
        runs: list[int] = []  # the element with which each of these runs ends
        before: list[int] = []
        for at, (place, *_) in enumerate(self.met):
            length = bisect_right(ends, place)
            before.append(runs[length - 1] if length else -1)
            ends[length : length + 1], runs[length : length + 1] = [place], [at]
        kept, at = set(), runs[-1]
        while at >= 0:
            kept.add(at)
            at = before[at]
        return [(name, line) for at, (_, name, line) in enumerate(self.met) if at not in kept]


_ORDER: Final = {table.name: {name: at for at, name in enumerate(table.whole_order)} for table in tables().values()}


@cache
def _also_behind(table: str, year: int | None) -> frozenset[tuple[str, str]]:
    """Return what may stand behind what besides its own place, in a year; in any, where the return says none."""
    return frozenset(
        (first, item.name)
        for item in tables()[table].items
        for at, first in item.also_after.items()
        if year is None or at == specified(year)
    )


class _Reading:
    """One pass over one file. `open` are the rows that are open."""

    parser: Any

    def __init__(self, name: str) -> None:
        self.found = ReturnRecords(name, "xml")
        self.path: list[str] = []
        self.open: list[_Open] = []
        self.here: list[str] = []
        self.person: ReturnRow | None = None
        self.persons = 0
        self.request: RequestRecords | None = None
        self.requests = 0
        self.met: set[str] = set()
        self.is_foreign = False

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        """An element begins: a row of a table, or an item of the row that is open."""
        self._look_for_namespace(element, attributes)
        name = element.rpartition(":")[2] if ":" in element else element
        path = self.path
        if not path and name != _ROOT:
            self._refuse(f"it is no SEN2 return: its outermost element is {name}, and not {_ROOT}")
        if self.here:
            self._between(path[-1])
        path.append(name)
        if len(path) > _DEEPEST:
            self._refuse("its elements are nested too deep")
        if len(path) > 1:
            self._placed(name, path[-2])
        table = _TABLES.get(name)
        if self.open and name not in _PASSED:
            within = self.open[-1]
            if name in within.order and not within.is_in_order(name, self.parser.CurrentLineNumber):
                within.is_whole = False
        if table is None:
            return
        row = ReturnRow({}, self.found.name, self.parser.CurrentLineNumber)
        self.found.has.add(table)
        self.found.rows += 1
        self.open.append(_Open(table, row, self.found.year))
        if table == "persons":
            self.person, self.request, self.requests = row, None, 0
            self.persons += 1
        elif table == "requests":
            self.request = RequestRecords(self.person, str(self.persons), row)
            self.requests += 1
            if self.person is None:
                why = "it stands in no Person, so nobody knows whose it is"
                self.found.refused.append(RowRefused(self.found.name, row.line, name, None, why))
            else:
                self.found.requests.append(self.request)
        elif table != "header":
            self._take(table, row, name)

    def _look_for_namespace(self, element: str, attributes: Mapping[str, str]) -> None:
        """Find the first element that is of a namespace: those of a return are of none."""
        if not self.is_foreign and (":" in element or attributes.get("xmlns")):
            self.is_foreign = True
            self._odd("foreign", element.rpartition(":")[2])

    def _between(self, name: str) -> None:
        """Find text that stands between the elements of another, and leave it behind: nothing is made of it."""
        text = "".join(self.here)
        self.here.clear()
        if not text.isspace():
            # Here is the next tag; the text began as many lines before it as follow its first word.
            self._odd("stray", name, self.parser.CurrentLineNumber - text.lstrip().count("\n"))

    def _placed(self, name: str, within: str) -> None:
        """Find an element that belongs in another one, and around the rows one that should not be there, or not yet."""
        belongs = _BELONGS_IN.get(name)
        if belongs is None:
            # Within a row an item is looked at when it ends.
            if not self.open and name not in _PASSED and within in _PASSED:
                self._odd("unknown", name)
        elif belongs != within:
            self._odd("astray", name)
        elif belongs == _ROOT:
            if name in self.met:
                self._odd("repeated", name)
            elif name == "Header" and self.met:
                self._odd("misplaced", name)
            self.met.add(name)
        elif belongs == _HEADER:
            if name in self.met:
                self._odd("repeated", name)
            self.met.add(name)

    def _take(self, table: str, row: ReturnRow, name: str) -> None:
        if self.request is None:
            why = f"it stands in no Requests, so nobody knows whose it is; a {name} belongs to a request of a Person"
            self.found.refused.append(RowRefused(self.found.name, row.line, name, None, why))
        elif not all(each.is_taken for each in self.open):
            return  # it belongs to what was not taken, which is told
        elif not self.request.take(table, row):
            self.open[-1].is_taken = False
            why = f"there is a {name} of this request already (a request has one): nothing of this one was taken"
            self.found.refused.append(RowRefused(self.found.name, row.line, name, "a second one", why))
            self._odd("repeated", name)

    def _odd(self, kind: str, name: str, line: int | None = None) -> None:
        within = self.open[-1].table if self.open else ""
        if within and tables()[within].element == name:
            within = self.open[-2].table if len(self.open) > 1 else ""
        place = "" if within == "header" or not self.open else str(self.persons or "")
        element = tables()[within].element if within else (self.path[-2] if len(self.path) > 1 else "")
        self.found.odd.append(OddElement(kind, name, element, line or self.parser.CurrentLineNumber, place))

    def text(self, text: str) -> None:
        """Some text of the element that is open."""
        self.here.append(text)

    def end(self, _: str) -> None:
        """An element ends: an item has its value, or a row is whole."""
        name = self.path.pop()
        here = self.here
        if here and (name in _TABLES or name in _PASSED):
            self._between(name)
        if name in _TABLES:
            if not self.open[-1].is_whole:
                for each, line in self.open[-1].misplaced():
                    self._odd("misplaced", each, line)
            self._close(self.open.pop())
            return
        if self.open and name not in _PASSED:
            within = self.open[-1]
            value = here[0] if len(here) == 1 else "".join(here)
            # Most values have no blank in them, and none of the others has two.
            if not value.isalnum():
                value = " ".join(value.split())
            self._put(within, name, value)
        here.clear()

    def _put(self, within: _Open, name: str, value: str) -> None:
        row, found = within.row, self.found
        if name not in within.order:
            known = _KNOWN[within.table].get(item_key(name))
            if known is None or item_key(known) != item_key(name):
                self._odd("unknown", name)  # or called as another form calls it, which is read all the same
            elif known not in _EITHER_CASE:
                self._odd("miscased", name)
            if known is None:
                found.put(within.table, name, value, row.values)
                return
            name = known
        group = _GROUP_OF.get(within.table, {}).get(name)
        if group is not None and self.path[-1] != group:
            self._odd("astray", name)
        into = found.header if within.table == "header" else row.values
        lines = found.header_lines if within.table == "header" else row.lines
        if name in lines:
            self._odd("repeated", name)
            return
        lines[name] = self.parser.CurrentLineNumber
        if value:
            into[name] = value

    def _close(self, row: _Open) -> None:
        if row.table == "requests":
            self.request = None
        elif row.table == "persons":
            self.person = None
            if not self.requests:
                self.found.alone.append((str(self.persons), row.row))

    def doctype(self, *_: object) -> NoReturn:
        """Refuse a document type, and with it every entity."""
        self._refuse("it declares a document type (DOCTYPE), and a return has none: nothing of it is read")

    def _refuse(self, why: str) -> NoReturn:
        raise SourceError(self.found.name, f"line {self.parser.CurrentLineNumber}: {why}")
