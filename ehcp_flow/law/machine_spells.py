"""The spells of a case's life that states and moves speak of: those of the rulebook, by the words of its limits.

Where a case moves, only what stands before is known, and only of the case. So a spell that is known by what ends it,
one that begins with an age, and one that turns on a party are refused there, by whichever way they are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ehcp_flow.law.clock import Deemed, Spell
from ehcp_flow.law.named_words import check_patterns
from ehcp_flow.law.patterns import BY, Pattern, patterns_in
from ehcp_flow.law.toml_files import Placed

__all__ = ["spells_named"]

MOST: Final = 30
"""A bit of a whole number for each."""


def spells_named(
    rows: Iterable[Placed], context: Mapping[str, Any], *, runs: bool
) -> tuple[dict[str, Spell], tuple[Deemed, ...]]:
    """Return the spells that rows name, and that these name in turn, in the order of the rulebook, and what is deemed.

    Only in the region that `runs` cases can any be named. Raises RulebookError for one that cannot be.
    """
    spells: Mapping[str, Spell] = {name: placed.item for name, placed in context.get("spells", {}).items()}
    found: set[str] = set()
    deemed: tuple[Deemed, ...] = ()
    for placed in rows:
        check_patterns(placed, placed.path, placed.item, spells)
        for pattern in patterns_in(placed.item):
            if pattern.marks and not runs:
                why = "a dispute has facts of its own, which lie in no spell of the case's life"
                placed.file.refuse(placed.path, f"{pattern}: {why}; write {pattern.fact}")
            _follow(placed, pattern, pattern, spells, found)
    if found:
        deemed = tuple(placed.item for placed in context["deemed"].values())
        # What is deemed so by a spell of which nothing can be known here is so outside it.
        waiting = [name for row in deemed for pattern in patterns_in(row) for name in pattern.spells]
        while waiting:
            name = waiting.pop()
            if name not in found and not _why_not(spells[name]):
                found.add(name)
                waiting.extend(inner for pattern in patterns_in(spells[name]) for inner in pattern.spells)
        if len(found) > MOST:
            placed.file.refuse(placed.path, f"its rows speak of {len(found)} spells, and may speak of {MOST}")
    return {name: spell for name, spell in spells.items() if name in found}, deemed


def _follow(placed: Placed, said: Pattern, pattern: Pattern, spells: Mapping[str, Spell], found: set[str]) -> None:
    """Add the spells that a pattern names, and those that begin and end them; `said` is what the row says."""
    for mark in sorted(pattern.marks):
        if mark.startswith(BY):
            placed.file.refuse(placed.path, f"{said}: where a case moves nothing is known of the party of {pattern}")
        if mark not in found:
            why = _why_not(spells[mark])
            if why:
                placed.file.refuse(
                    placed.path, f"{said}: spell {mark!r} {why}, and cannot be asked about where a case moves"
                )
            found.add(mark)
            for inner in patterns_in(spells[mark]):
                _follow(placed, said, inner, spells, found)


def _why_not(spell: Spell) -> str:
    """Return why nothing can be known of a spell where a case moves, empty where it can."""
    if spell.looks_ahead:
        return "is known only by what comes later"
    if spell.from_age is not None:
        return "begins with an age"
    return "lasts for a period, and not for a number of days" if spell.lasts_for is not None else ""
