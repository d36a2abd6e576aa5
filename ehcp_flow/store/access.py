# ruff: noqa: S608 - the names in the statements are checked identifiers, the values are parameters
"""Who may see and write which authority's cases in PostgreSQL, by database role.

Row-level security is on: a role that does not own the tables sees nothing until it is granted an authority here, and
then it may read its cases and call the functions that write them (`guards`), and nothing else. The owner of the tables
and superusers are not bound by it, so the application should connect as a granted role, never as the owner.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import text

from ehcp_flow.errors import FactError
from ehcp_flow.store.base import Store
from ehcp_flow.store.errors import StoreURLError
from ehcp_flow.store.rights import ALL, faults, renewed, settle, unbound
from ehcp_flow.store.sql import SqlStore

__all__ = ["ALL", "faults", "grant", "revoke"]

_ROLE: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def grant(store: Store, role: str, authority: str, *, write: bool = True) -> None:
    """Let a database role read (and record) the cases of one authority (`*`: of all). It must exist already.

    Call it on a store that was opened as the owner of the tables; what the role may do with an authority is what was
    granted last. Raises StoreURLError on SQLite, for a role name that is not lower-case letters, digits and
    underscores, and for a role that row-level security does not bind; FactError for an authority that is not three
    digits.
    """
    opened = _ready(store, role)
    if authority != ALL and not re.fullmatch(r"[0-9]{3}", authority):
        raise FactError("", "authority", authority, "write the local authority's three-digit number, or * for all")
    with opened.database.sqlalchemy(write=True) as connection:
        if (why := unbound(connection, opened.names, role)) is not None:
            raise StoreURLError(role, f"{why}: grant it nothing, and let the application connect as another role")
        wanted = renewed(connection, opened.names)
        connection.execute(
            text(
                f"INSERT INTO {opened.names.scopes} (role, authority, may_write) VALUES (:role, :authority, :write) "
                "ON CONFLICT (role, authority) DO UPDATE SET may_write = excluded.may_write"
            ),
            {"role": role, "authority": authority, "write": write},
        )
        settle(connection, opened.names, wanted, role)


def revoke(store: Store, role: str, authority: str) -> None:
    """Take an authority away from a database role; with the last of them it loses every right to the store."""
    opened = _ready(store, role)
    with opened.database.sqlalchemy(write=True) as connection:
        wanted = renewed(connection, opened.names)
        connection.execute(
            text(f"DELETE FROM {opened.names.scopes} WHERE role = :role AND authority = :authority"),
            {"role": role, "authority": authority},
        )
        settle(connection, opened.names, wanted, role)


def _ready(store: Store, role: str) -> SqlStore:
    if not isinstance(store, SqlStore) or store.backend != "postgresql":
        raise StoreURLError(store.backend, "only PostgreSQL has roles; open the store with authority=")
    if not _ROLE.fullmatch(role):
        raise StoreURLError(role, "a role is named in lower-case letters, digits and underscores")
    return store
