"""Who may see which authority's cases in PostgreSQL, by database role.

The migrations switch row-level security on: a role that does not own the tables sees nothing until it is granted an
authority here. The owner of the tables and superusers are not bound by it, so the application should connect as a
granted role, never as the owner.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import text

from ehcp_flow.errors import FactError
from ehcp_flow.store.errors import StoreURLError
from ehcp_flow.store.sql import SqlStore

__all__ = ["ALL", "grant", "revoke"]

ALL: Final = "*"
"""The scope of a role that may see every authority."""

_ROLE: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def grant(store: SqlStore, role: str, authority: str, *, write: bool = True) -> None:
    """Let a database role read (and record) the cases of one authority (`*`: of all). It must exist already.

    Call it on a store that was opened as the owner of the tables. Raises StoreURLError on SQLite, or for a role name
    that is not lower-case letters, digits and underscores; FactError for an authority that is not three digits.
    """
    _ready(store, role)
    if authority != ALL and not re.fullmatch(r"[0-9]{3}", authority):
        raise FactError("", "authority", authority, "write the local authority's three-digit number, or * for all")
    n = store.names
    rights = [f"GRANT SELECT ON {table} TO {role}" for table in (n.facts, n.texts, n.heads, n.counter, n.scopes)]
    rights += [f"GRANT SELECT ON {table} TO {role}" for table in (n.schema_version, n.imports)]
    if n.schema:
        rights.insert(0, f"GRANT USAGE ON SCHEMA {n.schema} TO {role}")
    if write:
        rights += [f"GRANT INSERT ON {table} TO {role}" for table in (n.facts, n.texts, n.heads, n.imports)]
        rights += [f"GRANT UPDATE ON {table} TO {role}" for table in (n.texts, n.heads, n.counter, n.imports)]
    with store.database.sqlalchemy(write=True) as connection:
        connection.execute(
            text(f"INSERT INTO {n.scopes} (role, authority) VALUES (:role, :authority) ON CONFLICT DO NOTHING"),  # noqa: S608 - names are checked identifiers
            {"role": role, "authority": authority},
        )
        for right in rights:
            connection.execute(text(right))


def revoke(store: SqlStore, role: str, authority: str) -> None:
    """Take an authority away from a database role; it sees none of its cases from now on."""
    _ready(store, role)
    with store.database.sqlalchemy(write=True) as connection:
        connection.execute(
            text(f"DELETE FROM {store.names.scopes} WHERE role = :role AND authority = :authority"),  # noqa: S608 - names are checked identifiers
            {"role": role, "authority": authority},
        )


def _ready(store: SqlStore, role: str) -> None:
    if store.backend != "postgresql":
        raise StoreURLError(store.backend, "only PostgreSQL has roles; open a SQLite store with authority=")
    if not _ROLE.fullmatch(role):
        raise StoreURLError(role, "a role is named in lower-case letters, digits and underscores")
