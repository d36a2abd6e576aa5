"""A chart with the figures behind it, and what the charts share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ehcp_flow.measures import UNAVAILABLE, MeasureTable, catalogue
from ehcp_flow.measures.suppression import HIDDEN
from ehcp_flow.reports.case_lists import Share
from ehcp_flow.reports.charts import Drawing
from ehcp_flow.reports.showing import Showing

__all__ = ["ChartFigure", "added", "cell", "plain", "shares_of", "shares_said"]


@dataclass(frozen=True, slots=True)
class ChartFigure:
    """A chart: its id, title, what it says in a sentence, how it is drawn, and its figures as a table."""

    id: str
    title: str
    says: str
    drawing: Drawing
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


def added(
    key: tuple[str, ...], row: Mapping[str, Any], parts: Sequence[str], total: str, showing: Showing
) -> dict[str, Any]:
    """Return the counts of a row that add up to its total, as they may be shown."""
    showing.adds_up((*key, total), [(*key, part) for part in parts])
    return {name: showing.count((*key, name), row[name], dear=int(name == total)) for name in (*parts, total)}


def cell(value: Any) -> str:
    """Return a count, or what stands for it, as the words at the end of a bar."""
    return f"{value:,}" if isinstance(value, int) else str(value)


def plain(value: Any) -> Any:
    """Return a value for a table; a dash for what cannot be given."""
    return "–" if value == UNAVAILABLE else value


def shares_of(table: MeasureTable, name: str, showing: Showing, *, dear: int = 0) -> list[float | None]:
    """Return a percentage of each row of measures, or None where it cannot be given or must not be shown."""
    column = catalogue().columns[name]
    shares: list[float | None] = []
    for place, row in enumerate(table):
        some = sum(row[part] for part in column.over) > 0
        shares.append(row[name] if some and showing.measured(table, place, name, dear=dear) else None)
    return shares


def shares_said(table: MeasureTable, name: str, shares: Sequence[float | None]) -> list[str]:
    """Return the percentages of a column as they are printed: a dash for those of nothing, `c` for those hidden."""
    over = catalogue().columns[name].over
    return [
        Share.of(f"{share}%", table.explain(place, name))
        if share is not None
        else HIDDEN
        if any(row[part] for part in over)
        else "–"
        for place, (row, share) in enumerate(zip(table, shares, strict=True))
    ]
