"""What holds of many cases on many days, and what that adds to the figures: particulars as columns.

A particular that is plainly one is taken from the rows as it stands. Cases with a correction, a mere month, or two
values from one day are asked one at a time, as `ehcp_flow.case` tells them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Final, cast

import numpy as np
import polars as pl

from ehcp_flow.bulk.cases_from_columns import dates_of
from ehcp_flow.bulk.chunks import Columns, Question, cases_of, known_rows
from ehcp_flow.bulk.codes import NO_DAY, Array, as_day, distinct
from ehcp_flow.bulk.encoding import Encoded
from ehcp_flow.bulk.figure_columns import CountedCases
from ehcp_flow.measures.dated_values import DatedValues, Point, values_by_group, values_of_case
from ehcp_flow.measures.figures import COLUMNS
from ehcp_flow.measures.held_entries import figures_over
from ehcp_flow.measures.particular_figures import EACH_CASE, ParticularFigure, ValueAsked
from ehcp_flow.measures.periods import Period
from ehcp_flow.particulars import FIRST

__all__ = ["HELD", "HeldValues", "with_held"]

HELD: Final[dict[str, Any]] = {
    "case_id": pl.String, "particular": pl.String, "value": pl.String, "on": pl.Date, "until": pl.Date,
}  # fmt: skip
"""What a frame of what holds has in its columns."""

_FIRST_DAY: Final = as_day(dt.date(1900, 1, 1))
_DAYS: Final = 1 << 18
_NO_COLUMN: Final = -1
_ANOTHER: Final = -2
"""Of a row that says nothing by a name."""


class HeldValues:
    """What particulars are of the cases of a chunk, by name: `codes` are numbers of `texts`, -1 where nothing is told.

    `extra` tells of what it has a column for, and the facts of everything else.
    """

    def __init__(self, rows: pl.DataFrame, encoded: Encoded, question: Question, extra: DatedValues) -> None:
        self.texts: list[str] = []
        self._number: dict[str, int] = {}
        self._parts: dict[str, list[tuple[Array, Array]]] = {}
        self._spans: dict[str, tuple[Array, Array]] = {}
        self._ids = encoded.case_ids.cast(pl.String)
        self._extra = extra
        if encoded.apart is not None:
            self._take_facts(rows, encoded, question, encoded.apart)

    def _code(self, text: str) -> int:
        if not text:
            return -1
        if text not in self._number:
            self._number[text] = len(self.texts)
            self.texts.append(text)
        return self._number[text]

    @property
    def names(self) -> frozenset[str]:
        """Every name of which something is told."""
        return self._extra.names.union(self._parts)

    def cases(self, name: str) -> Array:
        """Return the cases of which something is told by a name, each once."""
        found: Array = np.unique(self._span(name)[0] // _DAYS)
        return found

    def codes(self, name: str, case: Array, on: Array) -> Array:
        """Return what holds of cases on days."""
        starts, codes = self._span(name)
        at = np.searchsorted(starts, _joined(case, on), side="right") - 1
        there = (at >= 0) & (starts.take(at, mode="clip") // _DAYS == case)
        return np.where(there, codes.take(at, mode="clip"), -1)

    def frame(self) -> pl.DataFrame:
        """Return what holds, by name and case: from which day, and until which, where it has an end."""
        parts = [pl.DataFrame(schema=HELD)]
        for name in sorted(self._parts):
            starts, codes = self._span(name)
            case, on = starts // _DAYS, starts % _DAYS + _FIRST_DAY
            until = np.append(np.where(case[1:] == case[:-1], on[1:] - 1, NO_DAY), NO_DAY)
            told = np.flatnonzero(codes >= 0)
            days = {"on": on[told].astype(np.int32), "until": until[told].astype(np.int32)}
            parts.append(
                pl.DataFrame(
                    {
                        "case_id": self._ids.gather(pl.Series(case[told].astype(np.uint32))),
                        "particular": pl.Series([name], dtype=pl.String).new_from_index(0, len(told)),
                        "value": pl.Series(self.texts, dtype=pl.String).gather(
                            pl.Series(codes[told].astype(np.uint32))
                        ),
                        "on": pl.Series(days["on"]).cast(pl.Date),
                        "until": pl.Series(days["until"]).replace(NO_DAY, None).cast(pl.Date),
                    }
                )
            )
        return pl.concat(parts)

    def on(self, day: dt.date) -> dict[str, dict[str, str]]:
        """Return what holds on a day, by case and name, of the cases of which anything does."""
        ids = self._ids.to_list()
        found: dict[str, dict[str, str]] = {}
        every = np.arange(len(ids))
        days = np.full(len(ids), as_day(day))
        for name in sorted(self._parts):
            codes = self.codes(name, every, days)
            for at, code in zip(np.flatnonzero(codes >= 0).tolist(), codes[codes >= 0].tolist(), strict=True):
                found.setdefault(ids[at], {})[name] = self.texts[code]
        return found

    def spans(self) -> dict[str, dict[str, list[Point]]]:
        """Return what holds from which days on, by name and case."""
        ids = self._ids.to_list()
        found: dict[str, dict[str, list[Point]]] = {}
        for name in sorted(self._parts):
            starts, codes = self._span(name)
            of_name = found.setdefault(name, {})
            days = dates_of(starts % _DAYS + _FIRST_DAY)
            for number, day, code in zip((starts // _DAYS).tolist(), days, codes.tolist(), strict=True):
                point = Point(cast("dt.date", day), None, _text(self.texts, code))
                of_name.setdefault(ids[number], []).append(point)
        return found

    def _span(self, name: str) -> tuple[Array, Array]:
        """Return from which cases and days on something holds, in order, and what."""
        if name not in self._spans:
            parts = list(self._of_extra(name)) if name in self._extra.names else self._parts.get(name, [])
            if not parts:
                parts = [(np.full(1, -_DAYS), np.full(1, -1))]
            starts, codes = (np.concatenate(each) for each in zip(*parts, strict=True))
            order = np.argsort(starts, kind="stable")
            self._spans[name] = starts[order], codes[order]
        return self._spans[name]

    def _of_extra(self, name: str) -> Iterator[tuple[Array, Array]]:
        spans, labels = self._extra.spans.get(name, {}), self._extra.labels
        for number, case_id in enumerate(self._ids.to_list()):
            if case_id in spans:
                yield self._points(number, spans[case_id])
            elif label := labels.get(case_id, {}).get(name):
                yield self._points(number, [Point(dt.date(1900, 1, 1), None, label)])

    def _points(self, number: int, span: Sequence[Point]) -> tuple[Array, Array]:
        told: list[tuple[int, int]] = []
        for nth, point in enumerate(span):
            told.append((as_day(point.on), self._code(point.value)))
            ends = None if point.until is None else as_day(point.until) + 1
            if ends is not None and (nth + 1 == len(span) or ends < as_day(span[nth + 1].on)):
                told.append((ends, -1))
        days, codes = np.array(told, dtype=np.int64).reshape(-1, 2).T
        return _joined(np.full(len(days), number), days), codes

    def _take_facts(self, rows: pl.DataFrame, encoded: Encoded, question: Question, apart: Array) -> None:
        known = known_rows(encoded, rows, question)
        rank = encoded.texts["rank"]
        first = rank.through(np.array([*(text == FIRST for text in rank.texts), True]))
        at = np.flatnonzero(apart & first if known is None else apart & first & known)
        odd = np.zeros(len(self._ids), dtype=bool)
        odd[encoded.case[encoded.corrects if encoded.months is None else encoded.corrects | encoded.months]] = True
        name, case, on = encoded.texts["particular"].codes, encoded.case, encoded.on
        order = at[np.lexsort((on[at], case[at], name[at]))]
        same = np.ones(max(len(order) - 1, 0), dtype=bool)
        for column in (name, case, on):
            same &= column[order[1:]] == column[order[:-1]]
        odd[case[order[1:][same]]] = True
        order = order[~odd.take(case[order])]
        until = encoded.dates.get("until")
        if until is not None:
            order = order[(until[order] == NO_DAY) | (until[order] >= on[order])]
        self._take_rows(encoded, order, until)
        some = np.zeros(len(odd), dtype=bool)
        some[case[apart]] = True
        numbers = np.flatnonzero(odd & some)
        for told, number in zip(cases_of(rows, encoded, numbers, question), numbers.tolist(), strict=True):
            for each, spans in values_of_case(told).spans.items():
                self._parts.setdefault(each, []).append(self._points(number, spans[told.case_id]))

    def _take_rows(self, encoded: Encoded, order: Array, until: Array | None) -> None:
        """Take rows that stand by name, case and day; what is alike of them is looked at once."""
        texts = [encoded.texts[name] for name in ("particular", "value", "kind")]
        alike = np.zeros(len(order), dtype=np.int64)
        for column in texts:
            alike = alike * (len(column.texts) + 1) + column.codes[order] + 1
        some, number = distinct(alike)
        told: dict[str, Array] = {}
        for nth, row in enumerate(order[some].tolist()):
            name, value, kind = (_text(column.texts, int(column.codes[row])) for column in texts)
            for group, text in values_by_group(name, value, kind):
                codes = told.setdefault(group, np.full(len(some), _ANOTHER, dtype=np.int64))
                codes[nth] = self._code(text)
        case, on = encoded.case[order], encoded.on[order]
        for group, codes in told.items():
            mine = np.flatnonzero(codes.take(number) != _ANOTHER)
            starts = _joined(case[mine], on[mine])
            self._parts.setdefault(group, []).append((starts, codes.take(number[mine])))
            if until is not None:
                ends = until[order][mine]
                behind = _joined(case[mine], np.where(ends == NO_DAY, 0, ends) + 1)
                following = np.append(starts[1:], _joined(np.full(1, len(encoded.case_ids)), np.full(1, 0)))
                ended = (ends != NO_DAY) & (behind < following)
                self._parts[group].append((behind[ended], np.full(int(ended.sum()), -1)))


def with_held(
    chunk: Columns, told: Sequence[CountedCases], sets: Sequence[Sequence[Period]], held: HeldValues
) -> list[CountedCases]:
    """Return what cases add to each set of periods with what they add to the figures that ask what holds of them."""
    return [_added(chunk, held, each, periods) for each, periods in zip(told, sets, strict=True)]


def _added(chunk: Columns, held: HeldValues, told: CountedCases, periods: Sequence[Period]) -> CountedCases:
    parts = [told]
    for column, figures in figures_over().items():
        if column == EACH_CASE:
            of = _stood(chunk, held, periods, figures)
        else:
            of = told.at(np.flatnonzero(told.column == COLUMNS[column]))
        asked = _Answers(chunk, held, of)
        for figure in figures:
            chosen = of.at(np.flatnonzero(asked.hold(figure)))
            number = np.full(len(chosen.case), COLUMNS[figure.column], dtype=of.column.dtype)
            parts.append(chosen._replace(column=number))
    return CountedCases.together(parts)


def _stood(
    chunk: Columns, held: HeldValues, periods: Sequence[Period], figures: Sequence[ParticularFigure]
) -> CountedCases:
    """Return each case of which something is told that is asked, on each day of stock."""
    names = {asked.name for figure in figures for asked in (*figure.when, *figure.unless)}
    there = chunk.there & ~chunk.facts.failed
    some = np.unique(np.concatenate([held.cases(name) for name in sorted(names)])).astype(np.int32)
    some = some[some >= 0]
    some = some[there.take(some)]
    days = np.array([min(as_day(period.stock_on), chunk.facts.as_of) for period in periods], dtype=np.int32)
    case = np.repeat(some, len(days))
    none = np.zeros(len(case), dtype=np.int32)
    place = np.tile(np.arange(len(days), dtype=np.int16), len(some))
    return CountedCases(
        np.full(len(case), _NO_COLUMN, dtype=np.int16), place, case, none, none - 1, np.tile(days, len(some))
    )


class _Answers:
    """Which of some entries have what figures ask for; each question is answered once."""

    def __init__(self, chunk: Columns, held: HeldValues, entries: CountedCases) -> None:
        self._as_of = chunk.facts.as_of
        self._held = held
        self._entries = entries
        self._authority = chunk.facts.authority.take(entries.case)
        self._authorities = chunk.encoded.authority.texts
        self._known: dict[ValueAsked, Array] = {}

    def hold(self, figure: ParticularFigure) -> Array:
        """Return which entries stand in a figure."""
        found = np.ones(len(self._entries.case), dtype=bool)
        for asked in figure.when:
            found &= self._of(asked)
        for asked in figure.unless:
            found &= ~self._of(asked)
        return found

    def _of(self, asked: ValueAsked) -> Array:
        if asked not in self._known:
            self._known[asked] = self._answer(asked)
        return self._known[asked]

    def _answer(self, asked: ValueAsked) -> Array:
        held, entries = self._held, self._entries
        if asked.name not in held.names:
            return np.full(len(entries.case), asked.holds("", None))
        day = np.minimum(entries.on + np.int32(asked.days), self._as_of)
        code = held.codes(asked.name, entries.case, day)
        of_case = self._authority if asked.by_authority else np.full(len(code), -1)
        some, number = distinct((code + 1) * (len(self._authorities) + 1) + of_case + 1)
        pairs = zip(code[some].tolist(), of_case[some].tolist(), strict=True)
        answers = [asked.holds(_text(held.texts, one), _text(self._authorities, other)) for one, other in pairs]
        return np.array(answers, dtype=bool).take(number)


def _text(texts: Sequence[str], code: int) -> str:
    return texts[code] if code >= 0 else ""


def _joined(case: Array, day: Array) -> Array:
    found: Array = case.astype(np.int64) * _DAYS + (day.astype(np.int64) - _FIRST_DAY)
    return found
