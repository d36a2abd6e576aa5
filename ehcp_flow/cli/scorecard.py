"""`ehcp-flow scorecard`: are we keeping the plan."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.further import Only, cases_with, extra_columns, pairs
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.options import option
from ehcp_flow.cli.output import CardFormat, is_flat, print_workbook
from ehcp_flow.cli.print_options import CardOptions
from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.source_door import open_source
from ehcp_flow.cli.source_kinds import is_pipe
from ehcp_flow.closed import complete

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ehcp_flow.measures.plan_file import PlanFile
    from ehcp_flow.measures.scorecard import Scorecard

__all__ = ["SCORECARD"]


class _CardList(StrEnum):
    MEASURES = "measures"
    ACTIONS = "actions"
    OBSERVATIONS = "observations"
    REDS = "reds"
    RECOVERY = "recovery"


_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "actions": ("id", "title", "lead", "due", "rag", "since", "says", "overdue", "serves", "steps"),
    "observations": ("measure", "on", "numerator", "denominator", "value", "says"),
    "reds": ("id", "case_id", "stage", "days", "reasons"),
    "recovery": (
        "id", "backlog", "goal", "by", "weeks_left", "came_a_week", "left_a_week", "needed_a_week", "ends_at",
        "clears_on",
    ),
}  # fmt: skip


complete(_COLUMNS, {*_CardList} - {_CardList.MEASURES}, "the columns of a list of the scorecard")


@options(
    "source plan new as_of register one_page only profile case known_at known_by authority convert_file all_errors "
    "card_form raw output institutions institution closed_if office_closures bank_holidays rulebook"
)
def _scorecard(
    *,
    query: CaseQuery,
    plan: Annotated[
        str | None,
        option("--plan FILE", "The plan: which figures, from where to where, and who does what about it (TOML)."),
    ] = None,
    new: Annotated[
        bool,
        typer.Option("--new", help="Write a plan file to begin with, out of today's figures, with comments."),
    ] = False,
    register: Annotated[
        _CardList | None,
        typer.Option(
            "--register",
            help="In the place of the measures: the actions, the observations, the cases behind what is red, or the "
            "recovery of each backlog.",
            show_default=False,
        ),
    ] = None,
    one_page: Annotated[
        bool, typer.Option("--one-page", help="With --format html, the highlight report: one sheet of paper.")
    ] = False,
    only: Only = None,
    printed: CardOptions,
) -> None:
    """The figures of a plan against its line: baseline, target, red, amber or green, which way it goes.

    A red measure opens: how many cases, which stage lost the days, the reasons on record, what its owner says.
    """
    from ehcp_flow.measures.plan_file import read_plan
    from ehcp_flow.measures.plan_proposal import plan_to_begin_with, plan_written

    if new == (plan is not None):
        raise typer.BadParameter("give a plan, or --new to have one written from today's figures", param_hint="--plan")
    if one_page and printed.shown != CardFormat.HTML:
        raise typer.BadParameter("it is a page; give --format html too", param_hint="--one-page")
    if new and printed.output is not None and Path(printed.output).exists():
        raise typer.BadParameter(f"{printed.output} is there, and may hold your targets; give another name",
                                 param_hint="--output")  # fmt: skip
    read = plan_to_begin_with() if plan is None else read_plan(plan, rulebook=query.law)
    card, leave = _collected(query, read, pairs(only))
    if new:
        sys.stdout.write(plan_written(card))
    elif printed.shown == CardFormat.HTML:
        from ehcp_flow.reports.scorecard_page import scorecard_page

        sys.stdout.write(scorecard_page(card, one_page=one_page))
    elif printed.as_table and register is None:
        from ehcp_flow.cli.scorecard_text import print_card

        print_card(card)
    elif printed.shown == CardFormat.XLSX and register is None:
        from ehcp_flow.reports.scorecard_page import scorecard_sheets

        print_workbook(scorecard_sheets(card), card.as_of)
    elif register in (None, _CardList.MEASURES):
        rows = [row.as_dict() for row in card.rows]
        printed.write(tuple(rows[0]), map(_in_cells, rows) if is_flat(printed.shown) else rows)
    elif printed.as_table:
        from ehcp_flow.cli.printed_table import print_rows

        print_rows(_rows(card, register), [name for name in _COLUMNS[register] if name != "steps"])
    else:
        listed = _rows(card, register)
        if register == _CardList.ACTIONS and is_flat(printed.shown):
            listed = [{**row, "steps": [_step_said(step) for step in row["steps"]]} for row in listed]
        printed.write(_COLUMNS[register], listed)
    note(f"{count(card.cases, 'case')}, as known on {card.as_of.isoformat()}")
    leave()


def _in_cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as plain cells: what lies within one of its values as text."""
    baseline, target, recovery = row["baseline"], row["target_next"], row["recovery"]
    return {
        **row,
        "figure": _figure_said(row["figure"]),
        "baseline": None if baseline is None else f"{baseline['value']} on {baseline['on']}",
        "target_next": None if target is None else f"{target['value']} by {target['by']}",
        "series": [f"{each['period']} {'' if each['value'] is None else each['value']}" for each in row["series"]],
        "recovery": None if recovery is None else json.dumps(recovery),
    }


def _step_said(step: Mapping[str, str]) -> str:
    says = f" ({step['says']})" if step["says"] else ""
    return f"{step['on']} {step['rag']}{says}"


def _figure_said(figure: Any) -> Any:
    """Return a figure as one text, a key beside its value: as JSON a spreadsheet would calculate `[0, -42]`."""
    if figure is None or isinstance(figure, str):
        return figure
    told: dict[str, Any] = {}
    for key, value in figure.items():
        told |= {f"{key}.{name}": each for name, each in value.items()} if isinstance(value, dict) else {key: value}
    return "; ".join(f"{key}={_value_said(value)}" for key, value in told.items())


def _value_said(value: Any) -> str:
    if not isinstance(value, list):
        return str(value)
    return (" to " if all(isinstance(each, int) for each in value) else " or ").join(map(str, value))


def _collected(query: CaseQuery, plan: PlanFile, wanted: Mapping[str, str]) -> tuple[Scorecard, Any]:
    """Return the scorecard of the cases of SOURCE, and what leaves the command."""
    from ehcp_flow.measures.scorecard import Scorecard

    is_mine = cases_with(query, wanted)
    extra = extra_columns(query) if plan.particulars and not is_pipe(query.source) else None
    card = Scorecard(plan, query.on, extra=extra)
    with open_source(query, used=wanted) as source:
        for answer in source.answers():
            if is_mine is None or is_mine(answer.case_id):
                card.add(answer)
    return card.settled(), source.leave


def _rows(card: Scorecard, register: str) -> Sequence[Mapping[str, Any]]:
    if register == _CardList.ACTIONS:
        return card.actions
    if register == _CardList.OBSERVATIONS:
        return card.observations
    if register == _CardList.RECOVERY:
        return [{"id": row.measure.id, **row.recovery.as_dict()} for row in card.rows if row.recovery is not None]
    return [{"id": red["id"], **case} for red in (each.as_dict() for each in card.reds) for case in red["cases"]]


SCORECARD: Final = CliCommand(
    _scorecard,
    (
        "ehcp-flow scorecard cases.csv --plan plan.toml --as-of 2025-10-21",
        "ehcp-flow scorecard cases.csv --plan plan.toml --as-of 2025-10-21 --format html > board.html",
        "ehcp-flow scorecard cases.csv --plan plan.toml --as-of 2025-10-21 --register actions --format csv",
        "ehcp-flow scorecard cases.csv --new --as-of 2025-10-21 > plan-to-fill-in.toml",
    ),
)
