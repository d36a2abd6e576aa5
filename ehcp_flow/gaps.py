"""What the record of a case leaves open: acts that nobody dated, exceptions that are not made out. Never a breach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from ehcp_flow.clocks import Run, Timeline
from ehcp_flow.facts import ExceptionRecorded, Fact
from ehcp_flow.findings import Finding
from ehcp_flow.law.compiled import RunningRule
from ehcp_flow.law.model import Rulebook
from ehcp_flow.working import Explicable, days_in_words

__all__ = ["findings_of"]


def findings_of(
    found: Sequence[Explicable],
    no_law: Iterable[tuple[Run, RunningRule, dt.date]],
    exceptions: Sequence[ExceptionRecorded],
    timeline: Timeline,
    rulebook: Rulebook,
) -> list[Finding]:
    """Return what the record of a case leaves open, given its deadlines."""
    case_id = timeline.case.case_id
    findings = [finding for deadline in found for finding in _of_deadline(deadline)]
    for run, running, base in no_law:
        if _had_another_rule(running, base):
            continue
        findings.append(
            Finding(
                "no_law_in_force",
                case_id,
                base,
                f"no version of {running.limit.id} was in force on {base.isoformat()}, so it has no date",
                "check the date, or load a rulebook that covers it",
                timeline.facts[run.start],
            )
        )
    for fact in exceptions:
        findings.extend(_of_exception(fact, found, rulebook))
    findings.extend(finding for fact in timeline.facts for finding in _of_dates(fact))
    return findings


def _of_dates(fact: Fact) -> Iterator[Finding]:
    """Yield a finding for each date of a fact that cannot be, and is not counted from."""
    for field, wrong in (("served_on", "before it was sent"), ("made_on", "after"), ("reviewed_on", "after")):
        day = fact.__dict__.get(field)
        if day is not None and fact.day(field) is None and (fact.served_later or field != "served_on"):
            yield Finding(
                "impossible_date",
                fact.case_id,
                fact.on,
                f"{fact.event} on {fact.on.isoformat()} has {field} {day.isoformat()}, {wrong}"
                f"{'' if field == 'served_on' else ' that day'}; it is not counted from",
                f"correct {field}, or on",
                fact,
            )


def _had_another_rule(running: RunningRule, base: dt.date) -> bool:
    """Whether the limit had, on that day, a rule of other words on the same clock, in the place of this one."""
    return any(rule.clock == running.rule.clock and rule.in_force(base) for rule in running.limit.rule)


def _of_deadline(deadline: Explicable) -> Iterator[Finding]:
    working = deadline.working
    due_on = deadline.due_on
    if due_on is None and working.protected is None:
        yield Finding(
            "institution_dates_unknown",
            deadline.case_id,
            deadline.starts_on,
            f"{deadline.limit} counts days on which {deadline.party or 'an institution'} is open, "
            "and they are not known",
            "name the institution as party and load its term dates",
            working.timeline.facts[working.run.start],
        )
    elif due_on is None:
        return
    elif working.may_be_later and deadline.status in ("open", "undated"):
        start = working.timeline.facts[working.run.start]
        needed = [field for count in working.version.counts if count.needed for field in count.counts_from]
        yield Finding(
            "due_date_uncertain",
            deadline.case_id,
            start.on,
            f"{deadline.limit} is due on {due_on.isoformat()} at the earliest; the true last lawful day may be later, "
            f"since {start.event} has no {' or '.join(needed)}",
            f"record {' or '.join(needed)} with {start.event}",
            start,
        )
    elif deadline.status == "undated" and working.implied is not None:
        yield Finding(
            "act_not_dated",
            deadline.case_id,
            working.implied.on,
            f"{deadline.limit} was due on {due_on.isoformat()}; {working.implied.event} on "
            f"{working.implied.on.isoformat()} shows that it was done, and nothing says when",
            f"record {' or '.join(str(pattern) for pattern in working.running.rule.done_by)}",
            working.implied,
        )
    elif deadline.status == "lapsed" and deadline.kind == "statutory" and not working.version.is_window:
        cause = working.ended or working.superseded
        rule = working.running.rule
        owed = not (rule.other_answer or rule.bites_only_if or rule.right)
        if cause is not None and cause.on > due_on and owed and not working.never_owed:
            yield Finding(
                "overdue_when_it_lapsed",
                deadline.case_id,
                cause.on,
                f"{deadline.limit} was {days_in_words((cause.on - due_on).days)} overdue when it fell away by "
                f"{cause.event} on {cause.on.isoformat()}",
                "",
                cause,
            )


def _of_exception(fact: ExceptionRecorded, found: Sequence[Explicable], rulebook: Rulebook) -> Iterator[Finding]:
    def finding(code: str, message: str, remedy: str) -> Finding:
        return Finding(
            code, fact.case_id, fact.on, f"exception {fact.outcome} on {fact.on.isoformat()}: {message}", remedy, fact
        )

    if fact.limit is not None and fact.limit not in rulebook.limits:
        yield finding(
            "exception_for_unknown_limit", f"there is no limit called {fact.limit!r}", "name a limit of the rulebook"
        )
        return
    checks = [(deadline, checked) for deadline in found for checked in deadline.working.grounds if checked.fact is fact]
    if any(checked.holds for _, checked in checks):
        if not fact.reason:
            yield finding(
                "exception_without_reason",
                "nobody recorded why compliance was impractical because of it",
                "record the reason; the judgement is a person's",
            )
        elif fact.until is None and any(checked.holds and checked.ground.lasts for _, checked in checks):
            yield finding(
                "exception_without_end",
                "nobody recorded when it ended, so it is taken to go on, and excuses what it can from then on",
                "record its last day (until)",
            )
        return
    # An exception that was not needed, because the act was in time or fell away, calls for no look.
    wanted = next((pair for pair in checks if pair[0].status not in ("met", "lapsed")), None)
    if wanted is not None:
        deadline, checked = wanted
        yield finding(
            "exception_not_made_out", f"its facts do not hold for {deadline.limit}: {checked.says}", "check its dates"
        )
    elif checks:
        return
    elif _is_allowed(fact, rulebook):
        where = f"{fact.limit} does not run" if fact.limit else "no limit that it could excuse runs"
        yield finding("exception_without_limit", f"{where} in this case", "record what starts the clock, or void it")
    else:
        yield finding(
            "exception_not_available",
            f"the law allows no such exception to {fact.limit}",
            "see the rulebook's exceptions",
        )


def _is_allowed(fact: ExceptionRecorded, rulebook: Rulebook) -> bool:
    """Whether the law allows an exception on this ground to the limit that is claimed, or, where none is, to any."""
    return any(
        rulebook.grounds[use.ground].outcome == fact.outcome
        for limit in ([rulebook.limits[fact.limit]] if fact.limit else rulebook.limits.values())
        for rule in limit.rule
        for use in rule.exceptions
    )
