# ruff: noqa: S608 - the names in the statements are the test's own
"""Migrations inside a host's: on its connection, in its transaction, beside its tables, and on paper."""

from __future__ import annotations

import gzip
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.orm import Session

from ehcp_flow.store import Store
from ehcp_flow.store.administration import Upgraded, check_store, include_name, schema_sql, upgrade_store
from ehcp_flow.store.errors import SchemaMissing, StoreURLError
from ehcp_flow.store.portable_tables import SPOKEN
from ehcp_flow.testing import a_fact
from ehcp_flow.testing.postgres import Server

OLD = Path(__file__).parent / "data" / "old" / "schema_4_last.db.gz"


@pytest.mark.parametrize("session", [False, True], ids=["connection", "session"])
def test_a_host_makes_the_tables_in_its_own_transaction_and_decides(url: str, session: bool) -> None:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        host = Session(connection) if session else connection
        host.execute(sa.text("CREATE TABLE notes (id INTEGER)"))
        assert upgrade_store(host, prefix="send_") == Upgraded(None, "5")
        assert Store.on(host, prefix="send_").stats().facts == 0
        host.rollback()
    with engine.connect() as connection:
        if not url.startswith("sqlite"):  # whose driver begins a transaction with the first row that is written
            assert sa.inspect(connection).get_table_names() == []
        upgrade_store(connection, prefix="other_")
        connection.commit()
        assert upgrade_store(connection, prefix="other_") == Upgraded("5", "5")
    with Store.open(url, prefix="other_") as store:
        assert store.record("a-1", a_fact(), seen=0).position == 1
    engine.dispose()


def test_a_host_upgrades_by_its_engine(url: str) -> None:
    engine = sa.create_engine(url)
    assert upgrade_store(engine).changed
    assert not upgrade_store(engine).changed
    assert check_store(url).ok
    engine.dispose()


def test_a_hosts_autogenerate_leaves_the_stores_tables_alone_and_no_others(url: str) -> None:
    engine = sa.create_engine(url)
    metadata = sa.MetaData()
    sa.Table("letters", metadata, sa.Column("id", sa.Integer, primary_key=True))
    with engine.begin() as connection:
        upgrade_store(connection, prefix="send_")
        connection.execute(sa.text("CREATE TABLE send_notes (id INTEGER)"))
    with engine.connect() as connection:

        def told(**options: Any) -> set[tuple[str, str]]:
            context = MigrationContext.configure(connection, opts=options)
            return {(each[0], each[1].name) for each in compare_metadata(context, metadata) if "table" in each[0]}

        ours = partial(include_name, prefix="send_")
        assert told(include_name=ours) == {("add_table", "letters"), ("remove_table", "send_notes")}
        assert ("remove_table", "send_facts") in told()
    engine.dispose()


def test_another_schemas_table_of_the_same_name_is_looked_at() -> None:
    parents = {"schema_name": "send"}
    assert include_name("ehcp_facts", "table", parents)
    assert not include_name("ehcp_facts", "table", parents, schema="send")
    assert include_name("ehcp_facts", "table", {"schema_name": None}, schema="send")
    assert include_name("on", "column", {"schema_name": None, "table_name": "ehcp_facts"})
    assert include_name(None, "schema", {})


def of_sqlite(path: Path) -> list[Any]:
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    return sorted((kind, name, " ".join(str(sql).split())) for kind, name, sql in found)


def test_the_script_makes_what_an_upgrade_makes_on_sqlite(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "script.db") as connection:
        connection.executescript(schema_sql("sqlite", prefix="x_"))
    upgrade_store(f"sqlite:///{tmp_path}/upgrade.db", prefix="x_")
    assert of_sqlite(tmp_path / "script.db") == of_sqlite(tmp_path / "upgrade.db")
    with Store.open(f"sqlite:///{tmp_path}/script.db", prefix="x_") as store:
        store.record("a-1", a_fact(reason="said"), seen=0)
        assert store.verify().ok


def test_the_script_upgrades_a_store_of_the_schema_before(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    path.write_bytes(gzip.decompress(OLD.read_bytes()))
    with sqlite3.connect(path) as connection:
        connection.executescript(schema_sql("sqlite", since="4"))
    with Store.open(f"sqlite:///{path}") as store:
        assert store.verify().ok
        assert store.stats().facts == 8


@pytest.mark.parametrize("schema", [None, "send"])
def test_the_script_makes_what_an_upgrade_makes_on_postgresql(server: Server, schema: str | None) -> None:
    import psycopg

    script, upgrade = server.database(), server.database()
    with psycopg.connect(script.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(schema_sql("postgresql", schema=schema).encode())
    upgrade_store(upgrade, schema=schema)
    asked = (
        "SELECT c.relname, c.relkind::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
        "pg_get_expr(d.adbin, d.adrelid), c.relrowsecurity FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum "
        f"WHERE a.attnum > 0 AND c.relnamespace = '{schema or 'public'}'::regnamespace ORDER BY 1, 3"
    )
    assert server.sql(asked, script) == server.sql(asked, upgrade)
    status = check_store(script, schema=schema)
    assert (status.ok, status.apart) == (True, ())
    with Store.open(script, schema=schema) as store:
        store.record("a-1", a_fact(reason="said"), seen=0)
        assert store.verify().ok
    server.drop(script)
    server.drop(upgrade)


@pytest.mark.parametrize("dialect", SPOKEN)
def test_the_script_makes_every_table_and_says_which_schema_it_is(dialect: str) -> None:
    said = schema_sql(dialect, prefix="x_")
    tables = ["facts", "heads", "texts", "erased", "counter", "imports", "schema_version"]
    assert [f"CREATE TABLE x_{table} (" in " ".join(said.split()) for table in tables] == [True] * 7
    assert "version_num) VALUES ('5')" in said or "SET version_num='5'" in said


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"dialect": "db2"}, "the store speaks sqlite, postgresql, mssql"),
        ({"dialect": "sqlite", "schema": "send"}, "use a prefix"),
        ({"dialect": "sqlite", "since": "2"}, "from schema 3 or 4"),
        ({"dialect": "mssql", "since": "4"}, "on sqlite or postgresql alone"),
    ],
)
def test_a_script_that_cannot_be_is_refused(how: dict[str, str], why: str) -> None:
    with pytest.raises(StoreURLError, match=why):
        schema_sql(**how)


def test_a_store_that_was_checked_once_is_not_checked_at_each_read(store_url: str) -> None:
    asked: list[str] = []
    engine = sa.create_engine(store_url)
    sa.event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with engine.connect() as connection:
        store = Store.on(connection)
        asked.clear()
        store.case_or_new("a-1")
        assert not [statement for statement in asked if "schema_version" in statement]
        again = Store.on(connection)
        assert not [statement for statement in asked if "schema_version" in statement]
        assert again.case_or_new("a-1").version == 0
    engine.dispose()


def test_tables_that_are_not_there_are_looked_for_each_time(url: str) -> None:
    engine = sa.create_engine(url)
    for _ in range(2):
        with pytest.raises(SchemaMissing):
            Store.on(engine)
    upgrade_store(engine)
    assert Store.on(engine).stats().facts == 0
    engine.dispose()
