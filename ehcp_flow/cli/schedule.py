"""`ehcp-flow schedule`: counting back from a day, the last day on which each step can begin."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.options import complete_limits, day, option
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.query import LawQuery

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["SCHEDULE"]

_REVIEW: Final = ("amendment_notice", "amended_plan")
_COLUMNS: Final = ("step", "limit", "title", "begins_on", "done_by", "days", "counting", "citation")


@options("by limit form raw output institutions institution closed_if office_closures bank_holidays rulebook")
def _schedule(
    *,
    query: LawQuery,
    by: Annotated[str, typer.Option("--by", metavar="DATE", help="The day by which the last step has to be done.")],
    limit: Annotated[
        list[str] | None,
        option(
            "--limit LIMIT",
            "A time limit of the chain, in order, given once for each; without it, those from a review meeting to "
            "the amended plan.",
            autocompletion=complete_limits,
        ),
    ] = None,
    printed: PrintOptions,
) -> None:
    """The last day to begin, if each time limit of a chain is used to its last day and all is done by a day.

    Without --limit: the latest review meeting from which an amended plan can lawfully go by that day.
    """
    from ehcp_flow.whatif import latest_start

    end = day(by, "--by")
    law, calendars = query.law, query.calendars
    chain = [law.limit(name).id for name in limit or _REVIEW]
    begins = [latest_start(end, chain[place:], rulebook=law, calendars=calendars) for place in range(len(chain))]
    rows: list[dict[str, Any]] = []
    for place, (name, first) in enumerate(zip(chain, begins, strict=True)):
        last = begins[place + 1] if place + 1 < len(begins) else end
        version = law.limit(name).rule[0].in_force(first)
        rows.append(
            {
                "step": place + 1,
                "limit": name,
                "title": law.limit(name).title,
                "begins_on": first.isoformat(),
                "done_by": last.isoformat(),
                "days": (last - first).days,
                "counting": "" if version is None else str(version.counts[0].convention),
                "citation": "" if version is None else version.cited,
            }
        )
    if printed.as_table:
        _print(rows, begins[0], meeting=not limit)
        return
    printed.write(_COLUMNS, rows)


def _print(rows: list[dict[str, Any]], begins: dt.date, *, meeting: bool) -> None:
    from ehcp_flow.cli.printed_table import ShownColumn, paragraph, print_table
    from ehcp_flow.dates import say

    first = "The review meeting has to be held" if meeting else "The first step has to begin"
    sys.stdout.write(paragraph(f"{first} by {say(begins)}, if every limit after it is used to its last day.") + "\n\n")
    columns = (
        ShownColumn("limit", "limit"),
        ShownColumn("title", "title", drop=2, least=20),
        ShownColumn("begins_on", "begins by"),
        ShownColumn("done_by", "done by"),
        ShownColumn("counting", "counting", drop=1, least=12),
        ShownColumn("citation", "citation", drop=3, least=24),
    )
    print_table(columns, [{name: str(value) for name, value in row.items()} for row in rows])


SCHEDULE: Final = CliCommand(
    _schedule,
    (
        "ehcp-flow schedule --by 2027-02-15",
        "ehcp-flow schedule --by 2026-12-18 --limit decide_assess --format json",
    ),
)
