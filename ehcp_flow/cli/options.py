"""Options that several commands share, how their values are read, and what the shell completes them with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from ehcp_flow.cli.output import FeedFormat, Format

if TYPE_CHECKING:
    from ehcp_flow.calendars import Calendars
    from ehcp_flow.law import Rulebook

__all__ = [
    "AllErrors",
    "AsOf",
    "CaseIds",
    "Explain",
    "FailOnBreach",
    "Feed",
    "Institutions",
    "KnownAt",
    "LimitIds",
    "OfficeClosures",
    "RulebookAt",
    "SourceName",
    "StatusName",
    "TableFormat",
    "calendars_with",
    "complete_events",
    "day",
    "instant",
    "limit_ids",
    "rulebook_at",
]


class StatusName(StrEnum):
    """The statuses of a deadline."""

    OPEN = "open"
    MET = "met"
    LATE = "late"
    OVERDUE = "overdue"
    PREMATURE = "premature"
    LAPSED = "lapsed"
    UNDATED = "undated"


def complete_events(incomplete: str) -> list[str]:
    """Return the events that begin so."""
    from ehcp_flow.facts import FACT_TYPES

    return _beginning(incomplete, FACT_TYPES)


def complete_limits(incomplete: str) -> list[str]:
    """Return the ids of England's limits that begin so."""
    from ehcp_flow.law import england

    return _beginning(incomplete, england().limits)


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


SourceName: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="A CSV or JSON Lines file of facts, - for standard input, or a store's URL such as sqlite:///cases.db.",
        show_default=False,
    ),
]
AsOf: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="The day for which to answer, 2026-06-30 or 30/06/2026; without it, today.",
        show_default=False,
    ),
]
KnownAt: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--known-at",
        metavar="WHEN",
        help="Use only what had been recorded by this instant (2026-06-30T12:00:00Z), or by the end of this day.",
        show_default=False,
    ),
]
CaseIds: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--case", metavar="ID", help="Only this case; may be given again.", show_default=False),
]
LimitIds: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="LIMIT",
        help="Only this time limit (see `ehcp-flow rules`); may be given again.",
        autocompletion=complete_limits,
        show_default=False,
    ),
]
Explain: TypeAlias = Annotated[bool, typer.Option("--explain", help="Give the working of each deadline too.")]
FailOnBreach: TypeAlias = Annotated[
    bool, typer.Option("--fail-on-breach", help="Leave with exit code 3 if what is printed holds a breach.")
]
AllErrors: TypeAlias = Annotated[
    bool, typer.Option("--all-errors", help="Print every refused row, not only the first 50.")
]
TableFormat: TypeAlias = Annotated[
    Format | None,
    typer.Option(
        "--format",
        help="Without it, a table on a terminal and csv into a file or a pipe. (xlsx is still to come.)",
        show_default=False,
    ),
]
Feed: TypeAlias = Annotated[
    FeedFormat | None,
    typer.Option(
        "--format",
        help="Without it, a table on a terminal and csv into a file or a pipe; ics is a calendar of the open deadlines "
        "from --as-of on. (xlsx is still to come.)",
        show_default=False,
    ),
]
Institutions: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--institutions",
        metavar="FILE",
        help="Closures of schools and colleges, CSV or iCalendar.",
        rich_help_panel="Law and calendars",
        show_default=False,
    ),
]
OfficeClosures: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--office-closures",
        metavar="FILE",
        help="Days on which the authority's office is shut, CSV: named in explanations; they never move a date.",
        rich_help_panel="Law and calendars",
        show_default=False,
    ),
]
RulebookAt: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--rulebook",
        metavar="DIR",
        help="A directory of rulebook files, instead of England's law.",
        rich_help_panel="Law and calendars",
        show_default=False,
    ),
]


def day(text: str | None, option: str = "--as-of") -> dt.date:
    """Return the day that an option states, today for None. Raises BadParameter for a text that is no date."""
    from ehcp_flow import dates
    from ehcp_flow.errors import DateError

    if text is None:
        return dates.today()
    try:
        return dates.parse_date(text)
    except DateError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def instant(text: str, option: str = "--known-at") -> dt.datetime:
    """Return the instant that an option states; a day means its end, in London. Raises BadParameter for no instant."""
    from zoneinfo import ZoneInfo

    from ehcp_flow import dates
    from ehcp_flow.errors import DateError

    try:
        return dates.parse_instant(text)
    except DateError as error:
        said = str(error)
    try:
        following = dates.parse_date(text) + dt.timedelta(days=1)
    except DateError:
        raise typer.BadParameter(said, param_hint=option) from None
    midnight = dt.datetime.combine(following, dt.time(), ZoneInfo("Europe/London"))
    return midnight.astimezone(dt.UTC) - dt.timedelta(microseconds=1)


def rulebook_at(directory: str | None) -> Rulebook:
    """Return the rulebook in a directory, or England's. Raises RulebookError for one that is wrong."""
    from ehcp_flow.law import england, load_rulebook

    return england() if directory is None else load_rulebook(directory)


def limit_ids(names: list[str] | None, rulebook: Rulebook) -> frozenset[str]:
    """Return the ids of the limits asked for, none if none are. Raises UnknownNameError, with near matches."""
    return frozenset(rulebook.limit(name).id for name in names or ())


def calendars_with(institutions: str | None, office_closures: str | None) -> Calendars:
    """Return England's calendars with the closures in these files. Raises CalendarError, naming file and line."""
    from ehcp_flow.calendars import england, read_institutions, read_office_closures

    calendars = england()
    if institutions is not None:
        calendars = calendars.with_institutions(read_institutions(institutions))
    if office_closures is not None:
        calendars = calendars.with_office_closures(read_office_closures(office_closures))
    return calendars
