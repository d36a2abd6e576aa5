"""CSV in blocks of lines: what is plain goes to Polars, the rest to the readers, line by line.

A line is plain if it has no quotation mark and as many cells as the header, and is UTF-8. A file in which a row can
span lines (an odd number of quotation marks on a line) is left to the readers as a whole.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from ehcp_flow.bulk.codes import Array
from ehcp_flow.bulk.encoding import LINE, cells_of
from ehcp_flow.errors import RowRefused
from ehcp_flow.facts import COLUMNS, Fact
from ehcp_flow.readers import read_facts
from ehcp_flow.readers.rows import CsvTable, column_of, table_of

__all__ = ["BLOCK", "CsvFile", "frame_of_rows"]

BLOCK: Final = 1 << 25
"""How many bytes are read at a time."""
_NEWLINE, _QUOTE, _RETURN, _NUL = b'\n"\r\0'
_WIDEST: Final = 250
"""So many columns fit into the byte in which the separators of a line are counted."""
_ASCII: Final = 0x7F
_SEPARATORS: Final = ",;\t"
_BOM: Final = b"\xef\xbb\xbf"


class CsvFile:
    """A CSV file as blocks of rows. `refused` fills while blocks are read."""

    together = False

    def __init__(self, path: Path, name: str, table: CsvTable) -> None:
        self.path = path
        self.name = name
        self.shown = table.shown
        self.unknown_columns = table.unknown_columns
        self.refused: list[RowRefused] = []
        with path.open("rb") as file:
            first = file.readline()
        self._head = first
        text = first.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\r\n")
        self._separator = (
            next(
                sep for sep in _SEPARATORS if set(table.shown) <= {column_of(cell.strip()) for cell in text.split(sep)}
            )
            if '"' not in text
            else ""
        )
        self._columns = [column_of(cell.strip()) for cell in text.split(self._separator or ",")]

    def is_plain(self) -> bool:
        """Whether each row stands on a line of its own, and the header is plain, so that lines can be taken apart."""
        wide = len(self._columns) > _WIDEST
        if wide or not self._separator or not self._head.endswith(b"\n") or "" in self._columns:
            return False
        for _, block in self._blocks():
            data = np.frombuffer(block, dtype=np.uint8)
            if b'"' in block:
                quotes = np.flatnonzero(data == _QUOTE)
                line = np.searchsorted(np.flatnonzero(data == _NEWLINE), quotes)
                if (np.bincount(line) % 2).any():
                    return False
        return True

    def _blocks(self) -> Iterator[tuple[int, bytes]]:
        """Yield the number of the first line and the bytes of whole lines."""
        with self.path.open("rb") as file:
            file.seek(len(self._head))
            line, rest = 2, b""
            while read := file.read(BLOCK):
                cut = read.rfind(b"\n") + 1
                if not cut:
                    rest += read
                    continue
                block, rest = rest + read[:cut], read[cut:]
                yield line, block
                line += block.count(b"\n")
            if rest:
                yield line, rest + b"\n"

    def case_ids(self) -> Iterator[pl.Series]:
        """Yield the case ids of the plain lines."""
        for line, block in self._blocks():
            yield self._plain(block, line, ["case_id"])[0]["case_id"]

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield the rows, with the line of each."""
        self.refused = []
        known = [name for name in self._columns if name in COLUMNS]
        for line, block in self._blocks():
            frame, odd = self._plain(block, line, known)
            blank = frame.select(pl.all_horizontal(pl.col(name).is_null() for name in known)).to_series()
            if blank.any():
                odd = np.sort(np.append(odd, frame.filter(blank)[LINE].to_numpy() - line))
                frame = frame.filter(~blank)
            if len(odd):
                rows = self._odd(block, line, odd)
                frame = pl.concat([frame, frame_of_rows(rows, frame.schema)]).sort(LINE)
            if frame.height:
                yield frame

    def _plain(self, block: bytes, line: int, columns: list[str]) -> tuple[pl.DataFrame, Array]:
        """Return the plain lines of a block as rows, and which lines are not plain."""
        data = np.frombuffer(block, dtype=np.uint8)
        ends = np.flatnonzero(data == _NEWLINE)
        odd = self._odd_lines(block, data, ends)
        numbers = np.arange(len(ends), dtype=np.int64)
        if len(odd):
            plain = np.ones(len(ends), dtype=bool)
            plain[odd] = False
            lengths = np.diff(ends, prepend=-1)
            data = data[np.repeat(plain, lengths)]
            numbers = numbers[plain]
        text = data.tobytes() if len(odd) else block
        if not text:
            return pl.DataFrame(schema={**dict.fromkeys(columns, pl.String), LINE: pl.Int64}), odd
        names = [name if name in COLUMNS else f"_{at}" for at, name in enumerate(self._columns)]
        scan = pl.scan_csv(
            io.BytesIO(text),
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            separator=self._separator,
            quote_char=None,
        )
        frame = scan.select(columns).collect()
        return frame.with_columns(pl.Series(LINE, numbers + line)), odd

    def _odd_lines(self, block: bytes, data: Array, ends: Array) -> Array:
        """Return the numbers, within the block, of the lines that are not plain."""
        starts = np.append(0, ends[:-1] + 1)
        separators = np.add.reduceat((data == ord(self._separator)).view(np.uint8), starts, dtype=np.uint8)
        odd = separators != len(self._columns) - 1
        for byte in (_QUOTE, _NUL):
            if bytes([byte]) in block:
                odd[np.searchsorted(ends, np.flatnonzero(data == byte))] = True
        if b"\r" in block:
            returns = np.flatnonzero(data == _RETURN)
            odd[np.searchsorted(ends, returns[data[returns + 1] != _NEWLINE])] = True
        if not block.isascii():
            try:
                block.decode()
            except UnicodeDecodeError:
                lines = np.unique(np.searchsorted(ends, np.flatnonzero(data > _ASCII)))
                starts = np.append(0, ends + 1)
                for at in lines.tolist():
                    try:
                        block[starts[at] : ends[at]].decode()
                    except UnicodeDecodeError:
                        odd[at] = True
        return np.flatnonzero(odd)

    def _odd(self, block: bytes, line: int, odd: Array) -> list[dict[str, Any]]:
        """Return the facts on lines that are not plain, as rows; what is refused is noted."""
        lines = block.split(b"\n")
        text = self._head + b"".join(lines[at] + b"\n" for at in odd.tolist())
        rows: list[dict[str, Any]] = []
        for number, entry in read_facts(io.BytesIO(text), name=self.name).entries():
            at = int(odd[number - 2]) + line
            if isinstance(entry, Fact):
                rows.append({**cells_of(entry), LINE: at})
            else:
                self.refused.append(RowRefused(self.name, at, entry.column, entry.value, entry.expected, entry.case_id))
        return rows


def frame_of_rows(rows: list[dict[str, Any]], schema: Any) -> pl.DataFrame:
    """Return rows of text as a frame with these columns."""
    return pl.DataFrame(rows, schema=dict(schema))


def csv_table(path: Path, name: str) -> CsvTable | None:
    """Return the table that the readers see in a file, or None for JSON Lines. Raises SourceError as they do."""
    with path.open("rb") as file:
        table = table_of(file, name)
    return table if isinstance(table, CsvTable) else None
