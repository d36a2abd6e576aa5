"""Engines of the store's own, with the settings that its promises rest on.

SQLite: the driver's implicit transactions are switched off (`isolation_level=None`), since they would begin a write
as a read and fail half-way; a write begins with BEGIN IMMEDIATE, so that it waits at the door or not at all, and a read
takes no lock that a writer needs. The journal is a write-ahead log (made so by the first write, since a reader may not
change the file) and each commit is synced to the disk (`synchronous=FULL`).
"""

from __future__ import annotations

import math
import os
import sqlite3
import stat
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote_from_bytes

from sqlalchemy import URL, AsyncAdaptedQueuePool, Connection, Engine, create_engine, event, exc

from ehcp_flow.store import forking
from ehcp_flow.store.addresses import Mode, OtherAddress, PostgresAddress, SqliteAddress, parse_address
from ehcp_flow.store.driver_errors import explain_error
from ehcp_flow.store.errors import (
    SchemaMissing,
    StoreFolderMissing,
    StoreLocked,
    StoreReadOnly,
    StoreUnavailable,
    StoreURLError,
)
from ehcp_flow.store.revisions import REVISION

__all__ = ["READS", "SqliteFile", "engine_of_asyncio", "other_engine", "own_engine", "wait_for_locks"]

READS: Final = "ehcp_flow_reads"
"""The execution option of a SQLAlchemy connection that will only read."""

_POOL: Final = {"pool_size": 5, "max_overflow": 20}
_NO_ROOM_BESIDE: Final = ("SQLITE_CANTOPEN", "SQLITE_READONLY")
"""How SQLite's names for the error begin when it cannot make the files that a write-ahead log needs to be read."""


def own_engine(url: str, *, busy_seconds: float = 10.0, create: bool = True) -> Engine:
    """Return an engine with the settings the guarantees rest on, for `sqlite:///file` or `postgresql+psycopg://...`.

    `busy_seconds` is how long to wait for a lock, for a free connection and for a server that does not answer. Without
    `create` a file that is not there is not made. Raises StoreURLError for an address that cannot be honoured,
    StoreReadOnly where it says that the store may only be read and there is one to be made.
    """
    address = parse_address(url)
    if isinstance(address, OtherAddress):
        return other_engine(url, busy_seconds=busy_seconds)
    if isinstance(address, PostgresAddress):
        return _postgresql(url, address, busy_seconds)
    return _sqlite(url, address, busy_seconds, create=create)


def other_engine(url: str, *, busy_seconds: float = 10.0) -> Engine:
    """Return an engine for a database of the portable store, which waits for locks no longer than that.

    Raises StoreURLError for an address that SQLAlchemy does not take, or whose driver is not installed.
    """
    try:
        engine = create_engine(url, pool_timeout=busy_seconds, pool_pre_ping=True, **_POOL)
    except (exc.ArgumentError, exc.NoSuchModuleError, ImportError, ValueError) as error:
        raise StoreURLError(url, _why_not(error)) from None
    wait_for_locks(engine, busy_seconds)
    return engine


def engine_of_asyncio(url: str, *, busy_seconds: float = 10.0, create: bool = True) -> Engine:
    """Return an engine whose driver is one of asyncio's, to be used inside `greenlet_spawn`, with the same settings.

    Raises StoreURLError for an address that cannot be honoured or a driver that is none of them; SchemaMissing for a
    file that is not there, without `create`.
    """
    scheme, _, rest = url.partition("://")
    if scheme.lower() == "sqlite+aiosqlite":
        return _aiosqlite(url, rest, busy_seconds, create=create)
    from sqlalchemy.ext.asyncio import create_async_engine

    try:
        made = create_async_engine(url, pool_timeout=busy_seconds, pool_pre_ping=True, **_POOL)
    except exc.InvalidRequestError:
        known = "sqlite+aiosqlite:///file, postgresql+psycopg:// or postgresql+asyncpg://"
        raise StoreURLError(url, f"it has no driver of asyncio's; write {known}") from None
    except (exc.ArgumentError, exc.NoSuchModuleError, ImportError, ValueError) as error:
        raise StoreURLError(url, _why_not(error)) from None
    wait_for_locks(made.sync_engine, busy_seconds)
    return made.sync_engine


def _aiosqlite(url: str, rest: str, busy_seconds: float, *, create: bool) -> Engine:
    from sqlalchemy.ext.asyncio import create_async_engine

    address = parse_address(f"sqlite://{rest}")
    if not isinstance(address, SqliteAddress) or address.mode != "rwc" or address.immutable:
        raise StoreURLError(url, "by aiosqlite a store is opened to be read and written; leave mode and immutable out")
    if not create and address.missing():
        raise SchemaMissing(REVISION, address.path)
    _refuse_what_is_no_file(url, address.path)
    seconds = busy_seconds if address.busy_seconds is None else address.busy_seconds
    # A connection of its own for each use: many calls of one loop may be at work at a time.
    made = create_async_engine(
        URL.create("sqlite+aiosqlite", database=address.path), connect_args={"timeout": seconds}, pool_timeout=seconds,
        poolclass=AsyncAdaptedQueuePool, **_POOL,
    )  # fmt: skip

    @event.listens_for(made.sync_engine, "connect")
    def _settings(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for setting in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {setting}")
        cursor.close()

    return made.sync_engine


def _why_not(error: Exception) -> str:
    """Return why there is no engine for an address, in SQLAlchemy's words; those of a driver's absence are Python's."""
    said = str(error).partition("\n")[0]
    return f"its driver is not installed here ({said})" if isinstance(error, ImportError) else said


_WAITING: Final = {
    "postgresql": "SET lock_timeout = {thousandths}",
    "mysql": "SET SESSION innodb_lock_wait_timeout = {seconds}",
    "mariadb": "SET SESSION innodb_lock_wait_timeout = {seconds}",
    "mssql": "SET LOCK_TIMEOUT {thousandths}",
}
"""How a session is told how long to wait for a lock; Oracle is not: there, a writer waits until it has it."""


def wait_for_locks(engine: Engine, seconds: float) -> None:
    """Have each new connection of an engine wait so long for a lock, where its database can be told."""
    statement = _WAITING.get(engine.dialect.name)
    if statement is None:
        return
    said = statement.format(thousandths=max(1, math.ceil(seconds * 1000)), seconds=max(1, math.ceil(seconds)))

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(said)
        cursor.close()
        connection.commit()


def _postgresql(url: str, address: PostgresAddress, busy_seconds: float) -> Engine:
    known = _libpq_options()
    for name, _ in address.options:
        if name not in known:
            raise StoreURLError(url, f"{name!r} is no option of a connection to PostgreSQL")
    query: dict[str, tuple[str, ...]] = {}
    for name, value in address.options:
        query[name] = (*query.get(name, ()), value)
    if twice := [name for name, values in query.items() if len(set(values)) > 1 and name not in ("host", "port")]:
        raise StoreURLError(url, f"{twice[0]} stands twice")
    if not all(value.isdecimal() for value in query.get("connect_timeout", ())):
        raise StoreURLError(url, "connect_timeout is no number of seconds")
    if "connect_timeout" not in query and "PGCONNECT_TIMEOUT" not in os.environ:
        query["connect_timeout"] = (str(max(2, math.ceil(busy_seconds))),)
    engine = create_engine(
        URL.create(
            "postgresql+psycopg", address.user, address.password, address.host, address.port, address.database,
            {name: values if len(values) > 1 else values[0] for name, values in query.items()},
        ),
        pool_timeout=busy_seconds,
        **_POOL,
    )  # fmt: skip

    wait_for_locks(engine, busy_seconds)
    return engine


def _libpq_options() -> frozenset[str]:
    from psycopg.pq import Conninfo

    return frozenset(option.keyword.decode() for option in Conninfo.get_defaults())


def _sqlite(url: str, address: SqliteAddress, busy_seconds: float, *, create: bool) -> Engine:
    if create and (address.mode == "ro" or address.immutable) and address.missing():
        raise StoreReadOnly(f"{address.path} is not there, and mode={address.mode} makes none")
    mode: Mode = "rw" if address.mode == "rwc" and not create else address.mode
    seconds = busy_seconds if address.busy_seconds is None else address.busy_seconds
    shown = URL.create("sqlite", database=address.path)
    engine = create_engine(
        shown,
        creator=lambda: SqliteFile.opened(url, address.path, mode, seconds, immutable=address.immutable),
        pool_timeout=seconds,
        **_POOL,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get(READS):
            connection.exec_driver_sql("BEGIN")
        else:
            raw = connection.connection.driver_connection
            if isinstance(raw, SqliteFile):
                raw.make_ready_to_write()
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


class _FileStamp(NamedTuple):
    """What tells that a file has not changed."""

    device: int
    inode: int
    size: int
    changed: int
    log: int

    @classmethod
    def at(cls, path: str) -> _FileStamp | None:
        """Return what a file looks like; None if it cannot be looked at."""
        try:
            found = Path(path).stat()
        except OSError:
            return None
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, _size(f"{path}-wal"))


class SqliteFile(sqlite3.Connection):
    """A connection of the store's own to a SQLite file."""

    path: str = ""
    taken_for: _FileStamp | None = None
    """Of a file that is read as one that never changes: what it looked like."""
    _ready: bool = False

    @classmethod
    def opened(cls, url: str, path: str, mode: Mode, busy_seconds: float, *, immutable: bool) -> SqliteFile:
        """Return a connection that has read the file's beginning. Raises the store's errors."""
        _refuse_what_is_no_file(url, path)
        forking.refuse_inherited(path)
        try:
            try:
                return cls._at(path, "ro" if immutable else mode, busy_seconds, unchanging=immutable)
            except sqlite3.OperationalError as error:
                if mode == "rwc" and not Path(path).exists():
                    raise
                if not error.sqlite_errorname.startswith(_NO_ROOM_BESIDE) or os.access(Path(path).parent, os.W_OK):
                    raise
                # No write-ahead log can be made here, so nobody with our rights writes: read the file as it lies.
                return cls._at(path, "ro", busy_seconds, unchanging=True)
        except sqlite3.Error as error:
            raise explain_error(error, where=path) from error

    @classmethod
    def _at(cls, path: str, mode: Mode, busy_seconds: float, *, unchanging: bool) -> SqliteFile:
        named = f"file:{quote_from_bytes(os.fsencode(path))}?mode={mode}" + ("&immutable=1" if unchanging else "")
        look = _FileStamp.at(path) if unchanging else None
        if look is not None and look.log:
            raise StoreUnavailable(
                f"{path}-wal holds commits that are not in {path} yet, and they cannot be read from a place where "
                "nothing may be written; copy both files to a place where something may"
            )
        raw = sqlite3.connect(
            named, uri=True, isolation_level=None, timeout=busy_seconds, check_same_thread=False, factory=cls
        )
        try:
            raw.path, raw.taken_for = path, look
            raw.execute("PRAGMA synchronous=FULL")
            raw.execute("PRAGMA secure_delete=ON")
            raw.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        except BaseException:
            raw.close()
            raise
        return raw

    def make_ready_to_write(self) -> None:
        """Make the journal a write-ahead log, for which it needs the file to itself. Raises the store's errors."""
        if self._ready:
            return
        try:
            self.execute("PRAGMA journal_mode=WAL")
        except sqlite3.Error as error:
            raise explain_error(error, where=self.path) from error
        self._ready = True

    def changed(self) -> bool:
        """Whether a file that was to be read as unchanging has changed."""
        return self.taken_for is not None and self.taken_for != _FileStamp.at(self.path)

    def refuse_changed(self) -> None:
        """Raise StoreLocked if what was read as unchanging has changed meanwhile: it may not be of one moment."""
        if self.changed():
            raise StoreLocked(f"{self.path} was written to while it was read")


def _refuse_what_is_no_file(url: str, path: str) -> None:
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        if not Path(path).absolute().parent.is_dir():
            raise StoreFolderMissing(f"{path}: there is no such folder") from None
        return
    if not stat.S_ISREG(mode):
        raise StoreURLError(url, "it is a directory" if stat.S_ISDIR(mode) else "it is no regular file")


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
