"""Where a case stands, as stages on a line: what is done, what is now, what is next, with the days of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from ehcp_flow.answers import Answer
from ehcp_flow.dates import ordinary
from ehcp_flow.deadlines import Deadline
from ehcp_flow.facts import Fact
from ehcp_flow.measures.figures import REQUESTED, WAITING
from ehcp_flow.reports.plain_words import day_of, how_long

__all__ = ["StageShown", "Track", "track_of"]

Standing: TypeAlias = Literal["done", "late", "now", "next"]


class _Stage(NamedTuple):
    """A stage: what it is called, what ends it, and the limit that it has, if it has one."""

    title: str
    events: tuple[str, ...]
    limit: str = ""


_REQUEST: Final = (
    _Stage("Asked", REQUESTED),
    _Stage("Decision to assess", ("assessment_agreed", "assessment_refused"), "decide_assess"),
    _Stage("Advice", ("advice_received",), "advice"),
    _Stage("Draft plan", ("draft_plan_sent",)),
    _Stage("Final plan", ("final_plan_sent", "plan_refused"), "final_plan"),
)
_REVIEW: Final = (
    # A decision to amend is not the end of a review: the changed plan is, or the decision not to change it after all.
    _Stage(
        "Plan made, kept or changed",
        (
            "final_plan_sent",
            "plan_transferred_in",
            "review_decision_sent",
            "amended_plan_sent",
            "amendment_declined",
        ),
    ),
    _Stage("Review meeting", ("review_meeting_held",)),
    _Stage("Decision", ("review_decision_sent",), "review_decision"),
    _Stage("Changes proposed", ("amendment_notice_sent",), "amendment_notice"),
    _Stage("Changed plan", ("amended_plan_sent", "amendment_declined"), "amended_plan"),
)
_NOT_YET: Final = "not yet"
_NO_DATE: Final = "no date on record"


@dataclass(frozen=True, slots=True)
class StageShown:
    """A stage as it is shown: its title, the day or "not yet", what is said of it, and how it stands."""

    title: str
    day: str
    said: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Track:
    """The stages of what a case is about now, in order."""

    title: str
    stages: Sequence[StageShown]


def track_of(answer: Answer) -> Track | None:
    """Return the stages of the request that is open, or of the review of the plan that is held; None for neither."""
    facts = [fact for fact in answer.judged.facts if fact.on <= answer.as_of]
    if answer.pathway in WAITING:
        begun = _last(facts, _REQUEST[0].events)
        return None if begun is None else _track("The request for a plan", _REQUEST, begun, facts, answer)
    if not answer.maintained:
        return None
    whole = [fact for fact in facts if fact.outcome != "amend"]
    begun = _last(whole, _REVIEW[0].events)
    return None if begun is None else _track("The plan, and its review", _REVIEW, begun, facts, answer)


def _last(facts: Sequence[Fact], events: tuple[str, ...]) -> Fact | None:
    return next((fact for fact in reversed(facts) if fact.event in events), None)


def _track(title: str, stages: Sequence[_Stage], begun: Fact, facts: Sequence[Fact], answer: Answer) -> Track:
    shown: list[StageShown] = []
    ends = [begun, *(_first_after(facts, stage.events, begun) for stage in stages[1:])]
    for number, (stage, done) in enumerate(zip(stages, ends, strict=True)):
        deadline = _deadline_of(answer, stage.limit, begun)
        is_now = all(each.day != _NOT_YET for each in shown)
        one = _shown(stage, done, deadline, answer.as_of, is_now=is_now)
        # A stage that is neither owed still nor dated is behind the family once a later one is over.
        is_past = not one.said and any(later is not None for later in ends[number + 1 :])
        shown.append(StageShown(stage.title, _NO_DATE, "", "done") if is_past else one)
    return Track(title, shown)


def _first_after(facts: Sequence[Fact], events: tuple[str, ...], begun: Fact) -> Fact | None:
    later = (fact for fact in facts if fact.event in events and fact is not begun and fact.on >= begun.on)
    return next(later, None)


def _deadline_of(answer: Answer, limit: str, begun: Fact) -> Deadline | None:
    """Return the deadline of a stage: that which is the latest to be done, where there are several."""
    if not limit:
        return None
    mine = [one for one in answer.deadlines if one.derivation.limit.root == limit and one.starts_on >= begun.on]
    undone = [one for one in mine if one.done_on is None and one.status in ("open", "overdue")]
    if undone:
        return max(undone, key=lambda one: one.due_on or dt.date.max)
    return max(mine, key=lambda one: (one.done_on or dt.date.min, one.days_over or 0), default=None)


def _shown(stage: _Stage, done: Fact | None, deadline: Deadline | None, as_of: dt.date, *, is_now: bool) -> StageShown:
    undone = deadline is not None and deadline.done_on is None and deadline.status in ("open", "overdue")
    if done is not None and not undone:
        met = deadline is not None and deadline.status == "met"
        on = day_of((deadline and deadline.done_on) or ordinary(done.on))
        if deadline is not None and deadline.status == "late":
            return StageShown(stage.title, on, f"{how_long(deadline.days_over)} late", "late")
        return StageShown(stage.title, on, "in time" if met else "done", "done")
    if deadline is not None and deadline.status == "overdue":
        return StageShown(stage.title, _NOT_YET, f"{how_long(deadline.days_over)} late", "late")
    if deadline is not None and deadline.due_on is not None and deadline.due_on >= as_of:
        return StageShown(stage.title, _NOT_YET, f"due by {day_of(deadline.due_on)}", "now" if is_now else "next")
    return StageShown(stage.title, _NOT_YET, "", "now" if is_now else "next")
