"""What registers list of a case beside its deadlines: a plan that is held, and the disputes that are under way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final, NamedTuple

from ehcp_flow.counting import add_months
from ehcp_flow.deadlines import Deadline
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.measures.deadline_filter import STANDING, Chosen
from ehcp_flow.measures.reviewing import last_meeting_of, never_reviewed
from ehcp_flow.states import Dispute, State

__all__ = ["DISPUTED", "FOLLOWS", "REVIEW", "Disputed", "HeldPlan", "disputes", "held_plans", "is_timely"]

REVIEW: Final = Chosen(("annual_review", "transfer_review"), STANDING)
FOLLOWS: Final = Chosen(("review_decision", "amended_plan"), STANDING)
DISPUTED: Final = Chosen(status=STANDING, groups=("mediation", "appeal", "orders", "concessions"))
"""What is to be done in a dispute."""
_YEAR: Final = 12
"""In months."""


class HeldPlan(NamedTuple):
    """A plan that is held: its last meeting, if it never had one, its next review, and what follows from the last."""

    meeting: dt.date | None
    never: bool
    following: Deadline | None
    undone: Deadline | None


def held_plans(counted: CountedCase) -> Iterator[HeldPlan]:
    """Yield the plan of a case, if one is held."""
    if counted.answer.maintained:
        meeting, never = last_meeting_of(counted), never_reviewed(counted)
        yield HeldPlan(meeting, never, _next(REVIEW, counted), _next(FOLLOWS, counted))


def _next(chosen: Chosen, counted: CountedCase) -> Deadline | None:
    return min(
        chosen.of(counted.answer),
        key=lambda one: (one.due_on or dt.date.max, chosen.place(one)),
        default=None,
    )


class Disputed(NamedTuple):
    """A dispute in which something was done, and what the authority, or another body, must do next in it.

    `goes_on` says that it is with the Tribunal, that its family can still appeal, or that what settled it is to be
    obeyed; what another body has to do in it is then to be done however late it is.
    """

    dispute: Dispute
    under_way: bool
    ahead: Deadline | None
    goes_on: bool


def disputes(counted: CountedCase) -> Iterator[Disputed]:
    """Yield the disputes of a case; each that is under way shows the earliest limit of them all.

    A dispute that never came to an appeal is under way while its family can still appeal, or its mediation can still
    lead to that: the authority owes what it owes in it however late, another body what `is_timely`.
    """
    if counted.answer.pathway == State.DIED:
        return
    begun = [dispute for dispute in counted.answer.disputes if dispute.steps]
    limits = [one for one in DISPUTED.of(counted.answer) if one.due_on] if begun else []
    can_appeal = any(one.derivation.limit.side == "family" and one.status == "open" for one in limits)
    following = [one for one in limits if one.derivation.limit.side != "family" and _stands(one)]
    owed = next((one for one in following if one.derivation.limit.side == "authority" or is_timely(one)), None)
    for dispute in begun:
        appealed = any(step.fact.event == "appeal_registered" for step in dispute.steps)
        goes_on = dispute.under_way and (appealed or can_appeal or bool(dispute.awaits))
        under_way = goes_on or (dispute.under_way and owed is not None)
        ahead = next(iter(following), None) if goes_on else owed if under_way else None
        yield Disputed(dispute, under_way, ahead, goes_on)


def is_timely(deadline: Deadline) -> bool:
    """Whether what another body owes in a dispute is ahead, or not late by more than a year.

    A certificate opens a month to appeal however late it is given (TPR 20(1)(c)(ii)), so that the family can need it
    still. After a year a review, or a new request, has given a decision of its own to appeal (CFA 44(1)), and what was
    never recorded is a gap in the record, and nobody's task.
    """
    return deadline.due_on is not None and deadline.as_of <= add_months(deadline.due_on, _YEAR)


def _stands(deadline: Deadline) -> bool:
    """Whether something is to be done: overdue, or open and ahead; what is open and past may never have applied."""
    return deadline.status == "overdue" or (deadline.due_on is not None and deadline.due_on >= deadline.as_of)
