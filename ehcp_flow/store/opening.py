"""Which kind of store an address or a host's database means. SQLAlchemy is loaded when a database is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ehcp_flow.store.base import OPENERS, Store
from ehcp_flow.store.errors import HostUnusable, SchemaMissing, StoreURLError
from ehcp_flow.store.memory import MemoryStore
from ehcp_flow.store.table_names import Names

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Dialect, Engine

    from ehcp_flow.store.database import Database
    from ehcp_flow.store.portable_database import PortableDatabase

__all__ = ["database_of", "of_address", "of_address_of_asyncio", "of_host", "of_host_of_asyncio"]


def of_address(url: str, names: Names, *, create: bool, busy_seconds: float, **options: Any) -> Store:
    """Return the store at an address; see `Store.open`."""
    if url == "memory:":
        return MemoryStore(**options)
    from ehcp_flow.store.addresses import OtherAddress, missing_file, parse_address
    from ehcp_flow.store.database import Database
    from ehcp_flow.store.engines import other_engine, own_engine
    from ehcp_flow.store.portable_database import PortableDatabase
    from ehcp_flow.store.portable_store import PortableStore
    from ehcp_flow.store.revisions import REVISION
    from ehcp_flow.store.sql import SqlStore

    if not create and (missing := missing_file(url)):
        raise SchemaMissing(REVISION, missing)
    database: Database | PortableDatabase
    if isinstance(parse_address(url), OtherAddress):
        database = PortableDatabase(other_engine(url, busy_seconds=busy_seconds), owned=True)
    else:
        database = Database(own_engine(url, busy_seconds=busy_seconds, create=create), owned=True)
    try:
        if isinstance(database, PortableDatabase):
            return PortableStore(database, names, create=create, **options)
        return SqlStore(database, names, create=create, **options)
    except BaseException:
        database.close()
        raise


def of_host(host: Any, names: Names, *, create: bool, **options: Any) -> Store:
    """Return the store in a host's database; see `Store.on`."""
    from ehcp_flow.store.portable_database import PortableDatabase
    from ehcp_flow.store.portable_store import PortableStore
    from ehcp_flow.store.sql import SqlStore

    database = database_of(host)
    if not isinstance(database, PortableDatabase):
        return SqlStore(database, names, create=create, **options)
    if database.sql.is_async:
        raise StoreURLError(repr(host), "its driver is one of asyncio's; bind it with ehcp_flow.store.AsyncStore.on")
    return PortableStore(database, names, create=create, **options)


def database_of(host: Any) -> Database | PortableDatabase:
    """Return where the transactions of a host come from: by the faster way, if there is one for its driver."""
    from ehcp_flow.store.database import SPOKEN, Database
    from ehcp_flow.store.portable_database import PortableDatabase

    engine, give, dialect = _of_what(host)
    spoken = not dialect.is_async and (dialect.name, dialect.driver) in SPOKEN
    return Database(engine, give) if spoken else PortableDatabase(engine, give)


def _of_what(host: Any) -> tuple[Engine | None, Callable[[], Connection] | None, Dialect]:
    """Return the engine of a host or what gives its connection, and the dialect. Raises StoreURLError for no host."""
    from sqlalchemy import Connection, Engine
    from sqlalchemy.orm import Session, scoped_session

    from ehcp_flow.store.hosts import Host
    from ehcp_flow.store.lent import is_lent, lent

    if isinstance(host, Engine):
        return host, None, host.dialect
    if isinstance(host, (Session, scoped_session)):
        return None, host.connection, Host(host.connection).connection().dialect
    if is_lent(host):
        host = lent(host)
    if not isinstance(host, Connection):
        raise StoreURLError(
            repr(host), "give an Engine, a Connection or a Session, or a connection of sqlite3 or psycopg (3)"
        )
    return None, lambda: host, host.dialect


def of_address_of_asyncio(url: str, names: Names, *, create: bool, busy_seconds: float, **options: Any) -> Store:
    """Return the portable store at an address, by a driver of asyncio's; see `AsyncStore.open`."""
    from ehcp_flow.store.engines import engine_of_asyncio
    from ehcp_flow.store.portable_database import PortableDatabase
    from ehcp_flow.store.portable_store import PortableStore

    database = PortableDatabase(engine_of_asyncio(url, busy_seconds=busy_seconds, create=create), owned=True)
    try:
        return PortableStore(database, names, create=create, **options)
    except BaseException:
        database.close()
        raise


def of_host_of_asyncio(host: Any, names: Names, *, create: bool, **options: Any) -> Store:
    """Return the portable store in the database of a host on asyncio; see `AsyncStore.on`."""
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_scoped_session

    from ehcp_flow.store.portable_database import PortableDatabase
    from ehcp_flow.store.portable_store import PortableStore

    if isinstance(host, AsyncEngine):
        database = PortableDatabase(host.sync_engine)
    elif isinstance(host, AsyncConnection):
        database = PortableDatabase(host=lambda: host.sync_connection or _unopened())
    elif isinstance(host, (AsyncSession, async_scoped_session)):
        session = host if isinstance(host, AsyncSession) else host()
        database = PortableDatabase(host=session.sync_session.connection)
    else:
        raise StoreURLError(repr(host), "give an AsyncEngine, an AsyncConnection or an AsyncSession")
    return PortableStore(database, names, create=create, **options)


def _unopened() -> Connection:
    raise HostUnusable("it is not open: await it, or use it in `async with`")


OPENERS["address"] = of_address
OPENERS["host"] = of_host
