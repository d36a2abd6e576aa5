"""How a figure is rounded: half up, to one decimal, as the Department for Education prints it.

Python's own `round` goes to the even neighbour and works on binary fractions; of 109 published exact halves 108 go up.
Everything here is integer arithmetic, so that no figure hangs on a binary fraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

__all__ = ["UNAVAILABLE", "mean_weeks", "median", "median_weeks", "percent", "quantile", "rounded"]

UNAVAILABLE: Final = "x"
"""What the Department prints where a figure cannot be given, such as a percentage of nothing."""
_DAYS: Final = 7


def rounded(value: Fraction | float, places: int = 1) -> float:
    """Return a value rounded half up (away from zero) to so many decimals."""
    scale = 10**places
    exact = Fraction(value) * scale
    whole = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    signed: int = whole if exact >= 0 else -whole
    return signed / float(scale)


def percent(numerator: int, denominator: int) -> float | str:
    """Return `numerator` as a percentage of `denominator`, half up to one decimal; `x` where there is nothing.

    >>> percent(39_407, 84_866), percent(5, 16), percent(0, 0)
    (46.4, 31.3, 'x')
    """
    return rounded(Fraction(100 * numerator, denominator)) if denominator else UNAVAILABLE


def mean_weeks(days: Sequence[int]) -> float | str:
    """Return the mean of so many days in weeks, half up to one decimal; `x` of none."""
    return rounded(Fraction(sum(days), _DAYS * len(days))) if days else UNAVAILABLE


def median_weeks(days: Sequence[int]) -> float | str:
    """Return the median of so many days in weeks, half up to one decimal; `x` of none."""
    return rounded(median(days) / _DAYS) if days else UNAVAILABLE


def median(values: Sequence[int]) -> Fraction:
    """Return the middle value, or the mean of the middle two. Raises IndexError of none."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return Fraction(ordered[half]) if len(ordered) % 2 else Fraction(ordered[half - 1] + ordered[half], 2)


def quantile(values: Sequence[int], share: Fraction) -> int:
    """Return the smallest value that at least `share` of the values do not exceed. Raises IndexError of none."""
    ordered = sorted(values)
    place = -(-share.numerator * len(ordered) // share.denominator)
    return ordered[max(place, 1) - 1]
