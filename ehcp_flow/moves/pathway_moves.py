"""The lawful moves of the main pathway, each with its authority and its guards.

One record has one present state, but real activities overlap: a review is held while an amendment is late, an order is
made while a new request runs. So a fact that is lawful beside the present state leaves it as it is (`to=None`), and its
guard looks at the facts, not at the state, for what it answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ehcp_flow.moves import pathway_guards as c
from ehcp_flow.moves.region import Guard, Move
from ehcp_flow.moves.state_names import (
    ALL,
    AMENDMENT_PROPOSED,
    ASSESSING,
    AT_REST,
    CEASE_CONSULTING,
    CEASE_NOTIFIED,
    CEASED,
    DIED,
    DRAFT_ISSUED,
    DRAFTING,
    FINAL_ISSUED,
    KEPT,
    MAINTAINED,
    NO_CASE,
    OPEN,
    PLAN,
    REASSESS_REQUESTED,
    REASSESSING,
    REFUSED,
    REFUSED_ASSESSMENT,
    REFUSED_PLAN,
    REQUESTED,
    REVIEW_OPEN,
    TRANSFERRED_IN,
    TRANSFERRED_OUT,
    TRANSFERRING_OUT,
    WITHDRAWN,
    WITHOUT_PLAN,
    State,
)

__all__ = ["ISSUED", "MOVES"]

_REVERSAL: Final = "Hertfordshire [2023] EWHC 3138 (Admin)"
_DEVON: Final = "Devon [2022] EWHC 493 (Admin)"

ISSUED: Final = "issued"
"""The inner event by which a final plan, once sent, is maintained (or kept, in custody) from the same day."""


def _move(
    event: str, outcome: str | None, sources: State | frozenset[State], to: State | None, *rest: str | Guard,
    forces: State | None = None,
) -> Move[State]:  # fmt: skip
    """Return one move; `rest` is its authority, then its guards."""
    return Move(
        event,
        frozenset({sources}) if isinstance(sources, State) else sources,
        to,
        tuple(item for item in rest if isinstance(item, str)),
        tuple(item for item in rest if not isinstance(item, str)),
        outcome,
        forces,
    )


_REQUEST: Final = (
    _move("request_received", None, AT_REST | REFUSED, REQUESTED, "CFA 36(1)", "CFA 36(3)"),
    _move("became_responsible", None, AT_REST | REFUSED, REQUESTED, "CFA 24", "CFA 36(3)"),
    # No provision says what a withdrawal does: these rows follow the authority's recorded choice.
    _move("request_withdrawn", "ends", frozenset({REQUESTED, ASSESSING}), WITHDRAWN, "CFA 24", "CFA 36(3)"),
    _move("request_withdrawn", "ends", frozenset({REASSESS_REQUESTED, REASSESSING}), MAINTAINED, "CFA 44(2)"),
    _move("request_withdrawn", "continues", OPEN | {REASSESS_REQUESTED, REASSESSING}, None, "CFA 24", "CFA 36(3)"),
)

_assess_twice = c.reopened("assessment_agreed assessment_refused", "assess", "assessment_decided_twice")
_assess_again = c.referred_back("assessment_refused", "assessment_decided_twice")
_plan_twice = c.reopened("plan_agreed plan_refused", "make_plan", "plan_decided_twice")
_plan_again = c.referred_back("plan_refused", "plan_decided_twice")

_ASSESSMENT: Final = (
    _move("assessment_refused", None, REQUESTED, REFUSED_ASSESSMENT, "CFA 36(5)", "SR 4(1)", "SR 5(1)"),
    _move("assessment_refused", None, REFUSED_ASSESSMENT, None, "SR 42(3)", _assess_again),
    _move("assessment_agreed", None, REQUESTED, ASSESSING, "CFA 36(8)", "SR 5(1)"),
    _move("assessment_agreed", None, REFUSED_ASSESSMENT, ASSESSING, "SR 42(3)", _assess_again),
    _move("assessment_agreed", None, ASSESSING, None, "SR 44(2)(b)", "SR 45(3)", "SR 42(2)", _assess_twice),
    _move("refusal_reversed", None, REFUSED_ASSESSMENT, ASSESSING, _REVERSAL),
    _move("refusal_reversed", None, REFUSED_PLAN, DRAFTING, _REVERSAL),
)

_MAKING: Final = (
    _move("plan_refused", None, ASSESSING, REFUSED_PLAN, "CFA 36(9)", "SR 10(1)"),
    _move("plan_refused", None, REFUSED_PLAN, None, "SR 44(2)(d)", _plan_again),
    _move("plan_agreed", None, ASSESSING, DRAFTING, "CFA 36(9)(b)", "CFA 37(1)"),
    _move("plan_agreed", None, REFUSED_PLAN, DRAFTING, "SR 44(2)(d)", _plan_again),
    _move("plan_agreed", None, DRAFTING, None, "SR 44(2)(c)", "SR 45(6)", "SR 42(2)", _plan_twice),
    _move("plan_agreed", None, REASSESSING, None, "SR 27(1)"),
    _move("draft_plan_sent", None, frozenset({DRAFTING}), DRAFT_ISSUED, "CFA 38", "SR 13(1)"),
    _move("draft_plan_sent", None, DRAFT_ISSUED, DRAFT_ISSUED, "CoP 9.125", "SR 13(1)"),
    _move("draft_plan_sent", None, REFUSED_PLAN, DRAFT_ISSUED, "SR 43(2)(d)", "SR 44(2)(d)", _plan_again),
    _move("draft_plan_sent", None, REASSESSING, None, "SR 27(1)"),
    _move(
        "final_plan_sent", None, DRAFT_ISSUED, FINAL_ISSUED, "CFA 39", "CFA 40", "SR 13(2)",
        c.DRAFT_WINDOW, c.SCHOOLS_CONSULTED,
    ),
    _move("final_plan_sent", None, REASSESSING, FINAL_ISSUED, "SR 27(1)", "SR 27(2)", c.DRAFT_WINDOW),
    _move(ISSUED, None, FINAL_ISSUED, MAINTAINED, "CFA 37(1)", "CFA 42", "CFA 43"),
    _move(ISSUED, "detained", FINAL_ISSUED, KEPT, "CFA 74"),
)  # fmt: skip

_ASKING: Final = frozenset({MAINTAINED, TRANSFERRED_IN})
_ORDERED: Final = ("SR 22(3)", "SR 44(2)(e)", "SR 45(4)", "SR 42(2)")
_OPENS: Final = frozenset({MAINTAINED, TRANSFERRED_IN, REVIEW_OPEN})
# A plan that is on its way out, or notice of whose end was given, stays so whatever else is done about it.
_LEAVING: Final = frozenset({CEASE_NOTIFIED, TRANSFERRING_OUT})
_BUSY: Final = frozenset({REASSESS_REQUESTED, REASSESSING}) | _LEAVING

_REVIEW: Final = (
    *(
        _move(event, None, sources, to, "CFA 44(1)", *authority)
        for event, *authority in (
            ("review_invited", "SR 20(2)", "SR 21(2)"), ("review_papers_sent", "SR 20(4)", "SR 21(4)"),
        )
        for sources, to in ((_OPENS, REVIEW_OPEN), (PLAN - _OPENS, None))
    ),
    _move("review_meeting_held", None, _OPENS | {AMENDMENT_PROPOSED}, REVIEW_OPEN, "CFA 44(1)", "SR 20", "SR 21"),
    _move("review_meeting_held", None, _BUSY | {CEASE_CONSULTING}, None, "CFA 44(1)", "SR 20", "SR 21"),
    _move("review_decision_sent", "maintain", _OPENS, MAINTAINED, "SR 20(10)", "SR 21(9)", c.REVIEW_UNDECIDED),
    _move("review_decision_sent", "maintain", _BUSY | {AMENDMENT_PROPOSED}, None, "SR 20(10)", c.REVIEW_UNDECIDED),
    _move("review_decision_sent", "maintain", CEASE_CONSULTING, MAINTAINED, "SR 31(2)"),
    _move("review_decision_sent", "amend", _OPENS, REVIEW_OPEN, "SR 20(10)", "SR 21(9)", c.REVIEW_UNDECIDED),
    _move("review_decision_sent", "amend", PLAN - _OPENS, None, "SR 20(10)", "SR 21(9)", c.REVIEW_UNDECIDED),
    _move(
        "review_decision_sent", "cease", PLAN - _LEAVING - {CEASE_CONSULTING}, CEASE_CONSULTING,
        "SR 20(10)", "SR 31(1)", c.REVIEW_UNDECIDED,
    ),
    _move(
        "review_decision_sent", "cease", CEASE_CONSULTING, CEASE_NOTIFIED, "SR 20(10)", "SR 31(2)",
        c.REVIEW_UNDECIDED, c.CEASING_CONSULTED, c.CEASING_GROUNDS,
    ),
    _move("review_decision_sent", "cease", _LEAVING, None, "SR 20(10)", c.REVIEW_UNDECIDED),
    _move("amendment_notice_sent", None, REVIEW_OPEN, AMENDMENT_PROPOSED, "SR 20(10)", "SR 22(2)", _DEVON),
    _move("amendment_notice_sent", None, _ASKING | {AMENDMENT_PROPOSED}, AMENDMENT_PROPOSED, "SR 28"),
    _move("amendment_notice_sent", None, CEASE_CONSULTING, AMENDMENT_PROPOSED, "SR 22(2)", "SR 28", "SR 30(2)"),
    _move("amendment_notice_sent", None, _BUSY, None, "SR 28"),
    _move("amended_plan_sent", None, AMENDMENT_PROPOSED, FINAL_ISSUED, "SR 22(3)", c.AMENDMENT_WINDOW),
    _move("amended_plan_sent", None, MAINTAINED, FINAL_ISSUED, *_ORDERED, c.AMENDMENT_WINDOW),
    _move(
        "amended_plan_sent", None, PLAN - {AMENDMENT_PROPOSED, MAINTAINED, REASSESSING}, None, *_ORDERED,
        c.AMENDMENT_WINDOW,
    ),
    _move("amended_plan_sent", None, REASSESSING, FINAL_ISSUED, "SR 27(1)", "SR 27(2)", c.REASSESSED_WINDOW),
    _move("amended_plan_sent", None, KEPT, None, "DPR 29(6)", "DPR 30(6)", c.AMENDMENT_WINDOW),
    _move("amendment_declined", None, AMENDMENT_PROPOSED, MAINTAINED, "SR 22(4)", c.AMENDMENT_PROPOSED),
    _move("amendment_declined", None, REASSESSING, MAINTAINED, "CFA 44", "CFA 51(2)(e)"),
    _move("amendment_declined", None, PLAN - {AMENDMENT_PROPOSED, REASSESSING}, None, "SR 22(4)", c.AMENDMENT_PROPOSED),
)  # fmt: skip

_REASSESSMENT: Final = (
    _move("reassessment_requested", None, _ASKING, REASSESS_REQUESTED, "CFA 44(2)", "SR 23"),
    _move("reassessment_requested", None, PLAN - _ASKING, None, "CFA 44(2)", "SR 23"),
    _move(
        "reassessment_refused",
        None,
        REASSESS_REQUESTED,
        MAINTAINED,
        "SR 24",
        "SR 25(1)",
        c.REASSESSMENT_REQUEST,
        c.REASSESSMENT_REFUSABLE,
    ),
    _move(
        "reassessment_refused",
        None,
        PLAN - {REASSESS_REQUESTED},
        None,
        "SR 24",
        "SR 25(1)",
        c.REASSESSMENT_REQUEST,
        c.REASSESSMENT_REFUSABLE,
    ),
    _move("reassessment_agreed", None, PLAN - _LEAVING, REASSESSING, "SR 25(1)", "SR 26", c.REASSESSMENT_ASKED),
    _move("reassessment_agreed", None, _LEAVING, None, "SR 25(1)", c.REASSESSMENT_ASKED),
    _move("reassessment_started", None, PLAN - _LEAVING - {REASSESSING}, REASSESSING, "CFA 44(3)"),
    _move("reassessment_started", None, TRANSFERRING_OUT, None, "CFA 44(3)"),
)

_CEASING: Final = (
    _move("cease_consulted", None, PLAN - _LEAVING, CEASE_CONSULTING, "CFA 45(1)", "SR 31(1)"),
    _move("cease_consulted", None, TRANSFERRING_OUT, None, "CFA 45(1)", "SR 31(1)"),
    _move(
        "cease_notice_sent", None, CEASE_CONSULTING, CEASE_NOTIFIED, "SR 31(2)", c.CEASING_CONSULTED, c.CEASING_GROUNDS
    ),
    _move("cease_notice_sent", None, _LEAVING, None, "SR 31(2)", c.CEASING_CONSULTED),
    # No provision says how a notice of ceasing is taken back: the plan was maintained all along (CFA 45(4)).
    _move("cease_notice_withdrawn", None, CEASE_NOTIFIED, MAINTAINED, "CFA 45(1)"),
    _move("plan_ceased", None, CEASE_NOTIFIED, CEASED, "CFA 45(4)", c.STANDSTILL),
    _move("plan_ceased", None, TRANSFERRING_OUT, CEASED, "CFA 45(4)", c.CEASING_NOTIFIED, c.STANDSTILL),
    _move("plan_ceased", None, CEASED, None, "SR 44(2)(a)", c.CEASING_ORDERED),
)

_TRANSFER: Final = (
    _move("moved_away", None, PLAN - {TRANSFERRING_OUT}, TRANSFERRING_OUT, "CFA 47", "SR 15(1)", "SR 15(3)"),
    _move("moved_away", None, OPEN, NO_CASE, "CFA 24"),
    _move("moved_away", None, AT_REST | REFUSED | {TRANSFERRING_OUT, KEPT}, None, "CFA 24"),
    _move("plan_transferred_out", None, TRANSFERRING_OUT, TRANSFERRED_OUT, "SR 15(2)", "SR 15(3)"),
    _move("plan_transferred_out", None, TRANSFERRED_OUT, None, "SR 15(2)"),
    _move("plan_transferred_out", None, KEPT, TRANSFERRED_OUT, "DPR 16(2)"),
    _move(
        "plan_transferred_out",
        None,
        PLAN - {TRANSFERRING_OUT},
        TRANSFERRED_OUT,
        "SR 15(2)",
        "DPR 16(2)",
        c.MOVED_OR_RELEASED,
    ),
    _move(
        "plan_transferred_in",
        None,
        WITHOUT_PLAN | {KEPT},
        TRANSFERRED_IN,
        "CFA 47",
        "SR 15(3)",
        "DPR 16",
    ),
    _move("taken_over_on_release", None, WITHOUT_PLAN, TRANSFERRED_IN, "DPR 16(3)", "CFA 48(2)"),
    _move("taken_over_on_release", None, PLAN | {KEPT}, None, "DPR 16(3)"),
    _move("transfer_notice_sent", None, TRANSFERRED_IN, MAINTAINED, "SR 15(4)"),
    _move("transfer_notice_sent", None, PLAN - {TRANSFERRED_IN}, None, "SR 15(4)", c.TRANSFERRED_IN),
    _move("detained", None, PLAN, KEPT, "CFA 70", "CFA 74"),
    _move("detained", None, WITHOUT_PLAN | {KEPT}, None, "DPR 15(4)"),
    _move("released", None, KEPT, MAINTAINED, "CFA 48(2)"),
    _move("released", None, ALL - {KEPT}, None, "DPR 15(1)", c.IN_CUSTODY),
    # No provision says what a death ends: there is nobody any more for whom the authority could be responsible.
    _move("died", None, ALL, DIED, "CFA 24(1)"),
)


def _settlements(event: str, finding: str, authority: Mapping[str, tuple[str, ...]]) -> tuple[Move[State], ...]:
    """Return the moves of one kind of settlement: a Tribunal order, a concession or a mediation agreement."""
    assess = c.decided("assessment_refused", "CFA 51(2)(a)", "a refusal to assess", finding)
    make_plan = c.decided("plan_refused", "CFA 51(2)(b)", "a refusal of a plan", finding)
    reassess = c.decided("reassessment_refused", "CFA 51(2)(d)", "a refusal to re-assess", finding)

    def move(
        outcome: str, sources: State | frozenset[State], to: State | None, *guards: Guard, forces: State | None = None
    ) -> Move[State]:
        return _move(event, outcome, sources, to, *authority[outcome], *guards, forces=forces)

    moves = [
        move("assess", frozenset({REFUSED_ASSESSMENT, REQUESTED}), ASSESSING, assess),
        move("assess", ASSESSING, None, assess),
        move("reassess", PLAN - _LEAVING, REASSESSING, reassess),
        move("reassess", _LEAVING, None, reassess),
        move("make_plan", frozenset({REFUSED_PLAN, REQUESTED, ASSESSING}), DRAFTING, make_plan),
        move("make_plan", frozenset({DRAFTING, DRAFT_ISSUED}), None, make_plan),
        move("amend", PLAN, None, forces=MAINTAINED),
        move("amend_school", PLAN | {KEPT}, None, forces=MAINTAINED),
    ]
    for outcome in ("continue", "continue_and_amend"):
        moves.append(move(outcome, frozenset({CEASE_NOTIFIED, CEASED}), MAINTAINED))
        moves.append(move(outcome, PLAN - {CEASE_NOTIFIED}, None))
    return tuple(moves)


_AGREED: Final = ("SR 42(2)",)

_SETTLEMENTS: Final = (
    *_settlements(
        "tribunal_order_made",
        "order_without_decision",
        {
            "assess": ("SR 44(2)(b)",), "reassess": ("SR 44(2)(b)",), "make_plan": ("SR 44(2)(c)",),
            "amend": ("SR 44(2)(e)",), "amend_school": ("SR 44(2)(f)", "DPR 29(6)"), "continue": ("SR 44(2)(g)",),
            "continue_and_amend": ("SR 44(2)(h)",),
        },
    ),
    _move("tribunal_order_made", "reconsider", REFUSED_PLAN, None, "SR 43(2)(d)", "SR 44(2)(d)", forces=REFUSED_PLAN),
    _move("tribunal_order_made", "dismiss", ALL, None, "SR 43(2)(a)"),
    _move("tribunal_order_made", "dismiss_cease", CEASE_NOTIFIED, CEASED, "SR 44(2)(a)", "CFA 45(4)"),
    _move(
        "tribunal_order_made", "dismiss_cease", PLAN - {CEASE_NOTIFIED}, CEASED, "SR 44(2)(a)", "CFA 45(4)",
        c.CEASING_ORDERED_ANEW,
    ),
    _move("onward_appeal_made", None, CEASED, CEASE_NOTIFIED, "CFA 45(4)", "TPR 46"),
    _move("onward_appeal_made", None, ALL - {CEASED}, None, "TPR 46"),
    *(
        move
        for outcome in ("dismissed", "withdrawn")
        for move in (
            _move("onward_appeal_ended", outcome, CEASE_NOTIFIED, CEASED, "CFA 45(4)", "SR 44(2)(a)"),
            _move("onward_appeal_ended", outcome, ALL - {CEASE_NOTIFIED}, None, "TPR 46"),
        )
    ),
    *(_move("onward_appeal_ended", outcome, ALL, None, "CFA 45(4)") for outcome in ("set_aside", "remade")),
    *_settlements(
        "appeal_conceded",
        "concession_without_decision",
        {
            "assess": ("SR 45(3)", "SR 45(3A)"), "reassess": ("SR 45(3)", "SR 45(3A)"), "make_plan": ("SR 45(6)",),
            "amend": ("SR 45(4)",), "amend_school": ("SR 45(5)", "DPR 30(6)"), "continue": ("SR 45(6A)",),
            "continue_and_amend": ("SR 45(6A)",),
        },
    ),
    *_settlements(
        "mediation_agreed",
        "agreement_without_decision",
        {
            **dict.fromkeys(("assess", "reassess", "make_plan", "amend", "continue", "continue_and_amend"), _AGREED),
            "amend_school": ("SR 42(2)", "DPR 27(2)"),
        },
    ),
    _move("mediation_agreed", "reconsider", REFUSED | PLAN, None, *_AGREED, "SR 42(3)", forces=REFUSED_PLAN),
    _move("mediation_agreed", "other", ALL, None, "SR 42(3)"),
)  # fmt: skip

MOVES: Final = (*_REQUEST, *_ASSESSMENT, *_MAKING, *_REVIEW, *_REASSESSMENT, *_CEASING, *_TRANSFER, *_SETTLEMENTS)
"""Every lawful move of the pathway."""
