"""What is asked: which cases, which day, which law. A command takes one of these, and the door to SOURCE opens it."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import law_named
from ehcp_flow.cli.options import AllErrors, AsOf, Authority, CaseIds, Contested, KnownAt, KnownBy, day, option
from ehcp_flow.cli.sheet_source import ConvertFileName, sheet_rows

if TYPE_CHECKING:
    from ehcp_flow.bulk.kept_rows import RowSource
    from ehcp_flow.calendars import BankHolidayChanges, Calendars, Institution
    from ehcp_flow.conversion import ConvertedRows
    from ehcp_flow.law import Rulebook

__all__ = ["SOURCE", "CaseQuery", "LawQuery", "rulebook_at"]


def _of_the_law(usage: str, help_text: str) -> typer.models.OptionInfo:
    return option(usage, help_text, rich_help_panel="Law and calendars")


SOURCE: Final[Any] = typer.Argument(
    metavar="SOURCE",
    help="A CSV, JSON Lines or Parquet file or a workbook of facts, any other sheet with --columns, a SEN2 return in "
    "XML, a Blade folder, - for standard input, or a store's URL such as sqlite:///cases.db.",
    show_default=False,
)


@dataclass(frozen=True, kw_only=True)
class LawQuery:
    """Which day and which law: the options as they were given, and what they mean."""

    as_of: AsOf = None
    institutions: Annotated[
        str | None,
        _of_the_law("--institutions FILE", "Closures of schools and colleges, CSV or iCalendar."),
    ] = None
    institution: Annotated[
        str | None,
        _of_the_law(
            "--institution ID",
            "Whose closures they are, where a calendar does not say so: as advice requests call it, such as a URN.",
        ),
    ] = None
    closed_if: Annotated[
        str | None,
        _of_the_law(
            "--closed-if TEXT", "Take only those events of a calendar for closures whose names hold this text."
        ),
    ] = None
    office_closures: Annotated[
        str | None,
        _of_the_law(
            "--office-closures FILE",
            "Days on which the authority's office is shut, CSV: named in explanations; they never move a date.",
        ),
    ] = None
    bank_holidays: Annotated[
        list[str] | None,
        _of_the_law(
            "--bank-holidays FILE|DAY",
            "Changes to England's bank holidays: a day to add (2022-09-19), one to remove (-2020-05-04), or a CSV "
            "file of such days; may be given again.",
        ),
    ] = None
    profile: Annotated[
        str | None,
        _of_the_law(
            "--profile FILE",
            "Your authority's own events and targets (TOML), beside the law: of kind local, and never a breach.",
        ),
    ] = None
    rulebook: Annotated[
        str | None,
        _of_the_law(
            "--rulebook NAME|DIR",
            "Another law than England's: the name of a rulebook that is installed (rules --installed), or a directory "
            "of rulebook files.",
        ),
    ] = None

    @cached_property
    def on(self) -> dt.date:
        """The day of `--as-of`, today without it. Raises BadParameter for a text that is no date."""
        return day(self.as_of)

    @cached_property
    def law(self) -> Rulebook:
        """The rulebook, with an authority's own targets beside it if it has any. Raises RulebookError."""
        from ehcp_flow.law import with_targets

        named = law_named() if self.rulebook is None else None
        law = named or rulebook_at(self.rulebook)
        return law if self.profile is None else with_targets(law, self.profile)

    @cached_property
    def calendars(self) -> Calendars:
        """England's calendars with the closures in these files, and with these bank holidays changed.

        What each event of a calendar of closures was taken for is noted. Raises CalendarError, naming file and line,
        and BadParameter for a day that cannot be changed.
        """
        from ehcp_flow.calendars import england, read_office_closures

        calendars = england()
        if self.institutions is not None:
            calendars = calendars.with_institutions(self._institutions(self.institutions))
        elif self.institution is not None or self.closed_if is not None:
            hint = "--closed-if" if self.institution is None else "--institution"
            raise typer.BadParameter("it says how --institutions is read; give that too", param_hint=hint)
        if self.office_closures is not None:
            calendars = calendars.with_office_closures(read_office_closures(self.office_closures))
        for stated in self.bank_holidays or ():
            calendars = calendars.with_bank_holidays(_changed_holidays(stated))
        return calendars

    def _institutions(self, file: str) -> dict[str, Institution]:
        from ehcp_flow.calendars import read_institutions
        from ehcp_flow.cli.messages import note

        return read_institutions(
            file, authority_default=self.institution, closed_if=self.closed_if,
            report=lambda event: note(f"{file}: {event}"),
        )  # fmt: skip

    def limit_ids(self, names: list[str] | None) -> frozenset[str]:
        """Return the ids of the limits asked for, none if none are. Raises UnknownNameError, with near matches."""
        return frozenset(self.law.limit(name).id for name in names or ())


@dataclass(frozen=True, kw_only=True)
class CaseQuery(LawQuery):
    """Which cases, on which day, by which law, as somebody knew them when."""

    source: Annotated[str, SOURCE]
    case: CaseIds = None
    known_at: KnownAt = None
    known_by: KnownBy = None
    authority: Authority = None
    convert_file: ConvertFileName = None
    contested: Annotated[
        Contested,
        typer.Option(
            "--contested",
            help="What another lawful reading decides otherwise (a breach that it denies, or none that it would make "
            "one): with the rest, left out, or alone.",
        ),
    ] = Contested.WITH
    all_errors: AllErrors = False

    @property
    def looks_again(self) -> bool:
        """Whether the command reads SOURCE once more, for the rows that were refused."""
        return False

    @cached_property
    def rows(self) -> ConvertedRows | None:
        """The facts of a sheet, read by `--columns`, or of a workbook; None for every other SOURCE.

        Raises ConvertFileError, SourceError, and BadParameter where the extra `sheets` is missing.
        """
        return sheet_rows(self.source, self.convert_file, authority=self.authority)

    @cached_property
    def kept_rows(self) -> RowSource:
        """The rows of the file or the store that SOURCE is, opened once for all that a command asks of it over columns.

        Those of a store are of one moment; it is open until the query is closed. Raises SourceError for a file that
        cannot be read, and the store's errors for a store that cannot.
        """
        from ehcp_flow.bulk.row_sources import open_rows
        from ehcp_flow.cli.options import axis_of
        from ehcp_flow.cli.source_kinds import instant_by, open_store

        if "://" not in self.source:
            return open_rows(self.source, self._opened)
        store = self._opened.enter_context(self._opened.enter_context(open_store(self.source)).snapshot())
        then, axis = instant_by(self.known_at, self.known_by), axis_of(self.known_by)
        return open_rows(store, self._opened, name=self.source, known_at=then, axis=axis)

    @cached_property
    def _opened(self) -> ExitStack:
        return ExitStack()

    def close(self) -> None:
        """Close what was opened for what is asked; whoever asks again opens it again."""
        self._opened.close()
        self.__dict__.pop("kept_rows", None)


def rulebook_at(directory: str | None) -> Rulebook:
    """Return the rulebook of a name or in a directory, England's for None. Raises RulebookError for a wrong one."""
    from ehcp_flow.law import england, load_rulebook

    return england() if directory is None else load_rulebook(directory)


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
