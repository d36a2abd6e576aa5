"""Options that several commands share, how their values are read, and what the shell completes them with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, get_type_hints

import typer

from ehcp_flow.cli.output import FeedFormat, Format

if TYPE_CHECKING:
    from ehcp_flow.calendars import BankHolidayChanges, Calendars
    from ehcp_flow.law import Rulebook

__all__ = [
    "AllErrors",
    "AsOf",
    "Authority",
    "Axis",
    "BankHolidays",
    "CaseId",
    "CaseIds",
    "EventName",
    "Explain",
    "FailOnBreach",
    "Feed",
    "Institutions",
    "KnownAt",
    "KnownBy",
    "LimitIds",
    "OfficeClosures",
    "Profile",
    "Raw",
    "RulebookAt",
    "SourceName",
    "StatusName",
    "StoreUrl",
    "TableFormat",
    "axis_of",
    "by_columns",
    "calendars_with",
    "complete_events",
    "complete_limits",
    "day",
    "fact_column",
    "instant",
    "limit_ids",
    "rulebook_at",
    "with_columns",
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
    OVERTAKEN = "overtaken"


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


SourceName: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="A CSV, JSON Lines or Parquet file of facts, - for standard input, or a store's URL such as sqlite:///cases.db.",
        show_default=False,
    ),
]
AsOf: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="The day for which to answer, 2026-06-30 or 30/06/2026; without it, today in London.",
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
    typer.Option(
        "--authority",
        metavar="NUMBER",
        help="Only cases of this local authority, by its three-digit number.",
        show_default=False,
    ),
]
StoreUrl: TypeAlias = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="URL",
        help="The store: sqlite:///cases.db or postgresql+psycopg://user@host/database.",
        envvar="EHCP_FLOW_STORE",
        show_default=False,
    ),
]
CaseId: TypeAlias = Annotated[str, typer.Option("--case", metavar="ID", help="The case that is meant.")]
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
ContestedOnes: TypeAlias = Annotated[
    Contested,
    typer.Option(
        "--contested",
        help="What another lawful reading decides otherwise (a breach that it denies, or none that it would make one): "
        "with the rest, left out, or alone.",
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
Feed: TypeAlias = Annotated[
    FeedFormat | None,
    typer.Option(
        "--format",
        help="Without it, a table on a terminal and csv into a file or a pipe; xlsx is a workbook, ics a calendar of "
        "what is open or overdue, in which what is done is cancelled.",
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
BankHolidays: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--bank-holidays",
        metavar="FILE|DAY",
        help="Changes to England's bank holidays: a day to add (2022-09-19), one to remove (-2020-05-04), or a CSV "
        "file of such days; may be given again.",
        rich_help_panel="Law and calendars",
        show_default=False,
    ),
]
Profile: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="FILE",
        help="Your authority's own earlier targets (TOML), beside the law: of kind local, and never a breach.",
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


_FACT: Final = "The fact"


def fact_column(name: str, help_text: str, metavar: str = "TEXT") -> typer.models.OptionInfo:
    """Return an option that fills a column of a fact."""
    made: typer.models.OptionInfo = typer.Option(
        name, metavar=metavar, help=help_text, rich_help_panel=_FACT, show_default=False
    )
    return made


def with_columns(run: Callable[..., None]) -> Callable[..., None]:
    """Return a command with an option for each column of a fact that `columns.SCHEMA` gives one.

    They stand where `run` has `columns`, in which it gets the values of those that are given.
    """
    from ehcp_flow.facts import SCHEMA

    options = [
        Parameter(
            column.name,
            Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                str | None,
                fact_column(
                    f"--{column.name.replace('_', '-')}", column.option, "DATE" if column.holds == "day" else "TEXT"
                ),
            ],
        )
        for column in SCHEMA
        if column.option
    ]
    hints = get_type_hints(run, include_extras=True)
    own = [each.replace(annotation=hints[each.name]) for each in signature(run).parameters.values()]
    place = [each.name for each in own].index("columns")
    parameters = [*own[:place], *options, *own[place + 1 :]]

    @wraps(run)
    def command(**values: Any) -> None:
        columns = {each.name: values.pop(each.name) for each in options}
        run(columns={name: value for name, value in columns.items() if value is not None}, **values)

    command.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


EventName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--event",
        metavar="EVENT",
        help="What happened, or would: an event of `ehcp-flow facts`.",
        autocompletion=complete_events,
        rich_help_panel=_FACT,
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


def by_columns(names: list[str] | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns to group by, as the readers write them: each option may name several, `authority,quarter`."""
    from ehcp_flow.readers.row_tables import column_of

    given = [column_of(name) for text in names or () for name in text.split(",")]
    return tuple(dict.fromkeys(name for name in given if name)) or usual


def axis_of(known_by: Axis | None) -> Literal["recorded", "stored"]:
    """Return what "known at" goes by, in the word of the store."""
    return "stored" if known_by is Axis.STORED else "recorded"


def rulebook_at(directory: str | None, profile: str | None = None) -> Rulebook:
    """Return the rulebook in a directory, or England's, with an authority's own targets beside it if it has any.

    Raises RulebookError for one that is wrong.
    """
    from ehcp_flow.law import england, load_rulebook, with_targets

    law = england() if directory is None else load_rulebook(directory)
    return law if profile is None else with_targets(law, profile)


def limit_ids(names: list[str] | None, rulebook: Rulebook) -> frozenset[str]:
    """Return the ids of the limits asked for, none if none are. Raises UnknownNameError, with near matches."""
    return frozenset(rulebook.limit(name).id for name in names or ())


def calendars_with(
    institutions: str | None = None, office_closures: str | None = None, bank_holidays: list[str] | None = None
) -> Calendars:
    """Return England's calendars with the closures in these files, and with these bank holidays changed.

    Raises CalendarError, naming file and line, and BadParameter for a day that cannot be changed.
    """
    from ehcp_flow.calendars import england, read_institutions, read_office_closures

    calendars = england()
    if institutions is not None:
        calendars = calendars.with_institutions(read_institutions(institutions))
    if office_closures is not None:
        calendars = calendars.with_office_closures(read_office_closures(office_closures))
    for stated in bank_holidays or ():
        calendars = calendars.with_bank_holidays(_changed_holidays(stated))
    return calendars


def _changed_holidays(stated: str) -> BankHolidayChanges:
    """Return what one `--bank-holidays` says: a day to add, one to remove with a minus before it, or a file."""
    from ehcp_flow.calendars import BankHolidayChanges, read_bank_holidays
    from ehcp_flow.dates import parse_date
    from ehcp_flow.errors import CalendarError, DateError

    try:
        day = parse_date(stated.removeprefix("-"))
    except DateError:
        return read_bank_holidays(stated)
    try:
        return BankHolidayChanges(removed=[day]) if stated.startswith("-") else BankHolidayChanges(added=[day])
    except CalendarError as error:
        raise typer.BadParameter(error.why, param_hint="--bank-holidays") from None
