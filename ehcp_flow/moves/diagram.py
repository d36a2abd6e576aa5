"""The pathway and the disputes for people to look at: Mermaid diagrams and Markdown tables, made from the moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ehcp_flow.dates import say
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.law.loader import law_given
from ehcp_flow.law.model import Rulebook
from ehcp_flow.moves.citing import cited
from ehcp_flow.moves.guards import Key
from ehcp_flow.moves.region import Move, Region
from ehcp_flow.moves.regions import regions_of
from ehcp_flow.moves.state_names import LegalState

__all__ = ["mermaid", "state_table"]


def mermaid(region: str = "pathway", *, rulebook: Rulebook | None = None) -> str:
    """Return a region (`pathway` or `disputes`) as the text of a Mermaid `stateDiagram-v2`: what changes the state.

    Moves that leave the state as it is stand in `state_table`. The text needs no program but one that shows Mermaid.
    Raises UnknownNameError for a region that `rulebook` (England's if none is given) does not have.
    """
    return _diagram(_region(region, rulebook))


def state_table(region: str = "pathway", *, rulebook: Rulebook | None = None) -> str:
    """Return every move of a region as a row of a Markdown table: from, event, to, authority.

    Raises UnknownNameError as `mermaid` does.
    """
    return _table(_region(region, rulebook))


def _region(name: str, rulebook: Rulebook | None) -> Region:
    found = regions_of(law_given(rulebook))
    regions = {region.name: region for region in (found.pathway, found.disputes) if region is not None}
    if name not in regions:
        raise UnknownNameError("region", name, regions)
    return regions[name]


def _diagram(region: Region) -> str:
    order = {state: rank for rank, state in enumerate(region.states)}
    arrows: dict[tuple[LegalState, LegalState], list[Move]] = {}
    for move in region.moves:
        for source in move.sources:
            if move.to is not None and move.to is not source:
                arrows.setdefault((source, move.to), []).append(move)
    lines = ["stateDiagram-v2", f"    [*] --> {region.initial}"]
    for (source, to), moves in sorted(arrows.items(), key=lambda item: (order[item[0][0]], order[item[0][1]])):
        lines.append(f"    {source} --> {to}: {', '.join(_labels(moves, region))}")
    maintained = [state for state in region.states if state.maintained]
    if maintained:
        lines.append("    classDef maintained fill:#d9ead3,color:#000")
        lines.append(f"    class {','.join(maintained)} maintained")
    lines.extend(f"    {state} --> [*]" for state in region.states if state in region.ends)
    return "\n".join(lines) + "\n"


def _table(region: Region) -> str:
    lines = ["| from | event | to | authority |", "|---|---|---|---|"]
    for move in region.moves:
        sources = ", ".join(state for state in region.states if state in move.sources)
        authority = "; ".join(f"[{short}]({cited(short).address})" for short in move.authority)
        first, last = move.in_force
        authority += (f" from {say(first)}" if first else "") + (f" to {say(last)}" if last else "")
        lines.append(f"| {sources} | {_label(move.key)} | {move.to or 'unchanged'} | {authority} |")
    return "\n".join(lines) + "\n"


def _labels(moves: Iterable[Move], region: Region) -> Iterator[str]:
    """Yield what stands at an arrow, each once; an event whose every outcome leads the same way stands there alone."""
    ways = dict.fromkeys(move.key for move in moves)
    for event in dict.fromkeys(event for event, _ in ways):
        here, everywhere = ([key for key in keys if key[0] == event] for keys in (ways, region.keys))
        if 1 < len(here) == len(everywhere):
            yield event
        else:
            yield from map(_label, here)


def _label(key: Key) -> str:
    event, outcome = key
    return event if outcome is None else f"{event} ({outcome})"
