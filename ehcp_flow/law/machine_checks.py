"""What of states and moves can be read and cannot be meant, refused with its line: what never waits, and the like.

`ehcp_flow.law.machine_loader` asks this of each region once every name in it is known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from ehcp_flow.facts import OUTCOMES
from ehcp_flow.law.clock import Clock
from ehcp_flow.law.guard import (
    KINDS,
    AnswersDecision,
    Bars,
    Certified,
    Guard,
    InTimeFor,
    Protects,
    Stands,
    TimeForAppeal,
)
from ehcp_flow.law.model import Rule
from ehcp_flow.law.named_words import refuse_words, starts_clock
from ehcp_flow.law.parts import Model, unknown
from ehcp_flow.law.patterns import BarePatterns, Pattern, keys_of
from ehcp_flow.law.state_machine import LegalRegion, Machine, MisplacedFacts
from ehcp_flow.law.toml_files import Placed

__all__ = [
    "check_askable",
    "check_guard",
    "check_inner_moves",
    "check_reasons",
    "check_settled",
    "check_spells",
    "check_ways_on",
]

Path = tuple[str | int, ...]

_COUNTED: Final[Mapping[type[Model], tuple[bool | None, str, str]]] = {
    Protects: (
        True, "latest", "protects no time: name one that is counted as a window is, 'at least 15 days beginning with'",
    ),
    TimeForAppeal: (None, "notice", ""),
    InTimeFor: (False, "", "protects time, in which nothing may be done: name one that gives time, '2 months after'"),
}  # fmt: skip
"""Whether the limit of a guard has to protect time (None: either will do), by which facts it begins, and why not."""


def check_guard(placed: Placed, path: Path, guard: Guard, context: Mapping[str, Any]) -> None:
    """Refuse a guard that asks after a limit, a ground, a party or an outcome that there is not."""
    limits, clocks, grounds = (context.get(name, {}) for name in ("limits", "clocks", "grounds"))
    at = (*placed.path, *path)
    if isinstance(guard, Protects | TimeForAppeal | InTimeFor):
        name = guard.limit
        if name not in limits:
            placed.file.refuse((*at, "limit"), unknown("limit", name, limits))
        rules: Sequence[Rule] = limits[name].item.rule
        protects, key, why_not = _COUNTED[type(guard)]
        if protects not in (None, rules[0].version[0].is_window):
            placed.file.refuse((*at, "limit"), f"limit {name!r} {why_not}")
        of: BarePatterns = getattr(guard, key, ())
        its: list[Clock] = [clocks[rule.clock].item for rule in rules]
        if of and not any(starts_clock(clock, pattern) for clock in its for pattern in of):
            started = dict.fromkeys(each.fact for clock in its for each in (*clock.starts_on, *clock.restarts_on))
            why = f"none of it begins the time of limit {name!r}: that begins with {' or '.join(started)}"
            placed.file.refuse((*at, key), why)
    if isinstance(guard, InTimeFor) and guard.excused_by and guard.excused_by not in grounds:
        placed.file.refuse((*at, "excused_by"), unknown("ground", guard.excused_by, grounds))
    if isinstance(guard, Bars):
        refuse_words(placed, (*at, "by_party"), "party", guard.by_party, guard.latest)
        refuse_words(placed, (*at, "outcomes"), "outcome", guard.outcomes, guard.latest)
        unknown_of = guard.unknown.outcomes if guard.unknown else ()
        refuse_words(placed, (*at, "unknown", "outcomes"), "outcome", unknown_of, guard.latest)


def check_askable(moves: Iterable[Placed], *, runs: bool) -> None:
    """Refuse a guard that asks about the decision in dispute, on a move of the region that `runs` cases."""
    for placed in moves if runs else ():
        for number, guard in enumerate(placed.item.guards):
            if isinstance(guard, _OF_DISPUTES):
                known = ", ".join(kind for kind, model in KINDS.items() if not issubclass(model, _OF_DISPUTES))
                placed.file.refuse(
                    (*placed.path, "guards", number),
                    f"guard {guard.id!r} is of kind {guard.kind!r}, which asks about the decision that a dispute is "
                    f"about, and is for moves of region disputes alone: here write one of {known}",
                )


_OF_DISPUTES: Final = (Stands, Certified, InTimeFor, AnswersDecision)


def check_spells(region: LegalRegion, machine: Placed) -> None:
    """Refuse what one and the same fact would begin and end, and what is said of facts that move nothing."""
    law: Machine = machine.item
    rows: list[tuple[Path, BarePatterns, BarePatterns]] = [
        ((key, number), row.begins, row.ends)
        for key in ("waiting", "still_inside", "still_outside", "barred")
        for number, row in enumerate(getattr(law, key))
    ]
    for path, begins, ends in rows:
        for event, outcome in sorted(keys_of(begins) & keys_of(ends), key=str):
            told = event if outcome is None else f"{event}:{outcome}"
            machine.file.refuse((*machine.path, *path, "ends"), f"{told} begins it as well: name what ends it")
    moved = {*region.keys}
    still = [
        ((key, number, "events"), row.events)
        for key in ("still_inside", "still_outside")
        for number, row in enumerate(getattr(law, key))
    ]
    barred = [(("barred", number, "events"), tuple(map(Pattern, row.events))) for number, row in enumerate(law.barred)]
    for path, patterns in (*still, *barred, (("undone_by",), law.undone_by)):
        for pattern in patterns:
            if not keys_of((pattern,)) & moved:
                machine.file.refuse(
                    (*machine.path, *path), f"no move is on {pattern}: leave it out, or write one on it"
                )
    for number, row in enumerate(law.waiting):
        for pattern in row.begins:
            if not keys_of((pattern,)) <= moved:
                state = region.chosen(row.at)[0]
                machine.file.refuse(
                    (*machine.path, "waiting", number, "begins"),
                    f"no move is on {pattern}, so it is begun beside no state: write a [[move]] on it (one without to "
                    f"leaves the state as it is), from {state} too",
                )


def check_inner_moves(region: LegalRegion, machine: Placed, moves: Sequence[Placed], *, runs: bool) -> None:
    """Refuse an inner event by which no case goes on, and a move on one from where none does.

    Only where the region `runs` cases does anything wait in it, or pass through; in the other one an inner event is of
    what is obeyed.
    """
    law: Machine = machine.item
    passed = law.passed_through
    for key, told in (("waiting", law.waiting), ("passed_through", passed)):
        if told and not runs:
            machine.file.refuse((*machine.path, key), f"no dispute goes on by itself: {key} is of region pathway")
    ways: dict[str, set[tuple[str, str | None]]] = {name: set() for name in law.inner} if runs else {}
    for row in law.waiting:
        ways.setdefault(row.by, set()).update((state, None) for state in region.chosen(row.at))
    if passed is not None:
        ways.setdefault(passed.by, set()).update((passed.state, way) for way in passed.ways)
    named = {event for placed in moves for event, _ in placed.item.keys}
    for number, name in enumerate(law.inner):
        if name not in named or not ways.get(name, True):
            why = "no case goes on by it: name it in by of a row of [[machine.waiting]]" if name in named else _NO_MOVE
            machine.file.refuse((*machine.path, "inner", number), f"{name}: {why}, or leave it out")
    for placed in moves:
        for event, outcome in placed.item.keys:
            for state in region.chosen(placed.item.sources) if event in ways else ():
                if (state, outcome) not in ways[event]:
                    told_at = ", ".join(dict.fromkeys(name for name, way in sorted(ways[event], key=str)))
                    what = event if outcome is None else f"{event}:{outcome}"
                    placed.file.refuse(
                        (*placed.path, "from"),
                        f"nothing goes on from {state} by {what}: it leads on from {told_at} alone",
                    )


_NO_MOVE: Final = "no move is on it: write a [[move]] on it"


def check_reasons(
    region: LegalRegion, misplaced: Sequence[Placed], moved: Collection[tuple[str, str, str | None]]
) -> None:
    """Refuse a state or an event that a reason names by itself and never speaks of: a move answers there already.

    What it names by a group, by `all` or by `*` is all that no move answers.
    """
    every = dict.fromkeys(event for event, _ in region.keys)
    states = [state.id for state in region.states]
    for placed in misplaced:
        row: MisplacedFacts = placed.item
        events, at = every if "*" in row.events else row.events, region.chosen(row.at)
        open_ = {
            (state, event) for state in at for event, outcome in region.keys
            if event in events and (state, event, outcome) not in moved
        }  # fmt: skip
        said = {word for pair in open_ for word in pair}
        for key, names in (("at", [name for name in row.at if name in states]), ("events", row.events)):
            for name in names:
                if name not in {*said, "*"}:
                    state, event = (name, next(iter(events))) if key == "at" else (at[0], name)
                    placed.file.refuse(
                        (*placed.path, key),
                        f"a [[move]] from {state} on {event} answers there already: leave {name} out, or that move",
                    )


def check_settled(region: LegalRegion, obeyed: Sequence[Placed]) -> None:
    """Refuse a way of settling a dispute that no settlement has."""
    known = dict.fromkeys(
        word for each in region.appeals for of in each.answered_by for word in OUTCOMES.get(of.event, ())
    )
    for placed in obeyed:
        if placed.item.outcome not in known:
            none = "" if known else "; no [[appeal]] is answered by one"
            placed.file.refuse((*placed.path, "outcome"), unknown("settlement", placed.item.outcome, known) + none)


def check_ways_on(region: LegalRegion, machine: Placed) -> None:
    """Refuse an inner event by which a case is to go on from a state, and does not."""
    law: Machine = machine.item
    passed, waiting = law.passed_through, law.waiting
    asked: list[tuple[Path, Sequence[str], tuple[str, str | None]]] = [
        (("waiting", number), region.chosen(row.at), (row.by, None)) for number, row in enumerate(waiting)
    ]
    if passed is not None:
        asked += [(("passed_through",), (passed.state,), (passed.by, way)) for way in passed.ways]
    waits = {state for row in waiting for state in region.chosen(row.at)}
    for path, states, (event, outcome) in asked:
        what = event if outcome is None else f"{event}:{outcome}"
        for state in states:
            ways = [
                move.to
                for move in region.moves
                if (event, outcome) in move.keys and state in region.chosen(move.sources)
            ]
            if not ways or {None, state} & {*ways}:
                machine.file.refuse(
                    (*machine.path, *path, "by"),
                    f'no move leads on from {state}: write a [[move]] with on = ["{what}"], from {state}, and a to',
                )
            if path[0] == "waiting" and (again := waits.intersection(ways)):
                machine.file.refuse(
                    (*machine.path, *path, "by"),
                    f"{what} leads from {state} to {min(again)}, from which something else leads on: let it lead to a "
                    "state that no row of waiting names",
                )
