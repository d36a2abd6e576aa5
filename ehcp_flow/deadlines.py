"""Deadlines: the law's time limits applied to the facts of one case, on one day.

A deadline is computed each time it is asked for and never stored as truth. An exception disapplies a limit: the date
stays, and `excused_by` says why there is no breach. Nothing pauses a clock or moves a date. A limit that was missed
never moves a case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from ehcp_flow import dates
from ehcp_flow.calendars import Calendars
from ehcp_flow.calendars import england as english_calendars
from ehcp_flow.case import Case
from ehcp_flow.clocks import Run, Timeline, runs
from ehcp_flow.counting import ONE_DAY
from ehcp_flow.facts import ExceptionRecorded, Fact, make_fact
from ehcp_flow.findings import Finding
from ehcp_flow.grounds import GroundChecked, Stretch, check_grounds
from ehcp_flow.law.compiled import DONE, IMPLIED, LAPSE, OTHER, RESUME, UNDONE, RunningLaw, RunningRule, compiled
from ehcp_flow.law.loader import england
from ehcp_flow.law.model import Rulebook, Version
from ehcp_flow.working import Step, Working, explain, findings_of

__all__ = ["FIELDS", "Deadline", "Judgement", "Status", "deadlines_of", "due", "judge"]

Status: TypeAlias = Literal["open", "met", "late", "overdue", "premature", "lapsed", "undated"]

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
        return self.working.running.limit.title

    @property
    def actor(self) -> str:
        """Who must do it."""
        return self.working.running.limit.actor

    @property
    def kind(self) -> str:
        """`statutory`, `guidance`, `derived` or `local`; only a statutory limit can be breached."""
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


def _judge(
    case: Case, as_of: dt.date | str | None, rulebook: Rulebook | None, calendars: Calendars | None, given: Fact | None
) -> tuple[list[Deadline], _Evaluation]:
    day = dates.today() if as_of is None else dates.parse_date(as_of)
    law = compiled(rulebook or england())
    evaluation = _Evaluation(Timeline(case, day, given), law, calendars or english_calendars())
    return evaluation.deadlines(), evaluation


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
        for fact in timeline.facts:
            if fact.event == "exception_recorded":
                self.exceptions.append(fact)  # type: ignore[arg-type]
            elif fact.event == "date_of_birth":
                self.born_on = fact.on

    def deadlines(self) -> list[Deadline]:
        """Return the deadlines, the earliest last lawful day first, and within a day in the order of the rulebook."""
        keyed: list[tuple[dt.date, int, int, Deadline]] = []
        keys = self.timeline.keys
        for run in runs(self.timeline, self.law):
            start_key = keys[run.start]
            for running in run.clock.rules:
                if running.only_from is not None and not running.only_from[start_key]:
                    continue
                deadline = self._deadline(run, running)
                if deadline is not None:
                    keyed.append((deadline.due_on or dt.date.max, running.order, run.start, deadline))
        keyed.sort(key=lambda key: key[:3])
        self.workings = [key[3] for key in keyed]
        return self.workings

    def _deadline(self, run: Run, running: RunningRule) -> Deadline | None:
        timeline, rule = self.timeline, running.rule
        facts = timeline.facts
        trigger = facts[run.start]
        based_on, base = _day_of(trigger, running.from_fields)
        version = rule.in_force(base)
        if version is None:
            self.no_law.append((run, running, base))
            return None
        as_of = timeline.as_of

        basis: tuple[tuple[dt.date, Fact, str], ...]
        if version.counting is not None:
            last = version.counting.last_day(base, self.calendars, run.party)
            basis = ((base, trigger, based_on),)
        else:
            last, base, basis = self._later_of(run, running, version)
        if last is not None and version.roll == "tribunal":
            last = self.calendars.tribunal.roll_end(last)
        if rule.under_age is not None and not self._under_age(rule.under_age, last):
            return None

        done, implied, ended, other = self._acts(run, running, base)
        superseded = facts[run.end] if run.end >= 0 else None
        status, days_over, earliest = self._status(
            version, last, as_of, done, implied, ended, other, superseded, bool(rule.other_answer)
        )
        if done is None and (other or ended) and status == "lapsed":
            ended = other or ended
        grounds: Sequence[GroundChecked] = ()
        excused: tuple[str, ...] = ()
        if self.exceptions and rule.exceptions and last is not None:
            grounds = self._grounds(run, running, version, base, last)
            excused = tuple(dict.fromkeys(checked.ground.outcome for checked in grounds if checked.holds))
        breach = status in ("late", "overdue", "premature") and not excused and running.limit.kind == "statutory"
        return Deadline(
            timeline.case.case_id,
            self.authority,
            running.limit.id,
            run.party,
            base,
            last,
            earliest,
            None if done is None else done.on,
            status,
            days_over,
            excused,
            breach,
            Working(
                timeline, run, running, version, basis, done, implied, ended, superseded, grounds,
                self.calendars, self.law.rulebook,
            ),
        )  # fmt: skip

    def _acts(
        self, run: Run, running: RunningRule, base: dt.date
    ) -> tuple[Fact | None, Fact | None, Fact | None, Fact | None]:
        """Return the facts that discharged the rule, that implied it, that made it lapse, and that answered otherwise."""
        facts, keys, roles = self.timeline.facts, self.timeline.keys, running.roles
        per_party = run.clock.clock.per == "party"
        back = running.rule.looks_back
        first = run.start + 1
        if back is not None:
            since = back.before(base, self.calendars)
            first = run.previous + 1
            while facts[first].on < since:
                first += 1
        stop = run.end + 1 if run.end >= 0 else len(facts)
        done = implied = ended = other = None
        settled = False
        for place in range(first, stop):
            role = roles[keys[place]]
            if not role:
                continue
            fact = facts[place]
            if role & LAPSE:
                if done is None and ended is None:
                    ended = fact
            elif role & RESUME and ended is not None:
                ended = None
            elif ended is None and not settled and not (per_party and fact.party != run.party):
                if role & DONE:
                    done = done or fact
                elif role & UNDONE:
                    done = None
                elif role & OTHER:
                    other = other or fact
                elif role & IMPLIED and done is None and fact.on <= self.timeline.as_of:
                    implied = implied or fact
                    # What starts the clock implies the act only as long as no record of the act itself follows.
                    settled = place != run.start
        return done, None if done is not None else implied, ended, other

    @staticmethod
    def _status(
        version: Version,
        last: dt.date | None,
        as_of: dt.date,
        done: Fact | None,
        implied: Fact | None,
        ended: Fact | None,
        other: Fact | None,
        superseded: Fact | None,
        conditional: bool,
    ) -> tuple[Status, int | None, dt.date | None]:
        if last is None:
            return "undated", None, None
        if version.is_window:
            earliest = last + ONE_DAY
            if done is not None:
                return ("met" if done.on > last else "premature"), None, earliest
            for fact in (ended, superseded):
                if fact is not None and fact.on <= last:
                    return "lapsed", None, earliest
            return ("met" if as_of > last else "open"), None, earliest
        if done is not None:
            over = (done.on - last).days
            return ("late", over, None) if over > 0 else ("met", None, None)
        if implied is not None:
            return "undated", None, None
        if ended is not None or other is not None or superseded is not None:
            return "lapsed", None, None
        if conditional or as_of <= last:
            return "open", None, None
        return "overdue", (as_of - last).days, None

    def _later_of(
        self, run: Run, running: RunningRule, version: Version
    ) -> tuple[dt.date | None, dt.date, tuple[tuple[dt.date, Fact, str], ...]]:
        """Return the later of several last days, the day it was counted from, and what each was counted from."""
        facts = self.timeline.facts
        counted: list[tuple[dt.date, dt.date]] = []
        basis: list[tuple[dt.date, Fact, str]] = []
        for count in version.counts:
            fact: Fact | None = facts[run.start]
            fields = count.counts_from or running.from_fields
            if count.counts_from_fact:
                fact, fields = self._first_in_run(run, count.counts_from_fact), count.counts_from or ("on",)
            if fact is None:
                continue
            field, day = _day_of(fact, fields)
            last = count.convention.last_day(day, self.calendars, run.party)
            basis.append((day, fact, field))
            if last is not None:
                counted.append((last, day))
        if not counted:
            return None, basis[0][0], tuple(basis)
        last, base = max(counted, key=lambda pair: pair[0])
        return last, base, tuple(basis)

    def _first_in_run(self, run: Run, patterns: Sequence[Any]) -> Fact | None:
        stop = run.end + 1 if run.end >= 0 else len(self.timeline.facts)
        for place in range(run.start + 1, stop):
            event, outcome = self.timeline.keys[place]
            if any(event == pattern.event and pattern.outcome in (None, outcome) for pattern in patterns):
                return self.timeline.facts[place]
        return None

    def _under_age(self, years: int, last: dt.date | None) -> bool:
        """Whether the child is known to be under `years` on the last lawful day."""
        if self.born_on is None or last is None:
            return False
        had = last.year - self.born_on.year - ((last.month, last.day) < (self.born_on.month, self.born_on.day))
        return had < years

    def _grounds(
        self, run: Run, running: RunningRule, version: Version, base: dt.date, last: dt.date
    ) -> list[GroundChecked]:
        timeline = self.timeline
        stop = run.end if run.end >= 0 else len(timeline.facts)
        requests = [fact for fact in timeline.facts[run.start : stop] if fact.event == "advice_requested"]
        against = Stretch(
            limit=running.limit.id,
            first=version.counts[0].convention.first_day(base),
            last=last,
            as_of=timeline.as_of,
            party=run.party,
            is_advice=run.clock.clock.per == "party",
            requests=requests,
            calendars=self.calendars,
        )
        return check_grounds(running.rule.exceptions, self.exceptions, against, self.law.rulebook)

    def findings(self) -> list[Finding]:
        """Return what the record leaves open. Call after `deadlines`."""
        return findings_of(self.workings, self.no_law, self.exceptions, self.timeline, self.law.rulebook)


def _day_of(fact: Fact, fields: Sequence[str]) -> tuple[str, dt.date]:
    """Return the first of the date fields that is filled, and its day; `on` always is."""
    values = fact.__dict__
    for field in fields:
        day = values.get(field)
        if day is not None:
            return field, day
    return "on", fact.on
