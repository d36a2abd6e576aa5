"""Deadlines as an iCalendar file (RFC 5545), for the calendars that caseworkers, advisers and schools already keep.

A second export updates the first: an event keeps its UID, its SEQUENCE grows with the day of the export and with what
is recorded of the case, and what was done or fell away in the meantime is sent once more as cancelled. No summary holds
a name, and nothing of free text is in the file: an event says the case's id and what is due.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final

from ehcp_flow.answers import Answer
from ehcp_flow.deadlines import Deadline
from ehcp_flow.errors import LibraryMissing, UnknownNameError
from ehcp_flow.law.model import Rulebook
from ehcp_flow.measures import has_values
from ehcp_flow.measures.case_groups import Extra
from ehcp_flow.measures.figures import are_of
from ehcp_flow.nouns import count
from ehcp_flow.outputs import Kind

__all__ = ["CALENDAR", "calendar_feed", "feed_name", "uid_of", "work_calendar", "work_of"]

_CANCELLED_FOR: Final = dt.timedelta(weeks=26)
"""How long after its last lawful day a finished deadline is still sent as cancelled."""
_FIRST_DAY: Final = dt.date(2014, 9, 1)
_FACTS: Final = 1_000
"""More facts of a case than this are counted as this many: the day has to weigh more."""
_REMIND: Final = dt.timedelta(days=-7)
_STANDS: Final = ("open", "overdue")
_MADE_BY: Final = "-//ehcp_flow//deadlines//EN"
_HEAD: Final = 1_024


def _made_here(file: BinaryIO) -> bool:
    return f"PRODID:{_MADE_BY}".encode() in file.read(_HEAD)


CALENDAR: Final = Kind("a calendar that ehcp_flow wrote", "due.ics", _made_here)
"""A calendar as `calendar_feed` gives it."""


def feed_name(rulebook: Rulebook, of: str = "deadlines", *, between: str = " ") -> str:
    """Return what a calendar is called: `EHC deadlines`; by the law of another procedure that law's title is first."""
    return f"EHC{between}{of}" if are_of(rulebook) else f"{rulebook.title}: {of}"


def calendar_feed(deadlines: Iterable[Deadline], *, name: str = "EHC deadlines") -> str:
    """Return the deadlines as all-day events on their last lawful day.

    What is open or overdue is confirmed; what was done, or fell away, is cancelled, and left out once its last lawful
    day is 26 weeks past. What the source does not record is left out. The UID of an event is made of the deadline's
    `key`. Raises LibraryMissing without icalendar.
    """
    try:
        from icalendar import Calendar
    except ImportError:
        raise LibraryMissing("icalendar", "reports") from None
    calendar: Any = Calendar()
    calendar.add("prodid", _MADE_BY)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for deadline in deadlines:
        due_on = deadline.due_on
        if due_on is None or deadline.status == "unrecorded":
            continue
        if deadline.status not in _STANDS and due_on < deadline.as_of - _CANCELLED_FOR:
            continue
        calendar.add_component(_event(deadline, due_on))
    return bytes(calendar.to_ical()).decode()


def work_calendar(
    answers: Iterable[Answer],
    *,
    only: Mapping[str, str] | None = None,
    adviser: str | None = None,
    setting: str | None = None,
    extra: Extra | None = None,
    name: str = "EHC deadlines",
) -> str:
    """Return the calendar of a desk, an adviser or a setting; see `work_of` and `calendar_feed`.

    `only` are values of the further columns, `extra`, by case id: `{"caseworker": "Ann"}`. Raises UnknownNameError for
    an adviser or a setting of whom no case ever asked anything.
    """
    parties: dict[str, set[str]] = {"adviser": set(), "setting": set()}
    wanted = {"adviser": adviser, "setting": setting}

    def chosen() -> Iterator[Deadline]:
        for answer in answers:
            is_mine = has_values((extra or {}).get(answer.case.case_id, {}), only or {})
            for deadline in work_of(answer):
                of_adviser = deadline.derivation.limit.side == "adviser"
                asked = {"adviser": deadline.party if of_adviser else None, "setting": deadline.party}
                for kind, party in asked.items():
                    if party is not None:
                        parties[kind].add(party)
                if is_mine and all(party in (None, asked[kind]) for kind, party in wanted.items()):
                    yield deadline

    feed = calendar_feed(chosen(), name=name)
    for kind, party in wanted.items():
        if party is not None and parties[kind] and party not in parties[kind]:
            raise UnknownNameError(kind, party, sorted(parties[kind]))
    return feed


def work_of(answer: Answer) -> Iterator[Deadline]:
    """Yield the deadlines of a case on which something has to be done.

    Every limit of the authority and its advisers is there. Windows are left out, since nothing is to be done on their
    last day, and derived limits, since those that they follow from are there.
    """
    for deadline in answer.deadlines:
        if deadline.earliest_on is None and deadline.kind != "derived":
            yield deadline


def uid_of(deadline: Deadline) -> str:
    """Return the name of a deadline's event: the same in every feed, and telling nothing of the case."""
    return f"{hashlib.sha256(deadline.key.encode()).hexdigest()[:32]}@ehcp-flow"


def _event(deadline: Deadline, due_on: dt.date) -> Any:
    from icalendar import Alarm, Event

    what = deadline.title if deadline.case_id == "-" else f"{deadline.case_id}: {deadline.title}"
    late = "OVERDUE: " if deadline.status == "overdue" else ""
    event: Any = Event()
    event.add("uid", uid_of(deadline))
    event.add("sequence", _sequence(deadline))
    event.add("dtstamp", dt.datetime.combine(deadline.as_of, dt.time(), dt.UTC))
    event.add("dtstart", due_on)
    event.add("dtend", due_on + dt.timedelta(days=1))
    event.add("summary", f"{late}{what}")
    event.add("description", _description(deadline))
    event.add("categories", [deadline.kind, deadline.limit])
    event.add("status", "CONFIRMED" if deadline.status in _STANDS else "CANCELLED")
    event.add("transp", "TRANSPARENT")
    if deadline.status == "open":
        alarm: Any = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", what)
        alarm.add("trigger", _REMIND)
        event.add_component(alarm)
    return event


def _sequence(deadline: Deadline) -> int:
    """Return a number that is larger in every later export, and in one of the same day that knows more of the case."""
    known = len(deadline.derivation.facts)
    return max((deadline.as_of - _FIRST_DAY).days, 0) * _FACTS + min(known, _FACTS - 1)


def _description(deadline: Deadline) -> str:
    lines = ["The last lawful day."]
    if deadline.earliest_on is not None:
        lines = [f"The last day of a protected time; the act is lawful from {deadline.earliest_on.isoformat()}."]
    lines += [f"To be done by: {deadline.actor}.", f"Time limit {deadline.limit} ({deadline.kind})."]
    if deadline.due_on_earliest is not None:
        lines.append(
            f"A fact is known to its month alone: it may be as early as {deadline.due_on_earliest.isoformat()}."
        )
    if deadline.status == "overdue":
        lines.append(f"{count(deadline.days_over or 0, 'day')} overdue on {deadline.as_of.isoformat()}.")
    if deadline.excused_by:
        lines.append(f"Excused by: {', '.join(deadline.excused_by)}.")
    # The law's citation, not that of a day that was fixed: a reason is free text, and a calendar goes out of the house.
    return " ".join([*lines, deadline.derivation.version.cited])
