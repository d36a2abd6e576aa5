"""The rows of a CSV or JSON Lines file, before anybody asks what they mean.

`table_of` looks at the beginning of a file, decides what it is, and gives its rows one at a time: the line of each, and
its cells by column name, or a RowRefused where it cannot be split, decoded or named. `reading.py` makes facts of them.
"""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final, Protocol, TypeAlias

from ehcp_flow.errors import RowRefused, SourceError
from ehcp_flow.facts import COLUMNS, WHITE

__all__ = [
    "LONGEST_ROW",
    "UNFIT",
    "WHITE",
    "CsvTable",
    "JsonTable",
    "Readable",
    "column_of",
    "printable",
    "table_of",
    "why_not_split",
]

Row: TypeAlias = tuple[int, dict[str, str] | RowRefused]

LONGEST_ROW: Final = 131_072
"""The most characters that a row may hold: a longer one is most likely a quotation mark that was never closed."""
UNFIT: Final = re.compile("[\0\ud800-\udfff]")
"""What no text may hold: a NUL, half a surrogate pair; and so a byte that is not UTF-8, as Python carries it."""

_REQUIRED: Final = ("case_id", "event", "on")
_SEPARATORS: Final = ",;\t"
_ALSO_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "case_id": ("case", "case_no", "case_number", "case_ref", "case_reference", "caseid", "id", "reference"),
    "event": ("event_type", "event_name", "events", "fact", "type"),
    "on": ("date", "event_date", "date_of_event", "day", "happened_on", "on_date"),
}
_SAVE: Final = "save it as CSV UTF-8"
_NOT_TEXT: Final[Mapping[bytes, str]] = {
    b"PK\x03\x04": f"this is an Excel workbook (or another zip file); {_SAVE}",
    b"\xd0\xcf\x11\xe0": f"this is an old Excel workbook; {_SAVE}",
    b"\xff\xfe": f"this is UTF-16 text; {_SAVE}",
    b"\xfe\xff": f"this is UTF-16 text; {_SAVE}",
    b"\x1f\x8b": "this is compressed with gzip; unpack it first",
    b"%PDF": "this is a PDF; export its rows as CSV UTF-8",
    b"PAR1": "this is Parquet, which ehcp_flow.bulk reads; here, write it as CSV UTF-8",
    b"SQLite format 3\0": "this is a SQLite database; if it is a store, give its address: sqlite:///cases.db",
}


class Readable(Protocol):
    """Anything with `readline`: a binary or a text stream."""

    def readline(self, size: int, /) -> bytes | str:
        """Return a line with its end, at most `size` of it, or nothing at the end of the file."""


def table_of(file: Readable, name: str) -> CsvTable | JsonTable:
    """Return the rows of a binary or text stream: JSON Lines if its first character is `{`, else CSV.

    Raises SourceError if it is empty, not text, or has no header that can be used.
    """
    lines = _Lines(file, name)
    return JsonTable(lines) if lines.begins_with_object() else CsvTable(lines)


def column_of(name: str) -> str:
    """Return a column's name as this library writes it: ` Case ID ` is `case_id`."""
    return "_".join(name.split()).casefold()


def printable(text: str) -> str:
    """Return the text with what cannot be printed escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


_SPLIT_WRONG: Final[Mapping[str, str]] = {
    "new-line character": "a carriage return stands outside quotation marks",
    "unexpected end": "a quotation mark is never closed",
    "expected after": "a text goes on behind its closing quotation mark",
}
"""What Python's csv says of a row, as it may be put to whoever wrote the file."""


def why_not_split(error: Exception) -> str:
    """Return why a row cannot be split into cells."""
    return next((why for said, why in _SPLIT_WRONG.items() if said in str(error)), str(error))


class _TooLong(Exception):
    """A row of more than LONGEST_ROW characters."""

    def __init__(self) -> None:
        super().__init__(f"it is longer than {LONGEST_ROW} characters")


class _Lines(Iterator[str]):
    """The physical lines of a file, decoded.

    `record` holds the lines of the row at hand, so that a broken row can be left behind after its first line: what
    follows a quotation mark that was never closed still counts. `unfit` says that the row holds what no text may hold.
    """

    def __init__(self, file: Readable, name: str) -> None:
        self._readline = file.readline
        self._again: deque[str] = deque()
        self.name = name
        self.bytes_read = 0
        self.number = 0
        self.mark()
        first = self._read()
        if isinstance(first, bytes):
            _refuse_what_is_not_text(first, name)
        text = _decoded(first).removeprefix("\ufeff")
        if "\r" in text.rstrip(WHITE) and not text.endswith("\n"):
            raise SourceError(name, f"its lines end with a carriage return alone, as on old Macs; {_SAVE}")
        self._again.append(text)

    def mark(self) -> None:
        """Begin a row."""
        self.record: list[str] = []
        self.size = 0
        self.unfit = False

    def put_back(self, first: int) -> None:
        """Give the lines of the row at hand again, from its line `first` on (0 is the row's first)."""
        again = self.record[first:]
        self._again.extendleft(reversed(again))
        self.number -= len(again)

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else _decoded(self._read())
        if not line:
            raise StopIteration
        self.number += 1
        self.record.append(line)
        self.size += len(line)
        if self.size > LONGEST_ROW:
            raise _TooLong
        if not self.unfit and not (line.isascii() and "\0" not in line):
            self.unfit = UNFIT.search(line) is not None
        return line

    def begins_with_object(self) -> bool:
        """Say whether the first line that is not blank begins a JSON object, and give that line again."""
        try:
            first = next((text for line in self if (text := line.strip(WHITE))), "")
        except _TooLong as error:
            raise SourceError(self.name, f"its first line cannot be read: {error}") from None
        if not first:
            raise SourceError(self.name, "it is empty; a file begins with a header: case_id,event,on,...")
        if first == "{" or first[0] == "[":
            raise SourceError(self.name, "this is one JSON document; write JSON Lines, one object on each line")
        self.put_back(len(self.record) - 1)
        return first[0] == "{"

    def _read(self) -> bytes | str:
        try:
            raw = self._readline(LONGEST_ROW + 1)
            self.bytes_read += len(raw)
            if len(raw) > LONGEST_ROW:
                rest = raw
                while rest and rest[-1:] not in ("\n", b"\n"):
                    rest = self._readline(LONGEST_ROW)
                    self.bytes_read += len(rest)
                # What was left out is made up for, so that the line is too long in characters as well as in bytes.
                return raw + b" " * LONGEST_ROW if isinstance(raw, bytes) else raw + " " * LONGEST_ROW
        except UnicodeDecodeError as error:
            raise SourceError(self.name, f"it is not in the encoding it was opened with: {error}") from error
        except (OSError, ValueError) as error:
            raise SourceError(self.name, f"it cannot be read: {error}") from error
        return raw


class CsvTable:
    """The rows of a CSV file. `unknown_columns` are ignored; `shown` says how the file writes each known column.

    `header` holds the names of the columns, `separator` is what stands between cells, and `lines_read` the number of
    the header's last line.
    """

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines
        self.name = name = lines.name
        self.separator, header = _header(lines)
        self.header = header
        self.lines_read = lines.number
        columns = [column_of(cell) for cell in header]
        if missing := [column for column in _REQUIRED if column not in columns]:
            raise SourceError(name, _missing(missing, dict(zip(columns, header, strict=True))))
        if twice := [column for column in COLUMNS if columns.count(column) > 1]:
            raise SourceError(name, f"the header has more than one column {', '.join(twice)}; keep one of each")
        self._known = [(index, column) for index, column in enumerate(columns) if column in COLUMNS]
        self._unnamed = [index for index, column in enumerate(columns) if not column]
        self._case_at = columns.index("case_id")
        self.shown: Mapping[str, str] = {column: header[index] for index, column in self._known}
        self.unknown_columns = tuple(
            cell for cell, column in zip(header, columns, strict=True) if column and column not in COLUMNS
        )

    @property
    def bytes_read(self) -> int:
        """Return how far the file has been read: bytes, or characters of a text stream."""
        return self._lines.bytes_read

    def __iter__(self) -> Iterator[Row]:
        lines, known, width, odd = self._lines, self._known, len(self.header), bool(self._unnamed)
        rows = _split(lines, self.separator)
        while True:
            lines.mark()
            line = lines.number + 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except (csv.Error, _TooLong) as error:
                yield line, self._broken(line, error)
                lines.put_back(1)
                continue
            if len(cells) != width or lines.unfit or odd:
                if any(cell.strip(WHITE) for cell in cells):
                    yield line, self._odd(line, cells)
                continue
            fields = {column: text for index, column in known if (text := cells[index].strip(WHITE))}
            if fields or any(cell.strip(WHITE) for cell in cells):
                yield line, fields

    def _odd(self, line: int, cells: list[str]) -> dict[str, str] | RowRefused:
        """Return the refusal of a row with too few cells, too many that say something, or unfit ones, or its fields."""
        header, width = self.header, len(self.header)
        fields = {
            column: text for index, column in self._known if index < len(cells) and (text := cells[index].strip(WHITE))
        }
        case_id = _fit(fields.get("case_id", ""))
        if len(cells) < width:
            expected = f"the row ends after {len(cells)} of {width} cells; keep the separators of empty cells"
            return RowRefused(self.name, line, header[len(cells)], None, expected, case_id)
        astray = [cells[index].strip(WHITE) for index in (*self._unnamed, *range(width, len(cells)))]
        if any(astray):
            expected = (
                f"this stands under no column: the row has {len(cells)} cells, the header {width} of which "
                f"{width - len(self._unnamed)} have a name; put a text that holds a separator in quotation marks"
            )
            return RowRefused(self.name, line, "", next(filter(None, astray)), expected, case_id)
        return _unfit(self.name, line, fields, self.shown) or fields

    def _broken(self, line: int, error: Exception) -> RowRefused:
        """Return the refusal of a row that cannot be split; its case only if that stands before the trouble."""
        first = self._lines.record[0]
        whole = re.split('["\r]', first, maxsplit=1)[0].split(self.separator)[:-1]
        case_id = _fit(whole[self._case_at].strip(WHITE)) if self._case_at < len(whole) else ""
        why = f"cannot be split into cells ({why_not_split(error)})"
        expected = f"{why}; close each quotation mark, and double one within a text"
        return RowRefused(self.name, line, "", first[:60].rstrip(), expected, case_id)


class JsonTable:
    """The rows of a JSON Lines file.

    `unknown_columns` grows as keys are met; `shown` says how the row at hand writes each known column.
    """

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines
        self.name = lines.name
        self.shown: Mapping[str, str] = {}
        self.unknown_columns: tuple[str, ...] = ()
        self._columns: dict[str, str] = {}
        # Pairs, not a dict: a dict would hide a key that is given twice.
        self._load = json.JSONDecoder(object_pairs_hook=_Pairs).decode

    @property
    def bytes_read(self) -> int:
        """Return how far the file has been read: bytes, or characters of a text stream."""
        return self._lines.bytes_read

    def __iter__(self) -> Iterator[Row]:
        lines = self._lines
        while True:
            lines.mark()
            try:
                text = next(lines).strip(WHITE)
            except StopIteration:
                return
            except _TooLong as error:
                yield lines.number, self._refused("", lines.record[0][:60], f"{error}; shorten it")
                continue
            if text:
                yield lines.number, self._row(text)

    def _row(self, text: str) -> dict[str, str] | RowRefused:
        try:
            pairs = self._load(text)
        except json.JSONDecodeError as error:
            why = f"this is not JSON ({error.msg}); write one object on each line"
            return self._refused(str(error.colno), text[error.pos : error.pos + 40], why)
        except (ValueError, RecursionError):
            return self._refused("", text[:40], "it holds a number too long, or is nested too deep, for any fact")
        if not isinstance(pairs, _Pairs):
            return self._refused("", text[:40], "write one JSON object on each line")
        fields: dict[str, str] = {}
        shown: dict[str, str] = {}
        wrong: tuple[str, object, str] | None = None
        for key, value in pairs:
            column = self._columns.get(key)
            if column is None:
                column = self._learn(key)
            if not column:
                continue
            if column in shown:
                wrong = wrong or (key, value, "this key is given twice; keep one")
            shown[column] = key
            if isinstance(value, str):
                if stripped := value.strip(WHITE):
                    fields[column] = stripped
            elif value is not None:
                right = "a text, not a list or an object" if isinstance(value, list) else f'text: "{json.dumps(value)}"'
                wrong = wrong or (key, value, f"write {right}")
        if wrong:
            return self._refused(*wrong, _fit(fields.get("case_id", "")))
        self.shown = shown
        if self._lines.unfit or "\\u" in text:
            return _unfit(self.name, self._lines.number, fields, shown) or fields
        return fields

    def _learn(self, key: str) -> str:
        """Return the column that a new key means, or "" for one that is ignored, which is noted."""
        column = column_of(key)
        if column not in COLUMNS:
            column = ""
            self.unknown_columns += (printable(key),)
        self._columns[key] = column
        return column

    def _refused(self, column: str, value: object, expected: str, case_id: str = "") -> RowRefused:
        return RowRefused(self.name, self._lines.number, column, value, expected, case_id)


class _Pairs(list[tuple[str, Any]]):
    """The pairs of a JSON object, in order."""


def _split(lines: _Lines, separator: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True)


def _header(lines: _Lines) -> tuple[str, list[str]]:
    """Read the header with the separator that finds most of the required columns: a comma if none finds more."""
    best, best_score, trouble = ",", 0, ""
    for separator in _SEPARATORS:
        lines.mark()
        try:
            score = len(set(_REQUIRED) & set(map(column_of, next(_split(lines, separator)))))
        except (csv.Error, _TooLong) as error:
            score, trouble = 0, trouble or why_not_split(error)
        lines.put_back(0)
        if score > best_score:
            best, best_score = separator, score
    if trouble and not best_score:
        raise SourceError(lines.name, f"its first line is no CSV header ({trouble}); {_SAVE}")
    lines.mark()
    cells = [cell.strip(WHITE) for cell in next(_split(lines, best))]
    if lines.unfit:
        raise SourceError(lines.name, f"its header is not UTF-8 text, but perhaps Windows-1252 (cp1252); {_SAVE}")
    return best, cells


def _missing(missing: list[str], header: Mapping[str, str]) -> str:
    """Say which columns a header lacks, which it has, and which of those were meant, as far as that can be told."""
    free = [column for column in header if column and column not in COLUMNS]
    parts = [f"the header has no column {', '.join(missing)} (it has: {', '.join(filter(None, header.values()))})"]
    for column in missing:
        meant = [name for name in _ALSO_CALLED[column] if name in free] or get_close_matches(column, free, n=1)
        if meant:
            parts.append(f"rename {header[meant[0]]!r} to {column}")
    if len(parts) == 1 and len(missing) == len(_ALSO_CALLED):
        parts.append("the first line that is not blank has to hold the names of the columns: case_id,event,on,...")
    return "; ".join(parts)


def _unfit(name: str, line: int, fields: Mapping[str, str], shown: Mapping[str, str]) -> RowRefused | None:
    """Return the refusal of a row of which a known column holds what no text may hold, or None."""
    for column, text in fields.items():
        if UNFIT.search(text):
            return RowRefused(name, line, shown[column], text, _why_unfit(text), _fit(fields.get("case_id", "")))
    return None


def _why_unfit(text: str) -> str:
    if "\0" in text:
        return "take out the NUL character"
    try:
        meant = text.encode("utf-8", "surrogateescape").decode("cp1252")
    except UnicodeError:
        return f"it is not UTF-8 text; {_SAVE}"
    return f"it is not UTF-8 text, but most likely Windows-1252 (cp1252), which reads {meant!r}; {_SAVE}"


def _fit(case_id: str) -> str:
    """Return the id, or "" for one that cannot be read: such a row may be of any case."""
    return "" if UNFIT.search(case_id) else case_id


def _decoded(raw: bytes | str) -> str:
    return raw if isinstance(raw, str) else raw.decode("utf-8", "surrogateescape")


def _refuse_what_is_not_text(first: bytes, name: str) -> None:
    for magic, why in _NOT_TEXT.items():
        if first.startswith(magic):
            raise SourceError(name, why)
    if b"\0" in first:
        wide = not any(first[:8:2]) or not any(first[1:8:2])
        raise SourceError(name, f"this is UTF-16 text; {_SAVE}" if wide else f"this is not a text file; {_SAVE}")
