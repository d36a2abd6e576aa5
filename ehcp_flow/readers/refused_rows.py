"""The file of refused rows: the rows of a source that were not taken, as they stand there, and why.

Whoever puts its cells right reads the same file again in the place of the source: what stands behind the source's own
columns, `row` and `faults`, is passed over, and a cell that was kept from being a formula is what it was.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Final, NamedTuple

from ehcp_flow.errors import RowRefused
from ehcp_flow.facts import COLUMN_OF, REQUIRED
from ehcp_flow.formulas import disarmed
from ehcp_flow.outputs import Kind, Output, header_of
from ehcp_flow.readers.case_reader import Source, fact_of_row, open_file
from ehcp_flow.readers.row_tables import REFUSED_COLUMNS, table_of
from ehcp_flow.readers.text_lines import readable_text

__all__ = ["REFUSED_ROWS", "RefusedRow", "RefusedTable", "faults_by_row", "faults_of", "refused_table"]

REFUSED_ROWS: Final = Kind(
    "a file of refused rows", "refused.csv", lambda file: tuple(header_of(file)[-2:]) == REFUSED_COLUMNS
)
_STANDS_IN: Final = {"event": "request_received", "on": "2020-01-01", "case_id": "x"}
"""What is put for a cell that no fact can do without, to see what else is wrong with its row."""
_OF_ANY_EVENT: Final = ("case_id", "on", "authority", "fact_id", "recorded_at")


class RefusedRow(NamedTuple):
    """A row of a source: its cells, its number there, and what is wrong with it."""

    cells: Sequence[str]
    row: int
    faults: Sequence[str]


class RefusedTable(NamedTuple):
    """The refused rows of a source under its own header."""

    header: Sequence[str]
    rows: Sequence[RefusedRow]

    def text(self) -> str:
        """Return it as CSV. People open it in a spreadsheet, so what would be a formula there gets an apostrophe."""
        width = max((len(self.header), *(len(row.cells) for row in self.rows)))
        written = io.StringIO(newline="")
        rows = csv.writer(written, lineterminator="\r\n")

        def told(cells: Sequence[str]) -> Iterator[str]:
            yield from (_fit(cell) for cell in cells)
            yield from [""] * (width - len(cells))

        rows.writerow([*told(self.header), *REFUSED_COLUMNS])
        for row in self.rows:
            rows.writerow([*told(row.cells), row.row, _fit("; ".join(row.faults))])
        return written.getvalue()

    def write(self, output: Output) -> None:
        """Write it. Where nothing was refused there is no file, and one of an earlier run keeps a header alone."""
        if self.rows or output.target.exists():
            output.write(self.text().encode("utf-8", "backslashreplace"))


def faults_by_row(refused: Iterable[RowRefused]) -> dict[int, list[str]]:
    """Return what is wrong with each row that was refused, by its number, each fault with its column before it."""
    found: dict[int, dict[str, None]] = {}
    for row in refused:
        found.setdefault(row.line, {})[_fault(row)] = None
    return {line: list(found[line]) for line in sorted(found)}


def refused_table(source: Source, refused: Sequence[RowRefused], *, name: str | None = None) -> RefusedTable:
    """Return the rows of a CSV or JSON Lines source that were refused, which is read again for them: a path, a stream.

    Raises SourceError where it cannot be read any more.
    """
    waiting = faults_by_row(refused)
    rows: list[RefusedRow] = []
    with ExitStack() as stack:
        if isinstance(source, (str, os.PathLike)):
            name = name or os.fspath(source)
            source = stack.enter_context(open_file(source, name))
        table = table_of(source, name or "<stream>")
        for line, row in table if waiting else ():
            if (faults := waiting.pop(line, None)) is None:
                continue
            if isinstance(row, dict):
                faults += [each for each in faults_of(line, row, table) if each not in faults]
            rows.append(RefusedRow(table.cells, line, faults))
            if not waiting:
                break
    return RefusedTable(table.header or REQUIRED, rows)


def faults_of(line: int, row: Mapping[str, str], table: Any) -> Iterator[str]:
    """Yield everything that is wrong with the cells of a row of facts: what hides behind the first fault, too.

    Of a row whose event is not known only that is looked at which every event has.
    """
    fields = {name: text for name, text in row.items() if name in COLUMN_OF}
    shown = {written: column for column, written in table.shown.items()}
    tried: set[str] = set()
    while isinstance(found := fact_of_row(line, dict(fields), table), RowRefused):
        column = shown.get(found.column, found.column)
        if column in tried or column not in COLUMN_OF:
            return
        tried.add(column)
        yield _fault(found)
        if column == "event":
            fields = {name: fields[name] for name in _OF_ANY_EVENT if name in fields}
        if column in _STANDS_IN:
            fields[column] = _STANDS_IN[column]
        elif fields.pop(column, None) is None:
            return  # it is missing, and nothing stands in for it


def _fault(row: RowRefused) -> str:
    return f"{row.column}: {row.expected}" if row.column else row.expected


def _fit(cell: str) -> str:
    """Return a cell as a file of text can hold it, and as no spreadsheet calculates it."""
    return disarmed(readable_text(cell).replace("\x00", "\\x00"))
