"""The desk: what somebody can still do for a child, and what first.

A row is a deadline that is overdue, or falls due in the days ahead, of whatever kind somebody works to, or one whose
last day cannot be told before something is given; it stands once, under the first list that fits. What fell away, what
nobody recorded, what a family may choose to do, and what another body never did in a dispute that is over, is not on
it. A case of which nothing was recorded for long, or that has no owner, stands with its next deadline, or with none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any, Final, NamedTuple, TypeAlias

from ehcp_flow import dates
from ehcp_flow.answers import Answer
from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.deadlines import FIELDS, Deadline
from ehcp_flow.explanation import what_is_missing
from ehcp_flow.law.model import Rulebook
from ehcp_flow.measures.case_groups import Extra
from ehcp_flow.measures.counted_case import CountedCase, answered
from ehcp_flow.measures.deadline_filter import STANDING, WORK, Chosen
from ehcp_flow.measures.figures import HOLDING, UNDER_WAY
from ehcp_flow.measures.register_entries import disputes, is_timely
from ehcp_flow.measures.without_day import without_day
from ehcp_flow.nouns import count
from ehcp_flow.states import State

__all__ = ["CHANGES", "DESK_COLUMNS", "DESK_LISTS", "OWNERS", "Desk", "can_be_done", "desk", "what_to_do"]

Row: TypeAlias = dict[str, Any]

DESK_LISTS: Final[Mapping[str, str]] = {
    "court": "Court and orders",
    "overdue": "Overdue, and still owed",
    "due": "Due in the days ahead",
    "undated": "To be done, by a last day that cannot be told",
    "stuck": "Stuck: nothing recorded for longer than this stage takes here",
    "unowned": "Without an owner",
}
"""The lists of the desk in their order, with what each is called."""
OWNERS: Final = ("caseworker", "officer")
"""The columns that name who owns a case, the first that there is."""
DESK_COLUMNS: Final = (*FIELDS, "list", "what", "since", "days_left", "owner")
"""The columns of a row of the desk: those of a deadline, and where, what, since when, how long, and whose."""

CHANGES: Final = ("new", "newly late", "done")
"""What can have become of a row since an earlier day: `done` is whatever is no longer to be done."""

_TASKS: Final = Chosen(status=STANDING, kinds=WORK, tasks=True)
_IN_DISPUTE: Final = ("mediation", "appeal")
_OF_A_COURT: Final = ("appeal", "orders", "concessions")
_REVIEWS: Final = ("annual_review", "transfer_review")
_ADVISERS: Final = {
    "educational": "whoever advises on education", "medical": "health services",
    "psychological": "the educational psychologist", "social_care": "social care",
    "early_years": "the early years provider", "other": "the body asked for advice",
}  # fmt: skip
"""Whom each kind of advice is asked of, where the id of a kind would read oddly."""
_PLACES: Final = tuple(DESK_LISTS)
_BY_DEADLINE: Final = ("court", "overdue", "due", "undated")
_YEAR: Final = dt.timedelta(days=365)
_ENOUGH: Final = 10
"""So many cases must have left a stage within a year, for what is usual here to be known."""


class _Waits(NamedTuple):
    """A case without a row: what is next, where it stands since when, and when something was last recorded of it."""

    case_id: str
    authority: str | None
    as_of: dt.date
    following: Deadline | None
    state: State
    since: dt.date | None
    last: dt.date
    outgrown: bool


class Desk:
    """Collects the desk in one pass over the answered cases; `rows` gives it.

    `days` is how far ahead it looks, in calendar days. `extra` are the values of further columns by case id, of which
    the first of `OWNERS` names the owner; each row holds the `columns` of it that are asked for. `contested` is `with`,
    `without` or `only`: whether deadlines are there that another lawful reading contests. With `before`, the rows of an
    earlier day, `changes` tells what became of them. Raises RangeError for days beyond a century.
    """

    def __init__(
        self,
        *,
        days: int = 14,
        extra: Extra | None = None,
        columns: Sequence[str] = (),
        contested: str = "with",
        before: Iterable[Row] = (),
    ) -> None:
        self._ahead = dates.days_ahead(days)
        self._extra = extra or {}
        self._columns = tuple(columns)
        self._contested = contested
        held = {name for values in self._extra.values() for name in values}
        self.owner_column = next((name for name in OWNERS if name in held), None)
        self.cases = 0
        self.undated: list[Deadline] = []
        """What is to be done, by a last day that cannot be told."""
        self._rows: list[Row] = []
        self._waiting: list[_Waits] = []
        self._took: dict[State, list[int]] = {}
        self._before: dict[str, dict[str, Row]] = {}
        for row in before:
            self._before.setdefault(row["case_id"], {})[_identity(row)] = row
        self._became: dict[str, Deadline] = {}
        self._deadlines: dict[str, Deadline] = {}

    def add(self, answer: Answer | CountedCase) -> None:
        """Take one case into account."""
        answer = CountedCase.laid_out(answer).answer
        self.cases += 1
        self.learn(answer)
        if answer.case_id in self._before:
            self._became |= {one.key: one for one in answer.deadlines if one.key in self._before[answer.case_id]}
        until = answer.as_of + self._ahead
        here = [one for one in _TASKS.of(answer, until) if self._is_meant(one) and _is_near(one, until)]
        undated = [one for one in without_day(answer) if self._is_meant(one)]
        here, undated = can_be_done(here, answer), can_be_done(undated, answer)
        self.undated.extend(undated)
        if here or undated:
            self._rows.extend(self._of_deadline(one, _list_of(one)) for one in here)
            self._rows.extend(self._of_deadline(one, "undated") for one in undated)
        elif answer.pathway in UNDER_WAY or (
            self.owner_column and answer.pathway in HOLDING and not self._owner(answer.case_id)
        ):
            self._waiting.append(self._waits(answer))

    def learn(self, answer: Answer) -> None:
        """Take into account how long each stage of a case took that is not listed: a filter moves nothing else."""
        state, begun = None, None
        for to, on in answer.turns:
            if to is state:
                continue
            if state in UNDER_WAY and begun is not None and answer.as_of - _YEAR < on:
                self._took.setdefault(state, []).append((on - begun).days)
            state, begun = to, on

    def _waits(self, answer: Answer) -> _Waits:
        tasks = [one for one in _TASKS.of(answer) if self._is_meant(one)]
        ahead = [one for one in tasks if one.due_on is not None and one.due_on >= answer.as_of]
        following = min(ahead, key=lambda one: one.due_on or dt.date.max, default=None)
        last = max(dates.ordinary(fact.on) for fact in answer.judged.facts if fact.on <= answer.as_of)
        # What an age has ended is not stuck: a finding says what is to be recorded.
        outgrown = any(one.derivation.outgrown is not None for one in answer.deadlines)
        here = answer.pathway, answer.since
        return _Waits(answer.case_id, answer.authority, answer.as_of, following, *here, last, outgrown)

    def _is_meant(self, deadline: Deadline) -> bool:
        return self._contested == "with" or bool(deadline.contested_by) == (self._contested == "only")

    def _owner(self, case_id: str) -> str | None:
        return self._extra.get(case_id, {}).get(self.owner_column or "") or None

    def _of_deadline(self, deadline: Deadline, listed: str) -> Row:
        due_on = deadline.due_on
        left = None if due_on is None else (due_on - deadline.as_of).days
        told = deadline.as_dict()
        self._deadlines[deadline.key] = deadline
        what = what_to_do(deadline)
        if listed == "undated":
            what += f" (no last day can be told without {what_is_missing(deadline)})"
        return self._whole(told, listed, what, deadline.starts_on, left)

    def _of_case(self, waits: _Waits, listed: str, what: str, since: dt.date | None) -> Row:
        of_none = dict.fromkeys(FIELDS) | {"case_id": waits.case_id, "authority": waits.authority}
        told = of_none if waits.following is None else waits.following.as_dict()
        if waits.following is not None:
            self._deadlines[waits.following.key] = waits.following
        due_on = None if waits.following is None else waits.following.due_on
        return self._whole(told, listed, what, since, None if due_on is None else (due_on - waits.as_of).days)

    def _whole(self, told: Row, listed: str, what: str, since: dt.date | None, left: int | None) -> Row:
        mine = self._extra.get(told["case_id"], {})
        row = told | {"list": listed, "what": what, "since": dates.iso(since), "days_left": left}
        return row | {"owner": self._owner(told["case_id"])} | {name: mine.get(name) for name in self._columns}

    @property
    def usual_days(self) -> dict[State, int]:
        """How many days each stage usually takes here: the median of those that ended in the last twelve months.

        A stage that fewer than ten cases have left in that time is not there.
        """
        return {state: round(median(days)) for state, days in self._took.items() if len(days) >= _ENOUGH}

    def rows(self) -> list[Row]:
        """Return the desk: by list, then by last lawful day and case."""
        return sorted((*self._rows, *self._of_those_who_wait()), key=_order)

    def deadline_of(self, row: Mapping[str, Any]) -> Deadline | None:
        """Return the deadline of a row, None for a case without one."""
        return self._deadlines.get(row["key"] or "") or self._became.get(row["key"] or "")

    @staticmethod
    def lacks_a_meeting(deadline: Deadline) -> bool:
        """Whether it is a review of which no meeting is on record since its time began."""
        if deadline.derivation.limit.root not in _REVIEWS:
            return False
        facts = deadline.derivation.facts
        return not any(fact.event == "review_meeting_held" and fact.on >= deadline.starts_on for fact in facts)

    def _of_those_who_wait(self) -> Iterator[Row]:
        usual = self.usual_days
        for waits in self._waiting:
            quiet, most = (waits.as_of - waits.last).days, usual.get(waits.state)
            if waits.state in UNDER_WAY and most is not None and quiet > most and not waits.outgrown:
                what = f"{_capital(waits.state.meaning)}: nothing recorded for {count(quiet, 'day')}"
                what = f"{what}, where {most} are usual"
                yield self._of_case(waits, "stuck", what, waits.last)
            elif self.owner_column and not self._owner(waits.case_id):
                what = f"Give the case to somebody: {waits.state.meaning}"
                yield self._of_case(waits, "unowned", what, waits.since)

    def changes(self) -> list[Row]:
        """Return what changed since the rows of `before`, each with its `change`: one of `CHANGES`.

        Of what is no longer on the desk the deadline stands there as it is now, met, late or fallen away.
        """
        known = {each: row for rows in self._before.values() for each, row in rows.items()}
        now = {_identity(row): row for row in self.rows()}
        changed = [{**row, "change": "new"} for each, row in now.items() if each not in known]
        changed += [
            {**row, "change": "newly late"}
            for each, row in now.items()
            if each in known and row["status"] == "overdue" != known[each]["status"]
        ]
        for each, row in known.items():
            if each not in now:
                became = self._became.get(each)
                told = {} if became is None else became.as_dict()
                changed.append({**row, **told, "days_left": None, "change": "done"})
        return sorted(changed, key=lambda row: (CHANGES.index(row["change"]), *_order(row)))


def what_to_do(deadline: Deadline) -> str:
    """Return what to do about a deadline, in plain words: of what another must do, whom to chase for what."""
    if deadline.derivation.limit.side == "authority":
        return deadline.title
    party = deadline.party if deadline.derivation.clock.per == "party" else None
    whom = _ADVISERS.get(party or "") or (party or deadline.actor).replace("_", " ")
    return f"Chase {whom}: {deadline.title[0].lower()}{deadline.title[1:]}"


def desk(
    cases: Iterable[Case | Answer] | Mapping[str, Case],
    as_of: dt.date | str | None = None,
    *,
    days: int = 14,
    extra: Extra | None = None,
    columns: Sequence[str] = (),
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> list[Row]:
    """Return what there is to do in a caseload on `as_of` (today if not given): see `Desk` and `DESK_COLUMNS`.

    Dates are ISO text, `days_left` is in calendar days and below nought for what is overdue. Raises DateError if
    `as_of` is no date, and RangeError for days beyond a century.
    """
    collected = Desk(days=days, extra=extra, columns=columns)
    for answered_case in answered(cases, as_of, rulebook=rulebook, calendars=calendars):
        collected.add(answered_case)
    return collected.rows()


def can_be_done(deadlines: list[Deadline], answer: Answer | CountedCase) -> list[Deadline]:
    """Return the deadlines of a case without what another body never did in a dispute, and nobody can do any more.

    That dispute is settled, or never came to an appeal and is too long ago for one (see `is_timely`).
    """
    if not any(map(_is_anothers_in_dispute, deadlines)):
        return deadlines
    found = [each for each in disputes(CountedCase.laid_out(answer)) if each.under_way]
    goes_on = any(each.goes_on for each in found)
    return [one for one in deadlines if not _is_anothers_in_dispute(one) or goes_on or (found and is_timely(one))]


def _is_anothers_in_dispute(deadline: Deadline) -> bool:
    """Whether another body has to act in a dispute: once that is over, nobody can still do it for a child."""
    limit = deadline.derivation.limit
    book = deadline.derivation.judged.book.rulebook
    return limit.side == "others" and book.limits[limit.root].group in _IN_DISPUTE


def _is_near(deadline: Deadline, until: dt.date) -> bool:
    """Whether it is overdue, or is to be done by a day; what is open and past may never have applied."""
    due_on = deadline.due_on
    return deadline.status == "overdue" or (due_on is not None and deadline.as_of <= due_on <= until)


def _list_of(deadline: Deadline) -> str:
    book = deadline.derivation.judged.book.rulebook
    if book.limits[deadline.derivation.limit.root].group in _OF_A_COURT:
        return "court"
    return "overdue" if deadline.status == "overdue" else "due"


def _identity(row: Row) -> str:
    """Return by what a row is known again on another day."""
    return row["key"] if row["list"] in _BY_DEADLINE else f"{row['list']}:{row['case_id']}"


def _order(row: Row) -> tuple[int, str, str, str]:
    return _PLACES.index(row["list"]), row["due_on"] or "9999", row["case_id"], row["limit"] or ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
