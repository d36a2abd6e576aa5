"""A finding: something about a case's record that a person should look at. It is never a breach.

A gap of a record is told once, where one and the same record would answer several findings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ehcp_flow.facts import Fact

__all__ = ["Finding", "Gap", "told_by"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, on which case and day, and what would put it right.

    `code` is a stable name for programs; `message` and `remedy` are sentences for people; `fact` is the fact that
    gave rise to it, and `limit` the time limit that it is about, where there is one.
    """

    code: str
    case_id: str
    on: dt.date | None
    message: str
    remedy: str = ""
    fact: Fact | None = None
    limit: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, as `breaches --register findings --format json` gives it."""
        return {
            "case_id": self.case_id,
            "on": self.on.isoformat() if self.on else None,
            "finding": self.code,
            "message": self.message,
            "remedy": self.remedy,
            "event": self.fact.event if self.fact else None,
            "limit": self.limit,
        }

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message


class Gap(NamedTuple):
    """What a record misses: a fact of one of `events`, about `whom`, behind the fact `after` and by the fact `by`.

    `after` and `by` are places of facts in legal order, `after` that of what started the clock.
    """

    events: frozenset[str]
    after: int
    by: int
    whom: object = None


def told_by(steps: Sequence[Gap], undated: Sequence[Gap]) -> list[int]:
    """Return the place in `[*steps, *undated]` of what tells each gap of `undated`: its own, where nothing else does.

    `steps` are facts out of order for want of another: such a record would stand before the step. `undated` are acts
    that a later fact shows to have been done. Those shown by one fact are told together as far as one act is all.
    """
    answered = [gap.events for gap in (*steps, *undated)]
    tellers = [*range(len(steps))]
    told = []
    for own, gap in enumerate(undated, len(steps)):
        for teller in tellers:
            if teller < len(steps):
                fits = gap.after < steps[teller].by <= gap.by
            else:
                first = undated[teller - len(steps)]
                fits = (first.by, first.whom) == (gap.by, gap.whom)
            both = answered[teller] & gap.events
            if fits and both:
                answered[teller] = both
                told.append(teller)
                break
        else:
            tellers.append(own)
            told.append(own)
    return told
