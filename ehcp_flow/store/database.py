"""Connections, transactions, and what the databases' own errors mean.

The store speaks to the driver through SQLAlchemy's pool, and through a host's Connection where there is one; its
statements are written out (`statements.py`), because each write is counted in microseconds.

SQLite: the driver's implicit transactions are switched off (`isolation_level=None`), since they would begin a write
as a read and fail half-way; a write begins with BEGIN IMMEDIATE, so that it waits at the door or not at all. The
journal is a write-ahead log and each commit is synced to the disk (`synchronous=FULL`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url

from ehcp_flow.store.errors import (
    AppendOnly,
    ConnectionLost,
    OutcomeUnknown,
    SchemaMissing,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreUnavailable,
    StoreURLError,
    WrongAuthority,
)

__all__ = ["Database", "Transaction", "explain_error", "own_engine"]

_LOST: Final = ("08", "57P01", "57P02", "57P03")
_NUMBERS: Final = count(1)
_LOCKED: Final = ("40001", "40P01", "55P03", "57014")


def own_engine(url: str | URL, *, busy_seconds: float = 10.0) -> Engine:
    """Return an engine with the settings the guarantees rest on, for `sqlite:///file` or `postgresql+psycopg://...`.

    Raises StoreURLError for anything else.
    """
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise StoreURLError(str(url), "it is no database address") from None
    shown = parsed.render_as_string(hide_password=True)
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_driver_name() != "psycopg":
            raise StoreURLError(shown, "the store speaks to PostgreSQL through psycopg 3")
        return create_engine(parsed, pool_size=5, max_overflow=20)
    if backend != "sqlite" or parsed.get_driver_name() != "pysqlite":
        raise StoreURLError(shown, f"{backend} is not supported")
    if not parsed.database or parsed.database == ":memory:" or "mode=memory" in parsed.database:
        raise StoreURLError(shown, "a SQLite store is a file (for one that is forgotten at the end, use memory:)")
    engine = create_engine(parsed, connect_args={"isolation_level": None, "timeout": busy_seconds})

    @event.listens_for(engine, "connect")
    def _settings(connection: sqlite3.Connection, _record: object) -> None:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA secure_delete=ON")
        except sqlite3.Error as error:
            raise explain_error(error) from error

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


class Transaction:
    """One open transaction: runs statements on the driver's connection."""

    def __init__(self, raw: Any, dialect: str) -> None:
        self.raw = raw
        self.dialect = dialect

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        """Return the driver's cursor after one statement."""
        return self.raw.execute(statement, parameters)

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Return every row of one statement, as tuples."""
        return self.raw.execute(statement, parameters).fetchall()  # type: ignore[no-any-return]

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run one statement for each row, and return how many rows it made or changed."""
        cursor = self.raw.cursor()
        cursor.executemany(statement, rows)
        cursor.close()
        return int(cursor.rowcount)

    def stream(self, statement: str, parameters: Sequence[Any], size: int) -> Iterator[Any]:
        """Yield the rows of one statement, holding `size` of them in memory; all of one snapshot."""
        if self.dialect == "postgresql":
            cursor = self.raw.cursor(name=f"ehcp_stream_{next(_NUMBERS)}")
            cursor.itersize = size
        else:
            cursor = self.raw.cursor()
        try:
            cursor.execute(statement, parameters)
            while chunk := cursor.fetchmany(size):
                yield from chunk
        finally:
            cursor.close()


class Database:
    """Where transactions come from: an engine (own or a host's), or a host's open connection.

    With a host's connection, nothing here begins, commits or rolls back more than a savepoint.
    """

    def __init__(
        self, engine: Engine | None = None, host: Callable[[], Connection] | None = None, *, owned: bool = False
    ) -> None:
        self.engine = engine
        self.host = host
        self.owned = owned
        bind = engine if engine is not None else self.connection()
        self.dialect = bind.dialect.name
        self.driver = bind.dialect.driver
        if (self.dialect, self.driver) not in (("sqlite", "pysqlite"), ("postgresql", "psycopg")):
            raise StoreURLError(f"{self.dialect}+{self.driver}", "the store speaks pysqlite and psycopg only")

    def connection(self) -> Connection:
        """Return the host's connection."""
        if self.host is None:
            raise StoreUnavailable("the store has no host")
        return self.host()

    @contextmanager
    def sqlalchemy(self) -> Iterator[Connection]:
        """A SQLAlchemy connection in a transaction: committed at the end, unless it is the host's."""
        try:
            if self.engine is None:
                yield self.connection()
            else:
                with self.engine.begin() as connection:
                    yield connection
        except exc.DBAPIError as error:
            raise explain_error(error.orig) from error

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A write: committed at the end of the block, undone wholly if it raises.

        Raises StoreLocked, StoreFull, ConnectionLost or OutcomeUnknown as the database does.
        """
        if self.engine is None:
            with self._inside_host() as transaction:
                yield transaction
            return
        proxy = self._checkout(begin="BEGIN IMMEDIATE")
        raw = proxy.driver_connection
        committing = False
        try:
            yield Transaction(raw, self.dialect)
            committing = True
            raw.commit()
        except BaseException as error:
            self._undo(proxy, raw)
            known = explain_error(error, committing=committing)
            if known is error:
                raise
            raise known from error
        proxy.close()

    @contextmanager
    def read(self, *, single: bool = False, committing: bool = False) -> Iterator[Transaction]:
        """A read; nothing is kept of it. `single` promises one statement, which needs no transaction around it.

        With `committing` as well, that statement writes, on PostgreSQL and not inside a host: it commits by itself.
        """
        if self.engine is None:
            connection = self.connection()
            self._begin_host(connection)
            try:
                yield Transaction(connection.connection.driver_connection, self.dialect)
            except Exception as error:
                known = explain_error(error)
                if known is error:
                    raise
                raise known from error
            return
        proxy = self._checkout(begin="")
        raw: Any = proxy.driver_connection
        alone = single and self.dialect == "postgresql" and not raw.autocommit
        try:
            if alone:
                raw.autocommit = True
            yield Transaction(raw, self.dialect)
            if alone:
                raw.autocommit = False
        except BaseException as error:
            if alone:
                proxy.invalidate()
            else:
                self._undo(proxy, raw)
            known = explain_error(error, committing=committing)
            if known is error:
                raise
            raise known from error
        self._undo(proxy, raw)

    def close(self) -> None:
        """Give back the connections, if the engine is the store's own."""
        if self.owned and self.engine is not None:
            self.engine.dispose()

    def _checkout(self, begin: str) -> Any:
        """Return a pooled connection that answers; one that the server dropped meanwhile is replaced once."""
        engine = self.engine
        if engine is None:
            raise StoreUnavailable("the store has no engine")
        for again in (True, False):
            try:
                proxy = engine.raw_connection()
            except Exception as error:
                known = explain_error(error.orig if isinstance(error, exc.DBAPIError) else error)
                if known is error:
                    raise
                raise known from error
            raw: Any = proxy.driver_connection
            try:
                if self.dialect == "postgresql":
                    if self._stale(raw):
                        raw.execute("SELECT 1")
                        raw.rollback()
                elif begin:
                    raw.execute(begin)
            except Exception as error:
                lost = isinstance(explain_error(error), ConnectionLost)
                self._undo(proxy, raw)
                if not (lost and again):
                    raise explain_error(error) from error
                engine.dispose()
            else:
                return proxy
        raise AssertionError("unreachable")

    @staticmethod
    def _stale(raw: Any) -> bool:
        """Whether the socket has something to say, which an idle connection has only when the server hung up."""
        import select

        try:
            ready, _, _ = select.select([raw.fileno()], [], [], 0)
        except (ValueError, OSError):
            return True
        return bool(ready)

    @staticmethod
    def _undo(proxy: Any, raw: Any) -> None:
        try:
            raw.rollback()
        except Exception:  # noqa: BLE001 - the connection itself is broken: it goes, and the transaction with it
            proxy.invalidate()
        else:
            if getattr(raw, "closed", False) or getattr(raw, "broken", False):
                proxy.invalidate()
            else:
                proxy.close()

    def _begin_host(self, connection: Connection) -> None:
        """Make sure that the host's transaction has begun, on its side and on the driver's."""
        if not connection.in_transaction():
            connection.begin()

    @contextmanager
    def _inside_host(self) -> Iterator[Transaction]:
        connection = self.connection()
        self._begin_host(connection)
        raw: Any = connection.connection.driver_connection
        try:
            if self.dialect == "sqlite" and not raw.in_transaction:
                # pysqlite begins late, and releasing an outermost savepoint would commit behind the host's back
                raw.execute("BEGIN IMMEDIATE")
            raw.execute("SAVEPOINT ehcp_flow")
        except Exception as error:
            raise explain_error(error) from error
        try:
            yield Transaction(raw, self.dialect)
        except BaseException as error:
            try:
                raw.execute("ROLLBACK TO SAVEPOINT ehcp_flow")
                raw.execute("RELEASE SAVEPOINT ehcp_flow")
            except Exception as second:  # noqa: BLE001 - whatever the driver says, explained
                raise explain_error(second) from error
            known = explain_error(error)
            if known is error:
                raise
            raise known from error
        raw.execute("RELEASE SAVEPOINT ehcp_flow")


def explain_error(error: BaseException | None, *, committing: bool = False) -> BaseException:
    """Return the store's error for a driver's; anything else is returned as it is."""
    if error is None or isinstance(error, StoreError):
        return error or StoreUnavailable("no detail")
    if isinstance(error, sqlite3.Error):
        return _sqlite(error)
    if type(error).__module__.startswith("psycopg"):
        return _postgresql(error, committing=committing)
    return error


def _sqlite(error: sqlite3.Error) -> Exception:  # noqa: PLR0911 - one answer for each thing that can be wrong
    detail = str(error)
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or "is locked" in detail:
        return StoreLocked(detail)
    if name.startswith("SQLITE_FULL") or "is full" in detail:
        return StoreFull(detail)
    if name.startswith("SQLITE_IOERR"):
        return StoreFull(detail) if name in ("SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC") else StoreUnavailable(detail)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "malformed" in detail:
        return StoreCorrupt("the SQLite file", detail)
    if "append-only" in detail:
        return AppendOnly(detail.removeprefix("append-only: "))
    if "no such table" in detail:
        return SchemaMissing("of the store")
    if isinstance(error, sqlite3.OperationalError):
        return StoreUnavailable(detail)
    return error


def _postgresql(  # noqa: PLR0911 - one answer for each thing that can be wrong
    error: BaseException, *, committing: bool
) -> BaseException:
    state = getattr(error, "sqlstate", None) or ""
    detail = " ".join(str(error).split())
    kind = type(error).__name__
    if state.startswith(_LOST) or (not state and kind in ("OperationalError", "InterfaceError")):
        return OutcomeUnknown(detail) if committing else ConnectionLost(detail)
    if state in _LOCKED:
        return StoreLocked(detail)
    if state.startswith("53"):
        return StoreFull(detail) if state in ("53100", "53200") else StoreUnavailable(detail)
    if state == "EF001":
        return AppendOnly(detail.split("append-only: ")[-1].split(" CONTEXT")[0])
    if state.startswith("XX00"):
        return StoreCorrupt("the PostgreSQL database", detail)
    if state == "42P01":
        return SchemaMissing("of the store")
    if state == "42501" and "row-level security" in detail:
        return WrongAuthority("(refused by the database)", "of this database role")
    if kind == "OperationalError" or state == "42501":
        return StoreUnavailable(detail)
    return error
