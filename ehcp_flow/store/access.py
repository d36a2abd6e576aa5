# ruff: noqa: S608 - the names in the statements are checked identifiers, the values are parameters
"""Who may see and write which authority's cases in PostgreSQL, by database role.

Row-level security is on: a role that does not own the tables sees nothing until it is granted an authority here, and
then it may read its cases and call the functions that write them (`guards`), and nothing else. The owner of the tables
and superusers are not bound by it, so the application should connect as a granted role, never as the owner.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import Connection, text

from ehcp_flow.errors import FactError
from ehcp_flow.store import schema
from ehcp_flow.store.base import Store
from ehcp_flow.store.errors import StoreURLError
from ehcp_flow.store.guards import Guards, apply, guards
from ehcp_flow.store.names import Names
from ehcp_flow.store.sql import SqlStore

__all__ = ["ALL", "faults", "grant", "renew", "revoke"]

ALL: Final = "*"
"""The scope of a role that may see every authority."""

_ROLE: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_READ: Final = ("facts", "texts", "heads", "imports", "scopes", "schema_version")


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
        if (why := _unbound(connection, opened.names, role)) is not None:
            raise StoreURLError(role, f"{why}: grant it nothing, and let the application connect as another role")
        wanted = _renewed(connection, opened.names)
        connection.execute(
            text(
                f"INSERT INTO {opened.names.scopes} (role, authority, may_write) VALUES (:role, :authority, :write) "
                "ON CONFLICT (role, authority) DO UPDATE SET may_write = excluded.may_write"
            ),
            {"role": role, "authority": authority, "write": write},
        )
        _settle(connection, opened.names, wanted, role)


def revoke(store: Store, role: str, authority: str) -> None:
    """Take an authority away from a database role; with the last of them it loses every right to the store."""
    opened = _ready(store, role)
    with opened.database.sqlalchemy(write=True) as connection:
        wanted = _renewed(connection, opened.names)
        connection.execute(
            text(f"DELETE FROM {opened.names.scopes} WHERE role = :role AND authority = :authority"),
            {"role": role, "authority": authority},
        )
        _settle(connection, opened.names, wanted, role)


def renew(connection: Connection, names: Names) -> bool:
    """Give the store the guards of this library, and each granted role the rights that go with them.

    Returns whether anything was changed; the caller commits. Does nothing on SQLite.
    """
    if connection.dialect.name != "postgresql" or not faults(connection, names):
        return False
    wanted = guards(connection, names)
    if not wanted.in_place(connection):
        apply(connection, wanted)
    for role in _roles(connection, names):
        _settle(connection, names, wanted, role)
    return True


def faults(connection: Connection, names: Names) -> tuple[str, ...]:
    """Return where the separation of authorities is not what this library would make it, a sentence each."""
    if connection.dialect.name != "postgresql" or schema.found(connection, names) != schema.REVISION:
        return ()
    wanted = guards(connection, names)
    if not wanted.in_place(connection):
        return ("the policies and functions that keep roles to their authorities are not those of this version",)
    found = []
    for role in _roles(connection, names):
        if (why := _unbound(connection, names, role)) is not None:
            found.append(f"role {role} is granted authorities, and {why}")
        elif wide := _wide(connection, wanted, role):
            found.append(f"role {role} has rights that it does not need: {', '.join(wide)}")
    return tuple(found)


def _renewed(connection: Connection, names: Names) -> Guards:
    renew(connection, names)
    return guards(connection, names)


def _roles(connection: Connection, names: Names) -> list[str]:
    """Return the roles that are granted something and that still exist."""
    sql = f"SELECT DISTINCT s.role FROM {names.scopes} s JOIN pg_roles r ON r.rolname = s.role ORDER BY s.role"
    return list(connection.execute(text(sql)).scalars())


def _unbound(connection: Connection, names: Names, role: str) -> str | None:
    """Return why row-level security does not bind a role, if that is so."""
    row = connection.execute(
        text(
            "SELECT r.rolsuper, r.rolbypassrls, pg_has_role(r.oid, c.relowner, 'MEMBER') "
            "FROM pg_roles r, pg_class c WHERE r.rolname = :role AND c.oid = to_regclass(:heads)"
        ),
        {"role": role, "heads": names.heads},
    ).first()
    said = ("it is a superuser", "it may bypass row-level security", "it may act as the owner of the tables")
    return None if row is None else next((why for is_so, why in zip(row, said, strict=True) if is_so), None)


def _wide(connection: Connection, wanted: Guards, role: str) -> list[str]:
    """Return the rights of a role that are wider than what this library grants, from whomever it has them."""
    rows = connection.execute(
        text(
            "SELECT kind || ' on ' || name FROM unnest(CAST(:tables AS text[])) AS t(name), "
            "unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS k(kind) "
            "WHERE has_table_privilege(:role, name, kind) "
            "OR (kind IN ('INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(:role, name, kind)) "
            "UNION ALL SELECT 'CREATE on schema ' || n.nspname FROM pg_namespace n "
            "JOIN pg_class c ON c.relnamespace = n.oid "
            "WHERE c.oid = CAST(:facts AS regclass) AND has_schema_privilege(:role, n.oid, 'CREATE')"
        ),
        {"tables": list(wanted.tables.values()), "facts": wanted.tables["facts"], "role": role},
    )
    return list(rows.scalars())


def _settle(connection: Connection, names: Names, wanted: Guards, role: str) -> None:
    """Give a role the rights to what it is granted, and take every other right to the store from it."""
    scopes = connection.execute(
        text(f"SELECT authority, may_write FROM {names.scopes} WHERE role = :role"), {"role": role}
    ).all()
    functions = ", ".join(wanted.writing)
    rights = [
        f"REVOKE ALL ON {', '.join(wanted.tables.values())} FROM {role}",
        f"REVOKE ALL ON FUNCTION {functions} FROM {role}",
    ]
    if scopes:
        rights.append(f"GRANT SELECT ON {', '.join(wanted.tables[table] for table in _READ)} TO {role}")
    if any(authority == ALL for authority, _ in scopes):
        rights.append(f"GRANT SELECT ON {wanted.tables['counter']} TO {role}")
    if any(write for _, write in scopes):
        rights.append(f"GRANT EXECUTE ON FUNCTION {functions} TO {role}")
    if names.schema:
        rights.append(f"REVOKE ALL ON SCHEMA {names.schema} FROM {role}, PUBLIC")
        if scopes:
            rights.append(f"GRANT USAGE ON SCHEMA {names.schema} TO {role}")
    for right in rights:
        connection.execute(text(right))


def _ready(store: Store, role: str) -> SqlStore:
    if not isinstance(store, SqlStore) or store.backend != "postgresql":
        raise StoreURLError(store.backend, "only PostgreSQL has roles; open the store with authority=")
    if not _ROLE.fullmatch(role):
        raise StoreURLError(role, "a role is named in lower-case letters, digits and underscores")
    return store
