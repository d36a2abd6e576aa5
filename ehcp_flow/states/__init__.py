"""Where a case stands in law, what may lawfully happen next, and why the rest may not.

`state` reads the facts of a case; `allowed` and `why_not` say what would be lawful, with reasons, and change nothing;
`record` adds a fact, and refuses an unlawful one with the same reasons. `mermaid` and `state_table` show the moves.

States and moves are data (`moves.py`), declared once and checked when they are declared; guards (`guards.py`) give the
reasons; `transitions` runs the moves (`machine.py`).
"""

from ehcp_flow.errors import MoveRefused
from ehcp_flow.states.asking import MoveVerdict, allowed, record, why_not
from ehcp_flow.states.diagram import mermaid, state_table
from ehcp_flow.states.guards import Verdict
from ehcp_flow.states.names import MAINTAINED_STATES, MEANING, State
from ehcp_flow.states.standing import Standing, Step, state

__all__ = [
    "MAINTAINED_STATES",
    "MEANING",
    "MoveRefused",
    "MoveVerdict",
    "Standing",
    "State",
    "Step",
    "Verdict",
    "allowed",
    "mermaid",
    "record",
    "state",
    "state_table",
    "why_not",
]
