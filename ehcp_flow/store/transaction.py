"""One open transaction on the driver's connection: what runs in it sees one moment, and belongs to one process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from itertools import count
from typing import Any, Final, TypeVar

from ehcp_flow.store import forking
from ehcp_flow.store.errors import HostUnusable, StoreForked, StoreLocked

__all__ = ["NO_GATE", "Transaction"]

T = TypeVar("T")

NO_GATE: Final = nullcontext()
"""What stands for the gate of forks where there is none to wait for."""
_NUMBERS: Final = count(1)
_TRIES: Final = 1_000
_STABLE: Final = ("repeatable read", "serializable")


class Transaction:
    """One open transaction, or one statement: runs statements on the driver's connection."""

    def __init__(self, raw: Any, dialect: str, *, writes: bool = False, settled: bool = True) -> None:
        self.raw = raw
        self.dialect = dialect
        self.writes = writes
        self.isolation = raw.isolation_level if dialect == "postgresql" else None
        self._settled = settled
        self._gate: AbstractContextManager[None] = forking.GATE if dialect == "sqlite" else NO_GATE
        self._process = os.getpid()
        self._cursors: list[Any] = []

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        """Return the driver's cursor after one statement."""
        self.refuse_forked()
        with self._gate:
            return self.raw.execute(statement, parameters)

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Return every row of one statement, as tuples."""
        self.refuse_forked()
        with self._gate:
            return self.raw.execute(statement, parameters).fetchall()  # type: ignore[no-any-return]

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run one statement for each row, and return how many rows it made or changed."""
        self.refuse_forked()
        with self._gate:
            cursor = self.raw.cursor()
            cursor.executemany(statement, rows)
            cursor.close()
            return int(cursor.rowcount)

    def stream(self, statement: str, parameters: Sequence[Any], size: int) -> Iterator[Any]:
        """Begin one statement, and yield its rows, holding `size` of them in memory; all of the moment of this call."""
        self.refuse_forked()
        with self._gate:
            if self.dialect == "postgresql":
                cursor = self.raw.cursor(name=f"ehcp_stream_{next(_NUMBERS)}")
                cursor.itersize = size
            else:
                cursor = self.raw.cursor()
            self._cursors.append(cursor)
            cursor.execute(statement, parameters)
        return self._rows_of(cursor, size)

    def _rows_of(self, cursor: Any, size: int) -> Iterator[Any]:
        while True:
            self.refuse_forked()
            with self._gate:
                chunk = cursor.fetchmany(size)
            if not chunk:
                return
            yield from chunk

    def settle(self, ask: Callable[[], T]) -> T:
        """Return what `ask` gets by several statements, all of one moment.

        A host's transaction on PostgreSQL shows each statement a moment of its own, unless the host asked for more:
        there, `ask` is repeated until nothing was committed meanwhile. Raises StoreLocked if that never happens.
        """
        if self._settled:
            return ask()
        for _ in range(_TRIES):
            before = self.rows("SELECT pg_current_snapshot()::text")
            got = ask()
            if self.rows("SELECT pg_current_snapshot()::text") == before:
                return got
            self.release()
        raise StoreLocked(
            "others commit so often that several statements never saw one moment; read in a REPEATABLE READ transaction"
        )

    def refuse_unsettled(self) -> None:
        """Raise HostUnusable if its statements do not all see the same moment."""
        if not self._settled and self.rows("SHOW transaction_isolation")[0][0] not in _STABLE:
            raise HostUnusable("it is in a READ COMMITTED transaction, which shows each statement another moment")

    def release(self) -> None:
        """Close what streams are open."""
        cursors, self._cursors = self._cursors, []
        with self._gate:
            for cursor in cursors:
                with suppress(Exception):  # what went wrong has been said, or goes with the transaction
                    cursor.close()

    def is_forked(self) -> bool:
        """Whether this process was forked in the midst of this transaction, which is its parent's."""
        return os.getpid() != self._process

    def refuse_forked(self) -> None:
        """Raise StoreForked if it is."""
        if self.is_forked():
            raise StoreForked("it belongs to the process that began it")

    def forked(self) -> None:
        """In the child: let go of an inherited connection."""
        if self.dialect == "postgresql":
            forking.silence(self.raw)
        elif not self.writes:
            for cursor in self._cursors:
                cursor.close()
            self.raw.close()
