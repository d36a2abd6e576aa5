"""What the date of each fact means, for the crib that `ehcp-flow facts` prints (vocabulary, section 1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["meaning"]

_MEANINGS: Final[Mapping[str, str]] = {
    "request_received": "the authority received a request for an assessment",
    "became_responsible": "the authority became responsible for the child or young person",
    "request_withdrawn": "the requester withdrew",
    "assessment_agreed": "notice was sent that an assessment will be made",
    "assessment_refused": "notice was sent that no assessment will be made",
    "refusal_reversed": "the authority changed its own refusal, outside Tribunal and mediation",
    "advice_requested": "advice was asked of the party (served_on: the day it reached them)",
    "advice_received": "the party's advice came in",
    "advice_returned": "the advice was sent back as inadequate; its clock runs on",
    "plan_agreed": "the authority decided to issue a plan",
    "plan_refused": "notice was sent that no plan will be issued",
    "draft_plan_sent": "the draft plan was sent (served_on: the day it was served)",
    "representations_received": "representations on the draft or the amendments came in",
    "meeting_requested": "a meeting about the draft was asked for",
    "school_consulted": "the institution was consulted",
    "school_responded": "the institution answered",
    "final_plan_sent": "the final plan was sent; the yearly cycle begins",
    "special_school_admitted": "the child was admitted to a special school for the assessment",
    "special_school_left": "the stay at that special school ended",
    "disclosure_requested": "a student asked that the plan be disclosed",
    "plan_disclosed": "the plan was disclosed",
    "review_invited": "notice of the review meeting was given",
    "review_papers_sent": "the advice was circulated before the meeting",
    "review_meeting_held": "the review meeting was held",
    "review_report_sent": "the report of the meeting was sent",
    "review_decision_sent": "notice of the decision was sent; the review is complete",
    "amendment_notice_sent": "the plan with the proposed amendments was sent",
    "amended_plan_sent": "the amended plan was sent",
    "amendment_declined": "notice was sent that the plan stays as it is",
    "phase_transfer_due": "the transfer to another phase of education will take place",
    "reassessment_requested": "a request for a re-assessment came in",
    "reassessment_agreed": "notice was sent that a re-assessment will be made",
    "reassessment_refused": "notice was sent that no re-assessment will be made",
    "reassessment_started": "the authority decided of its own motion to re-assess",
    "moved_away": "the child moved to another area (aware_on: the day the authority knew)",
    "plan_transferred_out": "the plan was sent on to the new authority",
    "plan_transferred_in": "the plan was transferred to this authority (made_on, reviewed_on: its own dates)",
    "transfer_notice_sent": "the notice about a transferred plan was sent",
    "cease_consulted": "parent, young person and institution were consulted on ceasing",
    "cease_notice_sent": "notice of ceasing was sent",
    "plan_ceased": "the plan ceased",
    "mediation_contacted": "the parent or young person contacted the mediation adviser",
    "mediation_declined": "they told the adviser that they do not want mediation",
    "mediation_requested": "they told the authority or the adviser that they want mediation",
    "mediation_notified": "the authority was told of it",
    "mediation_held": "the mediation took place",
    "mediation_agreed": "an agreement was reached",
    "mediation_certificate_issued": "the adviser issued the certificate",
    "appeal_registered": "the Tribunal registered the appeal",
    "appeal_response_sent": "the authority sent its response",
    "appeal_conceded": "the authority conceded (outcome: what)",
    "appeal_withdrawn": "the appeal was withdrawn",
    "tribunal_order_made": "the Tribunal made its order",
    "recommendation_made": "the Tribunal made a recommendation on health or social care",
    "recommendation_answered": "the body answered it",
    "exception_recorded": "the ground began (until: its last day; for a closure, the day of re-opening)",
    "detained": "the detention began",
    "released": "the detention ended",
    "direct_payments_started": "direct payments began",
    "direct_payment_reviewed": "the direct payments were reviewed",
    "date_of_birth": "the child or young person was born",
    "fact_voided": "(the date of the fact that should never have been recorded; corrects names it)",
}


def meaning(event: str) -> str:
    """Return what a fact's `on` is the day of; for an event without an entry, what its docstring says."""
    from ehcp_flow.facts import FACT_TYPES

    said = _MEANINGS.get(event)
    if said is not None:
        return said
    first = (FACT_TYPES[event].__doc__ or event.replace("_", " ")).partition("\n")[0]
    return first.removeprefix("The day ").rstrip(".").replace("`", "")
