"""Deadlines that were owed, and facts, as rows of days: what shares of them are counted from, case by case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final, NamedTuple

from ehcp_flow.answers import Answer
from ehcp_flow.measures.counted_case import CountedCase

__all__ = ["OWED", "Act", "Owed", "acts_among", "acts_of", "owed_among", "owed_of"]

OWED: Final = ("met", "late", "overdue", "overtaken", "premature")
"""How a deadline stands that was owed on its last lawful day: what lapsed before it, or is still ahead, was not."""


class Owed(NamedTuple):
    """A deadline that fell due: its limit (the root's name), whom it concerns, and when it was done or fell away."""

    case_id: str
    limit: str
    party: str
    due_on: dt.date
    done_on: dt.date | None
    ended_on: dt.date | None
    is_met: bool

    def stands(self, day: dt.date) -> str:
        """Return how it stood at the end of a day not before its last: `in_time`, `late`, or `outstanding`.

        What was done before it was lawful is `late` too: it was not done in its time.
        """
        if self.is_met:
            return "in_time"
        settled = self.done_on or self.ended_on
        return "late" if settled is not None and settled <= day else "outstanding"


class Act(NamedTuple):
    """A fact: its event, its day, and the party, an empty text for none."""

    case_id: str
    event: str
    on: dt.date
    party: str


def owed_of(counted: CountedCase, limits: Collection[str]) -> Iterator[Owed]:
    """Yield the deadlines of limits that fell due in a case; a root stands for its counterparts too."""
    for deadline in counted.answer.deadlines:
        limit = deadline.derivation.limit
        if deadline.due_on is None or deadline.status not in OWED or not {limit.id, limit.root} & {*limits}:
            continue
        name = limit.root if limit.root in limits else limit.id
        yield Owed(
            counted.case_id, name, deadline.party or "", deadline.due_on, deadline.done_on, deadline.ended_on,
            deadline.status == "met",
        )  # fmt: skip


def acts_of(counted: CountedCase, events: Collection[str]) -> Iterator[Act]:
    """Yield the facts of events that had happened in a case, in legal order."""
    for fact in counted.facts(*events):
        yield Act(counted.case_id, fact.event, fact.on, fact.party or "")


def owed_among(answers: Iterable[Answer], limits: Collection[str]) -> Iterator[Owed]:
    """Yield the deadlines of limits that fell due in cases; those that were judged together are asked together."""
    for batch, numbers, alone in _together(answers if limits else ()):
        yield from owed_of(CountedCase(alone), limits) if alone is not None else batch.owed(limits, numbers)


def acts_among(answers: Iterable[Answer], events: Collection[str]) -> Iterator[Act]:
    """Yield the facts of events that had happened in cases; those that were judged together are asked together."""
    for batch, numbers, alone in _together(answers if events else ()):
        yield from acts_of(CountedCase(alone), events) if alone is not None else batch.acts(events, numbers)


def _together(answers: Iterable[Answer]) -> Iterator[tuple[Any, list[int], Answer | None]]:
    """Yield each answer that was judged alone, and each batch with the numbers of its cases."""
    batches: dict[int, tuple[Any, list[int]]] = {}
    for answer in answers:
        if answer.batch is None:
            yield None, [], answer
        else:
            batch, number = answer.batch
            batches.setdefault(id(batch), (batch, []))[1].append(number)
    for batch, numbers in batches.values():
        yield batch, numbers, None
