"""Every fact that a case can hold: something that happened on a date.

Each fact is a frozen model with a fixed `event`; together they are one discriminated union, `AnyFact`. What a column
means, and which events carry it, stands in `docs/facts.md`. A fact says what happened and when, never what follows
from it: deadlines, states and breaches are computed from facts each time they are asked for.

The order of the classes below is the order in which facts of one day can lawfully happen (`LEGAL_ORDER`): a request
before its refusal, an order before the notice that obeys it, a draft before the final plan.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, TypeAlias, Union, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from ehcp_flow.dates import parse_date, parse_instant
from ehcp_flow.errors import DateError, FactError, UnknownNameError

Requester: TypeAlias = Literal[
    "parent", "young_person", "school", "post16", "health", "social_care", "authority", "other"
]
OrderOutcome: TypeAlias = Literal[
    "assess", "reassess", "make_plan", "reconsider", "amend", "amend_school", "continue", "continue_and_amend",
    "dismiss", "dismiss_cease",
]  # fmt: skip
ConcessionOutcome: TypeAlias = Literal[
    "assess", "reassess", "make_plan", "amend", "amend_school", "continue", "continue_and_amend"
]
AgreementOutcome: TypeAlias = Literal[
    "assess", "reassess", "make_plan", "reconsider", "amend", "amend_school", "continue", "continue_and_amend",
    "other",
]  # fmt: skip
ExceptionOutcome: TypeAlias = Literal[
    "school_closed", "early_years_closed", "exceptional_circumstances", "absent_from_area", "missed_appointment",
    "coronavirus",
]  # fmt: skip


def _date(value: object) -> dt.date:
    try:
        return parse_date(value)
    except DateError as error:
        raise PydanticCustomError("date", "{why}", {"why": str(error)}) from None


def _instant(value: object) -> dt.datetime:
    try:
        return parse_instant(value)
    except DateError as error:
        raise PydanticCustomError("instant", "{why}", {"why": str(error)}) from None


Day: TypeAlias = Annotated[dt.date, BeforeValidator(_date)]
Instant: TypeAlias = Annotated[dt.datetime, BeforeValidator(_instant)]
Authority: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{3}$")]
Text: TypeAlias = Annotated[str, Field(min_length=1)]


class Fact(BaseModel):
    """What every fact has: the case, the day, and who wrote it down when.

    `on` is the legally operative day. `served_on` is the day it reached the other side, where that is another day.
    `fact_id` is the fact's own name, where its source gives one; `corrects` names the fact that this one replaces
    (or voids). `recorded_at` is an instant in UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)

    event: str
    case_id: Text
    on: Day
    party: str | None = None
    reason: str | None = None
    authority: Authority | None = None
    served_on: Day | None = None
    fact_id: Text | None = None
    corrects: Text | None = None
    recorded_at: Instant | None = None
    recorded_by: str | None = None

    prospective: ClassVar[bool] = False
    """Whether `on` may lie in the future of the day the fact is known: a transfer that is to come."""

    @cached_property
    def content(self) -> str:
        """What the fact says, without who recorded it when: two facts with the same content are one fact."""
        return self.model_dump_json(exclude={"recorded_at", "recorded_by", "fact_id"}, exclude_none=True)

    @cached_property
    def id(self) -> str:
        """The fact's name: its `fact_id`, or else a digest of its content."""
        return self.fact_id or hashlib.sha256(self.content.encode()).hexdigest()[:16]


class DateOfBirth(Fact):
    event: Literal["date_of_birth"] = "date_of_birth"


class PlanTransferredIn(Fact):
    """The day of the transfer; the plan keeps the day it was made and the day it was last reviewed."""

    event: Literal["plan_transferred_in"] = "plan_transferred_in"
    made_on: Day | None = None
    reviewed_on: Day | None = None


class Detained(Fact):
    event: Literal["detained"] = "detained"


class Released(Fact):
    event: Literal["released"] = "released"


class RequestReceived(Fact):
    event: Literal["request_received"] = "request_received"
    party: Requester | None = None


class BecameResponsible(Fact):
    event: Literal["became_responsible"] = "became_responsible"


class AssessmentRefused(Fact):
    event: Literal["assessment_refused"] = "assessment_refused"


class MediationContacted(Fact):
    event: Literal["mediation_contacted"] = "mediation_contacted"


class MediationDeclined(Fact):
    event: Literal["mediation_declined"] = "mediation_declined"


class MediationRequested(Fact):
    event: Literal["mediation_requested"] = "mediation_requested"


class MediationNotified(Fact):
    event: Literal["mediation_notified"] = "mediation_notified"


class MediationHeld(Fact):
    event: Literal["mediation_held"] = "mediation_held"


class MediationAgreed(Fact):
    event: Literal["mediation_agreed"] = "mediation_agreed"
    outcome: AgreementOutcome


class MediationCertificateIssued(Fact):
    event: Literal["mediation_certificate_issued"] = "mediation_certificate_issued"


class AppealRegistered(Fact):
    event: Literal["appeal_registered"] = "appeal_registered"


class AppealResponseSent(Fact):
    event: Literal["appeal_response_sent"] = "appeal_response_sent"


class AppealConceded(Fact):
    event: Literal["appeal_conceded"] = "appeal_conceded"
    outcome: ConcessionOutcome


class AppealWithdrawn(Fact):
    event: Literal["appeal_withdrawn"] = "appeal_withdrawn"


class TribunalOrderMade(Fact):
    event: Literal["tribunal_order_made"] = "tribunal_order_made"
    outcome: OrderOutcome


class RecommendationMade(Fact):
    event: Literal["recommendation_made"] = "recommendation_made"


class RecommendationAnswered(Fact):
    event: Literal["recommendation_answered"] = "recommendation_answered"


class RefusalReversed(Fact):
    """The authority changed its own refusal, outside Tribunal and mediation: the original clock goes on."""

    event: Literal["refusal_reversed"] = "refusal_reversed"


class AssessmentAgreed(Fact):
    event: Literal["assessment_agreed"] = "assessment_agreed"


class RequestWithdrawn(Fact):
    """The requester withdrew. No law says what follows: `outcome` is the authority's recorded choice."""

    event: Literal["request_withdrawn"] = "request_withdrawn"
    outcome: Literal["ends", "continues"] = "ends"


class ReassessmentRequested(Fact):
    event: Literal["reassessment_requested"] = "reassessment_requested"


class ReassessmentRefused(Fact):
    event: Literal["reassessment_refused"] = "reassessment_refused"


class ReassessmentAgreed(Fact):
    event: Literal["reassessment_agreed"] = "reassessment_agreed"


class ReassessmentStarted(Fact):
    event: Literal["reassessment_started"] = "reassessment_started"


class SpecialSchoolAdmitted(Fact):
    """The child was admitted to a special school or special post-16 institution for the assessment."""

    event: Literal["special_school_admitted"] = "special_school_admitted"


class AdviceRequested(Fact):
    """Advice was asked of `party`; `served_on` is the day the body received the request."""

    event: Literal["advice_requested"] = "advice_requested"
    party: Text


class AdviceReceived(Fact):
    event: Literal["advice_received"] = "advice_received"
    party: Text


class AdviceReturned(Fact):
    """Advice was sent back as inadequate: the clock of that request runs on."""

    event: Literal["advice_returned"] = "advice_returned"
    party: Text


class PlanAgreed(Fact):
    event: Literal["plan_agreed"] = "plan_agreed"


class PlanRefused(Fact):
    event: Literal["plan_refused"] = "plan_refused"


class SpecialSchoolLeft(Fact):
    """The child's stay at the special school where the assessment was made came to an end."""

    event: Literal["special_school_left"] = "special_school_left"


class DraftPlanSent(Fact):
    event: Literal["draft_plan_sent"] = "draft_plan_sent"


class RepresentationsReceived(Fact):
    event: Literal["representations_received"] = "representations_received"


class MeetingRequested(Fact):
    event: Literal["meeting_requested"] = "meeting_requested"


class SchoolConsulted(Fact):
    event: Literal["school_consulted"] = "school_consulted"


class SchoolResponded(Fact):
    event: Literal["school_responded"] = "school_responded"


class FinalPlanSent(Fact):
    event: Literal["final_plan_sent"] = "final_plan_sent"


class DisclosureRequested(Fact):
    """A young person who goes into higher education asked that the plan be disclosed."""

    event: Literal["disclosure_requested"] = "disclosure_requested"


class PlanDisclosed(Fact):
    event: Literal["plan_disclosed"] = "plan_disclosed"


class ReviewInvited(Fact):
    event: Literal["review_invited"] = "review_invited"


class ReviewPapersSent(Fact):
    event: Literal["review_papers_sent"] = "review_papers_sent"


class ReviewMeetingHeld(Fact):
    event: Literal["review_meeting_held"] = "review_meeting_held"


class ReviewReportSent(Fact):
    event: Literal["review_report_sent"] = "review_report_sent"


class ReviewDecisionSent(Fact):
    event: Literal["review_decision_sent"] = "review_decision_sent"
    outcome: Literal["maintain", "amend", "cease"]


class AmendmentNoticeSent(Fact):
    event: Literal["amendment_notice_sent"] = "amendment_notice_sent"


class AmendedPlanSent(Fact):
    event: Literal["amended_plan_sent"] = "amended_plan_sent"


class AmendmentDeclined(Fact):
    event: Literal["amendment_declined"] = "amendment_declined"


class MovedAway(Fact):
    """The child moved to another authority; `aware_on` is the day the old authority became aware."""

    event: Literal["moved_away"] = "moved_away"
    aware_on: Day | None = None


class PlanTransferredOut(Fact):
    event: Literal["plan_transferred_out"] = "plan_transferred_out"


class TransferNoticeSent(Fact):
    event: Literal["transfer_notice_sent"] = "transfer_notice_sent"


class CeaseConsulted(Fact):
    event: Literal["cease_consulted"] = "cease_consulted"


class CeaseNoticeSent(Fact):
    event: Literal["cease_notice_sent"] = "cease_notice_sent"


class PlanCeased(Fact):
    event: Literal["plan_ceased"] = "plan_ceased"


class DirectPaymentsStarted(Fact):
    event: Literal["direct_payments_started"] = "direct_payments_started"


class DirectPaymentReviewed(Fact):
    event: Literal["direct_payment_reviewed"] = "direct_payment_reviewed"


class ExceptionRecorded(Fact):
    """A ground of exception: `on` its first day, `until` its last (for a closure, the day of re-opening).

    `limit` is the limit it is claimed for; empty means every limit it can apply to. `reason` is the recorded
    judgement that compliance was impractical because of it.
    """

    event: Literal["exception_recorded"] = "exception_recorded"
    outcome: ExceptionOutcome
    until: Day | None = None
    limit: str | None = None


class PhaseTransferDue(Fact):
    """The transfer will take place on `on`, which may be long after the fact is recorded."""

    event: Literal["phase_transfer_due"] = "phase_transfer_due"
    outcome: Literal["school", "post16", "post16_to_post16"]
    prospective = True


class FactVoided(Fact):
    """The fact named in `corrects` should never have been recorded; `reason` says why. Nothing is deleted."""

    event: Literal["fact_voided"] = "fact_voided"
    corrects: Text
    reason: Text


if TYPE_CHECKING:
    AnyFact: TypeAlias = Fact
else:
    AnyFact = Annotated[Union[tuple(Fact.__subclasses__())], Field(discriminator="event")]
    """The discriminated union of all facts, for models that hold facts."""

FACT_TYPES: Final[Mapping[str, type[Fact]]] = {
    get_args(cls.model_fields["event"].annotation)[0]: cls for cls in Fact.__subclasses__()
}
LEGAL_ORDER: Final[Mapping[str, int]] = {event: rank for rank, event in enumerate(FACT_TYPES)}
OUTCOMES: Final[Mapping[str, tuple[str, ...]]] = {
    event: get_args(cls.model_fields["outcome"].annotation)
    for event, cls in FACT_TYPES.items()
    if "outcome" in cls.model_fields
}
COLUMNS: Final[tuple[str, ...]] = (
    "case_id", "authority", "event", "on", "party", "outcome", "until", "served_on", "aware_on", "made_on",
    "reviewed_on", "limit", "reason", "fact_id", "corrects", "recorded_at", "recorded_by",
)  # fmt: skip


def make_fact(event: str, /, **fields: Any) -> Fact:
    """Return the fact that `event` names, from its fields: `make_fact("request_received", case_id="a", on="2026-03-02")`.

    Empty strings and None count as not given. Dates may be dates or text (ISO or UK). Raises UnknownNameError for an
    event that does not exist, and FactError, naming the field and what would be right, for anything else.
    """
    cls = FACT_TYPES.get(event)
    if cls is None:
        raise UnknownNameError("event", event, FACT_TYPES)
    given = {name: value for name, value in fields.items() if not _is_blank(value)}
    try:
        return cls(**given)
    except ValidationError as error:
        raise _explained(event, error) from None


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def load_fact(record: Mapping[str, Any]) -> Fact:
    """Return the fact that a mapping of column names to values states, as `make_fact` does for keywords."""
    fields = dict(record)
    event = fields.pop("event", None)
    if not event:
        raise FactError("", "event", event, f"one of {', '.join(FACT_TYPES)}")
    return make_fact(str(event), **{str(name): value for name, value in fields.items()})


def _explained(event: str, error: ValidationError) -> FactError:
    """Return the first thing that is wrong, in words that say what would be right."""
    first = error.errors(include_url=False)[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    value = None if first["type"] == "missing" else first["input"]
    if first["type"] == "extra_forbidden":
        owners = sorted(name for name, cls in FACT_TYPES.items() if field in cls.model_fields)
        belongs = f"belongs to {', '.join(owners)}" if owners else "is no column of a fact"
        return FactError(event, field, value, f"leave it empty: {field} {belongs}")
    if field == "authority":
        return FactError(event, field, value, "write the local authority's three-digit number, such as 885")
    if first["type"] == "literal_error" or (field == "outcome" and event in OUTCOMES):
        return FactError(event, field, value, f"write one of {', '.join(_choices(event, field))}")
    if first["type"] in ("date", "instant"):
        return FactError(event, field, value, first["msg"])
    if first["type"] in ("missing", "string_too_short"):
        return FactError(event, field, None, f"{event} needs {'an' if field[0] in 'aeiou' else 'a'} {field}")
    return FactError(event, field, value, first["msg"])


def _choices(event: str, field: str) -> tuple[str, ...]:
    annotation = FACT_TYPES[event].model_fields[field].annotation
    choices = (choice for arg in (annotation, *get_args(annotation)) for choice in get_args(arg))
    return tuple(choice for choice in choices if isinstance(choice, str))
