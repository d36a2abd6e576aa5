"""Small things that tests need: a clock and a day that stand still, ready-made facts, texts that break things."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any, TypeAlias

import ehcp_flow
from ehcp_flow.dates import london, parse_date, parse_instant
from ehcp_flow.facts import Fact, make_fact
from ehcp_flow.store import Store

__all__ = ["HOSTILE", "Opener", "SetClock", "a_case", "a_fact", "frozen"]

Opener: TypeAlias = Callable[..., Store]
"""Opens the store under test, with the options of `Store`: each time the same facts."""

HOSTILE = (
    "'; DROP TABLE ehcp_facts; --",
    '=cmd|" /C calc"!A0',
    "%s %(x)s ? :name {0}",
    "a\tb\r\nc\x1b[31m\x7f",
    "\u202eright to left\u2066",
    "\U0001f9d1\u200d\U0001f3eb e\u0301",
    "\\u0000 \\x00 \\'",
    "null",
)
"""Texts that a store must keep as they are."""


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


def frozen(day: dt.date | str) -> AbstractContextManager[Any]:
    """Return a block in which it is noon of `day` in London; freezegun does it. Raises DateError if it is no date."""
    from freezegun import freeze_time

    # freezegun looks at every name of every module, so what is loaded when it is asked for is loaded then: before time
    # stands still, or a library that knows days by their class (polars) would know the frozen ones alone, for good.
    for name in ehcp_flow.__all__:
        with suppress(ImportError):
            getattr(ehcp_flow, name)
    noon = dt.datetime.combine(parse_date(day), dt.time(12), london())
    # As text, and in UTC: an instant that was made under another freeze is not taken for a date.
    # pytest's own stop-watch runs on: what began before the freeze ends in it.
    return freeze_time(noon.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S"), ignore=["_pytest.timing"])
