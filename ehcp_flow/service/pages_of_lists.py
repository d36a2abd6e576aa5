"""Lists in pages: `{"items": [...], "next": cursor or null}`, none longer than the service allows."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from ehcp_flow.errors import RangeError

__all__ = ["cursor_at", "page_after", "page_of", "place_of"]

T = TypeVar("T")
_DIGITS: Final = 12


def cursor_at(place: str) -> str:
    """Return a place in a list as a cursor: to be sent back as it is, and to be read by nobody."""
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def place_of(cursor: str) -> str:
    """Return the place that a cursor marks. Raises RangeError for what was never one."""
    try:
        place = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        place = ""
    RangeError.unless(
        bool(place) and cursor_at(place) == cursor, "cursor", cursor, "give the `next` of the page before"
    )
    return place


def page_of(items: Sequence[Any], cursor: str | None, size: int) -> dict[str, Any]:
    """Return a page of a list that is worked out whole each time."""
    start = 0
    if cursor is not None:
        place = place_of(cursor)
        fits = place.isascii() and place.isdigit() and len(place) <= _DIGITS
        RangeError.unless(fits, "cursor", cursor, "give the `next` of the page before")
        start = int(place)
    end = start + size
    return {"items": items[start:end], "next": cursor_at(str(end)) if end < len(items) else None}


def page_after(found: Iterable[tuple[str, T]], size: int) -> tuple[list[T], str | None]:
    """Return the first items of those found, each with its place, and the cursor of the next page."""
    going: Iterator[tuple[str, T]] = iter(found)
    here = list(islice(going, size))
    more = next(going, None) is not None
    return [item for _, item in here], cursor_at(here[-1][0]) if more else None
