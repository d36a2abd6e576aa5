"""The portable store, where the faster ones stand as well: the same contract, on the same tables, beside each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from ehcp_flow.store import Store
from ehcp_flow.store.driver_errors import explain_error
from ehcp_flow.store.errors import (
    ConnectionLost,
    HostUnusable,
    OutcomeUnknown,
    SchemaMissing,
    StoreCorrupt,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
    StoreUnavailable,
    StoreURLError,
    TooManyConnections,
)
from ehcp_flow.store.imports import import_facts
from ehcp_flow.store.portable_database import PortableDatabase
from ehcp_flow.store.portable_store import PortableStore
from ehcp_flow.store.table_names import Names
from ehcp_flow.testing import a_fact
from ehcp_flow.testing.contract import Opener, StoreContract
from tests.waiting import HANG


def opener_on(engine: sa.Engine) -> Opener:
    """Open the portable store on an engine for which there is a faster one, too."""
    return lambda **options: PortableStore(PortableDatabase(engine), Names(), **options)


class TestPortableOnSQLite(StoreContract):
    @pytest.fixture
    def opener(self, sqlite_url: str) -> Iterator[Opener]:
        Store.open(sqlite_url, create=True).close()
        engine = sa.create_engine(sqlite_url, connect_args={"timeout": HANG}, pool_size=50)
        yield opener_on(engine)
        engine.dispose()


class TestPortableOnPostgreSQL(StoreContract):
    @pytest.fixture
    def opener(self, postgres_store_url: str) -> Iterator[Opener]:
        engine = sa.create_engine(postgres_store_url, pool_size=50)
        yield opener_on(engine)
        engine.dispose()


def test_the_two_ways_write_beside_each_other_and_take_turns(store_url: str) -> None:
    engine = sa.create_engine(store_url, pool_size=20)
    portable = opener_on(engine)()
    with Store.open(store_url, busy_seconds=HANG) as quick:

        def write(number: int) -> list[int]:
            store = portable if number % 2 else quick
            case_id, done = f"c-{number}", list[int]()
            for version in range(10):
                done.append(store.record(case_id, a_fact(case_id, reason=str(version)), seen=version).position)
            return done

        with ThreadPoolExecutor(8) as pool:
            positions = [position for some in pool.map(write, range(8)) for position in some]
        assert sorted(positions) == list(range(1, 81))
        assert [entry.position for entry in quick.follow()] == sorted(positions)
        assert quick.verify().ok
        assert portable.verify().ok
        assert list(portable.heads()) == list(quick.heads())
        assert list(portable.facts()) == list(quick.facts())
        assert portable.files == quick.files
        one, other = quick.stats(), portable.stats()
        assert (one.cases, one.facts, one.texts, one.schema) == (other.cases, other.facts, other.texts, other.schema)
    engine.dispose()


def test_what_somebody_edited_is_found_by_the_portable_way_too(store_url: str) -> None:
    engine = sa.create_engine(store_url)
    store = opener_on(engine)()
    store.record("a-1", a_fact(), seen=0)
    import_facts(store, [a_fact("b-1")], source="s")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE ehcp_imports SET taken = 7"))
        connection.execute(sa.text("UPDATE ehcp_counter SET last = 9"))
        table = " ON ehcp_facts" if engine.dialect.name == "postgresql" else ""
        connection.execute(sa.text(f"DROP TRIGGER ehcp_facts_no_update{table}"))
    assert {broken.code for broken in store.verify().breaks} == {"positions", "import", "protection"}
    with pytest.raises(StoreCorrupt, match="edited"):
        import_facts(store, [a_fact("b-1")], source="s")
    engine.dispose()


def lent_by_the_driver(url: str) -> Any:
    """A driver's own connection."""
    if url.startswith("sqlite"):
        return sqlite3.connect(url.removeprefix("sqlite:///"))
    import psycopg

    return psycopg.connect(url.replace("+psycopg", ""))


def test_a_drivers_own_connection_is_its_owners_to_commit(store_url: str) -> None:
    raw = lent_by_the_driver(store_url)
    raw.execute("CREATE TABLE letters (id INTEGER)")
    raw.commit()
    store = Store.on(raw)
    for keep in (False, True):
        raw.execute("INSERT INTO letters VALUES (1)")
        assert store.record("a-1", a_fact(), seen=0).version == 1
        (raw.commit if keep else raw.rollback)()
        with Store.open(store_url) as other:
            assert other.stats().facts == keep
        assert raw.execute("SELECT COUNT(*) FROM letters").fetchone() == (keep,)
        raw.rollback()
    raw.close()
    with pytest.raises(StoreUnavailable):
        store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=1)


def test_a_drivers_own_connection_in_autocommit_is_refused(store_url: str) -> None:
    raw = lent_by_the_driver(store_url)
    if isinstance(raw, sqlite3.Connection):
        raw.isolation_level = None
    else:
        raw.autocommit = True
    with pytest.raises(HostUnusable, match="AUTOCOMMIT"):
        Store.on(raw).record("a-1", a_fact(), seen=0)
    raw.close()


def test_what_is_no_host_is_refused_with_what_would_be_one() -> None:
    with pytest.raises(
        StoreURLError, match="an Engine, a Connection or a Session, or a connection of sqlite3 or psycopg"
    ):
        Store.on(7)  # type: ignore[arg-type]


OF_OTHERS = {
    (1213, "Deadlock found when trying to get lock"): StoreLocked,
    (1205, "Lock wait timeout exceeded"): StoreLocked,
    (1114, "The table is full"): StoreFull,
    (1290, "running with the --read-only option"): StoreReadOnly,
    (2013, "Lost connection to server during query"): ConnectionLost,
    (1040, "Too many connections"): TooManyConnections,
    (1146, "Table 'd.ehcp_facts' doesn't exist"): SchemaMissing,
    ("40001", "[40001] deadlocked on lock resources (1205) (SQLExecDirectW)"): StoreLocked,
    ("42S02", "[42S02] Invalid object name 'ehcp_facts'. (208)"): SchemaMissing,
    ("08S01", "[08S01] TCP Provider: An existing connection was forcibly closed"): ConnectionLost,
    "ORA-00060: deadlock detected while waiting for resource": StoreLocked,
    "ORA-00942: table or view does not exist": SchemaMissing,
    "ORA-03113: end-of-file on communication channel": ConnectionLost,
    (9999, "something else"): StoreUnavailable,
}


@pytest.mark.parametrize("said", OF_OTHERS, ids=str)
def test_what_other_databases_say_is_told_by_what_it_means(said: Any) -> None:
    args = said if isinstance(said, tuple) else (said,)
    found = explain_error(sa.exc.OperationalError("SELECT 1", {}, Exception(*args)))
    assert type(found) is OF_OTHERS[said]


def test_a_connection_that_broke_in_the_commit_leaves_the_outcome_open() -> None:
    lost = sa.exc.OperationalError("COMMIT", {}, Exception(2013, "Lost connection"))
    assert isinstance(explain_error(lost, committing=True), OutcomeUnknown)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql+pymysql://u:geheim@h:port/d", "invalid literal|Could not parse"),
        ("mssql+nothing://u:geheim@h/d", "Can't load plugin"),
        ("mysql://u:geheim@h/d", "its driver is not installed here"),
        ("mysql+aiomysql://u:geheim@h/d", "AsyncStore"),
        ("postgresql+asyncpg://u:geheim@h/d", "AsyncStore"),
    ],
)
def test_another_databases_address_that_cannot_be_is_refused_by_name(url: str, why: str) -> None:
    with pytest.raises(StoreURLError, match=why) as caught:
        Store.open(url)
    assert "geheim" not in str(caught.value)
