"""`ehcp-flow due`: the deadlines that follow from one fact."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ehcp_flow.cli.command import CliCommand
from ehcp_flow.cli.messages import note
from ehcp_flow.cli.options import (
    AsOf,
    BankHolidays,
    EventName,
    Explain,
    Feed,
    Institutions,
    LimitIds,
    OfficeClosures,
    Profile,
    Raw,
    RulebookAt,
    calendars_with,
    day,
    fact_column,
    limit_ids,
    rulebook_at,
    with_columns,
)
from ehcp_flow.cli.output import FeedFormat, chosen, print_rows

if TYPE_CHECKING:
    import datetime as dt

    from ehcp_flow.deadlines import Deadline
    from ehcp_flow.law import Rulebook

__all__ = ["DUE"]


@with_columns
def _due(  # noqa: PLR0913 - one parameter for each option
    *,
    received: Annotated[str | None, fact_column("--received", "The day a request was received.", "DATE")] = None,
    event: EventName = None,
    on: Annotated[str | None, fact_column("--on", "The day it happened, or will.", "DATE")] = None,
    columns: dict[str, str],
    authority: Annotated[str | None, fact_column("--authority", "The authority's three-digit number.")] = None,
    case: Annotated[str, typer.Option("--case", metavar="ID", help="What to call the case.")] = "-",
    limit: LimitIds = None,
    as_of: AsOf = None,
    explain: Explain = False,
    form: Feed = None,
    raw: Raw = False,
    institutions: Institutions = None,
    office_closures: OfficeClosures = None,
    bank_holidays: BankHolidays = None,
    profile: Profile = None,
    rulebook: RulebookAt = None,
) -> None:
    """What is due, when, and by what law, after one fact: a request, a draft, a review meeting, an order.

    Nothing else is known of the case, so the deadlines are given as they stand on the day of the fact.
    """
    happened, day_of_it = _fact(received, event, on)
    from ehcp_flow.deadlines import due

    law = rulebook_at(rulebook, profile)
    wanted = limit_ids(limit, law)
    deadlines = due(
        happened,
        day_of_it,
        case_id=case,
        as_of=None if as_of is None else day(as_of),
        rulebook=law,
        calendars=calendars_with(institutions, office_closures, bank_holidays),
        authority=authority,
        **columns,
    )
    if wanted:
        deadlines = [deadline for deadline in deadlines if deadline.limit in wanted]
    _print(deadlines, chosen(form, raw=raw), explain=explain)
    if not deadlines:
        note(f"no time limit{' of those' if wanted else ''} starts from {happened} alone{_with(happened, law)}")


def _with(event: str, law: Rulebook | None) -> str:
    """Return what a case would need for the limits that start from the event only inside a spell of its life."""
    from ehcp_flow.law import england

    book = law or england()
    needed: dict[str, list[str]] = {}
    for limit in book.limits.values():
        for rule in limit.rule:
            clock = book.clocks[rule.clock]
            starts = {pattern.event for pattern in rule.only_from or (*clock.starts_on, *clock.restarts_on)}
            if clock.during and event in starts:
                needed.setdefault(book.spells[clock.during].title, []).append(limit.id)
    return "".join(f"; where {title}: {', '.join(dict.fromkeys(ids))}" for title, ids in needed.items())


def _fact(received: str | None, event: str | None, on: str | None) -> tuple[str, dt.date]:
    """Return the event and its day, from either pair of options."""
    if received is not None and (event is not None or on is not None):
        raise typer.BadParameter("give either --received DATE, or --event EVENT --on DATE", param_hint="--received")
    if received is not None:
        return "request_received", day(received, "--received")
    if event is None or on is None:
        missing = "--received" if event is None and on is None else "--on" if on is None else "--event"
        raise typer.BadParameter("say what happened: --received DATE, or --event EVENT --on DATE", param_hint=missing)
    return event, day(on, "--on")


def _print(deadlines: list[Deadline], form: str, *, explain: bool) -> None:
    if form == FeedFormat.TABLE:
        from ehcp_flow.cli.deadline_rows import DUE_COLUMNS, for_people
        from ehcp_flow.cli.explaining import print_explanations
        from ehcp_flow.cli.printed_table import print_table

        print_table(DUE_COLUMNS, [for_people(deadline) for deadline in deadlines])
        if explain:
            print_explanations(deadlines)
        return
    if form == FeedFormat.ICS:
        from ehcp_flow.reports.calendar_feed import calendar_feed

        sys.stdout.write(calendar_feed(deadlines))
        return
    print_rows(deadlines, form, explain=explain)


DUE: Final = CliCommand(
    _due,
    (
        "ehcp-flow due --received 2026-03-02",
        "ehcp-flow due --event review_meeting_held --on 02/03/2026 --explain",
        "ehcp-flow due --event draft_plan_sent --on 2026-06-01 --served-on 2026-06-03 --format json",
        "ehcp-flow due --received 2026-03-02 --case 4711 --format ics > case-4711.ics",
    ),
)
