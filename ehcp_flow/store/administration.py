"""What an operator or a host does to a store's tables: make or upgrade them, look at their schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ehcp_flow.store.schema_scripts import schema_sql
from ehcp_flow.store.table_names import TABLES

if TYPE_CHECKING:
    from ehcp_flow.store.hosts import AnyHost

__all__ = ["SchemaStatus", "Upgraded", "check_store", "include_name", "schema_sql", "upgrade_store"]


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
    where: str | AnyHost,
    *,
    schema: str | None = None,
    prefix: str = "ehcp_",
    busy_seconds: float = 10.0,
) -> Upgraded:
    """Make the store at an address or in a host's database, or bring it to the schema that this library needs.

    It is one transaction: on a Connection or a Session the host's, which commits it (in a migration of Alembic's,
    `upgrade_store(op.get_bind(), prefix=...)`; MySQL, MariaDB and Oracle commit whatever is open when a table is made).
    On PostgreSQL it also brings the roles that were granted authorities to the rights that this library gives.
    `busy_seconds` is how long to wait, at an address, for whoever writes or upgrades it at the same time.
    Raises SchemaTooNew, StoreURLError or StoreUnavailable; then the store is as it was.
    """
    from ehcp_flow.store import access
    from ehcp_flow.store import schema as schemas
    from ehcp_flow.store.engines import own_engine
    from ehcp_flow.store.opening import database_of
    from ehcp_flow.store.table_names import Names

    names = Names(prefix, schema)
    at_address = isinstance(where, str)
    database = database_of(own_engine(where, busy_seconds=busy_seconds) if isinstance(where, str) else where)
    try:
        names.fit(database.dialect)
        with database.upgrading() as connection:
            before = access.faults(connection, names)
            done = schemas.upgrade(connection, names)
            left = access.faults(connection, names)
            return Upgraded(*done, tuple(fault for fault in before if fault not in left), left)
    finally:
        if at_address and database.engine is not None:
            database.engine.dispose()


def include_name(
    name: str | None,
    type_: str,
    parent_names: Mapping[str, str | None],
    *,
    prefix: str = "ehcp_",
    schema: str | None = None,
) -> bool:
    """Return whether a host's Alembic shall look at something that it found: at all but the store's own tables.

    For `context.configure(include_name=include_name)` in the host's `env.py`, with another prefix or schema
    `partial(include_name, prefix="send_")`: without it autogenerate would drop the store's tables. A table of the
    host's that only begins with the prefix is looked at.
    """
    if type_ != "table" or parent_names.get("schema_name") != schema:
        return True
    return name not in {f"{prefix}{table}" for table in TABLES}


def check_store(url: str, *, schema: str | None = None, prefix: str = "ehcp_") -> SchemaStatus:
    """Return which schema the database at `url` has, and which is needed. Raises StoreURLError or StoreUnavailable."""
    from ehcp_flow.store import access
    from ehcp_flow.store import schema as schemas
    from ehcp_flow.store.addresses import missing_file
    from ehcp_flow.store.engines import own_engine
    from ehcp_flow.store.opening import database_of
    from ehcp_flow.store.table_names import Names

    names = Names(prefix, schema)
    if missing_file(url):
        return SchemaStatus(None, schemas.REVISION)
    engine = own_engine(url, create=False)
    try:
        names.fit(engine.dialect.name)
        with database_of(engine).looking() as connection:
            found = schemas.found(connection, names)
            return SchemaStatus(found, schemas.REVISION, access.faults(connection, names))
    finally:
        engine.dispose()
