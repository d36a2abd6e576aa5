"""Where a case stands in law, what may lawfully happen next, and why the rest may not.

`state` reads the facts of a case; `disputes` reads those about mediation and appeals, which run beside it. `allowed`
and `why_not` say what would be lawful, with reasons, and change nothing; `record` adds a fact, and refuses an unlawful
one with the same reasons. `mermaid` and `state_table` show the moves.

States and moves are data (`moves.py`, `dispute_moves.py`), declared once and checked when they are declared; guards
(`guards.py`, `dispute_guards.py`) give the reasons; `transitions` runs the moves (`machine.py`).
"""

from ehcp_flow.errors import MoveRefused
from ehcp_flow.states.appeals import appealable
from ehcp_flow.states.asking import MoveVerdict, allowed, record, why_not
from ehcp_flow.states.diagram import mermaid, state_table
from ehcp_flow.states.dispute_region import Dispute, DisputeMove
from ehcp_flow.states.guards import Verdict
from ehcp_flow.states.names import DISPUTE_MEANING, MAINTAINED_STATES, MEANING, DisputeState, State
from ehcp_flow.states.standing import Standing, disputes, state
from ehcp_flow.states.steps import Step

__all__ = [
    "DISPUTE_MEANING",
    "MAINTAINED_STATES",
    "MEANING",
    "Dispute",
    "DisputeMove",
    "DisputeState",
    "MoveRefused",
    "MoveVerdict",
    "Standing",
    "State",
    "Step",
    "Verdict",
    "allowed",
    "appealable",
    "disputes",
    "mermaid",
    "record",
    "state",
    "state_table",
    "why_not",
]
