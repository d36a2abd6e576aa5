"""Requests followed from the day they came: the share finished by each week, and the stock and flow of each month.

A cohort is not moved by clearing a backlog: an old case finished today changes the curve of its own cohort only, and
upwards. A curve ends where its youngest request can be followed no further, so that nothing is extrapolated.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from ehcp_flow.answers import Answer
from ehcp_flow.measures.arithmetic import UNAVAILABLE, percent
from ehcp_flow.measures.counted_case import CountedCase, Request
from ehcp_flow.measures.figure_cells import CaseCount
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
        self._spells: list[tuple[dt.date, dt.date | None, str]] = []
        self._waits: list[tuple[dt.date, dt.date | None, str]] = []

    def add(self, answer: Answer | CountedCase) -> None:
        """Take one case into account."""
        counted = CountedCase.laid_out(answer)
        self.requests.extend(counted.requests)
        self._spells.extend((*spell, counted.case_id) for spell in counted.spells)
        self._waits.extend((*wait, counted.case_id) for wait in counted.waits)

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
        requests = CaseCount(request.case_id for request in cohort)
        row: dict[str, Any] = {"cohort": period.label, "requests": requests, "followed_weeks": followed}
        for week in MARKS:
            row[f"finished_by_{week}"] = percent(done[week], len(cohort)) if week <= followed else UNAVAILABLE
            row[f"count_by_{week}"] = _ended_by(cohort, week) if week <= followed else UNAVAILABLE
        row["finished"] = [percent(many, len(cohort)) for many in done]
        row["assessed"] = len(assessed)
        row["with_plan"] = [percent(many, len(assessed)) for many in planned]
        return row

    def flow(self, first: dt.date, as_of: dt.date) -> list[dict[str, Any]]:
        """Return a row for each month: what came, how it ended, and what was open and held at its end."""
        came: dict[tuple[int, int], list[str]] = defaultdict(list)
        went: dict[tuple[str | None, int, int], list[str]] = defaultdict(list)
        for one in self.requests:
            came[one.received.year, one.received.month].append(one.case_id)
            if one.ended is not None:
                went[one.how, one.ended.year, one.ended.month].append(one.case_id)
        rows = []
        for period in between(first, as_of, "month", as_of):
            end, month = min(period.end, as_of), (period.start.year, period.start.month)
            rows.append(
                {
                    "month": period.label,
                    "received": CaseCount(came[month]),
                    **{name: CaseCount(went[how, *month]) for name, how in _FLOW.items()},
                    "open_at_end": _standing(self._waits, end),
                    "plans_held_at_end": _standing(self._spells, end),
                }
            )
        return rows


def _standing(spells: Iterable[tuple[dt.date, dt.date | None, str]], day: dt.date) -> CaseCount:
    """Return the cases with a spell that had begun by the end of a day, and not ended."""
    return CaseCount(case_id for start, until, case_id in spells if start <= day and (until is None or until > day))


def _ended_by(requests: Iterable[Request], week: int) -> CaseCount:
    """Return the requests that had ended by the end of a week."""
    return CaseCount(
        one.case_id for one in requests if one.ended is not None and (one.ended - one.received).days <= week * _WEEK
    )


def _by_week(requests: Iterable[Request], last: int) -> list[int]:
    """Return how many had ended by the end of each week."""
    ended = sorted((one.ended - one.received).days for one in requests if one.ended is not None)
    return [bisect_right(ended, week * _WEEK) for week in range(last + 1)]
