"""Who is still waiting: open requests by age, the longest waits, and the work on each desk.

The headline counts finished plans only. Whoever waits longest is not in it until the day the plan goes out.
"""

from __future__ import annotations

from typing import Any, Final

from ehcp_flow.answers import Answer
from ehcp_flow.dates import weeks_ahead
from ehcp_flow.engine.kernel import LAST
from ehcp_flow.engine.numbers import as_day
from ehcp_flow.measures.arithmetic import UNAVAILABLE, mean_weeks, median_weeks, rounded
from ehcp_flow.measures.case_groups import NOT_RECORDED, Extra
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.measures.deadline_filter import Chosen
from ehcp_flow.measures.figure_cells import CaseCount
from ehcp_flow.measures.figures import FINAL, WAITING

__all__ = ["AGE_BANDS", "Waiting", "Workload"]

AGE_BANDS: Final = (
    (6, "up to 6 weeks"),
    (16, "over 6 to 16 weeks"),
    (20, "over 16 to 20 weeks"),
    (30, "over 20 to 30 weeks"),
    (52, "over 30 to 52 weeks"),
    (None, "over 52 weeks"),
)
_UNKNOWN: Final = "no request on record"
_WEEK: Final = 7
_LIMIT_WEEKS, _YEAR_WEEKS = 20, 52
_OVERDUE: Final = Chosen(status=("overdue",), kinds=("statutory",), by="authority")
_AHEAD: Final = Chosen(status=("open",), kinds=("statutory",), by="authority", tasks=True)
_STAGE_COLUMNS: Final = tuple(state.value.lower() for state in WAITING)


class Waiting:
    """Collects the open requests: those before a plan or its refusal, as the measure of open requests has it."""

    def __init__(self) -> None:
        self.cases: list[dict[str, Any]] = []

    def add(self, answer: Answer | CountedCase) -> None:
        """Take one case into account."""
        counted = CountedCase.laid_out(answer)
        answer = counted.answer
        state = answer.pathway
        if state not in WAITING:
            return
        deadline = counted.counted_from_request(answer.as_of, FINAL)
        days = None if deadline is None else (answer.as_of - deadline.starts_on).days
        self.cases.append(
            {
                "case_id": answer.case_id,
                "authority": answer.authority,
                "state": state.value,
                "received": None if deadline is None else deadline.starts_on,
                "due_on": None if deadline is None else deadline.due_on,
                "days": days,
                "weeks": None if days is None else days // _WEEK,
                "excused_by": () if deadline is None else deadline.excused_by,
            }
        )

    def by_age(self) -> list[dict[str, Any]]:
        """Return a row for each band of age: how many are open, and at which stage."""
        names = ("open", *_STAGE_COLUMNS)
        bands: list[dict[str, list[str]]] = [{name: [] for name in names} for _ in range(len(AGE_BANDS) + 1)]
        for case in self.cases:
            for name in ("open", case["state"].lower()):
                bands[_band(case["days"])][name].append(case["case_id"])
        labels = (*(label for _, label in AGE_BANDS), _UNKNOWN)
        rows = [
            {"age": label, **{name: CaseCount(cases) for name, cases in band.items()}}
            for label, band in zip(labels, bands, strict=True)
        ]
        return rows if rows[-1]["open"] else rows[:-1]

    def longest(self, most: int = 20) -> list[dict[str, Any]]:
        """Return the cases that wait longest, the longest first."""
        known = [case for case in self.cases if case["days"] is not None]
        return sorted(known, key=lambda case: (-case["days"], case["case_id"]))[:most]

    def summary(self) -> dict[str, Any]:
        """Return how many are open, how many past 20 and 52 weeks, how long they have waited, and the longest wait."""
        days = [case["days"] for case in self.cases if case["days"] is not None]
        over = [age for age in days if age > _LIMIT_WEEKS * _WEEK]
        longest = max(days, default=None)
        return {
            "open": CaseCount(case["case_id"] for case in self.cases),
            "open_over_20_weeks": self._over(_LIMIT_WEEKS),
            "open_over_52_weeks": self._over(_YEAR_WEEKS),
            "mean_weeks_open": mean_weeks(days),
            "median_weeks_open": median_weeks(days),
            "mean_weeks_open_over_20": mean_weeks(over),
            "longest_wait_weeks": UNAVAILABLE if longest is None else rounded(longest / _WEEK),
        }

    def _over(self, weeks: int) -> CaseCount:
        return CaseCount(case["case_id"] for case in self.cases if (case["days"] or 0) > weeks * _WEEK)


def _band(days: int | None) -> int:
    if days is None:
        return len(AGE_BANDS)
    return next(at for at, (weeks, _) in enumerate(AGE_BANDS) if weeks is None or days <= weeks * _WEEK)


class Workload:
    """Collects the work on each desk: by a column of the input, such as `caseworker`."""

    def __init__(self, column: str, extra: Extra, weeks: int = 4) -> None:
        self._column = column
        self._extra = extra
        self._ahead = weeks_ahead(weeks)
        self._due = f"due_in_{weeks}_weeks"
        self._rows: dict[str, dict[str, Any]] = {}

    def add(self, answer: Answer | CountedCase) -> None:
        """Take one case into account."""
        answer = CountedCase.laid_out(answer).answer
        name = self._extra.get(answer.case_id, {}).get(self._column) or NOT_RECORDED
        row = self._rows.get(name)
        if row is None:
            row = self._rows[name] = {
                self._column: name, "cases": 0, "open_requests": 0, "plans": 0, "overdue": 0, self._due: 0,
            }  # fmt: skip
        row["cases"] += 1
        row["open_requests"] += answer.pathway in WAITING
        row["plans"] += answer.maintained
        row["overdue"] += len(_OVERDUE.rows_of(answer))
        today = as_day(answer.as_of)
        ahead = _AHEAD.rows_of(answer, answer.as_of + self._ahead)
        row[self._due] += sum(answer.judged.value(LAST, each) >= today for each in ahead)

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each desk, by name."""
        return [self._rows[name] for name in sorted(self._rows)]
