"""The charts of reviews, advice and phase transfers, each with the figures behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ehcp_flow.measures import UNAVAILABLE
from ehcp_flow.measures.suppression import HIDDEN
from ehcp_flow.reports.chart_figure import ChartFigure, added, cell, plain
from ehcp_flow.reports.charts import Bar, Drawing, Line, draw_bars, draw_lines
from ehcp_flow.reports.overview import Overview
from ehcp_flow.reports.showing import Showing

__all__ = ["advice_by_adviser", "late_reviews", "phase_transfers", "review_steps"]

_SMALLEST_TRANSFER: Final = 5
_MOST_TRANSFERS: Final = 8
_ENOUGH_FOR_A_MEDIAN: Final = 2
_ASKED: Final = ("in_time", "late", "overdue", "overtaken", "still_open", "fell_away")


def review_steps(overview: Overview, showing: Showing) -> ChartFigure | None:
    """Return the reviews of the last 12 months, step by step, or None where no plan is held."""
    rows = overview.reviewing.waterfall()
    if not rows[0]["plans"]:
        return None
    shown = [_step(rows, at, showing) for at in range(len(rows))]
    bars = [
        Bar(
            row["step"],
            row["plans"] if isinstance(row["plans"], int) else 0,
            cell(row["plans"]) + _in_brackets(row["pc_of_step_before"]),
        )
        for row in shown
    ]
    says = "The reviews of the last 12 months, step by step; each bar is a part of the one above it, in per cent of it."
    return ChartFigure(
        "reviews",
        "Where yearly reviews are lost",
        says,
        draw_bars("Where yearly reviews are lost", says, bars),
        ["step", "plans", "lost", "% of step before"],
        [list(row.values()) for row in shown],
    )


def _step(rows: Sequence[Mapping[str, Any]], at: int, showing: Showing) -> dict[str, Any]:
    """Return a step of the reviews, a part of the step before, as it may be shown."""
    row, key = rows[at], ("review step", at)
    shown = {**row, "plans": showing.count(key, row["plans"], dear=1)}
    if at:
        lost = (*key, "lost")
        before = ("review step", at - 1)
        shown["lost"] = showing.count(lost, row["lost"])
        showing.adds_up(before, [key, lost])
        if not showing.shows(key, lost, before) and row["pc_of_step_before"] != UNAVAILABLE:
            shown["pc_of_step_before"] = HIDDEN
    return shown


def late_reviews(overview: Overview, showing: Showing) -> ChartFigure | None:
    """Return what of the reviews is late, or None where nothing is."""
    rows = overview.reviewing.by_delay()
    if not any(row["all"] for row in rows):
        return None
    bands = [name for name in rows[0] if name not in ("what", "limit", "all")]
    shown = [{**row, **added(("late", row["limit"]), row, bands, "all", showing)} for row in rows]
    bars = [
        Bar(
            row["what"].replace(" of the meeting", ""),
            row["all"] if isinstance(row["all"], int) else 0,
            cell(row["all"]),
        )
        for row in shown
    ]
    says = "What of the reviews is late and not done today; the table has how long it has been late."
    return ChartFigure(
        "delays",
        "Late reviews, decisions and amended plans",
        says,
        draw_bars("Late reviews, decisions and amended plans", says, bars),
        ["what", *bands, "all"],
        [[row["what"], *(row[band] for band in bands), row["all"]] for row in shown],
    )


def advice_by_adviser(overview: Overview, showing: Showing) -> ChartFigure | None:
    """Return advice in time by adviser, or None where none was due."""
    rows = [
        {**row, "fell_away": row["asked"] - sum(row[name] for name in _ASKED[:-1])}
        for row in overview.advice.rows()
        if row["asked"] or row["unrecorded"]
    ]
    if not rows:
        return None
    shown = [_adviser(row, showing) for row in rows]
    bars = [
        Bar(
            row["adviser"].replace("_", " "),
            row["pc_in_time"] if isinstance(row["pc_in_time"], float) else 0,
            f"{row['pc_in_time']}%" if isinstance(row["pc_in_time"], float) else str(row["pc_in_time"]),
        )
        for row in shown
    ]
    says = "Of the advice that was due in the last 12 months, the share that came within 6 weeks of asking."
    columns = ("adviser", "asked", *_ASKED[:-1], "pc_in_time", "median_weeks", "nine_in_ten_within_weeks")
    heads = (
        "adviser", "due", "in time", "late", "overdue", "overtaken", "still open", "% in time", "median weeks",
        "nine in ten within weeks",
    )  # fmt: skip
    return ChartFigure(
        "advice",
        "Advice in time, by adviser",
        says,
        draw_bars("Advice in time, by adviser", says, bars, top=100),
        heads,
        [[plain(row[name]) for name in columns] for row in shown],
    )


def _adviser(row: Mapping[str, Any], showing: Showing) -> dict[str, Any]:
    """Return the row of an adviser as it may be shown; what fell away is not printed, and follows from the others."""
    key = ("advice", row["adviser"])
    names = _ASKED[:-1]
    fell_away = showing.unseen((*key, "fell_away"), row["fell_away"])
    shown = {**row, **{name: showing.count((*key, name), row[name]) for name in (*names, "asked")}}
    showing.adds_up((*key, "asked"), [*((*key, name) for name in names), fell_away])
    due = names[:4]
    was_due = sum(row[name] for name in due)
    whole = (*key, "was due")
    if not showing.share((*key, "in_time"), row["in_time"], whole, was_due) and row["pc_in_time"] != UNAVAILABLE:
        shown["pc_in_time"] = HIDDEN
    showing.adds_up(whole, [(*key, name) for name in due])
    received = row["in_time"] + row["late"]
    if not showing.all and received < _ENOUGH_FOR_A_MEDIAN * showing.least:
        for name in ("median_weeks", "nine_in_ten_within_weeks"):
            shown[name] = shown[name] if row[name] == UNAVAILABLE else HIDDEN
    return shown


def phase_transfers(overview: Overview, showing: Showing) -> ChartFigure | None:
    """Return the phase transfers sent against those due, or None where there are but a few."""
    every = overview.reviewing.transfers()
    rows = [row for row in every if row["due"] >= _SMALLEST_TRANSFER][:_MOST_TRANSFERS]
    if not rows:
        return None
    shown = [_transfer(row, showing) for row in rows]
    _tied_to_headline(overview, every, rows, showing)
    title = "Phase transfers: sent against due"
    drawing, says = _burn_up(overview, rows, title) if showing.all else _sent(shown, title)
    return ChartFigure(
        "transfers",
        title,
        says,
        drawing,
        ["last lawful day", "due", "sent", "in time", "left", "overtaken", "% sent", "needed a week"],
        [
            [row["due_on"], row["due"], row["final"], row["in_time"], row["left"], row["overtaken"],
             plain(row["pc_final"]), plain(row["needed_per_week"])]
            for row in shown
        ],
    )  # fmt: skip


def _burn_up(overview: Overview, rows: Sequence[Mapping[str, Any]], title: str) -> tuple[Drawing, str]:
    """Return the transfers of one day, week by week, and what the chart says."""
    ahead = [row for row in rows if row["due_on"] >= overview.as_of]
    chosen = min(ahead, key=lambda row: row["due_on"]) if ahead else max(rows[:3], key=lambda row: row["due"])
    points = overview.reviewing.burn_up(chosen["due_on"])
    past = [at for at, point in enumerate(points) if point["on"] >= chosen["due_on"]]
    labels = [f"{point['on'].day} {point['on']:%b}" for point in points]
    name = f"{chosen['due_on'].day} {chosen['due_on']:%B %Y}"
    says = f"Amended plans sent for the transfers whose last lawful day is {name}, against the number due."
    if isinstance(chosen["needed_per_week"], int):
        says += f" {chosen['needed_per_week']} a week are still needed."
    lines = [
        Line("sent so far", [point["final"] for point in points]),
        Line("due", [point["due"] for point in points]),
    ]
    upright = (past[0], "last lawful day") if past else None
    return draw_lines(title, says, labels, lines, upright=upright), says


def _sent(shown: Sequence[Mapping[str, Any]], title: str) -> tuple[Drawing, str]:
    """Return the share sent by last lawful day: for publication, where a week is too short."""
    bars = [
        Bar(
            f"{row['due_on'].day} {row['due_on']:%B %Y}",
            row["pc_final"] if isinstance(row["pc_final"], float) else 0,
            f"{row['pc_final']}%" if isinstance(row["pc_final"], float) else str(row["pc_final"]),
        )
        for row in shown
    ]
    says = "Of the transfers with each last lawful day, the share for which the amended plan was sent."
    return draw_bars(title, says, bars, top=100), says


def _transfer(row: Mapping[str, Any], showing: Showing) -> dict[str, Any]:
    """Return the transfers of one last lawful day as they may be shown."""
    key = ("transfers", row["due_on"].isoformat())
    counts = {**row, "late": row["final"] - row["in_time"]}
    parts = ("final", "left", "overtaken")
    shown = {**row, **{name: showing.count((*key, name), row[name]) for name in ("due", "in_time", *parts)}}
    late = showing.unseen((*key, "late"), counts["late"])
    showing.adds_up((*key, "due"), [(*key, name) for name in parts])
    showing.adds_up((*key, "final"), [(*key, "in_time"), late])
    if not showing.shows((*key, "due"), *((*key, name) for name in parts)):
        shown["pc_final"] = HIDDEN
    if not showing.shows((*key, "left")) and isinstance(row["needed_per_week"], int):
        shown["needed_per_week"] = HIDDEN
    return shown


def _tied_to_headline(
    overview: Overview, every: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], showing: Showing
) -> None:
    """Note that the headline's transfers are those of every day in its twelve months, printed below or not."""
    printed = {row["due_on"] for row in rows}
    table = overview.rolling
    for place, period in enumerate(table.periods if len(table) else ()):
        days = [row for row in every if row["due_on"] in period]
        for name, column in (("due", "phase_transfer_due"), ("in_time", "phase_transfer_in_time")):
            if table[place][column] != sum(row[name] for row in days):
                continue
            parts = [("transfers", row["due_on"].isoformat(), name) for row in days]
            for row, part in zip(days, parts, strict=True):
                if row["due_on"] not in printed:
                    showing.unseen(part, row[name])
            showing.adds_up((column, period.start, period.end), parts)


def _in_brackets(share: float | str) -> str:
    return f" ({share}%)" if isinstance(share, float) else ""
