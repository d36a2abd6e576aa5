"""Whole cases told plainly, with the figures in which each counts: what a return is made of.

No object is made of a fact: a caseload has hundreds of thousands, and a return writes each of them once.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple, Unpack

import numpy as np
import polars as pl

from ehcp_flow.bulk.chunks import Columns, Question, cases_of, known_rows
from ehcp_flow.bulk.codes import KEYS, NO_DAY, Array, as_date
from ehcp_flow.bulk.figure_columns import contributed
from ehcp_flow.bulk.row_sources import Source
from ehcp_flow.bulk.source_pass import Options, Pass
from ehcp_flow.case import Case
from ehcp_flow.dates import MonthOnly
from ehcp_flow.errors import EhcpFlowError, RowRefused
from ehcp_flow.facts import ParticularRecorded
from ehcp_flow.measures.catalogue import column_names
from ehcp_flow.measures.periods import Period
from ehcp_flow.particulars import FIRST, REDACTED

__all__ = ["ToldCase", "ToldCases", "ToldFact", "ToldParticular"]

_TOGETHER = 4_000


class ToldFact(NamedTuple):
    """A fact that stands: days as ISO text, and what is not said an empty text."""

    event: str
    on: str
    outcome: str
    party: str
    made_on: str
    reviewed_on: str
    authority: str
    value: str


class ToldParticular(NamedTuple):
    """What holds from a day on, to its last day if it has one."""

    name: str
    on: str
    until: str
    value: str
    rank: str
    kind: str


class ToldCase(NamedTuple):
    """A case: its facts in the order of the law, its particulars in the order of their days, and its figures.

    `figures` say how often the case counts in each column of the measures in which it does, for each set of periods.
    `whole` gives every fact of it, where that was asked for. `by_month` are the facts of which the month alone is
    known, by event or name, with the last day they can be of, which is the one that is told.
    """

    case_id: str
    authority: str
    facts: Sequence[ToldFact]
    held: Sequence[ToldParticular]
    figures: Sequence[Counter[str]]
    whole: Callable[[], Case] | None = None
    by_month: frozenset[tuple[str, str]] = frozenset()


class _Asked(NamedTuple):
    """Which events and which particulars are told, all of them where it says None; and whether whole cases are."""

    events: frozenset[str] | None
    particulars: frozenset[str] | None
    whole: bool


class _ToldChunk(NamedTuple):
    told: Iterator[ToldCase]
    counts: Sequence[Counter[str]]
    refused: list[RowRefused]
    failed: list[tuple[str, EhcpFlowError]]
    cases: int
    rows: int


class ToldCases(Pass):
    """The cases of a source, told plainly, chunk by chunk.

    `sets` are the stretches of time whose figures are asked for; `counts` says, when all is read, how often each figure
    of each was met. `events` and `particulars` are those that are told, where not all are; `whole` says whether a case
    can be asked for all of its facts, while no further one was read. `refused` and `failed` are those of any pass.
    """

    def __init__(
        self,
        source: Source,
        sets: Sequence[Sequence[Period]],
        as_of: dt.date | str | None = None,
        *,
        events: frozenset[str] | None = None,
        particulars: frozenset[str] | None = None,
        whole: bool = False,
        **options: Unpack[Options],
    ) -> None:
        options.setdefault("chunk_cases", _TOGETHER)
        # Cases are told one by one in plain Python: chunks judged ahead of that would only wait, in memory.
        options.setdefault("workers", 1)
        super().__init__(source, as_of, **options)
        self._sets = sets
        self._asked = _Asked(events, particulars, whole)
        self.counts: list[Counter[str]] = [Counter() for _ in sets]

    def __iter__(self) -> Iterator[ToldCase]:
        for part in self._parts(partial(_told_chunk, sets=self._sets, asked=self._asked)):
            self.failed.extend(part.failed)
            for known, more in zip(self.counts, part.counts, strict=True):
                known.update(more)
            yield from part.told
            self._tell(self.cases)


def _told_chunk(
    rows: pl.DataFrame, question: Question, *, sets: Sequence[Sequence[Period]], asked: _Asked
) -> _ToldChunk:
    columns = Columns.of(rows, question)
    entries = contributed(columns, sets)
    names = column_names(question.law.rulebook)
    counts = [
        Counter({names[at]: int(many) for at, many in enumerate(np.bincount(each.column)) if many}) for each in entries
    ]
    figures = [_by_case(each.case, each.column, columns.facts.cases, names) for each in entries]
    told = _told(columns, figures, asked)
    return _ToldChunk(told, counts, columns.refused, columns.failures, int(columns.there.sum()), columns.count)


def _by_case(case: Array, column: Array, cases: int, every: Sequence[str]) -> list[Counter[str]]:
    order = np.argsort(case, kind="stable")
    bounds = np.searchsorted(case.take(order), np.arange(cases + 1)).tolist()
    names = [every[at] for at in column.take(order).tolist()]
    return [Counter(names[begin:end]) for begin, end in pairwise(bounds)]


def _told(columns: Columns, figures: list[list[Counter[str]]], asked: _Asked) -> Iterator[ToldCase]:
    facts, encoded = columns.facts, columns.encoded
    held = _held(columns, asked.particulars)
    events = [event for event, _ in KEYS]
    outcomes = [outcome or "" for _, outcome in KEYS]
    is_told = np.array([asked.events is None or event in asked.events for event in events], dtype=bool)
    at = np.flatnonzero(is_told.take(facts.key))
    keys = facts.key.take(at).tolist()
    none = [""] * len(keys)
    made, reviewed = (facts.dates.get(name) for name in ("made_on", "reviewed_on"))
    whose = encoded.authority.codes.take(facts.rows.take(at))
    every = list(
        map(
            ToldFact,
            [events[key] for key in keys],
            _days(facts.on.take(at)),
            [outcomes[key] for key in keys],
            _texts(facts.party.take(at), facts.names),
            none if made is None else _days(made.take(at)),
            none if reviewed is None else _days(reviewed.take(at)),
            _texts(whose, encoded.authority.texts),
            _texts(facts.value.take(at), facts.values),
        )
    )
    bounds = np.searchsorted(at, facts.bounds).tolist()
    authorities = _texts(facts.authority, encoded.authority.texts)
    ids = encoded.case_ids.cast(pl.String).to_list()
    months = None if encoded.months is None else encoded.months.take(facts.rows.take(at)).tolist()
    nothing: frozenset[tuple[str, str]] = frozenset()
    for number in np.flatnonzero(columns.there & ~facts.failed).tolist():
        by_month = nothing
        if months is not None:
            mine = range(bounds[number], bounds[number + 1])
            by_month = held.by_month.get(number, nothing) | {every[row][:2] for row in mine if months[row]}
        yield ToldCase(
            ids[number],
            authorities[number],
            every[bounds[number] : bounds[number + 1]],
            held.of[number],
            [each[number] for each in figures],
            partial(_whole, columns, number) if asked.whole else None,
            by_month,
        )


def _whole(columns: Columns, number: int) -> Case:
    (case,) = cases_of(columns.rows, columns.encoded, np.array([number]), columns.question)
    return case


class _HeldOf(NamedTuple):
    """What holds of each case, and what of that is known to its month alone."""

    of: list[list[ToldParticular]]
    by_month: dict[int, frozenset[tuple[str, str]]]


def _held(columns: Columns, asked: frozenset[str] | None) -> _HeldOf:
    """Return the particulars of each case; those of a case with a correction or a mere month as `Case` tells them."""
    encoded, question = columns.encoded, columns.question
    found: list[list[ToldParticular]] = [[] for _ in range(len(encoded.case_ids))]
    by_month: dict[int, frozenset[tuple[str, str]]] = {}
    if encoded.apart is None:
        return _HeldOf(found, by_month)
    odd = np.zeros(len(found), dtype=bool)
    odd[encoded.case[encoded.corrects if encoded.months is None else encoded.corrects | encoded.months]] = True
    known = known_rows(encoded, columns.rows, question)
    texts = encoded.texts
    names = texts["particular"]
    is_told = np.array([*(asked is None or name in asked for name in names.texts), asked is None], dtype=bool)
    at = np.flatnonzero(
        encoded.apart & ~odd.take(encoded.case) & is_told.take(names.codes) & (True if known is None else known)
    )
    at = at[np.lexsort((encoded.on[at], encoded.case[at]))]
    until = encoded.dates.get("until")
    rows = map(
        ToldParticular,
        _texts(names.codes[at], names.texts),
        _days(encoded.on[at]),
        [""] * len(at) if until is None else _days(until[at]),
        _texts(texts["value"].codes[at], texts["value"].texts),
        _texts(texts["rank"].codes[at], texts["rank"].texts, FIRST),
        _texts(texts["kind"].codes[at], texts["kind"].texts),
    )
    for number, row in zip(encoded.case[at].tolist(), rows, strict=True):
        if row.value != REDACTED:
            found[number].append(row)
    numbers = np.unique(encoded.case[encoded.apart & odd.take(encoded.case)])
    for case, number in zip(cases_of(columns.rows, encoded, numbers, question), numbers.tolist(), strict=True):
        told = [fact for fact in case.particulars if isinstance(fact, ParticularRecorded)]
        found[number] += [_of_fact(fact) for fact in told]
        by_month[number] = frozenset((fact.particular, str(fact.on)) for fact in told if isinstance(fact.on, MonthOnly))
        found[number] = [row for row in found[number] if row.value != REDACTED and (asked is None or row.name in asked)]
    return _HeldOf(found, by_month)


def _of_fact(fact: ParticularRecorded) -> ToldParticular:
    until = "" if fact.until is None else fact.until.isoformat()
    return ToldParticular(fact.particular, fact.on.isoformat(), until, fact.value, fact.rank or FIRST, fact.kind or "")


def _texts(codes: Array, texts: Sequence[str], none: str = "") -> list[str]:
    known = [*texts, none]
    return [known[code] for code in codes.tolist()]


def _days(days: Array) -> list[str]:
    distinct, back = np.unique(days, return_inverse=True)
    known = ["" if day == NO_DAY else as_date(day).isoformat() for day in distinct.tolist()]
    return [known[at] for at in back.tolist()]
