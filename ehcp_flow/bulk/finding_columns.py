"""In which cases of a chunk something is found, and how much: without putting it into words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from typing import Final

import numpy as np

from ehcp_flow.bulk.cases_from_columns import bare_facts
from ehcp_flow.bulk.chunks import Columns
from ehcp_flow.bulk.codes import Array
from ehcp_flow.bulk.finding_counts import left_open
from ehcp_flow.bulk.histories import HistoryColumns, disputed, histories_of
from ehcp_flow.bulk.kernel_columns import declared_sets
from ehcp_flow.engine import kernel
from ehcp_flow.facts import Fact
from ehcp_flow.findings import Gap, told_by
from ehcp_flow.moves.facts_before import FEW, FactsBefore
from ehcp_flow.moves.guards import Verdict
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
        return np.bincount(
            np.array([step[0] for step in self._steps], dtype=np.int64), minlength=self._columns.facts.cases
        )

    @cached_property
    def _steps(self) -> list[tuple[int, int, str]]:
        """The steps out of order: the case of each, the place of its fact, and what is found."""
        history, edges = self.history, self.history.ways.edges
        at = np.flatnonzero(history.refused)
        steps = zip(*(column[at].tolist() for column in history[1:4]), strict=True)
        told = [
            (case, place, edges[edge].refusal.finding)
            for case, place, edge in steps
            if not self._cannot_tell(case, edges[edge].refusal)
        ]
        return told + self._refused_by_guards()

    @cached_property
    def counted(self) -> Array:
        """How many findings each case has."""
        columns, facts = self._columns, self._columns.facts
        open_ = left_open(facts, columns.judged, columns.question.law.book)
        counted: Array = (
            np.bincount(facts.case.take(open_), minlength=facts.cases) + (facts.ahead | facts.days_ahead) + self.refused
        )
        for case, steps, undated in self._gaps():
            counted[case] -= sum(teller != own for own, teller in enumerate(told_by(steps, undated), len(steps)))
        return counted

    def _gaps(self) -> Iterator[tuple[int, list[Gap], list[Gap]]]:
        """Yield the cases in which one gap may be told several times, with what tells of gaps."""
        columns = self._columns
        facts, judged = columns.facts, columns.judged
        at = np.flatnonzero(judged.leaves_open == kernel.NOT_DATED)
        undated: dict[int, list[Gap]] = {}
        acts, names = cache(columns.question.law.book.acts), [*facts.limits, None]
        named = facts.limit.take(judged.start)
        rows = (
            judged.case,
            judged.rows[kernel.RULE],
            named,
            judged.start,
            judged.rows[kernel.IMPLIED_AT],
            judged.party,
        )
        for case, rule, limit, start, implied, whom in zip(*(row[at].tolist() for row in rows), strict=True):
            undated.setdefault(case, []).append(Gap(acts(rule, names[limit]), start, implied, whom))
        steps: dict[int, list[Gap]] = {}
        misses = self._regions.misses if undated else {}
        for case, place, finding in self._steps if undated else ():
            if finding in misses:
                steps.setdefault(case, []).append(Gap(misses[finding], -1, place))
        for case, gaps in undated.items():
            yield case, sorted(steps.get(case, ()), key=lambda gap: gap.by), gaps

    @cached_property
    def _recorded(self) -> tuple[list[int], tuple[frozenset[str], ...]]:
        declared, events = declared_sets(self._columns.facts)
        return declared.tolist(), events

    def _cannot_tell(self, case: int, refusal: Verdict) -> bool:
        """Return whether a case's source does not record what a refusal misses."""
        declared, events = self._recorded
        known = declared[case] >= 0
        return known and self._regions.pathway.cannot_tell(refusal.finding, events[declared[case]])

    def _refused_by_guards(self) -> list[tuple[int, int, str]]:
        """Return the steps that a guard refuses, but for cases that are asked anyway."""
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
            found = (guard(before, told[at].on, law) for guard in edges[edge].guards)
            why = next((each for each in found if not each.holds), None)
            if why is not None and not self._cannot_tell(case, why):
                refused.append((case, place, why.finding))
        return refused
