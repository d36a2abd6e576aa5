"""Mediation, appeals, orders and concessions, and how they are obeyed."""

from __future__ import annotations

from typing import Final

from ehcp_flow.synth.assessing import assessed
from ehcp_flow.synth.chance import Chance
from ehcp_flow.synth.life import Life, days
from ehcp_flow.synth.rates import Rates

__all__ = ["about_no_plan", "about_plan", "about_refusal"]


_MEETS: Final = 0.68
"""Of the mediations asked for, how many come to a meeting by the day of stock: the published shares count meetings."""


def _certified(life: Life, chance: Chance, decided: int) -> int:
    """Contact an adviser and decline mediation; return the day of the certificate."""
    contacted = life.add("mediation_contacted", decided + chance.between(5, 50))
    declined = life.add("mediation_declined", contacted + chance.between(0, 3))
    return life.add("mediation_certificate_issued", declined + chance.between(0, 3))


def _mediated(life: Life, chance: Chance, refused: int, agrees: str) -> tuple[int, int]:
    """Go to mediation; return the day of an agreement, or 0, and that of the certificate, or 0."""
    on = life.add("mediation_contacted", refused + chance.between(5, 55))
    on = life.add("mediation_requested", on + chance.between(0, 4))
    if not chance.yes(0.85):
        missed = life.add("mediation_not_arranged", on + chance.between(30, 34))
        return 0, life.add("mediation_certificate_issued", missed + chance.between(0, 3))
    held = life.send("mediation_held", on + chance.spread((12, 22, 28, 30, 40, 60, 95)))
    if chance.yes(0.3):
        return life.add("mediation_agreed", held, "", agrees), 0
    return 0, life.add("mediation_certificate_issued", held + chance.between(0, 8))


def _appealed(life: Life, chance: Chance, decided: int, certified: int, grants: str) -> int:
    """Appeal, not before the certificate; return the day on which an order or a concession grants it, or 0.

    Once the authority has answered, it gives way by an order that both sides ask for.
    """
    on = life.add("appeal_registered", max(decided + chance.between(30, 75), certified + chance.between(1, 20)))
    answered = 0
    if chance.yes(0.85):
        answered = life.send("appeal_response_sent", on + chance.spread((15, 25, 29, 30, 36, 60)))
    ended = on + chance.spread((60, 110, 160, 220, 300, 420))
    end = chance.weighted((("conceded", 0.5), ("ordered", 0.34), ("withdrawn", 0.12), ("dismissed", 0.04)))
    if end == "conceded" and not answered:
        return life.send("appeal_conceded", ended, "", grants)
    if end in ("conceded", "ordered"):
        return life.send("tribunal_order_made", ended, "", grants)
    if end == "withdrawn":
        life.add("appeal_withdrawn", ended)
    else:
        life.send("tribunal_order_made", ended, "", "dismiss")
    return 0


def _granted(life: Life, chance: Chance, refused: int, grants: str, shares: tuple[float, float]) -> int:
    """Dispute a refusal by mediation, appeal or both, in these shares; return the day it was granted, or 0."""
    mediates, appeals = shares
    went = chance.yes(min(mediates / _MEETS, 1.0))
    granted, certified = _mediated(life, chance, refused, grants) if went else (0, 0)
    if granted:
        return granted
    if chance.yes(min(appeals * 1.1, 1.0)):
        certified = certified or _certified(life, chance, refused)
        return _appealed(life, chance, refused + 30 if went else refused, certified, grants)
    return 0


def about_refusal(life: Life, chance: Chance, refused: int, rates: Rates) -> int:
    """Dispute a refusal to assess; return the day of the final plan that came of it, or 0."""
    on = _granted(life, chance, refused, "assess", (rates.mediation_of_refusals, rates.appeals_of_refusals))
    if not on:
        if not chance.yes(0.02) or life.rows[-1].event != "assessment_refused":
            return 0
        on = life.send("refusal_reversed", refused + chance.between(10, 60))
    if chance.yes(0.06):
        return 0
    lag = chance.spread((3, 10, 13, 14, 20, 40))
    length = chance.spread((70, 90, 96, 98, 115, 150, 260))
    return assessed(life, chance, on, lag, days().back(on + length))


def about_no_plan(life: Life, chance: Chance, refused: int, rates: Rates) -> int:
    """Dispute the decision not to issue a plan; return the day of the final plan that came of it, or 0."""
    on = _granted(life, chance, refused, "make_plan", (rates.mediation_of_no_plan, rates.appeals_of_no_plan))
    if not on or chance.yes(0.05):
        return 0
    final = on + chance.spread((50, 70, 76, 77, 90, 130, 200))
    life.send("draft_plan_sent", min(on + chance.spread((14, 30, 34, 35, 45, 70)), final - 16))
    return life.send("final_plan_sent", final)


def about_plan(life: Life, chance: Chance, sent: int, *, kept: bool = False) -> None:
    """Appeal about what a plan says, or that it is `kept`; an order or a concession is obeyed, late in part."""
    change = "amend_school" if chance.yes(0.35) else "amend"
    # An appeal that is only about the school that a plan names needs no certificate.
    certified = _certified(life, chance, sent) if change == "amend" or chance.yes(0.4) or kept else 0
    on = _appealed(life, chance, sent, certified, change)
    if on and chance.yes(0.95):
        late = (10, 13, 14, 18, 40) if change == "amend_school" else (20, 31, 35, 40, 70)
        life.send("amended_plan_sent", on + chance.spread(late))
