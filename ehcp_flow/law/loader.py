"""Reads a rulebook from its TOML files, and refuses one that is wrong, naming file, key and line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache, cached_property, lru_cache
from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from ehcp_flow.errors import RulebookError, RulebookMissing
from ehcp_flow.law.body import Body
from ehcp_flow.law.checklist import Notice
from ehcp_flow.law.citation import Instrument, LegalCheck
from ehcp_flow.law.clock import Clock, Deemed, Sign, Spell
from ehcp_flow.law.declared import DeclaredEvent, FurtherOutcomes, declare
from ehcp_flow.law.folder import Folder, files_of, moves_of, shipped, title_of
from ehcp_flow.law.ground import Ground
from ehcp_flow.law.idle_rows import check_texts, check_used
from ehcp_flow.law.installed import ENGLAND, Declared, by_name, hint, meant
from ehcp_flow.law.model import Asked, Limit, Note, Rule, Rulebook
from ehcp_flow.law.named_words import (
    check_clock_words,
    check_dates,
    check_patterns,
    check_rule_words,
    refuse_length,
    starts_clock,
)
from ehcp_flow.law.parts import unknown
from ehcp_flow.law.patterns import Pattern
from ehcp_flow.law.toml_files import Placed, SourceFile, each
from ehcp_flow.law.version import Reading
from ehcp_flow.vocabulary import growing

__all__ = ["SECTIONS", "england", "law_given", "load_named", "load_rulebook"]

Regions: TypeAlias = Callable[[], Mapping[str, Any]]

SECTIONS: Final[Mapping[str, type[BaseModel]]] = {
    "event": DeclaredEvent,
    "outcomes": FurtherOutcomes,
    "instrument": Instrument,
    "spell": Spell,
    "deemed": Deemed,
    "sign": Sign,
    "asked": Asked,
    "clock": Clock,
    "ground": Ground,
    "limit": Limit,
    "note": Note,
    "notice": Notice,
    "body": Body,
    "checked": LegalCheck,
}
"""The tables of a file of a rulebook, with the model of each."""


@cache
def england() -> Rulebook:
    """Return the law of England that the package ships. The same object every time."""
    return _load(shipped(ENGLAND), RegionsWhenAsked, ENGLAND)


def law_given(rulebook: Rulebook | None) -> Rulebook:
    """Return the rulebook that a call was given, England's for None: every `rulebook=` is read here.

    Raises TypeError for anything else, such as the path of one: a rulebook is loaded once, and not by each call.
    """
    if rulebook is None:
        return england()
    if not isinstance(rulebook, Rulebook):
        raise TypeError(f"{rulebook!r} is no rulebook; give what load_rulebook(DIR) returns")
    return rulebook


def load_rulebook(directory: str | Folder) -> Rulebook:
    """Return a rulebook: the one of that name, such as `england`, or that in `directory`.

    A text without a slash or a dot that is the name of a rulebook which the library ships, or which an installed
    package brings, means that one; every other text, and a Path always, is a folder. A name that is a folder of
    rulebook files here as well is refused, with how to write either.

    Of a folder every `.toml` file is read, in the order of their names, and of its `moves`. One that is
    `based_on = "england"`, or on another that has a name, has all that stands there, too: a file of the same name takes
    the place of one of its base, and a row of the same id takes the place of one of its rows.

    Raises RulebookError, naming file, key and line, if anything in it is wrong: TOML that cannot be read, an unknown
    or repeated key, an unknown event or outcome, a way of counting that does not exist, versions that overlap or leave
    a gap, a name that nothing declares; or if a file or a folder in it is not read that was surely meant to be. What is
    wrong with a package's is told with the package.
    """
    found = meant(directory) if isinstance(directory, str) else directory
    return _declared(found) if isinstance(found, Declared) else _load(found, lambda read: read())


def load_named(name: str) -> Rulebook:
    """Return the rulebook of a name, whatever folders there are. Raises RulebookError, as `load_rulebook` does."""
    found = by_name(name)
    if found is None:
        raise RulebookMissing(name, "", 0, f"no rulebook is called so{hint(name)}")
    return _declared(found)


def _declared(found: Declared) -> Rulebook:
    """Return a rulebook that has a name; what is wrong with that of a package is told with the package."""
    if found.is_ours and found.name == ENGLAND:
        return england()
    folder = found.there()
    try:
        return _load(folder, lambda read: read(), found.name)
    except RulebookError as error:
        raise type(error)(f"{found.whose}: {error.file}", error.key, error.line, error.why) from None


def _load(root: Folder, regions: Callable[[Regions], Mapping[str, Any]], name: str | None = None) -> Rulebook:
    """Return a rulebook, with what `regions` makes of the reading of its moves, called as its folder if not `name`."""
    with growing():
        return _the_same(_read(root, regions, name or root.name))


def _read(root: Folder, regions: Callable[[Regions], Mapping[str, Any]], called: str) -> Rulebook:
    files = files_of(root, SECTIONS)
    events = _named(files, "event", {})
    outcomes = _named(files, "outcomes", {})
    declared = (*events.values(), *outcomes.values())
    for placed in declared:
        try:
            declare((placed.item,))
        except ValueError as error:
            placed.file.refuse((*placed.path, "id"), str(error))
    instruments = _named(files, "instrument", {})
    context: dict[str, Any] = {
        "instruments": {name: placed.item for name, placed in instruments.items()},
        "cited": {},
        "declared": declared,
    }
    spells = _named(files, "spell", context)
    deemed = _named(files, "deemed", context)
    signs = _named(files, "sign", context)
    asked = _named(files, "asked", context)
    clocks = _named(files, "clock", context)
    grounds = _named(files, "ground", context)
    limits = _named(files, "limit", context)
    notes = _named(files, "note", context)
    notices = _named(files, "notice", context)
    bodies = _named(files, "body", context)
    checked = tuple(placed.item for placed in each(files, "checked", LegalCheck, context))
    for placed in notices.values():
        _check_notice(placed, limits)
    for placed in spells.values():
        _check_spell(placed, spells)
    law_of_spells = {name: placed.item for name, placed in spells.items()}
    with_patterns = (spells, deemed, signs, clocks, grounds, limits, notices)
    for placed in (placed for rows in with_patterns for placed in rows.values()):
        check_patterns(placed, placed.path, placed.item, law_of_spells)
        check_dates(placed)
    for placed in grounds.values():
        _check_readings(placed, [((*placed.path, "reading"), placed.item.reading)], grounds)
    for placed in clocks.values():
        _check_clock(placed, spells)
        check_clock_words(placed)
    for placed in limits.values():
        counterpart = placed.item.counterpart
        if counterpart is not None and counterpart not in limits:
            placed.file.refuse((*placed.path, "counterpart"), unknown("limit", counterpart, limits))
        if counterpart is not None and limits[counterpart].item.counterpart is not None:
            first = limits[counterpart].item.counterpart
            placed.file.refuse((*placed.path, "counterpart"), f"{counterpart!r} repeats {first!r} itself: name that")
        _check_limit(placed, clocks, grounds, spells, asked)
    _check_rows([*limits.values()], notes)
    context |= {"sections": SECTIONS, "limits": limits, "clocks": clocks, "grounds": grounds}
    context |= {"spells": spells, "deemed": deemed}
    rows = {"instrument": instruments, "spell": spells, "clock": clocks, "ground": grounds}
    return Rulebook(
        name=called,
        title=title_of(files),
        events={name: placed.item for name, placed in events.items()},
        outcomes={name: placed.item for name, placed in outcomes.items()},
        instruments=context["instruments"],
        spells={name: placed.item for name, placed in spells.items()},
        clocks={name: placed.item for name, placed in clocks.items()},
        grounds={name: placed.item for name, placed in grounds.items()},
        limits={name: placed.item for name, placed in limits.items()},
        deemed={name: placed.item for name, placed in deemed.items()},
        signs={name: placed.item for name, placed in signs.items()},
        asked={name: placed.item for name, placed in asked.items()},
        notes=tuple(placed.item for placed in notes.values()),
        notices=tuple(placed.item for placed in notices.values()),
        bodies={name: placed.item for name, placed in bodies.items()},
        checked=checked,
        regions=regions(lambda: _regions(moves_of(root, files), files, rows, context)),
    )


def _regions(
    files: list[SourceFile], others: list[SourceFile], rows: Mapping[str, Mapping[str, Placed]],
    context: Mapping[str, Any],
) -> Mapping[str, Any]:  # fmt: skip
    """Return the regions of a rulebook, once all that it says is known to say something."""
    regions = _regions_of(files, context)
    every = [*others, *files]
    check_texts(file for file in every if not file.of_base)
    # Where there are none of its own, England's states and moves speak of the spells that they know.
    check_used(every, rows, context["cited"], () if files else england().spells)
    return regions


def _regions_of(files: list[SourceFile], context: Mapping[str, Any]) -> Mapping[str, Any]:
    # Not loaded before there are moves to read: most commands start sooner without.
    from ehcp_flow.law.machine_loader import check_further, load_regions

    if files:
        return load_regions(files, context)
    check_further(context["declared"], england().regions.values())
    return {}


class RegionsWhenAsked(Mapping[str, Any]):
    """The regions of a rulebook that is known to be right, read when the first of them is asked for."""

    def __init__(self, read: Regions) -> None:
        self._read = read

    @cached_property
    def _regions(self) -> Mapping[str, Any]:
        return self._read()

    def __getitem__(self, name: str) -> Any:
        return self._regions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._regions)

    def __len__(self) -> int:
        return len(self._regions)

    def __reduce__(self) -> Any:
        """Return the regions themselves, for another process."""
        return dict, (dict(self._regions),)


@lru_cache(maxsize=16)
def _the_same(book: Rulebook) -> Rulebook:
    """Return the rulebook that was loaded before and equals this one: it is laid out for the kernel already."""
    return book


def _named(files: Iterable[SourceFile], section: str, context: Mapping[str, Any]) -> dict[str, Placed]:
    """Return the rows of a section by their ids; a note goes by its row. What is of a base can be told anew."""
    named: dict[str, Placed] = {}
    for one in each(files, section, SECTIONS[section], context):
        name = one.item.row if section == "note" else one.item.id
        if name in named and named[name].file.of_base == one.file.of_base:
            one.file.refuse(one.path, f"{name!r} is declared already in {named[name].where}")
        named[name] = one
    return named


def _check_spell(placed: Placed, spells: Mapping[str, Placed]) -> None:
    name = placed.item.unless_during
    if name is None:
        return
    _check_names(placed, "unless_during", (name,), spells)
    if spells[name].item.unless_during is not None:
        placed.file.refuse((*placed.path, "unless_during"), f"spell {name!r} has an unless_during itself")
    refuse_length(placed, (*placed.path, "unless_during"), (name,), spells, "begins_on outside", placed.item.begins_on)


def _check_clock(placed: Placed, spells: Mapping[str, Placed]) -> None:
    clock: Clock = placed.item
    _check_names(placed, "during", (clock.during,) if clock.during else (), spells)
    _check_names(placed, "unless_during", clock.unless_during, spells)
    starts = (*clock.starts_on, *clock.restarts_on)
    key = "starts_on" if clock.starts_on else "restarts_on"
    inside = (clock.during,) if clock.during else ()
    refuse_length(placed, (*placed.path, "during"), inside, spells, f"{key} inside", starts)
    refuse_length(placed, (*placed.path, "unless_during"), clock.unless_during, spells, f"{key} outside", starts)
    if (resumes := clock.resumes_inside) is not None:
        _check_names(placed, "resumes_inside", (resumes.during,), spells)
        path = (*placed.path, "resumes_inside", "during")
        refuse_length(placed, path, (resumes.during,), spells, "resumes_on inside", resumes.facts)


def _check_names(placed: Placed, key: str, names: Iterable[str], spells: Mapping[str, Placed]) -> None:
    for name in names:
        if name not in spells:
            placed.file.refuse((*placed.path, key), unknown("spell", name, spells))


def _check_notice(placed: Placed, limits: Mapping[str, Placed]) -> None:
    for name in placed.item.limits:
        if name not in limits:
            placed.file.refuse((*placed.path, "limits"), unknown("limit", name, limits))


def _check_limit(
    placed: Placed, clocks: Mapping[str, Placed], grounds: Mapping[str, Placed], spells: Mapping[str, Placed],
    asked: Mapping[str, Placed],
) -> None:  # fmt: skip
    for index, rule in enumerate(placed.item.rule):
        path = (*placed.path, "rule", index)
        if rule.clock not in clocks:
            placed.file.refuse((*path, "clock"), unknown("clock", rule.clock, clocks))
        clock: Clock = clocks[rule.clock].item
        for pattern in rule.only_from:
            if not starts_clock(clock, pattern):
                placed.file.refuse((*path, "only_from"), f"clock {clock.id!r} does not start on {pattern}")
        _check_spells(placed, path, rule, clock, spells)
        for key in ("by_body", "not_by_body"):
            for name in getattr(rule, key):
                if name not in asked:
                    placed.file.refuse((*path, key), unknown("body that can be asked", name, asked))
        for use_index, use in enumerate(rule.exceptions):
            if use.ground not in grounds:
                placed.file.refuse((*path, "exceptions", use_index), unknown("ground", use.ground, grounds))
        check_rule_words(placed, path, rule, clock, spells)
        _check_rule(placed, path, rule)
        readings = [((*path, "readings", at), reading) for at, reading in enumerate(rule.readings)]
        _check_readings(placed, readings, grounds)


def _check_spells(
    placed: Placed, path: tuple[str | int, ...], rule: Rule, clock: Clock, spells: Mapping[str, Placed]
) -> None:
    for name in rule.not_during:
        if name not in spells:
            placed.file.refuse((*path, "not_during"), unknown("spell", name, spells))
    starts = rule.only_from or (*clock.starts_on, *clock.restarts_on)
    refuse_length(placed, (*path, "not_during"), rule.not_during, spells, "only_from outside", starts)
    if rule.yields_to is None:
        return
    if rule.yields_to.spell not in spells:
        placed.file.refuse((*path, "yields_to"), unknown("spell", rule.yields_to.spell, spells))
    refuse_length(placed, (*path, "yields_to", "spell"), (rule.yields_to.spell,), spells)


def _check_readings(
    placed: Placed, readings: Iterable[tuple[tuple[str | int, ...], Reading | None]], grounds: Mapping[str, Placed]
) -> None:
    for path, reading in readings:
        for name in reading.with_exceptions if reading is not None else ():
            if name not in grounds:
                placed.file.refuse(path, unknown("ground", name, grounds))


def _check_rule(placed: Placed, path: tuple[str | int, ...], rule: Rule) -> None:
    roles = ("done_by", "undone_by", "implied_by", "other_answer")
    seen: dict[Pattern, str] = {}
    for role in roles:
        for pattern in getattr(rule, role):
            if pattern in seen:
                placed.file.refuse((*path, role), f"{pattern} stands in {seen[pattern]} as well")
            seen[pattern] = role
    for index, reading in enumerate(rule.readings):
        told = [version for version in rule.version if reading.is_of(version) and reading.counting is not None]
        if len({version.counts for version in told}) > 1:
            placed.file.refuse(
                (*path, "readings", index),
                f"it would be told with the versions from {' and '.join(str(v.in_force_from) for v in told)}, which do "
                "not count alike: give it in_force_from or in_force_to, so that it belongs to one of them",
            )
    windows = {version.is_window for version in rule.version}
    if len(windows) > 1:
        placed.file.refuse(path, "one version is a window and another is not")
    more = (
        rule.implied_by, rule.other_answer, rule.looks_back, rule.right, rule.exceptions, rule.never_owed_by,
        rule.carried_on_by,
    )  # fmt: skip
    if True in windows and any(more):
        placed.file.refuse(path, "a window knows done_by, lapses_on and owed_only_if only")


def _check_rows(limits: Collection[Placed], notes: Mapping[str, Placed]) -> None:
    """A row of several periods can stand in several limits; a row without a number is a note and nothing else.

    None goes by the name of another limit: by either `rules` and tests find what is meant.
    """
    ids = {placed.item.id for placed in limits}
    for placed in limits:
        for index, rule in enumerate(placed.item.rule):
            for row in rule.rows:
                if row in notes:
                    placed.file.refuse(
                        (*placed.path, "rule", index, "rows"), f"row {row!r} is a note, without a number"
                    )
                if row in ids and row != placed.item.id:
                    placed.file.refuse(
                        (*placed.path, "rule", index, "rows"),
                        f"{row!r} is the id of another limit: give the row a name of its own",
                    )
