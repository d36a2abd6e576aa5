"""One step through a region: a fact, from where to where, by what law, and what was out of order about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Generic, NamedTuple, TypeVar

from ehcp_flow.dates import written
from ehcp_flow.facts import Fact
from ehcp_flow.findings import Finding
from ehcp_flow.law.citation import Citation
from ehcp_flow.moves.citing import cited
from ehcp_flow.moves.guards import Verdict
from ehcp_flow.moves.state_names import DisputeState

__all__ = ["IF_IT_WAS_DONE", "StateStep"]

S = TypeVar("S", bound=StrEnum)

IF_IT_WAS_DONE: Final[Mapping[str, str]] = {
    "final_plan_before_draft": "record the draft (draft_plan_sent), if one was sent",
    "amended_plan_without_notice": "record the draft or the notice of amendments (draft_plan_sent, "
    "amendment_notice_sent), if one was sent",
    "final_plan_within_15_days": "correct the day of either, if it was another",
    "amended_plan_within_15_days": "correct the day of either, if it was another",
    "consultation_after_cease_notice": "correct the day of the consultation, if it came before the notice",
    "cease_notice_without_consultation": "record the consultation (cease_consulted), if there was one",
    "ceased_without_notice": "record the consultation and the notice (cease_consulted, cease_notice_sent), if there "
    "were any",
    "ceased_during_appeal": "record how the appeal ended, if it had ended by then",
    "ceased_in_appeal_period": "correct the day of the notice or of the end, if it was another",
    "dispute_about_overtaken_decision": "record the later decision that it is about, if there is one",
    "certificate_after_late_contact": "correct the day of the contact (mediation_contacted), if it was earlier",
}
"""What to do about an act that is past, by its finding: a move that is still to be made is told how to act."""


class StateStep(NamedTuple, Generic[S]):
    """One fact that moved a region, or that was lawful where it stood: the day, from where to where, and by what law.

    `authority` holds the citations' short forms, `citations` gives them in full. `refusal` says why the step was out of
    order, if it was; a strict case would have refused it, unless it is somebody else's act (then the refusal holds).
    """

    on: dt.date
    fact: Fact
    from_: S
    to: S
    authority: tuple[str, ...]
    refusal: Verdict | None = None

    @property
    def finding(self) -> Finding | None:
        """What is out of order about the step, or None."""
        refusal = self.refusal
        if refusal is None:
            return None
        remedy = IF_IT_WAS_DONE.get(refusal.finding, refusal.remedy)
        return Finding(refusal.finding, self.fact.case_id, self.on, self.sentence(refusal), remedy, self.fact)

    def sentence(self, refusal: Verdict) -> str:
        """Return the sentence that says which fact was refused when, and why."""
        region = "dispute" if isinstance(self.from_, DisputeState) else "case"
        return f"{self.fact.event} on {written(self.on)}, while the {region} was {self.from_}: {refusal.reason}"

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The provisions under which the step was taken."""
        return tuple(map(cited, self.authority))
