"""What changes from one rulebook to another: today's law beside a draft of tomorrow's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from pydantic import BaseModel

from ehcp_flow.law.body import BodyName
from ehcp_flow.law.checklist import Notice
from ehcp_flow.law.loader import england, law_given
from ehcp_flow.law.model import Note, Rule, Rulebook
from ehcp_flow.law.version import Version

if TYPE_CHECKING:
    from ehcp_flow.law.state_machine import LegalMove, LegalRegion, LegalStateRow, Machine, MisplacedFacts

__all__ = ["Change", "compare_rulebooks", "left_behind", "moves_of"]

_SECTIONS: Final = ("events", "outcomes", "spells", "deemed", "signs", "asked", "clocks", "grounds", "limits", "bodies")
_SAYS: Final = ("title", "act", "counting", "says", "name", "who", "ground", "meaning", "reason", "on", "words", "id")
"""The keys by which a thing, or a part of one, is told for short: the first of them that it has."""
_NAMES: Final = ("id", "name", "finding", "ground", "who", "says", "event", "by")
"""The keys by which one of several is the same in two rulebooks, whatever is told before it: the first that it has."""


class Change(NamedTuple):
    """One difference: in which `section` and thing (`id`), at which `key`, and what stood and stands there.

    `kind` is `added`, `removed` or `changed`. For a thing that is new or gone, `key` is empty; for a part of it, a rule
    of a limit or a version of a rule, it names that part. `old` or `new` then says for short what it is: what is to be
    done, by whom, in what time, for which cases, and from which day on.
    """

    kind: Literal["added", "removed", "changed"]
    section: str
    id: str
    key: str = ""
    old: str | None = None
    new: str | None = None

    def __str__(self) -> str:
        what = f"{self.section} {self.id}" + (f", {self.key}" if self.key else "")
        if self.kind != "changed":
            return f"{what}: {self.kind}" + (f": {said}" if (said := self.new or self.old) else "")
        return f"{what}: {self.old or 'nothing'} -> {self.new or 'nothing'}"


def compare_rulebooks(old: Rulebook, new: Rulebook) -> list[Change]:
    """Return every difference between two rulebooks, a change a key, in the order of the new one."""
    old, new = law_given(old), law_given(new)
    return [
        change for section in _SECTIONS for change in _of_section(section, getattr(old, section), getattr(new, section))
    ] + [
        change
        for section, parts in (
            ("notes", _notes),
            ("notices", _notices),
            ("machines", _machines),
            ("states", _states),
            ("moves", moves_of),
            ("misplaced", _misplaced),
        )
        for change in _of_section(section, parts(old), parts(new))
    ]


def left_behind(changes: Iterable[Change], rulebook: Rulebook) -> list[tuple[str, str]]:
    """Return each limit that changed, with the counterpart of it that did not: perhaps forgotten."""
    changed = {change.id for change in changes if change.section == "limits"}
    pairs = [
        pair
        for limit in rulebook.limits.values()
        if limit.counterpart is not None
        for pair in ((limit.id, limit.counterpart), (limit.counterpart, limit.id))
    ]
    return [(one, other) for one, other in pairs if one in changed and other not in changed]


def _notes(book: Rulebook) -> dict[str, Note]:
    return {note.row: note for note in book.notes}


def _notices(book: Rulebook) -> dict[str, Notice]:
    return {notice.id: notice for notice in book.notices}


def _regions(book: Rulebook) -> Iterable[LegalRegion]:
    """Return the regions of a rulebook; one without moves has those of England."""
    return (book.regions or england().regions).values()


def _machines(book: Rulebook) -> dict[str, Machine]:
    return {region.name: region.machine for region in _regions(book)}


def _states(book: Rulebook) -> dict[str, LegalStateRow]:
    return {f"{region.name} {state.id}": state for region in _regions(book) for state in region.states}


def moves_of(book: Rulebook) -> dict[str, LegalMove]:
    """Return each move by the fact that makes it and where it leads from: a row may tell several.

    Where it changes from a day on, that day tells what it is then apart.
    """
    found: dict[str, LegalMove] = {}
    for region in _regions(book):
        for move in sorted(region.moves, key=lambda move: move.in_force_from or dt.date.min):
            for event, outcome in move.keys:
                for source in region.chosen(move.sources):
                    name = f"{region.name} {event}{f':{outcome}' if outcome else ''} from {source}"
                    name += f", since {move.in_force_from}" if name in found else ""
                    found[name] = move.model_copy(update={"on": (), "sources": ()})
    return found


def _misplaced(book: Rulebook) -> dict[str, MisplacedFacts]:
    return {
        f"{region.name} {event} in {state}": row.model_copy(update={"events": (), "at": ()})
        for region in _regions(book)
        for row in region.misplaced
        for event in row.events
        for state in region.chosen(row.at)
    }


def _of_section(section: str, old: Mapping[str, BaseModel], new: Mapping[str, BaseModel]) -> Iterator[Change]:
    for name, item in new.items():
        if name not in old:
            yield Change("added", section, name, new=_said("", dict(_flat(item))) or None)
            continue
        yield from _of_thing(section, name, dict(_flat(old[name])), dict(_flat(item)))
    for name, item in old.items():
        if name not in new:
            yield Change("removed", section, name, old=_said("", dict(_flat(item))) or None)


def _of_thing(section: str, name: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """Yield what changed in a thing; a part that is new or gone is told once, and not key by key."""
    parts_before, parts_after = _parts(before), _parts(after)
    told = set()
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) == after.get(key):
            continue
        only_here = [part for part in _parts_of(key) if (part in parts_before) != (part in parts_after)]
        if not only_here:
            yield Change("changed", section, name, key, before.get(key), after.get(key))
        elif only_here[0] not in told:
            told.add(only_here[0])
            is_new = only_here[0] in parts_after
            said = _said(only_here[0], after if is_new else before)
            kind: Literal["added", "removed"] = "added" if is_new else "removed"
            yield Change(kind, section, name, only_here[0], None if is_new else said, said if is_new else None)


def _said(part: str, told: Mapping[str, str]) -> str:
    """Return what a thing, or a part of one, says for short: what, by whom, in what time, for whom, since when.

    A limit says that of each of its rules.
    """
    own = {key.removeprefix(f"{part}.") if part else key: text for key, text in told.items() if key.startswith(part)}
    what = [next((own[name] for name in _SAYS if name in own), ""), own.get("actor", "")]
    what += [f"to {own['to']}"] if "to" in own else []
    rules = dict.fromkeys(key.partition("]")[0] for key in own if key.startswith("rule["))
    each = [_time_said({key: own[key] for key in own if key.startswith(rule)}, what) for rule in rules or ("",)]
    return ", ".join(text for text in (*what, "; ".join(dict.fromkeys(each))) if text)


def _time_said(own: Mapping[str, str], what: Collection[str]) -> str:
    """Return how long there is, for which cases, and since when, unless that was said."""
    last = {key: key.rpartition(".")[2] for key in own if ".readings[" not in f".{key}"}
    more = [own[key] for key, name in last.items() if name == "counting" and own[key] not in what]
    more += [f"where {own[key]}" for key, name in last.items() if name in ("cohorts", "applies_to")]
    begins = min((own[key] for key, name in last.items() if name == "in_force_from"), default="")
    return ", ".join(dict.fromkeys((*more, *([f"from {begins}"] if begins else []))))


def _parts(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(part for key in keys for part in _parts_of(key))


def _parts_of(key: str) -> Iterator[str]:
    """Yield the parts of a thing that a key stands in, the outermost first."""
    return (key[: at + 1] for at, mark in enumerate(key) if mark == "]")


def _flat(item: BaseModel, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each key of a thing with what stands there, in words; what is empty is left out."""
    for name in type(item).model_fields:
        value = getattr(item, name)
        if value is None or value in ((), "", False):
            continue
        yield from _flat_value(value, f"{path}{name}")


def _flat_value(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, BaseModel) and type(value).__str__ is BaseModel.__str__:
        yield from _flat(value, f"{path}.")
    elif isinstance(value, tuple) and isinstance(value[0], BaseModel) and type(value[0]).__str__ is BaseModel.__str__:
        for index, each in enumerate(value):
            yield from _flat(each, f"{path}[{_named(each, index, value)}].")
    elif isinstance(value, tuple) and not hasattr(value, "_fields"):
        yield path, ", ".join(str(each) for each in value)
    else:
        yield path, str(value)


def _named(item: BaseModel, index: int, among: tuple[object, ...]) -> str:
    """Name one of several: a version or a name by the day it comes into force, a rule by its rows, others by a key.

    Where two rules have the same rows, their clocks tell them apart, and their order where they hang on one: whichever
    other rule is told before them, they are the same.
    """
    if isinstance(item, Version | BodyName):
        return item.in_force_from.isoformat()
    if isinstance(item, Rule):
        alike = [each for each in among if isinstance(each, Rule) and each.rows == item.rows]
        beside = [each for each in alike if each.clock == item.clock]
        number = 1 + next(at for at, each in enumerate(beside) if each is item)
        clock = f" on {item.clock}" if len(alike) > 1 else ""
        return f"{', '.join(item.rows)}{clock}" + (f", {number}" if len(beside) > 1 else "")
    name = _name_of(item)
    if name is None:
        return str(index)
    namesakes = [each for each in among if _name_of(each) == name]
    number = 1 + next(at for at, each in enumerate(namesakes) if each is item)
    return name + (f", {number}" if len(namesakes) > 1 else "")


def _name_of(item: object) -> str | None:
    """Return what one of several goes by, None where it has no name. Brackets tell the parts of a key apart."""
    name = next((str(said) for key in _NAMES if (said := getattr(item, key, None))), None)
    return name if name is None else name.replace("[", "(").replace("]", ")").replace(".", "")
