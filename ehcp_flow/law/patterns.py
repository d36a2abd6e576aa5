"""Which facts a rule speaks of: `review_decision_sent`, or `review_decision_sent:amend` for one outcome of it.

Of an event that need not have an outcome, `date_directed` is any fact, and `date_directed:none` one without.

`amendment_notice_sent inside undecided_review` is one that falls into a spell of the case's life, and
`request_received outside plan_known` one that does not; `detained by other_custody` is one of that party, and
`detained not_by other_custody` one of any other or of none. Each of these words may be said again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import zip_longest
from typing import Annotated, Any, Final, NamedTuple, TypeAlias

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from ehcp_flow.facts import FACT_TYPES, OUTCOMES, choices_of, outcomes_of, told_apart
from ehcp_flow.law.parts import Model

__all__ = [
    "BY",
    "NONE",
    "BarePatterns",
    "Event",
    "Events",
    "Pattern",
    "Patterns",
    "keys_of",
    "no_event",
    "parse_pattern",
    "patterns_in",
]

NONE: Final = "none"
"""The word for the outcome of a fact that has none, where its event need not have one."""
BY: Final = "by "
"""What stands before a party among the spells of a pattern."""


class Pattern(NamedTuple):
    """An event, the one outcome that is meant, or None for any, and the spells that it falls into or does not.

    The outcome `none` means a fact without one. Among the spells a party stands as `by other_custody`: a fact lies
    inside that for its own part, if it is its party.
    """

    event: str
    outcome: str | None = None
    inside: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()

    @property
    def outcomes(self) -> tuple[str | None, ...]:
        """What the outcome of such a fact can be."""
        if self.outcome is None:
            return outcomes_of(self.event)
        return (None if self.outcome == NONE else self.outcome,)

    @property
    def spells(self) -> frozenset[str]:
        """The spells that it speaks of."""
        return frozenset(name for name in self.marks if not name.startswith(BY))

    @property
    def marks(self) -> frozenset[str]:
        """The spells and the parties that it speaks of."""
        return self.inside | self.outside

    def fits(self, event: str, outcome: str | None, inside: frozenset[str]) -> bool:
        """Whether it speaks of a fact with this event and outcome that lies inside these spells and no other."""
        return (
            event == self.event
            and self.outcome in (None, outcome or NONE)
            and self.inside <= inside
            and not self.outside & inside
        )

    @property
    def fact(self) -> str:
        """The event and outcome, wherever it falls."""
        return self.event if self.outcome is None else f"{self.event}:{self.outcome}"

    def __str__(self) -> str:
        told = [self.fact]
        for names, spell, party in ((self.inside, "inside", "by"), (self.outside, "outside", "not_by")):
            told.extend(
                f"{party} {name.removeprefix(BY)}" if name.startswith(BY) else f"{spell} {name}"
                for name in sorted(names)
            )
        return " ".join(told)


def no_event(name: str) -> str:
    """Return that no event has a name, and which is near to it."""
    near = get_close_matches(name, FACT_TYPES, n=1)
    return f"there is no event called {name!r}" + (f"; did you mean {near[0]}?" if near else "")


def _event(name: str) -> str:
    if name not in FACT_TYPES:
        raise ValueError(no_event(name))
    return name


Event: TypeAlias = Annotated[str, AfterValidator(_event)]
Events: TypeAlias = tuple[Event, ...]


def parse_pattern(text: object) -> Pattern:
    """Return the pattern that `text` states. Raises ValueError for an unknown event or outcome, or another word."""
    if isinstance(text, Pattern):
        return text
    if not isinstance(text, str):
        raise ValueError(f"{text!r} names no event")  # noqa: TRY004 - pydantic reports a ValueError, with its place
    fact, *words = text.split(" ")
    inside: set[str] = set()
    outside: set[str] = set()
    where = {"inside": (inside, ""), "outside": (outside, ""), "by": (inside, BY), "not_by": (outside, BY)}
    for word, name in zip_longest(words[::2], words[1::2], fillvalue=""):
        if word not in where or not name:
            raise ValueError(
                f"{text!r} names no event; after one may stand inside or outside, and a spell; by or not_by, a party"
            )
        names, prefix = where[word]
        names.add(prefix + name)
    event, _, outcome = fact.partition(":")
    if event not in FACT_TYPES:
        raise ValueError(no_event(event))
    if outcome and outcome not in OUTCOMES.get(event, ()) and not (outcome == NONE and None in outcomes_of(event)):
        known = ", ".join(OUTCOMES.get(event, ()))
        there_are = f"its outcomes are {known}" if known else f"it has none at all: write {event}"
        raise ValueError(f"{event} has no outcome {outcome!r}; {there_are}")
    for party in sorted(name.removeprefix(BY) for name in inside | outside if name.startswith(BY)):
        if (parties := choices_of(event, "party")) and party not in parties:
            raise ValueError(f"{event} has no party {party!r}; its parties are {', '.join(parties)}")
    return Pattern(event, outcome or None, frozenset(inside), frozenset(outside))


def keys_of(patterns: Iterable[Pattern]) -> frozenset[tuple[str, str | None]]:
    """Return the events and outcomes, as moves tell them apart, that patterns mean."""
    return frozenset(
        (each.event, outcome)
        for each in patterns
        for outcome in told_apart(each.event)
        if outcome is None or each.outcome in (None, outcome)
    )


def _parse_all(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(parse_pattern(item) for item in value)
    raise ValueError("write a list of events")


Patterns: TypeAlias = Annotated[
    tuple[Pattern, ...],
    BeforeValidator(_parse_all),
    WithJsonSchema({"type": "array", "items": {"type": "string"}}),
]


def _bare(patterns: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
    for each in patterns:
        if each.marks:
            raise ValueError(f"{each}: states and moves ask of a fact its event and outcome alone; write {each.fact}")
    return patterns


BarePatterns: TypeAlias = Annotated[Patterns, AfterValidator(_bare)]
"""Patterns without spells and parties, of which nothing is known where a case moves."""


def matches(patterns: Iterable[Pattern], event: str, outcome: str | None) -> bool:
    """Whether a fact with this event and outcome, wherever it falls, may be one of those that `patterns` speak of."""
    return any(event == pattern.event and pattern.outcome in (None, outcome or NONE) for pattern in patterns)


def patterns_in(item: object) -> Iterator[Pattern]:
    """Yield every pattern that stands anywhere in a thing of the rulebook."""
    if isinstance(item, Pattern):
        yield item
    elif isinstance(item, Model | dict | tuple):
        values = item if isinstance(item, tuple) else (item if isinstance(item, dict) else item.__dict__).values()
        for each in values:
            if not isinstance(each, str):
                yield from patterns_in(each)
