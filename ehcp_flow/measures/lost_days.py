"""Where a case lost its days: which stage of its way took the most time beyond what it has.

A way is a row of stages, each with the facts that end it and the days that it has of the whole. The whole is the law's;
it is divided by the Code's weeks, and below that by this library: it says where to look, not who is at fault.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final, NamedTuple

from ehcp_flow.answers import Answer
from ehcp_flow.facts import Fact
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.measures.figures import REQUESTED

__all__ = ["NOT_TOLD", "WAYS", "LostDays", "Way", "lost_days", "way_of"]


class Stage(NamedTuple):
    """A stage: what it is called, what ends it, how many days it has, and whether each party has one of its own."""

    title: str
    events: tuple[str, ...]
    days: int
    by_party: bool = False


class Way(NamedTuple):
    """The stages from a fact on, in order; `of` are the limits, the measures and their groups that lie on it."""

    begins: tuple[str, ...]
    stages: Sequence[Stage]
    of: tuple[str, ...]


class LostDays(NamedTuple):
    """The stage of a case that lost the most days, how many those were, and what the authority wrote down as why."""

    case_id: str
    stage: str
    days: int
    reasons: tuple[str, ...]


_REPORT: Final = Stage("report of the meeting", ("review_report_sent",), 14)
_DECISION: Final = Stage("decision after the meeting", ("review_decision_sent",), 14)
WAYS: Final = (
    Way(
        REQUESTED,
        (
            Stage("decision to assess", ("assessment_agreed", "assessment_refused"), 42),
            Stage("advice", ("advice_received",), 42, by_party=True),
            Stage("decision to issue", ("plan_agreed", "plan_refused"), 28),
            Stage("draft plan", ("draft_plan_sent",), 14),
            Stage("final plan", ("final_plan_sent",), 14),
        ),
        ("requests", "assessments", "plans", "request", "decision", "plan"),
    ),
    Way(
        ("final_plan_sent", "amended_plan_sent", "plan_transferred_in", "review_decision_sent"),
        (Stage("review meeting", ("review_meeting_held",), 365),),
        ("annual_reviews", "reviews_due", "annual_review", "transfer_review"),
    ),
    Way(
        ("review_meeting_held",),
        (
            _REPORT, _DECISION, Stage("notice of the changes", ("amendment_notice_sent",), 0),
            Stage("changed plan", ("amended_plan_sent", "amendment_declined"), 56),
        ),
        ("amended_plans", "reviews_incomplete", "amendment_notice", "amended_plan", "review_total"),
    ),
    Way(("review_meeting_held",), (_REPORT, _DECISION), ("reviews", "review")),
)  # fmt: skip
"""The ways, those that are of a name before those that are of a group."""
NOT_TOLD: Final = "not told by the record"


def way_of(*names: str) -> Way | None:
    """Return the way on which a limit or a measure lies, by its name or else its group; None where it lies on none."""
    return next((way for name in names for way in WAYS if name in way.of), None)


def lost_days(answer: Answer | CountedCase, way: Way, by: dt.date) -> LostDays:
    """Return where a case lost its days on a way, as it stood at the end of a day."""
    counted = CountedCase.laid_out(answer)
    day = min(by, counted.as_of)
    facts = [fact for fact in counted.answer.judged.facts if fact.on <= day]
    ended = _last(facts, [event for stage in way.stages for event in stage.events])
    begins = _last(facts[:ended], way.begins)
    if begins is None:
        begins = _last(facts, way.begins)
    if begins is None:
        return LostDays(counted.case_id, NOT_TOLD, 0, ())
    begun = facts[begins]
    after = [fact for fact in facts if fact.on >= begun.on and fact is not begun]
    reasons = tuple(str(fact.outcome) for fact in after if fact.event == "delay_reason_recorded")
    stage, days = max(_stages(way, begun, after, day), key=lambda each: each[1])
    return LostDays(counted.case_id, stage if days > 0 else NOT_TOLD, max(days, 0), reasons)


def _last(facts: Sequence[Fact], events: Sequence[str]) -> int | None:
    """Return the place of the last fact of some events."""
    return next((at for at in range(len(facts) - 1, -1, -1) if facts[at].event in events), None)


def _stages(way: Way, begun: Fact, after: Sequence[Fact], by: dt.date) -> list[tuple[str, int]]:
    """Return each stage with the days beyond what it has; one of which nothing is on record goes into the next."""
    found: list[tuple[str, int]] = []
    since, has = begun.on, 0
    for at, stage in enumerate(way.stages):
        has += stage.days
        done = [fact for fact in after if fact.event in stage.events and fact.on >= since]
        later = {event for each in way.stages[at + 1 :] for event in each.events}
        goes_on = any(fact.event in later and fact.on >= since for fact in after)
        if stage.by_party:
            limit = min((fact.on for fact in after if fact.event in later and fact.on >= since), default=by)
            done = [fact for fact in done if fact.on <= limit]
            waited = _waited_for(after, since, limit)
            if waited is not None:
                found.append((f"{stage.title}: {waited}", (limit - since).days - has))
                since, has = limit, 0
                continue
        if done:
            ends = done[-1] if stage.by_party else done[0]
            title = f"{stage.title}: {ends.party}" if stage.by_party and ends.party else stage.title
            found.append((title, (ends.on - since).days - has))
            since, has = ends.on, 0
        elif not goes_on:
            found.append((stage.title, (by - since).days - has))
            break
    return found or [(NOT_TOLD, 0)]


def _waited_for(after: Sequence[Fact], since: dt.date, limit: dt.date) -> str | None:
    """Return whose advice was asked for by a day and had not come, the first that was asked; None for nobody's."""
    received = {fact.party for fact in after if fact.event == "advice_received" and fact.on <= limit}
    asked = (fact.party for fact in after if fact.event == "advice_requested" and since <= fact.on <= limit)
    return next((party for party in asked if party and party not in received), None)
