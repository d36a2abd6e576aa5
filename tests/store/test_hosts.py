"""A host's connection that could not keep a fact, or could not be read as of one moment, is refused by name."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc, orm
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from ehcp_flow.store import Store
from ehcp_flow.store.errors import (
    HostUnusable,
    StoreError,
    StoreReadOnly,
    StoreUnavailable,
    StoreURLError,
    TooManyConnections,
)
from ehcp_flow.testing import a_fact


@contextmanager
def made(url: str, **options: Any) -> Iterator[sa.Engine]:
    engine = sa.create_engine(url, **options)
    yield engine
    engine.dispose()


def kept(url: str) -> int:
    with Store.open(url) as store:
        assert store.verify().ok
        return store.stats().facts


def by_engine_option(url: str) -> tuple[sa.Engine, Callable[[sa.Engine], sa.Connection]]:
    return sa.create_engine(url, isolation_level="AUTOCOMMIT"), lambda engine: engine.connect()


def by_option_of_an_engine(url: str) -> tuple[sa.Engine, Callable[[sa.Engine], sa.Connection]]:
    return sa.create_engine(url).execution_options(isolation_level="AUTOCOMMIT"), lambda engine: engine.connect()


def by_option_of_a_connection(url: str) -> tuple[sa.Engine, Callable[[sa.Engine], sa.Connection]]:
    engine = sa.create_engine(url)
    return engine, lambda engine: engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def by_the_driver(url: str) -> tuple[sa.Engine, Callable[[sa.Engine], sa.Connection]]:
    how = {"isolation_level": None} if url.startswith("sqlite") else {"autocommit": True}
    return sa.create_engine(url, connect_args=how), lambda engine: engine.connect()


def by_the_drivers_connection(url: str) -> tuple[sa.Engine, Callable[[sa.Engine], sa.Connection]]:
    def connect(engine: sa.Engine) -> sa.Connection:
        connection = engine.connect()
        raw: Any = connection.connection.driver_connection
        if isinstance(raw, sqlite3.Connection):
            raw.isolation_level = None
        else:
            raw.autocommit = True
        return connection

    return sa.create_engine(url), connect


AUTOCOMMIT = [
    by_engine_option, by_option_of_an_engine, by_option_of_a_connection, by_the_driver, by_the_drivers_connection,
]  # fmt: skip


@pytest.mark.parametrize("session", [False, True], ids=["connection", "session"])
@pytest.mark.parametrize("how", AUTOCOMMIT)
def test_autocommit_is_refused_before_anything_is_written_and_single_reads_work(
    store_url: str, how: Callable[[str], Any], session: bool
) -> None:
    with Store.open(store_url) as store:
        store.record("a-1", a_fact(), seen=0)
    engine, connect = how(store_url)
    with connect(engine) as connection:
        host = Session(connection) if session else connection
        store = Store.on(host)
        assert store.case("a-1").version == 1
        for fact in (a_fact(event="assessment_agreed", on="2026-03-20"), a_fact("b-1")):
            with pytest.raises(HostUnusable, match=r"AUTOCOMMIT.*nothing was written"):
                store.record(fact.case_id, fact, seen=int(fact.case_id == "a-1"))
        with pytest.raises(HostUnusable, match="AUTOCOMMIT"):
            Store.on(host, prefix="other_", create=True)
        with pytest.raises(HostUnusable, match="AUTOCOMMIT"):
            store.verify()
        if isinstance(host, Session):
            host.close()
    engine.dispose()
    assert kept(store_url) == 1
    with made(store_url) as plain:
        assert not any(name.startswith("other_") for name in sa.inspect(plain).get_table_names())


def test_an_engine_in_autocommit_is_refused_where_its_commit_means_nothing(postgres_store_url: str) -> None:
    with (
        made(postgres_store_url, isolation_level="AUTOCOMMIT") as engine,
        pytest.raises(HostUnusable, match="AUTOCOMMIT"),
    ):
        Store.on(engine)


def test_an_engine_in_autocommit_on_sqlite_has_the_stores_own_transactions(sqlite_url: str) -> None:
    with made(sqlite_url, isolation_level="AUTOCOMMIT") as engine:
        store = Store.on(engine, create=True)
        store.record("a-1", a_fact(), seen=0)
        with store.work() as work:
            work.record("b-1", a_fact("b-1"), seen=0)
            work.record("a-1", a_fact(), seen=0)
            with pytest.raises(StoreError):
                work.commit()
        assert store.verify().ok
    assert kept(sqlite_url) == 1


class _NewSwitch(sqlite3.Connection):
    """A connection in the mode that Python 3.12 brought, in which `commit` does nothing."""

    if sys.version_info < (3, 12):
        autocommit = True


def test_sqlites_newer_switch_is_seen_too(store_url: str, sqlite_url: str) -> None:
    if store_url != sqlite_url:
        return  # the parameter that asks for PostgreSQL has no such switch
    args: dict[str, Any] = {"factory": _NewSwitch}
    if sys.version_info >= (3, 12):
        args["autocommit"] = True
    with made(store_url, connect_args=args) as engine:
        with pytest.raises(HostUnusable, match="AUTOCOMMIT"):
            Store.on(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            with pytest.raises(HostUnusable, match="AUTOCOMMIT"):
                Store.on(connection).record("a-1", a_fact(), seen=0)
    assert kept(store_url) == 0


def test_a_host_that_begins_its_transactions_itself_is_no_autocommit(sqlite_url: str) -> None:
    """SQLAlchemy's own recipe for SQLite: the driver's transactions are off, and an event begins them."""
    with made(sqlite_url, connect_args={"isolation_level": None}) as engine:

        @sa.event.listens_for(engine, "begin")
        def _(connection: sa.Connection) -> None:
            connection.exec_driver_sql("BEGIN")

        with engine.begin() as connection:
            Store.on(connection, create=True).record("a-1", a_fact(), seen=0)
        with engine.connect() as connection:
            Store.on(connection).record("b-1", a_fact("b-1"), seen=0)
            connection.rollback()
    assert kept(sqlite_url) == 1


def both_doors(store: Store) -> Iterator[Callable[[], object]]:
    yield lambda: store.record("a-1", a_fact(), seen=0)
    yield lambda: store.case("a-1")
    yield lambda: list(store.cases())
    yield store.verify
    yield store.stats


def test_a_failed_transaction_takes_nothing_until_it_is_rolled_back(postgres_store_url: str) -> None:
    with made(postgres_store_url) as engine, engine.connect() as connection:
        store = Store.on(connection)
        with pytest.raises(exc.DBAPIError):
            connection.exec_driver_sql("SELECT 1/0")
        for door in both_doors(store):
            with pytest.raises(HostUnusable, match=r"a statement failed in its transaction.*roll back"):
                door()
        connection.rollback()
        store.record("a-1", a_fact(), seen=0)
        connection.commit()
    assert kept(postgres_store_url) == 1


def test_a_session_that_waits_for_a_rollback(store_url: str) -> None:
    registry = orm.registry()

    @registry.mapped
    class Letter:
        __tablename__ = "letters"
        id = orm.mapped_column(sa.Integer, primary_key=True)

    with made(store_url) as engine, Session(engine) as session:
        registry.metadata.create_all(engine)
        store = Store.on(session)
        store.record("a-1", a_fact(), seen=0)
        session.execute(sa.insert(Letter).values(id=1))
        letter = Letter()
        letter.id = 1
        session.add(letter)
        with pytest.raises(exc.DBAPIError):
            session.flush()
        for door in both_doors(store):
            with pytest.raises(HostUnusable, match=r"transaction has been rolled back.*nothing was written"):
                door()
        session.rollback()
        store.record("a-1", a_fact(), seen=0)
        session.commit()
    assert kept(store_url) == 1


def test_a_closed_connection_and_a_block_that_was_left(store_url: str) -> None:
    with made(store_url) as engine:
        with engine.connect() as connection:
            store = Store.on(connection)
        for door in both_doors(store):
            with pytest.raises(HostUnusable, match="closed"):
                door()
        with pytest.raises(HostUnusable, match="closed"):
            Store.on(connection)
        with engine.connect() as connection:
            store = Store.on(connection)
            connection.rollback()
            with connection.begin() as transaction:
                transaction.rollback()
                for door in both_doors(store):
                    with pytest.raises(HostUnusable, match="closed transaction"):
                        door()
    assert kept(store_url) == 0


def test_an_inactive_savepoint(store_url: str) -> None:
    with made(store_url) as engine, engine.begin() as connection:
        store = Store.on(connection)
        store.record("a-1", a_fact(), seen=0)
        with connection.begin_nested() as nested:
            nested.rollback()
            for door in both_doors(store):
                with pytest.raises(HostUnusable, match="closed transaction"):
                    door()
        with connection.begin_nested() as nested:
            store.record("b-1", a_fact("b-1"), seen=0)
            nested.rollback()
        assert store.case("a-1").version == 1
    assert kept(store_url) == 1


def test_a_read_only_transaction_is_read_and_not_written(store_url: str) -> None:
    with Store.open(store_url) as store:
        store.record("a-1", a_fact(reason="x"), seen=0)
    read_only = "PRAGMA query_only = 1" if store_url.startswith("sqlite") else "SET TRANSACTION READ ONLY"
    with made(store_url) as engine, engine.connect() as connection:
        connection.exec_driver_sql(read_only).close()
        store = Store.on(connection)
        assert store.case("a-1").version == 1
        assert store.verify().ok
        for fact, seen in ((a_fact(event="assessment_agreed", on="2026-03-20"), 1), (a_fact("b-1"), 0)):
            with pytest.raises(StoreReadOnly, match="nothing was written"):
                store.record(fact.case_id, fact, seen=seen)
        with pytest.raises(StoreReadOnly):
            store.redact("a-1", 1, reason="asked for", redacted_by="dpo")
        assert [found.version for found in store.cases()] == [1]
        connection.rollback()
    assert kept(store_url) == 1


def test_a_scan_whose_transaction_the_host_ended_says_so(postgres_store_url: str) -> None:
    with Store.open(postgres_store_url) as store:
        for number in range(3_000):
            store.record(f"c-{number}", a_fact(f"c-{number}"), seen=0)
    with made(postgres_store_url) as engine, engine.connect() as connection:
        going = Store.on(connection).cases()
        next(going)
        connection.commit()
        with pytest.raises(HostUnusable, match="ended its transaction while this read"):
            list(going)


def test_a_connection_of_the_drivers_that_was_closed_behind_sqlalchemys_back(store_url: str) -> None:
    with made(store_url) as engine, engine.connect() as connection:
        store = Store.on(connection)
        connection.connection.driver_connection.close()  # type: ignore[union-attr]
        for door in both_doors(store):
            with pytest.raises(StoreError):
                door()
        connection.invalidate()


def test_hosts_that_are_none(store_url: str) -> None:
    with pytest.raises(StoreURLError, match="Engine, a Connection or a Session"):
        Store.on(create_async_engine("postgresql+psycopg://h/d"))  # type: ignore[arg-type]
    with made(store_url) as engine:
        sessions = scoped_session(sessionmaker(engine))
        store = Store.on(sessions)  # type: ignore[arg-type]
        store.record("a-1", a_fact(), seen=0)
        assert kept(store_url) == 0
        sessions.remove()


@pytest.mark.parametrize("own", [True, False], ids=["own", "host"])
def test_a_pool_that_is_exhausted_says_so_and_is_usable_again(store_url: str, own: bool) -> None:
    engine = sa.create_engine(store_url, pool_size=2, max_overflow=0, pool_timeout=0.05)
    store = Store.open(store_url, busy_seconds=0.2) if own else Store.on(engine)
    for number in range(3):
        store.record(f"c-{number}", a_fact(f"c-{number}"), seen=0)
    scans = [store.cases() for _ in range(25 if own else 2)]
    for scan in scans:
        next(scan)
    for door in both_doors(store):
        with pytest.raises(TooManyConnections, match="no connection to the store is free: nothing was written"):
            door()
    assert isinstance(TooManyConnections("x"), StoreUnavailable)
    for scan in scans:
        assert len(list(scan)) == 2
    store.record("a-1", a_fact(), seen=0)
    assert store.verify().ok
    store.close()
    engine.dispose()


def test_a_server_that_takes_no_more_connections_says_so(postgres_store_url: str) -> None:
    with made(postgres_store_url) as engine, engine.begin() as connection:
        role = "few_" + postgres_store_url.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 0")
    with pytest.raises(TooManyConnections):
        Store.open(postgres_store_url.replace("postgres:@", f"{role}:@"))
    with made(postgres_store_url) as engine, engine.begin() as connection:
        connection.exec_driver_sql(f"DROP ROLE {role}")
