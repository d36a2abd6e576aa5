"""Running a region: one shared `transitions` machine, and the table that is read out of it.

The machine is built once, on first use, from the region's moves; it owns no model and makes no `to_<state>` triggers.
What it knows is everything that a fact can do: a lawful move goes ahead if its verdicts hold, and an imported case goes
where the fact leads although one does not, or although the fact is out of place. `fire` makes one move on a cursor made
for it. Reading a case takes many moves, so `table` lists what the machine does, read out of its transitions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias

from ehcp_flow.moves.guards import Guard, Key, Verdict
from ehcp_flow.moves.region import Region
from ehcp_flow.moves.state_names import LegalState

if TYPE_CHECKING:
    from transitions import EventData, Machine

__all__ = ["Edge", "Table", "build_machine", "fire", "machine", "table", "trigger_name"]


class Cursor:
    """What the machine moves: a state and nothing else, so that no case can be changed by it."""

    __slots__ = ("state",)

    def __init__(self, state: LegalState) -> None:
        self.state = state


@dataclass(frozen=True, slots=True)
class Edge:
    """What a fact does in one state: where it leads, by what law, what else must hold; or why it is out of place.

    A `refusal` that holds is no refusal: the fact is taken, and reported. After the day `last` there is a `later` one.
    """

    to: Any
    authority: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    refusal: Verdict | None = None
    last: dt.date | None = None
    later: Edge | None = None

    def on(self, day: dt.date) -> Edge:
        """Return what it is on a day."""
        return self if self.later is None or day <= (self.last or day) else self.later.on(day)

    @property
    def versions(self) -> Iterator[Edge]:
        """Itself, and what comes after it."""
        yield self
        if self.later is not None:
            yield from self.later.versions


Place: TypeAlias = tuple[LegalState, str, str | None]
Table: TypeAlias = Mapping[Place, Edge]


def trigger_name(event: str, outcome: str | None) -> str:
    """Return the machine's name for an event with its outcome: `review_decision_sent:amend`."""
    return event if outcome is None else f"{event}:{outcome}"


@cache
def machine(region: Region) -> Machine:
    """Return the one machine of a region: without a model, without auto transitions."""
    from transitions import Machine

    built: Machine = build_machine(region, Machine)
    return built


def build_machine(region: Region, of: type[Machine], *, imported: bool = True, **options: Any) -> Any:
    """Return a machine of a class of `transitions` with the moves of a region, with those out of order if `imported`.

    It owns no model, makes no `to_<state>` triggers, and holds no queue, whatever else `options` ask for.
    """
    built: Any = of(
        model=None,
        states=region.states,
        initial=region.initial,
        auto_transitions=False,
        send_event=True,
        ignore_invalid_triggers=False,
        queued=False,
        **options,
    )
    for (source, event, outcome), edge in _edges(region).items():
        trigger = trigger_name(event, outcome)
        after: dt.date | None = None
        for version in edge.versions:
            dated = () if edge.later is None else (partial(_in_force, after, version.last if version.later else None),)
            if edge.refusal is None:
                _add(built, trigger, source, version, _holds, *dated)
            if imported or (edge.refusal is not None and edge.refusal.holds):
                taken = edge.refusal is not None and edge.refusal.holds
                _add(built, trigger, source, version, _taken if taken else _imported, *dated)
            after = version.last
    return built


def _add(built: Machine, trigger: str, source: LegalState, edge: Edge, *conditions: Any) -> None:
    built.add_transition(trigger, source, edge.to, conditions=[*conditions])
    built.events[trigger].transitions[source.name][-1].edge = edge  # type: ignore[attr-defined]


def _in_force(after: dt.date | None, last: dt.date | None, event: EventData) -> bool:
    on: dt.date = event.kwargs["on"]
    return (after is None or after < on) and (last is None or on <= last)


def _holds(event: EventData) -> bool:
    return all(verdict.holds for verdict in event.kwargs.get("verdicts", ()))


def _imported(event: EventData) -> bool:
    return not event.kwargs.get("strict", True)


def _taken(event: EventData) -> bool:
    """Pass: what is somebody else's act moves nothing, and nobody refuses it."""
    return bool(event.state)


def fire(
    region: Region, state: LegalState, event: str, outcome: str | None, verdicts: Iterable[Verdict] = (), *,
    strict: bool = True, on: dt.date | None = None,
) -> Any:  # fmt: skip
    """Return the state that the machine goes to, if these verdicts on the fact hold, or if the case is imported.

    `on` is the day of the fact, which a move that changes from a day needs.

    Raises transitions.MachineError if it knows no such move there, or refuses it.
    """
    from transitions import MachineError

    cursor = Cursor(state)
    trigger = machine(region).events.get(trigger_name(event, outcome))
    if trigger is None:
        raise MachineError(f"{region.name} has no move {trigger_name(event, outcome)!r}")
    if not trigger.trigger(cursor, verdicts=tuple(verdicts), strict=strict, on=on):
        raise MachineError(f"{region.name} refuses {trigger_name(event, outcome)!r} in {state}")
    return cursor.state


@cache
def table(region: Region) -> Table:
    """Return every edge of the region, read out of its machine."""
    keys = {trigger_name(*key): key for key in dict.fromkeys(move.key for move in region.moves)}
    found: dict[Place, Edge] = {}
    for name, event in machine(region).events.items():
        for transitions in event.transitions.values():
            told: Any = None
            ways: Any = {id(way.edge): way for way in reversed(transitions)}  # type: ignore[attr-defined]
            for way in ways.values():
                edge, to = way.edge, region.states[way.dest]
                told = edge if edge.to is to and edge.later is told else replace(edge, to=to, later=told)
            found[region.states[transitions[0].source], *keys[name]] = told
    return found


def _edges(region: Region) -> Table:
    """Return what each fact does in each state, as the moves and the misplaced rows declare it."""
    edges: dict[Place, Edge] = {}
    for (source, event, outcome), versions in region.versions().items():
        told: Any = None
        for move in reversed(versions):
            told = Edge(move.to or source, move.authority, move.guards, last=move.in_force[1], later=told)
        edges[source, event, outcome] = told
    return edges | dict(_out_of_order(region, edges))


def _out_of_order(region: Region, lawful: Table) -> Iterator[tuple[Place, Edge]]:
    canonical: dict[Key, LegalState | None] = {}
    for move in region.moves:
        canonical.setdefault(move.key, move.forces or move.to)
    for row in region.misplaced:
        refusal = Verdict(holds=row.taken, short=row.authority, says=row.reason, then=row.remedy, finding=row.finding)
        for event, outcome in region.keys:
            for state in row.states:
                if event in row.events and (state, event, outcome) not in lawful:
                    forced = canonical[event, outcome] or state
                    to = state if row.taken or region.stays(state, forced, event) else forced
                    yield (state, event, outcome), Edge(to, (row.authority,) if row.taken else (), refusal=refusal)
