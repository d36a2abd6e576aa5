"""JSON Lines in blocks of lines: what is plain is taken apart over columns, the rest goes to the readers, line by line.

A line is plain if it is one object of texts (or null) without a backslash or a control character. Lines that differ in
their values alone have one *shape*: each shape is read once, by the readers' own rules for names.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from ehcp_flow.bulk.codes import Array
from ehcp_flow.bulk.encoding import LINE
from ehcp_flow.bulk.read_again import taken
from ehcp_flow.errors import RowRefused
from ehcp_flow.facts import COLUMNS, REQUIRED
from ehcp_flow.readers import read_facts
from ehcp_flow.readers.plain_columns import dated_columns
from ehcp_flow.readers.row_tables import column_of
from ehcp_flow.readers.text_lines import LONGEST_ROW, printable

__all__ = ["BLOCK", "JsonFile"]

BLOCK: Final = 1 << 24
"""How many bytes are read at a time."""
_BOM: Final = b"\xef\xbb\xbf"
_NOTHING: Final = b"{}\n"
"""Before the lines that the readers take, so that they know them for JSON Lines whatever stands in the first."""
_TEXT: Final = r'"[^"\\\x00-\x1f]*"'
_PAIR: Final = rf"{_TEXT} *: *(?:{_TEXT}|null)"
_PLAIN: Final = rf"^\{{ *{_PAIR}(?: *, *{_PAIR})* *\}} *\r?$"
_VALUE: Final = r': *"[^"]*"'
_TOLD: Final = ':"."'
"""What stands in a shape for a value. Where a name ends with a colon, the shape is no JSON, and the line not plain."""


class _Shape(NamedTuple):
    """The columns that lines of one shape give, by how they write them, and the names that are ignored, in order."""

    columns: Mapping[str, str]
    unknown: tuple[tuple[int, str], ...]


class JsonFile:
    """A JSON Lines file as blocks of rows. `refused` and `unknown_columns` fill while blocks are read.

    `shown` is how the file first writes each column's name; a line that writes it otherwise is not plain.
    """

    together = False
    entering = True

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.refused: list[RowRefused] = []
        self._shown: dict[str, str] = {}
        self.shown: Mapping[str, str] = self._shown
        self._unknown: dict[str, tuple[int, int]] = {}

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """The keys that are ignored, in the order in which they are met."""
        return tuple(sorted(self._unknown, key=self._unknown.__getitem__))

    def case_ids(self) -> Iterator[pl.Series]:
        """Yield the case ids of the rows."""
        for frame in self.frames():
            yield frame["case_id"]

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield the rows, with the line of each."""
        self.refused = []
        self._unknown = {}
        for line, block in self._blocks():
            lines = block.split(b"\n")[:-1]
            frame, odd = self._plain(lines, line)
            if len(odd):
                told = self._odd([lines[at] for at in odd.tolist()], (odd + line).tolist())
                frame = pl.concat([frame, told], how="diagonal").sort(LINE)
            if frame.height:
                yield frame

    def _blocks(self) -> Iterator[tuple[int, bytes]]:
        """Yield the number of the first line and the bytes of whole lines; the last one is ended."""
        with self.path.open("rb") as file:
            if file.read(len(_BOM)) != _BOM:
                file.seek(0)
            line = 1
            rest: list[bytes] = []
            while read := file.read(BLOCK):
                cut = read.rfind(b"\n") + 1
                if not cut:
                    rest.append(read)
                    continue
                block = b"".join((*rest, read[:cut]))
                rest = [read[cut:]] if cut < len(read) else []
                yield line, block
                line += block.count(b"\n")
            if rest:
                yield line, b"".join(rest) + b"\n"

    def _plain(self, lines: list[bytes], first: int) -> tuple[pl.DataFrame, Array]:
        """Return the plain lines of a block as rows, and which lines are not plain."""
        text = pl.Series([_text(line) for line in lines], dtype=pl.String)
        plain = (text.str.contains(_PLAIN) & (text.str.len_bytes() < LONGEST_ROW)).fill_null(value=False)
        shape = text.set(~plain, None).str.replace_all(_VALUE, _TOLD)
        known = shape.unique(maintain_order=True).drop_nulls()
        at = shape.cast(pl.Enum(known)).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
        shapes = [self._shape(each) for each in known.to_list()]
        good = np.array([*map(self._as_before, shapes), False], dtype=bool)
        chosen = np.flatnonzero(good[at])
        begins = np.full(len(known) + 1, len(lines), dtype=np.int64)
        np.minimum.at(begins, at[chosen], chosen)
        for told, begin in zip(shapes, begins.tolist(), strict=False):
            for place, name in () if told is None or begin == len(lines) else told.unknown:
                where = (begin + first, place)
                self._unknown[name] = min(where, self._unknown.get(name, where))
        every = (*COLUMNS, *(column for column in self._shown if column not in COLUMNS))
        names = {self._shown[column]: column for column in every if column in self._shown}
        names |= {column: column for column in REQUIRED if column not in self._shown}
        struct = pl.Struct(dict.fromkeys(names, pl.String))
        rows = text.gather(pl.Series(chosen, dtype=pl.UInt32)).str.json_decode(struct).struct.unnest().rename(names)
        there = [name for name in every if name in rows.columns]
        rows = rows.select(each for each in there if each in REQUIRED or rows[each].null_count() < rows.height)
        return rows.with_columns(pl.Series(LINE, chosen + first, dtype=pl.Int64)), np.flatnonzero(~good[at])

    def _as_before(self, shape: _Shape | None) -> bool:
        """Whether each column is written as the file did first."""
        return shape is not None and all(self._shown[column] == key for column, key in shape.columns.items())

    def _shape(self, text: str) -> _Shape | None:
        """Return what a shape gives, or None if it is no JSON, or gives a column twice."""
        try:
            pairs: list[tuple[str, str | None]] = json.loads(text, object_pairs_hook=list)
        except ValueError:
            return None
        columns: dict[str, str] = {}
        unknown = []
        for place, (key, value) in enumerate(pairs):
            column = column_of(key)
            if column in dated_columns():
                column = f" {column}"
            if column not in COLUMNS and column[:1] != " ":
                unknown.append((place, printable(key)))
            elif column in columns or (value is None and key != column):
                # A name that is written otherwise is shown where it is given, even if nothing is given for it.
                return None
            else:
                columns[column] = key
        for column, key in columns.items():
            self._shown.setdefault(column, key)
        return _Shape(columns, tuple(unknown))

    def _odd(self, texts: list[bytes], lines: list[int]) -> pl.DataFrame:
        """Return the facts on lines that are not plain, as rows; what is refused is noted."""
        reader = read_facts(io.BytesIO(_NOTHING + b"".join(text + b"\n" for text in texts)), name=self.name)
        known = 0

        def line_of(number: int) -> int:
            nonlocal known
            line = lines[number - 2] if number > 1 else 0
            for place, name in enumerate(reader.unknown_columns[known:]):
                at = (line, place)
                self._unknown[name] = min(at, self._unknown.get(name, at))
            known = len(reader.unknown_columns)
            return line

        told, refused = taken(reader, line_of)
        self.refused.extend(row for row in refused if row.line)
        frame = pl.DataFrame(told, schema={**dict.fromkeys(COLUMNS, pl.String), LINE: pl.Int64})
        full = [name for name in frame.columns if name in REQUIRED or frame[name].null_count() < frame.height]
        return frame.select(full)


def _text(line: bytes) -> str | None:
    """Return a line as text, or None if it is not UTF-8."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None
