# ruff: noqa: S608 - names are checked identifiers
"""The third schema: a trail through everything that was done to a case, and seals over heads and imports.

Facts and their hashes stay as they are: heads that were kept elsewhere before still fit. The trail of each case is led
through what is found, and `adopted` says for how many facts; nothing is judged here, since `verify` does that, before
as after.

This file is history: it never changes, whatever later schemas look like. What it computes, it computes itself.
"""

from __future__ import annotations

import hashlib
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from ehcp_flow.store.table_names import Names

revision = "3"
down_revision = "2"

_CHUNK: Final = 2_000

_TEXTS_REFUSED: Final = (
    "OLD.text IS NULL OR NEW.text IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.redacted_at IS NULL OR NEW.act IS NULL "
    "OR NEW.case_id <> OLD.case_id OR NEW.version <> OLD.version"
)
_HEADS_REFUSED: Final = (
    "NEW.version < OLD.version OR NEW.trail = OLD.trail OR NEW.case_id <> OLD.case_id OR NEW.adopted <> OLD.adopted "
    "OR (NEW.version = OLD.version AND (NEW.hash <> OLD.hash OR NEW.stored_at <> OLD.stored_at)) "
    "OR (OLD.authority <> '' AND NEW.authority <> OLD.authority)"
)

SQLITE: Final = (
    ("facts", "UPDATE", "", "a recorded fact is never changed"),
    ("facts", "DELETE", "", "a recorded fact is never deleted"),
    ("texts", "DELETE", "", "a free text is redacted, never deleted"),
    ("texts", "UPDATE", _TEXTS_REFUSED, "a free text is redacted once, never changed"),
    ("heads", "DELETE", "", "the head of a case is never deleted"),
    ("heads", "UPDATE", _HEADS_REFUSED, "the head of a case only moves forward"),
    ("counter", "UPDATE", "NEW.last <= OLD.last", "positions only move forward"),
    ("counter", "DELETE", "", "the counter is never deleted"),
)
"""What this schema refuses on SQLite: the table, the statement, when (always, if nothing is said), the words."""

POSTGRESQL: Final = (
    ("facts", "UPDATE OR DELETE", "", "a recorded fact is never changed or deleted"),
    *SQLITE[2:],
    *((table, "TRUNCATE", "", "a record is never emptied") for table in ("facts", "texts", "heads", "counter")),
)
"""The same on PostgreSQL."""


def trigger_name(n: Names, table: str, action: str) -> str:
    """Return the name of the trigger that refuses `action` on a table."""
    return f"{n.prefix}{table}_no_{action.lower().replace(' ', '_')}"


def sqlite_trigger(n: Names, table: str, action: str, when: str, says: str) -> str:
    """Return the statement that makes a trigger on SQLite."""
    condition = f"WHEN {when} " if when else ""
    return (
        f"CREATE TRIGGER {trigger_name(n, table, action)} BEFORE {action} ON {n.prefix}{table} {condition}"
        f"BEGIN SELECT RAISE(ABORT, 'append-only: {says}'); END"
    )


def upgrade() -> None:
    """Take a store of the second schema to the third."""
    from alembic import context, op

    n: Names = context.config.attributes["names"]
    connection = op.get_bind()
    postgresql = connection.dialect.name == "postgresql"
    for table, action, _, _ in POSTGRESQL if postgresql else SQLITE:
        where = f" ON {n.qualify(n.prefix + table)}" if postgresql else ""
        op.execute(f"DROP TRIGGER IF EXISTS {trigger_name(n, table, action)}{where}")

    op.execute(f"ALTER TABLE {n.heads} ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0")
    op.execute(f"ALTER TABLE {n.heads} ADD COLUMN trail TEXT NOT NULL DEFAULT ''")
    op.execute(f"ALTER TABLE {n.heads} ADD COLUMN seal TEXT NOT NULL DEFAULT ''")
    op.execute(f"ALTER TABLE {n.texts} ADD COLUMN act INTEGER")
    op.execute(f"ALTER TABLE {n.imports} ADD COLUMN seal TEXT NOT NULL DEFAULT ''")
    _adopt(connection, n)

    for table, action, when, says in POSTGRESQL if postgresql else SQLITE:
        if postgresql:
            _postgresql_trigger(op, n, table, action, when, says)
        else:
            op.execute(sqlite_trigger(n, table, action, when, says))


def _postgresql_trigger(op: Any, n: Names, table: str, action: str, when: str, says: str) -> None:
    each = "STATEMENT" if action == "TRUNCATE" else f"ROW{f' WHEN ({when})' if when else ''}"
    op.execute(
        f"CREATE TRIGGER {trigger_name(n, table, action)} BEFORE {action} ON {n.qualify(n.prefix + table)} "
        f"FOR EACH {each} EXECUTE FUNCTION {n.qualify(f'{n.prefix}refuse')}('{says}')"
    )


def _adopt(connection: Any, n: Names) -> None:
    """Lead the trail of each case through the facts and the redactions that are there, and seal what is found."""
    from sqlalchemy import text

    def instant(column: str) -> str:
        if connection.dialect.name != "postgresql":
            return column
        return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""

    heads = text(
        f"SELECT case_id, authority, version, hash, {instant('stored_at')} FROM {n.heads} WHERE case_id > :after "
        f"ORDER BY case_id LIMIT {_CHUNK}"
    )
    facts = text(
        f"SELECT case_id, hash, position FROM {n.facts} WHERE case_id BETWEEN :first AND :last "
        "ORDER BY case_id, version"
    )
    redactions = text(
        f"SELECT case_id, version, {instant('redacted_at')}, redacted_by, redaction FROM {n.texts} "
        "WHERE case_id BETWEEN :first AND :last AND redacted_at IS NOT NULL ORDER BY case_id, redacted_at, version"
    )
    acted = text(f"UPDATE {n.texts} SET act = :act WHERE case_id = :case_id AND version = :version")
    moved = text(f"UPDATE {n.heads} SET adopted = :adopted, trail = :trail, seal = :seal WHERE case_id = :case_id")
    after = ""
    while chunk := connection.execute(heads, {"after": after}).all():
        after = chunk[-1][0]
        span = {"first": chunk[0][0], "last": after}
        told = _by_case(connection.execute(facts, span))
        redacted = _by_case(connection.execute(redactions, span))
        acts: list[dict[str, Any]] = []
        seals = []
        for case_id, authority, version, hashed, stored_at in chunk:
            trail = ""
            for _, link, position in told.get(case_id, ()):
                trail = _sha(f"{trail}\n{link}\n{position}")
            for act, (_, of, *said) in enumerate(redacted.get(case_id, ()), start=version + 1):
                told_of = "\n".join("-" if value is None else f"{len(value)}:{value}" for value in said)
                trail = _sha(f"{trail}\nredacted {of}\n{told_of}")
                acts.append({"act": act, "case_id": case_id, "version": of})
            adopted = len(told.get(case_id, ()))
            said_of = f"{len(case_id)}:{case_id}\n{authority}\n{version}\n{hashed}\n{stored_at}\n{adopted}\n{trail}"
            seals.append({"adopted": adopted, "trail": trail, "seal": _sha(said_of), "case_id": case_id})
        if acts:
            connection.execute(acted, acts)
        connection.execute(moved, seals)
    _seal_imports(connection, n)


def _seal_imports(connection: Any, n: Names) -> None:
    from sqlalchemy import text

    columns = "source, name, rows_read, taken, duplicates, refused, finished, changed_at"
    sealed = text(f"UPDATE {n.imports} SET seal = :seal WHERE source = :source")
    for source, name, *counts in connection.execute(text(f"SELECT {columns} FROM {n.imports}")).all():
        said = f"{len(source)}:{source}\n{len(name)}:{name}\n" + "\n".join(map(str, counts))
        connection.execute(sealed, {"source": source, "seal": _sha(said)})


def _by_case(rows: Any) -> dict[str, list[Any]]:
    return {case_id: list(group) for case_id, group in groupby(rows, key=itemgetter(0))}


def _sha(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()
