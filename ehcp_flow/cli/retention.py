"""`ehcp-flow retention`: which cases have come to the end of their retention, and what still holds some of them."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.output import flat
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.source_door import open_source

__all__ = ["RETENTION"]

_COLUMNS: Final = ("case_id", "authority", "born", "keep_until", "held_by", "may_go")


@options("source years as_of case known_at known_by authority convert_file all_errors form raw output")
def _retention(
    *,
    query: CaseQuery,
    years: Annotated[
        int | None,
        typer.Option(
            "--years",
            metavar="N",
            min=1,
            max=150,
            help="How many years from birth a case is kept; without it, 31, of England's law alone.",
            show_default=False,
        ),
    ] = None,
    printed: PrintOptions,
) -> None:
    """The cases whose retention has ended: so many years from the date of birth, and what holds some of them still.

    An appeal or a mediation that is under way holds a case. Nothing is erased: `ehcp-flow erase` does that.
    """
    from ehcp_flow.measures.retention import YEARS, retention

    with open_source(query) as opened:
        cases = opened.cases(quiet=printed.on_terminal)
        kept = list(retention(cases, query.on, years=years, rulebook=query.law))
    rows = [each.as_dict() for each in kept if each.ended]
    if printed.as_table:
        from ehcp_flow.cli.printed_table import ShownColumn, print_table

        columns = (
            ShownColumn("case_id", "case", most=24, least=16, need=8),
            ShownColumn("born", "born"),
            ShownColumn("keep_until", "kept until"),
            ShownColumn("held_by", "held by", least=20, most=60),
        )
        print_table(columns, [{name: flat(value) for name, value in row.items()} for row in rows])
    else:
        printed.write(_COLUMNS, iter(rows))
    free = sum(row["may_go"] for row in rows)
    told = [f"{count(len(rows), 'case')} kept for {count(years or YEARS, 'year')}, {free:,} held by nothing"]
    if unknown := sum(each.born is None for each in kept):
        told.append(f"of {count(unknown, 'case')} no date of birth is on record, and nothing can be said")
    note("; ".join(told))
    opened.leave()


RETENTION: Final = CliCommand(
    _retention,
    (
        "ehcp-flow retention cases.csv --as-of 2056-06-30",
        "ehcp-flow retention sqlite:///cases.db --years 25 --format csv",
    ),
    facts=True,
)
