"""What registers list of a case beside its deadlines: a plan that is held, and the disputes that are under way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final, NamedTuple

from ehcp_flow.deadlines import Deadline
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.measures.deadline_filter import STANDING, Chosen
from ehcp_flow.measures.reviewing import last_meeting_of
from ehcp_flow.states import Dispute, State

__all__ = ["DISPUTED", "FOLLOWS", "REVIEW", "Disputed", "HeldPlan", "disputes", "held_plans"]

REVIEW: Final = Chosen(("annual_review", "transfer_review"), STANDING)
FOLLOWS: Final = Chosen(("review_decision", "amended_plan"), STANDING)
DISPUTED: Final = Chosen(status=STANDING, groups=("mediation", "appeal", "orders", "concessions"))
"""What is to be done in a dispute."""


class HeldPlan(NamedTuple):
    """A plan that is held: its last meeting, its next review, and what is still to follow from the last one."""

    meeting: dt.date | None
    following: Deadline | None
    undone: Deadline | None


def held_plans(counted: CountedCase) -> Iterator[HeldPlan]:
    """Yield the plan of a case, if one is held."""
    if counted.answer.maintained:
        yield HeldPlan(last_meeting_of(counted), _next(REVIEW, counted), _next(FOLLOWS, counted))


def _next(chosen: Chosen, counted: CountedCase) -> Deadline | None:
    return min(
        chosen.of(counted.answer),
        key=lambda one: (one.due_on or dt.date.max, chosen.place(one)),
        default=None,
    )


class Disputed(NamedTuple):
    """A dispute in which something was done, and what the authority must do next in it."""

    dispute: Dispute
    under_way: bool
    ahead: Deadline | None


def disputes(counted: CountedCase) -> Iterator[Disputed]:
    """Yield the disputes of a case; each that is under way shows the earliest limit of them all.

    A dispute that never came to an appeal is under way while its family can still appeal.
    """
    if counted.answer.pathway == State.DIED:
        return
    begun = [dispute for dispute in counted.answer.disputes if dispute.steps]
    limits = [one for one in DISPUTED.of(counted.answer) if one.due_on] if begun else []
    families = [one.derivation.limit.side == "family" for one in limits]
    can_appeal = any(theirs and one.status == "open" for one, theirs in zip(limits, families, strict=True))
    following = next((one for one, theirs in zip(limits, families, strict=True) if not theirs and _stands(one)), None)
    for dispute in begun:
        appealed = any(step.fact.event == "appeal_registered" for step in dispute.steps)
        under_way = dispute.under_way and (appealed or can_appeal or bool(dispute.awaits))
        yield Disputed(dispute, under_way, following if under_way else None)


def _stands(deadline: Deadline) -> bool:
    """Whether something is to be done: overdue, or open and ahead; what is open and past may never have applied."""
    return deadline.status == "overdue" or (deadline.due_on is not None and deadline.due_on >= deadline.as_of)
