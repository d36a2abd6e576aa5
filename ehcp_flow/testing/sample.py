"""Small things that tests need: a clock that stands where it is set, and ready-made facts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ehcp_flow.dates import parse_instant
from ehcp_flow.facts import Fact, make_fact

__all__ = ["SetClock", "a_case", "a_fact"]


class SetClock:
    """A clock for `Store.open(clock=...)`: it stands still until it is set or moved."""

    def __init__(self, now: str = "2026-03-02T09:00:00Z") -> None:
        self.now = parse_instant(now)

    def __call__(self) -> dt.datetime:
        """Return the instant at which the clock stands, in UTC."""
        return self.now

    def set(self, now: str) -> None:
        """Set the clock, forward or back."""
        self.now = parse_instant(now)

    def move(self, **by: float) -> None:
        """Move the clock: `clock.move(days=1)`, `clock.move(seconds=-5)`."""
        self.now += dt.timedelta(**by)


def a_fact(case_id: str = "a-1", event: str = "request_received", on: str = "2026-03-02", **fields: Any) -> Fact:
    """Return one fact; a request on 2 March 2026 unless told otherwise."""
    return make_fact(event, case_id=case_id, on=on, **fields)


def a_case(case_id: str = "a-1", authority: str | None = None) -> list[Fact]:
    """Return the twelve facts of an ordinary case, from the request to the first review's decision."""
    told: list[tuple[str, str, dict[str, str]]] = [
        ("request_received", "2025-01-06", {"party": "parent"}),
        ("assessment_agreed", "2025-02-10", {}),
        ("advice_requested", "2025-02-11", {"party": "educational"}),
        ("advice_requested", "2025-02-11", {"party": "psychological"}),
        ("advice_received", "2025-03-14", {"party": "educational"}),
        ("advice_received", "2025-03-28", {"party": "psychological"}),
        ("plan_agreed", "2025-04-07", {}),
        ("draft_plan_sent", "2025-04-14", {}),
        ("school_consulted", "2025-04-14", {"party": "114579"}),
        ("final_plan_sent", "2025-05-22", {}),
        ("review_meeting_held", "2026-04-20", {}),
        ("review_decision_sent", "2026-05-11", {"outcome": "maintain"}),
    ]
    first = {} if authority is None else {"authority": authority}
    return [
        make_fact(event, case_id=case_id, on=on, **fields, **(first if number == 0 else {}))
        for number, (event, on, fields) in enumerate(told)
    ]
