"""Which kind of store an address or a host's database means. SQLAlchemy is loaded when a database is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ehcp_flow.store.base import OPENERS, Store
from ehcp_flow.store.errors import SchemaMissing, StoreURLError
from ehcp_flow.store.memory import MemoryStore
from ehcp_flow.store.table_names import Names

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.orm import Session

__all__ = ["of_address", "of_host"]


def of_address(url: str, names: Names, *, create: bool, busy_seconds: float, **options: Any) -> Store:
    """Return the store at an address; see `Store.open`."""
    if url == "memory:":
        return MemoryStore(**options)
    from ehcp_flow.store.addresses import missing_file
    from ehcp_flow.store.database import Database
    from ehcp_flow.store.engines import own_engine
    from ehcp_flow.store.revisions import REVISION
    from ehcp_flow.store.sql import SqlStore

    if not create and (missing := missing_file(url)):
        raise SchemaMissing(REVISION, missing)
    database = Database(own_engine(url, busy_seconds=busy_seconds, create=create), owned=True)
    try:
        return SqlStore(database, names, create=create, **options)
    except BaseException:
        database.close()
        raise


def of_host(host: Engine | Connection | Session, names: Names, *, create: bool, **options: Any) -> Store:
    """Return the store in a host's database; see `Store.on`."""
    from sqlalchemy import Connection, Engine
    from sqlalchemy.orm import Session, scoped_session

    from ehcp_flow.store.database import Database
    from ehcp_flow.store.sql import SqlStore

    if isinstance(host, Engine):
        database = Database(host)
    elif isinstance(host, Connection):
        database = Database(host=lambda: host)
    elif isinstance(host, (Session, scoped_session)):
        database = Database(host=host.connection)
    else:
        raise StoreURLError(repr(host), "give an Engine, a Connection or a Session")
    return SqlStore(database, names, create=create, **options)


OPENERS["address"] = of_address
OPENERS["host"] = of_host
