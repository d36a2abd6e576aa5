"""Deadlines: the law's time limits applied to the facts of one case, on one day.

A deadline is computed each time it is asked for and never stored as truth. An exception disapplies a limit: the date
stays, and `excused_by` says why there is no breach. Nothing pauses a clock or moves a date. A limit that was missed
never moves a case.

The law is read in one place, `ehcp_flow.engine`; a `Deadline` puts one of its rows into words when it is asked.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from ehcp_flow import dates
from ehcp_flow.calendars import Calendars
from ehcp_flow.calendars import england as english_calendars
from ehcp_flow.case import Case
from ehcp_flow.case_findings import findings_of
from ehcp_flow.derivation import Derivation
from ehcp_flow.engine import kernel
from ehcp_flow.engine.earliest_days import try_earlier_days
from ehcp_flow.engine.judged_case import JudgedCase, judge_case
from ehcp_flow.engine.kernel import LAPSED, LATE, NO_DAY, OVERDUE, OVERTAKEN
from ehcp_flow.engine.numbers import as_date
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.explanation import explain
from ehcp_flow.explanation_outcome import MISSED, STATUSES, ExplanationStep, Status
from ehcp_flow.facts import Fact, make_fact
from ehcp_flow.findings import Finding
from ehcp_flow.law.loader import law_given
from ehcp_flow.law.model import Rulebook

__all__ = [
    "FIELDS", "MISSED", "STATUSES", "Deadline", "Judgement", "Status", "deadlines_in", "deadlines_of", "due", "judge",
    "suppose",
]  # fmt: skip

FIELDS = (
    "case_id", "authority", "limit", "title", "actor", "party", "kind", "citation", "starts_on", "due_on",
    "earliest_on", "done_on", "status", "days_over", "excused_by", "breach",
    "due_on_earliest", "ended_on", "contested_by", "key",
)  # fmt: skip
"""The fields of a deadline in their public order; `explanation` is given where it is asked for."""

_MISSED = frozenset(STATUSES.index(status) for status in STATUSES if status in MISSED)


class Deadline:
    """One time limit applied to one case, as it stood on `as_of`: a value that cannot be changed.

    `starts_on` is the day the clock starts from; `due_on` the last lawful day (of a window, the last protected day);
    `earliest_on`, of a window only, the first day on which the act is lawful; `done_on` the day it was done.
    `days_over` counts calendar days past `due_on`: to the act, to `ended_on` where it was overdue when it fell away
    (`overtaken`), or to `as_of`. `excused_by` names the grounds of exception whose facts hold. `breach` is true of a
    statutory limit that is late, overdue, overtaken or premature and not excused. `contested_by` names the other lawful
    readings on which `breach` would come out otherwise. Where a fact is known to its month alone, all of this goes by
    the latest of its possible days; `due_on_earliest` is the last lawful day by the earliest, if that is another.
    `key` is its identity. `explanation` says how it came about, step by step.
    """

    __slots__ = ("_judged", "_row")

    def __init__(self, judged: JudgedCase, row: int) -> None:
        self._judged = judged
        self._row = row

    @property
    def case_id(self) -> str:
        """The case."""
        return self._judged.case.case_id

    @property
    def authority(self) -> str | None:
        """The three-digit number of the local authority, where the record gives it."""
        return self._judged.authority

    @property
    def limit(self) -> str:
        """The id of the time limit."""
        judged = self._judged
        return judged.book.limit_of[judged.rules[self._row]]

    @property
    def title(self) -> str:
        """What must be done, in a few words."""
        rule = self._judged.rule(self._row)
        return rule.rule.title or rule.limit.title

    @property
    def actor(self) -> str:
        """Who must do it."""
        return self._judged.rule(self._row).limit.actor

    @property
    def party(self) -> str | None:
        """Whom it concerns, where the record says so: the requester, the adviser, the institution."""
        return self._judged.party(self._row)

    @property
    def kind(self) -> str:
        """`statutory`, `guidance`, `derived` or `local`; only a statutory limit can be breached, and no right can."""
        return self._judged.rule(self._row).kind

    @property
    def citation(self) -> str:
        """The provisions that set the limit; of a day that was fixed, what fixed it, where the record says so."""
        return self.derivation.source or self._judged.version(self._row).cited

    @property
    def starts_on(self) -> dt.date:
        """The day the clock starts from."""
        return as_date(self._judged.value(kernel.BASE, self._row))

    @property
    def due_on(self) -> dt.date | None:
        """The last lawful day, None where there is none."""
        last = self._judged.lasts[self._row]
        return None if last == NO_DAY else as_date(last)

    @property
    def earliest_on(self) -> dt.date | None:
        """The first day on which the act is lawful, of a window only."""
        last = self._judged.lasts[self._row]
        return as_date(last + 1) if last != NO_DAY and self._judged.version(self._row).is_window else None

    @property
    def done_on(self) -> dt.date | None:
        """The day it was done, if it was; of what a date of another fact shows, that date."""
        done = self._judged.fact(kernel.DONE_AT, self._row)
        if done is None:
            return None
        shown = self._judged.rule(self._row).rule.first_by_date
        day = shown and done.event in {pattern.event for pattern in shown.facts} and done.day(shown.date)
        return dates.ordinary(day or done.on)

    @property
    def status(self) -> Status:
        """How it stands."""
        return STATUSES[self._judged.statuses[self._row]]

    @property
    def days_over(self) -> int | None:
        """Calendar days past the last lawful day, to the act, the end or `as_of`; None if it is not over."""
        status = self._judged.statuses[self._row]
        if status not in (LATE, OVERDUE, OVERTAKEN):
            return None
        done = self._judged.fact(kernel.DONE_AT, self._row)
        until = (self.ended_on or self._judged.as_of) if done is None else done.on
        return (until - as_date(self._judged.lasts[self._row])).days

    @property
    def excused_by(self) -> tuple[str, ...]:
        """The grounds of exception whose facts hold."""
        judged, row = self._judged, self._row
        # Of most there is nothing to be asked.
        return judged.excused_by(row) if judged.excuses[row] > 0 else ()

    @property
    def missed(self) -> bool:
        """Whether the limit was not kept, or the time not left: late, overdue, overtaken or premature."""
        return self._judged.statuses[self._row] in _MISSED

    @property
    def breach(self) -> bool:
        """Whether a limit that is owed was missed, or the act done too early, and nothing excuses it."""
        judged, row = self._judged, self._row
        return judged.statuses[row] in _MISSED and judged.is_breach(row)

    @property
    def ended_on(self) -> dt.date | None:
        """The day on which it fell away, if something ended it; not where a right ran out unused."""
        if self._judged.statuses[self._row] not in (LAPSED, OVERTAKEN):
            return None
        return self.derivation.ended_on

    @property
    def due_on_earliest(self) -> dt.date | None:
        """The earliest of the possible last lawful days, where a fact is known to its month alone and moves it."""
        day = self._judged.due_on_earliest(self._row)
        return None if day == NO_DAY else as_date(day)

    @property
    def is_uncertain(self) -> bool:
        """Whether it would come out otherwise on the earliest possible days of what is known to its month alone."""
        return self._judged.is_uncertain(self._row)

    @property
    def contested_by(self) -> tuple[str, ...]:
        """The other lawful readings, by name, on which `breach` would come out otherwise, either way."""
        return self._judged.contested_by(self._row)

    @property
    def key(self) -> str:
        """The identity of the deadline: of the same duty of the same case the same, whatever the day asked.

        It is made of the case, the limit, the party and the fact that started the clock, never of a date: a correction
        moves an entry that goes by it, and does not double it.
        """
        return self._judged.key(self._row)

    @property
    def derivation(self) -> Derivation:
        """What it was computed from."""
        return Derivation(self._judged, self._row)

    @property
    def as_of(self) -> dt.date:
        """The day for which the deadline was computed."""
        return self._judged.as_of

    @property
    def explanation(self) -> tuple[ExplanationStep, ...]:
        """The steps of the explanation: what started it, which rule, how it was counted, exceptions, other readings."""
        return explain(self)

    def as_dict(self, *, explanation: bool = False) -> dict[str, Any]:
        """Return the public fields by name, dates as ISO text; with `explanation`, the steps of the explanation too."""
        row: dict[str, Any] = {}
        for name in FIELDS:
            value = getattr(self, name)
            row[name] = value.isoformat() if isinstance(value, dt.date) else value
        for name in ("excused_by", "contested_by"):
            row[name] = list(row[name])
        if explanation:
            row["explanation"] = [step.as_dict() for step in self.explanation]
        return row

    def _fields(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in FIELDS)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Deadline) and self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(self._fields())

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
    return deadlines_in(judged_case(case, as_of, rulebook, calendars))


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
    judged = judged_case(case, as_of, rulebook, calendars)
    found = tuple(deadlines_in(judged))
    return Judgement(found, tuple(findings_of(judged, found)))


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
    day = min(dates.ordinary(fact.on), dates.today()) if as_of is None else dates.parse_date(as_of)
    return deadlines_in(judged_case(Case(case_id, (fact,)), day, rulebook, calendars, fact))


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
    return deadlines_in(judged_case(case.record(fact), as_of, rulebook, calendars, fact))


def deadlines_in(judged: JudgedCase) -> list[Deadline]:
    """Return the deadlines of a judged case, the earliest last lawful day first."""
    return [Deadline(judged, row) for row in judged.rows]


def judged_case(
    case: Case,
    as_of: dt.date | str | None,
    rulebook: Rulebook | None,
    calendars: Calendars | None,
    given: Fact | None = None,
) -> JudgedCase:
    """Return the rows of numbers of a case on a day. `given` is a fact that counts although it lies in the future."""
    day = dates.today() if as_of is None else dates.parse_date(as_of)
    judged = judge_case(case, day, compiled(law_given(rulebook)), calendars or english_calendars(), given)
    try_earlier_days(judged)
    return judged
