"""How many cases of each kind an authority's published counts need, and which of those counts no caseload can show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from ehcp_flow.synth.dfe_counts import Counts, counts_of
from ehcp_flow.synth.exact_reviews import REVIEW_COLUMNS, ReviewsPlanned, plan_reviews

__all__ = ["BANDS", "Discrepancy", "Planned", "plan_caseload"]

BANDS: Final = {
    "within": ("plans_issued_within_20_weeks", "plans_issued_20_weeks_ex"),
    "year": ("plans_issued_gt20weeks_ltYear", "plans_issued_gt20weeks_ltYear_ex"),
    "over": ("plans_issued_gt_1_year", "plans_issued_gt_1_year_ex"),
}
_REQUESTS: Final = (
    "requests_received_in_year", "requests_decided_to_assess", "requests_decided_not_to_assess",
    "requests_decision_not_made", "requests_withdrawn", "request_outcome_six_weeks", "request_outcome_over_6_weeks",
)  # fmt: skip
_DISPUTES: Final = ("mediation_related_request", "tribunal_related_request", "tribunal_after_mediation_request")
_ASSESSMENTS: Final = (
    "assess_issued", "assess_not_issued", "assess_withdrawn", "outcome_decision_within_time",
    "outcome_decision_over_time",
)  # fmt: skip
_NO_PLAN: Final = {"number_assess_mediation": "no_plan_mediated", "number_assess_tribunal": "no_plan_appealed"}
_PLANS: Final = ("plans_issued_den", "plans_issued_den_ex", *chain.from_iterable(BANDS.values()))


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A published count that the caseload does not show: DfE's column, both counts (None: not published), and why."""

    authority: str
    year: int
    column: str
    published: int | None
    built: int
    why: str

    def __str__(self) -> str:
        stands = "nothing" if self.published is None else f"{self.published:,}"
        return f"{self.authority}, {self.year}, {self.column}: {stands} is published, {self.built:,} built: {self.why}"


@dataclass
class Planned:
    """What a caseload of an authority and year will hold: `counts` by DfE's column, and what is not as published."""

    authority: str
    year: int
    counts: dict[str, int] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    reviews: ReviewsPlanned | None = None
    discrepancies: list[Discrepancy] = field(default_factory=list)

    def note(self, column: str, published: int | None, built: int, why: str) -> None:
        """Name one count that differs."""
        self.discrepancies = [each for each in self.discrepancies if each.column != column]
        self.discrepancies.append(Discrepancy(self.authority, self.year, column, published, built, why))


def plan_caseload(authority: str, year: int) -> Planned:
    """Return what `published_caseload` will build. Raises UnknownNameError for an authority or year not published."""
    row = counts_of(authority, year)
    planned = Planned(authority, year)
    _plan_requests(planned, row)
    _plan_custody(planned, row)
    _plan_assessments(planned, row)
    issued = planned.counts["assess_issued"]
    for column, kind in _NO_PLAN.items():
        planned.counts[column] = planned.kinds[kind] = row.number(column)
        if row[column] is None:
            planned.note(column, None, 0, "the authority's disputes are not published")
    planned.reviews = plan_reviews(row, issued)
    if planned.reviews is None:
        for column in REVIEW_COLUMNS:
            built = issued if column in {"total_ehc_plans", "review_not_expected"} else 0
            planned.counts[column] = built
            planned.note(column, row[column], built, "reviews are not published: only the year's new plans are built")
    else:
        planned.counts.update(planned.reviews.counts)
        for column, (built, why) in planned.reviews.differences.items():
            planned.note(column, row[column], built, why)
    return planned


def _plan_requests(planned: Planned, row: Counts) -> None:
    if not row.known(*_REQUESTS):
        for column in (*_REQUESTS, *_DISPUTES):
            planned.counts[column] = 0
            planned.note(column, row[column], 0, "the authority's requests are not published")
        return
    yes, no = row.number("requests_decided_to_assess"), row.number("requests_decided_not_to_assess")
    timed = row.number("request_outcome_six_weeks") + row.number("request_outcome_over_6_weeks")
    planned.kinds.update(
        yes=yes, no=no, open=row.number("requests_decision_not_made"), withdrawn=row.number("requests_withdrawn"),
        after_year=max(yes + no - timed, 0), carried=max(timed - yes - no, 0),
    )  # fmt: skip
    for column in _REQUESTS:
        planned.counts[column] = row.number(column)
    received = yes + no + planned.kinds["open"] + planned.kinds["withdrawn"]
    if received != row["requests_received_in_year"]:
        planned.counts["requests_received_in_year"] = received
        planned.note("requests_received_in_year", row["requests_received_in_year"], received, "its parts do not add up")
    mediated = min(row.number(_DISPUTES[0]), no)
    both = min(row.number(_DISPUTES[2]), mediated, row.number(_DISPUTES[1]))
    appealed = min(row.number(_DISPUTES[1]), no - mediated + both)
    for column, built in zip(_DISPUTES, (mediated, appealed, both), strict=True):
        planned.counts[column] = built
        if row[column] != built:
            why = "not published" if row[column] is None else "more than the refusals of the year: of earlier years too"
            planned.note(column, row[column], built, why)
    planned.kinds.update(mediated=mediated - both, appealed=appealed - both, both=both)


def _plan_custody(planned: Planned, row: Counts) -> None:
    """Settle how many requests were for somebody detained: no more than there are requests."""
    published, received = row["requests_rya"], planned.counts["requests_received_in_year"]
    built = min(published or 0, received)
    planned.counts["requests_rya"] = planned.kinds["detained"] = built
    if published != built:
        why = "not published" if published is None else "more than the requests of the year"
        planned.note("requests_rya", published, built, why)


def _plan_assessments(planned: Planned, row: Counts) -> None:
    timed = row.known(*_PLANS)
    for column in _PLANS:
        planned.counts[column] = row.number(column)
        if not timed:
            planned.note(column, row[column], 0, "the authority's 20 weeks are not published")
    counted, clear = Counter[str](), Counter[str]()
    if timed:
        for band, (all_, without) in BANDS.items():
            counted[band], clear[band] = row.number(all_), row.number(without)
        counted["undated"] = row.number("plans_issued_den") - sum(counted.values())
        clear["undated"] = row.number("plans_issued_den_ex") - sum(clear.values())
        for band in counted:
            planned.kinds[band] = clear[band]
            planned.kinds[f"{band}_ex"] = counted[band] - clear[band]
        lost = planned.kinds["undated_ex"]
        if lost:
            planned.note(
                "plans_issued_den_ex", row["plans_issued_den_ex"], row.number("plans_issued_den_ex"),
                f"{lost} of the excepted plans have no date of request: their exceptions are recorded, and no period "
                "is known in which their grounds could hold",
            )  # fmt: skip
    for column in _ASSESSMENTS:
        planned.counts[column] = row.number(column)
        if row[column] is None:
            planned.note(column, None, 0, "the authority's assessments are not published")
    total = sum(counted.values())
    if row.number("assess_issued") < total:
        planned.counts["assess_issued"] = total
        why = "more plans are counted for the 20 weeks than assessments that ended with one"
        planned.note("assess_issued", row["assess_issued"], total, why)
    planned.kinds["ordered"] = planned.counts["assess_issued"] - total
    within, late = row.number("outcome_decision_within_time"), row.number("outcome_decision_over_time")
    planned.kinds.update(
        no_plan=within, no_plan_late=late, no_plan_undated=max(row.number("assess_not_issued") - within - late, 0),
        dropped=row.number("assess_withdrawn"),
    )  # fmt: skip
