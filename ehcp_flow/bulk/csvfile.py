"""CSV in blocks of rows: what is plain goes to Polars, the rest to the readers, row by row.

A row is plain if it is UTF-8, has as many cells as the header, and its quotation marks are regular (`quoting`). A file
is left to the readers as a whole only where a quotation mark that is not regular may reach over several lines.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from ehcp_flow.bulk.codes import Array
from ehcp_flow.bulk.encoding import LINE
from ehcp_flow.bulk.plain_rows import plain_names
from ehcp_flow.bulk.quoting import Quotes, cells_of_row, inside, irregular, spans
from ehcp_flow.bulk.read_again import taken
from ehcp_flow.errors import RowRefused
from ehcp_flow.facts import COLUMNS, OWN, WHITE
from ehcp_flow.measures.extra import rows_of_text
from ehcp_flow.readers import read_facts
from ehcp_flow.readers.row_tables import CsvTable, column_of, known_among, table_of
from ehcp_flow.readers.text_lines import LONGEST_ROW

__all__ = ["BLOCK", "CsvFile", "frame_of_rows"]

BLOCK: Final = 1 << 25
"""How many bytes are read at a time, at most."""
_LEAST, _PARTS = 1 << 22, 16
"""A smaller file is read in so many parts, none of them smaller than so many bytes: a block takes twenty times that."""
_NEWLINE, _QUOTE, _RETURN, _NUL = b'\n"\r\0'
_WIDEST: Final = 250
"""So many columns fit into the byte in which the separators of a short row are counted."""
_ASCII: Final = 0x7F


class CsvFile:
    """A CSV file as blocks of rows. `refused` fills while blocks are read."""

    together = False
    entering = True

    def __init__(self, path: Path, name: str, table: CsvTable) -> None:
        self.path = path
        self.name = name
        self.shown = table.shown
        self.unknown_columns = table.unknown_columns
        self.refused: list[RowRefused] = []
        with path.open("rb") as file:
            self._head = b"".join(islice(file, table.lines_read))
        self._separator = table.separator
        self._retried = table.retried
        self._first = table.lines_read + 1
        self._header = table.header
        columns = [column_of(cell) for cell in table.header]
        known = known_among(columns)
        # A column that is none of a fact here, though it could be one elsewhere, goes by a name that is none.
        self._columns = [f" {name}" if name in COLUMNS and name not in known else name for name in columns]
        # Of two of one name the last one counts, as it does to the readers.
        last = {name: at for at, name in enumerate(columns)}
        self._plain_at = {last[name[1:]]: name for name in plain_names(columns, known)}
        self._quotes = Quotes(by_line=True, regular=True)

    def is_plain(self) -> bool:
        """Whether rows can be told apart without reading them one by one."""
        if len(self._columns) > _WIDEST or self._retried:
            return False
        self._quotes = self._looked_at()
        return self._quotes.by_line or self._quotes.regular

    def _looked_at(self) -> Quotes:
        """Return what the quotation marks of the file say of its rows."""
        by_line = regular = True
        within, open_for = False, 0
        for block in self._lines():
            if not by_line and not regular:
                break
            if not within and b'"' not in block:
                continue
            data = np.frombuffer(block, dtype=np.uint8)
            places = np.flatnonzero(data == _QUOTE)
            opens = (np.arange(len(places)) % 2 == 0) ^ within
            regular = regular and not irregular(data, ord(self._separator), places, opens).any()
            by_line = by_line and not within and self._stand_alone(block, data, places)
            # A row that is too long is left behind after its first line: what follows is then no matter of counting.
            ends = np.flatnonzero((data == _NEWLINE) & (inside(data) == within))
            lengths = np.diff(ends, prepend=-1 - open_for)
            open_for = len(block) - 1 - int(ends[-1]) if len(ends) else open_for + len(block)
            longest = max(open_for, int(lengths.max()) if len(lengths) else 0)
            regular = regular and (by_line or longest <= LONGEST_ROW)
            within ^= bool(len(places) % 2)
        return Quotes(by_line, regular and not within)

    def _stand_alone(self, block: bytes, data: Array, places: Array) -> bool:
        """Whether each row of a block stands on a line of its own."""
        ends = np.flatnonzero(data == _NEWLINE)
        line = np.searchsorted(ends, places)
        if (np.bincount(line) % 2).any():
            return False
        wrong = irregular(data, ord(self._separator), places, np.arange(len(places)) % 2 == 0)
        starts = np.append(0, ends + 1)
        return not any(
            spans(block[starts[at] : ends[at] + 1], self._separator) for at in np.unique(line[wrong]).tolist()
        )

    def _lines(self) -> Iterator[bytes]:
        """Yield the bytes of whole lines, behind the header; the last one is ended."""
        with self.path.open("rb") as file:
            file.seek(len(self._head))
            rest: list[bytes] = []
            block = min(BLOCK, max(_LEAST, self.path.stat().st_size // _PARTS))
            while read := file.read(block):
                cut = read.rfind(b"\n") + 1
                if not cut:
                    rest.append(read)
                    continue
                yield b"".join((*rest, read[:cut]))
                rest = [read[cut:]] if cut < len(read) else []
            if rest:
                yield b"".join(rest) + b"\n"

    def _blocks(self) -> Iterator[tuple[int, bytes]]:
        """Yield the number of the first line and the bytes of whole rows."""
        line, rest = self._first, b""
        for lines in self._lines():
            block = rest + lines
            cut = len(block)
            if not self._quotes.by_line and block.count(b'"') % 2:
                data = np.frombuffer(block, dtype=np.uint8)
                ends = np.flatnonzero((data == _NEWLINE) & ~inside(data))
                cut = int(ends[-1]) + 1 if len(ends) else 0
            block, rest = block[:cut], block[cut:]
            if block:
                yield line, block
            line += block.count(b"\n")

    def case_ids(self) -> Iterator[pl.Series]:
        """Yield the case ids of the rows; of one that cannot be taken apart there is none."""
        at_case = self._columns.index("case_id")
        for line, block in self._blocks():
            frame, odd, rows = self._plain(block, line, ["case_id"])
            told: list[dict[str, Any]] = []
            for at in odd.tolist():
                try:
                    cells = cells_of_row(rows.text(at).decode("utf-8", "surrogateescape"), self._separator)
                    case_id = cells[at_case].strip(WHITE).encode().decode()
                except (csv.Error, IndexError, UnicodeError):
                    continue
                if case_id:
                    told.append({"case_id": case_id, LINE: rows.lines[at]})
            if told:
                frame = pl.concat([frame, frame_of_rows(told, frame.schema)]).sort(LINE)
            yield frame["case_id"]

    def further_cells(self, beside: Collection[str]) -> Iterator[pl.DataFrame]:
        """Yield what is said outside the columns of facts, by column, with what is said in the columns beside.

        A row that cannot be taken apart at all says nothing.
        """
        last = {column_of(cell): at for at, cell in enumerate(self._header)}
        known = known_among(last)
        chosen = {column: at for column, at in last.items() if column not in known or column in beside}
        names = {self._name_at(at): column for column, at in chosen.items()}
        for line, block in self._blocks():
            frame, odd, rows = self._plain(block, line, list(names))
            frame = frame.rename(names)
            told = []
            for at in odd.tolist():
                text = (self._head + rows.text(at)).decode("utf-8-sig", "replace")
                told += [{**row, LINE: rows.lines[at]} for row in rows_of_text(io.StringIO(text, newline=""))]
            if told:
                frame = pl.concat([frame, frame_of_rows(told, frame.schema)]).sort(LINE)
            yield frame.drop(LINE)

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield the rows, with the line of each."""
        self.refused = []
        known = [name for name in self._columns if name in COLUMNS] + list(self._plain_at.values())
        unnamed = [f"_{at}" for at, name in enumerate(self._columns) if not name]
        for line, block in self._blocks():
            frame, odd, rows = self._plain(block, line, [*known, *unnamed])
            event = pl.col("event")
            blank = event.is_null() | (event.str.strip_chars(WHITE) == "")
            stray = pl.any_horizontal(pl.lit(value=False), *(pl.col(name).is_not_null() for name in unnamed))
            strange = frame.select(blank | stray).to_series()
            if strange.any():
                lines = frame.filter(strange)[LINE].to_numpy()
                odd = np.sort(np.append(odd, np.searchsorted(rows.lines, lines)))
                frame = frame.filter(~strange)
            frame = frame.drop(unnamed)
            if len(odd):
                # What further columns say of these rows, the readers have made facts of.
                own = dict.fromkeys(OWN[:2], pl.String) if self._plain_at else {}
                told = frame_of_rows(self._odd(rows, odd), {**frame.schema, **own})
                frame = pl.concat([frame, told], how="diagonal").sort(LINE)
            if frame.height:
                yield frame

    def _name_at(self, at: int) -> str:
        """Return what a column goes by in a block: its name, if it is one of a fact, or is dated by its rows."""
        name = self._columns[at]
        return name if name in COLUMNS else self._plain_at.get(at, f"_{at}")

    def _plain(self, block: bytes, line: int, columns: list[str]) -> tuple[pl.DataFrame, Array, _Rows]:
        """Return the plain rows of a block, which rows are not plain, and where all of them stand."""
        rows = _Rows(block, line, by_line=self._quotes.by_line)
        odd = self._odd_rows(rows)
        plain = np.ones(len(rows.ends), dtype=bool)
        plain[odd] = False
        text = rows.data[np.repeat(plain, rows.lengths)].tobytes() if len(odd) else block
        if not text:
            return pl.DataFrame(schema={**dict.fromkeys(columns, pl.String), LINE: pl.Int64}), odd, rows
        names = [self._name_at(at) for at in range(len(self._columns))]
        scan = pl.scan_csv(
            io.BytesIO(text),
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            separator=self._separator,
            quote_char='"' if b'"' in text else None,
        )
        frame = scan.select(columns).collect()
        return frame.with_columns(pl.Series(LINE, rows.lines[plain])), odd, rows

    def _odd_rows(self, rows: _Rows) -> Array:
        """Return the numbers, within the block, of the rows that are not plain."""
        block, data, ends = rows.block, rows.data, rows.ends
        starts = np.append(0, ends[:-1] + 1)
        separates = data == ord(self._separator)
        if rows.inside is not None:
            separates &= ~rows.inside
        # A row so short cannot have more separators than a byte counts.
        wide = np.uint8 if rows.lengths.max() <= _ASCII else np.uint32
        odd = np.add.reduceat(separates.view(np.uint8), starts, dtype=wide) != len(self._columns) - 1
        odd |= rows.lengths > LONGEST_ROW
        if b"\0" in block:
            odd[np.searchsorted(ends, np.flatnonzero(data == _NUL))] = True
        if rows.inside is not None:
            places = np.flatnonzero(data == _QUOTE)
            wrong = irregular(data, ord(self._separator), places, np.arange(len(places)) % 2 == 0)
            odd[np.searchsorted(ends, places[wrong])] = True
        if b"\r" in block:
            returns = np.flatnonzero(data == _RETURN)
            odd[np.searchsorted(ends, returns[data[returns + 1] != _NEWLINE])] = True
        if not block.isascii():
            try:
                block.decode()
            except UnicodeDecodeError:
                for at in np.unique(np.searchsorted(ends, np.flatnonzero(data > _ASCII))).tolist():
                    try:
                        rows.text(at).decode()
                    except UnicodeDecodeError:
                        odd[at] = True
        return np.flatnonzero(odd)

    def _odd(self, rows: _Rows, odd: Array) -> list[dict[str, Any]]:
        """Return the facts in rows that are not plain, as rows; what is refused is noted."""
        text = [self._head]
        lines: dict[int, int] = {}
        number = self._first
        for at in odd.tolist():
            row = rows.text(at)
            lines[number] = int(rows.lines[at])
            number += row.count(b"\n")
            text.append(row)
        reader = read_facts(io.BytesIO(b"".join(text)), name=self.name)
        kept, refused = taken(reader, lines.__getitem__)
        self.refused.extend(refused)
        return kept


class _Rows:
    """Where the rows of a block stand: the place of each one's last byte, its length, and its first line."""

    def __init__(self, block: bytes, line: int, *, by_line: bool) -> None:
        self.block = block
        self.data = np.frombuffer(block, dtype=np.uint8)
        newlines = self.data == _NEWLINE
        self.inside: Array | None = inside(self.data) if b'"' in block else None
        if by_line or self.inside is None:
            self.ends = np.flatnonzero(newlines)
            self.lines = np.arange(len(self.ends), dtype=np.int64) + line
        else:
            self.ends = np.flatnonzero(newlines & ~self.inside)
            every = np.flatnonzero(newlines)
            self.lines = np.append(0, np.searchsorted(every, self.ends[:-1]) + 1).astype(np.int64) + line
        self.lengths = np.diff(self.ends, prepend=-1)

    def text(self, at: int) -> bytes:
        """Return one row with its end."""
        end = int(self.ends[at]) + 1
        return self.block[end - int(self.lengths[at]) : end]


def frame_of_rows(rows: list[dict[str, Any]], schema: Any) -> pl.DataFrame:
    """Return rows of text as a frame with these columns."""
    return pl.DataFrame(rows, schema=dict(schema))


def csv_table(path: Path, name: str) -> CsvTable | None:
    """Return the table that the readers see in a file, or None for JSON Lines. Raises SourceError as they do."""
    with path.open("rb") as file:
        table = table_of(file, name)
    return table if isinstance(table, CsvTable) else None
