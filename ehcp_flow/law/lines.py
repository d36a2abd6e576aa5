"""Where in a TOML file a key stands, so that an error can name its line. The text has been parsed already."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

__all__ = ["find_line"]

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*(#.*)?")
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")

Path = tuple[str | int, ...]


def find_line(text: str, path: Sequence[str | int]) -> int:
    """Return the line (1 is the first) where `path` stands, or that of the nearest table around it."""
    places = _places(text)
    at = tuple(path)
    while at not in places and at:
        at = at[:-1]
    return places.get(at, 1)


def _places(text: str) -> dict[Path, int]:
    places: dict[Path, int] = {(): 1}
    counts: dict[Path, int] = {}
    table: Path = ()
    depth = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if depth == 0 and (header := _HEADER.fullmatch(line)):
            table = _resolve(header[2].split("."), counts, is_array=header[1] == "[[")
            places.setdefault(table, number)
            places.setdefault(table[:-1], number)
            continue
        if depth == 0 and (key := _KEY.match(line)):
            places.setdefault((*table, key[1]), number)
        depth += _opened(line)
    return places


def _resolve(names: list[str], counts: dict[Path, int], *, is_array: bool) -> Path:
    """Return the path of a table header: each array of tables on the way is in its latest element."""
    at: Path = ()
    for position, name in enumerate(names):
        at = (*at, name)
        if position == len(names) - 1 and is_array:
            counts[at] = counts.get(at, -1) + 1
        if at in counts:
            at = (*at, counts[at])
    return at


def _opened(line: str) -> int:
    """Return how many brackets the line leaves open, outside its strings and comment."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", line).split("#")[0]
    return sum(bare.count(mark) for mark in "[{") - sum(bare.count(mark) for mark in "]}")
