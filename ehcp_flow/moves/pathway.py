"""The main pathway as one region: a case's plan, from the request to its end."""

from __future__ import annotations

from typing import Final

from ehcp_flow.moves.misplaced import MISPLACED, stays
from ehcp_flow.moves.pathway_moves import ISSUED, MOVES
from ehcp_flow.moves.region import Region, TransientState
from ehcp_flow.moves.state_names import State

__all__ = ["PATHWAY"]

PATHWAY: Final = Region(
    name="pathway",
    states=State,
    initial=State.NO_CASE,
    moves=MOVES,
    misplaced=MISPLACED,
    transient=TransientState(State.FINAL_ISSUED, ISSUED, inside="detained", until="released"),
    stays=stays,
)
"""Checked when this module is imported: a table that cannot be run raises ValueError here."""
