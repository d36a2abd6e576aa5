"""The rows of a Parquet file that were refused, to be put right and read again: `readers.refused_rows` for columns."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import polars as pl

from ehcp_flow.bulk.row_sources import open_rows
from ehcp_flow.errors import RowRefused
from ehcp_flow.readers.refused_rows import RefusedRow, RefusedTable, faults_by_row, faults_of
from ehcp_flow.readers.row_tables import column_of

__all__ = ["refused_of_parquet"]


def refused_of_parquet(path: str | os.PathLike[str], refused: Sequence[RowRefused]) -> RefusedTable:
    """Return the rows of a Parquet file that were refused, with its own columns; a row's number counts from 1."""
    waiting = faults_by_row(refused)
    scan = pl.scan_parquet(Path(path))
    header = scan.collect_schema().names()
    frame = scan.with_row_index("", offset=1).filter(pl.col("").is_in(list(waiting))).collect()
    rows = []
    with ExitStack() as stack:
        table = open_rows(path, stack)
        for number, *cells in frame.iter_rows():
            texts = [_text(cell) for cell in cells]
            fields = {column_of(name): text for name, text in zip(header, texts, strict=True) if text}
            faults = waiting[number]
            faults += [each for each in faults_of(number, fields, table) if each not in faults]
            rows.append(RefusedRow(texts, number, faults))
    return RefusedTable(header, rows)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    is_midnight = isinstance(cell, dt.datetime) and cell.time() == dt.time() and cell.tzinfo is None
    return str(cell.date() if is_midnight else cell)
