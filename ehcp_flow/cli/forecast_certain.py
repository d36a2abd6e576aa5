"""`ehcp-flow forecast certain`: the work that the law already fixes, month by month or week by week."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.further import Only, cases_with, pairs
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.options import option
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.source_door import open_source

if TYPE_CHECKING:
    from ehcp_flow.forecast.work_ahead import WorkAhead

__all__ = ["CERTAIN"]

_TRANSFERS: Final = "phase_transfer"
_SHOWN: Final = 5
"""So many periods have a column of their own in a table; what is later is one."""


class _By(StrEnum):
    MONTH = "month"
    WEEK = "week"


@options(
    "source as_of months by only case contested known_at known_by authority convert_file all_errors form raw output "
    "institutions institution closed_if office_closures bank_holidays profile rulebook"
)
def _certain(
    *,
    query: CaseQuery,
    months: Annotated[
        int, option("--months N", "How many months ahead, beside the rest of this one; without it, 12.", min=1, max=60)
    ] = 12,
    by: Annotated[
        _By, typer.Option("--period", help="Counted by month, or by week from Monday on.", show_default=False)
    ] = _By.MONTH,
    only: Only = None,
    printed: PrintOptions,
) -> None:
    """The work that the law already fixes: how many of each duty have their last lawful day when, and the pace it asks.

    Reviews to hold and to decide, transfers, plans, advice, orders: what the desk lists, for months ahead. No model.
    """
    from ehcp_flow.forecast.work_ahead import CERTAIN_COLUMNS, WorkAhead

    wanted = pairs(only)
    is_mine = cases_with(query, wanted)
    ahead = WorkAhead(query.on, months=months, by=by, contested=query.contested)
    with open_source(query, used=wanted) as source:
        for answer in source.answers(quiet=printed.on_terminal):
            if is_mine is None or is_mine(answer.case_id):
                ahead.add(answer)
    rows = ahead.rows()
    if printed.as_table:
        _print(ahead, rows)
    else:
        printed.write(CERTAIN_COLUMNS, rows)
    note(f"{count(ahead.cases, 'case')}, as known on {query.on.isoformat()}; what is still to be asked for is not here")
    source.leave()


def _print(ahead: WorkAhead, rows: Sequence[Mapping[str, Any]]) -> None:
    from ehcp_flow.cli.printed_table import ShownColumn, paragraph, print_table
    from ehcp_flow.dates import say

    said = f"What the law already fixes, from {say(ahead.as_of)} to {say(ahead.until)}."
    sys.stdout.write(f"{paragraph(said)}\n\n")
    periods = sorted({row["period"] for row in rows if row["last_on"]})
    shown, later = periods[:_SHOWN], periods[_SHOWN:]
    columns = [ShownColumn("title", "what", least=30, most=60), ShownColumn("overdue", "overdue", right=True)]
    columns += [ShownColumn(period, period, right=True) for period in shown]
    columns += [ShownColumn("later", "later", right=True)] if later else []
    columns += [ShownColumn("a_week", "a week", right=True)]
    print_table(columns, list(_pivot(rows, later)))
    for text in _transfers(rows):
        sys.stdout.write(f"\n{paragraph(text)}\n")


def _pivot(rows: Sequence[Mapping[str, Any]], later: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield a row for each limit: how many in each period, and the pace that does them all in time."""
    for limit in dict.fromkeys(row["figure"] for row in rows):
        mine = [row for row in rows if row["figure"] == limit]
        told = {row["period"]: str(row["value"]) for row in mine}
        beyond = sum(row["value"] for row in mine if row["period"] in later)
        pace = max((row["a_week"] for row in mine if row["a_week"]), default=None)
        yield {
            **told, "title": mine[0]["title"], "later": str(beyond) if beyond else "",
            "a_week": "" if pace is None else str(pace),
        }  # fmt: skip


def _transfers(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what is said of each day by which transfers between phases are to be done."""
    from ehcp_flow.dates import parse_date, say

    done_by = 0
    for row in rows:
        if row["figure"] == _TRANSFERS and row["last_on"]:
            done_by += row["value"]
            by, pace = say(parse_date(row["last_on"])), row["a_week"]
            yield f"Transfers between phases: {done_by:,} to do by {by}, which is {pace:,} a week from now on."
        elif row["figure"] == _TRANSFERS:
            yield f"Transfers between phases: {row['value']:,} overdue, to do at once."


CERTAIN: Final = CliCommand(
    _certain,
    (
        "ehcp-flow forecast certain cases.csv --as-of 2025-10-21",
        "ehcp-flow forecast certain cases.csv --as-of 2025-10-21 --months 3 --period week --format csv > weeks.csv",
    ),
)
