"""`ehcp-flow facts`: what can be recorded, column by column; a caseworker's crib."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, law_named, options
from ehcp_flow.cli.messages import note
from ehcp_flow.cli.options import complete_events
from ehcp_flow.cli.output import flat
from ehcp_flow.cli.print_options import PrintOptions

if TYPE_CHECKING:
    from ehcp_flow.engine.rulebook import CompiledRulebook
    from ehcp_flow.facts import Fact
    from ehcp_flow.law import Rulebook

__all__ = ["FACTS"]

_COLUMNS: Final = ("event", "on_is", "outcomes", "parties", "columns", "needed")
_EVERYWHERE: Final = frozenset(
    {"event", "case_id", "on", "authority", "reason", "fact_id", "corrects", "recorded_at", "recorded_by"}
)
_ENGLANDS: Final = re.compile(r" \((?:CFA|SR|TPR|DPR|PBR|RPR|CoP) [^()]*(?:\([^()]*\)[^()]*)*\)")
"""Where the law of England says what the library's own facts are, in brackets: to another law that is nothing."""
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

    By a rulebook of another procedure than England's, these are the facts that it reads.
    """
    from ehcp_flow.errors import UnknownNameError
    from ehcp_flow.facts import FACT_TYPES

    if event is not None and event not in FACT_TYPES:
        raise UnknownNameError("event", event, FACT_TYPES)
    law = law_named()
    book = None if law is None else _of_another(law)
    read = FACT_TYPES if book is None else [name for name in FACT_TYPES if name in book.reads]
    if event is not None and event not in read and book is not None:
        note(f"nothing in the rulebook ({book.rulebook.title}) speaks of {event}")
    rows = [_row(name, FACT_TYPES[name], book) for name in (read if event is None else (event,))]
    if printed.as_table:
        _table(rows)
        return
    printed.write(_COLUMNS, rows)


def _of_another(law: Rulebook) -> CompiledRulebook | None:
    """Return a rulebook of another procedure than England's as the engine has it, None for England's or a draft."""
    from ehcp_flow.engine.rulebook import compiled

    book = compiled(law)
    return None if book.is_of_england else book


def _outcomes(name: str, book: CompiledRulebook | None) -> list[str]:
    """Return the outcomes that a fact can have, by a rulebook of another procedure those that this knows."""
    from ehcp_flow.facts import choices_of
    from ehcp_flow.law.declared import known_outcomes

    if book is None:
        return list(choices_of(name, "outcome"))
    law = book.rulebook
    if name == "exception_recorded":
        return list(dict.fromkeys(ground.outcome for ground in law.grounds.values()))
    known = known_outcomes(name, (*law.events.values(), *law.outcomes.values()))
    return [outcome for outcome in choices_of(name, "outcome") if outcome in known or not any(known)]


def _row(name: str, cls: type[Fact], book: CompiledRulebook | None) -> dict[str, Any]:
    from ehcp_flow.facts import choices_of
    from ehcp_flow.vocabulary import LIBRARY

    fields = cls.model_fields
    means = cls.means().replace("`", "")
    return {
        "event": name,
        "on_is": means if book is None or name not in LIBRARY else _ENGLANDS.sub("", means),
        "outcomes": _outcomes(name, book),
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
