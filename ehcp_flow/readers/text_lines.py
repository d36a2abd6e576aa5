"""The lines of a text file as they come, decoded: what is no text is refused here, before anybody looks for rows.

A byte that is not UTF-8 is carried as Python carries it, so that the row which holds it is refused and no other.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from ehcp_flow.errors import RowRefused, SourceError
from ehcp_flow.facts import WHITE

__all__ = [
    "LONGEST_ROW",
    "REMEDY",
    "UNFIT",
    "Readable",
    "TextLines",
    "fit_case_id",
    "printable",
    "readable_text",
    "refusal_of_unfit",
]

LONGEST_ROW: Final = 131_072
"""The most characters that a row may hold: a longer one is most likely a quotation mark that was never closed."""
UNFIT: Final = re.compile("[\0\ud800-\udfff]")
"""What no text may hold: a NUL, half a surrogate pair; and so a byte that is not UTF-8, as Python carries it."""

REMEDY: Final = "save it as CSV UTF-8"
_NOT_TEXT: Final[Mapping[bytes, str]] = {
    b"PK\x03\x04": f"this is an Excel workbook (or another zip file); {REMEDY}",
    b"\xd0\xcf\x11\xe0": f"this is an old Excel workbook; {REMEDY}",
    b"\xff\xfe": f"this is UTF-16 text; {REMEDY}",
    b"\xfe\xff": f"this is UTF-16 text; {REMEDY}",
    b"\x1f\x8b": "this is compressed with gzip; unpack it first",
    b"%PDF": "this is a PDF; export its rows as CSV UTF-8",
    b"PAR1": "this is Parquet, which ehcp_flow.bulk reads; here, write it as CSV UTF-8",
    b"SQLite format 3\0": "this is a SQLite database; if it is a store, give its address: sqlite:///cases.db",
}


class Readable(Protocol):
    """Anything with `readline`: a binary or a text stream."""

    def readline(self, size: int, /) -> bytes | str:
        """Return a line with its end, at most `size` of it, or nothing at the end of the file."""


def printable(text: str) -> str:
    """Return the text with what cannot be printed escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


class TextLines(Iterator[str]):
    """The physical lines of a file, decoded.

    `record` holds the lines of the row at hand, so that a broken row can be left behind after its first line: what
    follows a quotation mark that was never closed still counts. `unfit` says that the row holds what no text may hold.
    """

    class TooLong(Exception):
        """A row of more than LONGEST_ROW characters; it never leaves the readers."""

        def __init__(self) -> None:
            super().__init__(f"it is longer than {LONGEST_ROW} characters")

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
            raise SourceError(name, f"its lines end with a carriage return alone, as on old Macs; {REMEDY}")
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
            raise TextLines.TooLong
        if not self.unfit and not (line.isascii() and "\0" not in line):
            self.unfit = UNFIT.search(line) is not None
        return line

    def begins_with_object(self) -> bool:
        """Say whether the first line that is not blank begins a JSON object, and give that line again."""
        try:
            first = next((text for line in self if (text := line.strip(WHITE))), "")
        except TextLines.TooLong as error:
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


def refusal_of_unfit(name: str, line: int, fields: Mapping[str, str], shown: Mapping[str, str]) -> RowRefused | None:
    """Return the refusal of a row of which a known column holds what no text may hold, or None."""
    for column, text in fields.items():
        if column in shown and UNFIT.search(text):
            return RowRefused(name, line, shown[column], text, _why_unfit(text), fit_case_id(fields.get("case_id", "")))
    return None


def readable_text(text: str) -> str:
    """Return a text for people to look at: of what is not UTF-8, what Windows-1252 makes of it, if that is a text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _as_cp1252(text) or printable(text)
    return text


def _as_cp1252(text: str) -> str:
    """Return what Windows-1252 makes of bytes that are not UTF-8, or "" where that is no text either."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("cp1252")
    except UnicodeError:
        return ""


def _why_unfit(text: str) -> str:
    if "\0" in text:
        return "take out the NUL character"
    if not (meant := _as_cp1252(text)):
        return f"it is not UTF-8 text; {REMEDY}"
    return f"it is not UTF-8 text, but most likely Windows-1252 (cp1252), which reads {meant!r}; {REMEDY}"


def fit_case_id(case_id: str) -> str:
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
        raise SourceError(name, f"this is UTF-16 text; {REMEDY}" if wide else f"this is not a text file; {REMEDY}")
