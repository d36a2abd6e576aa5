"""Reads TOML files into models, and refuses what is wrong, naming file, key and line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple, NoReturn

from pydantic import BaseModel, ValidationError

from ehcp_flow.errors import RulebookError, RulebookMissing
from ehcp_flow.inputs import why_unreadable
from ehcp_flow.law.lines import find_line

__all__ = ["Placed", "SourceFile", "each", "read_toml"]


class SourceFile(NamedTuple):
    """A file of data: its name, its text, and what TOML makes of it."""

    name: str
    text: str
    data: dict[str, Any]

    def refuse(self, path: tuple[str | int, ...], why: str) -> NoReturn:
        """Raise RulebookError for the key at `path`, with its line."""
        key = ".".join(str(part) for part in path) or "(file)"
        raise RulebookError(self.name, key, find_line(self.text, path), why)


class Placed(NamedTuple):
    """A thing that was read, and where it stands."""

    file: SourceFile
    path: tuple[str | int, ...]
    item: Any


def read_toml(path: Traversable) -> SourceFile:
    """Return a TOML file as it was read; refuse one that is not UTF-8, or not TOML."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RulebookError(path.name, "(file)", 1, f"it is not UTF-8: {error.reason}") from None
    except (OSError, ValueError) as error:
        missing, why = why_unreadable(error)
        raise (RulebookMissing if missing else RulebookError)(path.name, "(file)", 0, why) from None
    try:
        return SourceFile(path.name, text, tomllib.loads(text))
    except RecursionError:
        raise RulebookError(path.name, "(file)", 0, "it is nested too deep for any rulebook") from None
    except ValueError as error:  # not only a TOMLDecodeError: a number of five thousand digits is none
        why = str(error)
        line = int(why.rpartition("at line ")[2].split(",")[0]) if "at line " in why else text.count("\n") + 1
        raise RulebookError(path.name, "(file)", line, f"it is not TOML: {why}") from None


def each(
    files: Iterable[SourceFile], section: str, model: type[BaseModel], context: Mapping[str, Any]
) -> Iterator[Placed]:
    """Yield the things of one section, in the order of the files; refuse the first that is wrong."""
    for file in files:
        rows = file.data.get(section, [])
        if not isinstance(rows, list):
            file.refuse((section,), f"write [[{section}]]")
        for index, row in enumerate(rows):
            try:
                yield Placed(file, (section, index), model.model_validate(row, context=context))
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                path = (section, index, *(part for part in first["loc"] if part not in ("function-before", "tuple")))
                file.refuse(path, in_words(first["type"], first["msg"], first.get("input")))


def in_words(kind: str, message: str, value: Any) -> str:
    if kind == "extra_forbidden":
        return "there is no such key"
    if kind == "missing":
        return "this key is missing"
    message = message.removeprefix("Value error, ")
    return message if repr(value) in message or isinstance(value, dict) else f"{message} (found {value!r})"
