"""Citations for moves and guards: a short such as `SR 13(1)` becomes the provision and its address."""

from __future__ import annotations

from functools import cache

from ehcp_flow.law.citation import Citation, cite
from ehcp_flow.law.loader import england

__all__ = ["cited"]


@cache
def cited(short: str) -> Citation:
    """Return the citation that `short` abbreviates. Raises ValueError if the instrument is unknown."""
    return cite(short, england().instruments)
