"""Who must act, in the words of the limits, and on whose side that is: what is a family's right is nobody's task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

__all__ = ["Side", "side_of"]

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


def side_of(actor: str) -> Side:
    """Return on whose side an actor is; `others` for words that are not known."""
    return _SIDES.get(actor, "others")
