"""Which deadlines are listed or counted: a filter, asked of the kernel's rows before any is an object."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final, NamedTuple

from ehcp_flow.answers import Answer
from ehcp_flow.deadlines import STATUSES, Deadline, Status
from ehcp_flow.engine.kernel import LAST, STATUS, VERSION
from ehcp_flow.engine.numbers import as_day
from ehcp_flow.engine.rulebook import CompiledRulebook
from ehcp_flow.law.actors import Side

__all__ = ["ADVICE_TO_COME", "STANDING", "TO_SEE_TO", "WORK", "Chosen"]

STANDING: Final[tuple[Status, ...]] = ("open", "overdue")
"""How a deadline stands that is still to be met."""

TO_SEE_TO: Final[tuple[Status, ...]] = (*STANDING, "undated")
"""How a deadline stands that is still to be met, or of which somebody has to say when it was."""

ADVICE_TO_COME: Final = ("advice", "advice_again")
"""The limits of advice that is still to come: that was asked for, or sent back to be given again."""

WORK: Final = ("statutory", "local", "guidance")
"""The kinds of limits that are worked to: what is derived from others has its work with them."""


class Chosen(NamedTuple):
    """The deadlines of these limits, groups and kinds, or of all where there are none, that stand in one of these ways.

    A limit, and a group, is meant with its counterparts in other regulations: advice with advice on a detained person.
    `owed` are only those whose missing is a breach, `tasks` only what somebody must do: no right of the family, and no
    window in which nothing may be done; `by` is on whose side it is to act.
    """

    limits: tuple[str, ...] = ()
    status: tuple[Status, ...] = STATUSES
    groups: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    by: Side | None = None
    owed: bool = False
    tasks: bool = False

    def of(self, answer: Answer, due_by: dt.date = dt.date.max) -> list[Deadline]:
        """Return those of a case, in the public order: of which the last lawful day is known, if not after `due_by`."""
        return [Deadline(answer.judged, row) for row in self.rows_of(answer, due_by)]

    def rows_of(self, answer: Answer, due_by: dt.date = dt.date.max) -> list[int]:
        """Return the same as rows of the kernel, where no more is asked than how many, or when they are due."""
        if not self.may_be_of(answer, due_by):
            return []
        judged, out, wanted = answer.judged, answer.judged.out, _wanted(self, answer.book)
        version, status, last = VERSION * judged.size, STATUS * judged.size, LAST * judged.size
        latest = as_day(due_by)
        return [
            row
            for row in judged.rows
            if wanted[out[version + row]] >> out[status + row] & 1 and out[last + row] <= latest
        ]

    def may_be_of(self, answer: Answer, due_by: dt.date = dt.date.max) -> bool:
        """Return whether a case may have any, without making its deadlines."""
        return answer.may_have(_wanted(self, answer.book), due_by)

    def place(self, deadline: Deadline) -> int:
        """Return the place of a deadline's limit among those that are chosen."""
        return self.limits.index(deadline.derivation.limit.root)


@lru_cache(maxsize=256)
def _wanted(chosen: Chosen, book: CompiledRulebook) -> tuple[int, ...]:
    """Return, for each version of a rule, a bit for each status that is chosen."""
    bits = sum(1 << STATUSES.index(status) for status in chosen.status)
    return tuple(
        bits
        if (not chosen.limits or rule.limit.root in chosen.limits)
        and (not chosen.groups or book.rulebook.limits[rule.limit.root].group in chosen.groups)
        and (not chosen.kinds or rule.kind in chosen.kinds)
        and chosen.by in (None, rule.limit.side)
        and (not chosen.owed or book.breachable[rule.order])
        and not (chosen.tasks and (rule.limit.side == "family" or version.is_window))
        else 0
        for rule, version in book.versions
    )
