"""Reviews that never came, decisions and amended plans that are late, and how the phase transfers burn up."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from ehcp_flow.answers import Answer
from ehcp_flow.calendars import Calendars
from ehcp_flow.deadlines import Deadline
from ehcp_flow.engine.rulebook import CompiledRulebook
from ehcp_flow.measures.arithmetic import UNAVAILABLE, percent
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.measures.deadline_filter import TO_SEE_TO
from ehcp_flow.measures.figure_cells import CaseCount
from ehcp_flow.whatif import latest_start

__all__ = ["DELAYS", "Reviewing", "begun_by", "last_meeting_of", "never_reviewed"]

DELAYS: Final = (
    (91, "up to 3 months"),
    (182, "3 to 6 months"),
    (365, "6 to 12 months"),
    (730, "12 to 24 months"),
    (None, "over 24 months"),
)
_LATE: Final = {
    "annual_review": "review overdue",
    "review_decision": "decision past 4 weeks",
    "amended_plan": "amended plan past 8 weeks",
    "review_total": "amended plan past 12 weeks of the meeting",
}
_STAGES: Final = (
    ("maintained", "plans held"),
    ("due", "review due in 12 months, or overdue"),
    ("met", "meeting held in that time"),
    ("decided", "decision sent"),
    ("amending", "decided to amend"),
    ("amended", "amended plan sent"),
)
_WEEK: Final = 7
_YEAR: Final = dt.timedelta(days=365)


def last_meeting_of(counted: CountedCase) -> dt.date | None:
    """Return the day of the last review meeting since the plan that is held came to be held, or None.

    A plan's reviews are its own: none is one of a plan that ceased before it. In custody it is kept, and the same.
    """
    since = held_since(counted)
    return max(
        (fact.on for fact in counted.facts("review_meeting_held") if fact.on >= since and not fact.outcome),
        default=None,
    )


def held_since(counted: CountedCase) -> dt.date:
    """Return the day from which the plan that is held was held, in custody too."""
    return counted.kept[-1][0] if counted.kept else dt.date.max


def reviews_due(counted: CountedCase) -> list[Deadline]:
    """Return the reviews of the plan that is held of which the last lawful day has come."""
    since = held_since(counted)
    return [
        one
        for one in counted.of("annual_review", "transfer_review")
        if one.due_on and since <= one.due_on <= counted.as_of
    ]


def never_reviewed(counted: CountedCase) -> bool:
    """Return whether the plan that is held came to the day of a review, and none ever had a meeting.

    This is what every list and page calls a plan that was never reviewed.
    """
    return last_meeting_of(counted) is None and bool(reviews_due(counted))


@lru_cache(maxsize=4_096)
def begun_by(day: dt.date, limits: tuple[str, ...], book: CompiledRulebook, calendars: Calendars) -> dt.date:
    """Return the last day to begin a chain of limits, each used in full, so that it ends by a day: `latest_start`."""
    return latest_start(day, limits, rulebook=book.rulebook, calendars=calendars)


class Reviewing:
    """Collects the state of the reviews of a caseload, as it stands on the day of the answers."""

    def __init__(self) -> None:
        self._delays: dict[str, list[list[str]]] = {limit: [[] for _ in DELAYS] for limit in _LATE}
        self._never: list[str] = []
        self._due_once: list[str] = []
        self._stages: dict[str, list[str]] = {name: [] for name, _ in _STAGES}
        self._transfers: list[Deadline] = []
        self._as_of: dt.date | None = None

    def add(self, answer: Answer | CountedCase) -> None:
        """Take one case into account."""
        counted = CountedCase.laid_out(answer)
        self._as_of = counted.as_of
        self._transfers.extend(
            deadline
            for deadline in counted.of("phase_transfer")
            if deadline.status not in ("lapsed", "unrecorded") and deadline.due_on is not None
        )
        if not counted.answer.maintained:
            return
        for limit in _LATE:
            for deadline in counted.of(limit):
                if deadline.status == "overdue" and deadline.days_over is not None:
                    self._delays[limit][_delay(deadline.days_over)].append(counted.case_id)
        self._review(counted)

    def _review(self, counted: CountedCase) -> None:
        as_of = counted.as_of
        since = as_of - _YEAR
        case_id = counted.case_id
        self._stages["maintained"].append(case_id)
        ever = reviews_due(counted)
        meeting = last_meeting_of(counted)
        if ever:
            self._due_once.append(case_id)
        if never_reviewed(counted):
            self._never.append(case_id)
        if not any(_due_since(one, since) for one in ever):
            return
        self._stages["due"].append(case_id)
        if meeting is None or meeting <= since:
            return
        self._stages["met"].append(case_id)
        decisions = [one for one in counted.of("review_decision") if one.starts_on == meeting]
        done = next((one.derivation.done for one in decisions if one.derivation.done is not None), None)
        if done is None:
            return
        self._stages["decided"].append(case_id)
        if done.outcome == "amend":
            self._stages["amending"].append(case_id)
            if any(fact.on >= done.on for fact in counted.facts("amended_plan_sent")):
                self._stages["amended"].append(case_id)

    def by_delay(self) -> list[dict[str, Any]]:
        """Return a row for each thing that is late, by how long it has been: what is not done yet, never what was."""
        return [
            {
                "what": text,
                "limit": limit,
                **{label: CaseCount(self._delays[limit][at]) for at, (_, label) in enumerate(DELAYS)},
                "all": CaseCount(chain.from_iterable(self._delays[limit])),
            }
            for limit, text in _LATE.items()
        ]

    def never(self) -> dict[str, Any]:
        """Return how many plans held have come to the day of a review, and how many of them never had a meeting."""
        return {
            "plans_due_a_review_once": CaseCount(self._due_once),
            "never_reviewed": CaseCount(self._never),
            "pc_never_reviewed": percent(len(self._never), len(self._due_once)),
        }

    def waterfall(self) -> list[dict[str, Any]]:
        """Return the steps of the last twelve months' reviews, each a part of the one before."""
        rows = []
        before: CaseCount | None = None
        for name, says in _STAGES:
            plans = CaseCount(self._stages[name])
            kept = set(plans.cases)
            rows.append(
                {
                    "step": says,
                    "plans": plans,
                    "lost": CaseCount(() if before is None else (one for one in before.cases if one not in kept)),
                    "pc_of_step_before": UNAVAILABLE if before is None else percent(plans, before),
                }
            )
            before = plans
        return rows

    def transfers(self) -> list[dict[str, Any]]:
        """Return a row for each last lawful day of phase transfers, latest first: what is done, and what is left.

        `final`, `left` and `overtaken` (overdue when it fell away, so that nothing is left to do) add up to `due`; what
        is left is what `registers transfers` lists. `needed_per_week` is how many must go out in each week that is
        left, `x` once the day is past.
        """
        as_of = self._as_of
        days = sorted({deadline.due_on for deadline in self._transfers if deadline.due_on}, reverse=True)
        return [self._transfer(day, as_of) for day in days if as_of is not None]

    def _transfer(self, day: dt.date, as_of: dt.date) -> dict[str, Any]:
        cohort = [deadline for deadline in self._transfers if deadline.due_on == day]
        final = CaseCount.of(deadline for deadline in cohort if deadline.done_on is not None)
        left = CaseCount.of(deadline for deadline in cohort if deadline.status in TO_SEE_TO)
        days_left = (day - as_of).days
        return {
            "due_on": day,
            "due": CaseCount.of(cohort),
            "final": final,
            "in_time": CaseCount.of(deadline for deadline in cohort if deadline.status == "met"),
            "left": left,
            "pc_final": percent(final, len(cohort)),
            "weeks_left": max(days_left, 0) // _WEEK,
            "needed_per_week": -(-left * _WEEK // max(days_left, _WEEK)) if days_left >= 0 else UNAVAILABLE,
            "overtaken": CaseCount.of(one for one in cohort if one.done_on is None and one.status not in TO_SEE_TO),
        }

    def burn_up(self, day: dt.date) -> list[dict[str, Any]]:
        """Return the finals so far, and those due, week by week up to the day of the answer."""
        cohort = [deadline for deadline in self._transfers if deadline.due_on == day]
        if self._as_of is None or not cohort:
            return []
        done = sorted(deadline.done_on for deadline in cohort if deadline.done_on is not None)
        start = min([*done, day - dt.timedelta(weeks=26)])
        rows = []
        while start < self._as_of + dt.timedelta(days=_WEEK):
            on = min(start, self._as_of)
            rows.append({"on": on, "final": sum(one <= on for one in done), "due": len(cohort)})
            if on == self._as_of:
                break
            start += dt.timedelta(days=_WEEK)
        return rows


def _due_since(deadline: Deadline, since: dt.date) -> bool:
    """Whether a review fell due after `since`, or was still to be done then."""
    if deadline.due_on is None or deadline.ended_on is not None:
        return False
    return deadline.due_on > since or deadline.done_on is None or deadline.done_on > since


def _delay(days: int) -> int:
    return next(at for at, (most, _) in enumerate(DELAYS) if most is None or days <= most)
