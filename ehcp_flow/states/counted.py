"""How long a guard must look: the time of a limit, read from England's rulebook and never written a second time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import cast

from ehcp_flow import calendars
from ehcp_flow.counting import Convention
from ehcp_flow.facts import Fact
from ehcp_flow.law.loader import england
from ehcp_flow.law.patterns import matches

__all__ = ["counted", "latest", "was_law"]


def counted(limit: str, day: dt.date) -> tuple[Convention, dt.date]:
    """Return how the first rule of a limit counts from `day`, and the last day that it gives.

    On a day before the limit was law, its first version answers. For limits that no institution's days decide.
    """
    convention = england().limit(limit).rule[0].nearest(day).counts[0].convention
    return convention, cast("dt.date", convention.last_day(day, calendars.england()))


def latest(limit: str, start: Fact, after: Sequence[Fact]) -> dt.date:
    """Return the last day of a limit that counts from a fact, and perhaps from others after it."""
    version = england().limit(limit).rule[0].nearest(start.on)
    calendar = calendars.england()
    lasts = []
    for count in version.counts:
        patterns = count.counts_from_fact
        found = (fact for fact in after if matches(patterns, fact.event, fact.outcome))
        fact = next(found, None) if patterns else start
        if fact is not None:
            lasts.append(cast("dt.date", count.convention.last_day(fact.on, calendar)))
    last = max(lasts)
    return calendar.tribunal.roll_end(last) if version.roll == "tribunal" else last


def was_law(ground: str, day: dt.date) -> bool:
    """Whether a ground of exception was law on a day."""
    found = england().grounds[ground]
    return found.in_force_from <= day <= (found.in_force_to or dt.date.max)
