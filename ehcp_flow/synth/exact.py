"""A caseload whose counts are DfE's published counts, made case by case, so that measures can be proved against them.

`plan_caseload` first settles how many cases of each kind there must be, and names every published count that no
caseload can show; `published_caseload` then makes exactly those. It proves counting and is no picture of a real year:
only the kinds and the numbers of cases are the authority's.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from ehcp_flow.facts import Fact
from ehcp_flow.synth.chance import Chance, Urn
from ehcp_flow.synth.exact_reviews import REVIEW_COLUMNS, ReviewsPlanned, plan_reviews, reviewed_lives
from ehcp_flow.synth.life import Life, Row, as_facts
from ehcp_flow.synth.published import ENGLAND, Counts, authorities, counts_of

__all__ = [
    "Discrepancy", "Planned", "census_day", "plan_caseload", "published_caseload", "published_discrepancies",
    "published_lives",
]  # fmt: skip

_BANDS: Final = {
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
_NOT_MADE: Final = ("number_assess_mediation", "number_assess_tribunal")
_PLANS: Final = ("plans_issued_den", "plans_issued_den_ex", *chain.from_iterable(_BANDS.values()))


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


def census_day(year: int) -> dt.date:
    """Return the day on which SEN2 asks about `year`: the third Thursday of the January after it."""
    start = dt.date(year + 1, 1, 15)
    return start + dt.timedelta(days=(3 - start.weekday()) % 7)


def plan_caseload(authority: str, year: int) -> Planned:
    """Return what `published_caseload` will build. Raises UnknownNameError for an authority or year not published."""
    row = counts_of(authority, year)
    planned = Planned(authority, year)
    _plan_requests(planned, row)
    _plan_assessments(planned, row)
    issued = planned.counts["assess_issued"]
    for column in _NOT_MADE:
        if row[column] != 0:
            planned.note(column, row[column], 0, "no case is made of a dispute about the decision not to issue a plan")
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


def _plan_assessments(planned: Planned, row: Counts) -> None:
    timed = row.known(*_PLANS)
    for column in _PLANS:
        planned.counts[column] = row.number(column)
        if not timed:
            planned.note(column, row[column], 0, "the authority's 20 weeks are not published")
    counted, clear = Counter[str](), Counter[str]()
    if timed:
        for band, (all_, without) in _BANDS.items():
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


def published_discrepancies(authority: str, year: int) -> list[Discrepancy]:
    """Return every published count that `published_caseload` does not show, and why.

    For England (`ENG`), these are the counts in which the authorities' caseloads together differ from England's row.
    """
    if authority != ENGLAND:
        return plan_caseload(authority, year).discrepancies
    row = counts_of(ENGLAND, year)
    plans = [plan_caseload(each, year) for each in authorities(year)]
    total = Counter[str]()
    by_column: dict[str, list[Discrepancy]] = {}
    for planned in plans:
        total.update(planned.counts)
        for each in planned.discrepancies:
            by_column.setdefault(each.column, []).append(each)
    found = []
    for column, published in row.items():
        if published is not None and total[column] != published:
            shares = by_column.get(column, [])
            where = ", ".join(each.authority for each in shares) or "none by itself"
            why = f"England's row holds what its authorities' rows do not, or cannot show; authorities: {where}"
            found.append(Discrepancy(ENGLAND, year, column, published, total[column], why))
    return found


def published_caseload(authority: str, year: int) -> Iterator[Fact]:
    """Return the facts of a caseload whose counts are those that DfE published for an authority and a calendar year.

    It is as at the census day after the year (`census_day`). `ENG` gives every authority's caseload in turn. What the
    published counts do not allow is in `published_discrepancies`. Raises UnknownNameError for what is not published.
    """
    return as_facts(published_lives(authority, year))


def published_lives(authority: str, year: int) -> Iterator[tuple[str, str, list[Row]]]:
    """Return the cases of `published_caseload` as rows."""
    counts_of(authority, year)
    if authority == ENGLAND:
        return chain.from_iterable(_built(each, year) for each in authorities(year))
    return _built(authority, year)


def _built(authority: str, year: int) -> Iterator[tuple[str, str, list[Row]]]:
    planned = plan_caseload(authority, year)
    chance = Chance(int(authority) * 10_000 + year)
    builder = _Builder(planned, chance)
    lives = builder.lives()
    if planned.reviews is not None:
        lives = chain(lives, reviewed_lives(planned.reviews, chance, builder.new, year, census_day(year)))
    for life in lives:
        life.rows.sort()
        yield life.case_id, life.authority, life.rows


class _Builder:
    """Makes the cases of requests and assessments. Each draws, from one urn, whether its decision was in time."""

    def __init__(self, planned: Planned, chance: Chance) -> None:
        self._planned = planned
        self._kinds = planned.kinds
        self._chance = chance
        self._number = 0
        self._first = dt.date(planned.year, 1, 1).toordinal()
        self._last = dt.date(planned.year, 12, 31).toordinal()
        self._decisions = Urn(
            chance,
            on_time=planned.counts["request_outcome_six_weeks"],
            late=planned.counts["request_outcome_over_6_weeks"],
        )
        ready = max(self._kinds["yes"] - self._kinds["after_year"], 0)
        self._this_year = ready
        self._carried = self._kinds["carried"]
        reviews = planned.reviews
        self._leavers = reviews.leavers if reviews else 0

    def new(self) -> Life:
        """Return an empty case with the next number."""
        self._number += 1
        authority = self._planned.authority
        return Life(f"{authority}-{self._planned.year}-{self._number:06d}", authority)

    def lives(self) -> Iterator[Life]:
        """Return every case but those that are there for their reviews."""
        kinds: list[tuple[Callable[[str], Life], tuple[str, ...]]] = [
            (self._planned_plan, tuple(name for band in _BANDS for name in (band, f"{band}_ex"))),
            (self._undated_plan, ("undated", "undated_ex")),
            (self._ordered_plan, ("ordered",)),
            (self._no_plan, ("no_plan", "no_plan_late", "no_plan_undated")),
            (self._dropped, ("dropped",)),
        ]
        for make, names in kinds:
            for name in names:
                for _ in range(self._kinds[name]):
                    yield make(name)
        yield from self._requests()

    def _lag(self, kind: str) -> int:
        return self._chance.between(43, 75) if kind == "late" else self._chance.between(7, 42)

    def _dates(self, least: int, most: int) -> tuple[int, int, int]:
        """Return request, decision to assess and end of an assessment that ends in the year, so many days after.

        Some requests are of the year, some were decided in it, and the others were decided before it, as far as the
        published decisions go round.
        """
        chance = self._chance
        length = chance.between(least, most)
        where = chance.random()
        if where < 0.5 and self._this_year and most < 365 and len(self._decisions):
            self._this_year -= 1
            lag = min(self._lag(self._decisions.draw()), length - 20)
            start = chance.between(self._first, self._last - length)
            return start, start + lag, start + length
        if where < 0.7 and self._carried and most < 365 and len(self._decisions):
            self._carried -= 1
            lag = min(self._lag(self._decisions.draw()), length - 20)
            start = chance.between(self._first - lag, self._first - 1)
            return start, start + lag, start + length
        lag = chance.between(10, 42)
        # No plan is made on 1 January: its first review would fall due on 31 December.
        start = chance.between(self._first + 1 - length, min(self._first - 1 - lag, self._last - length))
        return start, start + lag, start + length

    def _assessment(self, life: Life, start: int, agreed: int, end: int) -> None:
        life.add("request_received", start, "school" if self._chance.yes(0.6) else "parent")
        life.add("assessment_agreed", agreed)
        for party in ("educational", "psychological"):
            life.add("advice_requested", agreed, party)
            life.add("advice_received", min(agreed + self._chance.between(14, 60), end), party)

    def _planned_plan(self, kind: str) -> Life:
        life = self.new()
        band = kind.removesuffix("_ex")
        # A margin at a year, which is 52 weeks to one reader and 365 days to another; none at 20 weeks.
        least, most = {"within": (100, 140), "year": (141, 357), "over": (372, 700)}[band]
        start, agreed, end = self._dates(least, most)
        draft = end - self._chance.between(15, 20)
        self._assessment(life, start, agreed, max(draft - 1, agreed))
        if band != kind:
            self._except(life, start)
        life.add("plan_agreed", draft)
        life.add("draft_plan_sent", draft)
        life.add("final_plan_sent", end)
        return self._left(life, end)

    def _except(self, life: Life, start: int) -> None:
        more = (("until", start + 90), ("limit", "final_plan"), ("reason", "serious illness in the family"))
        life.add("exception_recorded", start + 50, "", "exceptional_circumstances", more)

    def _left(self, life: Life, made: int) -> Life:
        """Move a child away where more plans were made in the year than are held at its end."""
        if self._leavers:
            self._leavers -= 1
            moved = min(made + self._chance.between(1, 60), self._last)
            life.add("moved_away", moved)
            life.add("plan_transferred_out", moved)
        return life

    def _undated_plan(self, kind: str) -> Life:
        """Make a plan without a request: it is issued, and nobody can say in how many weeks."""
        life = self.new()
        end = self._chance.between(self._first + 1, self._last)
        if kind == "undated_ex":
            self._except(life, end - 120)
        life.add("final_plan_sent", end)
        return self._left(life, end)

    def _ordered_plan(self, _kind: str) -> Life:
        """Make a plan that came of a refusal: its clock is the agreement's or the order's, not the 20 weeks."""
        life = self.new()
        ordered = self._first - self._chance.between(16, 80)
        end = self._chance.between(self._first + 1, ordered + 98)
        refused = ordered - self._chance.between(90, 200)
        life.add("request_received", refused - self._chance.between(10, 42), "parent")
        life.add("assessment_refused", refused)
        if self._chance.yes(0.7):
            life.add("mediation_contacted", refused + 10)
            life.add("mediation_requested", refused + 12)
            life.add("mediation_held", ordered)
            life.add("mediation_agreed", ordered, "", "assess")
        else:
            life.add("appeal_registered", refused + 30)
            life.add("tribunal_order_made", ordered, "", "assess")
        life.add("assessment_agreed", ordered + 14)
        life.add("advice_requested", ordered + 14, "psychological")
        life.add("plan_agreed", end - 15)
        life.add("draft_plan_sent", end - 15)
        life.add("final_plan_sent", end)
        return self._left(life, end)

    def _no_plan(self, kind: str) -> Life:
        life = self.new()
        if kind == "no_plan_undated":
            life.add("plan_refused", self._chance.between(self._first, self._last))
            return life
        least, most = (98, 112) if kind == "no_plan" else (113, 250)
        start, agreed, end = self._dates(least, most)
        self._assessment(life, start, agreed, end)
        life.add("plan_refused", end)
        return life

    def _dropped(self, _kind: str) -> Life:
        life = self.new()
        agreed = self._first - self._chance.between(1, 60)
        life.add("request_received", agreed - self._chance.between(5, 42), "parent")
        life.add("assessment_agreed", agreed)
        life.add("request_withdrawn", self._chance.between(self._first, self._first + 60))
        return life

    def _requests(self) -> Iterator[Life]:
        """Return what is left of the year's requests, and of the decisions on last year's."""
        chance, kinds = self._chance, self._kinds
        disputes = Urn(chance, mediated=kinds["mediated"], appealed=kinds["appealed"], both=kinds["both"])
        disputes.left["none"] = max(kinds["no"] - len(disputes), 0)
        after = kinds["after_year"]
        last_yes = min(after, kinds["yes"])
        for _ in range(self._this_year):
            yield self._decided("assessment_agreed", self._first)
        for index in range(kinds["no"]):
            event, late = "assessment_refused", index < after - last_yes
            life = self._after_year(event) if late else self._decided(event, self._first)
            yield self._disputed(life, disputes.draw())
        for _ in range(last_yes):
            yield self._after_year("assessment_agreed")
        while self._carried:
            self._carried -= 1
            yield self._decided("assessment_agreed" if chance.yes(0.7) else "assessment_refused", 0)
        for _ in range(kinds["open"]):
            life = self.new()
            life.add("request_received", self._last - chance.between(0, 60), "school")
            yield life
        for _ in range(kinds["withdrawn"]):
            life = self.new()
            start = chance.between(self._first, self._last - 20)
            life.add("request_received", start, "parent")
            life.add("request_withdrawn", start + chance.between(2, 20))
            yield life

    def _decided(self, event: str, first: int) -> Life:
        """Make a request with a decision in the year; received from `first` on, or (0) in the year before."""
        life = self.new()
        lag = self._lag(self._decisions.draw())
        start = (
            self._chance.between(first, self._last - lag)
            if first
            else self._chance.between(self._first - lag, self._first - 1)
        )
        life.add("request_received", start, "school" if self._chance.yes(0.6) else "parent")
        life.add(event, start + lag)
        return life

    def _after_year(self, event: str) -> Life:
        """Make a request of the year that was decided after its end and before the census."""
        life = self.new()
        life.add("request_received", self._last - self._chance.between(5, 28), "school")
        life.add(event, self._last + self._chance.between(2, 14))
        return life

    def _disputed(self, life: Life, kind: str) -> Life:
        refused = max(row.on for row in life.rows)
        if kind in {"mediated", "both"}:
            life.add("mediation_contacted", refused + 1, "")
            life.add("mediation_certificate_issued", refused + 2)
        if kind in {"appealed", "both"}:
            life.add("appeal_registered", refused + 2)
        return life
