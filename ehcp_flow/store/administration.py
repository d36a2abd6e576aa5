"""What an operator does to a store by its address: make or upgrade it, look at its schema."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SchemaStatus", "Upgraded", "check_store", "upgrade_store"]


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The schema before (None: there was no store) and after; on PostgreSQL, what kept authorities apart less well.

    `mended` is what was put right of that, a sentence each, `left` what somebody else has to put right.
    """

    before: str | None
    after: str
    mended: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """The schema that is there (None: no store), and the one that this library needs.

    `apart` is what keeps authorities apart less well than this library would (PostgreSQL), a sentence each: roles that
    an earlier version granted more than they need, say.
    """

    found: str | None
    wanted: str
    apart: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the store can be opened as it is."""
        return self.found == self.wanted


def upgrade_store(
    url: str, *, schema: str | None = None, prefix: str = "ehcp_", busy_seconds: float = 10.0
) -> Upgraded:
    """Make the store at `url`, or bring it to the schema that this library needs, in one transaction.

    On PostgreSQL it also brings the roles that were granted authorities to the rights that this library gives.
    `busy_seconds` is how long to wait for whoever writes, or upgrades it at the same time.
    Raises SchemaTooNew, StoreURLError or StoreUnavailable; then the store is as it was.
    """
    from ehcp_flow.store import access
    from ehcp_flow.store import schema as schemas
    from ehcp_flow.store.database import Database
    from ehcp_flow.store.engines import own_engine
    from ehcp_flow.store.table_names import Names

    names = Names(prefix, schema)
    database = Database(own_engine(url, busy_seconds=busy_seconds), owned=True)
    try:
        with database.sqlalchemy(write=True) as connection:
            before = access.faults(connection, names)
            done = schemas.upgrade(connection, names)
            left = access.faults(connection, names)
            return Upgraded(*done, tuple(fault for fault in before if fault not in left), left)
    finally:
        database.close()


def check_store(url: str, *, schema: str | None = None, prefix: str = "ehcp_") -> SchemaStatus:
    """Return which schema the database at `url` has, and which is needed. Raises StoreURLError or StoreUnavailable."""
    from ehcp_flow.store import access
    from ehcp_flow.store import schema as schemas
    from ehcp_flow.store.addresses import missing_file
    from ehcp_flow.store.database import Database
    from ehcp_flow.store.engines import own_engine
    from ehcp_flow.store.table_names import Names

    names = Names(prefix, schema)
    if missing_file(url):
        return SchemaStatus(None, schemas.REVISION)
    database = Database(own_engine(url, create=False), owned=True)
    try:
        with database.sqlalchemy() as connection:
            found = schemas.found(connection, names)
            return SchemaStatus(found, schemas.REVISION, access.faults(connection, names))
    finally:
        database.close()
