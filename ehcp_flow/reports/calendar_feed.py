"""Upcoming deadlines as an iCalendar file, for the calendars that caseworkers and schools already keep."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ehcp_flow.deadlines import Deadline
from ehcp_flow.errors import CalendarError

if TYPE_CHECKING:
    from icalendar import Event

__all__ = ["calendar_feed", "uid_of"]


def calendar_feed(deadlines: Iterable[Deadline]) -> str:
    """Return the open deadlines whose last lawful day is not past, as all-day events of an iCalendar file (RFC 5545).

    An event says the case's id and the limit's title, its provisions, and nothing from free text. Its UID depends on
    the case, the limit, the party and the day the clock started, so that a new feed replaces the events of the last
    one. Raises CalendarError if the icalendar package is missing.
    """
    try:
        from icalendar import Calendar
    except ImportError:
        why = "writing iCalendar needs a package: pip install 'ehcp-flow[reports]'"
        raise CalendarError("calendar feed", why) from None
    calendar = Calendar()
    calendar.add("prodid", "-//ehcp_flow//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for deadline in deadlines:
        if deadline.status == "open" and deadline.due_on is not None and deadline.due_on >= deadline.as_of:
            calendar.add_component(_event(deadline, deadline.due_on))
    return bytes(calendar.to_ical()).decode()


def uid_of(deadline: Deadline) -> str:
    """Return the name of a deadline's event: the same in every feed, and telling nothing of the case."""
    parts = (deadline.case_id, deadline.limit, deadline.starts_on.isoformat(), deadline.party or "")
    return f"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}@ehcp-flow"


def _event(deadline: Deadline, due_on: dt.date) -> Event:
    from icalendar import Event

    event: Any = Event()
    event.add("uid", uid_of(deadline))
    event.add("dtstamp", dt.datetime.combine(deadline.as_of, dt.time(), dt.UTC))
    event.add("dtstart", due_on)
    event.add("dtend", due_on + dt.timedelta(days=1))
    event.add("summary", deadline.title if deadline.case_id == "-" else f"{deadline.case_id}: {deadline.title}")
    event.add("description", _description(deadline))
    event.add("categories", [deadline.kind])
    event.add("transp", "TRANSPARENT")
    return event  # type: ignore[no-any-return]


def _description(deadline: Deadline) -> str:
    what = "Last lawful day"
    if deadline.earliest_on is not None:
        what = f"Last day of a protected time; the act is lawful from {deadline.earliest_on.isoformat()}"
    return (
        f"{what}. To be done by: {deadline.actor}. Time limit {deadline.limit} ({deadline.kind}): {deadline.citation}."
    )
