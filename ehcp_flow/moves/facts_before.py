"""The facts that stand before a move, and the latest of them that patterns of the rulebook mean."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from ehcp_flow.facts import LEGAL_ORDER, Fact
from ehcp_flow.law.patterns import Pattern, Patterns

__all__ = ["FEW", "FactsBefore", "LatestFact", "Lies", "outcome_of", "place_among", "word_of"]

Lies: TypeAlias = Callable[[Pattern, Sequence[Fact], Fact], bool]
"""Whether a fact of a pattern lies, after the facts before it, in the spells that the pattern names."""


def outcome_of(fact: Fact) -> str | None:
    """Return the outcome that a move asks for; None for an event that has none, or need not have one."""
    return fact.__dict__["outcome"] if fact.told_by_outcome else None


def word_of(fact: Fact) -> str | None:
    """Return the word that stands as the fact's outcome, or None."""
    return fact.__dict__.get("outcome")


FEW: Final = 64
"""Of a case of so many facts, a guard goes through all that stand before it; of more, it looks them up."""


class FactsBefore(Sequence[Fact]):
    """The facts before a place, in legal order, which are looked through for every guard of a case: by their words.

    The words of a fact are its event, and its event with its outcome (`review_decision_sent:maintain`).
    """

    def __init__(self, facts: Sequence[Fact], end: int, known: dict[str, list[int]]) -> None:
        self._facts = facts
        self._end = end
        self._known = known

    @staticmethod
    def places(facts: Sequence[Fact]) -> dict[str, list[int]]:
        """Return the places of the facts by their words, which all views of these facts share."""
        known: dict[str, list[int]] = {}
        for place, fact in enumerate(facts):
            known.setdefault(fact.event, []).append(place)
            known.setdefault(f"{fact.event}:{word_of(fact)}", []).append(place)
        return known

    def last(self, words: Iterable[str]) -> int:
        """Return the place of the last fact with any of these words, or -1."""
        found = -1
        for word in words:
            places = self._known.get(word, ())
            at = bisect_left(places, self._end) - 1
            if at >= 0:
                found = max(found, places[at])
        return found

    def __len__(self) -> int:
        return self._end

    def __getitem__(self, place: Any) -> Any:
        return self._facts[: self._end][place] if isinstance(place, slice) else self._facts[range(self._end)[place]]


Wanted: TypeAlias = Mapping[str, frozenset[str | None] | None]
"""Of each event, the outcomes that are meant; None for any."""


def wanted(patterns: Patterns) -> Wanted:
    """Return which facts patterns mean, by their events."""
    found: dict[str, frozenset[str | None] | None] = {}
    for pattern in patterns:
        before = found.get(pattern.event, frozenset())
        every = pattern.outcome is None or before is None
        found[pattern.event] = None if every else frozenset((*(before or ()), *pattern.outcomes))
    return found


class LatestFact:
    """Finds the latest fact that patterns mean, looking back no further than the latest one that `until` means.

    With `by_party` only the facts of these parties are meant. `lies` says whether a fact lies where a pattern has it.
    """

    def __init__(
        self, latest: Patterns, until: Patterns = (), by_party: Collection[str] = (), lies: Lies | None = None
    ) -> None:
        self._latest, self._until, self._by_party = wanted(latest), wanted(until), by_party
        self._words, self._until_words = _words(latest), _words(until)
        self._lies = lies if any(pattern.marks for pattern in (*latest, *until)) else None
        self._patterns = latest, until

    def __call__(self, before: Sequence[Fact]) -> Fact | None:
        """Return the fact, or None."""
        if self._lies is not None:
            return self._look_closer(before, self._lies)
        if isinstance(before, FactsBefore) and not self._by_party:
            place = before.last(self._words)
            return before[place] if place >= 0 and place >= before.last(self._until_words) else None
        latest, until = self._latest, self._until
        for fact in reversed(before):
            event = fact.__dict__["event"]
            if event in latest and ((outcomes := latest[event]) is None or word_of(fact) in outcomes):
                if not self._by_party or fact.party in self._by_party:
                    return fact
                continue
            if event in until and ((outcomes := until[event]) is None or word_of(fact) in outcomes):
                return None
        return None

    def _look_closer(self, before: Sequence[Fact], lies: Lies) -> Fact | None:
        """Return the same where a pattern says inside or outside which spell a fact is meant."""
        latest, until = self._patterns
        place = len(before)
        for fact in reversed(before):
            place -= 1
            event = fact.__dict__["event"]
            if event in self._latest and _is_meant(latest, fact, before, place, lies):
                return fact
            if event in self._until and _is_meant(until, fact, before, place, lies):
                return None
        return None


def _is_meant(patterns: Patterns, fact: Fact, before: Sequence[Fact], place: int, lies: Lies) -> bool:
    """Return whether one of some patterns means a fact, by where it lies among those before it."""
    named = (each for each in patterns if each.event == fact.event and word_of(fact) in each.outcomes)
    return any(not each.marks or lies(each, before[:place], fact) for each in named)


def _words(patterns: Patterns) -> tuple[str, ...]:
    return tuple(
        pattern.event if pattern.outcome is None else f"{pattern.event}:{pattern.outcomes[0]}" for pattern in patterns
    )


def place_among(supposed: Fact, facts: Sequence[Fact]) -> int:
    """Return the place of a fact of the last day among the others, as a case orders them."""
    place = len(facts)
    while place and facts[place - 1].on == supposed.on and _precedes(supposed, facts[place - 1]):
        place -= 1
    return place


def _precedes(first: Fact, second: Fact) -> bool:
    """Tell whether the first of two facts of one day comes first in legal order, as a case orders them."""
    ranks = LEGAL_ORDER[first.event], LEGAL_ORDER[second.event]
    return ranks[0] < ranks[1] or (ranks[0] == ranks[1] and first.content < second.content)
