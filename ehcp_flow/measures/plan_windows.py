"""The stretches of time that a plan looks at, laid out so that one pass over the cases counts them all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, get_args

from ehcp_flow.closed import complete
from ehcp_flow.measures.periods import Period
from ehcp_flow.measures.plan_figures import is_standing
from ehcp_flow.measures.plan_file import ParticularShare, PlanFile, PlanMeasure, PlanPeriod
from ehcp_flow.measures.plan_line import earlier_than, periods_to, window_of
from ehcp_flow.measures.recovery import LOOKED_BACK

__all__ = ["PlanWindows", "is_backlog"]

_WITHOUT_BASELINE: Final[Mapping[PlanPeriod, int]] = {
    "month": 12, "quarter": 8, "term": 6, "academic_year": 4, "financial_year": 4, "year": 4,
}  # fmt: skip
"""So many periods before the last one the series of a measure without a baseline begins."""
complete(_WITHOUT_BASELINE, get_args(PlanPeriod), "where a series without a baseline begins")


@dataclass(frozen=True)
class PlanWindows:
    """The stretches of time of a plan: its periods, and windows over several of them, in sets that do not overlap."""

    plan: PlanFile
    as_of: dt.date
    periods: Sequence[Period]
    earlier: Period

    @classmethod
    def out(cls, plan: PlanFile, as_of: dt.date) -> PlanWindows:
        """Lay a plan out."""
        first = min((each.baseline.on for each in plan.measure if each.baseline is not None), default=as_of)
        if plan.period == "term":
            periods = periods_to(plan, dt.date.min, as_of)
        else:
            back = max(_WITHOUT_BASELINE[plan.period], *(2 * each.over for each in plan.measure))
            last = periods_to(plan, as_of, as_of)[0]
            periods = periods_to(plan, min(first, earlier_than(plan, last, back)), as_of)
        then = as_of - LOOKED_BACK
        return cls(plan, as_of, periods, Period(then, then, then.isoformat(), "range", then))

    @property
    def last(self) -> int:
        """The place of the period that holds the day."""
        return len(self.periods) - 1

    def window(self, over: int, at: int) -> Period:
        """Return what a figure over so many periods covers that ends with the one at a place."""
        return window_of(self.plan, self.periods, at, over)

    def before(self, over: int) -> Period | None:
        """Return the window that a figure is held against: the one before it, which shares no day with it."""
        return self.window(over, self.last - over) if self.last >= over else None

    def first_of(self, measure: PlanMeasure) -> int:
        """Return the place of the period with which the series of a measure begins."""
        if measure.baseline is None:
            return max(self.last - _WITHOUT_BASELINE[self.plan.period], 0)
        on = min(measure.baseline.on, self.as_of)
        return next((at for at in range(self.last, -1, -1) if self.periods[at].start <= on), 0)

    @cached_property
    def sets(self) -> Sequence[Sequence[Period]]:
        """Every window that is counted out of the cells of the measures."""
        measures = [each for each in self.plan.measure if isinstance(each.figure, str | ParticularShare)]
        sets: list[list[Period]] = [[self.earlier]] if any(map(is_backlog, measures)) else []
        for over in sorted({each.over for each in measures}):
            begins = min(self.first_of(each) for each in measures if each.over == over)
            places = range(max(min(begins, self.last - over), 0), self.last + 1)
            windows = {at: self.window(over, at) for at in places}
            sets += [[windows[at] for at in places if at % over == rest] for rest in range(over)]
        return [each for each in sets if each]


def is_backlog(measure: PlanMeasure) -> bool:
    """Whether a measure is a count of what stands on a day, of which less is better, and that has a target."""
    column = measure.column
    if measure.better == "higher" or column is None or not measure.targets:
        return False
    return column.kind == "count" and is_standing(column)
