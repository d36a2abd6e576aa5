"""Reads TOML files into models, and refuses what is wrong, naming file, key and line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple, NoReturn

from pydantic import BaseModel, ValidationError

from ehcp_flow.errors import RulebookError, RulebookMissing, TomlFileError
from ehcp_flow.inputs import why_unreadable
from ehcp_flow.law.lines import find_line

__all__ = ["Placed", "SourceFile", "each", "read_toml"]


class SourceFile(NamedTuple):
    """A file of data: its name, its text, what TOML makes of it, and the error that says what is wrong with it."""

    name: str
    text: str
    data: dict[str, Any]
    error: type[TomlFileError] = RulebookError

    def refuse(self, path: tuple[str | int, ...], why: str) -> NoReturn:
        """Raise the file's error for the key at `path`, with its line."""
        key = ".".join(str(part) for part in path) or "(file)"
        raise self.error(self.name, key, find_line(self.text, path) if self.text else 0, why)

    def refuse_first(self, error: ValidationError, path: tuple[str | int, ...] = ()) -> NoReturn:
        """Raise the file's error for the first thing that pydantic found wrong in what stands at `path`."""
        first = error.errors(include_url=False)[0]
        inner = (part for part in first["loc"] if not str(part).startswith(("function-", "tuple")))
        self.refuse((*path, *inner), in_words(first["type"], first["msg"], first.get("input")))


class Placed(NamedTuple):
    """A thing that was read, and where it stands."""

    file: SourceFile
    path: tuple[str | int, ...]
    item: Any


def read_toml(
    path: Traversable, error: type[TomlFileError] = RulebookError, missing: type[TomlFileError] = RulebookMissing
) -> SourceFile:
    """Return a TOML file as it was read; raise `error` for one that is not UTF-8, or not TOML, `missing` for none."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as wrong:
        raise error(path.name, "(file)", 1, f"it is not UTF-8: {wrong.reason}") from None
    except (OSError, ValueError) as wrong:
        is_missing, why = why_unreadable(wrong)
        raise (missing if is_missing else error)(path.name, "(file)", 0, why) from None
    try:
        return SourceFile(path.name, text, tomllib.loads(text), error)
    except RecursionError:
        raise error(path.name, "(file)", 0, "it is nested too deep") from None
    except ValueError as wrong:  # not only a TOMLDecodeError: a number of five thousand digits is none
        why = str(wrong)
        line = int(why.rpartition("at line ")[2].split(",")[0]) if "at line " in why else text.count("\n") + 1
        raise error(path.name, "(file)", line, f"it is not TOML: {why}") from None


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
                file.refuse_first(error, (section, index))


def in_words(kind: str, message: str, value: Any) -> str:
    """Return what pydantic says, in words for whoever writes the file."""
    if kind == "extra_forbidden":
        return "there is no such key"
    if kind == "missing":
        return "this key is missing"
    message = message.removeprefix("Value error, ")
    return message if repr(value) in message or isinstance(value, dict) else f"{message} (found {value!r})"
