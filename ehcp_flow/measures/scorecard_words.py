"""A scorecard in words: what a terminal, a page and a workbook say of it alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from ehcp_flow.measures.lost_days import NOT_TOLD
from ehcp_flow.measures.plan_file import Action, Step
from ehcp_flow.measures.plan_line import PlanFigure
from ehcp_flow.measures.scorecard import CardRow, RedReport, Scorecard, StageLost
from ehcp_flow.nouns import count

__all__ = ["actions_said", "backlogs_said", "period_said", "red_said", "row_said", "steps_said"]

_MOST = 3
"""How many stages and reasons are told by name."""


def _number(value: float | None, figure: PlanFigure) -> str:
    """Return a value of a figure or of its line as it is printed: of a count whole, else with its decimal."""
    if value is None:
        return "–"
    return _plain(value) if figure.kind == "count" else f"{value:,}"


def row_said(row: CardRow, *, percent: str = "") -> dict[str, str]:
    """Return what a measure's row says, by its columns; `percent` is put behind a share, its line and its targets."""
    figure, baseline = row.figure, row.measure.baseline
    unit = percent if figure.kind == "share" else ""

    def said(value: float | None) -> str:
        return f"{_number(value, figure)}{'' if value is None else unit}"

    return {
        "title": row.title,
        "owner": row.measure.owner,
        "was": "" if baseline is None else said(baseline.value),
        "now": said(figure.value),
        "of": "" if None in (figure.numerator, figure.denominator) else f"{figure.numerator:,}/{figure.denominator:,}",
        "line": said(row.line),
        "target": _target(row, unit),
        "trend": "" if row.trend == "none" else row.trend,
        "rag": row.rag,
    }


def backlogs_said(card: Scorecard) -> list[str]:
    """Return how each backlog comes down that is not red: what is red says so itself."""
    told = [row for row in card.rows if row.recovery is not None and row.rag != "red"]
    return [f"{row.title}: {_recovery(row)}" for row in told]


def period_said(card: Scorecard) -> str:
    """Return what the period is called that holds the day: a month by its name, any other as it is labelled."""
    period = card.rows[0].period
    return f"{period.end:%B %Y}" if card.plan.period == "month" else period.label


def _target(row: CardRow, unit: str) -> str:
    """Return the target ahead: `90 by Mar 27`; that of the last day where all are past."""
    targets = row.measure.targets
    target = row.target or (targets[-1] if targets else None)
    return "" if target is None else f"{_plain(target.value)}{unit} by {target.by:%b %y}"


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
        yield _recovery(red.row)
    comment = red.row.comment
    yield f"{red.row.measure.owner or 'Its owner'}: {comment}" if comment else "No commentary by its owner."


def _stages_said(red: RedReport) -> str:
    cases = len(red.cases)
    many = f"{count(red.failing, 'case stands', 'cases stand')} against it"
    if cases != red.failing:
        many = f"{red.failing:,} stand against it, of {count(cases, 'case')}"
    told = [stage for stage in red.stages if stage.stage not in ("", NOT_TOLD)]
    unknown = sum(stage.cases for stage in red.stages if stage.stage == NOT_TOLD)
    rest = sum(stage.cases for stage in told[_MOST:])
    parts = [_stage_said(at, stage) for at, stage in enumerate(told[:_MOST])]
    parts += [f"{rest:,} elsewhere"] if rest else []
    parts += [f"of {unknown:,} the record does not say where"] if unknown else []
    return f"{many}{': ' if parts else ''}{', '.join(parts)}."


def _stage_said(at: int, stage: StageLost) -> str:
    if at:
        return f"{stage.cases:,} at the {_stage(stage.stage)} ({stage.median_weeks})"
    lost = count(stage.cases, "lost most of its days", "lost most of their days")
    return f"{lost} at the {_stage(stage.stage)} (median {stage.median_weeks} weeks)"


def _stage(stage: str) -> str:
    """Return what a stage is called in a sentence: advice by whose it is."""
    title, _, party = stage.replace("_", " ").partition(": ")
    return f"{party} {title}" if party else title


def _reasons_said(red: RedReport) -> str:
    said = f"Reasons recorded: {red.with_reasons:,} of {len(red.cases):,}"
    named = [f"{reason.replace('_', ' ')} {cases:,}" for reason, cases in red.reasons[:_MOST]]
    return f"{said} ({', '.join(named)})." if named else f"{said}."


def _recovery(row: CardRow) -> str:
    """Return how a backlog comes down: how many a week it takes, and where today's pace ends."""
    recovery = row.recovery
    if recovery is None:
        return ""
    day = _day(recovery.by)
    pace = f"Each week {recovery.came_a_week:,} come and {recovery.left_a_week:,} leave."
    if recovery.backlog <= recovery.goal:
        return f"It is at its goal. {pace}"
    needed = f"To be at {recovery.goal:,} by {day}, {recovery.needed_a_week:,} a week have to leave"
    ends = f"at today's pace it is at {recovery.ends_at:,} then"
    clears = "and never gets there" if recovery.clears_on is None else f"and gets there by {_day(recovery.clears_on)}"
    return f"{pace} {needed}; {ends}, {clears}."


def actions_said(action: Action, steps: Sequence[Step]) -> str:
    """Return an action and how it went: its last steps with their days."""
    return f"Action {action.id}, {action.title}: {steps_said(steps)}."


def steps_said(steps: Sequence[Step]) -> str:
    """Return the last steps of an action, each with its day and what was said of it."""
    told = [f"{step.rag} {_day(step.on)}{f' ({step.says})' if step.says else ''}" for step in steps[-_MOST:]]
    return ", ".join(told) or "nothing is said of it yet"


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
