"""What the portable store sends to each database, pinned; `python -m tests.store.test_portable_statements` pins it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Dialect, Select

from ehcp_flow.store.portable_statements import PortableStatements
from ehcp_flow.store.portable_tables import SPOKEN, StoreTables
from ehcp_flow.store.schema_scripts import dialect_called, schema_sql
from ehcp_flow.store.table_names import Names

PINNED = Path(__file__).parent / "data" / "statements"


def sent(dialect: Dialect, schema: str | None = None) -> Iterator[tuple[str, Any]]:
    """Every statement, by name."""
    tables = StoreTables(Names(schema=schema))
    sql = PortableStatements(tables, dialect)
    for name, statement in vars(sql).items():
        if hasattr(statement, "compile"):
            yield name, statement
    yield from ((f"erase {number}", each) for number, each in enumerate(sql.erase, start=1))
    if (lock := sql.lock_heads(["a-1", "b-1"])) is not None:
        yield "lock_heads", lock
    for writes in (False, True):
        behind = " behind the lock" if writes else ""
        yield f"facts of a case{behind}", sql.facts(tables.facts.c.case_id == "a-1", writes=writes)
        yield f"heads{behind}", sql.heads(tables.heads.c.case_id.in_(["a-1"]), writes=writes)
        yield f"texts{behind}", sql.texts(tables.texts.c.case_id == "a-1", writes=writes)
        yield f"tombstones{behind}", sql.tombstones(writes=writes)
    facts = tables.facts.c
    yield "a part of the facts of an authority", sql.facts(facts.position > 7, authority="885").limit(500)
    yield "texts of an authority", sql.texts(authority="885")
    yield "imports", sql.imports()
    yield "positions", sql.positions()
    yield "owners", sql.owners("885")
    yield "sizes", sql.sizes(tables.facts, authority="885")


def written(name: str) -> str:
    """All of it, as it stands in the file of a dialect."""
    dialect = dialect_called(name)
    told = []
    for title, statement in sent(dialect):
        kwargs = {"literal_binds": True} if isinstance(statement, Select) else {}
        said = " ".join(str(statement.compile(dialect=dialect, compile_kwargs=kwargs)).split())
        told.append(f"-- {title}\n{said}\n")
    made = "" if name in ("sqlite", "postgresql") else f"-- the tables\n{schema_sql(name)}\n"
    return made.replace("\t", "    ") + "\n".join(told)


@pytest.mark.parametrize("name", SPOKEN)
def test_what_is_sent_is_what_was_sent(name: str) -> None:
    pinned = (PINNED / f"{name}.sql").read_text("utf-8")
    assert "\n".join(line.rstrip() for line in written(name).splitlines()) + "\n" == pinned


def locking(name: str, schema: str | None) -> str:
    dialect = dialect_called(name)
    return " ".join(str(dict(sent(dialect, schema))["counter"].compile(dialect=dialect)).split())


@pytest.mark.parametrize("schema", [None, "send"])
def test_a_writers_turn_is_a_lock_on_every_database_that_has_one(schema: str | None) -> None:
    for name in ("postgresql", "mysql", "mariadb", "oracle"):
        assert locking(name, schema).endswith("FOR UPDATE")
    # FOR UPDATE is dropped here without a word; with a schema the table has another name, and the hint must be there.
    assert "WITH (UPDLOCK, HOLDLOCK)" in locking("mssql", schema)
    # SQLite locks the whole file when a transaction begins.
    assert "FOR UPDATE" not in locking("sqlite", None)


if __name__ == "__main__":
    PINNED.mkdir(exist_ok=True)
    for each in SPOKEN:
        lines = (line.rstrip() for line in written(each).splitlines())
        (PINNED / f"{each}.sql").write_text("\n".join(lines) + "\n", "utf-8")
