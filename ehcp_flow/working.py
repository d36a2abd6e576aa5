"""The working of a deadline in words: what a caseworker can paste into a letter and a lawyer can check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal, NamedTuple, Protocol, TypeAlias, get_args

from ehcp_flow.closed import complete
from ehcp_flow.counting import ONE_DAY, SchoolDays, TribunalDayCount, WorkingDayCount
from ehcp_flow.dates import say
from ehcp_flow.engine import kernel
from ehcp_flow.engine.judging import JudgedCase
from ehcp_flow.engine.numbers import as_date, as_day
from ehcp_flow.facts import Fact
from ehcp_flow.grounds import GroundChecked, check_grounds
from ehcp_flow.law.citation import Citation
from ehcp_flow.law.clock import Clock, Deemed
from ehcp_flow.law.ground import Doubt
from ehcp_flow.law.model import Limit, Question, Rule
from ehcp_flow.law.parts import EVIDENCE, Kind
from ehcp_flow.law.patterns import Pattern
from ehcp_flow.law.version import Count, Reading, Version

__all__ = ["MISSED", "ExplanationStep", "Explicable", "Working", "describe", "explain", "is_extrapolated"]

Part: TypeAlias = Literal["start", "rule", "count", "calendar", "act", "exception", "result", "reading", "note"]


MISSED = ("late", "overdue", "premature", "overtaken")
"""The statuses of a deadline that was not kept: a breach, where it is statutory and nothing excuses it."""


class Run(NamedTuple):
    """One run of a clock: the places of the fact that started it, and before which a fact can discharge it."""

    start: int
    stop: int
    party: str | None


class Counted(NamedTuple):
    """One period counted: the day it was counted from, the fact that gave that day, and the field of the fact."""

    period: Count
    on: dt.date
    fact: Fact
    field: str


class Working:
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
    def run(self) -> Run:
        """The run of the clock."""
        value, row = self.judged.value, self.row
        return Run(value(kernel.STARTED, row), value(kernel.STOP, row), self.judged.party(row))

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
    def counted(self) -> tuple[Counted, ...]:
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
                counted.append(Counted(count, *_day_of(judged.facts[place], fields)))
        return tuple(counted)

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
        acts = self.rule.done_by
        return next(self.facts[at] for at in places if self.facts[at].party is None and self.judged.is_one_of(at, acts))

    @property
    def doubted(self) -> tuple[Fact, Question] | None:
        """What discharged the limit and asks for a look, and why."""
        if self.judged.value(kernel.LEAVES_OPEN, self.row) != kernel.DOUBTED:
            return None
        done = self.judged.value(kernel.DONE_AT, self.row)
        asked = self.rule.questions
        named = (each for each in asked if self.judged.is_one_of(done, each.done_by))
        return self.facts[done], next(named, asked[0])

    @property
    def doubted_later(self) -> tuple[Fact, Question] | None:
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
    def deemed(self) -> Deemed | None:
        """What the rulebook takes the fact as that discharged the limit or showed that it was; None as what it is."""
        judged, turned, rule = self.judged, self.judged.book.turned, self.rule
        done = judged.value(kernel.DONE_AT, self.row)
        acts = rule.implied_by if done < 0 else (*rule.done_by, *rule.done_after_first_by)
        taken = judged.taken[judged.value(kernel.IMPLIED_AT, self.row) if done < 0 else done]
        if turned.base(taken) in turned.of_patterns(acts):
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


def _last_day_by(number: int, row: int, law: Any, days: Any, facts: Any, found: Any) -> int:
    day: int = kernel.last_day_by(law, days, facts, found, number, row)
    return day


def _day_of(fact: Fact, fields: Sequence[str]) -> tuple[dt.date, Fact, str]:
    """Return the first of the date fields that is filled, and its day; `on` always is."""
    return next((day, fact, field) for field in (*fields, "on") if (day := fact.day(field)) is not None)


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
    def ended_on(self) -> dt.date | None: ...
    @property
    def contested_by(self) -> tuple[str, ...]: ...
    @property
    def excused_by(self) -> tuple[str, ...]: ...
    @property
    def breach(self) -> bool: ...
    @property
    def working(self) -> Working: ...


@dataclass(frozen=True, slots=True)
class ExplanationStep:
    """One step of the working: which `part` it is, what it says, the day it speaks of, and its citations.

    `not_checked` says what of an exception that excuses could not be checked; it is empty in every other step.
    """

    part: Part
    text: str
    on: dt.date | None = None
    citations: tuple[Citation, ...] = ()
    not_checked: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the step as plain values."""
        return {
            "part": self.part,
            "text": self.text,
            "on": None if self.on is None else self.on.isoformat(),
            "citations": [{"text": citation.text, "address": citation.address} for citation in self.citations],
            **({"not_checked": self.not_checked} if self.not_checked else {}),
        }

    def __str__(self) -> str:
        return self.text


def explain(deadline: Explicable) -> tuple[ExplanationStep, ...]:
    """Return the working of `deadline`, step by step, in the order in which a reader would check it."""
    return tuple(_steps(deadline))


def describe(fact: Fact) -> str:
    """Return a fact in words: what, from or to whom, with what outcome, on which day."""
    words = fact.event.replace("_", " ")
    if fact.party:
        words += f" ({fact.party.replace('_', ' ')})"
    if fact.outcome:
        words += f": {fact.outcome.replace('_', ' ')}"
    return f"{words}, {say(fact.on)}"


def _steps(deadline: Explicable) -> Iterator[ExplanationStep]:
    working = deadline.working
    rule, version = working.rule, working.version
    trigger = working.start

    yield ExplanationStep("start", _started(deadline, trigger), deadline.starts_on)
    resumption = working.clock.resumption
    if working.resumed is not None and resumption is not None:
        text = f"{_sentence(describe(working.resumed))} {_sentence(resumption.says)}"
        yield ExplanationStep("start", text, working.resumed.on, resumption.citation)
    yield ExplanationStep("rule", _rule(deadline), None, version.citation)
    yield from _counted(deadline)
    yield from _acted(deadline)
    if rule.exceptions and deadline.due_on is not None:
        yield from _excepted(deadline)
    elif deadline.kind == "statutory":
        yield ExplanationStep("exception", "The law allows no exception to this limit.")
    yield ExplanationStep("result", _result(deadline), working.as_of)
    yield from _readings(deadline)
    yield from _leads(deadline)
    yield from _bodies(deadline)
    for note in (working.limit.note, rule.note, version.note):
        if note:
            yield ExplanationStep("note", note)


def _readings(deadline: Explicable) -> Iterator[ExplanationStep]:
    """Say which days other readings give, and which of them decide otherwise whether there is a breach."""
    for reading, day in deadline.working.readings:
        contests = reading.name in deadline.contested_by
        counts = reading.counting is not None
        if day is None or not (counts or contests):
            continue
        text = f"Another reading, {reading.name}" + (f": {say(day)}." if counts else ".")
        text += f" {_sentence(reading.says)}"
        if contests:
            text += " By that reading there is no breach." if deadline.breach else " By that reading this is a breach."
        yield ExplanationStep("reading", text, day if counts else None)


def _leads(deadline: Explicable) -> Iterator[ExplanationStep]:
    """Say by when something else has to be done, as long as the limit is open."""
    working, due_on = deadline.working, deadline.due_on
    if due_on is None or deadline.status not in ("open", "overdue"):
        return
    for lead in working.rule.leads:
        by: dt.date = lead.before.before(due_on, working.judged.calendars)
        yield ExplanationStep("note", f"{_sentence(lead.says).rstrip('.')} by {say(by)}.", by)


def _bodies(deadline: Explicable) -> Iterator[ExplanationStep]:
    """Say who held each office that the rule speaks of, on the last lawful day."""
    working, due_on = deadline.working, deadline.due_on
    if due_on is None:
        return
    for body in working.judged.book.rulebook.bodies.values():
        held = body.on(due_on)
        if held is not None and body.is_spoken_of(working.rule.act, deadline.actor):
            verb = "was" if due_on < working.as_of else "is"
            yield ExplanationStep(
                "note", f"On {say(due_on)} the {body.title} {verb} the {held.name}.", due_on, held.citation
            )


def _started(deadline: Explicable, trigger: Fact) -> str:
    working = deadline.working
    text = f"What started it: {describe(trigger)}"
    first, *others = working.counted
    if first.field != "on":
        text += f"; counted from {first.field.replace('_', ' ')}, {say(first.on)}"
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


def _rule(deadline: Explicable) -> str:
    version = deadline.working.version
    rule = deadline.working.rule
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
        f"Evidence {version.evidence}: {checked}.{_asked(deadline.working)}"
    )


def _asked(working: Working) -> str:
    """Say whose body was asked for advice, and how that is known, where the rule depends on it."""
    if not (working.rule.by_body or working.rule.not_by_body):
        return ""
    start = working.start
    recorded = getattr(start, "body", None)
    asked = working.judged.book.rulebook.body_asked(start.party, recorded)
    party = str(start.party).replace("_", " ")
    if asked is None:
        return f" Whose body was asked the record does not say: {party} is no adviser of whom one is usual."
    how = "as recorded" if recorded is not None else f"the usual one of an adviser called {party}"
    return f" Whose body was asked: {asked.title}, {how}."


def _counted(deadline: Explicable) -> Iterator[ExplanationStep]:
    working = deadline.working
    version = working.version
    if working.protected is not None:
        yield from _protected(working.protected)
        return
    if deadline.due_on is None:
        yield ExplanationStep(
            "count",
            f"How it is counted: {version.counts[0].convention}. The days on which "
            f"{deadline.party or 'the institution'} is open are not known, so no date can be given: load its term "
            "dates.",
        )
        return
    lasts = []
    counted = working.counted
    for count, day, _, _ in counted:
        last = count.convention.last_day(day, working.judged.calendars, working.run.party)
        if last is not None:
            lasts.append(last)
            yield ExplanationStep("count", f"How it is counted: {count.convention.working(day, last)}.", last)
    if len(counted) > 1:
        yield ExplanationStep("count", f"The later of these counts: {say(max(lasts))}.", max(lasts))
    for count in version.counts:
        if not any(count == each.period for each in counted):
            later = " The last lawful day may therefore be later." if count.needed else ""
            yield ExplanationStep(
                "count",
                f"Not counted, since the record does not give the day: {count.convention} {_from(count)}.{later}",
            )
    unrolled = max(lasts)
    if version.roll == "tribunal" and unrolled != deadline.due_on:
        why = working.judged.calendars.tribunal.why_rolled(unrolled)
        yield ExplanationStep(
            "calendar", f"{say(unrolled)} is moved to {say(deadline.due_on)}: {why}.", deadline.due_on
        )
    elif version.roll == "none":
        closed = working.judged.calendars.working.why_not(deadline.due_on)
        if closed and not any(_uses_calendar(count.convention) for count in version.counts):
            yield ExplanationStep(
                "calendar",
                f"{say(deadline.due_on)} is not a working day ({closed}). The regulations move nothing to the next "
                "working day: the last lawful day stays.",
                deadline.due_on,
            )
    yield from _calendared(deadline, deadline.due_on)
    authority = deadline.authority
    if authority and working.judged.calendars.office_closed(authority, deadline.due_on):
        open_day = working.judged.calendars.last_open_day(authority, deadline.due_on)
        yield ExplanationStep(
            "calendar",
            f"The authority's office is closed on that day; it is last open on {say(open_day)}. This does not move the "
            "limit.",
            open_day,
        )


def _calendared(deadline: Explicable, due_on: dt.date) -> Iterator[ExplanationStep]:
    """Say which bank holidays were changed by hand, and that later ones may still be proclaimed, where they count."""
    counted = _days_counted(deadline)
    working_days = deadline.working.judged.calendars.working
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


def _from(count: Count) -> str:
    if count.counts_from_fact:
        return " or ".join(str(pattern).replace("_", " ") for pattern in count.counts_from_fact)
    return " or ".join(field.replace("_", " ") for field in count.counts_from)


def _protected(protected: tuple[Fact, Fact | None]) -> Iterator[ExplanationStep]:
    begun, ended = protected
    if ended is None:
        yield ExplanationStep(
            "count", f"Kept open by: {describe(begun)}. No fact that ends it is recorded, so it has no last day."
        )
        return
    last = ended.on - ONE_DAY
    yield ExplanationStep(
        "count", f"Kept open by: {describe(begun)}; ended by: {describe(ended)}. The last day is {say(last)}.", last
    )


def is_extrapolated(deadline: Explicable) -> bool:
    """Whether the date was counted with days for which no bank holidays had been published."""
    counted = _days_counted(deadline)
    return counted is not None and deadline.working.judged.calendars.working.extrapolates(*counted)


def _days_counted(deadline: Explicable) -> tuple[dt.date, dt.date] | None:
    """Return the first and the last of the days that were counted by a calendar, or None where none decides."""
    version = deadline.working.version
    uses = version.roll == "tribunal" or any(_uses_calendar(count.convention) for count in version.counts)
    if deadline.due_on is None or not uses:
        return None
    first, last = sorted((deadline.starts_on, deadline.due_on))
    return first, last


def _uses_calendar(convention: object) -> bool:
    inner = getattr(convention, "counted", convention)
    return isinstance(getattr(inner, "period", None), WorkingDayCount | TribunalDayCount | SchoolDays)


def _acted(deadline: Explicable) -> Iterator[ExplanationStep]:
    working = deadline.working
    if working.done is not None:
        yield _by_act(working, f"What was done: {describe(working.done)}.", working.done.on)
    elif working.implied is not None:
        text = f"The record does not say when it was done. That it was done follows from: {describe(working.implied)}."
        yield _by_act(working, text, working.implied.on)
    elif deadline.status in ("lapsed", "overtaken"):
        cause = working.cause
        if cause is not None:
            text = f"It fell away: {describe(cause)}."
            if working.never_owed:
                text += " With that answer it was never owed."
            elif deadline.due_on is not None and not working.version.is_window and cause.on > deadline.due_on:
                text += f" By then it was {days_in_words((cause.on - deadline.due_on).days)} past its last lawful day."
            if deadline.status == "overtaken":
                text += " Since then there is nothing left to do."
            yield ExplanationStep("act", text, cause.on)
        else:
            yield ExplanationStep("act", "Not used in its time, so it fell away.", deadline.due_on)
    else:
        yield ExplanationStep("act", f"Not recorded by {say(working.as_of)}: {_acts(working.rule)}.")


def _by_act(working: Working, text: str, on: dt.date) -> ExplanationStep:
    """Return the step about an act, with what the law takes it as where that is more than the act says by itself."""
    deemed = working.deemed
    if deemed is None:
        return ExplanationStep("act", text, on)
    return ExplanationStep("act", f"{text} {_sentence(deemed.says)}", on, deemed.citation)


def _acts(rule: Rule) -> str:
    """Return in words what discharges a rule: what does so by itself, and what only after something else."""
    acts = _in_words(rule.done_by)
    if rule.done_after_first_by:
        acts += f"; or, after {_in_words(rule.first)}, {_in_words(rule.done_after_first_by)}"
    return acts


def _in_words(patterns: Iterable[Pattern]) -> str:
    return " or ".join(dict.fromkeys(each.fact.replace("_", " ").replace(":", ": ") for each in patterns))


def _excepted(deadline: Explicable) -> Iterator[ExplanationStep]:
    working = deadline.working
    known = working.judged.book.rulebook
    grounds = working.grounds
    if not grounds:
        uses = working.rule.exceptions
        in_force = [use for use in uses if _ground_lives(use.ground, deadline)]
        if not in_force:
            yield ExplanationStep("exception", "The law allows no exception to this limit.")
            return
        names = "; ".join(f"{known.grounds[use.ground].outcome} ({use.citation.short})" for use in in_force)
        yield ExplanationStep("exception", f"Exceptions the law allows here: {names}. None is recorded.")
        return
    for checked in grounds:
        if checked.fact is None:
            continue
        yield _ground_step(checked, known.doubt(checked.ground.outcome, checked.fact.reason))
    others = [checked for checked in grounds if checked.fact is None and _ground_lives(checked.ground.id, deadline)]
    if others:
        names = "; ".join(f"{checked.ground.outcome} ({checked.use.citation.short})" for checked in others)
        yield ExplanationStep("exception", f"Other exceptions the law allows here, none of them recorded: {names}.")
    elif all(checked.fact is None for checked in grounds):
        yield ExplanationStep("exception", "The law allows no exception to this limit.")


def _ground_step(checked: GroundChecked, doubt: Doubt | None) -> ExplanationStep:
    verdict = "hold" if checked.holds else "do not hold"
    if checked.not_checked:
        verdict = f"are taken to hold, and not all of them could be checked (not_checked: {checked.not_checked})"
    text = f"Exception {checked.ground.outcome}: its facts {verdict}. {_sentence(checked.says)}"
    if checked.holds:
        if checked.judged:
            reason = f'"{checked.fact.reason}"'  # type: ignore[union-attr]
            text += (
                f" What was agreed or directed: {reason}."
                if checked.ground.test == "named"
                else f" That compliance was impractical because of it is the recorded judgement: {reason}."
            )
        else:
            text += (
                " Nobody recorded why compliance was impractical because of it; that is a person's judgement to make."
            )
        text += " It disapplies the limit; it does not move the date."
        if doubt is not None:
            text += f" To be looked at again: {doubt.says}."
    on = checked.fact.on if checked.fact else None
    return ExplanationStep("exception", text, on, (checked.use.citation,), checked.not_checked)


def _ground_lives(ground_id: str, deadline: Explicable) -> bool:
    """Whether a ground was law when the act fell due; one that was not is not worth naming."""
    ground = deadline.working.judged.book.rulebook.grounds[ground_id]
    due_on = deadline.due_on
    return due_on is None or (
        ground.in_force_from <= due_on and (ground.in_force_to is None or due_on <= ground.in_force_to)
    )


def _result(deadline: Explicable) -> str:  # noqa: PLR0911 - a sentence for each status
    as_of = say(deadline.working.as_of)
    due_on = deadline.due_on
    if due_on is None:
        return _undated(deadline, as_of)
    if deadline.status in MISSED:
        return _missed(deadline, due_on, as_of)
    if deadline.status == "met":
        if deadline.working.version.is_window:
            return f"On {as_of}: kept. The time was left in full, up to {say(due_on)}."
        return f"On {as_of}: done in time. The last lawful day was {say(due_on)}."
    if deadline.status == "lapsed":
        if deadline.working.rule.right and deadline.working.cause is None:
            return f"On {as_of}: the time has passed. Its last day was {say(due_on)}."
        return f"On {as_of}: fallen away. The last lawful day would have been {say(due_on)}."
    if deadline.status == "undated":
        return _not_known(deadline, due_on, as_of)
    return _open(deadline, due_on, as_of)


_OF_MISSED: Final = {
    "late": "done late, {over} after {last}.",
    "overdue": "not done, and {over} past {last}.",
    "premature": "done too early. It was lawful only after {due}, from {then}.",
    "overtaken": "overtaken. It had not been done, and was {over} past {last}, when it fell away; that it fell "
    "away later does not undo that.",
}
complete(_OF_MISSED, MISSED, "a limit that was missed in words")


def _missed(deadline: Explicable, due_on: dt.date, as_of: str) -> str:
    over, last = days_in_words(deadline.days_over or 0), f"the last lawful day, {say(due_on)}"
    text = _OF_MISSED[deadline.status].format(over=over, last=last, due=say(due_on), then=say(due_on + ONE_DAY))
    if deadline.excused_by:
        verdict = f"Excused by {', '.join(deadline.excused_by)}. So there is no breach."
    else:
        verdict = "This is a breach." if deadline.breach else "It is no breach of a statutory limit."
    return f"On {as_of}: {text} {verdict}"


def _not_known(deadline: Explicable, due_on: dt.date, as_of: str) -> str:
    """Return why the record does not show whether a limit with a date was kept."""
    working = deadline.working
    if working.version.is_window:
        return (
            f"On {as_of}: done before {say(due_on + ONE_DAY)}. The time is protected only if "
            f"{working.rule.bites_only_if}, and the record does not show it, so no breach is found."
        )
    if working.implied is None:
        done = "not done by" if working.done is None else "done after"
        return (
            f"On {as_of}: {done} {say(due_on)}, which is the last lawful day at the earliest. Whether the true one is "
            "later the record does not show, so no breach is found."
        )
    return f"On {as_of}: done, nobody recorded when. The last lawful day was {say(due_on)}. No breach is found."


def _undated(deadline: Explicable, as_of: str) -> str:
    if deadline.status == "premature":
        return f"On {as_of}: done too early, since the time is still protected. This is a breach."
    if deadline.status == "lapsed":
        return f"On {as_of}: fallen away."
    if deadline.working.protected is not None:
        return f"On {as_of}: open. The time is protected, and nobody can say yet until when."
    return f"On {as_of}: no date can be given, so no breach is found."


def _open(deadline: Explicable, due_on: dt.date, as_of: str) -> str:
    days = (due_on - deadline.working.as_of).days
    if deadline.working.version.is_window:
        earliest = say(due_on + ONE_DAY)
        return f"On {as_of}: open. The time is protected up to {say(due_on)}; the act is lawful from {earliest}."
    unsure = deadline.working.rule.bites_only_if
    if days < 0 and unsure:
        return (
            f"On {as_of}: open, since the limit bites only if {unsure}, and the record does not show it. "
            f"The last lawful day was {say(due_on)}."
        )
    if days < 0:
        return (
            f"On {as_of}: open, since the limit bites only if the answer is no, and no answer is recorded. A refusal "
            f"sent now would be {days_in_words(-days)} late; the last lawful day was {say(due_on)}."
            + (f" It would be excused by {', '.join(deadline.excused_by)}." if deadline.excused_by else "")
        )
    left = "today is the last lawful day" if days == 0 else f"{days_in_words(days)} left"
    return f"On {as_of}: open, {left}. The last lawful day is {say(due_on)}."


def days_in_words(days: int) -> str:
    """Return a number of days in words, with its weeks where there are any."""
    text = f"{days} day" if days == 1 else f"{days} days"
    weeks, rest = divmod(days, 7)
    if not weeks:
        return text
    words = f"{weeks} week" if weeks == 1 else f"{weeks} weeks"
    if rest:
        words += f" and {rest} day" if rest == 1 else f" and {rest} days"
    return f"{text} ({words})"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if not text.endswith(".") else f"{text[0].upper()}{text[1:]}"
