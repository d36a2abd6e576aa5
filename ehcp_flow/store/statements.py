# ruff: noqa: S608 - the names in the statements are checked identifiers, the values are parameters
"""The store's SQL, written out once per dialect and set of names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ehcp_flow.store.chain import SQL_SEAL, SQL_TRAIL
from ehcp_flow.store.names import Names

__all__ = ["Statements", "as_arrays", "statements"]

_COLUMNS = (
    "case_id", "version", "schema", "event", '"on"', "recorded_at", "stored_at", "recorded_by", "key", "body",
    "text_hash", "hash", "position",
)  # fmt: skip
_HEAD = ("case_id", "authority", "version", "hash", "stored_at", "adopted", "trail", "seal")
_MOVED = _HEAD[1:]
_TEXT = ("case_id", "version", "salt", "text", "redacted_at", "redacted_by", "redaction", "act")
_IMPORT = ("source", "name", "rows_read", "taken", "duplicates", "refused", "finished", "changed_at", "seal")


@dataclass(frozen=True)
class Statements:
    """What to send. `p` is the driver's placeholder; `select` ends before WHERE and names facts f, texts t, heads h.

    `grow` is PostgreSQL's way to write facts on cases that exist in one statement, for one journey to the server;
    `quick` records one fact on a case whose head is known, or nothing if the head has moved: it leads the trail and
    seals the head by itself, since nobody else knows the position in time.
    """

    p: str
    select: str
    select_head: str
    lock_head: str
    heads_of: str
    lock_heads: str
    keyed: str
    cases_of: str
    take_positions: str
    insert_head: str
    update_head: str
    insert_facts: str
    grow: str
    quick: str
    insert_texts: str
    redact: str
    texts_of: str
    imports: str
    remember: str


def statements(names: Names, dialect: str) -> Statements:
    """Return the statements for one dialect."""
    return _postgresql(names) if dialect == "postgresql" else _sqlite(names)


def _sqlite(n: Names) -> Statements:
    p = "?"
    facts = ", ".join(f"f.{column}" for column in _COLUMNS)
    heads = ", ".join(f"h.{column}" for column in _HEAD)
    select = (
        f"SELECT {facts}, t.text, t.redacted_at FROM {n.facts} f "
        f"LEFT JOIN {n.texts} t ON t.case_id = f.case_id AND t.version = f.version"
    )
    head = f"SELECT {heads} FROM {n.heads} h"
    many = "(SELECT value FROM json_each(?))"
    return Statements(
        p=p,
        select=select,
        select_head=head,
        lock_head=f"{head} WHERE h.case_id = ?",
        heads_of=f"{head} WHERE h.case_id IN {many}",
        lock_heads=f"{head} WHERE h.case_id IN {many}",
        keyed=f"SELECT f.case_id, f.key FROM {n.facts} f WHERE f.case_id = ? AND f.key = ?",
        cases_of=f"{select} WHERE f.case_id IN {many} ORDER BY f.case_id, f.version",
        take_positions=f"UPDATE {n.counter} SET last = last + ? WHERE one = 1 RETURNING last",
        insert_head=f"INSERT INTO {n.heads} ({', '.join(_HEAD)}) VALUES ({', '.join('?' * len(_HEAD))})",
        update_head=f"UPDATE {n.heads} SET {', '.join(f'{column} = ?' for column in _MOVED)} WHERE case_id = ?",
        insert_facts=f"INSERT INTO {n.facts} ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})",
        grow="",
        quick="",
        insert_texts=f"INSERT INTO {n.texts} (case_id, version, salt, text) VALUES (?, ?, ?, ?)",
        redact=(
            f"UPDATE {n.texts} SET salt = NULL, text = NULL, redacted_at = ?, redacted_by = ?, redaction = ?, act = ? "
            "WHERE case_id = ? AND version = ? AND text IS NOT NULL"
        ),
        texts_of=f"SELECT {', '.join(_TEXT)} FROM {n.texts}",
        imports=_imports(n),
        remember=_remember(n, p),
    )


def _postgresql(n: Names) -> Statements:
    p = "%s"

    def instant(column: str) -> str:
        return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""

    shown = {
        '"on"': """to_char(f."on", 'YYYY-MM-DD')""",
        "recorded_at": instant("f.recorded_at"),
        "stored_at": instant("f.stored_at"),
    }
    facts = ", ".join(shown.get(column, f"f.{column}") for column in _COLUMNS)
    heads = ", ".join("h." + column if column != "stored_at" else instant("h.stored_at") for column in _HEAD)
    texts = ", ".join(column if column != "redacted_at" else instant("redacted_at") for column in _TEXT)
    select = (
        f"SELECT {facts}, t.text, {instant('t.redacted_at')} FROM {n.facts} f "
        f"LEFT JOIN {n.texts} t ON t.case_id = f.case_id AND t.version = f.version"
    )
    head = f"SELECT {heads} FROM {n.heads} h"
    types = ["text", "int", "int", "text", "date", "timestamptz", "timestamptz", *["text"] * 5, "bigint"]
    arrays = ", ".join(f"%s::{kind}[]" for kind in types)
    of_heads = ["text", "text", "int", "text", "timestamptz", "int", "text", "text"]
    heads_given = ", ".join(f"%s::{kind}[]" for kind in of_heads)
    update_head = (
        f"UPDATE {n.heads} h SET {', '.join(f'{column} = n.{column}' for column in _MOVED)} "
        f"FROM unnest({heads_given}) AS n({', '.join(_HEAD)}) WHERE h.case_id = n.case_id"
    )
    return Statements(
        p=p,
        select=select,
        select_head=head,
        lock_head=f"{head} WHERE h.case_id = %s FOR UPDATE",
        heads_of=f"{head} WHERE h.case_id = ANY(%s::text[])",
        lock_heads=f"{head} WHERE h.case_id = ANY(%s::text[]) ORDER BY h.case_id FOR UPDATE",
        keyed=f"SELECT f.case_id, f.key FROM {n.facts} f WHERE f.case_id = %s AND f.key = %s",
        cases_of=f"{select} WHERE f.case_id = ANY(%s::text[]) ORDER BY f.case_id, f.version",
        take_positions=f"UPDATE {n.counter} SET last = last + %s WHERE one = 1 RETURNING last",
        insert_head=(
            f"INSERT INTO {n.heads} ({', '.join(_HEAD)}) SELECT * FROM unnest({heads_given}) ON CONFLICT DO NOTHING"
        ),
        update_head=update_head,
        insert_facts=f"INSERT INTO {n.facts} ({', '.join(_COLUMNS)}) SELECT * FROM unnest({arrays})",
        quick=_quick(n, types),
        grow=(
            f"WITH h AS ({update_head}) INSERT INTO {n.facts} ({', '.join(_COLUMNS)}) SELECT * FROM unnest({arrays})"
        ),
        insert_texts=(
            f"INSERT INTO {n.texts} (case_id, version, salt, text) "
            "SELECT * FROM unnest(%s::text[], %s::int[], %s::text[], %s::text[])"
        ),
        redact=(
            f"UPDATE {n.texts} SET salt = NULL, text = NULL, redacted_at = %s, redacted_by = %s, redaction = %s, "
            "act = %s WHERE case_id = %s AND version = %s AND text IS NOT NULL"
        ),
        texts_of=f"SELECT {texts} FROM {n.texts}",
        imports=_imports(n),
        remember=_remember(n, p),
    )


def _quick(n: Names, types: Sequence[str]) -> str:
    """Return the statement that records one fact; each part does nothing where the one before it found nothing.

    Its parameters: case, version and hash as they were seen; the authority, the new hash; the version, hash and instant
    of the new head; what is sealed before and behind the authority; the case; the columns of the fact but its position.
    """
    trail = SQL_TRAIL.format(trail="l.trail", hash="%s", position="c.last")
    seal = SQL_SEAL.format(before="%s", authority="t.authority", after="%s", adopted="t.adopted", trail="t.trail")
    return (
        f"WITH l AS (SELECT authority, adopted, trail FROM {n.heads} WHERE case_id = %s AND version = %s AND hash = %s "
        f"FOR UPDATE), c AS (UPDATE {n.counter} SET last = last + 1 WHERE one = 1 AND EXISTS (SELECT 1 FROM l) "
        "RETURNING last), t AS (SELECT c.last, l.adopted, CASE WHEN l.authority = '' THEN %s ELSE l.authority END "
        f"AS authority, {trail} AS trail FROM l, c), h AS (UPDATE {n.heads} h SET authority = t.authority, "
        f"version = %s, hash = %s, stored_at = %s, trail = t.trail, seal = {seal} FROM t WHERE h.case_id = %s) "
        f"INSERT INTO {n.facts} ({', '.join(_COLUMNS)}) "
        f"SELECT {', '.join(f'%s::{kind}' for kind in types[:-1])}, t.last FROM t RETURNING position"
    )


def _imports(n: Names) -> str:
    return f"SELECT {', '.join(_IMPORT)} FROM {n.imports}"


def _remember(n: Names, p: str) -> str:
    changes = ", ".join(f"{column} = excluded.{column}" for column in _IMPORT[1:])
    return (
        f"INSERT INTO {n.imports} ({', '.join(_IMPORT)}) VALUES ({', '.join([p] * len(_IMPORT))}) "
        f"ON CONFLICT (source) DO UPDATE SET {changes}"
    )


def as_arrays(rows: Sequence[Sequence[Any]]) -> list[str]:
    """Return rows as columns, each as PostgreSQL writes an array.

    psycopg makes the same of lists, and takes longer for it than the rest of a write together.
    """
    return [f"{{{','.join(map(_element, column))}}}" for column in zip(*rows, strict=True)]


def _element(value: str | int | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
