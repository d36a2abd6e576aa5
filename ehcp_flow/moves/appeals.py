"""Which decisions can be appealed, on what ground, and whether a mediation certificate is needed (CFA 51, 55, 73).

A dispute's own facts are the decision first, then what became of it. Where the child or young person was
detained on the day of the decision, the detention stands before it, since it narrows what can be appealed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import FACT_TYPES, OUTCOMES, Fact, outcomes_of
from ehcp_flow.moves.guards import outcome_of, told_apart
from ehcp_flow.moves.region import Key

__all__ = ["CONTENTS", "GROUNDS", "GROUNDS_IN_CUSTODY", "appealable", "certificate_needed", "decision_of", "ground_in"]

GROUNDS: Final[Mapping[Key, str]] = {
    ("assessment_refused", None): "CFA 51(2)(a)",
    ("plan_refused", None): "CFA 51(2)(b)",
    ("final_plan_sent", None): "CFA 51(2)(c)",
    ("amended_plan_sent", None): "CFA 51(2)(c)",
    ("reassessment_refused", None): "CFA 51(2)(d)",
    ("review_decision_sent", "maintain"): "CFA 51(2)(e)",
    ("amendment_declined", None): "CFA 51(2)(e)",
    ("cease_notice_sent", None): "CFA 51(2)(f)",
    ("review_decision_sent", "cease"): "CFA 51(2)(f)",
}
"""The ground of appeal against each decision; what is not here cannot be appealed."""

GROUNDS_IN_CUSTODY: Final[Mapping[Key, str]] = {
    ("assessment_refused", None): "CFA 73(2)(a)",
    ("plan_refused", None): "CFA 73(2)(b)",
    ("final_plan_sent", None): "CFA 73(2)(c)",
}
"""The same for a detained person: of the contents of a plan, the school or type named when it is first finalised."""

CONTENTS: Final = "CFA 51(2)(c)"
"""The ground that covers appeals with and without a certificate."""

_SCHOOL_IN_CUSTODY: Final = "CFA 73(2)(c)"


def named(event: str, outcome: str | None) -> str | None:
    """Return the outcome by which a move is known, which a fact may have by default; None where it need not have one.

    Raises UnknownNameError for what does not exist.
    """
    cls = FACT_TYPES.get(event)
    if cls is None:
        raise UnknownNameError("event", event, FACT_TYPES)
    if outcome is None and event in OUTCOMES:
        outcome = cls.model_fields["outcome"].get_default()
    if outcome not in outcomes_of(event):
        given = str(outcome) if isinstance(outcome, str | dt.date) else ""
        meant = f' (a day is given by name: as_of="{given}")' if given[:1].isdigit() else ""
        raise UnknownNameError(f"outcome of {event}{meant}", given, OUTCOMES.get(event, ()))
    return outcome if outcome in told_apart(event) else None


def appealable(event: str, outcome: str | None = None, *, detained: bool = False) -> str | None:
    """Return the ground on which a decision can be appealed, such as `CFA 51(2)(a)`; None if it cannot be.

    A decision to amend, a draft and a missed deadline cannot (CFA 51(2)-(3)). A `detained` person has the rights of
    CFA 73(2) alone. Raises UnknownNameError for an event or an outcome that does not exist.
    """
    return (GROUNDS_IN_CUSTODY if detained else GROUNDS).get((event, named(event, outcome)))


def certificate_needed(ground: str) -> bool | None:
    """Return whether an appeal needs a mediation certificate; None if that depends on what it is about (CFA 55(2))."""
    return None if ground == CONTENTS else ground != _SCHOOL_IN_CUSTODY


def decision_of(dispute_facts: Sequence[Fact]) -> Fact:
    """Return the decision that a dispute is about."""
    return dispute_facts[dispute_facts[0].event == "detained"]


def ground_in(dispute_facts: Sequence[Fact]) -> str:
    """Return the ground on which the decision can be appealed."""
    decision = decision_of(dispute_facts)
    grounds = GROUNDS if decision is dispute_facts[0] else GROUNDS_IN_CUSTODY
    return grounds[decision.event, outcome_of(decision)]
