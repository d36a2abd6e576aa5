"""What `ehcp-flow rules` tells instead of the limits: duties without a number, who read the law, whose rulebooks."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.output import flat

if TYPE_CHECKING:
    from ehcp_flow.cli.print_options import PrintOptions
    from ehcp_flow.cli.query import LawQuery
    from ehcp_flow.law import Rulebook
    from ehcp_flow.law.model import Note

__all__ = ["Instead"]

_NOTE_COLUMNS: Final = ("row", "title", "says", "citation", "evidence")


@dataclass(frozen=True, kw_only=True)
class Instead:
    """What is told instead of the limits."""

    notes: Annotated[
        bool, typer.Option("--notes", help="The duties and bars that have no number, instead of the limits.")
    ] = False
    installed: Annotated[
        bool,
        typer.Option("--installed", help="Which rulebooks have a name for --rulebook, and of which package they are."),
    ] = False
    provisions: Annotated[
        bool,
        typer.Option("--provisions", help="The law in the order of the statute: each provision, what is made of it."),
    ] = False
    read: Annotated[
        bool,
        typer.Option(
            "--read", help="Who read each provision last, when, in which text; exit code 1 where that is long ago."
        ),
    ] = False
    unread: Annotated[
        bool, typer.Option("--unread", help="The rows that rest on less than the primary text, read whole.")
    ] = False
    months: Annotated[
        int | None,
        typer.Option(
            "--months",
            metavar="N",
            min=1,
            show_default=False,
            help="With --read: after how many months a reading is long ago (12 if not given).",
        ),
    ] = None

    @property
    def asked(self) -> list[str]:
        """The options that were given, each of which is a list of its own."""
        lists = (each.name for each in fields(self) if each.name != "months")
        return [f"--{name}" for name in lists if getattr(self, name)]

    def print(self, query: LawQuery, printed: PrintOptions) -> None:
        """Print what was asked for."""
        from ehcp_flow.cli import provision_rows

        law = query.law
        if self.provisions:
            provision_rows.print_provisions(law, printed)
        elif self.read:
            provision_rows.print_read(law, printed, query.on, self.months or provision_rows.LONG)
        elif self.unread:
            provision_rows.print_unread(law, printed)
        elif self.installed:
            from ehcp_flow.cli.installed_rulebooks import print_installed

            print_installed(printed)
        else:
            _print_notes(law, printed)


def _print_notes(law: Rulebook, printed: PrintOptions) -> None:
    from ehcp_flow.cli.printed_table import ShownColumn, print_table

    rows = [_note(note) for note in law.notes]
    if not printed.as_table:
        printed.write(_NOTE_COLUMNS, rows)
        return
    columns = (
        ShownColumn("row", "row"),
        ShownColumn("says", "what the law says, without a number", least=30),
        ShownColumn("citation", "citation", drop=1, least=20),
    )
    print_table(columns, [{name: flat(value) for name, value in row.items()} for row in rows])


def _note(note: Note) -> dict[str, Any]:
    return {
        "row": note.row,
        "title": note.title,
        "says": note.says,
        "citation": [citation.text for citation in note.citation],
        "evidence": note.evidence,
    }
