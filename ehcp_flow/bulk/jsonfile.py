"""JSON Lines in blocks of lines: what is plain is taken apart over columns, the rest goes to the readers, line by line.

A line is plain if it is one object of texts (or null) without a backslash or a control character. Its quotation marks
then come in pairs, and what stands between the pairs says which texts are keys and which are values: so a block is
taken apart by the places of its quotation marks alone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

from ehcp_flow.bulk.codes import Array
from ehcp_flow.bulk.encoding import LINE, cells_of
from ehcp_flow.errors import RowRefused
from ehcp_flow.facts import COLUMNS, Fact
from ehcp_flow.readers import read_facts
from ehcp_flow.readers.rows import LONGEST_ROW, column_of, printable

__all__ = ["BLOCK", "JsonFile"]

BLOCK: Final = 1 << 24
"""How many bytes are read at a time."""
_NEWLINE, _QUOTE, _RETURN, _BACKSLASH, _OPEN, _CLOSE = b'\n"\r\\{}'
_FIRST_PRINTED: Final = 0x20
_ASCII: Final = 0x7F
_BOM: Final = b"\xef\xbb\xbf"
_REQUIRED: Final = ("case_id", "event", "on")
_NOTHING: Final = b"{}\n"
"""Before the lines that the readers take, so that they know them for JSON Lines whatever stands in the first."""

_BAD, _OPENS, _IS, _NEXT, _NULL, _ENDS, _NULL_ENDS = range(7)
_BETWEEN: Final = (
    (re.compile(r'\{ *"'), _OPENS),
    (re.compile(r'" *: *"'), _IS),
    (re.compile(r'" *, *"'), _NEXT),
    (re.compile(r'" *: *null *, *"'), _NULL),
    (re.compile(r'" *\} *\r?\n(\{ *")?'), _ENDS),
    (re.compile(r'" *: *null *\} *\r?\n(\{ *")?'), _NULL_ENDS),
)
_BEFORE_VALUE: Final = np.array([kind == _IS for kind in range(7)])
_AFTER_KEY: Final = np.array([kind in (_IS, _NULL, _NULL_ENDS) for kind in range(7)])
_IS_NULL: Final = np.array([kind in (_NULL, _NULL_ENDS) for kind in range(7)])


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
            frame, odd = self._plain(block, line)
            if len(odd):
                lines = block.split(b"\n")
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

    def _plain(self, block: bytes, line: int) -> tuple[pl.DataFrame, Array]:
        """Return the plain lines of a block as rows, and which lines are not plain."""
        data = np.frombuffer(block, dtype=np.uint8)
        ends = np.flatnonzero(data == _NEWLINE)
        lengths = np.diff(ends, prepend=-1)
        odd = _odd_lines(block, data, ends, lengths)
        while True:
            plain = np.flatnonzero(~odd)
            text = data[np.repeat(~odd, lengths)].tobytes() if odd.any() else block
            texts = _Texts(text, len(plain))
            wrong = texts.wrong_lines() if len(plain) else plain
            if not len(wrong) and len(plain):
                wrong = self._astray(texts)
            if not len(wrong):
                return self._frame(texts, plain + line), np.flatnonzero(odd)
            odd[plain[wrong]] = True

    def _astray(self, texts: _Texts) -> Array:
        """Return the lines that write a column's name in another way than the file did first, or give it twice."""
        columns = texts.columns()
        wanted = {column: self._shown.get(column, written[0]) for column, written in columns.items()}
        other = [key for column, written in columns.items() for key in written if key != wanted[column]]
        # A name that is written otherwise is shown where it is given, even if nothing is given for it.
        renamed = [written for column, written in wanted.items() if written != column]
        astray = np.union1d(texts.lines_with(other), texts.lines_with(renamed, null=True))
        if not len(astray):
            astray = texts.lines_with_twice()
        if not len(astray):
            self._shown.update(wanted)
        return astray

    def _frame(self, texts: _Texts, lines: Array) -> pl.DataFrame:
        for key, row, place in texts.unknown():
            name, at = printable(key), (int(lines[row]), place)
            self._unknown[name] = min(at, self._unknown.get(name, at))
        columns = texts.values()
        nothing = pl.Series([None] * len(lines), dtype=pl.String)
        named = {name: columns.get(name, nothing) for name in COLUMNS if name in columns or name in _REQUIRED}
        return pl.DataFrame({**named, LINE: pl.Series(lines.astype(np.int64))})

    def _odd(self, texts: list[bytes], lines: list[int]) -> pl.DataFrame:
        """Return the facts on lines that are not plain, as rows; what is refused is noted."""
        reader = read_facts(io.BytesIO(_NOTHING + b"".join(text + b"\n" for text in texts)), name=self.name)
        told: list[dict[str, Any]] = []
        known = 0
        for number, entry in reader.entries():
            if number == 1:
                continue
            line = lines[number - 2]
            for place, name in enumerate(reader.unknown_columns[known:]):
                at = (line, place)
                self._unknown[name] = min(at, self._unknown.get(name, at))
            known = len(reader.unknown_columns)
            if isinstance(entry, Fact):
                told.append({**cells_of(entry), LINE: line})
            else:
                self.refused.append(
                    RowRefused(self.name, line, entry.column, entry.value, entry.expected, entry.case_id)
                )
        frame = pl.DataFrame(told, schema={**dict.fromkeys(COLUMNS, pl.String), LINE: pl.Int64})
        full = [name for name in frame.columns if name in _REQUIRED or frame[name].null_count() < frame.height]
        return frame.select(full)


def _odd_lines(block: bytes, data: Array, ends: Array, lengths: Array) -> Array:
    """Return which lines cannot be taken apart by their quotation marks alone."""
    starts = ends - lengths + 1
    odd: Array = (lengths < len('{"":""}\n')) | (lengths > LONGEST_ROW)
    whole = np.flatnonzero(~odd)
    last = data[ends[whole] - 1]
    ended = (last == _CLOSE) | ((last == _RETURN) & (data[ends[whole] - 2] == _CLOSE))
    odd[whole[~ended | (data[starts[whole]] != _OPEN)]] = True
    quotes = np.searchsorted(ends, np.flatnonzero(data == _QUOTE))
    marks = np.bincount(quotes, minlength=len(ends))
    odd |= (marks % 2 == 1) | (marks == 0)
    strange = (data == _BACKSLASH) | ((data < _FIRST_PRINTED) & (data != _NEWLINE))
    if strange.any():
        places = np.flatnonzero(strange)
        places = places[(data[places] != _RETURN) | (data[places + 1] != _NEWLINE)]
        odd[np.searchsorted(ends, places)] = True
    if not block.isascii():
        try:
            block.decode()
        except UnicodeDecodeError:
            for at in np.unique(np.searchsorted(ends, np.flatnonzero(data > _ASCII))).tolist():
                try:
                    block[starts[at] : ends[at]].decode()
                except UnicodeDecodeError:
                    odd[at] = True
    return odd


class _Texts:
    """The texts between the quotation marks of some lines, and what stands between them."""

    def __init__(self, text: bytes, lines: int) -> None:
        self._lines = lines
        self._keys: tuple[Array, list[str]] | None = None
        marks = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == _QUOTE)
        bounds = np.empty(len(marks) + 2, dtype=np.int32)
        bounds[0], bounds[-1] = 0, len(text)
        # A text lies between its marks; what is between two texts holds the marks on either side of it.
        bounds[1:-1:2], bounds[2:-1:2] = marks[::2] + 1, marks[1::2]
        pieces = pl.Series(
            pa.StringArray.from_buffers(len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(text))
        )  # pieces: between, text, between, text, ..., between
        self.texts = pieces.gather_every(2, 1)
        between = pieces.gather_every(2)
        distinct = between.unique()
        codes = between.cast(pl.Enum(distinct)).to_physical().to_numpy()
        kinds = np.array([_kind(each) for each in distinct.to_list()], dtype=np.int8)
        self._kind = kinds[codes]
        newlines = np.array([each.count("\n") for each in distinct.to_list()], dtype=np.int64)[codes]
        self.line = np.cumsum(newlines[:-1])
        self.is_value = _BEFORE_VALUE[self._kind[:-1]]

    def wrong_lines(self) -> Array:
        """Return the lines that are no object of texts and nulls."""
        kind = self._kind
        wrong = kind == _BAD
        wrong[0] |= kind[0] != _OPENS
        wrong[1:] |= kind[1:] == _OPENS
        wrong[1:] |= _AFTER_KEY[kind[1:]] == self.is_value
        places = np.flatnonzero(wrong)
        if not len(places):
            return places
        # What stands between two lines may be wrong with either.
        return np.unique(
            np.concatenate([self.line[np.maximum(places - 1, 0)], self.line[np.minimum(places, len(self.line) - 1)]])
        )

    def _coded(self) -> tuple[Array, list[str]]:
        """Return the number of each key, in the order of the texts, and the keys."""
        if self._keys is None:
            keys = self.texts.filter(pl.Series(~self.is_value))
            distinct = keys.unique(maintain_order=True)
            self._keys = keys.cast(pl.Enum(distinct)).to_physical().to_numpy(), distinct.to_list()
        return self._keys

    def columns(self) -> dict[str, list[str]]:
        """Return the columns that the keys mean, each with the ways in which they are written, the first one first."""
        found: dict[str, list[str]] = {}
        for key in self._coded()[1]:
            column = column_of(key)
            if column in COLUMNS:
                found.setdefault(column, []).append(key)
        return found

    def lines_with(self, keys: list[str], *, null: bool = False) -> Array:
        """Return the lines that hold one of these keys; with `null`, those that give null for it."""
        if not keys:
            return np.zeros(0, dtype=np.int64)
        codes, known = self._coded()
        chosen = np.isin(codes, [known.index(key) for key in keys if key in known])
        if null:
            chosen &= _IS_NULL[self._kind[1:]][~self.is_value]
        return np.unique(self.line[~self.is_value][chosen])

    def lines_with_twice(self) -> Array:
        """Return the lines that hold a key of a column twice."""
        codes, known = self._coded()
        places = {column: at for at, column in enumerate(COLUMNS)}
        column = np.array([places.get(column_of(key), -1) for key in known], dtype=np.int64)[codes]
        joined = (self.line[~self.is_value] * len(COLUMNS) + column)[column >= 0]
        return np.unique(np.flatnonzero(np.bincount(joined) > 1) // len(COLUMNS))

    def unknown(self) -> Iterator[tuple[str, int, int]]:
        """Yield each key that means no column, with the line and the place where it first stands."""
        codes, known = self._coded()
        first = np.full(len(known), len(codes), dtype=np.int64)
        np.minimum.at(first, codes, np.arange(len(codes)))
        lines = self.line[~self.is_value]
        for at, key in enumerate(known):
            if column_of(key) not in COLUMNS:
                yield key, int(lines[first[at]]), int(first[at])

    def values(self) -> dict[str, pl.Series]:
        """Return the values of each column, null where a line gives none."""
        codes, known = self._coded()
        if not known:
            return {}
        values = np.flatnonzero(self.is_value)
        # A value follows its key.
        of_key = np.zeros(len(self.is_value), dtype=np.int64)
        of_key[~self.is_value] = codes
        key = of_key[values - 1]
        found = {}
        for at, name in enumerate(known):
            column = column_of(name)
            if column not in COLUMNS:
                continue
            chosen = values[key == at]
            places = np.full(self._lines, -1, dtype=np.int64)
            places[self.line[chosen]] = chosen
            indices = pl.Series(places).set(pl.Series(places < 0), None).cast(pl.UInt32)
            found[column] = self.texts.gather(indices)
        return found


def _kind(between: str) -> int:
    return next((kind for pattern, kind in _BETWEEN if pattern.fullmatch(between)), _BAD)
