"""The rows of a source without those of one name that say different things.

Which rows may be so is found over all of them at once, before cases are put together; what is refused, by `FactNames`,
as a reader of rows does it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from ehcp_flow.bulk.encoding import LINE
from ehcp_flow.bulk.kept_rows import RowSource
from ehcp_flow.bulk.read_again import facts_in
from ehcp_flow.bulk.record_columns import NAME
from ehcp_flow.errors import RowRefused
from ehcp_flow.fact_names import FactNames, told_otherwise
from ehcp_flow.facts import COLUMNS

__all__ = ["OneNameEach"]

_SAID: Final = tuple(name for name in COLUMNS if name not in ("fact_id", "recorded_at", "recorded_by"))


class OneNameEach:
    """Rows that come in, without those of one name that say different things."""

    entering = True

    def __init__(self, rows: RowSource) -> None:
        self._rows = rows
        self._again = _under_another_name(rows)
        self.name = rows.name
        self.shown = rows.shown
        self.together = rows.together

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """The columns that are ignored, as the source writes them."""
        return self._rows.unknown_columns

    @property
    def refused(self) -> list[RowRefused]:
        """The rows that were refused while blocks were read, and those whose names are others'."""
        return [*self._rows.refused, *self._again.values()]

    def case_ids(self) -> Iterator[pl.Series]:
        """Yield the column of case ids alone."""
        return self._rows.case_ids()

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield blocks of rows."""
        for frame in self._rows.frames():
            left = frame.filter(~pl.col(LINE).is_in(list(self._again))) if self._again else frame
            if left.height:
                yield left


def _under_another_name(rows: RowSource) -> Mapping[int, RowRefused]:
    """Return the lines of the rows whose `fact_id` is that of another fact, and the refusal of each."""
    if rows.shown and "fact_id" not in rows.shown:
        return {}
    told = [
        frame.select(LINE, name=NAME.hash(), said=pl.struct(_said_in(frame)).hash()).filter(pl.lit(named))
        for frame in rows.frames()
        if "fact_id" in frame.columns and (named := frame.select(NAME.fill_null("") != "").to_series()).any()
    ]
    if not told:
        return {}
    every = pl.concat(told).filter(pl.col("said").n_unique().over("name") > 1)
    if not every.height:
        return {}
    lines = every[LINE].to_list()
    read = [
        entry
        for frame in rows.frames()
        for entry in facts_in(frame.filter(pl.col(LINE).is_in(lines)), rows.name, rows.shown)
    ]
    names = FactNames(rows.name, lambda: rows.shown)
    deque(names.kept(read, told_otherwise(read)), maxlen=0)  # what is kept is read again with all the others
    return {refusal.line: refusal for refusal in names.refusals()}


def _said_in(frame: pl.DataFrame) -> list[pl.Expr]:
    """Return what the rows of a frame say, column by column, whichever columns it has."""
    return [
        pl.col(name).cast(pl.String) if name in frame.columns else pl.lit(None, pl.String).alias(name) for name in _SAID
    ]
