"""Reading closures, and changed bank holidays, from files; every refusal names file, line and what would be right.

A file is read whole or refused whole: a calendar with a hole in it would give wrong dates without a word.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from ehcp_flow.calendars.places import Closure, Institution
from ehcp_flow.calendars.statutory_days import BankHolidayChanges
from ehcp_flow.calendars.term_feeds import (
    Event,
    EventTaken,
    are_whole,
    closures_between,
    day_of,
    is_called_a_term,
    is_too_long,
    says_closed,
    take_events,
)
from ehcp_flow.dates import parse_date
from ehcp_flow.errors import CalendarError, CalendarMissing, DateError, LibraryMissing
from ehcp_flow.inputs import why_unreadable
from ehcp_flow.nouns import count

if TYPE_CHECKING:
    from icalendar import Component

__all__ = ["read_bank_holidays", "read_institutions", "read_office_closures"]

Source: TypeAlias = str | os.PathLike[str] | IO[str] | IO[bytes]

_CLOSURE_COLUMNS = (
    "institution",
    "closed_from",
    "reopens_on",
    "what",
    "known_from",
    "known_to",
    "term_from",
    "term_to",
)
_OFFICE_COLUMNS = ("authority", "closed_on", "what")
_HOLIDAY_COLUMNS = ("on", "what", "change")
_AUTHORITY = re.compile(r"[0-9]{3}")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")  # a date as iCalendar writes it


def read_institutions(
    source: Source,
    *,
    authority_default: str | None = None,
    closed_if: str | None = None,
    report: Callable[[EventTaken], object] | None = None,
) -> dict[str, Institution]:
    """Return the institutions of a CSV or iCalendar file, by id.

    `source` is a path or an open file. `authority_default` is the id under which closures go that name no institution,
    such as an authority's number for the term dates of all its schools, or a URN for a file of one school.

    CSV has the columns institution, closed_from, reopens_on, and if wanted what, known_from, known_to, term_from,
    term_to (the first and the last day of a term, in a row of its own or beside a closure). iCalendar has
    all-day events, DTEND being the first day not in them: closures, or terms with the closures between them, told apart
    by their names (`term_feeds`), or by `closed_if`, a text that the names of closures hold; `report` is called with
    what each event was taken for. X-EHCP-INSTITUTION, on the event or the calendar, names the institution,
    X-EHCP-KNOWN-FROM and X-EHCP-KNOWN-TO on the calendar what is known. Where the known days are not given they run
    from the first day of a closure or a term to the last one's end.

    Raises CalendarError for anything that cannot be read, recurrence rules among them, and for a closure of 40 school
    days or more in a feed: it is questioned, not believed.
    """
    name, text = _text_of(source)
    if name.lower().endswith(".ics") or text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        drafts = _drafts_of_ical(name, text, authority_default, closed_if, report or _unheard)
    else:
        drafts = _drafts_of_csv(name, text, authority_default)
    return {place: draft.finish(name, place) for place, draft in drafts.items()}


def read_office_closures(source: Source) -> dict[str, frozenset[dt.date]]:
    """Return the days on which each authority's office is shut, by the authority's three-digit number.

    `source` is a path of or an open CSV file with the columns authority, closed_on, and if wanted what. Advice for
    planning work: these days never move a statutory date. Raises CalendarError for anything that cannot be read.
    """
    name, text = _text_of(source)
    found: dict[str, set[dt.date]] = {}
    for line, row in _rows(name, text, _OFFICE_COLUMNS, required=2):
        authority = row["authority"]
        if not _AUTHORITY.fullmatch(authority):
            raise CalendarError(
                name, f"authority is {authority!r}; write the local authority's three-digit number, such as 885", line
            )
        found.setdefault(authority, set()).add(_day(name, line, "closed_on", row["closed_on"]))
    return {authority: frozenset(days) for authority, days in found.items()}


def read_bank_holidays(source: Source) -> BankHolidayChanges:
    """Return the bank holidays of England that a file adds, or removes.

    `source` is a path of or an open CSV file with the columns on, and if wanted what and change: `added` (which an
    empty cell means) or `removed`. Raises CalendarError for anything that cannot be read, and for a day that
    `BankHolidayChanges` refuses.
    """
    name, text = _text_of(source, "a file of bank holidays, or a day such as 2022-09-19")
    changes = BankHolidayChanges()
    told: dict[dt.date, tuple[int, str]] = {}
    for line, row in _rows(name, text, _HOLIDAY_COLUMNS, required=1):
        day, change = _day(name, line, "on", row["on"]), row["change"].lower() or "added"
        if change not in ("added", "removed"):
            raise CalendarError(name, f"change is {row['change']!r}; write added or removed", line)
        first, before = told.setdefault(day, (line, change))
        if before != change:
            raise CalendarError(
                name, f"{day.isoformat()} is {before} in line {first} and {change} here; say which", line
            )
        try:
            changes |= BankHolidayChanges(**{change: {day: row["what"]}})
        except CalendarError as error:
            raise CalendarError(name, error.why, line) from None
    return changes


@dataclass(slots=True)
class _Draft:
    """What a file has said so far about one institution."""

    line: int
    closures: list[tuple[int, Closure]] = field(default_factory=list)
    known_from: list[dt.date] = field(default_factory=list)
    known_to: list[dt.date] = field(default_factory=list)
    terms: list[tuple[dt.date, dt.date]] = field(default_factory=list)
    seen_from: dt.date | None = None
    seen_to: dt.date | None = None

    def finish(self, source: str, place: str) -> Institution:
        known_from = self.known_from or [closure.first_closed for _, closure in self.closures]
        known_to = self.known_to or [closure.reopens_on for _, closure in self.closures]
        if self.seen_from is not None and self.seen_to is not None:
            known_from, known_to = self.known_from or [self.seen_from], self.known_to or [self.seen_to]
        if not known_from or not known_to:
            raise CalendarError(
                source, f"institution {place} has no closure; give both known_from and known_to", self.line
            )
        first, last = min(known_from), max(known_to)
        for line, closure in self.closures:
            if why := closure.unknown_to(first, last):
                raise CalendarError(source, f"institution {place}: {why}", line)
        try:
            return Institution(place, first, last, tuple(closure for _, closure in self.closures), tuple(self.terms))
        except CalendarError as error:
            raise CalendarError(source, f"{error.source}: {error.why}", self.line) from None


def _text_of(source: Source, wanted: str = "the path of a closure file") -> tuple[str, str]:
    """Return the source's name and its whole text."""
    if isinstance(source, (str, os.PathLike)):
        name = os.fspath(source)
        try:
            raw: str | bytes = Path(name).read_bytes()
        except (OSError, ValueError) as error:
            missing, why = why_unreadable(error)
            raise (CalendarMissing if missing else CalendarError)(name, f"{why}; give {wanted}") from None
    else:
        name = str(getattr(source, "name", "<stream>"))
        try:
            raw = source.read()
        except (OSError, ValueError) as error:
            raise CalendarError(name, why_unreadable(error)[1]) from None
    if isinstance(raw, str):
        return name, raw.removeprefix("\ufeff")
    try:
        return name, raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CalendarError(name, "it is not UTF-8 text; save it as CSV UTF-8 or as iCalendar") from None


def _rows(source: str, text: str, columns: tuple[str, ...], required: int) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row that is not blank with its line; the first `required` of the columns must be there."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        expected = f"the first line names the columns {','.join(columns)} (the first {required} are needed)"
        if not any(header):
            raise CalendarError(source, f"it has no header; {expected}", 1)
        for name in header:
            if name not in columns:
                raise CalendarError(source, f"column {name!r} is not known; {expected}", 1)
            if header.count(name) > 1:
                raise CalendarError(source, f"column {name!r} stands twice; {expected}", 1)
        for name in columns[:required]:
            if name not in header:
                raise CalendarError(source, f"column {name!r} is missing; {expected}", 1)
        for raw in reader:
            cells = [cell.strip() for cell in raw]
            if not any(cells):
                continue
            if len(cells) > len(header):
                told = f"{count(len(cells), 'cell')} under {count(len(header), 'column')}"
                raise CalendarError(source, f"{told}; quote a cell that has a comma in it", reader.line_num)
            row = dict.fromkeys(columns, "")
            row.update(zip(header, cells, strict=False))  # a short row leaves its last cells empty
            yield reader.line_num, row
    except csv.Error as error:
        raise CalendarError(
            source, f"it is no CSV: {error}; double each quote inside a quoted cell", reader.line_num
        ) from None


def _drafts_of_csv(source: str, text: str, default: str | None) -> dict[str, _Draft]:
    drafts: dict[str, _Draft] = {}
    for line, row in _rows(source, text, _CLOSURE_COLUMNS, required=3):
        place = row["institution"] or default
        if not place:
            raise CalendarError(
                source, "institution is empty; name it as the advice requests do, such as its URN", line
            )
        draft = drafts.setdefault(place, _Draft(line))
        if row["known_from"]:
            draft.known_from.append(_day(source, line, "known_from", row["known_from"]))
        if row["known_to"]:
            draft.known_to.append(_day(source, line, "known_to", row["known_to"]))
        if row["term_from"] or row["term_to"]:
            first, last = (_day(source, line, name, row[name]) for name in ("term_from", "term_to"))
            draft.terms.append((first, last))
            if not (row["closed_from"] or row["reopens_on"]):
                continue
        if row["closed_from"] or row["reopens_on"] or row["what"]:
            first = _day(source, line, "closed_from", row["closed_from"])
            reopens = _day(source, line, "reopens_on", row["reopens_on"])
            if is_called_a_term(row["what"], first, reopens):
                raise CalendarError(
                    source,
                    f"{row['what']} would shut the school for 40 school days or more, from {first.isoformat()}; if it "
                    "is a term, write its first and last day under term_from and term_to; if the school was shut, "
                    "say why under what",
                    line,
                )
            draft.closures.append((line, _closure(source, line, first, reopens, row["what"])))
    return drafts


def _unheard(_: EventTaken) -> None:
    """Take what nobody asked for."""


def _drafts_of_ical(
    source: str, text: str, default: str | None, closed_if: str | None, report: Callable[[EventTaken], object]
) -> dict[str, _Draft]:
    try:
        from icalendar import Calendar
    except ImportError:
        raise LibraryMissing("icalendar", "reports") from None
    try:
        calendars = [each for each in Calendar.from_ical(text, multiple=True) if each.name == "VCALENDAR"]
    except Exception as error:  # noqa: BLE001 - icalendar fails on a damaged file in ways that it does not name
        raise CalendarError(source, f"it is no iCalendar file: {_in_short(error)}; export it again") from None
    if not calendars:
        raise CalendarError(source, "it has no BEGIN:VCALENDAR; export it again as iCalendar")
    # icalendar keeps no line numbers, but it keeps the order of the events.
    lines = iter([at for at, line in enumerate(text.splitlines(), 1) if line.strip().upper() == "BEGIN:VEVENT"])
    drafts: dict[str, _Draft] = {}
    for calendar in calendars:
        defaults = _texts(calendar, "X-EHCP-INSTITUTION") or ([default] if default else [])
        known_from = [_ical_day(source, each) for each in _texts(calendar, "X-EHCP-KNOWN-FROM")]
        known_to = [_ical_day(source, each) for each in _texts(calendar, "X-EHCP-KNOWN-TO")]
        places = set(defaults) if known_from or known_to else set()
        named: dict[str, list[Event]] = {}
        for event in calendar.walk("VEVENT"):
            line = next(lines, 0)
            if _texts(event, "STATUS") == ["CANCELLED"]:
                continue
            told = _event(source, line, event)
            names = _texts(event, "X-EHCP-INSTITUTION") or defaults
            if not names:
                raise CalendarError(
                    source,
                    "the event names no institution; write X-EHCP-INSTITUTION on the event or on the calendar, "
                    "or pass authority_default (--institution)",
                    line,
                )
            for place in names:
                named.setdefault(place, []).append(told)
        for place, events in named.items():
            taken = list(take_events(events, closed_if))
            for each in taken:
                report(each)
            _add_feed(source, drafts.setdefault(place, _Draft(taken[0].line)), taken)
            places.add(place)
        for place in sorted(places):
            draft = drafts.setdefault(place, _Draft(1))
            draft.known_from += known_from
            draft.known_to += known_to
    return drafts


def _add_feed(source: str, draft: _Draft, taken: Sequence[EventTaken]) -> None:
    """Add what the events of a feed were taken for to what is known of an institution."""
    for each in taken:
        if each.taken_for == "closure":
            if is_too_long(each):
                raise CalendarError(
                    source,
                    f"{each.summary or 'this event'} would shut the school for 40 school days or more, from "
                    f"{each.first.isoformat()}; if it is a term, let its name say so; if it is true, write it in CSV",
                    each.line,
                )
            draft.closures.append((each.line, _closure(source, each.line, each.first, each.behind, each.summary)))
    terms = [each for each in taken if each.taken_for == "term"]
    draft.closures += closures_between(terms)
    if terms:
        if are_whole(terms):
            draft.terms += [(each.first, each.behind - dt.timedelta(days=1)) for each in terms]
        shut = [closure for _, closure in draft.closures]
        draft.seen_from = min(each for each in (*(t.first for t in terms), *(c.first_closed for c in shut)))
        draft.seen_to = max(each for each in (*(t.behind for t in terms), *(c.reopens_on for c in shut)))


def _event(source: str, line: int, event: Any) -> Event:
    for rule in ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"):
        if rule in event:
            raise CalendarError(
                source, f"{rule}: recurring events are not read; write one event for each closure", line
            )
    try:
        first, reopens = event.start, event.end  # without DTEND an all-day event lasts one day, or its DURATION
    except Exception as error:  # noqa: BLE001 - as above
        raise CalendarError(
            source,
            f"the event has no usable days: {_in_short(error)}; write DTSTART;VALUE=DATE:20260723 and a DTEND",
            line,
        ) from None
    summary = "".join(_texts(event, "SUMMARY"))
    begins, behind = day_of(first), day_of(reopens)
    if begins is None or behind is None:  # icalendar has seen to it that both ends are of one kind
        if not summary or says_closed(summary):
            raise CalendarError(
                source, "the event has a time of day; a closure is whole days: write DTSTART;VALUE=DATE:20260723", line
            )
        return Event(line, summary, first.date(), reopens.date() + dt.timedelta(days=1), timed=True)
    # Some calendars write the last day where iCalendar has the day behind it.
    return Event(line, summary, begins, behind if behind != begins else begins + dt.timedelta(days=1), timed=False)


def _in_short(error: Exception) -> str:
    return str(error).rstrip(".")[:200] or type(error).__name__


def _texts(component: Component, name: str) -> list[str]:
    """Return what a property says, once for each time it stands there."""
    value = component.get(name, [])
    return [str(each).strip() for each in (value if isinstance(value, list) else [value])]


def _ical_day(source: str, text: str) -> dt.date:
    return _day(source, 0, "X-EHCP-KNOWN-FROM or X-EHCP-KNOWN-TO", _COMPACT.sub(r"\1-\2-\3", text))


def _day(source: str, line: int, column: str, text: str) -> dt.date:
    if not text:
        raise CalendarError(source, f"{column} is missing; write a date such as 2026-07-23 or 23/07/2026", line)
    try:
        return parse_date(text)
    except DateError as error:
        raise CalendarError(source, f"{column}: {error}", line) from None


def _closure(source: str, line: int, first: dt.date, reopens: dt.date, what: str) -> Closure:
    try:
        return Closure(first, reopens, what)
    except CalendarError as error:
        raise CalendarError(source, error.why, line) from None
