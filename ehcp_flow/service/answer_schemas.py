"""What the paths answer, as pydantic models: to describe the service, beside those of `ehcp_flow.schemas`."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from ehcp_flow.schemas import AnswerSchema, DeadlineSchema, MoveSchema
from ehcp_flow.service.fact_bodies import PostedFact

__all__ = [
    "CaseList", "CaseSchema", "ChangeList", "DeadlineList", "DeskList", "FactList", "MoveList", "NextChange",
    "RecordedSchema", "RowList", "WhatIfList",
]  # fmt: skip


class _Answered(BaseModel):
    model_config = ConfigDict(frozen=True)


class CaseSchema(AnswerSchema):
    """All that is said of a case on a day, and the version that it rests on."""

    version: int


class CaseRow(_Answered):
    """A case of a list: where it stands, since when."""

    case_id: str
    authority: str | None
    state: str
    since: dt.date | None
    version: int


class CaseList(_Answered):
    """Cases in the order of their ids."""

    items: list[CaseRow]
    next: str | None


class FactRowSchema(BaseModel):
    """A fact as it was recorded, with every column that it has; `stands` is false of one that was corrected."""

    model_config = ConfigDict(frozen=True, extra="allow")

    case_id: str
    event: str
    on: str
    fact_id: str
    version: int
    stands: bool


class FactList(_Answered):
    """The facts of a case in the order in which they were recorded."""

    items: list[FactRowSchema]
    next: str | None


class DeadlineList(_Answered):
    """The deadlines of a case."""

    items: list[DeadlineSchema]
    next: str | None


class MoveList(_Answered):
    """What could be recorded, each with its reasons."""

    items: list[MoveSchema]
    next: str | None


class NextChange(_Answered):
    """The first day on which what is said of a case is another; null if it never is."""

    case_id: str
    as_of: dt.date
    on: dt.date | None


class EffectSchema(_Answered):
    """A deadline that would be different: as it is and as it would be, null where it is not there."""

    limit: str
    before: DeadlineSchema | None
    after: DeadlineSchema | None


class WhatIfList(_Answered):
    """What a fact would change, and whether it would be lawful."""

    fact: PostedFact
    move: MoveSchema
    items: list[EffectSchema]
    next: str | None


class RecordedSchema(_Answered):
    """What became of a fact: the version of the case behind it, and the name by which a correction names it."""

    version: int
    fact_id: str


class DeskRow(BaseModel):
    """A row of the desk: the fields of a deadline, and where it stands, what to do, since when, how long, whose."""

    model_config = ConfigDict(frozen=True, extra="allow")

    case_id: str
    authority: str | None
    limit: str | None
    due_on: dt.date | None
    list: Literal["court", "overdue", "due", "stuck", "unowned"]
    what: str | None
    since: dt.date | None
    days_left: int | None
    owner: str | None


class DeskList(_Answered):
    """What there is to do, and what first."""

    items: list[DeskRow]
    next: str | None


class RowList(_Answered):
    """Rows with the columns that were asked for."""

    items: list[dict[str, Any]]
    next: str | None


class ChangeRow(_Answered):
    """A fact in the order in which the store took it."""

    position: int
    case_id: str
    version: int
    stored_at: dt.datetime
    fact: dict[str, Any]


class ChangeList(_Answered):
    """What was recorded behind a position; go on with the last one that you dealt with."""

    items: list[ChangeRow]
    next: str | None
