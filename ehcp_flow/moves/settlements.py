"""What an order, a concession or a mediation agreement can say about which decision, and what act obeys it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ehcp_flow.closed import complete
from ehcp_flow.facts import OUTCOMES
from ehcp_flow.moves.region import Key

__all__ = ["DISCHARGES", "FITTING", "OVERTAKING", "discharges_of"]

_ORDERS: Final = {
    "assess": "a", "make_plan": "b", "reconsider": "b", "amend": "cef", "amend_school": "cef", "reassess": "d",
    "continue": "f", "continue_and_amend": "cef", "dismiss": "abcdef", "dismiss_cease": "f",
}  # fmt: skip
_CONCESSIONS: Final = {
    "assess": "a", "make_plan": "b", "amend": "ce", "amend_school": "ce", "reassess": "d", "continue": "f",
    "continue_and_amend": "f",
}  # fmt: skip
_AGREEMENTS: Final = {
    **{outcome: letters for outcome, letters in _ORDERS.items() if not outcome.startswith("dismiss")},
    "reconsider": "abcdef",
    "other": "abcdef",
}
complete(_ORDERS, OUTCOMES["tribunal_order_made"], "decisions that an order fits")
complete(_CONCESSIONS, OUTCOMES["appeal_conceded"], "decisions that a concession fits")
complete(_AGREEMENTS, OUTCOMES["mediation_agreed"], "decisions that an agreement fits")


def _grounds(outcome: str, letters: str) -> frozenset[str]:
    """Return the grounds that an outcome fits; for a detained person those of the plan's contents are the school's."""
    ordinary = {f"CFA 51(2)({letter})" for letter in letters}
    custody = {f"CFA 73(2)({letter})" for letter in letters if letter in "ab"}
    if "c" in letters and outcome not in {"amend", "continue_and_amend"}:
        custody.add("CFA 73(2)(c)")
    return frozenset(ordinary | custody)


FITTING: Final[Mapping[Key, frozenset[str]]] = {
    (event, outcome): _grounds(outcome, letters)
    for event, outcomes in (
        ("mediation_agreed", _AGREEMENTS),
        ("appeal_conceded", _CONCESSIONS),
        ("tribunal_order_made", _ORDERS),
    )
    for outcome, letters in outcomes.items()
}
"""The grounds that each settlement fits (SR 43(2), 45(3)-(6A), 42; DPR 28(2), 30)."""

OVERTAKING: Final[Mapping[str, frozenset[str]]] = {
    letter: frozenset(events.split())
    for letter, events in {
        "a": "refusal_reversed assessment_agreed plan_agreed plan_refused draft_plan_sent final_plan_sent",
        "b": "refusal_reversed plan_agreed draft_plan_sent final_plan_sent",
        "c": "final_plan_sent amended_plan_sent",
        "d": "reassessment_agreed reassessment_started final_plan_sent",
        "e": "final_plan_sent amended_plan_sent",
        "f": "final_plan_sent",
    }.items()
}
"""What takes the place of a decision, by the letter of its ground, so that no appeal against it can begin any more."""

_DISCHARGES: Final = {
    outcome: frozenset(events.split())
    for outcome, events in {
        "assess": "plan_refused final_plan_sent",
        "make_plan": "final_plan_sent",
        "reassess": "final_plan_sent amended_plan_sent amendment_declined plan_refused cease_notice_sent",
        "amend": "amended_plan_sent final_plan_sent",
        "amend_school": "amended_plan_sent final_plan_sent",
        "continue_and_amend": "amended_plan_sent final_plan_sent",
        "dismiss_cease": "plan_ceased",
        "other": "agreement_carried_out",
    }.items()
}
_RECONSIDERED: Final = {
    letter: frozenset(events.split())
    for letter, events in {
        "a": "assessment_agreed assessment_refused",
        "b": "draft_plan_sent plan_refused",
        "c": "amendment_notice_sent amended_plan_sent amendment_declined",
        "d": "reassessment_agreed reassessment_refused",
        "e": "amendment_notice_sent amended_plan_sent amendment_declined",
        "f": "review_decision_sent amendment_notice_sent cease_notice_sent",
    }.items()
}
complete(_RECONSIDERED, OVERTAKING, "acts that answer a decision referred back")


DISCHARGES: Final[frozenset[str]] = frozenset().union(*_DISCHARGES.values(), *_RECONSIDERED.values())
"""Every act that can obey a settlement."""


def discharges_of(outcome: str | None, letter: str) -> frozenset[str]:
    """Return the acts of which one obeys a settlement of a dispute; none if there is nothing to do (SR 42, 44, 45)."""
    return _RECONSIDERED[letter] if outcome == "reconsider" else _DISCHARGES.get(outcome or "", frozenset())
