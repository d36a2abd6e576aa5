"""A scorecard in words: what a terminal, a page and a workbook say of it alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from ehcp_flow.measures.plan_file import Action, Step
from ehcp_flow.measures.scorecard import CardRow, RedReport, Scorecard

__all__ = ["actions_said", "number", "period_said", "recovery_said", "red_said", "steps_said", "target_said"]

_MOST = 3
"""How many stages and reasons are told by name."""


def number(value: float | None) -> str:
    """Return a figure as it is printed: a count whole, a share with its decimal, a dash for none."""
    return "–" if value is None else f"{value:,}"


def period_said(card: Scorecard) -> str:
    """Return what the period is called that holds the day: a month by its name, any other as it is labelled."""
    period = card.rows[0].period
    return f"{period.end:%B %Y}" if card.plan.period == "month" else period.label


def target_said(row: CardRow) -> str:
    """Return the target ahead: `90 by Mar 27`; that of the last day where all are past."""
    targets = row.measure.targets
    target = row.target or (targets[-1] if targets else None)
    return "" if target is None else f"{_plain(target.value)} by {target.by:%b %y}"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,}"


def red_said(red: RedReport) -> Iterator[str]:
    """Yield what a red measure opens, sentence by sentence: how many, where the days went, why, who speaks for it."""
    if red.row.measure.figure is None:
        yield "It is what somebody observed: no case is behind it."
    elif red.failing:
        yield _stages_said(red)
        if any(lost.stage for lost in red.cases):
            yield _reasons_said(red)
    if red.row.recovery is not None:
        yield recovery_said(red.row)
    comment = red.row.comment
    yield f"{red.row.measure.owner or 'Its owner'}: {comment}" if comment else "No commentary by its owner."


def _stages_said(red: RedReport) -> str:
    told = [stage for stage in red.stages if stage.stage]
    many = f"{red.failing:,} {'case stands' if red.failing == 1 else 'cases stand'} against it."
    if not told:
        return many
    first, *others = told[:_MOST]
    where = f"{first.cases:,} of them lost most days at: {first.stage} (median {first.median_weeks} weeks)"
    parts = [where, *(f"{stage.cases:,} at: {stage.stage} (median {stage.median_weeks})" for stage in others)]
    rest = sum(stage.cases for stage in told[_MOST:])
    return f"{many} {'; '.join(parts)}{f'; {rest:,} elsewhere' if rest else ''}."


def _reasons_said(red: RedReport) -> str:
    said = f"Reasons recorded: {red.with_reasons:,} of {len(red.cases):,}"
    named = [f"{reason.replace('_', ' ')} {cases:,}" for reason, cases in red.reasons[:_MOST]]
    return f"{said} ({', '.join(named)})." if named else f"{said}."


def recovery_said(row: CardRow) -> str:
    """Return how a backlog comes down: how many a week it takes, and where today's pace ends."""
    recovery = row.recovery
    if recovery is None:
        return ""
    day = _day(recovery.by)
    pace = f"{recovery.came_a_week:,} a week come, {recovery.left_a_week:,} leave"
    if recovery.backlog <= recovery.goal:
        return f"It is at its goal; {pace}."
    needed = f"{recovery.needed_a_week:,} a week have to leave it to be at {recovery.goal:,} by {day}"
    ends = f"at today's pace it is at {recovery.ends_at:,} then"
    clears = "and never gets there" if recovery.clears_on is None else f"and gets there by {_day(recovery.clears_on)}"
    return f"{pace}; {needed}; {ends}, {clears}."


def actions_said(action: Action, steps: Sequence[Step]) -> str:
    """Return an action and how it went: its last steps with their days."""
    return f"Action {action.id}, {action.title}: {steps_said(steps)}."


def steps_said(steps: Sequence[Step]) -> str:
    """Return the last steps of an action, each with its day and what was said of it."""
    told = [f"{step.rag} {_day(step.on)}{f' ({step.says})' if step.says else ''}" for step in steps[-_MOST:]]
    return ", ".join(told) or "nothing is said of it yet"


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
