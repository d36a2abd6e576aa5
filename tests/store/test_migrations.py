# ruff: noqa: S608 - the statements are the tests' own, and a table of them reads best as it is
"""Schemas: a populated store of the first one is upgraded, others are refused with what to do, nothing else is
touched."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ehcp_flow.store import REDACTED, Head, Store, schema
from ehcp_flow.store.administration import upgrade_store
from ehcp_flow.store.anchors import Compared
from ehcp_flow.store.chain import hash_text, link
from ehcp_flow.store.engines import own_engine
from ehcp_flow.store.errors import SchemaDiffers, SchemaMissing, SchemaOutOfDate, SchemaTooNew, StoreURLError
from ehcp_flow.store.fact_rows import body_of
from ehcp_flow.store.imports import import_facts
from ehcp_flow.store.table_names import Names
from ehcp_flow.synth import synth
from ehcp_flow.testing import a_case, a_fact
from ehcp_flow.testing.postgres import Server
from tests.store.tampering import tamper


def first_schema(connection: sa.Connection, names: Names) -> None:
    """Make a store as the first version of the library did: three cases of twelve facts, one with free text."""
    schema.upgrade(connection, names, to="1")
    rows: dict[str, list[dict[str, Any]]] = {"facts": [], "texts": [], "heads": []}
    at = "2025-01-01T00:00:00.000000Z"
    for case_id in ("a-1", "b-1", "c-1"):
        previous = ""
        for version, fact in enumerate(a_case(case_id, "885"), start=1):
            text_hash = hash_text("00", "why") if version == 7 else None
            body = body_of(fact)
            previous = link(previous, case_id, version, 1, at, at, "jo", None, body, text_hash)
            rows["facts"].append(
                {
                    "case_id": case_id, "version": version, "schema": 1, "event": fact.event, "on": fact.on.isoformat(),
                    "recorded_at": at, "stored_at": at, "recorded_by": "jo", "body": body, "text_hash": text_hash,
                    "hash": previous, "position": len(rows["facts"]) + 1,
                }
            )  # fmt: skip
            if text_hash:
                rows["texts"].append({"case_id": case_id, "version": version, "salt": "00", "text": "why"})
        head = {"case_id": case_id, "authority": "885", "version": 12, "hash": previous, "stored_at": at}
        rows["heads"].append(head)
    fill(connection, names, rows)


def second_schema(connection: sa.Connection, names: Names) -> None:
    """Make a store as the second version of the library left it: its own rows, with redactions, keys and an import."""
    schema.upgrade(connection, names, to="2")
    rows = json.loads((Path(__file__).parent / "data" / "second_schema.json").read_text("utf-8"))
    fill(connection, names, rows)
    connection.execute(sa.text(f"UPDATE {names.counter} SET last = :last"), {"last": len(rows["facts"])})


def fill(connection: sa.Connection, names: Names, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    for table, told in rows.items():
        columns = ", ".join(f'"{column}"' for column in told[0])
        values = ", ".join(f":{column}" for column in told[0])
        statement = sa.text(f"INSERT INTO {names.qualify(names.prefix + table)} ({columns}) VALUES ({values})")
        connection.execute(statement, [dict(row) for row in told])


OLDER = {"1": first_schema, "2": second_schema}
HELD = {"1": (3, 36), "2": (11, 166)}


def everything(connection: sa.Connection) -> dict[str, Any]:
    """All that a database holds: its tables, columns, triggers, rows."""
    found: dict[str, Any] = {}
    for table in sorted(sa.inspect(connection).get_table_names()):
        found[table] = sorted(connection.exec_driver_sql(f"SELECT * FROM {table}").mappings().all(), key=str)
        found[f"columns of {table}"] = [column["name"] for column in sa.inspect(connection).get_columns(table)]
    if connection.dialect.name == "sqlite":
        found["triggers"] = sorted(
            connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        )
    else:
        found["triggers"] = sorted(
            connection.exec_driver_sql("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal")
            .scalars()
            .all()
        )
    return found


def seen(url: str) -> dict[str, Any]:
    """All that a database holds, seen by itself."""
    engine = own_engine(url)
    with engine.connect() as connection:
        found = everything(connection)
    engine.dispose()
    return found


@pytest.fixture(params=OLDER)
def older(request: pytest.FixtureRequest, url: str) -> str:
    """A populated store of an older schema; which one says `version_of`."""
    engine = own_engine(url)
    with engine.begin() as connection:
        OLDER[request.param](connection, Names())
    engine.dispose()
    return url


def version_of(url: str) -> str:
    return str(seen(url)["ehcp_schema_version"][0]["version_num"])


@pytest.mark.parametrize("prefix", ["ehcp_", "other_"])
@pytest.mark.parametrize("version", OLDER)
def test_a_populated_store_of_an_older_schema_is_upgraded(url: str, version: str, prefix: str) -> None:
    names = Names(prefix)
    engine = own_engine(url)
    with engine.begin() as connection:
        OLDER[version](connection, names)
    with pytest.raises(SchemaOutOfDate, match="db upgrade"):
        Store.open(url, prefix=prefix, create=True)
    with engine.begin() as connection:
        assert schema.upgrade(connection, names) == (version, schema.REVISION)
        assert schema.upgrade(connection, names) == (schema.REVISION, schema.REVISION)
    engine.dispose()
    cases, facts = HELD[version]
    with Store.open(url, prefix=prefix) as store:
        found = store.verify()
        assert (found.cases, found.facts, found.breaks, found.adopted) == (cases, facts, (), facts)
        done = store.record("a-1", a_fact(event="plan_ceased", on="2026-07-01"), seen=12, key="k")
        assert (done.version, done.position) == (13, facts + 1)
        found = store.verify()
        assert (found.breaks, found.adopted) == ((), facts)
        assert [entry.position for entry in store.follow(facts - 1)] == [facts, facts + 1]


def test_what_an_older_store_said_it_still_says(url: str) -> None:
    engine = own_engine(url)
    with engine.begin() as connection:
        second_schema(connection, Names())
        schema.upgrade(connection, Names())
    engine.dispose()
    with Store.open(url) as store:
        told = [fact.reason for fact in store.case("é-1").case.recorded]
        assert told == [REDACTED, REDACTED, "kept"]
        redaction = store.export_person("é-1")["facts"][0]["redaction"]
        assert redaction == {"at": "2026-03-04T09:00:18.000000Z", "by": "dpo", "why": "asked\nfor"}
        again = import_facts(store, synth(8, 5, faults=0.2), source="5f1c")
        assert (again.already, again.taken) == (True, 150)
        store.redact("é-1", 3, reason="asked for", redacted_by="dpo")
        assert store.verify().ok


def test_heads_kept_from_an_older_schema_still_anchor_it(older: str) -> None:
    kept = [Head(**{**row, "stored_at": str(row["stored_at"])}) for row in seen(older)["ehcp_heads"]]
    upgrade_store(older)
    with Store.open(older) as store:
        store.record("a-1", a_fact(event="plan_ceased", on="2026-07-01"), seen=12)
        found = store.verify(anchor=kept)
        assert found.ok
        assert found.anchor == Compared(len(kept), len(kept) - 1, 1, 0, 0, 0, 0)
        other = [kept[0]._replace(hash="0" * 64), *kept[1:]]
        assert [broken.code for broken in store.verify(anchor=other).breaks] == ["anchor"]


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("UPDATE ehcp_facts SET position = 1000 - position", {"position", "positions", "trail"}),
        ("UPDATE ehcp_heads SET authority = '999' WHERE case_id = 'a-1'", {"seal"}),
        ("UPDATE ehcp_texts SET redacted_by = 'you' WHERE case_id = 'é-1' AND version = 2", {"trail"}),
        ("UPDATE ehcp_imports SET taken = 1", {"import"}),
        ("UPDATE ehcp_heads SET adopted = 0 WHERE case_id = 'a-1'", {"seal"}),
    ],
)
def test_what_an_upgrade_found_is_held_to_from_then_on(url: str, statement: str, codes: set[str]) -> None:
    engine = own_engine(url)
    with engine.begin() as connection:
        second_schema(connection, Names())
        schema.upgrade(connection, Names())
    engine.dispose()
    tamper(url, statement)
    with Store.open(url) as store:
        assert {found.code for found in store.verify().breaks} == codes


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("UPDATE ehcp_facts SET recorded_by = 'you' WHERE case_id = 'a-1' AND version = 2", {"edited"}),
        ("UPDATE ehcp_facts SET position = 1000 - position", {"position", "positions"}),
        ("UPDATE ehcp_heads SET hash = 'x' WHERE case_id = 'a-1'", {"head_hash"}),
        ("UPDATE ehcp_texts SET redacted_at = '2026-01-01T00:00:00Z' WHERE version = 3", {"text_left"}),
        ("DELETE FROM ehcp_heads WHERE case_id = 'a-1'", {"head_missing"}),
        ("DELETE FROM ehcp_facts WHERE case_id = 'a-1' AND version = 3", {"gap", "positions"}),
        ("UPDATE ehcp_heads SET authority = '999' WHERE case_id = 'a-1'", set()),
    ],
)
def test_an_upgrade_hides_no_damage_that_was_there_and_vouches_for_no_more_than_it_could_see(
    url: str, statement: str, codes: set[str]
) -> None:
    engine = own_engine(url)
    with engine.begin() as connection:
        second_schema(connection, Names())
    tamper(url, statement)
    upgrade_store(url)
    engine.dispose()
    with Store.open(url) as store:
        assert {found.code for found in store.verify().breaks} == codes


class Cut(Exception):
    """An upgrade that is cut off."""


def cut_at(engine: sa.Engine, number: int) -> list[str]:
    """Let statement `number` of an engine fail; return the list that its statements will be noted in."""
    told: list[str] = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def _(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        told.append(statement)
        if len(told) == number:
            raise Cut

    return told


def test_an_upgrade_that_is_cut_off_anywhere_leaves_the_store_as_it_was(older: str) -> None:
    before = seen(older)
    number, cut = 1, True
    while cut:
        engine = own_engine(older)
        told = cut_at(engine, number)
        try:
            with engine.begin() as connection:
                schema.upgrade(connection, Names())
            cut = False
        except Cut:
            assert seen(older) == before, told[-1]
        engine.dispose()
        number += 3
    assert number > 30
    with Store.open(older) as store:
        assert store.verify().ok


@pytest.mark.parametrize("number", [12, 25])
def test_an_upgrade_that_is_killed_leaves_the_store_as_it_was(older: str, number: int) -> None:
    before = seen(older)
    program = (
        "import os, signal, sqlalchemy as sa\n"
        "from ehcp_flow.store.administration import upgrade_store\n"
        "told = []\n"
        "@sa.event.listens_for(sa.Engine, 'before_cursor_execute')\n"
        "def count(connection, cursor, statement, *_):\n"
        "    told.append(statement)\n"
        f"    if len(told) == {number}: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"upgrade_store({older!r})\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    assert seen(older) == before
    assert upgrade_store(older).changed
    with Store.open(older) as store:
        assert store.verify().ok


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(url: str) -> None:
    engine = own_engine(url)
    with engine.begin() as connection:
        first_schema(connection, Names())
        connection.execute(sa.text("CREATE TABLE ehcp_imports (in_the_way INTEGER)"))
    with pytest.raises(SchemaDiffers, match="imports"), engine.begin() as connection:
        schema.upgrade(connection, Names())
    with engine.begin() as connection:
        assert schema.found(connection, Names()) == "1"
        assert "key" not in {column["name"] for column in sa.inspect(connection).get_columns("ehcp_facts")}
        connection.execute(sa.text("DROP TABLE ehcp_imports"))
        assert schema.upgrade(connection, Names()) == ("1", schema.REVISION)
    engine.dispose()


def test_a_store_that_says_an_older_schema_than_it_has_is_not_upgraded_again(store_url: str) -> None:
    tamper(store_url, "UPDATE ehcp_schema_version SET version_num = '2'")
    before = seen(store_url)
    with pytest.raises(SchemaOutOfDate):
        Store.open(store_url)
    with pytest.raises(SchemaDiffers, match=r"says that it has schema 2, but its tables are others .*adopted"):
        upgrade_store(store_url)
    assert seen(store_url) == before


def test_an_upgraded_store_is_made_like_a_new_one(older: str, server: Server, tmp_path: Path) -> None:
    new = f"sqlite:///{tmp_path}/new.db" if older.startswith("sqlite") else server.database()
    Store.open(new, create=True).close()
    upgrade_store(older)
    upgraded, made = (
        {name: told for name, told in seen(url).items() if "of" in name or name == "triggers"} for url in (older, new)
    )
    assert upgraded == made


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
        ("db2://x/y", "not supported"),
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
