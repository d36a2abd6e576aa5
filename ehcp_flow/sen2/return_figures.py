"""The Department's figures as a return gives them, beside those that the measures count out of the facts.

Which requests stand in a figure, and why the two may differ, is a table: `figures.toml`.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel, ConfigDict

from ehcp_flow.conversion.returns import (
    RequestRecords,
    ReturnRecords,
    ReturnRow,
    flag_value,
    tables,
    value_is_taken,
    values_as_xml,
)
from ehcp_flow.measures.arithmetic import percent
from ehcp_flow.measures.catalogue import MeasureColumn, catalogue, release_of
from ehcp_flow.sen2.return_year import ReturnYear
from ehcp_flow.sen2.seen_request import as_date, holds

__all__ = [
    "FIELDS_OF_FIGURE", "OTHER_RETURN", "FigureRow", "FiguresOfFacts", "Reason", "ReturnFigure", "Values",
    "counted_in", "days_within", "figure_rows", "figures_of_return", "figures_table", "return_figures",
    "uncounted_values", "values_of",
]  # fmt: skip

_WEEK: Final = 7
_COUNTED_BY: Final = ("day", "code", "flag")
"""The types of the items that figures count by."""
_SINGLE: Final = ("requests", "assessments", "named_plans", "active_plans")
OTHER_RETURN: Final = "other_return"
"""The reason of a figure whose facts make another return than the file."""
_Side: TypeAlias = Literal["before", "in", "after", "since"]
_Span: TypeAlias = tuple[str, str]
Values: TypeAlias = Mapping[str, str]
FIELDS_OF_FIGURE: Final = ("figure", "return", "facts", "difference", "why", "says")
"""The public fields of a figure, in their order."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    of: str = ""
    when: Mapping[str, tuple[str, ...]] = {}
    day: Mapping[str, _Side] = {}
    span: _Span | None = None
    not_span: _Span | None = None
    within: int | None = None
    over: int | None = None
    may_differ: tuple[str, ...] = ()


class Reason(BaseModel):
    """Why a figure of the return may be another than that of the facts; see `figures.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: str
    at_year_end: bool = False
    stands_in: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    before: str = ""
    again: bool = False
    when: Mapping[str, tuple[str, ...]] = {}
    span: _Span | None = None


class _FiguresFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    base: Mapping[str, _Row]
    figure: Mapping[str, _Row]
    reason: Mapping[str, Reason]


class ReturnFigure(BaseModel):
    """A figure: which requests of a return stand in the column of the measures, by all of what its rows say."""

    model_config = ConfigDict(frozen=True)

    column: str
    when: tuple[Mapping[str, tuple[str, ...]], ...]
    day: tuple[tuple[str, _Side], ...]
    span: _Span | None
    not_span: _Span | None
    within: int | None
    over: int | None
    may_differ: tuple[str, ...]

    def holds(self, values: Values, year: ReturnYear) -> bool:
        """Return whether a request with these values, flags as 0 and 1, stands in it."""
        if not all(holds(each, values) for each in self.when):
            return False
        if not all(_lies(values.get(item, ""), side, year) for item, side in self.day):
            return False
        if self.not_span is not None and self._is_within(self.not_span, values):
            return False
        return self.span is None or self._is_within(self.span, values)

    def _is_within(self, span: _Span, values: Values) -> bool:
        days = days_within(span, values)
        if days is None:
            return False
        return (self.within is None or days <= self.within * _WEEK) and (self.over is None or days > self.over * _WEEK)

    def is_asked(self, year: ReturnYear) -> bool:
        """Return whether the collection of a year has every item that it looks at."""
        looked_at = {item for each in self.when for item in each} | {item for item, _ in self.day}
        return looked_at | {*(self.span or ()), *(self.not_span or ())} <= _items_of(year.specification)


@cache
def figures_table() -> _FiguresFile:
    """Return the table of figures and reasons."""
    text = files(__package__ or "").joinpath("figures.toml").read_text(encoding="utf-8")
    return _FiguresFile.model_validate(tomllib.loads(text))


@cache
def return_figures() -> Mapping[str, ReturnFigure]:
    """Return the figures by the columns of the measures, in the order of the table.

    >>> return_figures()["plans_issued_within_20_weeks"].within
    20
    """
    table, found = figures_table(), {}
    for name, row in table.figure.items():
        rows = [row]
        while rows[0].of:
            rows.insert(0, table.base.get(rows[0].of) or table.figure[rows[0].of])
        last = {
            key: next((value for each in reversed(rows) if (value := getattr(each, key)) is not None), None)
            for key in ("span", "not_span", "within", "over")
        }
        found[name] = ReturnFigure(
            column=name,
            when=tuple(each.when for each in rows if each.when),
            day=tuple(pair for each in rows for pair in each.day.items()),
            may_differ=tuple(dict.fromkeys(reason for each in rows for reason in each.may_differ)),
            **last,
        )
    return found


@cache
def _items_of(year: int) -> frozenset[str]:
    return frozenset(item.name for table in tables().values() for item in table.items_in(year))


def figures_of_return(records: ReturnRecords, year: ReturnYear) -> Counter[str]:
    """Return how many requests of a return stand in each figure, by the columns of the measures."""
    return counted_in((values_of(request, records.form) for request in records.requests), year)


def counted_in(requests: Iterable[Values], year: ReturnYear) -> Counter[str]:
    """Return how many of some requests, by their values, stand in each figure."""
    return Counter(
        name for values in requests for name, figure in return_figures().items() if figure.holds(values, year)
    )


def values_of(request: RequestRecords, form: str = "xml") -> Values:
    """Return the values of a request together, as XML has them, flags as 0 and 1."""
    found: dict[str, str] = {}
    for table in _SINGLE:
        items = tables()[table].by_name
        for row in request.rows(table):
            for name, text in values_as_xml(table, row.values, form).items():
                found[name] = flag_value(text) if name in items and items[name].type == "flag" else text
    return found


def uncounted_values(records: ReturnRecords, year: ReturnYear) -> Iterator[tuple[str, ReturnRow]]:
    """Yield the items, each with its row, whose values are none that a figure can count by: no day, code or flag."""
    for request in records.requests:
        for table in _SINGLE:
            for row in request.rows(table):
                values = values_as_xml(table, row.values, records.form)
                for item in tables()[table].items_in(year.specification):
                    text = values.get(item.name, "")
                    if not text or item.type not in _COUNTED_BY:
                        continue
                    if not value_is_taken(item, flag_value(text) if item.type == "flag" else text, year.specification):
                        yield item.name, row


@dataclass
class FiguresOfFacts:
    """The figures out of facts: as the measures count them, and in the return that these facts make.

    `reasons` are, by figure, how many more of the return than of the measures each reason explains, "likely" before one
    that could not be tried by itself, and `unexplained` the cases of a figure for which there is none.
    """

    facts: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    unexplained: dict[str, list[str]] = field(default_factory=dict)


class FigureRow(NamedTuple):
    """A figure as it is printed: the Department's name, both values, and how many of the difference each reason has."""

    figure: str
    of_return: int | float | str
    of_facts: int | float | str
    difference: int | str
    why: str
    says: str

    def as_dict(self) -> dict[str, Any]:
        """Return it by its public fields."""
        return dict(zip(FIELDS_OF_FIGURE, self, strict=True))


def figure_rows(returned: Counter[str], year: ReturnYear, facts: FiguresOfFacts | None = None) -> Iterator[FigureRow]:
    """Yield the figures of a return, beside those of facts if there are any, with the shares that they give.

    A share is there where all that it is a share of is.
    """
    of_year = year.year - 1
    release = release_of(of_year)
    names = {column.name: column.name_in(of_year, release) for column in catalogue().columns.values()}
    known = return_figures()
    for column in catalogue().columns.values():
        name = names[column.name]
        if column.name in known:
            yield _row(column.name, name, column.says, returned, facts)
        elif column.kind == "percent" and column.dfe and {column.base, *column.over} <= known.keys():
            of_return = _share(column, returned)
            if facts is None:
                yield FigureRow(name, of_return, "", "", "", column.says)
                continue
            of_facts = _share(column, facts.facts)
            why = "" if of_return == of_facts else _why_share(column, names, returned, facts)
            yield FigureRow(name, of_return, of_facts, "", why, column.says)


def _share(column: MeasureColumn, counts: Counter[str]) -> float | str:
    return percent(counts[column.base], sum(counts[each] for each in column.over))


def _row(column: str, name: str, says: str, returned: Counter[str], facts: FiguresOfFacts | None) -> FigureRow:
    value = returned[column]
    if facts is None:
        return FigureRow(name, value, "", "", "", says)
    why = _why(column, returned, facts)
    return FigureRow(name, value, facts.facts[column], value - facts.facts[column], why, says)


def _why(column: str, returned: Counter[str], facts: FiguresOfFacts) -> str:
    reasons = Counter(facts.reasons.get(column, {}))
    if returned[column] != facts.made[column]:
        reasons[OTHER_RETURN] += returned[column] - facts.made[column]
    return "; ".join(f"{reason} {many:+,}" for reason, many in reasons.items() if many)


def _why_share(column: MeasureColumn, names: Mapping[str, str], returned: Counter[str], facts: FiguresOfFacts) -> str:
    """Return why a share differs: by the reasons of the figures that it is made of."""
    parts = {each: _why(each, returned, facts) for each in (column.base, *column.over)}
    return ", ".join(f"as {names[each]} ({why})" for each, why in parts.items() if why)


def _lies(day: str, side: _Side, year: ReturnYear) -> bool:
    if as_date(day) is None:
        return False
    if side == "before":
        return day < year.first
    if side == "since":
        return day >= year.first
    return day > year.last if side == "after" else year.first <= day <= year.last


def days_within(span: _Span, values: Values) -> int | None:
    """Return how many days lie between two, None where one is not there or they stand the other way round."""
    first, then = (as_date(values.get(item, "")) for item in span)
    if first is None or then is None or first > then:
        return None
    return (then - first).days
