"""Following what is recorded: a position that a reader keeps, and a loop that hands over what lies beyond it.

Positions come from one counter whose row stays locked until the commit, so they become visible in their order and
without gaps. Delivery is at least once: if the reader dies after handling an entry and before keeping its position,
the entry comes again, with the same position, by which a receiver knows it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from ehcp_flow.errors import SourceError
from ehcp_flow.outputs import Kind, Output
from ehcp_flow.store.base import Store
from ehcp_flow.store.errors import StoreUnavailable
from ehcp_flow.store.results import Entry

__all__ = ["POSITION", "Bookmark", "follow"]


class Bookmark:
    """A file that keeps a reader's position; written whole or not at all, and synced to the disk."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def read(self) -> int:
        """Return the position that was kept, 0 if none was. Raises SourceError if the file holds no number."""
        try:
            text = self.path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return 0
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(str(self.path), str(error)) from error
        if not (text.isascii() and text.isdigit()):
            raise SourceError(str(self.path), f"it holds {text[:40]!r}, not the position of a reader")
        return int(text)

    def write(self, position: int) -> None:
        """Keep a position, over the one that was kept. Raises OutputError where anything else is kept there."""
        Output(self.path, POSITION).write(f"{position}\n".encode())


def _position(file: BinaryIO) -> bool:
    return file.read(_LONGEST).strip().isdigit() and not file.read(1)


_LONGEST: Final = 40
POSITION: Final = Kind("a position that ehcp_flow keeps", "letters.position", _position)
"""A position as `Bookmark` keeps it."""


def follow(
    store: Store, after: int = 0, *, batch: int = 500, poll_seconds: float | None = None,
    stop: Callable[[], bool] = lambda: False, sleep: Callable[[float], object] = time.sleep,
) -> Iterator[Entry]:  # fmt: skip
    """Yield each entry above position `after`, in order of position.

    Without `poll_seconds` it ends when there is no more; with it, it looks again after so many seconds, until `stop()`
    is true, and sits out a store that cannot be reached for a while.
    """
    while not stop():
        try:
            entries = store.follow(after, limit=batch)
        except StoreUnavailable:
            if poll_seconds is None:
                raise
            entries = []
        for entry in entries:
            yield entry
            after = entry.position
            if stop():
                return
        if len(entries) < batch:
            if poll_seconds is None:
                return
            sleep(poll_seconds)
