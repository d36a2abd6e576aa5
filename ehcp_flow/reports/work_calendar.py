"""What is due as a calendar to subscribe to: for a caseworker, an adviser or a setting.

A second export updates the first: events keep their UID, SEQUENCE grows with the day of the export, and what was done
or fell away in the meantime is sent once more as cancelled. No summary holds a name: an event says the case's id and
what is due.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ehcp_flow.answers import Answer
from ehcp_flow.deadlines import Deadline
from ehcp_flow.measures.table import Extra
from ehcp_flow.reports.calendar_feed import uid_of
from ehcp_flow.reports.workbook import ReportsNotInstalled

__all__ = ["work_calendar"]

_CANCELLED_FOR: Final = dt.timedelta(weeks=26)
"""How long after its last lawful day a finished deadline is still sent as cancelled."""
_FIRST_DAY: Final = dt.date(2014, 9, 1)
_REMIND: Final = dt.timedelta(days=-7)


def work_calendar(
    answers: Iterable[Answer],
    *,
    only: Mapping[str, str] | None = None,
    adviser: str | None = None,
    setting: str | None = None,
    extra: Extra | None = None,
    name: str = "EHC deadlines",
) -> str:
    """Return an iCalendar file of what is open, as all-day events on the last lawful day.

    `only` keeps the cases with these values in `extra`: `{"caseworker": "Ann"}`. `adviser` keeps the requests for
    advice to one party, `setting` the consultations and requests that name one institution; without either every limit
    of the authority and its advisers is there. Windows are left out: nothing is to be done on their last day. Raises
    ReportsNotInstalled without icalendar.
    """
    try:
        from icalendar import Calendar
    except ImportError:
        raise ReportsNotInstalled("icalendar") from None
    calendar: Any = Calendar()
    calendar.add("prodid", "-//ehcp_flow//work calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for answer in answers:
        if only and not _mine(answer, only, extra or {}):
            continue
        for deadline in _wanted(answer, adviser, setting):
            calendar.add_component(_event(deadline))
    return bytes(calendar.to_ical()).decode()


def _mine(answer: Answer, only: Mapping[str, str], extra: Extra) -> bool:
    values = extra.get(answer.case.case_id, {})
    return all(values.get(column) == value for column, value in only.items())


def _wanted(answer: Answer, adviser: str | None, setting: str | None) -> Iterator[Deadline]:
    since = answer.as_of - _CANCELLED_FOR
    for deadline in answer.deadlines:
        if deadline.due_on is None or deadline.due_on < since or deadline.earliest_on is not None:
            continue
        if deadline.kind == "derived":  # it follows from others that are there
            continue
        if adviser is not None and not (deadline.limit == "advice" and deadline.party == adviser):
            continue
        if setting is not None and deadline.party != setting:
            continue
        yield deadline


def _event(deadline: Deadline) -> Any:
    from icalendar import Alarm, Event

    open_still = deadline.status in ("open", "overdue")
    day = deadline.due_on or deadline.as_of
    event: Any = Event()
    event.add("uid", uid_of(deadline))
    event.add("sequence", (deadline.as_of - _FIRST_DAY).days)
    event.add("dtstamp", dt.datetime.combine(deadline.as_of, dt.time(), dt.UTC))
    event.add("dtstart", day)
    event.add("dtend", day + dt.timedelta(days=1))
    late = "OVERDUE: " if deadline.status == "overdue" else ""
    event.add("summary", f"{late}{deadline.case_id}: {deadline.title}")
    event.add("description", _description(deadline))
    event.add("categories", [deadline.kind, deadline.limit])
    event.add("status", "CONFIRMED" if open_still else "CANCELLED")
    event.add("transp", "TRANSPARENT")
    if deadline.status == "open":
        alarm: Any = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"{deadline.case_id}: {deadline.title}")
        alarm.add("trigger", _REMIND)
        event.add_component(alarm)
    return event


def _description(deadline: Deadline) -> str:
    lines = [f"The last lawful day. To be done by: {deadline.actor}.", f"{deadline.limit} ({deadline.kind})."]
    if deadline.status == "overdue":
        lines.append(f"{deadline.days_over} days overdue on {deadline.as_of.isoformat()}.")
    if deadline.excused_by:
        lines.append(f"Excused by: {', '.join(deadline.excused_by)}.")
    return " ".join([*lines, deadline.citation])
