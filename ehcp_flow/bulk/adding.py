"""What the cases of one chunk add to the table of measures, and in which groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from ehcp_flow.bulk.chunks import Columns, Question, asked_rows, judged_chunk, standing_facts
from ehcp_flow.bulk.codes import Array, as_date, distinct
from ehcp_flow.bulk.contributions import Entry, contributed
from ehcp_flow.bulk.encoding import Encoded
from ehcp_flow.bulk.facts import Facts, event_mask
from ehcp_flow.errors import EhcpFlowError, RowRefused
from ehcp_flow.measures.figures import BORN, REQUESTED
from ehcp_flow.measures.periods import Period, Span
from ehcp_flow.measures.table import CHANGING, NOT_RECORDED, Extra, age_band

__all__ = ["Added", "Asked", "added_chunk", "span_chunk"]

Group = tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What is counted, and how it is grouped; `with_frame` asks for the deadlines as well."""

    periods: Sequence[Period]
    keys: Sequence[str]
    extra: Extra
    contested: str
    with_frame: bool


@dataclass
class Added:
    """What came of one chunk: the ids of its cases, and the entries of each, with the number of each one's group."""

    refused: list[RowRefused]
    cases: int
    rows: int
    span: Span | None
    failed: list[tuple[str, EhcpFlowError]] = field(default_factory=list)
    ids: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))
    groups: list[Group] = field(default_factory=list)
    group: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    entry: Entry = field(default_factory=Entry.none)
    frame: pl.DataFrame | None = None

    @classmethod
    def of(cls, chunk: Columns, told: Entry) -> Added:
        """Return entries of a chunk that are all of one group."""
        ids = chunk.encoded.case_ids.cast(pl.String)
        group = np.zeros(len(told.case), dtype=np.int32)
        return cls([], len(ids), chunk.count, None, ids=ids, groups=[()], group=group, entry=told)


def span_chunk(rows: pl.DataFrame, question: Question) -> Added:
    """Return from when to when the records of a chunk go; nothing is judged."""
    encoded, rows, refused, count = asked_rows(rows, question)
    facts, there = standing_facts(encoded, rows, question)
    return Added(refused, int(there.sum()), count, _span(encoded, facts))


def _span(encoded: Encoded, facts: Facts) -> Span | None:
    days = encoded.on[facts.stands[~event_mask(BORN).take(encoded.key[facts.stands])]]
    return Span.of([as_date(int(day)) for day in (days.min(), days.max())] if len(days) else ())


def added_chunk(rows: pl.DataFrame, question: Question, asked: Asked) -> Added:
    """Return what the cases of a chunk add to the table."""
    chunk = Columns.of(rows, question)
    (told,) = contributed(chunk, [asked.periods], asked.contested)
    groups, group = _Grouping(chunk, asked).of(told, np.flatnonzero(chunk.there & ~chunk.facts.failed))
    return Added(
        chunk.refused,
        int(chunk.there.sum()),
        chunk.count,
        _span(chunk.encoded, chunk.facts),
        chunk.failures,
        chunk.encoded.case_ids.cast(pl.String),
        list(groups),
        group,
        told,
        judged_chunk(chunk).frame if asked.with_frame else None,
    )


class _Grouping:
    """The groups of a chunk: for each thing to group by, the number of each case's value, and the values."""

    def __init__(self, chunk: Columns, asked: Asked) -> None:
        self._chunk = chunk
        self._asked = asked

    def of(self, told: Entry, cases: Array) -> tuple[dict[Group, int], Array]:
        """Return the groups, and the number of the group of each entry; a case has its group without any entry."""
        asked = self._asked
        count = len(told.case)
        if not CHANGING.intersection(asked.keys):
            last = np.full(len(cases), len(asked.periods) - 1, dtype=np.int16)
            none = np.full(len(cases), -1, dtype=np.int32)
            told = Entry.together([told, Entry(last, last, cases.astype(np.int32), none, none)])
        values = [self._values(name, told) for name in asked.keys]
        number = np.zeros(len(told.case), dtype=np.int64)
        first = number[:1]
        for codes, texts in values:
            first, number = distinct(number * len(texts) + codes)
        groups: dict[Group, int] = {}
        known = [tuple(texts[codes[at]] for codes, texts in values) for at in first.tolist()]
        places = np.array([groups.setdefault(group, len(groups)) for group in known], dtype=np.int32)
        return groups, places.take(number[:count])

    def _values(self, name: str, told: Entry) -> tuple[Array, list[str]]:
        """Return the value of each entry as a number, and the values."""
        facts = self._chunk.facts
        if name == "adviser":
            codes, texts = told.party, facts.names
        elif name == "age":
            codes, texts = self._ages(told)
        else:
            of_case, texts = self._of_case(name)
            codes = of_case.take(told.case)
        texts = [NOT_RECORDED, *texts]
        return self._given(name, told.case, codes + 1, texts), texts

    def _of_case(self, name: str) -> tuple[Array, list[str]]:
        """Return the value of each case as a number, -1 for none, and the values."""
        facts = self._chunk.facts
        if name == "authority":
            return facts.authority, self._chunk.encoded.authority.texts
        none = np.full(facts.cases, -1, dtype=np.int32)
        if name != "requester":
            return none, []
        places = self._first(*REQUESTED)
        none[facts.case[places]] = facts.party[places]
        return none, facts.names

    def _first(self, *events: str) -> Array:
        """Return the places of the facts of these events that had happened by the day, the last one first."""
        facts = self._chunk.facts
        wanted = np.any([event_mask(event) for event in events], axis=0)
        return np.flatnonzero(wanted.take(facts.key) & (facts.on <= facts.as_of))[::-1]

    def _ages(self, told: Entry) -> tuple[Array, list[str]]:
        facts, periods = self._chunk.facts, self._asked.periods
        born = np.full(facts.cases, -1, dtype=np.int64)
        places = self._first(BORN)
        born[facts.case[places]] = places
        of_entry = born.take(told.case)
        on = facts.on.take(np.maximum(of_entry, 0)) if facts.count else np.zeros(len(of_entry), dtype=np.int32)
        distinct, back = np.unique(np.stack([on, told.place]), axis=1, return_inverse=True)
        texts: dict[str, int] = {}
        as_of = self._chunk.question.as_of
        bands = [
            texts.setdefault(age_band(as_date(day), min(periods[place].end, as_of)), len(texts))
            for day, place in distinct.T.tolist()
        ]
        codes = np.array(bands, dtype=np.int32).take(back.ravel())
        return np.where(of_entry >= 0, codes, -1), list(texts)

    def _given(self, name: str, case: Array, codes: Array, texts: list[str]) -> Array:
        """Return the numbers of the values, with what the further columns of the file say instead."""
        extra = self._asked.extra
        if not any(name in values for values in extra.values()):
            return codes
        known = {text: at for at, text in enumerate(texts)}
        instead = np.full(self._chunk.facts.cases, -1, dtype=np.int64)
        for at, case_id in enumerate(self._chunk.encoded.case_ids.cast(pl.String).to_list()):
            value = extra.get(case_id, {}).get(name)
            if value is not None:
                value = value or NOT_RECORDED
                if value not in known:
                    known[value] = len(texts)
                    texts.append(value)
                instead[at] = known[value]
        of_entry = instead.take(case)
        return np.where(of_entry >= 0, of_entry, codes)
