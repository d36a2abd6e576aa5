"""Deadlines that were owed, and facts, as rows of days: what shares of them are counted from, case by case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from ehcp_flow.measures.counted_case import CountedCase

__all__ = ["OWED", "Act", "Owed", "acts_of", "owed_of"]

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
