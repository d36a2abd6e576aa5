"""Cases told shortly: `ASSESSING+plan_agreed` is a lawful way to ASSESSING and one more fact, thirty days apart.

MEDIATION and APPEAL stand for all the facts up to a mediation that was held, or to an appeal that was registered.
"""

import datetime as dt
from itertools import pairwise

from ehcp_flow.case import Case
from ehcp_flow.facts import Fact, make_fact
from ehcp_flow.law import england
from ehcp_flow.moves.appeals import appeals_of
from ehcp_flow.moves.region import region_of
from ehcp_flow.moves.regions import regions_of
from ehcp_flow.states import State

REGIONS = regions_of(england())
PATHWAY, MOVING, DISPUTE_EVENTS = REGIONS.pathway, REGIONS.moving, REGIONS.disputing
DISPUTES = region_of(england().regions["disputes"])
APPEALS = appeals_of(DISPUTES.legal)
ISSUED = "issued"
COMPLIED_WITH = "complied"
PAST = {**PATHWAY.past, **DISPUTES.past}
"""What to do about an act that is past, by its finding."""

START = dt.date(2024, 1, 1)
STEP = dt.timedelta(days=30)

WAYS: dict[State, str] = {
    State.NO_CASE: "",
    State.REQUESTED: "request_received",
    State.REFUSED_ASSESSMENT: "request_received assessment_refused",
    State.ASSESSING: "request_received assessment_agreed",
    State.REFUSED_PLAN: "request_received assessment_agreed plan_refused",
    State.DRAFTING: "request_received assessment_agreed plan_agreed",
    State.DRAFT_ISSUED: "request_received assessment_agreed plan_agreed draft_plan_sent",
    State.WITHDRAWN: "request_received request_withdrawn:ends",
    State.TRANSFERRED_IN: "plan_transferred_in",
}
WAYS[State.MAINTAINED] = f"{WAYS[State.DRAFT_ISSUED]} final_plan_sent"
for _state, _more in {
    State.REVIEW_OPEN: "review_meeting_held",
    State.AMENDMENT_PROPOSED: "amendment_notice_sent",
    State.REASSESS_REQUESTED: "reassessment_requested",
    State.REASSESSING: "reassessment_started",
    State.CEASE_CONSULTING: "cease_consulted",
    State.CEASE_NOTIFIED: "cease_consulted cease_notice_sent",
    # The time for an appeal has to pass first.
    State.CEASED: "cease_consulted cease_notice_sent review_report_sent review_report_sent plan_ceased",
    State.TRANSFERRING_OUT: "moved_away",
    State.TRANSFERRED_OUT: "moved_away plan_transferred_out",
    State.KEPT_DETAINED: "detained",
    State.DIED: "died",
}.items():
    WAYS[_state] = f"{WAYS[State.MAINTAINED]} {_more}"
SHORT = {
    "MEDIATION": "mediation_requested:education mediation_held",
    "CERTIFIED": "mediation_requested:education mediation_held mediation_certificate_issued",
    "APPEAL": "mediation_requested:education mediation_held mediation_certificate_issued appeal_registered",
}


def fact(event: str, on: dt.date | str, **fields: object) -> Fact:
    """Return a fact of case a; `event` may carry its outcome: `review_decision_sent:amend`."""
    name, _, outcome = event.partition(":")
    return make_fact(name, case_id="a", on=on, outcome=outcome or None, **fields)


def told(way: str) -> Case:
    """Return the case that `way` tells: a state or nothing, then more events, joined by +."""
    base, *more = way.split("+")
    events = [
        *WAYS[State(base or "NO_CASE")].split(),
        *(event for item in more for event in SHORT.get(item, item).split()),
    ]
    return Case("a", tuple(fact(event, START + index * STEP) for index, event in enumerate(events)))


def after(case: Case) -> dt.date:
    """Return the day, thirty days on, on which the next fact would be told."""
    return START + len(case.recorded) * STEP


def history(*told_facts: str) -> Case:
    """Return a case from lines such as `2026-03-02 request_received`."""
    return Case.of(fact(line.split()[1], line.split()[0]) for line in told_facts)


def rising(days: list[dt.date]) -> bool:
    """Tell whether the days never fall."""
    return all(first <= second for first, second in pairwise(days))
