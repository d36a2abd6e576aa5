"""The first schema: facts, their free texts, one head per case, and the triggers that keep them append-only.

This file is history: it never changes, whatever later schemas look like.
"""

from __future__ import annotations

from alembic import context, op

from ehcp_flow.store.table_names import Names

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make the tables and the triggers."""
    names: Names = context.config.attributes["names"]
    if op.get_bind().dialect.name == "postgresql":
        _postgresql(names)
    else:
        _sqlite(names)


def _sqlite(n: Names) -> None:
    op.execute(
        f"""CREATE TABLE {n.facts} (
            case_id TEXT NOT NULL, version INTEGER NOT NULL CHECK (version >= 1), schema INTEGER NOT NULL,
            event TEXT NOT NULL, "on" TEXT NOT NULL, recorded_at TEXT NOT NULL, stored_at TEXT NOT NULL,
            recorded_by TEXT, body TEXT NOT NULL, text_hash TEXT, hash TEXT NOT NULL,
            position INTEGER NOT NULL PRIMARY KEY)"""
    )
    op.execute(f"CREATE UNIQUE INDEX {n.prefix}facts_case ON {n.prefix}facts (case_id, version)")
    op.execute(
        f"""CREATE TABLE {n.texts} (
            case_id TEXT NOT NULL, version INTEGER NOT NULL, salt TEXT, text TEXT, redacted_at TEXT, redacted_by TEXT,
            redaction TEXT, PRIMARY KEY (case_id, version))"""
    )
    op.execute(
        f"""CREATE TABLE {n.heads} (
            case_id TEXT NOT NULL PRIMARY KEY, authority TEXT NOT NULL, version INTEGER NOT NULL, hash TEXT NOT NULL,
            stored_at TEXT NOT NULL) WITHOUT ROWID"""
    )
    refusals = (
        ("facts", "UPDATE", "", "a recorded fact is never changed"),
        ("facts", "DELETE", "", "a recorded fact is never deleted"),
        ("texts", "DELETE", "", "a free text is redacted, never deleted"),
        (
            "texts", "UPDATE",
            (
                "WHEN OLD.text IS NULL OR NEW.text IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.redacted_at IS NULL "
                "OR NEW.case_id <> OLD.case_id OR NEW.version <> OLD.version"
            ),
            "a free text is redacted once, never changed",
        ),
        ("heads", "DELETE", "", "the head of a case is never deleted"),
        (
            "heads", "UPDATE",
            (
                "WHEN NEW.version <= OLD.version OR NEW.case_id <> OLD.case_id "
                "OR (OLD.authority <> '' AND NEW.authority <> OLD.authority)"
            ),
            "the head of a case only moves forward",
        ),
    )  # fmt: skip
    for table, action, condition, message in refusals:
        op.execute(
            f"CREATE TRIGGER {n.prefix}{table}_no_{action.lower()} BEFORE {action} ON {n.prefix}{table} {condition} "
            f"BEGIN SELECT RAISE(ABORT, 'append-only: {message}'); END"
        )


def _postgresql(n: Names) -> None:
    op.execute(
        f"""CREATE TABLE {n.facts} (
            case_id text COLLATE "C" NOT NULL, version integer NOT NULL CHECK (version >= 1), schema integer NOT NULL,
            event text NOT NULL, "on" date NOT NULL, recorded_at timestamptz NOT NULL, stored_at timestamptz NOT NULL,
            recorded_by text, body text NOT NULL, text_hash text, hash text NOT NULL,
            position bigint NOT NULL PRIMARY KEY)"""
    )
    op.execute(f"CREATE UNIQUE INDEX {n.prefix}facts_case ON {n.facts} (case_id, version)")
    op.execute(
        f"""CREATE TABLE {n.texts} (
            case_id text COLLATE "C" NOT NULL, version integer NOT NULL, salt text, text text,
            redacted_at timestamptz, redacted_by text, redaction text, PRIMARY KEY (case_id, version))"""
    )
    op.execute(
        f"""CREATE TABLE {n.heads} (
            case_id text COLLATE "C" NOT NULL PRIMARY KEY, authority text NOT NULL, version integer NOT NULL,
            hash text NOT NULL, stored_at timestamptz NOT NULL)"""
    )
    refuse = n.qualify(f"{n.prefix}refuse")
    op.execute(
        f"""CREATE FUNCTION {refuse}() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN RAISE EXCEPTION 'append-only: %', TG_ARGV[0] USING ERRCODE = 'EF001'; END $body$"""
    )
    refusals = (
        ("facts", "UPDATE OR DELETE", "", "a recorded fact is never changed or deleted"),
        ("texts", "DELETE", "", "a free text is redacted, never deleted"),
        (
            "texts", "UPDATE",
            (
                "WHEN (OLD.text IS NULL OR NEW.text IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.redacted_at IS NULL "
                "OR NEW.case_id <> OLD.case_id OR NEW.version <> OLD.version)"
            ),
            "a free text is redacted once, never changed",
        ),
        ("heads", "DELETE", "", "the head of a case is never deleted"),
        (
            "heads", "UPDATE",
            (
                "WHEN (NEW.version <= OLD.version OR NEW.case_id <> OLD.case_id "
                "OR (OLD.authority <> '' AND NEW.authority <> OLD.authority))"
            ),
            "the head of a case only moves forward",
        ),
    )  # fmt: skip
    for table, action, condition, message in refusals:
        name = f"{n.prefix}{table}_no_{action.lower().replace(' ', '_')}"
        full = n.qualify(f"{n.prefix}{table}")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {action} ON {full} FOR EACH ROW {condition} "
            f"EXECUTE FUNCTION {refuse}('{message}')"
        )
    for table in ("facts", "texts", "heads"):
        full = n.qualify(f"{n.prefix}{table}")
        op.execute(
            f"CREATE TRIGGER {n.prefix}{table}_no_truncate BEFORE TRUNCATE ON {full} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION {refuse}('a record is never emptied')"
        )
