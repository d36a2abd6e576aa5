"""The figures of a plan: what a measure is in a stretch of time, of how many, and which cases it fails.

A column of the measures is the figure that the measures give, out of the same cells; what else a plan can name is a
share of things that are counted elsewhere: of deadlines owed, of plans held, of facts, of what somebody observed.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Final, TypeAlias

from ehcp_flow.engine import contributions as c
from ehcp_flow.measures.arithmetic import percent, rounded
from ehcp_flow.measures.case_groups import Extra
from ehcp_flow.measures.catalogue import MeasureColumn
from ehcp_flow.measures.dated_acts import Act, Owed
from ehcp_flow.measures.dated_values import DatedValues
from ehcp_flow.measures.figure_cells import Cell, cases_in, figure_of
from ehcp_flow.measures.figures import FIGURES
from ehcp_flow.measures.particular_figures import PARTICULAR_FIGURES
from ehcp_flow.measures.periods import Period
from ehcp_flow.measures.plan_file import (
    EventShare,
    LimitShare,
    Observation,
    ParticularShare,
    PlanFile,
    PlanMeasure,
)
from ehcp_flow.measures.plan_held import refuse_party, refuse_values
from ehcp_flow.measures.plan_line import PlanFigure

__all__ = ["PLANS_HELD", "Counted", "columns_of", "failing", "figure_in", "is_standing"]

Cells: TypeAlias = Mapping[str, Cell]
PLANS_HELD: Final = "total_ehc_plans"
_STANDING: Final = (c.OPEN_REQUESTS, c.ASSESSMENTS, c.REVIEWS, c.BACKLOG, c.TRANSFERS)
"""What is looked at once for each period, on a day, and not by the days of acts within it."""


class Counted:
    """What was counted of a caseload beside the cells of the measures, by the day of each."""

    def __init__(self, owed: Iterable[Owed] = (), acts: Iterable[Act] = (), held: Extra | None = None) -> None:
        self.held = DatedValues.of(held)
        self._owed: dict[str, list[Owed]] = {}
        for due in sorted(owed, key=lambda each: each.due_on):
            self._owed.setdefault(due.limit, []).append(due)
        self._acts: dict[str, list[Act]] = {}
        for act in sorted(acts, key=lambda each: each.on):
            self._acts.setdefault(act.event, []).append(act)

    def refuse_unknown(self, plan: PlanFile) -> None:
        """Raise PlanFileError for what a plan asks for and no case has."""
        refuse_values(plan, self.held)
        for limit in plan.limits:
            refuse_party(plan, "limit", limit, (each.party for each in self._owed.get(limit, ())))
        for event in plan.events:
            refuse_party(plan, "event", event, (each.party for each in self._acts.get(event, ())))

    def owed(self, limit: str, first: dt.date, last: dt.date) -> list[Owed]:
        """Return the deadlines of a limit that fell due between two days, both included."""
        owed = self._owed.get(limit, [])
        key = attrgetter("due_on")
        return owed[bisect_left(owed, first, key=key) : bisect_right(owed, last, key=key)]

    def acts(self, event: str, first: dt.date = dt.date.min, last: dt.date = dt.date.max) -> list[Act]:
        """Return the facts of an event between two days, both included."""
        acts = self._acts.get(event, [])
        key = attrgetter("on")
        return acts[bisect_left(acts, first, key=key) : bisect_right(acts, last, key=key)]


def columns_of(plan: PlanFile) -> frozenset[str]:
    """Return the columns of the measures that a plan needs."""
    wanted: set[str] = {PLANS_HELD} if plan.particulars else set()
    for column in (measure.column for measure in plan.measure):
        if column is not None:
            wanted |= {column.base or column.name, *column.over}
    return frozenset(wanted)


@cache
def is_standing(column: MeasureColumn) -> bool:
    """Return whether a column says what stood on a day, and not what happened in a stretch of time."""
    names = {column.base or column.name}
    names.update(name for figure in PARTICULAR_FIGURES if figure.column in names for name in figure.of)
    return any(figure.of in _STANDING for figure in FIGURES if figure.column in names)


def figure_in(
    measure: PlanMeasure,
    period: Period,
    cells: Cells,
    counted: Counted,
    observed: Sequence[Observation],
    as_of: dt.date,
) -> PlanFigure:
    """Return a measure in a period, up to `as_of`; `cells` are those of the period, `observed` all that was."""
    if measure.figure is None:
        return _observed(measure, period, observed, as_of)
    above, below = (len(side) for side in _sides(measure, period, cells, counted, as_of))
    column = measure.column
    if column is None:
        return _share(above, below)
    value, standing = figure_of(column, cells), is_standing(column)
    if column.kind == "count":
        return PlanFigure(above, above, None, "count", standing)
    known = None if isinstance(value, str) else value
    if column.kind == "percent":
        return PlanFigure(known, above, below, "share", standing)
    return PlanFigure(known, None, above, "mean", standing)


def _share(numerator: int, denominator: int) -> PlanFigure:
    value = percent(numerator, denominator)
    return PlanFigure(None if isinstance(value, str) else value, numerator, denominator, "share")


def _observed(measure: PlanMeasure, period: Period, observed: Sequence[Observation], as_of: dt.date) -> PlanFigure:
    """Return what was observed last in a period."""
    mine = [each for each in observed if each.measure == measure.id and each.on in period and each.on <= as_of]
    if not mine:
        return PlanFigure()
    last = max(mine, key=lambda each: each.on)
    if last.denominator is not None:
        return _share(last.numerator or 0, last.denominator)
    return PlanFigure(rounded(Fraction(str(last.value))))


def failing(measure: PlanMeasure, period: Period, cells: Cells, counted: Counted, as_of: dt.date) -> list[str]:
    """Return the cases because of which a measure is no better, one as often as it counts.

    They are those that it counts where less is better, and those that it does not where more is. There are none of an
    observation, or of a count or mean of which more is better.
    """
    above, below = _sides(measure, period, cells, counted, as_of)
    if measure.better == "lower":
        return list(above)
    return list((Counter(below) - Counter(above)).elements())


def _sides(
    measure: PlanMeasure, period: Period, cells: Cells, counted: Counted, as_of: dt.date
) -> tuple[Sequence[str], Sequence[str]]:
    """Return the cases of the numerator and of the denominator of a share; of a count it has no denominator."""
    figure, column = measure.figure, measure.column
    end = min(period.end, as_of)
    if column is not None:
        each = [cells[name].cases for name in column.over if name in cells]
        base = column.base or column.name
        return cells[base].cases if base in cells else (), each[0] if len(each) == 1 else [*chain(*each)]
    if isinstance(figure, LimitShare):
        due = counted.owed(figure.limit, period.start, end)
        owed = [each for each in due if figure.party in (None, each.party)]
        return [each.case_id for each in owed if each.stands(end) == figure.share], [each.case_id for each in owed]
    if isinstance(figure, ParticularShare):
        return _of_held(figure, cases_in(cells, PLANS_HELD), counted.held, min(period.stock_on, as_of))
    if isinstance(figure, EventShare):
        return _of_acts(figure, period.start, end, counted)
    return [], []


def _of_held(
    figure: ParticularShare, plans: Sequence[str], held: DatedValues, day: dt.date
) -> tuple[list[str], list[str]]:
    def value(case_id: str, name: str) -> str:
        return (held.value(case_id, name, day) or "").casefold()

    below = plans if figure.particular in held.names else []
    if figure.of == "recorded":
        below = [case for case in below if value(case, figure.particular)]
    elif isinstance(figure.of, Mapping):
        asked = {name: text.casefold() for name, text in figure.of.items()}
        below = [case for case in below if all(value(case, name) == text for name, text in asked.items())]
    wanted = {text.casefold() for text in figure.value}
    return [case for case in below if value(case, figure.particular) in wanted], list(below)


def _of_acts(figure: EventShare, first: dt.date, last: dt.date, counted: Counted) -> tuple[list[str], list[str]]:
    beside: dict[str, list[dt.date]] = {}
    for act in counted.acts(figure.event):
        if figure.party in (None, act.party):
            beside.setdefault(act.case_id, []).append(act.on)
    low, high = (dt.timedelta(days=days) for days in figure.between)
    below = counted.acts(figure.of, first, last)
    above = [act for act in below if any(act.on + low <= on <= act.on + high for on in beside.get(act.case_id, ()))]
    return [act.case_id for act in above], [act.case_id for act in below]
