"""The table of measures over columns: what `ehcp_flow.measures.measure` gives, without an object for each case.

Cases that the columns do not follow (those with a correction) are counted one at a time, and stand in their place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from ehcp_flow.bulk.adding import Added, Asked, Span, added_chunk, span_chunk
from ehcp_flow.bulk.codes import in_order
from ehcp_flow.bulk.entries import columns
from ehcp_flow.bulk.passing import Pass
from ehcp_flow.bulk.sources import Source, spooled
from ehcp_flow.measures.counts import ONCE
from ehcp_flow.measures.periods import Period
from ehcp_flow.measures.table import Extra, MeasureTable, Tally, Years, group_keys, periods_asked

__all__ = ["Measuring", "measure"]


class Measuring(Pass):
    """One pass over a source for its table of measures.

    `refused`, `failed`, `rows`, `cases`, `by_case` and `unknown_columns` are those of `Frames`; `span` is the first and
    the last day on which anything but a birth is on record, None without any. `on_frame` is called with the deadlines
    of each chunk as a frame, where somebody wants those as well. Without a year the source is read twice.
    """

    def __init__(
        self,
        source: Source,
        as_of: dt.date | str | None = None,
        *,
        year: Years | None = None,
        by: Sequence[str] = ("authority",),
        extra: Extra | None = None,
        on_frame: Callable[[pl.DataFrame], object] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(source, as_of, **options)
        self._year = year
        self._by = tuple(by)
        self._extra = extra or {}
        self._keys = group_keys(by, extra)
        self._on_frame = on_frame
        self.span: Span | None = None

    def table(self) -> MeasureTable:
        """Read the source, and return the table. Raises SourceError if it cannot be read at all."""
        with ExitStack() as stack:
            if self._year is None:
                self._source = _held(self._source, stack)
            periods = periods_asked(self._year, self._by, self.as_of, self._first_day)
            tally = Tally(periods, self._keys)
            _enter(tally, list(self._added(periods)), len(periods))
            return tally.table(self._by, self.as_of)

    def _first_day(self) -> dt.date:
        span = Span.over(part.span for part in self._parts(span_chunk))
        return self.as_of if span is None else min(span.first, self.as_of)

    def _added(self, periods: Sequence[Period]) -> Iterator[Added]:
        asked = Asked(periods, self._keys, self._extra, with_frame=self._on_frame is not None)
        self.span = None
        for part in self._parts(partial(added_chunk, asked=asked)):
            self.failed.extend(part.failed)
            self.span = Span.over((self.span, part.span))
            if self._on_frame is not None and part.frame is not None:
                self._on_frame(part.frame)
                part.frame = None
            self._tell(self.cases)
            yield part


def _held(source: Source, stack: ExitStack) -> Source:
    """Return a source that can be read twice."""
    if hasattr(source, "readline"):
        return spooled(source, stack)
    if hasattr(source, "__arrow_c_stream__") and not isinstance(source, pl.DataFrame):
        return pl.from_arrow(source)
    return list(source) if isinstance(source, Iterator) else source


def _enter(tally: Tally, parts: Sequence[Added], many: int) -> None:
    """Enter what chunks added into the table, the cases of each figure in the order of the source."""
    groups: dict[tuple[str, ...], int] = {}
    cells, cases = [], []
    size, offset = len(columns()), 0
    for part in parts:
        numbers = np.array([groups.setdefault(group, len(groups)) for group in part.groups], dtype=np.int64)
        cells.append((numbers.take(part.group) * many + part.entry.place) * size + part.entry.column)
        cases.append(part.entry.case.astype(np.int64) + offset)
        offset += len(part.ids)
    for group in groups:
        tally.begin(group)
    if not parts:
        return
    bits = max(offset - 1, 1).bit_length()
    number, order = in_order(np.concatenate(cells) << bits | np.concatenate(cases))
    days = np.concatenate([part.entry.days for part in parts]).take(order)
    ids = np.array(pl.concat([part.ids for part in parts]).to_list(), dtype=object)
    cell, case = number >> bits, number & ((1 << bits) - 1)
    names, known = list(columns()), list(groups)
    bounds = [0, *(np.flatnonzero(cell[1:] != cell[:-1]) + 1).tolist(), len(cell)]
    for begin, end in pairwise(bounds) if len(cell) else ():
        rest, column = divmod(int(cell[begin]), size)
        group_, place = divmod(rest, many)
        whose, spent = case[begin:end], days[begin:end]
        if names[column] in ONCE:
            first = np.append(True, whose[1:] != whose[:-1])
            whose, spent = whose[first], spent[first]
        tally.merge(known[group_], place, names[column], ids[whose].tolist(), spent.tolist())


def measure(source: Source, as_of: dt.date | str | None = None, **options: Any) -> MeasureTable:
    """Return every measure of a caseload, as known on `as_of` (today if not given), out of columns.

    It equals `ehcp_flow.measures.measure`, whose `year`, `by` and `extra` it takes. `on_frame` is called with the
    deadlines of each chunk of cases, as `iter_frames` gives them, so that one pass gives both. Source and further
    options are those of `iter_frames`; without a year the source is read twice. Raises UnknownNameError for a column to
    group by that no case has.
    """
    return Measuring(source, as_of, **options).table()
