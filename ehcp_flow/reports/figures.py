"""The charts of the report page, each with the figures behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ehcp_flow.measures import catalogue
from ehcp_flow.reports.charts import Bar, Line, bar_chart, line_chart
from ehcp_flow.reports.overview import Overview
from ehcp_flow.reports.published import COUNTRY, published, region_of
from ehcp_flow.reports.showing import Showing

__all__ = ["Figure", "figures"]

_EX: Final = "PC_plans_issued_20_weeks_ex"
_ALL: Final = "pc_plans_issued_within_20_weeks"
_COHORTS: Final = 5
_COHORT_WEEKS: Final = 52
_SMALLEST_TRANSFER: Final = 5
_ASKED: Final = ("in_time", "late", "overdue", "still_open", "fell_away")


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart: its id, title, what it says in a sentence, the SVG, and its figures as a table."""

    id: str
    title: str
    says: str
    svg: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


def figures(overview: Overview, showing: Showing) -> list[Figure]:
    """Return the charts of the page, in order; a chart of nothing is left out."""
    drawn = (
        _trend(overview, showing),
        _quarters(overview, showing),
        _cohorts(overview, showing),
        _ageing(overview, showing),
        _flow(overview, showing),
        _waterfall(overview, showing),
        _delays(overview, showing),
        _advice(overview, showing),
        _transfers(overview, showing),
    )
    return [figure for figure in drawn if figure is not None]


def _share(row: Mapping[str, Any], name: str, showing: Showing) -> float | None:
    """Return a percentage of a row of measures, or None where it cannot be given or must not be shown."""
    column = catalogue().columns[name]
    whole = sum(row[part] for part in column.over)
    if whole == 0 or not showing.share_may_show(row[column.base], whole):
        return None
    value: float = row[name]
    return value


def _printed(value: float | str | None, unit: str = "%") -> str:
    return "–" if value is None else f"{value}{unit}"


def _trend(overview: Overview, showing: Showing) -> Figure | None:
    table = overview.by_year
    if not len(table):
        return None
    labels = [row["year"] for row in table]
    this_year = str(overview.as_of.year)
    region = region_of(overview.authority) if overview.authority else None
    lines = [
        Line("less exceptions", [_share(row, _EX, showing) for row in table]),
        Line("all plans", [_share(row, _ALL, showing) for row in table]),
        Line(COUNTRY, _elsewhere(COUNTRY, labels), faint=True),
    ]
    if region:
        lines.append(Line(region, _elsewhere(region, labels), faint=True))
    labels = [f"{label} so far" if label == this_year else label for label in labels]
    says = (
        "Share of new plans issued within 20 weeks, by calendar year of issue, in both versions; the country's and the "
        "region's less exceptions, as published."
    )
    return Figure(
        "trend",
        "Plans within 20 weeks, by year",
        says,
        line_chart("Plans within 20 weeks, by year", says, labels, lines, top=100, unit="%"),
        ["year", *(line.name for line in lines)],
        [[label, *(_printed(line.points[at]) for line in lines)] for at, label in enumerate(labels)],
    )


def _elsewhere(place: str, labels: Sequence[str]) -> list[float | None]:
    rows = [published(place, int(label)) for label in labels]
    return [None if row is None else row.percent(_EX) for row in rows]


def _quarters(overview: Overview, showing: Showing) -> Figure | None:
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
    lines = [Line(name, [_share(row, column, showing) for row in table]) for name, column in names.items()]
    says = "Share done in time, by quarter in which it was done. The last quarter may not be over."
    return Figure(
        "quarters",
        "In time, by quarter",
        says,
        line_chart("In time, by quarter", says, labels, lines, top=100, unit="%"),
        ["quarter", *names],
        [[label, *(_printed(line.points[at]) for line in lines)] for at, label in enumerate(labels)],
    )


def _cohorts(overview: Overview, showing: Showing) -> Figure | None:
    curves = [
        row
        for row in overview.cohorts.curves(overview.as_of, "quarter", last=8)
        if row["followed_weeks"] >= 6 and (showing.all or row["requests"] >= showing.least**2)  # noqa: PLR2004
    ][-_COHORTS:]
    if not curves:
        return None
    weeks = list(range(_COHORT_WEEKS + 1))
    lines = [Line(f"{row['cohort']} ({row['requests']:,})", list(row["finished"][: len(weeks)])) for row in curves]
    if not showing.all:
        # A step of a curve is a handful of children; in print for the public it is drawn every fourth week.
        lines = [Line(line.name, list(line.points[::4])) for line in lines]
        weeks = weeks[::4]
    says = (
        "Of the requests that came in a quarter, the share finished by each week: with a plan, a refusal or a "
        "withdrawal. Clearing a backlog does not lower a curve; getting slower does."
    )
    marks = (6, 16, 20, 30, 52)
    return Figure(
        "cohorts",
        "How fast requests are finished, by quarter of receipt",
        says,
        line_chart(
            "How fast requests are finished",
            says,
            [f"week {week}" for week in weeks],
            lines,
            top=100,
            unit="%",
            upright=(20 if showing.all else 5, "20 weeks"),
        ),
        ["received in", "requests", *(f"by week {week}" for week in marks)],
        [[row["cohort"], row["requests"], *(_by(row, week) for week in marks)] for row in curves],
    )


def _by(row: Mapping[str, Any], week: int) -> str:
    share = row[f"finished_by_{week}"]
    return "not yet" if share == "x" else f"{share}%"


def _ageing(overview: Overview, showing: Showing) -> Figure | None:
    rows = overview.waiting.by_age()
    stages = ("requested", "assessing", "drafting", "draft_issued")
    shown = showing.table(rows, stages, total="open")
    if not any(row["open"] for row in rows):
        return None
    bars = [
        Bar(row["age"], row["open"] if isinstance(row["open"], int) else 0, _cell(row["open"]), marked=at in (3, 4, 5))
        for at, row in enumerate(shown)
    ]
    says = "Open requests by the weeks since they came; hatched bars are past the 20 weeks."
    return Figure(
        "ageing",
        "Who is waiting now",
        says,
        bar_chart("Who is waiting now", says, bars),
        ["age", "open", "not decided whether to assess", "assessing", "drafting", "draft with the family"],
        [[row["age"], row["open"], *(row[stage] for stage in stages)] for row in shown],
    )


def _flow(overview: Overview, showing: Showing) -> Figure | None:
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
    return Figure(
        "flow",
        "Stock and flow, by month",
        says,
        line_chart("Stock and flow, by month", says, [row["month"] for row in rows], lines),
        ["month", "received", "plans", "refused", "withdrawn", "open at end", "plans held at end"],
        [list(row.values()) for row in rows],
    )


def _waterfall(overview: Overview, showing: Showing) -> Figure | None:
    rows = overview.reviewing.waterfall()
    if not rows[0]["plans"]:
        return None
    shown = showing.table(rows, ("plans",), shares={"lost": "plans", "pc_of_step_before": "plans"}, chained=True)
    bars = [
        Bar(
            row["step"],
            row["plans"] if isinstance(row["plans"], int) else 0,
            _cell(row["plans"]) + _in_brackets(row["pc_of_step_before"]),
        )
        for row in shown
    ]
    says = "The reviews of the last 12 months, step by step; each bar is a part of the one above it, in per cent of it."
    return Figure(
        "reviews",
        "Where yearly reviews are lost",
        says,
        bar_chart("Where yearly reviews are lost", says, bars),
        ["step", "plans", "lost", "% of step before"],
        [list(row.values()) for row in shown],
    )


def _delays(overview: Overview, showing: Showing) -> Figure | None:
    rows = overview.reviewing.by_delay()
    if not any(row["all"] for row in rows):
        return None
    bands = [name for name in rows[0] if name not in ("what", "limit", "all")]
    shown = showing.table(rows, bands, total="all")
    bars = [
        Bar(
            row["what"].replace(" of the meeting", ""),
            row["all"] if isinstance(row["all"], int) else 0,
            _cell(row["all"]),
        )
        for row in shown
    ]
    says = "What of the reviews is late and not done today; the table has how long it has been late."
    return Figure(
        "delays",
        "Late reviews, decisions and amended plans",
        says,
        bar_chart("Late reviews, decisions and amended plans", says, bars),
        ["what", *bands, "all"],
        [[row["what"], *(row[band] for band in bands), row["all"]] for row in shown],
    )


def _advice(overview: Overview, showing: Showing) -> Figure | None:
    rows = [
        {**row, "fell_away": row["asked"] - sum(row[name] for name in _ASKED[:-1])} for row in overview.advice.rows()
    ]
    if not rows:
        return None
    shares = {
        "pc_in_time": "in_time", "median_weeks": "in_time", "nine_in_ten_within_weeks": "late",
        "longest_weeks": "late", "longest_overdue_days": "overdue",
    }  # fmt: skip
    shown = showing.table(rows, _ASKED, total="asked", shares=shares)
    bars = [
        Bar(
            row["adviser"].replace("_", " "),
            row["pc_in_time"] if isinstance(row["pc_in_time"], float) else 0,
            f"{row['pc_in_time']}%" if isinstance(row["pc_in_time"], float) else str(row["pc_in_time"]),
        )
        for row in shown
    ]
    says = "Of the advice that was due in the last 12 months, the share that came within 6 weeks of asking."
    columns = ("adviser", "asked", *_ASKED[:-1], "pc_in_time", "median_weeks", "nine_in_ten_within_weeks")
    heads = (
        "adviser", "due", "in time", "late", "overdue", "still open", "% in time", "median weeks",
        "nine in ten within weeks",
    )  # fmt: skip
    return Figure(
        "advice",
        "Advice in time, by adviser",
        says,
        bar_chart("Advice in time, by adviser", says, bars),
        heads,
        [[_plain(row[name]) for name in columns] for row in shown],
    )


def _transfers(overview: Overview, showing: Showing) -> Figure | None:
    rows = [row for row in overview.reviewing.transfers() if row["due"] >= _SMALLEST_TRANSFER]
    if not rows:
        return None
    ahead = [row for row in rows if row["due_on"] >= overview.as_of]
    chosen = min(ahead, key=lambda row: row["due_on"]) if ahead else max(rows[:3], key=lambda row: row["due"])
    points = overview.reviewing.burn_up(chosen["due_on"])
    if not points or not showing.share_may_show(chosen["final"], chosen["due"]):
        return None
    every = points if showing.all else points[::4]
    past = [at for at, point in enumerate(every) if point["on"] >= chosen["due_on"]]
    labels = [f"{point['on'].day} {point['on']:%b}" for point in every]
    name = f"{chosen['due_on'].day} {chosen['due_on']:%B %Y}"
    says = f"Amended plans sent for the transfers whose last lawful day is {name}, against the number due."
    if isinstance(chosen["needed_per_week"], int) and showing.all:
        says += f" {chosen['needed_per_week']} a week are still needed."
    lines = [
        Line("sent so far", [point["final"] if showing.count(point["final"]) != "c" else None for point in every]),
        Line("due", [point["due"] for point in every]),
    ]
    shown = showing.table(
        [{**row, "late": row["final"] - row["in_time"]} for row in rows[:8]],
        ("in_time", "late", "left"),
        total="due",
        shares={"pc_final": "left", "final": "left", "needed_per_week": "left"},
    )
    return Figure(
        "transfers",
        "Phase transfers: sent against due",
        says,
        line_chart(
            "Phase transfers: sent against due",
            says,
            labels,
            lines,
            upright=(past[0], "last lawful day") if past else None,
        ),
        ["last lawful day", "due", "sent", "in time", "left", "% sent", "needed a week"],
        [
            [row["due_on"], row["due"], row["final"], row["in_time"], row["left"], _plain(row["pc_final"]),
             _plain(row["needed_per_week"])]
            for row in shown
        ],
    )  # fmt: skip


def _cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _in_brackets(share: float | str) -> str:
    return f" ({share}%)" if isinstance(share, float) else ""


def _plain(value: Any) -> Any:
    return "–" if value == "x" else value
