"""The guards of a dispute. Each is called with the dispute's own facts: the decision first, then what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ehcp_flow.dates import say
from ehcp_flow.facts import Fact
from ehcp_flow.law import guard
from ehcp_flow.law.patterns import keys_of
from ehcp_flow.moves.appeals import Appeals
from ehcp_flow.moves.citing import Short
from ehcp_flow.moves.facts_before import LatestFact, outcome_of
from ehcp_flow.moves.guards import Key, Verdict
from ehcp_flow.moves.law_at_hand import LawAtHand

__all__ = ["Certificate", "ContactedInTime", "Fits", "NotOvertaken", "decision_said"]


def decision_said(decision: Fact) -> str:
    """Return a decision in words: `review_decision_sent (maintain) of Monday 1 June 2026`."""
    outcome = outcome_of(decision)
    return f"{decision.event}{f' ({outcome})' if outcome else ''} of {say(decision.on)}"


class NotOvertaken:
    """No dispute begins about a decision whose place another act has taken."""

    may_refuse = True

    def __init__(self, law: guard.Stands, appeals: Appeals) -> None:
        self._asks, self._appeals = law, appeals

    def __call__(self, dispute_facts: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the latest act that took its place."""
        ground, decision = self._appeals.ground(dispute_facts), self._appeals.decision(dispute_facts)
        events = self._appeals.overtaking(ground)
        act = next((fact for fact in reversed(dispute_facts) if fact.event in events and fact is not decision), None)
        if act is None:
            says = f"the decision ({decision.event}) was notified on {{0}}"
            return Verdict(holds=True, short=ground, says=says, days=(decision.on,), fact=decision)
        return Verdict(
            holds=False,
            short=ground,
            says=f"{act.event} on {{0}} has taken the place of the decision ({decision.event}) of {{1}}",
            then=self._asks.remedy,
            days=(act.on, decision.on),
            fact=act,
            finding=self._asks.finding,
        )


class Certificate:
    """CFA 55(3): no appeal without a mediation certificate, unless it is about the school or type named alone."""

    may_refuse = True

    def __init__(self, law: guard.Certified, appeals: Appeals) -> None:
        self._asks, self._appeals = law, appeals
        self._latest = LatestFact(law.latest)

    def __call__(self, dispute_facts: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the certificate; what an appeal is about, and leave, the record cannot show."""
        asks, short = self._asks, Short.of(self._asks.citation)
        certificate = self._latest(dispute_facts)
        if certificate is not None:
            return Verdict(holds=True, short=short, says=asks.says, days=(certificate.on,), fact=certificate)
        needed = self._appeals.certificate_needed(self._appeals.ground(dispute_facts))
        if needed is False:
            return Verdict(holds=True, short=Short.of(asks.not_needed.citation), says=asks.not_needed.says)
        if needed is None:
            return Verdict(holds=True, short=Short.of(asks.unknown.citation), says=asks.unknown.says, checked=False)
        return Verdict(holds=False, short=short, says=asks.missing, then=asks.remedy, finding=asks.finding)


class ContactedInTime:
    """SR 34(2): no certificate on declining if the adviser was first contacted over two months after the notice."""

    may_refuse = True

    def __init__(self, law: guard.InTimeFor, appeals: Appeals) -> None:
        self._asks, self._appeals = law, appeals
        self._first = keys_of(law.first)

    def __call__(self, dispute_facts: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the first contact; the notice may be dated before the day on which it was sent."""
        asks, short = self._asks, Short.of(self._asks.citation)
        contact = next((fact for fact in dispute_facts if (fact.event, outcome_of(fact)) in self._first), None)
        told = law.counted(asks.limit, self._appeals.decision(dispute_facts).on)
        if told is None:
            says = "the rulebook at hand sets no time in which an adviser must be contacted"
            return Verdict(holds=True, short=short, says=says, fact=contact, checked=False)
        counting, last = told
        late = contact is not None and contact.on > last
        if contact is None or not late:
            says = asks.by + (asks.was_on if contact else "")
            days = (last, contact.on) if contact else (last,)
            return Verdict(holds=True, short=short, says=says, days=days, fact=contact, checked=bool(contact))
        days = (contact.on, last)
        says = f"{asks.late} ({counting} the decision)"
        if asks.excused is not None and law.was_law(asks.excused_by, last):
            says, short = f"{says}; {asks.excused.says}", Short.of(asks.excused.citation)
            return Verdict(holds=True, short=short, says=says, days=days, fact=contact, checked=False)
        return Verdict(
            holds=False, short=short, says=says, then=asks.remedy, days=days, fact=contact, finding=asks.finding
        )


class Fits:
    """The outcome of a settlement answers the decision that is disputed."""

    may_refuse = True

    def __init__(self, law: guard.AnswersDecision, appeals: Appeals, key: Key) -> None:
        self._asks, self._appeals, self._key = law, appeals, key

    def __call__(self, dispute_facts: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the ground of the dispute."""
        ground, decision = self._appeals.ground(dispute_facts), self._appeals.decision(dispute_facts)
        short, (event, outcome) = Short.of(self._asks.citation), self._key
        what, said = f"{event} ({outcome})", decision_said(decision)
        if self._appeals.answers(ground, self._key):
            return Verdict(holds=True, short=short, says=f"{what} answers {said} ({ground})", fact=decision)
        fitting = ", ".join(self._appeals.answering(ground, event))
        return Verdict(
            holds=False,
            short=short,
            says=f"{what} does not answer {said} ({ground})",
            then=f"give the outcome that answers it ({fitting}), or record the decision that it is about",
            fact=decision,
            finding=self._asks.finding,
        )
