"""Whether the service is getting better: the last twelve months against the twelve before, and against the country.

A share has changed clearly where the difference is larger than chance explains in nineteen cases of twenty (two
proportions, 1.96 standard errors). Anything less is "no clear change", whichever way it points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final, Literal

from ehcp_flow.measures import MeasureTable, catalogue
from ehcp_flow.reports.overview import Overview
from ehcp_flow.reports.published import COUNTRY, LAST_YEAR, name_of, published, region_of

__all__ = ["SIGNS", "Headline", "clear_change", "headlines", "in_words"]

Change = Literal["better", "worse", "no clear change", "cannot be said"]
SIGNS: Final[dict[Change, str]] = {"better": "▲", "worse": "▼", "no clear change": "●", "cannot be said": "–"}
_SAID: Final[dict[Change, str]] = {
    "better": "clearly better than a year ago",
    "worse": "clearly worse",
    "no clear change": "not clearly changed",
    "cannot be said": "too small to say",
}
_SURE: Final = 1.96
_FEWEST: Final = 10
_LINES: Final = (
    ("Plans within 20 weeks, less exceptions", "PC_plans_issued_20_weeks_ex", True),
    ("Plans within 20 weeks, all plans", "pc_plans_issued_within_20_weeks", True),
    ("Requests decided within 6 weeks", "request_outcome_six_weeks_pc", True),
    ("Refusals to issue within 16 weeks", "outcome_decision_within_time_pc", True),
    ("Review decisions within 4 weeks", "pc_decsion_4weeks", True),
    ("Reviews due, with no meeting ever recorded", "pc_no_review_meeting", False),
    ("Phase transfers finalised in time", "pc_phase_transfer_in_time", True),
    ("Advice within 6 weeks", "pc_advice_within_6_weeks", True),
)


@dataclass(frozen=True, slots=True)
class Headline:
    """One line: the share now and a year ago, of how many, which way it went, and what was published elsewhere."""

    name: str
    column: str
    now: float | str
    now_of: tuple[int, int]
    before: float | str
    before_of: tuple[int, int]
    change: Change
    country: str
    region: str


def clear_change(now: tuple[int, int], before: tuple[int, int], *, more_is_better: bool) -> Change:
    """Return which way a share went: `now` and `before` are numerator and denominator."""
    if min(now[1], before[1]) < _FEWEST:
        return "cannot be said"
    difference = now[0] / now[1] - before[0] / before[1]
    pooled = (now[0] + before[0]) / (now[1] + before[1])
    if abs(difference) <= _SURE * sqrt(pooled * (1 - pooled) * (1 / now[1] + 1 / before[1])):
        return "no clear change"
    return "better" if (difference > 0) == more_is_better else "worse"


def headlines(overview: Overview) -> list[Headline]:
    """Return the lines of the first screen."""
    table = overview.rolling
    authority = overview.authority
    region = region_of(authority) if authority else None
    lines = []
    for name, column, more_is_better in _LINES:
        before, now = (_sides(table, at, column) for at in (0, 1)) if len(table) else ((0, 0), (0, 0))
        lines.append(
            Headline(
                name,
                column,
                table[1][column] if len(table) else "x",
                now,
                table[0][column] if len(table) else "x",
                before,
                clear_change(now, before, more_is_better=more_is_better),
                _elsewhere(COUNTRY, column),
                _elsewhere(region, column) if region else "",
            )
        )
    return lines


def _sides(table: MeasureTable, row: int, name: str) -> tuple[int, int]:
    column = catalogue().columns[name]
    values: dict[str, Any] = table[row]
    return values[column.base], sum(values[part] for part in column.over)


def _elsewhere(place: str, name: str) -> str:
    row = published(place, LAST_YEAR)
    if row is None:
        return ""
    column = catalogue().columns[name]
    counts = [row.count(part) for part in (column.base, *column.over)]
    if name == "pc_no_review_meeting" and None not in counts:
        return f"{100 * counts[0] / counts[1]:.1f}%"  # type: ignore[operator]
    value = row.percent(name)
    return "" if value is None else f"{value}%"


def in_words(lines: Sequence[Headline]) -> str:
    """Return the lines in one sentence."""
    count = {change: sum(line.change == change for line in lines) for change in SIGNS}
    told = [
        f"{count[change]} {'is' if count[change] == 1 else 'are'} {words}"
        for change, words in _SAID.items()
        if count[change]
    ]
    return f"Of {len(lines)} measures, {', '.join(told)}."


def place_of(overview: Overview) -> str:
    """Return whose report it is, in words."""
    if overview.authority:
        return name_of(overview.authority)
    if not overview.authorities:
        return "An authority that the record does not name"
    return f"{len(overview.authorities)} authorities"
