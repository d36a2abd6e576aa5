"""What many cases add to the table of measures, as columns: `ehcp_flow.engine.contributions` over a chunk."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from ehcp_flow.bulk.chunks import Columns
from ehcp_flow.bulk.codes import Array, as_date
from ehcp_flow.bulk.histories import walked
from ehcp_flow.bulk.kernel_columns import numbers_for
from ehcp_flow.engine.choice import kernel_in_use
from ehcp_flow.engine.kernel import STARTED
from ehcp_flow.measures.contributing import entries_space, figures_of, periods_of
from ehcp_flow.measures.periods import Period
from ehcp_flow.moves.regions import regions_of

__all__ = ["CountedCases", "contributed"]

_ROOM: Final = 1 << 16
_COLUMNS: Final = ("out_column", "out_period", "out_case", "out_days", "out_whom", "out_on")
_KINDS: Final = (np.int16, np.int16, np.int32, np.int32, np.int32, np.int32)


class CountedCases(NamedTuple):
    """Cases that count once each, in a column and a period; `days` is what a mean or median is taken of.

    `party` is the number of the adviser whose act it is, -1 for none; `on` is the day that counts, by which what a case
    is grouped by is looked up.
    """

    column: Array
    place: Array
    case: Array
    days: Array
    party: Array
    on: Array

    @classmethod
    def none(cls) -> CountedCases:
        """Return no entries."""
        return cls(*(np.zeros(0, dtype=kind) for kind in _KINDS))

    @classmethod
    def together(cls, parts: Sequence[CountedCases]) -> CountedCases:
        """Return the entries of all parts."""
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def within(self, begin: int, end: int) -> CountedCases:
        """Return the entries of these periods, the first of which is then the first."""
        told = self.at(np.flatnonzero((self.place >= begin) & (self.place < end)))
        return told._replace(place=told.place - begin)

    def at(self, rows: Array) -> CountedCases:
        """Return these entries."""
        return CountedCases(*(column.take(rows) for column in self))


def contributed(
    chunk: Columns,
    sets: Sequence[Sequence[Period]],
    contested: str = "with",
    wanted: frozenset[str] | None = None,
) -> list[CountedCases]:
    """Return what the cases of a chunk add to each set of periods; those that cannot be judged are left out.

    `wanted` are the columns that are asked for, where not all are.
    """
    chosen = kernel_in_use()
    kernel, facts, judged = chosen.contributions, chunk.facts, chunk.judged
    case = facts.case.take(judged.rows[STARTED])
    ends = np.searchsorted(case, np.arange(1, facts.cases + 1))
    rows = kernel.Rows(
        {"out": numbers_for(chosen, judged.rows.ravel()), "size": len(case), "ends": numbers_for(chosen, ends)}
    )
    many = int(np.diff(ends, prepend=0).max(initial=0))
    longest = int(np.diff(facts.bounds).max(initial=0))
    figures = figures_of(chunk.question.law.book, chosen, contested, wanted)
    periods = periods_of(sets, as_date(facts.as_of), chosen)
    pathway = regions_of(chunk.question.law.rulebook).pathway
    history = walked(facts, judged.numbers, chosen, pathway)
    room = entries_space(lambda count: chosen.filled(0, count), longest, many, _ROOM, chosen)
    parts: list[CountedCases] = []
    at = 0
    while at < facts.cases:
        at = kernel.contribute(figures, periods, judged.numbers, rows, history, room, at, facts.cases)
        parts.append(_taken(room))
        if not room.count:
            room = entries_space(lambda count: chosen.filled(0, count), longest, many, 2 * room.capacity, chosen)
        room.count = 0
    told = CountedCases.together(parts) if parts else CountedCases.none()
    told = told.at(np.flatnonzero((chunk.there & ~facts.failed).take(told.case)))
    told = told._replace(
        party=np.append(facts.party, -1).take(told.party), on=np.minimum(told.on, facts.as_of).astype(np.int32)
    )
    return [told.within(begin, end) for begin, end in pairwise(accumulate(map(len, sets), initial=0))]


def _taken(room: Any) -> CountedCases:
    columns = (
        np.asarray(getattr(room, name)[: room.count], dtype=kind) for name, kind in zip(_COLUMNS, _KINDS, strict=True)
    )
    return CountedCases(*(column.copy() for column in columns))
