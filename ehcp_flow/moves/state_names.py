"""The legal states of a case, and the groups of them that the law treats alike."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ehcp_flow.closed import complete

__all__ = ["DISPUTE_MEANING", "MAINTAINED_STATES", "MEANING", "DisputeState", "State"]


class State(StrEnum):
    """Where a case stands in law. A dispute runs beside it and never replaces it."""

    NO_CASE = "NO_CASE"
    REQUESTED = "REQUESTED"
    REFUSED_ASSESSMENT = "REFUSED_ASSESSMENT"
    ASSESSING = "ASSESSING"
    REFUSED_PLAN = "REFUSED_PLAN"
    DRAFTING = "DRAFTING"
    DRAFT_ISSUED = "DRAFT_ISSUED"
    FINAL_ISSUED = "FINAL_ISSUED"
    MAINTAINED = "MAINTAINED"
    REVIEW_OPEN = "REVIEW_OPEN"
    AMENDMENT_PROPOSED = "AMENDMENT_PROPOSED"
    REASSESS_REQUESTED = "REASSESS_REQUESTED"
    REASSESSING = "REASSESSING"
    CEASE_CONSULTING = "CEASE_CONSULTING"
    CEASE_NOTIFIED = "CEASE_NOTIFIED"
    CEASED = "CEASED"
    TRANSFERRING_OUT = "TRANSFERRING_OUT"
    TRANSFERRED_OUT = "TRANSFERRED_OUT"
    TRANSFERRED_IN = "TRANSFERRED_IN"
    KEPT_DETAINED = "KEPT_DETAINED"
    WITHDRAWN = "WITHDRAWN"
    DIED = "DIED"


MEANING: Final[Mapping[State, str]] = {
    State.NO_CASE: "the authority has no case",
    State.REQUESTED: "a request waits for the decision whether to assess",
    State.REFUSED_ASSESSMENT: "an assessment was refused",
    State.ASSESSING: "an assessment is under way",
    State.REFUSED_PLAN: "a plan was refused after the assessment",
    State.DRAFTING: "a plan is to be drafted",
    State.DRAFT_ISSUED: "a draft plan is with the parent or young person",
    State.FINAL_ISSUED: "the final plan was sent; it is maintained from the same day",
    State.MAINTAINED: "a plan is maintained",
    State.REVIEW_OPEN: "a plan is maintained and its review is open",
    State.AMENDMENT_PROPOSED: "a plan is maintained and amendments to it are proposed",
    State.REASSESS_REQUESTED: "a plan is maintained and a re-assessment is asked for",
    State.REASSESSING: "a plan is maintained and a re-assessment is under way",
    State.CEASE_CONSULTING: "a plan is maintained and its ceasing is considered",
    State.CEASE_NOTIFIED: "notice of ceasing was given; the plan is still maintained",
    State.CEASED: "the plan has ceased",
    State.TRANSFERRING_OUT: "the child or young person moved away; the plan is maintained here until it is transferred",
    State.TRANSFERRED_OUT: "the plan has gone to the new authority",
    State.TRANSFERRED_IN: "a plan from another authority is maintained here; its notice is still due",
    State.KEPT_DETAINED: "the plan is kept while the child or young person is detained",
    State.WITHDRAWN: "the request was withdrawn and the authority ended the case",
    State.DIED: "the child or young person has died, and the case is over",
}
complete(MEANING, State, "meaning of a state")


class DisputeState(StrEnum):
    """How far the dispute about one decision has gone. It never replaces the state of the case."""

    NONE = "NONE"
    MEDIATION_CONTACTED = "MEDIATION_CONTACTED"
    MEDIATING = "MEDIATING"
    AGREED = "AGREED"
    CERTIFIED = "CERTIFIED"
    APPEALED = "APPEALED"
    CONCEDED = "CONCEDED"
    DETERMINED = "DETERMINED"
    WITHDRAWN = "WITHDRAWN"
    COMPLIED = "COMPLIED"


DISPUTE_MEANING: Final[Mapping[DisputeState, str]] = {
    DisputeState.NONE: "nothing was done about the decision",
    DisputeState.MEDIATION_CONTACTED: "a mediation adviser was contacted",
    DisputeState.MEDIATING: "mediation was asked for",
    DisputeState.AGREED: "a mediation agreement was made",
    DisputeState.CERTIFIED: "a mediation certificate was issued",
    DisputeState.APPEALED: "an appeal is with the Tribunal",
    DisputeState.CONCEDED: "the authority does not oppose the appeal, which counts as won",
    DisputeState.DETERMINED: "the appeal was determined",
    DisputeState.WITHDRAWN: "the appeal was withdrawn",
    DisputeState.COMPLIED: "what was agreed, conceded or ordered was done",
}
complete(DISPUTE_MEANING, DisputeState, "meaning of the state of a dispute")

MAINTAINED_STATES: Final[frozenset[State]] = frozenset(
    {
        State.MAINTAINED,
        State.REVIEW_OPEN,
        State.AMENDMENT_PROPOSED,
        State.REASSESS_REQUESTED,
        State.REASSESSING,
        State.CEASE_CONSULTING,
        State.CEASE_NOTIFIED,
        State.TRANSFERRING_OUT,
        State.TRANSFERRED_IN,
    }
)
"""The states in which the duty of CFA s.42 to secure the provision in the plan is live."""

NO_CASE, REQUESTED, REFUSED_ASSESSMENT = State.NO_CASE, State.REQUESTED, State.REFUSED_ASSESSMENT
ASSESSING, REFUSED_PLAN, DRAFTING = State.ASSESSING, State.REFUSED_PLAN, State.DRAFTING
DRAFT_ISSUED, FINAL_ISSUED, MAINTAINED = State.DRAFT_ISSUED, State.FINAL_ISSUED, State.MAINTAINED
REVIEW_OPEN, AMENDMENT_PROPOSED, REASSESSING = State.REVIEW_OPEN, State.AMENDMENT_PROPOSED, State.REASSESSING
REASSESS_REQUESTED, CEASE_CONSULTING = State.REASSESS_REQUESTED, State.CEASE_CONSULTING
CEASE_NOTIFIED, CEASED, WITHDRAWN = State.CEASE_NOTIFIED, State.CEASED, State.WITHDRAWN
TRANSFERRING_OUT, TRANSFERRED_OUT = State.TRANSFERRING_OUT, State.TRANSFERRED_OUT
TRANSFERRED_IN, KEPT, DIED = State.TRANSFERRED_IN, State.KEPT_DETAINED, State.DIED

# The states and their groups as the tables of moves write them.
PLAN: Final = MAINTAINED_STATES
OPEN: Final = frozenset({REQUESTED, ASSESSING, DRAFTING, DRAFT_ISSUED})
REFUSED: Final = frozenset({REFUSED_ASSESSMENT, REFUSED_PLAN})
AT_REST: Final = frozenset({NO_CASE, CEASED, WITHDRAWN, TRANSFERRED_OUT})
WITHOUT_PLAN: Final = OPEN | REFUSED | AT_REST
ALL: Final = frozenset(State) - {FINAL_ISSUED, DIED}
HELD: Final = PLAN | {KEPT}
