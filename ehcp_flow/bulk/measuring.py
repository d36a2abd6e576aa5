"""The table of measures over columns: what `ehcp_flow.measures.measure` gives, without an object for each case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Unpack

import polars as pl

from ehcp_flow.bulk.chunk_measures import ChunkMeasures, MeasureQuestion, added_chunk, span_chunk
from ehcp_flow.bulk.figure_counts import counted
from ehcp_flow.bulk.row_sources import Source
from ehcp_flow.bulk.source_pass import Options, Pass, Refused
from ehcp_flow.measures.case_groups import Extra, group_keys
from ehcp_flow.measures.catalogue import catalogue_of
from ehcp_flow.measures.dated_values import DatedValues
from ehcp_flow.measures.measure_table import MeasureTable, release_for, table_of
from ehcp_flow.measures.periods import Period, Span, Years, periods_asked, whole_time

__all__ = ["Measuring", "measure"]


class MeasuringOptions(Options, total=False):
    """What may be said of a table of measures, beside the options of any pass."""

    year: Years | None
    by: Sequence[str]
    extra: Extra | None
    only: Mapping[str, str] | None
    on_frame: Callable[[pl.DataFrame], object] | None


class Measuring(Pass):
    """One pass over a source for its table of measures.

    `refused`, `failed`, `rows`, `cases` and `unknown_columns` are those of `Frames`; `span` is the first and
    the last day on which anything but a birth is on record, None without any. `on_frame` is called with the deadlines
    of each chunk as a frame, where somebody wants those as well. Without a year the source is read twice.
    """

    def __init__(  # noqa: PLR0913 - one parameter for each setting
        self,
        source: Source,
        as_of: dt.date | str | None = None,
        *,
        year: Years | None = None,
        by: Sequence[str] = ("authority",),
        extra: Extra | None = None,
        only: Mapping[str, str] | None = None,
        contested: str = "with",
        on_frame: Callable[[pl.DataFrame], object] | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(source, as_of, **options)
        self._year = year
        self._by = tuple(by)
        self._extra = DatedValues.of(extra)
        self._contested = contested
        self._only_with = only or {}
        group_keys(tuple(self._only_with), extra)
        self._keys = group_keys(by, extra)
        self._on_frame = on_frame
        self.span: Span | None = None

    def table(self) -> MeasureTable:
        """Read the source, and return the table. Raises SourceError if it cannot be read at all."""
        with ExitStack() as stack:
            if whole_time(self._year):
                # It is gone through twice.
                stack.callback(setattr, self, "_source", self._source)
                self._source = self.opened(stack)
            periods = periods_asked(self._year, self._by, self.as_of, self._first_day)
            groups = counted(list(self._added(periods)), len(periods))
            return table_of(groups, periods, self._by, self._keys, self.as_of, catalogue_of(self.rulebook)).named(
                release_for(self._year)
            )

    def _first_day(self) -> dt.date:
        span = Span.over(part.span for part in self._parts(span_chunk))
        return self.as_of if span is None else span.first

    def _added(self, periods: Sequence[Period]) -> Iterator[ChunkMeasures]:
        asked = MeasureQuestion(
            periods, self._keys, self._extra, self._only_with, self._contested, with_frame=self._on_frame is not None
        )
        self.span = None
        for part in self._parts(partial(added_chunk, asked=asked)):
            self.failed.extend(part.failed)
            self.span = Span.over((self.span, part.span))
            if self._on_frame is not None and part.frame is not None:
                self._on_frame(part.frame)
                part.frame = None
            self._tell(self.cases)
            yield part


def measure(
    source: Source,
    as_of: dt.date | str | None = None,
    *,
    refused: Refused = "raise",
    **options: Unpack[MeasuringOptions],
) -> MeasureTable:
    """Return every measure of a caseload, as known on `as_of` (today if not given), out of columns.

    It equals `ehcp_flow.measures.measure`, whose `year`, `by`, `extra` and `only` it takes. `on_frame` is called
    with the deadlines of each chunk of cases, as `iter_frames` gives them, so that one pass gives both. Source and
    further options are those of `iter_frames`, `refused` is that of `deadlines_frame`; without a year the source is
    read twice. Raises UnknownNameError for a column to group by that no case has.
    """
    measuring = Measuring(source, as_of, **options)
    table = measuring.table()
    measuring.settle(refused)
    return table
