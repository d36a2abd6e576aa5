"""What becomes of connections when the process forks.

A connection belongs to the process that opened it. On PostgreSQL two processes would speak into one socket; with SQLite
the child would believe that it holds locks which only its parent has. So the child gets connections of its own:

- inherited sockets are silenced, so that whatever still holds one can neither disturb the parent nor keep
  its transaction open after it has died;
- inherited SQLite files are closed, unless something is being written. For that no other thread may be inside SQLite at
  the moment of the fork, where it could hold a lock that nobody in the child would give back: `GATE` sees to it;
- a SQLite file that is still open in the child (by a host, or in the midst of a write) is refused.
"""

from __future__ import annotations

import ctypes
import os
import stat
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol
from weakref import WeakSet

from ehcp_flow.store.errors import StoreForked

__all__ = ["GATE", "Gate", "keep_for_ever", "refuse_inherited", "silence", "watch"]

_PATIENCE: Final = 60.0
"""Seconds that a fork waits for other threads to come out of SQLite; what they do there is bounded by its timeouts."""


class _Watched(Protocol):
    def forked(self, *, orderly: bool) -> None: ...


class Gate:
    """A door that many threads may be behind at a time, and that a fork closes until it is over.

    A thread that is behind it already goes in again freely.
    """

    def __init__(self) -> None:
        self._renew()
        self._own = threading.local()

    def _renew(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._inside = 0
        self._closed = False
        self._orderly = True

    def __enter__(self) -> None:
        """Go in; wait while a fork is under way."""
        depth = getattr(self._own, "depth", 0)
        if depth == 0:
            with self._changed:
                while self._closed:
                    self._changed.wait()
                self._inside += 1
        self._own.depth = depth + 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Come out."""
        self._own.depth -= 1
        if self._own.depth == 0:
            with self._changed:
                self._inside -= 1
                if self._closed:
                    self._changed.notify_all()

    def close(self) -> None:
        """Before a fork: let nobody in, and wait until the others are out."""
        own = 1 if getattr(self._own, "depth", 0) else 0
        until = time.monotonic() + _PATIENCE
        with self._changed:
            while self._closed:  # another thread forks
                self._changed.wait()
            self._closed = True
            while self._inside > own and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)
            self._orderly = self._inside == own

    def open(self) -> None:
        """After it, in the parent."""
        with self._changed:
            self._closed = False
            self._changed.notify_all()

    def reopen(self) -> bool:
        """After it, in the child, where there is no other thread; return whether nobody was inside."""
        orderly = self._orderly
        self._renew()
        self._inside = 1 if getattr(self._own, "depth", 0) else 0
        return orderly


GATE: Final = Gate()
_WATCHED: Final[WeakSet[Any]] = WeakSet()
_INHERITED: Final[dict[tuple[int, int], list[int]]] = {}
"""By device and inode: the numbers under which this process inherited a file."""


def watch(database: _Watched) -> None:
    """Have `database.forked(orderly=...)` called in every child; `orderly` says that nobody was inside SQLite."""
    _WATCHED.add(database)


def silence(raw: Any) -> None:
    """Lead an inherited connection to PostgreSQL nowhere; its number stays taken, so that nothing else gets it."""
    with suppress(Exception):  # it is closed already
        nowhere = os.open(os.devnull, os.O_RDWR)
        try:
            os.dup2(nowhere, raw.fileno())
        finally:
            os.close(nowhere)


def keep_for_ever(thing: object) -> None:
    """Never let go of an inherited object: its end would undo, on a file, what the parent is still writing."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


def refuse_inherited(path: str) -> None:
    """Raise StoreForked if this process inherited the file of a SQLite store, and it is still open."""
    if not _INHERITED:
        return
    with suppress(OSError):
        found = _identity(Path(path).stat())
        if any(_is_open(number, found) for number in _INHERITED.get(found, ())):
            raise StoreForked(f"{path} was in use when the process forked, and is still open here")
        # From now on its number may be that of a connection of our own.
        _INHERITED.pop(found, None)


def _in_child() -> None:
    orderly = GATE.reopen()
    for database in list(_WATCHED):
        database.forked(orderly=orderly)
    _INHERITED.clear()
    with suppress(OSError):  # a system that does not show them
        for shown in list(Path("/dev/fd").iterdir()):
            with suppress(OSError, ValueError):
                status = os.fstat(int(shown.name))
                if stat.S_ISREG(status.st_mode):
                    _INHERITED.setdefault(_identity(status), []).append(int(shown.name))


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _is_open(number: int, identity: tuple[int, int]) -> bool:
    try:
        return _identity(os.fstat(number)) == identity
    except OSError:
        return False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=GATE.close, after_in_parent=GATE.open, after_in_child=_in_child)
