"""One case while it is made up: rows of day numbers, which become facts or lines of a file.

A day is its ordinal (`date.toordinal`) until the row leaves this package: a caseload of England's size has millions of
rows, and most of them are only ever written down.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from ehcp_flow.facts import COLUMNS, FACT_TYPES, LEGAL_ORDER, OWN, Fact
from ehcp_flow.record_table import BORN_FROM

__all__ = ["WRITTEN", "Life", "MadeUpFact", "OfficeDays", "as_cells", "as_fact", "as_facts", "days"]

WRITTEN: Final = tuple(
    name for name in COLUMNS if name not in {"fact_id", "corrects", "recorded_at", "recorded_by", *OWN}
)
"""The columns of a synthetic file, in order."""
_FIRST: Final = BORN_FROM.toordinal()
_LAST: Final = dt.date(2060, 12, 31).toordinal()
_CLOSED: Final = frozenset({(12, 25), (12, 26), (1, 1)})

More = tuple[tuple[str, int | str], ...]


class MadeUpFact(NamedTuple):
    """One fact of a case that is being made up; `more` holds the columns that few facts have."""

    on: int
    rank: int
    event: str
    party: str
    outcome: str
    more: More


class OfficeDays:
    """Tables by ordinal: the ISO date, and the nearest office day before and after (itself, if it is one)."""

    def __init__(self) -> None:
        everyone = [dt.date.fromordinal(day) for day in range(_FIRST, _LAST + 1)]
        self._iso = [day.isoformat() for day in everyone]
        working = [day.weekday() < 5 and (day.month, day.day) not in _CLOSED for day in everyone]
        self._back = list(range(_FIRST, _LAST + 1))
        self._ahead = list(self._back)
        for index in range(1, len(everyone)):
            if not working[index]:
                self._back[index] = self._back[index - 1]
        for index in range(len(everyone) - 2, -1, -1):
            if not working[index]:
                self._ahead[index] = self._ahead[index + 1]

    def iso(self, day: int) -> str:
        """Return the date as text."""
        return self._iso[day - _FIRST]

    def back(self, day: int) -> int:
        """Return the day, or the last office day before it."""
        return self._back[day - _FIRST]

    def ahead(self, day: int) -> int:
        """Return the day, or the next office day after it."""
        return self._ahead[day - _FIRST]


@cache
def days() -> OfficeDays:
    """Return the tables, made once."""
    return OfficeDays()


class Life:
    """The rows of one case, in the order in which they are made up."""

    __slots__ = ("_back", "authority", "case_id", "rows")

    def __init__(self, case_id: str, authority: str) -> None:
        self.case_id = case_id
        self.authority = authority
        self.rows: list[MadeUpFact] = []
        self._back = days().back

    def add(self, event: str, on: int, party: str = "", outcome: str = "", more: More = ()) -> int:
        """Add a fact on exactly this day, and return the day."""
        self.rows.append(MadeUpFact(on, LEGAL_ORDER[event], event, party, outcome, more))
        return on

    def send(self, event: str, on: int, party: str = "", outcome: str = "", more: More = ()) -> int:
        """Add a fact on this day, or on the last office day before it, and return the day."""
        return self.add(event, self._back(on), party, outcome, more)

    def until(self, as_of: int) -> list[MadeUpFact]:
        """Return what had happened by `as_of`, in the order of the law, and what was then known to lie ahead."""
        kept = [row for row in self.rows if (row.on <= as_of and _known(row, as_of)) or _foreseen(row, as_of)]
        kept.sort()
        return kept


def _known(row: MadeUpFact, as_of: int) -> bool:
    """Whether the authority knew of it: of a move it may hear later."""
    return not row.more or all(name != "aware_on" or int(day) <= as_of for name, day in row.more)


def _foreseen(row: MadeUpFact, as_of: int) -> bool:
    """Whether a transfer that lies ahead is on file: from a year before it."""
    return FACT_TYPES[row.event].prospective and row.on - 366 <= as_of


def as_fact(case_id: str, authority: str, row: MadeUpFact) -> Fact:
    """Return the row as a fact."""
    fields: dict[str, object] = {"case_id": case_id, "authority": authority, "on": dt.date.fromordinal(row.on)}
    if row.party:
        fields["party"] = row.party
    if row.outcome:
        fields["outcome"] = row.outcome
    for name, value in row.more:
        fields[name] = dt.date.fromordinal(value) if isinstance(value, int) else value
    return FACT_TYPES[row.event].model_validate(fields)


def as_cells(case_id: str, authority: str, row: MadeUpFact) -> dict[str, str]:
    """Return the row as the cells of a file that are not empty, by column."""
    text = days().iso
    cells = {"case_id": case_id, "authority": authority, "event": row.event, "on": text(row.on)}
    if row.party:
        cells["party"] = row.party
    if row.outcome:
        cells["outcome"] = row.outcome
    for name, value in row.more:
        cells[name] = text(value) if isinstance(value, int) else value
    return cells


def as_facts(lives: Iterator[tuple[str, str, list[MadeUpFact]]]) -> Iterator[Fact]:
    """Return the facts of cases, case by case."""
    for case_id, authority, rows in lives:
        for row in rows:
            yield as_fact(case_id, authority, row)
