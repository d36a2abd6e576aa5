"""In which cases of a chunk something is found, and how much: without putting it into words."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np

from ehcp_flow.bulk.cases_from_columns import bare_facts
from ehcp_flow.bulk.chunks import Columns
from ehcp_flow.bulk.codes import Array
from ehcp_flow.bulk.finding_counts import left_open
from ehcp_flow.bulk.histories import HistoryColumns, disputed, histories_of
from ehcp_flow.facts import Fact
from ehcp_flow.moves.guards import FEW, FactsBefore
from ehcp_flow.moves.law_at_hand import at_hand
from ehcp_flow.moves.regions import Regions, regions_of

__all__ = ["FindingColumns"]

_RECORDING: Final = frozenset({"fact_id", "recorded_at", "recorded_by"})


class FindingColumns:
    """How much is found of each case of a chunk.

    `asked` are the cases of which the columns cannot tell; `counted` is how many findings each of the others has,
    `refused` how many of these are steps out of order.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    @cached_property
    def _regions(self) -> Regions:
        return regions_of(self._columns.question.law.rulebook)

    @cached_property
    def history(self) -> HistoryColumns:
        """How the cases came to their states."""
        return histories_of(self._columns.facts, self._regions.pathway)

    @cached_property
    def asked(self) -> Array:
        """The cases of which the columns cannot tell."""
        columns, facts = self._columns, self._columns.facts
        asked = facts.failed | facts.settled | disputed(facts, self._regions) | facts.broken
        if len(facts.repeats) and not _RECORDING.isdisjoint(columns.rows.columns):
            # Whether a row is there again, or the same was recorded twice, only its other cells tell.
            asked[columns.encoded.case[facts.repeats]] = True
        found: Array = asked & columns.there
        return found

    @cached_property
    def refused(self) -> Array:
        """How many steps of each case are out of order."""
        history = self.history
        refused = np.concatenate([history.case[history.refused], self._refused_by_guards()])
        return np.bincount(refused, minlength=self._columns.facts.cases)

    @cached_property
    def counted(self) -> Array:
        """How many findings each case has."""
        columns, facts = self._columns, self._columns.facts
        open_ = left_open(facts, columns.judged, columns.question.law.book)
        counted: Array = np.bincount(facts.case.take(open_), minlength=facts.cases) + facts.ahead + self.refused
        return counted

    def _refused_by_guards(self) -> Array:
        """Return the case of each fact that a guard refuses, but for cases that are asked anyway."""
        facts, history, edges = self._columns.facts, self.history, self.history.ways.edges
        question = self._columns.question
        law = at_hand(question.law.rulebook, question.calendars)
        steps = np.flatnonzero(history.guarded & ~self.asked.take(history.case))
        bounds = facts.bounds.tolist()
        refused = []
        told: list[Fact] = []
        known: dict[str, list[int]] | None = None
        last = -1
        wanted = bare_facts(facts, np.unique(history.case[steps]))
        for case, place, edge in zip(*(column[steps].tolist() for column in history[1:4]), strict=True):
            if case != last:
                last, told = case, next(wanted)
                known = FactsBefore.places(told) if len(told) > FEW else None
            at = place - bounds[case]
            before = told[:at] if known is None else FactsBefore(told, at, known)
            if not all(guard(before, told[at].on, law).holds for guard in edges[edge].guards):
                refused.append(case)
        return np.array(refused, dtype=np.int64)
