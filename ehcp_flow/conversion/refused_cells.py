"""The file of what was refused: the rows of a sheet to put right and read again, or the items of a return."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from ehcp_flow.conversion.converting import ConvertedRows
from ehcp_flow.conversion.sheet import REFUSED_COLUMNS
from ehcp_flow.errors import RowRefused
from ehcp_flow.formulas import disarmed
from ehcp_flow.outputs import Kind, header_of

__all__ = ["REFUSED_CELLS", "refused_rows"]

REFUSED_CELLS: Final = Kind(
    "a file of refused rows", "refused.csv", lambda file: header_of(file)[-2:] == [*REFUSED_COLUMNS]
)


def refused_rows(found: ConvertedRows, refused: Sequence[RowRefused]) -> str:
    """Return the refused rows as CSV: the sheet's own headings and cells, `row`, and all their `faults`.

    Such a file is read again as a sheet once its cells are put right: the last two columns are passed over. Of a
    return a row has the file, the case, the item and its value instead: it is put right where the return comes from.
    """
    sheet = found.sheet
    if sheet is None:
        return _refused_items(refused)
    faults: dict[int, list[str]] = {}
    for row in refused:
        faults.setdefault(row.line, []).append(f"{row.column}: {row.expected}" if row.column else row.expected)
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow([*map(disarmed, sheet.columns), *REFUSED_COLUMNS])
    for line in sorted(faults):
        cells = [cells[line - sheet.first] for cells in sheet.columns.values()]
        rows.writerow([*map(disarmed, cells), line, "; ".join(map(disarmed, faults[line]))])
    return text.getvalue()


def _refused_items(refused: Sequence[RowRefused]) -> str:
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(["file", "case_id", "item", "value", *REFUSED_COLUMNS])
    for row in refused:
        told = (row.source, row.case_id, row.column, str(row.value or ""))
        rows.writerow([*map(disarmed, told), row.line, disarmed(row.expected)])
    return text.getvalue()
