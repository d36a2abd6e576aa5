# ruff: noqa: S608 - names are checked identifiers
"""The fifth schema: a case can be erased whole, and a tombstone is left of it.

What was recorded is deleted only where a tombstone says by whom and why; a case that has one is never begun again.
This file is history: it never changes, whatever later schemas look like.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from ehcp_flow.store.migrations.versions.v3_trail import POSTGRESQL as V3_POSTGRESQL
from ehcp_flow.store.migrations.versions.v3_trail import SQLITE as V3_SQLITE
from ehcp_flow.store.migrations.versions.v3_trail import sqlite_trigger, trigger_name
from ehcp_flow.store.table_names import Names

revision = "5"
down_revision = "4"

_AGAIN: Final = "a case that was erased is not begun again"
_STAYS: Final = "a tombstone is never changed or deleted"
_ERASED: Final = ("facts", "texts", "heads")


class Refusal(NamedTuple):
    """A trigger: the table, the statement that it refuses, when (always, if nothing is said), the words.

    `unless_erased` says that a case with a tombstone is another matter.
    """

    table: str
    action: str
    when: str
    says: str
    unless_erased: bool = False


def sqlite_refusals(n: Names) -> tuple[Refusal, ...]:
    """Return what this schema refuses on SQLite."""
    there = f"EXISTS (SELECT 1 FROM {n.prefix}erased e WHERE e.case_id = {{}}.case_id)"
    kept = []
    for table, action, when, says in V3_SQLITE:
        erasable = action == "DELETE" and table in _ERASED
        kept.append(Refusal(table, action, f"NOT {there.format('OLD')}" if erasable else when, says))
    return (
        *kept,
        Refusal("heads", "INSERT", there.format("NEW"), _AGAIN),
        Refusal("erased", "UPDATE", "", _STAYS),
        Refusal("erased", "DELETE", "", _STAYS),
    )


def postgresql_refusals() -> tuple[Refusal, ...]:
    """Return what this schema refuses on PostgreSQL."""
    kept = []
    for table, action, when, says in V3_POSTGRESQL:
        if action == "UPDATE OR DELETE":
            kept += [Refusal(table, "UPDATE", when, says), Refusal(table, "DELETE", when, says, unless_erased=True)]
        else:
            kept.append(Refusal(table, action, when, says, action == "DELETE" and table in _ERASED))
    return (
        *kept,
        Refusal("heads", "INSERT", "", _AGAIN, unless_erased=True),
        Refusal("erased", "UPDATE OR DELETE", "", _STAYS),
        Refusal("erased", "TRUNCATE", "", "a record is never emptied"),
    )


def upgrade() -> None:
    """Take a store of the fourth schema to the fifth."""
    from alembic import context, op

    n: Names = context.config.attributes["names"]
    connection = op.get_bind()
    postgresql = connection.dialect.name == "postgresql"
    text, number = ('text COLLATE "C"', "integer") if postgresql else ("TEXT", "INTEGER")
    instant = "timestamptz" if postgresql else "TEXT"
    op.execute(
        f"""CREATE TABLE {n.qualify(f"{n.prefix}erased")} (
            case_id {text} NOT NULL PRIMARY KEY, authority TEXT NOT NULL, version {number} NOT NULL,
            hash TEXT NOT NULL, trail TEXT NOT NULL, positions TEXT NOT NULL, erased_at {instant} NOT NULL,
            erased_by TEXT NOT NULL, reason TEXT NOT NULL, seal TEXT NOT NULL)"""
    )
    for table, action, _, _ in V3_POSTGRESQL if postgresql else V3_SQLITE:
        if table in _ERASED and "DELETE" in action:
            where = f" ON {n.qualify(n.prefix + table)}" if postgresql else ""
            op.execute(f"DROP TRIGGER {trigger_name(n, table, action)}{where}")
    if postgresql:
        _postgresql(op, connection, n)
        return
    before = {trigger_name(n, table, action) for table, action, _, _ in V3_SQLITE}
    for each in sqlite_refusals(n):
        new = trigger_name(n, each.table, each.action) not in before
        if new or (each.action == "DELETE" and each.table in _ERASED):
            op.execute(sqlite_trigger(n, each.table, each.action, each.when, each.says))


def _postgresql(op: Any, connection: Any, n: Names) -> None:
    # The functions by which roles write have a search path of their own: what a trigger looks up is named in full.
    home = connection.exec_driver_sql(
        "SELECT quote_ident(n.nspname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        f"WHERE c.oid = to_regclass('{n.qualify(f'{n.prefix}erased')}')"
    ).scalar_one()
    there = f"EXISTS (SELECT FROM {home}.{n.prefix}erased e WHERE e.case_id = {{}}.case_id)"
    op.execute(
        f"""CREATE FUNCTION {n.qualify(f"{n.prefix}refuse_unless_erased")}() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
        IF TG_OP = 'DELETE' THEN
            IF {there.format("OLD")} THEN RETURN OLD; END IF;
        ELSIF NOT {there.format("NEW")} THEN RETURN NEW;
        END IF;
        RAISE EXCEPTION 'append-only: %', TG_ARGV[0] USING ERRCODE = 'EF001';
        END $body$"""
    )
    before = {trigger_name(n, table, action) for table, action, _, _ in V3_POSTGRESQL}
    for each in postgresql_refusals():
        name = trigger_name(n, each.table, each.action)
        if name in before and not each.unless_erased:
            continue
        rows = "STATEMENT" if each.action == "TRUNCATE" else "ROW"
        function = n.qualify(f"{n.prefix}refuse{'_unless_erased' if each.unless_erased else ''}")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {each.action} ON {n.qualify(n.prefix + each.table)} FOR EACH {rows} "
            f"EXECUTE FUNCTION {function}('{each.says}')"
        )
