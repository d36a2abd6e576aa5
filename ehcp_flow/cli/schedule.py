"""`ehcp-flow schedule`: counting back from a day, the last day on which each step can begin."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.for_whom import whom
from ehcp_flow.cli.messages import note
from ehcp_flow.cli.options import complete_limits, day, option
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.query import LawQuery

if TYPE_CHECKING:
    from ehcp_flow.calendars import Calendars
    from ehcp_flow.law.model import Rulebook

__all__ = ["SCHEDULE"]

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

    Without --limit: the latest review meeting from which an amended plan can lawfully go by that day. Where a transfer
    between phases has its last lawful day just before, that is said.
    """
    from ehcp_flow.errors import EnglandOnly
    from ehcp_flow.whatif import TO_AMEND, latest_start

    end = day(by, "--by")
    law, calendars = query.law, query.calendars
    if not limit and not {*TO_AMEND, "phase_transfer"} <= {*law.limits}:
        raise EnglandOnly("the steps from a review meeting to the amended plan (name yours with --limit)", law.title)
    chain = [law.limit(name).id for name in limit or TO_AMEND]
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
                "counting": "" if version is None else f"{version.counts[0].convention}{whom(version.applies_to)}",
                "citation": "" if version is None else version.cited,
            }
        )
    if printed.as_table:
        _print(rows, begins[0], meeting=not limit)
    else:
        printed.write(_COLUMNS, rows)
    for name, first in zip(chain, begins, strict=True):
        rule = law.limit(name).rule[0]
        if rule.cohorts:
            note(f"{name}: counted by the first of its rules ({', '.join(rule.rows)}){whom(rule.cohorts)}")
        standing = rule.standing(first)
        for version, other in pairwise(standing):
            note(
                f"{name}: counted for a case{whom(version.applies_to)[1:]}; for any other it is "
                f"{other.counts[0].convention}{whom(other.applies_to)}"
            )
    for said in () if limit else _too_late(begins[0], end, law, calendars):
        note(said)


def _too_late(begins: dt.date, end: dt.date, law: Rulebook, calendars: Calendars) -> Iterator[str]:
    """Yield what is said of each transfer between phases whose last lawful day a chain of limits runs past."""
    from ehcp_flow.counting import BeforeDate
    from ehcp_flow.dates import say
    from ehcp_flow.whatif import latest_meeting_for

    for rule in law.limit("phase_transfer").rule:
        version = rule.in_force(end)
        counted = None if version is None else version.counts[0].convention
        # Where the law counts back from the transfer itself, no day of the calendar is too late.
        if version is None or not isinstance(counted, BeforeDate):
            continue
        last = counted.last_day(dt.date(end.year, 12, 31), calendars)
        if not begins < last < end:
            continue
        practice = [
            reading.name
            for reading in rule.readings
            if reading.counting and reading.counting.last_day(dt.date(end.year, 12, 31), calendars) == end
        ]
        meeting = latest_meeting_for(last, rulebook=law, calendars=calendars)
        yield (
            f"{say(end)} is too late for a transfer of the year ({', '.join(rule.rows)}): the law says {counted} "
            f"({version.cited}), so the last lawful day is {say(last)}; meet by {say(meeting)}"
            + "".join(f"; {name!r} is practice" for name in practice)
        )


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
