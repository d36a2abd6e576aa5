"""How a deadline came about, step by step: what a caseworker can paste into a letter and a lawyer can check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final, get_args

from ehcp_flow.closed import complete
from ehcp_flow.counting import ONE_DAY, Convention, SchoolDays, Terms, TribunalDayCount, WorkingDayCount, period_of
from ehcp_flow.dates import say
from ehcp_flow.derivation import Derivation, Explicable
from ehcp_flow.explanation_outcome import ExplanationStep, acted, describe, excepted, if_earlier, result, sentence
from ehcp_flow.facts import Fact
from ehcp_flow.law.model import Limit
from ehcp_flow.law.parts import EVIDENCE, Kind
from ehcp_flow.law.version import AwaitedFact, Count

__all__ = ["explain", "is_extrapolated", "what_is_missing"]


_RESUMED: Final = "The time that had ended goes on as if it had not"
"""What is said of a fact that set a clock going again, where its rulebook says nothing of it."""


def explain(deadline: Explicable) -> tuple[ExplanationStep, ...]:
    """Return the explanation of `deadline`, step by step, in the order in which a reader would check it."""
    return tuple(_steps(deadline))


def _steps(deadline: Explicable) -> Iterator[ExplanationStep]:
    derivation = deadline.derivation
    rule, version = derivation.rule, derivation.version
    trigger = derivation.start

    yield ExplanationStep("start", _started(deadline, trigger), deadline.starts_on)
    if deadline.is_uncertain:
        yield ExplanationStep("note", f"{sentence(if_earlier(deadline))}", deadline.due_on_earliest)
    if derivation.resumed is not None:
        resumption = derivation.clock.resumption
        says, cited = (_RESUMED, ()) if resumption is None else (resumption.says, resumption.citation)
        text = f"{sentence(describe(derivation.resumed))} {sentence(says)}"
        yield ExplanationStep("start", text, derivation.resumed.on, cited)
    yield ExplanationStep("rule", _rule(deadline), None, () if derivation.source else version.citation)
    yield from _counted(deadline)
    yield from acted(deadline)
    if rule.exceptions:
        yield from excepted(deadline)
    elif deadline.kind == "statutory":
        yield ExplanationStep("exception", "The law allows no exception to this limit.")
    yield ExplanationStep("result", result(deadline), derivation.as_of)
    yield from _readings(deadline)
    yield from _leads(deadline)
    yield from _bodies(deadline)
    for note in (derivation.limit.note, rule.note, version.note):
        if note:
            yield ExplanationStep("note", note)


def _readings(deadline: Explicable) -> Iterator[ExplanationStep]:
    """Say which days other readings give, and which of them decide otherwise whether there is a breach."""
    for reading, day in deadline.derivation.readings:
        contests = reading.name in deadline.contested_by
        counts = reading.counting is not None
        if day is None or not (counts or contests):
            continue
        text = f"Another reading, {reading.name}" + (f": {say(day)}." if counts else ".")
        text += f" {sentence(reading.says)}"
        if contests:
            text += " By that reading there is no breach." if deadline.breach else " By that reading this is a breach."
        yield ExplanationStep("reading", text, day if counts else None)


def _leads(deadline: Explicable) -> Iterator[ExplanationStep]:
    """Say by when something else has to be done, as long as the limit is open and that day is still to come."""
    derivation, due_on = deadline.derivation, deadline.due_on
    if due_on is None or deadline.status not in ("open", "overdue"):
        return
    for lead in derivation.rule.leads:
        by: dt.date = lead.before.before(due_on, derivation.judged.calendars)
        if by >= derivation.judged.as_of:
            yield ExplanationStep("note", f"{sentence(lead.says).rstrip('.')} by {say(by)}.", by)


def _bodies(deadline: Explicable) -> Iterator[ExplanationStep]:
    """Say who held each office that the rule speaks of, on the last lawful day."""
    derivation, due_on = deadline.derivation, deadline.due_on
    if due_on is None:
        return
    for body in derivation.judged.book.rulebook.bodies.values():
        held = body.on(due_on)
        if held is not None and body.is_spoken_of(derivation.rule.act, deadline.actor):
            verb = "was" if due_on < derivation.as_of else "is"
            yield ExplanationStep(
                "note", f"On {say(due_on)} the {body.title} {verb} the {held.name}.", due_on, held.citation
            )


def _started(deadline: Explicable, trigger: Fact) -> str:
    derivation = deadline.derivation
    text = f"What started it: {describe(trigger)}"
    first, *others = derivation.counted or (None,)
    if first is None:
        text += "; the day counted from is not on record"
    elif derivation.fixed_day is not None:
        told, day = derivation.fixed_day
        text += f"; {told} {say(day)}"
    for each in others:
        text += f"; and {describe(each.fact)}" + (
            f", counted from {each.field.replace('_', ' ')} {say(each.on)}" if each.field != "on" else ""
        )
    if trigger.recorded_at is not None:
        text += f"; recorded {trigger.recorded_at:%Y-%m-%d %H:%M} UTC"
        text += f" by {trigger.recorded_by}" if trigger.recorded_by else ""
    return f"{text}."


_OF_KIND: Final = {
    "statutory": "",
    "guidance": " This is guidance, not law: it cannot be breached.",
    "derived": " This follows from other limits and has no force of its own.",
    "local": " This is the authority's own target, not law.",
}


complete(_OF_KIND, get_args(Kind), "force of a kind of limit in words")


def _directed(deadline: Explicable, named: Limit) -> str:
    """Say what a day was fixed for, and by what."""
    source = deadline.derivation.source
    given = f"Source: {source}" if source else "What fixed the day is not recorded (reason)"
    verb = "must" if deadline.kind == "statutory" else "should"
    kind = "" if deadline.kind == "statutory" else " This is no law, and cannot be breached."
    return (
        f"The rule: the {deadline.actor} {verb} {deadline.derivation.rule.act}: "
        f"{named.title[:1].lower()}{named.title[1:]} ({named.id}). "
        f"{given}.{kind}"
    )


def _rule(deadline: Explicable) -> str:
    if deadline.derivation.named is not None:
        return _directed(deadline, deadline.derivation.named)
    version = deadline.derivation.version
    rule = deadline.derivation.rule
    force = f"in force since {say(version.in_force_from)}"
    if version.in_force_to is not None:
        force = f"in force from {say(version.in_force_from)} to {say(version.in_force_to)}"
    quoted = f' The words that decide the count: "{version.words}".' if version.words else ""
    kind = _OF_KIND[deadline.kind]
    otherwise = f", {rule.otherwise} and in any event within the time counted below" if rule.otherwise else ""
    checked = EVIDENCE[version.evidence] + (f"; {version.evidence_note}" if version.evidence_note else "")
    verb = "must" if deadline.kind in ("statutory", "derived") else "should"
    verb = "may" if rule.right else verb
    return (
        f"The rule: the {deadline.actor} {verb} {rule.act}{otherwise}. Source: {version.cited}, {force}.{quoted}{kind} "
        f"Evidence {version.evidence}: {checked}.{_asked(deadline.derivation)}{_cohorts(deadline.derivation)}"
    )


def _asked(derivation: Derivation) -> str:
    """Say whose body was asked for advice, and how that is known, where the rule depends on it."""
    if not (derivation.rule.by_body or derivation.rule.not_by_body):
        return ""
    start = derivation.start
    recorded = getattr(start, "body", None)
    asked = derivation.judged.book.rulebook.body_asked(start.party, recorded)
    party = str(start.party).replace("_", " ")
    if asked is None:
        return f" Whose body was asked the record does not say: {party} is no adviser of whom one is usual."
    how = "as recorded" if recorded is not None else f"the usual one of an adviser called {party}"
    return f" Whose body was asked: {asked.title}, {how}."


def _cohorts(derivation: Derivation) -> str:
    """Say whom the rule and its version are for, by which day this case is one of them, and what is for others."""
    told = []
    for cohort, day in derivation.cohorts:
        if day is None or (derivation.unborn and cohort.needs_birth):
            here = "which nobody knows without a date of birth"
        else:
            here = f"here that day is {say(day)}"
        told.append(f" It is for those where {cohort.said}; {here}.")
    for version in derivation.spared:
        others = " and ".join(cohort.said for cohort in version.applies_to)
        told.append(f" What is in force since {say(version.in_force_from)} is for those where {others}.")
    return "".join(told)


def what_is_missing(deadline: Explicable) -> str:
    """Return what the record lacks of a limit without a last lawful day, to be given: the term dates of whom."""
    derivation = deadline.derivation
    if derivation.unborn:
        return "the date of birth"
    if not derivation.counted:
        count = derivation.version.counts[0]
        return f"the {_from(count)}" if count.from_birth or count.counts_from_fact else f"the day ({_from(count)})"
    # Both are given by them.
    return f"the term dates of {deadline.party or 'the institution'}"


def _unknown(deadline: Explicable) -> str:
    """Say why a limit has no last lawful day."""
    derivation = deadline.derivation
    count = derivation.version.counts[0]
    how = f"How it is counted: {count.convention}."
    if derivation.unborn:
        return f"{how} Whether it is for this child hangs on the date of birth, which is not on record: record it."
    if not derivation.counted:
        return f"{how} The {_from(count)} is not on record, so no date can be given: record it."
    who = deadline.party or "the institution"
    what = f"The terms of {who}" if derivation.version.counts_terms else f"The days on which {who} is open"
    return f"{how} {what} are not known, so no date can be given: load its term dates."


def _counted(deadline: Explicable) -> Iterator[ExplanationStep]:
    derivation = deadline.derivation
    version = derivation.version
    if derivation.protected is not None:
        yield from _protected(derivation.protected, _awaited(derivation))
        return
    if deadline.due_on is None:
        yield ExplanationStep("count", _unknown(deadline))
        return
    lasts = []
    counted = derivation.counted
    for count, day, _, _ in counted:
        last = count.convention.last_day(day, derivation.judged.calendars, derivation.run.party)
        if last is not None:
            lasts.append(last)
            yield ExplanationStep("count", f"How it is counted: {count.convention.in_words(day, last)}.", last)
    if len(counted) > 1:
        yield ExplanationStep("count", f"The later of these counts: {say(max(lasts))}.", max(lasts))
    for count in version.counts:
        if not any(count == each.period for each in counted):
            awaited = _awaited(derivation) if count.awaited else None
            later = " The last lawful day may therefore be later." if count.needed or awaited else ""
            open_since = f" {sentence(awaited[1].says)}" if awaited else ""
            yield ExplanationStep(
                "count",
                f"Not counted, since the record does not give the day: {count.convention} {_from(count)}."
                f"{open_since}{later}",
            )
    unrolled = max(lasts)
    if version.roll != "none" and unrolled != deadline.due_on:
        why = version.why_rolled(unrolled, derivation.judged.calendars)
        yield ExplanationStep(
            "calendar", f"{say(unrolled)} is moved to {say(deadline.due_on)}: {why}.", deadline.due_on
        )
    elif version.roll == "none":
        closed = derivation.judged.calendars.working.why_closed(deadline.due_on)
        if closed and not any(_uses_calendar(count.convention) for count in version.counts):
            yield ExplanationStep(
                "calendar",
                f"{say(deadline.due_on)} is not a working day ({closed}). The regulations move nothing to the next "
                "working day: the last lawful day stays.",
                deadline.due_on,
            )
    yield from _calendared(deadline, deadline.due_on)
    authority = deadline.authority
    if authority and derivation.judged.calendars.office_closed(authority, deadline.due_on):
        open_day = derivation.judged.calendars.last_open_day(authority, deadline.due_on)
        yield ExplanationStep(
            "calendar",
            f"The authority's office is closed on that day; it is last open on {say(open_day)}. This does not move the "
            "limit.",
            open_day,
        )


def _calendared(deadline: Explicable, due_on: dt.date) -> Iterator[ExplanationStep]:
    """Say which bank holidays were changed by hand, and that later ones may still be proclaimed, where they count."""
    counted = _days_counted(deadline)
    working_days = deadline.derivation.judged.calendars.working
    for changed in () if counted is None else working_days.changes.between(*counted):
        yield ExplanationStep("calendar", f"Counted with a bank holiday changed by hand: {changed}.", due_on)
    if is_extrapolated(deadline):
        horizon = working_days.published_to
        yield ExplanationStep(
            "calendar",
            f"Bank holidays are published up to {say(horizon)}; beyond that day the calendar is extrapolated, and this "
            "date may change.",
            horizon,
        )


def _awaited(derivation: Derivation) -> tuple[Fact, AwaitedFact] | None:
    """Return the fact, in its time, which shows that what a period counts from may still come, and why; None else."""
    judged, facts, run = derivation.judged, derivation.facts, derivation.run
    counted = {each.period: each.on for each in derivation.counted}
    base = min(counted.values(), default=derivation.start.on)
    for awaited in (count.awaited for count in derivation.version.counts if count not in counted):
        if awaited is None or run.stop < len(facts):
            continue
        last = awaited.convention.last_day(base, judged.calendars)
        place = next((at for at in range(run.start + 1, run.stop) if judged.is_one_of(at, awaited.after)), None)
        if place is not None and last is not None and facts[place].on <= last:
            return facts[place], awaited
    return None


def _from(count: Count) -> str:
    if count.from_birth:
        return "date of birth"
    if count.counts_from_fact:
        return " or ".join(str(pattern).replace("_", " ") for pattern in count.counts_from_fact)
    return " or ".join(field.replace("_", " ") for field in count.counts_from)


def _protected(
    protected: tuple[Fact, Fact | None], awaited: tuple[Fact, AwaitedFact] | None
) -> Iterator[ExplanationStep]:
    begun, ended = protected
    if awaited is not None and awaited[0] is begun:
        text = f"Kept open by: {describe(begun)}. {sentence(awaited[1].says)} So it has no last day."
        yield ExplanationStep("count", text)
    elif ended is None:
        yield ExplanationStep(
            "count", f"Kept open by: {describe(begun)}. No fact that ends it is recorded, so it has no last day."
        )
    else:
        last = ended.on - ONE_DAY
        yield ExplanationStep(
            "count", f"Kept open by: {describe(begun)}; ended by: {describe(ended)}. The last day is {say(last)}.", last
        )


def is_extrapolated(deadline: Explicable) -> bool:
    """Whether the date was counted with days for which no bank holidays had been published."""
    counted = _days_counted(deadline)
    return counted is not None and deadline.derivation.judged.calendars.working.extrapolates(*counted)


def _days_counted(deadline: Explicable) -> tuple[dt.date, dt.date] | None:
    """Return the first and the last of the days that were counted by a calendar, or None where none decides."""
    version = deadline.derivation.version
    uses = version.roll != "none" or any(_uses_calendar(count.convention) for count in version.counts)
    if deadline.due_on is None or not uses:
        return None
    first, last = sorted((deadline.starts_on, deadline.due_on))
    return first, last


def _uses_calendar(convention: Convention) -> bool:
    return isinstance(period_of(convention), WorkingDayCount | TribunalDayCount | SchoolDays | Terms)
