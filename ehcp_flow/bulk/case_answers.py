"""Answers out of columns: what `ehcp_flow.answers.answer` says of each case, made when it is asked for.

Deadlines and findings put the rows of the columns into words, as those of one case do: nothing is judged again to
explain a deadline that the columns found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl

from ehcp_flow.answers import Answer, answer
from ehcp_flow.bulk.cases_from_columns import build_cases
from ehcp_flow.bulk.chunk_measures import ChunkMeasures
from ehcp_flow.bulk.chunks import Columns, Question
from ehcp_flow.bulk.codes import Array
from ehcp_flow.bulk.fact_columns import event_mask
from ehcp_flow.bulk.figure_columns import contributed
from ehcp_flow.bulk.figure_counts import counted
from ehcp_flow.case import Case
from ehcp_flow.case_findings import findings_of
from ehcp_flow.deadlines import Deadline, deadlines_in
from ehcp_flow.engine import kernel
from ehcp_flow.engine.earliest_days import try_earlier_days
from ehcp_flow.engine.judged_case import JudgedCase, JudgedRows, facts_that_count
from ehcp_flow.errors import EhcpFlowError, RowRefused
from ehcp_flow.findings import Finding
from ehcp_flow.measures.periods import Period
from ehcp_flow.states import CaseState, state

__all__ = ["AnsweredChunk", "BulkAnswer", "answers_chunk", "answers_of"]

_PLACES = (
    kernel.STARTED, kernel.STOP, kernel.SUPERSEDED, kernel.WHOM, kernel.DONE_AT, kernel.IMPLIED_AT, kernel.ENDED_AT,
    kernel.RESUMED_AT, kernel.KEPT_OPEN_BY, kernel.KEPT_OPEN_TO,
)  # fmt: skip


class AnsweredChunk(NamedTuple):
    """What came of one chunk: its cases, one after another, and the rows that were refused.

    `answers` yields the answer of each case, or the case and the error for one that cannot be judged.
    """

    answers: Iterator[Answer | tuple[Case, EhcpFlowError]]
    refused: list[RowRefused]
    cases: int
    rows: int


def answers_chunk(rows: pl.DataFrame, question: Question) -> AnsweredChunk:
    """Return the answers of a chunk of whole cases, each case's rows together."""
    columns = Columns.of(rows, question)
    numbers = np.flatnonzero(columns.there)
    return AnsweredChunk(answers_of(columns, numbers), columns.refused, len(numbers), columns.count)


def answers_of(columns: Columns, numbers: Array) -> Iterator[Answer | tuple[Case, EhcpFlowError]]:
    """Yield the answer of each of these cases of a chunk, or the case and the error for one that cannot be judged."""
    question = columns.question
    chunk = _Chunk(columns)
    for case, number in zip(build_cases(columns.rows, columns.encoded, numbers), numbers.tolist(), strict=True):
        told = case if question.known_at is None else case.known_at(question.known_at)
        if not columns.facts.failed[number]:
            yield BulkAnswer(told, chunk, number)
            continue
        try:
            yield answer(told, question.as_of, rulebook=question.law.rulebook, calendars=question.calendars)
        except EhcpFlowError as error:
            yield told, error


class _Chunk:
    """The rows of a chunk, case by case."""

    def __init__(self, columns: Columns) -> None:
        facts, judged, encoded = columns.facts, columns.judged, columns.encoded
        self.question = columns.question
        self._columns = columns
        # Rows for which no law was in force stand behind the deadlines of their case.
        rows = np.concatenate([judged.rows, judged.without_law], axis=1)
        case = facts.case.take(rows[kernel.STARTED])
        order = np.argsort(case, kind="stable")
        case, rows = case.take(order), rows.take(order, axis=1)
        low = facts.bounds.take(case).astype(np.int32)
        for column in _PLACES:
            rows[column] -= np.where(rows[column] >= 0, low, 0)
        self._rows = rows
        self._ends: list[int] = np.searchsorted(case, np.arange(facts.cases + 1)).tolist()
        self._bounds: list[int] = facts.bounds.tolist()
        at = facts.places(event_mask("exception_recorded"))
        self._exceptions = np.split(at, np.searchsorted(facts.case.take(at), np.arange(1, facts.cases)))
        self._settled, self._broken = facts.settled, facts.broken
        self._noted = judged.noted
        self._taken = judged.numbers.taken
        self._recorded = np.bincount(encoded.case, minlength=facts.cases).tolist()
        self._repeated = np.bincount(encoded.case[facts.repeats], minlength=facts.cases).tolist()
        heads = np.searchsorted(encoded.case, np.arange(facts.cases))
        self._row_of_fact: list[int] = (facts.rows - heads[facts.case]).tolist()

    def judged(self, case: Case, number: int) -> JudgedCase:
        """Return a case with its rows."""
        question = self.question
        begin, end = self._bounds[number], self._bounds[number + 1]
        whole = end - begin + self._repeated[number] == self._recorded[number] and not self._broken[number]
        if question.known_at is None and whole and not self._settled[number]:
            # Nothing lies ahead: the columns hold the case's facts in legal order already.
            case.__dict__["facts"] = tuple(case.recorded[row] for row in self._row_of_fact[begin:end])
            if not self._repeated[number]:
                case.__dict__["findings"] = ()
        rows = self._rows[:, self._ends[number] : self._ends[number + 1]]
        places = self._exceptions[number].tolist()
        noted = {place - begin: int(self._noted[place]) for place in places}
        facts = facts_that_count(case, question.as_of)
        size = rows.shape[1]
        taken = list(self._taken[begin : begin + len(facts)])
        found = JudgedRows(rows.ravel().tolist(), size, size, noted, taken)
        judged = JudgedCase(case, question.as_of, facts, question.law.book, question.calendars, found)
        try_earlier_days(judged)
        return judged

    def added(self, sets: Sequence[Sequence[Period]], numbers: Sequence[int]) -> list[ChunkMeasures]:
        """Return what these cases of the chunk add to the table of each set of periods."""
        columns = self._columns
        asked = np.zeros(columns.facts.cases, dtype=bool)
        asked[numbers] = True
        return [
            ChunkMeasures.of(columns, told.at(np.flatnonzero(asked.take(told.case))))
            for told in contributed(columns, sets)
        ]

    counted = staticmethod(counted)


class BulkAnswer(Answer):
    """An answer of which each part is made when it is asked for."""

    _batch: tuple[_Chunk, int]

    def __init__(self, case: Case, chunk: _Chunk, number: int) -> None:
        judged = chunk.judged(case, number)
        values = {"case": case, "as_of": judged.as_of, "judged": judged, "_batch": (chunk, number)}
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def batch(self) -> tuple[_Chunk, int]:
        """The chunk, and the case's number in it."""
        return self._batch

    judged: JudgedCase

    @cached_property
    def deadlines(self) -> tuple[Deadline, ...]:
        """The deadlines of the case, in the public order."""
        return tuple(deadlines_in(self.judged))

    @cached_property
    def case_state(self) -> CaseState:
        """Where the case stands."""
        judged = self.judged
        return state(self.case, self.as_of, rulebook=judged.book.rulebook, calendars=judged.calendars)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the record leaves open."""
        return (*self.case.findings, *self.case_state.findings, *findings_of(self.judged, self.deadlines))
