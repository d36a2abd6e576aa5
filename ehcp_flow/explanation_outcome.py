"""What became of a deadline, in words: what was done, what excuses it, and how it stands on the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from ehcp_flow.closed import complete
from ehcp_flow.counting import ONE_DAY
from ehcp_flow.dates import say, written
from ehcp_flow.derivation import Derivation, Explicable
from ehcp_flow.engine.rulebook import earliest_age
from ehcp_flow.facts import FACT_TYPES, Fact
from ehcp_flow.grounds import GroundChecked
from ehcp_flow.law.citation import Citation
from ehcp_flow.law.ground import Doubt
from ehcp_flow.law.model import Rule
from ehcp_flow.law.patterns import Pattern

__all__ = [
    "MISSED", "STATUSES", "ExplanationStep", "Status", "acted", "describe", "excepted", "if_earlier", "in_doubt",
    "result", "sentence",
]  # fmt: skip

Part: TypeAlias = Literal["start", "rule", "count", "calendar", "act", "exception", "result", "reading", "note"]


Status: TypeAlias = Literal[
    "open", "met", "late", "overdue", "premature", "lapsed", "undated", "overtaken", "unrecorded"
]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
"""How a deadline can stand, by its number in the kernel."""
MISSED = ("late", "overdue", "premature", "overtaken")
"""The statuses of a deadline that was not kept: a breach, where it is statutory and nothing excuses it."""


@dataclass(frozen=True, slots=True)
class ExplanationStep:
    """One step of the explanation: which `part` it is, what it says, the day it speaks of, and its citations.

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


def describe(fact: Fact) -> str:
    """Return a fact in words: what its event is called, from or to whom, with what outcome, on which day."""
    words = type(fact).titled or fact.event.replace("_", " ")
    if fact.party:
        words += f" ({fact.party.replace('_', ' ')})"
    if fact.outcome:
        words += f": {fact.outcome.replace('_', ' ')}"
    return f"{words}, {say(fact.on)}"


def in_doubt(deadline: Explicable) -> list[Fact]:
    """Return the facts known to their month alone on which a deadline rests: its own, or all where none of these is."""
    derivation = deadline.derivation
    known = list(derivation.judged.months)
    own = derivation.start, derivation.done, derivation.implied, derivation.ended
    return [fact for fact in known if any(fact is one for one in own)] or known


def if_earlier(deadline: Explicable) -> str:
    """Return in words what is not certain of a deadline, since facts are known to their month alone."""
    known = [f"{fact.event} ({written(fact.on)})" for fact in in_doubt(deadline)]
    said = f"only the month is known of {' and of '.join(known)}, and the latest day that is possible counts"
    earliest = deadline.derivation.at_earliest
    if earliest is None:
        return f"{said}; by the earliest it would not run"
    if deadline.due_on_earliest is not None:
        said += f"; the last lawful day may lie as early as {deadline.due_on_earliest.isoformat()}"
    otherwise = STATUSES[earliest.status]
    if (otherwise, earliest.breach) != (deadline.status, deadline.breach):
        said += f"; by the earliest it would be {otherwise}, {'a breach' if earliest.breach else 'and no breach'}"
    return said


def acted(deadline: Explicable) -> Iterator[ExplanationStep]:
    """Yield what was done, or what is not recorded."""
    derivation = deadline.derivation
    if derivation.done is not None:
        done = cast("dt.date", deadline.done_on)
        shown = "" if done == derivation.done.on else f", which shows that it was done on {say(done)}"
        yield _by_act(derivation, f"What was done: {describe(derivation.done)}{shown}.", done)
    elif derivation.implied is not None:
        text = (
            f"The record does not say when it was done. That it was done follows from: {describe(derivation.implied)}."
        )
        yield _by_act(derivation, text, derivation.implied.on)
    elif deadline.status in ("lapsed", "overtaken"):
        ended = derivation.ended_on
        if ended is not None:
            cause = derivation.cause
            why, cited = _outgrown(derivation, ended) if cause is None else (describe(cause), ())
            text = f"It fell away: {why}."
            if derivation.gave_way is not None:
                text += f" {sentence(derivation.gave_way.says)}"
            elif derivation.never_owed:
                text += " So it was never owed."
            elif derivation.carried_on:
                text += " The duty goes on, by another provision and in the same time, and is told there."
            elif deadline.due_on is not None and not derivation.version.is_window and ended > deadline.due_on:
                text += f" By then it was {days_in_words((ended - deadline.due_on).days)} past its last lawful day."
            if deadline.status == "overtaken":
                text += " Since then there is nothing left to do."
            yield ExplanationStep("act", text, ended, cited)
        else:
            yield ExplanationStep("act", "Not used in its time, so it fell away.", deadline.due_on)
    elif deadline.status == "unrecorded":
        text = f"The source is declared not to record what would show it: {_acts(derivation.acts)}."
        yield ExplanationStep("act", text)
    else:
        yield ExplanationStep("act", f"Not recorded by {say(derivation.as_of)}: {_acts(derivation.acts)}.")


def _outgrown(derivation: Derivation, last: dt.date) -> tuple[str, tuple[Citation, ...]]:
    """Return in words how somebody's age, or the end of the time for which the plan was kept, ended a limit."""
    spells = derivation.judged.book.rulebook.spells.values()
    own = derivation.clock.unless_during if derivation.is_aged else ()
    ages = [each for each in spells if each.from_age is not None and (each.ends_everything or each.id in own)]
    first = min(ages, key=earliest_age)
    for each in ages:
        after = each.or_after
        for place, fact in enumerate(derivation.facts if after is not None else ()):
            if after is not None and fact.day(after.date) == last and derivation.judged.is_one_of(place, after.facts):
                return f"{describe(fact)}, to {say(last)}", each.citation
    return f"{say(last)} was the last day, since on the next {first.title}", first.citation


def _by_act(derivation: Derivation, text: str, on: dt.date) -> ExplanationStep:
    """Return the step about an act, with what the law takes it as where that is more than the act says by itself."""
    deemed = derivation.deemed
    if deemed is None:
        return ExplanationStep("act", text, on)
    return ExplanationStep("act", f"{text} {sentence(deemed.says)}", on, deemed.citation)


def _acts(rules: Sequence[Rule]) -> str:
    """Return in words what discharges rules: what does so by itself, and what only after something else."""
    acts = _in_words(each for rule in rules for each in rule.done_by)
    for first, then in dict.fromkeys((rule.first, rule.done_after_first_by) for rule in rules):
        if then:
            acts += f"; or, after {_in_words(first)}, {_in_words(then)}"
    return acts


def _in_words(patterns: Iterable[Pattern]) -> str:
    return " or ".join(dict.fromkeys(_pattern_in_words(each) for each in patterns))


def _pattern_in_words(pattern: Pattern) -> str:
    """Return the fact that a pattern speaks of, as `describe` calls one."""
    called = FACT_TYPES[pattern.event].titled or pattern.event.replace("_", " ")
    return called if pattern.outcome is None else f"{called}: {pattern.outcome.replace('_', ' ')}"


def excepted(deadline: Explicable) -> Iterator[ExplanationStep]:
    """Yield the exceptions that the law allows, and what became of each."""
    derivation = deadline.derivation
    known = derivation.judged.book.rulebook
    grounds = derivation.grounds
    if not grounds:
        uses = derivation.rule.exceptions
        in_force = [use for use in uses if _ground_lives(use.ground, deadline)]
        if not in_force:
            yield ExplanationStep("exception", "The law allows no exception to this limit.")
            return
        names = "; ".join(f"{known.grounds[use.ground].outcome} ({use.citation.short})" for use in in_force)
        without_day = "None can be weighed while its last lawful day is not known"
        recorded = "None is recorded" if deadline.due_on is not None else without_day
        yield ExplanationStep("exception", f"Exceptions the law allows here: {names}. {recorded}.")
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
    text = f"Exception {checked.ground.outcome}: its facts {verdict}. {sentence(checked.says)}"
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
    """Whether a ground was law when the act fell due, or is now, where no such day is known: others are not named."""
    ground = deadline.derivation.judged.book.rulebook.grounds[ground_id]
    day = deadline.due_on or deadline.derivation.as_of
    return ground.in_force_from <= day and (ground.in_force_to is None or day <= ground.in_force_to)


def result(deadline: Explicable) -> str:  # noqa: PLR0911 - a sentence for each status
    """Return how the deadline stands on the day, in a sentence."""
    as_of = say(deadline.derivation.as_of)
    due_on = deadline.due_on
    if deadline.status == "unrecorded":
        last = "" if due_on is None else f" The last lawful day is {say(due_on)}."
        before = "" if deadline.derivation.done is None else " before that"
        return (
            f"On {as_of}: unrecorded. This source cannot tell whether it was done{before}, so no breach is found.{last}"
        )
    if due_on is None:
        return _undated(deadline, as_of)
    if deadline.status in MISSED:
        return _missed(deadline, due_on, as_of)
    if deadline.status == "met":
        if deadline.derivation.version.is_window:
            return f"On {as_of}: kept. The time was left in full, up to {say(due_on)}."
        return f"On {as_of}: done in time. The last lawful day was {say(due_on)}."
    if deadline.status == "lapsed":
        if deadline.derivation.rule.right and deadline.derivation.cause is None:
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
    derivation = deadline.derivation
    if derivation.version.is_window:
        return (
            f"On {as_of}: done before {say(due_on + ONE_DAY)}. The time is protected only if "
            f"{derivation.rule.owed_only_if}, and the record does not show it, so no breach is found."
        )
    if derivation.implied is None:
        done = "not done by" if derivation.done is None else "done after"
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
    if deadline.status == "undated" and deadline.derivation.protected is not None:
        return f"On {as_of}: done, and nobody can say whether the time was still protected, so no breach is found."
    if deadline.derivation.protected is not None:
        return f"On {as_of}: open. The time is protected, and nobody can say yet until when."
    return f"On {as_of}: no date can be given, so no breach is found."


def _open(deadline: Explicable, due_on: dt.date, as_of: str) -> str:
    days = (due_on - deadline.derivation.as_of).days
    if deadline.derivation.version.is_window:
        earliest = say(due_on + ONE_DAY)
        return f"On {as_of}: open. The time is protected up to {say(due_on)}; the act is lawful from {earliest}."
    unsure = deadline.derivation.rule.owed_only_if
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
    over = deadline.derivation.last_of_age
    sooner = "" if over is None or over >= due_on else f" But its time ends with {say(over)}, for the person's age."
    return f"On {as_of}: open, {left}. The last lawful day is {say(due_on)}.{sooner}"


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


def sentence(text: str) -> str:
    """Return a text with a capital and a full stop."""
    return f"{text[0].upper()}{text[1:]}." if not text.endswith(".") else f"{text[0].upper()}{text[1:]}"
