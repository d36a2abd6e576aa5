# ruff: noqa: S608, RUF043, E501 - the statements are the tests' own, and a table of them reads best as it is
"""The databases themselves refuse to change or delete what was recorded, and verify finds what got past them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from ehcp_flow.store import Store
from ehcp_flow.store.chain import link_of
from ehcp_flow.store.errors import AppendOnly, StoreCorrupt
from ehcp_flow.store.rows import Row
from ehcp_flow.store.sql import SqlStore
from ehcp_flow.testing import a_case, a_fact

FORBIDDEN = [
    "UPDATE ehcp_facts SET body = '{}'",
    "UPDATE ehcp_facts SET recorded_by = 'somebody else' WHERE version = 1",
    "DELETE FROM ehcp_facts",
    "DELETE FROM ehcp_facts WHERE version = 2",
    "DELETE FROM ehcp_texts",
    "UPDATE ehcp_texts SET text = 'nicer'",
    "UPDATE ehcp_texts SET text = NULL, salt = NULL",
    "UPDATE ehcp_texts SET text = NULL, redacted_at = '2026-01-01T00:00:00Z'",
    "DELETE FROM ehcp_heads",
    "UPDATE ehcp_heads SET version = version - 1",
    "UPDATE ehcp_heads SET authority = '301', version = version + 1",
    "UPDATE ehcp_counter SET last = 0",
    "DELETE FROM ehcp_counter",
]


@pytest.fixture
def filled(store: Store) -> SqlStore:
    assert isinstance(store, SqlStore)
    store.record("a-1", a_fact(reason="text", authority="885"), seen=0)
    store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=1)
    return store


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_refuses(filled: SqlStore, statement: str) -> None:
    with pytest.raises(AppendOnly, match="append-only"), filled.database.sqlalchemy() as connection:
        connection.exec_driver_sql(statement)
    assert filled.verify().ok
    assert filled.case("a-1").case.recorded[0].reason == "text"


@pytest.mark.parametrize("table", ["facts", "texts", "heads"])
def test_postgresql_refuses_to_empty_a_table(postgres_store_url: str, table: str) -> None:
    with Store.open(postgres_store_url) as store:
        assert isinstance(store, SqlStore)
        with pytest.raises(AppendOnly, match="never emptied"), store.database.sqlalchemy() as connection:
            connection.exec_driver_sql(f"TRUNCATE ehcp_{table}")


def test_a_redaction_is_final(filled: SqlStore) -> None:
    filled.redact("a-1", 1, reason="r", redacted_by="b")
    for change in ("text = 'back'", "redacted_by = 'nobody'"):
        with pytest.raises(AppendOnly), filled.database.sqlalchemy() as connection:
            connection.exec_driver_sql(f"UPDATE ehcp_texts SET {change}")


@pytest.fixture
def tampered(sqlite_url: str) -> Callable[..., list[str]]:
    """Do to the file what somebody with the file could do, past the triggers, and return the codes of what is found."""
    with Store.open(sqlite_url, create=True) as store:
        for case_id in ("a-1", "b-1"):
            for version, fact in enumerate(a_case(case_id)):
                store.record(case_id, fact, seen=version, recorded_by="jo")
            store.record(case_id, a_fact(case_id, event="plan_ceased", on="2026-06-01", reason="left"), seen=12)

    def tamper(*statements: str) -> list[str]:
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as raw:
            for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                raw.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                raw.execute(statement)
            raw.commit()
        with Store.open(sqlite_url) as store:
            return [found.code for found in store.verify().breaks]

    return tamper


@pytest.mark.parametrize(
    ("statements", "codes"),
    [
        ([], []),
        (["UPDATE ehcp_facts SET body = replace(body, '2025-02-10', '2025-02-09') WHERE case_id = 'a-1' AND version = 2"],
         ["edited", "column"]),
        (["UPDATE ehcp_facts SET \"on\" = '2025-02-09' WHERE case_id = 'a-1' AND version = 2"], ["column"]),
        (["UPDATE ehcp_facts SET recorded_at = '2025-02-10T00:00:00.000000Z' WHERE case_id = 'a-1' AND version = 2"],
         ["edited"]),
        (["UPDATE ehcp_facts SET recorded_by = 'you' WHERE case_id = 'a-1' AND version = 13"], ["edited"]),
        (["UPDATE ehcp_facts SET key = 'k' WHERE case_id = 'a-1' AND version = 13"], ["edited"]),
        (["DELETE FROM ehcp_facts WHERE case_id = 'a-1' AND version = 3"], ["gap", "positions"]),
        (["DELETE FROM ehcp_facts WHERE case_id = 'a-1' AND version = 13"], ["text_astray", "head_version", "positions"]),
        (["DELETE FROM ehcp_heads WHERE case_id = 'a-1'"], ["head_missing"]),
        (["DELETE FROM ehcp_facts WHERE case_id = 'b-1'", "DELETE FROM ehcp_texts WHERE case_id = 'b-1'"],
         ["head_version", "positions"]),
        (["UPDATE ehcp_heads SET hash = 'x' WHERE case_id = 'a-1'"], ["head_hash"]),
        (["UPDATE ehcp_texts SET text = 'right' WHERE case_id = 'a-1'"], ["text_edited"]),
        (["DELETE FROM ehcp_texts WHERE case_id = 'a-1'"], ["text_missing"]),
        (["UPDATE ehcp_texts SET text = NULL, salt = NULL WHERE case_id = 'a-1'"], ["text_missing"]),
        (["UPDATE ehcp_facts SET version = 99 WHERE case_id = 'a-1' AND version = 2",
          "UPDATE ehcp_facts SET version = 2 WHERE case_id = 'a-1' AND version = 3",
          "UPDATE ehcp_facts SET version = 3 WHERE case_id = 'a-1' AND version = 99"],
         ["edited", "edited", "edited", "order"]),
        (["UPDATE ehcp_facts SET case_id = 'c-1' WHERE case_id = 'a-1' AND version = 13"],
         ["text_astray", "head_version", "gap", "text_missing", "head_missing"]),
    ],
)  # fmt: skip
def test_verify_finds_what_was_done_past_the_triggers(
    tampered: Callable[..., list[str]], statements: list[str], codes: list[str]
) -> None:
    assert sorted(tampered(*statements)) == sorted(codes)


def test_without_an_anchor_a_whole_new_chain_verifies_and_with_one_it_does_not(sqlite_url: str) -> None:
    with Store.open(sqlite_url, create=True) as store:
        assert isinstance(store, SqlStore)
        store.record("a-1", a_fact(), seen=0)
        kept = list(store.heads())
        row = next(iter(store._raw()))[1][0]
    forged = row._replace(body=row.body.replace("2026-03-02", "2026-02-02"), on="2026-02-02")
    forged = Row(*forged[:11], link_of("", forged), forged.position)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as raw:
        raw.execute("DROP TRIGGER ehcp_facts_no_update")
        raw.execute("DROP TRIGGER ehcp_heads_no_update")
        raw.execute('UPDATE ehcp_facts SET body = ?, "on" = ?, hash = ?', (forged.body, forged.on, forged.hash))
        raw.execute("UPDATE ehcp_heads SET hash = ?", (forged.hash,))
        raw.commit()
    with Store.open(sqlite_url) as store:
        assert store.verify().ok
        assert [found.code for found in store.verify(anchor=kept).breaks] == ["anchor"]


def test_a_row_that_tells_no_fact_is_named(sqlite_url: str, tampered: Callable[..., list[str]]) -> None:
    codes = tampered("UPDATE ehcp_facts SET body = '{\"event\":' WHERE case_id = 'a-1' AND version = 2")
    assert codes == ["edited", "column"]
    with Store.open(sqlite_url) as store:
        with pytest.raises(StoreCorrupt, match="case a-1, version 2 is damaged.*verify.*backup"):
            store.case("a-1")
        assert store.case("b-1").version == 13
