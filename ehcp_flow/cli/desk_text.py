"""The desk as a terminal shows it: the day, how far off it is, what to do, why, and in which case."""

from __future__ import annotations

import datetime as dt
import shlex
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ehcp_flow.cli.messages import count, printable, under_the_law_asked
from ehcp_flow.cli.printed_table import paragraph, width
from ehcp_flow.dates import say
from ehcp_flow.measures import CHANGES, DESK_LISTS

if TYPE_CHECKING:
    from ehcp_flow.deadlines import Deadline
    from ehcp_flow.measures import Desk

__all__ = ["DeskText"]

_MARGIN: Final = 2
_DAY, _FAR, _GAP = 16, 16, 2
_LEAST: Final = 24
"""Below so many characters for the words, they stand below the day and not beside it."""
_OF_CASES: Final = ("stuck", "unowned")
_SEEN: Final = ("list", "what", "title", "case_id", "due_on", "days_left", "since", "starts_on")
"""The columns that each row shows in words of its own."""
_WEEK: Final = dt.timedelta(days=7)

Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class DeskText:
    """The desk on a day, of whom `title` says, in lines that fit the terminal; `most` rows of each list, 0 for all.

    `beside` are columns that each row is to show, and by which it is sorted.
    """

    collected: Desk
    on: dt.date
    title: str
    source: str
    most: int
    beside: Sequence[str] = ()

    def lines(self, rows: Sequence[Row], *, days: int) -> Iterator[str]:
        """Yield the lines of the desk, which looks so many days ahead."""
        late = sum(row["status"] == "overdue" for row in rows)
        told = f"{count(len(rows), 'thing')} to do, {late:,} of them overdue." if rows else "Nothing is to be done."
        yield from self._head(told)
        until = self.on + dt.timedelta(days=days)
        yield from self._lists(rows, "list", {**DESK_LISTS, "due": f"Due by {self._short(until)}"})
        yield ""
        yield from self._counts(rows)
        if rows:
            case_id = shlex.quote(printable(rows[0]["case_id"]))
            explain = under_the_law_asked(f"ehcp-flow explain {self.source} --case {case_id}")
            yield f"A case in full:  {explain}"
        since = (self.on - _WEEK).isoformat()
        desk = under_the_law_asked(f"ehcp-flow desk {self.source} --since {since}")
        yield f"What changed in a week:  {desk}"

    def changes(self, rows: Sequence[Row], then: dt.date) -> Iterator[str]:
        """Yield the lines of what changed since a day."""
        number = Counter(row["change"] for row in rows)
        told = ", ".join(f"{number[change]:,} {change}" for change in CHANGES)
        yield from self._head(f"Since {say(then)}: {told}.")
        yield from self._lists(rows, "change", {change: change.capitalize() for change in CHANGES})

    def _head(self, told: str) -> Iterator[str]:
        head, today = printable(f"Desk of {self.title}" if self.title else "Desk"), say(self.on)
        yield f"{head}{today:>{max(width() - len(head), len(today) + 1)}}"
        yield paragraph(f"{count(self.collected.cases, 'case')}. {told}")

    def _lists(self, rows: Sequence[Row], by: str, heads: Mapping[str, str]) -> Iterator[str]:
        for name, heading in heads.items():
            listed = [row for row in rows if row[by] == name]
            if not listed:
                continue
            yield ""
            yield f"{heading} ({len(listed):,})".upper()
            for row in listed[: self.most or None]:
                yield from self._entry(row)
            if self.most and len(listed) > self.most:
                more = f"and {len(listed) - self.most:,} more"
                yield " " * _MARGIN + (f"{more}: --only list={name} --most 0" if by == "list" else f"{more}: --most 0")

    def _entry(self, row: Row) -> Iterator[str]:
        """Yield the lines of one row."""
        deadline, of_case = self.collected.deadline_of(row), row["list"] in _OF_CASES
        case_id, what = printable(row["case_id"]), printable(row["what"])
        own = deadline is not None and deadline.derivation.limit.side == "authority"
        if deadline is not None and own and not of_case and deadline.derivation.clock.per == "party":
            what += _whom(printable(row["party"] or ""), what)
        why = (self._told(row, deadline), self._beside(row))
        left = " " * _MARGIN + f"{self._when(row):<{_DAY}}{_how_far(row)}".ljust(_DAY + _FAR)
        room = width()
        space = room - len(left) - _GAP - len(case_id)
        if space < _LEAST:
            yield f"{left}{case_id}"
            indent = " " * (2 * _MARGIN)
            for text in (what, *why):
                yield from textwrap.wrap(
                    text, max(room, _LEAST), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
                )
            return
        first, *more = textwrap.wrap(what, space, break_on_hyphens=False) or [""]
        yield f"{left}{first:<{space}}{' ' * _GAP}{case_id}"
        for text in why:
            more += textwrap.wrap(text, room - len(left), break_on_hyphens=False)
        for line in more:
            yield " " * len(left) + line

    def _when(self, row: Row) -> str:
        if row["list"] in _OF_CASES or row["due_on"] is None:
            return f"since {self._short(dt.date.fromisoformat(row['since']))}" if row["since"] else ""
        return self._short(dt.date.fromisoformat(row["due_on"]))

    def _short(self, day: dt.date) -> str:
        """Return a day as a list has it; with its year, where that is another than that of the day asked about."""
        return f"{day:%a} {day.day} {day:%b}" + ("" if day.year == self.on.year else f" {day.year}")

    def _told(self, row: Row, deadline: Deadline | None) -> str:
        """Return why: what became of it, or what started the time and by what law it runs."""
        if row.get("change") == "done":
            return _became(row)
        if deadline is None:
            return ""
        start = deadline.derivation.start
        said = f"{type(start).titled or start.event} {start.outcome or ''}".replace("_", " ").strip()
        law = deadline.derivation.source or deadline.derivation.version.citation[0].short
        told = f"{said} {deadline.derivation.began(self._short)} ({law})"
        return printable(f"next: {deadline.title}, by {row['due_on']}" if row["list"] in _OF_CASES else told)

    def _beside(self, row: Row) -> str:
        """Return what a row has in the columns that it is to show, but for those that stand there anyway."""
        held = ((name.replace("_", " "), row.get(name)) for name in self.beside if name not in _SEEN)
        return printable("; ".join(f"{name}: {'none' if value in (None, '') else value}" for name, value in held))

    def _counts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield how much advice is to be chased, and how many reviews lack a meeting."""
        asked: Counter[str] = Counter()
        unmet = 0
        for row in rows:
            deadline = self.collected.deadline_of(row)
            if deadline is not None:
                if deadline.derivation.limit.side == "adviser":
                    asked[printable(deadline.party or "nobody named").replace("_", " ")] += 1
                unmet += self.collected.lacks_a_meeting(deadline)
        if asked:
            of_each = ", ".join(f"{whom} {number:,}" for whom, number in asked.most_common())
            yield paragraph(f"Advice to chase: {asked.total():,} ({of_each})", then="  ")
        if unmet:
            yield f"Reviews without a meeting: {unmet:,}"


def _whom(party: str, what: str) -> str:
    """Return whom something concerns, where what to do does not say so."""
    whom = party.replace("_", " ")
    return f" ({whom})" if whom and whom not in what else ""


def _how_far(row: Row) -> str:
    days = row["days_left"]
    if days is None or row["list"] in _OF_CASES:
        return ""
    if days < 0:
        return f"{count(-days, 'day')} over"
    return "today" if days == 0 else "tomorrow" if days == 1 else f"in {days:,} days"


def _became(row: Row) -> str:
    """Return what became of something that is no longer on the desk."""
    if row["status"] in ("open", "overdue"):
        return "no longer on the desk"
    return f"{row['status']}, {row['done_on'] or row['ended_on'] or 'nobody wrote down when'}"
