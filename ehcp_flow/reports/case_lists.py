"""What opens behind a figure of the page: its cases, in the parts that it is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Self

from ehcp_flow.measures import Explanation
from ehcp_flow.measures.figure_cells import CaseCount

__all__ = ["CaseLists", "Share", "parts_of"]

_OTHERS: Final = "the others that it is a share of"


class Share(str):
    """A figure as it is printed, with the ids of its cases by what they are to it."""

    __slots__ = ("parts",)
    parts: Mapping[str, Sequence[str]]

    def __new__(cls, text: str, parts: Mapping[str, Sequence[str]]) -> Self:
        """Print a figure of these cases."""
        share = super().__new__(cls, text)
        share.parts = parts
        return share

    @classmethod
    def of(cls, text: str, figure: Explanation) -> Self:
        """Print a figure that a table explains: of a share, those that count, and the others that it is a share of."""
        if not figure.denominator_is:
            return cls(text, {figure.numerator_is: figure.numerator})
        others = Counter(figure.denominator) - Counter(figure.numerator)
        return cls(text, {figure.numerator_is: figure.numerator, _OTHERS: [*others.elements()]})


def parts_of(value: Any) -> Mapping[str, Sequence[str]]:
    """Return the cases behind a value by what they are to it; nothing behind what is no figure, or is of no case."""
    if isinstance(value, CaseCount):
        return {"": value.cases} if value else {}
    return value.parts if isinstance(value, Share) and any(value.parts.values()) else {}


class CaseLists:
    """Lists of cases, each by its number: cases as the differences of their places, which pack small."""

    def __init__(self, case_ids: Iterable[str]) -> None:
        self._places = {case_id: at for at, case_id in enumerate(case_ids)}
        self.lists: list[list[tuple[str, list[int]]]] = []
        self._known: dict[Any, int] = {}

    def number(self, value: Any) -> int | None:
        """Return the number of the list behind a figure, None where there is none; the same list has one number."""
        parts = parts_of(value)
        if not parts:
            return None
        packed = [(name, self._steps(cases)) for name, cases in parts.items()]
        key = tuple((name, tuple(steps)) for name, steps in packed)
        if key not in self._known:
            self._known[key] = len(self.lists)
            self.lists.append(packed)
        return self._known[key]

    def _steps(self, cases: Sequence[str]) -> list[int]:
        places = sorted(self._places[case_id] for case_id in cases)
        return [place - before for place, before in zip(places, (0, *places), strict=False)]
