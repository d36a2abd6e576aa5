"""Reads TOML files into models, and refuses what is wrong, naming file, key and line."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any, Final, NamedTuple, NoReturn

from pydantic import BaseModel, ValidationError

from ehcp_flow.errors import RulebookError, RulebookMissing, TomlFileError, UnknownNameError
from ehcp_flow.inputs import why_unreadable
from ehcp_flow.law.key_hints import belongs, near, what_is_missing
from ehcp_flow.law.lines import find_line

__all__ = ["Placed", "SourceFile", "each", "no_section", "read_toml"]


class SourceFile(NamedTuple):
    """A file of data: its name, its text, what TOML makes of it, and the error that says what is wrong with it.

    `of_base` is the name of the rulebook that another is based on, where it is a file of that one.
    """

    name: str
    text: str
    data: dict[str, Any]
    error: type[TomlFileError] = RulebookError
    of_base: str = ""

    def refuse(self, path: tuple[str | int, ...], why: str) -> NoReturn:
        """Raise the file's error for the key at `path`, with its line."""
        key = ".".join(str(part) for part in path) or "(file)"
        raise self.error(self.name, key, find_line(self.text, path) if self.text else 0, why)

    def refuse_first(
        self, error: ValidationError, path: tuple[str | int, ...] = (), model: type[BaseModel] | None = None
    ) -> NoReturn:
        """Raise the file's error for the first thing that pydantic found wrong in the `model` that stands at `path`."""
        found = error.errors(include_url=False)
        # A key that there is not comes first: the one that is missing may be what it was meant for.
        first = min(found, key=lambda each: each["type"] != "extra_forbidden")
        # A check of a whole table says itself which of the things in it is wrong.
        below = getattr(first.get("ctx", {}).get("error"), "at", ())
        where = (*path, *_written(first["loc"]), *below)
        if first["type"] == "tuple_type" and len(where) == 1:
            self.refuse(where, f"write [[{where[0]}]]")
        pattern = first.get("ctx", {}).get("pattern", "")
        said = in_words(first["type"], first["msg"], first.get("input"), pattern)
        loc = tuple(_written(first["loc"]))
        within = tuple(str(part) for part in path if isinstance(part, str))
        if first["type"] == "missing" and model is not None:
            said += f": {what_is_missing(model, loc, within, self.data)}"
        if first["type"] == "extra_forbidden" and model is not None:
            lacks = [
                each["loc"][-1] for each in found if each["type"] == "missing" and each["loc"][:-1] == first["loc"][:-1]
            ]
            meant, other = near(model, loc), belongs(model, loc, within)
            hint = f"did you mean {meant}?" if meant else other
            hint = f"it is {lacks[0]} that is missing" if lacks and not (other and not meant) else hint
            said += f"; {hint}" if hint else ""
        self.refuse(where, said)


def _written(loc: Iterable[str | int]) -> Iterator[str | int]:
    """Yield a place as the file has it, without what pydantic puts between."""
    return (part for part in loc if not str(part).startswith(("function-", "tuple", "literal[", "(")))


class Placed(NamedTuple):
    """A thing that was read, and where it stands."""

    file: SourceFile
    path: tuple[str | int, ...]
    item: Any

    @property
    def where(self) -> str:
        """The file and the line."""
        return f"{self.file.name}, line {find_line(self.file.text, self.path)}"


def read_toml(
    path: Traversable, error: type[TomlFileError] = RulebookError, missing: type[TomlFileError] = RulebookMissing,
    *, within: str = "",
) -> SourceFile:  # fmt: skip
    """Return a TOML file as it was read; raise `error` for one that is not UTF-8, or not TOML, `missing` for none.

    It is named as it stands `within` what it is a part of.
    """
    name = f"{within}{path.name}" if path.name else str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise error(name, "(file)", 1, f"it is not UTF-8: {wrong.reason}") from None
    except (OSError, ValueError) as wrong:
        is_missing, why = why_unreadable(wrong)
        raise (missing if is_missing else error)(name, "(file)", 0, why) from None
    try:
        return SourceFile(name, text, tomllib.loads(text), error)
    except RecursionError:
        raise error(name, "(file)", 0, "it is nested too deep") from None
    except ValueError as wrong:  # not only a TOMLDecodeError: a number of five thousand digits is none
        why = str(wrong)
        line = int(why.rpartition("at line ")[2].split(",")[0]) if "at line " in why else text.count("\n") + 1
        again = "; that key stands there already: a table that stands several times has two brackets each time, [[so]]"
        raise error(
            name, "(file)", line, f"it is not TOML: {why}{again if why.startswith('Cannot ') else ''}"
        ) from None


def no_section(name: str, known: Iterable[str]) -> str:
    """Return that a file has no section of a name, and which is near to it, or which there are."""
    return f"unknown section{UnknownNameError('section', name, known).hint}"


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
                file.refuse_first(error, (section, index), model)


_WORDS: Final[Mapping[str, str]] = {
    "extra_forbidden": "there is no such key",
    "missing": "this key is missing",
    "tuple_type": "write a list, in square brackets",
    "too_short": "write one at least",
    "string_too_short": "write one letter at least",
    "string_type": "write a text, in quotes",
    "bool_type": "write true or false",
    "int_type": "write a whole number, without quotes",
    "int_parsing": "write a whole number, without quotes",
    "int_from_float": "write a whole number",
    "model_type": "write a table",
    "dict_type": "write a table",
    "date_type": "write a day without quotes: 2026-09-01",
    "date_parsing": "write a day without quotes: 2026-09-01",
    "date_from_datetime_inexact": "write a day without quotes: 2026-09-01",
    "date_from_datetime_parsing": "write a day without quotes: 2026-09-01",
}
"""What is said of each kind of error of pydantic, where its own words are not for whoever writes the file."""
PATTERNS: Final[Mapping[str, str]] = {
    r"^[a-z][a-z0-9_]*$": "write a name of small letters, digits and _, which begins with a letter",
    r"^[A-Z][A-Z0-9_]*$": "write a name of capital letters, digits and _, which begins with a letter",
    r"^[A-Za-z]+$": "write letters alone",
    r"^[A-Za-z0-9][A-Za-z0-9_.-]*$": "write a name of letters, digits, _ . and -, that begins with a letter or digit",
    r"^The .*\.$": 'write a sentence that says which day it is: "The day the panel met."',
    r"^https://([^{}]|\{number\})*$": "write an address that begins with https://, with no braces but {number}",
    "^(yes|no|depends)$": "write yes, no or depends",
}
"""What is asked where a text has to be of a pattern."""


def in_words(kind: str, message: str, value: Any, pattern: str = "") -> str:
    """Return what pydantic says, in words for whoever writes the file."""
    if kind == "tuple_type" and isinstance(value, dict):
        return f"write a list: [{{{', '.join(f'{key} = ..' for key in value)}}}]"
    said = _WORDS.get(kind) or PATTERNS.get(pattern) or message.removeprefix("Value error, ")
    said = re.sub("^Input should be", "it should be", said)
    shown = value.isoformat() if isinstance(value, dt.date) else repr(value)
    told = shown in said or kind in ("extra_forbidden", "missing", "too_short")
    return f"{said} (found {shown})" if not told and _is_written(value) else said


def _is_written(value: Any) -> bool:
    """Whether a value is as the file has it, and short enough to be said again."""
    return isinstance(value, str | int | float | dt.date) or (isinstance(value, list) and all(map(_is_written, value)))
