"""The labels of a file over columns: what its further columns say of each case that is no particular.

What is a label, `ehcp_flow.measures.extra.values_in` says, row by row. Here the rows are made few before: what is
plainly a particular is left out, and rows that follow one another and say the same of one case are told once, with the
latest day of them.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from ehcp_flow.bulk.csvfile import CsvFile
from ehcp_flow.bulk.kept_rows import KeptRows, RowSource
from ehcp_flow.bulk.row_sources import FrameSource
from ehcp_flow.dates import parse_day
from ehcp_flow.errors import DateError
from ehcp_flow.facts import LEGAL_ORDER, WHITE
from ehcp_flow.measures.extra import LONGEST_VALUE, FurtherValues, read_extra, values_in
from ehcp_flow.particular_table import settled
from ehcp_flow.readers.plain_columns import dated_columns
from ehcp_flow.readers.row_tables import known_among
from ehcp_flow.readers.text_lines import UNFIT

__all__ = ["labels_of"]

_BESIDE: Final = ("case_id", "event", "on", "recorded_at")
_ORDER: Final = "_order"
_EVENTS: Final = 1 << 10
"""More than there are events: a day, and the place of an event among those of a day, are one number."""


def labels_of(rows: RowSource, path: str, *, known_at: dt.datetime | None = None) -> FurtherValues:
    """Return the labels of a file, by case, and what should be told of its further columns; `rows` are its own.

    With `known_at` only rows that had been recorded by then count. Raises SourceError for a file that cannot be read.
    """
    read = rows.read if isinstance(rows, KeptRows) else rows
    if not isinstance(read, CsvFile | FrameSource):
        return read_extra(path, known_at=known_at, with_facts=False)
    frames = (_few(_tidy(cells)) for cells in read.further_cells(_BESIDE) if cells.height)
    told = (row for frame in frames for row in frame.iter_rows(named=True))
    texts = ({name: text for name, text in row.items() if text is not None} for row in told)
    return values_in(texts, known_at=known_at, with_facts=False)


def _tidy(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells that hold a short text."""
    texts = cells.select(pl.all().cast(pl.String, strict=False).str.strip_chars(WHITE))
    lengths = pl.all().str.len_chars()
    return texts.select(pl.when((lengths > 0) & (lengths <= LONGEST_VALUE)).then(pl.all()))


def _few(cells: pl.DataFrame) -> pl.DataFrame:
    """Return rows that say the same: without what is plainly a particular, and each run of rows of one case once."""
    cells = _without_particulars(cells.with_columns(_order(cells)))
    dated = [pl.col(name).is_not_null() for name in cells.columns if name in dated_columns()]
    # Of what a name does not take, the cells are counted: these rows stay apart.
    begins = pl.any_horizontal(pl.lit(value=False), *dated)
    for name in cells.columns:
        if name not in ("event", "on", _ORDER):
            begins |= pl.col(name).ne_missing(pl.col(name).shift(1))
    latest = (
        pl.select(begins_of=cells.select(begins.cum_sum()).to_series(), order=cells[_ORDER])
        .with_row_index("at")
        .group_by("begins_of", maintain_order=True)
        .agg(pl.col("at").get(pl.col("order").arg_max()))
    )
    return cells.drop(_ORDER).select(pl.all().gather(latest["at"]))


def _without_particulars(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells without those that a name takes as a particular: they hold from the day of their row."""
    kept = []
    for name in dated_columns().difference(known_among(cells.columns)).intersection(cells.columns):
        taken = [
            text
            for text in cells[name].drop_nulls().unique().to_list()
            if not UNFIT.search(text) and settled(name, text) is not None
        ]
        kept.append(pl.when(~pl.col(name).is_in(taken) | (pl.col(_ORDER) < 0)).then(pl.col(name)).alias(name))
    return cells.with_columns(kept)


def _order(cells: pl.DataFrame) -> pl.Series:
    """Return a number of each row that grows with its day, and on one day in legal order; -1 where there is no day."""
    day = cells["on"].replace_strict({text: _number(text) for text in cells["on"].unique()}, return_dtype=pl.Int64)
    place = cells["event"].replace_strict(LEGAL_ORDER, default=-1, return_dtype=pl.Int64)
    return pl.select(pl.when(day >= 0).then(day * _EVENTS + place + 1).otherwise(-1).alias(_ORDER)).to_series()


def _number(text: str | None) -> int:
    try:
        return parse_day(text or "").toordinal()
    except DateError:
        return -1
