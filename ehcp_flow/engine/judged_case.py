"""One case judged: its facts as numbers for the kernel, and the rows that come back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from threading import local
from typing import Any, Final, NamedTuple

from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.dates import MonthOnly
from ehcp_flow.engine import kernel
from ehcp_flow.engine.case_numbers import FactRoom, numbered, space_for
from ehcp_flow.engine.choice import Kernel, interpreted_kernel, kernel_in_use
from ehcp_flow.engine.counted_days import CountedDays, counted_days
from ehcp_flow.engine.duty_keys import duty_key, start_names
from ehcp_flow.engine.kernel import COLUMNS, CONTESTED, EXCUSES, LAST, NO_DAY, NO_LAW, RULE, RUN, STARTED, STATUS, WHOM
from ehcp_flow.engine.numbers import Key, as_day
from ehcp_flow.engine.rulebook import CompiledRule, CompiledRulebook, compiled
from ehcp_flow.facts import Fact
from ehcp_flow.findings import Gap
from ehcp_flow.law.clock import Sign
from ehcp_flow.law.loader import england
from ehcp_flow.law.model import Rulebook
from ehcp_flow.law.patterns import Patterns
from ehcp_flow.law.version import Version
from ehcp_flow.record_checks import checked

__all__ = ["AtEarliest", "JudgedCase", "JudgedRows", "facts_that_count", "judge_case", "judge_facts"]

_LATEST: Final = as_day(dt.date.max)
_MISSED: Final = frozenset({kernel.LATE, kernel.OVERDUE, kernel.PREMATURE, kernel.OVERTAKEN})


def facts_that_count(case: Case, as_of: dt.date, given: Fact | None = None) -> tuple[Fact, ...]:
    """Return the facts that had happened by a day, and those that say what is to come, without what cannot be so.

    `given` is a fact that counts although it lies in the future: what a what-if question assumes.
    """
    if given is None or given.on <= as_of or given.prospective:
        return case.checked_on(as_of).standing
    return checked(
        tuple(fact for fact in case.facts if fact.on <= as_of or fact.prospective or fact.id == given.id)
    ).standing


class JudgedRows(NamedTuple):
    """What the kernel found of one case: its columns one behind the other, how far apart they begin, and how many rows.

    `noted` says of each exception, by its place among the facts, what was noted of it, `taken` of each fact as what it
    was taken (a number of `TurnedKeys`).
    """

    out: Sequence[int]
    size: int
    many: int
    noted: Mapping[int, int]
    taken: Sequence[int]


class AtEarliest(NamedTuple):
    """How a deadline would stand if what is known to its month alone had been as early as it can have been.

    `due` is the last lawful day, NO_DAY for none, `status` its number in the kernel.
    """

    due: int
    status: int
    breach: bool


class JudgedCase:
    """A case on a day under a rulebook and calendars: the facts that count, and a row of numbers for each deadline.

    `value(column, row)` reads a row; a place in it is that of a fact in `facts`. `rows` are the deadlines in the public
    order (by last lawful day, rulebook and start), `without_law` the runs for which no version was in force. `rules`,
    `lasts`, `statuses` and `excuses` are the columns that are asked for of every row, by its number.
    `at_earliest` is filled by `earliest_days` where a fact is known to its month alone: how each row would stand.
    """

    __slots__ = (
        "__dict__",
        "as_of",
        "at_earliest",
        "book",
        "calendars",
        "case",
        "excuses",
        "facts",
        "lasts",
        "noted",
        "out",
        "rows",
        "rules",
        "size",
        "statuses",
        "taken",
        "without_law",
    )

    def __init__(
        self,
        case: Case,
        as_of: dt.date,
        facts: tuple[Fact, ...],
        book: CompiledRulebook,
        calendars: Calendars,
        rows: JudgedRows,
    ) -> None:
        self.case = case
        self.as_of = as_of
        self.facts = facts
        self.book = book
        self.calendars = calendars
        self.out, self.size, many, self.noted, self.taken = rows
        self.at_earliest: Mapping[int, AtEarliest | None] = {}
        self.rules = self._column(RULE, many)
        self.lasts = self._column(LAST, many)
        self.statuses = self._column(STATUS, many)
        self.excuses = self._column(EXCUSES, many)
        self._put_in_order(many)

    @property
    def months(self) -> tuple[Fact, ...]:
        """The facts known to their month alone that count; behind them those that do not yet, but may have happened.

        A month counts from the last of its possible days: asked about a day before that, nobody knows.
        """
        if not self.case.has_months:
            return ()
        found = [fact for fact in self.facts if fact.on.__class__ is MonthOnly]
        here = {id(fact) for fact in found}
        every = [fact for fact in self.case.facts if fact.on.__class__ is MonthOnly]
        return (*found, *(fact for fact in every if self._may_have_happened(fact) and id(fact) not in here))

    def _may_have_happened(self, fact: Fact) -> bool:
        return isinstance(fact.on, MonthOnly) and fact.on.earliest <= self.as_of < fact.on

    def _put_in_order(self, many: int) -> None:
        lasts = self.lasts
        if NO_DAY in lasts:
            lasts = [_LATEST if last == NO_DAY else last for last in lasts]
        # No two share a rule and a start, so the order is the same whatever order the rows came in.
        order = sorted(zip(lasts, self.rules, self._column(STARTED, many), range(many), strict=True))
        self.rows = [row for _, _, _, row in order]
        self.without_law: list[int] = []
        if NO_LAW in self.statuses:
            self.rows = [row for row in self.rows if self.statuses[row] != NO_LAW]
            self.without_law = sorted(set(range(many)).difference(self.rows), key=self._clock_and_run)

    def _column(self, number: int, many: int) -> list[int]:
        return list(self.out[number * self.size : number * self.size + many])

    def _clock_and_run(self, row: int) -> tuple[int, int, int]:
        return self.book.clocks[self.rule(row).clock.id], self.value(RUN, row), self.rules[row]

    def __reduce__(self) -> tuple[Callable[..., JudgedCase], tuple[Any, ...]]:
        """Travel to another process as the case and its rows; England's law is there already."""
        law = None if self.book.rulebook is england() else self.book.rulebook
        many = len(self.rows) + len(self.without_law)
        rows = JudgedRows(list(self.out), self.size, many, dict(self.noted), list(self.taken))
        return _arrived, (self.case, self.as_of, self.facts, law, self.calendars, rows, dict(self.at_earliest))

    def value(self, column: int, row: int) -> int:
        """Return one number of a row."""
        return self.out[column * self.size + row]

    def fact(self, column: int, row: int) -> Fact | None:
        """Return the fact whose place stands in a column of a row, or None."""
        place = self.out[column * self.size + row]
        return None if place < 0 else self.facts[place]

    def rule(self, row: int) -> CompiledRule:
        """Return the rule of a row."""
        return self.book.rules[self.rules[row]]

    def version(self, row: int) -> Version:
        """Return the version of the rule that applies to a row."""
        return self.book.versions[self.out[kernel.VERSION * self.size + row]][1]

    @cached_property
    def authority(self) -> str | None:
        """Whose case it is on the day."""
        return self.case.authority_on(self.as_of)

    @cached_property
    def _starts(self) -> list[str]:
        months = any(fact.on.__class__ is MonthOnly for fact in self.facts)
        return start_names(self.facts, self.case.recorded, self.case.as_recorded() if months else {})

    def key(self, row: int) -> str:
        """Return the identity of the deadline of a row: see `duty_keys`."""
        out, size = self.out, self.size
        start = self._starts[out[STARTED * size + row]]
        return duty_key(self.case.case_id, self.book.duties[out[RULE * size + row]], self.party(row), start)

    @cached_property
    def keys(self) -> list[Key]:
        """The event and outcome of each fact that counts."""
        return [(fact.event, fact.outcome) for fact in self.facts]

    def is_one_of(self, place: int, patterns: Patterns) -> bool:
        """Return whether patterns of the rulebook speak of a fact, as it was taken where it fell."""
        return self.taken[place] in self.book.turned.of_patterns(patterns)

    def is_asked(self, sign: Sign, place: int) -> bool:
        """Return whether a person should look at a fact still, which a sign of the rulebook speaks of."""
        if sign.once_past is not None:
            past = self.facts[place].day(sign.once_past)
            if past is None or past >= self.as_of:
                return False
        of = self.book.turned.of_patterns
        return not (set(self.taken[place + 1 :]) & of(sign.answered_by) or set(self.taken) & of(sign.unless))

    def party(self, row: int) -> str | None:
        """Return whom a row concerns: the party of the fact that started its clock, or that began its spell."""
        return self.facts[self.out[WHOM * self.size + row]].party

    def gap(self, row: int) -> Gap:
        """Return what the record misses where a later fact shows that an act was done, and nothing says when."""
        started = self.value(STARTED, row)
        named = self.facts[started].__dict__.get("limit")
        acts = self.book.acts(self.rules[row], named)
        return Gap(acts, started, self.value(kernel.IMPLIED_AT, row), self.party(row))

    def excused_by(self, row: int) -> tuple[str, ...]:
        """Return the grounds whose facts hold for a row."""
        held = self.excuses[row]
        return self.book.outcomes(self.rules[row], held) if held > 0 else ()

    def contested_by(self, row: int) -> tuple[str, ...]:
        """Return the names of the other lawful readings on which it would come out otherwise whether it is a breach."""
        contested = self.out[CONTESTED * self.size + row]
        return self.book.contesting(self.out[kernel.VERSION * self.size + row], contested) if contested > 0 else ()

    def is_breachable(self, row: int) -> bool:
        """Return whether missing the limit of a row is a breach, where nothing excuses it."""
        return self.book.breachable[self.rules[row]]

    def is_breach(self, row: int) -> bool:
        """Return whether the limit of a row is owed, was missed, or met too early, and nothing excuses it."""
        return self.statuses[row] in _MISSED and self.excuses[row] <= 0 and self.is_breachable(row)

    def due_on_earliest(self, row: int) -> int:
        """Return the earliest of the possible last lawful days of a row, NO_DAY where it is no earlier than the one."""
        other = self.at_earliest.get(row)
        return other.due if other is not None and other.due < self.lasts[row] else NO_DAY

    def is_uncertain(self, row: int) -> bool:
        """Return whether a row would come out otherwise on another of the days that are possible."""
        return row in self.at_earliest and self.at_earliest[row] != self.outcome(row)

    def outcome(self, row: int) -> AtEarliest:
        """Return how the deadline of a row stands, to be compared with how it would stand on other days."""
        return AtEarliest(self.lasts[row], self.statuses[row], self.is_breach(row))

    @cached_property
    def numbers(self) -> Any:
        """The facts that count as the interpreted kernel takes them."""
        chosen = interpreted_kernel()
        days = counted_days(self.book, self.calendars, chosen)
        return numbered(self.facts, self.as_of, self.book, days, chosen)

    @cached_property
    def laid_out(self) -> LaidOut:
        """The case laid out again, so that the kernel can be asked about a row."""
        chosen, facts = interpreted_kernel(), self.numbers
        days = counted_days(self.book, self.calendars, chosen)
        found = space_for(self.book, chosen, len(self.facts), facts.parties, 0)
        law = self.book.law(chosen)
        while True:
            kernel.lay_out(law, days.days, facts, found, 0, len(self.facts))
            if not found.wanted and found.beyond < 0:
                break
            days.count_wanted(found)
        found.out, found.capacity = self.out, self.size
        return LaidOut(law, days, facts, found)


def _arrived(
    case: Case,
    as_of: dt.date,
    facts: tuple[Fact, ...],
    law: Rulebook | None,
    calendars: Calendars,
    rows: JudgedRows,
    at_earliest: Mapping[int, AtEarliest | None],
) -> JudgedCase:
    arrived = JudgedCase(case, as_of, facts, compiled(law or england()), calendars, rows)
    arrived.at_earliest = at_earliest
    return arrived


class LaidOut(NamedTuple):
    """A case laid out for the kernel's own questions, asked one at a time."""

    law: Any
    days: CountedDays
    facts: Any
    found: Any

    def ask(self, question: Callable[[Any, Any, Any, Any], int]) -> int:
        """Return what the kernel answers. Raises CalendarError where it wants a day that the calendars do not reach."""
        while True:
            answer = question(self.law, self.days.days, self.facts, self.found)
            if not self.found.wanted and self.found.beyond < 0:
                return answer
            self.days.count_wanted(self.found)


def judge_case(
    case: Case, as_of: dt.date, book: CompiledRulebook, calendars: Calendars, given: Fact | None = None
) -> JudgedCase:
    """Judge one case. Raises CalendarError where a day has to be counted that the calendars do not reach."""
    return judge_facts(case, facts_that_count(case, as_of, given), as_of, book, calendars)


def judge_facts(
    case: Case, facts: tuple[Fact, ...], as_of: dt.date, book: CompiledRulebook, calendars: Calendars
) -> JudgedCase:
    """Judge facts of a case that count on a day, in legal order. Raises CalendarError as `judge_case` does."""
    chosen = kernel_in_use()
    days = counted_days(book, calendars, chosen)
    law = book.law(chosen)
    space = _space(book, chosen)
    room = space.room
    columns = numbered(facts, as_of, book, days, chosen, room)
    kept = room if room is not None and columns is room.columns else None
    found = space.for_so_many(len(facts), columns.parties)
    keys: Sequence[int] = columns.key if kept is None else kept.keys
    size = found.capacity = sum(map(book.key_rows.__getitem__, keys))
    # Kept by its own name: what a compiled kernel hands back of it is slower to read.
    out = found.out = chosen.filled(-1, COLUMNS * size)
    found.rows = found.wanted = 0
    found.beyond = -1
    try:
        days.judge_first(chosen, law, columns, found)
        noted = {place: found.noted[place] for place in found.exception[: found.exceptions]} if found.exceptions else {}
        taken = columns.taken if kept is None else kept.taken
        return JudgedCase(case, as_of, facts, book, calendars, JudgedRows(out, size, found.rows, noted, taken))
    finally:
        _spaces.free = space


class _Space:
    """What is kept in a thread from one case to the next: where the kernel works, and room for the facts of a case."""

    __slots__ = ("_found", "book", "chosen", "room")

    def __init__(self, book: CompiledRulebook, chosen: Kernel) -> None:
        self.book = book
        self.chosen = chosen
        self._found: Any = None
        self.room = FactRoom(chosen, _ROOM) if chosen.is_compiled else None

    def for_so_many(self, facts: int, parties: int) -> Any:
        """Return working space for one case of so many facts and parties: that of the last, if it is large enough."""
        found = self._found
        if found is None or facts >= found.width or parties > found.parties:
            found = self._found = space_for(self.book, self.chosen, max(facts, _ROOM), max(parties, _ROOM), 0)
        return found


_spaces: Final = local()
_ROOM: Final = 31
"""For how many facts, and parties, there is room from the start."""


def _space(book: CompiledRulebook, chosen: Kernel) -> _Space:
    """Return the space of this thread, if it fits and nobody is at it; else a new one."""
    known: _Space | None = _spaces.__dict__.pop("free", None)
    if known is None or known.book is not book or known.chosen is not chosen:
        return _Space(book, chosen)
    return known
