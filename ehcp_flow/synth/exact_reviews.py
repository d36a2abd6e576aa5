"""The plans of a published caseload that are there for their reviews: how many of each kind, and the cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ehcp_flow.synth.chance import Chance, Urn
from ehcp_flow.synth.dfe_counts import Counts
from ehcp_flow.synth.life import Life

__all__ = ["REVIEW_COLUMNS", "ReviewsPlanned", "plan_reviews", "reviewed_lives"]

REVIEW_COLUMNS: Final = (
    "total_ehc_plans", "review_expected", "review_not_expected", "review_meeting_25", "review_meeting_24",
    "review_meeting_prior_24", "total_review_meeting", "no_review_meeting", "review_decision25", "review_decision24",
    "review_decision_prior24", "review_decision_outstanding", "outcome_amend", "outcome_cease", "outcome_maintan",
    "no_outcome", "number_decsion_4weeks", "number_decision_gt_4weeks",
)  # fmt: skip
"""DfE's columns on reviews, spelt as DfE spells them."""
_NEEDED: Final = ("review_expected", "review_not_expected", "total_review_meeting", "review_meeting_24")
_NO_DATE: Final = "no fact can hold an outcome without the day of its decision"
_NO_OUTCOME: Final = "no fact can hold a decision without its outcome"
_OUTCOMES: Final = {"amend": "outcome_amend", "cease": "outcome_cease", "maintain": "outcome_maintan"}


@dataclass
class ReviewsPlanned:
    """How many plans of each kind: `flows` by the years of meeting and decision, `outcomes`, and the others.

    The years are `prior`, `year` and `next`; a decision that was not made is `none`, or `recent` where the meeting was
    less than four weeks before the census. `leavers` of the year's new plans must have gone; `arrivals` came.
    """

    flows: dict[tuple[str, str], int] = field(default_factory=dict)
    within: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    unreviewed: int = 0
    leavers: int = 0
    arrivals: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    differences: dict[str, tuple[int, str]] = field(default_factory=dict)

    def differs(self, row: Counts, column: str, built: int, why: str) -> None:
        """Settle a count, and name it if it is not as published."""
        self.counts[column] = built
        if row[column] != built:
            self.differences[column] = (built, why)


def plan_reviews(row: Counts, issued: int) -> ReviewsPlanned | None:
    """Return the plans to make, or None where the authority's reviews are not published."""
    if not row.known(*_NEEDED):
        return None
    plan = ReviewsPlanned(unreviewed=row.number("no_review_meeting"))
    spare = row.number("review_not_expected") - issued
    plan.leavers, plan.arrivals = max(-spare, 0), max(spare, 0)
    for column in REVIEW_COLUMNS[:8]:
        plan.counts[column] = row.number(column)
    _flows(plan, row)
    _outcomes(plan, row)
    return plan


def _flows(plan: ReviewsPlanned, row: Counts) -> None:
    """Match meetings to decisions: none before its meeting, and as many in four weeks as are published."""
    within, late = row.number("number_decsion_4weeks"), row.number("number_decision_gt_4weeks")
    plan.within = within
    recent = row.number("total_review_meeting") - within - late - row.number("review_decision_outstanding")
    left, short = _match(plan, row, max(recent, 0))
    if short:
        left, short = _match(plan, row, 0)
    if short:
        raise AssertionError(f"{row.authority}: {short} decisions have no meeting")
    columns = {"next": "review_decision25", "year": "review_decision24", "prior": "review_decision_prior24"}
    for decision, column in columns.items():
        built = sum(count for (_, at), count in plan.flows.items() if at == decision)
        plan.differs(row, column, built, "the decisions by year do not add up to those in and over 4 weeks")
    plan.counts["number_decsion_4weeks"], plan.counts["number_decision_gt_4weeks"] = within, late
    plan.flows["next", "recent"] = left["next"]
    plan.flows["year", "recent"] = max(min(left["year"], recent - left["next"]), 0)
    plan.flows["year", "none"] = left["year"] - plan.flows["year", "recent"]
    plan.flows["prior", "none"] = left["prior"]
    built = plan.flows["year", "none"] + left["prior"]
    why = "the meetings of the last four weeks, which are not outstanding, are more or fewer than that leaves"
    plan.differs(row, "review_decision_outstanding", built, why)


def _match(plan: ReviewsPlanned, row: Counts, recent: int) -> tuple[dict[str, int], int]:
    """Fill the flows, keeping so many meetings of the last weeks undecided; return meetings left, and what is short."""
    meetings = {
        "prior": row.number("review_meeting_prior_24"),
        "year": row.number("review_meeting_24"),
        "next": row.number("review_meeting_25"),
    }
    late = row.number("number_decision_gt_4weeks")
    decided = {"prior": row.number("review_decision_prior24"), "next": row.number("review_decision25")}
    decided["year"] = plan.within + late - sum(decided.values())
    left = dict(meetings)

    def flow(meeting: str, decision: str, most: int) -> None:
        count = max(min(left[meeting], decided[decision], most), 0)
        plan.flows[meeting, decision] = count
        left[meeting] -= count
        decided[decision] -= count

    everything = sum(meetings.values())
    flow("prior", "prior", everything)
    flow("next", "next", plan.within)  # decided by the census, and so within four weeks
    kept = min(max(recent - left["next"], 0), left["year"])
    left["year"] -= kept
    flow("year", "year", everything)
    flow("year", "next", everything)
    flow("prior", "year", everything)
    flow("prior", "next", late)
    left["year"] += kept
    return left, sum(decided.values())


def _outcomes(plan: ReviewsPlanned, row: Counts) -> None:
    """Give each decision an outcome: the published ones, less those without a decision."""
    decisions = row.number("number_decsion_4weeks") + row.number("number_decision_gt_4weeks")
    wanted = {outcome: row.number(column) for outcome, column in _OUTCOMES.items()}
    stated = sum(wanted.values())
    if stated > decisions:
        kept = {outcome: count * decisions // stated for outcome, count in wanted.items()}
        for outcome in sorted(wanted, key=lambda each: -wanted[each]):
            if sum(kept.values()) < decisions:
                kept[outcome] += min(decisions - sum(kept.values()), wanted[outcome] - kept[outcome])
        why = f"{stated - decisions:,} of the {stated:,} outcomes have no decision: {_NO_DATE}"
    else:
        kept = dict(wanted)
        kept["maintain"] += decisions - stated
        why = f"{decisions - stated:,} of the {decisions:,} decisions have no outcome: {_NO_OUTCOME}; built as maintain"
    plan.outcomes = kept
    for outcome, column in _OUTCOMES.items():
        plan.differs(row, column, kept[outcome], why)
    plan.differs(row, "no_outcome", plan.counts["total_review_meeting"] - decisions, why)


def reviewed_lives(
    plan: ReviewsPlanned, chance: Chance, new: Callable[[], Life], year: int, census: dt.date
) -> Iterator[Life]:
    """Return the plans that were made before the year, and those that came from elsewhere in it.

    Each expected plan has exactly one review that falls due in the year.
    """
    makes = _Reviews(plan, chance, year, census)
    for (meeting, decision), count in plan.flows.items():
        for _ in range(count):
            yield makes.reviewed(new(), meeting, decision)
    for _ in range(plan.unreviewed):
        life = new()
        makes.made(life, makes.first - chance.between(20, 360))
        yield life
    for _ in range(plan.arrivals):
        life = new()
        moved = makes.first + chance.between(100, 350)
        life.add("plan_transferred_in", moved, "", "", (("made_on", chance.between(makes.first + 20, moved - 10)),))
        life.add("transfer_notice_sent", moved + 30)
        yield life


class _Reviews:
    """Makes plans with one review each; which of them were decided in four weeks comes out exactly."""

    def __init__(self, plan: ReviewsPlanned, chance: Chance, year: int, census: dt.date) -> None:
        self._chance = chance
        self.first = dt.date(year, 1, 1).toordinal()
        self._last = dt.date(year, 12, 31).toordinal()
        self._census = census.toordinal()
        decided = sum(count for (_, at), count in plan.flows.items() if at in {"prior", "year", "next"})
        always, never = plan.flows["next", "next"], plan.flows["prior", "next"]
        in_time = plan.within - always
        self._time = Urn(chance, within=in_time, late=decided - always - never - in_time)
        self._outcomes = Urn(chance, **plan.outcomes)

    def made(self, life: Life, on: int) -> None:
        """Add the plan's own beginning, on time."""
        life.add("request_received", on - 139, "school")
        life.add("assessment_agreed", on - 100)
        life.add("plan_agreed", on - 30)
        life.add("draft_plan_sent", on - 20)
        life.add("final_plan_sent", on)

    def reviewed(self, life: Life, meeting: str, decision: str) -> Life:
        """Return the plan with a meeting and a decision of these years."""
        held, decided = self._days(meeting, decision)
        # Reviewed before the year, it falls due again in it; else it was made in the year before, and falls due first.
        if decision == "prior":
            last = min(held - 200, self.first - 367)
            self.made(life, last - self._chance.between(0, 60))
        else:
            self.made(life, self._chance.between(self.first - 360, min(self.first - 20, held - 20)))
        life.add("review_meeting_held", held)
        if decided:
            outcome = self._outcomes.draw()
            life.add("review_decision_sent", decided, "", outcome)
            if outcome == "amend":
                life.add("amendment_notice_sent", decided)
        return life

    def _days(self, meeting: str, decision: str) -> tuple[int, int]:
        """Return the days of the meeting and of the decision (0: none)."""
        between = self._chance.between
        if decision in {"recent", "none"}:
            span = {
                ("next", "recent"): (self._last + 2, self._census - 1),
                ("year", "recent"): (self._census - 27, self._last),
                ("year", "none"): (self.first, self._census - 40),
                ("prior", "none"): (self.first - 100, self.first - 1),
            }[meeting, decision]
            return between(*span), 0
        if (meeting, decision) == ("next", "next"):
            held = between(self._last + 2, self._census - 2)
            return held, between(held, self._census)
        if (meeting, decision) == ("prior", "next"):
            return between(self.first - 100, self.first - 1), between(self._last + 1, self._census)
        in_time = self._time.draw() == "within"
        took = between(0, 28) if in_time else between(29, 90)
        if meeting == decision:
            # Not on 1 January: twelve months that start then end in the year too, and the next review would fall due.
            start, end = (self.first + 1, self._last) if meeting == "year" else (self.first - 330, self.first - 1)
            held = between(start, end - took)
        else:  # across the turn of a year
            turn = self._last + 1 if meeting == "year" else self.first
            latest = self._census if meeting == "year" else self._last
            took = max(took, 1)
            held = between(turn - took, min(turn - 1, latest - took))
        return held, held + took
