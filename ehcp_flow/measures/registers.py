"""Registers: the lists that people work from. Each is a list of plain rows, for CSV, JSON, a workbook or a page.

One pass over the answered cases fills them all. With `extra`, each row begins with the columns asked for (caseworker,
area), so that a list can be split by desk.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from ehcp_flow.answers import Answer
from ehcp_flow.dates import weeks_ahead
from ehcp_flow.deadlines import Deadline
from ehcp_flow.facts import ExceptionRecorded
from ehcp_flow.measures.arithmetic import percent
from ehcp_flow.measures.disputes import dispute_order, dispute_rows
from ehcp_flow.measures.reviewing import last_meeting_of
from ehcp_flow.measures.story import Story
from ehcp_flow.measures.table import Extra

__all__ = ["REGISTERS", "REGISTER_COLUMNS", "Registers", "Row", "agreed_with_parent", "registers", "still_undone"]

Row: TypeAlias = dict[str, Any]

REGISTERS: Final[Mapping[str, str]] = {
    "breaches": "Statutory limits that were missed, and are not excused; what is still undone first",
    "due": "What falls due in the weeks ahead, the likeliest to be late first",
    "exceptions": "Every exception recorded: ground, dates, reason, who recorded it, and whether its facts hold",
    "advice": "Advice that was asked for and has not come, the most overdue first",
    "reviews": "Every plan held, with its next review, the soonest due first",
    "transfers": "Phase transfers that are still ahead or were missed, the soonest due first",
    "disputes": "Mediations and appeals, and what follows from them; those under way first",
    "findings": "What is missing or odd in the record of a case",
}
"""The registers by name, with what each holds."""

REGISTER_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "breaches": (
        "limit", "title", "actor", "party", "due_on", "done_on", "status", "days_over", "citation", "ended_on",
    ),
    "due": (
        "limit", "title", "actor", "party", "due_on", "days_left", "pc_late_before", "why", "citation",
    ),
    "exceptions": (
        "ground", "on", "until", "claimed_for", "party", "reason", "approved_by", "verdict", "checked", "holds_for",
        "excuses",
    ),
    "advice": (
        "adviser", "asked_on", "received_by_them_on", "due_on", "status", "days_over", "returned_on", "excused_by",
    ),
    "reviews": (
        "plan_since", "last_meeting", "last_decision", "review_due_on", "meeting_by", "status", "days_over",
        "never_reviewed", "waiting_for", "waiting_due_on", "waiting_days_over",
    ),
    "transfers": (
        "phase", "transfer_on", "due_on", "status", "days_over", "review_meeting_by", "last_review_meeting",
        "last_amendment_notice",
    ),
    "disputes": (
        "about", "decided_on", "ground", "state", "since", "under_way", "settled_by", "waits_for", "next", "due_on",
        "status", "days_over",
    ),
    "findings": ("on", "code", "message", "remedy"),
}  # fmt: skip
"""The columns of each register after `case_id` and those of the file: those of an empty one too."""

_AGREED: Final = re.compile(
    r"\b(agree\w*|consent\w*|request\w*|ask\w*)\b.{0,40}\b(parent|mother|father|mum|dad|famil|carer|young person)"
    r"|\b(parent|mother|father|mum|dad|famil|carer|young person)\w*\b.{0,40}\b(agree|consent|request|ask|happy)",
    re.IGNORECASE | re.DOTALL,
)
_NO_GROUND: Final = (
    "an agreement with the parent or young person is no ground in law: only the circumstances in the regulations "
    "excuse a missed limit"
)
_FAMILY: Final = "parent or young person"
_FEWEST: Final = 5
"""The fewest earlier cases from which a share is given."""
_TWELVE_WEEKS: Final = dt.timedelta(weeks=12)
_FOUR_WEEKS: Final = dt.timedelta(weeks=4)
_ONE_DAY: Final = dt.timedelta(days=1)


def agreed_with_parent(reason: str | None) -> bool:
    """Whether a reason rests on the family's agreement, or on its asking, rather than on its circumstances."""
    return bool(reason and _AGREED.search(reason))


class Registers:
    """Collects every register in one pass; `rows` gives them.

    `weeks` is how far ahead `due` looks; `columns` are the columns of `extra` with which each row begins.
    """

    def __init__(self, *, weeks: int = 4, extra: Extra | None = None, columns: Sequence[str] = ()) -> None:
        self._ahead_of = weeks_ahead(weeks)
        self._extra = extra or {}
        self._columns = tuple(columns)
        self._rows: dict[str, list[Row]] = {name: [] for name in REGISTERS}
        self._history: dict[str, list[tuple[int, bool]]] = {}
        self._ahead: list[Deadline] = []
        self._done = False

    def add(self, answer: Answer | Story) -> None:
        """Take one case into account."""
        story = Story.told(answer)
        answer = story.answer
        until = answer.as_of + self._ahead_of
        for deadline in answer.deadlines:
            if deadline.breach:
                self._add("breaches", deadline.case_id, _breach(deadline))
            self._learn(deadline, until)
            if deadline.limit == "advice" and deadline.done_on is None and deadline.status in ("open", "overdue"):
                self._add("advice", deadline.case_id, _advice(deadline))
            if deadline.limit == "phase_transfer" and deadline.status in ("open", "overdue", "undated"):
                self._add("transfers", deadline.case_id, _transfer(deadline, story))
        for row in _exceptions(answer):
            self._add("exceptions", story.case_id, row)
        if answer.standing.maintained:
            self._add("reviews", story.case_id, _review(story))
        for row in dispute_rows(story):
            self._add("disputes", story.case_id, row)
        for finding in answer.findings:
            on = finding.on
            row = {"on": on, "code": finding.code, "message": finding.message, "remedy": finding.remedy}
            self._add("findings", finding.case_id, row)

    def _add(self, register: str, case_id: str, row: Row) -> None:
        mine = self._extra.get(case_id, {})
        self._rows[register].append(
            {"case_id": case_id, **{column: mine.get(column, "") for column in self._columns}, **row}
        )

    def _learn(self, deadline: Deadline, until: dt.date) -> None:
        """Keep what is ahead, and how long the same limit has taken in cases that are done."""
        if deadline.earliest_on is not None or deadline.due_on is None or deadline.kind != "statutory":
            return
        if deadline.actor == _FAMILY:  # a right that runs out is nobody's task
            return
        if deadline.done_on is not None:
            days = (deadline.done_on - deadline.starts_on).days
            self._history.setdefault(deadline.limit, []).append((days, deadline.status == "late"))
        elif deadline.status == "open" and deadline.as_of <= deadline.due_on <= until:
            self._ahead.append(deadline)

    def rows(self, register: str) -> list[Row]:
        """Return a register's rows in the order in which they are worked. Raises KeyError for one that is not kept."""
        if not self._done:
            self._finish()
        return self._rows[register]

    def _finish(self) -> None:
        self._done = True
        tails = {limit: _Tail(known) for limit, known in self._history.items()}
        for deadline in self._ahead:
            self._add("due", deadline.case_id, _due(deadline, tails.get(deadline.limit)))
        for name, key in _ORDERS.items():
            self._rows[name].sort(key=key)


class _Tail:
    """How earlier cases of a limit ended that had lasted so long."""

    def __init__(self, known: Iterable[tuple[int, bool]]) -> None:
        ordered = sorted(known)
        self._days = [days for days, _ in ordered]
        self._late = [0]
        for _, late in reversed(ordered):
            self._late.append(self._late[-1] + late)
        self._late.reverse()

    def after(self, days: int) -> tuple[int, int]:
        """Return how many earlier cases took at least so many days, and how many of those ended late."""
        at = bisect_left(self._days, days)
        return len(self._days) - at, self._late[at]


def _breach(deadline: Deadline) -> Row:
    return {
        "limit": deadline.limit,
        "title": deadline.title,
        "actor": deadline.actor,
        "party": deadline.party or "",
        "due_on": deadline.due_on,
        "done_on": deadline.done_on,
        "status": deadline.status,
        "days_over": deadline.days_over,
        "citation": deadline.citation,
        "ended_on": deadline.ended_on,
    }


def still_undone(row: Row) -> bool:
    """Whether the act of a row of the register of breaches is still to be done: neither done nor overtaken."""
    return row["done_on"] is None and row["ended_on"] is None


def _due(deadline: Deadline, tail: _Tail | None) -> Row:
    elapsed = (deadline.as_of - deadline.starts_on).days
    earlier, late = tail.after(elapsed) if tail is not None else (0, 0)
    enough = earlier >= _FEWEST
    if enough:
        why = f"of {earlier} earlier cases still undone at this age, {late} ended late"
    else:
        why = "too few earlier cases to say"
    due_on = deadline.due_on
    return {
        "limit": deadline.limit,
        "title": deadline.title,
        "actor": deadline.actor,
        "party": deadline.party or "",
        "due_on": due_on,
        "days_left": None if due_on is None else (due_on - deadline.as_of).days,
        "pc_late_before": percent(late, earlier) if enough else None,
        "why": why,
        "citation": deadline.citation,
    }


def _advice(deadline: Deadline) -> Row:
    facts, asked = deadline.working.facts, deadline.working.start
    returned = [
        fact.on
        for fact in facts
        if fact.event == "advice_returned" and fact.party == deadline.party and fact.on >= asked.on
    ]
    return {
        "adviser": deadline.party or "",
        "asked_on": asked.on,
        "received_by_them_on": deadline.starts_on,
        "due_on": deadline.due_on,
        "status": deadline.status,
        "days_over": deadline.days_over,
        "returned_on": returned[-1] if returned else None,
        "excused_by": ", ".join(deadline.excused_by),
    }


def _transfer(deadline: Deadline, story: Story) -> Row:
    trigger = deadline.working.start
    due_on = deadline.due_on
    # Twelve weeks before the day by which the law wants it: 15 February gives 23 November.
    review_by = None if due_on is None else due_on + _ONE_DAY - _TWELVE_WEEKS
    return {
        "phase": trigger.outcome or "",
        "transfer_on": trigger.on,
        "due_on": due_on,
        "status": deadline.status,
        "days_over": deadline.days_over,
        "review_meeting_by": review_by,
        "last_review_meeting": last_meeting_of(story),
        "last_amendment_notice": max((fact.on for fact in story.facts("amendment_notice_sent")), default=None),
    }


def _review(story: Story) -> Row:
    meeting = last_meeting_of(story)
    current = [one for one in story.of("annual_review", "transfer_review") if one.status in ("open", "overdue")]
    following = min(current, key=lambda one: one.due_on or dt.date.max, default=None)
    due_on = None if following is None else following.due_on
    decisions = [one for one in story.of("review_decision") if one.status in ("open", "overdue")]
    amended = [one for one in story.of("amended_plan") if one.status in ("open", "overdue")]
    undone = min((*decisions, *amended), key=lambda one: one.due_on or dt.date.max, default=None)
    return {
        "plan_since": story.spells[-1][0] if story.spells else None,
        "last_meeting": meeting,
        "last_decision": max((fact.on for fact in story.facts("review_decision_sent")), default=None),
        "review_due_on": due_on,
        "meeting_by": None if due_on is None else due_on - _FOUR_WEEKS,
        "status": "" if following is None else following.status,
        "days_over": None if following is None else following.days_over,
        "never_reviewed": meeting is None,
        "waiting_for": "" if undone is None else undone.title,
        "waiting_due_on": None if undone is None else undone.due_on,
        "waiting_days_over": None if undone is None else undone.days_over,
    }


def _exceptions(answer: Answer) -> Iterator[Row]:
    for fact in answer.case.facts:
        if not isinstance(fact, ExceptionRecorded) or fact.on > answer.as_of:
            continue
        checks = [
            (deadline, checked)
            for deadline in answer.deadlines
            for checked in deadline.working.grounds
            if checked.fact is fact
        ]
        holds = [deadline.limit for deadline, checked in checks if checked.holds]
        excuses = [deadline.limit for deadline, checked in checks if checked.holds and deadline.missed]
        agreed = agreed_with_parent(fact.reason)
        if agreed:
            verdict = "no ground in law"
        elif holds:
            verdict = "facts hold" if fact.reason else "facts hold, no reason recorded"
        else:
            verdict = "facts do not hold" if checks else "no limit it can apply to"
        yield {
            "ground": fact.outcome,
            "on": fact.on,
            "until": fact.until,
            "claimed_for": fact.limit or "every limit it can apply to",
            "party": fact.party or "",
            "reason": fact.reason or "",
            "approved_by": fact.recorded_by or "",
            "verdict": verdict,
            "checked": _NO_GROUND if agreed else "; ".join(dict.fromkeys(checked.says for _, checked in checks)),
            "holds_for": ", ".join(dict.fromkeys(holds)),
            "excuses": ", ".join(dict.fromkeys(excuses)),
        }


def _day(row: Row, name: str) -> dt.date:
    day: dt.date | None = row[name]
    return day or dt.date.max


_VERDICTS: Final[tuple[str, ...]] = (
    "no ground in law",
    "facts do not hold",
    "no limit it can apply to",
    "facts hold, no reason recorded",
    "facts hold",
)
_ORDERS: Final = {
    "breaches": lambda row: (not still_undone(row), -(row["days_over"] or 0), row["case_id"], row["limit"]),
    "due": lambda row: (-(row["pc_late_before"] or 0), _day(row, "due_on"), row["case_id"], row["limit"]),
    "exceptions": lambda row: (_VERDICTS.index(row["verdict"]), row["on"], row["case_id"]),
    "advice": lambda row: (_day(row, "due_on"), row["case_id"], row["adviser"]),
    "reviews": lambda row: (_day(row, "review_due_on"), row["case_id"]),
    "transfers": lambda row: (_day(row, "due_on"), row["case_id"]),
    "disputes": dispute_order,
    "findings": lambda row: (row["code"], row["case_id"], row["on"] or dt.date.max),
}


def registers(
    answers: Iterable[Answer], *, weeks: int = 4, extra: Extra | None = None, columns: Sequence[str] = ()
) -> dict[str, list[Row]]:
    """Return every register of a caseload, by name; see `REGISTERS`."""
    collected = Registers(weeks=weeks, extra=extra, columns=columns)
    for answer in answers:
        collected.add(answer)
    return {name: collected.rows(name) for name in REGISTERS}
