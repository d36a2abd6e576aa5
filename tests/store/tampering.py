"""Doing to a database what somebody with every right on it could do: past the triggers, which are there again after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from ehcp_flow.store.engines import own_engine
from ehcp_flow.store.fact_rows import FactRow, Head, Text


@contextmanager
def unhindered(connection: sa.Connection) -> Iterator[sa.Connection]:
    """Switch the triggers of the database off for the length of a block, in the connection's transaction."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        yield connection
        connection.exec_driver_sql("SET LOCAL session_replication_role = origin")
        return
    made = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    for name, _ in made:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield connection
    for _, statement in made:
        connection.exec_driver_sql(statement)


def kept_rows(url: str) -> tuple[list[Head], list[FactRow], list[Text]]:
    """Return the rows of a store as they lie in its tables, in order of case and version."""
    engine = own_engine(url)
    columns = ", ".join(f'"{name}"' for name in FactRow._fields)
    with engine.connect() as connection:
        heads = connection.exec_driver_sql("SELECT * FROM ehcp_heads ORDER BY case_id").mappings().all()
        rows = f"SELECT {columns} FROM ehcp_facts ORDER BY case_id, version"  # noqa: S608 - names of columns
        facts = connection.exec_driver_sql(rows).mappings().all()
        texts = connection.exec_driver_sql("SELECT * FROM ehcp_texts ORDER BY case_id, version").mappings().all()
    engine.dispose()
    return [Head(**row) for row in heads], [FactRow(**row) for row in facts], [Text(**row) for row in texts]


def tamper(url: str, *statements: str) -> None:
    """Run statements past the triggers, and commit."""
    engine = own_engine(url)
    with engine.begin() as connection, unhindered(connection):
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
