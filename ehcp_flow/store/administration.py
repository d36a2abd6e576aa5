"""What an operator does to a store by its address: make or upgrade it, look at its schema."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SchemaStatus", "Upgraded", "check_store", "upgrade_store"]


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The schema before (None: there was no store) and after."""

    before: str | None
    after: str

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """The schema that is there (None: no store), and the one that this library needs."""

    found: str | None
    wanted: str

    @property
    def ok(self) -> bool:
        """Whether the store can be opened as it is."""
        return self.found == self.wanted


def upgrade_store(url: str, *, schema: str | None = None, prefix: str = "ehcp_") -> Upgraded:
    """Make the store at `url`, or bring it to the schema that this library needs, in one transaction.

    Raises SchemaTooNew, StoreURLError or StoreUnavailable; then the store is as it was.
    """
    from ehcp_flow.store import schema as schemas
    from ehcp_flow.store.database import Database
    from ehcp_flow.store.engines import own_engine
    from ehcp_flow.store.names import Names

    names = Names(prefix, schema)
    database = Database(own_engine(url), owned=True)
    try:
        with database.sqlalchemy(write=True) as connection:
            return Upgraded(*schemas.upgrade(connection, names))
    finally:
        database.close()


def check_store(url: str, *, schema: str | None = None, prefix: str = "ehcp_") -> SchemaStatus:
    """Return which schema the database at `url` has, and which is needed. Raises StoreURLError or StoreUnavailable."""
    from ehcp_flow.store import schema as schemas
    from ehcp_flow.store.addresses import missing_file
    from ehcp_flow.store.database import Database
    from ehcp_flow.store.engines import own_engine
    from ehcp_flow.store.names import Names

    names = Names(prefix, schema)
    if missing_file(url):
        return SchemaStatus(None, schemas.REVISION)
    database = Database(own_engine(url, create=False), owned=True)
    try:
        with database.sqlalchemy() as connection:
            return SchemaStatus(schemas.found(connection, names), schemas.REVISION)
    finally:
        database.close()
