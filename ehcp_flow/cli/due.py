"""`ehcp-flow due`: the deadlines that follow from one fact."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.fact_options import ColumnOptions, EventName, fact_column
from ehcp_flow.cli.messages import note
from ehcp_flow.cli.options import Explain, LimitIds, day_of_fact
from ehcp_flow.cli.output import FeedFormat, print_rows
from ehcp_flow.cli.print_options import FeedOptions
from ehcp_flow.cli.query import LawQuery
from ehcp_flow.facts import known_word

if TYPE_CHECKING:
    import datetime as dt

    from ehcp_flow.deadlines import Deadline
    from ehcp_flow.law import Rulebook

__all__ = ["DUE"]


@dataclass(frozen=True, kw_only=True)
class _OneFact:
    """What happened on which day, to which case of which authority."""

    received: Annotated[
        str | None, fact_column("--received DATE", "The day a request was received, or its month (2026-03).")
    ] = None
    review: Annotated[
        str | None, fact_column("--review DATE", "The day a review meeting was held, or its month (2026-03).")
    ] = None
    event: EventName = None
    on: Annotated[str | None, fact_column("--on DATE", "The day it happened, or will; or its month (2026-03).")] = None
    authority: Annotated[str | None, fact_column("--authority TEXT", "The authority's three-digit number.")] = None
    case: Annotated[str, typer.Option("--case", metavar="ID", help="What to call the case.")] = "-"

    def event_and_day(self) -> tuple[str, dt.date]:
        """Return the event and its day, from either pair of options."""
        short = {"--received": ("request_received", self.received), "--review": ("review_meeting_held", self.review)}
        given = {name: (event, day) for name, (event, day) in short.items() if day is not None}
        if len(given) + (self.event is not None or self.on is not None) > 1:
            said = "give either --received DATE, or --review DATE, or --event EVENT --on DATE"
            raise typer.BadParameter(said, param_hint=next(iter(given)))
        for name, (event, day) in given.items():
            return event, day_of_fact(day or "", name)
        if self.event is None or self.on is None:
            missing = "--on" if self.event is not None else "--event" if self.on is not None else "--received"
            said = "say what happened: --received DATE, or --event EVENT --on DATE"
            raise typer.BadParameter(said, param_hint=missing)
        return known_word("event", self.event), day_of_fact(self.on)


@options(
    "received review event on columns authority case limit as_of explain feed raw output institutions institution "
    "closed_if office_closures bank_holidays profile rulebook"
)
def _due(
    *,
    fact: _OneFact,
    columns: ColumnOptions,
    query: LawQuery,
    limit: LimitIds = None,
    explain: Explain = False,
    printed: FeedOptions,
) -> None:
    """What is due, when, and by what law, after one fact: a request, a draft, a review meeting, an order.

    Nothing else is known of the case, so the deadlines are given as they stand on the day of the fact.
    """
    event, on = fact.event_and_day()
    from ehcp_flow.deadlines import due

    wanted = query.limit_ids(limit)
    deadlines = due(
        event,
        on,
        case_id=fact.case,
        as_of=None if query.as_of is None else query.on,
        rulebook=query.law,
        calendars=query.calendars,
        authority=fact.authority,
        **columns.given(),
    )
    if wanted:
        deadlines = [deadline for deadline in deadlines if deadline.limit in wanted]
    _print(deadlines, printed.shown, query.law, explain=explain)
    if not deadlines:
        note(f"no time limit{' of those' if wanted else ''} starts from {event} alone{_with(event, query.law)}")


def _with(event: str, book: Rulebook) -> str:
    """Return what a case would need for the limits that start from the event only inside a spell of its life."""
    needed: dict[str, list[str]] = {}
    for limit in book.limits.values():
        for rule in limit.rule:
            clock = book.clocks[rule.clock]
            starts = {pattern.event for pattern in rule.only_from or (*clock.starts_on, *clock.restarts_on)}
            if clock.during and event in starts:
                needed.setdefault(book.spells[clock.during].title, []).append(limit.id)
    return "".join(f"; where {title}: {', '.join(dict.fromkeys(ids))}" for title, ids in needed.items())


def _print(deadlines: list[Deadline], form: str, law: Rulebook, *, explain: bool) -> None:
    if form == FeedFormat.TABLE:
        from ehcp_flow.cli.deadline_rows import DUE_COLUMNS, for_people
        from ehcp_flow.cli.explaining import print_explanations
        from ehcp_flow.cli.printed_table import print_table

        print_table(DUE_COLUMNS, [for_people(deadline) for deadline in deadlines])
        if explain:
            print_explanations(deadlines)
        return
    if form == FeedFormat.ICS:
        from ehcp_flow.reports.calendar_feed import calendar_feed, feed_name

        sys.stdout.write(calendar_feed(deadlines, name=feed_name(law)))
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
