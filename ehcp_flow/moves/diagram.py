"""The pathway and the disputes for people to look at: Mermaid diagrams and Markdown tables, made from the moves."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final, TypeVar

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import OUTCOMES
from ehcp_flow.moves.citing import cited
from ehcp_flow.moves.dispute_moves import DISPUTES
from ehcp_flow.moves.pathway import PATHWAY
from ehcp_flow.moves.region import Move, Region
from ehcp_flow.moves.state_names import MAINTAINED_STATES, State

__all__ = ["mermaid", "state_table"]

S = TypeVar("S", bound=StrEnum)

_REGIONS: Final[dict[str, Region[Any]]] = {region.name: region for region in (PATHWAY, DISPUTES)}


def mermaid(region: str = "pathway") -> str:
    """Return a region (`pathway` or `disputes`) as the text of a Mermaid `stateDiagram-v2`: what changes the state.

    Moves that leave the state as it is stand in `state_table`. The text needs no program but one that shows Mermaid.
    Raises UnknownNameError for another region.
    """
    return _diagram(_region(region))


def state_table(region: str = "pathway") -> str:
    """Return every move of a region as a row of a Markdown table: from, event, to, authority.

    Raises UnknownNameError for a region that is neither `pathway` nor `disputes`.
    """
    return _table(_region(region))


def _region(name: str) -> Region[Any]:
    if name not in _REGIONS:
        raise UnknownNameError("region", name, _REGIONS)
    return _REGIONS[name]


def _diagram(region: Region[S]) -> str:
    order = {state: rank for rank, state in enumerate(region.states)}
    arrows: dict[tuple[S, S], list[Move[S]]] = {}
    for move in region.moves:
        for source in move.sources:
            if move.to is not None and move.to is not source:
                arrows.setdefault((source, move.to), []).append(move)
    lines = ["stateDiagram-v2", f"    [*] --> {region.initial}"]
    for (source, to), moves in sorted(arrows.items(), key=lambda item: (order[item[0][0]], order[item[0][1]])):
        lines.append(f"    {source} --> {to}: {', '.join(_labels(moves))}")
    maintained = [state for state in region.states if isinstance(state, State) and state in MAINTAINED_STATES]
    if maintained:
        lines.append("    classDef maintained fill:#d9ead3,color:#000")
        lines.append(f"    class {','.join(maintained)} maintained")
    lines.extend(f"    {state} --> [*]" for state in region.states if state in region.ends)
    return "\n".join(lines) + "\n"


def _table(region: Region[S]) -> str:
    lines = ["| from | event | to | authority |", "|---|---|---|---|"]
    for move in region.moves:
        sources = ", ".join(state for state in region.states if state in move.sources)
        authority = "; ".join(f"[{short}]({cited(short).address})" for short in move.authority)
        lines.append(f"| {sources} | {_label(move)} | {move.to or 'unchanged'} | {authority} |")
    return "\n".join(lines) + "\n"


def _labels(moves: list[Move[S]]) -> Iterator[str]:
    """Yield what stands at an arrow; an event whose every outcome leads the same way stands there once."""
    for event in dict.fromkeys(move.event for move in moves):
        ways = [move for move in moves if move.event == event]
        if len(ways) > 1 and len(ways) == len(OUTCOMES[event]):
            yield event
        else:
            yield from map(_label, ways)


def _label(move: Move[S]) -> str:
    return move.event if move.outcome is None else f"{move.event} ({move.outcome})"
