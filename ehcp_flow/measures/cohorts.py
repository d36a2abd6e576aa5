"""Requests followed from the day they came: the share finished by each week, and the stock and flow of each month.

A cohort is not moved by clearing a backlog: an old case finished today changes the curve of its own cohort only, and
upwards. A curve ends where its youngest request can be followed no further, so that nothing is extrapolated.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Any, Final

from ehcp_flow.answers import Answer
from ehcp_flow.measures.arithmetic import UNAVAILABLE, percent
from ehcp_flow.measures.counted_case import CountedCase, Request
from ehcp_flow.measures.periods import Period, between

__all__ = ["Cohorts", "Request"]

LONGEST: Final = 104
"""The last week of a curve."""
MARKS: Final = (6, 16, 20, 30, 52)
_WEEK: Final = 7
_FLOW: Final = {"plans": "plan", "refused": "refused", "withdrawn": "withdrawn"}


class Cohorts:
    """Collects requests, and gives the curves of their cohorts and the flow of each month."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._spells: list[tuple[dt.date, dt.date | None]] = []
        self._waits: list[tuple[dt.date, dt.date | None]] = []

    def add(self, answer: Answer | CountedCase) -> None:
        """Take one case into account."""
        counted = CountedCase.laid_out(answer)
        self.requests.extend(counted.requests)
        self._spells.extend(counted.spells)
        self._waits.extend(counted.waits)

    def curves(
        self, as_of: dt.date, grain: str = "quarter", last: int = 12, *, begun: bool = False
    ) -> list[dict[str, Any]]:
        """Return the cohorts by year, quarter or month of receipt, the last so many, oldest first.

        With `begun` they are the assessments by the period in which each was agreed, and so began; the weeks are those
        since the request all the same.

        Each row has the cohort, how many `requests`, `followed_weeks` (how far all of it can be followed), `finished`
        (the share finished by week 0, 1, 2, ...: with a plan, a refusal or a withdrawal), and `with_plan` (of those
        where an assessment was agreed, the share with a plan by each week).
        """
        days = [(request.agreed if begun else request.received, request) for request in self.requests]
        known = [(day, request) for day, request in days if day is not None]
        if not known:
            return []
        first = min(day for day, _ in known)
        periods = [period for period in between(first, as_of, grain, as_of) if period.start <= as_of]
        cohorts = [(period, [request for day, request in known if day in period]) for period in periods[-last:]]
        return [self._curve(period, cohort, as_of) for period, cohort in cohorts if cohort]

    @staticmethod
    def _curve(period: Period, cohort: Sequence[Request], as_of: dt.date) -> dict[str, Any]:
        youngest = max(request.received for request in cohort)
        followed = min((as_of - youngest).days // _WEEK, LONGEST)
        assessed = [request for request in cohort if request.assessed]
        done = _by_week(cohort, followed)
        planned = _by_week([request for request in assessed if request.how == "plan"], followed)
        row: dict[str, Any] = {"cohort": period.label, "requests": len(cohort), "followed_weeks": followed}
        for week in MARKS:
            row[f"finished_by_{week}"] = percent(done[week], len(cohort)) if week <= followed else UNAVAILABLE
            row[f"count_by_{week}"] = done[week] if week <= followed else UNAVAILABLE
        row["finished"] = [percent(many, len(cohort)) for many in done]
        row["assessed"] = len(assessed)
        row["with_plan"] = [percent(many, len(assessed)) for many in planned]
        return row

    def flow(self, first: dt.date, as_of: dt.date) -> list[dict[str, Any]]:
        """Return a row for each month: what came, how it ended, and what was open and held at its end."""
        received = sorted(one.received for one in self.requests)
        ended: dict[str | None, list[dt.date]] = {how: [] for how in _FLOW.values()}
        for one in self.requests:
            if one.ended is not None:
                ended[one.how].append(one.ended)
        opened, over = _ends(self._waits)
        begun, left = _ends(self._spells)
        rows = []
        for period in between(first, as_of, "month", as_of):
            end = min(period.end, as_of)
            rows.append(
                {
                    "month": period.label,
                    "received": bisect_right(received, period.end) - bisect_left(received, period.start),
                    **{name: sum(day in period for day in ended[how]) for name, how in _FLOW.items()},
                    "open_at_end": bisect_right(opened, end) - bisect_right(over, end),
                    "plans_held_at_end": bisect_right(begun, end) - bisect_right(left, end),
                }
            )
        return rows


def _ends(spells: Iterable[tuple[dt.date, dt.date | None]]) -> tuple[list[dt.date], list[dt.date]]:
    """Return the days on which spells began, and those on which they ended, each in order."""
    told = list(spells)
    return sorted(start for start, _ in told), sorted(until for _, until in told if until is not None)


def _by_week(requests: Iterable[Request], last: int) -> list[int]:
    """Return how many had ended by the end of each week."""
    ended = sorted((one.ended - one.received).days for one in requests if one.ended is not None)
    return [bisect_right(ended, week * _WEEK) for week in range(last + 1)]
