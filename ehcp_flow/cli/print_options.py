"""How a command prints what it found: in which form, and into which file in the place of standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import typer

from ehcp_flow.cli.endings import form_by_name
from ehcp_flow.cli.named_files import Writes
from ehcp_flow.cli.options import Raw, TableFormat, option
from ehcp_flow.cli.output import CardFormat, DeskFormat, FeedFormat, Format, Sheet, chosen, sheet

__all__ = ["CardOptions", "DeskOptions", "FeedOptions", "PrintOptions"]


@dataclass(frozen=True, kw_only=True)
class PrintOptions:
    """In which form rows are printed, and where."""

    forms: ClassVar[type[StrEnum]] = Format

    form: TableFormat = None
    raw: Raw = False
    output: Annotated[
        str | None,
        option(
            "--output FILE",
            "Write here, not to standard output; without --format, as the name ends. The file is put in place "
            "when it is whole.",
        ),
        Writes("ehcp_flow.cli.printed_file:PRINTED", printed=True),
    ] = None

    def __post_init__(self) -> None:
        """Refuse a name that says another form before anything is done."""
        _ = self.stated

    @property
    def stated(self) -> str | None:
        """The format that was asked for, by --format or by the end of the file's name; None where none was."""
        return form_by_name(self.output, [*self.forms], self._asked())

    def _asked(self) -> str | None:
        return self.form

    @property
    def shown(self) -> str:
        """The format that is printed: without one, a table on a terminal, and CSV into a file or a pipe."""
        return chosen(self.stated, raw=self.raw)

    @property
    def as_table(self) -> bool:
        """Whether people read it, as a table or as text."""
        return self.shown == Format.TABLE

    @property
    def on_terminal(self) -> bool:
        """Whether rows go to a terminal one by one, so that nothing else may be drawn there."""
        return not self.as_table and sys.stdout.isatty()

    def sheet(self, columns: Sequence[str]) -> Sheet:
        """Return what writes rows; in CSV and xlsx only these columns, in JSON whatever a row holds."""
        return sheet(self.shown, columns)

    def write(self, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
        """Print rows, each as soon as it is known."""
        with self.sheet(columns) as out:
            for row in rows:
                out.write(row)


@dataclass(frozen=True, kw_only=True)
class FeedOptions(PrintOptions):
    """In which form deadlines are printed, as a calendar too, and where."""

    forms: ClassVar[type[StrEnum]] = FeedFormat

    feed: Annotated[
        FeedFormat | None,
        typer.Option(
            "--format",
            help="Without it, a table on a terminal and csv into a file or a pipe; xlsx is a workbook, ics a calendar "
            "of what is open or overdue, in which what is done is cancelled.",
            show_default=False,
        ),
    ] = None

    def _asked(self) -> str | None:
        return self.feed


@dataclass(frozen=True, kw_only=True)
class DeskOptions(PrintOptions):
    """In which form the desk or a list is printed, as a calendar or a page too, and where."""

    forms: ClassVar[type[StrEnum]] = DeskFormat

    desk_form: Annotated[
        DeskFormat | None,
        typer.Option(
            "--format",
            help="Without it, a table on a terminal and csv into a file or a pipe; xlsx is a workbook, ics a calendar, "
            "html a page: one file that needs nothing else.",
            show_default=False,
        ),
    ] = None

    def _asked(self) -> str | None:
        return self.desk_form


@dataclass(frozen=True, kw_only=True)
class CardOptions(PrintOptions):
    """In which form a scorecard is printed, as a page too, and where."""

    forms: ClassVar[type[StrEnum]] = CardFormat

    card_form: Annotated[
        CardFormat | None,
        typer.Option(
            "--format",
            help="Without it, a table on a terminal and csv into a file or a pipe; xlsx is a workbook, html a page: "
            "one file that needs nothing else.",
            show_default=False,
        ),
    ] = None

    def _asked(self) -> str | None:
        return self.card_form
