"""What a fact is taken as where it falls: a key for each event, outcome, and set of spells that the law asks about.

A key of `ehcp_flow.engine.numbers` is an event with its outcome. Where a pattern of the rulebook speaks of a spell
(`amendment_notice_sent inside undecided_review`), the kernel takes such a fact, inside it, as one of another key, which
does all that the plain one does and what the law has for it there. So nothing in the kernel knows of any such pattern.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import NamedTuple

from ehcp_flow.engine.numbers import KEY_OF, KEYS, Key
from ehcp_flow.law.clock import Deemed, Spell
from ehcp_flow.law.patterns import BY, Pattern, Patterns

__all__ = ["SpellsOfKeys", "Turned", "TurnedKeys"]


class Turned(NamedTuple):
    """A fact of some key as it is taken inside some spells and outside the others that any pattern on it names.

    A party that a pattern names counts as a spell that the facts of that party lie in (`ehcp_flow.law.patterns.BY`).
    """

    key: int
    inside: frozenset[str]
    about: frozenset[str]


class SpellsOfKeys(NamedTuple):
    """What some spells have to do with each key, by their numbers.

    `asked` are those on which it depends what a fact of the key is taken as, and `ways` the keys that this may be: by
    those of `asked` that the fact lies in, a bit for each in their order. `begins` and `ends` have a bit for each spell
    that it begins or ends; `timed` are those it begins that last for a time.
    """

    asked: list[list[int]]
    begins: list[int]
    ends: list[int]
    timed: list[list[int]]
    ways: list[list[int]]

    @property
    def turns(self) -> list[int]:
        """Whether any spell has to do with a key: 1 or 0."""
        return [int(any(told)) for told in zip(self.asked, self.begins, self.ends, strict=True)]


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

    def by_spells(self, spells: Mapping[str, Spell]) -> SpellsOfKeys:
        """Return what some spells have to do with each key. Of one that is not among them every fact lies outside."""
        numbers = {name: number for number, name in enumerate(spells)}
        begins, ends = [0] * self.count, [0] * self.count
        for number, spell in enumerate(spells.values()):
            for of_keys, patterns in ((begins, spell.begins_on), (ends, spell.ends_on)):
                for key in self.of_patterns(patterns):
                    of_keys[key] |= 1 << number
        asked: list[list[int]] = [[] for _ in range(self.count)]
        ways = [[(0, key)] for key in range(self.count)]
        for taken, each in enumerate(self.turned, len(KEYS)):
            about = asked[each.key] = sorted(numbers[name] for name in each.about if name in numbers)
            if each.inside <= numbers.keys():
                ways[each.key].append((sum(1 << about.index(numbers[name]) for name in each.inside), taken))
        lasting = [number for number, spell in enumerate(spells.values()) if spell.lasts is not None]
        timed = [[number for number in lasting if begun >> number & 1] for begun in begins]
        return SpellsOfKeys(asked, begins, ends, timed, [[taken for _, taken in sorted(each)] for each in ways])

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
