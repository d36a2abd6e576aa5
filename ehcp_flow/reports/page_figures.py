"""The charts of the report page, each with the figures behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ehcp_flow.measures import UNAVAILABLE
from ehcp_flow.measures.cohorts import MARKS
from ehcp_flow.measures.published_figures import COUNTRY, region_of
from ehcp_flow.measures.suppression import HIDDEN
from ehcp_flow.reports.case_lists import Share
from ehcp_flow.reports.chart_figure import ChartFigure, added, cell, shares_of, shares_said
from ehcp_flow.reports.charts import Bar, Line, draw_bars, draw_lines
from ehcp_flow.reports.overview import Overview
from ehcp_flow.reports.placement_figures import placements
from ehcp_flow.reports.review_figures import advice_by_adviser, late_reviews, phase_transfers, review_steps
from ehcp_flow.reports.showing import Showing
from ehcp_flow.reports.tiles import open_key

__all__ = ["figures"]

_EX: Final = "pc_plans_issued_20_weeks_ex"
_ALL: Final = "pc_plans_issued_within_20_weeks"
_COHORTS: Final = 5
_COHORT_WEEKS: Final = 52


def figures(overview: Overview, showing: Showing) -> list[ChartFigure]:
    """Return the charts of the page, in order; a chart of nothing is left out."""
    drawn = (
        _trend(overview, showing),
        _quarters(overview, showing),
        _cohorts(overview, showing),
        _ageing(overview, showing),
        _flow(overview, showing),
        review_steps(overview, showing),
        late_reviews(overview, showing),
        advice_by_adviser(overview, showing),
        phase_transfers(overview, showing),
        placements(overview, showing),
    )
    return [figure for figure in drawn if figure is not None]


def _trend(overview: Overview, showing: Showing) -> ChartFigure | None:
    table = overview.by_year
    if not len(table):
        return None
    labels = [row["year"] for row in table]
    this_year = str(overview.as_of.year)
    region = region_of(overview.authority) if overview.authority else None
    shares = {name: shares_of(table, name, showing, dear=int(name == _EX)) for name in (_EX, _ALL)}
    lines = [
        Line("less exceptions", shares[_EX]),
        Line("all plans", shares[_ALL]),
        Line(COUNTRY, _elsewhere(overview, COUNTRY, labels), faint=True),
    ]
    if region:
        lines.append(Line(region, _elsewhere(overview, region, labels), faint=True))
    texts = [shares_said(table, *share) for share in shares.items()]
    labels = [f"{label} so far" if label == this_year else label for label in labels]
    says = (
        "Share of new plans issued within 20 weeks, by calendar year of issue, in both versions; the country's and the "
        "region's less exceptions, as published."
    )
    return ChartFigure(
        "trend",
        "Plans within 20 weeks, by year",
        says,
        draw_lines("Plans within 20 weeks, by year", says, labels, lines, top=100, unit="%"),
        ["year", *(line.name for line in lines)],
        list(zip(labels, *texts, *map(_published, lines[2:]), strict=True)),
    )


def _published(line: Line) -> list[str]:
    return ["–" if point is None else f"{point}%" for point in line.points]


def _elsewhere(overview: Overview, place: str, labels: Sequence[str]) -> list[float | None]:
    rows = [overview.published.by(place, int(label), overview.as_of) for label in labels]
    return [None if row is None else row.percent(_EX) for row in rows]


def _quarters(overview: Overview, showing: Showing) -> ChartFigure | None:
    table = overview.by_quarter
    if not len(table):
        return None
    labels = [row["quarter"] for row in table]
    names = {
        "20 weeks (headline)": _EX,
        "6-week decisions": "request_outcome_six_weeks_pc",
        "advice in 6 weeks": "pc_advice_within_6_weeks",
        "review decisions": "pc_review_decisions_within_4_weeks",
        "amended in 8 weeks": "pc_amended_within_8_weeks",
    }
    shares = {column: shares_of(table, column, showing) for column in names.values()}
    lines = [Line(name, shares[column]) for name, column in names.items()]
    says = "Share done in time, by quarter in which it was done. The last quarter may not be over."
    return ChartFigure(
        "quarters",
        "In time, by quarter",
        says,
        draw_lines("In time, by quarter", says, labels, lines, top=100, unit="%"),
        ["quarter", *names],
        list(zip(labels, *(shares_said(table, *share) for share in shares.items()), strict=True)),
    )


def _cohorts(overview: Overview, showing: Showing) -> ChartFigure | None:
    curves = [
        row for row in overview.cohorts.curves(overview.as_of, "quarter", last=8) if row["followed_weeks"] >= MARKS[0]
    ][-_COHORTS:]
    curves = [row for row in curves if showing.shows(("cohort", row["cohort"]))]
    if not curves:
        return None
    marked = [_marks(row, showing) for row in curves]
    if showing.all:
        weeks = list(range(_COHORT_WEEKS + 1))
        points = [list(row["finished"][: len(weeks)]) for row in curves]
    else:  # between the marks, a step of a curve is a handful of children
        weeks, points = list(MARKS), marked
    lines = [Line(f"{row['cohort']} ({row['requests']:,})", points[at]) for at, row in enumerate(curves)]
    says = (
        "Of the requests that came in a quarter, the share finished by each week: with a plan, a refusal or a "
        "withdrawal. Clearing a backlog does not lower a curve; getting slower does."
    )
    return ChartFigure(
        "cohorts",
        "How fast requests are finished, by quarter of receipt",
        says,
        draw_lines(
            "How fast requests are finished",
            says,
            [f"week {week}" for week in weeks],
            lines,
            top=100,
            unit="%",
            upright=(weeks.index(20), "20 weeks"),
        ),
        ["received in", "requests", *(f"by week {week}" for week in MARKS)],
        [
            [
                row["cohort"],
                row["requests"],
                *(_by(row, week, share) for week, share in zip(MARKS, shares, strict=True)),
            ]
            for row, shares in zip(curves, marked, strict=True)
        ],
    )


def _marks(row: Mapping[str, Any], showing: Showing) -> list[float | None]:
    """Return the share of a cohort that was finished by each mark, None where it is not known or must not be shown."""
    cohort, whole = ("cohort", row["cohort"]), row["requests"]
    showing.count(cohort, whole)
    shares: list[float | None] = []
    before: tuple[Any, ...] | None = None
    done_before = 0
    for week in MARKS:
        if week > row["followed_weeks"]:
            shares.append(None)
            continue
        done = row[f"count_by_{week}"]
        key = (*cohort, week)
        shown = showing.share(key, done, cohort, whole)
        step = showing.unseen((*key, "step"), done - done_before)
        showing.adds_up(key, [step] if before is None else [before, step])
        before, done_before = key, done
        shares.append(row[f"finished_by_{week}"] if shown else None)
    return shares


def _by(row: Mapping[str, Any], week: int, share: float | None) -> str:
    if row[f"finished_by_{week}"] == UNAVAILABLE:
        return "not yet"
    if share is None:
        return HIDDEN
    finished = set(row[f"count_by_{week}"].cases)
    others = [case_id for case_id in row["requests"].cases if case_id not in finished]
    return Share(f"{share}%", {"finished by then": row[f"count_by_{week}"].cases, "not finished by then": others})


def _ageing(overview: Overview, showing: Showing) -> ChartFigure | None:
    rows = overview.waiting.by_age()
    if not any(row["open"] for row in rows):
        return None
    stages = ("requested", "assessing", "drafting", "draft_issued")
    shown = [{"age": row["age"], **added(("open", row["age"]), row, stages, "open", showing)} for row in rows]
    for stage in stages:
        total = showing.unseen(("open", "all", stage), sum(row[stage] for row in rows))
        showing.adds_up(total, [("open", row["age"], stage) for row in rows])
    for name, bands in (("open", rows), ("open_over_20_weeks", rows[3:6]), ("open_over_52_weeks", rows[5:6])):
        showing.adds_up(open_key(name), [("open", row["age"], "open") for row in bands])
    bars = [
        Bar(row["age"], row["open"] if isinstance(row["open"], int) else 0, cell(row["open"]), marked=at in (3, 4, 5))
        for at, row in enumerate(shown)
    ]
    says = "Open requests by the weeks since they came; hatched bars are past the 20 weeks."
    return ChartFigure(
        "ageing",
        "Who is waiting now",
        says,
        draw_bars("Who is waiting now", says, bars),
        ["age", "open", "not decided whether to assess", "assessing", "drafting", "draft with the family"],
        [[row["age"], row["open"], *(row[stage] for stage in stages)] for row in shown],
    )


def _flow(overview: Overview, showing: Showing) -> ChartFigure | None:
    if not showing.all:
        return None  # a month is too short for numbers that may be published
    first = overview.as_of.replace(year=overview.as_of.year - 2, day=1)
    rows = overview.cohorts.flow(first, overview.as_of)
    lines = [
        Line("open at month end", [row["open_at_end"] for row in rows]),
        Line("requests received", [row["received"] for row in rows]),
        Line("plans issued", [row["plans"] for row in rows]),
    ]
    says = "Requests that came and plans that went out in each month, and what was open at its end."
    return ChartFigure(
        "flow",
        "Stock and flow, by month",
        says,
        draw_lines("Stock and flow, by month", says, [row["month"] for row in rows], lines),
        ["month", "received", "plans", "refused", "withdrawn", "open at end", "plans held at end"],
        [list(row.values()) for row in rows],
    )
