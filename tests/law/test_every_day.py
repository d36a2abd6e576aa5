"""Every rule of England's rulebook, from every way in which its clock starts, on the days around its last lawful one.

Two years are walked, a leap one and a common one. The last lawful day is worked out in `oracle.py`, which knows nothing
of the engine; a rule that has no line there fails with what is to be added. What is done on that day is in time, what
is done on the next is late, and what is not done then is overdue; a window is the mirror of it.
"""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from dateutil.easter import easter

from ehcp_flow.case import Case
from ehcp_flow.deadlines import Deadline, deadlines_of
from ehcp_flow.facts import FACT_TYPES, Fact, make_fact
from ehcp_flow.law.patterns import Pattern
from ehcp_flow.law.version import Version
from tests.engine.rules import CALENDARS
from tests.law.chronologies import BOOK, DAY, LONG_AGO, STARTS, Start, act
from tests.law.oracle import LAST_DAYS
from tests.telling import LATER, codes

EVERY_DAY = [dt.date(2024, 1, 1) + n * DAY for n in range(366 + 365)]
"""A leap year and a common one: every month's end, 29 February, two Christmases, two Easters, two Augusts."""


def is_hard(day: dt.date) -> bool:
    """Whether it is the first, a middle or the last day of a month, or near Christmas, Easter or August."""
    return (
        day.day in (1, 15)
        or (day + DAY).day == 1
        or (day.month, day.day) >= (12, 23)
        or (day.month, day.day) <= (1, 3)
        or abs((day - easter(day.year)).days) <= 3
        or (day.month == 8 and day.weekday() in (0, 5))
        or (day.month, day.day) in ((2, 28), (7, 30), (9, 2))
    )


HARD_DAYS = [day for day in EVERY_DAY if is_hard(day)]

SHIFTS: dict[str, tuple[int, ...]] = {
    "served_on": (3,),
    "aware_on": (-5,),
    "made_on": (-100, -700),
    "reviewed_on": (-50,),
    "until": (40,),
    "certified_on": (10, 45),
    "ordered_on": (200,),
}
"""How many days another date, from which the time may count, lies from the day on which the clock starts: a field of
the starting fact, the day of a mediation certificate, or the day of an order on an appeal that was made in time."""


class Telling(NamedTuple):
    """A way in which the clock of a rule starts, and another date that is told with it, so many days away."""

    start: Start
    also: str = ""
    days: int = 0

    def dates(self, on: dt.date) -> dict[str, dt.date]:
        return {"on": on} | ({self.also: on + self.days * DAY} if self.also else {})

    def last_day(self, on: dt.date) -> dt.date:
        """The last lawful day by plain arithmetic (of a window, the last protected one)."""
        version = self.start.rule.in_force(on)
        assert version is not None
        return LAST_DAYS[line_of(self.start, version)](self.dates(on))

    def chronology(self, on: dt.date) -> list[Fact]:
        told = [*(act(pattern, LONG_AGO) for pattern in self.start.rule.owed_if_by_due[:1]), *self.start.chronology(on)]
        if on <= LONG_AGO:
            longer = on - 700 * DAY
            told = [
                item.model_copy(update={name: longer for name, value in item if value == LONG_AGO}) for item in told
            ]
        if not self.also:
            return told
        date = self.dates(on)[self.also]
        if self.also == "certified_on":
            return [*told, make_fact("mediation_certificate_issued", case_id="a", on=date)]
        if self.also == "ordered_on":
            appealed = make_fact("appeal_registered", case_id="a", on=on + 30 * DAY)
            return [*told, appealed, make_fact("tribunal_order_made", case_id="a", on=date, outcome="dismiss_cease")]
        # The fields that would count before this one are left empty.
        before = next((names for names in counted_from(self.start) if self.also in names), ())
        fields = dict.fromkeys(set(before) - {"on"}) | {self.also: date}
        return [item.model_copy(update=fields) if is_of(self.start, item, on) else item for item in told]

    def done(self, on: dt.date, acted_on: dt.date) -> Deadline:
        """The deadline when what the rule asks for was done on `acted_on`: each kind of act has its turn."""
        rule = self.start.rule
        acts = BOOK.limits["final_plan"].rule[0] if rule.done_as_named else rule
        kinds = (*acts.done_by, *acts.done_after_first_by)
        kind = kinds[on.toordinal() % len(kinds)]
        party = next(iter(rule.by_party), None)
        before = [act(BOOK.spells[name].begins_on[0], acted_on - DAY) for name in sorted(kind.inside)]
        if kind in rule.done_after_first_by:
            before.append(act(rule.first[0], acted_on - DAY))
        return self.start.deadline([*self.chronology(on), *before, act(kind, acted_on, party=party)], LATER, on)

    def not_done(self, on: dt.date, as_of: dt.date) -> Deadline:
        return self.start.deadline(self.chronology(on), as_of, on)

    def __str__(self) -> str:
        return f"{self.start} {self.also}{self.days:+}" if self.also else str(self.start)


def is_of(start: Start, fact: Fact, on: dt.date) -> bool:
    """Whether it is the fact that starts the clock."""
    return (fact.event, fact.on) == (start.pattern.event, on)


def counted_from(start: Start) -> list[tuple[str, ...]]:
    """The lists of fields from which the time of a rule may count, the first that is filled being taken."""
    version = start.rule.version[-1]
    own = start.rule.counts_from or BOOK.clocks[start.rule.clock].counts_from
    return [own, *(count.counts_from for count in version.counts)]


def line_of(start: Start, version: Version) -> str:
    """The line of the table that stands for a version of a rule."""
    line = f"{start.limit.id}[{start.number}]"
    return line if version.in_force_to is None else f"{line} until {version.in_force_to}"


def tellings() -> Iterator[Telling]:
    """Every start of every rule, plain and with each other date that its time may count from."""
    for start in STARTS:
        yield Telling(start)
        version = start.rule.version[-1]
        fields = {name for names in counted_from(start) for name in names} - {"on"}
        others = sorted(fields & set(FACT_TYPES[start.pattern.event].model_fields))
        for count in version.counts:
            if count.counts_from_fact:
                assert count.counts_from_fact == (Pattern("mediation_certificate_issued"),), "tell of this fact too"
                others.append("certified_on")
        if version.protected_until is not None:
            others.append("ordered_on")
        yield from (Telling(start, also, days) for also in others for days in SHIFTS[also])


TELLINGS = tuple(tellings())
STANDING = [telling for telling in TELLINGS if telling.start.rule.version[-1].in_force_to is None]
WINDOWS = [telling for telling in STANDING if telling.start.rule.version[-1].is_window]
ACTS = [telling for telling in STANDING if not telling.start.rule.version[-1].is_window]

each = pytest.mark.parametrize


def undone(start: Start) -> str:
    """What becomes of an act that nobody did by the last lawful day."""
    if Pattern(start.pattern.event) in start.rule.implied_by:
        return "undated"  # the meeting was held: it was prepared, and the record does not say when
    if start.rule.right:
        return "lapsed"
    return "open" if start.rule.other_answer or start.rule.owed_only_if else "overdue"


def too_early(start: Start) -> str:
    """What an act is that was done inside a window."""
    return "premature" if start.rule.shown_by_act else "undated"


def test_every_rule_has_its_last_day_in_the_table_and_the_table_has_no_other():
    versions = {line_of(start, version): (start, version) for start in STARTS for version in start.rule.version}
    missing = [
        f'"{line}": ...,  # {version.cited}: "{version.words}"'
        for line, (_, version) in versions.items()
        if line not in LAST_DAYS
    ]
    assert not missing, "\n".join(
        (
            "tests/law/oracle.py: work these out in plain arithmetic from their words, and add them to LAST_DAYS:",
            *missing,
        )
    )
    assert set(LAST_DAYS) == set(versions), "tests/law/oracle.py has a line for a rule that is no more"
    assert {start.limit.id for start in STARTS} == set(BOOK.limits)
    assert all(version.citation and version.words for _, version in versions.values())


def test_both_years_are_walked_through_every_month_christmas_easter_and_august():
    for year in (2024, 2025):
        walked = {day for day in HARD_DAYS if day.year == year}
        assert all(sum(day.month == month for day in walked) >= 3 for month in range(1, 13))
        assert {dt.date(year, 12, day) for day in range(23, 32)} <= walked
        assert {easter(year) + n * DAY for n in range(-3, 4)} <= walked
        assert sum(day.month == 8 for day in walked) >= 10


@each("telling", [telling for telling in ACTS if not telling.also], ids=str)
def test_what_is_not_done_is_over_on_the_day_after_the_last_from_every_day_of_two_years(telling: Telling):
    status = undone(telling.start)
    breach = status == "overdue" and telling.start.is_held_to
    for on in EVERY_DAY:
        last = telling.last_day(on)
        as_of = max(last + DAY, *(fact.on for fact in telling.chronology(on)))
        found = telling.not_done(on, as_of)
        over = (as_of - last).days if status == "overdue" else None
        assert (found.due_on, found.status, found.breach, found.days_over) == (last, status, breach, over), (on, found)


@each("telling", ACTS, ids=str)
def test_an_act_is_in_time_on_its_last_lawful_day_and_late_on_the_next(telling: Telling):
    for on in HARD_DAYS:
        last = telling.last_day(on)
        for acted_on, status, over in ((last, "met", None), (last + DAY, "late", 1)):
            found = telling.done(on, acted_on)
            breach = status == "late" and telling.start.is_held_to
            assert (found.due_on, found.done_on, found.status, found.days_over, found.breach) == (
                last, acted_on, status, over, breach,
            ), (on, found)  # fmt: skip


@each("telling", ACTS, ids=str)
def test_an_act_is_still_open_on_its_last_lawful_day_and_over_on_the_next(telling: Telling):
    status = undone(telling.start)
    for on in HARD_DAYS:
        last = telling.last_day(on)
        known_on = max(fact.on for fact in telling.chronology(on))
        for as_of, expected in ((last, "open"), (last + DAY, status)):
            if as_of >= known_on:
                found = telling.not_done(on, as_of)
                assert (found.due_on, found.status) == (last, expected), (on, as_of, found)


@each("telling", WINDOWS, ids=str)
def test_a_window_protects_its_last_day_and_not_the_next(telling: Telling):
    for on in HARD_DAYS if telling.also else EVERY_DAY:
        last = telling.last_day(on)
        for acted_on, status in ((last, too_early(telling.start)), (last + DAY, "met")):
            found = telling.done(on, acted_on)
            assert (found.due_on, found.earliest_on, found.done_on, found.status, found.breach, found.days_over) == (
                last, last + DAY, acted_on, status, status == "premature", None,
            ), (on, found)  # fmt: skip


@each("telling", WINDOWS, ids=str)
def test_a_window_is_open_on_its_last_day_and_kept_from_the_next(telling: Telling):
    for on in HARD_DAYS:
        last = telling.last_day(on)
        known_on = max(fact.on for fact in telling.chronology(on))
        for as_of, status in ((last, "open"), (last + DAY, "met")):
            if as_of >= known_on:
                found = telling.not_done(on, as_of)
                assert (found.due_on, found.status, found.breach) == (last, status, False), (on, as_of, found)


# Law that was other law once, or will be


BESIDE = [
    (telling, version)
    for telling in TELLINGS
    if not telling.also
    for version in telling.start.rule.version
    if version.in_force_from > EVERY_DAY[0] or (version.in_force_to or dt.date.max) < EVERY_DAY[-1]
]
"""Every version that was law before the two years, or comes after them, or within."""


def time_of(version: Version) -> list[dt.date]:
    """The first hundred days of its time, and the last hundred if it has ended."""
    first, last = version.in_force_from, version.in_force_to
    days = {first + n * DAY for n in range(100)}
    if last is not None:
        days = {day for day in days if day <= last} | {max(first, last - n * DAY) for n in range(100)}
    return sorted(days)


@each(("telling", "version"), BESIDE, ids=str)
def test_a_version_of_other_words_holds_in_its_own_time(telling: Telling, version: Version):
    for on in time_of(version):
        last = telling.last_day(on)
        if version.is_window:
            assert telling.done(on, last).status == too_early(telling.start), on
            assert telling.done(on, last + DAY).status == "met", on
            continue
        assert (telling.done(on, last).status, telling.done(on, last + DAY).status) == ("met", "late"), on
        found = telling.not_done(on, max(last + DAY, *(fact.on for fact in telling.chronology(on))))
        assert (found.due_on, found.status) == (last, undone(telling.start)), on


@each("telling", [telling for telling in TELLINGS if not telling.also], ids=str)
def test_the_law_begins_on_its_first_day_and_gives_no_date_on_the_day_before(telling: Telling):
    first = telling.start.rule.version[0].in_force_from
    assert telling.not_done(first, LATER).due_on == telling.last_day(first)
    assert dates_of(telling, first - DAY) == []
    # Where the limit had a rule of other words before, that one gives the date.
    if not any(
        rule.clock == telling.start.rule.clock and rule.in_force(first - DAY) for rule in telling.start.limit.rule
    ):
        assert "no_law_in_force" in codes(Case("a", tuple(telling.chronology(first - DAY))))


@each("telling", [telling for telling in TELLINGS if telling not in STANDING], ids=str)
def test_a_rule_that_has_ended_gives_no_date_from_the_day_after(telling: Telling):
    ended_on = telling.start.rule.version[-1].in_force_to
    assert ended_on is not None
    assert dates_of(telling, ended_on) == [telling.last_day(ended_on)]
    assert dates_of(telling, ended_on + DAY) == []


def dates_of(telling: Telling, on: dt.date) -> list[dt.date | None]:
    """The dates that the rule gives when its clock starts on a day on which it may not be law."""
    judged = deadlines_of(Case("a", tuple(telling.chronology(on))), LATER, calendars=CALENDARS)
    return [deadline.due_on for deadline in judged if deadline.derivation.rule is telling.start.rule]
