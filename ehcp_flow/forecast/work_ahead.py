"""The calendar of work that the law already fixes: how many of each duty have their last lawful day when.

No model: it counts what the desk lists, for as many months ahead as are asked for. A duty stands here once it has begun
to run: what a request of tomorrow will bring is no part of it, and neither is the second review of a plan.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import ceil
from typing import Any, Final, Literal, TypeAlias, get_args

from ehcp_flow import dates
from ehcp_flow.answers import Answer
from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.counting import add_months
from ehcp_flow.errors import RangeError, UnknownNameError
from ehcp_flow.law.model import Rulebook
from ehcp_flow.measures.counted_case import CountedCase, answered
from ehcp_flow.measures.desk import work_by
from ehcp_flow.measures.period_names import begun, label_of

__all__ = ["AS_NOW", "CERTAIN_COLUMNS", "MOST_MONTHS", "OVERDUE", "STRETCHES", "WorkAhead", "work_ahead"]

Row: TypeAlias = dict[str, Any]
_Stretch: TypeAlias = Literal["month", "week"]

AS_NOW: Final = "as now"
"""The scenario in which nothing is changed."""
CERTAIN_COLUMNS: Final = (
    "scenario", "figure", "period", "value", "low", "high", "certain", "error", "title", "last_on", "a_week",
)  # fmt: skip
"""The columns of a row, in their order."""
OVERDUE: Final = "overdue"
"""The period of what had its last lawful day before the day that is asked about, and can still be done."""
STRETCHES: Final[tuple[_Stretch, ...]] = get_args(_Stretch)
"""By what the calendar is divided: a week is that of ISO 8601, from Monday on, `2026-W27`."""
MOST_MONTHS: Final = 60
_WEEK: Final = 7


class WorkAhead:
    """Collects the calendar in one pass over the answered cases; `rows` gives it.

    It looks ahead through the rest of the month of `as_of` and the `months` after it. `by` is `month` or `week`.
    `contested` is `with`, `without` or `only`, as for the desk. Raises RangeError for months below 1 or above 60,
    UnknownNameError for another stretch than these two.
    """

    def __init__(self, as_of: dt.date, *, months: int = 12, by: str = "month", contested: str = "with") -> None:
        RangeError.unless(1 <= months <= MOST_MONTHS, "months", months, f"it is a number from 1 to {MOST_MONTHS}")
        if by not in STRETCHES:
            raise UnknownNameError("period", by, STRETCHES)
        self.as_of = as_of
        self.until = add_months(begun("month", as_of), months + 1) - dt.timedelta(days=1)
        self.cases = 0
        self.titles: dict[str, str] = {}
        self._by = by
        self._contested = contested
        self._overdue: Counter[str] = Counter()
        self._due: dict[str, Counter[dt.date]] = {}

    def add(self, answer: Answer | CountedCase) -> None:
        """Take one case into account."""
        answer = CountedCase.laid_out(answer).answer
        self.cases += 1
        for one in work_by(answer, self.until, contested=self._contested):
            limit, due_on = one.limit, one.due_on
            if limit not in self.titles:
                self.titles[limit] = one.title
            if one.status == OVERDUE or due_on is None:
                self._overdue[limit] += 1
            else:
                self._due.setdefault(limit, Counter())[due_on] += 1

    def rows(self) -> list[Row]:
        """Return the calendar: by limit in order of its next last lawful day, then by period, what is overdue first.

        `value` is how many have their last lawful day in the period, `last_on` the latest of these days, and `a_week`
        how many a week, from the day that is asked about, do each of them in time and those that are due before them
        as well; what is overdue comes on top. With less than a week left that is all of them.
        """
        first = {limit: min(self._due.get(limit, {self.until})) for limit in self.titles}
        return [
            row for limit in sorted(self.titles, key=lambda name: (first[name], name)) for row in self._rows_of(limit)
        ]

    def _rows_of(self, limit: str) -> Iterator[Row]:
        if self._overdue[limit]:
            yield self._row(limit, OVERDUE, self._overdue[limit], None, None)
        periods: dict[str, list[dt.date]] = {}
        for day in sorted(self._due.get(limit, ())):
            periods.setdefault(self._named(day), []).append(day)
        done_by = 0
        for period, days in periods.items():
            pace = 0
            for day in days:
                done_by += self._due[limit][day]
                pace = max(pace, self._pace(done_by, day))
            yield self._row(limit, period, sum(self._due[limit][day] for day in days), days[-1], pace)

    def _pace(self, many: int, by: dt.date) -> int:
        """Return how many a week do so many by a day, both days worked on."""
        days = (by - self.as_of).days + 1
        return many if days < _WEEK else ceil(many * _WEEK / days)

    def _named(self, day: dt.date) -> str:
        if self._by == "month":
            return label_of("month", day)
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"

    def _row(self, limit: str, period: str, value: int, last_on: dt.date | None, a_week: int | None) -> Row:
        return {
            "scenario": AS_NOW, "figure": limit, "period": period, "value": value, "low": value, "high": value,
            "certain": True, "error": None, "title": self.titles[limit],
            "last_on": None if last_on is None else last_on.isoformat(), "a_week": a_week,
        }  # fmt: skip


def work_ahead(
    cases: Iterable[Case | Answer] | Mapping[str, Case],
    as_of: dt.date | str | None = None,
    *,
    months: int = 12,
    by: str = "month",
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> list[Row]:
    """Return the calendar of work that the law fixes on `as_of` (today if not given): see `WorkAhead`.

    Dates are ISO text. Raises DateError if `as_of` is no date, and what `WorkAhead` raises.
    """
    collected = WorkAhead(dates.today() if as_of is None else dates.parse_date(as_of), months=months, by=by)
    for each in answered(cases, collected.as_of, rulebook=rulebook, calendars=calendars):
        collected.add(each)
    return collected.rows()
