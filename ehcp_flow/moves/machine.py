"""Running a region: one shared `transitions` machine, and the table that is read out of it.

The machine is built once, on first use, from the region's moves; it owns no model, makes no `to_<state>` triggers and
runs no conditions. `fire` confirms one move on a cursor made for it. Reading a case takes many moves, so `table` lists
what the machine would do, for every state and event, together with what an imported case does out of order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from ehcp_flow.moves.guards import Verdict
from ehcp_flow.moves.region import Guard, Key, Region

if TYPE_CHECKING:
    from transitions import Machine

__all__ = ["Edge", "Table", "fire", "machine", "table", "trigger_name"]

S = TypeVar("S", bound=StrEnum)


class Cursor(Generic[S]):
    """What the machine moves: a state and nothing else, so that no case can be changed by it."""

    __slots__ = ("state",)

    def __init__(self, state: S) -> None:
        self.state = state


@dataclass(frozen=True, slots=True)
class Edge(Generic[S]):
    """What a fact does in one state: where it leads, by what law, what else must hold; or why it is out of place.

    A `refusal` that holds is no refusal: the fact is taken, and reported.
    """

    to: S
    authority: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    refusal: Verdict | None = None


Table: TypeAlias = Mapping[tuple[S, str, str | None], Edge[S]]


def trigger_name(event: str, outcome: str | None) -> str:
    """Return the machine's name for an event with its outcome: `review_decision_sent:amend`."""
    return event if outcome is None else f"{event}:{outcome}"


@cache
def machine(region: Region[S]) -> Machine:
    """Return the one machine of a region: without a model, without auto transitions."""
    from transitions import Machine

    built = Machine(
        model=None,
        states=region.states,
        initial=region.initial,
        auto_transitions=False,
        send_event=True,
        ignore_invalid_triggers=False,
        queued=False,
    )
    for (source, event, outcome), move in region.edges().items():
        to = source if move.to is None else move.to
        built.add_transition(trigger_name(event, outcome), source, to)
    return built


def fire(region: Region[S], state: S, event: str, outcome: str | None) -> S:
    """Return the state that the machine goes to. Raises transitions.MachineError if it knows no such move."""
    from transitions import MachineError

    cursor = Cursor(state)
    trigger = machine(region).events.get(trigger_name(event, outcome))
    if trigger is None:
        raise MachineError(f"{region.name} has no move {trigger_name(event, outcome)!r}")
    trigger.trigger(cursor)
    return cursor.state


@cache
def table(region: Region[S]) -> Table[S]:
    """Return every edge of the region: the lawful ones read out of the machine, the rest from its misplaced rows."""
    keys: dict[str, Key] = {trigger_name(*move.key): move.key for move in region.moves}
    moves = region.edges()
    states: dict[str | None, S] = {state.name: state for state in region.states}
    lawful: dict[tuple[S, str, str | None], Edge[S]] = {}
    for name, event in machine(region).events.items():
        for transitions in event.transitions.values():
            for transition in transitions:
                at = (states[transition.source], *keys[name])
                lawful[at] = Edge(states[transition.dest], moves[at].authority, moves[at].guards)
    return lawful | _out_of_order(region, lawful)


def _out_of_order(region: Region[S], lawful: Table[S]) -> dict[tuple[S, str, str | None], Edge[S]]:
    canonical: dict[Key, S | None] = {}
    for move in region.moves:
        canonical.setdefault(move.key, move.forces or move.to)
    edges: dict[tuple[S, str, str | None], Edge[S]] = {}
    for row in region.misplaced:
        refusal = Verdict(holds=row.taken, short=row.authority, says=row.reason, then=row.remedy, finding=row.finding)
        for event, outcome in region.keys:
            for state in row.states:
                if event in row.events and (state, event, outcome) not in lawful:
                    forced = canonical[event, outcome] or state
                    to = state if row.taken or region.stays(state, forced) else forced
                    authority = (row.authority,) if row.taken else ()
                    edges[state, event, outcome] = Edge(to, authority, refusal=refusal)
    return edges
