"""A finding: something about a case's record that a person should look at. It is never a breach.

A gap of a record is told once, where one and the same record would answer several findings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ehcp_flow.facts import Fact

__all__ = ["OWN_FINDINGS", "Finding", "Gap", "told_by"]

OWN_FINDINGS: Final = frozenset(
    {
        "act_not_dated", "after_the_day", "answer_before_question", "authority_conflict", "birth_contradicts",
        "closure_too_long", "code_of_later_return", "damaged_id", "date_of_birth_unknown", "dates_contradict",
        "direction_for_unknown_limit", "due_date_uncertain", "exception_for_unknown_limit", "exception_not_available",
        "exception_not_made_out", "exception_not_stated", "exception_reason_doubtful", "exception_without_end",
        "exception_without_limit", "exception_without_reason", "fact_id_again", "fact_not_read", "impossible_date",
        "institution_dates_unknown", "no_law_in_force", "particular_twice", "party_not_asked", "party_not_stated",
        "period_reversed", "recorded_before_it_happened", "two_birth_dates",
    }
)  # fmt: skip
"""What the library says of a record by itself, whatever the law: a rulebook's own findings have other names,
but where they say the same of its own facts (`recorded_twice`)."""


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
