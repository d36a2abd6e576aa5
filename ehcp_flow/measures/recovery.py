"""A recovery plan for a backlog: how many a week clear it by a day, and where today's pace ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from fractions import Fraction
from math import ceil
from typing import Any, Final, NamedTuple

from ehcp_flow.measures.arithmetic import rounded

__all__ = ["LOOKED_BACK", "Recovery", "recovery_of"]

LOOKED_BACK: Final = dt.timedelta(weeks=12)
"""Over how long today's pace is taken."""
_WEEK: Final = 7
_LONGEST: Final = 5_200
"""A hundred years, in weeks: what takes longer never comes down."""


class Recovery(NamedTuple):
    """How a backlog comes down, or does not.

    `came_a_week` and `left_a_week` are what came into it and left it a week, of those that stood in it at one end of
    the last twelve weeks or the other; `needed_a_week` is how many have to leave it a week, as many coming as now, so
    that it is down to `goal` by the day; `ends_at` is what it then is at today's pace, and `clears_on` the day on which
    that pace brings it down to `goal`, None where it does not within a hundred years.
    """

    backlog: int
    goal: int
    by: dt.date
    weeks_left: float
    came_a_week: float
    left_a_week: float
    needed_a_week: int
    ends_at: int
    clears_on: dt.date | None

    def as_dict(self) -> dict[str, Any]:
        """Return it with dates as ISO text."""
        clears = None if self.clears_on is None else self.clears_on.isoformat()
        return {**self._asdict(), "by": self.by.isoformat(), "clears_on": clears}


def recovery_of(
    now: Collection[str], before: Collection[str], goal: float, by: dt.date, as_of: dt.date
) -> Recovery | None:
    """Return how a backlog comes down to `goal` by a day; None where the day is past.

    `now` are the cases in it on `as_of`, `before` those that were in it `LOOKED_BACK` earlier.
    """
    days = (by - as_of).days
    if days <= 0:
        return None
    weeks, looked = Fraction(days, _WEEK), Fraction(LOOKED_BACK.days, _WEEK)
    mine, then = set(now), set(before)
    came, left = Fraction(len(mine - then)) / looked, Fraction(len(then - mine)) / looked
    backlog, end = len(now), ceil(goal)
    over = max(backlog - end, 0)
    net = left - came
    at_pace = max(backlog - net * weeks, Fraction(0))
    clears: dt.date | None = as_of if not over else None
    if over and net * _LONGEST > over:
        clears = as_of + dt.timedelta(days=ceil(over / net * _WEEK))
    return Recovery(
        backlog, end, by, rounded(weeks), rounded(came), rounded(left), ceil(came + over / weeks), ceil(at_pace), clears
    )
