"""Whom a rule, or a version of it, is for: by the stage of a case, by its review, or by the age or year of a child."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field, StrictInt, model_validator

from ehcp_flow.dates import say
from ehcp_flow.law.parts import Model, StrictDate
from ehcp_flow.law.patterns import Patterns

__all__ = ["Cohort", "Cohorts"]


class Cohort(Model):
    """Some cases, told by a day, or by the age of the child on it.

    The day is the one from which the clock counts; with `begun_by` that of the last such fact by the start of the clock
    (which may be one itself); with `followed_by` that of the first after it, while the clock runs; with `turns` the
    birthday on which the child is so many years old. A case is one of the cohort if the day is `on_or_after` the one
    given and comes `before` the other, and if the child is on it `from_age` years old or older, and `under_age`. Where
    there is no such fact, it is none.

    Where that hangs on a date of birth that is not on record, nobody knows: the limit has then no last lawful day, and
    a finding says so.
    """

    begun_by: Patterns = ()
    followed_by: Patterns = ()
    turns: StrictInt | None = Field(default=None, ge=1)
    on_or_after: StrictDate | None = None
    before: StrictDate | None = None
    from_age: StrictInt | None = Field(default=None, ge=1)
    under_age: StrictInt | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _tells(self) -> Cohort:
        if bool(self.begun_by) + bool(self.followed_by) + (self.turns is not None) > 1:
            raise ValueError("give one of begun_by, followed_by and turns: each says which day is meant")
        ages = self.from_age, self.under_age
        if self.turns is not None and ages != (None, None):
            raise ValueError("the age on a birthday is known: leave out from_age and under_age, or turns")
        if (self.on_or_after, self.before, *ages) == (None,) * 4:
            raise ValueError("give on_or_after, before, from_age or under_age: without one it is every case")
        _some_of_each((self,))
        return self

    def __str__(self) -> str:
        return self.said

    @property
    def needs_birth(self) -> bool:
        """Whether the date of birth decides it."""
        return self.turns is not None or self.from_age is not None or self.under_age is not None

    @property
    def day_said(self) -> str:
        """Which day is meant, in words."""
        if self.turns is not None:
            return f"the birthday {self.turns} of the child"
        if self.begun_by:
            return f"the day of the last {_any(self.begun_by)} by the start"
        if self.followed_by:
            return f"the day of the first {_any(self.followed_by)} after the start"
        return "the day counted from"

    @property
    def asked(self) -> str:
        """What is asked of the day, in words."""
        return " and ".join(self._asked())

    @property
    def said(self) -> str:
        """Whom it is made of, in words."""
        return f"{self.day_said} is {self.asked}"

    @property
    def told(self) -> str:
        """Whom it is made of, as a sentence on a time limit goes on: where .."""
        days, ages = [*self._days()], [*self._ages()]
        told = []
        if days:
            day = f"the child turns {self.turns}" if self.turns is not None else f"{self.day_said} is"
            told.append(f"{day} {' and '.join(days)}")
        if ages:
            told.append(f"the child is {' and '.join(ages)} on {self.day_said}")
        return " and ".join(told)

    def _asked(self) -> Iterator[str]:
        yield from self._days()
        yield from (f"one on which the child is {age}" for age in self._ages())

    def _days(self) -> Iterator[str]:
        if self.on_or_after is not None:
            yield f"on or after {say(self.on_or_after)}"
        if self.before is not None:
            yield f"before {say(self.before)}"

    def _ages(self) -> Iterator[str]:
        if self.from_age is not None:
            yield f"{self.from_age} or older"
        if self.under_age is not None:
            yield f"under {self.under_age}"


def _some_of_each(cohorts: tuple[Cohort, ...]) -> tuple[Cohort, ...]:
    """Refuse cohorts of which no case can be all at once: on one day, an age or a date that excludes another."""
    for one, other in product(cohorts, repeat=2):
        if (one.begun_by, one.followed_by, one.turns) == (other.begun_by, other.followed_by, other.turns):
            for first, end, words in (
                (one.from_age, other.under_age, "{} or older and under {}"),
                (one.on_or_after, other.before, "on or after {} and before {}"),
            ):
                if first is not None and end is not None and end <= first:  # type: ignore[operator]
                    raise ValueError(f"nobody can be of it: no case is {words.format(first, end)}")
    return cohorts


Cohorts: TypeAlias = Annotated[tuple[Cohort, ...], AfterValidator(_some_of_each)]
"""Those that are of each of them."""


def _any(patterns: Patterns) -> str:
    return " or ".join(str(pattern).replace("_", " ") for pattern in patterns)
