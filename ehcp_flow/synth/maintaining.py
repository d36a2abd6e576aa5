"""The years of a plan: reviews, transfers between phases, amendments, re-assessment, moves, and its end."""

from __future__ import annotations

import datetime as dt
from typing import Final

from ehcp_flow.synth.chance import Chance
from ehcp_flow.synth.disputing import about_plan
from ehcp_flow.synth.life import Life, days
from ehcp_flow.synth.rates import Rates

__all__ = ["maintained"]

_YEAR: Final = 365
_ENDS_IN_A_YEAR: Final = 0.065
_PHASES: Final = ((5, "school"), (11, "school"), (16, "post16"), (18, "post16_to_post16"))
_AGE_AT_PLAN: Final = (3, 4, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17)
_DECIDED: Final = (4, 14, 20, 25, 28, 28)
_DECIDED_LATE: Final = (29, 33, 40, 54, 80, 130, 260)
_AMENDED: Final = (20, 40, 50, 55, 56)
_AMENDED_LATE: Final = (57, 65, 85, 120, 190, 330)
_HEARD: Final = 15
"""Days from a notice of amendments to the first on which the plan may be sent."""


def maintained(life: Life, chance: Chance, made: int, rates: Rates, as_of: int) -> None:
    """Add what befalls a plan that was made on `made`, up to `as_of` and a little beyond."""
    if chance.yes(0.028):
        about_plan(life, chance, made)
    phases = _phases(chance, made)
    if chance.yes(0.01):
        paid = life.add("direct_payments_started", made + chance.between(10, 200))
        if chance.yes(0.7):
            life.add("direct_payment_reviewed", paid + chance.between(60, 120))
    never = chance.yes(rates.never_reviewed)
    papers = chance.yes(0.35)
    base = made
    while base <= as_of:
        if chance.yes(_ENDS_IN_A_YEAR):
            _ended(life, chance, base, base + chance.between(30, _YEAR))
            return
        if phases and phases[0][0] <= base + 2 * _YEAR:
            due, phase = phases.pop(0)
            life.add("phase_transfer_due", due, "", phase)
            base = _transfer(life, chance, base, (due, phase), rates, never=never)
        elif not never and chance.yes(rates.reviewed_each_year):
            early = chance.spread((-30, -10, 0, 12, 30, 55, 110))
            base = _review(life, chance, base + _YEAR - early, rates, papers=papers)
            if base == 0:
                return
        else:
            base += _YEAR
        _other(life, chance, base)


def _phases(chance: Chance, made: int) -> list[tuple[int, str]]:
    """Return the transfers that lie ahead of a child of some age, in order; the first at least 10 months on."""
    born = dt.date.fromordinal(made).year - chance.one_of(_AGE_AT_PLAN)
    staying = chance.yes(0.4)
    ahead = [(dt.date(born + age, 9, 1).toordinal(), phase) for age, phase in _PHASES if staying or age < 18]
    return [(due, phase) for due, phase in ahead if due > made + 300]


def _review(life: Life, chance: Chance, on: int, rates: Rates, *, papers: bool) -> int:
    """Add one review and what follows; return the day of the meeting, or 0 if the plan was ended by it."""
    meeting = days().back(on)
    if papers:
        life.send("review_invited", meeting - chance.spread((5, 14, 17, 24, 40)))
        life.send("review_papers_sent", meeting - chance.spread((2, 10, 14, 15, 21)))
    life.add("review_meeting_held", meeting)
    if chance.yes(0.8):
        life.send("review_report_sent", meeting + chance.spread((3, 8, 12, 14, 18, 30, 70)))
    if chance.yes(rates.undecided):
        return meeting
    outcome = chance.weighted(rates.outcomes)
    decided = _decided(life, chance, meeting, outcome, rates)
    if outcome == "cease":
        consulted = life.send("cease_consulted", decided + chance.between(1, 10))
        _ceased(life, chance, consulted + chance.between(10, 30))
        return 0
    if outcome == "amend":
        _amended(life, chance, decided)
    elif chance.yes(0.01):
        about_plan(life, chance, decided, kept=True)
    return meeting


def _decided(life: Life, chance: Chance, meeting: int, outcome: str, rates: Rates) -> int:
    """Send the decision on an office day that keeps it in time, or late; return the day."""
    in_time = chance.yes(rates.decided_in_4_weeks)
    on = meeting + chance.spread(_DECIDED if in_time else _DECIDED_LATE)
    return life.add("review_decision_sent", days().back(on) if in_time else days().ahead(on), "", outcome)


def _amended(life: Life, chance: Chance, decided: int) -> None:
    """Propose amendments, with the decision or later or never, and send the amended plan, in part late or never."""
    if chance.yes(0.09):
        return
    late = chance.yes(0.2)
    noticed = life.add("amendment_notice_sent", decided + (chance.spread((1, 8, 25, 70, 150)) if late else 0))
    end = chance.weighted((("in time", 0.5), ("late", 0.33), ("never", 0.13), ("declined", 0.04)))
    if end == "never":
        return
    took = chance.spread(_AMENDED_LATE if end == "late" else _AMENDED)
    if end == "declined":
        life.send("amendment_declined", noticed + took)
        return
    sent = _amends(life, noticed, noticed + took)
    if chance.yes(0.012):
        about_plan(life, chance, sent)


def _transfer(life: Life, chance: Chance, base: int, move: tuple[int, str], rates: Rates, *, never: bool) -> int:
    """Add the review before a transfer, and the plan that names the next school; return the day of the meeting."""
    due, phase = move
    year = dt.date.fromordinal(due).year
    last = dt.date(year, 2, 14) if phase == "school" else dt.date(year, 3, 30)
    if never or not chance.yes(0.5 + rates.reviewed_each_year / 2):
        return max(base + _YEAR, due - 200)
    meeting = days().back(max(dt.date(year - 1, 9, 22).toordinal() + chance.between(0, 80), base + 60))
    life.add("review_meeting_held", meeting)
    if chance.yes(0.75):
        life.send("review_report_sent", meeting + chance.spread((3, 9, 14, 20, 45)))
    final = last.toordinal() - chance.between(0, 12) if chance.yes(0.6) else last.toordinal() + chance.between(1, 90)
    if chance.yes(rates.undecided * 0.6):
        return meeting
    decided = _decided(life, chance, meeting, "amend", rates)
    noticed = life.add("amendment_notice_sent", decided if chance.yes(0.8) else decided + chance.between(1, 40))
    if chance.yes(0.92):
        _amends(life, noticed, final)
    return meeting


def _amends(life: Life, noticed: int, on: int) -> int:
    """Send an amended plan on a day, and not before there was time for representations; return the day."""
    sent = days().back(on)
    return life.add("amended_plan_sent", sent if sent >= noticed + _HEARD else days().ahead(noticed + _HEARD))


def _other(life: Life, chance: Chance, on: int) -> None:
    """Add what happens to few plans in a year: an amendment without a review, a re-assessment, custody."""
    at = chance.random()
    if at < 0.012:
        noticed = life.send("amendment_notice_sent", on + chance.between(120, 200))
        _amends(life, noticed, noticed + chance.spread((18, 40, 55, 56, 80)))
    elif at < 0.019:
        _reassessed(life, chance, on + chance.between(60, 200))
    elif at < 0.020:
        detained = life.add("detained", on + chance.between(60, 200))
        life.add("released", detained + chance.between(20, 150))


def _reassessed(life: Life, chance: Chance, on: int) -> None:
    if chance.yes(0.15):
        start = life.send("reassessment_started", on)
    else:
        life.add("reassessment_requested", on, "parent" if chance.yes(0.7) else "school")
        start = on + chance.spread((5, 12, 15, 19, 40))
        if chance.yes(0.4):
            life.send("reassessment_refused", start)
            return
        start = life.send("reassessment_agreed", start)
    final = start + chance.spread((70, 92, 97, 98, 120, 200))
    asked = life.send("advice_requested", start + 2, "psychological")
    life.send("advice_received", asked + chance.between(25, 55), "psychological")
    life.send("draft_plan_sent", final - chance.between(17, 30))
    life.send("final_plan_sent", final)


def _ended(life: Life, chance: Chance, base: int, on: int) -> None:
    """End a plan outside a review, after the day `base`: England 2024, three in ten by a move to another authority."""
    if chance.yes(0.31):
        aware = on - chance.between(-10, 30)
        sent = days().ahead(on + chance.spread((0, 0, 6, 14, 21, 45)))
        life.add("moved_away", on, "", "", (("aware_on", min(aware, sent)),))
        life.add("plan_transferred_out", sent)
    else:
        life.add("cease_consulted", max(days().back(on - chance.between(14, 40)), days().ahead(base + 1)))
        _ceased(life, chance, on)


def _ceased(life: Life, chance: Chance, decided: int) -> None:
    noticed = life.send("cease_notice_sent", decided + chance.between(0, 21))
    if chance.yes(0.04):
        contacted = life.add("mediation_contacted", noticed + chance.between(3, 15))
        life.add("mediation_declined", contacted)
        life.add("mediation_certificate_issued", contacted + chance.between(0, 3))
        appeal = life.add("appeal_registered", noticed + chance.between(20, 58))
        keeps = chance.yes(0.6)
        order = life.send(
            "tribunal_order_made", appeal + chance.between(120, 260), "", "continue" if keeps else "dismiss_cease"
        )
        if not keeps:
            life.send("plan_ceased", order + 1)
        return
    if chance.yes(0.9):
        life.add("plan_ceased", noticed + (chance.between(1, 60) if chance.yes(0.08) else chance.between(63, 90)))
