"""The store for hosts on asyncio: the contract of a store, by each driver, and what a host's own objects do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from ehcp_flow.store import AsyncStore, Store, access
from ehcp_flow.store.administration import upgrade_store
from ehcp_flow.store.errors import HostUnusable, SchemaMissing, StoreURLError, VersionConflict
from ehcp_flow.store.imports import import_facts
from ehcp_flow.testing import a_case, a_fact
from ehcp_flow.testing.contract import Opener, StoreContract
from ehcp_flow.testing.postgres import Server
from tests.store.on_a_loop import Loop, opened
from tests.waiting import HANG


@pytest.fixture
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


class TestAiosqlite(StoreContract):
    @pytest.fixture
    def opener(self, sqlite_url: str, loop: Loop) -> Opener:
        Store.open(sqlite_url, create=True).close()
        url = sqlite_url.replace("sqlite:", "sqlite+aiosqlite:")
        return lambda **options: opened(loop, url, busy_seconds=HANG, **options)


class TestAsyncpg(StoreContract):
    @pytest.fixture
    def opener(self, postgres_store_url: str, loop: Loop) -> Opener:
        url = postgres_store_url.replace("+psycopg", "+asyncpg")
        return lambda **options: opened(loop, url, busy_seconds=HANG, **options)


class TestPsycopg(StoreContract):
    @pytest.fixture
    def opener(self, postgres_store_url: str, loop: Loop) -> Opener:
        return lambda **options: opened(loop, postgres_store_url, busy_seconds=HANG, **options)


def with_driver(url: str) -> str:
    """The address by a driver of asyncio's."""
    return url.replace("sqlite:", "sqlite+aiosqlite:")


async def as_a_host_does(url: str) -> None:
    engine = create_async_engine(with_driver(url))
    async with engine.begin() as connection:
        await connection.run_sync(upgrade_store, prefix="send_")
    store = await AsyncStore.on(engine, prefix="send_")
    async with AsyncSession(engine) as session:
        inside = await AsyncStore.on(session, prefix="send_")
        await inside.record("a-1", a_fact(), seen=0)
        with pytest.raises(VersionConflict):
            await inside.record("a-1", a_fact(), seen=0)
        assert (await inside.case("a-1")).version == 1
        await session.rollback()
    assert (await store.stats()).facts == 0
    async with engine.connect() as connection:
        inside = await AsyncStore.on(connection, prefix="send_")
        async with inside.work(recorded_by="jo") as work:
            work.record("a-1", a_fact(), seen=(await inside.case_or_new("a-1")).version)
            await work.commit()
        await connection.commit()
    assert [entry.case_id for entry in await store.follow()] == ["a-1"]
    assert [found.version async for found in store.cases()] == [1]
    told = await store.run(import_facts, a_case("b-1"))
    assert (told.taken, (await store.verify()).ok) == (12, True)
    with pytest.raises(StoreURLError, match="AsyncStore"):
        Store.on(engine.sync_engine)
    with pytest.raises(StoreURLError, match="an AsyncEngine"):
        await AsyncStore.on(engine.sync_engine)  # type: ignore[arg-type]
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        refused = await AsyncStore.on(connection, prefix="send_")
        with pytest.raises(HostUnusable, match="AUTOCOMMIT"):
            await refused.record("c-1", a_fact("c-1"), seen=0)
    await engine.dispose()


def test_a_host_on_asyncio_keeps_or_loses_facts_with_its_own_transaction(url: str) -> None:
    asyncio.run(as_a_host_does(url))


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("sqlite:///a.db", "no driver of asyncio's"),
        ("mysql+pymysql://u:geheim@h/d", "no driver of asyncio's"),
        ("sqlite+aiosqlite:///a.db?mode=ro", "leave mode and immutable out"),
        ("what", "Could not parse"),
        ("db3://h/d", "Can't load plugin"),
    ],
)
def test_a_driver_that_cannot_is_refused_before_anything_is_opened(address: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(StoreURLError, match=why) as caught:
        asyncio.run(AsyncStore.open(address, create=True))
    assert "geheim" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SchemaMissing, match="no such file"):
        asyncio.run(AsyncStore.open(f"sqlite+aiosqlite:///{tmp_path}/a.db"))
    assert list(tmp_path.iterdir()) == []


def test_a_role_that_is_kept_to_some_authorities_is_refused_in_words(postgres_store_url: str, server: Server) -> None:
    server.sql("CREATE ROLE async_clerk LOGIN")
    with Store.open(postgres_store_url) as owner:
        access.grant(owner, "async_clerk", "885")
    with pytest.raises(StoreURLError, match="writes by functions"):
        asyncio.run(AsyncStore.open(postgres_store_url.replace("postgres:@", "async_clerk:@")))
    server.sql("DROP OWNED BY async_clerk", postgres_store_url)
    server.sql("DROP ROLE async_clerk")
