"""The scorecard as a terminal shows it: the figures, then what each red one opens, then the actions."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ehcp_flow.cli.printed_table import ShownColumn, heading, paragraph, print_table
from ehcp_flow.measures.scorecard_words import actions_said, backlogs_said, period_said, red_said, row_said

if TYPE_CHECKING:
    from ehcp_flow.measures.scorecard import CardRow, Scorecard

__all__ = ["print_card"]

_COLUMNS: Final = (
    ShownColumn("title", "measure", least=20, most=36),
    ShownColumn("was", "was", drop=3, right=True),
    ShownColumn("now", "now", right=True),
    ShownColumn("of", "of", drop=1, right=True),
    ShownColumn("line", "line", right=True),
    ShownColumn("target", "target", drop=2),
    ShownColumn("trend", "trend", drop=4),
    ShownColumn("rag", ""),
)


def print_card(card: Scorecard) -> None:
    """Print a scorecard."""
    title = f"{card.plan.title}: {period_said(card)}, to {card.as_of:%A} {card.as_of.day} {card.as_of:%B %Y}"
    print_table(_COLUMNS, [_row(row) for row in card.rows], title=title)
    for line in _below(card):
        sys.stdout.write(f"{line}\n")


def _row(row: CardRow) -> dict[str, str]:
    return {**row_said(row), "rag": "" if row.rag == "none" else row.rag.upper()}


def _below(card: Scorecard) -> Iterator[str]:
    for red in card.reds:
        yield ""
        yield paragraph(f"RED: {red.row.title}" + (f" ({red.row.measure.owner})" if red.row.measure.owner else ""))
        for text in red_said(red):
            yield paragraph(text, first="  ", then="  ")
        for action in red.actions:
            yield paragraph(actions_said(action, card.steps_of(action)), first="  ", then="  ")
    backlogs = backlogs_said(card)
    if backlogs:
        yield ""
        yield heading("Backlogs", "-")
        for text in backlogs:
            yield paragraph(text, first="  ", then="  ")
    late = [row for row in card.actions if row["overdue"]]
    if late:
        yield ""
        yield heading("Actions past their day", "-")
        for late_one in late:
            due = dt.date.fromisoformat(late_one["due"])
            lead = f", {late_one['lead']}" if late_one["lead"] else ""
            said = f"{late_one['id']} {late_one['title']}, due {due.day} {due:%B %Y}{lead}"
            yield paragraph(said, first="  ", then="  ")
