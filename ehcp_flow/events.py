"""Every event that a case can hold, a class each: which day its `on` is, and the columns that it alone has.

Their order is the order in which facts of one day can lawfully happen (`LEGAL_ORDER`): a request before its refusal, an
order before the notice that obeys it, a draft before the final plan. CONTRIBUTING.md says what else a new event needs.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self, TypeAlias, get_args

from pydantic import AfterValidator, model_validator
from pydantic_core import PydanticCustomError

from ehcp_flow.columns import (
    Authority,
    Day,
    Fact,
    Identifier,
    Name,
    ParticularText,
    ParticularValue,
    Text,
)
from ehcp_flow.particular_table import known_names

Requester: TypeAlias = Literal[
    "parent", "young_person", "school", "post16", "health", "social_care", "authority", "other"
]
Adviser: TypeAlias = Literal["educational", "medical", "psychological", "early_years", "social_care", "health", "other"]
"""The words for whom advice is usually asked of; a host may have others."""
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
    "coronavirus", "agreed_otherwise", "directed_otherwise", "not_stated",
]  # fmt: skip

DelayReason: TypeAlias = Literal[
    "educational_psychology", "health_advice", "social_care_advice", "panel", "placement", "family", "caseworker",
    "other",
]  # fmt: skip

PlacementKind: TypeAlias = Literal[
    "mainstream", "special", "independent", "resourced", "early_years", "post16", "other"
]

AskedBody: TypeAlias = Literal[
    "health", "authority", "youth_justice", "youth_accommodation", "own", "setting", "private"
]


def events_fault(text: str) -> str | None:
    """Return what would be right where a text does not name events with blanks between them, else None."""
    known = {name for each in Fact.__subclasses__() for name in get_args(each.model_fields["event"].annotation)}
    astray = [word for word in text.split() if word not in known]
    if not astray:
        return None
    none = ", ".join(astray)
    return f"write events with blanks between them; there is no event {none} (`ehcp-flow facts` lists them)"


def _events(value: str) -> str:
    why = events_fault(value)
    if why is not None:
        raise PydanticCustomError("identifier", "{why}", {"why": why})
    return value


Events: TypeAlias = Annotated[Text, AfterValidator(_events)]
"""The names of events, with blanks between them."""


class RecordsDeclared(Fact):
    """The day from which the source records only some facts, the case's first: `value` has their events.

    It starts and ends nothing. A time limit that only other facts could discharge is `unrecorded`: what was never
    collected is not taken for undone. That is said of the source, and so it holds on a day before that one too: all
    that is recorded of a case may be a day to come.
    """

    event: Literal["records_declared"] = "records_declared"
    prospective = True
    value: Events


class DateOfBirth(Fact):
    """The day the child or young person was born; needed only by rules about age."""

    event: Literal["date_of_birth"] = "date_of_birth"


class PlanTransferredIn(Fact):
    """The day the plan came from another authority; `made_on` and `reviewed_on` are the plan's own days (SR 15)."""

    event: Literal["plan_transferred_in"] = "plan_transferred_in"
    made_on: Day | None = None
    reviewed_on: Day | None = None


class CommissionerChanged(Fact):
    """The day another body became the responsible commissioner; `aware_on`: the old one knew (SR 15(7), 16)."""

    event: Literal["commissioner_changed"] = "commissioner_changed"
    outcome: Literal["move", "other"]
    aware_on: Day | None = None


class CommissionerNotified(Fact):
    """The day the old commissioning body told the new one (SR 15(7), 16(2))."""

    event: Literal["commissioner_notified"] = "commissioner_notified"


class HealthProvisionImpracticable(Fact):
    """The day the new commissioner found the health provision impracticable; `aware_on`: it knew of the change."""

    event: Literal["health_provision_impracticable"] = "health_provision_impracticable"
    outcome: Literal["move", "other"]
    aware_on: Day | None = None


class CommissionerRequested(Fact):
    """The day the new commissioning body asked the authority for an assessment or a review (SR 15(8), 16(3))."""

    event: Literal["commissioner_requested"] = "commissioner_requested"
    outcome: Literal["assessment", "review"]


class Detained(Fact):
    """The day the child or young person was detained (CFA s 70), until `released`; `aware_on`: the authority knew.

    The Regulations on detained persons apply to a person of 18 or under, under a detention order, in relevant youth
    accommodation in England. `party` is `other_custody` for any other place: while that lasts nothing of Part 3 applies
    (CFA s 70(1), (5)).
    """

    event: Literal["detained"] = "detained"
    aware_on: Day | None = None


class AccommodationChanged(Fact):
    """The day the home authority was told that the detained person moved to other youth accommodation (DPR 17(2))."""

    event: Literal["accommodation_changed"] = "accommodation_changed"


class ReleaseNotified(Fact):
    """The day the home authority was told of the release to another authority (DPR 16(2))."""

    event: Literal["release_notified"] = "release_notified"


class TakenOverOnRelease(Fact):
    """The day the authority became responsible for a person released to it; `served_on`: it got the plan (DPR 16)."""

    event: Literal["taken_over_on_release"] = "taken_over_on_release"
    served_later: ClassVar[bool] = False


class Released(Fact):
    """The day the child or young person was released from detention."""

    event: Literal["released"] = "released"


class RequestReceived(Fact):
    """The day the authority received a request for an assessment (CFA s 36(1)); `party` is who asked."""

    event: Literal["request_received"] = "request_received"
    party: Requester | None = None


class BecameResponsible(Fact):
    """The day the authority became responsible for the child or young person without a request (CFA s 24)."""

    event: Literal["became_responsible"] = "became_responsible"


class AssessmentRefused(Fact):
    """The day notice was sent that no assessment will be made (CFA s 36(5))."""

    event: Literal["assessment_refused"] = "assessment_refused"


class MediationContacted(Fact):
    """The day the parent or young person contacted a mediation adviser (SR 33)."""

    event: Literal["mediation_contacted"] = "mediation_contacted"


class MediationDeclined(Fact):
    """The day the mediation adviser was told that there will be no mediation (SR 34(1))."""

    event: Literal["mediation_declined"] = "mediation_declined"


class MediationRequested(Fact):
    """The day the authority was told that mediation is wanted; `outcome` is what it is about (CFA ss 53-54)."""

    event: Literal["mediation_requested"] = "mediation_requested"
    outcome: Literal["not_stated", "education", "health", "mixed"] = "not_stated"


class MediationNotified(Fact):
    """The day the authority told the commissioning body that mediation on health is wanted (SR 35(2))."""

    event: Literal["mediation_notified"] = "mediation_notified"


class MediationNotArranged(Fact):
    """The day the adviser was told that mediation cannot be arranged in time (SR 39(2))."""

    event: Literal["mediation_not_arranged"] = "mediation_not_arranged"


class MediationDateNotified(Fact):
    """The day the parent or young person was told where and when the mediation takes place (SR 37)."""

    event: Literal["mediation_date_notified"] = "mediation_date_notified"


class MediationDue(Fact):
    """The day on which the mediation will take place, which may lie ahead (SR 37)."""

    event: Literal["mediation_due"] = "mediation_due"
    prospective = True


class MediationHeld(Fact):
    """The day on which the mediation took place."""

    event: Literal["mediation_held"] = "mediation_held"


class MediationAgreed(Fact):
    """The date of the mediation agreement; `outcome` is what was agreed, named as an order of the Tribunal (SR 42)."""

    event: Literal["mediation_agreed"] = "mediation_agreed"
    outcome: AgreementOutcome


class AgreementNotified(Fact):
    """The day the commissioning body told the authority of the mediation agreement (SR 42(4))."""

    event: Literal["agreement_notified"] = "agreement_notified"


class MediationCertificateIssued(Fact):
    """The day the adviser issued the mediation certificate (CFA s 55(4)-(5))."""

    event: Literal["mediation_certificate_issued"] = "mediation_certificate_issued"


class AppealRegistered(Fact):
    """The day the Tribunal received the appeal (TPR 20); `served_on` is the day it reached the authority (TPR 21)."""

    event: Literal["appeal_registered"] = "appeal_registered"


class AppealResponseSent(Fact):
    """The day the authority sent its response to the appeal (TPR 21)."""

    event: Literal["appeal_response_sent"] = "appeal_response_sent"


class AppealConceded(Fact):
    """The day the authority told the Tribunal that it does not oppose; `outcome` is what it concedes (SR 45)."""

    event: Literal["appeal_conceded"] = "appeal_conceded"
    outcome: ConcessionOutcome


class AppealWithdrawn(Fact):
    """The day the appeal was withdrawn."""

    event: Literal["appeal_withdrawn"] = "appeal_withdrawn"


class OnwardAppealEnded(Fact):
    """The day an onward appeal ended; `outcome` is how: what was decided anew is an order of its own (CFA s 45(4))."""

    event: Literal["onward_appeal_ended"] = "onward_appeal_ended"
    outcome: Literal["dismissed", "set_aside", "remade", "withdrawn"]


class TribunalOrderMade(Fact):
    """The day the Tribunal made its order, by consent too; `outcome` is what it orders (SR 43-44)."""

    event: Literal["tribunal_order_made"] = "tribunal_order_made"
    outcome: OrderOutcome


class OnwardAppealMade(Fact):
    """The day permission to appeal to the Upper Tribunal, or the appeal itself, was sought (TPR 46).

    It suspends nothing by itself: every order runs on, but one that lets a plan cease (CFA s 45(4)(b)).
    """

    event: Literal["onward_appeal_made"] = "onward_appeal_made"


class OrderSuspended(Fact):
    """The day the Tribunal suspended its order (TPR 5(3)(l)); `until` is the last day of that, where it is known."""

    event: Literal["order_suspended"] = "order_suspended"
    until: Day | None = None


class DateDirected(Fact):
    """The day a court or the Tribunal fixed a day: `until` is the day by which, `limit` what it is about.

    It is a deadline of its own beside that limit, `reason` its citation, and whatever discharges that limit discharges
    it; a later direction about the same limit takes its place. `outcome` `ombudsman` is for a day that the Ombudsman
    recommended and the authority agreed to: kept alike, and never a breach of law.
    """

    event: Literal["date_directed"] = "date_directed"
    reason_counts: ClassVar[bool] = True
    outcome: Literal["ombudsman"] | None = None
    until: Day
    limit: Name


class AppealDetermined(Fact):
    """The day the appeal was finally determined, where no order that dismisses it says so (CFA s 45(4))."""

    event: Literal["appeal_determined"] = "appeal_determined"


class RecommendationMade(Fact):
    """The day of the Tribunal's recommendation on health or social care (RPR 2017)."""

    event: Literal["recommendation_made"] = "recommendation_made"


class RecommendationAnswered(Fact):
    """The day `party` answered the recommendation; `served_on`: the authority received a health body's answer (RPR)."""

    event: Literal["recommendation_answered"] = "recommendation_answered"


class RecommendationCopied(Fact):
    """The day the answer was copied to the Secretary of State (RPR 6(6), 7(4))."""

    event: Literal["recommendation_copied"] = "recommendation_copied"


class RefusalReversed(Fact):
    """The day the authority changed its own refusal, outside Tribunal and mediation: the original clock goes on."""

    event: Literal["refusal_reversed"] = "refusal_reversed"


class AssessmentAgreed(Fact):
    """The day notice was sent that an assessment will be made (SR 5(1))."""

    event: Literal["assessment_agreed"] = "assessment_agreed"


class RequestWithdrawn(Fact):
    """The day the requester withdrew. No law says what follows: `outcome` is the authority's recorded choice."""

    event: Literal["request_withdrawn"] = "request_withdrawn"
    outcome: Literal["ends", "continues"] = "ends"


class ReassessmentRequested(Fact):
    """The day the authority received a request to re-assess; `party` is who asked (CFA s 44(2), SR 23)."""

    event: Literal["reassessment_requested"] = "reassessment_requested"


class ReassessmentRefused(Fact):
    """The day notice was sent that there will be no re-assessment (SR 25)."""

    event: Literal["reassessment_refused"] = "reassessment_refused"


class ReassessmentAgreed(Fact):
    """The day notice was sent that there will be a re-assessment (SR 25)."""

    event: Literal["reassessment_agreed"] = "reassessment_agreed"


class ReassessmentStarted(Fact):
    """The day the authority decided of its own motion to re-assess (CFA s 44(3))."""

    event: Literal["reassessment_started"] = "reassessment_started"


class SpecialSchoolAdmitted(Fact):
    """The day the child was admitted to a special school or special post-16 institution for the assessment (SR 48)."""

    event: Literal["special_school_admitted"] = "special_school_admitted"


class AdviceRequestWithdrawn(Fact):
    """The day the request for the advice of `party` was taken back: nothing is asked of it any more."""

    event: Literal["advice_request_withdrawn"] = "advice_request_withdrawn"
    party: Name


class AdviceRequested(Fact):
    """The day advice was asked of `party`; `served_on` is the day the body received the request (SR 8(1)).

    `body` says whose body was asked, where it is not the usual one of the party. The six weeks bind by law the bodies
    of CFA s 31(1): `health`, `authority` (another one), `youth_justice`, `youth_accommodation`; the others (the
    authority's `own` services, a `setting`, a `private` adviser) by guidance alone. Usual are `health` for `medical`
    and `health`, `own` for `psychological` and `social_care`, `setting` for `educational` and `early_years`; of any
    other party it is not known.
    """

    event: Literal["advice_requested"] = "advice_requested"
    party: Name
    body: AskedBody | None = None


class AdviceReceived(Fact):
    """The day the advice of `party` reached the authority."""

    event: Literal["advice_received"] = "advice_received"
    party: Name


class AdviceReturned(Fact):
    """The day the advice of `party` was sent back as inadequate: it came on the day it came, and is asked for again."""

    event: Literal["advice_returned"] = "advice_returned"
    party: Name


class PlanAgreed(Fact):
    """The day the authority decided to issue a plan (CFA s 37(1))."""

    event: Literal["plan_agreed"] = "plan_agreed"


class PlanRefused(Fact):
    """The day notice was sent that no plan will be issued (CFA s 36(9)); `served_on` is the day it arrived."""

    event: Literal["plan_refused"] = "plan_refused"


class SpecialSchoolLeft(Fact):
    """The day the child's stay at the special school where the assessment was made came to an end (SR 48)."""

    event: Literal["special_school_left"] = "special_school_left"


class DraftPlanSent(Fact):
    """The day the draft plan was sent; `served_on` is the day it arrived, from which the 15 days run (SR 13(1))."""

    event: Literal["draft_plan_sent"] = "draft_plan_sent"


class RepresentationsReceived(Fact):
    """The day the parent's or young person's representations on the draft arrived."""

    event: Literal["representations_received"] = "representations_received"


class MeetingRequested(Fact):
    """The day the parent or young person asked to meet an officer about the draft (CFA s 38)."""

    event: Literal["meeting_requested"] = "meeting_requested"


class MeetingHeld(Fact):
    """The day the meeting with the family was held while the plan was a draft: theirs by right, or the authority's own.

    It starts and ends nothing in law (CFA s 38(2) lets the parent or young person require a meeting, and gives no
    period); local targets and figures may count it.
    """

    event: Literal["meeting_held"] = "meeting_held"


class SchoolConsulted(Fact):
    """The day the consultation was sent to `party`, an institution or another authority (CFA s 39(2))."""

    event: Literal["school_consulted"] = "school_consulted"


class SchoolResponded(Fact):
    """The day the answer of `party` to the consultation arrived."""

    event: Literal["school_responded"] = "school_responded"


class FinalPlanSent(Fact):
    """The day the final plan was sent: the plan is first made, and its yearly cycle starts (SR 14).

    `outcome` `names_placement` says that it names the place of the next phase (SR 18); without it that is not known.
    """

    event: Literal["final_plan_sent"] = "final_plan_sent"
    outcome: Literal["names_placement"] | None = None


class DisclosureRequested(Fact):
    """The day a young person who goes into higher education asked that the plan be disclosed (SR 47)."""

    event: Literal["disclosure_requested"] = "disclosure_requested"


class PlanDisclosed(Fact):
    """The day the plan was disclosed for higher education (SR 47)."""

    event: Literal["plan_disclosed"] = "plan_disclosed"


class EarlyReviewRequested(Fact):
    """The day somebody asked the authority for a review before its time; `party` is who asked."""

    event: Literal["early_review_requested"] = "early_review_requested"


class EarlyReviewRefused(Fact):
    """The day the authority answered that there will be no early review."""

    event: Literal["early_review_refused"] = "early_review_refused"


class EarlyReviewAgreed(Fact):
    """The day the authority answered that there will be an early review."""

    event: Literal["early_review_agreed"] = "early_review_agreed"


class ReviewInvited(Fact):
    """The day notice of the review meeting was given (SR 20(3), 21(3))."""

    event: Literal["review_invited"] = "review_invited"


class ReviewAdviceReceived(Fact):
    """The day the advice of `party` for the review meeting arrived (SR 20(4), 21(4))."""

    event: Literal["review_advice_received"] = "review_advice_received"
    party: Name


class ReviewPapersSent(Fact):
    """The day the advice was circulated before the review meeting (SR 20(4), 21(4))."""

    event: Literal["review_papers_sent"] = "review_papers_sent"


class ReviewMeetingHeld(Fact):
    """The day on which the review meeting was held.

    `outcome` `adjourned` says that the session was not the end of the meeting: it starts no time. Without that word the
    first session counts as the meeting (SR 20(10)).
    """

    event: Literal["review_meeting_held"] = "review_meeting_held"
    outcome: Literal["adjourned"] | None = None


class ReviewAttended(Fact):
    """The day `party` came to the review meeting."""

    event: Literal["review_attended"] = "review_attended"
    party: Name


class ReviewReportSent(Fact):
    """The day the report of the review meeting was sent (SR 20(7)-(9), 21(7)-(8))."""

    event: Literal["review_report_sent"] = "review_report_sent"


class ReviewDecisionSent(Fact):
    """The day notice of the decision was sent: it completes the review (SR 20(10), 21(9))."""

    event: Literal["review_decision_sent"] = "review_decision_sent"
    outcome: Literal["maintain", "amend", "cease"]


class AmendmentNoticeSent(Fact):
    """The day the plan was sent with its proposed amendments, after a review or without one (SR 22(2), 28)."""

    event: Literal["amendment_notice_sent"] = "amendment_notice_sent"


class AmendedPlanSent(Fact):
    """The day the final amended plan was sent (SR 22(3)).

    `outcome` `names_placement` says that it names the place of the next phase (SR 18); without it that is not known.
    """

    event: Literal["amended_plan_sent"] = "amended_plan_sent"
    outcome: Literal["names_placement"] | None = None


class AmendmentDeclined(Fact):
    """The day notice was sent that the plan will not be amended after all (SR 22(4))."""

    event: Literal["amendment_declined"] = "amendment_declined"


class MovedAway(Fact):
    """The day of the move to another authority; `aware_on` is the day the old authority became aware (SR 15(2))."""

    event: Literal["moved_away"] = "moved_away"
    aware_on: Day | None = None


class LeftEngland(Fact):
    """The day the child or young person left England for good, or came to live mainly in Wales.

    It ends nothing by itself, and no transfer between authorities arises: plan, reviews and provision stay until the
    plan ceases (CFA s 45, SR 31), if the authority is no longer responsible (CFA s 24(1)).
    """

    event: Literal["left_england"] = "left_england"


class PlanTransferredOut(Fact):
    """The day the old authority sent the plan on to the new one (SR 15(2))."""

    event: Literal["plan_transferred_out"] = "plan_transferred_out"


class TransferNoticeSent(Fact):
    """The day the new authority told the family of the transfer and of its intentions (SR 15(4))."""

    event: Literal["transfer_notice_sent"] = "transfer_notice_sent"


class CeaseConsulted(Fact):
    """The day the authority told the family that it considers ceasing, and consulted them (SR 31(1))."""

    event: Literal["cease_consulted"] = "cease_consulted"


class CeaseNoticeSent(Fact):
    """The day notice was sent that the plan will cease (SR 31(2)-(3)); the plan is still maintained."""

    event: Literal["cease_notice_sent"] = "cease_notice_sent"


class CeaseNoticeWithdrawn(Fact):
    """The day the authority told the family that the plan will not cease after all, outside Tribunal and mediation."""

    event: Literal["cease_notice_withdrawn"] = "cease_notice_withdrawn"


class PlanKept(Fact):
    """The day the authority decided to keep the plan past the 25th birthday; `until` is the end of that academic year.

    With that day, or the day before the 26th birthday, the power to keep it ends (CFA s 46, SR 46(1)).
    """

    event: Literal["plan_kept"] = "plan_kept"
    until: Day | None = None


class PlanCeased(Fact):
    """The day the plan ceased to be maintained (CFA s 45)."""

    event: Literal["plan_ceased"] = "plan_ceased"


class AgreementCarriedOut(Fact):
    """The day what was agreed in mediation, and could not have been appealed, was done (SR 42(3))."""

    event: Literal["agreement_carried_out"] = "agreement_carried_out"


class KeptPlanSent(Fact):
    """The day the home authority sent the plan that it keeps to those who must have it (DPR 17)."""

    event: Literal["kept_plan_sent"] = "kept_plan_sent"


class PlanSentToCommissioner(Fact):
    """The day the new authority sent the plan to the commissioning body after a release (DPR 16(3))."""

    event: Literal["plan_sent_to_commissioner"] = "plan_sent_to_commissioner"


class DirectPaymentsStarted(Fact):
    """The day direct payments began to be made (PBR 11)."""

    event: Literal["direct_payments_started"] = "direct_payments_started"


class DirectPaymentReviewed(Fact):
    """The day the direct payments were reviewed (PBR 11(2))."""

    event: Literal["direct_payment_reviewed"] = "direct_payment_reviewed"


class DirectPaymentsStopped(Fact):
    """The day direct payments came to an end."""

    event: Literal["direct_payments_stopped"] = "direct_payments_stopped"


class ExceptionRecorded(Fact):
    """The first day of a ground of exception; `until` is its last (for a closure, the day of re-opening).

    `limit` is the limit it is claimed for; empty means every limit it can apply to. `reason` is the recorded
    judgement that compliance was impractical because of it. `not_stated` is for a source that says that an exception
    applied, and not which: it excuses nothing.
    """

    event: Literal["exception_recorded"] = "exception_recorded"
    reason_counts: ClassVar[bool] = True
    outcome: ExceptionOutcome
    until: Day | None = None
    limit: Identifier | None = None


class DelayReasonRecorded(Fact):
    """The day the authority wrote down why it is late; `outcome` is the reason. It excuses nothing and moves nothing.

    What excuses a limit is an `exception_recorded`, on a ground that the law has.
    """

    event: Literal["delay_reason_recorded"] = "delay_reason_recorded"
    outcome: DelayReason


class AuthorityReplaced(Fact):
    """The day another authority took this one's place by reorganisation; `authority` is the new one.

    It starts and ends nothing: the case goes on as the new authority's.
    """

    event: Literal["authority_replaced"] = "authority_replaced"
    authority: Authority


class PhaseTransferDue(Fact):
    """The day on which the transfer will take place, which may be long after the fact is recorded (SR 18)."""

    event: Literal["phase_transfer_due"] = "phase_transfer_due"
    outcome: Literal["school", "post16", "post16_to_post16"]
    prospective = True


class Died(Fact):
    """The day the child or young person died. Whatever is open ends with it, and nothing starts any more."""

    event: Literal["died"] = "died"


class ParticularRecorded(Fact):
    """The day from which a particular of the case holds; `until` is the last such day, where there is one.

    It starts and ends nothing, and no deadline moves by it: where the child is placed, the primary need, whose desk it
    is on. A later one of the same name, and `rank`, takes its place.
    """

    event: Literal["particular_recorded"] = "particular_recorded"
    until: Day | None = None
    particular: ParticularText
    value: ParticularValue
    rank: Literal["1", "2"] | None = None
    kind: PlacementKind | None = None

    @model_validator(mode="after")
    def _belongs(self) -> Self:
        """Refuse a rank where nothing holds side by side, and a kind of what is no placement."""
        known = known_names().get(self.particular)
        if self.kind is not None and self.particular != "placement":
            why = "leave kind empty: it says of what kind a placement is"
            raise PydanticCustomError("kind", "{why}", {"why": why})
        if self.rank == "2" and known is not None and known.ranks == 1:
            why = f"leave rank empty: of {self.particular} one holds at a time"
            raise PydanticCustomError("rank", "{why}", {"why": why})
        return self


class FactVoided(Fact):
    """The day of the fact in `corrects`, which should never have been recorded: `reason` says why. Nothing is lost."""

    event: Literal["fact_voided"] = "fact_voided"
    corrects: Name
    reason: Text
