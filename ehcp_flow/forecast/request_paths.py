"""The way of each request as days: when it came, was decided, was asked advice for, drafted and ended.

It is all that a forecast of flow looks at: days of acts of the authority and its advisers, nothing of a child. `as_at`
cuts a way at an earlier day, so that a forecast of then sees what had happened by then and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from ehcp_flow.answers import Answer
from ehcp_flow.deadlines import Deadline
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.measures.figures import FINAL

__all__ = ["NEVER", "RequestPath", "Stage", "paths_of"]

Stage: TypeAlias = Literal["decision", "draft", "final"]
"""What is waited for: the decision whether to assess, the draft (or that there is none), the final plan."""
Ended: TypeAlias = Literal["plan", "refused", "withdrawn"]

NEVER: Final = 10**7
"""A day that has not come."""


class RequestPath(NamedTuple):
    """One request; days are proleptic ordinals, `NEVER` for what has not happened.

    `due` is the last lawful day of its final plan. `excepted` says that an exception holds for that, `in_time` that the
    plan came in time, as the measures count both. `asked` has, for each adviser, when the advice was asked for
    and came.
    """

    received: int
    due: int
    agreed: int = NEVER
    drafted: int = NEVER
    ended: int = NEVER
    how: Ended | None = None
    excepted: bool = False
    in_time: bool = False
    asked: tuple[tuple[str, int, int], ...] = ()

    def as_at(self, day: int) -> RequestPath | None:
        """Return what was known of it at the end of a day; None where it had not come."""
        if self.received > day:
            return None
        if self.ended <= day and self.drafted <= day:
            return self
        over = self.ended <= day
        return RequestPath(
            self.received, self.due, self.agreed if self.agreed <= day else NEVER,
            self.drafted if self.drafted <= day else NEVER, self.ended if over else NEVER, self.how if over else None,
            self.excepted and over, self.in_time and over,
            tuple((party, asked, came if came <= day else NEVER) for party, asked, came in self.asked if asked <= day),
        )  # fmt: skip

    @property
    def stage(self) -> Stage | None:
        """What is waited for, None for a request that has ended."""
        if self.ended != NEVER:
            return None
        return "decision" if self.agreed == NEVER else "draft" if self.drafted == NEVER else "final"


def paths_of(answer: Answer | CountedCase) -> list[RequestPath]:
    """Return the way of each request of a case on the day of its answer."""
    counted = CountedCase.laid_out(answer)
    finals = counted.counted_once(FINAL)
    if not finals:
        return []
    starts = sorted(one.starts_on for one in finals)
    bounds = dict(zip(starts, [*starts[1:], dt.date.max], strict=True))
    return [
        _path(counted, one, ended, how, agreed, bounds[one.starts_on])
        for one, (ended, how, agreed) in zip(
            finals, ((request.ended, request.how, request.agreed) for request in counted.requests), strict=True
        )
        if one.due_on is not None
    ]


def _path(
    counted: CountedCase, final: Deadline, ended: dt.date | None, how: Ended | None, agreed: dt.date | None,
    until: dt.date,
) -> RequestPath:  # fmt: skip
    received, end = final.starts_on, _ordinal(ended)
    within = [
        fact
        for fact in counted.facts("draft_plan_sent", "assessment_agreed", "advice_requested", "advice_received")
        if received <= fact.on < until and fact.on.toordinal() <= end
    ]
    drafted = _first(fact.on for fact in within if fact.event == "draft_plan_sent")
    decided = _ordinal(agreed)
    if decided == NEVER:
        decided = _first(fact.on for fact in within if fact.event == "assessment_agreed")
    if how == "plan":  # a plan whose draft, or decision to assess, nobody recorded
        drafted = min(drafted, end)
    if drafted != NEVER:
        decided = min(decided, drafted)
    asked: dict[str, int] = {}
    came: dict[str, int] = {}
    for fact in within:
        party = fact.party or "other"
        if fact.event == "advice_requested":
            asked.setdefault(party, fact.on.toordinal())
        elif fact.event == "advice_received" and party in asked:
            came.setdefault(party, fact.on.toordinal())
    return RequestPath(
        received.toordinal(), _ordinal(final.due_on), decided, drafted, end, how, bool(final.excused_by),
        final.status == "met", tuple((party, day, came.get(party, NEVER)) for party, day in asked.items()),
    )  # fmt: skip


def _ordinal(day: dt.date | None) -> int:
    return NEVER if day is None else day.toordinal()


def _first(days: Iterable[dt.date]) -> int:
    found: Sequence[dt.date] = [*days]
    return min(found).toordinal() if found else NEVER
