"""The contract of a store, for every store that the library has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ehcp_flow.store import MemoryStore, Store
from ehcp_flow.testing.contract import Opener, StoreContract


class TestMemory(StoreContract):
    @pytest.fixture
    def opener(self) -> Opener:
        shelf = MemoryStore()._shelf
        return lambda **options: MemoryStore(shelf=shelf, **options)


class TestSQLite(StoreContract):
    @pytest.fixture
    def opener(self, sqlite_url: str) -> Opener:
        Store.open(sqlite_url, create=True).close()
        return lambda **options: Store.open(sqlite_url, **options)


class TestPostgreSQL(StoreContract):
    @pytest.fixture
    def opener(self, postgres_url: str) -> Opener:
        Store.open(postgres_url, create=True).close()
        return lambda **options: Store.open(postgres_url, **options)


class TestPostgreSQLInASchema(StoreContract):
    """The same beside a host's tables: a schema and a prefix of its own."""

    @pytest.fixture
    def opener(self, postgres_url: str) -> Opener:
        def open_(**options: Any) -> Store:
            return Store.open(postgres_url, schema="send", prefix="x_", **options)

        open_(create=True).close()
        return open_


class TestSQLiteWithAPrefix(StoreContract):
    @pytest.fixture
    def opener(self, sqlite_url: str) -> Iterator[Opener]:
        def open_(**options: Any) -> Store:
            return Store.open(sqlite_url, prefix="", **options)

        open_(create=True).close()
        yield open_
