"""The bodies that the law speaks of by their office, and the names that they had."""

from __future__ import annotations

import datetime as dt

from pydantic import Field, model_validator

from ehcp_flow.law.citation import Cited
from ehcp_flow.law.parts import Dated, Evidence, Model, Name, join

__all__ = ["Body", "BodyName"]


class BodyName(Dated):
    """What a body was called from one day to another: `in_force_to` is its last day, or None while the name stands."""

    name: str = Field(min_length=1)
    citation: Cited = Field(min_length=1)
    evidence: Evidence
    evidence_note: str = ""


class Body(Model):
    """A body that the law speaks of by its office, and the names of those that have held it.

    A rule is about the body where its act, or the limit's actor, has one of the phrases of `spoken_of`. It changes no
    date: the explanation of a deadline says who the body was on the day the act was due.
    """

    id: Name
    title: str
    spoken_of: tuple[str, ...] = Field(min_length=1)
    name: tuple[BodyName, ...] = Field(min_length=1)
    note: str = ""

    @model_validator(mode="after")
    def _namesjoin(self) -> Body:
        join("names", "name", self.name)
        return self

    def on(self, day: dt.date) -> BodyName | None:
        """Return the name that the body had on `day`, or None: there is no fallback outside the names' days."""
        for name in self.name:
            if name.in_force_from <= day and (name.in_force_to is None or day <= name.in_force_to):
                return name
        return None

    def is_spoken_of(self, *texts: str) -> bool:
        """Whether one of the texts speaks of the body."""
        return any(phrase in text for phrase in self.spoken_of for text in texts)
