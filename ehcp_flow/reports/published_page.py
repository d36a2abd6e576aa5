"""What the Department for Education published: the country, the regions and the authorities, 2019 to 2024.

Contains public sector information licensed under the Open Government Licence v3.0. The figures are of councils, never
of a child. `data/dfe.csv` holds them as they were printed.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from ehcp_flow.errors import UnknownNameError

__all__ = ["ATTRIBUTION", "COUNTRY", "LAST_YEAR", "YEARS", "Published", "name_of", "places", "published", "region_of"]

ATTRIBUTION: Final = (
    'Department for Education, "Education, health and care plans", reporting year 2025 (Explore Education Statistics, '
    "revision of January 2026). Contains public sector information licensed under the Open Government Licence v3.0."
)
COUNTRY: Final = "England"
YEARS: Final = range(2019, 2025)
LAST_YEAR: Final = YEARS[-1]


@dataclass(frozen=True, slots=True)
class Published:
    """One published row: whose it is, the year, and each figure as it was printed."""

    year: int
    level: str
    region: str
    authority: str
    name: str
    figures: Mapping[str, str]

    def count(self, column: str) -> int | None:
        """Return a count, or None where none is published."""
        text = self.figures.get(column, "")
        return int(text) if text.lstrip("-").isdigit() else None

    def percent(self, column: str) -> float | None:
        """Return a percentage as printed, or None where none is published."""
        try:
            return float(self.figures.get(column, ""))
        except ValueError:
            return None


@lru_cache(maxsize=1)
def _table() -> dict[tuple[int, str], Published]:
    """Return the rows by year and place: `England`, a region's name, or an authority's three-digit number."""
    text = files(__package__).joinpath("data", "dfe.csv").read_text("utf-8")
    table = {}
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        level, region, authority = row.pop("level"), row.pop("region"), row.pop("authority")
        year, name = int(row.pop("year")), row.pop("name")
        place = {"country": COUNTRY, "region": region}.get(level, authority)
        table[year, place] = Published(year, level, region, authority, name or place, row)
    return table


def published(place: str, year: int) -> Published | None:
    """Return what was published of a place for a calendar year, or None.

    `place` is `England`, a region's name, or an authority's three-digit number.
    """
    return _table().get((year, place))


def places(year: int = LAST_YEAR) -> tuple[str, ...]:
    """Return every place with a row for a year, in the order of the file: the country, the regions, the authorities."""
    found = tuple(place for at, place in _table() if at == year)
    if not found:
        raise UnknownNameError("published year", str(year), map(str, YEARS))
    return found


def region_of(authority: str) -> str | None:
    """Return the name of the region that an authority lies in, or None for a number that is not published."""
    return next((row.region for row in _table().values() if row.authority == authority), None)


def name_of(authority: str) -> str:
    """Return an authority's name, or its number where none is published."""
    rows = [row for row in _table().values() if row.authority == authority]
    return rows[-1].name if rows else authority
