"""What Alembic runs: the connection and the names come from `ehcp_flow.store.schema`, never from an ini file.

Offline, the connection is what `schema_scripts` puts in its place, for what a migration asks of a database.
"""

from __future__ import annotations

from typing import Any

from alembic import context

from ehcp_flow.store.table_names import Names

names: Names = context.config.attributes["names"]
connection: Any = context.config.attributes["connection"]
offline = context.is_offline_mode()
context.configure(
    connection=None if offline else connection,
    dialect_name=connection.dialect.name,
    dialect_opts={"paramstyle": "named"},  # on paper no driver takes a % for a parameter
    version_table=f"{names.prefix}schema_version",
    version_table_schema=names.schema,
    transactional_ddl=True,
)
if offline:
    context.get_context().impl.connection = connection
with context.begin_transaction():
    context.run_migrations()
