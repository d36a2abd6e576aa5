"""`ehcp-flow forecast SOURCE`: requests, plans, the share in 20 weeks and the backlog of the months to come."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    from ehcp_flow.forecast.request_paths import RequestPath

__all__ = ["FLOW"]

_IN_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "requests_received_in_year": ("Requests", ""),
    "plans_issued_den": ("Plans issued", ""),
    "plans_issued_den_ex": ("Plans issued, exceptions left out", ""),
    "pc_plans_issued_within_20_weeks": ("In 20 weeks, of all plans issued", " %"),
    "pc_plans_issued_20_weeks_ex": ("In 20 weeks, exceptions left out", " %"),
    "finished_by_20": ("Ended within 20 weeks, of the requests of the month", " %"),
    "open_requests": ("Open requests at the end of the month", ""),
    "open_over_20_weeks": ("Open for over 20 weeks", ""),
    "longest_wait_weeks": ("Longest wait", " weeks"),
}
_SHARE: Final = "pc_plans_issued_20_weeks_ex"
_TRIED_MONTHS: Final = 6


@dataclass(frozen=True, kw_only=True)
class _Ahead:
    """What is forecast, how far, and how."""

    months: Annotated[
        int | None,
        option("--months N", "How many whole months ahead; without it, 12, with --backtest 6.", min=1, max=60),
    ] = None
    figure: Annotated[
        list[str] | None,
        option(
            "--figure NAME",
            "This figure, by its name in the measures, given again; without it, requests, plans, the share in 20 "
            "weeks, what is open for longer, and the longest wait.",
        ),
    ] = None
    scenario: Annotated[
        list[str] | None,
        option(
            "--scenario FILE",
            "What would be if this were changed (TOML): the capacity of an adviser, demand; given again, side by side.",
        ),
    ] = None
    backtest: Annotated[
        bool,
        typer.Option(
            "--backtest",
            help="Instead, what would have been said at the end of each of the last twelve months, beside what came.",
        ),
    ] = False
    seed: Annotated[
        int, option("--seed S", "Any number: the same number gives the same forecast; without it, 1.", min=0)
    ] = 1
    runs: Annotated[
        int, option("--runs N", "How often the months are played through; without it, 500.", min=1, max=5_000)
    ] = 500


@options(
    "source as_of ahead only case known_at known_by authority convert_file all_errors form raw output institutions "
    "institution closed_if office_closures bank_holidays profile rulebook"
)
def _flow(*, query: CaseQuery, ahead: _Ahead, only: Only = None, printed: PrintOptions) -> None:
    """The months to come, if all goes on as it went: requests, plans, the share in 20 weeks, the backlog, with bands.

    Beside each figure stands by how much the same way missed in the last twelve months. Certain work: forecast certain.
    """
    from ehcp_flow.errors import LibraryMissing

    try:
        from ehcp_flow.forecast.flow_figures import SHOWN_FIGURES
        from ehcp_flow.forecast.flow_forecast import FLOW_BACKTEST_COLUMNS, FLOW_COLUMNS, flow_backtest, flow_forecast
        from ehcp_flow.forecast.scenario import read_scenario
        from ehcp_flow.forecast.work_ahead import AS_NOW
    except ImportError:
        raise LibraryMissing("numpy", "forecast") from None
    scenarios = [read_scenario(file) for file in ahead.scenario or ()]
    if scenarios and ahead.backtest:
        raise typer.BadParameter(
            "a back-test is of things as they were; leave one of them out", param_hint="--scenario"
        )
    if len({each.title for each in scenarios} | {AS_NOW}) <= len(scenarios):
        raise typer.BadParameter("two of them have the same title; name them apart", param_hint="--scenario")
    paths, leave = _paths(query, pairs(only))
    chosen = tuple(ahead.figure or SHOWN_FIGURES)
    backtest = ahead.backtest
    if backtest:
        rows = flow_backtest(paths, query.on, months=ahead.months or _TRIED_MONTHS, figures=chosen)
    else:
        rows = flow_forecast(
            paths, query.on, months=ahead.months or 12, seed=ahead.seed, runs=ahead.runs, figures=chosen,
            scenarios=scenarios,
        )  # fmt: skip
    if printed.as_table:
        _print(rows, backtest=backtest)
    else:
        printed.write(FLOW_BACKTEST_COLUMNS if backtest else FLOW_COLUMNS, rows)
    note(f"{count(len(paths), 'request')}, as known on {query.on.isoformat()}; nothing of a child was looked at")
    leave()


def _paths(query: CaseQuery, wanted: Mapping[str, str]) -> tuple[list[RequestPath], Any]:
    from ehcp_flow.forecast.request_paths import paths_of

    is_mine = cases_with(query, wanted)
    paths: list[RequestPath] = []
    with open_source(query, used=wanted) as source:
        for answer in source.answers():
            if is_mine is None or is_mine(answer.case_id):
                paths.extend(paths_of(answer))
    return paths, source.leave


def _print(rows: Sequence[Mapping[str, Any]], *, backtest: bool) -> None:
    from ehcp_flow.cli.printed_table import paragraph, print_rows

    if not backtest:
        for scenario, figure in dict.fromkeys((row["scenario"], row["figure"]) for row in rows):
            mine = [row for row in rows if (row["scenario"], row["figure"]) == (scenario, figure)]
            print_rows([_row_shown(row) for row in mine], (), title=f"{_IN_WORDS[figure][0]}, {scenario}")
        sys.stdout.write("\n")
    for text in _tried(rows) if backtest else _said(rows):
        sys.stdout.write(f"{paragraph(text)}\n")


def _row_shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"month": row["period"], "middle": row["value"], "from": row["low"], "to": row["high"],
            "missed by, so far": row["error"]}  # fmt: skip


def _said(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what the last month of each figure says, in a sentence, and what a scenario does to the share in time."""
    for (scenario, figure), row in {(row["scenario"], row["figure"]): row for row in rows}.items():
        name, unit = _IN_WORDS[figure]
        name = f"{name}, {scenario}"
        if row["value"] is None:
            yield f"{name}: nothing can be said of {row['period']}, in which no plan is expected."
            continue
        missed = "how far this missed before is not known"
        if row["error"] is not None:
            missed = f"so far ahead it missed by {row['error']:g} in the last year"
        yield (
            f"{name}: in {row['period']} {row['value']:g}{unit}; eight times in ten from {row['low']:g} to "
            f"{row['high']:g}; {missed}."
        )
    yield from _turns(rows)


def _turns(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield in which month each scenario turns the share in time, and why it can fall before it rises."""
    from ehcp_flow.forecast.work_ahead import AS_NOW

    by_scenario: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["figure"] == _SHARE and row["value"] is not None:
            by_scenario.setdefault(row["scenario"], []).append(row)
    now = {row["period"]: row["value"] for row in by_scenario.pop(AS_NOW, ())}
    for scenario, mine in by_scenario.items():
        lower = next((row["period"] for row in mine if row["value"] < now.get(row["period"], 0)), None)
        higher = next((row["period"] for row in mine if row["value"] > now.get(row["period"], row["value"])), None)
        if lower is not None and (higher is None or lower < higher):
            then = "and is not higher in these months" if higher is None else f"and higher from {higher} on"
            yield (
                f"{scenario}: the share in 20 weeks is lower than as now from {lower} on, {then}. A plan that goes out "
                "after a long wait counts as late in the month in which it goes; of the requests of any month no more "
                "are late for that."
            )
        elif higher is not None:
            yield f"{scenario}: the share in 20 weeks is higher than as now from {higher} on."
        else:
            yield f"{scenario}: the share in 20 weeks is as now in these months."


def _tried(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield how far each figure missed, how often the band held it, and the day on which it failed worst."""
    from statistics import fmean

    for figure in dict.fromkeys(row["figure"] for row in rows):
        mine = [row for row in rows if row["figure"] == figure and None not in (row["value"], row["actual"])]
        if not mine:
            yield f"{_IN_WORDS[figure][0]}: nothing came that could be held against it."
            continue
        worst = max(mine, key=_missed)
        held = 100 * fmean(row["low"] <= row["actual"] <= row["high"] for row in mine)
        naive = fmean(abs(row["naive"] - row["actual"]) for row in mine if row["naive"] is not None)
        yield (
            f"{_IN_WORDS[figure][0]}: {len(mine)} times tried, missed by {fmean(map(_missed, mine)):.1f} in the mean, "
            f"{mine[0]['naive_by']} by {naive:.1f}; {held:.0f} % in the band. Worst on {worst['origin']}: said "
            f"{worst['value']:g} of {worst['period']}, came {worst['actual']:g}."
        )


def _missed(row: Mapping[str, Any]) -> float:
    return abs(float(row["value"]) - float(row["actual"]))


FLOW: Final = CliCommand(
    _flow,
    (
        "ehcp-flow forecast long.csv --as-of 2026-06-30 --months 3",
        "ehcp-flow forecast long.csv --as-of 2026-06-30 --scenario more.toml --format csv > more.csv",
        "ehcp-flow forecast long.csv --as-of 2026-06-30 --backtest --format csv > tried.csv",
    ),
)
