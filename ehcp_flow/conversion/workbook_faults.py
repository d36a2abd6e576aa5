"""Which cells of a workbook hold no value but a fault, each kind of workbook asked in its own way.

XLSX is looked at by itself. Of XLS and XLSB the library that reads workbooks tells the errors that it met. Of ODS it
gives an error as an empty text or as 0, and a formula without a value as nothing: they are found in the document, by
the names that LibreOffice and Excel write.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final
from xml.parsers import expat

from ehcp_flow.conversion.cell_faults import (
    NO_VALUE,
    CellFault,
    cell_fault,
    faults_of_cells,
    faults_within,
)

__all__ = ["faults_of_sheet"]

_CONTENT: Final = "content.xml"
_OF_XLSX: Final = "xl/workbook.xml"
_CELLS: Final = frozenset({"table:table-cell", "table:covered-table-cell"})
_MOST: Final = 100_000
"""How many faults are looked for: a row of them can be written once and repeated."""


def faults_of_sheet(data: bytes, sheet: str, load: Callable[[str], Any]) -> tuple[list[CellFault], int]:
    """Return the faults of a sheet, and the column from which the cells that are read of it count.

    `load` gives a sheet as fastexcel has it.
    """
    inside: list[str] = []
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(data)) as archive:
        inside = archive.namelist()
    if _CONTENT in inside:
        return _open_document_faults(data, sheet)
    if _OF_XLSX in inside:
        return faults_within(data, sheet)
    _, errors = load(sheet).to_arrow_with_errors()
    return faults_of_cells((each.position, each.detail) for each in (errors.errors if errors else ())), 0


def _open_document_faults(data: bytes, sheet: str) -> tuple[list[CellFault], int]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            body = archive.read(_CONTENT)
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, zlib.error):
        return [], 0
    if b'value-type="error"' not in body and b"table:formula" not in body:
        return [], 0
    reading = _OpenDocument(sheet)
    try:
        reading.parser.Parse(body, True)  # noqa: FBT003 - expat takes nothing by name
    except expat.ExpatError:
        return [], 0
    return reading.found, reading.first or 0


class _OpenDocument:
    """One pass over a document, in which one sheet counts."""

    def __init__(self, sheet: str) -> None:
        self.found: list[CellFault] = []
        self.first: int | None = None
        self._sheet = sheet
        self._is_in = False
        self._row = self._column = 0
        self._rows = self._columns = 1
        self._cell: Mapping[str, str] | None = None
        self._text: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._said

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "table:table":
            self._is_in, self._row = attributes.get("table:name") == self._sheet, 0
        elif not self._is_in:
            return
        elif name == "table:table-row":
            self._column, self._rows = 0, int(attributes.get("table:number-rows-repeated", "1"))
        elif name in _CELLS:
            self._columns = int(attributes.get("table:number-columns-repeated", "1"))
            self._cell = attributes
            self._text.clear()

    def _said(self, text: str) -> None:
        if self._cell is not None:
            self._text.append(text)

    def _end(self, name: str) -> None:
        if name == "table:table":
            self._is_in = False
        elif not self._is_in:
            return
        elif name == "table:table-row":
            self._row += self._rows
            # A row that is repeated repeats its faults.
            self._repeat()
        elif name in _CELLS and self._cell is not None:
            if "office:value-type" in self._cell:
                self.first = self._column if self.first is None else min(self.first, self._column)
            shown = _fault(self._cell, "".join(self._text).strip())
            if shown:
                places = range(self._column, self._column + min(self._columns, _MOST))
                self.found.extend(CellFault(self._row, column, shown) for column in places)
            self._column += self._columns
            self._cell = None

    def _repeat(self) -> None:
        first = self._row - self._rows
        of_row = [fault for fault in self.found if fault.row == first] if self._rows > 1 else []
        for at in range(first + 1, self._row if of_row else first):
            if len(self.found) >= _MOST:
                return
            self.found.extend(fault._replace(row=at) for fault in of_row)


def _fault(cell: Mapping[str, str], text: str) -> str:
    """Return what a cell shows that is no value, nothing for one that has a value."""
    formula = cell.get("table:formula", "")
    is_error = cell.get("calcext:value-type") == "error" or (formula and cell_fault(text))
    if is_error and cell_fault(text):
        return text
    if is_error or (formula and "office:value-type" not in cell and not text):
        return f"={' '.join(formula.partition('=')[2].split()) or text}{NO_VALUE}"
    return ""
