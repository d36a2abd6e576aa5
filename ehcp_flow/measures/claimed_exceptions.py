"""The exceptions of a case that were recorded: for which deadlines each was checked, and whether its facts hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ehcp_flow.deadlines import Deadline
from ehcp_flow.facts import ExceptionRecorded
from ehcp_flow.grounds import GroundChecked
from ehcp_flow.measures.counted_case import CountedCase

__all__ = ["VERDICTS", "ClaimedException", "agreed_with_parent", "claimed_exceptions"]

_AGREED: Final = re.compile(
    r"\b(agree\w*|consent\w*|request\w*|ask\w*)\b.{0,40}\b(parent|mother|father|mum|dad|famil|carer|young person)"
    r"|\b(parent|mother|father|mum|dad|famil|carer|young person)\w*\b.{0,40}\b(agree|consent|request|ask|happy)",
    re.IGNORECASE | re.DOTALL,
)
_NO_GROUND: Final = (
    "an agreement with the parent or young person is no ground in law: only the circumstances in the regulations "
    "excuse a missed limit"
)
VERDICTS: Final[tuple[str, ...]] = (
    "no ground in law",
    "facts do not hold",
    "no limit it can apply to",
    "facts hold, no reason recorded",
    "facts hold",
)
"""What is said of an exception, what a person should look at first coming first."""


def agreed_with_parent(reason: str | None) -> bool:
    """Whether a reason rests on the family's agreement, or on its asking, rather than on its circumstances."""
    return bool(reason and _AGREED.search(reason))


class ClaimedException(NamedTuple):
    """An exception that was recorded, and each deadline on whose ground it was checked."""

    fact: ExceptionRecorded
    checks: Sequence[tuple[Deadline, GroundChecked]]

    @property
    def holds(self) -> list[str]:
        """The limits on whose ground its facts hold."""
        return [deadline.limit for deadline, checked in self.checks if checked.holds]

    @property
    def excuses(self) -> list[str]:
        """Those of them that were missed."""
        return [one.limit for one, checked in self.checks if checked.holds and one.missed]

    @property
    def verdict(self) -> str:
        """One of VERDICTS."""
        if agreed_with_parent(self.fact.reason):
            return "no ground in law"
        if self.holds:
            return "facts hold" if self.fact.reason else "facts hold, no reason recorded"
        return "facts do not hold" if self.checks else "no limit it can apply to"

    @property
    def checked(self) -> str:
        """What was looked at, in words."""
        says = [_NO_GROUND] if agreed_with_parent(self.fact.reason) else [checked.says for _, checked in self.checks]
        return "; ".join(dict.fromkeys(says))


def claimed_exceptions(counted: CountedCase) -> Iterator[ClaimedException]:
    """Yield the exceptions of a case that were recorded by the day of its answer."""
    answer = counted.answer
    for fact in answer.judged.facts if answer.may_hold("exception_recorded") else ():
        if isinstance(fact, ExceptionRecorded) and fact.on <= answer.as_of:
            every = ((one, checked) for one in answer.deadlines for checked in one.derivation.grounds)
            yield ClaimedException(fact, [(one, checked) for one, checked in every if checked.fact is fact])
