"""Further columns of a table of facts: what is known as a particular is dated by its rows, and the rest are labels.

A value holds from the day of its row until a row with another one; an empty cell says nothing. So the order of the rows
is no matter. What a known name does not take is a label: it is kept, and told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Final, NamedTuple

from ehcp_flow.dates import parse_day, parse_instant
from ehcp_flow.errors import DateError
from ehcp_flow.facts import LEGAL_ORDER, Fact, make_fact
from ehcp_flow.nouns import count
from ehcp_flow.particular_table import known_names, settled
from ehcp_flow.readers.text_lines import UNFIT

__all__ = ["PlainColumns", "PlainValue", "dated_columns"]

_day: Final = lru_cache(maxsize=8_192)(parse_day)
_settled: Final = lru_cache(maxsize=8_192)(settled)


@cache
def dated_columns() -> frozenset[str]:
    """Return the names of the columns that are dated by themselves: those of particulars, but what must be declared."""
    return frozenset(name for name, known in known_names().items() if not known.declared)


class PlainValue(NamedTuple):
    """What a row says a particular is: from which day on, as what it is known, and when that was written down."""

    on: dt.date
    rank: int
    value: str
    recorded_at: str
    recorded_by: str
    line: int


class PlainColumns:
    """What the further columns of rows say, row by row in any order. `not_taken` are texts that a name does not take.

    `declared` are names that are dated besides those that are known.
    """

    def __init__(self, declared: Iterable[str] = ()) -> None:
        self._names = dated_columns() | frozenset(declared)
        self.values: dict[str, dict[str, list[PlainValue]]] = {}
        self.not_taken: dict[str, dict[str, int]] = {}

    def add(self, row: Mapping[str, str], further: Mapping[str, str], line: int = 0) -> dict[str, str]:
        """Take what a row says in its further columns; return what is no particular, and so a label."""
        labels = {}
        names = self._names
        for name, text in further.items():
            if UNFIT.search(text):
                continue
            value = _settled(name, text) if name in names else None
            if value is None:
                labels[name] = text
                if name in names:
                    counts = self.not_taken.setdefault(name, {})
                    counts[text] = counts.get(text, 0) + 1
                continue
            try:
                on = _day(row.get("on", ""))
            except DateError:
                labels[name] = text
                continue
            told = PlainValue(
                on, LEGAL_ORDER.get(row.get("event", ""), -1), value, row.get("recorded_at", ""),
                row.get("recorded_by", ""), line,
            )  # fmt: skip
            self.values.setdefault(name, {}).setdefault(row["case_id"], []).append(told)
        return labels

    def changes(self) -> Iterator[tuple[str, str, list[PlainValue]]]:
        """Yield for each name and case the rows with which a value begins, in the order of their days."""
        for name, cases in self.values.items():
            for case_id, told in cases.items():
                told.sort(key=lambda each: (each.on, each.rank, each.value))
                yield (
                    name,
                    case_id,
                    [each for at, each in enumerate(told) if not at or told[at - 1].value != each.value],
                )

    def facts(self) -> Iterator[tuple[int, Fact]]:
        """Yield what the columns say as facts, each with the line of the row that says it first, in their order."""
        found = []
        for name, case_id, told in self.changes():
            found += [(each.line, _fact(name, case_id, each)) for each in told]
        found.sort(key=lambda each: each[0])
        yield from found

    @property
    def warnings(self) -> list[str]:
        """What was not taken for a particular, a sentence for each column."""
        said = []
        for name, counts in self.not_taken.items():
            many, first = sum(counts.values()), next(iter(counts))
            cells = count(many, "cell holds", "cells hold")
            said.append(f"{name}: {cells} what is none, such as {first!r}; kept as labels without a day")
        return said


def _fact(name: str, case_id: str, told: PlainValue) -> Fact:
    given = {"recorded_at": told.recorded_at, "recorded_by": told.recorded_by}
    if told.recorded_at:
        try:
            parse_instant(told.recorded_at)
        except DateError:
            given = {}
    return make_fact("particular_recorded", case_id=case_id, on=told.on, particular=name, value=told.value, **given)
