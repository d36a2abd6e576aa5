"""What was refused of a sheet or a return, as a file: the rows of a sheet to put right, the items of a return."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import polars as pl

from ehcp_flow.bulk.encoding import LINE
from ehcp_flow.conversion.converting import ConvertedRows
from ehcp_flow.conversion.sheet import HeadedSheet
from ehcp_flow.errors import RowRefused
from ehcp_flow.readers.refused_rows import RefusedRow, RefusedTable, faults_by_row, faults_of

__all__ = ["refused_of"]


def refused_of(found: ConvertedRows, refused: Sequence[RowRefused]) -> RefusedTable:
    """Return the refused rows of a sheet under its own headings, to be put right and read again as a sheet.

    A row of a child that has others above it brings those with it, without a fault: what its facts are called says
    which of the child's rows it is. Of a return a row has the file, the case, the item and its value instead: it is put
    right where the return comes from.
    """
    sheet = found.sheet
    if sheet is None:
        items = [(row.source, row.case_id, row.column, str(row.value or "")) for row in refused]
        rows = zip(items, refused, strict=True)
        return RefusedTable(
            ("file", "case_id", "item", "value"), [RefusedRow(cells, row.line, [row.expected]) for cells, row in rows]
        )
    faults = faults_by_row(refused)
    for line, row in _rows_of(found, faults):
        faults[line] += [each for each in faults_of(line, row, found) if each not in faults[line]]
    lines = sorted({*faults, *_above(found, faults)})
    return RefusedTable(
        tuple(sheet.columns), [RefusedRow(_cells(sheet, line), line, faults.get(line, ())) for line in lines]
    )


def _rows_of(found: ConvertedRows, lines: Collection[int]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of facts that these rows of the sheet became."""
    for row in found.frame.filter(pl.col(LINE).is_in(list(lines))).iter_rows(named=True):
        yield row.pop(LINE), {name: text for name, text in row.items() if text is not None}


def _above(found: ConvertedRows, lines: Collection[int]) -> list[int]:
    """Return the rows of the same children that stand above these rows."""
    if found.ids is None or found.sheet is None:
        return []
    rows = pl.DataFrame({"id": found.ids, LINE: found.sheet.rows})
    last = (
        rows.filter(pl.col(LINE).is_in(list(lines)), pl.col("id").is_not_null())
        .group_by("id")
        .agg(last=pl.col(LINE).max())
    )
    return rows.join(last, on="id").filter(pl.col(LINE) < pl.col("last"))[LINE].to_list()


def _cells(sheet: HeadedSheet, line: int) -> list[str]:
    return [cells[line - sheet.first] for cells in sheet.columns.values()]
