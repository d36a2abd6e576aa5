"""What the store's tables are called: inside a schema of their own, or with a prefix among a host's tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ehcp_flow.store.errors import StoreURLError

__all__ = ["TABLES", "Names"]

TABLES: Final = ("facts", "heads", "texts", "erased", "counter", "imports", "scopes", "schema_version")
"""What the tables are called behind the prefix; `scopes` is PostgreSQL's alone."""
_SAFE = re.compile(r"[a-z_][a-z0-9_]{0,29}")


@dataclass(frozen=True)
class Names:
    """The names of the tables, for one `schema` (None: the connection's default) and one `prefix`.

    Both are lower-case identifiers; anything else raises StoreURLError, so that they can stand in SQL.
    """

    prefix: str = "ehcp_"
    schema: str | None = None

    def __post_init__(self) -> None:
        for kind, name in (("prefix", self.prefix or "_"), ("schema", self.schema or "_")):
            if not _SAFE.fullmatch(name):
                raise StoreURLError(name, f"a {kind} is at most 30 lower-case letters, digits and underscores")

    def __getattr__(self, table: str) -> str:
        """Return the full name of a table: `names.facts` is `schema.ehcp_facts`."""
        if table not in TABLES:
            raise AttributeError(table)
        return self.qualify(f"{self.prefix}{table}")

    def fit(self, dialect: str) -> None:
        """Raise StoreURLError for a schema where the database has none."""
        if self.schema and dialect == "sqlite":
            raise StoreURLError("sqlite", "SQLite has no schemas; use a prefix")

    def qualify(self, name: str) -> str:
        """Return `name` inside the schema, where there is one."""
        return f"{self.schema}.{name}" if self.schema else name
