"""How long a guard must look: the time of a limit, read from England's rulebook and never written a second time."""

from __future__ import annotations

import datetime as dt
from typing import cast

from ehcp_flow import calendars
from ehcp_flow.counting import Convention
from ehcp_flow.law.loader import england

__all__ = ["counted"]


def counted(limit: str, day: dt.date) -> tuple[Convention, dt.date]:
    """Return how the first rule of a limit counts from `day`, and the last day that it gives.

    On a day before the limit was law, its first version answers. For limits that no institution's days decide.
    """
    convention = england().limit(limit).rule[0].nearest(day).counts[0].convention
    return convention, cast("dt.date", convention.last_day(day, calendars.england()))
