"""How earlier cases of the same limit ended that were still undone at the same age: what is likely to be late."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Final, NamedTuple

from ehcp_flow.deadlines import Deadline

__all__ = ["NO_EARLIER_CASES", "DeadlineAhead", "EarlierCases"]

_FEWEST: Final = 5
"""The fewest earlier cases from which a share is given."""


class EarlierCases:
    """How earlier cases of a limit ended that had lasted so long."""

    def __init__(self, known: Iterable[tuple[int, bool]]) -> None:
        ordered = sorted(known)
        self._days = [days for days, _ in ordered]
        self._late = [0]
        for _, late in reversed(ordered):
            self._late.append(self._late[-1] + late)
        self._late.reverse()

    def after(self, days: int) -> tuple[int, int]:
        """Return how many earlier cases took at least so many days, and how many of those ended late."""
        at = bisect_left(self._days, days)
        return len(self._days) - at, self._late[at]


NO_EARLIER_CASES: Final = EarlierCases(())


class DeadlineAhead(NamedTuple):
    """A deadline that is ahead, and how earlier cases of the limit ended that were still undone at the same age."""

    deadline: Deadline
    earlier: int
    late: int

    @property
    def is_told(self) -> bool:
        """Whether there are enough of them to say so."""
        return self.earlier >= _FEWEST

    @property
    def why(self) -> str:
        """Say how many there are, and how many of them ended late."""
        if self.is_told:
            return f"of {self.earlier} earlier cases still undone at this age, {self.late} ended late"
        return "too few earlier cases to say"
