"""What many cases add to the table of measures, as columns: `ehcp_flow.engine.contributions` over a chunk."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from ehcp_flow.bulk.chunks import Columns
from ehcp_flow.bulk.codes import Array, as_date
from ehcp_flow.bulk.judging import numbers_for
from ehcp_flow.bulk.trails import walked
from ehcp_flow.engine.choice import kernel_in_use
from ehcp_flow.engine.kernel import STARTED
from ehcp_flow.measures.contributing import entries_space, figures_of, periods_of
from ehcp_flow.measures.periods import Period

__all__ = ["Entry", "contributed"]

_ROOM: Final = 1 << 16
_COLUMNS: Final = ("out_column", "out_period", "out_case", "out_days", "out_whom")
_KINDS: Final = (np.int16, np.int16, np.int32, np.int32, np.int32)


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
    def none(cls) -> Entry:
        """Return no entries."""
        return cls(*(np.zeros(0, dtype=kind) for kind in _KINDS))

    @classmethod
    def together(cls, parts: Sequence[Entry]) -> Entry:
        """Return the entries of all parts."""
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def within(self, begin: int, end: int) -> Entry:
        """Return the entries of these periods, the first of which is then the first."""
        told = self.at(np.flatnonzero((self.place >= begin) & (self.place < end)))
        return told._replace(place=told.place - begin)

    def at(self, rows: Array) -> Entry:
        """Return these entries."""
        return Entry(*(column.take(rows) for column in self))


def contributed(chunk: Columns, sets: Sequence[Sequence[Period]], contested: str = "with") -> list[Entry]:
    """Return what the cases of a chunk add to each set of periods; those that cannot be judged are left out."""
    chosen = kernel_in_use()
    kernel, facts, judged = chosen.contributions, chunk.facts, chunk.judged
    case = facts.case.take(judged.rows[STARTED])
    ends = np.searchsorted(case, np.arange(1, facts.cases + 1))
    rows = kernel.Rows(
        {"out": numbers_for(chosen, judged.rows.ravel()), "size": len(case), "ends": numbers_for(chosen, ends)}
    )
    many = int(np.diff(ends, prepend=0).max(initial=0))
    longest = int(np.diff(facts.bounds).max(initial=0))
    figures = figures_of(chunk.question.law.book, chosen, contested)
    stretches = periods_of(sets, as_date(facts.as_of), chosen)
    trail = walked(facts, judged.numbers, chosen)
    room = entries_space(lambda count: chosen.filled(0, count), longest, many, _ROOM, chosen)
    parts: list[Entry] = []
    at = 0
    while at < facts.cases:
        at = kernel.contribute(figures, stretches, judged.numbers, rows, trail, room, at, facts.cases)
        parts.append(_taken(room))
        if not room.count:
            room = entries_space(lambda count: chosen.filled(0, count), longest, many, 2 * room.capacity, chosen)
        room.count = 0
    told = Entry.together(parts) if parts else Entry.none()
    told = told.at(np.flatnonzero((chunk.there & ~facts.failed).take(told.case)))
    told = told._replace(party=np.append(facts.party, -1).take(told.party))
    return [told.within(begin, end) for begin, end in pairwise(accumulate(map(len, sets), initial=0))]


def _taken(room: Any) -> Entry:
    columns = (
        np.asarray(getattr(room, name)[: room.count], dtype=kind) for name, kind in zip(_COLUMNS, _KINDS, strict=True)
    )
    return Entry(*(column.copy() for column in columns))
