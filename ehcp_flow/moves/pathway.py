"""The main pathway as one region: a case's plan, from the request to its end."""

from __future__ import annotations

from typing import Final

from ehcp_flow.facts import OUTCOMES
from ehcp_flow.moves.misplaced import MISPLACED, after_death, stays
from ehcp_flow.moves.pathway_moves import ISSUED, MOVES
from ehcp_flow.moves.region import InsideOnly, Region, TransientState
from ehcp_flow.moves.state_names import State

__all__ = ["PATHWAY"]

PATHWAY: Final = Region(
    name="pathway",
    states=State,
    initial=State.NO_CASE,
    moves=MOVES,
    misplaced=(*MISPLACED, after_death(dict.fromkeys(move.event for move in MOVES if move.event != ISSUED))),
    transient=TransientState(State.FINAL_ISSUED, ISSUED, inside="detained", until="released"),
    # An onward appeal brings back what an order to cease has ended, and nothing else.
    gate=InsideOnly(
        events=frozenset({"onward_appeal_made", "onward_appeal_ended"}),
        begins=frozenset({("tribunal_order_made", "dismiss_cease")}),
        ends=frozenset(
            {
                ("onward_appeal_ended", "set_aside"),
                ("onward_appeal_ended", "remade"),
                ("tribunal_order_made", "continue"),
                ("tribunal_order_made", "continue_and_amend"),
                ("cease_notice_sent", None),
                ("cease_notice_withdrawn", None),
                *(("review_decision_sent", outcome) for outcome in OUTCOMES["review_decision_sent"]),
                ("final_plan_sent", None),
                ("plan_ceased", None),
                ("plan_transferred_in", None),
                ("plan_transferred_out", None),
            }
        ),
    ),
    ends=frozenset({State.DIED}),
    stays=stays,
)
"""Checked when this module is imported: a table that cannot be run raises ValueError here."""
