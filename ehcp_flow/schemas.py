"""The answers as pydantic models: for a host's own responses, its OpenAPI description, and to read what it kept.

Each model has the fields that `as_dict` of its answer gives, in their order: `StateSchema(**state(case).as_dict())`.
Dates are dates here, and ISO text in JSON.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from ehcp_flow.explanation_outcome import Part, Status

__all__ = [
    "AnswerSchema",
    "CitationSchema",
    "DeadlineSchema",
    "DisputeMoveSchema",
    "DisputeSchema",
    "FindingSchema",
    "MoveSchema",
    "ProblemSchema",
    "ReasonSchema",
    "StateSchema",
    "StateStepSchema",
    "StepSchema",
    "WaitsSchema",
]


class _Schema(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CitationSchema(_Schema):
    """A provision: as a letter would give it, and where to read it."""

    text: str
    address: str


class StepSchema(_Schema):
    """A step of an explanation: `ExplanationStep.as_dict`."""

    part: Part
    text: str
    on: dt.date | None
    citations: list[CitationSchema]
    not_checked: str = ""


class DeadlineSchema(_Schema):
    """A deadline: `Deadline.as_dict`; `explanation` is there only where it was asked for."""

    case_id: str
    authority: str | None
    limit: str
    title: str
    actor: str
    party: str | None
    kind: Literal["statutory", "guidance", "derived", "local"]
    citation: str
    starts_on: dt.date
    due_on: dt.date | None
    earliest_on: dt.date | None
    done_on: dt.date | None
    status: Status
    days_over: int | None
    excused_by: list[str]
    breach: bool
    due_on_earliest: dt.date | None
    ended_on: dt.date | None
    contested_by: list[str]
    key: str
    explanation: list[StepSchema] | None = None


class FindingSchema(_Schema):
    """What a person should look at in a record: `Finding.as_dict`."""

    case_id: str
    on: dt.date | None
    finding: str
    message: str
    remedy: str
    event: str | None
    limit: str | None


class StateStepSchema(_Schema):
    """A fact that moved a case, or was lawful where it stood: `StateStep.as_dict`."""

    on: dt.date
    event: str
    outcome: str | None
    title: str
    from_state: str
    to_state: str
    citation: str
    finding: FindingSchema | None


class DisputeSchema(_Schema):
    """A dispute about a decision: `Dispute.as_dict`."""

    state: str
    since: dt.date | None
    decision: str
    decided_on: dt.date
    ground: str
    certificate_needed: bool | None
    awaits: list[str]
    says: str


class WaitsSchema(_Schema):
    """What is open beside the state, and where the case goes on to: `Waits.as_dict`."""

    on: dt.date
    event: str
    outcome: str | None
    title: str
    at: str
    to_state: str
    citation: str


class StateSchema(_Schema):
    """Where a case stands: `CaseState.as_dict`."""

    case_id: str
    as_of: dt.date
    state: str
    meaning: str
    since: dt.date | None
    maintained: bool
    disputes: list[DisputeSchema]
    waiting: list[WaitsSchema]
    history: list[StateStepSchema]
    findings: list[FindingSchema]


class ReasonSchema(_Schema):
    """A reason for or against a move: one of `reasons` of `MoveVerdict.as_dict`."""

    holds: bool
    checked: bool
    reason: str
    remedy: str
    citation: str
    address: str


class DisputeMoveSchema(_Schema):
    """What a fact does to the dispute that it is about: `DisputeMove.as_dict`."""

    decision: str
    decided_on: dt.date
    ground: str
    from_state: str
    to_state: str | None


class MoveSchema(_Schema):
    """Whether a fact would be lawful, and why: `MoveVerdict.as_dict`."""

    event: str
    outcome: str | None
    allowed: bool
    to_state: str | None
    dispute: DisputeMoveSchema | None
    citation: str
    reasons: list[ReasonSchema]
    title: str
    on: dt.date
    from_state: str
    moves: bool


class AnswerSchema(_Schema):
    """All that is said of a case on a day: `Answer.as_dict`."""

    case_id: str
    authority: str | None
    as_of: dt.date
    state: StateSchema
    deadlines: list[DeadlineSchema]
    findings: list[FindingSchema]


class ProblemSchema(BaseModel):
    """An error as a web service tells it (`problem`): beside these stand the values that the error keeps."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Any]

    type: str
    title: str
    status: int
    detail: str
