"""What the cases of one chunk add to the table of measures, and in which groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from ehcp_flow.bulk.chunks import Columns, Question, asked_rows, judged_chunk, standing_facts
from ehcp_flow.bulk.codes import NO_DAY, Array, as_date, as_day, distinct
from ehcp_flow.bulk.encoding import Encoded
from ehcp_flow.bulk.fact_columns import FactColumns, event_mask
from ehcp_flow.bulk.figure_columns import CountedCases, contributed
from ehcp_flow.bulk.held_columns import HeldValues, with_held
from ehcp_flow.dates import school_year_begun
from ehcp_flow.errors import EhcpFlowError, RowRefused
from ehcp_flow.measures.case_groups import CHANGING, Grouped, group_of, is_asked
from ehcp_flow.measures.catalogue import column_names
from ehcp_flow.measures.dated_values import DatedValues
from ehcp_flow.measures.figures import BORN, REQUESTED
from ehcp_flow.measures.periods import Period, Span

__all__ = ["ChunkMeasures", "MeasureQuestion", "added_chunk", "span_chunk"]

Group = tuple[str, ...]

_FIRST_YEAR: Final = 1899


@dataclass(frozen=True)
class MeasureQuestion:
    """What is counted, and how it is grouped; `with_frame` asks for the deadlines as well."""

    periods: Sequence[Period]
    keys: Sequence[str]
    extra: DatedValues
    only: Mapping[str, str]
    contested: str
    with_frame: bool


@dataclass
class ChunkMeasures:
    """What came of one chunk: the ids of its cases, and the entries of each, with the number of each one's group."""

    refused: list[RowRefused]
    cases: int
    rows: int
    span: Span | None
    failed: list[tuple[str, EhcpFlowError]] = field(default_factory=list)
    ids: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))
    groups: list[Group] = field(default_factory=list)
    group: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    entry: CountedCases = field(default_factory=CountedCases.none)
    frame: pl.DataFrame | None = None
    names: Sequence[str] = ()
    """The columns of the table, by their numbers."""

    @classmethod
    def of(cls, chunk: Columns, told: CountedCases) -> ChunkMeasures:
        """Return entries of a chunk that are all of one group."""
        ids = chunk.encoded.case_ids.cast(pl.String)
        group = np.zeros(len(told.case), dtype=np.int32)
        names = column_names(chunk.question.law.rulebook)
        return cls([], len(ids), chunk.count, None, ids=ids, groups=[()], group=group, entry=told, names=names)


def span_chunk(rows: pl.DataFrame, question: Question) -> ChunkMeasures:
    """Return from when to when the records of a chunk go; nothing is judged."""
    encoded, rows, refused, count = asked_rows(rows, question)
    facts, there = standing_facts(encoded, rows, question)
    return ChunkMeasures(refused, int(there.sum()), count, _span(encoded, facts))


def _span(encoded: Encoded, facts: FactColumns) -> Span | None:
    days = encoded.on[facts.stands[~event_mask(BORN).take(encoded.key[facts.stands])]]
    return Span.of([as_date(int(day)) for day in (days.min(), days.max())] if len(days) else ())


def added_chunk(rows: pl.DataFrame, question: Question, asked: MeasureQuestion) -> ChunkMeasures:
    """Return what the cases of a chunk add to the table."""
    chunk = Columns.of(rows, question)
    held = HeldValues(chunk.rows, chunk.encoded, question, asked.extra)
    (told,) = with_held(chunk, contributed(chunk, [asked.periods], asked.contested), [asked.periods], held)
    told, groups, group = _grouped(chunk, asked, told, held)
    return ChunkMeasures(
        chunk.refused,
        int(chunk.there.sum()),
        chunk.count,
        _span(chunk.encoded, chunk.facts),
        chunk.failures,
        chunk.encoded.case_ids.cast(pl.String),
        groups,
        group,
        told,
        judged_chunk(chunk).frame if asked.with_frame else None,
        column_names(question.law.rulebook),
    )


def _grouped(
    chunk: Columns, asked: MeasureQuestion, told: CountedCases, held: HeldValues
) -> tuple[CountedCases, list[Group], Array]:
    """Return the entries that are asked for, the groups, and the number of the group of each entry."""
    if not asked.only:
        return told, *_groups_of(chunk, asked, asked.keys, told, held)
    groups, group = _groups_of(chunk, asked, (*asked.keys, *asked.only), told, held)
    kept = len(asked.keys)
    known: dict[Group, int] = {}
    number = np.array(
        [known.setdefault(each[:kept], len(known)) if is_asked(each[kept:], asked.only) else -1 for each in groups],
        dtype=np.int32,
    )
    group = number.take(group)
    return told.at(np.flatnonzero(group >= 0)), list(known), group[group >= 0]


def _groups_of(
    chunk: Columns, asked: MeasureQuestion, keys: Sequence[str], told: CountedCases, held: HeldValues
) -> tuple[list[Group], Array]:
    """Return the groups, and the number of the group of each entry; a case has its group without any entry."""
    facts, count, as_of = chunk.facts, len(told.case), chunk.question.as_of
    if not CHANGING.intersection(keys):
        cases = np.flatnonzero(chunk.there & ~facts.failed).astype(np.int32)
        ends = np.full(len(cases), min(as_day(asked.periods[-1].end), facts.as_of), np.int32)
        last, none = np.full(len(cases), len(asked.periods) - 1, np.int16), np.full(len(cases), -1, np.int32)
        told = CountedCases.together([told, CountedCases(last, last, cases, none, none, ends)])
    requested, born = _first(facts, *REQUESTED), _first(facts, BORN)
    requester = np.where(requested < 0, -1, np.append(facts.party, -1).take(requested))
    born_on = np.where(born < 0, NO_DAY, np.append(facts.on, NO_DAY).take(born))
    of_entry: dict[str, Callable[[], list[Array]]] = {
        "authority": lambda: [facts.authority.take(told.case)],
        "requester": lambda: [requester.take(told.case)],
        "age": lambda: [_ages(born_on.take(told.case), told.on)],
        "school_year": lambda: [_ages(born_on.take(told.case), _school_years(told.on))],
        "adviser": lambda: [told.party],
    }
    # Entries of which all is alike that they are grouped by are of one group.
    alike = [codes for name in keys if name in of_entry for codes in of_entry[name]()]
    ids = chunk.encoded.case_ids.cast(pl.String)
    alike += [held.codes(name, told.case, told.on) for name in keys if name in asked.extra.names]
    number = np.zeros(len(told.case), dtype=np.int64)
    first = number[:1]
    for codes in alike:
        first, number = distinct(number * (int(codes.max(initial=0)) + 2) + codes + 1)
    names, authorities = facts.names, chunk.encoded.authority.texts
    groups: dict[Group, int] = {}
    places = []
    for at in first.tolist():
        case, party = int(told.case[at]), int(told.party[at])
        authority, asker, day = int(facts.authority[case]), int(requester[case]), int(born_on[case])
        person = Grouped(
            ids[case],
            as_of,
            None if authority < 0 else authorities[authority],
            "" if asker < 0 else names[asker],
            None if day == NO_DAY else as_date(day),
        )
        adviser = "" if party < 0 else names[party]
        group = group_of(person, keys, asked.extra, adviser, as_date(int(told.on[at])))
        places.append(groups.setdefault(group, len(groups)))
    return list(groups), np.array(places, dtype=np.int32).take(number[:count])


def _first(facts: FactColumns, *events: str) -> Array:
    """Return the place of the first fact of these events that had happened by the day, of each case; -1 for none."""
    first = np.full(facts.cases, -1, dtype=np.int64)
    wanted = np.any([event_mask(event) for event in events], axis=0)
    places = np.flatnonzero(wanted.take(facts.key) & (facts.on <= facts.as_of))[::-1]
    first[facts.case[places]] = places
    return first


def _ages(born: Array, on: Array) -> Array:
    """Return the age reached on days, 0 before it, by the days of birth; -1 where that is not known."""
    year, month_day = _parts(on)
    born_in, birthday = _parts(np.where(born == NO_DAY, 0, born))
    return np.where(born == NO_DAY, -1, np.maximum(year - born_in - (month_day < birthday), 0))


def _school_years(on: Array) -> Array:
    """Return the last day before the school year of each day: the age on it says which year it is."""
    years = range(_FIRST_YEAR, school_year_begun(as_date(int(on.max(initial=0)))) + 1)
    ends = [as_day(dt.date(year, 8, 31)) for year in years]
    return np.array(ends).take(np.searchsorted(ends, on) - 1)


def _parts(days: Array) -> tuple[Array, Array]:
    """Return the years of days, and numbers that sort as month and day do."""
    day = days.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    in_year = month.astype(np.int64) % 12 * 32 + (day - month).astype(np.int64)
    return day.astype("datetime64[Y]").astype(np.int64) + 1970, in_year
