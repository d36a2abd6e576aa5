"""What would be right where a key of a file of data is missing, or stands in a table that has none of its name."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

from ehcp_flow.law.key_words import fields_of, key_words, keys_at, models_in, tables_at

__all__ = ["belongs", "near", "what_is_missing"]

Path = Sequence[str | int]

_MISSPELT: Final = 0.7
"""How near a key that there is not is to one that there is, where it may be that one misspelt."""
_PLACEHOLDERS: Final = {"array": '["..."]', "integer": "5", "boolean": "true", "object": "{ ... }"}


def near(model: type[BaseModel], loc: Path) -> str:
    """Return the key of the table at a path that is near to the one which stands there and is none, or nothing."""
    return next(iter(get_close_matches(str(loc[-1]), keys_at(model, loc[:-1]), n=1, cutoff=_MISSPELT)), "")


def belongs(model: type[BaseModel], loc: Path, within: Iterable[str]) -> str:
    """Return in which table a key belongs that stands in another of the same row, empty where it is of none."""
    key, around, top = str(loc[-1]), _names(loc[:-1]), tuple(within)
    ways = [around[:place] for place in range(len(around) + 1)]
    here = [((*top, *way), tables_at(model, way)[0]) for way in ways]
    for names, table in (*_below(*here[-1]), *here[-2::-1]):
        field = dict(fields_of(table)).get(key)
        if field is not None:
            at = f"[[{'.'.join(names)}]]"
            return f"it is a key of {at}" + (f": write [[{'.'.join((*names, key))}]]" if models_in(field) else "")
    return ""


def what_is_missing(model: type[BaseModel], loc: Path, within: Iterable[str], data: Mapping[str, Any]) -> str:
    """Return how a key is written that is missing, as another row of the file has it if one does, and what it means."""
    key, names = str(loc[-1]), (*within, *_names(loc))
    table = next(table for table in tables_at(model, loc[:-1]) if key in dict(fields_of(table)))
    said = dict(key_words(table))[key].removesuffix(".")
    found = next(_elsewhere(data, names), None)
    if found is not None:
        said, _, _ = said.partition(": `")
        how = f"write {key}, as in {key} = {found}"
    else:
        how = f"write {_placeholder(dict(fields_of(table))[key], names)}"
    return f"{how} ({said[0].lower()}{said[1:]})" if said else how


def _names(path: Path) -> tuple[str, ...]:
    return tuple(part for part in path if isinstance(part, str))


def _below(names: tuple[str, ...], table: type[BaseModel]) -> Iterator[tuple[tuple[str, ...], type[BaseModel]]]:
    """Yield the tables that stand in one, those nearest to it first."""
    ahead = [(names, table)]
    seen = {table}
    while ahead:
        at, first = ahead.pop(0)
        for key, field in fields_of(first):
            for inner in models_in(field):
                if inner not in seen:
                    seen.add(inner)
                    ahead.append(((*at, key), inner))
                    yield (*at, key), inner


def _elsewhere(data: Any, names: Sequence[str]) -> Iterator[str]:
    """Yield how a key is written in the rows of a file that have it."""
    if isinstance(data, list):
        for each in data:
            yield from _elsewhere(each, names)
    elif isinstance(data, Mapping) and names and names[0] in data:
        yield from _elsewhere(data[names[0]], names[1:]) if names[1:] else _as_written(data[names[0]])


def _as_written(value: Any) -> Iterator[str]:
    """Yield a value as TOML has it, where that is short: no table."""
    plain = value if isinstance(value, list) else [value]
    if all(isinstance(each, str | int | dt.date) for each in plain):
        told = [str(each) if isinstance(each, dt.date) else json.dumps(each, ensure_ascii=False) for each in plain]
        yield f"[{', '.join(told)}]" if isinstance(value, list) else told[0]


def _placeholder(field: Any, names: Sequence[str]) -> str:
    """Return a key with something of the kind that it holds."""
    key = names[-1]
    schema = TypeAdapter(field.rebuild_annotation()).json_schema()
    if models_in(field):
        return f"[[{'.'.join(names)}]]" if schema.get("type") == "array" else f"{key} = {{ ... }}"
    if "enum" in schema:
        return f"{key} = " + " or ".join(f'"{each}"' for each in schema["enum"])
    kind = "2026-09-01" if schema.get("format") == "date" else _PLACEHOLDERS.get(schema.get("type", ""), '"..."')
    return f"{key} = {kind}"
