"""Registers: the lists that people work from. Each is a list of plain rows, for CSV, JSON, a workbook or a page.

A register is a row of a table: what it lists of a case, and its columns. With `extra`, each row begins with the columns
asked for (caseworker, area), so that a list can be split by desk.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

from ehcp_flow.answers import Answer
from ehcp_flow.dates import weeks_ahead
from ehcp_flow.deadlines import Deadline
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.explanation_outcome import MISSED
from ehcp_flow.facts import OUTCOMES
from ehcp_flow.measures.case_groups import Extra
from ehcp_flow.measures.claimed_exceptions import VERDICTS, claimed_exceptions
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.measures.deadline_filter import ADVICE_TO_COME, STANDING, TO_SEE_TO, WORK, Chosen
from ehcp_flow.measures.desk import can_be_done
from ehcp_flow.measures.figures import are_of
from ehcp_flow.measures.placed_children import PLACED_BY, TransferProposal, placed, transfer_proposals
from ehcp_flow.measures.register_entries import DISPUTED, FOLLOWS, REVIEW, disputes, held_plans
from ehcp_flow.measures.reviewing import begun_by, last_meeting_of
from ehcp_flow.moves.state_names import DisputeState
from ehcp_flow.particular_table import KINDS
from ehcp_flow.whatif import TO_AMEND

__all__ = [
    "OF_ANY_LAW", "REGISTERS", "REGISTER_COLUMNS", "REGISTER_DAYS", "REGISTER_FACTS", "REGISTER_LIMITS",
    "REGISTER_WORDS", "RegisterLengths", "Registers", "Row", "broken_on", "registers", "still_undone",
]  # fmt: skip

Row: TypeAlias = dict[str, Any]


_BREACHES: Final = Chosen(owed=True)
_ADVICE: Final = Chosen(ADVICE_TO_COME, STANDING)
_TRANSFERS: Final = Chosen(("phase_transfer",), TO_SEE_TO)
_COMING: Final = Chosen(status=("open",), kinds=WORK, tasks=True)


def _in_breach(counted: CountedCase) -> Iterator[Deadline]:
    return (one for one in _BREACHES.of(counted.answer) if one.breach)


def _not_come(counted: CountedCase) -> Iterator[Deadline]:
    return (one for one in _ADVICE.of(counted.answer) if one.done_on is None)


_ONE_DAY: Final = dt.timedelta(days=1)
_SOON: Final = dt.timedelta(days=91)
_YES_OR_NO: Final = ("yes", "no", "true", "false")

Take: TypeAlias = Callable[[Any, Any], Any]
"""What stands in a column: of what a register lists, and of its case, laid out for counting."""


class Register(NamedTuple):
    """A list: what it holds, what it lists of a case, its columns, and its order.

    `limits` are those of a calendar; `ahead` says that it holds what falls due in the weeks ahead, and nothing later.
    `words` are all that can stand in a column, where that is a closed set. `is_facts` says that its rows can be
    imported. `new_on` gives the day by which a row is new in a period; it is None where none says so. `stands` tells
    what is still to be done, or looked at, on a day.
    """

    says: str
    of: Callable[[CountedCase], Iterable[Any]]
    columns: Mapping[str, Take]
    order: Callable[[Row], Any]
    limits: tuple[str, ...] = ()
    ahead: bool = False
    words: Mapping[str, Sequence[str]] = {}
    is_facts: bool = False
    new_on: Callable[[Mapping[str, Any]], dt.date | None] | None = itemgetter("due_on")
    stands: Callable[[Any, CountedCase], bool] = lambda _one, _counted: True


def _told(*names: str) -> dict[str, Take]:
    """Return columns that are attributes of what is listed, under their names."""

    def column(name: str) -> Take:
        return (lambda one, _: getattr(one, name) or "") if name == "party" else (lambda one, _: getattr(one, name))

    return {name: column(name) for name in names}


def _said(of: str, **names: str) -> dict[str, Take]:
    """Return columns that are attributes of a part of what is listed, by the name of each; nothing of none."""

    def column(name: str) -> Take:
        empty = "" if name in ("title", "status") else None
        return lambda one, _: getattr(getattr(one, of), name, empty)

    return {column_: column(name) for column_, name in names.items()}


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(texts))


def _last_of(event: str) -> Take:
    return lambda _, counted: max((fact.on for fact in counted.facts(event)), default=None)


def _held_as(name: str) -> Take:
    return lambda held, _: held.get(name, "")


def _returned_on(asked: Deadline, counted: CountedCase) -> dt.date | None:
    since = asked.derivation.start.on
    days = [fact.on for fact in counted.facts("advice_returned") if fact.party == asked.party and fact.on >= since]
    return days[-1] if days else None


def _met_by(day: dt.date | None, limits: tuple[str, ...], counted: CountedCase) -> dt.date | None:
    """Return the last day for a meeting from which limits, each used in full, end by a day: None once it has passed."""
    judged = counted.answer.judged
    by = None if day is None else begun_by(day, limits, judged.book, judged.calendars)
    return None if by is None or by < counted.as_of else by


def broken_on(due_on: dt.date | None, done_on: dt.date | None, status: str) -> dt.date | None:
    """Return the first day on which a limit stands broken: that after its last lawful day, or that of an early act."""
    if status == "premature":
        return done_on
    return None if due_on is None else due_on + _ONE_DAY


def still_undone(row: Row) -> bool:
    """Whether the act of a row of the register of breaches is still to be done: neither done nor overtaken."""
    return row["done_on"] is None and row["ended_on"] is None


def _to_be_put_right(one: Deadline, counted: CountedCase) -> bool:
    """Return whether the act is still to be done, and somebody still can."""
    return one.done_on is None and one.ended_on is None and bool(can_be_done([one], counted))


def _is_dated(deadline: Deadline | None) -> bool:
    return deadline is not None and deadline.due_on is not None


def _day(row: Row, name: str) -> dt.date:
    day: dt.date | None = row[name]
    return day or dt.date.max


_TABLE: Final[Mapping[str, Register]] = {
    "breaches": Register(
        "Statutory limits that were missed, and are not excused; what is still undone first",
        _in_breach,
        _told("limit", "title", "actor", "party", "due_on", "done_on", "status", "days_over", "citation", "ended_on")
        | {"contested_by": lambda one, _: "; ".join(one.contested_by)},
        lambda row: (not still_undone(row), -(row["days_over"] or 0), row["case_id"], row["limit"]),
        words={"status": MISSED},
        new_on=lambda row: broken_on(row["due_on"], row["done_on"], row["status"]),
        stands=_to_be_put_right,
    ),
    "due": Register(
        "What falls due in the weeks ahead, the soonest first",
        lambda counted: can_be_done(_COMING.of(counted.answer), counted),
        _told("limit", "title", "actor", "party", "due_on")
        | {"days_left": lambda one, _: (one.due_on - one.as_of).days}
        | _told("citation"),
        lambda row: (_day(row, "due_on"), row["case_id"], row["limit"]),
        ahead=True,
    ),
    "exceptions": Register(
        "Every exception recorded: ground, dates, reason, who recorded it, and whether its facts hold",
        claimed_exceptions,
        {
            **_said("fact", ground="outcome", on="on", until="until"),
            "claimed_for": lambda one, _: one.fact.limit or "every limit it can apply to",
            "party": lambda one, _: one.fact.party or "",
            "reason": lambda one, _: one.fact.reason or "",
            "approved_by": lambda one, _: one.fact.recorded_by or "",
            **_told("verdict", "checked"),
            "holds_for": lambda one, _: _listed(one.holds),
            "excuses": lambda one, _: _listed(one.excuses),
        },
        lambda row: (VERDICTS.index(row["verdict"]), row["on"], row["case_id"]),
        words={"ground": OUTCOMES["exception_recorded"], "verdict": VERDICTS},
        new_on=itemgetter("on"),
    ),
    "advice": Register(
        "Advice that was asked for and has not come, the most overdue first",
        _not_come,
        {
            "adviser": lambda one, _: one.party or "",
            "asked_on": lambda one, _: one.derivation.start.on,
            "received_by_them_on": lambda one, _: one.starts_on,
            **_told("due_on", "status", "days_over"),
            "returned_on": _returned_on,
            "excused_by": lambda one, _: ", ".join(one.excused_by),
        },
        lambda row: (_day(row, "due_on"), row["case_id"], row["adviser"]),
        _ADVICE.limits,
        words={"status": _ADVICE.status},
    ),
    "reviews": Register(
        "Every plan held, with its next review, the soonest due first",
        held_plans,
        {
            "plan_since": lambda _, counted: counted.spells[-1][0] if counted.spells else None,
            "last_meeting": lambda one, _: one.meeting,
            "last_decision": _last_of("review_decision_sent"),
            **_said("following", review_due_on="due_on"),
            "meeting_by": lambda one, counted: _met_by(
                getattr(one.following, "due_on", None), ("review_decision",), counted
            ),
            **_said("following", status="status", days_over="days_over"),
            "never_reviewed": lambda one, _: one.never,
            **_said("undone", waiting_for="title", waiting_due_on="due_on", waiting_days_over="days_over"),
        },
        lambda row: (_day(row, "review_due_on"), row["case_id"]),
        REVIEW.limits + FOLLOWS.limits,
        words={"status": REVIEW.status, "never_reviewed": _YES_OR_NO},
        new_on=itemgetter("review_due_on"),
        stands=lambda one, counted: (
            _is_dated(one.undone) or (_is_dated(one.following) and one.following.due_on <= counted.as_of + _SOON)
        ),
    ),
    "transfers": Register(
        "Phase transfers that are still ahead or were missed, the soonest due first",
        lambda counted: _TRANSFERS.of(counted.answer),
        {
            "phase": lambda one, _: str(one.derivation.start.outcome or ""),
            "transfer_on": lambda one, _: one.derivation.start.on,
            **_told("due_on", "status", "days_over"),
            "review_meeting_by": lambda one, counted: _met_by(one.due_on, TO_AMEND, counted),
            "last_review_meeting": lambda _, counted: last_meeting_of(counted),
            "last_amendment_notice": _last_of("amendment_notice_sent"),
        },
        lambda row: (_day(row, "due_on"), row["case_id"]),
        _TRANSFERS.limits,
        words={"status": _TRANSFERS.status, "phase": OUTCOMES["phase_transfer_due"]},
    ),
    "disputes": Register(
        "Mediations and appeals, and what follows from them; those under way first",
        disputes,
        {
            "about": lambda one, _: one.dispute.decision.event,
            "decided_on": lambda one, _: one.dispute.decision.on,
            **_said("dispute", ground="ground"),
            "state": lambda one, _: str(one.dispute.state),
            **_said("dispute", since="since"),
            **_told("under_way"),
            "settled_by": lambda one, _: getattr(one.dispute.settlement, "event", ""),
            "waits_for": lambda one, _: " or ".join(one.dispute.awaits),
            **_said("ahead", next="title", due_on="due_on", status="status", days_over="days_over"),
        },
        lambda row: (not row["under_way"], _day(row, "due_on"), row["case_id"], row["decided_on"]),
        words={"state": tuple(DisputeState), "status": DISPUTED.status, "under_way": _YES_OR_NO},
        new_on=itemgetter("since"),
        stands=lambda one, _: one.under_way,
    ),
    "placements": Register(
        "Every plan held, and every child housed here for another authority: the place, the need, what is waited for",
        placed,
        {name: _held_as(name) for name in PLACED_BY},
        lambda row: (row["placement"], row["placement_value"], row["case_id"]),
        words={"placement": KINDS},
        new_on=None,
    ),
    "proposals": Register(
        "Phase transfers that follow from a school year and are not on record: to be looked through, then imported",
        transfer_proposals,
        _told(*TransferProposal._fields),
        lambda row: (row["on"], row["case_id"]),
        words={"outcome": OUTCOMES["phase_transfer_due"]},
        is_facts=True,
        new_on=itemgetter("on"),
    ),
    "findings": Register(
        "What is missing or odd in the record of a case",
        lambda counted: counted.answer.findings,
        _told("on", "code", "message", "remedy"),
        lambda row: (row["code"], row["case_id"], row["on"] or dt.date.max),
        new_on=itemgetter("on"),
    ),
}

REGISTERS: Final[Mapping[str, str]] = {name: register.says for name, register in _TABLE.items()}
"""The registers by name, with what each holds."""
OF_ANY_LAW: Final = ("breaches", "due", "exceptions", "findings")
"""The registers that are of no limit or state by its name."""
REGISTER_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(register.columns) for name, register in _TABLE.items()
}
"""The columns of each register after `case_id` and those of the file: those of an empty one too."""
REGISTER_WORDS: Final = {name: register.words for name, register in _TABLE.items()}
"""The words of a closed set that a column of each register can hold, whether or not one stands there now."""
REGISTER_FACTS: Final = frozenset(name for name, register in _TABLE.items() if register.is_facts)
"""The registers whose rows are facts: nothing of a case stands beside them, unless that is asked for."""
REGISTER_DAYS: Final = {name: register.new_on for name, register in _TABLE.items() if register.new_on is not None}
"""What gives the day by which a row of each register is new in a period, where there is such a day."""
REGISTER_LIMITS: Final = {name: register.limits for name, register in _TABLE.items() if register.limits}
"""The limits of the registers that can be a calendar; `due` holds every one that is worked to."""


class Registers:
    """Collects registers in one pass, all or those named; `rows` gives them. Raises UnknownNameError for another name.

    `weeks` is how far ahead `due` looks; `columns` are the columns of `extra` with which each row begins. `contested`
    is `with`, `without` or `only`: whether the deadlines are listed that another lawful reading contests. With
    `standing` it makes the rows alone of what is still to be done.
    """

    def __init__(
        self,
        names: Iterable[str] = REGISTERS,
        *,
        weeks: int = 4,
        extra: Extra | None = None,
        columns: Sequence[str] = (),
        contested: str = "with",
        standing: bool = False,
    ) -> None:
        self._contested = contested
        self._only_standing = standing
        self._ahead_of = weeks_ahead(weeks)
        self._extra = extra or {}
        self._columns = tuple(columns)
        self._rows: dict[str, list[Row]] = {name: [] for name in names}
        self._standing: dict[str, list[Row]] = {name: [] for name in self._rows}
        for name in self._rows.keys() - _TABLE.keys():
            raise UnknownNameError("register", name, _TABLE)
        self._done = False

    def add(self, answer: Answer | CountedCase) -> None:
        """Take one case into account."""
        counted = CountedCase.laid_out(answer)
        for name in self._rows:
            for one in _TABLE[name].of(counted):
                if self._means(one) and (not _TABLE[name].ahead or self._is_ahead(one)):
                    self._add(name, one, counted)

    def _means(self, one: Any) -> bool:
        if self._contested == "with" or not isinstance(one, Deadline):
            return True
        return bool(one.contested_by) == (self._contested == "only")

    def _is_ahead(self, one: Deadline) -> bool:
        return one.due_on is not None and one.as_of <= one.due_on <= one.as_of + self._ahead_of

    def _add(self, name: str, one: Any, counted: CountedCase) -> None:
        stands = _TABLE[name].stands(one, counted)
        if self._only_standing and not stands:
            return
        mine = self._extra.get(counted.case_id, {})
        row: Row = {"case_id": counted.case_id}
        for column in self._columns:
            row[column] = mine.get(column, "")
        for column, take in _TABLE[name].columns.items():
            row[column] = take(one, counted)
        self._rows[name].append(row)
        if stands:
            self._standing[name].append(row)

    def rows(self, register: str, *, standing: bool = False) -> list[Row]:
        """Return a register's rows in the order in which they are worked, all or only what is `standing` to be done.

        Raises KeyError for a register that is not kept.
        """
        if not self._done:
            self._done = True
            for kept in (self._rows, self._standing):
                for name, rows in kept.items():
                    rows.sort(key=_TABLE[name].order)
        return (self._standing if standing else self._rows)[register]


class RegisterLengths(Registers):
    """Counts the rows of registers instead of making them: `lengths` has how many there are, by name."""

    def __init__(self, *, weeks: int = 4, contested: str = "with") -> None:
        super().__init__(weeks=weeks, contested=contested)
        self.lengths = dict.fromkeys(REGISTERS, 0)

    def _add(self, name: str, one: Any, counted: CountedCase) -> None:
        self.lengths[name] += 1


def registers(
    answers: Iterable[Answer], *, weeks: int = 4, extra: Extra | None = None, columns: Sequence[str] = ()
) -> dict[str, list[Row]]:
    """Return every register of a caseload, by name; see `REGISTERS`. Of another procedure: those that any law has."""
    collected, of_others = Registers(weeks=weeks, extra=extra, columns=columns), False
    for answer in answers:
        collected.add(answer)
        of_others = of_others or not are_of(answer.book.rulebook)
    return {name: collected.rows(name) for name in (OF_ANY_LAW if of_others else REGISTERS)}
