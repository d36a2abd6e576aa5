"""Who took part in reviews: which agency came to the meetings of the last twelve months, and which sent its advice."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any, Final

from ehcp_flow.answers import Answer
from ehcp_flow.measures.arithmetic import percent
from ehcp_flow.measures.counted_case import CountedCase

__all__ = ["TakingPart"]

_HELD, _CAME, _WROTE = "review_meeting_held", "review_attended", "review_advice_received"
_ANYBODY: Final = "anybody"
_YEAR: Final = dt.timedelta(days=365)


class TakingPart:
    """Collects the review meetings of the twelve months up to the day of the answers, and who took part in each.

    An agency came where it is recorded on the day of the meeting; its advice is of the first meeting after it came.
    """

    def __init__(self) -> None:
        self._meetings = 0
        self._came: Counter[str] = Counter()
        self._wrote: Counter[str] = Counter()

    def add(self, answer: Answer | CountedCase) -> None:
        """Take one case into account."""
        counted = CountedCase.laid_out(answer)
        if not counted.answer.may_hold(_HELD):
            return
        facts = list(counted.facts(_HELD, _CAME, _WROTE))
        before = dt.date.min
        for day in sorted({fact.on for fact in facts if fact.event == _HELD and fact.outcome != "adjourned"}):
            if counted.as_of - _YEAR < day:
                self._meetings += 1
                came = {fact.party or "" for fact in facts if fact.event == _CAME and fact.on == day}
                wrote = {fact.party or "" for fact in facts if fact.event == _WROTE and before < fact.on <= day}
                self._came.update(came | {_ANYBODY} if came else ())
                self._wrote.update(wrote | {_ANYBODY} if wrote else ())
            before = day

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for anybody, then one for each agency: to how many of the meetings it came, or sent advice."""
        return [
            {
                "agency": party,
                "meetings": self._meetings,
                "came": self._came[party],
                "pc_came": percent(self._came[party], self._meetings),
                "sent_advice": self._wrote[party],
                "pc_sent_advice": percent(self._wrote[party], self._meetings),
            }
            for party in (_ANYBODY, *sorted({*self._came, *self._wrote} - {_ANYBODY}))
        ]
