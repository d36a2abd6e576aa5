"""The scorecard as a page, as one sheet of paper for a board, and as a workbook."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from ehcp_flow.closed import complete
from ehcp_flow.dates import say
from ehcp_flow.measures.plan_line import Trend
from ehcp_flow.measures.scorecard import CardRow, RedReport, Scorecard
from ehcp_flow.measures.scorecard_words import actions_said, backlogs_said, period_said, red_said, row_said, steps_said
from ehcp_flow.nouns import count
from ehcp_flow.reports.chart_figure import ChartFigure
from ehcp_flow.reports.charts import Line, draw_lines
from ehcp_flow.reports.one_sheet import sheet_of
from ehcp_flow.reports.page import render
from ehcp_flow.reports.verdict import SIGNS

__all__ = ["scorecard_page", "scorecard_sheets", "scorecard_values"]

_SIGNS: Final[Mapping[Trend, str]] = {
    "better": SIGNS["better"], "worse": SIGNS["worse"], "steady": SIGNS["no clear change"], "none": "",
}  # fmt: skip
complete(_SIGNS, get_args(Trend), "the sign of a trend")
_WHOLE: Final = 100


def scorecard_page(card: Scorecard, *, one_page: bool = False) -> str:
    """Return the page of a scorecard; with `one_page` the highlight report, which names no case and is one sheet.

    Raises LibraryMissing without Jinja2.
    """
    return render("scorecard.html.j2", **scorecard_values(card, one_page=one_page))


def scorecard_values(card: Scorecard, *, one_page: bool = False) -> dict[str, Any]:
    """Return what the page of a scorecard is filled in with."""
    rows = [_row(row) for row in card.rows]
    reds = [_red(red, card) for red in card.reds]
    backlogs = backlogs_said(card)
    actions = [_action(action, went) for action, went in zip(card.actions, _went(card), strict=True)]
    head = (card.plan.title, _verdict(card))
    sheet = sheet_of(rows, reds, backlogs, actions, len(card.observations), head) if one_page else None
    return {
        "title": card.plan.title,
        "as_of": say(card.as_of),
        "period": period_said(card),
        "cases": card.cases,
        "one_page": one_page,
        "sheet": sheet,
        "verdict": head[1],
        "rows": rows if sheet is None else sheet.rows,
        "reds": reds if sheet is None else sheet.reds,
        "backlogs": backlogs if sheet is None else sheet.backlogs,
        "actions": actions if sheet is None else sheet.actions,
        "charts": [] if one_page else [_chart(at, row) for at, row in enumerate(card.rows)],
        "observations": [] if one_page else _observations(card),
    }  # fmt: skip


def _verdict(card: Scorecard) -> str:
    many = Counter(row.rag for row in card.rows)
    told = [f"{many[rag]} {rag}" for rag in ("green", "amber", "red") if many[rag]]
    worse = [row.title for row in card.rows if row.trend == "worse"]
    said = f"Of {count(len(card.rows), 'measure')}: {', '.join(told) or 'none has a line'}."
    return f"{said} Clearly getting worse: {', '.join(worse)}." if worse else said


def _row(row: CardRow) -> dict[str, str]:
    said, baseline = row_said(row, percent="%"), row.measure.baseline
    if baseline is not None:
        said["was"] += f" in {baseline.on:%b %y}"
    return {**said, "of": said["of"].replace("/", " of "), "sign": _SIGNS[row.trend]}


def _red(red: RedReport, card: Scorecard) -> dict[str, Any]:
    return {
        "title": red.row.title,
        "says": list(red_said(red)),
        "actions": [actions_said(action, card.steps_of(action)) for action in red.actions],
        "served_by": ", ".join(action.id for action in red.actions),
        "cases": red.cases,
    }


def _went(card: Scorecard) -> list[str]:
    return [steps_said(card.steps_of(action)) for action in card.plan.action]


def _action(action: Mapping[str, Any], went: str) -> dict[str, Any]:
    due = action["due"]
    return {**action, "due": None if due is None else dt.date.fromisoformat(due), "went": went}


def _chart(at: int, row: CardRow) -> ChartFigure:
    share = row.figure.kind == "share"
    labels = [each["period"] for each in row.series]
    lines = [Line("the figure", [each["value"] for each in row.series])]
    told = [f"Each figure covers the {row.measure.over} periods that end with it."] if row.measure.over > 1 else []
    if row.line is not None:
        lines.append(Line("the line", [each["target"] for each in row.series], faint=True))
        told.append("With the line from the baseline through the targets.")
    says = " ".join(told)
    drawn = draw_lines(row.title, says, labels, lines, top=_WHOLE if share else None, unit="%" if share else "")
    return ChartFigure(
        f"over-time-{at}", row.title, says, drawn, ["period", "value", "numerator", "denominator", "line"],
        [[each[name] for name in ("period", "value", "numerator", "denominator", "target")] for each in row.series],
    )  # fmt: skip


def _observations(card: Scorecard) -> list[dict[str, Any]]:
    titles = {row.measure.id: row.title for row in card.rows}
    return [
        {
            **seen, "title": titles[seen["measure"]], "day": dt.date.fromisoformat(seen["on"]),
            "of": "" if seen["denominator"] is None else f"{seen['numerator']:,} of {seen['denominator']:,}",
        }
        for seen in card.observations
    ]  # fmt: skip


def scorecard_sheets(card: Scorecard) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Return the rows of each sheet of the workbook by its name, for `write_sheets`."""
    figures = [
        {
            **_row(row), "id": row.measure.id, "value": row.figure.value, "numerator": row.figure.numerator,
            "denominator": row.figure.denominator, "comment": row.comment, "line": row.line,
            "was": None if row.measure.baseline is None else row.measure.baseline.value,
        }
        for row in card.rows
    ]  # fmt: skip
    shown = ("id", "title", "was", "value", "numerator", "denominator", "line", "target", "trend", "rag", "owner",
             "comment")  # fmt: skip
    over_time = [{"id": row.measure.id, **each} for row in card.rows for each in row.series]
    reds = [{"id": red.row.measure.id, **lost._asdict()} for red in card.reds for lost in red.cases]
    stages = [{"id": red.row.measure.id, **stage._asdict()} for red in card.reds for stage in red.stages]
    backlogs = [
        {"id": row.measure.id, **row.recovery._asdict()} for row in card.rows if row.recovery is not None
    ]  # fmt: skip
    actions = [_action(action, went) for action, went in zip(card.actions, _went(card), strict=True)]
    return {
        "Scorecard": [{name: figure[name] for name in shown} for figure in figures],
        "Over time": over_time,
        "Red, by stage": stages,
        "Red, by case": reds,
        "Backlogs": backlogs,
        "Actions": [{name: value for name, value in action.items() if name != "steps"} for action in actions],
        "Observations": card.observations,
    }
