# ruff: noqa: S608 - the names in the statements are checked identifiers, the values are parameters
"""The store's SQL, written out once per dialect and set of names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ehcp_flow.store.chain import SQL_SEAL, SQL_TRAIL
from ehcp_flow.store.fact_blocks import OF_ROW
from ehcp_flow.store.table_names import Names

__all__ = [
    "FACT_TYPES",
    "HEAD_TYPES",
    "TEXT_TYPES",
    "Given",
    "Statements",
    "as_arrays",
    "guarded",
    "statements",
    "unburied",
    "writing",
]

FACT_TYPES: Final = {
    "case_id": "text", "version": "int", "schema": "int", "event": "text", '"on"': "date",
    "recorded_at": "timestamptz", "stored_at": "timestamptz", "recorded_by": "text", "key": "text", "body": "text",
    "text_hash": "text", "hash": "text", "position": "bigint",
}  # fmt: skip
"""The columns of facts in PostgreSQL, in the order of `Row`."""

HEAD_TYPES: Final = {
    "case_id": "text", "authority": "text", "version": "int", "hash": "text", "stored_at": "timestamptz",
    "adopted": "int", "trail": "text", "seal": "text",
}  # fmt: skip
"""The columns of heads, in the order of `Head`."""

TEXT_TYPES: Final = {"case_id": "text", "version": "int", "salt": "text", "text": "text"}
"""The columns of a free text when it is written."""

_IMPORT_TYPES: Final = {
    "source": "text", "name": "text", "rows_read": "bigint", "taken": "bigint", "duplicates": "bigint",
    "refused": "bigint", "finished": "int", "changed_at": "text", "seal": "text",
}  # fmt: skip

_ERASED: Final = (
    "case_id", "authority", "version", "hash", "trail", "positions", "erased_at", "erased_by", "reason", "seal",
)  # fmt: skip
"""The columns of a tombstone, in the order of `Tombstone`."""

_COLUMNS = tuple(FACT_TYPES)
_HEAD = tuple(HEAD_TYPES)
_MOVED = _HEAD[1:]
_TEXT = ("case_id", "version", "salt", "text", "redacted_at", "redacted_by", "redaction", "act")
_IMPORT = tuple(_IMPORT_TYPES)


@dataclass(frozen=True)
class Statements:
    """What to send. `p` is the driver's placeholder; `select` ends before WHERE and names facts f, texts t, heads h.

    `select_said` is the same with no more than tells what facts say, the columns of `RawFact`; `select_rows` the rows
    without their texts.
    `grow` is PostgreSQL's way to write facts on cases that exist in one statement, for one journey to the server;
    `quick` records one fact on a case whose head is known, or nothing if the head has moved: it leads the trail and
    seals the head by itself, since nobody else knows the position in time. `write` is how a role of some authorities
    writes, all at once; `unblock` ends what keeps everybody from writing (see `guards`). `ready` comes before `erase`:
    it has every writer wait, or what is deleted overwritten.
    """

    p: str
    select: str
    select_said: str
    select_rows: str
    select_head: str
    lock_head: str
    heads_of: str
    lock_heads: str
    keyed: str
    cases_of: str
    named: str
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
    tombstones: str
    tombstones_of: str
    positions_of: str
    erase: tuple[str, ...]
    ready: str
    unblock: str = ""
    write: str = ""


@dataclass(frozen=True)
class Given:
    """A statement of PostgreSQL's with its parameters, in order, by name and type."""

    sql: str
    types: tuple[tuple[str, str], ...]

    def numbered(self) -> str:
        """Return the statement with `$1`, `$2` ... for its parameters, as it stands in a function."""
        first, *rest = self.sql.split("%s")
        return first + "".join(f"${number}{part}" for number, part in enumerate(rest, start=1))


def statements(names: Names, dialect: str) -> Statements:
    """Return the statements for one dialect."""
    return _postgresql(names) if dialect == "postgresql" else _sqlite(names)


def _sqlite(n: Names) -> Statements:
    p = "?"
    facts = ", ".join(f"f.{column}" for column in _COLUMNS)
    heads = ", ".join(f"h.{column}" for column in _HEAD)
    beside = (
        f"t.text, t.redacted_at FROM {n.facts} f "
        f"LEFT JOIN {n.texts} t ON t.case_id = f.case_id AND t.version = f.version"
    )
    select = f"SELECT {facts}, {beside}"
    said = ", ".join(f"f.{column}" for column in OF_ROW)
    head = f"SELECT {heads} FROM {n.heads} h"
    many = "(SELECT value FROM json_each(?))"
    return Statements(
        p=p,
        select=select,
        select_said=f"SELECT {said}, {beside}",
        select_rows=f"SELECT {facts} FROM {n.facts} f",
        select_head=head,
        lock_head=f"{head} WHERE h.case_id = ?",
        heads_of=f"{head} WHERE h.case_id IN {many}",
        lock_heads=f"{head} WHERE h.case_id IN {many}",
        keyed=f"SELECT f.case_id, f.key FROM {n.facts} f WHERE f.case_id = ? AND f.key = ?",
        cases_of=f"{select} WHERE f.case_id IN {many} ORDER BY f.case_id, f.version",
        named=f"{select} WHERE f.name IN {many} ORDER BY f.position",
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
        tombstones=f"SELECT {', '.join(_ERASED)} FROM {n.erased}",
        tombstones_of=f"SELECT {', '.join(_ERASED)} FROM {n.erased} WHERE case_id IN {many}",
        **_erasing(n, p),
        ready="PRAGMA secure_delete=ON",  # a host's connection may not have it
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
    erased = ", ".join(column if column != "erased_at" else instant("erased_at") for column in _ERASED)
    beside = (
        f"t.text, {instant('t.redacted_at')} FROM {n.facts} f "
        f"LEFT JOIN {n.texts} t ON t.case_id = f.case_id AND t.version = f.version"
    )
    select = f"SELECT {facts}, {beside}"
    said = ", ".join(shown.get(column, f"f.{column}") for column in OF_ROW)
    head = f"SELECT {heads} FROM {n.heads} h"
    arrays, of_heads = _arrays(FACT_TYPES), _arrays(HEAD_TYPES)
    given = writing(n)
    update_head = given["update_head"].sql
    return Statements(
        p=p,
        select=select,
        select_said=f"SELECT {said}, {beside}",
        select_rows=f"SELECT {facts} FROM {n.facts} f",
        select_head=head,
        lock_head=f"{head} WHERE h.case_id = %s FOR UPDATE",
        heads_of=f"{head} WHERE h.case_id = ANY(%s::text[])",
        lock_heads=f"{head} WHERE h.case_id = ANY(%s::text[]) ORDER BY h.case_id FOR UPDATE",
        keyed=f"SELECT f.case_id, f.key FROM {n.facts} f WHERE f.case_id = %s AND f.key = %s",
        cases_of=f"{select} WHERE f.case_id = ANY(%s::text[]) ORDER BY f.case_id, f.version",
        named=f"{select} WHERE f.name = ANY(%s::text[]) ORDER BY f.position",
        take_positions=f"UPDATE {n.counter} SET last = last + %s WHERE one = 1 RETURNING last",
        insert_head=(
            f"INSERT INTO {n.heads} ({', '.join(_HEAD)}) SELECT * FROM unnest({of_heads}) AS n({', '.join(_HEAD)}) "
            f"WHERE {unburied(n.erased)} ON CONFLICT DO NOTHING"
        ),
        update_head=update_head,
        insert_facts=f"INSERT INTO {n.facts} ({', '.join(_COLUMNS)}) SELECT * FROM unnest({arrays})",
        quick=given["quick"].sql,
        grow=(
            f"WITH h AS ({update_head}) INSERT INTO {n.facts} ({', '.join(_COLUMNS)}) SELECT * FROM unnest({arrays})"
        ),
        insert_texts=(
            f"INSERT INTO {n.texts} (case_id, version, salt, text) "
            "SELECT * FROM unnest(%s::text[], %s::int[], %s::text[], %s::text[])"
        ),
        redact=given["redact"].sql,
        texts_of=f"SELECT {texts} FROM {n.texts}",
        imports=_imports(n),
        remember=given["remember"].sql,
        tombstones=f"SELECT {erased} FROM {n.erased}",
        tombstones_of=f"SELECT {erased} FROM {n.erased} WHERE case_id = ANY(%s::text[])",
        **_erasing(n, p),
        ready=f"SELECT last FROM {n.counter} WHERE one = 1 FOR UPDATE",
        unblock=f"SELECT {n.qualify(f'{n.prefix}unblock')}()",
    )


def writing(n: Any) -> dict[str, Given]:
    """Return PostgreSQL's statements that write and that a role may not send by itself: `n` names the tables."""
    update_head = (
        f"UPDATE {n.heads} h SET {', '.join(f'{column} = n.{column}' for column in _MOVED)} "
        f"FROM unnest({_arrays(HEAD_TYPES)}) AS n({', '.join(_HEAD)}) WHERE h.case_id = n.case_id"
    )
    redact = (
        f"UPDATE {n.texts} SET salt = NULL, text = NULL, redacted_at = %s, redacted_by = %s, redaction = %s, "
        "act = %s WHERE case_id = %s AND version = %s AND text IS NOT NULL"
    )
    redacted = {
        "redacted_at": "timestamptz", "redacted_by": "text", "redaction": "text", "act": "int", "case_id": "text",
        "version": "int",
    }  # fmt: skip
    return {
        "quick": _quick(n),
        "update_head": Given(update_head, tuple((column, f"{kind}[]") for column, kind in HEAD_TYPES.items())),
        "redact": Given(redact, tuple(redacted.items())),
        "remember": Given(_remember(n, "%s"), tuple(_IMPORT_TYPES.items())),
    }


def guarded(names: Names) -> Statements:
    """Return the statements of a database role that writes by the store's functions alone (see `guards`)."""
    plain = _postgresql(names)
    given = writing(names)

    def called(function: str, types: Any) -> str:
        arguments = ", ".join(f"%s::{kind}" for _, kind in types)
        return f"SELECT * FROM {names.qualify(names.prefix + function)}({arguments}) AS done(n) WHERE n IS NOT NULL"

    def changing(function: str, name: str) -> str:
        return f"{called(function, given[name].types)} AND n > 0"

    locked = names.qualify(f"{names.prefix}lock_heads")
    shown = plain.select_head.partition(" FROM ")[0]
    columns = [*HEAD_TYPES.items(), ("before", "int"), *TEXT_TYPES.items(), *FACT_TYPES.items()]
    return replace(
        plain,
        lock_head=f"{shown} FROM {locked}(ARRAY[%s]::text[]) h",
        lock_heads=f"{shown} FROM {locked}(%s::text[]) h",
        take_positions=f"SELECT {names.qualify(f'{names.prefix}last_position')}() + %s",
        quick=called("quick", given["quick"].types),
        redact=changing("redact", "redact"),
        update_head=changing("move_heads", "update_head"),
        remember=changing("remember", "remember"),
        write=f"SELECT {names.qualify(f'{names.prefix}write')}({', '.join(f'%s::{kind}[]' for _, kind in columns)})",
    )


def _arrays(types: dict[str, str]) -> str:
    return ", ".join(f"%s::{kind}[]" for kind in types.values())


def _quick(n: Any) -> Given:
    """Return the statement that records one fact; each part does nothing where the one before it found nothing.

    Its parameters: case, version and hash as they were seen; the authority, the new hash; the version, hash and instant
    of the new head; what is sealed before and behind the authority; the case; the columns of the fact but its position.
    """
    trail = SQL_TRAIL.format(trail="l.trail", hash="%s", position="c.last")
    seal = SQL_SEAL.format(before="%s", authority="t.authority", after="%s", adopted="t.adopted", trail="t.trail")
    fact = list(FACT_TYPES.items())[:-1]
    head = {
        "seen": "text", "seen_version": "int", "seen_hash": "text", "authority": "text", "new_hash": "text",
        "version": "int", "hash": "text", "stored_at": "timestamptz", "before": "text", "after": "text",
        "moved": "text",
    }  # fmt: skip
    return Given(
        f"WITH l AS (SELECT authority, adopted, trail FROM {n.heads} WHERE case_id = %s AND version = %s AND hash = %s "
        f"FOR UPDATE), c AS (UPDATE {n.counter} SET last = last + 1 WHERE one = 1 AND EXISTS (SELECT 1 FROM l) "
        "RETURNING last), t AS (SELECT c.last, l.adopted, CASE WHEN l.authority = '' THEN %s ELSE l.authority END "
        f"AS authority, {trail} AS trail FROM l, c), h AS (UPDATE {n.heads} h SET authority = t.authority, "
        f"version = %s, hash = %s, stored_at = %s, trail = t.trail, seal = {seal} FROM t WHERE h.case_id = %s) "
        f"INSERT INTO {n.facts} ({', '.join(_COLUMNS)}) "
        f"SELECT {', '.join(f'%s::{kind}' for _, kind in fact)}, t.last FROM t RETURNING position",
        (*head.items(), *((f"f_{column}", kind) for column, kind in fact)),
    )


def _erasing(n: Names, p: str) -> dict[str, Any]:
    """Return what erases a case: the tombstone comes first, without which nothing may be deleted."""
    return {
        "positions_of": f"SELECT position FROM {n.facts} WHERE case_id = {p} ORDER BY version",
        "erase": (
            f"INSERT INTO {n.erased} ({', '.join(_ERASED)}) VALUES ({', '.join([p] * len(_ERASED))})",
            *(f"DELETE FROM {table} WHERE case_id = {p}" for table in (n.texts, n.facts, n.heads)),
        ),
    }


def unburied(erased: str) -> str:
    """Return the condition that a case n was not erased; whoever writes beside an erasure finds out by it."""
    return f"NOT EXISTS (SELECT FROM {erased} e WHERE e.case_id = n.case_id)"


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
