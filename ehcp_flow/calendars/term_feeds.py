"""What the events of a school's calendar say about the days on which it is shut.

A feed may hold holidays, or terms, or both, and a disco between them. Each event is taken for one thing by its words,
and it is said for which: a holiday closes the school, terms leave the gaps between them, and what speaks of neither
closes nothing. Where a feed knows no term, every whole-day event in it is a closure, unless it is as long as a term.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple, TypeAlias

from ehcp_flow.calendars.places import Closure
from ehcp_flow.dates import london

__all__ = [
    "Event", "EventTaken", "TakenFor", "are_whole", "closures_between", "day_of", "is_called_a_term",
    "is_too_long", "says_closed",
    "take_events",
]  # fmt: skip

TakenFor: TypeAlias = Literal["closure", "term", "nothing"]

_CLOSED: Final = re.compile(
    r"\b(holidays?|half[- ]?term|inset|closed|closure|shut|break|vacation|non[- ]?pupil|occasional day|"
    r"(training|staff|development|bank holiday) days?)\b",
    re.IGNORECASE,
)
_HALF_OF_A_TERM: Final = re.compile(r"\b(first|second|1st|2nd)[- ]half\b", re.IGNORECASE)
_EDGE: Final = re.compile(
    r"\b((first|last|start|end|beginning|close)s?( day)?( of)?( the)?( \w+)? terms?|"
    r"terms? (starts?|ends?|begins?|dates?))\b",
    re.IGNORECASE,
)
_TERM: Final = re.compile(r"\b(terms?|semester)\b", re.IGNORECASE)
_WEEKEND: Final = 5
TOO_LONG: Final = 40
"""How many school days no holiday has: what is so long is a term, or a question."""
_SHORTEST_TERM: Final = 5


class EventTaken(NamedTuple):
    """An event of a feed, its line and its name, its first day and the day behind its last: what it was taken for."""

    line: int
    summary: str
    first: dt.date
    behind: dt.date
    taken_for: TakenFor
    why: str

    def __str__(self) -> str:
        last = self.behind - dt.timedelta(days=1)
        days = self.first.isoformat() if last <= self.first else f"{self.first.isoformat()} to {last.isoformat()}"
        taken = {"closure": "the school is shut", "term": "a term: it is shut between terms", "nothing": "nothing"}
        return f"{self.summary or 'an event without a name'} ({days}): taken for {taken[self.taken_for]} ({self.why})"


class Event(NamedTuple):
    """An event as a feed has it: whole days, or with a time of day."""

    line: int
    summary: str
    first: dt.date
    behind: dt.date
    timed: bool


def day_of(instant: dt.date) -> dt.date | None:
    """Return the day that a whole-day event begins or ends with, None for a time of day.

    A midnight is how some calendars write a day: on the clock of its own zone, and of UTC on London's.
    """
    if not isinstance(instant, dt.datetime):
        return instant
    if instant.tzinfo is dt.UTC or str(instant.tzinfo) in ("UTC", "Etc/UTC"):
        instant = instant.astimezone(london())
    return instant.date() if instant.time() == dt.time.min else None


def take_events(events: Sequence[Event], closed_if: str | None = None) -> Iterator[EventTaken]:
    """Yield what each event is taken for. `closed_if` is a text: only events whose names hold it close the school."""
    knows_terms = any(_is_term(event) for event in events)
    for event in events:
        taken_for, why = _taken(event, closed_if, knows_terms=knows_terms)
        yield EventTaken(event.line, event.summary, event.first, event.behind, taken_for, why)


def _taken(event: Event, closed_if: str | None, *, knows_terms: bool) -> tuple[TakenFor, str]:
    if closed_if is not None:
        holds = closed_if.casefold() in event.summary.casefold()
        return ("closure" if holds else "nothing"), f"its name {'holds' if holds else 'does not hold'} {closed_if!r}"
    if _is_term(event):
        return "term", "its name says so" if _says_term(event.summary) else f"{_school_days(event)} school days"
    if says_closed(event.summary) and not event.timed:
        return "closure", "its name says so"
    passed_over = (
        (event.timed, "it has a time of day"),
        (bool(_EDGE.search(event.summary)), "a day on which a term begins or ends is a school day"),
        (knows_terms, "its name does not say that the school is shut"),
    )
    why = next((why for holds, why in passed_over if holds), None)
    return ("closure", "a feed without terms holds closures") if why is None else ("nothing", why)


def says_closed(summary: str) -> bool:
    """Whether the name of an event says that the school is shut."""
    return bool(_CLOSED.search(summary)) and not _HALF_OF_A_TERM.search(summary)


def _says_term(summary: str) -> bool:
    return bool(_TERM.search(summary)) and not _EDGE.search(summary) and not says_closed(summary)


def is_called_a_term(name: str, first: dt.date, reopens: dt.date) -> bool:
    """Whether a closure is as long as a term, and is called one."""
    return _says_term(name) and _school_days(Event(0, name, first, reopens, timed=False)) >= TOO_LONG


def _is_term(event: Event) -> bool:
    """Whether an event is a term: by its name, or, without a word about it, by its length."""
    if event.timed or says_closed(event.summary):
        return False
    return _school_days(event) >= (_SHORTEST_TERM if _says_term(event.summary) else TOO_LONG)


def _school_days(event: Event | EventTaken) -> int:
    days = max((event.behind - event.first).days, 1)
    return sum((event.first + dt.timedelta(days=each)).weekday() < _WEEKEND for each in range(days))


def are_whole(terms: Sequence[EventTaken]) -> bool:
    """Whether terms can be counted: none overlaps, or is called half of one (of which two?)."""
    known = sorted((each.first, each.behind) for each in terms)
    apart = all(behind <= first for (_, behind), (first, _) in pairwise(known))
    return apart and not any(_HALF_OF_A_TERM.search(each.summary) for each in terms)


def is_too_long(event: EventTaken) -> bool:
    """Whether a closure is longer than any holiday: a question for whoever made the feed."""
    return event.taken_for == "closure" and _school_days(event) >= TOO_LONG


def closures_between(terms: Iterable[EventTaken]) -> Iterator[tuple[int, Closure]]:
    """Yield the closures between terms, each with the line of the term behind it."""
    behind: dt.date | None = None
    for term in sorted(terms, key=lambda each: (each.first, each.behind)):
        if behind is not None and behind < term.first:
            yield term.line, Closure(behind, term.first, "between terms")
        behind = term.behind if behind is None else max(behind, term.behind)
