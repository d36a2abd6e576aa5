# Written by docs/make_state_names.py from ehcp_flow/law/england/moves/: change the states there, then run it.

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from ehcp_flow.law.state_machine import LegalStateRow

__all__ = [
    "DISPUTE_MEANING",
    "MAINTAINED_STATES",
    "MEANING",
    "DisputeState",
    "LegalState",
    "State",
    "states_of",
]

class _Told:
    @property
    def meaning(self) -> str: ...
    @property
    def maintained(self) -> bool: ...
    @property
    def settled(self) -> bool: ...
    @property
    def region(self) -> str: ...

class LegalState(_Told, StrEnum): ...  # type: ignore[misc]  # its members are those of its subclasses

def states_of(region: str, rows: tuple[LegalStateRow, ...]) -> type[Any]: ...

class State(LegalState):
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

class DisputeState(LegalState):
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

MEANING: Final[Mapping[State, str]]
DISPUTE_MEANING: Final[Mapping[DisputeState, str]]
MAINTAINED_STATES: Final[frozenset[State]]
