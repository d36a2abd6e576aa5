"""A case that was erased, looked for in the raw files of the database, in its triggers and by roles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ehcp_flow.errors import RowRefused, UnknownNameError
from ehcp_flow.store import Store, access
from ehcp_flow.store.engines import own_engine
from ehcp_flow.store.errors import AppendOnly, CaseErased, StoreCorrupt, StoreLocked, StoreReadOnly
from ehcp_flow.store.fact_rows import Tombstone
from ehcp_flow.store.imports import import_facts
from ehcp_flow.store.planning import Plan
from ehcp_flow.store.sql import SqlStore
from ehcp_flow.store.transaction import Transaction
from ehcp_flow.testing import a_case, a_fact
from ehcp_flow.testing.postgres import Server
from tests.store.tampering import tamper

WORDS = ("Zanzibar", "Quetzalcoatl", "Ouagadougou", "Xylophone")


def fill(store: Store) -> None:
    """Two hundred cases, each of which has words of its own in every column that can hold some."""
    facts = [fact for number in range(200) for fact in a_case(f"c-{number}", "885")]
    import_facts(store, facts)
    for number in range(200):
        text, name, by, key = (f"{word}-{number:03}-" * 40 for word in WORDS)
        fact = a_fact(f"c-{number}", event="meeting_held", on="2026-06-01", reason=text, fact_id=name[:300])
        store.record(f"c-{number}", fact, seen=12, recorded_by=by[:120], key=key[:120])


def held(raw: bytes, number: int) -> list[str]:
    return [word for word in WORDS if f"{word}-{number:03}-".encode() in raw]


def test_the_raw_files_of_a_sqlite_store_do_not_hold_what_was_erased(sqlite_url: str, tmp_path: Path) -> None:
    def raw() -> bytes:
        return b"".join(path.read_bytes() for path in sorted(tmp_path.glob("cases.db*")))

    with Store.open(sqlite_url, create=True) as store:
        fill(store)
        assert held(raw(), 7) == list(WORDS)
        store.erase("c-7", "the end of retention", "records officer")
        assert held(raw(), 7) == []
        assert held(raw(), 8) == list(WORDS)
        assert store.verify().ok
        store.erase("c-8", "the end of retention", "records officer", sweep=False)
        assert store.sweep() == ()
        assert held(raw(), 8) == []


def test_somebody_who_reads_keeps_the_log_and_the_sweep_says_so(sqlite_url: str) -> None:
    with Store.open(sqlite_url, create=True, busy_seconds=0.1) as store, Store.open(sqlite_url) as reader:
        store.record("a-1", a_fact(), seen=0)
        store.record("b-1", a_fact("b-1"), seen=0)
        with reader.snapshot() as shown:
            store.erase("a-1", "asked for", "dpo", sweep=False)
            assert ["the write-ahead log still holds" in each for each in store.sweep()] == [True]
            assert shown.case("a-1").version == 1
        assert store.sweep() == ()


def test_the_raw_tables_of_postgresql_do_not_hold_what_was_erased(server: Server, postgres_store_url: str) -> None:
    def raw() -> bytes:
        server.sql("CHECKPOINT", postgres_store_url)
        named = "SELECT pg_relation_filepath(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        engine = sa.create_engine(postgres_store_url)
        with engine.connect() as connection:
            where = connection.exec_driver_sql("SHOW data_directory").scalar_one()
            paths = connection.exec_driver_sql(
                f"{named} WHERE n.nspname IN ('public', 'pg_toast') AND pg_relation_filepath(c.oid) IS NOT NULL"
            ).scalars()
            found = b"".join(Path(where, path).read_bytes() for path in paths)
        engine.dispose()
        return found

    with Store.open(postgres_store_url) as store:
        fill(store)
        assert "Ouagadougou" in held(raw(), 7)
        store.erase("c-7", "the end of retention", "records officer")
        assert held(raw(), 7) == []
        assert "Ouagadougou" in held(raw(), 8)
        assert store.verify().ok


@pytest.fixture
def erased(store_url: str) -> str:
    with Store.open(store_url) as store:
        for case_id in ("a-1", "b-1"):
            store.record(case_id, a_fact(case_id, authority="885", reason="x"), seen=0)
        store.erase("a-1", "asked for", "dpo", sweep=False)
    return store_url


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM ehcp_facts WHERE case_id = 'b-1'",
        "DELETE FROM ehcp_texts WHERE case_id = 'b-1'",
        "DELETE FROM ehcp_heads WHERE case_id = 'b-1'",
        "DELETE FROM ehcp_erased",
        "UPDATE ehcp_erased SET reason = 'none'",
        (
            "INSERT INTO ehcp_heads (case_id, authority, version, hash, stored_at) "
            "SELECT 'a-1', authority, version, hash, stored_at FROM ehcp_heads"
        ),
    ],
)
def test_the_database_deletes_nothing_without_a_tombstone_and_no_tombstone(erased: str, statement: str) -> None:
    with Store.open(erased) as store:
        assert isinstance(store, SqlStore)
        with pytest.raises(AppendOnly), store.database.write() as transaction:
            transaction.run(statement)
        assert store.verify().ok


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("UPDATE ehcp_erased SET reason = 'none'", {"tombstone"}),
        ("UPDATE ehcp_erased SET positions = 'x'", {"tombstone", "positions"}),
        ("UPDATE ehcp_erased SET positions = '2'", {"tombstone", "positions"}),
        ("DELETE FROM ehcp_erased", {"positions"}),
        (
            "UPDATE ehcp_facts SET case_id = 'a-1'",
            {"tombstone", "edited", "facts_missing", "head_missing", "text_missing", "text_astray"},
        ),
    ],
)
def test_what_is_left_of_a_case_is_held_to(erased: str, statement: str, codes: set[str]) -> None:
    tamper(erased, statement)
    with Store.open(erased) as store:
        assert {each.code for each in store.verify().breaks} == codes


def test_what_is_left_of_a_case_is_not_told_where_it_was_edited(erased: str) -> None:
    tamper(erased, "UPDATE ehcp_erased SET reason = 'none'")
    with Store.open(erased) as store, pytest.raises(StoreCorrupt, match="case a-1 is damaged: what is left of it"):
        store.erased()


def test_whoever_holds_the_store_keeps_the_sweep_from_it_and_the_case_is_erased_all_the_same(erased: str) -> None:
    with Store.open(erased, busy_seconds=0.1) as store:
        engine = own_engine(erased)
        with engine.connect() as connection:
            if store.backend == "sqlite":
                connection.exec_driver_sql("DELETE FROM ehcp_imports")
                assert ["may still lie" in each for each in store.sweep()] == [True]
            else:
                connection.exec_driver_sql("SELECT FROM ehcp_texts")
                done = store.erase("b-1", "asked for", "dpo")
                assert ["may still lie" in each for each in done.unswept] == [True]
            connection.rollback()
        engine.dispose()
        assert store.sweep() == ()


def test_who_saw_neither_a_case_nor_its_tombstone_does_not_begin_it_again(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look of one writer and its write, others begin the case and erase it."""
    with Store.open(store_url) as store, Store.open(store_url) as others:
        assert isinstance(store, SqlStore)
        if store.backend == "sqlite":
            return  # there, whoever looks in order to write has the only pen
        looked: list[bool] = []
        taken = store._erased_among

        def meanwhile(*args: Any) -> dict[str, Tombstone]:
            found = taken(*args)
            if not looked:
                looked.append(True)
                others.record("a-1", a_fact(), seen=0)
                others.erase("a-1", "asked for", "dpo", sweep=False)
            return found

        monkeypatch.setattr(store, "_erased_among", meanwhile)
        with pytest.raises(CaseErased):
            store.record("a-1", a_fact(), seen=0)
        assert list(store.case_ids()) == []
        assert store.verify().ok


def test_who_erases_waits_for_whoever_is_writing(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that has its positions is not overtaken between the look at the tombstones and the head."""
    with Store.open(store_url) as store, Store.open(store_url, busy_seconds=0.3) as others:
        assert isinstance(store, SqlStore)
        store.record("b-1", a_fact("b-1"), seen=0)
        written = store._write

        def meanwhile(transaction: Transaction, plan: Plan) -> int:
            transaction.rows(store._sql.take_positions, (1,))
            with pytest.raises(StoreLocked):
                others.erase("b-1", "asked for", "dpo", sweep=False)
            raise KeyboardInterrupt

        monkeypatch.setattr(store, "_write", meanwhile)
        with pytest.raises(KeyboardInterrupt):
            store.record("a-1", a_fact(), seen=0)
        monkeypatch.setattr(store, "_write", written)
        others.erase("b-1", "asked for", "dpo", sweep=False)
        assert store.verify().ok


def test_in_a_hosts_transaction_the_host_decides_and_a_sweep_waits(erased: str) -> None:
    engine = sa.create_engine(erased.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        inside = Store.on(connection)
        inside.erase("b-1", "asked for", "dpo")
        assert ["the transaction is a host's" in each for each in inside.sweep()] == [True]
        connection.rollback()
    with Store.on(engine) as store:
        assert store.case("b-1").version == 1
        store.erase("b-1", "asked for", "dpo")
        assert [each.case_id for each in store.erased()] == ["a-1", "b-1"]
        assert store.verify().ok
    engine.dispose()


def test_a_role_of_some_authorities_sees_its_own_and_erases_nothing(server: Server, postgres_store_url: str) -> None:
    role = "erasing_clerk"
    server.sql(f"CREATE ROLE {role} LOGIN")
    with Store.open(postgres_store_url) as owner:
        for case_id, authority in (("a-1", "885"), ("b-1", "301"), ("c-1", "885")):
            owner.record(case_id, a_fact(case_id, authority=authority), seen=0)
        access.grant(owner, role, "885")
        owner.erase("a-1", "asked for", "dpo", sweep=False)
        owner.erase("b-1", "asked for", "dpo", sweep=False)
    with Store.open(postgres_store_url.replace("postgres:@", f"{role}:@")) as clerk:
        assert [each.case_id for each in clerk.erased()] == ["a-1"]
        with pytest.raises(StoreReadOnly, match="by the owner of the tables"):
            clerk.erase("c-1", "asked for", "clerk")
        with pytest.raises(CaseErased):
            clerk.record("a-1", a_fact(authority="885"), seen=0)
        with pytest.raises(UnknownNameError):
            clerk.record("b-1", a_fact("b-1", authority="885"), seen=0)
        rows = [a_fact(case_id, authority="885") for case_id in ("a-1", "b-1", "d-1")]
        told: list[RowRefused] = []
        assert import_facts(clerk, rows, refused=told.append).taken == 1
        assert ["erased" in str(each) for each in told] == [True, False]
        assert clerk.verify().ok
    server.sql(f"DROP OWNED BY {role}", postgres_store_url)
    server.sql(f"DROP ROLE {role}")
