"""Reads the states and moves of a rulebook from `moves/*.toml`, and refuses what cannot be run, naming file and line.

Every state must have an answer for every event that moves its region: a move, or one reason why the fact is out of
place. A file says at its head to which region its rows belong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from ehcp_flow.facts import FACT_TYPES, told_apart
from ehcp_flow.law.declared import Declared, FurtherOutcomes, known_outcomes
from ehcp_flow.law.guard import KINDS, parse_guard
from ehcp_flow.law.machine_checks import (
    check_askable,
    check_guard,
    check_inner_moves,
    check_reasons,
    check_settled,
    check_spells,
    check_ways_on,
)
from ehcp_flow.law.machine_spells import spells_named
from ehcp_flow.law.parts import Model, unknown
from ehcp_flow.law.patterns import no_event
from ehcp_flow.law.state_machine import (
    GroundOfAppeal,
    KeptState,
    LegalMove,
    LegalRegion,
    LegalStateRow,
    Machine,
    MisplacedFacts,
    Obeyed,
    Past,
    StateGroup,
)
from ehcp_flow.law.toml_files import Placed, SourceFile, each, no_section

__all__ = ["MOVE_SECTIONS", "check_further", "load_regions"]

PATHWAY: Final = "pathway"
"""The region of a case."""
DISPUTES: Final = "disputes"
"""The region of the dispute about one decision."""

_ROWS: Final[Mapping[str, tuple[str, type[Model]]]] = {
    "state": ("states", LegalStateRow),
    "group": ("groups", StateGroup),
    "move": ("moves", LegalMove),
    "misplaced": ("misplaced", MisplacedFacts),
    "kept": ("kept", KeptState),
    "past": ("past", Past),
    "appeal": ("appeals", GroundOfAppeal),
    "obeyed": ("obeyed", Obeyed),
}
MOVE_SECTIONS: Final[Mapping[str, type[BaseModel] | None]] = {
    "machine": Machine,
    "guard": None,
    **{section: model for section, (_, model) in _ROWS.items()},
}
"""The tables of a file of moves, with the model of each; guards are of several kinds."""


def load_regions(files: Iterable[SourceFile], context: Mapping[str, Any]) -> dict[str, LegalRegion]:
    """Return the regions that files of moves state, by name. Raises RulebookError as `load_rulebook` does.

    The `context` is what the other files of the rulebook declare, by section.
    """
    of_region: dict[str, list[SourceFile]] = {}
    for file in files:
        for name in sorted(set(file.data) - {"region", *MOVE_SECTIONS}):
            elsewhere = "; it belongs in a file of the rulebook's own folder" if name in context["sections"] else ""
            known = ("region", *MOVE_SECTIONS)
            file.refuse((name,), f"unknown section here{elsewhere}" if elsewhere else no_section(name, known))
        region = file.data.get("region")
        if not isinstance(region, str):
            file.refuse(("region",), 'say to which region its rows belong: region = "pathway"')
        of_region.setdefault(region, []).append(file)
    for name, its in of_region.items():
        if PATHWAY not in of_region or name not in (PATHWAY, DISPUTES):
            its[0].refuse(
                ("region",), f"a rulebook with moves has a region called {PATHWAY!r}, and may have {DISPUTES!r}"
            )
    regions = {name: _region(name, its, context) for name, its in of_region.items()}
    check_further(context.get("declared", ()), regions.values())
    return regions


def _region(name: str, files: list[SourceFile], context: Mapping[str, Any]) -> LegalRegion:
    machines = list(each(files, "machine", Machine, context))
    if not machines:
        why = "has no [[machine]]: write one, with initial, the name of the state in which it begins"
        files[0].refuse(("machine",), f"region {name!r} {why}")
    for again in machines[1:]:
        again.file.refuse(again.path, f"the [[machine]] of region {name!r} {_again('', machines[0])}")
    guards = _guards(files, context)
    rows = {
        section: list(each(files, section, model, {**context, "guards": guards}))
        for section, (_, model) in _ROWS.items()
    }
    _check_asked(files)
    for placed in rows["move"]:
        for guard in placed.item.guards:
            if guard is not guards.get(guard.id, (None, None))[1]:
                check_guard(placed, ("guards",), guard, context)
    check_askable(rows["move"], runs=name == PATHWAY)
    for section, unique in (("state", "id"), ("group", "id"), ("past", "finding"), ("obeyed", "outcome")):
        _once(rows[section], unique)
    told = {field: tuple(placed.item for placed in rows[section]) for section, (field, _) in _ROWS.items()}
    spells, deemed = spells_named((machines[0], *rows["move"]), context, runs=name == PATHWAY)
    region = LegalRegion(name=name, machine=machines[0].item, spells=spells, deemed=deemed, **told)
    if region.appeals and region.machine.without is None:
        machines[0].file.refuse(("machine",), "say what it is to be without a decision: [machine.without]")
    _check_states(region, machines[0], rows)
    _check_moves(region, rows, context.get("declared", ()))
    _check_past(region, rows["past"])
    check_spells(region, machines[0])
    check_settled(region, rows["obeyed"])
    check_ways_on(region, machines[0])
    check_inner_moves(region, machines[0], rows["move"], runs=name == PATHWAY)
    _check_shape(region, machines[0], rows)
    return region


def _guards(files: list[SourceFile], context: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rows of guards by name, each checked; a move may change what its guard says."""
    found: dict[str, Any] = {}
    first: dict[str, Placed] = {}
    for file in files:
        rows = file.data.get("guard", [])
        if not isinstance(rows, list):
            file.refuse(("guard",), "write [[guard]]")
        for index, row in enumerate(rows):
            if not isinstance(row, dict):
                file.refuse(("guard", index), "write a table")
            try:
                guard = parse_guard(row, context)
            except ValidationError as error:
                file.refuse_first(error, ("guard", index), KINDS[row["kind"]])
            except ValueError as error:
                file.refuse(("guard", index, "kind"), str(error))
            if guard.id in first:
                file.refuse(("guard", index, "id"), _again(guard.id, first[guard.id]))
            first[guard.id] = Placed(file, ("guard", index), guard)
            check_guard(first[guard.id], (), guard, context)
            found[guard.id] = row, guard
    return found


def _check_asked(files: Sequence[SourceFile]) -> None:
    """Refuse a guard that no move asks."""
    rows = [row for file in files for row in file.data.get("move", [])]
    asked = [guard for row in rows for guard in row.get("guards", [])]
    names = {guard["guard"] if isinstance(guard, dict) else guard for guard in asked}
    for file in files:
        for index, row in enumerate(file.data.get("guard", [])):
            if row["id"] not in names:
                file.refuse(
                    ("guard", index, "id"), f"no move asks guard {row['id']!r}: name it in guards, or leave it out"
                )


def _once(rows: Iterable[Placed], key: str) -> None:
    seen: dict[str, Placed] = {}
    for placed in rows:
        name = getattr(placed.item, key)
        if name in seen:
            placed.file.refuse((*placed.path, key), _again(name, seen[name]))
        seen[name] = placed


def _again(name: str, first: Placed) -> str:
    """Return that a name is declared already, and where; what a base says of moves can be told anew by files alone."""
    whole = f": a file called {first.file.name.rpartition('/')[2]} of your own takes the place of that one"
    what = f"{name!r} is" if name else "is"
    return f"{what} declared already in {first.where}{whole if first.file.of_base else ''}"


def _check_states(region: LegalRegion, machine: Placed, rows: Mapping[str, list[Placed]]) -> None:
    """Refuse a name that is no state and no group, wherever states are named, and a choice that leaves no state."""
    known = [state.id for state in region.states]
    named = [
        ("group", "states"), ("move", "sources"), ("misplaced", "at"), ("kept", "at"), ("kept", "never_to"),
    ]  # fmt: skip
    for section, field in named:
        key = "from" if field == "sources" else field
        for placed in rows[section]:
            _check_chosen(region, placed, (key,), getattr(placed.item, field))
    law: Machine = machine.item
    for key, stills in (("still_inside", law.still_inside), ("still_outside", law.still_outside)):
        for number, still in enumerate(stills):
            _check_chosen(region, machine, (key, number, "at"), still.at)
    for number, waits in enumerate(law.waiting):
        _check_chosen(region, machine, ("waiting", number, "at"), waits.at)
    for number, row in enumerate(law.barred):
        _check_chosen(region, machine, ("barred", number, "at"), row.at)
    passed = law.passed_through
    single: list[tuple[Placed, str, str | None]] = [
        (machine, "initial", law.initial), *((machine, "ends", end) for end in law.ends)
    ]  # fmt: skip
    single += [(machine, "passed_through", passed.state)] if passed else []
    single += [(machine, "stages", name) for stage in law.stages for name in stage]
    single += [(placed, key, getattr(placed.item, key)) for placed in rows["move"] for key in ("to", "forces")]
    for placed, key, name in single:
        if name is not None and name not in known:
            placed.file.refuse((*placed.path, key), unknown("state", name, known))


def _check_chosen(region: LegalRegion, placed: Placed, path: tuple[str | int, ...], names: Sequence[str]) -> None:
    """Refuse names that mean no state, where a row names some by itself or by their group."""
    try:
        chosen = region.chosen(names)
    except ValueError as error:
        placed.file.refuse((*placed.path, *path), str(error))
    except RecursionError:
        placed.file.refuse((*placed.path, *path), "a group that is made of itself")
    if not chosen:
        placed.file.refuse((*placed.path, *path), "it leaves no state")


def _check_moves(region: LegalRegion, rows: Mapping[str, list[Placed]], declared_at: Sequence[Placed]) -> None:
    moves = rows["move"]
    of_its_own = tuple(placed.item for placed in declared_at)
    declared: dict[tuple[str, str, str | None], list[Placed]] = {}
    for placed in moves:
        for event, outcome in placed.item.keys:
            if event not in region.inner:
                why = _why_not(event, outcome, of_its_own)
                if why:
                    placed.file.refuse((*placed.path, "on"), why)
            for source in region.chosen(placed.item.sources):
                others = declared.setdefault((source, event, outcome), [])
                for other in others:
                    if other.item.overlaps(placed.item):
                        placed.file.refuse(
                            (*placed.path, "from"),
                            f"{event} is declared twice from {source}: {other.item.held} in {other.where}, and "
                            f"{placed.item.held} here; where it changes from a day on, give the one in_force_to and "
                            "the other in_force_from",
                        )
                others.append(placed)
    _check_moved(region, rows["misplaced"])
    of_events = [each for each in of_its_own if not isinstance(each, FurtherOutcomes)]
    for event in dict.fromkeys(event for event, _ in region.keys):
        for outcome in _told_apart(event, of_events):
            if (event, outcome) not in region.keys:
                placed = next(each for each in moves if any(event == key[0] for key in each.item.keys))
                what = f"no move is on {event}:{outcome}: write a [[move]] on it as well"
                placed.file.refuse((*placed.path, "on"), f"{what} (one without to leaves the state as it is)")


def check_further(declared: Iterable[Placed], regions: Iterable[LegalRegion]) -> None:
    """Refuse a further outcome of an event of the library that moves, where no move answers it."""
    moved = {region.name: {*region.keys} for region in regions}
    for placed in declared:
        event, words = placed.item.id, placed.item.words if isinstance(placed.item, FurtherOutcomes) else ()
        for word in words:
            at = [
                f'region = "{name}"' for name, keys in moved.items()
                if event in {moving for moving, _ in keys} and not {(event, word), (event, None)} & keys
            ]  # fmt: skip
            if at:
                placed.file.refuse(
                    (*placed.path, "words"),
                    f"no move answers {event}:{word}: write a [[move]] on it in a file of the folder moves that has "
                    f"{at[0]} at its head{f', and one for {at[1]}' if at[1:] else ''} (one without to leaves the state "
                    "as it is)",
                )


def _check_moved(region: LegalRegion, misplaced: Iterable[Placed]) -> None:
    """Refuse a reason why an event is out of place that moves nothing here."""
    moved = {event for event, _ in region.keys}
    for placed in misplaced:
        for event in placed.item.events:
            if event not in {"*", *moved}:
                bare = event.partition(":")[0]
                why = (
                    no_event(bare) if bare not in FACT_TYPES
                    else f"write {bare}: a reason is one for every outcome" if bare in moved
                    else f"{bare} moves nothing here, so it is never out of place: no move names it"
                )  # fmt: skip
                placed.file.refuse((*placed.path, "events"), why)


def _check_past(region: LegalRegion, past: Iterable[Placed]) -> None:
    """Refuse words for a finding that nothing in the region can say of a move."""
    known = region.findings
    for placed in past:
        name = placed.item.finding
        if name not in known:
            placed.file.refuse((*placed.path, "finding"), unknown("finding", name, known))


def _told_apart(event: str, of_its_own: Sequence[Declared]) -> tuple[str | None, ...]:
    """Return the outcomes by which moves of a rulebook tell facts of an event apart: those that it knows of itself."""
    told = told_apart(event)
    return told if told == (None,) else known_outcomes(event, of_its_own)


def _why_not(event: str, outcome: str | None, of_its_own: Sequence[Declared]) -> str:
    """Return why a fact of such an event moves nothing, empty if it can."""
    if event not in FACT_TYPES:
        return no_event(event)
    if FACT_TYPES[event].prospective:
        return f"{event} lies in the future when it is recorded, so it moves nothing"
    told = _told_apart(event, of_its_own)
    if outcome not in told:
        return f"{event}: write {' or '.join(event if known is None else f'{event}:{known}' for known in told)}"
    return ""


def _check_shape(region: LegalRegion, machine: Placed, rows: Mapping[str, list[Placed]]) -> None:
    """Refuse a state that cannot be reached, or left, and one that has no answer for an event, or two."""
    ways = {(source, move.to) for move in region.moves if move.to is not None for source in region.chosen(move.sources)}
    reached = _reached(region.machine.initial, ways)
    leaves = {source for source, to in ways if to != source}
    ends = set(region.machine.ends)
    for placed in rows["state"]:
        name = placed.item.id
        if name not in reached:
            way = f'write a [[move]] with to = "{name}"'
            placed.file.refuse((*placed.path, "id"), f"{name} cannot be reached: {way}, or leave the state out")
        if name not in leaves | ends:
            placed.file.refuse((*placed.path, "id"), f"{name} has no way out; name it in ends if that is meant")
        if name in leaves & ends:
            out = next(
                each
                for each in rows["move"]
                if each.item.to not in (None, name) and name in region.chosen(each.item.sources)
            )
            why = f"{name} has a way out in {out.where}: leave that out, or {name} out of ends"
            machine.file.refuse((*machine.path, "ends"), why)
    passed = region.machine.passed_through
    declared = {(source, *key) for move in region.moves for source in region.chosen(move.sources) for key in move.keys}
    declared |= {(passed.state, *key) for key in region.keys} if passed is not None else set()
    check_reasons(region, rows["misplaced"], declared)
    reasons = _reasons(region, rows["misplaced"])
    for event, outcome in region.keys:
        for state in region.states:
            told = reasons.get((state.id, event), ())
            there = (state.id, event, outcome) in declared
            what = event if outcome is None else f"{event}:{outcome}"
            if not there and not told:
                machine.file.refuse(
                    ("machine",),
                    f"{what} in {state.id} has no answer: write a [[move]] from {state.id} on it, or a [[misplaced]] "
                    f"row, with the reason why it is out of place there (events, and {state.id} in at)",
                )
            if not there and len(told) > 1:
                told[-1].file.refuse(
                    told[-1].path,
                    f"{what} in {state.id} has another reason why it is out of place already, finding "
                    f"{told[0].item.finding}: leave one",
                )


def _reasons(region: LegalRegion, misplaced: Iterable[Placed]) -> dict[tuple[str, str], list[Placed]]:
    """Return the rows by state and event."""
    found: dict[tuple[str, str], list[Placed]] = {}
    every = tuple(dict.fromkeys(event for event, _ in region.keys))
    for placed in misplaced:
        for event in every if "*" in placed.item.events else placed.item.events:
            for state in region.chosen(placed.item.at):
                found.setdefault((state, event), []).append(placed)
    return found


def _reached(initial: str, ways: Iterable[tuple[str, str]]) -> set[str]:
    reached = {initial}
    while more := {to for source, to in ways if source in reached} - reached:
        reached |= more
    return reached
