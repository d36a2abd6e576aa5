"""The scorecard as a terminal shows it: the figures, then what each red one opens, then the actions."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ehcp_flow.cli.printed_table import ShownColumn, heading, paragraph, print_table
from ehcp_flow.measures.scorecard_words import actions_said, number, period_said, recovery_said, red_said, target_said

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
    figure, baseline = row.figure, row.measure.baseline
    share = figure.denominator is not None and figure.numerator is not None
    return {
        "title": row.title,
        "was": "" if baseline is None else number(baseline.value, figure),
        "now": number(figure.value, figure),
        "of": f"{figure.numerator:,}/{figure.denominator:,}" if share else "",
        "line": number(row.line, figure),
        "target": target_said(row),
        "trend": "" if row.trend == "none" else row.trend,
        "rag": "" if row.rag == "none" else row.rag.upper(),
    }


def _below(card: Scorecard) -> Iterator[str]:
    for red in card.reds:
        yield ""
        yield paragraph(f"RED: {red.row.title}" + (f" ({red.row.measure.owner})" if red.row.measure.owner else ""))
        for text in red_said(red):
            yield paragraph(text, first="  ", then="  ")
        for action in red.actions:
            yield paragraph(actions_said(action, card.steps_of(action)), first="  ", then="  ")
    told = [row for row in card.rows if row.recovery is not None and row.rag != "red"]
    if told:
        yield ""
        yield heading("Backlogs", "-")
        for row in told:
            yield paragraph(f"{row.title}: {recovery_said(row)}", first="  ", then="  ")
    late = [row for row in card.actions if row["overdue"]]
    if late:
        yield ""
        yield heading("Actions past their day", "-")
        for late_one in late:
            due = dt.date.fromisoformat(late_one["due"])
            lead = f", {late_one['lead']}" if late_one["lead"] else ""
            said = f"{late_one['id']} {late_one['title']}, due {due.day} {due:%B %Y}{lead}"
            yield paragraph(said, first="  ", then="  ")
