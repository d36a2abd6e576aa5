"""What an operator does to a store by its address: make or upgrade it, look at its schema, keep anchors elsewhere."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ehcp_flow.errors import SourceError
from ehcp_flow.store.rows import Head

__all__ = ["SchemaStatus", "Upgraded", "check_store", "read_heads", "upgrade_store", "write_heads"]


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The schema before (None: there was no store) and after."""

    before: str | None
    after: str

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """The schema that is there (None: no store), and the one that this library needs."""

    found: str | None
    wanted: str

    @property
    def ok(self) -> bool:
        """Whether the store can be opened as it is."""
        return self.found == self.wanted


def upgrade_store(url: str, *, schema: str | None = None, prefix: str = "ehcp_") -> Upgraded:
    """Make the store at `url`, or bring it to the schema that this library needs, in one transaction.

    Raises SchemaTooNew, StoreURLError or StoreUnavailable; then the store is as it was.
    """
    from ehcp_flow.store import schema as schemas
    from ehcp_flow.store.database import Database
    from ehcp_flow.store.engines import own_engine
    from ehcp_flow.store.names import Names

    names = Names(prefix, schema)
    database = Database(own_engine(url), owned=True)
    try:
        with database.sqlalchemy(write=True) as connection:
            return Upgraded(*schemas.upgrade(connection, names))
    finally:
        database.close()


def check_store(url: str, *, schema: str | None = None, prefix: str = "ehcp_") -> SchemaStatus:
    """Return which schema the database at `url` has, and which is needed. Raises StoreURLError or StoreUnavailable."""
    from ehcp_flow.store import schema as schemas
    from ehcp_flow.store.addresses import missing_file
    from ehcp_flow.store.database import Database
    from ehcp_flow.store.engines import own_engine
    from ehcp_flow.store.names import Names

    names = Names(prefix, schema)
    if missing_file(url):
        return SchemaStatus(None, schemas.REVISION)
    database = Database(own_engine(url, create=False), owned=True)
    try:
        with database.sqlalchemy() as connection:
            return SchemaStatus(schemas.found(connection, names), schemas.REVISION)
    finally:
        database.close()


def write_heads(heads: Iterable[Head], path: str | os.PathLike[str]) -> int:
    """Write the heads of the cases as JSON Lines, and return how many.

    Keep the file where nobody who can write to the store can write.
    """
    count = 0
    with Path(path).open("w", encoding="utf-8") as file:
        for head in heads:
            file.write(json.dumps(head._asdict()) + "\n")
            count += 1
    return count


def read_heads(path: str | os.PathLike[str]) -> Iterator[Head]:
    """Yield the heads that `write_heads` wrote, for `Store.verify(anchor=...)`.

    Raises SourceError for a file that is none.
    """
    try:
        with Path(path).open(encoding="utf-8") as file:
            for line in file:
                yield Head(**json.loads(line))
    except (OSError, ValueError, TypeError) as error:
        raise SourceError(str(path), f"these are no heads that a store wrote ({error})") from error
