"""What a deadline was computed from, read out of the row that the kernel gave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol

from ehcp_flow.dates import ordinary
from ehcp_flow.engine import kernel
from ehcp_flow.engine.judged_case import AtEarliest, JudgedCase
from ehcp_flow.engine.numbers import as_date, as_day
from ehcp_flow.facts import Fact
from ehcp_flow.grounds import GroundChecked, check_grounds
from ehcp_flow.law.clock import Clock, Deemed
from ehcp_flow.law.cohort import Cohort
from ehcp_flow.law.model import ActInQuestion, GivesWay, Limit, Rule
from ehcp_flow.law.version import Count, Reading, Version

__all__ = ["Derivation", "Explicable"]


class ClockRun(NamedTuple):
    """One run of a clock: the places of the fact that started it, and before which a fact can discharge it."""

    start: int
    stop: int
    party: str | None


class CountedPeriod(NamedTuple):
    """One period counted: the day it was counted from, the fact that gave that day, and the field of the fact."""

    period: Count
    on: dt.date
    fact: Fact
    field: str


class Derivation:
    """What a deadline was computed from, read out of the row that the kernel gave.

    `done`, `implied`, `ended` and `superseded` are the facts that discharged the limit, showed that it was done, made
    it fall away, or started the clock anew; `resumed` the fact that set its ended clock going again.
    """

    __slots__ = ("judged", "row")

    def __init__(self, judged: JudgedCase, row: int) -> None:
        self.judged = judged
        self.row = row

    @property
    def as_of(self) -> dt.date:
        """The day for which it was computed."""
        return self.judged.as_of

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts of the case that count on that day."""
        return self.judged.facts

    @property
    def start(self) -> Fact:
        """The fact that started the clock."""
        return self.judged.facts[self.judged.value(kernel.STARTED, self.row)]

    @property
    def run(self) -> ClockRun:
        """The run of the clock."""
        value, row = self.judged.value, self.row
        return ClockRun(value(kernel.STARTED, row), value(kernel.STOP, row), self.judged.party(row))

    @property
    def clock(self) -> Clock:
        """The clock."""
        return self.judged.rule(self.row).clock

    @property
    def limit(self) -> Limit:
        """The time limit."""
        return self.judged.rule(self.row).limit

    @property
    def rule(self) -> Rule:
        """The rule of the limit."""
        return self.judged.rule(self.row).rule

    @property
    def named(self) -> Limit | None:
        """The limit that the starting fact names, where what is due is due by that."""
        limits = self.judged.book.rulebook.limits
        return limits[self.start.__dict__["limit"]] if self.rule.done_as_named else None

    @property
    def acts(self) -> Sequence[Rule]:
        """The rules whose acts discharge the limit: its own, or those of the limit that is named."""
        return (self.rule,) if self.named is None else self.named.rule

    @property
    def source(self) -> str | None:
        """What the record gives as the citation, where the limit rests on that."""
        return self.start.reason if self.rule.cited_by_reason else None

    @property
    def version(self) -> Version:
        """The version of the rule that applies."""
        return self.judged.version(self.row)

    @property
    def done(self) -> Fact | None:
        """The fact that discharged the limit."""
        return self.judged.fact(kernel.DONE_AT, self.row)

    @property
    def implied(self) -> Fact | None:
        """The fact that shows that it was done, and not when."""
        return self.judged.fact(kernel.IMPLIED_AT, self.row)

    @property
    def ended(self) -> Fact | None:
        """The fact that made the limit fall away."""
        return self.judged.fact(kernel.ENDED_AT, self.row)

    @property
    def superseded(self) -> Fact | None:
        """The fact that started the clock anew."""
        return self.judged.fact(kernel.SUPERSEDED, self.row)

    @property
    def resumed(self) -> Fact | None:
        """The fact that set the ended clock going again."""
        return self.judged.fact(kernel.RESUMED_AT, self.row)

    @property
    def outgrown(self) -> dt.date | None:
        """The last day of somebody's age on which the limit could run, where that ended its time; else None."""
        last = self.judged.value(kernel.OUTGROWN, self.row)
        return None if last < 0 else as_date(last)

    @property
    def is_aged(self) -> bool:
        """Whether the ages of the clock hold of what started it here."""
        only = self.clock.ages_for
        return not only or self.judged.is_one_of(self.run.start, only)

    @property
    def _ages(self) -> str:
        return "" if self.is_aged else "_others"

    @property
    def last_of_age(self) -> dt.date | None:
        """The last day of somebody's age on which the limit can run, whether it has come or not; None where none is."""
        over = self.judged.laid_out.ask(partial(_too_old_from, self.judged.book.clocks[self.clock.id], self._ages))
        return None if over == kernel.NO_DAY else as_date(over - 1)

    @property
    def ended_on(self) -> dt.date | None:
        """The day on which the time of the limit ended, by a fact or by age; None where that of a right ran out."""
        cause, outgrown = self.cause, self.outgrown
        if outgrown is None:
            return None if cause is None else ordinary(cause.on)
        last = self.judged.value(kernel.LAST, self.row)
        return None if self.rule.right and last != kernel.NO_DAY and outgrown > as_date(last) else outgrown

    @property
    def cause(self) -> Fact | None:
        """The fact that ended the time of the limit; None where the time of a right had run out before."""
        cause, last = self.ended or self.superseded, self.judged.value(kernel.LAST, self.row)
        if cause is not None and self.rule.right and last != kernel.NO_DAY and cause.on > as_date(last):
            return None
        return cause

    @property
    def protected(self) -> tuple[Fact, Fact | None] | None:
        """The fact that keeps a window open, and the fact that ends it."""
        begun = self.judged.fact(kernel.KEPT_OPEN_BY, self.row)
        return None if begun is None else (begun, self.judged.fact(kernel.KEPT_OPEN_TO, self.row))

    @property
    def at_earliest(self) -> AtEarliest | None:
        """How it would stand if what is known to its month alone had been as early as it can have been."""
        return self.judged.at_earliest.get(self.row)

    @property
    def counted(self) -> tuple[CountedPeriod, ...]:
        """The periods that were counted, of which the latest gives the last lawful day."""
        judged, row = self.judged, self.row
        law, _, facts, found = judged.laid_out
        counted = []
        first = law.version_counts_at[judged.value(kernel.VERSION, row)]
        start, stop = judged.value(kernel.STARTED, row), judged.value(kernel.STOP, row)
        for number, count in enumerate(self.version.counts, first):
            place = kernel.counted_from(law, facts, found, number, start, stop)
            if place >= 0:
                fields = judged.book.field_lists[kernel.fields_of(law, number, place, start)]
                counted.append(CountedPeriod(count, *_day_of(judged.facts[place], fields)))
        return tuple(counted)

    @property
    def fixed_day(self) -> tuple[str, dt.date] | None:
        """How the day counted from is told and which it is, where the start does not say it: served on, or ordered."""
        first = next(iter(self.counted), None)
        if first is None or (self.named is None and first.field == "on"):
            return None
        told = f"counted from {first.field.replace('_', ' ')}," if self.named is None else "the day fixed is"
        return told, first.on

    def began(self, said: Callable[[dt.date], str]) -> str:
        """Return the day of the fact that started it, and behind it the day counted from, where that is another."""
        told, day = self.fixed_day or ("", self.start.on)
        return said(self.start.on) + (f"; {told} {said(day)}" if day != self.start.on else "")

    @property
    def cohorts(self) -> tuple[tuple[Cohort, dt.date | None], ...]:
        """The cohorts of the rule and of its version, each with the day by which this case is told, if there is one."""
        tables = self.judged.book.tables
        number, version = self.judged.value(kernel.RULE, self.row), self.judged.value(kernel.VERSION, self.row)
        firsts = tables["rule_cohorts_at"][number], tables["version_cohorts_at"][version]
        return tuple(
            (cohort, self._day_of_cohort(first + place, cohort))
            for first, cohorts in zip(firsts, (self.rule.cohorts, self.version.applies_to), strict=True)
            for place, cohort in enumerate(cohorts)
        )

    @property
    def spared(self) -> tuple[Version, ...]:
        """The later versions that were law when the clock started, and whose transitional clause leaves it out."""
        base = as_date(self.judged.value(kernel.BASE, self.row))
        own = self.version.in_force_from
        return tuple(each for each in self.rule.version if own < each.in_force_from <= base)

    def _day_of_cohort(self, number: int, cohort: Cohort) -> dt.date | None:
        judged, row = self.judged, self.row
        if cohort.turns is not None and judged.laid_out.found.born == kernel.NO_DAY:
            return None
        of = (judged.value(column, row) for column in (kernel.STARTED, kernel.STOP, kernel.BASE))
        day = judged.laid_out.ask(partial(_day_of_cohort, number, tuple(of)))
        return None if day == kernel.NO_DAY else as_date(day)

    @property
    def unborn(self) -> bool:
        """Whether whom the limit is for hangs on a date of birth that is not on record."""
        return self.judged.value(kernel.LEAVES_OPEN, self.row) == kernel.UNBORN

    @property
    def grounds(self) -> Sequence[GroundChecked]:
        """Every ground that the law allows, each with each exception recorded on it, checked."""
        return check_grounds(self.judged, self.row)

    @property
    def readings(self) -> Sequence[tuple[Reading, dt.date | None]]:
        """The other readings, each with its last lawful day; None where it says nothing of this deadline."""
        judged, row = self.judged, self.row
        version = judged.value(kernel.VERSION, row)
        first = judged.laid_out.law.version_readings_at[version]
        found = []
        for number, reading in enumerate(judged.book.readings[version], first):
            day = judged.laid_out.ask(partial(_last_day_by, number, row))
            found.append((reading, None if day == kernel.NO_DAY else as_date(day)))
        return found

    @property
    def claimed(self) -> bool:
        """Whether an exception is recorded on a ground that the law allows."""
        return self.judged.value(kernel.EXCUSES, self.row) >= 0

    @property
    def stray(self) -> Fact | None:
        """The last act without a party that may be the one asked for, where several duties are open."""
        if self.judged.value(kernel.LEAVES_OPEN, self.row) != kernel.WHOSE:
            return None
        places = reversed(range(self.run.start + 1, self.run.stop))
        acts = tuple(act for rule in self.acts for act in rule.done_by)
        return next(self.facts[at] for at in places if self.facts[at].party is None and self.judged.is_one_of(at, acts))

    @property
    def doubted(self) -> tuple[Fact, ActInQuestion] | None:
        """What discharged the limit and asks for a look, and why."""
        if self.judged.value(kernel.LEAVES_OPEN, self.row) != kernel.DOUBTED:
            return None
        done = self.judged.value(kernel.DONE_AT, self.row)
        asked = self.rule.questions
        named = (each for each in asked if self.judged.is_one_of(done, each.done_by))
        return self.facts[done], next(named, asked[0])

    @property
    def doubted_later(self) -> tuple[Fact, ActInQuestion] | None:
        """What came after the act that discharged the limit and asks for a look, and why."""
        if self.judged.value(kernel.LEAVES_OPEN, self.row) != kernel.DOUBTED_LATER:
            return None
        question = next(each for each in self.rule.questions if each.later)
        places = range(self.judged.value(kernel.DONE_AT, self.row) + 1, len(self.facts))
        due = self.judged.value(kernel.LAST, self.row)
        place = next(
            at for at in places if as_day(self.facts[at].on) > due and self.judged.is_one_of(at, question.later)
        )
        return self.facts[place], question

    @property
    def gave_way(self) -> GivesWay | None:
        """To what the missed limit gave way, and what a person must judge of that; None where it did not."""
        leaves = self.judged.value(kernel.LEAVES_OPEN, self.row)
        return self.rule.yields_to if leaves == kernel.GAVE_WAY else None

    @property
    def deemed(self) -> Deemed | None:
        """What the rulebook takes the fact as that discharged the limit or showed that it was; None as what it is."""
        judged, turned = self.judged, self.judged.book.turned
        done = judged.value(kernel.DONE_AT, self.row)
        if done < 0:
            acts = tuple(act for rule in self.acts for act in rule.implied_by)
        else:
            acts = tuple(act for rule in self.acts for act in (*rule.done_by, *rule.done_after_first_by))
        taken = judged.taken[judged.value(kernel.IMPLIED_AT, self.row) if done < 0 else done]
        if taken in turned.plain(acts):
            return None
        every = judged.book.rulebook.deemed.values()
        return next((each for each in every if taken in turned.plain(each.facts)), None)

    @property
    def never_owed(self) -> bool:
        """Whether what made the limit fall away shows that the act was never owed."""
        judged, rule, ended = self.judged, self.rule, self.judged.value(kernel.ENDED_AT, self.row)
        if ended < 0 or not judged.is_one_of(ended, rule.never_owed_by):
            return False
        return not any(judged.is_one_of(place, rule.owed_by) for place in range(self.run.start + 1, ended))

    @property
    def carried_on(self) -> bool:
        """Whether what ended the limit handed the duty on to another one, in which the same time runs."""
        ended = self.judged.value(kernel.ENDED_AT, self.row)
        return ended >= 0 and self.judged.is_one_of(ended, self.rule.carried_on_by)


def _last_day_by(number: int, row: int, law: Any, days: Any, facts: Any, found: Any) -> int:
    day: int = kernel.last_day_by(law, days, facts, found, number, row)
    return day


def _day_of_cohort(cohort: int, of: tuple[int, ...], law: Any, days: Any, facts: Any, found: Any) -> int:
    day: int = kernel.day_of_cohort(law, days, facts, found, cohort, *of)
    return day


def _too_old_from(clock: int, ages: str, law: Any, days: Any, _: Any, found: Any) -> int:
    turns, kept = (getattr(law, f"clock_{each}{ages}")[clock] for each in ("turns", "kept"))
    day: int = kernel.too_old_from(days, found, turns, kept)
    return day


def _day_of(fact: Fact, fields: Sequence[str]) -> tuple[dt.date, Fact, str]:
    """Return the first of the date fields that is filled, and its day; `on` always is."""
    return next((ordinary(day), fact, field) for field in (*fields, "on") if (day := fact.day(field)) is not None)


class Explicable(Protocol):
    """What must be known of a deadline to explain it; `Deadline` says what each means."""

    @property
    def case_id(self) -> str: ...
    @property
    def authority(self) -> str | None: ...
    @property
    def limit(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def citation(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def party(self) -> str | None: ...
    @property
    def starts_on(self) -> dt.date: ...
    @property
    def due_on(self) -> dt.date | None: ...
    @property
    def status(self) -> str: ...
    @property
    def days_over(self) -> int | None: ...
    @property
    def due_on_earliest(self) -> dt.date | None: ...
    @property
    def is_uncertain(self) -> bool: ...
    @property
    def done_on(self) -> dt.date | None: ...
    @property
    def ended_on(self) -> dt.date | None: ...
    @property
    def contested_by(self) -> tuple[str, ...]: ...
    @property
    def excused_by(self) -> tuple[str, ...]: ...
    @property
    def breach(self) -> bool: ...
    @property
    def derivation(self) -> Derivation: ...
