# ruff: noqa: S608 - names are checked identifiers
"""The second schema: positions from one counter, idempotency keys, resumable imports, and scopes by database role.

This file is history: it never changes, whatever later schemas look like.
"""

from __future__ import annotations

from alembic import context, op

from ehcp_flow.store.table_names import Names

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Take a store of the first schema to the second."""
    n: Names = context.config.attributes["names"]
    postgresql = op.get_bind().dialect.name == "postgresql"
    number, text = ("bigint", 'text COLLATE "C"') if postgresql else ("INTEGER", "TEXT")
    indexed = n.facts if postgresql else f"{n.prefix}facts"

    op.execute(f"ALTER TABLE {n.facts} ADD COLUMN key TEXT")
    op.execute(f"CREATE UNIQUE INDEX {n.prefix}facts_key ON {indexed} (case_id, key) WHERE key IS NOT NULL")

    op.execute(f"CREATE TABLE {n.counter} (one {number} NOT NULL PRIMARY KEY CHECK (one = 1), last {number} NOT NULL)")
    op.execute(f"INSERT INTO {n.counter} (one, last) SELECT 1, COALESCE(MAX(position), 0) FROM {n.facts}")

    op.execute(
        f"""CREATE TABLE {n.imports} (
            source {text} NOT NULL PRIMARY KEY, name TEXT NOT NULL, rows_read {number} NOT NULL,
            taken {number} NOT NULL, duplicates {number} NOT NULL, refused {number} NOT NULL,
            finished INTEGER NOT NULL, changed_at TEXT NOT NULL)"""
    )
    if postgresql:
        _postgresql(n)
    else:
        op.execute(
            f"CREATE TRIGGER {n.prefix}counter_no_update BEFORE UPDATE ON {n.prefix}counter "
            "WHEN NEW.last <= OLD.last BEGIN SELECT RAISE(ABORT, 'append-only: positions only move forward'); END"
        )
        op.execute(
            f"CREATE TRIGGER {n.prefix}counter_no_delete BEFORE DELETE ON {n.prefix}counter "
            "BEGIN SELECT RAISE(ABORT, 'append-only: the counter is never deleted'); END"
        )


def _postgresql(n: Names) -> None:
    refuse = n.qualify(f"{n.prefix}refuse")
    op.execute(
        f"CREATE TRIGGER {n.prefix}counter_no_update BEFORE UPDATE ON {n.counter} FOR EACH ROW "
        f"WHEN (NEW.last <= OLD.last) EXECUTE FUNCTION {refuse}('positions only move forward')"
    )
    op.execute(
        f"CREATE TRIGGER {n.prefix}counter_no_delete BEFORE DELETE ON {n.counter} FOR EACH ROW "
        f"EXECUTE FUNCTION {refuse}('the counter is never deleted')"
    )
    op.execute(
        f'CREATE TABLE {n.scopes} (role text COLLATE "C" NOT NULL, authority text NOT NULL, '
        "PRIMARY KEY (role, authority))"
    )
    mine = f"(SELECT s.authority FROM {n.scopes} s WHERE s.role = current_user)"
    whose = f"('*' IN {mine} OR authority IN {mine})"
    op.execute(f"CREATE POLICY {n.prefix}scope ON {n.heads} USING ({whose}) WITH CHECK ({whose})")
    for table in (n.facts, n.texts):
        visible = f"EXISTS (SELECT 1 FROM {n.heads} h WHERE h.case_id = {table}.case_id)"
        op.execute(f"CREATE POLICY {n.prefix}scope ON {table} USING ({visible}) WITH CHECK ({visible})")
    for table in (n.heads, n.facts, n.texts):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
