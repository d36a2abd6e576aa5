"""What a decision sets going on paper: whom to tell, and what the notice must contain."""

from __future__ import annotations

from pydantic import Field

from ehcp_flow.law.citation import CitedOnce
from ehcp_flow.law.parts import Evidence, Model, Name, StrictDate
from ehcp_flow.law.patterns import Patterns

__all__ = ["Content", "Notice", "Told"]


class Told(Model):
    """Somebody who must be told of a decision, and where the law says so."""

    who: str
    citation: CitedOnce


class Content(Model):
    """Something that a notice must contain, where the law says so, and since when, where that was not always so."""

    says: str
    citation: CitedOnce
    since: StrictDate | None = None


class Notice(Model):
    """What a decision sets going on paper: who must be told, what the notice must contain, and by which limits.

    `on` are the facts that record the decision; `limits` the ids of the limits that it has to keep.
    """

    id: Name
    title: str
    on: Patterns = Field(min_length=1)
    limits: tuple[Name, ...] = ()
    tell: tuple[Told, ...] = Field(min_length=1)
    contains: tuple[Content, ...] = Field(min_length=1)
    evidence: Evidence
    note: str = ""
