"""What chunks added to a table of measures, as the cells of its groups and periods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias, overload

import numpy as np
import polars as pl

from ehcp_flow.bulk.chunk_measures import ChunkMeasures
from ehcp_flow.bulk.codes import Array, in_order
from ehcp_flow.measures.catalogue import catalogue
from ehcp_flow.measures.figures import ONCE

__all__ = ["counted"]


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


class _FigureCell(NamedTuple):
    """The cases of a figure, and the days of each where they are needed."""

    cases: _Ids
    days: list[int]


Groups: TypeAlias = dict[tuple[str, ...], list[dict[str, _FigureCell]]]


def counted(parts: Sequence[ChunkMeasures], periods: int) -> Groups:
    """Return what chunks added, by group, period and column, the cases of each figure in the order of the source."""
    known: dict[tuple[str, ...], int] = {}
    names = parts[0].names if parts else ()
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
    groups: Groups = {group: [{} for _ in range(periods)] for group in known}
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
            groups[group_][place][name] = _FigureCell(told, [] if spent is None else spent[begin:end].tolist())
    return groups


@cache
def _timed() -> frozenset[str]:
    """Return the columns of which a mean or median is taken."""
    return frozenset(column.base for column in catalogue().columns.values() if column.kind in ("mean", "median"))
