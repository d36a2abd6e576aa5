"""The tables of a return as files.

The Blade export, the dataset's tables and the SEND tool's files are a folder of CSV files each, or one of them alone;
the Department's Excel template has its tables one under another on a sheet. What a file is, its headings say and not
its name. A row is put to its request by the ids of the rows above it.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from ehcp_flow.conversion.cell_faults import cell_fault
from ehcp_flow.conversion.returns.items import ReturnForm, forms, item_key, most_alike, tables
from ehcp_flow.conversion.returns.records import RequestRecords, ReturnRecords, ReturnRow
from ehcp_flow.conversion.sheet import HeadedSheet, RawSheet, read_raw_sheet
from ehcp_flow.errors import RowRefused, SourceError, SourceMissing

__all__ = ["TEMPLATE_SHEET", "form_of_table", "is_template", "read_folder", "read_table_file", "read_template"]

TEMPLATE_SHEET: Final = "Data Entry Template"
"""The sheet of the Department's template that holds the tables."""
_SUFFIX: Final = ".csv"
_ONE_IN: Final = 4
"""Of a row of headings at least one in so many is known: those of a version to come may have other names."""
_OF_THE_SYSTEM: Final = re.compile(r"nativeid|sourceid|recordtype|la|.*tableid|.*orderseqcolumn|sendpersonid")
"""Headings that are no item of the return, and are nobody's loss."""

_WIDE: Final = (
    "the row has more cells than the table has headings, so its cells stand under the wrong ones, and nothing of it "
    "was taken; put a cell that holds a comma into quotation marks"
)
_WHOSE: Final = ("nativeid", "la")
"""Headings of the number of the authority whose a row is."""


@dataclass
class _TableFile:
    """A table as it stands in a file: its form, which table of that it is, its headings, its rows with their lines."""

    name: str
    form: str
    table: str
    headings: Sequence[str]
    rows: Iterable[tuple[int, Sequence[str]]]
    wide: Collection[int] = ()
    """The lines of the rows that have more cells than the file has headings."""


def read_folder(folder: str | os.PathLike[str], name: str) -> ReturnRecords:
    """Return what the CSV files of a folder say together. Raises SourceError where they are none of the known forms."""
    try:
        paths = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() == _SUFFIX)
    except OSError as error:
        raise SourceMissing(name, f"the folder cannot be read: {error.strerror or error}") from None
    if not paths:
        raise SourceError(name, "there is no CSV file in this folder")
    raw = {path.name: read_raw_sheet(path, name=f"{name.rstrip('/')}/{path.name}") for path in paths}
    known = {file: found for file, sheet in raw.items() if (found := _recognised(sheet)) is not None}
    if not known:
        raise SourceError(name, f"none of its files holds a table that is known: {', '.join(raw)}; {_what_is_known()}")
    met = {found.form for found in known.values()}
    if len(met) > 1:
        raise SourceError(name, f"its files are of several forms ({', '.join(sorted(met))}); keep those of one")
    records = _joined(list(known.values()), name)
    records.notes += [note for file in known for note in (f"{file}: {said}" for said in raw[file].notes)]
    if missing := [table for table in forms()[records.form].key if table not in records.has and table != "header"]:
        records.notes.append(f"warning: it has no file of {', '.join(missing)}: nothing of that is read")
    if others := [file for file in raw if file not in known]:
        records.notes.append(
            f"left out, for no table of {forms()[records.form].says} has such headings: {', '.join(others)}"
        )
    return records


def read_table_file(raw: RawSheet) -> ReturnRecords:
    """Return what one file of such a folder says by itself. Raises SourceError where it is none."""
    found = _recognised(raw)
    if found is None:
        raise SourceError(raw.name, f"its headings are those of no table that is known; {_what_is_known()}")
    records = _joined([found], raw.name)
    records.notes += raw.notes
    return records


def read_template(raw: RawSheet) -> ReturnRecords:
    """Return what the Department's template says. Raises SourceError where the sheet has none of its tables."""
    titles = {item_key(table.title): table.name for table in tables().values()}
    starts = [(at, titles[key]) for at, row in enumerate(raw.rows) if row and (key := item_key(row[0])) in titles]
    if not any(name == "requests" for _, name in starts):
        raise SourceError(raw.name, f"it has no table of requests; {_what_is_known()}")
    ends = [at for at, _ in starts[1:]] + [len(raw.rows)]
    files = []
    for (at, table), end in zip(starts, ends, strict=True):
        body = [(line, row) for line, row in enumerate(raw.rows[at + 1 : end], at + 2) if any(row)]
        if body:
            line, headings = body[0]
            _refuse_a_child_as_headings(raw.name, line, table, headings)
            files.append(_TableFile(raw.name, "template", table, headings, body[1:]))
    records = _joined(files, raw.name)
    records.notes += raw.notes
    if missing := [table.title for table in tables().values() if table.name not in records.has]:
        records.notes.append(f"warning: it has no table {', '.join(missing)}: nothing of that is read")
    return records


def _refuse_a_child_as_headings(name: str, line: int, table: str, headings: Sequence[str]) -> None:
    """Raise SourceError where the row below a table's title is none of headings; what stands there is not told."""
    form = forms()["template"]
    known = {*tables()[table].by_key, *map(item_key, (form.person or "", *form.request))}
    filled = [item_key(heading) for heading in headings if heading]
    if len(known.intersection(filled)) * _ONE_IN < len(filled):
        title = tables()[table].title
        why = (
            f"row {line}: the row below the title {title!r} holds no headings, but a row of the table, so nothing of "
            "the file is read: put the row of headings of the Department's template between them"
        )
        raise SourceError(name, why)


def form_of_table(raw: RawSheet) -> str | None:
    """Return the form that one file of tables is of, None where it is none."""
    found = _recognised(raw)
    return None if found is None else found.form


def is_template(raw: RawSheet) -> bool:
    """Return whether a sheet has the titles of the template's tables."""
    titles = {item_key(table.title) for table in tables().values()}
    return len(titles & {item_key(row[0]) for row in raw.rows if row and row[0]}) > 1


def _what_is_known() -> str:
    return "known are " + "; ".join(form.says for form in forms().values())


def _recognised(raw: RawSheet) -> _TableFile | None:
    """Return which table of which form a sheet is, by its headings."""
    wanted = [name for table in tables().values() for item in table.items for name in (item.name, *item.headings)]
    keyed = [
        heading for form in forms().values() for key in form.key.values() for heading in (key.own, key.parent or "")
    ]
    if not any(any(row) for row in raw.rows):
        return None
    sheet = raw.under(None, [*wanted, *keyed])
    headings = list(sheet.columns)
    found = _form_of(headings)
    if found is None:
        return None
    body = zip(*(cells.to_list() for cells in sheet.columns.values()), strict=True)
    return _TableFile(raw.name, *found, headings, enumerate(body, sheet.first), _too_wide(raw, sheet))


def _too_wide(raw: RawSheet, sheet: HeadedSheet) -> Collection[int]:
    """Return the lines of the rows with more cells than there are headings: their cells stand under the wrong ones.

    An export may end each of its rows with a blank cell; what goes beyond the width of most rows is another matter.
    """
    body = raw.rows[sheet.first - 1 :]
    usual = Counter(map(len, body)).most_common(1)
    most = max(len(raw.rows[sheet.first - 2]), *(width for width, _ in usual)) if usual else 0
    headed = len(sheet.columns)
    return {
        line
        for line, row in enumerate(body, sheet.first)
        if len(row) > headed and (len(row) > most or any(row[headed:]))
    }


def _form_of(headings: Sequence[str]) -> tuple[str, str] | None:
    """Return the form and the table that some headings are of."""
    keys = {item_key(heading) for heading in headings}
    for name, form in forms().items():
        # A row's own id is also what the rows below it are put to it by: those are looked for first.
        for table, key in sorted(form.key.items(), key=lambda each: each[1].parent is None):
            if item_key(key.own) in keys and (key.parent is None or item_key(key.parent) in keys):
                return name, table
    d2i = forms()["d2i"]
    if item_key(d2i.person or "") not in keys:
        return None
    below = any(item_key(each) in keys for each in d2i.request)
    found = most_alike(headings, [name for name in tables() if (name not in {"header", "persons"}) is below])
    return None if found is None else ("d2i", found)


def _joined(files: Sequence[_TableFile], name: str) -> ReturnRecords:
    """Return the rows of some tables, put together by request."""
    records = ReturnRecords(name, files[0].form)
    joining = _Joining(records, forms()[files[0].form])
    order = list(tables())
    seen: dict[str, str] = {}
    for file in sorted(files, key=lambda each: order.index(each.table)):
        if file.table in seen:
            raise SourceError(
                name, f"{seen[file.table]} and {file.name} both hold {file.table}; keep the files of one export"
            )
        seen[file.table] = file.name
        records.has.add(file.table)
        records.files[file.table] = file.name
    for file in sorted(files, key=lambda each: order.index(each.table)):
        joining.take(file)
    joining.tell_who_is_alone()
    return records


class _RowIds(NamedTuple):
    """The ids by which a row is put to the row above it: `own` and that of its `parent`, a row of the table `above`.

    `shown` is the latter as it is told; a row that `lacks` one of them is nobody's.
    """

    own: Any
    parent: Any
    above: str
    shown: str
    lacks: bool


class _Joining:
    """Puts rows to the rows above them."""

    def __init__(self, records: ReturnRecords, form: ReturnForm) -> None:
        self.records = records
        self.form = form
        self.persons: dict[str, tuple[ReturnRow, str]] = {}
        self.found: dict[str, dict[Any, RequestRecords]] = {}
        self.headers: set[str] = set()

    def take(self, file: _TableFile) -> None:
        """Take the rows of a table, whose tables above were taken before."""
        keys = [item_key(heading) for heading in file.headings]
        of_keys = self._columns(file, keys)
        placed = []
        for line, cells in file.rows:
            row = ReturnRow({}, file.name, line)
            whose = ""
            if line in file.wide:
                self.records.rows += 1
                self._refuse(file, row, None, _WIDE)
                continue
            for heading, key, cell in zip(file.headings, keys, cells, strict=False):
                if key in of_keys or _OF_THE_SYSTEM.fullmatch(key):
                    if key in _WHOSE and cell:
                        whose = _id(cell)
                        if key == "nativeid":
                            self.records.header.setdefault("LEA", whose)
                elif heading:
                    self._put(file, row, heading, cell)
            ids = {key: _id(cell) for key, cell in zip(keys, cells, strict=False) if key in of_keys}
            if file.table == "header":
                self._header(file, row, ids)
            elif row.values or any(ids.values()):
                self.records.rows += 1
                if self._is_anothers(file, row, whose):
                    continue
                placed.append((row, self._ids(file, ids)))
        lines: dict[Any, list[str]] = {}
        for row, (own, *_) in placed if file.table in self._above() else ():
            lines.setdefault(own, []).append(str(row.line))
        for row, ids_of in placed:
            self._place(file, row, ids_of, lines.get(ids_of.own, ()))

    def _put(self, file: _TableFile, row: ReturnRow, heading: str, cell: str) -> None:
        """Put a cell into its row; refuse one that is a spreadsheet's fault, or says another than the one before."""
        item = tables()[file.table].by_key.get(item_key(heading))
        if item is not None and cell:
            fault = cell_fault(cell)
            if not fault and row.values.get(item.name, cell) != cell:
                fault = f"{item.name} stands there twice, and the first says {row.values[item.name]}, which was taken"
            if fault:
                self.records.refused.append(RowRefused(file.name, row.line, item.name, cell, fault))
                return
        self.records.put(file.table, heading, cell, row.values)

    def _header(self, file: _TableFile, row: ReturnRow, ids: Mapping[str, str]) -> None:
        """Take the row of the header; a return has one, and what a second one says is not taken."""
        key = self.form.key.get("header")
        if not row.values:
            return
        if self.records.header_row is None:
            self.records.header_row = row
            self.records.header |= row.values
        else:
            self.records.further_headers.append(row)
            self._refuse(file, row, None, "there is a row of the header already, and a return has one")
        if key is not None:
            self.headers.add(ids.get(item_key(key.own), ""))

    def _is_anothers(self, file: _TableFile, row: ReturnRow, whose: str) -> bool:
        """Return whether a row is of another authority than the return, and refuse it then."""
        mine = self.records.authority
        if mine is None or whose == mine or not (whose.isdecimal() and len(whose) == len(mine)):
            return False
        why = (
            f"the row is of another authority than the return, which is of {mine}, so nothing of it was taken; correct "
            "its number, or leave the row to that authority's return"
        )
        self._refuse(file, row, whose, why)
        return True

    def _above(self) -> Collection[str]:
        """Return the tables to whose rows other rows are put by their ids."""
        return {key.of for key in self.form.key.values() if key.of} or {"persons", "requests"}

    def _columns(self, file: _TableFile, keys: Sequence[str]) -> frozenset[str]:
        """Return the columns that hold the ids of the rows of a table, and of those above them."""
        key = self.form.key.get(file.table)
        if key is not None:
            return frozenset(item_key(each) for each in (key.own, key.parent) if each)
        wanted = [self.form.person or "", *self.form.request]
        return frozenset(item_key(each) for each in wanted) & frozenset(keys)

    def _ids(self, file: _TableFile, ids: Mapping[str, str]) -> _RowIds:
        """Return the id of a row and that of the row above it, where it says them."""
        key = self.form.key.get(file.table)
        if key is None:
            person = ids.get(item_key(self.form.person or ""), "")
            request = next((ids[each] for each in map(item_key, self.form.request) if each in ids), "")
            own: Any = person if file.table == "persons" else (person, request)
            parent: Any = person if file.table == "requests" else own
            above, shown = ("persons" if file.table == "requests" else "requests"), f"{person} and {request}"
            return _RowIds(own, parent, above, shown, not person or (file.table != "persons" and not request))
        own, parent = ids.get(item_key(key.own), ""), ids.get(item_key(key.parent or ""), "")
        lacks = not own or (key.parent is not None and not parent and file.table != "persons")
        return _RowIds(own, parent, key.of or "", str(parent), lacks)

    def _place(self, file: _TableFile, row: ReturnRow, ids: _RowIds, lines: Sequence[str]) -> None:
        """Put a row to its request; refuse one that says no id, one that others have, or one that no row above has."""
        if ids.lacks:
            self._refuse(file, row, None, "the row does not say by its ids whose it is, so nothing of it was taken")
        elif len(lines) > 1:
            own = ids.own if isinstance(ids.own, str) else ids.shown
            why = f"{len(lines)} rows have this id (lines {', '.join(lines)}), so nobody knows what is whose"
            self._refuse(file, row, own, f"{why}; give each an id of its own, in the rows below it too")
        elif file.table == "persons" and self.headers and ids.parent not in {"", *self.headers}:
            why = "there is no header of this id, so nobody knows of which return it is, and nothing of it was taken"
            self._refuse(file, row, ids.parent, why)
        elif file.table == "persons":
            self.persons[ids.own] = row, str(len(self.persons) + 1)
        elif file.table == "requests":
            self._request(file, row, ids.own, ids.parent)
        else:
            self._below(file, row, ids)

    def _request(self, file: _TableFile, row: ReturnRow, own: Any, parent: str) -> None:
        found = self.persons.get(parent)
        if found is None and "persons" in self.records.has:
            self._refuse(file, row, parent, "there is no one person of this id, so nobody knows whose request it is")
            return
        person, place = found if found is not None else (None, parent)
        records = self.found.setdefault("requests", {})[own] = RequestRecords(person, place, row)
        self.records.requests.append(records)

    def _below(self, file: _TableFile, row: ReturnRow, ids: _RowIds) -> None:
        records = self.found.get(ids.above, {}).get(ids.parent)
        if records is None:
            missing = "" if ids.above in self.records.has else f" (a table of {ids.above} is not there at all)"
            why = f"there is no one row of {ids.above} of this id{missing}, so nobody knows whose it is"
            self._refuse(file, row, ids.shown, why)
        elif not records.take(file.table, row):
            self._refuse(
                file, row, ids.shown, f"there is a row of {file.table} of this request already, and there can be one"
            )
        else:
            self.found.setdefault(file.table, {})[ids.own] = records

    def tell_who_is_alone(self) -> None:
        """Say which persons no request was put to."""
        asked = {records.place for records in self.records.requests}
        if "requests" in self.records.has:
            self.records.alone += [(place, row) for row, place in self.persons.values() if place not in asked]

    def _refuse(self, file: _TableFile, row: ReturnRow, value: str | None, why: str) -> None:
        self.records.refused.append(RowRefused(file.name, row.line, file.table, value, why))


def _id(cell: str) -> str:
    """Return an id as it is kept: a whole number without the `.0` of a spreadsheet."""
    return "" if cell_fault(cell) else re.sub(r"\A([0-9]+)\.0+\Z", r"\1", cell)
