"""A figure and what is behind it: the cases that count in a column, the figure of them, and how it is explained."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from ehcp_flow.deadlines import Deadline
from ehcp_flow.measures.arithmetic import mean_weeks, median_weeks, percent
from ehcp_flow.measures.catalogue import Measure, MeasureColumn
from ehcp_flow.measures.contributing import Contributed
from ehcp_flow.measures.figures import ONCE

__all__ = ["CaseCount", "Cell", "CountedCell", "Explanation", "cases_in", "enter", "figure_of"]


class CaseCount(int):
    """A number of cases, and their ids in the order in which they were counted; a case stands as often as it counts."""

    cases: tuple[str, ...]

    def __new__(cls, cases: Iterable[str] = ()) -> Self:
        """Count cases by their ids."""
        counted = tuple(cases)
        count = super().__new__(cls, len(counted))
        count.cases = counted
        return count

    @classmethod
    def of(cls, deadlines: Iterable[Deadline]) -> Self:
        """Count the cases of deadlines."""
        return cls(deadline.case_id for deadline in deadlines)

    def __getnewargs__(self) -> tuple[tuple[str, ...]]:  # type: ignore[override]  # what it is made again from
        """Return what it is made of, to be copied and pickled."""
        return (self.cases,)


class Cell(Protocol):
    """The cases that count in a column, and of those of which a mean or median is taken, the days of each."""

    @property
    def cases(self) -> Sequence[str]:
        """The id of each case, in the order of the source; a case stands as often as it counts."""

    @property
    def days(self) -> Sequence[int]:
        """The days of each, where a mean or median is taken of them."""


@dataclass
class CountedCell:
    """A cell as it is counted, one case after another."""

    cases: list[str] = field(default_factory=list)
    days: list[int] = field(default_factory=list)


def enter(cells: dict[str, Any], one: Contributed, case_id: str) -> None:
    """Count what a case adds in its column; where a column counts a case once, once."""
    cell = cells.get(one.column)
    if cell is None:
        cell = cells[one.column] = CountedCell()
    if one.column in ONCE and cell.cases and cell.cases[-1] == case_id:
        return
    cell.cases.append(case_id)
    cell.days.append(one.days)


def cases_in(cells: Mapping[str, Cell], name: str) -> tuple[str, ...]:
    """Return the ids of the cases that count in a column, one as often as it counts."""
    return tuple(cells[name].cases) if name in cells else ()


def figure_of(column: MeasureColumn, cells: Mapping[str, Cell]) -> float | int | str:
    """Return the figure of a column: a count, a percentage, or a mean or median of weeks."""

    def count(name: str) -> int:
        return len(cells[name].cases) if name in cells else 0

    if column.kind == "count":
        return count(column.name)
    if column.kind == "percent":
        return percent(count(column.base), sum(map(count, column.over)))
    days = cells[column.base].days if column.base in cells else ()
    return mean_weeks(days) if column.kind == "mean" else median_weeks(days)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a figure is made of: its value, the measure, and the case ids on each side.

    A case stands as often as it counts. `denominator` is empty for a count. Of the traps those are told whose figures
    were published by `as_of`, the day asked.
    """

    name: str
    value: Any
    says: str
    measure: Measure
    group: Mapping[str, str]
    numerator_is: str
    numerator: tuple[str, ...]
    denominator_is: str
    denominator: tuple[str, ...]
    as_of: dt.date

    @property
    def traps(self) -> tuple[str, ...]:
        """What to beware of."""
        return self.measure.traps_by(self.as_of)

    def __str__(self) -> str:
        where = ", ".join(f"{name} {value}" for name, value in self.group.items()) or "all cases"
        parts = [f"{self.name} = {self.value} ({where}): {self.says}.", self.measure.definition]
        if self.denominator_is:
            parts.append(
                f"Numerator: {len(self.numerator)} ({self.numerator_is}). "
                f"Denominator: {len(self.denominator)} ({self.denominator_is})."
            )
        else:
            parts.append(f"Counted: {len(self.numerator)} ({self.numerator_is}).")
        parts.append(f"By {self.measure.year_by}. Source: {self.measure.source}.")
        parts.extend(f"Beware: {trap}" for trap in self.traps)
        return "\n".join(parts)
