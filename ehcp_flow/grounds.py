"""Why the recorded facts of an exception make out its ground for one limit, or do not, in words.

The kernel tests them; this says what it looked at. Only facts are checked. Whether they made compliance impractical is
a person's judgement: the record of it is the `reason` of the fact, and an exception without one is named as such.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final, get_args

from ehcp_flow.closed import complete
from ehcp_flow.counting import ONE_DAY
from ehcp_flow.dates import say
from ehcp_flow.engine import kernel
from ehcp_flow.engine.judged_case import JudgedCase
from ehcp_flow.engine.numbers import as_date
from ehcp_flow.facts import ExceptionRecorded
from ehcp_flow.law.ground import ExceptionUse, Ground, GroundTest
from ehcp_flow.law.model import Rulebook
from ehcp_flow.nouns import count

__all__ = ["GroundChecked", "allows", "check_grounds"]


@dataclass(frozen=True, slots=True)
class GroundChecked:
    """One ground considered for one deadline.

    `fact` is the exception that was recorded, or None if none was; `holds` whether its facts make out the ground;
    `says` why, in words; `use` where the law allows it. `not_checked` says what of it neither the record nor a calendar
    at hand could show; such an exception excuses.
    """

    use: ExceptionUse
    ground: Ground
    fact: ExceptionRecorded | None
    holds: bool
    says: str
    not_checked: str = ""

    @property
    def judged(self) -> bool:
        """Whether somebody recorded why compliance was impractical."""
        return bool(self.fact is not None and self.fact.reason)


def check_grounds(judged: JudgedCase, row: int) -> list[GroundChecked]:
    """Return every ground that the law allows for a deadline, each with each exception recorded on it, checked.

    Whether a ground holds is what the kernel says; the words say what it looked at.
    """
    if judged.value(kernel.LAST, row) == kernel.NO_DAY:
        return []
    laid_out = judged.laid_out
    law, _, facts, found = laid_out
    if not found.exceptions:
        return []
    checked: list[GroundChecked] = []
    first = law.rule_uses_at[judged.value(kernel.RULE, row)]
    for at, use in enumerate(judged.rule(row).rule.exceptions, first):
        number = law.uses[at]
        ground = judged.book.rulebook.grounds[use.ground]
        claimed = False
        for place in found.exception[: found.exceptions]:
            if not kernel.is_claimed(law, facts, found, row, number, place):
                continue
            claimed = True
            verdict = laid_out.ask(partial(_test, row, number, place))
            fact, against = judged.facts[place], _Against(judged, row, number, place)
            says = _SAYS[ground.test](ground, fact, verdict, against)
            holds = verdict == kernel.HOLDS
            checked.append(GroundChecked(use, ground, fact, holds, says, against.not_checked(ground) if holds else ""))
        if not claimed:
            checked.append(GroundChecked(use, ground, None, holds=False, says="no such exception is recorded"))
    return checked


def _test(row: int, ground: int, place: int, law: Any, days: Any, facts: Any, found: Any) -> int:
    verdict: int = kernel.test(law, days, facts, found, row, ground, place)
    return verdict


class _Against:
    """What an exception is held against, for the words: a limit's period, and the advice asked for while it ran."""

    def __init__(self, judged: JudgedCase, row: int, ground: int, place: int) -> None:
        law, _, _, found = judged.laid_out
        self.ground = ground
        self.place = place
        self.judged = judged
        self.first = as_date(kernel.first_day(law, found, row))
        self.last = as_date(judged.value(kernel.LAST, row))
        self.since = as_date(judged.laid_out.ask(lambda law, days, _, found: kernel.open_since(law, days, found, row)))
        self.done = judged.fact(kernel.DONE_AT, row)
        run = range(judged.value(kernel.STARTED, row), judged.value(kernel.STOP, row))
        self.requests = [judged.facts[place] for place in run if judged.facts[place].event == "advice_requested"]

    @property
    def period(self) -> str:
        """The period of the limit."""
        return f"{say(self.first)} to {say(self.last)}"

    @cached_property
    def closing(self) -> tuple[dt.date, dt.date, dt.date | None]:
        """A closing by the calendar of its place: its first day, its re-opening, and a day on which it was open."""
        law, counted, facts, _ = self.judged.laid_out
        days, ground = counted.days, self.ground
        on, until = facts.on[self.place], kernel.until_of(facts, self.place)
        party = kernel.closed_party(law, facts, ground, self.place)
        first = self.judged.laid_out.ask(
            lambda law, days, facts, found: kernel.shut_from(law, days, facts, found, ground, party, on, until)
        )
        spells = range(*days.open_at[facts.institution[party + 1] :][:2])
        inside = (max(days.open_from[at], on) for at in spells if days.open_to[at] >= on)
        open_on = next((as_date(day) for day in inside if day < until), None)
        return as_date(first), as_date(kernel.shut_to(days, facts, party, first, until)), open_on

    def not_checked(self, ground: Ground) -> str:
        """Return what of an exception that excuses could not be checked."""
        if ground.test != "closure":
            return ground.not_checked
        first, reopens, _ = self.closing
        party = self.judged.facts[self.place].party
        place = self.judged.calendars.institution(party or ground.adviser)
        if place is None:
            return f"no calendar of {party or 'the institution'} is at hand, which could show that it was closed"
        if place.knows(first, reopens - ONE_DAY):
            return ""
        return f"the calendar of {place.id} is known from {say(place.known_from)} to {say(place.known_to)} only"


def _of_closure(ground: Ground, fact: ExceptionRecorded, verdict: int, against: _Against) -> str:
    if fact.until is None:
        return f"the closing from {say(fact.on)} has no day of re-opening (until), so its length is not known"
    length = f"closed from {say(fact.on)} to re-open on {say(fact.until)}, {count((fact.until - fact.on).days, 'day')}"
    if verdict == kernel.TOO_SHORT:
        return f"{length}: less than {ground.least}"
    first, reopens, open_on = against.closing
    if open_on is not None:
        left = f"not closed for {ground.least} on end"
        if verdict != kernel.WAS_OPEN:
            left = f"closed from {say(first)} to {say(reopens)}"
        length += f"; by its calendar {fact.party or ground.adviser} was open on {say(open_on)}, and {left}"
    if verdict == kernel.BEGAN_LATER:
        return f"{length}: it began after the last lawful day, {say(against.last)}"
    return length if verdict == kernel.WAS_OPEN else f"{length}; {_asked(ground, fact, verdict, against)}"


def _asked(ground: Ground, fact: ExceptionRecorded, verdict: int, against: _Against) -> str:
    """Say whether advice was asked of a place that closed, in the time that counts."""
    first, reopens, _ = against.closing
    opens = ground.margin.before(first, against.judged.calendars)
    shuts = ground.margin.before(reopens, against.judged.calendars)
    window = f"advice had to be asked from {say(opens)} to {say(shuts)}"
    # Where the record names no institution, any of its kind is meant.
    asked = [request for request in against.requests if request.party == (fact.party or ground.adviser)]
    if verdict == kernel.HOLDS:
        inside = next(request for request in asked if opens <= request.on)
        return f"{window}, and was asked of {inside.party} on {say(inside.on)}"
    if asked:
        return f"{window}, but was asked of {asked[0].party} on {say(asked[0].on)}"
    unnamed = next((request for request in against.requests if request.party == ground.adviser), None)
    if unnamed is not None:
        return (
            f"advice was asked of {unnamed.party} on {say(unnamed.on)}, but the record does not say that "
            f"this was {fact.party}: give the request that party"
        )
    return f"{window}, and no request to {fact.party or ground.adviser} is recorded"


def _of_period(ground: Ground, fact: ExceptionRecorded, verdict: int, against: _Against) -> str:
    span = _span(fact.on, fact.on if ground.one_day and fact.until is None else fact.until)
    where = "it falls inside it" if verdict == kernel.HOLDS else "no day of it falls inside"
    return f"{span}; the period is {against.period}, and {where}"


def _of_absence(ground: Ground, fact: ExceptionRecorded, verdict: int, against: _Against) -> str:
    as_of = against.judged.as_of
    first = max(fact.on, against.first)
    last = min(day for day in (fact.until, against.last, as_of) if day is not None)
    days = max((last - first).days + 1, 0)
    so_far = " so far" if fact.until is None or fact.until > as_of else ""
    inside = count(days, f"day{so_far} falls", f"days{so_far} fall")
    enough = "at least" if verdict == kernel.HOLDS else "less than"
    return (
        f"{_span(fact.on, fact.until)}; the period is {against.period}, and {inside} inside it: {enough} {ground.least}"
    )


def _of_force(ground: Ground, fact: ExceptionRecorded, verdict: int, against: _Against) -> str:
    if verdict == kernel.NO_REASON:
        return "no reason is recorded, and the ground needs one"
    if verdict == kernel.HOLDS:
        return f"the act fell due on {say(against.last)}, while the ground was law, and a reason is recorded"
    until = ground.in_force_to
    span = f"{say(ground.in_force_from)} to {say(until)}" if until else f"{say(ground.in_force_from)} on"
    return f"the act fell due on {say(against.last)}, and the ground was law from {span} only"


def _of_limit(ground: Ground, fact: ExceptionRecorded, verdict: int, against: _Against) -> str:
    recorded = f"recorded for {say(fact.on)}"
    done = "" if against.done is None else say(against.done.on)
    return {
        kernel.HOLDS: f"{recorded}, for this limit",
        kernel.NO_LIMIT: "the record does not name this limit, and the ground holds only for a limit that it names",
        kernel.NO_REASON: "the record does not say what was agreed or directed (reason), and the ground needs it",
        kernel.BEFORE_CLOCK: f"{recorded}, before {say(against.since)}, when this clock began",
        kernel.AFTER_ACT: f"{recorded}, after it had been done on {done}",
    }[verdict]


def _span(on: dt.date, until: dt.date | None) -> str:
    if until is None:
        return f"recorded from {say(on)}, with no end"
    return f"recorded for {say(on)}" if until == on else f"recorded from {say(on)} to {say(until)}"


_SAYS: Final[Mapping[str, Callable[[Ground, ExceptionRecorded, int, _Against], str]]] = {
    "closure": _of_closure,
    "within_period": _of_period,
    "absence": _of_absence,
    "due_within_force": _of_force,
    "named": _of_limit,
}
complete(_SAYS, get_args(GroundTest), "tests of a ground in words")


def allows(exceptions: Iterable[ExceptionUse], fact: ExceptionRecorded, rulebook: Rulebook) -> bool:
    """Return whether one of the exceptions that a rule allows is of the ground that was recorded."""
    return any(rulebook.grounds[use.ground].outcome == fact.outcome for use in exceptions)
