"""`ehcp-flow what-if`: what one fact would change about a case, without recording it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.fact_options import ColumnOptions, EventName, fact_column
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.options import CaseId, day_of_fact
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.source_door import open_source

if TYPE_CHECKING:
    from ehcp_flow.case import Case
    from ehcp_flow.facts import Fact

__all__ = ["WHAT_IF"]


@options(
    "source case_id event on columns as_of known_at known_by authority convert_file all_errors form raw output "
    "institutions institution closed_if office_closures bank_holidays profile rulebook"
)
def _what_if(
    *,
    query: CaseQuery,
    case_id: CaseId,
    event: EventName = None,
    on: Annotated[
        str | None, fact_column("--on DATE", "The day it would happen, or would have; or its month (2026-03).")
    ] = None,
    columns: ColumnOptions,
    printed: PrintOptions,
) -> None:
    """What would be due, met or missed if this happened on that day; nothing is recorded.

    Each deadline that would be different is there, as it is and as it would be; and whether the law allows the fact.
    """
    from ehcp_flow.cli.effects import EFFECT_COLUMNS, effect_row, effects_table
    from ehcp_flow.facts import known_word, make_fact
    from ehcp_flow.whatif import what_if

    if event is None or on is None:
        raise typer.BadParameter(
            "say what would happen: --event EVENT --on DATE", param_hint="--event" if event is None else "--on"
        )
    fact = make_fact(known_word("event", event), case_id=case_id, on=day_of_fact(on), **columns.given())
    with open_source(query, [case_id]) as source:
        found = next(source.cases())
    effects = what_if(found, fact, query.on, rulebook=query.law, calendars=query.calendars)
    rows = [effect_row(effect) for effect in effects]
    if printed.as_table:
        _print(query, found, fact, rows, effects_table)
    else:
        printed.write(EFFECT_COLUMNS, rows)
    note(f"{count(len(rows), 'deadline')} would be different; nothing was recorded")
    source.leave()


def _print(query: CaseQuery, case: Case, fact: Fact, rows: list[dict[str, Any]], table: Any) -> None:
    from ehcp_flow.cli.printed_table import paragraph
    from ehcp_flow.explanation_outcome import describe
    from ehcp_flow.states import check_move

    verdict = check_move(case, fact.event, fact.outcome, fact.on, rulebook=query.law, calendars=query.calendars)
    lawful = "the law would allow it" if verdict.allowed else "the law would not allow it"
    sys.stdout.write(
        paragraph(f"If there were on record: {describe(fact)}. By what is on record now, {lawful}.") + "\n"
    )
    for refusal in verdict.refusals:
        sys.stdout.write(paragraph(str(refusal), first="  ", then="      ") + "\n")
    sys.stdout.write("\n")
    table(rows)


WHAT_IF: Final = CliCommand(
    _what_if,
    (
        "ehcp-flow what-if cases.csv --case w-hertfordshire --event refusal_reversed --on 2023-05-01 --as-of 1/5/2023",
        "ehcp-flow what-if cases.csv --case ipsea-phase-transfer --event review_meeting_held --on 3/11/2025",
    ),
)
