"""Which facts a rule speaks of: `review_decision_sent`, or `review_decision_sent:amend` for one outcome of it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Any, NamedTuple, TypeAlias

from pydantic import BeforeValidator

from ehcp_flow.facts import FACT_TYPES, OUTCOMES

__all__ = ["Pattern", "Patterns", "parse_pattern"]


class Pattern(NamedTuple):
    """An event, and the one outcome that is meant, or None for any."""

    event: str
    outcome: str | None = None

    def __str__(self) -> str:
        return self.event if self.outcome is None else f"{self.event}:{self.outcome}"


def parse_pattern(text: object) -> Pattern:
    """Return the pattern that `text` states. Raises ValueError for an unknown event or outcome."""
    if isinstance(text, Pattern):
        return text
    if not isinstance(text, str):
        raise ValueError(f"{text!r} names no event")  # noqa: TRY004 - pydantic reports a ValueError, with its place
    event, _, outcome = text.partition(":")
    if event not in FACT_TYPES:
        near = get_close_matches(event, FACT_TYPES, n=1)
        raise ValueError(f"there is no event called {event!r}" + (f"; did you mean {near[0]}?" if near else ""))
    if outcome and outcome not in OUTCOMES.get(event, ()):
        known = ", ".join(OUTCOMES.get(event, ())) or "none"
        raise ValueError(f"{event} has no outcome {outcome!r}; its outcomes are {known}")
    return Pattern(event, outcome or None)


def _parse_all(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(parse_pattern(item) for item in value)
    raise ValueError("write a list of events")


Patterns: TypeAlias = Annotated[tuple[Pattern, ...], BeforeValidator(_parse_all)]


def matches(patterns: Iterable[Pattern], event: str, outcome: str | None) -> bool:
    """Whether a fact with this event and outcome is one of those that `patterns` speak of."""
    return any(event == pattern.event and pattern.outcome in (None, outcome) for pattern in patterns)
