"""The chain of hashes through each case, and what it shows.

The hash of a fact covers everything its row says and the hash before it, so that nobody can edit, insert, drop or
re-order rows of a case without every later hash changing. The head row holds the last hash and the number of facts,
so that dropping the end shows too. What no chain shows by itself: somebody who can write to every table can compute a
whole new chain. Only hashes kept elsewhere (`Store.heads`) show that.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ehcp_flow.store.rows import Head, Row, Text

__all__ = ["Break", "link", "link_of", "new_salt", "seal", "walk"]


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that is wrong with the record: `code` for programs, `message` for people.

    Codes: `gap`, `order`, `edited`, `column`, `text_missing`, `text_edited`, `text_astray`, `head_missing`,
    `head_version`, `head_hash`, `facts_missing`, `positions`, `anchor`.
    """

    code: str
    case_id: str
    version: int
    message: str

    def __str__(self) -> str:
        return self.message


def link(  # noqa: PLR0913, PLR0917 - one parameter for each thing it covers
    previous: str,
    case_id: str,
    version: int,
    schema: int,
    recorded_at: str,
    stored_at: str,
    recorded_by: str | None,
    key: str | None,
    body: str,
    text_hash: str | None,
) -> str:
    """Return the hash (64 hexadecimal digits) of one fact, given the hash before it ("" for the first)."""
    by = "-" if recorded_by is None else f"{len(recorded_by)}:{recorded_by}"
    command = "-" if key is None else f"{len(key)}:{key}"
    said = (
        f"{previous}\n{version}\n{schema}\n{recorded_at}\n{stored_at}\n{text_hash or '-'}\n"
        f"{len(case_id)}:{case_id}\n{by}\n{command}\n{body}"
    )
    return hashlib.sha256(said.encode()).hexdigest()


def link_of(previous: str, row: Row) -> str:
    """Return the hash that `row` should have after `previous`."""
    return link(
        previous, row.case_id, row.version, row.schema, row.recorded_at, row.stored_at, row.recorded_by, row.key,
        row.body, row.text_hash,
    )  # fmt: skip


def new_salt() -> str:
    """Return a random salt: without it, a short text could be guessed from its hash after redaction."""
    return os.urandom(16).hex()


def seal(salt: str, text: str) -> str:
    """Return the salted hash of a free text, which stands in the chain in its place."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def walk(head: Head | None, case_id: str, rows: Iterable[Row], texts: dict[int, Text]) -> Iterator[Break]:
    """Yield everything that is wrong with one case: its head, its rows in order of version, its free texts."""
    previous, expected, stored = "", 1, ""
    named: set[int] = set()
    for row in rows:
        if row.version != expected:
            yield Break(
                "gap", case_id, expected,
                f"case {case_id}: version {expected} is missing; the next that is there is {row.version}",
            )  # fmt: skip
            expected = row.version
        elif link_of(previous, row) != row.hash:
            yield Break(
                "edited", case_id, row.version,
                f"case {case_id}, version {row.version}: the row does not fit its hash and the hash before it; "
                "it, or the one before, was edited, exchanged or put in",
            )  # fmt: skip
        if row.stored_at < stored:
            said = f"case {case_id}, version {row.version}: stored before its forerunner"
            yield Break("order", case_id, row.version, said)
        yield from _columns(row)
        yield from _text(row, texts.get(row.version))
        if row.text_hash is not None:
            named.add(row.version)
        previous, stored, expected = row.hash, row.stored_at, expected + 1
    for version in sorted(set(texts) - named):
        said = f"case {case_id}, version {version}: a free text that no fact names"
        yield Break("text_astray", case_id, version, said)
    last = expected - 1
    if head is None:
        yield Break("head_missing", case_id, last, f"case {case_id}: there are facts but no head row")
    elif head.version != last:
        yield Break(
            "head_version", case_id, last,
            f"case {case_id}: the head says {head.version} facts, the last that is there is {last}",
        )  # fmt: skip
    elif head.hash != previous:
        yield Break("head_hash", case_id, last, f"case {case_id}: the head's hash is not the hash of the last fact")


def _columns(row: Row) -> Iterator[Break]:
    """Check the columns that repeat what the body says."""
    try:
        said = json.loads(row.body)
        agree = said["event"] == row.event and said["on"] == row.on and dt.date.fromisoformat(row.on)
    except (ValueError, LookupError, TypeError):
        agree = False
    if not agree:
        yield Break(
            "column", row.case_id, row.version,
            f"case {row.case_id}, version {row.version}: the columns event and on do not repeat the body",
        )  # fmt: skip


def _text(row: Row, text: Text | None) -> Iterator[Break]:
    where = f"case {row.case_id}, version {row.version}"
    if row.text_hash is None:
        return
    if text is None:
        yield Break("text_missing", row.case_id, row.version, f"{where}: its free text is gone without a redaction")
    elif text.text is None or text.salt is None:
        if text.redacted_at is None:
            said = f"{where}: its free text is empty without a redaction"
            yield Break("text_missing", row.case_id, row.version, said)
    elif seal(text.salt, text.text) != row.text_hash:
        yield Break("text_edited", row.case_id, row.version, f"{where}: its free text was edited")
