"""Where the children are, on the report page: the figures of placement of each year."""

from __future__ import annotations

from typing import Final

from ehcp_flow.particular_table import KINDS
from ehcp_flow.reports.chart_figure import ChartFigure, shares_of, shares_said
from ehcp_flow.reports.charts import Line, draw_lines
from ehcp_flow.reports.overview import Overview
from ehcp_flow.reports.showing import Showing

__all__ = ["placements"]

_TITLE: Final = "Where children with a plan are, by year"
_DRAWN: Final = {
    "mainstream": "pc_plans_held_mainstream",
    "special": "pc_plans_held_special",
    "independent": "pc_plans_held_independent",
    "post-16": "pc_plans_held_post16",
}
_BESIDE: Final = {
    "resourced": "pc_plans_held_resourced",
    "early years": "pc_plans_held_early_years",
    "elsewhere": "pc_plans_held_other",
    "out of the area": "pc_plans_out_of_area",
    "awaiting a place": "pc_plans_awaiting_place",
    "not in education": "pc_plans_not_in_education",
    "supported internship": "pc_plans_supported_internship",
    "kept in mainstream": "pc_transfers_kept_in_mainstream",
    "into a mainstream reception": "pc_transfers_into_mainstream_reception",
}


def placements(overview: Overview, showing: Showing) -> ChartFigure | None:
    """Return the shares of plans by where the child is; None where no placement is recorded."""
    table = overview.by_year
    if not any(row[f"plans_held_{kind}"] for row in table for kind in KINDS):
        return None
    labels = [row["year"] for row in table]
    shares = {column: shares_of(table, column, showing) for column in (*_DRAWN.values(), *_BESIDE.values())}
    lines = [Line(name, shares[column]) for name, column in _DRAWN.items()]
    says = (
        "Share of the plans held on the day of stock, by the kind of placement; and of the phase transfers of the "
        "year, the share kept in mainstream, and that from the early years into a mainstream reception."
    )
    return ChartFigure(
        "placements",
        _TITLE,
        says,
        draw_lines(_TITLE, says, labels, lines, top=100, unit="%"),
        ["year", *_DRAWN, *_BESIDE],
        list(zip(labels, *(shares_said(table, *share) for share in shares.items()), strict=True)),
    )
