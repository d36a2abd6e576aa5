"""The pathway for people to look at: a Mermaid diagram and a Markdown table, made from the moves themselves."""

from __future__ import annotations

from ehcp_flow.states.citing import _cite
from ehcp_flow.states.names import MAINTAINED_STATES, State
from ehcp_flow.states.pathway import PATHWAY
from ehcp_flow.states.region import Move

__all__ = ["mermaid", "state_table"]

_ORDER = {state: rank for rank, state in enumerate(State)}


def mermaid() -> str:
    """Return the pathway as the text of a Mermaid `stateDiagram-v2`: every move that changes the state.

    Moves that leave the state as it is stand in `state_table`. The text needs no program but one that shows Mermaid.
    """
    arrows: dict[tuple[State, State], list[str]] = {}
    for move in PATHWAY.moves:
        for source in move.sources:
            if move.to is not None and move.to is not source:
                arrows.setdefault((source, move.to), []).append(_label(move))
    lines = ["stateDiagram-v2", f"    [*] --> {PATHWAY.initial}"]
    for (source, to), labels in sorted(arrows.items(), key=lambda item: (_ORDER[item[0][0]], _ORDER[item[0][1]])):
        lines.append(f"    {source} --> {to}: {', '.join(labels)}")
    lines.append("    classDef maintained fill:#d9ead3,color:#000")
    lines.append(f"    class {','.join(state for state in State if state in MAINTAINED_STATES)} maintained")
    return "\n".join(lines) + "\n"


def state_table() -> str:
    """Return every move as a row of a Markdown table: from, event, to, authority."""
    lines = ["| from | event | to | authority |", "|---|---|---|---|"]
    for move in PATHWAY.moves:
        sources = ", ".join(state for state in State if state in move.sources)
        authority = "; ".join(f"[{short}]({_cite(short).address})" for short in move.authority)
        lines.append(f"| {sources} | {_label(move)} | {move.to or 'unchanged'} | {authority} |")
    return "\n".join(lines) + "\n"


def _label(move: Move[State]) -> str:
    return move.event if move.outcome is None else f"{move.event} ({move.outcome})"
