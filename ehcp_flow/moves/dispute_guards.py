"""The guards of a dispute. Each is called with the dispute's own facts: the decision first, then what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ehcp_flow.dates import say
from ehcp_flow.facts import Fact
from ehcp_flow.moves.appeals import certificate_needed, decision_of, ground_in
from ehcp_flow.moves.guards import (
    APPEALED_ONWARD_SINCE,
    Basis,
    BasisRequired,
    LatestFact,
    LeftToJudgement,
    Verdict,
    outcome_of,
)
from ehcp_flow.moves.law_at_hand import LawAtHand
from ehcp_flow.moves.settlements import FITTING, OVERTAKING

__all__ = [
    "AGREEMENT",
    "APPEALED_ONWARD",
    "BEFORE_RESPONSE",
    "CERTIFICATE",
    "CONTACTED_IN_TIME",
    "DECLINED",
    "FRESH",
    "HELD",
    "MEDIATED",
    "NOT_OF_HEALTH",
    "ORDERED",
    "REINSTATED",
    "REOPENED",
    "STANDS",
    "Fits",
    "decision_said",
]


def _latest(events: str, until: str = "") -> LatestFact:
    return LatestFact(frozenset(events.split()), frozenset(until.split()))


def decision_said(decision: Fact) -> str:
    """Return a decision in words: `review_decision_sent (maintain) of Monday 1 June 2026`."""
    outcome = outcome_of(decision)
    return f"{decision.event}{f' ({outcome})' if outcome else ''} of {say(decision.on)}"


class _Stands:
    """No dispute begins about a decision whose place another act has taken."""

    def __call__(self, dispute_facts: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the latest act that took its place."""
        ground, decision = ground_in(dispute_facts), decision_of(dispute_facts)
        events = OVERTAKING[ground[-2]]
        act = next((fact for fact in reversed(dispute_facts) if fact.event in events and fact is not decision), None)
        if act is None:
            says = f"the decision ({decision.event}) was notified on {{0}}"
            return Verdict(holds=True, short=ground, says=says, days=(decision.on,), fact=decision)
        return Verdict(
            holds=False,
            short=ground,
            says=f"{act.event} on {{0}} has taken the place of the decision ({decision.event}) of {{1}}",
            then="dispute the later decision, if it can be appealed",
            days=(act.on, decision.on),
            fact=act,
            finding="dispute_about_overtaken_decision",
        )


class _Certificate:
    """CFA 55(3): no appeal without a mediation certificate, unless it is about the school or type named alone."""

    latest = _latest("mediation_certificate_issued")

    def __call__(self, dispute_facts: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the certificate; what an appeal is about, and leave, the record cannot show."""
        certificate = self.latest(dispute_facts)
        if certificate is not None:
            says = "the mediation certificate was issued on {0}"
            return Verdict(holds=True, short="CFA 55(3)", says=says, days=(certificate.on,), fact=certificate)
        needed = certificate_needed(ground_in(dispute_facts))
        if needed is False:
            says = "no mediation certificate is needed: a detained person's appeal is about the school or type alone"
            return Verdict(holds=True, short="CFA 55(2)", says=says)
        if needed is None:
            says = (
                "no mediation certificate is on record; none is needed if the appeal is only about the school or type "
                "named, or that none is, or with the Tribunal's leave"
            )
            return Verdict(holds=True, short="CFA 55(2)", says=says, checked=False)
        return Verdict(
            holds=False,
            short="CFA 55(3)",
            says="no mediation certificate is on record, and an appeal against this decision needs one",
            then="record the certificate (mediation_certificate_issued) first; if the Tribunal gave leave without one "
            "(SR 34(3)), take the fact in unchecked (strict=False)",
            finding="appeal_without_certificate",
        )


class _ContactedInTime:
    """SR 34(2): no certificate on declining if the adviser was first contacted over two months after the notice."""

    latest = frozenset({"mediation_contacted", "mediation_requested", "mediation_declined"})

    def __call__(self, dispute_facts: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the first contact; the notice may be dated before the day on which it was sent."""
        contact = next((fact for fact in dispute_facts if fact.event in self.latest), None)
        told = law.counted("mediation_contact", decision_of(dispute_facts).on)
        if told is None:
            says = "the rulebook at hand sets no time in which an adviser must be contacted"
            return Verdict(holds=True, short="SR 34(2)", says=says, fact=contact, checked=False)
        counting, last = told
        late = contact is not None and contact.on > last
        if contact is None or not late:
            says = "an adviser had to be contacted by {0}" + (", and was on {1}" if contact else "")
            days = (last, contact.on) if contact else (last,)
            return Verdict(holds=True, short="SR 34(2)", says=says, days=days, fact=contact, checked=bool(contact))
        says = f"the adviser was first contacted on {{0}}, and could certify up to {{1}} ({counting} the decision)"
        if law.was_law("coronavirus_practicable", last):
            says = f"{says}; whether the relaxation of 2020 excuses that is a person's judgement"
            return Verdict(holds=True, short="SR 2A", says=says, days=(contact.on, last), fact=contact, checked=False)
        return Verdict(
            holds=False,
            short="SR 34(2)",
            says=says,
            then="ask the Tribunal for leave to appeal without a certificate (SR 34(3))",
            days=(contact.on, last),
            fact=contact,
            finding="certificate_after_late_contact",
        )


class _NotOfHealth:
    """SR 39(2): a health body's failure to arrange mediation gives no certificate; the authority's does."""

    latest = _latest("mediation_requested")

    def __call__(self, dispute_facts: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on what the mediation is about."""
        request = self.latest(dispute_facts)
        about = outcome_of(request) if request else "not_stated"
        if about == "health":
            return Verdict(
                holds=False,
                short="SR 39(2)",
                says="the mediation is about health alone, for which the authority arranges none",
                then="leave it out: the health body arranges that mediation (SR 35(3))",
                fact=request,
                finding="health_mediation_not_arranged",
            )
        if about == "not_stated":
            says = "what the mediation is about is not on record; about health alone there is no such notice"
            return Verdict(holds=True, short="SR 39(2)", says=says, fact=request, checked=False)
        return Verdict(holds=True, short="SR 39(2)", says="the authority arranges the mediation", fact=request)


class _BeforeResponse:
    """SR 45(1): a concession is made before the authority submits its response."""

    latest = _latest("appeal_response_sent", "appeal_registered")

    def __call__(self, dispute_facts: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the response."""
        response = self.latest(dispute_facts)
        if response is None:
            return Verdict(holds=True, short="SR 45(1)", says="no response to the appeal was sent")
        return Verdict(
            holds=False,
            short="SR 45(1)",
            says="the authority sent its response on {0}; only before that does it concede under this regulation",
            then="record the Tribunal's order (tribunal_order_made), by consent too, or the reversal "
            "(refusal_reversed) and the withdrawal (appeal_withdrawn)",
            days=(response.on,),
            fact=response,
            finding="concession_after_response",
        )


@dataclass(frozen=True)
class Fits:
    """The outcome of a settlement answers the decision that is disputed."""

    event: str
    outcome: str
    short: str

    def __call__(self, dispute_facts: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the ground of the dispute."""
        ground, decision = ground_in(dispute_facts), decision_of(dispute_facts)
        what = f"{self.event} ({self.outcome})"
        said = decision_said(decision)
        if ground in FITTING[self.event, self.outcome]:
            says = f"{what} answers {said} ({ground})"
            return Verdict(holds=True, short=self.short, says=says, fact=decision)
        fitting = ", ".join(
            str(outcome) for (event, outcome), grounds in FITTING.items() if event == self.event and ground in grounds
        )
        return Verdict(
            holds=False,
            short=self.short,
            says=f"{what} does not answer {said} ({ground})",
            then=f"give the outcome that answers it ({fitting}), or record the decision that it is about",
            fact=decision,
            finding="settlement_does_not_fit_decision",
        )


STANDS: Final = _Stands()
CERTIFICATE: Final = _Certificate()
CONTACTED_IN_TIME: Final = _ContactedInTime()
NOT_OF_HEALTH: Final = _NotOfHealth()
BEFORE_RESPONSE: Final = _BeforeResponse()

DECLINED: Final = BasisRequired(
    (
        Basis(
            _latest("mediation_declined", "mediation_certificate_issued"),
            "SR 34(1)",
            "the adviser was told that there will be no mediation",
        ),
    ),
    short="SR 34(1)",
    missing="that the adviser was told that there will be no mediation is not on record",
    remedy="",
    finding="",
    checked=False,
)

_MEDIATED: Final = Basis(
    _latest("mediation_held", "mediation_certificate_issued"), "SR 39(1)", "the mediation was held"
)
_DEEMED: Final = Basis(
    _latest("mediation_not_arranged", "mediation_certificate_issued"),
    "SR 39(2)",
    "the adviser was told that mediation cannot be arranged in time",
)

MEDIATED: Final = BasisRequired(
    (_MEDIATED, _DEEMED),
    short="SR 39(1)",
    missing="it is not on record that the mediation was held, or could not be arranged in time",
    remedy="record that first (mediation_held, mediation_not_arranged, or mediation_declined)",
    finding="certificate_without_mediation",
)

FRESH: Final = BasisRequired(
    (_MEDIATED, _DEEMED, *DECLINED.grounds),
    short="SR 39(1)",
    missing="nothing that is on record and not certified yet calls for a certificate",
    remedy="leave it out, or record first what it certifies (mediation_held)",
    finding="certificate_issued_twice",
)

HELD: Final = BasisRequired(
    (Basis(_latest("mediation_held"), "SR 42(1)", "the mediation was held"),),
    short="SR 42(1)",
    missing="that the mediation was held is not on record",
    remedy="",
    finding="",
    checked=False,
)

AGREEMENT: Final = BasisRequired(
    (Basis(_latest("mediation_agreed"), "SR 42(1)", "a mediation agreement was made"),),
    short="SR 42(1)",
    missing="no mediation agreement is on record",
    remedy="record the agreement (mediation_agreed) first",
    finding="agreement_missing",
)

ORDERED: Final = BasisRequired(
    (Basis(_latest("tribunal_order_made appeal_determined"), "TPR 46", "the Tribunal decided the appeal"),),
    short="TPR 46",
    missing="no order of the Tribunal is on record from which a party could appeal",
    remedy="record the order (tribunal_order_made), or the end of the appeal (appeal_determined), first",
    finding="onward_appeal_without_order",
)

APPEALED_ONWARD: Final = BasisRequired(
    (Basis(_latest("onward_appeal_made", "onward_appeal_ended"), "TPR 46", "an onward appeal was made"),),
    short="TPR 46",
    missing="no onward appeal that could end is on record",
    remedy="record the onward appeal (onward_appeal_made) first",
    finding="onward_appeal_missing",
)

REOPENED: Final = BasisRequired(
    (APPEALED_ONWARD_SINCE,),
    short="SR 43(2)",
    missing="the order that determined the appeal has been obeyed, and no onward appeal on record has reopened it",
    remedy="record first the appeal that the order determines (appeal_registered), or the onward appeal "
    "(onward_appeal_made)",
    finding="order_after_appeal",
)

REINSTATED: Final = LeftToJudgement(
    "TPR 17",
    "whether the Tribunal reinstated the withdrawn appeal, or a new one could still be made, the record cannot show",
)
