"""Whether a figure has changed: more than chance explains in nineteen cases of twenty, or not clearly.

A share is tested by two proportions, a count by two counts of things that happen independently; 1.96 standard errors.
"""

from __future__ import annotations

from math import sqrt
from typing import Final, Literal, TypeAlias

__all__ = ["Change", "clear_change", "clear_change_of_counts"]

Change: TypeAlias = Literal["better", "worse", "more", "fewer", "no clear change", "cannot be said"]

_SURE: Final = 1.96
_FEWEST: Final = 10
"""Of fewer than so many nothing is said."""


def clear_change(now: tuple[int, int], before: tuple[int, int], *, more_is_better: bool | None) -> Change:
    """Return which way a share went: `now` and `before` are numerator and denominator."""
    if min(now[1], before[1]) < _FEWEST:
        return "cannot be said"
    difference = now[0] / now[1] - before[0] / before[1]
    pooled = (now[0] + before[0]) / (now[1] + before[1])
    error = sqrt(max(pooled * (1 - pooled), 0) * (1 / now[1] + 1 / before[1]))
    return _which_way(difference, error, more_is_better)


def clear_change_of_counts(now: int, before: int, *, more_is_better: bool | None) -> Change:
    """Return which way a count went."""
    if max(now, before) < _FEWEST:
        return "cannot be said"
    return _which_way(now - before, sqrt(now + before), more_is_better)


def _which_way(difference: float, error: float, more_is_better: bool | None) -> Change:  # noqa: FBT001 - of a figure
    if abs(difference) <= _SURE * error:
        return "no clear change"
    if more_is_better is None:
        return "more" if difference > 0 else "fewer"
    return "better" if (difference > 0) == more_is_better else "worse"
