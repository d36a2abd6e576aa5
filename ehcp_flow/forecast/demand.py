"""Requests of a year to come, for each authority, from the counts that the Department for Education published before.

The way is the mean of three simple ones, each wrong in another direction: that nothing grows, that the authority grows
as its region did last, that it grows as England did last. So growth is damped (a third of it is taken for nothing), and
an authority's own is left out, which turns back more often than it goes on. No number in it was fitted; the way
itself was chosen among some dozens, on the years that `docs/forecasts.md` tells of.

A forecast of a year reads the years before it and nothing else; `demand_backtest` asks it of years that are over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from math import ceil, exp, log
from statistics import fmean, median
from typing import Any, Final, NamedTuple, TypeAlias

from ehcp_flow.errors import EhcpFlowError, UnknownNameError
from ehcp_flow.measures.published_figures import PublishedFigures, published_figures

__all__ = [
    "BACKTEST_COLUMNS", "BAND", "DEMAND_COLUMNS", "NAIVE_BY", "YEARS_NEEDED", "Demand", "HistoryTooShort", "Requests",
    "demand", "demand_backtest",
]  # fmt: skip

Row: TypeAlias = dict[str, Any]

DEMAND_COLUMNS: Final = (
    "authority", "name", "year", "value", "low", "high", "last", "as_region", "as_england", "error",
)  # fmt: skip
BACKTEST_COLUMNS: Final = ("authority", "year", "value", "low", "high", "actual", "naive", "naive_by")
NAIVE_BY: Final = "as many as last year"
"""The simple way that stands beside a forecast."""
BAND: Final = 0.8
"""In how many of ten years, in tenths, the count is meant to lie from `low` to `high`."""
YEARS_NEEDED: Final = 3
"""So many years must lie before the one that is asked about."""
_COLUMN: Final = "requests_received_in_year"
_FEW: Final = 20
"""An authority with so few requests in a year is left out: chance alone moves it by half."""


class HistoryTooShort(EhcpFlowError, ValueError):
    """There is too little to forecast from; `what` of, how much was `found`, and how much is `wanted`."""

    def __init__(self, what: str, found: str, wanted: str) -> None:
        super().__init__(f"{what}: there is too little to forecast from ({found}); it needs {wanted}")
        self.what = what
        self.found = found
        self.wanted = wanted


class Requests(NamedTuple):
    """Requests by authority and year, and the region and the name of each authority."""

    counts: Mapping[str, Mapping[int, int]]
    regions: Mapping[str, str]
    names: Mapping[str, str]

    @classmethod
    def of(cls, figures: PublishedFigures) -> Requests:
        """Return the requests that are published of authorities; a count that is not published is not there."""
        counts: dict[str, dict[int, int]] = {}
        regions, names = {}, {}
        for (year, _), row in figures.rows.items():
            many = row.count(_COLUMN) if row.level == "authority" else None
            if many is not None:
                counts.setdefault(row.authority, {})[year] = many
                regions[row.authority], names[row.authority] = row.region, row.name
        return cls(counts, regions, names)

    @property
    def years(self) -> range:
        """The years from the first to the last of which anything is published."""
        there = {year for by_year in self.counts.values() for year in by_year}
        return range(min(there), max(there) + 1) if there else range(0)

    def before(self, year: int) -> Requests:
        """Return what was there before a year, and nothing of what came later."""
        counts = {
            authority: {at: many for at, many in by_year.items() if at < year}
            for authority, by_year in self.counts.items()
        }
        return Requests(counts, self.regions, self.names)

    def complete(self) -> list[str]:
        """Return the authorities with more than 20 requests in every year."""
        return sorted(
            authority
            for authority, by_year in self.counts.items()
            if all(by_year.get(year, 0) > _FEW for year in self.years)
        )


class _Ways(NamedTuple):
    """The three simple ways for one authority, and their mean."""

    last: float
    as_region: float
    as_england: float

    @property
    def value(self) -> float:
        return fmean(self)


class Demand:
    """The requests of one year for every authority whose years before it are all published: see the module.

    Raises HistoryTooShort where fewer than three years lie before it, or it is not the year after the last of them.
    """

    def __init__(self, requests: Requests, year: int) -> None:
        self.year = year
        self.known = requests.before(year)
        years = self.known.years
        if len(years) < YEARS_NEEDED or years[-1] != year - 1:
            found = f"the years {years[0]} to {years[-1]}" if years else "no year"
            raise HistoryTooShort(f"requests of {year}", found, f"the {YEARS_NEEDED} years before it")

    @cached_property
    def ways(self) -> Mapping[str, _Ways]:
        """The simple ways, by authority."""
        return _ways(self.known)

    @cached_property
    def spread(self) -> float:
        """How far a count may lie from its forecast, as a factor's logarithm: so far reaches the band of eight in ten.

        It is taken from the errors of the same way in every earlier year, each year's about its own middle: a shock
        that moves every authority at once, as the spring of 2020 did, is not in it.
        """
        apart: list[float] = []
        for year in self.known.years[1:]:
            errors = [log(actual / value) for value, actual in _tried(self.known, year)]
            middle = median(errors)
            apart += [abs(error - middle) for error in errors]
        apart.sort()
        return apart[min(ceil(BAND * (len(apart) + 1)), len(apart)) - 1]

    @cached_property
    def error(self) -> float | None:
        """The mean error of the last years before it that had three years before them, in percent; None without one."""
        years = self.known.years[YEARS_NEEDED:]
        tried = [abs(value / actual - 1) for year in years for value, actual in _tried(self.known, year)]
        return round(100 * fmean(tried), 1) if tried else None

    def rows(self, authority: str | None = None) -> list[Row]:
        """Return a row for each authority, or for one. Raises HistoryTooShort for one whose years are not complete."""
        if authority is not None and authority not in self.ways:
            if authority not in self.known.counts:
                raise UnknownNameError("authority", authority, self.known.counts)
            had = self.known.counts[authority]
            found = f"{', '.join(f'{many:,} in {year}' for year, many in sorted(had.items()))}" if had else "no year"
            years = self.known.years
            wanted = f"more than {_FEW} requests in every year from {years[0]} to {years[-1]}"
            raise HistoryTooShort(f"authority {authority}", found, wanted)
        return [self._row(each) for each in self.ways if authority in (None, each)]

    def _row(self, authority: str) -> Row:
        ways = self.ways[authority]
        return {
            "authority": authority, "name": self.known.names[authority], "year": self.year,
            "value": round(ways.value), "low": round(ways.value * exp(-self.spread)),
            "high": round(ways.value * exp(self.spread)), "last": round(ways.last),
            "as_region": round(ways.as_region), "as_england": round(ways.as_england), "error": self.error,
        }  # fmt: skip


def _ways(known: Requests) -> dict[str, _Ways]:
    """Return the simple ways for the year after those that are known, by authority; of one year, that nothing grows."""
    authorities, last = known.complete(), known.years[-1]
    in_region: dict[str, list[str]] = {}
    for each in authorities:
        in_region.setdefault(known.regions[each], []).append(each)
    england = _growth(known, authorities)
    growth = {region: _growth(known, within) for region, within in in_region.items()}
    found = {}
    for each in authorities:
        many = known.counts[each][last]
        found[each] = _Ways(many, many * growth[known.regions[each]], many * england)
    return found


def _growth(known: Requests, authorities: Iterable[str]) -> float:
    """Return by which factor the requests of some authorities together grew in the last year that is known."""
    *before, last = known.years
    if not before:
        return 1.0
    counts = [known.counts[each] for each in authorities]
    return sum(each[last] for each in counts) / sum(each[last - 1] for each in counts)


def _tried(requests: Requests, year: int) -> Iterator[tuple[float, int]]:
    """Yield what the same way would have said of a year that is over, and what came, for each authority."""
    for authority, ways in _ways(requests.before(year)).items():
        actual = requests.counts[authority].get(year, 0)
        if actual > _FEW:
            yield ways.value, actual


def demand(figures: PublishedFigures | None = None, year: int | None = None, authority: str | None = None) -> list[Row]:
    """Return the requests of a year to come, by authority, with a band (`low` to `high`) for eight years in ten.

    `figures` are those that are shipped if none are given, `year` the one after the last of them. Raises
    HistoryTooShort where the years before it are too few, UnknownNameError for an authority that has no row.
    """
    requests = Requests.of(published_figures() if figures is None else figures)
    asked = requests.years.stop if year is None else year
    return Demand(requests, asked).rows(authority)


def demand_backtest(
    figures: PublishedFigures | None = None, year: int | None = None, authority: str | None = None
) -> list[Row]:
    """Return what would have been said of years that are over, from the years before each alone, beside what came.

    Without `year` every one with three before it. An authority is left out of a year in which it had 20 requests or
    fewer. Raises what `demand` raises, and UnknownNameError for a year that is not over.
    """
    requests = Requests.of(published_figures() if figures is None else figures)
    tested = [*requests.years[YEARS_NEEDED:]]
    if year is not None and year not in requests.years:
        raise UnknownNameError("published year", str(year), map(str, tested))
    if not tested:
        raise HistoryTooShort("a back-test", f"{len(requests.years)} years", f"{YEARS_NEEDED + 1} years")
    rows = []
    for at in tested if year is None else [year]:
        for row in Demand(requests, at).rows(authority if year is not None else None):
            actual = requests.counts[row["authority"]].get(at, 0)
            if actual > _FEW and authority in (None, row["authority"]):
                told = {"actual": actual, "naive": row["last"], "naive_by": NAIVE_BY}
                rows.append({name: (row | told)[name] for name in BACKTEST_COLUMNS})
    return rows
