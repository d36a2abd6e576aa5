"""What cases add to the table of measures, as columns: the entries of `ehcp_flow.measures.counts.entries_of`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from ehcp_flow.bulk.codes import Array, as_day
from ehcp_flow.measures.catalogue import catalogue
from ehcp_flow.measures.periods import Period

__all__ = ["Entries", "Entry", "columns"]


@cache
def columns() -> dict[str, int]:
    """Return the number of each column of the table that holds counts, by name."""
    return {name: number for number, name in enumerate(catalogue().columns)}


class Entry(NamedTuple):
    """Cases that count once each, in a column and a period; `days` is what a mean or median is taken of.

    `party` is the number of the adviser whose act it is, -1 for none.
    """

    column: Array
    place: Array
    case: Array
    days: Array
    party: Array

    @classmethod
    def of(cls, told: Sequence[tuple[int, ...]]) -> Entry:
        """Return entries that are given one by one."""
        columns = np.array(told, dtype=np.int32).reshape(len(told), len(_KINDS)).T
        return cls(*(column.astype(kind) for column, kind in zip(columns, _KINDS, strict=True)))

    @classmethod
    def none(cls) -> Entry:
        """Return no entries."""
        return cls.of(())

    @classmethod
    def together(cls, parts: Sequence[Entry]) -> Entry:
        """Return the entries of all parts."""
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True))) if parts else cls.none()

    def at(self, rows: Array) -> Entry:
        """Return these entries."""
        return Entry(*(column.take(rows) for column in self))


_KINDS: Final = (np.int16, np.int16, np.int32, np.int32, np.int32)


class Entries:
    """Collects entries of the cases of a chunk, of some periods that follow one another without overlap."""

    def __init__(self, periods: Sequence[Period]) -> None:
        self._starts = np.array([as_day(period.start) for period in periods], dtype=np.int32)
        self._ends = np.array([as_day(period.end) for period in periods], dtype=np.int32)
        self._parts: list[Entry] = []

    def act(self, column: str, case: Array, on: Array, days: Array | int = 0, party: Array | int = -1) -> None:
        """Count acts, each in the period that its day falls into."""
        place = np.searchsorted(self._starts, on, side="right") - 1
        inside = np.flatnonzero((place >= 0) & (on <= self._ends.take(place)))
        days, party = (each if isinstance(each, int) else each[inside] for each in (days, party))
        self._add(column, place[inside], case[inside], days, party)

    def stock(self, column: str, place: int, case: Array, days: Array | int = 0) -> None:
        """Count cases in the period at a place."""
        self._add(column, place, case, days, -1)

    def _add(self, column: str, place: Array | int, case: Array, days: Array | int, party: Array | int) -> None:
        number = columns().get(column)
        if number is not None and len(case):
            given = zip((number, place, case, days, party), _KINDS, strict=True)
            self._parts.append(Entry(*(np.broadcast_to(np.asarray(each, kind), case.shape) for each, kind in given)))

    def joined(self) -> Entry:
        """Return all entries together."""
        return Entry.together(self._parts)
