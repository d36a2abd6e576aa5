"""Where connections come from, and how a read or a write begins and ends on them.

The store speaks to the driver through SQLAlchemy's pool, and through a host's Connection where there is one; its
statements are written out (`statements.py`), because each write is counted in microseconds.

A read is of one moment unless it says that it is a single statement, which is so by itself. A connection belongs to the
process that opened it, and a host's transaction to the host: `forking` and `hosts` say what follows.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final, NoReturn
from weakref import WeakSet

from sqlalchemy import Connection, Engine, event

from ehcp_flow.store import forking
from ehcp_flow.store.driver_errors import explain_error
from ehcp_flow.store.engines import READS, SqliteFile
from ehcp_flow.store.errors import ConnectionLost, StoreReadOnly
from ehcp_flow.store.hosts import Host, refuse_autocommit
from ehcp_flow.store.transaction import NO_GATE, Transaction

__all__ = ["SPOKEN", "Database"]

SPOKEN: Final = (("sqlite", "pysqlite"), ("postgresql", "psycopg"))
"""The dialects and drivers that this way is for; any other is the portable store's."""

_SNAPSHOT: Final = "it is a snapshot, which is there to be read"
_TO_WRITE: Final = "BEGIN IMMEDIATE"
_REPEATABLE_READ: Final = 3
"""As psycopg numbers it."""


class Database:
    """Where transactions come from: an engine (own or a host's), or a host's open connection.

    With a host's connection, nothing here begins, commits or rolls back more than a savepoint.
    """

    def __init__(
        self, engine: Engine | None = None, host: Callable[[], Connection] | None = None, *, owned: bool = False
    ) -> None:
        self.engine = engine
        self.owned = owned
        self._host = Host(host)
        dialect = self._host.connection().dialect if engine is None else engine.dialect
        self.dialect = dialect.name
        self.driver = dialect.driver
        self._gate: AbstractContextManager[None] = forking.GATE if self.dialect == "sqlite" else NO_GATE
        self._begun: set[Transaction] = set()
        self._sockets: WeakSet[Any] = WeakSet()
        if engine is not None:
            if owned and self.dialect == "postgresql":
                event.listen(engine, "connect", lambda raw, _record: self._sockets.add(raw))
            forking.watch(self)

    @contextmanager
    def sqlalchemy(self, *, write: bool = False) -> Iterator[Connection]:
        """A SQLAlchemy connection in a transaction: committed at the end, unless it is the host's."""
        try:
            with self._gate:
                if self.engine is None:
                    yield self._host.ready(writes=write)
                    return
                with self.engine.connect() as connection:
                    refuse_autocommit(connection.connection.driver_connection, ours=True)
                    with connection.execution_options(**{READS: not write}).begin():
                        raw: Any = connection.connection.driver_connection
                        if write and self.dialect == "sqlite" and not raw.in_transaction:
                            raw.execute(_TO_WRITE)
                        yield connection
        except Exception as error:  # noqa: BLE001 - whatever the driver says, explained
            _explained(error)

    def upgrading(self) -> AbstractContextManager[Connection]:
        """A connection in which the tables are made or upgraded: committed at the end, unless it is the host's."""
        return self.sqlalchemy(write=True)

    def looking(self) -> AbstractContextManager[Connection]:
        """A connection to look at the tables with."""
        return self.sqlalchemy()

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A write: committed at the end of the block, undone wholly if it raises.

        Raises StoreLocked, StoreFull, StoreReadOnly, ConnectionLost or OutcomeUnknown as the database does, and
        HostUnusable where the host's transaction could not keep it.
        """
        if self.engine is None:
            with self._inside_host() as transaction:
                yield transaction
            return
        with self._gate:
            proxy = self._checkout(begin=_TO_WRITE)
            transaction = self._begin(proxy, writes=True)
            committing = False
            try:
                yield transaction
                transaction.refuse_forked()
                committing = True
                transaction.raw.commit()
            except BaseException as error:  # noqa: BLE001 - it is raised again, by its own name or a better one
                self._end(proxy, transaction)
                _explained(error, committing=committing)
            self._begun.discard(transaction)
            proxy.close()

    @contextmanager
    def read(self, *, single: bool = False, streamed: bool = False, committing: bool = False) -> Iterator[Transaction]:
        """A read, all of one moment; nothing is kept of it.

        `single` promises one statement, which needs no transaction around it; `streamed` one whose rows are streamed.
        With `committing`, a single statement writes, on PostgreSQL and not inside a host: it commits by itself.
        """
        several = not (single or streamed)
        if self.engine is None:
            with self._looking_inside_host(several=several) as transaction:
                yield transaction
            return
        with self._gate:
            proxy = self._checkout(begin="BEGIN" if several else "")
            transaction = self._begin(proxy)
        raw = transaction.raw
        try:
            if self.dialect == "postgresql":
                if single:
                    raw.autocommit = True
                elif several:
                    raw.isolation_level = _REPEATABLE_READ
            yield transaction
            if isinstance(raw, SqliteFile):
                raw.refuse_changed()
        except BaseException as error:  # noqa: BLE001 - as in write
            self._end(proxy, transaction)
            _explained(error, committing=committing)
        self._end(proxy, transaction)

    @contextmanager
    def held(self) -> Iterator[Database]:
        """A database to be read as it is now until the block ends, and not to be written."""
        with self.read() as transaction:
            transaction.refuse_unsettled()
            # The moment is that of the first statement that looks at anything.
            transaction.rows("SELECT 1" if self.dialect == "postgresql" else "SELECT 1 FROM sqlite_master LIMIT 1")
            yield Held(self, transaction)

    def close(self) -> None:
        """Give back the connections, if the engine is the store's own."""
        if self.owned and self.engine is not None:
            with self._gate:
                self.engine.dispose()

    def forked(self, *, orderly: bool) -> None:
        """In a child: see to it that this process opens connections of its own, and leaves its parent's alone."""
        if self.engine is None:
            return
        begun, self._begun = self._begun, set()
        for raw in list(self._sockets):
            forking.silence(raw)
        if self.dialect == "sqlite" and not orderly:
            forking.keep_for_ever(self.engine.pool)
        else:
            for transaction in begun:
                transaction.forked()
        self.engine.dispose(close=self.dialect == "sqlite" and orderly)

    def _begin(self, proxy: Any, *, writes: bool = False) -> Transaction:
        transaction = Transaction(proxy.driver_connection, self.dialect, writes=writes)
        self._begun.add(transaction)
        return transaction

    def _checkout(self, begin: str) -> Any:
        """Return a pooled connection that answers; one that the server dropped meanwhile is replaced once."""
        engine = self.engine
        if engine is None:
            raise AssertionError("a host has no engine")
        for again in (True, False):
            try:
                proxy = engine.raw_connection()
            except Exception as error:  # noqa: BLE001 - whatever the driver says, explained
                _explained(error)
            raw: Any = proxy.driver_connection
            if isinstance(raw, SqliteFile) and raw.changed():
                proxy.invalidate()
                return self._checkout(begin)
            try:
                self._start(raw, begin)
            except Exception as error:  # noqa: BLE001 - as above
                lost = isinstance(explain_error(error), ConnectionLost)
                self._give_back(proxy, Transaction(raw, self.dialect))
                if not (lost and again):
                    _explained(error)
                engine.dispose()
            else:
                return proxy
        raise AssertionError("unreachable")

    def _start(self, raw: Any, begin: str) -> None:
        """Begin a transaction on a connection, if it is fit for one."""
        refuse_autocommit(raw, ours=True)
        if self.dialect == "postgresql":
            if _stale(raw):
                raw.execute("SELECT 1")
                raw.rollback()
        elif begin:
            if begin == _TO_WRITE and isinstance(raw, SqliteFile):
                raw.make_ready_to_write()
            raw.execute(begin)

    def _end(self, proxy: Any, transaction: Transaction) -> None:
        """Undo what is left of a transaction, and give its connection back."""
        if transaction.is_forked():
            if transaction.writes and self.dialect == "sqlite":
                forking.keep_for_ever(proxy)
            else:
                proxy.invalidate()
            return
        with self._gate:  # in a fork it is either one that had begun or one of the pool: a child closes both
            transaction.release()
            self._begun.discard(transaction)
            self._give_back(proxy, transaction)

    def _give_back(self, proxy: Any, transaction: Transaction) -> None:
        raw = transaction.raw
        try:
            raw.rollback()
            if self.dialect == "postgresql":
                if raw.autocommit:
                    raw.autocommit = False
                if raw.isolation_level != transaction.isolation:
                    raw.isolation_level = transaction.isolation
        except Exception:  # noqa: BLE001 - the connection itself is broken: it goes, and the transaction with it
            proxy.invalidate()
        else:
            if getattr(raw, "closed", False) or getattr(raw, "broken", False):
                proxy.invalidate()
            else:
                proxy.close()

    @contextmanager
    def _inside_host(self) -> Iterator[Transaction]:
        connection = self._host.ready(writes=True)
        raw: Any = connection.connection.driver_connection
        transaction = Transaction(raw, self.dialect, writes=True)
        try:
            if self.dialect == "sqlite" and not raw.in_transaction:
                # pysqlite begins late, and releasing an outermost savepoint would commit behind the host's back
                transaction.run(_TO_WRITE)
            transaction.run("SAVEPOINT ehcp_flow")
        except Exception as error:  # noqa: BLE001 - whatever the driver says, explained
            _explained(error)
        try:
            yield transaction
            transaction.run("RELEASE SAVEPOINT ehcp_flow")
        except BaseException as error:  # noqa: BLE001 - as in write
            if not transaction.is_forked():
                try:
                    transaction.run("ROLLBACK TO SAVEPOINT ehcp_flow")
                    transaction.run("RELEASE SAVEPOINT ehcp_flow")
                except Exception as second:  # noqa: BLE001 - as above
                    raise explain_error(second) from error
            _explained(error)

    @contextmanager
    def _looking_inside_host(self, *, several: bool) -> Iterator[Transaction]:
        connection = self._host.ready(several=several)
        raw: Any = connection.connection.driver_connection
        transaction = Transaction(raw, self.dialect, settled=not several or self.dialect == "sqlite")
        before = raw.total_changes if self.dialect == "sqlite" and several and not raw.in_transaction else None
        try:
            if before is not None:
                # pysqlite begins late, and until then each statement sees a moment of its own
                transaction.run("BEGIN")
            yield transaction
        except BaseException as error:  # noqa: BLE001 - as in write
            _explained(error)
        finally:
            if not transaction.is_forked():
                transaction.release()
            if before is not None and not transaction.is_forked() and raw.total_changes == before:
                with self._gate:
                    raw.commit()


class Held(Database):
    """One moment of a database: every read is a part of one transaction."""

    def __init__(self, database: Database, transaction: Transaction) -> None:  # it opens nothing of its own
        self.engine = None
        self.owned = False
        self.dialect = database.dialect
        self.driver = database.driver
        self._transaction = transaction

    @contextmanager
    def sqlalchemy(self, *, write: bool = False) -> Iterator[Connection]:
        """Nothing: a snapshot is read by `read` alone. Raises StoreReadOnly."""
        raise StoreReadOnly(_SNAPSHOT)
        yield  # type: ignore[unreachable]

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Nothing. Raises StoreReadOnly."""
        raise StoreReadOnly(_SNAPSHOT)
        yield  # type: ignore[unreachable]

    @contextmanager
    def read(self, *, single: bool = False, streamed: bool = False, committing: bool = False) -> Iterator[Transaction]:
        """A part of the transaction."""
        self._transaction.refuse_forked()
        part = Transaction(self._transaction.raw, self.dialect)
        try:
            yield part
        except BaseException as error:  # noqa: BLE001 - as in Database.write
            _explained(error)
        finally:
            if not part.is_forked():
                part.release()

    @contextmanager
    def held(self) -> Iterator[Database]:
        """The same."""
        yield self

    def close(self) -> None:
        """Nothing: whoever holds the transaction ends it."""


def _explained(error: BaseException, *, committing: bool = False) -> NoReturn:
    """Raise what an error means, or the error itself."""
    known = explain_error(error, committing=committing)
    if known is error:
        raise error
    raise known from error


def _stale(raw: Any) -> bool:
    """Whether the socket has something to say, which an idle connection has only when the server hung up."""
    try:
        ready, _, _ = select.select([raw.fileno()], [], [], 0)
    except (ValueError, OSError):
        return True
    return bool(ready)
