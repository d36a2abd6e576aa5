"""The legal states of a case, made from the rulebook: `State` and `DisputeState` are those of England.

The rulebook's data is what there is (`ehcp_flow/law/england/moves/`); for type checkers the names stand in
`state_names.pyi`, which `python docs/refresh.py` writes.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any

from ehcp_flow.law.loader import england
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

_CLASSES = {"pathway": "State", "disputes": "DisputeState"}


class LegalState(StrEnum):
    """A state that a rulebook declares: a text, what it means, and whether a plan is maintained in it."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Return what makes it again in another process, where its rulebook may not have been read."""
        return _again, (type(self).declared, self.value)


@cache
def states_of(region: str, rows: tuple[LegalStateRow, ...]) -> Any:
    """Return the states of a region as an enumeration; the same rows give the same one."""
    name = _CLASSES.get(region, "State")
    made: Any = LegalState(name, [(row.id, row.id) for row in rows], module=__name__)
    made.declared, made.region = (region, rows), region
    made.__doc__ = f"The states of region {region!r}, as the rulebook declares them."
    for row in rows:
        state = made[row.id]
        state.meaning, state.maintained, state.settled = row.meaning, row.maintained, row.settled
    return made


def _again(declared: tuple[str, tuple[LegalStateRow, ...]], name: str) -> LegalState:
    found: LegalState = states_of(*declared)(name)
    return found


State = states_of("pathway", england().regions["pathway"].states)
DisputeState = states_of("disputes", england().regions["disputes"].states)
MEANING = {state: state.meaning for state in State}
DISPUTE_MEANING = {state: state.meaning for state in DisputeState}
MAINTAINED_STATES = frozenset(state for state in State if state.maintained)
