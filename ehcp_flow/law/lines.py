"""Where in a TOML file a key stands, so that an error can name its line. The text has been parsed already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

__all__ = ["find_line"]

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*(#.*)?")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
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
    value = _Value(())
    for number, line in enumerate(text.splitlines(), start=1):
        if not value.depth and (header := _HEADER.fullmatch(line)):
            table = _resolve(header[2].split("."), counts, is_array=header[1] == "[[")
            places.setdefault(table, number)
            places.setdefault(table[:-1], number)
            continue
        if not value.depth and (key := _KEY.match(line)):
            value = _Value((*table, key[1]))
            places.setdefault(value.at, number)
        for begun in value.elements(line):
            places.setdefault(begun, number)
    return places


class _Value:
    """The value of a key at `at`, read line by line: how many of its brackets are open, and its elements so far."""

    def __init__(self, at: Path) -> None:
        self.at = at
        self.depth = 0
        self._elements = 0
        self._next = False

    def elements(self, line: str) -> Iterator[Path]:
        """Yield where each element stands that begins in a line, outside its strings and comment."""
        bare = _STRING.sub('""', line).split("#")[0]
        for mark in bare:
            if self.depth == 1 and self._next and mark not in " \t],":
                yield (*self.at, self._elements)
                self._elements += 1
                self._next = False
            self.depth += (mark in "[{") - (mark in "]}")
            if self.depth == 1 and mark in "[,":
                self._next = True


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
