"""Answers out of columns: what `ehcp_flow.answers.answer` says of each case, made when it is asked for.

Deadlines come from the columns. Their working is that of the evaluator of one case: what the columns know of it (the
acts, the rule, the run) is given at once, and anything else judges the case again and is taken from there. So an
explanation costs what one case costs, and only for the cases that are explained.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from ehcp_flow.answers import Answer, answer
from ehcp_flow.bulk.building import build_cases, dates_of
from ehcp_flow.bulk.chunks import Columns, Question
from ehcp_flow.bulk.codes import NO_DAY, Array
from ehcp_flow.bulk.facts import event_mask
from ehcp_flow.bulk.judging import STATUSES
from ehcp_flow.bulk.leaving import left_open
from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.clocks import Timeline, swift
from ehcp_flow.deadlines import Deadline, deadlines_of
from ehcp_flow.errors import EhcpFlowError, RowRefused
from ehcp_flow.facts import Fact
from ehcp_flow.findings import Finding
from ehcp_flow.gaps import findings_of
from ehcp_flow.law.compiled import RunningRule
from ehcp_flow.law.model import Rulebook
from ehcp_flow.law.version import Count, Version
from ehcp_flow.states import Standing, state
from ehcp_flow.working import Working

__all__ = ["Answered", "BulkAnswer", "answers_chunk", "answers_of", "said_alone"]


class Answered(NamedTuple):
    """What came of one chunk: its cases, one after another, and the rows that were refused.

    `answers` yields the answer of each case, or the case and the error for one that cannot be judged.
    """

    answers: Iterator[Answer | tuple[Case, EhcpFlowError]]
    refused: list[RowRefused]
    cases: int
    rows: int
    by_case: int


def answers_chunk(rows: pl.DataFrame, question: Question) -> Answered:
    """Return the answers of a chunk of whole cases, each case's rows together."""
    columns = Columns.of(rows, question)
    alone = said_alone(columns)
    numbers = np.flatnonzero(columns.there)
    by_case = int(alone[numbers].sum())
    return Answered(answers_of(columns, numbers, alone), columns.refused, len(numbers), columns.count, by_case)


def said_alone(columns: Columns) -> Array:
    """Return which cases the evaluator of one case answers: the columns do not know all that there is to say of them.

    The working of an exception is words about each of its tests, and what lies before the law has no deadline.
    """
    facts = columns.facts
    alone = facts.failed.copy()
    alone[facts.case[columns.no_law]] = True
    alone[facts.case[facts.places(event_mask("exception_recorded")).at]] = True
    return alone


def answers_of(columns: Columns, numbers: Array, alone: Array) -> Iterator[Answer | tuple[Case, EhcpFlowError]]:
    """Yield the answer of each of these cases of a chunk, or the case and the error for one that cannot be judged."""
    question = columns.question
    chunk = _Chunk(columns)
    for case, number in zip(build_cases(columns.rows, columns.encoded, numbers), numbers.tolist(), strict=True):
        told = case if question.known_at is None else case.known_at(question.known_at)
        if not alone[number]:
            yield BulkAnswer(_Told(told, chunk, number))
            continue
        try:
            yield answer(told, question.as_of, rulebook=question.law.rulebook, calendars=question.calendars)
        except EhcpFlowError as error:
            yield told, error


class _Chunk:
    """The judged columns of a chunk as lists, each made when it is first asked for."""

    def __init__(self, columns: Columns) -> None:
        self._judged = judged = columns.judged
        self.columns = columns
        self.question = columns.question
        self.facts = facts = columns.facts
        encoded = columns.encoded
        self.bounds: list[int] = facts.bounds.tolist()
        cases = facts.case[judged.start] if len(judged) else np.zeros(0, dtype=np.int64)
        self.ends: list[int] = np.searchsorted(cases, np.arange(facts.cases + 1)).tolist()
        self.recorded = np.bincount(encoded.case, minlength=facts.cases).tolist()
        self.repeated = np.bincount(encoded.case[facts.repeats], minlength=facts.cases).tolist()

    def __getattr__(self, name: str) -> Any:
        """Return a column of places or codes as a list."""
        column = getattr(self._judged, name).tolist()
        self.__dict__[name] = column
        return column

    @cached_property
    def open(self) -> list[bool]:
        """Whether each deadline leaves something open."""
        flags: list[bool] = left_open(self.columns).tolist()
        return flags

    def rule(self, at: int) -> tuple[RunningRule, Version]:
        """Return the rule of a deadline, in the version that applies."""
        row: int = self.row[at]
        return self.question.law.rows[row]

    @cached_property
    def deadlines(self) -> list[tuple[Any, ...]]:
        """The fields of each deadline in the order of `Deadline`, without the case and the working."""
        judged, facts, law = self._judged, self.facts, self.question.law
        limits = np.array(law.limit, dtype=object)[judged.row].tolist() if len(judged) else []
        parties = [*facts.names, None]
        done = facts.on[judged.done] if facts.count else np.zeros(0, dtype=np.int32)
        return list(
            zip(
                limits,
                [parties[code] for code in judged.party.tolist()],
                dates_of(judged.base),
                dates_of(judged.due),
                dates_of(judged.earliest),
                dates_of(np.where(judged.done >= 0, done, NO_DAY)),
                [STATUSES[code] for code in judged.status.tolist()],
                [None if over < 0 else over for over in judged.over.tolist()],
                [self.columns.excuses.names[code] for code in judged.excuses.tolist()],
                judged.breach.tolist(),
                strict=True,
            )
        )

    @cached_property
    def authorities(self) -> list[str | None]:
        """The authority of each case."""
        texts = [*self.columns.encoded.authority.texts, None]
        return [texts[code] for code in self.facts.authority.tolist()]

    @cached_property
    def rows_of_facts(self) -> list[int]:
        """The place of each fact's row within its case."""
        heads = np.searchsorted(self.columns.encoded.case, np.arange(self.facts.cases))
        places: list[int] = (self.facts.rows - heads[self.facts.case]).tolist()
        return places


class _Told:
    """One case of a chunk, and what its deadlines ask of it. It holds none of them, so that nothing holds itself."""

    def __init__(self, case: Case, chunk: _Chunk, number: int) -> None:
        self.case = case
        self.chunk = chunk
        self.number = number
        begin, end = chunk.bounds[number], chunk.bounds[number + 1]
        if chunk.question.known_at is None and end - begin + chunk.repeated[number] == chunk.recorded[number]:
            # Nothing is corrected and nothing lies ahead: the columns hold the case's facts in legal order already.
            case.__dict__["facts"] = tuple(case.recorded[row] for row in chunk.rows_of_facts[begin:end])
            if not chunk.repeated[number]:
                case.__dict__["findings"] = ()

    @property
    def places(self) -> range:
        """The places of the case's deadlines in the chunk."""
        return range(self.chunk.ends[self.number], self.chunk.ends[self.number + 1])

    def deadline(self, at: int) -> Deadline:
        """Return a deadline."""
        chunk = self.chunk
        fields = (self.case.case_id, chunk.authorities[self.number], *chunk.deadlines[at], _Working(self, at))
        deadline: Deadline = swift(Deadline, fields)
        return deadline

    @cached_property
    def timeline(self) -> Timeline:
        """The facts that count on the day."""
        return Timeline(self.case, self.chunk.question.as_of)

    def fact(self, place: int) -> Fact | None:
        """Return the fact at a place of the chunk, None for -1."""
        return None if place < 0 else self.timeline.facts[place - self.chunk.bounds[self.number]]

    def judged_again(self, at: int) -> Deadline:
        """Return a deadline as the evaluator of one case gives it, with the whole of its working."""
        return self._again[at - self.chunk.ends[self.number]]

    @cached_property
    def _again(self) -> list[Deadline]:
        question = self.chunk.question
        return deadlines_of(self.case, question.as_of, rulebook=question.law.rulebook, calendars=question.calendars)


class BulkAnswer(Answer):
    """An answer of which each part is made when it is asked for."""

    told: _Told

    def __init__(self, told: _Told) -> None:
        for name, value in (("case", told.case), ("as_of", told.chunk.question.as_of), ("told", told)):
            object.__setattr__(self, name, value)

    @property
    def number(self) -> int:
        """The case's number in its chunk."""
        return self.told.number

    @cached_property
    def deadlines(self) -> tuple[Deadline, ...]:
        """The deadlines of the case, in the public order."""
        return tuple(map(self.told.deadline, self.told.places))

    @property
    def breaches(self) -> tuple[Deadline, ...]:
        """The deadlines that are breaches."""
        told = self.told
        return tuple(told.deadline(at) for at in told.places if told.chunk.breach[at])

    @cached_property
    def standing(self) -> Standing:
        """Where the case stands."""
        return state(self.case, self.as_of)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the record leaves open."""
        told = self.told
        flagged = [told.deadline(at) for at in told.places if told.chunk.open[at]]
        left = findings_of(flagged, (), (), told.timeline, told.chunk.question.law.rulebook)
        return (*self.case.findings, *self.standing.findings, *left)


class _Working:
    """The working of a deadline, as far as the columns know it; the rest is what judging the case again says."""

    __slots__ = ("_at", "_told")

    grounds = ()

    def __init__(self, told: _Told, at: int) -> None:
        self._told = told
        self._at = at

    def __getattr__(self, name: str) -> Any:
        derived = getattr(Working, name, None)
        if isinstance(derived, property) and derived.fget is not None:
            return derived.fget(self)
        return getattr(self._told.judged_again(self._at).working, name)

    def __getitem__(self, place: Any) -> Any:
        return self._told.judged_again(self._at).working[place]

    @property
    def timeline(self) -> Timeline:
        return self._told.timeline

    @property
    def calendars(self) -> Calendars:
        return self._told.chunk.question.calendars

    @property
    def rulebook(self) -> Rulebook:
        return self._told.chunk.question.law.rulebook

    @property
    def running(self) -> RunningRule:
        return self._told.chunk.rule(self._at)[0]

    @property
    def version(self) -> Version:
        return self._told.chunk.rule(self._at)[1]

    @property
    def counts(self) -> tuple[Count, ...]:
        version = self.version
        return version.counts if version.counting is not None else self.__getattr__("counts")

    @property
    def protected(self) -> tuple[Fact, Fact | None] | None:
        return self.__getattr__("protected") if self._told.chunk.protected[self._at] else None

    @property
    def run(self) -> _Run:
        return _Run(self)

    @property
    def start(self) -> int:
        """The place of the fact that started the clock, within the timeline."""
        chunk = self._told.chunk
        place: int = chunk.start[self._at]
        return place - chunk.bounds[self._told.number]

    @property
    def done(self) -> Fact | None:
        return self._told.fact(self._told.chunk.done[self._at])

    @property
    def implied(self) -> Fact | None:
        return self._told.fact(self._told.chunk.implied[self._at])

    @property
    def ended(self) -> Fact | None:
        return self._told.fact(self._told.chunk.ended[self._at])

    @property
    def superseded(self) -> Fact | None:
        return self._told.fact(self._told.chunk.superseded[self._at])


class _Run:
    """The run of a clock: where it started is known, the rest is what judging the case again says."""

    __slots__ = ("_working", "start")

    def __init__(self, working: _Working) -> None:
        self._working = working
        self.start = working.start

    def __getattr__(self, name: str) -> Any:
        return getattr(self._working.__getattr__("run"), name)
