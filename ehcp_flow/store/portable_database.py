"""Where the portable store's connections come from, and how a read or a write begins and ends on them.

All of it goes through SQLAlchemy's own Connection, a host's or one of an engine, so that pools, instrumentation and any
dialect work; also from within `greenlet_spawn`, where the driver is one of asyncio's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Final, NoReturn

from sqlalchemy import Connection, Engine

from ehcp_flow.store import forking
from ehcp_flow.store.driver_errors import explain_error
from ehcp_flow.store.errors import HostUnusable, StoreReadOnly, StoreURLError
from ehcp_flow.store.hosts import Host
from ehcp_flow.store.portable_tables import SPOKEN

__all__ = ["PortableDatabase"]

_ONE_MOMENT: Final = {"postgresql": "REPEATABLE READ", "mysql": "REPEATABLE READ", "mariadb": "REPEATABLE READ"}
"""The isolation in which several reads are of one moment; SERIALIZABLE elsewhere. SQLite needs no more than BEGIN."""
_SETTLED: Final = ("REPEATABLE READ", "SERIALIZABLE", "SNAPSHOT")


class PortableDatabase:
    """Where transactions come from: an engine (own or a host's), or a host's open connection.

    With a host's connection, nothing here begins, commits or rolls back more than a savepoint.
    """

    def __init__(
        self, engine: Engine | None = None, host: Callable[[], Connection] | None = None, *, owned: bool = False
    ) -> None:
        self.engine = engine
        self.owned = owned
        self._host = Host(host)
        self.sql = self._host.connection().dialect if engine is None else engine.dialect
        self.dialect = self.sql.name
        if self.dialect not in SPOKEN:
            why = f"the store speaks {', '.join(SPOKEN)} by SQLAlchemy, no other"
            raise StoreURLError(f"{self.dialect}+{self.sql.driver}", why)
        if engine is not None:
            forking.watch(self)

    @contextmanager
    def write(self, *, makes_tables: bool = False) -> Iterator[Connection]:
        """A write: committed at the end of the block, undone wholly if it raises; inside a host, a savepoint.

        Where it makes tables there is none, since some databases commit by that whatever is open.
        """
        committing = False
        try:
            if self.engine is None and makes_tables:
                yield self._ready("BEGIN IMMEDIATE")
                return
            if self.engine is None:
                with self._savepoint(self._ready("BEGIN IMMEDIATE")) as connection:
                    yield connection
                return
            with self.engine.connect() as connection:
                _refuse_autocommit(connection)
                self._begin(connection, "BEGIN IMMEDIATE")
                yield connection
                committing = True
                connection.commit()
        except Exception as error:  # noqa: BLE001 - whatever the driver says, explained
            _raise_explained(error, committing=committing)

    @contextmanager
    def read(self, *, several: bool = False) -> Iterator[Connection]:
        """A read; nothing is kept of it. `several` statements are of one moment, as far as a host lets them be."""
        try:
            if self.engine is None:
                yield self._ready("BEGIN" if several else "")
                return
            with self.engine.connect() as connection:
                if several and self.dialect == "sqlite":
                    self._begin(connection, "BEGIN")
                elif several:
                    connection.execution_options(isolation_level=_ONE_MOMENT.get(self.dialect, "SERIALIZABLE"))
                yield connection
                connection.rollback()
        except Exception as error:  # noqa: BLE001 - whatever the driver says, explained
            _raise_explained(error)

    @contextmanager
    def held(self) -> Iterator[PortableDatabase]:
        """A database to be read as it is now until the block ends, and not to be written."""
        with self.read(several=True) as connection:
            if self.engine is None and self.dialect != "sqlite":
                level = str(connection.get_isolation_level()).upper()
                if level not in _SETTLED:
                    why = f"it is in a {level} transaction, which shows each statement another moment"
                    raise HostUnusable(f"{why}; it has to be in one of {', '.join(_SETTLED)}")
            yield _Held(self, connection)

    def upgrading(self) -> AbstractContextManager[Connection]:
        """A connection in which the tables are made or upgraded: committed at the end, unless it is the host's."""
        return self.write(makes_tables=True)

    def looking(self) -> AbstractContextManager[Connection]:
        """A connection to look at the tables with."""
        return self.read()

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection in AUTOCOMMIT, for what no transaction takes; of an engine alone."""
        if self.engine is None:
            raise AssertionError("a host has no engine")
        try:
            with self.engine.connect() as connection:
                yield connection.execution_options(isolation_level="AUTOCOMMIT")
        except Exception as error:  # noqa: BLE001 - whatever the driver says, explained
            _raise_explained(error)

    def close(self) -> None:
        """Give back the connections, if the engine is the store's own."""
        if self.owned and self.engine is not None:
            self.engine.dispose()

    def forked(self, *, orderly: bool) -> None:
        """In a child: open connections of its own; with those of the parent nothing is done, and none is closed."""
        if self.engine is None:
            return
        if self.dialect == "sqlite":
            forking.keep_for_ever(self.engine.pool)
        self.engine.dispose(close=False)

    def _begin(self, connection: Connection, how: str) -> None:
        """Begin a transaction; SQLite's as it has to be, since its driver begins one late, and as a read."""
        if not connection.in_transaction():
            connection.begin()
        raw: Any = connection.connection.driver_connection
        if self.dialect == "sqlite" and not raw.in_transaction:
            connection.exec_driver_sql(how)

    def _ready(self, how: str) -> Connection:
        """Return the host's connection in a transaction; where one statement is all that is asked, `how` is empty."""
        connection = self._host.connection()
        if how:
            _refuse_autocommit(connection)
            self._begin(connection, how)
        return connection

    @contextmanager
    def _savepoint(self, connection: Connection) -> Iterator[Connection]:
        savepoint = connection.begin_nested()
        try:
            yield connection
            savepoint.commit()
        except BaseException:
            # A deadlock may have taken the savepoint with it: what went wrong first is what is told.
            with suppress(Exception):
                savepoint.rollback()
            raise


class _Held(PortableDatabase):
    """One moment of a database: every read is a part of one transaction."""

    def __init__(self, database: PortableDatabase, connection: Connection) -> None:  # it opens nothing of its own
        self.engine = None
        self.owned = False
        self.sql = database.sql
        self.dialect = database.dialect
        self._connection = connection

    @contextmanager
    def write(self, *, makes_tables: bool = False) -> Iterator[Connection]:
        """Nothing. Raises StoreReadOnly."""
        raise StoreReadOnly("it is a snapshot, which is there to be read")
        yield  # type: ignore[unreachable]

    @contextmanager
    def read(self, *, several: bool = False) -> Iterator[Connection]:
        """A part of the transaction."""
        try:
            yield self._connection
        except Exception as error:  # noqa: BLE001 - whatever the driver says, explained
            _raise_explained(error)

    @contextmanager
    def held(self) -> Iterator[PortableDatabase]:
        """The same."""
        yield self


def _refuse_autocommit(connection: Connection) -> None:
    """Raise HostUnusable where each statement is committed by itself, though a transaction was begun."""
    raw: Any = connection.connection.dbapi_connection
    asked = getattr(raw, "get_autocommit", None)
    found = asked() if callable(asked) else getattr(raw, "autocommit", False) is True
    if found or connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        raise HostUnusable("it is in AUTOCOMMIT, where each statement is kept or lost by itself: give one without it")


def _raise_explained(error: Exception, *, committing: bool = False) -> NoReturn:
    known = explain_error(error, committing=committing)
    if known is error:
        raise error
    raise known from error
