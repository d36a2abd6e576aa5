"""The grounds of exception, and the rules that they can disapply."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, StrictBool, model_validator

from ehcp_flow.facts import OUTCOMES
from ehcp_flow.law.citation import CitedOnce
from ehcp_flow.law.parts import Model, Name, PeriodText, StrictDate
from ehcp_flow.law.version import Reading

__all__ = ["Doubt", "ExceptionUse", "Ground", "GroundTest"]

GroundTest: TypeAlias = Literal["closure", "within_period", "absence", "due_within_force", "named"]


def _outcome(word: str) -> str:
    known = OUTCOMES["exception_recorded"]
    if word not in known:
        raise ValueError(f"exception_recorded has no outcome {word!r}; its outcomes are {', '.join(known)}")
    return word


class Doubt(Model):
    """Words in the recorded reason of an exception after which a person should look at the judgement again.

    They are looked for as whole words, whatever their case. `says` why, `remedy` what to do; nothing is decided by it.
    """

    words: tuple[str, ...] = Field(min_length=1)
    says: str
    remedy: str

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, self.words))})\b", re.IGNORECASE)

    def is_raised_by(self, reason: str | None) -> bool:
        """Return whether the reason holds one of the words."""
        return bool(reason and self._pattern.search(reason))


class Ground(Model):
    """A ground of exception, and the part of it that can be checked against recorded facts.

    `test` is one of a closed set: `closure` (an institution closed for at least `least`, and advice asked of it from
    `margin` before it closed to `margin` before it re-opened); `absence` (at least `least` without a break, inside the
    limit's period); `within_period` (some day of it inside the limit's period); `due_within_force` (the act fell due
    while the ground was law, and a reason is recorded); `named` (the record names the limit, and says what was agreed
    or directed, and came while the clock ran). Without an end on record a ground is taken to go on, but for one that is
    of `one_day`. Whether compliance was impractical is never tested. `not_checked` says what else of the ground no date
    can show, `doubt` which reasons are to be looked at again, and `reading` is another reading of each limit that the
    ground can excuse.
    """

    id: Name
    outcome: Annotated[str, AfterValidator(_outcome)]
    title: str
    test: GroundTest
    least: PeriodText = None
    margin: PeriodText = None
    adviser: str = ""
    one_day: StrictBool = False
    in_force_from: StrictDate
    in_force_to: StrictDate | None = None
    not_checked: str = ""
    doubt: Doubt | None = None
    reading: Reading | None = None
    note: str = ""

    @property
    def lasts(self) -> bool:
        """Whether it goes on for as long as no end is recorded."""
        return self.test in ("within_period", "absence") and not self.one_day

    @model_validator(mode="after")
    def _complete(self) -> Ground:
        if (self.least is None) == (self.test in ("closure", "absence")):
            raise ValueError("closure and absence, and only they, need least")
        if (self.margin is None) == (self.test == "closure"):
            raise ValueError("closure, and only closure, needs margin")
        if bool(self.adviser) != (self.test == "closure"):
            raise ValueError("closure, and only closure, needs adviser")
        if self.not_checked and self.test == "closure":
            raise ValueError("what a closure's calendar cannot show is said of itself: leave out not_checked")
        return self


class ExceptionUse(Model):
    """That a ground can disapply a rule, and where the law says so."""

    ground: Name
    citation: CitedOnce
