"""Deadlines: the law's time limits applied to the facts of one case, on one day.

A deadline is computed each time it is asked for and never stored as truth. An exception disapplies a limit: the date
stays, and `excused_by` says why there is no breach. Nothing pauses a clock or moves a date. A limit that was missed
never moves a case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from ehcp_flow import dates
from ehcp_flow.calendars import Calendars
from ehcp_flow.calendars import england as english_calendars
from ehcp_flow.case import Case
from ehcp_flow.clocks import Run, Timeline, begun, runs, swift
from ehcp_flow.counting import ONE_DAY
from ehcp_flow.facts import ExceptionRecorded, Fact, make_fact
from ehcp_flow.findings import Finding
from ehcp_flow.gaps import findings_of
from ehcp_flow.grounds import GroundChecked, Stretch, check_grounds
from ehcp_flow.law.clock import Between
from ehcp_flow.law.compiled import (
    DONE,
    FINAL,
    IMPLIED,
    LAPSE,
    NEEDED,
    OTHER,
    RESUME,
    RESUME_INSIDE,
    UNDONE,
    RunningLaw,
    RunningRule,
    compiled,
)
from ehcp_flow.law.loader import england
from ehcp_flow.law.model import Foreseen, InTime, Rule, Rulebook
from ehcp_flow.law.patterns import Patterns, matches
from ehcp_flow.law.version import Count, Version
from ehcp_flow.statuses import Acts, Status, status_of
from ehcp_flow.working import Step, Working, explain

__all__ = ["FIELDS", "Deadline", "Judgement", "Status", "deadlines_of", "due", "judge", "suppose"]

FIELDS = (
    "case_id", "authority", "limit", "title", "actor", "party", "kind", "citation", "starts_on", "due_on",
    "earliest_on", "done_on", "status", "days_over", "excused_by", "breach",
)  # fmt: skip
"""The fields of a deadline in their public order; `explanation` is given where it is asked for."""


class Deadline(NamedTuple):
    """One time limit applied to one case, as it stood on `as_of`.

    `starts_on` is the day the clock starts from; `due_on` the last lawful day (of a window, the last protected day);
    `earliest_on`, of a window only, the first day on which the act is lawful; `done_on` the day it was done.
    `days_over` counts calendar days past `due_on`, to the act or else to `as_of`. `excused_by` names the grounds of
    exception whose facts hold. `breach` is true of a statutory limit that is late, overdue or premature and not
    excused. `explanation` gives the working, step by step.
    """

    case_id: str
    authority: str | None
    limit: str
    party: str | None
    starts_on: dt.date
    due_on: dt.date | None
    earliest_on: dt.date | None
    done_on: dt.date | None
    status: Status
    days_over: int | None
    excused_by: tuple[str, ...]
    breach: bool
    working: Working

    @property
    def title(self) -> str:
        """What must be done, in a few words."""
        return self.working.running.rule.title or self.working.running.limit.title

    @property
    def actor(self) -> str:
        """Who must do it."""
        return self.working.running.limit.actor

    @property
    def kind(self) -> str:
        """`statutory`, `guidance`, `derived` or `local`; only a statutory limit can be breached, and no right can."""
        return self.working.running.limit.kind

    @property
    def citation(self) -> str:
        """The provisions that set the limit."""
        return self.working.version.cited

    @property
    def as_of(self) -> dt.date:
        """The day for which the deadline was computed."""
        return self.working.timeline.as_of

    @property
    def explanation(self) -> tuple[Step, ...]:
        """The steps of the working: what started it, which rule, how it was counted, exceptions, other readings."""
        return explain(self)

    def as_dict(self, *, explanation: bool = False) -> dict[str, Any]:
        """Return the public fields by name, dates as ISO text; with `explanation`, the steps of the working too."""
        row: dict[str, Any] = {}
        for name in FIELDS:
            value = getattr(self, name)
            row[name] = value.isoformat() if isinstance(value, dt.date) else value
        row["excused_by"] = list(self.excused_by)
        if explanation:
            row["explanation"] = [step.as_dict() for step in self.explanation]
        return row

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Deadline) and self[:12] == other[:12]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self[:12])

    def __repr__(self) -> str:
        return f"<Deadline {self.case_id} {self.limit} due {dates.iso(self.due_on)} {self.status}>"


class Judgement(NamedTuple):
    """The deadlines of a case on a day, and what the record leaves open."""

    deadlines: tuple[Deadline, ...]
    findings: tuple[Finding, ...]


def deadlines_of(
    case: Case,
    as_of: dt.date | str | None = None,
    *,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> list[Deadline]:
    """Return every deadline of `case` as it stood on `as_of` (today if not given), earliest first.

    Only facts that had happened by `as_of` count. The rulebook is England's, and the calendars England's, unless others
    are given. Raises DateError if `as_of` is no date.
    """
    return _judge(case, as_of, rulebook, calendars, None)[0]


def judge(
    case: Case,
    as_of: dt.date | str | None = None,
    *,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> Judgement:
    """Return the deadlines of `case` on `as_of`, and the findings that its record gives rise to.

    Findings are about holes in the record, never breaches: an act that was done nobody knows when, an exception whose
    facts do not hold, a clock from before the law was in force.
    """
    found, working = _judge(case, as_of, rulebook, calendars, None)
    return Judgement(tuple(found), tuple(working.findings()))


def due(
    event: str,
    on: dt.date | str,
    *,
    case_id: str = "-",
    as_of: dt.date | str | None = None,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
    **fields: Any,
) -> list[Deadline]:
    """Return the deadlines that follow from one fact: `due("request_received", "2026-03-02")`.

    The fact may lie in the future. Nothing else is known of the case, so deadlines are given as they stand on the day
    of the fact, or today if that is earlier, unless `as_of` says otherwise. `fields` are further columns of the fact,
    such as `outcome`. Raises UnknownNameError for an unknown event and FactError for a field that cannot be.
    """
    fact = make_fact(event, case_id=case_id, on=on, **fields)
    day = min(fact.on, dates.today()) if as_of is None else dates.parse_date(as_of)
    return _judge(Case(case_id, (fact,)), day, rulebook, calendars, fact)[0]


def suppose(
    case: Case,
    fact: Fact,
    as_of: dt.date | str | None = None,
    *,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> list[Deadline]:
    """Return the deadlines that `case` would have on `as_of` with one more fact, which may lie in the future.

    Nothing is recorded. Raises FactError if the fact belongs to another case.
    """
    return _judge(case.record(fact), as_of, rulebook, calendars, fact)[0]


def _judge(
    case: Case, as_of: dt.date | str | None, rulebook: Rulebook | None, calendars: Calendars | None, given: Fact | None
) -> tuple[list[Deadline], _Evaluation]:
    day = dates.today() if as_of is None else dates.parse_date(as_of)
    law = compiled(rulebook or england())
    evaluation = _Evaluation(Timeline(case, day, given), law, calendars or english_calendars())
    return evaluation.deadlines(), evaluation


_NOTHING: Final[tuple[Sequence[GroundChecked], tuple[str, ...]]] = ((), ())


_Basis: TypeAlias = tuple[tuple[dt.date, Fact, str], ...]
"""For each period counted: the day it was counted from, the fact that gave that day, and the field of the fact."""


class _Evaluation:
    """One case, one day, one rulebook."""

    __slots__ = ("authority", "born_on", "calendars", "exceptions", "law", "no_law", "timeline", "workings")

    def __init__(self, timeline: Timeline, law: RunningLaw, calendars: Calendars) -> None:
        self.timeline = timeline
        self.law = law
        self.calendars = calendars
        self.authority = timeline.case.authority
        self.exceptions: list[ExceptionRecorded] = []
        self.born_on: dt.date | None = None
        self.no_law: list[tuple[Run, RunningRule, dt.date]] = []
        self.workings: list[Deadline] = []
        if "exception_recorded" in timeline.events:
            self.exceptions = [fact for fact in timeline.facts if isinstance(fact, ExceptionRecorded)]
        if "date_of_birth" in timeline.events:
            self.born_on = next(fact.on for fact in reversed(timeline.facts) if fact.event == "date_of_birth")

    def deadlines(self) -> list[Deadline]:
        """Return the deadlines, the earliest last lawful day first, and within a day in the order of the rulebook."""
        keyed: list[tuple[dt.date, int, int, Deadline]] = []
        codes = self.timeline.codes
        for run in runs(self.timeline, self.law):
            code = codes[run.start]
            for running in run.clock.rules:
                if running.only_from is not None and not running.only_from.by_code[code]:
                    continue
                deadline = self._deadline(run, running)
                if deadline is not None:
                    keyed.append((deadline.due_on or dt.date.max, running.order, run.start, deadline))
        # No two share a rule and a start, so deadlines themselves are never compared.
        keyed.sort()
        self.workings = [key[3] for key in keyed]
        return self.workings

    def _deadline(self, run: Run, running: RunningRule) -> Deadline | None:
        timeline, rule = self.timeline, running.rule
        facts = timeline.facts
        trigger = facts[run.start]
        if running.narrowed and not self._starts(running, run, trigger):
            return None
        based_on, base = ("on", trigger.on) if running.from_on else _day_of(trigger, running.from_fields)
        protected: tuple[Fact, Fact | None] | None = None
        unsure = False
        if running.newest_days is not None and base >= running.newest_from:
            version, counts = running.newest, running.newest.counts
            last: dt.date | None = base + running.newest_days
            basis: _Basis = ((base, trigger, based_on),)
        else:
            counted = self._counted(run, running, base, based_on)
            if counted is None:
                if self._acts(run, running, base, None) is not None:
                    self.no_law.append((run, running, base))
                return None
            version, last, base, basis, counts = counted
            unsure = len(counts) < len(version.counts) and version.may_be_later(counts)
        if running.conditional and not self._is_there(rule, last):
            return None
        if version.protected_until is not None and last is not None:
            protected = self._protected(run, version.protected_until, last)
            if protected is not None:
                last = None if protected[1] is None else protected[1].on - ONE_DAY

        acts = self._acts(run, running, base, last)
        if acts is None:
            return None
        superseded = facts[run.end] if run.end >= 0 else None
        unproven = running.unproven and self._first(run.start + 1, run.stop, rule.bites_on) < 0
        status, days_over, earliest = status_of(
            rule, version, last, timeline.as_of, acts, superseded,
            pending=protected is not None, unsure=unsure, unproven=unproven,
        )  # fmt: skip
        ended = (acts.other or acts.ended) if acts.done is None and status == "lapsed" else acts.ended
        grounds, excused = _NOTHING
        if self.exceptions and rule.exceptions and last is not None:
            grounds, excused = self._excused(run, running, version, base, last, acts.done)
        missed = status in ("late", "overdue", "premature") and not excused
        working: Working = swift(
            Working,
            (
                timeline, run, running, version, basis, acts.done, acts.implied, ended, superseded, grounds,
                self.calendars, self.law.rulebook, counts, acts.resumed, protected,
            ),
        )  # fmt: skip
        deadline: Deadline = swift(
            Deadline,
            (
                timeline.case.case_id, self.authority, running.limit_id, run.party, base, last, earliest,
                None if acts.done is None else acts.done.on, status, days_over, excused, missed and running.statutory,
                working,
            ),
        )  # fmt: skip
        return deadline

    def _counted(
        self, run: Run, running: RunningRule, base: dt.date, based_on: str
    ) -> tuple[Version, dt.date | None, dt.date, _Basis, tuple[Count, ...]] | None:
        """Return the version in force, its last lawful day, and what that was counted from; None if there is none."""
        version = running.newest if base >= running.newest_from else running.rule.in_force(base)
        if version is None:
            return None
        last: dt.date | None
        counts = version.counts
        if version.counting is not None:
            last = version.counting.last_day(base, self.calendars, run.party)
            basis: _Basis = ((base, self.timeline.facts[run.start], based_on),)
        else:
            last, base, basis, counts = self._later_of(run, running, version)
        if last is not None and version.roll == "tribunal":
            last = self.calendars.tribunal.roll_end(last)
        return version, last, base, basis, counts

    def _starts(self, running: RunningRule, run: Run, trigger: Fact) -> bool:
        """Whether the starting fact is as the rule asks: foreseen for so long or not, of whom, in time, and when."""
        rule = running.rule
        return (
            (rule.where is None or self._ahead(rule.where, trigger))
            and (rule.where_not is None or not self._ahead(rule.where_not, trigger))
            and (not rule.by_party or trigger.party in rule.by_party)
            and trigger.party not in rule.not_by_party
            and (rule.where_in_time is None or self._came_in_time(rule.where_in_time, run))
            and all(begun(stretch, self.timeline, run.start) is None for stretch in running.not_during)
        )

    def _came_in_time(self, condition: InTime, run: Run) -> bool:
        after = self._last(run.start, condition.after)
        if after < 0:
            return True
        first = self._first(after + 1, run.start + 1, condition.first)
        last = condition.convention.last_day(self.timeline.facts[after].on, self.calendars, run.party)
        return last is None or (first >= 0 and self.timeline.facts[first].on <= last)

    def _ahead(self, condition: Foreseen, trigger: Fact) -> bool:
        latest = condition.period.before(trigger.on, self.calendars)
        return latest is not None and _day_of(trigger, (condition.date,))[1] <= latest

    def _protected(self, run: Run, until: Between, last: dt.date) -> tuple[Fact, Fact | None] | None:
        """Return the fact that keeps a window open past its count, and the fact that ends it, if there is one."""
        begun = self._first(run.start + 1, run.stop, until.begins_on)
        if begun < 0 or self.timeline.facts[begun].on > last:
            return None
        ended = self._first(begun + 1, run.stop, until.ends_on)
        return self.timeline.facts[begun], None if ended < 0 else self.timeline.facts[ended]

    def _acts(  # noqa: PLR0912 - a branch for each role
        self, run: Run, running: RunningRule, base: dt.date, last: dt.date | None
    ) -> Acts | None:
        """Return what happened to the rule while its clock ran, or None if a fact that it needs never came."""
        facts, codes, roles = self.timeline.facts, self.timeline.codes, running.roles.by_code
        per_party = running.per_party
        back = running.looks_back
        first = run.start + 1
        if back is not None:
            since = back.before(base, self.calendars)
            first = run.previous + 1
            while first < run.start and facts[first].on < since:
                first += 1
        done = latest = implied = ended = other = resumed = None
        settled = over = False
        needed = running.needs
        for place in range(first, run.stop):
            role = roles[codes[place]]
            if not role:
                continue
            fact = facts[place]
            if role & NEEDED:
                if needed and (done or implied or other or ended):
                    return None
                needed = False
            inside = role & RESUME_INSIDE and self._is_inside(running, place)
            if role & FINAL and not inside:
                over = True
            if role & LAPSE and not inside:
                if done is None and ended is None:
                    ended = fact
                    if running.ends_for_good and not needed:
                        break
            elif (role & RESUME or inside) and ended is not None:
                if not over and (not running.in_time or last is None or fact.on <= last):
                    ended, resumed = None, fact
            elif ended is None and not settled and not (per_party and fact.party != run.party):
                if role & DONE:
                    done, latest = done or fact, fact
                    if running.done_for_good and not needed:
                        break
                elif role & UNDONE:
                    # It cancels what was done last, which may have answered a later run and not this one.
                    done = None if done is latest else done
                elif role & OTHER:
                    other = other or fact
                elif role & IMPLIED and done is None and fact.on <= self.timeline.as_of:
                    # An act that is recorded after the fact that implies it belongs to a later run.
                    implied = fact
                    settled = True
        if needed:
            return None
        acts: Acts = swift(Acts, (done, None if done is not None else implied, ended, other, resumed))
        return acts

    def _later_of(
        self, run: Run, running: RunningRule, version: Version
    ) -> tuple[dt.date | None, dt.date, _Basis, tuple[Count, ...]]:
        """Return the later of several last days, the day it was counted from, and what each count was counted from."""
        facts = self.timeline.facts
        counted: list[tuple[dt.date, dt.date]] = []
        basis: list[tuple[dt.date, Fact, str]] = []
        counts: list[Count] = []
        for count in version.counts:
            fact = facts[run.start]
            fields = count.counts_from or running.from_fields
            if count.counts_from_fact:
                place = self._first(run.start + 1, run.stop, count.counts_from_fact)
                if place < 0:
                    continue
                fact, fields = facts[place], count.counts_from or ("on",)
            elif count.counts_from and not any(fact.day(field) for field in fields):
                place = self._last(run.start, count.or_from_fact)
                if place < 0:
                    continue
                fact, fields = facts[place], ("on",)
            field, day = _day_of(fact, fields)
            last = count.convention.last_day(day, self.calendars, run.party)
            basis.append((day, fact, field))
            counts.append(count)
            if last is not None:
                counted.append((last, day))
        if not counted:
            return None, basis[0][0], tuple(basis), tuple(counts)
        last, base = max(counted, key=lambda pair: pair[0])
        return last, base, tuple(basis), tuple(counts)

    def _first(self, start: int, stop: int, patterns: Patterns) -> int:
        """Return the place of the first fact from `start` to before `stop` that `patterns` speak of, or -1."""
        keys = self.timeline.keys
        return next((place for place in range(start, stop) if matches(patterns, *keys[place])), -1)

    def _last(self, stop: int, patterns: Patterns) -> int:
        """Return the place of the last fact before `stop` that `patterns` speak of, or -1."""
        keys = self.timeline.keys
        return next((place for place in range(stop - 1, -1, -1) if matches(patterns, *keys[place])), -1)

    def _is_inside(self, running: RunningRule, place: int) -> bool:
        """Whether a fact that sets the clock going inside a stretch alone is inside it."""
        return running.resumes_inside is not None and begun(running.resumes_inside, self.timeline, place) is not None

    def _is_there(self, rule: Rule, last: dt.date | None) -> bool:
        """Whether the child is under the age that the rule asks for, and what it is about was there by the last day."""
        if rule.under_age is not None and not self._under_age(rule.under_age, last):
            return False
        first = self._first(0, len(self.timeline.facts), rule.there_by)
        return last is None or first < 0 or self.timeline.facts[first].on <= last

    def _under_age(self, years: int, last: dt.date | None) -> bool:
        """Whether the child is known to be under `years` on the last lawful day."""
        if self.born_on is None or last is None:
            return False
        had = last.year - self.born_on.year - ((last.month, last.day) < (self.born_on.month, self.born_on.day))
        return had < years

    def _excused(
        self, run: Run, running: RunningRule, version: Version, base: dt.date, last: dt.date, done: Fact | None
    ) -> tuple[Sequence[GroundChecked], tuple[str, ...]]:
        """Return every ground considered, and those whose facts hold."""
        timeline = self.timeline
        requests = [fact for fact in timeline.facts[run.start : run.stop] if fact.event == "advice_requested"]
        against = Stretch(
            limit=running.limit.id,
            since=base if running.looks_back is None else running.looks_back.before(base, self.calendars),
            first=version.counts[0].convention.first_day(base),
            last=last,
            done=None if done is None else done.on,
            as_of=timeline.as_of,
            party=run.party,
            is_advice=run.clock.clock.per == "party",
            requests=requests,
            calendars=self.calendars,
        )
        grounds = check_grounds(running.rule.exceptions, self.exceptions, against, self.law.rulebook)
        return grounds, tuple(dict.fromkeys(checked.ground.outcome for checked in grounds if checked.holds))

    def findings(self) -> list[Finding]:
        """Return what the record leaves open. Call after `deadlines`."""
        return findings_of(self.workings, self.no_law, self.exceptions, self.timeline, self.law.rulebook)


def _day_of(fact: Fact, fields: Sequence[str]) -> tuple[str, dt.date]:
    """Return the first of the date fields that is filled, and its day; `on` always is."""
    for field in fields:
        day = fact.day(field)
        if day is not None:
            return field, day
    return "on", fact.on
