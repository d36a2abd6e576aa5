"""The first sheet of the workbook: whether the law is kept, the headline figures, and three charts of other sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from ehcp_flow.dates import say
from ehcp_flow.nouns import count
from ehcp_flow.reports.first_screen import law_kept
from ehcp_flow.reports.overview import Overview
from ehcp_flow.reports.verdict import HEADLINE, SIGNS, headlines, in_words, place_of, published_year

__all__ = ["BY_AGE", "BY_MONTH", "BY_YEAR", "COVER", "fill_cover"]

Rows: TypeAlias = Sequence[Mapping[str, Any]]

COVER: Final = "Cover"
BY_YEAR, BY_MONTH, BY_AGE = "Measures by year", "Stock and flow", "Open by age"
"""The sheets that the charts are drawn of."""
_ALONG: Final = {BY_YEAR: "year", BY_MONTH: "month", BY_AGE: "age"}
_WIDTHS: Final = (44, 14, 16, 14, 20, 16, 16, 16)
_EVERY_PLAN: Final = "pc_plans_issued_within_20_weeks"
_COLOURS: Final = ("#0B4F8A", "#A63603", "#1B6E3C")
_APART: Final = (0, 2, 5)
"""The columns in which the charts begin."""
_CHART: Final = {"object_position": 2, "x_scale": 0.9}
_CHANGE: Final = 4


def fill_cover(book: Any, overview: Overview, sheets: Mapping[str, Rows], looks: Mapping[str, Any]) -> None:
    """Add the cover to a workbook of `xlsxwriter`, before the sheets whose rows its charts are drawn of."""
    sheet = book.add_worksheet(COVER)
    sheet.hide_gridlines(2)
    for at, width in enumerate(_WIDTHS):
        sheet.set_column(at, at, width)
    kept = law_kept(overview)
    title = overview.other_law or "Education, health and care plans"
    cases = count(overview.cases, "case")
    says = f"As at {say(overview.as_of)}, from {cases}. Holds case data: keep it inside the authority."
    sheet.write_string(0, 0, f"{title}: {place_of(overview)}", looks["title"])
    sheet.write_string(1, 0, says)
    sheet.write_string(3, 0, f"Is the law kept? {kept.answer}", looks["strong"])
    sheet.write_string(4, 0, kept.more)
    if not overview.other_law:
        line = _headline_table(sheet, 6, overview, looks)
        for at, chart in zip(_APART, _charts(book, sheets), strict=True):
            sheet.insert_chart(line + 1, at, chart, _CHART)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)


def _headline_table(sheet: Any, line: int, overview: Overview, looks: Mapping[str, Any]) -> int:
    """Write the lines of the report's first screen, and return the line after them."""
    lines, year = headlines(overview), published_year(overview)
    sheet.write_string(line, 0, f"Is the service getting better? {in_words(lines)}", looks["strong"])
    elsewhere = [f"{where} {year or ''}".strip() for where in ("Published", "England", "Region")]
    heads = ("Measure", "Last 12 months, %", "of", "12 before, %", "Change", *elsewhere)
    for at, head in enumerate(heads):
        sheet.write_string(line + 1, at, head, looks["head"])
    first = line + 2
    for row, one in enumerate(lines, start=first):
        change = f"{SIGNS[one.change]} {one.change}"
        there = (one.own.now, one.country.now, one.region.now)
        for at, value in enumerate((one.name, one.now, one.now_said, one.before, change, *there)):
            if isinstance(value, float):
                sheet.write_number(row, at, value, looks["share"])
            else:
                sheet.write_string(row, at, str(value) or "–", looks["text"])
    for word, look in (("worse", looks["bad"]), ("better", looks["good"])):
        told = {"type": "text", "criteria": "containing", "value": word, "format": look}
        sheet.conditional_format(first, _CHANGE, first + len(lines) - 1, _CHANGE, told)
    return first + len(lines)


def _charts(book: Any, sheets: Mapping[str, Rows]) -> tuple[Any, Any, Any]:
    """Return the charts: plans within 20 weeks by year, stock and flow by month, and who waits by age."""
    shares = {"less exceptions": HEADLINE, "all plans": _EVERY_PLAN}
    flows = {"open at month end": "open_at_end", "received": "received", "plans issued": "plans"}
    years = _drawn(book, "Plans within 20 weeks, by year (%)", BY_YEAR, sheets[BY_YEAR], shares)
    years.set_y_axis({"min": 0, "max": 100})
    months = _drawn(book, "Stock and flow, by month", BY_MONTH, sheets[BY_MONTH], flows)
    ages = _drawn(book, "Open requests by age", BY_AGE, sheets[BY_AGE], {"open": "open"}, kind="bar")
    ages.set_y_axis({"reverse": True})
    return years, months, ages


def _drawn(book: Any, title: str, name: str, rows: Rows, lines: Mapping[str, str], *, kind: str = "line") -> Any:
    """Return a chart of columns of a sheet: of these `lines`, along the column that says which row it is."""
    chart, last = book.add_chart({"type": kind}), max(len(rows), 1)
    columns = list(rows[0]) if rows else [_ALONG[name], *lines.values()]
    along = columns.index(_ALONG[name])
    for (said, column), colour in zip(lines.items(), _COLOURS, strict=False):
        at = columns.index(column)
        series = {
            "name": said,
            "categories": [name, 1, along, last, along],
            "values": [name, 1, at, last, at],
            "line": {"color": colour, "width": 2.25},
            "fill": {"color": colour},
        }
        chart.add_series(series | ({"marker": {"type": "automatic"}} if kind == "line" else {}))
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom"} if len(lines) > 1 else {"none": True})
    return chart
