"""Citations for moves and guards: a short such as `SR 13(1)` becomes the provision and its address."""

from __future__ import annotations

from functools import cache

from ehcp_flow.law.citation import Citation, cite
from ehcp_flow.law.loader import england

__all__ = ["Short", "cited"]


class Short(str):
    """The short form of a citation, which knows the provision that its own rulebook means."""

    __slots__ = ("citation",)
    citation: Citation

    @classmethod
    def of(cls, citation: Citation) -> Short:
        """Return the short form of a citation."""
        short = cls(citation.short)
        short.citation = citation
        return short


def cited(short: str) -> Citation:
    """Return the citation that `short` abbreviates, in England where no rulebook gave it.

    Raises ValueError if the instrument is unknown.
    """
    return short.citation if isinstance(short, Short) else _in_england(short)


@cache
def _in_england(short: str) -> Citation:
    return cite(short, england().instruments)
