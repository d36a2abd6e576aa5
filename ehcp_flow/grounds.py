"""Whether the recorded facts of an exception make out its ground for one limit.

Only facts are checked. Whether they made compliance impractical is a person's judgement: the record of it is the
`reason` of the fact, and an exception without one is named as such.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ehcp_flow.calendars import Calendars
from ehcp_flow.dates import say
from ehcp_flow.facts import ExceptionRecorded, Fact
from ehcp_flow.law.ground import ExceptionUse, Ground
from ehcp_flow.law.model import Rulebook

__all__ = ["GroundChecked", "Stretch", "check_grounds"]

ONE_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What an exception is checked against: a limit's period, its last lawful day, and the advice asked for.

    `since` is the first day on which the act could be done, or something else be agreed; `done` the day it was done.
    """

    limit: str
    since: dt.date
    first: dt.date
    last: dt.date
    done: dt.date | None
    as_of: dt.date
    party: str | None
    is_advice: bool
    requests: Sequence[Fact]
    calendars: Calendars


@dataclass(frozen=True, slots=True)
class GroundChecked:
    """One ground considered for one deadline.

    `fact` is the exception that was recorded, or None if none was; `holds` whether its facts make out the ground;
    `says` why, in words; `use` where the law allows it.
    """

    use: ExceptionUse
    ground: Ground
    fact: ExceptionRecorded | None
    holds: bool
    says: str

    @property
    def judged(self) -> bool:
        """Whether somebody recorded why compliance was impractical."""
        return bool(self.fact is not None and self.fact.reason)


def check_grounds(
    uses: Sequence[ExceptionUse], recorded: Sequence[ExceptionRecorded], against: Stretch, rulebook: Rulebook
) -> list[GroundChecked]:
    """Return every ground that the law allows for a limit, each with each exception recorded on it, checked."""
    checked = []
    for use in uses:
        ground = rulebook.grounds[use.ground]
        claimed = [fact for fact in recorded if _claimed(fact, ground, against)]
        if not claimed:
            checked.append(GroundChecked(use, ground, None, holds=False, says="no such exception is recorded"))
        for fact in claimed:
            holds, says = _TESTS[ground.test](ground, fact, against)
            checked.append(GroundChecked(use, ground, fact, holds, says))
    return checked


def _claimed(fact: ExceptionRecorded, ground: Ground, against: Stretch) -> bool:
    if fact.outcome != ground.outcome or fact.limit not in (None, against.limit):
        return False
    return not (against.is_advice and fact.party and fact.party != against.party)


def _closure(ground: Ground, fact: ExceptionRecorded, against: Stretch) -> tuple[bool, str]:  # noqa: PLR0911 - a reason each
    """Closed for long enough, and advice asked from a margin before closing to the same margin before re-opening."""
    if fact.until is None:
        return False, f"the closing from {say(fact.on)} has no day of re-opening (until), so its length is not known"
    length = f"closed from {say(fact.on)} to re-open on {say(fact.until)}, {(fact.until - fact.on).days} days"
    if fact.until < ground.least.after(fact.on, against.calendars):
        return False, f"{length}: less than {ground.least}"
    if fact.on > against.last:
        return False, f"{length}: it began after the last lawful day, {say(against.last)}"
    opens = ground.margin.before(fact.on, against.calendars)
    shuts = ground.margin.before(fact.until, against.calendars)
    window = f"advice had to be asked from {say(opens)} to {say(shuts)}"
    asked = [request for request in against.requests if _asked_of(request, fact, ground)]
    inside = next((request for request in asked if opens <= request.on <= min(shuts, against.last)), None)
    if inside is not None:
        return True, f"{length}; {window}, and was asked of {inside.party} on {say(inside.on)}"
    if asked:
        return False, f"{length}; {window}, but was asked of {asked[0].party} on {say(asked[0].on)}"
    unnamed = next((request for request in against.requests if request.party == ground.adviser), None)
    if unnamed is not None:
        return False, (
            f"{length}; advice was asked of {unnamed.party} on {say(unnamed.on)}, but the record does not say that "
            f"this was {fact.party}: give the request that party"
        )
    return False, f"{length}; {window}, and no request to {fact.party or ground.adviser} is recorded"


def _asked_of(request: Fact, closure: Fact, ground: Ground) -> bool:
    """Whether a request went to the institution that closed; where none is named, to any of its kind."""
    return request.party == (closure.party or ground.adviser)


def _within_period(ground: Ground, fact: ExceptionRecorded, against: Stretch) -> tuple[bool, str]:
    """Some day of the ground lies inside the limit's period."""
    until = fact.on if ground.one_day and fact.until is None else fact.until
    span = _span(fact.on, until)
    period = _period(against)
    if fact.on <= against.last and (until is None or until >= against.first):
        return True, f"{span}; the period is {period}, and it falls inside it"
    return False, f"{span}; the period is {period}, and no day of it falls inside"


def _absence(ground: Ground, fact: ExceptionRecorded, against: Stretch) -> tuple[bool, str]:
    """At least so long without a break, inside the limit's period."""
    first = max(fact.on, against.first)
    last = min(day for day in (fact.until, against.last, against.as_of) if day is not None)
    days = max((last - first).days + 1, 0)
    enough = last + ONE_DAY >= ground.least.after(first, against.calendars)
    so_far = " so far" if fact.until is None or fact.until > against.as_of else ""
    verdict = "at least" if enough else "less than"
    return enough, (
        f"{_span(fact.on, fact.until)}; the period is {_period(against)}, and {days} days{so_far} fall inside it: "
        f"{verdict} {ground.least}"
    )


def _due_within_force(ground: Ground, fact: ExceptionRecorded, against: Stretch) -> tuple[bool, str]:
    """The act fell due while the ground was law, and a reason is recorded."""
    until = ground.in_force_to
    if against.last < ground.in_force_from or (until is not None and against.last > until):
        span = f"{say(ground.in_force_from)} to {say(until)}" if until else f"{say(ground.in_force_from)} on"
        return False, f"the act fell due on {say(against.last)}, and the ground was law from {span} only"
    if not fact.reason:
        return False, "no reason is recorded, and the ground needs one"
    return True, f"the act fell due on {say(against.last)}, while the ground was law, and a reason is recorded"


def _named(_: Ground, fact: ExceptionRecorded, against: Stretch) -> tuple[bool, str]:
    """The record names the limit, says what was agreed or directed, and came while this clock ran."""
    if fact.limit is None:
        return False, "the record does not name this limit, and the ground holds only for a limit that it names"
    if not fact.reason:
        return False, "the record does not say what was agreed or directed (reason), and the ground needs it"
    if fact.on < against.since:
        return False, f"recorded for {say(fact.on)}, before {say(against.since)}, when this clock began"
    if against.done is not None and fact.on > against.done:
        return False, f"recorded for {say(fact.on)}, after it had been done on {say(against.done)}"
    return True, f"recorded for {say(fact.on)}, for this limit"


def _span(on: dt.date, until: dt.date | None) -> str:
    if until is None:
        return f"recorded from {say(on)}, with no end"
    return f"recorded for {say(on)}" if until == on else f"recorded from {say(on)} to {say(until)}"


def _period(against: Stretch) -> str:
    return f"{say(against.first)} to {say(against.last)}"


_TESTS: Final[Mapping[str, Callable[[Ground, ExceptionRecorded, Stretch], tuple[bool, str]]]] = {
    "closure": _closure,
    "within_period": _within_period,
    "absence": _absence,
    "due_within_force": _due_within_force,
    "named": _named,
}
