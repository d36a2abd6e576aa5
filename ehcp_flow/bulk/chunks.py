"""One chunk of whole cases, from rows of text to deadlines as a frame."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import polars as pl

from ehcp_flow.bulk.cases_from_columns import build_cases
from ehcp_flow.bulk.codes import NO_DAY, Array, as_day
from ehcp_flow.bulk.deadline_columns import Judged
from ehcp_flow.bulk.duty_columns import keys_of
from ehcp_flow.bulk.encoding import LINE, Encoded, encode
from ehcp_flow.bulk.fact_columns import FactColumns
from ehcp_flow.bulk.identifier_check import may_be_refused
from ehcp_flow.bulk.kernel_columns import judge_columns
from ehcp_flow.bulk.law_words import LawWords
from ehcp_flow.bulk.ordering import Settled, in_legal_order
from ehcp_flow.bulk.plain_rows import with_plain_rows
from ehcp_flow.bulk.read_again import reread
from ehcp_flow.bulk.record_columns import of_one_name
from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.deadlines import STATUSES, judged_case
from ehcp_flow.engine import kernel
from ehcp_flow.engine.judged_case import JudgedCase
from ehcp_flow.errors import EhcpFlowError, RowRefused

__all__ = [
    "Chunk",
    "Columns",
    "Question",
    "asked_rows",
    "cases_of",
    "judge_chunk",
    "judged_chunk",
    "known_rows",
    "narrowed",
    "readable",
    "schema_of",
    "standing_facts",
    "together",
]


_PLACE: Final = "_place"


@dataclass(frozen=True)
class Question:
    """What is asked of every chunk."""

    as_of: dt.date
    law: LawWords
    calendars: Calendars
    known_at: dt.datetime | None
    name: str
    shown: Mapping[str, str] = field(default_factory=dict)
    only: frozenset[str] | None = None
    """The ids of the cases that are answered; all of them where it is None."""
    authority: str | None = None
    """The authority whose cases are answered; that of every case where it is None."""
    authorities: set[str] = field(default_factory=set)
    """The authorities that were met, where one was asked for."""
    seen: list[tuple[pl.Series, int]] = field(default_factory=list)
    """Of each chunk the ids of its cases, and how many of these have facts after the day."""
    entering: bool = True
    """Whether the rows come from outside, and are neither facts already nor a store's."""


@dataclass
class Chunk:
    """What came of one chunk: deadlines, the rows that were refused, and the cases that could not be judged.

    `cases` counts the cases that were judged. `findings` is how much the records leave open, where that was asked for.
    """

    frame: pl.DataFrame
    refused: list[RowRefused]
    failed: list[tuple[str, EhcpFlowError]]
    cases: int
    rows: int
    findings: int = 0


def schema_of(law: LawWords) -> dict[str, Any]:
    """Return the schema of a frame of deadlines: words that repeat are of a closed set (Enum)."""
    return {
        "case_id": pl.String,
        "authority": pl.String,
        "limit": _enum(law.limit),
        "title": _enum(law.title),
        "actor": _enum(law.actor),
        "party": pl.String,
        "kind": _enum(law.kind),
        "citation": pl.String,
        "starts_on": pl.Date,
        "due_on": pl.Date,
        "earliest_on": pl.Date,
        "done_on": pl.Date,
        "status": _enum(STATUSES),
        "days_over": pl.Int32,
        "excused_by": pl.List(pl.String),
        "breach": pl.Boolean,
        "due_on_earliest": pl.Date,
        "ended_on": pl.Date,
        "contested_by": pl.List(pl.String),
        "key": pl.String,
    }


def _enum(words: Iterable[str]) -> pl.Enum:
    return pl.Enum(list(dict.fromkeys(words)))


@dataclass(frozen=True)
class Columns:
    """A chunk of whole cases as columns: its rows, its facts in legal order, and what was judged of them.

    `there` says which cases had been recorded by the instant asked for. `by_month` holds those with a day known to its
    month alone, by number: they have been asked one at a time.
    """

    question: Question
    rows: pl.DataFrame
    encoded: Encoded
    facts: FactColumns
    judged: Judged
    there: Array
    refused: list[RowRefused]
    count: int
    by_month: Mapping[int, JudgedCase]

    def chunk(self, frame: pl.DataFrame) -> Chunk:
        """Return what came of the chunk, if this frame is the answer."""
        return Chunk(frame, self.refused, self.failures, int(self.there.sum()), self.count)

    @cached_property
    def failures(self) -> list[tuple[str, EhcpFlowError]]:
        """The cases that cannot be judged, each with why: asked one at a time, they say so."""
        question, failed = self.question, []
        numbers = np.flatnonzero(self.facts.failed & self.there)
        for case in cases_of(self.rows, self.encoded, numbers, question):
            try:
                judged_case(case, question.as_of, question.law.rulebook, question.calendars)
            except EhcpFlowError as error:
                failed.append((case.case_id, error))
        return failed

    @classmethod
    def of(cls, rows: pl.DataFrame, question: Question) -> Columns:
        """Return the columns of a chunk, each case's rows together."""
        encoded, rows, refused, count = asked_rows(rows, question)
        facts, there = standing_facts(encoded, rows, question)
        by_month = _by_month(encoded, rows, facts, np.flatnonzero(there), question)
        judged = judge_columns(facts, question.law.book, question.calendars)
        judged.at_earliest = _at_earliest(facts, by_month)
        return cls(question, rows, encoded, facts, judged, there, refused, count, by_month)


def _by_month(
    encoded: Encoded, rows: pl.DataFrame, facts: FactColumns, there: Array, question: Question
) -> dict[int, JudgedCase]:
    """Return the cases with a day known to its month alone, by number; one that cannot be judged has failed."""
    if encoded.months is None:
        return {}
    found: dict[int, JudgedCase] = {}
    numbers = np.intersect1d(encoded.case[encoded.months], there)
    for case, number in zip(cases_of(rows, encoded, numbers, question), numbers.tolist(), strict=True):
        try:
            found[number] = judged_case(case, question.as_of, question.law.rulebook, question.calendars)
        except EhcpFlowError:
            facts.failed[number] = True
    return found


def _at_earliest(facts: FactColumns, by_month: Mapping[int, JudgedCase]) -> dict[tuple[int, int], int]:
    """Return the earliest of the possible last lawful days, by rule and place of the fact that starts its clock."""
    days: dict[tuple[int, int], int] = {}
    for number, judged in by_month.items():
        low = int(facts.bounds[number])
        for row in judged.at_earliest:
            day = judged.due_on_earliest(row)
            if day != NO_DAY:
                days[judged.value(kernel.RULE, row), low + judged.value(kernel.STARTED, row)] = day
    return days


def judge_chunk(rows: pl.DataFrame, question: Question) -> Chunk:
    """Return what comes of a chunk of whole cases, each case's rows together."""
    return judged_chunk(Columns.of(rows, question))


def judged_chunk(columns: Columns) -> Chunk:
    """Return the deadlines of a chunk as a frame."""
    return columns.chunk(_frame(columns.facts, columns.judged, columns.encoded, columns.rows, columns.question.law))


def standing_facts(
    encoded: Encoded, rows: pl.DataFrame, question: Question, *, whole: bool = False
) -> tuple[FactColumns, Array]:
    """Return the facts of a chunk that stand, in legal order, and which cases had been recorded by the instant.

    `whole` leaves in what cannot be so of a record, as the states do, of which every fact is a step.
    """
    keep = known_rows(encoded, rows, question)
    there = np.zeros(len(encoded.case_ids), dtype=bool)
    there[encoded.case if keep is None else encoded.case[keep]] = True
    facts = in_legal_order(encoded, question.as_of, keep, _settled(encoded, rows, keep), whole=whole)
    if len(facts.repeats) and "fact_id" in rows.columns and rows["fact_id"].null_count() < rows.height:
        # Of two that say the same under two names, which one stands is said by the names.
        repeated = encoded.case[facts.repeats]
        facts = in_legal_order(encoded, question.as_of, keep, _settled(encoded, rows, keep, repeated), whole=whole)
    if not question.entering:
        # Rows that come in are refused under the name of another; facts that were made already are told of.
        facts.broken[encoded.case[of_one_name(encoded, rows)]] = True
    question.seen.append((encoded.case_ids.filter(pl.Series(there)), int(facts.ahead.sum())))
    return facts, there


def _settled(
    encoded: Encoded, rows: pl.DataFrame, keep: Array | None, also: Sequence[int] | Array = ()
) -> Settled | None:
    """Return how `Case` puts in order the cases that columns leave to it, and the others named; None for no case."""
    odd = encoded.corrects if encoded.months is None else encoded.corrects | encoded.months
    numbers = np.unique(np.concatenate([encoded.case[odd], np.asarray(also, dtype=encoded.case.dtype)]))
    if not len(numbers):
        return None
    on = encoded.on if encoded.months is None else encoded.on.copy()
    stand: list[int] = []
    for case, head in zip(
        build_cases(rows, encoded, numbers), np.searchsorted(encoded.case, numbers).tolist(), strict=True
    ):
        row_of = {id(fact): row for row, fact in enumerate(case.recorded, head) if keep is None or keep[row]}
        known = Case(case.case_id, tuple(fact for fact in case.recorded if id(fact) in row_of))
        as_recorded = known.as_recorded()
        for fact in known.facts:
            row = row_of[id(as_recorded.get(id(fact), fact))]
            stand.append(row)
            on[row] = as_day(fact.on)
    return Settled(numbers, np.array(stand, dtype=np.int64), on)


def readable(rows: pl.DataFrame, question: Question) -> tuple[Encoded, pl.DataFrame, list[RowRefused], int]:
    """Return the rows that are facts, as numbers and as text, the refusals of the others, and how many rows came."""
    count = rows.height
    encoded = encode(rows, with_instants=question.known_at is not None)
    wrong = encoded.bad | may_be_refused(rows, encoded) if question.entering else encoded.bad
    if not wrong.any():
        return encoded, rows, [], count
    bad = pl.Series(wrong)
    again, refused = reread(rows.filter(bad), question.name, question.shown)
    good = rows.filter(~bad)
    good = good.with_columns(pl.col(name).cast(pl.String) for name in good.columns if name != LINE)
    # A case whose rows were put right keeps its place: rows stand where they stood.
    placed = rows.select(LINE).with_row_index(_PLACE).group_by(LINE).agg(pl.col(_PLACE).min())
    rows = pl.concat([good, again], how="diagonal").join(placed, on=LINE, how="left").sort(_PLACE, LINE)
    rows = together(rows, _PLACE).drop(_PLACE)
    encoded = encode(rows, with_instants=question.known_at is not None)
    return encoded, rows, refused, count


def asked_rows(rows: pl.DataFrame, question: Question) -> tuple[Encoded, pl.DataFrame, list[RowRefused], int]:
    """Return the same of the cases alone that are asked about; all refusals are told, and all rows counted."""
    encoded, rows, refused, count = told_rows(rows, question)
    return *narrowed(encoded, rows, question), refused, count


def told_rows(rows: pl.DataFrame, question: Question) -> tuple[Encoded, pl.DataFrame, list[RowRefused], int]:
    """Return the same as `readable` of whole cases; what further columns say is among them as facts."""
    encoded, rows, refused, count = readable(rows, question)
    more = with_plain_rows(rows, encoded)
    if more is not None:
        rows = more
        encoded = encode(rows, with_instants=question.known_at is not None)
    return encoded, rows, refused, count


def narrowed(encoded: Encoded, rows: pl.DataFrame, question: Question) -> tuple[Encoded, pl.DataFrame]:
    """Return the rows of the cases that are asked about, as numbers and as text."""
    if question.only is None and question.authority is None:
        return encoded, rows
    wanted = np.ones(len(encoded.case_ids), dtype=bool)
    if question.only is not None:
        wanted &= encoded.case_ids.cast(pl.String).is_in(list(question.only)).to_numpy()
    if question.authority is not None:
        wanted &= _of_authority(encoded, rows, question, question.authority)
    rows = rows.filter(pl.Series(wanted.take(encoded.case), dtype=pl.Boolean))
    return encode(rows, with_instants=question.known_at is not None), rows


def _of_authority(encoded: Encoded, rows: pl.DataFrame, question: Question, authority: str) -> Array:
    """Return which cases are of an authority on the day, and note all authorities that are met."""
    texts = encoded.authority.texts
    facts = in_legal_order(encoded, question.as_of, None, _settled(encoded, rows, None))
    question.authorities.update(texts[code] for code in np.unique(facts.authority[facts.authority >= 0]).tolist())
    of_authority: Array = facts.authority == (texts.index(authority) if authority in texts else len(texts))
    return of_authority


def together(rows: pl.DataFrame, place: str = LINE) -> pl.DataFrame:
    """Return rows with those of a case together, cases in the order in which each first appears by their places."""
    first = rows.select(pl.col(place).min().over("case_id").alias("first")).to_series()
    if first.is_sorted():
        return rows
    return rows.with_columns(first.alias("_first")).sort(["_first", place]).drop("_first")


def known_rows(encoded: Encoded, rows: pl.DataFrame, question: Question) -> Array | None:
    """Return which rows had been recorded by the instant asked for. Raises KnownAtError if a row does not say when."""
    if question.known_at is None or encoded.recorded_at is None:
        return None
    missing = encoded.recorded_at == np.iinfo(np.int64).min
    if missing.any():
        case = encoded.case[np.flatnonzero(missing)[:1]]
        for told in cases_of(rows, encoded, case, question, cut=False):
            told.known_at(question.known_at)
    instant = (question.known_at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
    known: Array = encoded.recorded_at <= instant
    return known


def cases_of(
    rows: pl.DataFrame, encoded: Encoded, numbers: Array, question: Question, *, cut: bool = True
) -> Iterable[Case]:
    """Yield these cases as the evaluator of one case takes them."""
    for case in build_cases(rows, encoded, numbers):
        yield _cut(case, question, cut=cut)


def _cut(case: Case, question: Question, *, cut: bool) -> Case:
    return case.known_at(question.known_at) if cut and question.known_at is not None else case


def _citations(facts: FactColumns, judged: Judged, law: LawWords) -> pl.Series:
    """Return the citation of each row: that of its rule, or the reason of the starting fact where it rests on that."""
    cited = pl.Series("citation", law.citation, dtype=pl.String).gather(pl.Series(judged.row.astype(np.uint32)))
    by_reason = np.array(law.cited_by_reason, dtype=bool).take(judged.row)
    start = judged.start[by_reason]
    given = facts.reasoned[start]
    if not given.any():
        return cited
    codes = facts.reason.take(start[given])
    return cited.scatter(np.flatnonzero(by_reason)[given], [facts.reasons[code] for code in codes.tolist()])


def _frame(facts: FactColumns, judged: Judged, encoded: Encoded, rows: pl.DataFrame, law: LawWords) -> pl.DataFrame:
    schema = schema_of(law)
    case = pl.Series(judged.case.astype(np.uint32))
    row = pl.Series(judged.row.astype(np.uint32))

    def words(name: str, of_rows: Sequence[str]) -> pl.Series:
        return pl.Series(name, of_rows, dtype=schema[name]).gather(row)

    def picked(name: str, texts: list[str], codes: Array) -> pl.Series:
        return pl.Series(name, [None, *texts], dtype=pl.String).gather(pl.Series((codes + 1).astype(np.uint32)))

    def days(name: str, values: Array | None) -> pl.Series:
        if values is None:
            return pl.Series(name, [None], dtype=pl.Date).new_from_index(0, len(row))
        series = pl.Series(name, values, dtype=pl.Int32)
        if len(values) and values.min() == NO_DAY:
            series = series.set(pl.Series(values == NO_DAY), None)
        return series.cast(pl.Date)

    def names(name: str, numbers: Array, of_numbers: list[tuple[str, ...]]) -> pl.Series:
        lists = pl.Series(name, [list(each) for each in of_numbers], dtype=pl.List(pl.String))
        return lists.gather(pl.Series(numbers.astype(np.uint32)))

    over = pl.Series("days_over", judged.over, dtype=pl.Int32)
    return pl.DataFrame(
        [
            encoded.case_ids.cast(pl.String).gather(case).alias("case_id"),
            picked("authority", encoded.authority.texts, facts.authority).gather(case),
            words("limit", law.limit),
            words("title", law.title),
            words("actor", law.actor),
            picked("party", facts.names, judged.party),
            words("kind", law.kind),
            _citations(facts, judged, law),
            days("starts_on", judged.base),
            days("due_on", judged.due),
            days("earliest_on", judged.earliest),
            days("done_on", judged.done_on),
            pl.Series("status", STATUSES, dtype=schema["status"]).gather(pl.Series(judged.status.astype(np.uint32))),
            over.set(pl.Series(judged.over < 0), None),
            names("excused_by", *judged.excuses),
            pl.Series("breach", judged.breach, dtype=pl.Boolean),
            days("due_on_earliest", judged.due_earliest),
            days("ended_on", judged.ended_on),
            names("contested_by", *judged.contests),
            keys_of(facts, judged, encoded, rows, law.duty),
        ]
    )
