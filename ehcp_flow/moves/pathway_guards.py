"""The guards of the pathway: for each, the provision that asks for it, and what to say where it fails."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ehcp_flow.moves.guards import (
    APPEALED_ONWARD_SINCE,
    SETTLING,
    Basis,
    BasisRequired,
    LatestFact,
    LeftToJudgement,
    ProtectedPeriod,
    Refusable,
    Standstill,
)

__all__ = [
    "AMENDMENT_PROPOSED",
    "AMENDMENT_WINDOW",
    "CEASING_CONSULTED",
    "CEASING_GROUNDS",
    "CEASING_NOTIFIED",
    "CEASING_ORDERED",
    "CEASING_ORDERED_ANEW",
    "DRAFT_WINDOW",
    "IN_CUSTODY",
    "MOVED_OR_RELEASED",
    "REASSESSED_WINDOW",
    "REASSESSMENT_ASKED",
    "REASSESSMENT_REFUSABLE",
    "REASSESSMENT_REQUEST",
    "REVIEW_UNDECIDED",
    "SCHOOLS_CONSULTED",
    "STANDSTILL",
    "TRANSFERRED_IN",
    "decided",
    "referred_back",
    "reopened",
]


def _latest(events: str, until: str = "", outcomes: str = "") -> LatestFact:
    return LatestFact(frozenset(events.split()), frozenset(until.split()), frozenset(outcomes.split()) or None)


def _settled(outcomes: str, until: Iterable[str]) -> LatestFact:
    """Return what finds the latest order, concession or mediation agreement that nothing in `until` followed."""
    return LatestFact(SETTLING, frozenset(until), frozenset(outcomes.split()))


_NEW_DRAFT: Final = frozenset(
    {
        "amended_plan_sent", "plan_refused", "request_withdrawn", "request_received", "became_responsible",
        "moved_away", "plan_ceased", "plan_transferred_out", "taken_over_on_release", *SETTLING,
    }
)  # fmt: skip
"""After these a draft is a first one again (spell `draft_out` of the rulebook)."""
_NEW_NOTICE: Final = frozenset(
    {"review_meeting_held", "review_decision_sent", "final_plan_sent", "plan_ceased", "plan_transferred_out"}
)
"""After these a notice of amendments is a first one again (spell `notice_out` of the rulebook)."""

DRAFT_WINDOW: Final = ProtectedPeriod(
    "draft_representations",
    _latest(
        "draft_plan_sent",
        "final_plan_sent plan_transferred_in reassessment_agreed reassessment_started amendment_declined",
    ),
    short="SR 13(1)",
    what="the draft plan",
    act="the final plan",
    missing="no draft plan is on record",
    remedy="send a draft, then allow 15 days from its service",
    finding="final_plan_before_draft",
    early="final_plan_within_15_days",
    afresh=_NEW_DRAFT,
)

REASSESSED_WINDOW: Final = ProtectedPeriod(
    "draft_representations",
    _latest(
        "draft_plan_sent amendment_notice_sent",
        "final_plan_sent amended_plan_sent plan_transferred_in reassessment_agreed reassessment_started "
        "amendment_declined",
    ),
    short="SR 27(1)",
    what="the draft, or the notice of amendments,",
    act="the amended plan",
    missing="no draft or notice of amendments is on record since the re-assessment began",
    remedy="send one, then allow 15 days from its service",
    finding="amended_plan_without_notice",
    early="amended_plan_within_15_days",
    unless=(
        Basis(
            _settled("amend amend_school continue_and_amend", ["amended_plan_sent", "amendment_declined"]),
            "SR 44(2)",
            "the amendment was ordered, conceded or agreed",
        ),
    ),
    afresh=_NEW_DRAFT | _NEW_NOTICE,
)

SCHOOLS_CONSULTED: Final = BasisRequired(
    (
        Basis(
            _latest("school_consulted", "final_plan_sent"), "CFA 40(3)", "a school or other institution was consulted"
        ),
    ),
    short="CFA 40(3)",
    missing="no consultation of a school or other institution is on record; one is needed before it is named",
    remedy="",
    finding="",
    checked=False,
)

_AMENDED: Final = "amended_plan_sent amendment_declined"

AMENDMENT_WINDOW: Final = ProtectedPeriod(
    "amendment_representations",
    _latest("amendment_notice_sent", _AMENDED),
    short="SR 22(2)(c)",
    what="the notice of amendments",
    act="the amended plan",
    missing="no notice of proposed amendments is on record",
    remedy="send the notice (amendment_notice_sent), then allow 15 days from its service",
    finding="amended_plan_without_notice",
    early="amended_plan_within_15_days",
    unless=(
        Basis(
            _settled("amend amend_school continue_and_amend", _AMENDED.split()),
            "SR 44(2)",
            "the amendment was ordered, conceded or agreed",
        ),
    ),
    afresh=_NEW_NOTICE,
)

AMENDMENT_PROPOSED: Final = BasisRequired(
    (Basis(_latest("amendment_notice_sent", _AMENDED), "SR 22(2)", "amendments were proposed"),),
    short="SR 22(2)",
    missing="no notice of proposed amendments is on record",
    remedy="record the notice (amendment_notice_sent) first",
    finding="amendment_declined_without_notice",
)

# A session that was adjourned was not the end of the meeting.
_MEETING: Final = LatestFact(
    frozenset({"review_meeting_held"}), frozenset({"review_decision_sent"}), outcomes=frozenset({None})
)
REVIEW_UNDECIDED: Final = BasisRequired(
    (Basis(_MEETING, "SR 20(10)", "the review meeting was held"),),
    short="SR 20(10)",
    missing="no review meeting that waits for a decision is on record",
    remedy="record the review meeting (review_meeting_held) first",
    finding="review_decision_without_meeting",
)

_REASSESSMENT_DECIDED: Final = "reassessment_agreed reassessment_refused"
_REQUEST: Final = Basis(
    _latest("reassessment_requested", _REASSESSMENT_DECIDED), "SR 25(1)", "a re-assessment was asked for"
)

REASSESSMENT_ASKED: Final = BasisRequired(
    (
        Basis(
            _settled("reassess", _REASSESSMENT_DECIDED.split()),
            "SR 44(2)(b)",
            "the re-assessment was ordered, conceded or agreed",
        ),
        _REQUEST,
    ),
    short="SR 25(1)",
    missing="no undecided request for a re-assessment is on record",
    remedy="record the request, or reassessment_started where the authority acts of its own motion",
    finding="reassessment_decision_without_request",
)

REASSESSMENT_REQUEST: Final = BasisRequired(
    (_REQUEST,),
    short="SR 25(1)",
    missing="no undecided request for a re-assessment is on record",
    remedy="record the request (reassessment_requested) first",
    finding="reassessment_decision_without_request",
)

REASSESSMENT_REFUSABLE: Final = Refusable()

_KEPT: Final = "final_plan_sent plan_transferred_in cease_notice_withdrawn"

CEASING_CONSULTED: Final = BasisRequired(
    (
        Basis(
            _latest(
                "cease_consulted",
                "final_plan_sent amended_plan_sent plan_transferred_in review_decision_sent:maintain",
            ),
            "SR 31(1)",
            "ceasing was consulted on",
        ),
    ),
    short="SR 31(1)",
    missing="no consultation on ceasing is on record",
    remedy="consult the parent or young person and the head or principal first",
    finding="cease_notice_without_consultation",
)

CEASING_GROUNDS: Final = LeftToJudgement(
    "CFA 45(1)",
    "whether a ground for ceasing exists (under 18: SR 29; 18 or over and no longer attending: SR 30, after a review) "
    "is a person's judgement",
)

CEASING_NOTIFIED: Final = BasisRequired(
    (
        Basis(_latest("cease_notice_sent", _KEPT), "SR 31(2)", "notice of ceasing was given"),
        Basis(_latest("review_decision_sent", _KEPT, "cease"), "SR 31(2)", "notice of ceasing was given"),
    ),
    short="CFA 45(4)",
    missing="no notice of ceasing is on record",
    remedy="consult, give notice, and let the appeal period end first",
    finding="ceased_without_notice",
)

STANDSTILL: Final = Standstill()

CEASING_ORDERED: Final = BasisRequired(
    (Basis(_latest("tribunal_order_made", "plan_ceased", "dismiss_cease"), "SR 44(2)(a)", "ceasing was ordered"),),
    short="CFA 45(4)",
    missing="the plan has already ceased",
    remedy="void the fact that was wrong",
    finding="ceased_twice",
)

CEASING_ORDERED_ANEW: Final = BasisRequired(
    (APPEALED_ONWARD_SINCE,),
    short="SR 44(2)(a)",
    missing="no notice of ceasing stands, and no onward appeal on record has reopened an appeal against one",
    remedy="record first the notice of ceasing (cease_notice_sent), or the onward appeal (onward_appeal_made)",
    finding="order_without_decision",
)

TRANSFERRED_IN: Final = BasisRequired(
    (Basis(_latest("plan_transferred_in"), "SR 15(4)", "the plan was transferred in"),),
    short="SR 15(4)",
    missing="no transfer from another authority is on record",
    remedy="record plan_transferred_in first",
    finding="transfer_notice_without_transfer",
)

MOVED_OR_RELEASED: Final = BasisRequired(
    (Basis(_latest("released", "plan_transferred_in"), "DPR 16(2)", "the person was released"),),
    short="SR 15(2)",
    missing="no move to another authority is on record",
    remedy="record moved_away first",
    finding="transfer_without_move",
)

IN_CUSTODY: Final = BasisRequired(
    (Basis(_latest("detained", "released"), "CFA 70", "the child or young person was detained"),),
    short="CFA 70",
    missing="no detention that could end is on record",
    remedy="record the detention (detained) first",
    finding="release_without_detention",
)


def decided(decision: str, short: str, what: str, finding: str) -> BasisRequired:
    """Return the guard that asks for the decision against which the appeal or the mediation was brought."""
    ground = Basis(_latest(decision), short, f"{what} was notified")
    return BasisRequired(
        (ground,), short, f"{what} is not on record", f"record that decision ({decision}) first", finding
    )


_REOPEN: Final = (
    "record first what reopened it (an order, a concession, a mediation agreement or refusal_reversed), "
    "or void the fact that was wrong"
)


def reopened(decisions: str, outcome: str, finding: str) -> BasisRequired:
    """Return the guard that lets a decision be notified after it was ordered, conceded or agreed, or reversed."""
    return BasisRequired(
        (
            Basis(_settled(outcome, decisions.split()), "SR 44(2)", "it was ordered, conceded or agreed"),
            Basis(
                _latest("refusal_reversed", decisions),
                "Hertfordshire [2023] EWHC 3138 (Admin)",
                "the authority reversed its refusal",
            ),
        ),
        short="CFA 36(3)",
        missing="this was decided before, and nothing on record reopens it",
        remedy=_REOPEN,
        finding=finding,
    )


def referred_back(decision: str, finding: str) -> BasisRequired:
    """Return the guard that lets a refused matter be decided again after it was referred back."""
    return BasisRequired(
        (Basis(_settled("reconsider", [decision]), "SR 44(2)(d)", "it was referred back"),),
        short="SR 44(2)(d)",
        missing="this was refused before, and nothing on record refers it back",
        remedy=_REOPEN,
        finding=finding,
    )
