"""The figures as data: what each counts, which marks it asks for, and by which day it counts.

A row says: in this column stands a case for each of these (the deadlines of a limit, the facts of an event, or one of
the things that `ehcp_flow.engine.contributions` looks at) that bears all of `when` and none of `unless`. What a case
adds by the day of an act falls into the period of that day; what is looked at once for each period falls into it.
`docs/measures/` says how to add one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

from ehcp_flow.closed import complete
from ehcp_flow.engine import contributions as c
from ehcp_flow.engine.kernel import LAPSED, LATE, MET, NO_DAY, OPEN, OVERDUE, OVERTAKEN, PREMATURE, UNDATED, UNRECORDED
from ehcp_flow.engine.numbers import KEY_OF, KEYS
from ehcp_flow.engine.rulebook import CompiledRulebook
from ehcp_flow.errors import EnglandOnly
from ehcp_flow.facts import DATES, OUTCOMES
from ehcp_flow.law.clock import Clock
from ehcp_flow.law.model import Limit, Rulebook
from ehcp_flow.law.profile import targets_of
from ehcp_flow.measures.catalogue import catalogue, column_names, target_columns
from ehcp_flow.measures.particular_figures import PARTICULAR_FIGURES
from ehcp_flow.moves.regions import regions_of
from ehcp_flow.states import MAINTAINED_STATES, State

__all__ = [
    "ASSESS", "BORN", "COLUMNS", "FIGURES", "FINAL", "HOLDING", "KEPT", "MADE_ON", "MONTHS",
    "ONCE", "ORDERED", "REQUESTED", "UNDER_WAY", "WAITING", "are_of", "england_alone", "tables_of",
]  # fmt: skip

BORN: Final = "date_of_birth"
MADE_ON: Final = "made_on"
REQUESTED: Final = ("request_received", "became_responsible")
ORDERED: Final = "of an order"
ASSESS: Final = "decide_assess"
FINAL: Final = "final_plan"
WAITING: Final = (State.REQUESTED, State.ASSESSING, State.DRAFTING, State.DRAFT_ISSUED)
"""The states of a request that is open, in the order of the pathway: before a plan or its refusal."""
UNDER_WAY: Final = frozenset({
    *WAITING, State.REVIEW_OPEN, State.AMENDMENT_PROPOSED, State.REASSESS_REQUESTED, State.REASSESSING,
    State.CEASE_CONSULTING, State.CEASE_NOTIFIED, State.TRANSFERRING_OUT,
})  # fmt: skip
"""The states that are a stage on the way to another: something is to follow, by the authority's own act."""
HOLDING: Final = MAINTAINED_STATES | {State.FINAL_ISSUED}
KEPT: Final = HOLDING | {State.KEPT_DETAINED}
MONTHS: Final = (6, 12, 24)
"""After so many months, the plan of a review meeting that led to nothing is counted by itself."""

_MET, _LATE, _LAPSED = (1 << status for status in (MET, LATE, LAPSED))
_UNDONE: Final = (1 << OVERDUE, 1 << OVERTAKEN)
_NOT_OWED: Final = _LAPSED | 1 << OPEN | 1 << PREMATURE | 1 << UNDATED | 1 << UNRECORDED
_WEEK: Final = 7


class Figure(NamedTuple):
    """A column, and what stands in it: of a limit, with its counterparts in other regulations, or of an event.

    An event may be named with one outcome of it; its marks are those of the state of the case before it.
    ORDERED are all statutory limits that follow from an order.
    `over` is how many days there must be more than; `by_party` says that it is the act of an adviser.
    """

    column: str
    of: int | str
    when: int = 0
    unless: int = 0
    by: int = c.BY_ACT
    over: int = NO_DAY
    by_party: bool = False


def _in_time(limit: str, within: str, over: str, **more: Any) -> tuple[Figure, ...]:
    """Count an act by its day, in time or late; nothing that was not done, or whose day is not known."""
    return (
        Figure(within, limit, _MET | c.ACT_DONE, **more),
        Figure(over, limit, _LATE | c.ACT_DONE, **more),
    )


def _disputes(about: int, mediation: str, tribunal: str, both: str) -> tuple[Figure, ...]:
    return (
        Figure(mediation, c.DISPUTES, about, c.APPEALED),
        Figure(tribunal, c.DISPUTES, about | c.APPEALED),
        Figure(both, c.DISPUTES, about | c.APPEALED | c.MEDIATED),
    )


def _band(column: str, when: int, unless: int = 0) -> tuple[Figure, ...]:
    """Count plans on their own clock, in all and without those that are excepted."""
    return (
        Figure(column, c.PLANS, c.DUE | when, c.OTHER_CLOCK | unless),
        Figure(_without_exception(column), c.PLANS, c.DUE | when, c.OTHER_CLOCK | c.EXCEPTED | unless),
    )


def _without_exception(column: str) -> str:
    return {"plans_issued_within_20_weeks": "plans_issued_20_weeks_ex"}.get(column, f"{column}_ex")


_ARRANGED: Final = ("mediation_within_30_days", "mediation_over_30_days")
_OUTCOMES: Final = tuple(OUTCOMES["review_decision_sent"])
_MEETING: Final = c.EXPECTED | c.MEETING
_DECIDED: Final = _MEETING | c.DECISION
_COMPLETED: Final = c.EXPECTED | c.SENT
_LAST_OUTCOMES: Final = sum(c.LAST_OUTCOME << at for at in range(len(_OUTCOMES)))

FIGURES: Final = (
    *_in_time(ASSESS, "request_outcome_six_weeks", "request_outcome_over_6_weeks"),
    *_in_time("review_decision", "review_decisions_within_4_weeks", "review_decisions_over_4_weeks"),
    *_in_time("amended_plan", "amended_within_8_weeks", "amended_over_8_weeks"),
    *_in_time("review_total", "amended_within_12_weeks", "amended_over_12_weeks"),
    *_in_time("advice", "advice_within_6_weeks", "advice_over_6_weeks", by_party=True),
    # A mediation that the authority arranges can have a limit for its health part beside it: it is one mediation.
    *_in_time("mediation_arrange", *_ARRANGED),
    *(Figure(_ARRANGED[1], "mediation_arrange", undone | c.DATED, by=c.BY_DUE) for undone in _UNDONE),
    *_in_time("mediation_arrange_health", *_ARRANGED, unless=c.BESIDE),
    *(Figure(_ARRANGED[1], "mediation_arrange_health", each | c.DATED, c.BESIDE, by=c.BY_DUE) for each in _UNDONE),
    Figure("decision_16_weeks_den", "decide_issue", c.SEEN, by=c.BY_ACT_SEEN),
    Figure("decision_within_16_weeks", "decide_issue", c.SEEN | _MET, by=c.BY_ACT_SEEN),
    Figure("decision_16_weeks_den_ex", "decide_issue", c.SEEN, c.EXCUSED, by=c.BY_ACT_SEEN),
    Figure("decision_within_16_weeks_ex", "decide_issue", c.SEEN | _MET, c.EXCUSED, by=c.BY_ACT_SEEN),
    Figure("phase_transfer_due", "phase_transfer", c.DATED, _LAPSED | 1 << UNRECORDED, by=c.BY_DUE),
    Figure("phase_transfer_final", "phase_transfer", c.DATED | c.ACT_DONE, _LAPSED, by=c.BY_DUE),
    Figure("phase_transfer_in_time", "phase_transfer", c.DATED | c.ACT_DONE | _MET, by=c.BY_DUE),
    Figure("order_limits_due", ORDERED, c.DATED, _NOT_OWED, by=c.BY_DUE),
    Figure("order_limits_met", ORDERED, c.DATED | _MET, by=c.BY_DUE),
    # Facts
    Figure("plans_ceased", "plan_ceased"),
    Figure("plans_transferred_out", "plan_transferred_out"),
    Figure("plans_transferred_in", "plan_transferred_in"),
    Figure("transfers_to_school", "phase_transfer_due school", c.HOLDING),
    *_disputes(c.ABOUT_ASSESSMENT, "number_assess_mediation", "number_assess_tribunal",
               "number_asssess_mediation_tribunal"),
    *_disputes(c.ABOUT_PLAN, "number_other_mediation", "number_other_tribunal", "number_other_mediation_tribunal"),
    # Assessments that ended
    Figure("assess_not_issued", c.REFUSALS),
    Figure("assess_in_year", c.REFUSALS),
    Figure("outcome_decision_within_time", c.REFUSALS, c.DUE | c.IN_DUE_TIME),
    Figure("outcome_decision_over_time", c.REFUSALS, c.DUE, c.IN_DUE_TIME),
    Figure("assess_withdrawn", c.LEAVINGS),
    Figure("assess_in_year", c.LEAVINGS),
    Figure("assess_issued", c.PLANS),
    Figure("assess_in_year", c.PLANS),
    Figure("plans_issued_other_clock", c.PLANS, c.OTHER_CLOCK),
    Figure("plans_issued_den", c.PLANS, 0, c.OTHER_CLOCK),
    Figure("plans_issued_den_ex", c.PLANS, 0, c.OTHER_CLOCK | c.EXCEPTED),
    Figure("plans_with_exception", c.PLANS, c.EXCEPTED, c.OTHER_CLOCK),
    Figure("plans_exception_not_made_out", c.PLANS, c.CLAIMED, c.OTHER_CLOCK | c.EXCEPTED),
    *_band("plans_issued_within_20_weeks", c.IN_DUE_TIME),
    *_band("plans_issued_gt20weeks_ltyear", 0, c.IN_DUE_TIME | c.OVER_A_YEAR),
    *_band("plans_issued_gt_1_year", c.OVER_A_YEAR, c.IN_DUE_TIME),
    *_band("plans_timed", 0),
    # What became of the requests of a period by the day of stock
    Figure("requests_received_in_year", c.REQUESTS),
    Figure("requests_rya", c.REQUESTS, c.DETAINED),
    Figure("requests_decided_to_assess", c.REQUESTS, c.DECIDED, c.REFUSED),
    Figure("requests_decided_not_to_assess", c.REQUESTS, c.DECIDED | c.REFUSED),
    Figure("requests_withdrawn", c.REQUESTS, c.WITHDRAWN),
    Figure("requests_decision_not_made", c.REQUESTS, 0, c.DECIDED | c.WITHDRAWN),
    Figure("mediation_related_request", c.REQUESTS, c.MEDIATED),
    Figure("tribunal_related_request", c.REQUESTS, c.APPEALED),
    Figure("tribunal_after_mediation_request", c.REQUESTS, c.MEDIATED | c.APPEALED),
    # What stood at the end of a period. Plans agreed in it and not issued by then the return has as issued.
    Figure("assess_issued", c.ASSESSMENTS, c.AGREED | c.IN_DRAFT),
    Figure("assess_in_year", c.ASSESSMENTS, c.AGREED | c.IN_DRAFT),
    Figure("assessments_open", c.ASSESSMENTS, c.OPEN_ASSESSMENT),
    Figure("assess_not_made", c.ASSESSMENTS, c.IN_ASSESSMENT),
    Figure("requests_open", c.OPEN_REQUESTS),
    Figure("requests_open_timed", c.OPEN_REQUESTS, c.TIMED),
    Figure("requests_open_over_20_weeks", c.OPEN_REQUESTS, over=20 * _WEEK),
    Figure("requests_open_over_52_weeks", c.OPEN_REQUESTS, over=52 * _WEEK),
    Figure("reviews_incomplete", c.BACKLOG),
    *(Figure(f"reviews_incomplete_{months}_months", c.BACKLOG, 1 << nth) for nth, months in enumerate(MONTHS)),
    # What stood on the day of stock
    Figure("total_ehc_plans", c.REVIEWS),
    Figure("review_not_expected", c.REVIEWS, 0, c.EXPECTED),
    Figure("review_expected", c.REVIEWS, c.EXPECTED),
    Figure("reviews_due_or_overdue", c.REVIEWS, c.REVIEW_OWED),
    Figure("number_plans", c.REVIEWS),
    Figure("transfer_due_in_period", c.TRANSFERS, c.DUE_WITHIN),
    Figure("transfer_due_in_year_after", c.TRANSFERS, c.DUE_AFTER),
    Figure("transfer_final_in_period", c.TRANSFERS, c.ISSUED_WITHIN),
    Figure("transfer_final_after_period", c.TRANSFERS, c.ISSUED_AFTER),
    Figure("review_completed", c.REVIEWS, c.EXPECTED | c.SENT, c.SENT_BEFORE),
    Figure("review_completed_prior", c.REVIEWS, c.EXPECTED | c.SENT_BEFORE),
    Figure("review_not_completed", c.REVIEWS, c.EXPECTED, c.SENT),
    Figure("outcome_maintained", c.REVIEWS, _COMPLETED | c.LAST_OUTCOME << _OUTCOMES.index("maintain"), c.SENT_BEFORE),
    Figure("outcome_amended", c.REVIEWS, _COMPLETED | c.LAST_OUTCOME << _OUTCOMES.index("amend"), c.SENT_BEFORE),
    Figure("outcome_ceased", c.REVIEWS, _COMPLETED | c.LAST_OUTCOME << _OUTCOMES.index("cease"), c.SENT_BEFORE),
    Figure("no_outcome_recorded", c.REVIEWS, _COMPLETED, c.SENT_BEFORE | _LAST_OUTCOMES),
    Figure("decision_4_weeks", c.REVIEWS, _COMPLETED | c.LAST_IN_TIME, c.SENT_BEFORE),
    Figure("decision_over_4_weeks", c.REVIEWS, _COMPLETED, c.SENT_BEFORE | c.LAST_IN_TIME),
    Figure("no_review_meeting", c.REVIEWS, c.EXPECTED, c.MEETING),
    Figure("total_review_meeting", c.REVIEWS, _MEETING),
    Figure("review_meeting_before_period", c.REVIEWS, _MEETING | c.MET_BEFORE),
    Figure("review_meeting_in_period", c.REVIEWS, _MEETING, c.MET_BEFORE | c.MET_AFTER),
    Figure("review_meeting_after_period", c.REVIEWS, _MEETING | c.MET_AFTER),
    Figure("review_decision_before_period", c.REVIEWS, _DECIDED | c.DECIDED_BEFORE),
    Figure("review_decision_in_period", c.REVIEWS, _DECIDED, c.DECIDED_BEFORE | c.DECIDED_AFTER),
    Figure("review_decision_after_period", c.REVIEWS, _DECIDED | c.DECIDED_AFTER),
    Figure("review_decision_not_due", c.REVIEWS, _MEETING | c.AHEAD, c.DECISION),
    Figure("review_decision_outstanding", c.REVIEWS, _MEETING, c.DECISION | c.AHEAD),
    Figure("outcome_maintan", c.REVIEWS, _DECIDED | c.OUTCOME << _OUTCOMES.index("maintain")),
    Figure("outcome_amend", c.REVIEWS, _DECIDED | c.OUTCOME << _OUTCOMES.index("amend")),
    Figure("outcome_cease", c.REVIEWS, _DECIDED | c.OUTCOME << _OUTCOMES.index("cease")),
    Figure("no_outcome", c.REVIEWS, _MEETING, c.DECISION),
    Figure("number_decsion_4weeks", c.REVIEWS, _DECIDED | c.DECIDED_IN_TIME),
    Figure("number_decision_gt_4weeks", c.REVIEWS, _DECIDED, c.DECIDED_IN_TIME),
)  # fmt: skip
"""Every count, with its one definition."""

ONCE: Final = frozenset(figure.column for figure in FIGURES if figure.of == c.DISPUTES)
"""The columns in which a case counts at most once a period."""

COLUMNS: Final[Mapping[str, int]] = {name: number for number, name in enumerate(catalogue().columns)}
"""The number of each column of the table."""
_COUNTS: Final = {column.name for column in catalogue().columns.values() if column.kind == "count"}
complete(
    dict.fromkeys([each.column for each in FIGURES] + [each.column for each in PARTICULAR_FIGURES]),
    _COUNTS,
    "what a count is made of",
)


def _of_targets(rulebook: Rulebook) -> Iterator[Figure]:
    """Yield what is counted of each target of a profile: by its last day, as a plan's share of a limit is."""
    for target in targets_of(rulebook):
        due, in_time, _ = target_columns(target.id)
        yield Figure(due, target.id, c.FELL_DUE, _NOT_OWED, by=c.BY_DUE, by_party=True)
        yield Figure(in_time, target.id, c.FELL_DUE | _MET, by=c.BY_DUE, by_party=True)


@lru_cache(maxsize=32)
def are_of(rulebook: Rulebook) -> bool:
    """Return whether the figures can be counted by a rulebook: it has their states, and some limit that they count.

    England's has, and every draft of a change to it; another procedure's has not.
    """
    there = {str(state) for state in regions_of(rulebook).pathway.states}
    counted = {figure.of for figure in FIGURES}
    needed = {State.NO_CASE, *(state for states, _ in _STATES for state in states)}
    return needed <= there and any(limit.root in counted for limit in rulebook.limits.values())


def england_alone(what: str, rulebook: Rulebook) -> None:
    """Raise EnglandOnly where `what` is of England's law alone, and the rulebook is of another procedure."""
    if not are_of(rulebook):
        raise EnglandOnly(what, rulebook.title)


@lru_cache(maxsize=16)
def tables_of(book: CompiledRulebook, contested: str = "with", wanted: frozenset[str] | None = None) -> dict[str, Any]:
    """Return the figures as tables for `ehcp_flow.engine.contributions`, with what they ask of a rulebook.

    `contested` is `with`, `without` or `only`: whether deadlines count that another lawful reading contests. What is no
    deadline counts all the same. `wanted` are the columns that are asked for, where not all are. Raises EnglandOnly for
    a rulebook of another procedure.
    """
    england_alone("the measures", book.rulebook)
    states_there = list(regions_of(book.rulebook).pathway.states)
    every = (*FIGURES, *_of_targets(book.rulebook))
    asked = [figure for figure in every if wanted is None or figure.column in wanted]
    groups: list[list[Figure]] = [[figure for figure in asked if figure.of == group] for group in range(c.GROUPS)]

    def group_of(chosen: Iterable[Figure]) -> int:
        groups.append(list(chosen))
        return len(groups) - 1 if groups[-1] else -1

    limits = {}
    for limit, of_limit in groupby(book.rules, key=attrgetter("limit")):
        names = _names(limit, [rule.clock for rule in of_limit])
        limits[limit.id] = group_of(figure for figure in asked if figure.of in names)
    doubts = dict.fromkeys(limits.values(), c.READ_OTHERWISE) | {c.PLANS: c.CONTESTABLE, c.REFUSALS: c.CONTESTABLE}
    if contested != "with":
        key = "when" if contested == "only" else "unless"
        for at, doubt in doubts.items():
            if at >= 0:
                groups[at] = [each._replace(**{key: getattr(each, key) | doubt}) for each in groups[at]]
    keys = [group_of(figure for figure in asked if figure.of in _ways(*key)) for key in KEYS]
    rules, columns = [rule.limit for rule in book.rules], column_names(book.rulebook)
    figures = [figure for group in groups for figure in group]
    ends = [0]
    for group in groups:
        ends.append(ends[-1] + len(group))
    series = {
        limit: (kind, nth)
        for kind, roots in _SERIES.items()
        for nth, limit in enumerate(each for root in roots for each in book.alike.get(root, ()))
    }
    return {
        "group_at": ends,
        "column": [columns.index(figure.column) for figure in figures],
        "when": [figure.when for figure in figures],
        "unless": [figure.unless for figure in figures],
        "by": [figure.by for figure in figures],
        "over": [figure.over for figure in figures],
        "by_party": [int(figure.by_party) for figure in figures],
        "rule_group": [limits[limit.id] for limit in rules],
        "rule_series": [series.get(limit.id, (-1, 0))[0] for limit in rules],
        "rule_nth": [series.get(limit.id, (-1, 0))[1] for limit in rules],
        "limit_final": [int(limit.root == FINAL) for limit in book.rulebook.limits.values()],
        "key_group": keys,
        "key_kind": [_kind(event, outcome) for event, outcome in KEYS],
        "key_outcome": [_outcome(event, outcome) for event, outcome in KEYS],
        "key_plan": [int(event == "final_plan_sent") for event, _ in KEYS],
        "state_marks": [sum(mark for states, mark in _STATES if state in states) for state in states_there],
        "birth": KEY_OF[BORN, None],
        "moved_away": KEY_OF["moved_away", None],
        "detained": KEY_OF["detained", None],
        "refused": KEY_OF["assessment_refused", None],
        "reversed": KEY_OF["refusal_reversed", None],
        "initial": states_there.index(State.NO_CASE),
        "long_ago": len(MONTHS),
        "to_amend": c.OUTCOME << _OUTCOMES.index("amend"),
        "made_on": DATES.index(MADE_ON),
    }


_SERIES: Final[Mapping[int, tuple[str, ...]]] = {
    c.ASSESS: (ASSESS,),
    c.NOT_ISSUE: ("decide_not_issue",),
    c.FINAL_PLAN: (FINAL,),
    c.REVIEW_DECISION: ("review_decision",),
    c.REVIEW_TOTAL: ("review_total",),
    c.REVIEW_DUE: ("annual_review", "transfer_review"),
    c.ARRANGED: ("mediation_arrange",),
    c.PHASES: ("phase_transfer",),
}
"""The limits whose deadlines are looked for, each with its counterparts."""

_KINDS: Final[Mapping[str, int]] = {
    "review_decision_sent": c.IS_SENT,
    "plan_agreed": c.IS_AGREED,
    # A draft shows that a plan was agreed to, where nobody recorded when.
    "draft_plan_sent": c.IS_AGREED,
    "detained": c.IS_CUSTODY,
    "released": c.IS_CUSTODY,
    # The Department counts a mediation where a meeting took place, whatever came of it: asking for one is none.
    "mediation_held": c.IS_MEDIATION,
    "mediation_agreed": c.IS_MEDIATION,
    "appeal_registered": c.IS_APPEAL,
    "exception_recorded": c.IS_CLAIM,
    "plan_refused": c.IS_REFUSAL,
    "final_plan_sent": c.IS_ISSUED,
    "amended_plan_sent": c.IS_ISSUED,
}
_NO_EXCUSE: Final = "missed_appointment"
"""The exception that does not touch the 20 weeks."""
_UNSTATED: Final = ("exception_recorded", "not_stated")
"""The exception of which a source says only that it applied."""

_STATES: Final = (
    ({State.REFUSED_ASSESSMENT}, c.ABOUT_REQUEST),
    ({State.REFUSED_PLAN}, c.ABOUT_ASSESSMENT),
    (HOLDING | {State.CEASED}, c.ABOUT_PLAN),
    ({State.ASSESSING, State.DRAFTING, State.DRAFT_ISSUED}, c.OPEN_ASSESSMENT),
    ({State.ASSESSING}, c.IN_ASSESSMENT),
    ({State.DRAFTING, State.DRAFT_ISSUED}, c.IN_DRAFT),
    (HOLDING, c.HOLDING),
    (KEPT, c.KEEPING),
    ({State.WITHDRAWN, State.DIED}, c.LEFT),
    (WAITING, c.WAITING),
)
"""What the states mean to the figures; a dispute is about what stands at the end of its day, or stood before it."""


def _names(limit: Limit, clocks: Iterable[Clock]) -> tuple[str, ...]:
    """Return what a limit is counted as: under its own name or that of its counterpart, and as one of an order."""
    starts = (pattern.event for clock in clocks for pattern in (*clock.starts_on, *clock.restarts_on))
    of_order = limit.kind == "statutory" and all(event == "tribunal_order_made" for event in starts)
    return (limit.root, ORDERED) if of_order else (limit.root,)


def _ways(event: str, outcome: str | None) -> tuple[str, ...]:
    """Return what a fact is counted as: under its event, and under that with its outcome."""
    return (event,) if outcome is None else (event, f"{event} {outcome}")


def _outcome(event: str, outcome: str | None) -> int:
    """Return the mark of what a decision on a review was: a notice of amendments that carries it is one to amend."""
    said = "amend" if event == "amendment_notice_sent" else outcome
    return c.OUTCOME << _OUTCOMES.index(said) if said in _OUTCOMES else 0


def _kind(event: str, outcome: str | None) -> int:
    if (event, outcome) == _UNSTATED:
        return c.IS_UNSTATED
    return -1 if outcome == _NO_EXCUSE else _KINDS.get(event, -1)
