"""What a fact is taken as where it falls: a key for each event, outcome, and set of spells that the law asks about.

A key of `ehcp_flow.engine.numbers` is an event with its outcome. Where a pattern of the rulebook speaks of a spell
(`amendment_notice_sent inside undecided_review`), the kernel takes such a fact, inside it, as one of another key, which
does all that the plain one does and what the law has for it there. So nothing in the kernel knows of any such pattern.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from ehcp_flow.engine.numbers import KEY_OF, KEYS, Key
from ehcp_flow.law.clock import Deemed
from ehcp_flow.law.parts import Model
from ehcp_flow.law.patterns import BY, Pattern, Patterns

__all__ = ["Turned", "TurnedKeys", "patterns_in"]


class Turned(NamedTuple):
    """A fact of some key as it is taken inside some spells and outside the others that any pattern on it names.

    A party that a pattern names counts as a spell that the facts of that party lie in (`ehcp_flow.law.patterns.BY`).
    """

    key: int
    inside: frozenset[str]
    about: frozenset[str]


class TurnedKeys:
    """The keys of facts, and behind them one for each way in which the spells of some patterns turn a fact.

    `deemed` is what a fact is taken as besides, and `spells` are those that there are, in their order.

    `turned` are the latter in order; `count` is how many there are of both.
    """

    def __init__(self, patterns: Iterable[Pattern], spells: Iterable[str], deemed: Iterable[Deemed]) -> None:
        about: dict[Key, set[str]] = {}
        for pattern in patterns:
            if pattern.marks:
                for outcome in pattern.outcomes:
                    about.setdefault((pattern.event, outcome), set()).update(pattern.marks)
        self.turned = tuple(
            Turned(KEY_OF[key], frozenset(inside), frozenset(names))
            for key, names in about.items()
            for size in range(1, len(names) + 1)
            for inside in combinations(sorted(names), size)
        )
        self.count = len(KEYS) + len(self.turned)
        named = {name for each in self.turned for name in each.about}
        self.marked = (
            *(name for name in spells if name in named),
            *sorted(name for name in named if name.startswith(BY)),
        )
        self._by_key: dict[int, list[tuple[int, frozenset[str]]]] = {}
        for number, each in enumerate(self.turned, len(KEYS)):
            self._by_key.setdefault(each.key, []).append((number, each.inside))
        self._by_pattern: dict[Pattern, frozenset[int]] = {}
        self._known: dict[tuple[Patterns, bool], frozenset[int]] = {}
        self._also: list[tuple[frozenset[int], frozenset[int], bool]] = []
        self._nothing: frozenset[int] = frozenset()
        for row in deemed:
            facts = self.plain(row.facts)
            if row.is_nothing:
                self._nothing |= facts
            self._also.extend((facts, self.plain((each,)), False) for each in row.is_also)
            self._also.extend((facts, self.plain((each,)), True) for each in row.shows)

    def base(self, number: int) -> int:
        """Return the key of the fact that a key is taken from."""
        return number if number < len(KEYS) else self.turned[number - len(KEYS)].key

    def of(self, key: int) -> list[int]:
        """Return the keys that a fact of one may be taken as."""
        return [key, *(number for number, _ in self._by_key.get(key, ()))]

    def of_patterns(self, patterns: Patterns, *, acts: bool = False) -> frozenset[int]:
        """Return the keys that patterns speak of; with `acts`, without what only shows such an act."""
        known = self._known.get((patterns, acts))
        if known is None:
            known = self.plain(patterns) - self._nothing
            for facts, as_what, shown in self._also:
                if not (acts and shown) and as_what & known:
                    known |= facts
            self._known[patterns, acts] = known
        return known

    def shown_by(self, patterns: Patterns) -> frozenset[int]:
        """Return the keys that only show an act that patterns speak of."""
        return self.of_patterns(patterns) - self.of_patterns(patterns, acts=True)

    def plain(self, patterns: Patterns) -> frozenset[int]:
        """Return the keys that patterns speak of word for word."""
        return frozenset().union(*map(self._of_pattern, patterns))

    def _of_pattern(self, pattern: Pattern) -> frozenset[int]:
        known = self._by_pattern.get(pattern)
        if known is None:
            none: frozenset[str] = frozenset()
            known = self._by_pattern[pattern] = frozenset(
                number
                for outcome in pattern.outcomes
                for key in (KEY_OF[pattern.event, outcome],)
                for number, inside in ((key, none), *self._by_key.get(key, ()))
                if pattern.fits(pattern.event, outcome, inside)
            )
        return known


def patterns_in(item: object) -> Iterator[Pattern]:
    """Yield every pattern that stands anywhere in a thing of the rulebook."""
    if isinstance(item, Pattern):
        yield item
    elif isinstance(item, Model | dict | tuple):
        values = item if isinstance(item, tuple) else (item if isinstance(item, dict) else item.__dict__).values()
        for each in values:
            if not isinstance(each, str):
                yield from patterns_in(each)
