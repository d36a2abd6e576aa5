"""From a request to a final plan, or to the decision that there will be none."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final

from ehcp_flow.synth.chance import Chance
from ehcp_flow.synth.life import Life, days
from ehcp_flow.synth.rates import REQUESTERS, Rates

__all__ = ["ADVISERS", "assessed", "begin", "decision_lag", "excuse", "plan_days", "request"]

ADVISERS: Final = (
    ("educational", (4, 14, 24, 32, 38, 42, 60)),
    ("psychological", (20, 34, 41, 48, 64, 92, 160)),
    ("medical", (12, 28, 38, 42, 51, 70, 120)),
    ("social_care", (2, 10, 20, 33, 42, 48, 80)),
)
_MORE_ADVISERS: Final = (("other", (14, 30, 41, 55, 75, 110)), ("early_years", (5, 15, 28, 38, 42, 60)))
_DURATIONS: Final = {
    "within": (56, 90, 110, 121, 129, 134, 138, 140, 140),
    "year": (141, 150, 163, 182, 206, 240, 290, 356),
    "over": (372, 388, 415, 455, 520, 700),
}
_DECIDED: Final = (2, 17, 26, 32, 37, 40, 42, 42)
_DECIDED_LATE: Final = (43, 46, 50, 57, 69, 92, 150)
_REFUSED: Final = (60, 88, 101, 108, 111, 112)
_REFUSED_LATE: Final = (113, 121, 134, 152, 185, 270)
_CLOSURE_MARGIN: Final = 7
_HEARD: Final = 15
"""Days from the day on which a draft is served to the first on which the plan may be made final."""
_REASONS: Final = (
    "bereavement in the family",
    "serious illness in the family",
    "emergency housing",
    "stay in hospital",
)


def plan_days(chance: Chance, band: str) -> int:
    """Return days from request to final plan for a band: `within`, `year` or `over`."""
    return chance.spread(_DURATIONS[band])


def decision_lag(chance: Chance, rates: Rates) -> int:
    """Return days from request to the decision whether to assess."""
    return chance.spread(_DECIDED if chance.yes(rates.decided_in_6_weeks) else _DECIDED_LATE)


def no_plan_days(chance: Chance, rates: Rates) -> int:
    """Return days from request to the decision not to issue a plan."""
    return chance.spread(_REFUSED if chance.yes(rates.not_issued_in_16_weeks) else _REFUSED_LATE)


def request(life: Life, chance: Chance, on: int) -> None:
    """Add the request, or (rarely) the day the authority became responsible without one."""
    party = chance.weighted(REQUESTERS)
    if party == "authority":
        life.add("became_responsible", on)
    else:
        life.add("request_received", on, party)


@lru_cache(maxsize=64)
def _summer(year: int) -> tuple[int, int]:
    """Return the first closed day and the day of re-opening of a made-up school year's end."""
    first = dt.date(year, 7, 22)
    opens = dt.date(year, 9, 2)
    return days().ahead(first.toordinal()), days().ahead(opens.toordinal())


def excuse(life: Life, chance: Chance, start: int, advice: int) -> None:
    """Record an exception whose facts hold for the 20 weeks that began on `start`, advice asked for on `advice`."""
    for year in (dt.date.fromordinal(start).year, dt.date.fromordinal(start).year + 1):
        closed, opens = _summer(year)
        if closed - _CLOSURE_MARGIN <= advice <= min(opens - _CLOSURE_MARGIN, start + 140) and closed <= start + 140:
            more = (("until", opens), ("reason", "the school's advice could not be had while it was closed"))
            life.add("exception_recorded", closed, "", "school_closed", more)
            return
    first = start + chance.between(30, 80)
    if chance.yes(0.75):
        outcome, lasted, why = "exceptional_circumstances", chance.between(7, 50), chance.one_of(_REASONS)
    else:
        outcome, lasted, why = "absent_from_area", chance.between(30, 55), "abroad with family"
    life.add("exception_recorded", first, "", outcome, (("until", first + lasted), ("reason", why)))


def _false_excuse(life: Life, chance: Chance, start: int) -> None:
    """Record an exception that the law does not know: too short an absence, a closing of two weeks, staff shortage."""
    first = start + chance.between(20, 100)
    outcome, first, lasted, why = chance.one_of(
        (
            ("absent_from_area", first, 12, "on holiday"),
            ("school_closed", first, 14, "school holidays"),
            ("exceptional_circumstances", start + 150, 60, "waiting for a psychologist"),
        )
    )
    more = (("until", first + lasted), ("limit", "final_plan"), ("reason", why))
    life.add("exception_recorded", first, "", outcome, more)


def _advice(life: Life, chance: Chance, asked: int, needed: int) -> None:
    """Ask three to five bodies for advice; most answers are in by the day they are needed."""
    room = max(needed - asked, 12)
    bodies = ADVISERS + _MORE_ADVISERS[: chance.between(0, 1)] if chance.yes(0.45) else ADVISERS
    if chance.yes(0.12):
        bodies = bodies[:3]
    for party, points in bodies:
        on = asked + chance.between(0, 4) if chance.yes(0.3) else asked
        more = (("served_on", on + chance.between(1, 3)),) if chance.yes(0.15) else ()
        on = life.send("advice_requested", on, party, "", more)
        if chance.yes(0.02):
            continue
        took = min(chance.spread(points), chance.between(room // 2, room))
        came = life.send("advice_received", on + max(took, 4), party)
        if chance.yes(0.03) and came + 16 < needed:
            back = life.add("advice_returned", came + chance.between(2, 8), party)
            if chance.yes(0.85):
                life.add("advice_received", back + chance.between(5, max(needed - back, 6)), party)


def begin(life: Life, chance: Chance, agreed: int, needed: int) -> int:
    """Agree to assess and ask for advice, which is needed by a day; return the day it was asked for."""
    agreed = life.send("assessment_agreed", agreed)
    asked = agreed if chance.yes(0.6) else agreed + chance.between(1, 9)
    _advice(life, chance, asked, needed)
    return asked


def assessed(life: Life, chance: Chance, start: int, lag: int, final: int, *, excused: bool = False) -> int:
    """Add all from the decision to assess to the final plan, which is sent on exactly `final`; return that day."""
    length = final - start
    lag = min(lag, max(length - 48, 3))
    gap = chance.between(16, 20 + length // 8)
    draft = final - (chance.between(4, 15) if chance.yes(0.02) else gap)
    agreed_plan = draft - chance.between(0, 12)
    asked = begin(life, chance, start + lag, max(agreed_plan, start + lag + 14))
    if chance.yes(0.95):
        life.send("plan_agreed", max(agreed_plan, asked + 3))
    draft = max(draft, asked + 5)
    if excused:
        excuse(life, chance, start, asked)
    elif length > 140 and chance.yes(0.012):
        _false_excuse(life, chance, start)
    _draft(life, chance, draft, final)
    return life.add("final_plan_sent", final)


def _draft(life: Life, chance: Chance, draft: int, final: int) -> None:
    """Send the draft and consult schools, between `draft` and `final`."""
    if final - draft > 40 and chance.yes(0.3):
        life.send("draft_plan_sent", draft)
        draft = final - chance.between(17, 22)
    served = draft + chance.between(1, 3) if chance.yes(0.2) else 0
    if draft + _HEARD <= final:
        served = min(served, final - _HEARD)
    draft = life.send("draft_plan_sent", draft, "", "", (("served_on", served),) if served else ())
    room = max(final - draft - 1, 1)
    if chance.yes(0.5):
        life.add("representations_received", draft + chance.between(1, min(room, 16)))
    if chance.yes(0.08):
        life.add("meeting_requested", draft + chance.between(1, min(room, 14)))
    for place in range(chance.between(1, 5) // 2):
        # Odd numbers first, then even ones: the same school is not consulted twice.
        school = f"school-{2 * chance.between(1, 40) - 1 + place:03d}"
        asked = life.send("school_consulted", draft + chance.between(0, min(room, 5 + place)), school)
        if chance.yes(0.85):
            life.add("school_responded", asked + chance.spread((2, 9, 13, 15, 17, 24, 40)), school)


def refused_plan(life: Life, chance: Chance, start: int, lag: int, on: int) -> int:
    """Add the assessment that ends, on exactly `on`, with the decision not to issue a plan; return that day."""
    lag = min(lag, max(on - start - 30, 3))
    begin(life, chance, start + lag, max(on - 5, start + lag + 14))
    return life.add("plan_refused", on)
