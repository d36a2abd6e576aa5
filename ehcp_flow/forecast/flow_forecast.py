"""The forecast of a flow as rows, each with its band and with the error that the same way made over the last year.

A back-test asks the same forecast of days that are past, with what had happened by each and nothing else, and puts what
came beside it, and the simple way: the mean of the last three months. The error beside a forecast is that of its own
distance: a figure three months ahead has the error of what was said three months ahead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from ehcp_flow.counting import add_months
from ehcp_flow.errors import RangeError, UnknownNameError
from ehcp_flow.forecast.demand import HistoryTooShort
from ehcp_flow.forecast.flow import Flow
from ehcp_flow.forecast.flow_figures import COHORT, FLOW_FIGURES, SHOWN_FIGURES, Month, figures_of, months_after
from ehcp_flow.forecast.hazards import Floats
from ehcp_flow.forecast.request_paths import RequestPath
from ehcp_flow.forecast.scenario import Scenario
from ehcp_flow.forecast.work_ahead import AS_NOW, MOST_MONTHS

__all__ = [
    "FLOW_BACKTEST_COLUMNS", "FLOW_COLUMNS", "FLOW_NAIVE_BY", "MOST_RUNS", "flow_backtest", "flow_forecast",
]  # fmt: skip

Row: TypeAlias = dict[str, Any]

FLOW_COLUMNS: Final = ("scenario", "figure", "period", "value", "low", "high", "certain", "error")
FLOW_BACKTEST_COLUMNS: Final = (
    "figure", "origin", "period", "value", "low", "high", "actual", "naive", "naive_by",
)  # fmt: skip
FLOW_NAIVE_BY: Final = "the mean of the last three months"
"""The simple way that stands beside a forecast."""
MOST_RUNS: Final = 5_000
_TRIED: Final = 12
"""Over so many months the errors are taken."""
_TRIED_RUNS: Final = 100
_BAND: Final = (0.1, 0.5, 0.9)
_LATELY: Final = 3
_SHARE: Final = "pc_"
_FOLLOWED: Final = 5
"""After so many months the twenty weeks of a month's requests are over."""
_ONE_DAY: Final = dt.timedelta(days=1)


class _Banded(NamedTuple):
    """The middle of a figure, and the band that is to hold it eight times in ten; None where no plan is expected."""

    value: float | None
    low: float | None
    high: float | None


def flow_forecast(
    paths: Sequence[RequestPath],
    as_of: dt.date,
    *,
    months: int = 12,
    seed: int = 1,
    runs: int = 500,
    figures: Sequence[str] = SHOWN_FIGURES,
    scenarios: Sequence[Scenario] = (),
) -> list[Row]:
    """Return the figures of so many whole months after that of `as_of`, by what was known on it: see `FLOW_COLUMNS`.

    First as things are now, then with what each of the `scenarios` changes; the error is that of things as they were.
    `figures` are some of `FLOW_FIGURES`. The same seed gives the same rows. Raises HistoryTooShort for too little
    history, UnknownNameError for a figure that is not forecast, RangeError for months or runs that cannot be.
    """
    _refuse(months, runs, figures)
    ahead = months_after(as_of, months)
    flow = Flow(paths, as_of)
    told = {AS_NOW: _told(flow.simulated(ahead, seed=seed, runs=runs), figures)}
    for each in scenarios:
        found = flow.simulated(ahead, seed=seed, runs=runs, queues=each.queues(flow), demand=each.demand_on())
        told[each.title] = _told(found, figures)
    errors = _errors(list(_tries(paths, as_of, months, figures, _TRIED + months - 1)))
    return [
        {
            "scenario": scenario, "figure": name, "period": month.label, **each._asdict(), "certain": False,
            "error": errors.get((name, distance)),
        }
        for scenario, of_scenario in told.items()
        for name in figures
        for distance, (month, each) in enumerate(zip(ahead, of_scenario[name], strict=True), start=1)
    ]  # fmt: skip


def flow_backtest(
    paths: Sequence[RequestPath], as_of: dt.date, *, months: int = 6, figures: Sequence[str] = SHOWN_FIGURES
) -> list[Row]:
    """Return what would have been said at the end of each of the last twelve months, beside what came.

    Only months that are over on `as_of` are told. Raises what `flow_forecast` raises.
    """
    _refuse(months, _TRIED_RUNS, figures)
    tries = list(_tries(paths, as_of, months, figures, _TRIED))
    if not tries:
        Flow(paths, _ends_before(as_of)[0])  # says what is wanted
    return [{name: row[name] for name in FLOW_BACKTEST_COLUMNS} for row in tries]


def _refuse(months: int, runs: int, figures: Iterable[str]) -> None:
    RangeError.unless(1 <= months <= MOST_MONTHS, "months", months, f"it is a number from 1 to {MOST_MONTHS}")
    RangeError.unless(1 <= runs <= MOST_RUNS, "runs", runs, f"it is a number from 1 to {MOST_RUNS}")
    for name in figures:
        if name not in FLOW_FIGURES:
            raise UnknownNameError("figure", name, FLOW_FIGURES)


def _told(found: Mapping[str, Floats], figures: Iterable[str]) -> Mapping[str, Sequence[_Banded]]:
    return {name: [_middle(found[name][:, at]) for at in range(found[name].shape[1])] for name in figures}


def _middle(values: Any) -> _Banded:
    there = values[~np.isnan(values)]
    if not len(there):
        return _Banded(None, None, None)
    low, value, high = (round(float(each), 1) for each in np.quantile(there, _BAND))
    return _Banded(value, low, high)


def _ends_before(as_of: dt.date) -> list[dt.date]:
    """Return the last days of the months before that of a day, or before its end, latest first."""
    over = (as_of + _ONE_DAY).replace(day=1)  # the first day of the first month that is not over
    return [add_months(over, -back) - _ONE_DAY for back in range(1, _TRIED + MOST_MONTHS)]


def _tries(
    paths: Sequence[RequestPath], as_of: dt.date, months: int, figures: Sequence[str], origins: int
) -> Iterator[Row]:
    """Yield what would have been said at the end of earlier months of each month that is over, beside what came."""
    for back, origin in enumerate(_ends_before(as_of)[:origins], start=1):
        ahead = months_after(origin, min(back, months))
        try:
            flow = Flow(paths, origin)
        except HistoryTooShort:
            return
        told = _told(flow.simulated(ahead, seed=origin.toordinal(), runs=_TRIED_RUNS), figures)
        came = figures_of(paths, ahead, as_of.toordinal())
        naive_ways = _naive(flow.paths, origin)
        for name in figures:
            naive = naive_ways[name]
            for distance, (month, each, actual) in enumerate(zip(ahead, told[name], came[name], strict=True), start=1):
                yield {
                    "figure": name, "origin": origin.isoformat(), "period": month.label, **each._asdict(),
                    "actual": None if actual is None else round(actual, 1), "naive": naive, "naive_by": FLOW_NAIVE_BY,
                    "distance": distance, "back": back,
                }  # fmt: skip


def _naive(paths: Sequence[RequestPath], origin: dt.date) -> dict[str, float | None]:
    """Return the mean of the last three months that are known; a share is that of all of them together."""
    lately = months_after(add_months(origin.replace(day=1), -_LATELY), _LATELY)
    by_month = figures_of(paths, lately)
    (together,) = zip(*figures_of(paths, [_whole(lately)]).values(), strict=True)
    found: dict[str, float | None] = {}
    for name, whole in zip(by_month, together, strict=True):
        there = [value for value in by_month[name] if value is not None]
        value = whole if name.startswith(_SHARE) else fmean(there) if there else None
        found[name] = None if value is None else round(value, 1)
    followed = months_after(add_months(origin.replace(day=1), -_LATELY - _FOLLOWED), _LATELY)
    (share,) = figures_of(paths, [_whole(followed)])[COHORT]
    return found | {COHORT: None if share is None else round(share, 1)}


def _whole(months: Sequence[Month]) -> Month:
    return Month(months[0].first, months[-1].last, "")


def _errors(tries: Sequence[Row]) -> dict[tuple[str, int], float]:
    """Return the mean error of each figure at each distance, over the last twelve months that are over."""
    missed: dict[tuple[str, int], list[float]] = {}
    for row in tries:
        lately = row["back"] - row["distance"] < _TRIED
        if lately and row["actual"] is not None and row["value"] is not None:
            missed.setdefault((row["figure"], row["distance"]), []).append(abs(row["value"] - row["actual"]))
    return {key: round(fmean(errors), 1) for key, errors in missed.items()}
