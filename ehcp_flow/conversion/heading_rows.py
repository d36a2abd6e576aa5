"""Rows of headings: which of a sheet's rows is one, what its cells are called, and how headings are compared."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import zip_longest
from typing import Final

__all__ = ["SEVERAL", "blank_repeats", "heading_key", "names_of", "scores_of", "with_merged"]

SEVERAL: Final = 2
"""How many cells a row has at least that is no title."""


def heading_key(heading: str) -> str:
    """Return a heading as headings are compared: without case, and with single blanks for whatever stands between."""
    return " ".join(re.findall(r"[^\W_]+", heading.casefold()))


def with_merged(rows: Sequence[Sequence[str]], at: int) -> list[str]:
    """Return the cells of a row, with those that are merged with the cell above them: empty, under a row of several."""
    row, above = rows[at], rows[at - 1] if at else ()
    if sum(map(bool, above)) < SEVERAL:
        return list(row)
    further = [""] * (len(above) - len(row))
    return [cell or over for cell, over in zip_longest([*row, *further], above, fillvalue="")]


def scores_of(rows: Sequence[Sequence[str]], wanted: Collection[str]) -> list[int]:
    """Return how many of the headings that are wanted each row has, with those that are merged into it from above."""
    keys = {heading_key(each) for each in wanted}
    return [len(keys & {heading_key(cell) for cell in with_merged(rows, at) if cell}) for at in range(len(rows))]


def names_of(row: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return a name for each column, and what is to be said where the sheet gives none, or the same twice."""
    last = max((at for at, cell in enumerate(row) if cell), default=-1)
    names: list[str] = []
    taken: set[str] = set()
    doubled: list[str] = []
    blank: list[str] = []
    for at, cell in enumerate(row[: last + 1], 1):
        name = " ".join(cell.split()) or f"column {at}"
        if not cell:
            blank.append(name)
        if heading_key(name) in taken:
            doubled.append(name)
            name = _numbered(name, taken)
        taken.add(heading_key(name))
        names.append(name)
    notes = []
    if doubled:
        notes.append(f"more than one column is headed {', '.join(dict.fromkeys(doubled))}: the second is called (2)")
    if blank:
        notes.append(f"{len(blank)} column(s) have no heading: they are called by their place, such as {blank[0]}")
    return names, notes


def _numbered(name: str, taken: Iterable[str]) -> str:
    number = 2
    while heading_key(f"{name} ({number})") in taken:
        number += 1
    return f"{name} ({number})"


def blank_repeats(rows: list[list[str]], names: Sequence[str]) -> int:
    """Empty the rows that repeat the header, as those of a printed page do, and return how many there are.

    Most of such a row's cells are the headings that they stand under.
    """
    repeats, headings = 0, set(names)
    for at, row in enumerate(rows):
        if headings.isdisjoint(row):
            continue
        same = sum(cell == name for cell, name in zip(row, names, strict=True))
        if same >= SEVERAL and 2 * same > sum(map(bool, row)):
            rows[at] = [""] * len(row)
            repeats += 1
    return repeats
