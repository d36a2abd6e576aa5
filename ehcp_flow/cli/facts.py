"""`ehcp-flow facts`: what can be recorded, column by column; a caseworker's crib."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.options import complete_events
from ehcp_flow.cli.output import flat
from ehcp_flow.cli.print_options import PrintOptions

if TYPE_CHECKING:
    from ehcp_flow.facts import Fact

__all__ = ["FACTS"]

_COLUMNS: Final = ("event", "on_is", "outcomes", "parties", "columns", "needed")
_EVERYWHERE: Final = frozenset(
    {"event", "case_id", "on", "authority", "reason", "fact_id", "corrects", "recorded_at", "recorded_by"}
)
_OUTCOME_ALWAYS: Final = ("case_id", "on")


@options("event form raw output")
def _facts(
    *,
    event: Annotated[
        str | None,
        typer.Argument(metavar="[EVENT]", help="Only this event.", autocompletion=complete_events, show_default=False),
    ] = None,
    printed: PrintOptions,
) -> None:
    """Every fact that a case can hold: what its date means, its outcomes, and the columns that belong to it.

    Any fact may also fill authority, reason, fact_id, corrects, recorded_at and recorded_by.
    """
    from ehcp_flow.errors import UnknownNameError
    from ehcp_flow.facts import FACT_TYPES

    if event is not None and event not in FACT_TYPES:
        raise UnknownNameError("event", event, FACT_TYPES)
    rows = [_row(name, cls) for name, cls in FACT_TYPES.items() if event in (None, name)]
    if printed.as_table:
        _table(rows)
        return
    printed.write(_COLUMNS, rows)


def _row(name: str, cls: type[Fact]) -> dict[str, Any]:
    from ehcp_flow.facts import choices_of

    fields = cls.model_fields
    return {
        "event": name,
        "on_is": cls.means().replace("`", ""),
        "outcomes": list(choices_of(name, "outcome")),
        "parties": list(choices_of(name, "party")),
        "columns": [field for field in fields if field not in _EVERYWHERE],
        "needed": [field for field, info in fields.items() if info.is_required() and field not in _OUTCOME_ALWAYS],
    }


def _table(rows: list[dict[str, Any]]) -> None:
    from ehcp_flow.cli.printed_table import ShownColumn, print_table

    columns = (
        ShownColumn("event", "event"),
        ShownColumn("on_is", "on is", least=24),
        ShownColumn("outcomes", "outcomes", drop=1, least=18, most=40),
        ShownColumn("columns", "columns", drop=2, least=16, most=30),
    )
    print_table(columns, [{name: flat(value) for name, value in row.items()} for row in rows])
    if len(rows) == 1 and rows[0]["needed"]:
        sys.stdout.write(f"\nMust be filled: {', '.join(['case_id', 'on', *rows[0]['needed']])}\n")


FACTS: Final = CliCommand(
    _facts,
    ("ehcp-flow facts", "ehcp-flow facts tribunal_order_made", "ehcp-flow facts --format csv > facts.csv"),
    facts=True,
)
