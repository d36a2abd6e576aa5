"""The hashes that hold a record together.

`link` chains the facts of a case: the hash of a fact covers what its row says, but for its position, and the hash
before it, so that nobody can edit, insert, drop or re-order rows of a case without every later hash changing. It is
worked out before the store gives the fact its position.

The trail is a second chain, over everything that was done to a case: each fact as it took its position, and each
redaction with who, when and why. The head of the case holds where the trail has come to, and its own seal, over all
that the head says. What no chain shows by itself: somebody who can write to every table can compute all of it anew.
Only heads kept elsewhere (`Store.heads`) show that.

Every value that can hold any character stands behind its length, so that no two records are hashed as one text.
"""

from __future__ import annotations

import hashlib
import os
from typing import Final

from ehcp_flow.store.fact_rows import FactRow, Head, ImportRow, Text, Tombstone

__all__ = [
    "SQL_SEAL",
    "SQL_TRAIL",
    "after_authority",
    "before_authority",
    "hash_text",
    "link",
    "link_of",
    "new_salt",
    "seal_import",
    "seal_of",
    "seal_tombstone",
    "sealed",
    "trail_of_fact",
    "trail_of_redaction",
]

SQL_TRAIL: Final = "encode(sha256(convert_to({trail} || E'\\n' || {hash} || E'\\n' || {position}, 'UTF8')), 'hex')"
"""`trail_of_fact` as PostgreSQL computes it."""

SQL_SEAL: Final = (
    "encode(sha256(convert_to({before} || {authority} || {after} || E'\\n' || {adopted} || E'\\n' || {trail}, "
    "'UTF8')), 'hex')"
)
"""`seal_of` as PostgreSQL computes it: `before` is `before_authority`, `after` is `after_authority`."""


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


def link_of(previous: str, row: FactRow) -> str:
    """Return the hash that `row` should have after `previous`."""
    case_id, version, schema, _, _, recorded_at, stored_at, recorded_by, key, body, text_hash, _, _ = row
    return link(previous, case_id, version, schema, recorded_at, stored_at, recorded_by, key, body, text_hash)


def trail_of_fact(trail: str, hash: str, position: int) -> str:  # noqa: A002 - as the column is called
    """Return where a trail comes to with the next fact of the case: its hash, and the position that it was given."""
    return hashlib.sha256(f"{trail}\n{hash}\n{position}".encode()).hexdigest()


def trail_of_redaction(trail: str, text: Text) -> str:
    """Return where a trail comes to with a redaction."""
    told = (text.redacted_at, text.redacted_by, text.redaction)
    said = "\n".join("-" if value is None else f"{len(value)}:{value}" for value in told)
    return hashlib.sha256(f"{trail}\nredacted {text.version}\n{said}".encode()).hexdigest()


def seal_of(head: Head) -> str:
    """Return the seal that a head should have: over everything else that it says."""
    said = f"{before_authority(head)}{head.authority}{after_authority(head)}\n{head.adopted}\n{head.trail}"
    return hashlib.sha256(said.encode()).hexdigest()


def before_authority(head: Head) -> str:
    """Return what is sealed of a head before its authority, which a statement may know better than the caller."""
    return f"{len(head.case_id)}:{head.case_id}\n"


def after_authority(head: Head) -> str:
    """Return what is sealed of a head behind its authority, up to what a statement works out."""
    return f"\n{head.version}\n{head.hash}\n{head.stored_at}"


def sealed(head: Head, trail: str) -> Head:
    """Return a head whose trail has come to `trail`, with its seal."""
    moved = Head(*head[:6], trail)
    return Head(*moved[:7], seal_of(moved))


def seal_import(row: ImportRow) -> str:
    """Return the seal of what is remembered of an import: over every column of it."""
    said = f"{len(row.source)}:{row.source}\n{len(row.name)}:{row.name}\n" + "\n".join(map(str, row[2:-1]))
    return hashlib.sha256(said.encode()).hexdigest()


def seal_tombstone(tombstone: Tombstone) -> str:
    """Return the seal of what is left of a case that was erased: over every column of it."""
    said = "\n".join(f"{len(each)}:{each}" for each in map(str, tombstone[:-1]))
    return hashlib.sha256(said.encode()).hexdigest()


def new_salt() -> str:
    """Return a random salt: without it, a short text could be guessed from its hash after redaction."""
    return os.urandom(16).hex()


def hash_text(salt: str, text: str) -> str:
    """Return the salted hash of a free text, which stands in the chain in its place."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()
