"""Chance that is the same on every machine and Python.

Python promises two things for ever: what `seed(int)` starts, and what `random()` gives. Nothing else of `random` is
used, and no logarithm or other function of the platform's mathematics.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final, TypeVar

from ehcp_flow.errors import RangeError

__all__ = ["Chance", "Urn"]

T = TypeVar("T")
_KEEP_APART: Final = 1_000_003


class Chance:
    """A stream of chance, told apart from other streams of the same seed by its number."""

    __slots__ = ("random",)

    def __init__(self, seed: int, stream: int = 0) -> None:
        RangeError.unless(seed >= 0, "the seed", seed, "it must be 0 or more")
        self.random = Random(seed * _KEEP_APART + stream).random

    def yes(self, share: float) -> bool:
        """Return True in this share of cases."""
        return self.random() < share

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included; `low` if there is none."""
        return low + int(self.random() * (high - low + 1)) if high > low else low

    def one_of(self, things: Sequence[T]) -> T:
        """Return one of the things, each as likely as the others."""
        return things[int(self.random() * len(things))]

    def spread(self, points: Sequence[int]) -> int:
        """Return a number whose distribution has these points at equal steps of probability, straight between them."""
        at = self.random() * (len(points) - 1)
        index = int(at)
        low = points[index]
        return low + int((points[index + 1] - low + 1) * (at - index))

    def weighted(self, choices: Sequence[tuple[T, float]]) -> T:
        """Return one of the choices, each as likely as its weight says; the last takes what rounding leaves."""
        total = 0.0
        for _, weight in choices:  # not sum(): Python 3.12 rounds it otherwise than 3.11
            total += weight
        at = self.random() * total
        for thing, weight in choices:
            at -= weight
            if at < 0:
                return thing
        return choices[-1][0]


class Urn:
    """So many balls of each kind, drawn one by one until it is empty: exact counts in an order of chance."""

    __slots__ = ("_chance", "left")

    def __init__(self, chance: Chance, **counts: int) -> None:
        self._chance = chance
        self.left = counts

    def __len__(self) -> int:
        return sum(self.left.values())

    def draw(self) -> str:
        """Return the kind of the next ball. Raises IndexError if none is left."""
        at = int(self._chance.random() * len(self))
        for kind, count in self.left.items():
            if at < count:
                self.left[kind] -= 1
                return kind
            at -= count
        raise IndexError("the urn is empty")
