"""Any table of one row a child, as text: CSV however a spreadsheet saved it, workbooks, frames, results of a query.

A cell comes as the text that a reader of the sheet would take it for, whatever holds it: a whole number without `.0`,
a day as `2026-03-02`, an empty cell as nothing. So the same sheet gives the same facts, wherever it is kept.
"""

from __future__ import annotations

import csv
import io
import itertools
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from ehcp_flow.bulk.arrow_tables import BLANK, table_of, text_of_cell
from ehcp_flow.conversion.cell_faults import faults_told, with_faults
from ehcp_flow.conversion.heading_rows import blank_repeats, heading_key, names_of, scores_of, with_merged
from ehcp_flow.conversion.workbook_faults import faults_of_sheet
from ehcp_flow.errors import LibraryMissing, SourceError, SourceMissing
from ehcp_flow.formulas import rearmed
from ehcp_flow.inputs import WORKBOOKS, why_unreadable
from ehcp_flow.nouns import count
from ehcp_flow.readers.row_tables import REFUSED_COLUMNS

__all__ = ["HeadedSheet", "RawSheet", "named", "read_raw_sheet", "sheet_names"]

_SEPARATORS: Final = (",", ";", "\t", "|")
_FETCHED: Final = 5_000
_DAMAGED: Final = (
    "the workbook cannot be read: it is damaged, cut off, or kept under a password; open it in a spreadsheet and save "
    "it anew without one, or fetch it again"
)
_END: Final = "\0end of the file"
"""A line behind the last one, which a quotation mark that is never closed makes a part of its cell."""
_BY_PLACE: Final = re.compile(r"column ([0-9]{1,4})")
_NAMED: Final = 5
_LOOKED_AT: Final = 30
"""How many sheets of a workbook are told by name, and among how many rows the header is looked for."""
_SAYS_1904: Final = {
    "xl/workbook.xml": re.compile(rb"<workbookPr[^>]*\bdate1904=\"(1|true)\""),
    "content.xml": re.compile(rb"<table:null-date[^>]*date-value=\"1904-01-01"),
}
"""Where a workbook says that it counts from 1904: XLSX, and ODS."""
_GZIP: Final = b"\x1f\x8b"
_PACKED: Final = "it is an archive, and not the file itself: unpack it, and give what is in it"
_OF_WORKBOOKS: Final = frozenset({"[Content_Types].xml", "content.xml"})
"""What stands in the archive that a workbook is: XLSX and XLSB, and ODS."""
_BIFF_BEGINS, _BIFF_DATES, _BIFF_END = b"\x09\x08\x10\0\0\x06\x05\0", 0x22, 0x0A
"""How what an XLS says of the whole workbook begins (BIFF8: BOF of the globals), and two of its records."""


@dataclass(frozen=True)
class HeadedSheet:
    """A table under its header: `columns` holds the cells of each heading, `first` is the number of its first row.

    Rows count from 1 as a spreadsheet shows them. `notes` say how it was read; `repeats` of its rows repeated the
    header, and are blank here.
    """

    name: str
    columns: dict[str, pl.Series]
    first: int
    height: int
    notes: tuple[str, ...] = ()
    from_1904: bool = False
    repeats: int = 0

    def column(self, heading: str) -> pl.Series | None:
        """Return the cells under a heading, compared without case and blanks, or None where there is no such column."""
        found = self.columns.get(heading)
        if found is None:
            wanted = heading_key(heading)
            if (place := _BY_PLACE.fullmatch(wanted)) and 0 < int(place[1]) <= len(self.columns):
                # So a column without a heading is called, and one whose heading stands in the row above was.
                return list(self.columns.values())[int(place[1]) - 1]
            found = next((cells for name, cells in self.columns.items() if heading_key(name) == wanted), None)
        return found

    @property
    def rows(self) -> pl.Series:
        """The number of each row."""
        return pl.Series("row", range(self.first, self.first + self.height), dtype=pl.Int64)


@dataclass(frozen=True)
class RawSheet:
    """The rows of a sheet, before it is known which of them is the header; `header` is its place where it is plain.

    `sheet` is what it is called, where it is one of several of a workbook, and `others` what the others are called.
    """

    name: str
    rows: list[list[str]]
    notes: tuple[str, ...] = ()
    header: int | None = None
    from_1904: bool = False
    sheet: str | None = None
    others: tuple[str, ...] = ()

    def headings(self, at: int) -> list[str]:
        """Return the headings of a row, each that is merged with the cell above it from there."""
        return with_merged(self.rows, at)

    def under(self, header: int | None, wanted: Collection[str] = ()) -> HeadedSheet:
        """Return the table under a header: the row of that number, or the one that has most of the `wanted` headings.

        Raises SourceError where there is no row that could be one.
        """
        if self.header is None and header is not None and not 1 <= header <= len(self.rows):
            raise SourceError(
                self.name, f"there is no row {header} to be the header: it has {count(len(self.rows), 'row')}"
            )
        at = self.header if self.header is not None else header - 1 if header is not None else self._found(wanted)
        notes = list(self.notes)
        if at:
            notes.append(f"its header is row {at + 1}; what stands above was left out")
        names, made_up = names_of(self.headings(at))
        notes += made_up
        width, body = len(names), self.rows[at + 1 :]
        cut = sum(any(row[width:]) for row in body)
        if cut:
            notes.append(f"{cut} row(s) have cells to the right of the last heading, which were left out")
        padded = [row[:width] + [""] * (width - len(row)) for row in body]
        repeats = blank_repeats(padded, names)
        if repeats:
            notes.append(f"{repeats} row(s) repeat the header, and were left out")
        by_column = zip(*padded, strict=True) if padded else ([] for _ in names)
        columns = {name: pl.Series(name, cells, dtype=pl.String) for name, cells in zip(names, by_column, strict=True)}
        return HeadedSheet(self.name, columns, at + 2, len(body), tuple(notes), self.from_1904, repeats)

    def _found(self, wanted: Collection[str]) -> int:
        """Return the place of the header: the row with most of what is wanted, else the first that looks like one."""
        looked = self.rows[:_LOOKED_AT]
        if not any(any(row) for row in looked):
            raise SourceError(self.name, "it is empty; a sheet begins with a row of headings")
        scores = scores_of(looked, wanted)
        if max(scores):
            return scores.index(max(scores))
        # A header names every column, which a title above it, or a group of merged cells, does not.
        filled = [sum(map(bool, row)) for row in looked]
        return next(at for at, many in enumerate(filled) if 2 * many > max(filled))


def read_raw_sheet(
    source: Any, *, sheet: str | None = None, name: str | None = None, wanted: Collection[str] = ()
) -> RawSheet:
    """Return the rows of a source: a path or a binary stream of a file, a frame, rows of a query, or dicts.

    `sheet` names one of a workbook's; without it the one that has most of the `wanted` headings is taken, the first
    that is not empty where none has any. Raises SourceError, which says why, for what cannot be read; SourceMissing for
    a file that is not there.
    """
    if isinstance(source, (str, os.PathLike)):
        name = name or os.fspath(source)
        try:
            data = Path(source).read_bytes()
        except (OSError, ValueError) as error:
            missing, why = why_unreadable(error)
            raise (SourceMissing if missing else SourceError)(name, why) from None
        return _of_bytes(data, name, sheet, wanted)
    if hasattr(source, "read"):
        name = name or str(getattr(source, "name", "<stream>"))
        data = source.read()
        return _of_bytes(data if isinstance(data, bytes) else data.encode("utf-8"), name, sheet, wanted)
    return _of_frame(source, name or "frame")


def _of_bytes(data: bytes, name: str, sheet: str | None, wanted: Collection[str]) -> RawSheet:
    if data.startswith(_GZIP):
        raise SourceError(name, _PACKED)
    if data.startswith(WORKBOOKS):
        return _of_workbook(data, name, sheet, wanted)
    text, notes = _decoded(data, name)
    return _of_csv(text, name, notes)


def _not_packed(data: bytes, name: str) -> None:
    """Raise SourceError for what is packed: an archive that is no workbook."""
    inside: list[str] = []
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(data)) as archive:
        inside = archive.namelist()
    if inside and not _OF_WORKBOOKS.intersection(inside):
        raise SourceError(name, f"{_PACKED} (it holds {named(inside)})")


def _decoded(data: bytes, name: str) -> tuple[str, list[str]]:
    """Return the text of a CSV file: UTF-8, UTF-16, or else Windows-1252, which England's spreadsheets save."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(encoding), ["it is UTF-16"]
            except UnicodeDecodeError as error:
                raise SourceError(name, f"it begins as UTF-16 and is none: {error.reason}") from None
    if b"\0" in data:
        for encoding, high in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
            # Without a mark at its beginning: of text in Latin letters every other byte is nothing.
            if 2 * high.count(0) > len(high) and not len(data) % 2:
                return data.decode(encoding, "replace"), ["it is UTF-16"]
        raise SourceError(name, "this is not a text file, nor a workbook that can be read")
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), ["it is not UTF-8, and was read as Windows-1252"]
    except UnicodeDecodeError:
        raise SourceError(name, "it is neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8") from None


def _of_csv(text: str, name: str, notes: list[str]) -> RawSheet:
    separator = ""
    if (declared := re.match(r'"?sep=(.)"?\r?\n', text)) is not None:
        separator, text = declared[1], text[declared.end() :]
    separator = separator or _separator_of(text)
    if separator != ",":
        shown = {"\t": "a tab", ";": "a semicolon"}.get(separator, repr(separator))
        notes.append(f"{shown} stands between its cells")
    rows = _split(text, separator, name)
    sheet = [[cell.strip(BLANK) for cell in row] for row in rows]
    if sheet and sheet[0][-2:] == [*REFUSED_COLUMNS]:
        return RawSheet(name, [[rearmed(cell) for cell in row] for row in sheet], tuple(notes), header=0)
    return RawSheet(name, sheet, tuple(notes))


def _split(text: str, separator: str, name: str) -> list[list[str]]:
    """Return the rows of a CSV text. Raises SourceError, with the line, where a quotation mark swallows the rest."""
    whole = text if text.endswith(("\n", "\r")) else text + "\n"
    reader = csv.reader(itertools.chain(io.StringIO(whole, newline=""), [_END]), delimiter=separator)
    rows: list[list[str]] = []
    begins = 1
    try:
        for row in reader:
            rows.append(row)
            begins = reader.line_num + 1
    except csv.Error as error:
        is_long = "field limit" in str(error)
        why = f"a cell is longer than {csv.field_size_limit()} characters" if is_long else str(error)
        right = "close each quotation mark" if is_long else "save it as CSV again"
        raise SourceError(name, f"line {begins}: the row cannot be split into cells ({why}); {right}") from None
    if rows[-1] != [_END]:
        line = reader.line_num + 1 - len([*io.StringIO(rows[-1][-1], newline="")])
        raise SourceError(name, f"line {line}: a quotation mark opens a cell here and is never closed; close it")
    return rows[:-1]


def _separator_of(text: str) -> str:
    """Return what stands between cells: whatever splits the most rows of the beginning into the same number."""
    beginning = text[: 1 << 16]

    def even(separator: str) -> tuple[int, int]:
        rows = csv.reader(io.StringIO(beginning, newline=""), delimiter=separator)
        widths: dict[int, int] = {}
        for row, _ in zip(rows, range(_LOOKED_AT), strict=False):
            widths[len(row)] = widths.get(len(row), 0) + 1
        widths.pop(0, None)
        widths.pop(1, None)
        return max(((many, width) for width, many in widths.items()), default=(0, 0))

    return max(_SEPARATORS, key=even)


def sheet_names(data: bytes, name: str) -> list[str]:
    """Return the names of a workbook's sheets. Raises SourceError for what is none, LibraryMissing."""
    return list(_opened(data, name).sheet_names)


def _opened(data: bytes, name: str) -> Any:
    _not_packed(data, name)
    try:
        import fastexcel
    except ImportError as error:
        raise LibraryMissing("fastexcel", "sheets") from error
    try:
        return fastexcel.read_excel(data)
    except fastexcel.FastExcelError as error:
        raise SourceError(name, _DAMAGED) from error


def _of_workbook(data: bytes, name: str, sheet: str | None, wanted: Collection[str]) -> RawSheet:
    book = _opened(data, name)
    from fastexcel import FastExcelError

    try:
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise SourceError(name, f"it has no sheet {sheet!r}; it has {', '.join(names)}")
        chosen = sheet if sheet is not None else names[0] if len(names) == 1 else _most_like(book, names, wanted)
        frame = _cells_of(book, chosen)
        faults, first = faults_of_sheet(data, chosen, partial(_loaded, book))
        if not frame.height and not faults:
            raise SourceError(name, "none of its sheets holds anything" if sheet is None else f"sheet {sheet} is empty")
    except FastExcelError as error:
        raise SourceError(name, _DAMAGED) from error
    others = tuple(each for each in names if each != chosen)
    notes = [f"its sheet {chosen!r} was read, and not {named(others)}"] if others and sheet is None else []
    rows = with_faults([[text_of_cell(cell) for cell in row] for row in frame.iter_rows()], faults, first)
    notes += faults_told(faults, chosen)
    of_several = chosen if others else None
    return RawSheet(
        f"{name}[{chosen}]", rows, tuple(notes), from_1904=_from_1904(data), sheet=of_several, others=others
    )


def named(sheets: Sequence[str]) -> str:
    """Return the names of sheets as they are told, the first few of many."""
    more = f" and {len(sheets) - _NAMED} more" if len(sheets) > _NAMED else ""
    return ", ".join(map(repr, sheets[:_NAMED])) + more


def _cells_of(book: Any, sheet: str, rows: int | None = None) -> pl.DataFrame:
    return _loaded(book, sheet, rows).to_polars()  # type: ignore[no-any-return]


def _loaded(book: Any, sheet: str, rows: int | None = None) -> Any:
    return book.load_sheet(sheet, header_row=None, skip_rows=0, n_rows=rows, dtypes="string")


def _most_like(book: Any, names: Sequence[str], wanted: Collection[str]) -> str:
    """Return the sheet that has most of the headings that are wanted; where none has any, the first with something."""
    best, most = names[0], -1
    for name in names:
        beginning = _cells_of(book, name, _LOOKED_AT)
        scores = scores_of([[text_of_cell(cell) for cell in row] for row in beginning.iter_rows()], wanted)
        if scores and max(scores) > most:
            best, most = name, max(scores)
    return best


def _from_1904(data: bytes) -> bool:
    """Whether a workbook counts its days from 1904, as those of old Macs do."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return _xls_from_1904(data)
    with (
        suppress(zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error),
        zipfile.ZipFile(io.BytesIO(data)) as archive,
    ):
        parts = set(archive.namelist())
        return any(part in parts and says.search(archive.read(part)) for part, says in _SAYS_1904.items())
    return False


def _xls_from_1904(data: bytes) -> bool:
    """Whether an old workbook says so: in a record of its own, among the first of those that are about all of it."""
    at = data.find(_BIFF_BEGINS)
    while 0 <= at < len(data) - 6:
        kind, size = struct.unpack_from("<HH", data, at)
        if kind == _BIFF_DATES:
            return data[at + 4 : at + 6] == b"\x01\0"
        if kind == _BIFF_END:
            return False
        at += 4 + size
    return False


def _of_frame(source: Any, name: str) -> RawSheet:
    """Return the rows of a frame, of anything with Arrow's PyCapsule interface, or of a query's result."""
    body: Iterable[Sequence[Any]]
    if isinstance(source, pl.LazyFrame):
        source = source.collect()
    if isinstance(source, pl.DataFrame):
        headings, body = source.columns, source.rows()
    elif hasattr(source, "columns") and hasattr(source, "itertuples"):
        # A pandas frame: cell by cell, because a column of objects may hold days, texts and NaN side by side.
        headings, body = [str(each) for each in source.columns], source.itertuples(index=False, name=None)
    elif hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__"):
        frame = table_of(source, name)
        headings, body = frame.columns, frame.rows()
    elif hasattr(source, "keys") and hasattr(source, "fetchmany"):
        headings, body = list(source.keys()), _fetched(source)
    elif hasattr(source, "description") and hasattr(source, "fetchmany"):
        headings, body = [each[0] for each in source.description or ()], _fetched(source)
    elif isinstance(source, (list, tuple)) and source and all(isinstance(row, Mapping) for row in source):
        headings = list(dict.fromkeys(key for row in source for key in row))
        body = [[row.get(key) for key in headings] for row in source]
    else:
        raise SourceError(
            name,
            f"a {type(source).__name__} is no table: give a path, a frame of pandas, Polars or Arrow, a result, or a "
            "list of dicts",
        )
    rows = [[text_of_cell(heading) for heading in headings], *([text_of_cell(cell) for cell in row] for row in body)]
    return RawSheet(name, rows, header=0)


def _fetched(result: Any) -> Iterator[Sequence[Any]]:
    """Yield the rows of a result as they come, so that a driver need not hold them all."""
    while batch := result.fetchmany(_FETCHED):
        # Some drivers give each row as a dict of its columns.
        yield from (tuple(row.values()) if isinstance(row, Mapping) else row for row in batch)
