"""What the Department for Education published: the country, the regions and the authorities, by calendar year.

Contains public sector information licensed under the Open Government Licence v3.0. The figures are of councils, never
of a child. `data/dfe.csv` holds those of 2019 to 2024 as they were printed; `PublishedFigures.with_files` adds those of
the Department's own files.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ehcp_flow.errors import SourceError, SourceMissing, UnknownNameError
from ehcp_flow.measures import catalogue
from ehcp_flow.measures.catalogue import was_published

__all__ = [
    "ATTRIBUTION", "COUNTRY", "YEARS", "Published", "PublishedFigures", "name_of", "places", "published",
    "published_figures", "region_of",
]  # fmt: skip

ATTRIBUTION: Final = (
    'Department for Education, "Education, health and care plans", reporting year 2025 (Explore Education Statistics, '
    "revision of January 2026). Contains public sector information licensed under the Open Government Licence v3.0."
)
COUNTRY: Final = "England"
YEARS: Final = range(2019, 2025)
"""The calendar years of `data/dfe.csv`."""
_LEVELS: Final = {"National": "country", "Regional": "region", "Local authority": "authority"}
_ALL: Final = "All "
_PLACE: Final = ("time_period", "geographic_level", "region_name", "old_la_code", "la_name", "breakdown")


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


@dataclass(frozen=True)
class PublishedFigures:
    """Published rows by year and place: `England`, a region's name, or an authority's three-digit number."""

    rows: Mapping[tuple[int, str], Published]

    def of(self, place: str, year: int) -> Published | None:
        """Return what was published of a place for a calendar year, or None."""
        return self.rows.get((year, place))

    def last_year(self, as_of: dt.date) -> int | None:
        """Return the newest calendar year of the country that was out by a day, or None.

        A year is taken to be out by the end of June of the next one.
        """
        return max((year for year, place in self.rows if place == COUNTRY and was_published(year, as_of)), default=None)

    def by(self, place: str, year: int, as_of: dt.date) -> Published | None:
        """Return what was published of a place for a year, if that was out by a day, or None."""
        return self.of(place, year) if was_published(year, as_of) else None

    def with_files(self, paths: Iterable[str | os.PathLike[str]]) -> PublishedFigures:
        """Return these figures and those of files as the Department gives them for download, which go before.

        Of each place and year the row of all plans or requests is taken, and none of a breakdown. Raises SourceError
        for a file that is none of the Department's, or not to be read.
        """
        rows = dict(self.rows)
        for path in paths:
            for row in _of_file(os.fspath(path)):
                key = row.year, {"country": COUNTRY, "region": row.region}.get(row.level, row.authority)
                known = rows.get(key)
                figures = {**(known.figures if known else {}), **row.figures}
                rows[key] = Published(row.year, row.level, row.region, row.authority, row.name, figures)
        return PublishedFigures(MappingProxyType(rows))


def _of_file(path: str) -> Iterator[Published]:
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            missing = [name for name in _PLACE if name not in (table.fieldnames or ())]
            if missing:
                why = f"this is no table of the Department's on EHC plans: it has no column {missing[0]}"
                raise SourceError(path, why)
            for row in table:
                if row["geographic_level"] in _LEVELS and (row["breakdown"] or "").startswith(_ALL):
                    yield _row_of(path, table.line_num, row)
    except FileNotFoundError:
        raise SourceMissing(path, "there is no such file") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(path, f"it cannot be read as CSV: {error}") from None


def _row_of(path: str, line: int, row: Mapping[str, str]) -> Published:
    text = row["time_period"]
    if not (text.isascii() and text.isdigit() and len(text) == len("2025")):
        raise SourceError(path, f"line {line}: time_period {text!r} is no calendar year, such as 2025")
    year, level = int(text), _LEVELS[row["geographic_level"]]
    place = row["old_la_code"] if level == "authority" else ""
    name = {"country": COUNTRY, "region": row["region_name"]}.get(level, row["la_name"])
    return Published(year, level, row["region_name"], place, name, _figures(year, row))


def _figures(year: int, row: Mapping[str, str]) -> dict[str, str]:
    """Return figures under the plain names of the catalogue, whatever release they are called by."""
    figures = {}
    for header, text in row.items():
        column = _plain(header, year)
        if column:
            figures[column] = text or ""
    return figures


@lru_cache(maxsize=4_096)
def _plain(header: str, year: int) -> str:
    column = catalogue().named(header, year)
    return "" if column is None else column.name


@lru_cache(maxsize=1)
def published_figures() -> PublishedFigures:
    """Return what is shipped, as it was printed."""
    text = files(__package__).joinpath("data", "dfe.csv").read_text("utf-8")
    table = {}
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        level, region, authority = row.pop("level"), row.pop("region"), row.pop("authority")
        year, name = int(row.pop("year")), row.pop("name")
        place = {"country": COUNTRY, "region": region}.get(level, authority)
        table[year, place] = Published(year, level, region, authority, name or place, _figures(year, row))
    return PublishedFigures(MappingProxyType(table))


def published(place: str, year: int) -> Published | None:
    """Return what was published of a place for a calendar year, or None.

    `place` is `England`, a region's name, or an authority's three-digit number.
    """
    return published_figures().of(place, year)


def places(year: int = YEARS[-1]) -> tuple[str, ...]:
    """Return every place with a row for a year, in the order of the file: the country, the regions, the authorities."""
    found = tuple(place for at, place in published_figures().rows if at == year)
    if not found:
        raise UnknownNameError("published year", str(year), map(str, YEARS))
    return found


def region_of(authority: str) -> str | None:
    """Return the name of the region that an authority lies in, or None for a number that is not published."""
    return next((row.region for row in published_figures().rows.values() if row.authority == authority), None)


def name_of(authority: str) -> str:
    """Return an authority's name, or its number where none is published."""
    rows = [row for row in published_figures().rows.values() if row.authority == authority]
    return rows[-1].name if rows else authority
