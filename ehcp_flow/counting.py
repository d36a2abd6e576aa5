"""How the law counts: periods, and the closed set of ways in which a limit counts them from a day.

A *period* is a number of one kind of unit; each kind is a type of its own, so that weeks, working days, Tribunal days
and school days cannot be mixed up. A *convention* says how a period is laid against a day. The rulebook writes a
convention in the words of the statute, and `parse_convention` reads exactly these:

    6 weeks after                              the event day is not counted
    15 working days beginning with             the event day is day 1
    at least 15 days beginning with            a window: that many days are protected
    at least 2 weeks before                    counted back from the day, which is not counted
    before 15 February                         strictly earlier, in the calendar year of the day
    by 15 February                             on that date or earlier, in the calendar year of the day
    by 15 February of the school year          the same, in the school year in which the day falls
    before 15 February of the school year in which the child turns 11
                                               the same, counted from the date of birth
    on the day                                 the day itself

Units are `weeks`, `days` (calendar days), `months` (calendar months, by the corresponding date), `working days`,
`Tribunal days`, `school days` (school or institution days), and, as whole ones, `terms` and `school years`: those that
begin after the day, or, of a period that begins with it, from the one in which it falls. A school year is taken to run
from 1 September to 31 August, as the Department counts ages; a term is known from its institution's calendar alone.

Sources: the general rule that a fraction of a day is ignored, so that the event day is left out, restated in
Matthew v Sedman [2021] UKSC 19; "beginning with" includes the first day (Zoan v Rouamba [2000] 1 WLR 1509); months end
on the corresponding date, or on the last day of a shorter month (Dodds v Walker [1981] 1 WLR 1027); months beginning
with a day end on the day before the corresponding date, or on the last day of a month that has none (Pruden v Cunard
Ellerman [1993] IRLR 317: 30 November to 28 February; University of Cambridge v Murray [1993] ICR 460: 30 April to 29
July).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Final, TypeAlias

from dateutil.relativedelta import relativedelta

from ehcp_flow.calendars import Calendars
from ehcp_flow.dates import say

__all__ = [
    "After",
    "AtLeastBefore",
    "BeforeDate",
    "BeginningWith",
    "ByDate",
    "CalendarDays",
    "Convention",
    "Months",
    "OfSchoolYear",
    "OnTheDay",
    "Period",
    "SchoolDays",
    "SchoolYears",
    "Terms",
    "TribunalDayCount",
    "Weeks",
    "Window",
    "WorkingDayCount",
    "add_months",
    "birthday",
    "fixed_days",
    "parse_convention",
    "parse_period",
    "period_of",
    "school_year_of",
]

ONE_DAY: Final = dt.timedelta(days=1)


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the corresponding date `months` calendar months later (or earlier), or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return day.replace(year=year, month=month + 1)
    except ValueError:
        # No such day in that month: relativedelta gives its last one.
        return day + relativedelta(months=months)


def birthday(born: dt.date, years: int) -> dt.date:
    """Return the day on which somebody is so many years old; born on 29 February, on 1 March of a common year."""
    day = add_months(born, 12 * years)
    return day if day.day == born.day else day + ONE_DAY


def school_year_of(day: dt.date) -> dt.date:
    """Return the 1 September with which the school year of a day begins."""
    return dt.date(day.year - (day.month < _SEPTEMBER), _SEPTEMBER, 1)


_SEPTEMBER: Final = 9


@dataclass(frozen=True, slots=True)
class Weeks:
    """So many weeks of seven calendar days."""

    n: int
    _delta: dt.timedelta = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_delta", dt.timedelta(weeks=self.n))

    def after(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the last day of the period that follows `day`."""
        return day + self._delta

    def before(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the day that lies the period before `day`."""
        return day - self._delta

    def __str__(self) -> str:
        return _plural(self.n, "week")


@dataclass(frozen=True, slots=True)
class CalendarDays:
    """So many calendar days: weekends and bank holidays count like any other."""

    n: int
    _delta: dt.timedelta = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_delta", dt.timedelta(days=self.n))

    def after(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the last day of the period that follows `day`."""
        return day + self._delta

    def before(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the day that lies the period before `day`."""
        return day - self._delta

    def __str__(self) -> str:
        return _plural(self.n, "day")


@dataclass(frozen=True, slots=True)
class Months:
    """So many calendar months, by the corresponding-date rule."""

    n: int

    def after(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the corresponding date, or the last day of a shorter month."""
        return add_months(day, self.n)

    def before(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the corresponding date counted back, or the last day of a shorter month."""
        return add_months(day, -self.n)

    def __str__(self) -> str:
        return _plural(self.n, "month")


@dataclass(frozen=True, slots=True)
class WorkingDayCount:
    """So many working days in England: not Saturday, Sunday, Christmas Day, Good Friday or a bank holiday."""

    n: int

    def after(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the last of the working days that follow `day`."""
        return calendars.working.nth_after(day, self.n)

    def before(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the first of the working days that precede `day`."""
        return calendars.working.nth_before(day, self.n)

    def __str__(self) -> str:
        return _plural(self.n, "working day")


@dataclass(frozen=True, slots=True)
class TribunalDayCount:
    """So many of the Tribunal's working days: August and 25 December to 1 January are left out (TPR rule 12(3)(b))."""

    n: int

    def after(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the last of the Tribunal days that follow `day`."""
        return calendars.tribunal.nth_after(day, self.n)

    def before(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the first of the Tribunal days that precede `day`."""
        return calendars.tribunal.nth_before(day, self.n)

    def __str__(self) -> str:
        return _plural(self.n, "Tribunal day")


@dataclass(frozen=True, slots=True)
class SchoolDays:
    """So many school or institution days: days on which the place is open to admit students (SR 48(2)).

    They can be counted only where the institution's own dates are known; otherwise there is no answer, never a guess.
    """

    n: int

    def after(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date | None:
        """Return the last of the open days that follow `day`, or None where the institution's dates are not known."""
        institution = calendars.institution(party) if party else None
        return None if institution is None else institution.nth_open_day_after(day, self.n, calendars.working)

    def before(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date | None:
        """Return None: no limit in force counts school days back."""
        return None

    def __str__(self) -> str:
        return _plural(self.n, "school day")


@dataclass(frozen=True, slots=True)
class Terms:
    """So many whole terms of an institution, from the first day of one to its last.

    They can be counted only where the institution's own terms are known; otherwise there is no answer, never a guess.
    """

    n: int

    def after(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date | None:
        """Return the last day of the last of the terms that begin after `day`, or None where they are not known."""
        institution = calendars.institution(party)
        return None if institution is None else institution.nth_term_after(day, self.n)

    def before(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date | None:
        """Return the day before the first of the terms that end before `day`, or None where they are not known."""
        institution = calendars.institution(party)
        return None if institution is None else institution.nth_term_before(day, self.n)

    def __str__(self) -> str:
        return _plural(self.n, "term")


@dataclass(frozen=True, slots=True)
class SchoolYears:
    """So many whole school years, from 1 September to 31 August."""

    n: int

    def after(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the last day of the last of the school years that begin after `day`."""
        return add_months(school_year_of(day), 12 * (self.n + 1)) - ONE_DAY

    def before(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the day before the first of the school years that end before `day`."""
        return add_months(school_year_of(day), -12 * self.n) - ONE_DAY

    def __str__(self) -> str:
        return _plural(self.n, "school year")


Period: TypeAlias = (
    Weeks | CalendarDays | Months | WorkingDayCount | TribunalDayCount | SchoolDays | Terms | SchoolYears
)


@dataclass(frozen=True, slots=True)
class After:
    """Within the period of (or after, or from) an event: the event day is not counted."""

    period: Period

    def last_day(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date | None:
        """Return the last lawful day, or None where it cannot be counted."""
        return self.period.after(day, calendars, party)

    def first_day(self, day: dt.date) -> dt.date:
        """Return the first day that is counted: the day after the event."""
        return day + ONE_DAY

    def in_words(self, day: dt.date, last: dt.date) -> str:
        """Return the count in words."""
        return f"{self.period} after {say(day)}, that day not counted, end on {say(last)}"

    def __str__(self) -> str:
        return f"{self.period} after"


@dataclass(frozen=True, slots=True)
class BeginningWith:
    """Within the period beginning with a day: that day is day 1."""

    period: Period

    def last_day(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date | None:
        """Return the last lawful day, or None where it cannot be counted."""
        if isinstance(self.period, WorkingDayCount):
            return calendars.working.nth_from(day, self.period.n)
        if isinstance(self.period, TribunalDayCount):
            return calendars.tribunal.nth_from(day, self.period.n)
        if isinstance(self.period, SchoolDays):
            return self.period.after(day - ONE_DAY, calendars, party)
        if isinstance(self.period, Terms):
            institution = calendars.institution(party)
            return None if institution is None else institution.nth_term_from(day, self.period.n)
        if isinstance(self.period, SchoolYears):
            return add_months(school_year_of(day), 12 * self.period.n) - ONE_DAY
        end = self.period.after(day, calendars)
        # A month without the corresponding date ends the period on its last day: nothing is taken off that.
        return end if isinstance(self.period, Months) and end.day < day.day else end - ONE_DAY

    def first_day(self, day: dt.date) -> dt.date:
        """Return the first day that is counted: the day itself."""
        return day

    def in_words(self, day: dt.date, last: dt.date) -> str:
        """Return the count in words."""
        return f"{self.period} beginning with {say(day)}, which is counted, end on {say(last)}"

    def __str__(self) -> str:
        return f"{self.period} beginning with"


@dataclass(frozen=True, slots=True)
class Window:
    """At least so much time beginning with a day: the act is lawful only after the last protected day."""

    counted: BeginningWith | After

    def last_day(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date | None:
        """Return the last protected day, or None where it cannot be counted."""
        return self.counted.last_day(day, calendars, party)

    def first_day(self, day: dt.date) -> dt.date:
        """Return the first protected day."""
        return self.counted.first_day(day)

    def in_words(self, day: dt.date, last: dt.date) -> str:
        """Return the count in words."""
        protected = self.counted.in_words(day, last)
        return f"{protected}: the last protected day; the act is lawful from {say(last + ONE_DAY)}"

    def __str__(self) -> str:
        return f"at least {self.counted}"


@dataclass(frozen=True, slots=True)
class AtLeastBefore:
    """At least the period before a day: counted back, that day not counted."""

    period: Period

    def last_day(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date | None:
        """Return the last lawful day, or None where it cannot be counted."""
        return self.period.before(day, calendars, party)

    def first_day(self, day: dt.date) -> dt.date:
        """Return the day counted from: a limit that is counted back has no first day."""
        return day

    def in_words(self, day: dt.date, last: dt.date) -> str:
        """Return the count in words."""
        return f"{self.period} counted back from {say(day)}, that day not counted, give {say(last)}"

    def __str__(self) -> str:
        return f"at least {self.period} before"


@dataclass(frozen=True, slots=True)
class BeforeDate:
    """Before a fixed date in the calendar year of a day: the last lawful day is the day before that date."""

    month: int
    day: int

    def last_day(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the day before the fixed date."""
        return day.replace(month=self.month, day=self.day) - ONE_DAY

    def first_day(self, day: dt.date) -> dt.date:
        """Return the day counted from: a fixed date has no first day."""
        return day

    def in_words(self, day: dt.date, last: dt.date) -> str:
        """Return the count in words."""
        return f"before {say(last + ONE_DAY)} means on {say(last)} at the latest"

    def __str__(self) -> str:
        return f"before {_month_day(self.month, self.day)}"


@dataclass(frozen=True, slots=True)
class ByDate:
    """By a fixed date in the calendar year of a day: that date is the last day."""

    month: int
    day: int

    def last_day(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the fixed date."""
        return day.replace(month=self.month, day=self.day)

    def first_day(self, day: dt.date) -> dt.date:
        """Return the day counted from: a fixed date has no first day."""
        return day

    def in_words(self, day: dt.date, last: dt.date) -> str:
        """Return the count in words."""
        return f"by {say(last)}, that day included"

    def __str__(self) -> str:
        return f"by {_month_day(self.month, self.day)}"


@dataclass(frozen=True, slots=True)
class OfSchoolYear:
    """Before or by a fixed date in a school year: that of a day or, counted from a birth, that of the birthday."""

    date: BeforeDate | ByDate
    turns: int | None = None

    def last_day(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the last lawful day; `day` is the date of birth where a birthday decides."""
        begins = school_year_of(day if self.turns is None else birthday(day, self.turns))
        return self.date.last_day(begins.replace(year=begins.year + (self.date.month < _SEPTEMBER)), calendars)

    def first_day(self, day: dt.date) -> dt.date:
        """Return the day counted from: a fixed date has no first day."""
        return day

    def in_words(self, day: dt.date, last: dt.date) -> str:
        """Return the count in words."""
        reached = day if self.turns is None else birthday(day, self.turns)
        begins = school_year_of(reached)
        whose = say(day) if self.turns is None else f"{say(reached)}, the birthday {self.turns},"
        return (
            f"{whose} falls in the school year from {say(begins)} to {say(add_months(begins, 12) - ONE_DAY)}; "
            f"{self.date.in_words(reached, last)}"
        )

    def __str__(self) -> str:
        turns = "" if self.turns is None else f" in which the child turns {self.turns}"
        return f"{self.date} of the school year{turns}"


@dataclass(frozen=True, slots=True)
class OnTheDay:
    """On the day of the event itself."""

    def last_day(self, day: dt.date, calendars: Calendars, party: str | None = None) -> dt.date:
        """Return the day itself."""
        return day

    def first_day(self, day: dt.date) -> dt.date:
        """Return the day itself."""
        return day

    def in_words(self, day: dt.date, last: dt.date) -> str:
        """Return the count in words."""
        return f"on the day itself, {say(last)}"

    def __str__(self) -> str:
        return "on the day"


Convention: TypeAlias = After | BeginningWith | Window | AtLeastBefore | BeforeDate | ByDate | OfSchoolYear | OnTheDay

_UNITS: Final[dict[str, type[Period]]] = {
    "week": Weeks,
    "day": CalendarDays,
    "month": Months,
    "working day": WorkingDayCount,
    "Tribunal day": TribunalDayCount,
    "school day": SchoolDays,
    "term": Terms,
    "school year": SchoolYears,
}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_PERIOD: Final = (
    r"(?P<n>[1-9][0-9]{0,3}) (?P<unit>(?:working |Tribunal |school )?(?:week|day|month)|term|school year)s?"
)
_FORMS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(rf"{_PERIOD} after"), "after"),
    (re.compile(rf"{_PERIOD} beginning with"), "beginning with"),
    (re.compile(rf"at least {_PERIOD} beginning with"), "window"),
    (re.compile(rf"at least {_PERIOD} after"), "window after"),
    (re.compile(rf"at least {_PERIOD} before"), "back"),
    (
        re.compile(
            rf"(?P<how>before|by) (?P<day>[1-9][0-9]?) (?P<month>{'|'.join(_MONTHS)})"
            r"(?P<of> of the school year(?: in which the child turns (?P<turns>[1-9][0-9]?))?)?"
        ),
        "fixed",
    ),
    (re.compile(r"on the day"), "on the day"),
)
_HELP: Final = (
    "write '6 weeks after', '15 working days beginning with', 'at least 15 days beginning with', "
    "'at least 2 weeks before', 'before 15 February', 'by 15 February', 'by 15 February of the school year', 'by 15 "
    "February of the school year in which the child turns 11' or 'on the day'; units are weeks, days, months, working "
    "days, Tribunal days, school days, terms and school years"
)


def parse_convention(text: object) -> Convention:
    """Return the convention that `text` states. Raises ValueError, saying what can be written, for anything else."""
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no text; {_HELP}")  # noqa: TRY004 - pydantic reports a ValueError, with its place
    return _convention(text)


@cache
def _convention(text: str) -> Convention:
    for form, kind in _FORMS:
        match = form.fullmatch(text)
        if match is None:
            continue
        if kind == "on the day":
            return OnTheDay()
        if kind == "fixed":
            month, day = _MONTHS.index(match["month"]) + 1, int(match["day"])
            if day > (dt.date(2001 + month // 12, month % 12 + 1, 1) - ONE_DAY).day:
                raise ValueError(f"{text!r}: {match['month']} does not have {day} days in every year")
            date = BeforeDate(month, day) if match["how"] == "before" else ByDate(month, day)
            return OfSchoolYear(date, int(match["turns"]) if match["turns"] else None) if match["of"] else date
        period = _period(match, text)
        if kind == "after":
            return After(period)
        if kind == "beginning with":
            return BeginningWith(period)
        if kind == "back":
            return AtLeastBefore(period)
        return Window(BeginningWith(period) if kind == "window" else After(period))
    raise ValueError(f"{text!r} is no way of counting; {_HELP}")


@cache
def parse_period(text: str) -> Period:
    """Return the period that `text` states, such as `12 months`. Raises ValueError for anything else."""
    match = re.fullmatch(_PERIOD, text)
    if match is None:
        raise ValueError(
            f"{text!r} is no period; write a number and weeks, days, months, working days, Tribunal days, school days, "
            "terms or school years"
        )
    return _period(match, text)


def period_of(convention: Convention) -> Period | None:
    """Return the period that a convention lays against a day; None where it names a date, or the day itself."""
    inner: Period | None = getattr(getattr(convention, "counted", convention), "period", None)
    return inner


def fixed_days(convention: Convention) -> dt.timedelta | None:
    """Return how far the last day lies from the day counted from; None where a calendar or a month decides it."""
    counted = convention.counted if isinstance(convention, Window) else convention
    if isinstance(counted, OnTheDay):
        return dt.timedelta(0)
    if isinstance(counted, BeforeDate | ByDate | OfSchoolYear) or not isinstance(counted.period, Weeks | CalendarDays):
        return None
    days = dt.timedelta(days=counted.period.n * (7 if isinstance(counted.period, Weeks) else 1))
    if isinstance(counted, AtLeastBefore):
        return -days
    return days - ONE_DAY if isinstance(counted, BeginningWith) else days


def _period(match: re.Match[str], text: str) -> Period:
    unit = _UNITS.get(match["unit"])
    if unit is None:
        raise ValueError(f"{text!r}: there is no unit {match['unit']!r}; {_HELP}")
    return unit(int(match["n"]))


def _plural(n: int, unit: str) -> str:
    return f"{n} {unit}" if n == 1 else f"{n} {unit}s"


def _month_day(month: int, day: int) -> str:
    return f"{day} {_MONTHS[month - 1]}"
