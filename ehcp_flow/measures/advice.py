"""Advice by adviser: what was asked, what came in time, what is still out, and the tail."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from ehcp_flow.answers import Answer
from ehcp_flow.deadlines import Deadline, Status
from ehcp_flow.measures.arithmetic import UNAVAILABLE, median_weeks, percent, quantile, rounded
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.measures.deadline_filter import STANDING
from ehcp_flow.measures.figure_cells import CaseCount
from ehcp_flow.measures.periods import Period

__all__ = ["AdviceByAdviser"]

_NINE_IN_TEN: Final = Fraction(9, 10)
_WEEK: Final = 7
_STANDING: Final[Mapping[str, Status]] = {
    "in_time": "met", "late": "late", "overdue": "overdue", "still_open": "open", "overtaken": "overtaken",
}  # fmt: skip


class AdviceByAdviser:
    """Collects requests for advice by adviser; with a period, those that were due in it."""

    def __init__(self, period: Period | None = None) -> None:
        self._period = period
        self._asked: dict[str, list[Deadline]] = {}
        self._unrecorded: dict[str, list[Deadline]] = {}
        self._returned: dict[str, int] = {}
        self._again: dict[str, list[Deadline]] = {}

    def add(self, answer: Answer | CountedCase) -> None:
        """Take one case into account."""
        counted = CountedCase.laid_out(answer)
        for deadline in counted.of("advice"):
            if deadline.due_on is None or (self._period is not None and deadline.due_on not in self._period):
                continue
            apart = self._unrecorded if deadline.status == "unrecorded" else self._asked
            apart.setdefault(deadline.party or "", []).append(deadline)
        for deadline in counted.of("advice_again"):
            in_period = self._period is None or (deadline.due_on is not None and deadline.due_on in self._period)
            if in_period and deadline.status in STANDING:
                self._again.setdefault(deadline.party or "", []).append(deadline)
        for fact in counted.facts("advice_returned"):
            if self._period is None or fact.on in self._period:
                self._returned[fact.party or ""] = self._returned.get(fact.party or "", 0) + 1

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each adviser.

        `in_time`, `late`, `overdue`, `still_open` and `overtaken` (overdue when the plan came without it) add up to
        `asked` less what fell away; `unrecorded`, beside them, are requests whose answers the source is declared not to
        record. `pc_in_time` is of what was due: in time, late, overdue and overtaken. `again_to_come` is what was sent
        back and has not been given again, by its own six weeks, which are guidance: with `overdue` and `still_open` it
        is what `registers advice` lists.
        `median_weeks` and the tail are of what was received.
        """
        return [self._row(party) for party in sorted({*self._asked, *self._unrecorded, *self._again})]

    def _row(self, party: str) -> dict[str, Any]:
        asked = self._asked.get(party, [])
        held = {name: CaseCount.of(one for one in asked if one.status == status) for name, status in _STANDING.items()}
        missed = held["late"] + held["overdue"] + held["overtaken"]
        days = [(one.done_on - one.starts_on).days for one in asked if one.done_on is not None]
        waits = [one.days_over or 0 for one in asked if one.status == "overdue"]
        return {
            "adviser": party,
            "asked": CaseCount.of(asked),
            **{name: held[name] for name in ("in_time", "late", "overdue", "still_open")},
            "excused": CaseCount.of(one for one in asked if one.excused_by and one.missed),
            "returned": self._returned.get(party, 0),
            "pc_in_time": percent(held["in_time"], held["in_time"] + missed),
            "median_weeks": median_weeks(days),
            "nine_in_ten_within_weeks": rounded(quantile(days, _NINE_IN_TEN) / _WEEK) if days else UNAVAILABLE,
            "longest_weeks": rounded(max(days) / _WEEK) if days else UNAVAILABLE,
            "longest_overdue_days": max(waits, default=0),
            "overtaken": held["overtaken"],
            "unrecorded": CaseCount.of(self._unrecorded.get(party, ())),
            "again_to_come": CaseCount.of(self._again.get(party, ())),
        }
