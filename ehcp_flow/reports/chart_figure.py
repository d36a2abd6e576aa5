"""A chart with the figures behind it, and what the charts share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ehcp_flow.measures import UNAVAILABLE
from ehcp_flow.reports.showing import Showing

__all__ = ["ChartFigure", "added", "cell", "plain"]


@dataclass(frozen=True, slots=True)
class ChartFigure:
    """A chart: its id, title, what it says in a sentence, the SVG, and its figures as a table."""

    id: str
    title: str
    says: str
    svg: str
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
