"""Whose row of a sheet it is, and which rows are nobody's: blank ones, those without an id, and those of totals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import polars as pl

from ehcp_flow.bulk.encoding import LINE
from ehcp_flow.conversion.cell_faults import CELL_FAULT, cell_fault
from ehcp_flow.conversion.sheet import HeadedSheet
from ehcp_flow.errors import RowRefused

__all__ = ["RowIds", "read_row_ids", "refused_cell"]

_TOTALS: Final = r"(?i)\A\W*((grand|sub)[ -]?)?(total|count|sum|average|mean)s?\W*[0-9]*\W*\z"
"""What a sheet calls a row that adds up those above it."""
_OF_TOTALS: Final = "it looks like the sheet's own row of totals, which is no child's: take it out of the sheet"
_NOBODYS: Final = "the row does not say whose it is, so nothing of it was taken"


class RowIds(NamedTuple):
    """The case of each row, null for nobody's, and the rows that are refused for it; the others of these are blank."""

    ids: pl.Series
    refused: list[RowRefused]


def read_row_ids(sheet: HeadedSheet, parts: Mapping[str, pl.Series]) -> RowIds:
    """Return whose each row is, by the columns that say it under their headings, joined by `/`."""
    refused: dict[int, RowRefused] = {}
    frame = pl.DataFrame([part.alias(str(at)) for at, part in enumerate(parts.values())])
    ids = frame.select(pl.concat_str(pl.all(), separator="/")).to_series()
    for heading, part in parts.items():
        totals = part.str.contains(_TOTALS).fill_null(value=False)
        for row, value in zip(sheet.rows.filter(totals).to_list(), part.filter(totals).to_list(), strict=True):
            refused[row] = RowRefused(sheet.name, row, heading, value, _OF_TOTALS)
        ids = ids.set(totals, None)
        faulty = part.str.contains(CELL_FAULT).fill_null(value=False)
        for row, value in zip(sheet.rows.filter(faulty).to_list(), part.filter(faulty).to_list(), strict=True):
            refused[row] = RowRefused(sheet.name, row, heading, value, cell_fault(value))
        ids = ids.set(faulty, None)
    written = pl.DataFrame([cells.alias(str(at)) for at, cells in enumerate(sheet.columns.values())])
    if written.width:
        says = written.select(pl.any_horizontal(pl.all() != "")).to_series()
        lacking = ids.is_null() & says
        total = pl.any_horizontal(pl.all().exclude("row").str.contains(_TOTALS))
        without = written.filter(lacking).with_columns(row=sheet.rows.filter(lacking))
        for row, of_totals in without.select("row", total.alias("total")).iter_rows():
            heading = next(each for each, part in parts.items() if part[row - sheet.first] is None or row in refused)
            why = f"{_NOBODYS}; {_OF_TOTALS}" if of_totals else _NOBODYS
            refused.setdefault(row, RowRefused(sheet.name, row, heading, None, why))
    return RowIds(ids, list(refused.values()))


def refused_cell(name: str, row: Mapping[str, object]) -> RowRefused:
    """Return a row of facts that is refused for the first of its cells that holds a fault."""
    line = int(str(row[LINE]))
    texts = {column: str(text) for column, text in row.items() if column != LINE and text is not None}
    column, text = next((column, text) for column, text in texts.items() if cell_fault(text))
    case_id = texts.get("case_id", "")
    return RowRefused(name, line, column, text, cell_fault(text), "" if cell_fault(case_id) else case_id)
