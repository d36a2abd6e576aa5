"""The days of a return whose fact is known to its month alone: told by case and item, for no such day is on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ehcp_flow.bulk.told_cases import ToldCase
from ehcp_flow.conversion.returns import RequestRecords
from ehcp_flow.sen2.request_rows import PHASES, due_for
from ehcp_flow.sen2.return_year import day_before
from ehcp_flow.sen2.seen_request import BELOW_PERSON

__all__ = ["days_by_month", "note_of_months"]

_ITEMS: Final = {
    "request_received": ("ReceivedDate",),
    "became_responsible": ("ReceivedDate",),
    "assessment_agreed": ("RequestOutcomeDate",),
    "assessment_refused": ("RequestOutcomeDate",),
    "plan_refused": ("AssessmentOutcomeDate",),
    "final_plan_sent": ("AssessmentOutcomeDate", "StartDate", "PhaseTransferFinalDate"),
    "plan_transferred_in": ("ReceivedDate", "StartDate"),
    "plan_ceased": ("CeaseDate",),
    "plan_transferred_out": ("CeaseDate",),
    "died": ("CeaseDate",),
    "review_meeting_held": ("ReviewMeeting",),
    "review_decision_sent": ("LastReview",),
    "amendment_notice_sent": ("ReviewDraft", "LastReview"),
    "amended_plan_sent": ("PhaseTransferFinalDate",),
    "last_review": ("LastReview",),
    "placement": ("EntryDate",),
}
"""Of which facts and particulars the day is the value of which items."""
_TOLD: Final = 12
"""Of how many of them it is told which they are."""


def days_by_month(case: ToldCase, request: RequestRecords) -> Iterator[str]:
    """Yield the days in the rows of a request of which a fact of the case says the month alone, in words."""
    days = {(item, on) for name, on in case.by_month for item in _ITEMS.get(name, ())}
    # One placement ends on the day before the next.
    days |= {("LeavingDate", day_before(on)) for name, on in case.by_month if name == "placement"}
    days |= {
        ("PhaseTransferDueDate", due_for(fact.on, fact.outcome))
        for fact in case.facts
        if fact.event == "phase_transfer_due" and fact.outcome not in PHASES and fact[:2] in case.by_month
    }
    for table in BELOW_PERSON if days else ():
        for row in request.rows(table):
            for item, value in row.values.items():
                if (item, value) in days:
                    yield f"{item} of case {case.case_id} ({value[:7]}, as {value})"


def note_of_months(found: Sequence[str]) -> str:
    """Return the sentence that tells them."""
    more = f" and {len(found) - _TOLD:,} more" if len(found) > _TOLD else ""
    return (
        f"warning: {len(found):,} day(s) stand in the return of which the facts say the month alone, each as the last "
        f"that it can have been, so weeks may come out too short or too long: {', '.join(found[:_TOLD])}{more}; "
        "record the day"
    )
