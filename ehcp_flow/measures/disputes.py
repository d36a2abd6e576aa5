"""The register of disputes: mediation, appeals and what follows from them, those under way first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from ehcp_flow.deadlines import Deadline
from ehcp_flow.measures.story import Story

__all__ = ["dispute_order", "dispute_rows"]

_GROUPS: Final = ("mediation", "appeal", "orders", "concessions")
_FAMILY: Final = "parent or young person"


def dispute_rows(story: Story) -> Iterator[dict[str, Any]]:
    """Yield a row for each dispute in which something was done; `due_on` is what the authority must do next in it.

    A dispute that never came to an appeal is under way while its family can still appeal. Where a case has several
    under way, each shows the earliest limit of them all.
    """
    limits = [one for one in story.answer.deadlines if one.working.limit.group in _GROUPS and one.due_on]
    can_appeal = any(one.actor == _FAMILY and one.status == "open" for one in limits)
    due = [one for one in limits if one.actor != _FAMILY and _stands(one)]
    following = min(due, key=lambda one: one.due_on or dt.date.max, default=None)
    for dispute in story.answer.standing.disputes:
        if not dispute.steps:
            continue
        appealed = any(step.fact.event == "appeal_registered" for step in dispute.steps)
        under_way = dispute.under_way and (appealed or can_appeal or bool(dispute.awaits))
        ahead = following if under_way else None
        settlement = dispute.settlement
        yield {
            "about": dispute.decision.event,
            "decided_on": dispute.decision.on,
            "ground": dispute.ground,
            "state": str(dispute.state),
            "since": dispute.since,
            "under_way": under_way,
            "settled_by": "" if settlement is None else settlement.event,
            "waits_for": " or ".join(dispute.awaits),
            "next": "" if ahead is None else ahead.title,
            "due_on": None if ahead is None else ahead.due_on,
            "status": "" if ahead is None else ahead.status,
            "days_over": None if ahead is None else ahead.days_over,
        }


def _stands(deadline: Deadline) -> bool:
    """Whether something is to be done: overdue, or open and ahead; what is open and past may never have applied."""
    ahead = deadline.due_on is not None and deadline.due_on >= deadline.as_of
    return deadline.status == "overdue" or (deadline.status == "open" and ahead)


def dispute_order(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return what the register is sorted by: what is under way first, the soonest due of it first."""
    return (not row["under_way"], row["due_on"] or dt.date.max, row["case_id"], row["decided_on"])
