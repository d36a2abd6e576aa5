"""The dispute about one decision as a region: mediation, certificate, appeal, settlement, and what obeys it.

Each dispute of a case runs through this region by itself, with the facts that are taken to be about its decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ehcp_flow.closed import complete
from ehcp_flow.facts import OUTCOMES
from ehcp_flow.moves import dispute_guards as g
from ehcp_flow.moves.region import Guard, Misplaced, Move, Region
from ehcp_flow.moves.state_names import DisputeState

__all__ = ["COMPLIED_WITH", "DISPUTES"]

NONE, CONTACTED, MEDIATING = DisputeState.NONE, DisputeState.MEDIATION_CONTACTED, DisputeState.MEDIATING
AGREED, CERTIFIED, APPEALED = DisputeState.AGREED, DisputeState.CERTIFIED, DisputeState.APPEALED
CONCEDED, DETERMINED = DisputeState.CONCEDED, DisputeState.DETERMINED
WITHDRAWN, COMPLIED = DisputeState.WITHDRAWN, DisputeState.COMPLIED

COMPLIED_WITH: Final = "complied"
"""The inner event for which the act stands that was agreed, conceded or ordered."""

_ALL: Final = frozenset(DisputeState)


def _move(
    event: str, outcome: str | None, sources: Iterable[DisputeState], to: DisputeState | None, *rest: str | Guard,
    forces: DisputeState | None = None,
) -> Move[DisputeState]:  # fmt: skip
    """Return one move; `rest` is its authority, then its guards."""
    return Move(
        event,
        frozenset(sources),
        to,
        tuple(item for item in rest if isinstance(item, str)),
        tuple(item for item in rest if not isinstance(item, str)),
        outcome,
        forces,
    )


_REQUEST_LAW: Final = {
    "not_stated": ("CFA 52(3)", "DPR 21"),
    "education": ("CFA 52(3)", "CFA 54", "SR 36"),
    "health": ("CFA 52(3)", "CFA 53(3)", "SR 35(3)"),
    "mixed": ("CFA 52(3)", "CFA 53(4)", "SR 35(4)"),
}
complete(_REQUEST_LAW, OUTCOMES["mediation_requested"], "law of a request for mediation")

_MEDIATION: Final = (
    _move("mediation_contacted", None, {NONE}, CONTACTED, "SR 33", "DPR 19", g.STANDS),
    _move("mediation_contacted", None, {CONTACTED, MEDIATING, CERTIFIED, APPEALED}, None, "SR 33", "DPR 19"),
    _move("mediation_declined", None, {NONE}, CONTACTED, "SR 33", "SR 34(1)", "DPR 20(1)", g.STANDS),
    _move("mediation_declined", None, {CONTACTED, MEDIATING}, CONTACTED, "SR 34(1)", "DPR 20(1)"),
    *(
        move
        for outcome in OUTCOMES["mediation_requested"]
        for move in (
            _move("mediation_requested", outcome, {NONE}, MEDIATING, *_REQUEST_LAW[outcome], g.STANDS),
            _move("mediation_requested", outcome, {CONTACTED}, MEDIATING, *_REQUEST_LAW[outcome]),
            _move("mediation_requested", outcome, {MEDIATING, CERTIFIED, APPEALED}, None, *_REQUEST_LAW[outcome]),
        )
    ),
    _move("mediation_notified", None, {MEDIATING, CERTIFIED, APPEALED}, None, "SR 35(2)", forces=MEDIATING),
    _move(
        "mediation_not_arranged", None, {MEDIATING}, None, "SR 39(2)", "DPR 24(2)", g.NOT_OF_HEALTH, forces=MEDIATING
    ),
    _move(
        "mediation_date_notified", None, {MEDIATING, CERTIFIED, APPEALED}, None, "SR 37", "DPR 22(2)", forces=MEDIATING
    ),
    _move(
        "mediation_held", None, {MEDIATING, CERTIFIED, APPEALED, AGREED}, None, "CFA 52", "SR 39", "DPR 24",
        forces=MEDIATING,
    ),
    _move(
        "mediation_certificate_issued", None, {CONTACTED}, CERTIFIED, "CFA 55(4)", "SR 34(1)", "DPR 20(1)", g.DECLINED,
        g.CONTACTED_IN_TIME,
    ),
    _move("mediation_certificate_issued", None, {MEDIATING}, CERTIFIED, "CFA 55(5)", "SR 39", "DPR 24", g.MEDIATED),
    _move(
        "mediation_certificate_issued", None, {AGREED, CERTIFIED, APPEALED, COMPLIED}, None, "CFA 55(5)", "SR 39",
        "DPR 24", g.FRESH,
    ),
)  # fmt: skip

_AGREEMENT_LAW: Final = {"reconsider": ("SR 42(3)", "DPR 27(3)"), "other": ("SR 42(3)", "DPR 27(3)")}


def _agreed(outcome: str) -> Iterable[Move[DisputeState]]:
    law = _AGREEMENT_LAW.get(outcome, ("SR 42(2)", "DPR 27(2)"))
    guards = (g.HELD, g.Fits("mediation_agreed", outcome, law[0]))
    yield _move("mediation_agreed", outcome, {MEDIATING, CERTIFIED}, AGREED, *law, *guards)
    yield _move("mediation_agreed", outcome, {AGREED, APPEALED}, None, *law, *guards)


_CONCESSION_LAW: Final = {
    "assess": ("SR 45(3)", "DPR 30(3)"), "reassess": ("SR 45(3)",), "make_plan": ("SR 45(6)", "DPR 30(5)"),
    "amend": ("SR 45(4)",), "amend_school": ("SR 45(5)", "DPR 30(6)"), "continue": ("SR 45(6A)",),
    "continue_and_amend": ("SR 45(6A)",),
}  # fmt: skip
complete(_CONCESSION_LAW, OUTCOMES["appeal_conceded"], "law of a concession")


def _conceded(outcome: str) -> Iterable[Move[DisputeState]]:
    law = ("SR 45(1)", *_CONCESSION_LAW[outcome])
    guards = (g.BEFORE_RESPONSE, g.Fits("appeal_conceded", outcome, law[1]))
    yield _move("appeal_conceded", outcome, {APPEALED}, CONCEDED, *law, *guards)
    yield _move("appeal_conceded", outcome, {CONCEDED}, None, *law, *guards)


_ORDER_LAW: Final = {
    "assess": ("SR 43(2)(b)", "SR 44(2)(b)", "DPR 29(2)"),
    "reassess": ("SR 43(2)(b)", "SR 44(2)(b)"),
    "make_plan": ("SR 43(2)(c)", "SR 44(2)(c)", "DPR 29(4)"),
    "reconsider": ("SR 43(2)(d)", "SR 44(2)(d)", "DPR 29(5)"),
    "amend": ("SR 43(2)(f)", "SR 44(2)(e)"),
    "amend_school": ("SR 43(2)(g)", "SR 44(2)(f)", "DPR 29(6)"),
    "continue": ("SR 43(2)(e)", "SR 44(2)(g)"),
    "continue_and_amend": ("SR 43(2)(f)", "SR 44(2)(h)"),
    "dismiss": ("SR 43(2)(a)", "DPR 28(2)(a)"),
    "dismiss_cease": ("SR 43(2)(a)", "SR 44(2)(a)"),
}
complete(_ORDER_LAW, OUTCOMES["tribunal_order_made"], "law of an order")


def _ordered(outcome: str) -> Iterable[Move[DisputeState]]:
    law = _ORDER_LAW[outcome]
    fits = g.Fits("tribunal_order_made", outcome, law[0])
    # A conceded appeal counts as won (SR 45(2)): after that the Tribunal dismisses nothing and refers nothing back.
    lost = outcome in {"dismiss", "dismiss_cease", "reconsider"}
    yield _move("tribunal_order_made", outcome, {APPEALED} if lost else {APPEALED, CONCEDED}, DETERMINED, *law, fits)
    yield _move("tribunal_order_made", outcome, {DETERMINED}, None, *law, fits)
    if outcome not in {"assess", "make_plan", "reconsider"}:
        # Once obeyed, these have brought decisions of their own; any other can be made anew after an onward appeal.
        yield _move("tribunal_order_made", outcome, {COMPLIED}, DETERMINED, *law, "TPR 46", fits, g.REOPENED)


_APPEAL_LAW: Final = ("CFA 51(2)", "CFA 55", "CFA 73(2)", "TPR 20")
_AFTER_AGREEING: Final = frozenset({AGREED, APPEALED, CONCEDED, DETERMINED, WITHDRAWN, COMPLIED})

_APPEAL: Final = (
    _move(
        "appeal_registered", None, {NONE, CONTACTED, MEDIATING, AGREED, CERTIFIED}, APPEALED, *_APPEAL_LAW,
        g.STANDS, g.CERTIFICATE,
    ),
    _move(
        "appeal_registered", None, {WITHDRAWN}, APPEALED, *_APPEAL_LAW, "TPR 17", g.STANDS, g.CERTIFICATE, g.REINSTATED
    ),
    _move("appeal_response_sent", None, {APPEALED}, None, "TPR 21", forces=APPEALED),
    *(move for outcome in OUTCOMES["appeal_conceded"] for move in _conceded(outcome)),
    _move("appeal_withdrawn", None, {APPEALED}, WITHDRAWN, "TPR 17"),
    _move("appeal_withdrawn", None, {CONCEDED}, None, "TPR 17", "SR 45(2)"),
    *(move for outcome in OUTCOMES["tribunal_order_made"] for move in _ordered(outcome)),
    _move("appeal_determined", None, {APPEALED}, DETERMINED, "CFA 45(4)"),
    _move("appeal_determined", None, {CONCEDED, DETERMINED, COMPLIED}, None, "CFA 45(4)", "SR 45(2)"),
)  # fmt: skip

_ONWARD: Final = (
    _move("onward_appeal_made", None, {DETERMINED, COMPLIED}, None, "TPR 46", g.ORDERED, forces=DETERMINED),
    *(
        _move(
            "onward_appeal_ended", outcome, {DETERMINED, COMPLIED}, None, "TPR 46", g.APPEALED_ONWARD, forces=DETERMINED
        )
        for outcome in OUTCOMES["onward_appeal_ended"]
    ),
)

_SETTLED: Final = (
    *(move for outcome in OUTCOMES["mediation_agreed"] for move in _agreed(outcome)),
    _move("agreement_notified", None, _AFTER_AGREEING, None, "SR 42(4)", g.AGREEMENT, forces=AGREED),
    _move("agreement_carried_out", None, _AFTER_AGREEING, None, "SR 42(3)", "DPR 27(3)", g.AGREEMENT, forces=AGREED),
    _move(COMPLIED_WITH, None, {AGREED, WITHDRAWN}, COMPLIED, "SR 42(2)", "SR 42(3)", "DPR 27"),
    _move(COMPLIED_WITH, None, {CONCEDED}, COMPLIED, "SR 45", "DPR 30"),
    _move(COMPLIED_WITH, None, {DETERMINED}, COMPLIED, "SR 44(2)", "DPR 29"),
)


def _out(
    events: str, states: Iterable[DisputeState], finding: str, reason: str, remedy: str, authority: str
) -> Misplaced[DisputeState]:
    return Misplaced(frozenset(events.split()), frozenset(states), finding, reason, remedy, authority)


_OVER: Final = frozenset({CONCEDED, DETERMINED, WITHDRAWN, COMPLIED})
_BEFORE_APPEAL: Final = frozenset({NONE, CONTACTED, MEDIATING, AGREED, CERTIFIED})
_ARRANGING: Final = "mediation_notified mediation_date_notified"
_ASKING: Final = "mediation_contacted mediation_requested"
_ASK: Final = "record that mediation is wanted (mediation_requested) first"
_CONTACT: Final = "record the contact with a mediation adviser (mediation_contacted) first"
_LATER: Final = "record first the later decision that it is about, or leave it out"
_APPEAL_FIRST: Final = "record the appeal (appeal_registered) first"

_MISPLACED: Final = (
    _out(f"{_ASKING} mediation_declined {_ARRANGING} mediation_not_arranged", _OVER, "mediation_after_settlement",
         "the dispute about this decision is over", _LATER, "CFA 52"),
    _out("mediation_held", _OVER, "mediation_after_settlement", "the dispute about this decision is over", _LATER,
         "CFA 52"),
    _out(f"{_ASKING} mediation_declined {_ARRANGING} mediation_not_arranged", {AGREED}, "mediation_after_agreement",
         "a mediation agreement was already made", _LATER, "SR 42(1)"),
    _out("mediation_declined", {CERTIFIED, APPEALED}, "mediation_declined_after_certificate",
         "a certificate was issued, or an appeal registered, before", "leave it out", "SR 34(1)"),
    _out(f"{_ARRANGING} mediation_not_arranged mediation_held", {NONE, CONTACTED}, "mediation_without_request",
         "it is not on record that mediation is wanted", _ASK, "CFA 52(3)"),
    _out("mediation_not_arranged", {CERTIFIED, APPEALED}, "mediation_not_arranged_after_certificate",
         "a certificate was issued, or an appeal registered, before", "leave it out", "SR 39(2)"),
    _out("mediation_certificate_issued", {NONE}, "certificate_without_contact",
         "no contact with a mediation adviser is on record", _CONTACT, "SR 33"),
    _out("mediation_certificate_issued", {CONCEDED, DETERMINED, WITHDRAWN}, "certificate_after_appeal",
         "the appeal about this decision has ended", _LATER, "CFA 55(3)"),
    _out("mediation_agreed", {NONE, CONTACTED}, "agreement_without_mediation",
         "it is not on record that mediation is wanted", _ASK, "SR 42(1)"),
    _out("mediation_agreed", _OVER, "agreement_after_settlement", "the dispute about this decision is over", _LATER,
         "SR 42(1)"),
    _out("agreement_notified agreement_carried_out", _ALL - _AFTER_AGREEING, "agreement_missing",
         "no mediation agreement is on record", "record the agreement (mediation_agreed) first", "SR 42(1)"),
    _out("appeal_registered", {APPEALED}, "appeal_registered_twice", "an appeal against this decision is under way",
         "leave it out, or record first the later decision that it is about", "CFA 51(2)"),
    _out("appeal_registered", {CONCEDED, DETERMINED, COMPLIED}, "appeal_after_settlement",
         "the dispute about this decision is over", _LATER, "CFA 51(2)"),
    _out("appeal_response_sent appeal_conceded appeal_withdrawn tribunal_order_made appeal_determined", _BEFORE_APPEAL,
         "no_appeal_on_record", "no appeal against this decision is on record", _APPEAL_FIRST, "CFA 51(2)"),
    _out("appeal_response_sent", _OVER, "response_after_appeal", "the appeal about this decision has ended",
         "leave it out, or void the fact that was wrong", "TPR 21"),
    _out("appeal_conceded", {DETERMINED, WITHDRAWN, COMPLIED}, "concession_after_appeal",
         "the appeal about this decision has ended", "record the authority's own reversal (refusal_reversed)",
         "SR 45(1)"),
    _out("appeal_withdrawn", {DETERMINED, WITHDRAWN, COMPLIED}, "withdrawal_after_appeal",
         "the appeal about this decision has ended", "leave it out, or void the fact that was wrong", "TPR 17"),
    _out("tribunal_order_made", {WITHDRAWN, COMPLIED}, "order_after_appeal",
         "the appeal about this decision has ended", "record first the appeal that the order determines",
         "SR 43(2)"),
    _out("tribunal_order_made", {CONCEDED}, "order_against_concession",
         "the authority conceded, so that the appeal counts as determined in favour of the appellant",
         "give the order that was made by consent, or void the fact that was wrong", "SR 45(2)"),
    _out("onward_appeal_made", _ALL - {DETERMINED, COMPLIED}, "onward_appeal_without_order", g.ORDERED.missing,
         g.ORDERED.remedy, "TPR 46"),
    _out("onward_appeal_ended", _ALL - {DETERMINED, COMPLIED}, "onward_appeal_missing", g.APPEALED_ONWARD.missing,
         g.APPEALED_ONWARD.remedy, "TPR 46"),
    _out("appeal_determined", {WITHDRAWN}, "determined_after_withdrawal", "the appeal was withdrawn",
         "leave it out: a withdrawn appeal is at its end", "CFA 45(4)"),
)  # fmt: skip

_RANK: Final = {
    NONE: 0, CONTACTED: 1, MEDIATING: 2, AGREED: 3, CERTIFIED: 3, APPEALED: 4, WITHDRAWN: 5, CONCEDED: 5,
    DETERMINED: 6, COMPLIED: 7,
}  # fmt: skip
complete(_RANK, DisputeState, "how far a dispute has gone")

DISPUTES: Final = Region(
    name="disputes",
    states=DisputeState,
    initial=NONE,
    moves=(*_MEDIATION, *_SETTLED, *_APPEAL, *_ONWARD),
    misplaced=_MISPLACED,
    ends=frozenset(),
    # A fact out of order never sets a dispute back.
    stays=lambda state, forced: _RANK[forced] < _RANK[state],
    inner=frozenset({COMPLIED_WITH}),
)
"""Checked when this module is imported: a table that cannot be run raises ValueError here."""
