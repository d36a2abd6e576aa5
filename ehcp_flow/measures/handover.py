"""Lists to hand on: a caseload by its owner, for whoever takes it over, and the reviews of a school, for its term."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from ehcp_flow import dates
from ehcp_flow.answers import Answer
from ehcp_flow.calendars import Calendars
from ehcp_flow.deadlines import due
from ehcp_flow.engine.rulebook import CompiledRulebook
from ehcp_flow.measures.case_groups import NOT_RECORDED, Extra
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.measures.deadline_filter import STANDING, WORK, Chosen
from ehcp_flow.measures.desk import OWNERS, can_be_done, what_to_do
from ehcp_flow.measures.figures import KEPT, UNDER_WAY
from ehcp_flow.measures.reviewing import begun_by, last_meeting_of
from ehcp_flow.whatif import TO_AMEND

__all__ = ["SCHOOLS", "Handover", "SchoolReviews"]

SCHOOLS: Final = ("placement_value", "school", "setting")
"""The columns that name the school or college of a case, the first that there is."""

_TASKS: Final = Chosen(status=STANDING, kinds=WORK, tasks=True)
_REVIEW: Final = Chosen(("annual_review", "transfer_review"), STANDING)
_TRANSFER: Final = Chosen(("phase_transfer",), STANDING)
_MEETING: Final = "review_meeting_held"
_OF_THE_MEETING: Final = {
    "invite_by": "review_invitation",
    "papers_by": "review_papers",
    "report_by": "review_report",
    "decide_by": "review_decision",
}
"""What hangs on the day of a meeting, by the column that has its day."""


def _first_column(names: tuple[str, ...], extra: Extra) -> str:
    held = {name for values in extra.values() for name in values}
    return next((name for name in names if name in held), "")


class Handover:
    """Collects every case that is alive, with what is late, what is next, and what falls due in the weeks ahead."""

    def __init__(self, extra: Extra, weeks: int) -> None:
        self._extra = extra
        self._owner = _first_column(OWNERS, extra)
        self._ahead = dates.weeks_ahead(weeks)
        self._rows: list[dict[str, Any]] = []

    def add(self, answer: Answer | CountedCase) -> None:
        """Take one case into account."""
        answer = CountedCase.laid_out(answer).answer
        tasks = can_be_done(_TASKS.of(answer), answer)
        if not tasks and answer.pathway not in UNDER_WAY | KEPT:
            return
        late = [one for one in tasks if one.status == "overdue"]
        ahead = [one for one in tasks if one.due_on is not None and one.due_on >= answer.as_of]
        following = min(ahead, key=lambda one: one.due_on or dt.date.max, default=None)
        soon = [one for one in ahead if one.due_on is not None and one.due_on <= answer.as_of + self._ahead]
        self._rows.append(
            {
                "owner": self._extra.get(answer.case_id, {}).get(self._owner) or NOT_RECORDED,
                "case_id": answer.case_id,
                "stands": answer.pathway.meaning,
                "since": answer.since,
                "overdue": len(late),
                "longest_overdue": what_to_do(late[0]) if late else "",
                "days_over": late[0].days_over if late else None,
                "next": "" if following is None else what_to_do(following),
                "next_due_on": None if following is None else following.due_on,
                "due_soon": len(soon),
            }
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each case, by owner; what is late the longest first."""
        return sorted(
            self._rows,
            key=lambda row: (row["owner"], -(row["days_over"] or 0), str(row["next_due_on"] or "9"), row["case_id"]),
        )


class SchoolReviews:
    """Collects the reviews that a school has to hold so that the council can decide in time, by school and day.

    Each day is counted back from the last lawful day of the review, with every limit used in full; where the child goes
    on to another phase, from the day before which the plan must name the next place, if that is earlier. A day that is
    past is not there: nobody can be told to act by it. What is owed since then stands first of its school.
    """

    def __init__(self, extra: Extra, weeks: int) -> None:
        self._extra = extra
        self._school = _first_column(SCHOOLS, extra)
        self._ahead = dates.weeks_ahead(weeks)
        self._rows: list[tuple[dt.date, dict[str, Any]]] = []

    def add(self, answer: Answer | CountedCase) -> None:
        """Take one case into account."""
        counted = CountedCase.laid_out(answer)
        answer = counted.answer
        if not answer.maintained:
            return
        review = min((one.due_on for one in _REVIEW.of(answer) if one.due_on is not None), default=None)
        transfers = [one for one in _TRANSFER.of(answer) if one.due_on is not None]
        transfer = min(transfers, key=lambda one: one.due_on or dt.date.max, default=None)
        law, calendars = answer.judged.book, answer.judged.calendars
        plan_by = None if transfer is None else transfer.due_on
        days = [begun_by(review, ("review_decision",), law, calendars)] if review is not None else []
        days += [begun_by(plan_by, TO_AMEND, law, calendars)] if plan_by is not None else []
        if not days or min(days) > answer.as_of + self._ahead:
            return
        meet_by = min(days)
        to_do = {"meet_by": meet_by, **_around(meet_by, law, calendars)}
        ahead = {name: day if day is not None and day >= answer.as_of else None for name, day in to_do.items()}
        row = {
            "school": self._extra.get(answer.case_id, {}).get(self._school) or NOT_RECORDED,
            "case_id": answer.case_id,
            "last_meeting": last_meeting_of(counted),
            "review_due_on": review,
            **ahead,
            "phase": "" if transfer is None else str(transfer.derivation.start.outcome or "").replace("_", " "),
            "plan_by": plan_by,
        }
        self._rows.append((meet_by, row))

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each review, by school and by the last day for its meeting."""
        rows = sorted(self._rows, key=lambda each: (each[1]["school"], each[0], each[1]["case_id"]))
        return [row for _, row in rows]


@lru_cache(maxsize=4_096)
def _around(meeting: dt.date, book: CompiledRulebook, calendars: Calendars) -> Mapping[str, dt.date | None]:
    """Return the days that hang on a meeting, by column: before it and after it."""
    found = {one.limit: one.due_on for one in due(_MEETING, meeting, rulebook=book.rulebook, calendars=calendars)}
    return {column: found.get(limit) for column, limit in _OF_THE_MEETING.items()}
