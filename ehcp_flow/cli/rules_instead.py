"""What `ehcp-flow rules` tells of a rulebook instead of its limits: duties without a number, and who has a rulebook."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.output import flat

if TYPE_CHECKING:
    from ehcp_flow.cli.print_options import PrintOptions
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

    @property
    def asked(self) -> list[str]:
        """The options that were given."""
        return [f"--{each.name}" for each in fields(self) if getattr(self, each.name)]

    def print(self, law: Rulebook, printed: PrintOptions) -> None:
        """Print what was asked for."""
        if self.installed:
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
