"""Rows of a store that say of another case, or of other days, what a row before them said: that is checked once.

Most rows are of a few hundred kinds, as those of a file are (`readers.alike_rows`). What a row has of its own besides
(a name, what it corrects, free text) is looked at row by row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from ehcp_flow.dates import parse_date
from ehcp_flow.errors import DateError
from ehcp_flow.facts import DATES, Fact, unchecked
from ehcp_flow.readers.alike_rows import MOST_KINDS, is_plain
from ehcp_flow.vocabulary import per_vocabulary

__all__ = ["AlikeBodies", "alike_bodies"]

_DAY: Final = re.compile(r'"([0-9]{4}-[0-9]{2}-[0-9]{2})"')
_DATES: Final = frozenset(DATES)
_APART: Final = ('"fact_id":', '"corrects":')
_day: Final = lru_cache(maxsize=1 << 14)(parse_date)


class _BodyKind(NamedTuple):
    """What the bodies of one kind say: as which fact, which of its fields they give, and which of these are days."""

    cls: type[Fact]
    fields: dict[str, Any]
    given: set[str]
    days: tuple[str, ...]


class AlikeBodies:
    """What bodies have said so far, by their words without their days."""

    def __init__(self) -> None:
        self._said: dict[tuple[str | None, ...], _BodyKind] = {}

    def __len__(self) -> int:
        return len(self._said)

    def fact_of(self, body: str, case_id: str, recorded_at: Any, recorded_by: str | None) -> Fact | None:
        """Return the fact of a body that says what another has said of a case and its days; None for any other."""
        parts = _DAY.split(body)
        said = self._said.get((recorded_by, *parts[::2]))
        if said is None or not is_plain(case_id):
            return None
        values = {**said.fields, "case_id": case_id, "recorded_at": recorded_at}
        try:
            for name, text in zip(said.days, parts[1::2], strict=True):
                values[name] = _day(text)
        except DateError:
            return None
        return unchecked(said.cls, values, said.given)

    def learn(self, body: str, columns: Mapping[str, str], fact: Fact) -> None:
        """Keep what a body says, of which a fact was made; `columns` are what it holds, in their order."""
        if any(name in body for name in _APART):
            return
        parts = _DAY.split(body)
        days = tuple(name for name, text in columns.items() if name in _DATES and text in parts[1::2])
        if len(days) != len(parts) // 2:
            return  # something else looks like a day
        if len(self._said) >= MOST_KINDS:
            self._said.clear()
        key = (fact.recorded_by, *parts[::2])
        self._said[key] = _BodyKind(fact.__class__, dict(fact.__dict__), set(fact.model_fields_set), days)


@per_vocabulary
def alike_bodies() -> AlikeBodies:
    """Return what bodies have said, as long as no more events are known than now."""
    return AlikeBodies()
