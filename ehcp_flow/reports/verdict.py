"""Whether the service is getting better: the last twelve months against the twelve before, and against the country.

A share has changed clearly where `ehcp_flow.measures.change` says so. Anything less is "no clear change", whichever way
it points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ehcp_flow import nouns
from ehcp_flow.measures import MeasureTable, catalogue, exception_rate, percent
from ehcp_flow.measures.change import Change, clear_change
from ehcp_flow.measures.published_figures import COUNTRY, Published, name_of, region_of
from ehcp_flow.measures.suppression import HIDDEN
from ehcp_flow.reports.case_lists import Share
from ehcp_flow.reports.overview import Overview
from ehcp_flow.reports.showing import Showing

__all__ = [
    "EXCEPTIONS", "HEADLINE", "SIGNS", "Elsewhere", "Headline", "exceptions_said", "headlines",
    "in_more_words", "in_words", "place_of", "published_year",
]  # fmt: skip

SIGNS: Final[dict[Change, str]] = {
    "better": "▲", "worse": "▼", "more": "△", "fewer": "▽", "no clear change": "●", "cannot be said": "–",
}  # fmt: skip
_SAID: Final[dict[Change, str]] = {
    "better": "clearly better than a year ago",
    "worse": "clearly worse",
    "no clear change": "not clearly changed",
    "cannot be said": "too small to say",
}
HEADLINE: Final = "pc_plans_issued_20_weeks_ex"
EXCEPTIONS: Final = "pc_plans_with_exception"
_LINES: Final[tuple[tuple[str, str, bool | None], ...]] = (
    ("Plans within 20 weeks, less exceptions", HEADLINE, True),
    ("Plans within 20 weeks, all plans", "pc_plans_issued_within_20_weeks", True),
    ("New plans with an exception", EXCEPTIONS, None),
    ("Requests decided within 6 weeks", "request_outcome_six_weeks_pc", True),
    ("Refusals to issue within 16 weeks", "outcome_decision_within_time_pc", True),
    ("Review decisions within 4 weeks", "pc_decsion_4weeks", True),
    ("Reviews due, no meeting ever recorded", "pc_no_review_meeting", False),
    ("Phase transfers finalised in time", "pc_phase_transfer_in_time", True),
    ("Advice within 6 weeks", "pc_advice_within_6_weeks", True),
)
"""The lines of the first screen: what it is, its column, and whether more of it is better; None if neither is."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What was published of a place: the share of the newest year that was out, and of the one before, as printed."""

    now: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """One line: the share now and a year ago, of how many, which way it went, and what was published.

    `now_said` and `before_said` are how many of how many, with the cases of each.
    """

    name: str
    column: str
    now: float | str
    now_of: tuple[int, int]
    now_said: str
    before: float | str
    before_of: tuple[int, int]
    before_said: str
    change: Change
    own: Elsewhere
    country: Elsewhere
    region: Elsewhere


def headlines(overview: Overview, showing: Showing | None = None) -> list[Headline]:
    """Return the lines of the first screen, as they may be shown."""
    table, shown = overview.rolling, showing or Showing()
    authority = overview.authority
    region = region_of(authority) if authority else None
    lines = []
    for name, column, more_is_better in _LINES:
        dear = _DEAREST if column == HEADLINE else _DEAR
        before, now = (_side(table, at, column, shown, dear) for at in (0, 1)) if len(table) else (_NOTHING, _NOTHING)
        lines.append(
            Headline(
                name,
                column,
                now.share,
                now.of,
                now.said,
                before.share,
                before.of,
                before.said,
                clear_change(now.of, before.of, more_is_better=more_is_better),
                _elsewhere(overview, authority, column),
                _elsewhere(overview, COUNTRY, column),
                _elsewhere(overview, region, column),
            )
        )
    return lines


class _Side(NamedTuple):
    share: float | str
    of: tuple[int, int]
    said: str = ""


_NOTHING: Final = _Side("x", (0, 0))
_DEAR, _DEAREST = 2, 3


def _side(table: MeasureTable, row: int, name: str, showing: Showing, dear: int) -> _Side:
    if not showing.measured(table, row, name, dear=dear):
        return _Side(HIDDEN, (0, 0))
    column = catalogue().columns[name]
    values: dict[str, Any] = table[row]
    part, whole = values[column.base], sum(values[part] for part in column.over)
    said = Share.of(f"{part:,} of {whole:,}", table.explain(row, name)) if whole and showing.all else ""
    return _Side(values[name], (part, whole), said)


def published_year(overview: Overview) -> int | None:
    """Return the newest year whose figures stand beside a report's own: the newest that was out by its day."""
    return overview.published.last_year(overview.as_of)


def _elsewhere(overview: Overview, place: str | None, name: str) -> Elsewhere:
    year = published_year(overview)
    if place is None or year is None:
        return Elsewhere()
    return Elsewhere(*(_published(overview.published.of(place, each), name) for each in (year, year - 1)))


def _published(row: Published | None, name: str) -> str:
    """Return a share as it was published, or as the published counts give it, or nothing."""
    if row is None:
        return ""
    column = catalogue().columns[name]
    printed = row.percent(name)
    if printed is None:
        base, whole = row.count(column.base), row.count(column.over[0])
        if name == EXCEPTIONS and whole is not None:
            clear = row.count("plans_issued_den_ex")
            base = None if clear is None else whole - clear
        if base is None or not whole or len(column.over) > 1:
            return ""
        value = percent(base, whole)
        printed = value if isinstance(value, float) else None
    return "" if printed is None else f"{printed}%"


def exceptions_said(overview: Overview, lines: Sequence[Headline]) -> tuple[str, bool]:
    """Return what is said where exceptions stand out from the country's, and whether it is an alarm: they are more.

    The text is empty where they do not stand out, and where they must not be shown.
    """
    line = next(line for line in lines if line.column == EXCEPTIONS)
    year = published_year(overview)
    country = None if year is None else overview.published.of(COUNTRY, year)
    plans, clear = (country.count(name) if country else None for name in ("plans_issued_den", "plans_issued_den_ex"))
    if not line.now_of[1] or not plans or clear is None:
        return "", False
    rate = exception_rate(line.now_of[1], line.now_of[0], country_plans=plans, country_excepted=plans - clear)
    beside = f"{rate['pc_with_exception']}% of the new plans of the last 12 months, England's {rate['pc_country']}%"
    if rate["stands_out"] == "above":
        many = (
            f"Far more exceptions than the country records: {beside}. Excepted plans leave both sides of the headline, "
            "so read it beside the line for all plans, and look at the facts of each exception."
        )
        return many, True
    if rate["stands_out"] == "below":
        few = (
            f"Far fewer exceptions than the country records: {beside}. The two versions of the 20 weeks hardly differ."
        )
        return few, False
    return "", False


def in_words(lines: Sequence[Headline]) -> str:
    """Return the lines in one sentence, those of which neither more nor less is better left out."""
    told = {column for _, column, better in _LINES if better is not None}
    lines = [line for line in lines if line.column in told]
    count = {change: sum(line.change == change for line in lines) for change in SIGNS}
    if count["no clear change"] == len(lines):
        return f"None of {len(lines)} measures has clearly changed in a year."
    parts = [
        f"{count[change]} {'is' if count[change] == 1 else 'are'} {words}"
        for change, words in _SAID.items()
        if count[change]
    ]
    return f"Of {len(lines)} measures, {', '.join(parts)}."


def in_more_words(lines: Sequence[Headline], year: int | None, over_20: int | str, over_20_before: int | str) -> str:
    """Return the headline beside the country's and the region's, and the backlog beside that of a year ago."""
    first = next(line for line in lines if line.column == HEADLINE)
    said = []
    if isinstance(first.now, float):
        beside = [f"{place} {share.now}" for place, share in (("England", first.country), ("the region", first.region))]
        beside = [text for text, share in zip(beside, (first.country, first.region), strict=True) if share.now]
        against = f" ({', '.join(beside)} in {year})" if beside else ""
        said.append(f"The headline is {first.now}%{against}.")
    if isinstance(over_20, int):
        waits = f"{nouns.count(over_20, 'request has', 'requests have')} been open for more than 20 weeks"
        if isinstance(over_20_before, int):
            more = over_20 - over_20_before
            waits += f", {abs(more):,} {'more' if more > 0 else 'fewer'} than a year ago" if more else ", as a year ago"
        said.append(f"{waits}.")
    return " ".join(said)


def place_of(overview: Overview) -> str:
    """Return whose report it is, in words."""
    if overview.authority:
        name = name_of(overview.authority)
        return f"authority {name}" if name == overview.authority else name
    if not overview.authorities:
        return "An authority that the record does not name"
    return f"{len(overview.authorities)} authorities"
