"""What one case adds to each column: acts by their day, requests by what became of them, and stock on a day.

Whether an act was in time is what its deadline says. Only a refusal of a plan is held, where its limit had lapsed,
against the last lawful day that the deadline gives.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from ehcp_flow.deadlines import Deadline
from ehcp_flow.facts import Fact
from ehcp_flow.measures.backlog import incomplete_reviews, last_decision_due, open_requests
from ehcp_flow.measures.counted import Counted
from ehcp_flow.measures.periods import Period
from ehcp_flow.measures.story import ASSESS, FINAL, HOLDING, NOT_ISSUE, Plan, Story, days_on_record
from ehcp_flow.states import State

__all__ = [
    "ACTS",
    "APPEAL",
    "ARRANGED",
    "ASSESSING",
    "BANDS",
    "COHORTS",
    "DISPUTE_COLUMNS",
    "DRAFTING",
    "ENDS",
    "FLOWS",
    "MEDIATED",
    "MEDIATION",
    "NO_EXCUSE",
    "ONCE",
    "ORDER",
    "REVIEWS",
    "STOCKS",
    "YEAR",
    "Act",
    "entries_of",
    "flows_of",
    "outcome_column",
]

YEAR: Final = dt.timedelta(weeks=52)
REVIEWS: Final = ("annual_review", "transfer_review")
MEDIATION: Final = ("mediation_requested", "mediation_held", "mediation_agreed")
APPEAL: Final = "appeal_registered"
ORDER: Final = "order_"
"""What the names of the limits of an order begin with."""
NO_EXCUSE: Final = "missed_appointment"
"""The exception that does not touch the 20 weeks."""
DRAFTING: Final = (State.DRAFTING, State.DRAFT_ISSUED)
ASSESSING: Final = (State.ASSESSING, *DRAFTING)


class Act(NamedTuple):
    """The columns in which an act counts by its day, in time or late; `by_party` if it is the act of an adviser."""

    limits: tuple[str, ...]
    within: str
    over: str
    by_party: bool = False


ACTS: Final = (
    Act(ASSESS, "request_outcome_six_weeks", "request_outcome_over_6_weeks"),
    Act(("review_decision",), "review_decisions_within_4_weeks", "review_decisions_over_4_weeks"),
    Act(("amended_plan",), "amended_within_8_weeks", "amended_over_8_weeks"),
    Act(("review_total",), "amended_within_12_weeks", "amended_over_12_weeks"),
    Act(("advice",), "advice_within_6_weeks", "advice_over_6_weeks", by_party=True),
)
ARRANGED: Final = ("mediation_arrange", "mediation_arrange_health")
"""A mediation that the authority arranges can have a limit for its health part beside it: it is one mediation."""
MEDIATED: Final = Act(ARRANGED[:1], "mediation_within_30_days", "mediation_over_30_days")
ENDS: Final = {
    "plan_ceased": "plans_ceased",
    "plan_transferred_out": "plans_transferred_out",
    "plan_transferred_in": "plans_transferred_in",
}
BANDS: Final = (
    ("plans_issued_within_20_weeks", "plans_issued_20_weeks_ex"),
    ("plans_issued_gt20weeks_ltYear", "plans_issued_gt20weeks_ltYear_ex"),
    ("plans_issued_gt_1_year", "plans_issued_gt_1_year_ex"),
)
"""In time, late but within a year, and later: of all plans, and of those without an exception."""


def _kept(story: Story, act: Act) -> Iterator[Counted]:
    """Count an act by its day, in time or late; nothing that was not done, or whose day is not known."""
    for deadline in story.of(*act.limits):
        if deadline.done_on is not None and deadline.status in ("met", "late"):
            party = (deadline.party or "") if act.by_party else ""
            yield Counted(act.within if deadline.status == "met" else act.over, deadline.done_on, party=party)


def _acts(story: Story) -> Iterator[Counted]:
    for act in ACTS:
        yield from _kept(story, act)


def _assessments(story: Story) -> Iterator[Counted]:
    for refusal in story.facts("plan_refused"):
        yield Counted("assess_not_issued", refusal.on)
        yield Counted("assess_in_year", refusal.on)
        deadline = story.counted_from_request(refusal.on, *NOT_ISSUE)
        if deadline is not None and deadline.due_on is not None:
            in_time = refusal.on <= deadline.due_on
            yield Counted("outcome_decision_within_time" if in_time else "outcome_decision_over_time", refusal.on)
    for step in story.answer.standing.history:
        assessing = step.from_ in ASSESSING
        if assessing and (step.to is State.WITHDRAWN or step.fact.event == "moved_away"):
            yield Counted("assess_withdrawn", step.on)
            yield Counted("assess_in_year", step.on)


def _decisions(story: Story) -> Iterator[Counted]:
    excused = {deadline.working.run.start for deadline in story.of(*NOT_ISSUE) if deadline.excused_by}
    for deadline in story.of("decide_issue", "detained_decide_issue"):
        implied = deadline.working.implied
        day = deadline.done_on or (implied.on if implied is not None else None)
        if day is None:
            continue
        sides = ("",) if deadline.working.run.start in excused else ("", "_ex")
        for side in sides:
            yield Counted(f"decision_16_weeks_den{side}", day)
            if deadline.status == "met":
                yield Counted(f"decision_within_16_weeks{side}", day)


def _plans(story: Story) -> Iterator[Counted]:
    for plan in story.plans:
        deadline = plan.deadline
        excepted = _claimed(story, plan.on) if deadline is None else bool(deadline.excused_by)
        yield Counted("assess_issued", plan.on)
        yield Counted("assess_in_year", plan.on)
        if deadline is not None and deadline.done_on != plan.on:
            yield Counted("plans_issued_other_clock", plan.on)
            continue
        yield Counted("plans_issued_den", plan.on)
        if excepted:
            yield Counted("plans_with_exception", plan.on)
        else:
            yield Counted("plans_issued_den_ex", plan.on)
            if deadline is not None and deadline.working.claimed:
                yield Counted("plans_exception_not_made_out", plan.on)
        yield from _bands(plan, excepted=excepted)


def _claimed(story: Story, day: dt.date) -> bool:
    """Whether an exception to the 20 weeks is claimed for a plan without a request, where nothing can check it."""
    return any(
        getattr(fact, "limit", None) in (None, *FINAL) and getattr(fact, "outcome", "") != NO_EXCUSE
        for fact in story.facts("exception_recorded")
        if fact.on <= day
    )


def _bands(plan: Plan, *, excepted: bool) -> Iterator[Counted]:
    deadline = plan.deadline
    if deadline is None or deadline.due_on is None:
        return
    days = (plan.on - deadline.starts_on).days
    late = plan.on > deadline.starts_on + YEAR
    band, band_ex = BANDS[0 if deadline.status == "met" else 1 + late]
    yield Counted(band, plan.on)
    yield Counted("plans_timed", plan.on, days)
    if not excepted:
        yield Counted(band_ex, plan.on)
        yield Counted("plans_timed_ex", plan.on, days)


def _ends(story: Story) -> Iterator[Counted]:
    for fact in story.facts(*ENDS):
        yield Counted(ENDS[fact.event], fact.on)


def _transfers(story: Story) -> Iterator[Counted]:
    for deadline in story.of("phase_transfer"):
        if deadline.due_on is None or deadline.status == "lapsed":
            continue
        yield Counted("phase_transfer_due", deadline.due_on)
        if deadline.done_on is not None:
            yield Counted("phase_transfer_final", deadline.due_on)
            if deadline.status == "met":
                yield Counted("phase_transfer_in_time", deadline.due_on)


def _mediations(story: Story) -> Iterator[Counted]:
    limit = next((name for name in ARRANGED if name in story.limits), ARRANGED[0])
    yield from _kept(story, MEDIATED._replace(limits=(limit,)))
    for deadline in story.of(limit):
        if deadline.status == "overdue" and deadline.due_on is not None:
            yield Counted(MEDIATED.over, deadline.due_on)


def _orders(story: Story) -> Iterator[Counted]:
    for deadline in story.answer.deadlines:
        ordered = deadline.limit.startswith(ORDER) and deadline.kind == "statutory" and deadline.due_on is not None
        if ordered and deadline.status in ("met", "late", "overdue"):
            yield Counted("order_limits_due", deadline.due_on)  # type: ignore[arg-type]
            if deadline.status == "met":
                yield Counted("order_limits_met", deadline.due_on)  # type: ignore[arg-type]


def _disputes(story: Story) -> Iterator[Counted]:
    """Count the mediations and appeals of a case, by what they were about; the table counts each case once a period."""
    mediated: set[str] = set()
    for fact in story.facts(*MEDIATION, APPEAL):
        about = _about(story, fact)
        if about not in DISPUTE_COLUMNS:
            continue
        mediation, tribunal, both = DISPUTE_COLUMNS[about]
        if fact.event == APPEAL:
            yield Counted(tribunal, fact.on)
            if about in mediated:
                yield Counted(both, fact.on)
        else:
            mediated.add(about)
            yield Counted(mediation, fact.on)


def _about(story: Story, fact: Fact) -> str | None:
    """Return what a dispute is about: the refusal that stood on the day before, or the plan that is held."""
    state = story.state_on(fact.on)
    if state is State.REFUSED_ASSESSMENT:
        return "request"
    if state is State.REFUSED_PLAN:
        return "assess"
    return "other" if state in HOLDING or state is State.CEASED else None


DISPUTE_COLUMNS: Final = {
    "assess": ("number_assess_mediation", "number_assess_tribunal", "number_asssess_mediation_tribunal"),
    "other": ("number_other_mediation", "number_other_tribunal", "number_other_mediation_tribunal"),
}
ONCE: Final = frozenset(column for columns in DISPUTE_COLUMNS.values() for column in columns)
"""The columns in which a case counts at most once a period."""

FLOWS: Final[tuple[Callable[[Story], Iterator[Counted]], ...]] = (
    _acts,
    _assessments,
    _decisions,
    _plans,
    _ends,
    _transfers,
    _mediations,
    _orders,
    _disputes,
)
"""What is counted by the day of an act."""


def flows_of(story: Story) -> list[Counted]:
    """Return all that a case adds by the day of an act."""
    return [counted for flow in FLOWS for counted in flow(story)]


def _became_of(deadline: Deadline, end: dt.date) -> str:
    """Return the column for what had become of a request by the day of stock."""
    done, implied = deadline.working.done, deadline.working.implied
    if done is not None and done.on <= end:
        refused = done.event == "assessment_refused"
        return "requests_decided_not_to_assess" if refused else "requests_decided_to_assess"
    if done is None and implied is not None and implied.on <= end:
        refused = implied.event == "refusal_reversed"
        return "requests_decided_not_to_assess" if refused else "requests_decided_to_assess"
    ended = deadline.working.ended
    if ended is not None and ended.on <= end:
        return "requests_withdrawn"
    return "requests_decision_not_made"


def _request_cohort(story: Story, period: Period) -> Iterator[Counted]:
    for deadline in story.counted_once(*ASSESS):
        if deadline.starts_on in period:
            yield Counted("requests_received_in_year", deadline.starts_on)
            if story.detained_on(deadline.starts_on):
                yield Counted("requests_rya", deadline.starts_on)
            yield Counted(_became_of(deadline, period.stock_on), deadline.starts_on)


def _disputed_cohort(story: Story, period: Period) -> Iterator[Counted]:
    """Count the refusals of the period's requests that were disputed by the day of stock: the return's yes or no."""
    for deadline in story.counted_once(*ASSESS):
        refusal = deadline.working.done
        if deadline.starts_on not in period or refusal is None or refusal.event != "assessment_refused":
            continue
        disputes = [
            fact
            for fact in story.facts(*MEDIATION, APPEAL)
            if refusal.on <= fact.on <= period.stock_on and _about(story, fact) == "request"
        ]
        mediated = any(fact.event in MEDIATION for fact in disputes)
        appealed = any(fact.event == APPEAL for fact in disputes)
        if mediated:
            yield Counted("mediation_related_request", deadline.starts_on)
        if appealed:
            yield Counted("tribunal_related_request", deadline.starts_on)
        if mediated and appealed:
            yield Counted("tribunal_after_mediation_request", deadline.starts_on)


def _agreed_cohort(story: Story, period: Period) -> Iterator[Counted]:
    """Count plans agreed in the period and not issued by its end: the return has them as issued, without a date."""
    agreed = [fact for fact in story.facts("plan_agreed") if fact.on in period]
    if not agreed:
        return
    last = agreed[-1].on
    if story.state_on(min(period.end, story.as_of)) in DRAFTING:
        yield Counted("assess_issued", last)
        yield Counted("assess_in_year", last)


COHORTS: Final[tuple[Callable[[Story, Period], Iterator[Counted]], ...]] = (
    _request_cohort,
    _disputed_cohort,
    _agreed_cohort,
)
"""What is counted by its beginning in a period, and what had become of it at the end."""


def _open_assessments(story: Story, period: Period) -> Iterator[Counted]:
    day = min(period.end, story.as_of)
    state = story.state_on(day)
    if state in ASSESSING:
        yield Counted("assessments_open", day)
    if state is State.ASSESSING:
        yield Counted("assess_not_made", day)


def _review_stock(story: Story, period: Period) -> Iterator[Counted]:
    day = period.stock_on
    if not story.holds_plan(day):
        return
    yield Counted("total_ehc_plans", day)
    if not any(_was_due(deadline, period) for deadline in story.of(*REVIEWS)):
        yield Counted("review_not_expected", day)
        return
    yield Counted("review_expected", day)
    yield from _completed(story, period)
    last = last_decision_due(story, day)
    if last is None:
        yield Counted("no_review_meeting", day)
        return
    yield Counted("total_review_meeting", day)
    yield Counted(f"review_meeting_{_where(last.starts_on, period)}", day)
    yield from _decided(last, period)


def _decided(deadline: Deadline, period: Period) -> Iterator[Counted]:
    """Count the decision on the last meeting, as the day of stock saw it."""
    day, done = period.stock_on, deadline.working.done
    if done is None or done.on > day or deadline.due_on is None:
        still = deadline.due_on is not None and deadline.due_on >= day
        yield Counted("review_decision_not_due" if still else "review_decision_outstanding", day)
        yield Counted("no_outcome", day)
        return
    yield Counted(f"review_decision_{_where(done.on, period)}", day)
    yield Counted(outcome_column(str(getattr(done, "outcome", ""))), day)
    yield Counted("number_decsion_4weeks" if done.on <= deadline.due_on else "number_decision_gt_4weeks", day)


def outcome_column(outcome: str) -> str:
    """Return the column of a decision's outcome, as the Department writes it."""
    return {"maintain": "outcome_maintan"}.get(outcome, f"outcome_{outcome}")


def _completed(story: Story, period: Period) -> Iterator[Counted]:
    sent = [fact.on for fact in story.facts("review_decision_sent") if fact.on <= period.stock_on]
    if not sent:
        yield Counted("review_not_completed", period.stock_on)
    else:
        yield Counted("review_completed" if sent[-1] >= period.start else "review_completed_prior", period.stock_on)


def _was_due(deadline: Deadline, period: Period) -> bool:
    """Whether a review fell due in the period, or was overdue when it began; not that of a plan that had ended."""
    if deadline.due_on is None or deadline.due_on > period.end:
        return False
    ended = deadline.working.ended
    if deadline.status == "lapsed" and ended is not None and ended.on <= period.stock_on:
        return False
    return deadline.due_on >= period.start or deadline.done_on is None or deadline.done_on >= period.start


def _where(day: dt.date, period: Period) -> str:
    if day in period:
        return "in_period"
    return "before_period" if day < period.start else "after_period"


STOCKS: Final[tuple[Callable[[Story, Period], Iterator[Counted]], ...]] = (
    _open_assessments,
    _review_stock,
    open_requests,
    incomplete_reviews,
)
"""What is counted as it stood on a day of the period."""


def entries_of(
    story: Story, periods: Sequence[Period], flows: Iterable[Counted] | None = None
) -> Iterator[tuple[int, Counted]]:
    """Yield all that a case adds, each with the place of its period; periods follow one another without overlap.

    `flows` are the case's acts, where they have been worked out already.
    """
    starts = [period.start for period in periods]
    for counted in flows_of(story) if flows is None else flows:
        place = bisect_right(starts, counted.on) - 1
        if place >= 0 and counted.on in periods[place]:
            yield place, counted
    began = min(days_on_record(story.answer.case), default=dt.date.max)
    for place, period in enumerate(periods):
        if period.stock_on < began and period.end < began:
            continue
        for look in (*COHORTS, *STOCKS):
            for counted in look(story, period):
                yield place, counted
