"""The contract of a store, for every store that the library has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ehcp_flow.errors import MoveRefused
from ehcp_flow.store import MemoryStore, Store, access
from ehcp_flow.store.memory import Shelf
from ehcp_flow.store.sql import SqlStore
from ehcp_flow.testing import a_case, a_fact
from ehcp_flow.testing.contract import Opener, RoleContract, StoreContract
from ehcp_flow.testing.postgres import Server
from tests.waiting import HANG


class TestMemory(StoreContract):
    @pytest.fixture
    def opener(self) -> Opener:
        shelf = Shelf()
        return lambda **options: MemoryStore(shelf=shelf, **options)


class TestSQLite(StoreContract):
    @pytest.fixture
    def opener(self, sqlite_url: str) -> Opener:
        Store.open(sqlite_url, create=True).close()
        return lambda **options: Store.open(sqlite_url, busy_seconds=HANG, **options)


class TestPostgreSQL(StoreContract):
    @pytest.fixture
    def opener(self, postgres_store_url: str) -> Opener:
        return lambda **options: Store.open(postgres_store_url, busy_seconds=HANG, **options)


class TestPostgreSQLInASchema(StoreContract):
    """The same beside a host's tables: a schema and a prefix of its own."""

    @pytest.fixture
    def opener(self, postgres_store_url: str) -> Opener:
        def open_(**options: Any) -> Store:
            return Store.open(postgres_store_url, schema="send", prefix="x_", busy_seconds=HANG, **options)

        return open_


class TestPostgreSQLAsARole(RoleContract):
    """The same for a role that owns nothing: it writes by the store's functions, as one of a single authority does."""

    @pytest.fixture
    def opener(self, postgres_store_url: str, server: Server) -> Iterator[Opener]:
        role = "contract_clerk"
        server.sql(f"CREATE ROLE {role} LOGIN")
        with Store.open(postgres_store_url) as owner:
            assert isinstance(owner, SqlStore)
            access.grant(owner, role, access.ALL)
        url = postgres_store_url.replace("postgres:@", f"{role}:@")
        yield lambda **options: Store.open(url, **options)
        server.sql(f"DROP OWNED BY {role}", postgres_store_url)
        server.sql(f"DROP ROLE {role}")


class TestSQLiteWithAPrefix(StoreContract):
    @pytest.fixture
    def opener(self, sqlite_url: str) -> Opener:
        def open_(**options: Any) -> Store:
            return Store.open(sqlite_url, prefix="", busy_seconds=HANG, **options)

        open_(create=True).close()
        return open_


def test_strict_by_default_means_what_the_law_allows(store: Store) -> None:
    with pytest.raises(MoveRefused):
        store.record("a-1", a_fact(event="final_plan_sent"), seen=0, strict=True)
    assert store.stats().facts == 0
    for version, fact in enumerate(a_case()):
        store.record("a-1", fact, seen=version, strict=True)
    with pytest.raises(MoveRefused):
        store.record("a-1", a_fact(event="assessment_refused", on="2026-06-01"), seen=12, strict=True)
    assert store.case("a-1").version == 12
