"""DfE's published counts for England and each authority, as shipped in `data/dfe_counts.csv`.

Contains public sector information licensed under the Open Government Licence v3.0: Department for Education,
"Education, health and care plans", reporting year 2025. The counts are of councils, never of a child.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Final

from ehcp_flow.errors import UnknownNameError

__all__ = ["ATTRIBUTION", "ENGLAND", "FIRST_YEAR", "LAST_YEAR", "Counts", "authorities", "counts_of", "nearest"]

ATTRIBUTION: Final = (
    'Department for Education, "Education, health and care plans", reporting year 2025. '
    "Contains public sector information licensed under the Open Government Licence v3.0."
)
ENGLAND: Final = "ENG"
"""Stands for the whole country where an authority's three-digit number is asked for."""
FIRST_YEAR: Final = 2019
LAST_YEAR: Final = 2024
_KEYS: Final = 3


class Counts(Mapping[str, int | None]):
    """One row of the tables: DfE's column names and counts; None where the count is not published."""

    def __init__(self, authority: str, year: int, counts: Mapping[str, int | None]) -> None:
        self.authority = authority
        self.year = year
        self._counts = counts

    def __getitem__(self, column: str) -> int | None:
        return self._counts[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)

    def known(self, *columns: str) -> bool:
        """Return whether every one of these counts is published."""
        return all(self._counts[column] is not None for column in columns)

    def number(self, column: str) -> int:
        """Return a count, or 0 where it is not published."""
        return self._counts[column] or 0


@cache
def _table() -> dict[tuple[int, str], Counts]:
    text = (resources.files("ehcp_flow.synth") / "data" / "dfe_counts.csv").read_text("utf-8")
    rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    columns = next(rows)[_KEYS:]
    table: dict[tuple[int, str], Counts] = {}
    for year, authority, _, *cells in rows:
        counts = {
            column: int(cell) if cell.lstrip("-").isdigit() else None
            for column, cell in zip(columns, cells, strict=True)
        }
        table[int(year), authority] = Counts(authority, int(year), counts)
    return table


@cache
def authority_names() -> Mapping[str, str]:
    """Return what each authority of the tables is called, by its number."""
    text = (resources.files("ehcp_flow.synth") / "data" / "dfe_counts.csv").read_text("utf-8")
    rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    next(rows)
    return {number: name for _, number, name, *_ in rows}


def authorities(year: int = LAST_YEAR) -> tuple[str, ...]:
    """Return the numbers of the authorities that have a row for `year`, in order; England is not among them."""
    return tuple(sorted(number for at, number in _table() if at == year and number != ENGLAND))


def counts_of(authority: str, year: int) -> Counts:
    """Return the published counts. Raises UnknownNameError for an authority or a year that the tables do not have."""
    table = _table()
    found = table.get((year, authority))
    if found is not None:
        return found
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UnknownNameError("published year", str(year), map(str, range(FIRST_YEAR, LAST_YEAR + 1)))
    raise UnknownNameError("authority", authority, [ENGLAND, *authorities(year)])


def nearest(authority: str, year: int) -> Counts:
    """Return the authority's counts for `year`, or for the nearest later, else earlier, year that it has."""
    table = _table()
    for at in (*range(max(year, FIRST_YEAR), LAST_YEAR + 1), *range(min(year, LAST_YEAR), FIRST_YEAR - 1, -1)):
        if (at, authority) in table:
            return table[at, authority]
    raise UnknownNameError("authority", authority, [ENGLAND, *authorities()])
