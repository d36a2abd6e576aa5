"""The rows of a CSV or JSON Lines file, before anybody asks what they mean.

`table_of` looks at the beginning of a file, decides what it is, and gives its rows one at a time: the line of each, and
its cells by column name, or a RowRefused where it cannot be split, decoded or named. `text_lines.py` gives the lines,
and `case_reader.py` makes facts of the rows.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

from ehcp_flow.errors import RowRefused, SourceError
from ehcp_flow.facts import COLUMNS, REQUIRED, SHARED, WHITE
from ehcp_flow.formulas import rearmed
from ehcp_flow.readers.plain_columns import dated_columns
from ehcp_flow.readers.text_lines import (
    REMEDY,
    Readable,
    TextLines,
    fit_case_id,
    printable,
    readable_text,
    refusal_of_unfit,
)

__all__ = [
    "REFUSED_COLUMNS",
    "CsvTable",
    "JsonTable",
    "column_of",
    "fault_of_width",
    "known_among",
    "table_of",
    "why_not_split",
]

Row: TypeAlias = tuple[int, dict[str, str] | RowRefused]

REFUSED_COLUMNS: Final = ("row", "faults")
"""What a file of refused rows has behind the columns of its source."""
_SEPARATORS: Final = ",;\t"
_ALSO_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "case_id": ("case", "case_no", "case_number", "case_ref", "case_reference", "caseid", "id", "reference"),
    "event": ("event_type", "event_name", "events", "fact", "type"),
    "on": ("date", "event_date", "date_of_event", "day", "happened_on", "on_date"),
}


def table_of(file: Readable, name: str) -> CsvTable | JsonTable:
    """Return the rows of a binary or text stream: JSON Lines if its first character is `{`, else CSV.

    Raises SourceError if it is empty, not text, or has no header that can be used.
    """
    lines = TextLines(file, name)
    return JsonTable(lines) if lines.begins_with_object() else CsvTable(lines)


def column_of(name: str) -> str:
    """Return a column's name as this library writes it: ` Case ID ` is `case_id`."""
    return "_".join(name.split()).casefold()


def known_among(columns: Collection[str]) -> frozenset[str]:
    """Return the columns of facts among those of a table: what only particulars have, only where it holds some."""
    known = frozenset(COLUMNS).intersection(columns)
    return known if "particular" in known else known.difference(_ONLY_THEIRS)


_ONLY_THEIRS: Final = ("rank", "kind")
_SPLIT_WRONG: Final[Mapping[str, str]] = {
    "new-line character": "a carriage return stands outside quotation marks",
    "unexpected end": "a quotation mark is never closed",
    "expected after": "a text goes on behind its closing quotation mark",
}
"""What Python's csv says of a row, as it may be put to whoever wrote the file."""


def why_not_split(error: Exception) -> str:
    """Return why a row cannot be split into cells."""
    return next((why for said, why in _SPLIT_WRONG.items() if said in str(error)), str(error))


class CsvTable:
    """The rows of a CSV file. `unknown_columns` are ignored; `shown` says how the file writes each known column.

    `dated` says that some are particulars: their cells go by names with a blank before them. `header` holds the names
    of the columns, `separator` is what stands between cells, and `lines_read` the number of the header's last line.
    `cells` are those of the row at hand, as the file writes them; of one that cannot be split, its first line.
    `retried` says that it is a file of refused rows, read again: its cells are what they were before it was written.
    """

    def __init__(self, lines: TextLines) -> None:
        self._lines = lines
        self.name = name = lines.name
        self.separator, header = _header(lines)
        self.header = header
        self.lines_read = lines.number
        self.cells: list[str] = []
        self.retried = tuple(header[-len(REFUSED_COLUMNS) :]) == REFUSED_COLUMNS
        columns = [column_of(cell) for cell in header]
        if missing := [column for column in REQUIRED if column not in columns]:
            raise SourceError(name, _missing(missing, dict(zip(columns, header, strict=True))))
        if twice := [column for column in COLUMNS if columns.count(column) > 1]:
            raise SourceError(name, f"the header has more than one column {', '.join(twice)}; keep one of each")
        known = known_among(columns)
        self._known = [(index, column) for index, column in enumerate(columns) if column in known]
        self._unnamed = [index for index, column in enumerate(columns) if not column]
        self._case_at = columns.index("case_id")
        self.shown: Mapping[str, str] = {column: header[index] for index, column in self._known}
        dated = dated_columns().difference(known)
        self.unknown_columns = tuple(
            cell
            for cell, column in zip(header, columns, strict=True)
            if column and column not in known | dated and not (self.retried and column in REFUSED_COLUMNS)
        )
        # What is no column of a fact goes by a name that is none.
        self._known += [(index, f" {column}") for index, column in enumerate(columns) if column in dated]
        self.dated = len(self._known) > len(self.shown)

    @property
    def bytes_read(self) -> int:
        """Return how far the file has been read: bytes, or characters of a text stream."""
        return self._lines.bytes_read

    def __iter__(self) -> Iterator[Row]:
        lines, known, width, odd = self._lines, self._known, len(self.header), bool(self._unnamed)
        rows = _split(lines, self.separator)
        if self.retried:
            rows = map(_rearmed, rows)
        while True:
            lines.mark()
            line = lines.number + 1
            try:
                self.cells = cells = next(rows)
            except StopIteration:
                return
            except (csv.Error, TextLines.TooLong) as error:
                self.cells = [lines.record[0].rstrip(WHITE)]
                yield line, self._broken(line, error)
                lines.put_back(1)
                continue
            if len(cells) != width or lines.unfit or odd:
                if any(cell.strip(WHITE) for cell in cells):
                    yield line, self._odd(line, cells)
                continue
            fields = {column: text for index, column in known if (cell := cells[index]) and (text := cell.strip(WHITE))}
            if fields or any(cell.strip(WHITE) for cell in cells):
                yield line, fields

    def _odd(self, line: int, cells: list[str]) -> dict[str, str] | RowRefused:
        """Return the refusal of a row with too few cells, too many that say something, or unfit ones, or its fields."""
        header = self.header
        fields = {
            column: text for index, column in self._known if index < len(cells) and (text := cells[index].strip(WHITE))
        }
        case_id = fit_case_id(fields.get("case_id", ""))
        if fault := fault_of_width(cells, header, self._unnamed):
            return RowRefused(self.name, line, *fault, case_id)
        return refusal_of_unfit(self.name, line, fields, self.shown) or fields

    def _broken(self, line: int, error: Exception) -> RowRefused:
        """Return the refusal of a row that cannot be split; its case only if that stands before the trouble."""
        first = self._lines.record[0]
        whole = re.split('["\r]', first, maxsplit=1)[0].split(self.separator)[:-1]
        case_id = fit_case_id(whole[self._case_at].strip(WHITE)) if self._case_at < len(whole) else ""
        why = f"cannot be split into cells ({why_not_split(error)})"
        expected = f"{why}; close each quotation mark, and double one within a text"
        return RowRefused(self.name, line, "", first[:60].rstrip(), expected, case_id)


def fault_of_width(
    cells: Sequence[str], header: Sequence[str], unnamed: Iterable[int] = ()
) -> tuple[str, str | None, str] | None:
    """Return the column, the value and the fault of a row with too few cells, or too many that say something.

    `unnamed` are the places of a header that name no column.
    """
    width = len(header)
    if len(cells) < width:
        expected = f"the row ends after {len(cells)} of {width} cells; keep the separators of empty cells"
        return header[len(cells)], None, expected
    places = [*unnamed, *range(width, len(cells))]
    astray = next(filter(None, (cells[place].strip(WHITE) for place in places)), "")
    if not astray:
        return None
    expected = (
        f"this stands under no column: the row has {len(cells)} cells, the header {width} of which "
        f"{width - sum(place < width for place in places)} have a name; put a text that holds a separator in quotation "
        "marks"
    )
    return "", astray, expected


def _no_texts(odd: Iterable[tuple[str, str, object]], event: str) -> Iterator[tuple[str, object, str]]:
    """Yield what is wrong with values that are no texts, but for those under a key that such an event does not have."""
    for column, key, value in odd:
        if event in SHARED.get(column, (event,)):
            right = "a text, not a list or an object" if isinstance(value, list) else f'text: "{json.dumps(value)}"'
            yield key, value, f"write {right}"


class JsonTable:
    """The rows of a JSON Lines file.

    `unknown_columns` and `header` grow as keys are met; `shown` says how the row at hand writes each known column, and
    `cells` is what it has under each key of `header`; of a row that is no object, what its line is.
    """

    def __init__(self, lines: TextLines) -> None:
        self._lines = lines
        self.name = lines.name
        self.shown: Mapping[str, str] = {}
        self.unknown_columns: tuple[str, ...] = ()
        self.dated = False
        self._columns: dict[str, str] = {}
        self._pairs: Sequence[tuple[str, Any]] | str = ()
        # Pairs, not a dict: a dict would hide a key that is given twice.
        self._load = json.JSONDecoder(object_pairs_hook=_Pairs).decode

    @property
    def bytes_read(self) -> int:
        """Return how far the file has been read: bytes, or characters of a text stream."""
        return self._lines.bytes_read

    @property
    def header(self) -> list[str]:
        """Return the keys in the order in which each was first met."""
        return list(self._columns)

    @property
    def cells(self) -> list[str]:
        """Return what the row at hand has under each key so far."""
        if isinstance(self._pairs, str):
            return [self._pairs]
        told: dict[str, list[str]] = {}
        for key, value in self._pairs:
            text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
            told.setdefault(key, []).append(text)
        return [" | ".join(told.get(key, ())) for key in self._columns]

    def __iter__(self) -> Iterator[Row]:
        lines = self._lines
        while True:
            lines.mark()
            try:
                self._pairs = text = next(lines).strip(WHITE)
            except StopIteration:
                return
            except TextLines.TooLong as error:
                self._pairs = lines.record[0].rstrip(WHITE)
                yield lines.number, self._refused("", lines.record[0][:60], f"{error}; shorten it")
                continue
            if text:
                yield lines.number, self._row(text)

    def _row(self, line: str) -> dict[str, str] | RowRefused:
        try:
            pairs = self._load(line)
        except json.JSONDecodeError as error:
            why = f"this is not JSON ({error.msg}); write one object on each line"
            return self._refused(str(error.colno), line[error.pos : error.pos + 40], why)
        except (ValueError, RecursionError):
            return self._refused("", line[:40], "it holds a number too long, or is nested too deep, for any fact")
        if not isinstance(pairs, _Pairs):
            return self._refused("", line[:40], "write one JSON object on each line")
        self._pairs = pairs
        fields: dict[str, str] = {}
        shown: dict[str, str] = {}
        wrong: tuple[str, object, str] | None = None
        odd: list[tuple[str, str, object]] = []
        for key, value in pairs:
            column = self._columns.get(key)
            if column is None:
                column = self._learn(key)
            if column[:1] in ("", " "):
                fields |= _plain_cell(column, value)
                continue
            if column in shown:
                wrong = wrong or (key, value, "this key is given twice; keep one")
            shown[column] = key
            if isinstance(value, str):
                if stripped := value.strip(WHITE):
                    fields[column] = stripped
            elif value is not None:
                odd.append((column, key, value))
        wrong = wrong or next(_no_texts(odd, fields.get("event", "")), None)
        if wrong:
            return self._refused(*wrong, fit_case_id(fields.get("case_id", "")))
        self.shown = shown
        if self._lines.unfit or "\\u" in line:
            return refusal_of_unfit(self.name, self._lines.number, fields, shown) or fields
        return fields

    def _learn(self, key: str) -> str:
        """Return the column that a new key means, or "" for one that is ignored, which is noted."""
        column = column_of(key)
        if column in dated_columns():
            column = f" {column}"
            self.dated = True
        elif column not in COLUMNS:
            column = ""
            self.unknown_columns += (printable(key),)
        self._columns[key] = column
        return column

    def _refused(self, column: str, value: object, expected: str, case_id: str = "") -> RowRefused:
        return RowRefused(self.name, self._lines.number, column, value, expected, case_id)


def _plain_cell(column: str, value: object) -> dict[str, str]:
    """Return what a key says that is no column of a fact: what is neither a text nor a number says nothing."""
    text = str(value).strip(WHITE) if column and isinstance(value, str | int | float) else ""
    return {column: text} if text else {}


class _Pairs(list[tuple[str, Any]]):
    """The pairs of a JSON object, in order."""


def _split(lines: TextLines, separator: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True)


def _rearmed(cells: list[str]) -> list[str]:
    return [rearmed(cell) for cell in cells]


def _header(lines: TextLines) -> tuple[str, list[str]]:
    """Read the header with the separator that finds most of the required columns: a comma if none finds more."""
    best, best_score, trouble = ",", 0, ""
    for separator in _SEPARATORS:
        lines.mark()
        try:
            score = len(set(REQUIRED) & set(map(column_of, next(_split(lines, separator)))))
        except (csv.Error, TextLines.TooLong) as error:
            score, trouble = 0, trouble or why_not_split(error)
        lines.put_back(0)
        if score > best_score:
            best, best_score = separator, score
    if trouble and not best_score:
        raise SourceError(lines.name, f"its first line is no CSV header ({trouble}); {REMEDY}")
    lines.mark()
    cells = [cell.strip(WHITE) for cell in next(_split(lines, best))]
    if lines.unfit and best_score:
        raise SourceError(lines.name, f"its header is not UTF-8 text, but perhaps Windows-1252 (cp1252); {REMEDY}")
    return best, cells


def _missing(missing: list[str], header: Mapping[str, str]) -> str:
    """Say which columns a header lacks, which it has, and which of those were meant, as far as that can be told."""
    free = [column for column in header if column and column not in COLUMNS]
    there = ", ".join(map(readable_text, filter(None, header.values())))
    parts = [f"the header has no column {', '.join(missing)} (it has: {there})"]
    for column in missing:
        meant = [name for name in _ALSO_CALLED[column] if name in free] or get_close_matches(column, free, n=1)
        if meant:
            parts.append(f"rename {header[meant[0]]!r} to {column}")
    if len(parts) == 1 and len(missing) == len(_ALSO_CALLED):
        parts.append(
            "the first line that is not blank has to hold the names of the columns, case_id,event,on,...; a sheet of "
            "one row a child is read by a convert file, or by what it is: --columns (ehcp-flow convert FILE --propose "
            "columns.toml writes one)"
        )
    return "; ".join(parts)
