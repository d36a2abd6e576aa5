"""What Alembic runs: the connection and the names come from `ehcp_flow.store.schema`, never from an ini file."""

from __future__ import annotations

from alembic import context

from ehcp_flow.store.table_names import Names

names: Names = context.config.attributes["names"]
context.configure(
    connection=context.config.attributes["connection"],
    version_table=f"{names.prefix}schema_version",
    version_table_schema=names.schema,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
