"""Whether the law is kept: of each limit that is owed, what fell due and was done in time, and what is overdue now."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from ehcp_flow.answers import Answer
from ehcp_flow.deadlines import STATUSES, Deadline
from ehcp_flow.engine import kernel
from ehcp_flow.engine.numbers import as_day
from ehcp_flow.engine.rulebook import CompiledRulebook
from ehcp_flow.law.model import Limit
from ehcp_flow.measures.arithmetic import percent
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.measures.desk import can_be_done
from ehcp_flow.measures.figure_cells import CaseCount
from ehcp_flow.measures.periods import Period

__all__ = ["LimitsKept", "last_twelve_months"]

_YEAR: Final = dt.timedelta(days=365)
_ONE_DAY: Final = dt.timedelta(days=1)
_MET: Final = STATUSES.index("met")
_UNRECORDED: Final = STATUSES.index("unrecorded")
_MISSED: Final = {STATUSES.index(name): name for name in ("late", "overdue", "overtaken", "premature")}
_NAMES: Final = ("in_time", "excused", "late", "overdue", "overtaken", "premature")


def last_twelve_months(day: dt.date) -> Period:
    """Return the 365 days that end on a day."""
    return Period(day - _YEAR + _ONE_DAY, day, "the last 12 months", "range", day)


class LimitsKept:
    """Collects, of each statutory limit that can be breached, how it was kept in a period, and what is overdue now.

    A limit is counted with its counterparts in other regulations, under the name of the first.
    """

    def __init__(self, period: Period) -> None:
        self._start, self._end = as_day(period.start), as_day(period.end)
        # By id: a limit as a key is read through each time that it is looked up.
        self._limits: dict[str, Limit] = {}
        self._held: dict[str, dict[str, list[str]]] = {}
        self._overdue: dict[str, list[Deadline]] = {}
        self._contested: dict[str, list[str]] = {}
        self._unrecorded: list[str] = []
        self._roots: dict[CompiledRulebook, list[str | None]] = {}

    def add(self, answer: Answer | CountedCase) -> None:
        """Take one case into account."""
        counted = CountedCase.laid_out(answer)
        answer = counted.answer
        judged, case_id = answer.judged, answer.case_id
        roots = self._roots.get(judged.book) or self._owed(judged.book)
        out, size = judged.out, judged.size
        last, status = kernel.LAST * size, kernel.STATUS * size
        for row in judged.rows:
            limit, stands = roots[out[row]], out[status + row]
            if limit is not None and stands == _UNRECORDED and out[last + row] <= self._end:
                self._unrecorded.append(case_id)
            if limit is None or (stands != _MET and stands not in _MISSED):
                continue
            fell_due = self._start <= out[last + row] <= self._end
            if stands == _MET:
                if fell_due:
                    self._of(limit, "in_time").append(case_id)
                continue
            deadline = Deadline(judged, row)
            if not deadline.breach:
                if fell_due:
                    self._of(limit, "excused").append(case_id)
                continue
            if fell_due:
                self._of(limit, _MISSED[stands]).append(case_id)
            overdue = deadline.status == "overdue" and bool(can_be_done([deadline], counted))
            if overdue:
                self._overdue.setdefault(limit, []).append(deadline)
            if deadline.contested_by and (fell_due or overdue):
                self._contested.setdefault(limit, []).append(case_id)

    def _owed(self, book: CompiledRulebook) -> list[str | None]:
        """Return the limit under whose name each rule is counted, None of what cannot be breached."""
        self._roots[book] = roots = [
            rule.limit.root if owed else None for rule, owed in zip(book.rules, book.breachable, strict=True)
        ]
        self._limits |= {root: book.rulebook.limits[root] for root in roots if root is not None}
        return roots

    def _of(self, limit: str, name: str) -> list[str]:
        held = self._held.get(limit)
        if held is None:
            held = self._held[limit] = {each: [] for each in _NAMES}
        return held[name]

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each limit that fell due in the period or is overdue now, the most overdue first.

        `in_time`, `excused` (missed, and the facts of a ground hold), `late`, `overdue`, `overtaken` (its clock ended
        before the act) and `premature` add up to `due`: what fell due in the period, and neither fell away before nor
        is a thing of which the day or the act is not recorded. `pc_in_time` is of `due`. `overdue_now` is whatever is
        past, not done, and can still be done, whenever it fell due; `oldest_due_on` is the earliest last lawful day of
        these. Of all that was missed, `contested` is what another lawful reading would not call a breach.
        """
        rows = [self._row(self._limits[name]) for name in sorted({*self._held, *self._overdue})]
        return sorted(rows, key=lambda row: (-row["overdue_now"], row["in_time"] - row["due"]))

    def _row(self, limit: Limit) -> dict[str, Any]:
        held = self._held.get(limit.id) or {name: [] for name in _NAMES}
        overdue = self._overdue.get(limit.id, [])
        due = CaseCount(case_id for name in _NAMES for case_id in held[name])
        return {
            "limit": limit.id,
            "title": limit.title,
            "actor": limit.actor,
            "due": due,
            **{name: CaseCount(held[name]) for name in _NAMES},
            "pc_in_time": percent(len(held["in_time"]), due),
            "overdue_now": CaseCount.of(overdue),
            "oldest_due_on": min((one.due_on for one in overdue if one.due_on), default=None),
            "contested": CaseCount(self._contested.get(limit.id, ())),
        }

    def overdue(self) -> list[Deadline]:
        """Return every deadline that is past, not done and not excused, and that somebody can still meet.

        They are the rows of the register of breaches that stand.
        """
        return [one for each in self._overdue.values() for one in each]

    def unrecorded(self) -> CaseCount:
        """Return of how many time limits that are past the source is declared not to record what became of them."""
        return CaseCount(self._unrecorded)
