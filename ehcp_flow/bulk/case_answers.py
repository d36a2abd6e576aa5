"""Answers out of columns: what `ehcp_flow.answers.answer` says of each case, made when it is asked for.

Deadlines and findings put the rows of the columns into words, as those of one case do: nothing is judged again to
explain a deadline that the columns found.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl

from ehcp_flow.answers import Answer, answer, found_in
from ehcp_flow.bulk.cases_from_columns import CasesOfChunk, dates_of
from ehcp_flow.bulk.chunk_measures import ChunkMeasures
from ehcp_flow.bulk.chunks import Columns, Question
from ehcp_flow.bulk.codes import Array, as_day
from ehcp_flow.bulk.dated_act_columns import acts_in, owed_in
from ehcp_flow.bulk.fact_columns import event_mask
from ehcp_flow.bulk.figure_columns import contributed
from ehcp_flow.bulk.figure_counts import counted
from ehcp_flow.bulk.finding_columns import FindingColumns
from ehcp_flow.bulk.held_columns import HeldValues, with_held
from ehcp_flow.bulk.histories import disputed
from ehcp_flow.case import Case
from ehcp_flow.deadlines import Deadline, deadlines_in
from ehcp_flow.engine import kernel
from ehcp_flow.engine.judged_case import JudgedCase, JudgedRows, facts_that_count
from ehcp_flow.engine.rulebook import CompiledRulebook
from ehcp_flow.errors import EhcpFlowError, RowRefused
from ehcp_flow.findings import Finding
from ehcp_flow.measures.dated_acts import Act, Owed
from ehcp_flow.measures.dated_values import DatedValues
from ehcp_flow.measures.particular_figures import PARTICULAR_FIGURES
from ehcp_flow.measures.periods import Period
from ehcp_flow.moves.regions import regions_of
from ehcp_flow.states import CaseState, Dispute, State, state

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


def answers_of(
    columns: Columns, numbers: Array, found: FindingColumns | None = None
) -> Iterator[Answer | tuple[Case, EhcpFlowError]]:
    """Yield the answer of each of these cases of a chunk, or the case and the error for one that cannot be judged."""
    question = columns.question
    chunk = _Chunk(columns, numbers, found or FindingColumns(columns))
    failed = columns.facts.failed
    for number in numbers.tolist():
        if not failed[number]:
            yield BulkAnswer(chunk, number)
            continue
        case = chunk.case(number)
        try:
            yield answer(case, question.as_of, rulebook=question.law.rulebook, calendars=question.calendars)
        except EhcpFlowError as error:
            yield case, error


class _Chunk:
    """The rows of a chunk, case by case. Whatever of it nobody asks for is not made."""

    def __init__(self, columns: Columns, numbers: Array, found: FindingColumns) -> None:
        self.question = columns.question
        self._columns = columns
        self._cases = CasesOfChunk(columns.rows, columns.encoded, numbers)
        self._found = found
        facts = columns.facts
        self._bounds: list[int] = facts.bounds.tolist()
        self._settled, self._broken, self._ahead = facts.settled, facts.broken, facts.ahead | facts.days_ahead
        self._noted = columns.judged.noted
        self._taken = columns.judged.numbers.taken
        self.authorities = [*columns.encoded.authority.texts, None]
        self.authority: list[int] = facts.authority.tolist()
        self._having: dict[tuple[tuple[int, ...], dt.date], Array] = {}
        self._holding: dict[str, Array] = {}

    def case_id(self, number: int) -> str:
        """Return the id of a case."""
        return self._cases.ids[number]

    def case(self, number: int) -> Case:
        """Return a case, as it was known at the instant asked for."""
        if number in self._columns.by_month:
            return self._columns.by_month[number].case
        case, known_at = self._cases.case(number), self.question.known_at
        return case if known_at is None else case.known_at(known_at)

    @cached_property
    def _rows(self) -> tuple[Array, list[int]]:
        """The rows of the kernel by case, with the places of facts within it, and where those of each case end."""
        facts, judged = self._columns.facts, self._columns.judged
        # Rows for which no law was in force stand behind the deadlines of their case.
        rows = np.concatenate([judged.rows, judged.without_law], axis=1)
        case = facts.case.take(rows[kernel.STARTED])
        order = np.argsort(case, kind="stable")
        case, rows = case.take(order), rows.take(order, axis=1)
        low = facts.bounds.take(case).astype(np.int32)
        for column in _PLACES:
            rows[column] -= np.where(rows[column] >= 0, low, 0)
        return rows, np.searchsorted(case, np.arange(facts.cases + 1)).tolist()

    @cached_property
    def _exceptions(self) -> list[Array]:
        facts = self._columns.facts
        at = facts.places(event_mask("exception_recorded"))
        return np.split(at, np.searchsorted(facts.case.take(at), np.arange(1, facts.cases)))

    @cached_property
    def _repeated(self) -> list[int]:
        encoded, facts = self._columns.encoded, self._columns.facts
        repeated: list[int] = np.bincount(encoded.case[facts.repeats], minlength=facts.cases).tolist()
        return repeated

    @cached_property
    def _acts(self) -> list[int]:
        """How much was recorded of each case beside particulars, which no facts of the law are."""
        encoded, facts = self._columns.encoded, self._columns.facts
        acts = encoded.case if encoded.apart is None else encoded.case[~encoded.apart]
        counts: list[int] = np.bincount(acts, minlength=facts.cases).tolist()
        return counts

    @cached_property
    def _row_of_fact(self) -> list[int]:
        encoded, facts = self._columns.encoded, self._columns.facts
        heads = np.searchsorted(encoded.case, np.arange(facts.cases))
        rows: list[int] = (facts.rows - heads[facts.case]).tolist()
        return rows

    def judged(self, case: Case, number: int) -> JudgedCase:
        """Return a case with its rows."""
        if number in self._columns.by_month:
            return self._columns.by_month[number]
        question = self.question
        begin, end = self._bounds[number], self._bounds[number + 1]
        whole = end - begin + self._repeated[number] == self._acts[number]
        whole = whole and not (self._broken[number] or self._ahead[number])
        if question.known_at is None and whole and not self._settled[number]:
            # Nothing lies ahead: the columns hold the case's facts in legal order already, and have checked them.
            recorded = case.recorded
            case.taken_as_checked(tuple([recorded[row] for row in self._row_of_fact[begin:end]]), question.as_of)
            if not self._repeated[number]:
                case.__dict__["findings"] = ()
        rows, ends = self._rows
        rows = rows[:, ends[number] : ends[number + 1]]
        places = self._exceptions[number].tolist()
        noted = {place - begin: int(self._noted[place]) for place in places}
        facts = facts_that_count(case, question.as_of)
        size = rows.shape[1]
        taken = list(self._taken[begin : begin + len(facts)])
        found = JudgedRows(rows.ravel().tolist(), size, size, noted, taken)
        return JudgedCase(case, question.as_of, facts, question.law.book, question.calendars, found)

    def having(self, wanted: tuple[int, ...], due_by: dt.date) -> Array:
        """Return which cases have a deadline of these, not due after a day; see `Answer.may_have`."""
        known = self._having.get((wanted, due_by))
        if known is None:
            facts, judged = self._columns.facts, self._columns.judged
            chosen = np.array(wanted, dtype=np.int64).take(judged.row) >> judged.status & 1
            if due_by < dt.date.max:
                chosen &= judged.due <= as_day(due_by)
            known = self._having[wanted, due_by] = np.bincount(judged.case[chosen > 0], minlength=facts.cases) > 0
        return known

    def holding(self, event: str) -> Array:
        """Return which cases hold a fact of this event."""
        known = self._holding.get(event)
        if known is None:
            facts = self._columns.facts
            at = facts.case.take(facts.places(event_mask(event)))
            known = self._holding[event] = np.bincount(at, minlength=facts.cases) > 0
        return known

    def tells_state(self, number: int) -> bool:
        """Whether the columns tell where a case stands: its state is read from all that is recorded."""
        return not (self._settled[number] or self._broken[number])

    def state(self, number: int) -> State:
        """Return the state of this number."""
        found: State = self._found.history.ways.states[number]
        return found

    @cached_property
    def pathway(self) -> list[int]:
        """The state of each case."""
        pathway: list[int] = self._found.history.at.tolist()
        return pathway

    @cached_property
    def since(self) -> list[dt.date | None]:
        """The day of the last change of each case."""
        return dates_of(self._found.history.since)

    @cached_property
    def _steps(self) -> tuple[list[int], list[int], list[dt.date]]:
        history = self._found.history
        ends = np.searchsorted(history.case, np.arange(history.cases + 1)).tolist()
        return ends, history.to.tolist(), dates_of(history.on)

    def turns(self, number: int) -> Iterator[tuple[State, dt.date]]:
        """Yield where each step of a case led, and when."""
        ends, to, on = self._steps
        for at in range(ends[number], ends[number + 1]):
            yield self.state(to[at]), on[at]

    @cached_property
    def disputed(self) -> Array:
        """Which cases have a fact about a dispute."""
        return disputed(self._columns.facts, regions_of(self._columns.question.law.rulebook))

    def may_find(self, number: int) -> bool:
        """Whether something may be found of a case."""
        return bool(self._found.asked[number] or self._found.counted[number])

    def may_refuse(self, number: int) -> bool:
        """Whether a step of a case may be out of order."""
        return bool(self._found.asked[number] or self._found.refused[number])

    def added(
        self, sets: Sequence[Sequence[Period]], numbers: Sequence[int], wanted: frozenset[str] | None = None
    ) -> list[ChunkMeasures]:
        """Return what these cases of the chunk add to the table of each set of periods, or to the columns `wanted`."""
        columns = self._columns
        asked = self._mask(numbers)
        held = [figure for figure in PARTICULAR_FIGURES if wanted is None or figure.column in wanted]
        needed = None if wanted is None else wanted.union(*(figure.of for figure in held))
        told = contributed(columns, sets, wanted=needed)
        if held:
            told = with_held(columns, told, sets, self._held)
        return [ChunkMeasures.of(columns, each.at(np.flatnonzero(asked.take(each.case)))) for each in told]

    def _mask(self, numbers: Sequence[int]) -> Array:
        asked = np.zeros(self._columns.facts.cases, dtype=bool)
        asked[numbers] = True
        return asked

    def owed(self, limits: Collection[str], numbers: Sequence[int]) -> Iterator[Owed]:
        """Yield the deadlines of limits that fell due in these cases; see `dated_acts.owed_of`."""
        return owed_in(self._columns, limits, self._mask(numbers), self._cases.ids)

    def acts(self, events: Collection[str], numbers: Sequence[int]) -> Iterator[Act]:
        """Yield the facts of events that had happened in these cases; see `dated_acts.acts_of`."""
        return acts_in(self._columns, events, self._mask(numbers), self._cases.ids)

    def held(self, number: int) -> Mapping[str, str]:
        """Return what particulars hold of a case on the day, by the names that cases are grouped by."""
        return self._held_on.get(self.case_id(number), {})

    @cached_property
    def _held_on(self) -> Mapping[str, Mapping[str, str]]:
        return self._held.on(self.question.as_of)

    @cached_property
    def _held(self) -> HeldValues:
        columns = self._columns
        return HeldValues(columns.rows, columns.encoded, columns.question, DatedValues({}))

    counted = staticmethod(counted)


class BulkAnswer(Answer):
    """An answer of which each part is made when it is asked for."""

    _batch: tuple[_Chunk, int]

    def __init__(self, chunk: _Chunk, number: int) -> None:
        object.__setattr__(self, "as_of", chunk.question.as_of)
        object.__setattr__(self, "_batch", (chunk, number))

    @property
    def batch(self) -> tuple[_Chunk, int]:
        """The chunk, and the case's number in it."""
        return self._batch

    @cached_property
    def case(self) -> Case:
        """The case."""
        chunk, number = self._batch
        return chunk.case(number)

    @cached_property
    def judged(self) -> JudgedCase:
        """The rows of numbers that deadlines and findings are read from."""
        chunk, number = self._batch
        return chunk.judged(self.case, number)

    @property
    def case_id(self) -> str:
        """The case's id."""
        chunk, number = self._batch
        return chunk.case_id(number)

    @property
    def authority(self) -> str | None:
        """Whose case it is on the day."""
        chunk, number = self._batch
        return chunk.authorities[chunk.authority[number]]

    @property
    def book(self) -> CompiledRulebook:
        """The law by which it was judged."""
        return self._batch[0].question.law.book

    def may_have(self, wanted: tuple[int, ...], due_by: dt.date = dt.date.max) -> bool:
        """Whether there is a deadline of these, not due after a day; see `Answer.may_have`."""
        chunk, number = self._batch
        return bool(chunk.having(wanted, due_by)[number])

    def may_hold(self, event: str) -> bool:
        """Whether there is a fact of this event among those that count."""
        chunk, number = self._batch
        return bool(chunk.holding(event)[number])

    @cached_property
    def deadlines(self) -> tuple[Deadline, ...]:
        """The deadlines of the case, in the public order."""
        return tuple(deadlines_in(self.judged))

    @cached_property
    def case_state(self) -> CaseState:
        """Where the case stands."""
        chunk, judged = self._batch[0], self.judged
        return state(self.case, chunk.question.as_of, rulebook=judged.book.rulebook, calendars=judged.calendars)

    @property
    def pathway(self) -> State:
        """The state of the case."""
        chunk, number = self._batch
        return chunk.state(chunk.pathway[number]) if chunk.tells_state(number) else super().pathway

    @property
    def since(self) -> dt.date | None:
        """The day of the last change of state."""
        chunk, number = self._batch
        return chunk.since[number] if chunk.tells_state(number) else super().since

    @property
    def turns(self) -> Iterable[tuple[State, dt.date]]:
        """Where each step of the case led, and when."""
        chunk, number = self._batch
        return chunk.turns(number) if chunk.tells_state(number) else super().turns

    @property
    def disputes(self) -> tuple[Dispute, ...]:
        """The disputes that have begun."""
        chunk, number = self._batch
        return super().disputes if chunk.disputed[number] or not chunk.tells_state(number) else ()

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the record leaves open."""
        chunk, number = self._batch
        if not chunk.may_find(number):
            return ()
        of_steps = self.case_state.findings if chunk.may_refuse(number) else ()
        return found_in(self.case, self.judged, self.deadlines, of_steps)
