"""What the record of a case leaves open: acts that nobody dated, exceptions that are not made out. Never a breach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

from ehcp_flow import dates
from ehcp_flow.closed import complete
from ehcp_flow.derivation import Explicable
from ehcp_flow.engine import kernel
from ehcp_flow.engine.judged_case import JudgedCase
from ehcp_flow.engine.kernel import CONSIDERED, HELD, HELD_WITHOUT_END, WANTED
from ehcp_flow.engine.numbers import as_date
from ehcp_flow.explanation_outcome import describe, if_earlier, in_doubt
from ehcp_flow.facts import COLUMN_OF, ExceptionRecorded, Fact, Side
from ehcp_flow.findings import Finding, Gap, told_by
from ehcp_flow.grounds import GroundChecked, allows
from ehcp_flow.law.model import ActInQuestion, AgeQuestion, GivesWay, Rulebook
from ehcp_flow.record_under_law import findings_by_law, not_available

__all__ = ["findings_of"]

_NOTHING: Final[Mapping[str, frozenset[str]]] = {}


def findings_of(
    judged: JudgedCase,
    found: Sequence[Explicable],
    of_steps: Sequence[Finding] = (),
    misses: Mapping[str, frozenset[str]] = _NOTHING,
) -> list[Finding]:
    """Return what the record of a case leaves open, given its deadlines in the public order.

    In front stand `of_steps`, what is out of order in it; `misses` are the events of which each of these misses one. A
    gap is told once: where one record would answer a step out of order and an act that nobody dated, or several such
    acts.
    """
    out, at = judged.out, kernel.LEAVES_OPEN * judged.size
    steps, told = _not_dated_of(judged, found, of_steps, misses)
    findings = [*steps, *findings_by_law(judged)]
    for row, deadline in zip(judged.rows, found, strict=True):
        if out[at + row] == kernel.NOT_DATED and row not in told:
            continue
        if out[at + row] > 0:
            left = _LEFT_OPEN[out[at + row]](*told.get(row, (deadline,)))
            findings.append(replace(left, limit=deadline.limit))
    findings.extend(
        _without_law(judged, row)
        for row in judged.without_law
        if not judged.book.had_another_rule(judged.value(kernel.RULE, row), as_date(judged.value(kernel.BASE, row)))
    )
    for place, noted in judged.noted.items():
        claim = cast("ExceptionRecorded", judged.facts[place])
        findings.extend(_of_exception(claim, noted, found, judged.book.rulebook))
    findings.extend(replace(_of_month(deadline), limit=deadline.limit) for deadline in found if deadline.is_uncertain)
    for fact in judged.facts:
        fields = fact.__dict__
        for field in fact.further_days:
            day = fields.get(field)
            if day is not None and COLUMN_OF[field].wrong(day, fact.on) and (fact.served_later or field != "served_on"):
                findings.append(_impossible(fact, field, day))
    findings.extend(_signs(judged))
    findings.extend(_unknown_directions(judged))
    findings.extend(_not_read(judged))
    return findings


def _not_read(judged: JudgedCase) -> Iterator[Finding]:
    """Yield what to say of each event of which nothing in the rulebook speaks: once, at the first such fact."""
    book, apart = judged.book, dict[str, list[Fact]]()
    for fact in judged.facts:
        if fact.event not in book.reads:
            apart.setdefault(fact.event, []).append(fact)
    for event, (fact, *more) in apart.items():
        others = f" (and {len(more)} more of this event)" if more else ""
        says = f"nothing in the rulebook ({book.rulebook.title}) speaks of {event}, so that it starts, ends and moves"
        remedy = "record the event by which the rulebook knows what happened, or name this one in the rulebook"
        message = f"{describe(fact)}{others}: {says} nothing"
        yield Finding("fact_not_read", fact.case_id, fact.on, message, remedy, fact)


def _unknown_directions(judged: JudgedCase) -> Iterator[Finding]:
    """Yield what to say of each day that was fixed for a limit that there is not."""
    for fact in judged.facts:
        if fact.event == "date_directed" and not judged.book.is_directable(fact.__dict__["limit"]):
            yield Finding(
                "direction_for_unknown_limit",
                fact.case_id,
                fact.on,
                f"{describe(fact)}: no day can be fixed for {fact.__dict__['limit']!r}, which is no limit of the "
                "rulebook, so that nothing is due by it",
                "name the limit that it is about",
                fact,
            )


def _without_law(judged: JudgedCase, row: int) -> Finding:
    base = as_date(judged.value(kernel.BASE, row))
    return Finding(
        "no_law_in_force",
        judged.case.case_id,
        base,
        f"no version of {judged.rule(row).limit.id} was in force on {base.isoformat()}, so it has no date",
        "check the date, or load a rulebook that covers it",
        judged.fact(kernel.STARTED, row),
        judged.rule(row).limit.id,
    )


def _signs(judged: JudgedCase) -> Iterator[Finding]:
    """Yield a finding for each fact that the rulebook asks a person to look at for its own sake."""
    signs = judged.book.signs
    for place, taken in enumerate(judged.taken):
        for sign in signs.get(taken, ()):
            if sign.depends and not judged.is_asked(sign, place):
                continue
            fact = judged.facts[place]
            message = f"{describe(fact)}: {sign.says}"
            yield Finding(sign.finding, fact.case_id, fact.on, message, sign.remedy, fact)


def _impossible(fact: Fact, field: str, day: dt.date) -> Finding:
    wrong = "before it was sent" if COLUMN_OF[field].side is Side.NOT_BEFORE else "after that day"
    return Finding(
        "impossible_date",
        fact.case_id,
        fact.on,
        f"{fact.event} on {dates.written(fact.on)} has {field} {day.isoformat()}, {wrong}; it is not counted from",
        f"correct {field}, or on",
        fact,
    )


def _unborn(deadline: Explicable) -> Finding:
    """Say that nobody knows whom a limit is for, or from when it counts, without a date of birth."""
    start = deadline.derivation.start
    what = "whom it is for" if deadline.derivation.unborn else "its last lawful day"
    return Finding(
        "date_of_birth_unknown",
        deadline.case_id,
        start.on,
        f"{deadline.limit} runs since {start.event} on {dates.written(start.on)}, and {what} hangs on the date of "
        "birth, which is not on record",
        "record the date of birth (date_of_birth)",
        start,
    )


def _days_unknown(deadline: Explicable) -> Finding:
    derivation = deadline.derivation
    if not derivation.counted:
        return _unborn(deadline)
    who = deadline.party or "an institution"
    what = f"terms of {who}" if derivation.version.counts_terms else f"days on which {who} is open"
    named = f"load the term dates of {deadline.party}"
    return Finding(
        "institution_dates_unknown",
        deadline.case_id,
        deadline.starts_on,
        f"{deadline.limit} counts {what}, and they are not known",
        named if deadline.party else "name the institution as party and load its term dates",
        deadline.derivation.start,
    )


def _may_be_later(deadline: Explicable) -> Finding:
    start = deadline.derivation.start
    needed = [field for count in deadline.derivation.version.counts if count.needed for field in count.counts_from]
    return Finding(
        "due_date_uncertain",
        deadline.case_id,
        start.on,
        f"{deadline.limit} is due on {_due(deadline)} at the earliest; the true last lawful day may be later, "
        f"since {start.event} has no {' or '.join(needed)}",
        f"record {' or '.join(needed)} with {start.event}",
        start,
    )


def _of_month(deadline: Explicable) -> Finding:
    """Say how a deadline would stand if what is known to its month alone had been as early as it can have been."""
    facts = in_doubt(deadline)
    return Finding(
        "due_date_uncertain",
        deadline.case_id,
        deadline.derivation.start.on,
        f"{deadline.limit}: {if_earlier(deadline)}",
        f"record the day of {' and of '.join(dict.fromkeys(fact.event for fact in facts))}",
        facts[0],
    )


def _not_dated_of(
    judged: JudgedCase,
    found: Sequence[Explicable],
    of_steps: Sequence[Finding],
    misses: Mapping[str, frozenset[str]],
) -> tuple[Sequence[Finding], dict[int, list[Explicable]]]:
    """Return the steps out of order, with the acts that they leave undated, and by its row what tells the others."""
    out, at = judged.out, kernel.LEAVES_OPEN * judged.size
    undated = [pair for pair in zip(judged.rows, found, strict=True) if out[at + pair[0]] == kernel.NOT_DATED]
    if not undated:
        return of_steps, {}
    steps, gaps = [*of_steps], _gaps_of(judged, of_steps, misses)
    tellers = told_by([*gaps.values()], [judged.gap(row) for row, _ in undated])
    groups: dict[int, list[Explicable]] = {}
    for (_, deadline), teller in zip(undated, tellers, strict=True):
        groups.setdefault(teller, []).append(deadline)
    for teller, number in enumerate(gaps):
        steps[number] = _with_acts(steps[number], groups.pop(teller, ()))
    return steps, {undated[teller - len(gaps)][0]: group for teller, group in groups.items()}


def _gaps_of(judged: JudgedCase, of_steps: Sequence[Finding], misses: Mapping[str, frozenset[str]]) -> dict[int, Gap]:
    """Return the gaps that steps out of order tell, by the numbers of these."""
    place_of = {id(fact): place for place, fact in enumerate(judged.facts)}
    return {
        number: Gap(misses[finding.code], -1, place_of[id(finding.fact)])
        for number, finding in enumerate(of_steps)
        if finding.code in misses and id(finding.fact) in place_of
    }


def _with_acts(finding: Finding, deadlines: Sequence[Explicable]) -> Finding:
    """Return what is out of order for want of an act, with what that act would have discharged."""
    if not deadlines:
        return finding
    named = " and ".join(f"{deadline.limit}, due on {_due(deadline)}," for deadline in deadlines)
    message = f"{finding.message}; nothing says when {named} {'was' if len(deadlines) == 1 else 'were'} done"
    return replace(finding, message=message, limit=deadlines[0].limit)


def _not_dated(first: Explicable, *others: Explicable) -> Finding:
    implied = cast("Fact", first.derivation.implied)
    deadlines = (first, *others)
    due = " and ".join(f"{each.limit} was due on {_due(each)}" for each in deadlines)
    acts, *more = ([str(act) for rule in each.derivation.acts for act in rule.done_by] for each in deadlines)
    of_all = [act for act in acts if all(act in each for each in more)] or acts
    return Finding(
        "act_not_dated",
        first.case_id,
        implied.on,
        f"{due}; {implied.event} on {dates.written(implied.on)} shows that {'they were' if others else 'it was'} done, "
        "and nothing says when",
        f"record {' or '.join(dict.fromkeys(of_all))}",
        implied,
    )


def _due(deadline: Explicable) -> str:
    return str(dates.iso(deadline.due_on))


def _whose(deadline: Explicable) -> Finding:
    """Say that an act may be that of several parties, of which this is one."""
    derivation = deadline.derivation
    act = cast("Fact", derivation.stray)
    return Finding(
        "party_not_stated",
        deadline.case_id,
        act.on,
        f"{act.event} on {dates.written(act.on)} has no party, and {deadline.limit} is open for several: "
        f"whether it is that of {deadline.party or 'the one without a party'} the record does not show",
        "record the party of that act",
        act,
    )


def _doubted(deadline: Explicable) -> Finding:
    """Say why a person should look at what discharged a limit."""
    done, question = cast("tuple[Fact, ActInQuestion]", deadline.derivation.doubted)
    return _asked(deadline, question, done)


def _doubted_later(deadline: Explicable) -> Finding:
    """Say why a person should look at what came after an act that may have discharged a limit."""
    later, question = cast("tuple[Fact, ActInQuestion]", deadline.derivation.doubted_later)
    return _asked(deadline, question, later)


def _asked(deadline: Explicable, question: ActInQuestion, fact: Fact) -> Finding:
    message = f"{deadline.limit}, due on {_due(deadline)}: {fact.event} on {dates.written(fact.on)}: {question.says}"
    return Finding(question.finding, deadline.case_id, fact.on, message, question.remedy, fact)


def _too_old(deadline: Explicable) -> Finding:
    """Say why a person should look at a plan for the age of whom it is for."""
    derivation = deadline.derivation
    question, last = cast("AgeQuestion", derivation.rule.age_question), derivation.outgrown
    told = (question.says, question.remedy) if last is None else (question.says_over, question.remedy_over)
    start = derivation.start
    on = start.on if last is None else last
    return Finding(
        question.finding, deadline.case_id, on, f"{deadline.limit}, due on {_due(deadline)}: {told[0]}", told[1], start
    )


def _gave_way(deadline: Explicable) -> Finding:
    """Say what a person must judge where a missed limit gave way to something else."""
    derivation = deadline.derivation
    asked, cause = cast("GivesWay", derivation.rule.yields_to), cast("Fact", derivation.ended)
    message = f"{deadline.limit}, due on {_due(deadline)}: {asked.says}"
    return Finding(asked.finding, deadline.case_id, cause.on, message, asked.remedy, cause)


_LEFT_OPEN: Final[Mapping[int, Callable[..., Finding]]] = {
    kernel.DAYS_UNKNOWN: _days_unknown,
    kernel.MAY_BE_LATER: _may_be_later,
    kernel.NOT_DATED: _not_dated,
    kernel.WHOSE: _whose,
    kernel.DOUBTED: _doubted,
    kernel.DOUBTED_LATER: _doubted_later,
    kernel.TOO_OLD: _too_old,
    kernel.GAVE_WAY: _gave_way,
    kernel.UNBORN: _unborn,
}
"""What to say of a deadline that leaves something open, by what the kernel found."""
complete(_LEFT_OPEN, range(kernel.DAYS_UNKNOWN, kernel.UNBORN + 1), "what a deadline leaves open")


def _of_exception(
    fact: ExceptionRecorded, noted: int, found: Sequence[Explicable], rulebook: Rulebook
) -> Iterator[Finding]:
    def finding(code: str, message: str, remedy: str) -> Finding:
        said = f"exception {fact.outcome} on {dates.written(fact.on)}: {message}"
        return Finding(code, fact.case_id, fact.on, said, remedy, fact)

    if fact.outcome == "not_stated":
        yield finding(
            "exception_not_stated",
            f"the source says that an exception applied, and not which: it excuses nothing{_not_counted(rulebook)}",
            "record the ground that it was",
        )
    elif fact.limit is not None and fact.limit not in rulebook.limits:
        said = f"there is no limit called {fact.limit!r}"
        yield finding("exception_for_unknown_limit", said, "name a limit of the rulebook")
    elif noted & HELD:
        doubt = rulebook.doubt(fact.outcome, fact.reason)
        if doubt is not None:
            yield finding("exception_reason_doubtful", doubt.says, doubt.remedy)
        if not fact.reason:
            yield finding(
                "exception_without_reason",
                "nobody recorded why compliance was impractical because of it",
                "record the reason; the judgement is a person's",
            )
        elif noted & HELD_WITHOUT_END:
            yield finding(
                "exception_without_end",
                "nobody recorded when it ended, so it is taken to go on, and excuses what it can from then on",
                "record its last day (until)",
            )
    elif noted & WANTED:
        # An exception that was not needed, because the act was in time or fell away, calls for no look.
        deadline, checked = _first_wanted(fact, found)
        yield finding(
            "exception_not_made_out", f"its facts do not hold for {deadline.limit}: {checked.says}", "check its dates"
        )
    elif noted & CONSIDERED or any(_waits_for_its_day(fact, deadline) for deadline in found):
        return
    elif _is_allowed(fact, rulebook):
        where = f"{fact.limit} does not run" if fact.limit else "no limit that it could excuse runs"
        yield finding("exception_without_limit", f"{where} in this case", "record what starts the clock, or void it")
    else:
        yield not_available(fact)


def _not_counted(book: Rulebook) -> str:
    dfe = ", and the plan is left out of the 20 weeks as the Department for Education counts them without exceptions"
    return dfe if "final_plan" in book.limits else ""


def _first_wanted(fact: ExceptionRecorded, found: Sequence[Explicable]) -> tuple[Explicable, GroundChecked]:
    """Return the first deadline for which an exception was wanted, and why its facts do not hold for it."""
    return next(
        (deadline, checked)
        for deadline in found
        if deadline.derivation.claimed and deadline.status not in ("met", "lapsed")
        for checked in deadline.derivation.grounds
        if checked.fact is fact
    )


def _waits_for_its_day(fact: ExceptionRecorded, deadline: Explicable) -> bool:
    """Whether an exception is of a ground that a limit has, which runs, and whose last lawful day nobody can tell."""
    rule, book = deadline.derivation.rule, deadline.derivation.judged.book.rulebook
    return deadline.due_on is None and fact.limit in (None, deadline.limit) and allows(rule.exceptions, fact, book)


def _is_allowed(fact: ExceptionRecorded, rulebook: Rulebook) -> bool:
    """Whether the law allows an exception on this ground to the limit that is claimed, or, where none is, to any."""
    limits = [rulebook.limits[fact.limit]] if fact.limit else rulebook.limits.values()
    return any(allows(rule.exceptions, fact, rulebook) for limit in limits for rule in limit.rule)
