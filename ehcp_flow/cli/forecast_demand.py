"""`ehcp-flow forecast demand`: requests of a year to come, from the counts that DfE published before it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.messages import note
from ehcp_flow.cli.options import option
from ehcp_flow.cli.print_options import PrintOptions

__all__ = ["DEMAND"]

_SHOWN: Final = 10
"""So many rows a table of a back-test shows: those that were missed by most."""


@options("published_file authority year backtest form raw output")
def _demand(
    *,
    published_file: Annotated[
        str | None,
        option(
            "--published-file FILE",
            "The Department's requests.csv as downloaded; without it, what is shipped, which goes up to 2024.",
        ),
    ] = None,
    authority: Annotated[
        str | None, option("--authority LA", "Only this local authority, by its three-digit number.")
    ] = None,
    year: Annotated[
        int | None,
        option("--year YEAR", "The year that is asked about; without it, the one after the last that is published."),
    ] = None,
    backtest: Annotated[
        bool,
        typer.Option(
            "--backtest",
            help="Instead, what would have been said of the years that are over, beside what came and the naive way.",
        ),
    ] = False,
    printed: PrintOptions,
) -> None:
    """Requests of a year to come, for each authority, with the band that holds them eight times in ten.

    From the counts that the Department published for the years before it, and from nothing later.
    """
    from ehcp_flow.errors import SourceError
    from ehcp_flow.forecast.demand import BACKTEST_COLUMNS, DEMAND_COLUMNS, Requests, demand, demand_backtest
    from ehcp_flow.measures.published_figures import ATTRIBUTION, PublishedFigures, published_figures

    figures = published_figures()
    if published_file is not None:
        figures = PublishedFigures(MappingProxyType({})).with_files([published_file])
        if not Requests.of(figures).years:
            raise SourceError(published_file, "it has no column requests_received_in_year; give DfE's requests.csv")
    rows = (demand_backtest if backtest else demand)(figures, year, authority)
    if printed.as_table:
        _print(rows, backtest=backtest)
    else:
        printed.write(BACKTEST_COLUMNS if backtest else DEMAND_COLUMNS, rows)
    note("a year is forecast from the years before it alone" + ("" if published_file else f". {ATTRIBUTION}"))


def _print(rows: Sequence[Mapping[str, Any]], *, backtest: bool) -> None:
    from ehcp_flow.cli.printed_table import paragraph, print_rows

    if backtest:
        worst = sorted(rows, key=lambda row: -_missed(row, "value"))[:_SHOWN]
        print_rows(worst, [name for name in rows[0] if name != "naive_by"] if rows else ())
    else:
        print_rows(rows, [name for name in rows[0] if name != "error"])
    for text in _tried(rows) if backtest else _said(rows):
        sys.stdout.write(f"{paragraph(text)}\n")


def _said(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    error = rows[0]["error"]
    if error is None:
        yield "No year before it had three years before it: how far the same way missed is not known."
    else:
        yield f"In the years before it the same way missed by {error} % in the mean of all authorities and years."
    yield "A third of it each: as many as last year, growth as the region's, growth as England's."


def _tried(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    from statistics import fmean

    for year in sorted({row["year"] for row in rows}):
        mine = [row for row in rows if row["year"] == year]
        held = 100 * fmean(row["low"] <= row["actual"] <= row["high"] for row in mine)
        yield (
            f"{year}: missed by {fmean(_missed(row, 'value') for row in mine):.1f} % in the mean of {len(mine)}, "
            f"{rows[0]['naive_by']} by {fmean(_missed(row, 'naive') for row in mine):.1f} %; {held:.0f} % in the band."
        )
    if rows:
        yield f"Listed are the {min(_SHOWN, len(rows))} that it missed by most."


def _missed(row: Mapping[str, Any], way: str) -> float:
    return abs(100 * (float(row[way]) / float(row["actual"]) - 1))


DEMAND: Final = CliCommand(
    _demand,
    (
        "ehcp-flow forecast demand --authority 885",
        "ehcp-flow forecast demand --backtest --year 2024 --format csv > tried.csv",
    ),
    england="the requests that the Department publishes",
)
