"""`ehcp-flow late`: what was written down late, back-dated or corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.options import Authority, CaseIds, StoreUrl, instant, option
from ehcp_flow.cli.output import flat
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.source_kinds import open_store
from ehcp_flow.dates import written

if TYPE_CHECKING:
    from ehcp_flow.store.late_entries import LateEntry

__all__ = ["LATE"]

_COLUMNS: Final = ("case_id", "version", "event", "on", "recorded_at", "recorded_by", "days", "kinds", "corrected")


@options("store since days case authority form raw output")
def _late(
    *,
    store: StoreUrl,
    since: Annotated[
        str | None,
        option("--since WHEN", "Only what was recorded after this instant, or after the end of this day."),
    ] = None,
    days: Annotated[
        int,
        typer.Option("--days", metavar="N", min=0, max=100_000, help="How many days after it happened count as late."),
    ] = 0,
    case: CaseIds = None,
    authority: Authority = None,
    printed: PrintOptions,
) -> None:
    """What was not written down when it happened: entered late, back-dated behind later facts, or corrected since.

    This is what an inspector asks of a record. No deadline is moved by it.
    """
    from ehcp_flow.store.late_entries import late_entries

    found = 0
    with open_store(store, authority=authority) as opened:
        entries = late_entries(opened, since=None if since is None else instant(since, "--since"), days=days,
                               case_ids=case or None)  # fmt: skip
        if printed.as_table:
            rows = [_row(entry) for entry in entries]
            found = len(rows)
            _table(rows)
        else:
            with printed.sheet(_COLUMNS) as out:
                for entry in entries:
                    found += 1
                    out.write(_row(entry))
    note(f"{count(found, 'fact')} not written down in time or in order")


def _row(entry: LateEntry) -> dict[str, Any]:
    return {
        "case_id": entry.case_id,
        "version": entry.version,
        "event": entry.fact.event,
        "on": written(entry.fact.on),
        "recorded_at": entry.recorded_at.isoformat(),
        "recorded_by": entry.fact.recorded_by,
        "days": entry.days,
        "kinds": list(entry.kinds),
        "corrected": None if entry.corrected is None else entry.corrected.id,
    }


def _table(rows: list[dict[str, Any]]) -> None:
    from ehcp_flow.cli.printed_table import ShownColumn, print_table

    columns = (
        ShownColumn("case_id", "case", most=24, least=16, need=8),
        ShownColumn("event", "event", need=12),
        ShownColumn("on", "on"),
        ShownColumn("recorded", "recorded", drop=3),
        ShownColumn("recorded_by", "by", drop=4, most=16, least=6),
        ShownColumn("days", "days after", drop=2, right=True),
        ShownColumn("kinds", "how", least=8),
    )
    shown = [{name: flat(value) for name, value in row.items()} for row in rows]
    print_table(columns, [{**row, "recorded": row["recorded_at"][:16].replace("T", " ")} for row in shown])


LATE: Final = CliCommand(
    _late,
    (
        "ehcp-flow late --store sqlite:///cases.db --days 5",
        "ehcp-flow late --store sqlite:///cases.db --since 2020-06-30 --format json",
    ),
    facts=True,
)
