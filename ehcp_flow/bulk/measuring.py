"""The table of measures over columns: what `ehcp_flow.measures.measure` gives, without an object for each case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple, TypeAlias, Unpack, overload

import numpy as np
import polars as pl

from ehcp_flow.bulk.adding import Added, Asked, added_chunk, span_chunk
from ehcp_flow.bulk.codes import Array, in_order
from ehcp_flow.bulk.passing import Options, Pass
from ehcp_flow.bulk.sources import Source, spooled
from ehcp_flow.measures.catalogue import catalogue
from ehcp_flow.measures.figures import COLUMNS, ONCE
from ehcp_flow.measures.periods import Period, Span
from ehcp_flow.measures.table import Extra, MeasureTable, Years, group_keys, periods_asked, table_of

__all__ = ["Measuring", "measure"]


class MeasuringOptions(Options, total=False):
    """What may be said of a table of measures, beside the options of any pass."""

    year: Years | None
    by: Sequence[str]
    extra: Extra | None
    on_frame: Callable[[pl.DataFrame], object] | None


class Measuring(Pass):
    """One pass over a source for its table of measures.

    `refused`, `failed`, `rows`, `cases` and `unknown_columns` are those of `Frames`; `span` is the first and
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
        **options: Unpack[Options],
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
            groups = _counted(list(self._added(periods)), len(periods))
            return table_of(groups, periods, self._by, self._keys, self.as_of)

    def _first_day(self) -> dt.date:
        span = Span.over(part.span for part in self._parts(span_chunk))
        return self.as_of if span is None else span.first

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


@dataclass(frozen=True, eq=False)
class _Ids(Sequence[str]):
    """The ids of cases by their numbers, made when they are asked for."""

    ids: pl.Series
    numbers: Array

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return _Ids(self.ids, self.numbers[place]).told()
        return str(self.ids[int(self.numbers[place])])

    def __iter__(self) -> Iterator[str]:
        return iter(self.told())

    def told(self) -> list[str]:
        """Return the ids as texts."""
        return self.ids.gather(pl.Series(self.numbers.astype(np.uint32))).to_list()


class _Cell(NamedTuple):
    """The cases of a figure, and the days of each where they are needed."""

    cases: _Ids
    days: list[int]


_Groups: TypeAlias = dict[tuple[str, ...], list[dict[str, _Cell]]]


def _counted(parts: Sequence[Added], periods: int) -> _Groups:
    """Return what chunks added, by group, period and column, the cases of each figure in the order of the source."""
    known: dict[tuple[str, ...], int] = {}
    names = list(COLUMNS)
    timed = np.array([name in _timed() for name in names], dtype=bool)
    bits = max(sum(len(part.ids) for part in parts), 1).bit_length()
    plain: list[Array] = [np.zeros(0, dtype=np.int64)]
    with_days: list[tuple[Array, Array]] = [(plain[0], plain[0])]
    offset = 0
    for part in parts:
        # Cell and case fit into one number, which sorts as both.
        group = np.array([known.setdefault(group, len(known)) for group in part.groups], dtype=np.int64)
        number = (group.take(part.group) * periods + part.entry.place) * len(names) + part.entry.column
        number = (number << bits) | (part.entry.case.astype(np.int64) + offset)
        apart = timed.take(part.entry.column)
        plain.append(number[~apart])
        with_days.append((number[apart], part.entry.days[apart]))
        offset += len(part.ids)
    groups: _Groups = {group: [{} for _ in range(periods)] for group in known}
    if not known:
        return groups
    ids = pl.concat([part.ids for part in parts])
    number = np.concatenate(plain)
    number.sort()
    number_of_timed, order = in_order(np.concatenate([number for number, _ in with_days]))
    days = np.concatenate([days for _, days in with_days]).take(order)
    cells = [(group, place, name) for group in known for place in range(periods) for name in names]
    for numbers, spent in ((number, None), (number_of_timed, days)):
        edges = np.searchsorted(numbers, np.arange(len(cells) + 1) << bits)
        for at in np.flatnonzero(edges[1:] > edges[:-1]).tolist():
            group_, place, name = cells[at]
            begin, end = edges[at], edges[at + 1]
            case = numbers[begin:end] & ((1 << bits) - 1)
            told = _Ids(ids, np.unique(case) if name in ONCE else case)
            groups[group_][place][name] = _Cell(told, [] if spent is None else spent[begin:end].tolist())
    return groups


@cache
def _timed() -> frozenset[str]:
    """Return the columns of which a mean or median is taken."""
    return frozenset(column.base for column in catalogue().columns.values() if column.kind in ("mean", "median"))


def measure(source: Source, as_of: dt.date | str | None = None, **options: Unpack[MeasuringOptions]) -> MeasureTable:
    """Return every measure of a caseload, as known on `as_of` (today if not given), out of columns.

    It equals `ehcp_flow.measures.measure`, whose `year`, `by` and `extra` it takes. `on_frame` is called with the
    deadlines of each chunk of cases, as `iter_frames` gives them, so that one pass gives both. Source and further
    options are those of `iter_frames`; without a year the source is read twice. Raises UnknownNameError for a column to
    group by that no case has.
    """
    return Measuring(source, as_of, **options).table()
