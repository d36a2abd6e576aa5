# ruff: noqa: S608, E501 - the statements are the tests' own, and a table of them reads best as it is
"""Schemas: a populated store of the first one is upgraded, others are refused with what to do, nothing else is touched."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from ehcp_flow.store import Store, schema
from ehcp_flow.store.chain import link, seal
from ehcp_flow.store.engines import own_engine
from ehcp_flow.store.errors import SchemaMissing, SchemaOutOfDate, SchemaTooNew, StoreURLError
from ehcp_flow.store.names import Names
from ehcp_flow.store.rows import body_of
from ehcp_flow.testing import a_case, a_fact


def first_schema(url: str, names: Names) -> None:
    """Make a store as the first version of the library did: three cases of twelve facts, one with free text."""
    engine = own_engine(url)
    position = 0
    with engine.begin() as connection:
        schema.upgrade(connection, names, to="1")
        for case_id in ("a-1", "b-1", "c-1"):
            previous, at = "", "2025-01-01T00:00:00.000000Z"
            for version, fact in enumerate([*a_case(case_id, "885")], start=1):
                position += 1
                text_hash = seal("00", "why") if version == 7 else None
                body = body_of(fact)
                previous = link(previous, case_id, version, 1, at, at, "jo", None, body, text_hash)
                connection.execute(
                    sa.text(
                        f'INSERT INTO {names.facts} (case_id, version, schema, event, "on", recorded_at, stored_at, '
                        "recorded_by, body, text_hash, hash, position) "
                        "VALUES (:c, :v, 1, :e, :o, :a, :a, 'jo', :b, :t, :h, :p)"
                    ),
                    {"c": case_id, "v": version, "e": fact.event, "o": fact.on.isoformat() if "sqlite" in url else fact.on,
                     "a": at if "sqlite" in url else dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
                     "b": body, "t": text_hash, "h": previous, "p": position},
                )  # fmt: skip
                if text_hash:
                    connection.execute(
                        sa.text(
                            f"INSERT INTO {names.texts} (case_id, version, salt, text) VALUES (:c, :v, '00', 'why')"
                        ),
                        {"c": case_id, "v": version},
                    )
            connection.execute(
                sa.text(
                    f"INSERT INTO {names.heads} (case_id, authority, version, hash, stored_at) VALUES (:c, '885', 12, :h, :a)"
                ),
                {"c": case_id, "h": previous, "a": at if "sqlite" in url else dt.datetime(2025, 1, 1, tzinfo=dt.UTC)},
            )
    engine.dispose()


@pytest.mark.parametrize("prefix", ["ehcp_", "other_"])
def test_a_populated_store_of_the_first_schema_is_upgraded(url: str, prefix: str) -> None:
    names = Names(prefix)
    first_schema(url, names)
    with pytest.raises(SchemaOutOfDate, match="db upgrade"):
        Store.open(url, prefix=prefix, create=True)
    engine = own_engine(url)
    with engine.begin() as connection:
        assert schema.upgrade(connection, names) == ("1", "2")
        assert schema.upgrade(connection, names) == ("2", "2")
    engine.dispose()
    with Store.open(url, prefix=prefix) as store:
        assert (store.verify().cases, store.verify().facts, store.verify().breaks) == (3, 36, ())
        assert store.case("b-1").case.recorded[6].reason == "why"
        done = store.record("a-1", a_fact(event="plan_ceased", on="2026-07-01"), seen=12, key="k")
        assert (done.version, done.position) == (13, 37)
        assert store.verify().ok
        assert [entry.position for entry in store.follow(35)] == [36, 37]


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names()
    first_schema(url, names)
    engine = own_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE ehcp_imports (in_the_way INTEGER)"))
    with pytest.raises(sa.exc.DBAPIError), engine.begin() as connection:
        schema.upgrade(connection, names)
    with engine.begin() as connection:
        assert schema.found(connection, names) == "1"
        assert "key" not in {column["name"] for column in sa.inspect(connection).get_columns("ehcp_facts")}
        connection.execute(sa.text("DROP TABLE ehcp_imports"))
        assert schema.upgrade(connection, names) == ("1", "2")
    engine.dispose()


def test_a_database_without_a_store_is_told_apart(url: str) -> None:
    with pytest.raises(SchemaMissing, match="ehcp-flow db upgrade"):
        Store.open(url)


def test_a_file_that_is_not_there_is_named_and_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "casse.db"
    with pytest.raises(SchemaMissing, match=r"casse\.db: there is no such file; create a store with") as caught:
        Store.open(f"sqlite:///{missing}")
    assert caught.value.file == str(missing)
    assert not missing.exists()


def test_a_store_of_a_newer_library_is_left_alone(store_url: str) -> None:
    engine = own_engine(store_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE ehcp_schema_version SET version_num = '9'"))
    with pytest.raises(SchemaTooNew, match="newer"):
        Store.open(store_url, create=True)
    with pytest.raises(SchemaTooNew), engine.begin() as connection:
        schema.upgrade(connection, Names())
    engine.dispose()


def test_the_host_keeps_its_own_alembic_version(url: str) -> None:
    engine = own_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num TEXT)"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES ('host')"))
    Store.open(url, create=True).close()
    with engine.begin() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == ["host"]
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://x/y", "not supported"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "forgotten"),
        ("postgresql+pg8000://u:secret@h/d", "psycopg 3"),
        ("cases.db", "no database address"),
    ],
)
def test_an_address_that_names_no_store(url: str, why: str) -> None:
    with pytest.raises(StoreURLError, match=why) as caught:
        Store.open(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("prefix", ["Ehcp_", "a-b", "x" * 31, "a;b"])
def test_a_prefix_is_a_plain_identifier(sqlite_url: str, prefix: str) -> None:
    with pytest.raises(StoreURLError, match="lower-case"):
        Store.open(sqlite_url, prefix=prefix)


def test_sqlite_has_no_schemas(sqlite_url: str) -> None:
    with pytest.raises(StoreURLError, match="prefix"):
        Store.open(sqlite_url, schema="send", create=True)
