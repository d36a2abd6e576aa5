# ruff: noqa: S608 - the names in the statements are checked identifiers, the values are parameters
"""What roles may do in PostgreSQL: row-level security as this library makes it, and what is not as it should be."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from ehcp_flow.store.revisions import REVISION, found
from ehcp_flow.store.role_guards import Guards, apply, guards
from ehcp_flow.store.table_names import Names

__all__ = ["ALL", "faults", "renew", "renewed", "settle", "unbound"]

ALL: Final = "*"
"""The scope of a role that may see every authority."""
_READ: Final = ("facts", "texts", "heads", "erased", "imports", "scopes", "schema_version")


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
        settle(connection, names, wanted, role)
    return True


def faults(connection: Connection, names: Names) -> tuple[str, ...]:
    """Return where the separation of authorities is not what this library would make it, a sentence each."""
    if connection.dialect.name != "postgresql" or found(connection, names) != REVISION:
        return ()
    wanted = guards(connection, names)
    if not wanted.in_place(connection):
        return ("the policies and functions that keep roles to their authorities are not those of this version",)
    told = []
    for role in _roles(connection, names):
        if (why := unbound(connection, names, role)) is not None:
            told.append(f"role {role} is granted authorities, and {why}")
        elif wide := _wide(connection, wanted, role):
            told.append(f"role {role} has rights that it does not need: {', '.join(wide)}")
    return tuple(told)


def renewed(connection: Connection, names: Names) -> Guards:
    """Return the guards of this library, which are in place."""
    renew(connection, names)
    return guards(connection, names)


def _roles(connection: Connection, names: Names) -> list[str]:
    """Return the roles that are granted something and that still exist."""
    sql = f"SELECT DISTINCT s.role FROM {names.scopes} s JOIN pg_roles r ON r.rolname = s.role ORDER BY s.role"
    return list(connection.execute(text(sql)).scalars())


def unbound(connection: Connection, names: Names, role: str) -> str | None:
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


def settle(connection: Connection, names: Names, wanted: Guards, role: str) -> None:
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
