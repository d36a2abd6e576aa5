"""When one place is open: closures of institutions, days on which an authority's office is shut, and the bundle.

Nobody may guess term dates. An institution is known from one day to another; outside them there is no answer.
Office closures are advice for planning work: they are not statutory non-working days and never move a limit.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from ehcp_flow.calendars.statutory_days import BankHolidayChanges, TribunalDays, WorkingDays
from ehcp_flow.dates import iso
from ehcp_flow.errors import CalendarError

__all__ = ["Calendars", "Closure", "Institution", "england"]


@dataclass(frozen=True, slots=True)
class Closure:
    """A continuous period for which a place is shut: from `first_closed` up to, not including, `reopens_on`.

    Raises CalendarError when `reopens_on` is not after `first_closed`.
    """

    first_closed: dt.date
    reopens_on: dt.date
    what: str = ""

    def __post_init__(self) -> None:
        if self.reopens_on <= self.first_closed:
            raise CalendarError(
                "closure",
                f"re-opening on {iso(self.reopens_on)} is not after the first closed day {iso(self.first_closed)}; "
                "give the first day on which the place is no longer closed",
            )

    @property
    def days(self) -> int:
        """How many days it lasts, weekends included: the number that "not less than 4 weeks" is asked of (28)."""
        return (self.reopens_on - self.first_closed).days

    def unknown_to(self, known_from: dt.date, known_to: dt.date) -> str | None:
        """Return what is wrong if this closure does not lie within these days, re-opening included; or None."""
        if known_from <= self.first_closed and self.reopens_on <= known_to:
            return None
        return (
            f"the closure from {iso(self.first_closed)} to re-opening on {iso(self.reopens_on)} is not within "
            f"the known days {iso(known_from)} to {iso(known_to)}; widen known_from and known_to, or leave them out"
        )


@dataclass(frozen=True, slots=True)
class Institution:
    """A school, a college or an early years provider whose closures are known from `known_from` to `known_to`.

    Between those days, both included, it is open on every working day outside its closures. Closures are kept in
    order; those that overlap or touch are one, because the law asks for a continuous period. A gap of a weekend is a
    gap: write one closure across it. `terms` are the first and the last day of each, in order and without one left out
    between them; they say nothing of closures. Raises CalendarError for a closure outside the known days, and for terms
    that overlap.
    """

    id: str
    known_from: dt.date
    known_to: dt.date
    closures: tuple[Closure, ...] = ()
    terms: tuple[tuple[dt.date, dt.date], ...] = ()

    def __post_init__(self) -> None:
        if self.known_to < self.known_from:
            raise CalendarError(
                f"institution {self.id}",
                f"known_to {iso(self.known_to)} is before known_from {iso(self.known_from)}; exchange them",
            )
        for closure in self.closures:
            if why := closure.unknown_to(self.known_from, self.known_to):
                raise CalendarError(f"institution {self.id}", why)
        object.__setattr__(self, "closures", _merged(self.closures))
        terms = tuple(sorted(self.terms))
        for (first, last), (behind, _) in zip(terms, (*terms[1:], (dt.date.max, dt.date.max)), strict=False):
            if not first <= last < behind:
                raise CalendarError(
                    f"institution {self.id}",
                    f"the term from {iso(first)} to {iso(last)} ends before it begins, or in another one; write the "
                    "first and the last day of each term",
                )
        object.__setattr__(self, "terms", terms)

    def is_open(self, day: dt.date, working: WorkingDays) -> bool:
        """Return whether `day` is a working day outside every closure (a "school or institution day", SR 48(2)).

        Raises CalendarError for a day outside `known_from` to `known_to`.
        """
        if not self.known_from <= day <= self.known_to:
            raise CalendarError(
                f"institution {self.id}",
                f"its closures are known from {iso(self.known_from)} to {iso(self.known_to)}, and {iso(day)} is "
                "outside; give its term dates for that day",
            )
        return working.is_working_day(day) and not any(c.first_closed <= day < c.reopens_on for c in self.closures)

    def nth_open_day_after(self, day: dt.date, n: int, working: WorkingDays) -> dt.date | None:
        """Return the n-th day after `day` on which the place is open; `day` itself is not counted (SR 48).

        None when the answer would rest on a day outside `known_from` to `known_to`. Raises CalendarError unless n is
        1 or more.
        """
        if n < 1:
            raise CalendarError(f"institution {self.id}", f"there is no open day number {n}: n is 1 or more")
        if not self.known_from <= day + dt.timedelta(days=1) <= self.known_to:
            return None
        found = 0
        while found < n:
            day = working.nth_after(day, 1)
            if day > self.known_to:
                return None
            found += self.is_open(day, working)
        return day

    def nth_term_after(self, day: dt.date, n: int) -> dt.date | None:
        """Return the last day of the n-th term that begins after `day`; None where terms then are not known."""
        return self._nth_last(bisect_right(self.terms, (day, dt.date.max)), n, day)

    def nth_term_from(self, day: dt.date, n: int) -> dt.date | None:
        """Return the last day of the n-th term, the first being that of `day`, or the next if it falls in none."""
        return self._nth_last(sum(last < day for _, last in self.terms), n, day)

    def nth_term_before(self, day: dt.date, n: int) -> dt.date | None:
        """Return the day before the n-th last term that ends before `day`; None where terms then are not known."""
        over = sum(last < day for _, last in self.terms)
        # What ended last before that day is known only if the terms reach as far as it.
        return self.terms[over - n][0] - dt.timedelta(days=1) if n <= over and day <= self.terms[-1][1] else None

    def _nth_last(self, place: int, n: int, day: dt.date) -> dt.date | None:
        known = bool(self.terms) and self.terms[0][0] <= day and place + n <= len(self.terms)
        return self.terms[place + n - 1][1] if known else None

    def knows(self, first: dt.date, last: dt.date) -> bool:
        """Return whether its closures are known from the day `first` to the day `last`."""
        return self.known_from <= first and last <= self.known_to

    def open_spells(self, working: WorkingDays) -> tuple[tuple[dt.date, dt.date], ...]:
        """Return the first and the last open day of each time between closures, in order; a weekend is none."""
        shut = [(closure.first_closed, closure.reopens_on) for closure in self.closures]
        begins = [self.known_from, *(reopens for _, reopens in shut)]
        ends = [*(first for first, _ in shut), self.known_to + dt.timedelta(days=1)]
        spells = []
        for begin, end in zip(begins, ends, strict=True):
            with suppress(CalendarError):  # of years whose bank holidays are not known, nothing is
                first, last = working.roll_forward(begin), working.nth_before(end, 1)
                if first <= last:
                    spells.append((first, last))
        return tuple(spells)

    def closures_of_at_least(self, days: int) -> tuple[Closure, ...]:
        """Return, in order, the closures that last `days` days or more, weekends included (4 weeks are 28)."""
        return tuple(closure for closure in self.closures if closure.days >= days)


def _merged(closures: Iterable[Closure]) -> tuple[Closure, ...]:
    """Return the closures in order, with those that overlap or touch made one that is called by all their names."""
    done: list[Closure] = []
    for closure in sorted(closures, key=lambda closure: (closure.first_closed, closure.reopens_on)):
        if done and closure.first_closed <= done[-1].reopens_on:
            last = done[-1]
            names = dict.fromkeys(part for part in (*last.what.split("; "), closure.what) if part)
            done[-1] = Closure(last.first_closed, max(last.reopens_on, closure.reopens_on), "; ".join(names))
        else:
            done.append(closure)
    return tuple(done)


@dataclass(frozen=True, slots=True)
class Calendars:
    """Everything that is asked about days, passed around as one immutable value.

    `institutions` by id; `office_closures` by the authority's three-digit number, the days on which its office is shut.
    """

    working: WorkingDays = field(default_factory=WorkingDays)
    tribunal: TribunalDays = field(default_factory=TribunalDays, hash=False)
    institutions: Mapping[str, Institution] = field(default_factory=dict, hash=False)
    office_closures: Mapping[str, frozenset[dt.date]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name in ("institutions", "office_closures"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[Any, ...]:
        # A mapping proxy cannot be pickled, and worker processes need calendars.
        return Calendars, (self.working, self.tribunal, dict(self.institutions), dict(self.office_closures))

    def institution(self, institution_id: str | None) -> Institution | None:
        """Return the institution with this id, or None if nothing is known of it."""
        return None if institution_id is None else self.institutions.get(institution_id)

    def office_closed(self, authority: str | None, day: dt.date) -> bool:
        """Return whether that authority said that its office is shut on `day`. Advice only: no limit moves."""
        return authority is not None and day in self.office_closures.get(authority, ())

    def last_open_day(self, authority: str | None, day: dt.date) -> dt.date:
        """Return the last working day, on `day` or before, on which that authority's office is open.

        The day by which an officer had better act; the statutory date stays where it is.
        """
        if not self.working.is_working_day(day):
            day = self.working.nth_before(day, 1)
        while self.office_closed(authority, day):
            day = self.working.nth_before(day, 1)
        return day

    def with_institutions(self, institutions: Mapping[str, Institution] | Iterable[Institution]) -> Calendars:
        """Return new calendars with these institutions added; one with the same id is replaced."""
        given = institutions.values() if isinstance(institutions, Mapping) else institutions
        return replace(self, institutions={**self.institutions, **{each.id: each for each in given}})

    def with_office_closures(self, closures: Mapping[str, Iterable[dt.date]]) -> Calendars:
        """Return new calendars with these days added to those on which each authority's office is shut."""
        both = dict(self.office_closures)
        for authority, days in closures.items():
            both[authority] = both.get(authority, frozenset()) | frozenset(days)
        return replace(self, office_closures=both)

    def with_bank_holidays(self, changes: BankHolidayChanges) -> Calendars:
        """Return new calendars in which these bank holidays are added or removed too, for every way of counting."""
        return replace(
            self,
            working=WorkingDays(changes=self.working.changes | changes),
            tribunal=TribunalDays(changes=self.tribunal.changes | changes),
        )


@cache
def england() -> Calendars:
    """Return England's calendars with no institution, no office closure and no changed bank holiday.

    The same object each time.
    """
    return Calendars()
