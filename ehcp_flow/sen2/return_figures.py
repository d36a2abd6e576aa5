"""The Department's figures as a return gives them, and as the measures count them out of the facts.

Which requests stand in a figure, and why the two may differ, is a table: `figures.toml`.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel, ConfigDict

from ehcp_flow.bulk.told_cases import ToldCase
from ehcp_flow.case import Case
from ehcp_flow.conversion.returns import RequestRecords, ReturnRecords, flag_value, tables, values_as_xml
from ehcp_flow.facts import Fact
from ehcp_flow.measures.arithmetic import percent
from ehcp_flow.measures.catalogue import MeasureColumn, catalogue, release_of
from ehcp_flow.measures.figures import ONCE
from ehcp_flow.sen2.request_rows import EVENTS_TOLD, requests_of
from ehcp_flow.sen2.return_year import ReturnYear
from ehcp_flow.sen2.seen_request import as_date, holds

__all__ = [
    "FIELDS_OF_FIGURE", "FigureRow", "FiguresOfFacts", "ReturnFigure", "events_looked_at", "figure_rows",
    "figures_of_facts", "figures_of_return", "reasons", "reasons_told", "return_figures",
]  # fmt: skip

_WEEK: Final = 7
_SINGLE: Final = ("requests", "assessments", "named_plans", "active_plans")
_NOT_ASKED, _SEVERAL, _PARTLY_RECORDED = "not_asked", "several_of_one_case", "partly_recorded"
_OTHER_RETURN, _NO_REASON, _LIKELY = "other_return", "no reason found", "likely"
_Side: TypeAlias = Literal["before", "in", "after", "since"]
_Span: TypeAlias = tuple[str, str]
_Values: TypeAlias = Mapping[str, str]
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


class _Reason(BaseModel):
    """Why a figure of the return may be another than that of the facts; see `figures.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: str
    at_year_end: bool = False
    stands_in: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    before: str = ""
    when: Mapping[str, tuple[str, ...]] = {}
    span: _Span | None = None


class _FiguresFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    base: Mapping[str, _Row]
    figure: Mapping[str, _Row]
    reason: Mapping[str, _Reason]


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

    def holds(self, values: _Values, year: ReturnYear) -> bool:
        """Return whether a request with these values, flags as 0 and 1, stands in it."""
        if not all(holds(each, values) for each in self.when):
            return False
        if not all(_lies(values.get(item, ""), side, year) for item, side in self.day):
            return False
        if self.not_span is not None and self._is_within(self.not_span, values):
            return False
        return self.span is None or self._is_within(self.span, values)

    def _is_within(self, span: _Span, values: _Values) -> bool:
        days = _days(span, values)
        if days is None:
            return False
        return (self.within is None or days <= self.within * _WEEK) and (self.over is None or days > self.over * _WEEK)

    def is_asked(self, year: ReturnYear) -> bool:
        """Return whether the collection of a year has every item that it looks at."""
        looked_at = {item for each in self.when for item in each} | {item for item, _ in self.day}
        return looked_at | {*(self.span or ()), *(self.not_span or ())} <= _items_of(year.specification)


@cache
def _table() -> _FiguresFile:
    text = files(__package__ or "").joinpath("figures.toml").read_text(encoding="utf-8")
    return _FiguresFile.model_validate(tomllib.loads(text))


@cache
def return_figures() -> Mapping[str, ReturnFigure]:
    """Return the figures by the columns of the measures, in the order of the table.

    >>> return_figures()["plans_issued_within_20_weeks"].within
    20
    """
    table, found = _table(), {}
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
    return _counted((_values(request, records.form) for request in records.requests), year)


def _counted(requests: Iterable[_Values], year: ReturnYear) -> Counter[str]:
    return Counter(
        name for values in requests for name, figure in return_figures().items() if figure.holds(values, year)
    )


def _values(request: RequestRecords, form: str = "xml") -> _Values:
    """Return the values of a request together, as XML has them, flags as 0 and 1."""
    found: dict[str, str] = {}
    for table in _SINGLE:
        items = tables()[table].by_name
        for row in request.rows(table):
            for name, text in values_as_xml(table, row.values, form).items():
                found[name] = flag_value(text) if name in items and items[name].type == "flag" else text
    return found


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


def reasons() -> Mapping[str, str]:
    """Return why a figure of a return and that of the facts may differ, by name, in the order of the table."""
    return {name: reason.says for name, reason in _table().reason.items()}


@cache
def events_looked_at() -> frozenset[str]:
    """Return the events that the figures of facts, and their reasons, are made of."""
    return EVENTS_TOLD.union(*(reason.events | reason.without for reason in _table().reason.values()))


def figures_of_facts(
    cases: Iterable[ToldCase], year: ReturnYear, judge: Callable[[Sequence[Case]], Iterable[ToldCase]] | None = None
) -> FiguresOfFacts:
    """Return the figures of cases that were told with the periods of a return's year (`ReturnYear.periods`).

    With `judge`, which tells other cases as these were told, and cases that are told whole, a reason is tried: the
    facts that it speaks of are left out of the case, and when the return and the measures then agree, it is the reason.
    """
    found = FiguresOfFacts()
    differing: list[_Differing] = []
    for case in cases:
        told = _Counted.of(case, year)
        found.made.update(told.made)
        found.facts.update(told.facts)
        if odd := told.differing:
            whole = case.whole() if judge is not None and case.whole is not None else None
            differing.append(_Differing(case, told, odd, whole))
    tried = {} if judge is None else _tried(differing, year, judge)
    for each in differing:
        for name in each.figures:
            reason = _reason_of(return_figures()[name], each, tried, year)
            found.reasons.setdefault(name, Counter())[reason] += each.counted.more(name)
            if reason == _NO_REASON:
                found.unexplained.setdefault(name, []).append(each.case.case_id)
    return found


class _Counted(NamedTuple):
    """One case in the return that its facts make, and in the measures, by the columns of those."""

    requests: Sequence[_Values]
    made: Counter[str]
    facts: Counter[str]

    @classmethod
    def of(cls, case: ToldCase, year: ReturnYear) -> _Counted:
        requests = [_values(request) for request in requests_of(case, year)]
        published = case.figures[0]
        # As in the table of measures: what a case has several of counts once where the figure is of cases.
        counted = {name: min(many, 1) if name in ONCE else many for name, many in published.items()}
        facts = Counter({name: many for name, many in counted.items() if name in return_figures()})
        return cls(requests, _counted(requests, year), facts)

    @property
    def differing(self) -> list[str]:
        """The figures in which the two are not the same."""
        return [name for name in return_figures() if self.more(name)]

    def more(self, name: str) -> int:
        """Return how many more the return has."""
        return self.made[name] - self.facts[name]


class _Differing(NamedTuple):
    """A case that stands in some figures of the return and of the measures in other ways, whole if it was told so."""

    case: ToldCase
    counted: _Counted
    figures: Sequence[str]
    whole: Case | None


_Tried: TypeAlias = Mapping[tuple[str, str], _Counted]
"""How a case counts without what a reason speaks of, by case and reason."""


def _tried(
    differing: Sequence[_Differing], year: ReturnYear, judge: Callable[[Sequence[Case]], Iterable[ToldCase]]
) -> _Tried:
    """Return how the cases count without the facts of each reason that one of their figures names."""
    found = {}
    for reason, row in _table().reason.items():
        others = [
            other
            for each in differing
            if any(reason in return_figures()[name].may_differ for name in each.figures)
            and (other := _without(each.whole, row)) is not None
        ]
        if others:
            found.update({(case.case_id, reason): _Counted.of(case, year) for case in judge(others)})
    return found


def _without(case: Case | None, reason: _Reason) -> Case | None:
    """Return a case without the facts of a reason, None where it has none of them, or nothing is left."""
    if case is None or not reason.without:
        return None
    until = max((fact.on for fact in case.facts if fact.event == reason.before), default=None)
    kept: list[Fact] = []
    for fact in case.facts:
        if fact.event in reason.without and (not reason.before or (until is not None and fact.on < until)):
            continue
        if fact.event == reason.before and getattr(fact, "reviewed_on", None) is not None:
            kept.append(fact.model_copy(update={"reviewed_on": None}))
        else:
            kept.append(fact)
    return None if not kept or kept == [*case.facts] else Case.of([*kept, *case.particulars])


def _reason_of(figure: ReturnFigure, differing: _Differing, tried: _Tried, year: ReturnYear) -> str:
    """Return the first reason that holds of a case whose return and measures differ, "likely" if none can be tried."""
    counted, case = differing.counted, differing.case
    name = figure.column
    if not figure.is_asked(year):
        return _NOT_ASKED
    if counted.facts[name] > counted.made[name] > 0:
        return _SEVERAL
    events = {fact.event for fact in case.facts}
    named = [each for each in (*figure.may_differ, _PARTLY_RECORDED) if _may_be(each, figure, case, counted, events)]
    for reason in named:
        if not _table().reason[reason].without:
            return reason
        other = tried.get((case.case_id, reason))
        if other is not None and not other.more(name):
            return reason
    return f"{_LIKELY} {named[0]}" if named else _NO_REASON


def _may_be(name: str, figure: ReturnFigure, case: ToldCase, counted: _Counted, events: set[str]) -> bool:
    """Return whether what a reason asks of a case holds."""
    reason = _table().reason[name]
    if reason.at_year_end and (figure.column in case.figures[1]) != bool(counted.made[figure.column]):
        return False
    if not reason.stands_in <= case.figures[0].keys():
        return False
    asked = reason.events or ({reason.before} if reason.before else reason.without)
    if asked and asked.isdisjoint(events):
        return False
    if not reason.when and reason.span is None:
        return reason.at_year_end or bool(reason.stands_in or asked)
    return any(
        holds(reason.when, values) and (reason.span is None or _days(reason.span, values) is not None)
        for values in counted.requests
    )


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
    known = return_figures()
    for column in catalogue().columns.values():
        name = column.name_in(of_year, release)
        if column.name in known:
            yield _row(column.name, name, column.says, returned, facts)
        elif column.kind == "percent" and column.dfe and {column.base, *column.over} <= known.keys():
            beside = "" if facts is None else _share(column, facts.facts)
            yield FigureRow(name, _share(column, returned), beside, "", "", column.says)


def _share(column: MeasureColumn, counts: Counter[str]) -> float | str:
    return percent(counts[column.base], sum(counts[each] for each in column.over))


def _row(column: str, name: str, says: str, returned: Counter[str], facts: FiguresOfFacts | None) -> FigureRow:
    value = returned[column]
    if facts is None:
        return FigureRow(name, value, "", "", "", says)
    reasons = Counter(facts.reasons.get(column, {}))
    if value != facts.made[column]:
        reasons[_OTHER_RETURN] += value - facts.made[column]
    why = "; ".join(f"{reason} {many:+,}" for reason, many in reasons.items() if many)
    return FigureRow(name, value, facts.facts[column], value - facts.facts[column], why, says)


def reasons_told(facts: FiguresOfFacts, returned: Counter[str]) -> Iterator[str]:
    """Yield what each reason that was met means, a sentence each."""
    met = {reason.removeprefix(f"{_LIKELY} ") for reasons in facts.reasons.values() for reason in reasons}
    for name, reason in _table().reason.items():
        if name in met:
            yield f"{name}: {reason.says}"
    if any(returned[name] != facts.made[name] for name in return_figures()):
        yield f"{_OTHER_RETURN}: these facts make another return than this file: it was put right by hand, or they were"


def _lies(day: str, side: _Side, year: ReturnYear) -> bool:
    if as_date(day) is None:
        return False
    if side == "before":
        return day < year.first
    if side == "since":
        return day >= year.first
    return day > year.last if side == "after" else year.first <= day <= year.last


def _days(span: _Span, values: _Values) -> int | None:
    """Return how many days lie between two, None where one is not there or they stand the other way round."""
    first, then = (as_date(values.get(item, "")) for item in span)
    if first is None or then is None or first > then:
        return None
    return (then - first).days
