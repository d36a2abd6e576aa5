"""The figures of a flow of requests in a month: how many came and ended, how many in time, who waits for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from ehcp_flow.counting import add_months
from ehcp_flow.forecast.hazards import Days, Floats, Marks
from ehcp_flow.forecast.request_paths import NEVER, RequestPath

__all__ = ["COHORT", "FLOW_FIGURES", "SHOWN_FIGURES", "Month", "figures_of", "months_after", "simulated_figures"]

FLOW_FIGURES: Final = (
    "requests_received_in_year", "plans_issued_den", "plans_issued_den_ex", "pc_plans_issued_within_20_weeks",
    "pc_plans_issued_20_weeks_ex", "finished_by_20", "open_requests", "open_over_20_weeks", "longest_wait_weeks",
)  # fmt: skip
"""The figures that are forecast: those of `measures` by their names there, and stocks on the last day of the month.

`finished_by_20` is of the requests that came in the month: the share that had ended, with a plan or without, by the end
of their twentieth week. A stock is of requests whose own twenty weeks still run: what an order or a mediation brought
back is on another clock.
"""
COHORT: Final = "finished_by_20"
"""The one that is of the requests of a month, and known twenty weeks after it."""
SHOWN_FIGURES: Final = (
    "requests_received_in_year", "plans_issued_den", "pc_plans_issued_20_weeks_ex", "open_over_20_weeks",
    "longest_wait_weeks",
)  # fmt: skip
"""Those that are told where none is asked for by name."""
_WEEK: Final = 7
_OVER: Final = 140
"""Over twenty weeks, in days."""


class Month(NamedTuple):
    """A month: its first and last day as ordinals, and its name."""

    first: int
    last: int
    label: str


def months_after(day: dt.date, many: int) -> list[Month]:
    """Return so many whole months after the one that a day lies in."""
    begun = day.replace(day=1)
    firsts = [add_months(begun, number) for number in range(1, many + 2)]
    return [
        Month(first.toordinal(), following.toordinal() - 1, f"{first.year}-{first.month:02}")
        for first, following in pairwise(firsts)
    ]


def figures_of(
    paths: Sequence[RequestPath], months: Sequence[Month], until: int = NEVER
) -> Mapping[str, list[float | None]]:
    """Return each figure by month, as it came; a share of none is None, and one that a day was too early for."""
    if not paths:
        paths = [RequestPath(NEVER, NEVER)]
    found = simulated_figures(
        np.array([[each.received for each in paths]]),
        np.array([[each.ended for each in paths]]),
        np.array([[each.how == "plan" for each in paths]]),
        np.array([[each.in_time for each in paths]]),
        np.array([[each.excepted for each in paths]]),
        months,
    )
    told = {name: [None if np.isnan(value) else float(value) for value in values[0]] for name, values in found.items()}
    told[COHORT] = [
        value if month.last + _OVER <= until else None for month, value in zip(months, told[COHORT], strict=True)
    ]
    return told


def simulated_figures(
    received: Days, ended: Days, plan: Marks, in_time: Marks, excepted: Marks, months: Sequence[Month]
) -> dict[str, Floats]:
    """Return each figure, a row for each run and a column for each month; requests lie along the rows given."""
    columns: dict[str, list[Floats]] = {name: [] for name in FLOW_FIGURES}
    for month in months:
        came = (received >= month.first) & (received <= month.last)
        issued = plan & (ended >= month.first) & (ended <= month.last)
        usual = issued & ~excepted
        waits = (received <= month.last) & (ended > month.last)
        age = np.where(waits, month.last - received, 0)
        many, many_usual, begun = issued.sum(1), usual.sum(1), came.sum(1)
        for name, values in zip(
            FLOW_FIGURES,
            (
                begun, many, many_usual, _share((issued & in_time).sum(1), many),
                _share((usual & in_time).sum(1), many_usual),
                _share((came & (ended - received <= _OVER)).sum(1), begun), waits.sum(1), (age > _OVER).sum(1),
                age.max(1) // _WEEK,
            ),
            strict=True,
        ):  # fmt: skip
            columns[name].append(np.asarray(values, dtype=np.float64))
    return {name: np.stack(values, axis=1) for name, values in columns.items()}


def _share(part: Days, of: Days) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return 100.0 * part / of
