"""The spells of a case's life that a region asks about: what begins and ends them, and which a fact lies in.

They are those of the rulebook, in the words of its limits. Where a case moves they are told by `ehcp_flow.engine.walk`
from the tables made here, so that a state and a deadline that name a spell mean the same facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any, Final

from ehcp_flow.engine import walk
from ehcp_flow.engine.numbers import KEY_OF, as_day
from ehcp_flow.engine.turned import TurnedKeys
from ehcp_flow.facts import Fact
from ehcp_flow.law.clock import Spell
from ehcp_flow.law.patterns import Pattern, patterns_in
from ehcp_flow.law.state_machine import LegalRegion
from ehcp_flow.moves.facts_before import word_of
from ehcp_flow.vocabulary import per_vocabulary

__all__ = ["key_of", "lies_in", "turn_tables", "turned_keys"]

_FOR_EVER: Final = 1 << 30


def key_of(fact: Fact) -> int:
    """Return the number of a fact's event and outcome."""
    return KEY_OF[fact.event, word_of(fact)]


@per_vocabulary
def turned_keys(legal: LegalRegion) -> TurnedKeys:
    """Return what a fact may be taken as in a region, by the spells that its rows name."""
    guards = tuple(guard for move in legal.moves for guard in move.guards)
    rows = (legal.machine, *guards, *legal.spells.values(), *legal.deemed)
    return TurnedKeys(patterns_in(rows), legal.spells, legal.deemed)


@per_vocabulary
def turn_tables(legal: LegalRegion) -> dict[str, Any]:
    """Return what each key is taken as inside which spells, and which of those it begins and ends, as tables."""
    turned = turned_keys(legal)
    # What is known only later, an age or a party is not asked about where a case moves: a fact lies outside it.
    spells = {name: legal.spells[name] for name in turned.marked if name in legal.spells}
    told = turned.by_spells(spells)
    return {
        "lasts": [_days_of(each) for each in spells.values()],
        "enters": told.begins,
        "leaves": told.ends,
        "turns": told.turns,
        **_ranges("asks", told.asked),
        **_ranges("turned", told.ways),
        **_ranges("timed", told.timed),
    }


def lies_in(legal: LegalRegion, pattern: Pattern, before: Sequence[Fact], fact: Fact) -> bool:
    """Return whether a fact of a pattern lies in the spells that it names, and outside those, after these facts."""
    told = _told(legal)
    history = walk.History({"inside": 0, "since": [0] * walk.MOST_BITS})
    taken = -1
    for each in (*before, fact):
        key = taken = key_of(each)
        if told.turns[key]:
            taken = walk.taken_as(told, history, key, as_day(each.on))
    return taken in turned_keys(legal).plain((pattern,))


@per_vocabulary
def _told(legal: LegalRegion) -> Any:
    return walk.Moves(turn_tables(legal))


def _days_of(spell: Spell) -> int:
    """Return how many days a spell lasts, if it lasts for so many."""
    return spell.lasts if isinstance(spell.lasts, int) else _FOR_EVER


def _ranges(name: str, rows: Sequence[Sequence[int]]) -> dict[str, list[int]]:
    """Return rows one behind the other, and where each begins."""
    return {name: [*chain(*rows)], f"{name}_at": [*accumulate(map(len, rows), initial=0)]}
