"""What cases are grouped and chosen by, besides what the law looks at: values that hold from a day to another.

A particular is asked by its day: that of the act for what happens, the day asked about for what stands. A label of a
file has no day, and holds throughout.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias

from ehcp_flow.case import Case
from ehcp_flow.facts import Fact, ParticularRecorded
from ehcp_flow.particular_table import kind_of_placement
from ehcp_flow.particulars import FIRST, REDACTED

__all__ = [
    "DatedValues", "Point", "Span", "particular_values", "points_of", "spans_of", "values_by_group",
    "values_of_case",
]  # fmt: skip


class Point(NamedTuple):
    """A value from a day on, until a last day where one is given; an empty one says that none is known."""

    on: dt.date
    until: dt.date | None
    value: str


Span: TypeAlias = Sequence[Point]
"""The values of one name and one case, in the order of their days: each holds until the next one begins."""


class DatedValues(Mapping[str, Mapping[str, str]]):
    """The values of columns by case: `labels` without a day, `spans` by name and case, which hold for a time.

    As a mapping it gives what holds in the end. `on` gives what holds on a day.
    """

    def __init__(
        self, labels: Mapping[str, Mapping[str, str]], spans: Mapping[str, Mapping[str, Span]] | None = None
    ) -> None:
        self.labels = labels
        self.spans = spans or {}

    @classmethod
    def of(cls, extra: Mapping[str, Mapping[str, str]] | None) -> DatedValues:
        """Return values that are given, as they are or as labels."""
        return extra if isinstance(extra, DatedValues) else cls(extra or {})

    @cached_property
    def names(self) -> frozenset[str]:
        """Every column of which a case has a value."""
        return frozenset(self.spans) | {name for values in self.labels.values() for name in values}

    def every(self, name: str) -> set[str]:
        """Return every value that a column has, of any case and on any day."""
        spans = self.spans.get(name, {}).values()
        found = {point.value for span in spans for point in span}
        return (found | {values.get(name, "") for values in self.labels.values()}) - {""}

    def value(self, case_id: str, name: str, day: dt.date) -> str | None:
        """Return what a column of a case is on a day, None where nothing is known."""
        span = self.spans.get(name, {}).get(case_id)
        if span is None:
            return self.labels.get(case_id, {}).get(name)
        at = bisect_right(span, day, key=_begun) - 1
        return _held(span[at], day) if at >= 0 else None

    def on(self, day: dt.date) -> dict[str, dict[str, str]]:
        """Return the values that hold on a day, by case and column; a case of the source is there without any."""
        return self._by_case(lambda span: self._at(span, day))

    @staticmethod
    def _at(span: Span, day: dt.date) -> str | None:
        at = bisect_right(span, day, key=_begun) - 1
        return _held(span[at], day) if at >= 0 else None

    def _by_case(self, chosen: Callable[[Span], str | None]) -> dict[str, dict[str, str]]:
        found = {case_id: dict(values) for case_id, values in self.labels.items()}
        for name, spans in self.spans.items():
            for case_id, span in spans.items():
                value = chosen(span)
                mine = found.setdefault(case_id, {})
                if value is not None:
                    mine[name] = value
        return found

    @cached_property
    def _last(self) -> dict[str, dict[str, str]]:
        return self._by_case(lambda span: span[-1].value or None)

    def __getitem__(self, case_id: str) -> Mapping[str, str]:
        return self._last[case_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._last)

    def __len__(self) -> int:
        return len(self._last)


def _begun(point: Point) -> dt.date:
    return point.on


def _held(point: Point, day: dt.date) -> str | None:
    return None if point.until is not None and point.until < day else point.value or None


def points_of(facts: Iterable[Fact]) -> Iterator[tuple[str, Point]]:
    """Yield what the particulars of one case say, by the name that cases are grouped by; they are in order.

    A placement is grouped by its kind, and its place goes by `placement_value`; of a name with ranks the first counts.
    """
    for fact in facts:
        if not isinstance(fact, ParticularRecorded) or fact.rank not in (None, FIRST):
            continue
        if fact.until is not None and fact.until < fact.on:
            continue
        for name, value in values_by_group(fact.particular, fact.value, fact.kind or ""):
            yield name, Point(fact.on, fact.until, value)


def values_by_group(particular: str, value: str, kind: str) -> Iterator[tuple[str, str]]:
    """Yield what one particular says, by the name that cases are grouped by; an empty text where nothing is told."""
    value = "" if value == REDACTED else value
    if particular != "placement":
        yield particular, value
        return
    kind = kind or kind_of_placement(value)
    yield "placement", kind
    yield "placement_value", "" if value == kind else value


def spans_of(
    told: Mapping[str, Iterable[Fact]], plain: Mapping[str, Mapping[str, Iterable[Point]]] | None = None
) -> dict[str, dict[str, Span]]:
    """Return the spans of particulars, by name and case.

    `told` are the particulars of cases with what corrects them, by case; `plain` what columns of a file say, by name
    and case. Of two that begin on one day the one that was recorded as a particular holds.
    """
    spans: dict[str, dict[str, list[Point]]] = {
        name: {case_id: list(points) for case_id, points in cases.items()} for name, cases in (plain or {}).items()
    }
    for case_id, facts in told.items():
        for name, point in points_of(Case(case_id, tuple(facts)).particulars):
            spans.setdefault(name, {}).setdefault(case_id, []).append(point)
    return {name: {case_id: _in_order(points) for case_id, points in cases.items()} for name, cases in spans.items()}


def _in_order(points: list[Point]) -> Span:
    """Return points by day, the last of each day."""
    points.sort(key=_begun)
    return [point for at, point in enumerate(points) if at + 1 == len(points) or points[at + 1].on != point.on]


def values_of_case(case: Case) -> DatedValues:
    """Return what the particulars of one case say."""
    if not case.particulars:
        return _NOTHING
    spans: dict[str, list[Point]] = {}
    for name, point in points_of(case.particulars):
        spans.setdefault(name, []).append(point)
    return DatedValues({}, {name: {case.case_id: _in_order(points)} for name, points in spans.items()})


_NOTHING: Final = DatedValues({})


def particular_values(cases: Iterable[Case]) -> DatedValues:
    """Return what the particulars of cases say, by case and day."""
    return DatedValues({}, spans_of({case.case_id: case.recorded for case in cases if case.particulars}))
