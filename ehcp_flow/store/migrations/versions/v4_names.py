"""The fourth schema: the name that a source gave a fact stands in a column, so that it is found in whichever case.

The database itself works the column out from the body: no row that is there is changed by it, and none can say
otherwise than its body. This file is history: it never changes, whatever later schemas look like.
"""

from __future__ import annotations

from alembic import context, op

from ehcp_flow.store.table_names import Names

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """Take a store of the third schema to the fourth."""
    n: Names = context.config.attributes["names"]
    postgresql = op.get_bind().dialect.name == "postgresql"
    said = "(body::json ->> 'fact_id')" if postgresql else "json_extract(body, '$.fact_id')"
    there = "strpos(body, '\"fact_id\":') > 0" if postgresql else "instr(body, '\"fact_id\":') > 0"
    kind, kept = ('text COLLATE "C"', "STORED") if postgresql else ("TEXT", "VIRTUAL")
    op.execute(
        f"ALTER TABLE {n.facts} ADD COLUMN name {kind} GENERATED ALWAYS AS (CASE WHEN {there} THEN {said} END) {kept}"
    )
    indexed = n.facts if postgresql else f"{n.prefix}facts"
    op.execute(f"CREATE INDEX {n.prefix}facts_name ON {indexed} (name) WHERE name IS NOT NULL")
