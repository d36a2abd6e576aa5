"""What is out of place on the main pathway: which facts do not fit which states, why, and what would be right.

A strict case refuses such a fact with this reason; an imported case takes it, and `state` reports it under this name.
What is somebody else's act, and barred by no provision, a strict case takes as well: a request that was received.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ehcp_flow.moves.region import Misplaced
from ehcp_flow.moves.state_names import (
    ALL,
    ASSESSING,
    AT_REST,
    CEASE_NOTIFIED,
    DIED,
    DRAFT_ISSUED,
    DRAFTING,
    HELD,
    KEPT,
    OPEN,
    PLAN,
    REASSESS_REQUESTED,
    REASSESSING,
    REFUSED,
    REFUSED_ASSESSMENT,
    REFUSED_PLAN,
    REQUESTED,
    WITHDRAWN,
    WITHOUT_PLAN,
    State,
)

__all__ = ["MISPLACED", "after_death", "stays"]


def _out(
    events: str, states: State | frozenset[State], finding: str, reason: str, remedy: str, authority: str, *,
    taken: bool = False,
) -> Misplaced[State]:  # fmt: skip
    chosen = frozenset({states}) if isinstance(states, State) else states
    return Misplaced(frozenset(events.split()), chosen, finding, reason, remedy, authority, taken)


_REQUESTS: Final = "request_received became_responsible"
_DECISIONS: Final = "assessment_agreed assessment_refused"
_PLAN_DECISIONS: Final = "plan_agreed plan_refused"
_REVIEWS: Final = "review_invited review_papers_sent review_meeting_held review_decision_sent"
_AMENDMENTS: Final = "amendment_notice_sent amended_plan_sent amendment_declined"
_REASSESSMENTS: Final = "reassessment_refused reassessment_agreed reassessment_started"
_CEASINGS: Final = "cease_consulted cease_notice_sent plan_ceased"
_LATER: Final = f"{_REVIEWS} {_AMENDMENTS} {_REASSESSMENTS} {_CEASINGS} transfer_notice_sent"
_RESTING: Final = AT_REST | REFUSED
_ASK: Final = "record the request (request_received, or became_responsible) first"
_HAVE: Final = "record how the plan came about (final_plan_sent, or plan_transferred_in) first"

_ROWS: Final = (
    _out(_REQUESTS, OPEN, "request_while_one_is_open", "an earlier request is open, and the law counts from that one",
         "record first how the earlier request ended, if it did", "CFA 36(3)", taken=True),
    _out(_REQUESTS, HELD, "request_while_plan_maintained", "a plan is already held for this person",
         "record it as a request for a re-assessment (reassessment_requested), if it is meant so", "CFA 44(2)",
         taken=True),
    _out("request_withdrawn", _RESTING, "withdrawal_without_request", "no request is open", _ASK, "CFA 36(3)"),
    _out("request_withdrawn", frozenset({DRAFTING, DRAFT_ISSUED}), "withdrawal_after_plan_agreed",
         "the authority has decided that a plan is necessary, and must secure that one is prepared",
         "record the authority's choice as continues", "CFA 37(1)"),
    _out("request_withdrawn", HELD - {REASSESS_REQUESTED, REASSESSING}, "withdrawal_without_request",
         "no request is open", "to end the plan, consult on ceasing it (cease_consulted)", "CFA 45(1)"),
    _out(_DECISIONS, AT_REST, "decision_without_request", "no request is on record", _ASK, "CFA 36(3)"),
    _out(_DECISIONS, OPEN | REFUSED, "assessment_decided_twice", "whether to assess was already decided",
         "record first what reopened the decision (a new request, an order, refusal_reversed)", "CFA 36(3)"),
    _out(_DECISIONS, HELD, "decision_while_plan_maintained", "a plan is already held for this person",
         "record a decision on re-assessment (reassessment_agreed, reassessment_refused)", "CFA 44(2)"),
    _out("refusal_reversed", ALL - REFUSED, "reversal_without_refusal", "no refusal stands",
         "record the refusal first, or the new decision itself", "Hertfordshire [2023] EWHC 3138 (Admin)"),
    _out(_PLAN_DECISIONS, AT_REST, "decision_without_request", "no request is on record", _ASK, "CFA 36(3)"),
    _out(_PLAN_DECISIONS, frozenset({REQUESTED, REFUSED_ASSESSMENT}), "plan_decision_without_assessment",
         "no assessment is on record", "record the decision to assess (assessment_agreed) first", "CFA 36(9)"),
    _out(_PLAN_DECISIONS, frozenset({REFUSED_PLAN, DRAFTING, DRAFT_ISSUED}), "plan_decided_twice",
         "whether to make a plan was already decided",
         "record first what reopened the decision (an order, a concession, refusal_reversed)", "CFA 37(1)"),
    _out(_PLAN_DECISIONS, HELD, "decision_while_plan_maintained", "a plan is already held for this person",
         "record a review, an amendment or a re-assessment", "CFA 44"),
    _out("draft_plan_sent", AT_REST, "draft_without_request", "no request is on record", _ASK, "CFA 36(3)"),
    _out("draft_plan_sent", frozenset({REQUESTED, ASSESSING, REFUSED_ASSESSMENT}), "draft_without_decision",
         "no decision to make a plan is on record, and that it proposes one the authority must notify too",
         "record the decision (plan_agreed) first", "CFA 36(9)(b)"),
    _out("draft_plan_sent", HELD, "draft_while_plan_maintained", "a plan is already held for this person",
         "record the notice of proposed amendments (amendment_notice_sent)", "SR 22(2)"),
    _out("final_plan_sent", WITHOUT_PLAN - {DRAFT_ISSUED}, "final_plan_before_draft", "no draft plan is on record",
         "send a draft, then allow 15 days from its service", "SR 13(1)"),
    _out("final_plan_sent", HELD, "final_plan_while_maintained", "a plan is already held for this person",
         "record the amended plan (amended_plan_sent)", "SR 22(3)"),
    _out(_REVIEWS, WITHOUT_PLAN, "review_without_plan", "no plan is on record to review", _HAVE, "CFA 44(1)"),
    _out(_AMENDMENTS, WITHOUT_PLAN, "amendment_without_plan", "no plan is on record to amend", _HAVE, "SR 22(1)"),
    _out("reassessment_requested", WITHOUT_PLAN, "reassessment_without_plan", "no plan is on record", _HAVE,
         "CFA 44(2)", taken=True),
    _out("reassessment_requested", KEPT, "act_while_detained",
         "the person is detained: the plan is kept, and this Part does not apply",
         "record the release, if there was one", "CFA 70", taken=True),
    _out(_REASSESSMENTS, WITHOUT_PLAN, "reassessment_without_plan", "no plan is on record", _HAVE, "CFA 44(2)"),
    _out("reassessment_started", frozenset({REASSESSING}), "reassessment_started_twice", "a re-assessment is under way",
         "leave it out, or record how the first one ended", "CFA 44(3)"),
    _out("reassessment_started", frozenset({CEASE_NOTIFIED}), "reassessment_after_cease_notice",
         "notice of ceasing the plan was given", "record first what keeps the plan", "CFA 45(1)"),
    _out(_CEASINGS, WITHOUT_PLAN, "ceasing_without_plan", "no plan is on record to cease", _HAVE, "CFA 45(1)"),
    _out("cease_consulted", CEASE_NOTIFIED, "consultation_after_cease_notice", "notice of ceasing was already given",
         "consult before the notice", "SR 31(1)"),
    _out("cease_notice_sent", PLAN, "cease_notice_without_consultation", "no consultation on ceasing is on record",
         "consult the parent or young person and the head or principal first", "SR 31(1)"),
    _out("plan_ceased", PLAN, "ceased_without_notice", "no notice of ceasing is on record",
         "consult, give notice, and let the appeal period end first", "CFA 45(4)"),
    _out("cease_notice_withdrawn", ALL, "withdrawal_without_cease_notice", "no notice of ceasing stands",
         "leave it out, or record the notice (cease_notice_sent) first", "CFA 45(1)"),
    _out("plan_transferred_out", WITHOUT_PLAN, "transfer_without_plan", "no plan is on record to transfer", _HAVE,
         "SR 15(2)"),
    _out("plan_transferred_in", PLAN, "transfer_while_plan_maintained", "this authority already maintains a plan",
         "record first how that plan left (plan_transferred_out, plan_ceased)", "SR 15(3)"),
    _out("transfer_notice_sent", WITHOUT_PLAN, "transfer_notice_without_transfer",
         "no transfer from another authority is on record", "record plan_transferred_in first", "SR 15(4)"),
    _out(_LATER, KEPT, "act_while_detained", "the person is detained: the plan is kept, and this Part does not apply",
         "record the release first", "CFA 70"),
)  # fmt: skip


def _settlement_misplaced(event: str, finding: str, authority: str) -> Misplaced[State]:
    return _out(event, ALL, finding, "no decision that this could settle stands on record",
                "record first the decision that was appealed or taken to mediation", authority)  # fmt: skip


MISPLACED: Final = (
    *_ROWS,
    _settlement_misplaced("tribunal_order_made", "order_without_decision", "CFA 51(2)"),
    _settlement_misplaced("appeal_conceded", "concession_without_decision", "CFA 51(2)"),
    _settlement_misplaced("mediation_agreed", "agreement_without_decision", "SR 42(2)"),
)


def after_death(events: Iterable[str]) -> Misplaced[State]:
    """Return why each of these events is out of place once the child or young person has died."""
    return _out(" ".join(events), DIED, "act_after_death", "the child or young person had died, and the case was over",
                "look at the day of the death, or void the fact that was wrong", "CFA 24(1)")  # fmt: skip


_STAGE: Final = {REQUESTED: 1, ASSESSING: 2, DRAFTING: 3, DRAFT_ISSUED: 4}
_BEFORE_PLAN: Final = frozenset(_STAGE) | REFUSED | {WITHDRAWN}


def stays(state: State, forced: State) -> bool:
    """An out-of-order fact never takes a plan away, and never sets an open case back to an earlier stage.

    None brings back a case that death has ended.
    """
    if state is DIED:
        return True
    if state in HELD:
        return forced in _BEFORE_PLAN
    return state in _STAGE and forced in _STAGE and _STAGE[forced] < _STAGE[state]
