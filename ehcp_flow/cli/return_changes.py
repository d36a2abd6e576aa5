"""`ehcp-flow sen2 compare`: what changed from one return to a later one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.return_checks import RETURN, return_extra, return_read
from ehcp_flow.errors import ExitCode

if TYPE_CHECKING:
    from ehcp_flow.sen2 import ReturnChange

__all__ = ["COMPARE"]

_NAMED: Final = 5

_OldFile: TypeAlias = Annotated[
    str, typer.Argument(metavar="OLD", help="Last year's return, in any of its forms.", show_default=False)
]
_NewFile: TypeAlias = Annotated[
    str, typer.Argument(metavar="NEW", help="This year's return, or a later sending of the same.", show_default=False)
]


@options("old new unexplained form raw output")
def _compare(
    *,
    old: _OldFile,
    new: _NewFile,
    unexplained: Annotated[
        bool, typer.Option("--unexplained", help="Only what a year does not explain, and is to be looked at.")
    ] = False,
    printed: PrintOptions,
) -> None:
    """Two returns compared, person by person: who came and who left, and which values are others.

    What a year explains (an outcome that followed, a later review, a new placement) stands beside what it does not: a
    birth date or a start date that is another, an open request that is gone.
    """
    sen2 = return_extra()
    both = [return_read(file) for file in (old, new)]
    every = list(sen2.compare_returns(*both))
    shown = [each for each in every if each.look or not unexplained]
    if printed.as_table:
        _print_persons(shown)
    else:
        printed.write(sen2.FIELDS_OF_CHANGE, (each._asdict() for each in shown))
    _tell(sen2, every, both)
    if any(records.refused for records in both):
        raise typer.Exit(ExitCode.REFUSED)


def _tell(sen2: Any, every: Sequence[ReturnChange], both: Sequence[Any]) -> None:
    """Say how many persons came and left, how many changed, and how much is to be looked at."""
    cases = {kind: {each.case_id for each in every if each.change == kind} for kind in {e.change for e in every}}
    came = len(cases.pop("person_came", ()))
    left = len(cases.pop("person_left", ()))
    changed = len(set().union(*cases.values()) - {""})
    looked = sum(each.look for each in every)
    old, new = both
    for records in both:
        if twice := sen2.told_twice(records):
            some = ", ".join(twice[:_NAMED]) + (", ..." if len(twice) > _NAMED else "")
            note(
                f"{records.name}: {count(len(twice), 'number')} of more than one person, who are compared by name "
                f"and date of birth, and are new or gone where that does not do: {some}"
            )
    between = range(old.year + 1, new.year)
    if between:
        note(
            f"between them lies what {count(len(between), 'return')} told ({', '.join(map(str, between))}): a change "
            "that only these explain is marked as well"
        )
    why = "" if old.year != new.year else "; both are of one year, so nothing of it is explained by a year"
    note(
        f"from {old.name} ({old.year}) to {new.name} ({new.year}): {count(came, 'case')} came, {left:,} left, "
        f"{changed:,} changed; {count(looked, 'change')} to be looked at{why}"
    )


def _print_persons(shown: Sequence[ReturnChange]) -> None:
    """Print changes person by person, each with what is to be looked at first."""
    from ehcp_flow.cli.printed_table import ShownColumn, print_table

    columns = (
        ShownColumn("change", "change"),
        ShownColumn("element", "element"),
        ShownColumn("old", "before", least=10, most=40),
        ShownColumn("new", "now", least=10, most=40),
        ShownColumn("look", "look"),
        ShownColumn("says", "why", drop=1, least=20),
    )
    for (case_id, person), rows in groupby(shown, key=lambda each: (each.case_id, each.person)):
        sys.stdout.write(f"{case_id} {person}\n" if case_id else "the header\n")
        told = sorted(rows, key=lambda each: not each.look)
        print_table(
            columns, [{**each._asdict(), "look": "look" if each.look else "", "says": each.says if each.look else ""}
                      for each in told],
        )  # fmt: skip
        sys.stdout.write("\n")


COMPARE: Final = CliCommand(
    _compare,
    (
        "ehcp-flow sen2 compare sen2-2025.xml sen2-2026.xml",
        "ehcp-flow sen2 compare sen2-2025.xml sen2-2026.xml --unexplained --format xlsx > look.xlsx",
    ),
    england=RETURN,
)
