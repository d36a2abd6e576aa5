"""Tables over a closed set: complete, or refused while they are imported.

Whoever adds a status, a state, an outcome or a test of a ground is told at once where it has to be answered for, and
never by a KeyError on a user's machine. `tests/test_closed.py` finds the tables that are not held so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["complete"]


def complete(table: Mapping[Any, object], closed: Iterable[object], what: str) -> None:
    """Raise TypeError, naming them, if a table lacks an entry for one of a closed set, or has one for anything else."""
    members = frozenset(closed)
    if missing := sorted(map(str, members - table.keys())):
        raise TypeError(f"{what}: nothing for {', '.join(missing)}")
    if strange := sorted(map(str, table.keys() - members)):
        raise TypeError(f"{what}: there is no {', '.join(strange)}")
