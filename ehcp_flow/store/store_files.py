"""The files that a store lies in, so that nothing is written over them."""

from __future__ import annotations

import os
from typing import Final

from ehcp_flow.store.addresses import file_of

__all__ = ["files_of", "with_what_lies_beside"]

_BESIDE: Final = ("", "-wal", "-shm", "-journal")
"""SQLite's own files, named after the database's."""


def files_of(url: str) -> tuple[str, ...]:
    """Return the files of a SQLite store, there already or not; none of another database, or of what is no address."""
    path = file_of(url)
    return () if path is None else with_what_lies_beside(str(path))


def with_what_lies_beside(path: str) -> tuple[str, ...]:
    """Return a database's file, and those that SQLite keeps beside it, where it really is, wherever a link leads."""
    places = dict.fromkeys((path, os.path.realpath(path)))
    return tuple(f"{place}{ending}" for place in places for ending in _BESIDE)
