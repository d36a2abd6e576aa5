"""Reads a rulebook from its TOML files, and refuses one that is wrong, naming file, key and line."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

from pydantic import BaseModel, ValidationError

from ehcp_flow.errors import RulebookError
from ehcp_flow.law.citation import Instrument
from ehcp_flow.law.lines import find_line
from ehcp_flow.law.model import Clock, Ground, Limit, Note, Rule, Rulebook
from ehcp_flow.law.patterns import Pattern, matches

__all__ = ["england", "load_rulebook"]

_SECTIONS: Final[Mapping[str, type[BaseModel]]] = {
    "instrument": Instrument,
    "clock": Clock,
    "ground": Ground,
    "limit": Limit,
    "note": Note,
}


class _File(NamedTuple):
    name: str
    text: str
    data: dict[str, Any]

    def refuse(self, path: tuple[str | int, ...], why: str) -> NoReturn:
        key = ".".join(str(part) for part in path) or "(file)"
        raise RulebookError(self.name, key, find_line(self.text, path), why)


class _Placed(NamedTuple):
    """A thing that was read, and where it stands."""

    file: _File
    path: tuple[str | int, ...]
    item: Any


@cache
def england() -> Rulebook:
    """Return the law of England that the package ships. The same object every time."""
    return load_rulebook(resources.files("ehcp_flow.law") / "england")


def load_rulebook(directory: str | Path | Traversable) -> Rulebook:
    """Return the rulebook in `directory`: every `.toml` file of it, in the order of their names.

    Raises RulebookError, naming file, key and line, if anything in it is wrong: TOML that cannot be read, an unknown
    or repeated key, an unknown event or outcome, a way of counting that does not exist, versions that overlap or leave
    a gap, a name that nothing declares.
    """
    root = Path(directory) if isinstance(directory, str) else directory
    if not root.is_dir():
        raise RulebookError(str(root), "(directory)", 1, "there is no such directory")
    files = [_read(path) for path in sorted(root.iterdir(), key=lambda path: path.name) if path.name.endswith(".toml")]
    if not files:
        raise RulebookError(str(root), "(directory)", 1, "it holds no .toml file")

    title = "a rulebook"
    for file in files:
        unknown = set(file.data) - {*_SECTIONS, "title"}
        if unknown:
            name = sorted(unknown)[0]
            file.refuse((name,), f"unknown section; a file holds {', '.join(_SECTIONS)} and title")
        title = file.data.get("title", title)

    instruments = _by_name(_each(files, "instrument", {}), lambda item: item.id)
    context = {"instruments": {name: placed.item for name, placed in instruments.items()}}
    clocks = _by_name(_each(files, "clock", context), lambda item: item.id)
    grounds = _by_name(_each(files, "ground", context), lambda item: item.id)
    limits = _by_name(_each(files, "limit", context), lambda item: item.id)
    notes = _by_name(_each(files, "note", context), lambda item: item.row)
    for placed in limits.values():
        _check_limit(placed, clocks, grounds)
    _check_rows(limits.values(), notes)
    return Rulebook(
        name=root.name,
        title=title,
        instruments=context["instruments"],
        clocks={name: placed.item for name, placed in clocks.items()},
        grounds={name: placed.item for name, placed in grounds.items()},
        limits={name: placed.item for name, placed in limits.items()},
        notes=tuple(placed.item for placed in notes.values()),
    )


def _read(path: Traversable) -> _File:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RulebookError(path.name, "(file)", 1, f"it is not UTF-8: {error.reason}") from None
    try:
        return _File(path.name, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        why = str(error)
        line = int(why.rpartition("at line ")[2].split(",")[0]) if "at line " in why else text.count("\n") + 1
        raise RulebookError(path.name, "(file)", line, f"it is not TOML: {why}") from None


def _each(files: Iterable[_File], section: str, context: Mapping[str, Any]) -> Iterator[_Placed]:
    model = _SECTIONS[section]
    for file in files:
        rows = file.data.get(section, [])
        if not isinstance(rows, list):
            file.refuse((section,), f"write [[{section}]]")
        for index, row in enumerate(rows):
            try:
                yield _Placed(file, (section, index), model.model_validate(row, context=context))
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                path = (section, index, *(part for part in first["loc"] if part not in ("function-before", "tuple")))
                file.refuse(path, _in_words(first["type"], first["msg"], first.get("input")))


def _in_words(kind: str, message: str, value: Any) -> str:
    if kind == "extra_forbidden":
        return "there is no such key"
    if kind == "missing":
        return "this key is missing"
    message = message.removeprefix("Value error, ")
    return message if repr(value) in message or isinstance(value, dict) else f"{message} (found {value!r})"


def _by_name(placed: Iterable[_Placed], name_of: Callable[[Any], str]) -> dict[str, _Placed]:
    named: dict[str, _Placed] = {}
    for one in placed:
        name = name_of(one.item)
        if name in named:
            first = named[name]
            where = f"{first.file.name}, line {find_line(first.file.text, first.path)}"
            one.file.refuse(one.path, f"{name!r} is declared already in {where}")
        named[name] = one
    return named


def _check_limit(placed: _Placed, clocks: Mapping[str, _Placed], grounds: Mapping[str, _Placed]) -> None:
    for index, rule in enumerate(placed.item.rule):
        path = (*placed.path, "rule", index)
        if rule.clock not in clocks:
            placed.file.refuse((*path, "clock"), f"no clock is called {rule.clock!r}")
        clock: Clock = clocks[rule.clock].item
        for pattern in rule.only_from:
            if not _starts(clock, pattern):
                placed.file.refuse((*path, "only_from"), f"clock {clock.id!r} does not start on {pattern}")
        for use_index, use in enumerate(rule.exceptions):
            if use.ground not in grounds:
                placed.file.refuse((*path, "exceptions", use_index), f"no ground is called {use.ground!r}")
        _check_rule(placed, path, rule)


def _check_rule(placed: _Placed, path: tuple[str | int, ...], rule: Rule) -> None:
    roles = ("done_by", "undone_by", "implied_by", "other_answer")
    seen: dict[Pattern, str] = {}
    for role in roles:
        for pattern in getattr(rule, role):
            if pattern in seen:
                placed.file.refuse((*path, role), f"{pattern} stands in {seen[pattern]} as well")
            seen[pattern] = role
    windows = {version.is_window for version in rule.version}
    if len(windows) > 1:
        placed.file.refuse(path, "one version is a window and another is not")
    if True in windows and (rule.implied_by or rule.other_answer or rule.looks_back):
        placed.file.refuse(path, "a window knows done_by and lapses_on only")


def _check_rows(limits: Iterable[_Placed], notes: Mapping[str, _Placed]) -> None:
    seen: dict[str, str] = {}
    for placed in limits:
        for index, rule in enumerate(placed.item.rule):
            for row in rule.rows:
                if row in notes or (row in seen and seen[row] != placed.item.id):
                    placed.file.refuse((*placed.path, "rule", index, "rows"), f"row {row!r} stands elsewhere too")
                seen[row] = placed.item.id


def _starts(clock: Clock, pattern: Pattern) -> bool:
    starts = (*clock.starts_on, *clock.restarts_on)
    return pattern in starts or matches(starts, pattern.event, pattern.outcome)
