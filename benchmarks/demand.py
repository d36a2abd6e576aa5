"""The forecast of demand, tried on the years that are over: what it missed by, beside the naive ways.

    python benchmarks/demand.py [FILE]

FILE is the Department's requests.csv as downloaded; without it, the figures that are shipped. For every authority with
more than 20 requests in each year: the mean error of each way in percent, by year, over all years, and at its worst;
and how many counts lie in the bands of eight in ten. Each year is forecast from the years before it alone.
"""

from __future__ import annotations

import sys
from statistics import fmean
from types import MappingProxyType

from ehcp_flow.forecast.demand import Demand, Requests, demand_backtest
from ehcp_flow.measures.published_figures import PublishedFigures, published_figures

MUST = "13.5 over the years, 15.5 in each, bands 75 to 85"


def main() -> None:
    """Print the table."""
    files = sys.argv[1:]
    figures = PublishedFigures(MappingProxyType({})).with_files(files) if files else published_figures()
    rows = demand_backtest(figures)
    requests = Requests.of(figures)
    years = sorted({row["year"] for row in rows})
    ways = {"this forecast": lambda row: row["value"], "as many as last year": lambda row: row["naive"]}
    for name in ("as_region", "as_england"):
        told = {(year, row["authority"]): row[name] for year in years for row in Demand(requests, year).rows()}
        ways[f"growth {name.replace('_', ' ')}"] = lambda row, told=told: told[row["year"], row["authority"]]
    ways["a straight line"] = lambda row: _line(requests.counts[row["authority"]], row["year"])
    print(
        f"mean error in percent, authorities {', '.join(str(_many(rows, year)) for year in years)}; must reach {MUST}"
    )
    print(f"{'':24}{''.join(f'{year:>8}' for year in years)}{'all':>8}{'worst':>8}")
    for name, way in ways.items():
        by_year = {year: [_missed(way(row), row) for row in rows if row["year"] == year] for year in years}
        means = [fmean(missed) for missed in by_year.values()]
        worst = max(max(missed) for missed in by_year.values())
        print(f"{name:24}{''.join(f'{mean:8.1f}' for mean in means)}{fmean(means):8.1f}{worst:8.1f}")
    held = {year: [row["low"] <= row["actual"] <= row["high"] for row in rows if row["year"] == year] for year in years}
    every = [each for within in held.values() for each in within]
    print(f"{'in the band':24}{''.join(f'{100 * fmean(w):8.1f}' for w in held.values())}{100 * fmean(every):8.1f}")
    worst = sorted(rows, key=lambda row: -_missed(row["value"], row))[:5]
    print("worst:", "; ".join(f"{requests.names[row['authority']]} {row['year']}: said {row['value']:,}, came "
                              f"{row['actual']:,}" for row in worst))  # fmt: skip


def _many(rows: list[dict[str, int]], year: int) -> int:
    return sum(row["year"] == year for row in rows)


def _missed(value: float, row: dict[str, int]) -> float:
    return 100 * abs(value / row["actual"] - 1)


def _line(counts: dict[int, int], year: int) -> float:
    """Return the straight line through the three years before, one further."""
    first, middle, last = (counts[year - back] for back in (3, 2, 1))
    return max(0.0, (4 * last + middle - 2 * first) / 3)


if __name__ == "__main__":
    main()
