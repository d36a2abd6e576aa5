# ruff: noqa: S608 - the table is a checked identifier
"""Which schema a database has, and which this library needs."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, inspect, text

from ehcp_flow.store.errors import SchemaDiffers
from ehcp_flow.store.table_names import Names

__all__ = ["REVISION", "found"]

REVISION: Final = "5"
"""The schema that this library reads and writes."""


def found(connection: Connection, names: Names) -> str | None:
    """Return the revision of the store in this database, or None if there is none. Raises SchemaDiffers for several."""
    if not inspect(connection).has_table(f"{names.prefix}schema_version", schema=names.schema):
        return None
    told = sorted(str(row[0]) for row in connection.execute(text(f"SELECT version_num FROM {names.schema_version}")))
    if len(told) > 1:
        raise SchemaDiffers(" and ".join(told), REVISION, "it names more than one")
    return told[0] if told else None
