"""A number with its noun, as every message, page and file says it."""

from __future__ import annotations

__all__ = ["count"]


def count(number: int, what: str, many: str = "") -> str:
    """Return a number with its noun: `1 breach`, `2 breaches`; `many` is the noun of several, else it takes an s."""
    return f"{number:,} {what if number == 1 else many or what + 's'}"
