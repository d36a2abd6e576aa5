"""Options that several commands share, how their values are read, and what the shell completes them with."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, TypeAlias

import typer

from ehcp_flow.cli.output import Format

__all__ = [
    "AllErrors",
    "AsOf",
    "Authority",
    "Axis",
    "CaseId",
    "CaseIds",
    "Contested",
    "Explain",
    "FailOnBreach",
    "KnownAt",
    "KnownBy",
    "LimitIds",
    "Raw",
    "StatusName",
    "StoreUrl",
    "TableFormat",
    "axis_of",
    "column_names",
    "complete_events",
    "complete_limits",
    "day",
    "day_of_fact",
    "instant",
    "option",
    "stated_day",
]

_NEAR_TODAY: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_NAMED: Final = re.compile(r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?[ -](?P<month>[A-Za-z]{3,9})[ -](?P<year>[0-9]{4})")


class StatusName(StrEnum):
    """The statuses of a deadline."""

    OPEN = "open"
    MET = "met"
    LATE = "late"
    OVERDUE = "overdue"
    PREMATURE = "premature"
    LAPSED = "lapsed"
    UNDATED = "undated"
    OVERTAKEN = "overtaken"
    UNRECORDED = "unrecorded"


class Contested(StrEnum):
    """Which deadlines are meant, by whether another lawful reading decides otherwise."""

    WITH = "with"
    WITHOUT = "without"
    ONLY = "only"

    def holds(self, contested_by: tuple[str, ...]) -> bool:
        """Whether a deadline that is contested by these readings is meant."""
        return self is Contested.WITH or bool(contested_by) == (self is Contested.ONLY)


class Axis(StrEnum):
    """What "known at" goes by in a store."""

    RECORDED = "recorded"
    STORED = "stored"


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


def option(usage: str, help_text: str, **more: Any) -> typer.models.OptionInfo:
    """Return an option that takes a value: its usage is `--flag VALUE`, and nothing is said of a default."""
    flag, _, metavar = usage.partition(" ")
    made: typer.models.OptionInfo = typer.Option(flag, metavar=metavar, help=help_text, show_default=False, **more)
    return made


AsOf: TypeAlias = Annotated[
    str | None,
    option("--as-of DATE", "The day for which to answer, 2026-06-30 or 30/06/2026; without it, today in London."),
]
KnownAt: TypeAlias = Annotated[
    str | None,
    option(
        "--known-at WHEN",
        "Use only what had been recorded by this instant (2026-06-30T12:00:00Z), or by the end of this day.",
    ),
]
KnownBy: TypeAlias = Annotated[
    Axis | None,
    typer.Option(
        "--known-by",
        help="What --known-at goes by in a store: recorded, when somebody wrote the fact down, as an imported file may "
        "say (this is the default); stored, when this store took it, which no later import can change.",
        show_default=False,
    ),
]
Authority: TypeAlias = Annotated[
    str | None,
    option(
        "--authority NUMBER",
        "Only cases of this local authority, by its three-digit number; of a sheet or a return that names none, whose "
        "cases they are.",
    ),
]
StoreUrl: TypeAlias = Annotated[
    str,
    option(
        "--store URL",
        "The store: sqlite:///cases.db or postgresql+psycopg://user@host/database.",
        envvar="EHCP_FLOW_STORE",
    ),
]
CaseId: TypeAlias = Annotated[str, typer.Option("--case", metavar="ID", help="The case that is meant.")]
CaseIds: TypeAlias = Annotated[
    list[str] | None,
    option("--case ID", "Only this case; may be given again."),
]
LimitIds: TypeAlias = Annotated[
    list[str] | None,
    option(
        "--limit LIMIT",
        "Only this time limit (see `ehcp-flow rules`); may be given again.",
        autocompletion=complete_limits,
    ),
]
Explain: TypeAlias = Annotated[bool, typer.Option("--explain", help="Give the explanation of each deadline too.")]
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
        help="Without it, a table on a terminal and csv into a file or a pipe; xlsx is a workbook.",
        show_default=False,
    ),
]
Raw: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--raw",
        help="In csv, leave text as it is, for a machine; without it, what a spreadsheet would take for a formula gets "
        "an apostrophe before it.",
    ),
]


def stated_day(text: str) -> dt.date | None:
    """Return the day that a word of the command line states, None where it states none.

    Beside the dates of files, `today`, `yesterday` and `tomorrow` are days here, and what names its month: `2 March
    2026`, `2nd Mar 2026`.
    """
    from ehcp_flow import dates
    from ehcp_flow.errors import DateError

    away = _NEAR_TODAY.get(text.strip().casefold())
    if away is not None:
        return dates.today() + dt.timedelta(days=away)
    try:
        return dates.parse_date(text)
    except DateError:
        return _with_its_month(text)


def _with_its_month(text: str) -> dt.date | None:
    match = _NAMED.fullmatch(text.strip())
    if match is None:
        return None
    at = [name for name in _MONTHS if name.startswith(match["month"].casefold())]
    number = _MONTHS.index(at[0]) + 1 if at else 0
    with suppress(ValueError):
        return dt.date(int(match["year"]), number, int(match["day"]))
    return None


def day(text: str | None, option: str = "--as-of") -> dt.date:
    """Return the day that an option states, today for None. Raises BadParameter for a text that is no date."""
    from ehcp_flow import dates
    from ehcp_flow.errors import DateError

    if text is None:
        return dates.today()
    stated = stated_day(text)
    if stated is not None:
        return stated
    try:
        return dates.parse_date(text)
    except DateError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def day_of_fact(text: str, option: str = "--on") -> dt.date:
    """Return the day of a fact that an option states, or its month. Raises BadParameter for a text that is neither."""
    from ehcp_flow import dates
    from ehcp_flow.errors import DateError

    stated = stated_day(text)
    if stated is not None:
        return stated
    try:
        return dates.parse_day(text)
    except DateError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def instant(text: str, option: str = "--known-at") -> dt.datetime:
    """Return the instant that an option states; a day means its end, in London. Raises BadParameter for no instant."""
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
    midnight = dt.datetime.combine(following, dt.time(), dates.london())
    return midnight.astimezone(dt.UTC) - dt.timedelta(microseconds=1)


def column_names(names: list[str] | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns to group by, as the readers write them: each option may name several, `authority,quarter`."""
    from ehcp_flow.readers.row_tables import column_of

    given = [column_of(name) for text in names or () for name in text.split(",")]
    return tuple(dict.fromkeys(name for name in given if name)) or usual


def axis_of(known_by: Axis | None) -> Literal["recorded", "stored"]:
    """Return what "known at" goes by, in the word of the store."""
    return "stored" if known_by is Axis.STORED else "recorded"
