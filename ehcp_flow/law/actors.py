"""Who must act, in the words of the limits, and on whose side that is: what is a family's right is nobody's task."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field

__all__ = ["Actor", "Side", "side_of", "sides_told"]

Side: TypeAlias = Literal["family", "authority", "adviser", "others"]
"""`authority` is the one that keeps the record; whoever can be the authority or another body is of the others, but for
what was agreed in mediation: whatever could have been appealed is the authority's to do (SR 42(2))."""

_SIDES: Final[Mapping[str, Side]] = {
    "parent or young person": "family",
    # CFA 70(5): the detained person's parent, or the detained young person.
    "appropriate person": "family",
    "local authority": "authority",
    "home authority": "authority",
    "old local authority": "authority",
    "new local authority": "authority",
    "local authority or commissioning body": "authority",
    "body asked for advice": "adviser",
}


_ALIKE: Final = 0.9
"""From this likeness on, of 1 for the same words, words are taken to be misspelt: `local authorty`, and not `old
authority` or `local health authority`."""

_TOLD: Final[Mapping[Side, str]] = {
    "authority": "is whoever keeps the record: its task, on the desk, in letters and in the report",
    "family": "has a right: nobody's task",
    "adviser": "is chased for advice",
}


def sides_told() -> str:
    """Return the words of each side, and what becomes of a limit on it, for who writes a rulebook."""
    words = {side: " or ".join(f"`{actor}`" for actor, its in _SIDES.items() if its == side) for side in _TOLD}
    of_each = "; ".join(f"{words[side]} {told}" for side, told in _TOLD.items())
    return f"{of_each}. Any other words are another body, which the desk chases."


def _spelt(actor: str) -> str:
    """Return the words for who must act; refuse those that are nearly, and not quite, words that have a side."""
    bare = " ".join(word for word in actor.casefold().split() if word not in ("a", "the"))
    meant = get_close_matches(bare, _SIDES, n=1, cutoff=_ALIKE)
    if actor not in _SIDES and meant:
        raise ValueError(f"who must act is called {meant[0]!r}: write that, or call another body by other words")
    return actor


Actor: TypeAlias = Annotated[str, Field(min_length=1), AfterValidator(_spelt)]


def side_of(actor: str) -> Side:
    """Return on whose side an actor is; `others` for words that are not known."""
    return _SIDES.get(actor, "others")
