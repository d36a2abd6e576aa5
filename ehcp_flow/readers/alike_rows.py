"""Rows that say of another case, or from another day on, what a row before them said: that is checked once.

Most rows of a file are of a few hundred kinds: `advice_requested` of one party and one authority, a `need` of one code.
What a row has of its own besides (further days, names, instants, free text) is looked at row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from ehcp_flow.errors import DateError
from ehcp_flow.facts import COLUMNS, Fact, unchecked
from ehcp_flow.identifiers import LONGEST_ID
from ehcp_flow.vocabulary import per_vocabulary

__all__ = ["MOST_KINDS", "AlikeRows", "alike_rows", "is_plain"]

_ALIKE: Final = frozenset({
    "event", "authority", "party", "outcome", "body", "limit", "particular", "value", "rank", "kind",
})  # fmt: skip
_EACH: Final = frozenset({"case_id", "on"})
_APART: Final = frozenset(COLUMNS) - _ALIKE - _EACH
"""The columns of a row that has something of its own."""
MOST_KINDS: Final = 1 << 14
"""So many kinds of rows are kept at a time."""


class _Said(NamedTuple):
    """What the rows of one kind say: as which fact, and which of its fields they give."""

    cls: type[Fact]
    fields: dict[str, Any]
    given: set[str]


class AlikeRows:
    """What rows have said so far, by their words."""

    def __init__(self) -> None:
        self._said: dict[tuple[tuple[str, str], ...], _Said] = {}

    def __len__(self) -> int:
        return len(self._said)

    def fact_of(self, row: Mapping[str, str], day: Callable[[str], Any]) -> Fact | None:
        """Return the fact of a row that says what another has said of a case and a day; None for any other row.

        `day` reads a day, and raises DateError.
        """
        case_id, on = row.get("case_id", ""), row.get("on")
        if on is None or not (_APART.isdisjoint(row) and is_plain(case_id)):
            return None
        said = self._said.get(_words(row))
        if said is None:
            return None
        try:
            return unchecked(said.cls, {**said.fields, "case_id": case_id, "on": day(on)}, said.given)
        except DateError:
            return None

    def learn(self, row: Mapping[str, str], fact: Fact) -> None:
        """Keep what a row says, of which a fact was made."""
        if _APART.isdisjoint(row):
            if len(self._said) >= MOST_KINDS:
                self._said.clear()
            self._said[_words(row)] = _Said(fact.__class__, dict(fact.__dict__), set(fact.model_fields_set))


@per_vocabulary
def alike_rows() -> AlikeRows:
    """Return what rows have said, as long as no more events are known than now."""
    return AlikeRows()


def _words(row: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple([each for each in row.items() if each[0] not in _EACH])


def is_plain(case_id: str) -> bool:
    """Whether a case's id can stand as it is, without a closer look."""
    return 0 < len(case_id) <= LONGEST_ID and case_id.isascii() and case_id.isprintable() and case_id.strip() == case_id
