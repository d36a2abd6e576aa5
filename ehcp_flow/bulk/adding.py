"""What the cases of one chunk add to the table of measures, and in which groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import polars as pl

from ehcp_flow.answers import answer
from ehcp_flow.bulk.chunks import Columns, Question, asked_rows, cases_of, judged_chunk, known_rows
from ehcp_flow.bulk.codes import Array, as_date, distinct
from ehcp_flow.bulk.contributions import Entry, contributed
from ehcp_flow.bulk.encoding import Encoded
from ehcp_flow.bulk.facts import event_mask
from ehcp_flow.errors import EhcpFlowError, RowRefused
from ehcp_flow.measures.contributing import Contributions
from ehcp_flow.measures.figures import BORN, REQUESTED
from ehcp_flow.measures.periods import Period, Span
from ehcp_flow.measures.story import Story, days_on_record
from ehcp_flow.measures.table import CHANGING, NOT_RECORDED, Extra, age_band, group_of

__all__ = ["Added", "Asked", "added_chunk", "span_chunk"]

Group = tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What is counted, and how it is grouped; `with_frame` asks for the deadlines as well."""

    periods: Sequence[Period]
    keys: Sequence[str]
    extra: Extra
    with_frame: bool


@dataclass
class Added:
    """What came of one chunk: the ids of its cases, and the entries of each, with the number of each one's group."""

    refused: list[RowRefused]
    cases: int
    rows: int
    by_case: int
    span: Span | None
    failed: list[tuple[str, EhcpFlowError]] = field(default_factory=list)
    ids: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))
    groups: list[Group] = field(default_factory=list)
    group: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    entry: Entry = field(default_factory=partial(Entry.of, ()))
    frame: pl.DataFrame | None = None


def span_chunk(rows: pl.DataFrame, question: Question) -> Added:
    """Return from when to when the records of a chunk go; nothing is judged."""
    encoded, rows, refused, count = asked_rows(rows, question)
    keep = known_rows(encoded, rows, question)
    cases = len(np.unique(encoded.case if keep is None else encoded.case[keep]))
    return Added(refused, cases, count, 0, _span(encoded, rows, keep, question))


def _span(encoded: Encoded, rows: pl.DataFrame, keep: Array | None, question: Question) -> Span | None:
    corrected = np.zeros(len(encoded.case_ids), dtype=bool)
    corrected[encoded.case[encoded.corrects]] = True
    plain = ~corrected.take(encoded.case) & ~event_mask(BORN).take(encoded.key)
    days = encoded.on[plain if keep is None else plain & keep]
    cases = cases_of(rows, encoded, np.flatnonzero(corrected), question)
    told = [day for case in cases for day in days_on_record(case)]
    if len(days):
        told += as_date(int(days.min())), as_date(int(days.max()))
    return Span.of(told)


def added_chunk(rows: pl.DataFrame, question: Question, asked: Asked) -> Added:
    """Return what the cases of a chunk add to the table."""
    chunk = Columns.of(rows, question)
    facts = chunk.facts
    alone = facts.failed
    told = contributed(chunk, asked.periods)
    groups, group = _Grouping(chunk, asked).of(told, np.flatnonzero(chunk.there & ~alone))

    one_by_one = _Singly(chunk, asked, groups)
    one_by_one.add(np.flatnonzero(alone & chunk.there))
    keep = known_rows(chunk.encoded, chunk.rows, question)
    return Added(
        chunk.refused,
        int(chunk.there.sum()),
        chunk.count,
        int((alone & chunk.there).sum()),
        _span(chunk.encoded, chunk.rows, keep, question),
        one_by_one.failed,
        chunk.encoded.case_ids.cast(pl.String),
        list(groups),
        np.concatenate([group, np.array(one_by_one.group, dtype=np.int32)]),
        Entry.together([told, one_by_one.entry]),
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


class _Singly:
    """What cases add that are answered one at a time."""

    def __init__(self, chunk: Columns, asked: Asked, groups: dict[Group, int]) -> None:
        self._chunk = chunk
        self._asked = asked
        self._groups = groups
        self._contributions = Contributions([asked.periods])
        self._told: list[tuple[int, int, int, int, int]] = []
        self.group: list[int] = []
        self.failed: list[tuple[str, EhcpFlowError]] = []

    def add(self, numbers: Array) -> None:
        """Answer these cases of the chunk, and take what they add."""
        chunk, question = self._chunk, self._chunk.question
        for case, number in zip(cases_of(chunk.rows, chunk.encoded, numbers, question), numbers.tolist(), strict=True):
            try:
                told = answer(case, question.as_of, rulebook=question.law.rulebook, calendars=question.calendars)
            except EhcpFlowError as error:
                self.failed.append((case.case_id, error))
                continue
            self._count(Story(told), number)

    def _count(self, story: Story, number: int) -> None:
        asked = self._asked
        if not CHANGING.intersection(asked.keys):
            self._number(story, asked.periods[-1], "")
        for one in self._contributions.of(story.answer.judged)[0]:
            self._told.append((one.column, one.place, number, one.days, -1))
            self.group.append(self._number(story, asked.periods[one.place], one.party))

    def _number(self, story: Story, period: Period, party: str) -> int:
        group = group_of(story, self._asked.keys, self._asked.extra, period, party)
        return self._groups.setdefault(group, len(self._groups))

    @property
    def entry(self) -> Entry:
        """All entries together."""
        return Entry.of(self._told)
