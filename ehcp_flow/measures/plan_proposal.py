"""A plan file to begin with: the figures that boards ask for, with where they stand today as their baselines."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Final

from ehcp_flow.measures.plan_file import PlanFile, read_plan
from ehcp_flow.measures.scorecard import CardRow, Scorecard

__all__ = ["plan_to_begin_with", "plan_written"]

_FILE: Final = "plan_to_begin_with.toml"
_BEFORE: Final = "targets = []\n"
"""The line of a measure before which its baseline is written."""


def plan_to_begin_with() -> PlanFile:
    """Return the plan of the figures that boards ask for, without baselines and targets."""
    return read_plan(tomllib.loads(_text()))


def plan_written(card: Scorecard) -> str:
    """Return a plan file in TOML with comments: that of `plan_to_begin_with`, with its figures of the day as baselines.

    `card` has collected the cases for that plan.
    """
    day = card.as_of
    first, *parts = _text().split(_BEFORE)
    told = [f"{_baseline(row)}{_BEFORE}{part}" for row, part in zip(card.rows, parts, strict=True)]
    due = day.replace(year=day.year + 1, day=1)
    return "".join([first, *told]).replace("{day}", day.isoformat()).replace("{due}", due.isoformat())


def _text() -> str:
    return files(__package__).joinpath(_FILE).read_text("utf-8")


def _baseline(row: CardRow) -> str:
    figure = row.figure
    if figure.value is None:
        return "# baseline: there was nothing to count in the time that it covers\n"
    of = "" if figure.denominator is None else f"   # {figure.numerator:,} of {figure.denominator:,}"
    return f"baseline = {{on = {{day}}, value = {figure.value}}}{of}\n"
