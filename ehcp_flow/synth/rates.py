"""How likely each turn of a case is, for one authority and year, from DfE's published counts.

What an authority has not published for a year comes from the nearest year that it has, and then from England.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from ehcp_flow.synth.dfe_counts import ENGLAND, LAST_YEAR, Counts, nearest

__all__ = ["REQUESTERS", "Rates", "rates_of", "weights_of"]

REQUESTERS: Final = (
    ("school", 0.565), ("parent", 0.27), ("young_person", 0.03), ("post16", 0.035), ("other", 0.06),
    ("social_care", 0.01), ("health", 0.015), ("authority", 0.015),
)  # fmt: skip
"""Who asks: England 2025, education settings 57 %, parents and young people 30 %."""
_GROWTH: Final = 1.06
_PENDING: Final = 0.16
"""How many of a year's late review decisions are still to come on its last day, so that no count holds them yet."""
_TRANSFERS: Final = 0.34
"""How many of a year's reviews come before a transfer between phases, and so end in an amended plan."""
_AGES: Final = (0.24, 0.2, 0.17, 0.15, 0.13, 0.11)


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares from 0 to 1, each of the step before it."""

    decided_in_6_weeks: float
    bands: tuple[tuple[str, float], ...]
    """For plans: `within`, `year` or `over`, with `_ex` behind it where an exception held."""
    not_issued_in_16_weeks: float
    mediation_of_refusals: float
    appeals_of_refusals: float
    mediation_of_no_plan: float
    appeals_of_no_plan: float
    never_reviewed: float
    reviewed_each_year: float
    undecided: float
    decided_in_4_weeks: float
    outcomes: tuple[tuple[str, float], ...]


def _share(parts: Sequence[str], whole: Sequence[str], *rows: Counts) -> float:
    """Return parts / whole from the first row that has both and anything to count; DfE's England always does."""
    for row in rows:
        if row.known(*parts, *whole) and (total := sum(row.number(name) for name in whole)) > 0:
            return min(max(sum(row.number(name) for name in parts) / total, 0.0), 1.0)
    return 0.0


def _bands(row: Counts, country: Counts) -> tuple[tuple[str, float], ...]:
    """Return the shares of plans by time and exception; where a band is not published, England's split of late ones."""
    if not (row.known("plans_issued_den") and row.number("plans_issued_den")):
        row = country
    total = row.number("plans_issued_den")
    within, within_clear = row.number("plans_issued_within_20_weeks"), row.number("plans_issued_20_weeks_ex")
    clear = row.number("plans_issued_den_ex")
    late, late_clear = total - within, clear - within_clear
    shown = row if row.known("plans_issued_gt_1_year") else nearest(ENGLAND, LAST_YEAR - 1)
    slow = _share(["plans_issued_gt_1_year"], ["plans_issued_gt20weeks_ltYear", "plans_issued_gt_1_year"], shown)
    excepted, late_excepted = within - within_clear, late - late_clear
    return (
        ("within", within_clear / total),
        ("year", late_clear * (1 - slow) / total),
        ("over", late_clear * slow / total),
        ("within_ex", max(excepted, 0) / total),
        ("year_ex", max(late_excepted, 0) * (1 - slow) / total),
        ("over_ex", max(late_excepted, 0) * slow / total),
    )


def _reviewing(row: Counts, country: Counts) -> tuple[float, float]:
    """Return the share of plans never reviewed, and how likely a review is in a year for the others.

    Two published shares fix the two: plans whose last meeting was in the year, and plans without any meeting.
    """
    names = ("review_meeting_24", "review_meeting_25")
    this_year = _share(names, ["review_expected"], row, country)
    none = _share(["no_review_meeting"], ["review_expected"], row, country)
    low, high = max(this_year, 0.05), 1.0
    for _ in range(40):
        each = (low + high) / 2
        never = 1 - this_year / each
        missed, left = 0.0, 1.0
        for weight in _AGES:
            left *= 1 - each
            missed += weight * left
        if never + (1 - never) * missed < none:
            low = each
        else:
            high = each
    return max(1 - this_year / low, 0.0), low


@cache
def rates_of(authority: str, year: int) -> Rates:
    """Return the rates of an authority in a year."""
    row, country = nearest(authority, year), nearest(ENGLAND, year)
    late_row, late_country = nearest(authority, LAST_YEAR), nearest(ENGLAND, LAST_YEAR)
    first = nearest(authority, LAST_YEAR - 1)
    chain = (row, first, late_row, late_country)
    never, each = _reviewing(late_row, late_country)
    decided = ("number_decsion_4weeks", "number_decision_gt_4weeks")
    undecided = 1 - _share(decided, ["total_review_meeting"], late_row, late_country)
    in_4_weeks = _share(decided[:1], decided, late_row, late_country)
    pending = (1 - in_4_weeks) * _PENDING * 1.4
    ends = {"amend": "outcome_amend", "maintain": "outcome_maintan", "cease": "outcome_cease"}
    outcomes = {end: _share([name], [*ends.values()], late_row, late_country) for end, name in ends.items()}
    outcomes["amend"] = max((outcomes["amend"] - _TRANSFERS) / (1 - _TRANSFERS), 0.02)
    return Rates(
        decided_in_6_weeks=_share(
            ["request_outcome_six_weeks"], ["request_outcome_six_weeks", "request_outcome_over_6_weeks"], *chain
        ),
        bands=_bands(row, country),
        not_issued_in_16_weeks=_share(
            ["outcome_decision_within_time"], ["outcome_decision_within_time", "outcome_decision_over_time"], *chain
        ),
        mediation_of_refusals=_share(["mediation_related_request"], ["requests_decided_not_to_assess"], *chain),
        appeals_of_refusals=_share(["tribunal_related_request"], ["requests_decided_not_to_assess"], *chain),
        mediation_of_no_plan=_share(["number_assess_mediation"], ["assess_not_issued"], *chain),
        appeals_of_no_plan=_share(["number_assess_tribunal"], ["assess_not_issued"], *chain),
        never_reviewed=never,
        reviewed_each_year=each,
        undecided=max(undecided - pending, 0.0) / (1 - pending),
        decided_in_4_weeks=in_4_weeks * (1 - _PENDING) / (1 - in_4_weeks * _PENDING),
        outcomes=tuple(outcomes.items()),
    )


def weights_of(authority: str, year: int) -> Mapping[str, float]:
    """Return how many lives of each kind ended their first stage in a year; past the tables, with growth."""
    row = nearest(authority, year)
    growth = 1.0
    for _ in range(row.year, year):
        growth *= _GROWTH
    for _ in range(year, row.year):
        growth /= _GROWTH
    received, refused = row.number("requests_received_in_year"), row.number("requests_decided_not_to_assess")
    plans = row.number("plans_issued_den") or 0.92 * row.number("assess_issued")
    withdrawn = row.number("requests_withdrawn") if row.known("requests_withdrawn") else 0.016 * received
    dropped = row.number("assess_withdrawn") if row.known("assess_withdrawn") else 0.004 * plans
    return {
        "plan": growth * plans,
        "refused": growth * refused,
        "no_plan": growth * row.number("assess_not_issued"),
        "withdrawn": growth * withdrawn,
        "dropped": growth * dropped,
        "moved_in": growth * 0.05 * plans,
    }
