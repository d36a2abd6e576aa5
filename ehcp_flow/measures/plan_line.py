"""The line from a baseline through its targets, and how a figure stands to it. Pure arithmetic, in exact fractions.

A figure and the line are compared as they are printed, to one decimal: what looks equal is equal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from ehcp_flow.errors import RangeError
from ehcp_flow.measures.arithmetic import rounded
from ehcp_flow.measures.change import Change, clear_change, clear_change_of_counts
from ehcp_flow.measures.period_names import Stretch, stretch_with
from ehcp_flow.measures.periods import Period, between
from ehcp_flow.measures.plan_file import PlanFile, PlanMeasure, PlanTarget

__all__ = [
    "PlanFigure", "Standing", "Trend", "earlier_than", "periods_to", "rag_of", "target_next", "target_on",
    "trend_of", "window_of",
]  # fmt: skip

Standing: TypeAlias = Literal["green", "amber", "red", "none"]
Trend: TypeAlias = Literal["better", "worse", "steady", "none"]
_SAID: dict[Change, Trend] = {"better": "better", "worse": "worse", "no clear change": "steady"}
_ONE_DAY = dt.timedelta(days=1)


class PlanFigure(NamedTuple):
    """A figure, with what it is a share of where it is a share; `value` is None where there is nothing to say.

    `kind` is `share`, `count` or `mean`; `standing` says that a count is taken on a day, not over a stretch of time.
    """

    value: float | int | None = None
    numerator: int | None = None
    denominator: int | None = None
    kind: Literal["share", "count", "mean"] = "mean"
    standing: bool = True


def target_on(measure: PlanMeasure, day: dt.date) -> float | None:
    """Return the line on a day, by days from the baseline through the targets, to one decimal; None without a target.

    Before the baseline it is the baseline's value, after the last target that target. Without a baseline it is the
    first target's value up to that target.
    """
    if not measure.targets:
        return None
    baseline = measure.baseline
    points = [] if baseline is None else [(baseline.on, baseline.value)]
    points += [(target.by, target.value) for target in measure.targets]
    if day <= points[0][0]:
        return rounded(_exact(points[0][1]))
    for (begins, low), (ends, high) in pairwise(points):
        if day <= ends:
            gone = Fraction((day - begins).days, (ends - begins).days)
            return rounded(_exact(low) + (_exact(high) - _exact(low)) * gone)
    return rounded(_exact(points[-1][1]))


def target_next(measure: PlanMeasure, day: dt.date) -> PlanTarget | None:
    """Return the first target that is not past on a day, None where all are."""
    return next((target for target in measure.targets if target.by >= day), None)


def _exact(value: float) -> Fraction:
    """Return a number as it was written, in decimals."""
    return Fraction(str(value))


def rag_of(measure: PlanMeasure, value: float | None, line: float | None) -> Standing:
    """Return `green` on or better than the line, `amber` at most `amber` points worse, else `red`; `none` without."""
    if value is None or line is None:
        return "none"
    worse = _exact(line) - _exact(value)
    if measure.better == "lower":
        worse = -worse
    if worse <= 0:
        return "green"
    return "amber" if worse <= _exact(measure.amber) else "red"


def trend_of(measure: PlanMeasure, now: PlanFigure, before: PlanFigure, *, whole: bool = True) -> Trend:
    """Return which way a figure went against an earlier one, by the test that the report has; `none` where it has none.

    `whole` says whether the stretch of time of `now` is over: a count of what happens in it says nothing before.
    """
    more = measure.better == "higher"
    if now.kind == "share" and now.denominator and before.denominator:
        sides = ((figure.numerator or 0, figure.denominator or 0) for figure in (now, before))
        return _SAID.get(clear_change(*sides, more_is_better=more), "none")
    if now.kind == "count" and (whole or now.standing) and now.value is not None and before.value is not None:
        return _SAID.get(clear_change_of_counts(int(now.value), int(before.value), more_is_better=more), "none")
    return "none"


def periods_to(plan: PlanFile, first: dt.date, as_of: dt.date) -> list[Period]:
    """Return the periods of a plan from the one that holds a day to the one that holds `as_of`, in order.

    A day between two terms is of the one that was last. Raises RangeError where no term had begun.
    """
    first = min(first, as_of)
    if plan.period != "term":
        return between(first, as_of, plan.period, as_of)
    begun = [term for term in plan.term if term.begins <= as_of]
    if not begun:
        when = f"the first term of the plan begins on {plan.term[0].begins.isoformat()}"
        raise RangeError("the day", as_of.isoformat(), when)
    held = [term for at, term in enumerate(begun) if at + 1 == len(begun) or first < begun[at + 1].begins]
    return [Period(term.begins, term.ends, term.name, "term", min(term.ends, as_of)) for term in held]


def window_of(plan: PlanFile, periods: Sequence[Period], at: int, over: int) -> Period:
    """Return what a figure over so many periods covers that ends with the one at a place, called as that one is."""
    last = periods[at]
    if over == 1:
        return last
    first = at - over + 1
    start = periods[first].start if first >= 0 else earlier_than(plan, periods[0], -first)
    return Period(start, last.end, last.label, "range", last.stock_on)


def earlier_than(plan: PlanFile, first: Period, many: int) -> dt.date:
    """Return the first day of the period that is so many before another; of terms, of the earliest there is."""
    if plan.period == "term":
        before = [term.begins for term in plan.term if term.begins < first.start]
        return before[max(len(before) - many, 0)] if before else first.start
    stretch: Stretch = stretch_with(plan.period, first.start)
    for _ in range(many):
        stretch = stretch_with(plan.period, stretch.first - _ONE_DAY)
    return stretch.first
