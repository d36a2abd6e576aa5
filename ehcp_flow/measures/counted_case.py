"""One answered case, laid out for counting: its deadlines by limit, the plans it was given, when a plan was held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from ehcp_flow import dates
from ehcp_flow.answers import Answer, answer
from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.deadlines import Deadline
from ehcp_flow.facts import Fact
from ehcp_flow.law.model import Rulebook
from ehcp_flow.measures.dated_values import values_of_case
from ehcp_flow.measures.deadline_filter import Chosen
from ehcp_flow.measures.figures import ASSESS, BORN, FINAL, HOLDING, KEPT, REQUESTED, WAITING
from ehcp_flow.states import State

__all__ = ["CountedCase", "Request", "answered", "days_on_record"]

Ended: TypeAlias = Literal["plan", "refused", "withdrawn"]


def days_on_record(case: Case) -> list[dt.date]:
    """Return the days of a case's facts, whenever they were, but for a birth."""
    return [fact.on for fact in case.facts if fact.event != BORN]


@dataclass(frozen=True, slots=True)
class Request:
    """One request: when it came, whether an assessment was agreed, and when and how it ended, if it did.

    `agreed` is the day on which it was, None where it was not or nobody knows when.
    """

    case_id: str
    received: dt.date
    assessed: bool
    ended: dt.date | None
    how: Ended | None
    agreed: dt.date | None = None


@dataclass(frozen=True)
class CountedCase:
    """An answer, laid out."""

    answer: Answer

    @classmethod
    def laid_out(cls, answer: Answer | CountedCase) -> CountedCase:
        """Return the answer laid out; one that is laid out already stays as it is, so that many can count it."""
        return answer if isinstance(answer, CountedCase) else cls(answer)

    @property
    def case_id(self) -> str:
        """The case's id."""
        return self.answer.case_id

    @property
    def as_of(self) -> dt.date:
        """The day for which the case was answered."""
        return self.answer.as_of

    @property
    def authority(self) -> str | None:
        """The local authority's number, where the record gives it."""
        return self.answer.authority

    @cached_property
    def _rows(self) -> Mapping[str, Sequence[int]]:
        """The rows of the deadlines, in the public order, by limit."""
        found: dict[str, list[int]] = {}
        judged = self.answer.judged
        out, limit_of = judged.out, judged.book.limit_of
        for row in judged.rows:
            found.setdefault(limit_of[out[row]], []).append(row)
        return found

    def of(self, *limits: str) -> Iterator[Deadline]:
        """Yield the deadlines of these limits, each with its counterparts in other regulations."""
        # Whether a case has any is only worth a question while its rows are not made.
        if "_rows" not in self.__dict__ and not Chosen(limits).may_be_of(self.answer):
            return
        alike = self.answer.book.alike
        for limit in limits:
            for one in alike.get(limit, ()):
                for row in self._rows.get(one, ()):
                    yield Deadline(self.answer.judged, row)

    def facts(self, *events: str) -> Iterator[Fact]:
        """Yield the facts of these events that had happened by the day of the answer, in legal order."""
        for fact in self.answer.judged.facts:
            if fact.event in events and fact.on <= self.as_of:
                yield fact

    @cached_property
    def _once(self) -> dict[tuple[str, ...], tuple[Deadline, ...]]:
        return {}

    def counted_once(self, *limits: str) -> tuple[Deadline, ...]:
        """Return one deadline for each day on which a clock of these limits started.

        A release from custody, or a detention, ends one limit and begins its counterpart on the same request: what goes
        on stands for both.
        """
        once = self._once.get(limits)
        if once is not None:
            return once
        chosen: dict[dt.date, Deadline] = {}
        for deadline in self.of(*limits):
            known = chosen.get(deadline.starts_on)
            if known is None or known.ended_on is not None:
                chosen[deadline.starts_on] = deadline
        once = self._once[limits] = tuple(chosen.values())
        return once

    @cached_property
    def requests(self) -> tuple[Request, ...]:
        """The requests of the case, each with its end."""
        assessed = {
            deadline.derivation.run.start: deadline.done_on if _was(deadline, "assessment_agreed") else None
            for deadline in self.of(ASSESS)
            if _was(deadline, "assessment_agreed") or (_done_some_day(deadline) and not _was(deadline, "refused"))
        }
        return tuple(_request(deadline, assessed) for deadline in self.counted_once(FINAL))

    @cached_property
    def spells(self) -> tuple[tuple[dt.date, dt.date | None], ...]:
        """When a plan was maintained: from a day, to the day from which it no longer was, or None."""
        return self._spells_in(HOLDING)

    @cached_property
    def kept(self) -> tuple[tuple[dt.date, dt.date | None], ...]:
        """When a plan was maintained, or kept in custody: from a day, to that from which it was not, or None."""
        return self._spells_in(KEPT)

    @property
    def waits(self) -> tuple[tuple[dt.date, dt.date | None], ...]:
        """When a request was open: from a day, to the day from which it no longer was, or None."""
        return self._spells_in(WAITING)

    def _spells_in(self, states: Collection[State]) -> tuple[tuple[dt.date, dt.date | None], ...]:
        spells: list[tuple[dt.date, dt.date | None]] = []
        since: dt.date | None = None
        for to, on in self.answer.turns:
            held = to in states
            if held and since is None:
                since = on
            elif not held and since is not None:
                spells.append((since, on))
                since = None
        if since is not None:
            spells.append((since, None))
        return tuple(spells)

    def counted_from_request(self, day: dt.date, *limits: str) -> Deadline | None:
        """Return the limit that counts to an act of `day` from the last request before it, even if it had lapsed."""
        chosen = None
        for deadline in self.of(*limits):
            if deadline.starts_on <= day and (chosen is None or deadline.starts_on >= chosen.starts_on):
                chosen = deadline
        return chosen

    @cached_property
    def held(self) -> Mapping[str, str]:
        """What particulars hold on the day, by the names that cases are grouped by."""
        batch = self.answer.batch
        if batch is not None:
            chunk, number = batch
            found: Mapping[str, str] = chunk.held(number)
            return found
        return values_of_case(self.answer.case).on(self.as_of).get(self.case_id, {})

    @cached_property
    def born(self) -> dt.date | None:
        """The day of birth, if it is on record."""
        return next((fact.on for fact in self.facts(BORN)), None)

    @cached_property
    def requester(self) -> str:
        """Who made the first request, or an empty text."""
        for fact in self.facts(*REQUESTED):
            return fact.party or ""
        return ""


def _done_some_day(deadline: Deadline) -> bool:
    """Whether it was done, nobody knows when, or a later fact shows that it was."""
    return deadline.status == "undated" or deadline.derivation.implied is not None


def _was(deadline: Deadline, event: str) -> bool:
    done = deadline.derivation.done or deadline.derivation.implied
    return done is not None and event in done.event


def _request(deadline: Deadline, assessed: Mapping[int, dt.date | None]) -> Request:
    derivation = deadline.derivation
    ended: dt.date | None = None
    how: Ended | None = None
    if derivation.done is not None:
        ended, how = derivation.done.on, "plan"
    elif derivation.implied is not None:
        ended, how = derivation.implied.on, "plan"
    elif derivation.ended is not None:
        ended = derivation.ended.on
        how = "refused" if "refused" in derivation.ended.event else "withdrawn"
    start = derivation.run.start
    return Request(deadline.case_id, deadline.starts_on, start in assessed, ended, how, assessed.get(start))


def answered(
    cases: Iterable[Case | Answer] | Mapping[str, Case],
    as_of: dt.date | str | None = None,
    *,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> Iterator[Answer]:
    """Yield the answer of each case, one at a time; an answer given stays as it is.

    `cases` are cases or answers, or a mapping whose values they are. Raises DateError if `as_of` is no date.
    """
    day = dates.today() if as_of is None else dates.parse_date(as_of)
    for item in cases.values() if isinstance(cases, Mapping) else cases:
        yield item if isinstance(item, Answer) else answer(item, day, rulebook=rulebook, calendars=calendars)
