"""`ehcp-flow what-if`: what one fact would change about a case, without recording it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.options import (
    AllErrors,
    AsOf,
    Authority,
    BankHolidays,
    CaseId,
    EventName,
    Institutions,
    KnownAt,
    KnownBy,
    OfficeClosures,
    Profile,
    Raw,
    RulebookAt,
    SourceName,
    TableFormat,
    calendars_with,
    day,
    fact_column,
    rulebook_at,
    with_columns,
)
from ehcp_flow.cli.output import Format, chosen, sheet
from ehcp_flow.cli.source_door import open_source

if TYPE_CHECKING:
    from ehcp_flow.case import Case
    from ehcp_flow.facts import Fact

__all__ = ["WHAT_IF"]


@with_columns
def _what_if(  # noqa: PLR0913 - one parameter for each option
    *,
    source: SourceName,
    case: CaseId,
    event: EventName = None,
    on: Annotated[str | None, fact_column("--on", "The day it would happen, or would have.", "DATE")] = None,
    columns: dict[str, str],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    known_by: KnownBy = None,
    authority: Authority = None,
    all_errors: AllErrors = False,
    form: TableFormat = None,
    raw: Raw = False,
    institutions: Institutions = None,
    office_closures: OfficeClosures = None,
    bank_holidays: BankHolidays = None,
    profile: Profile = None,
    rulebook: RulebookAt = None,
) -> None:
    """What would be due, met or missed if this happened on that day; nothing is recorded.

    Each deadline that would be different is there, as it is and as it would be; and whether the law allows the fact.
    """
    from ehcp_flow.cli.effects import EFFECT_COLUMNS, effect_row, effects_table
    from ehcp_flow.facts import make_fact
    from ehcp_flow.whatif import what_if

    if event is None or on is None:
        raise typer.BadParameter(
            "say what would happen: --event EVENT --on DATE", param_hint="--event" if event is None else "--on"
        )
    fact = make_fact(event, case_id=case, on=day(on, "--on"), **columns)
    law, calendars = rulebook_at(rulebook, profile), calendars_with(institutions, office_closures, bank_holidays)
    with open_source(
        source, [case], known_at=known_at, known_by=known_by, authority=authority, all_errors=all_errors
    ) as asked:
        found = next(asked.cases())
    rows = [effect_row(effect) for effect in what_if(found, fact, day(as_of), rulebook=law, calendars=calendars)]
    shown = chosen(form, raw=raw)
    if shown == Format.TABLE:
        _print(found, fact, rows, effects_table)
    else:
        with sheet(shown, EFFECT_COLUMNS) as out:
            for row in rows:
                out.write(row)
    note(f"{count(len(rows), 'deadline')} would be different; nothing was recorded")
    asked.leave()


def _print(case: Case, fact: Fact, rows: list[dict[str, Any]], table: Any) -> None:
    from ehcp_flow.cli.printed_table import paragraph
    from ehcp_flow.explanation_outcome import describe
    from ehcp_flow.states import check_move

    verdict = check_move(case, fact.event, fact.outcome, fact.on)
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
