"""One PostgreSQL server for the session, an empty database for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ehcp_flow.store import Store
from ehcp_flow.testing.postgres import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server.running() as server:
        # These tests make and drop a database each, and none of them pulls the plug: test_faults.py starts its own.
        server.sql("ALTER SYSTEM SET fsync = off")
        server.sql("SELECT pg_reload_conf()")
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/cases.db"


@pytest.fixture(scope="session")
def made(server: Server) -> str:
    """A database that holds a store already, to be copied: quicker than making one for each test."""
    url = server.database()
    Store.open(url, create=True).close()
    Store.open(url, create=True, schema="send", prefix="x_").close()
    return url


@pytest.fixture
def postgres_url(server: Server) -> Iterator[str]:
    url = server.database()
    yield url
    server.drop(url)


@pytest.fixture
def postgres_store_url(server: Server, made: str) -> Iterator[str]:
    url = server.database(like=made)
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """An empty database of either kind."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """A database of either kind that holds an empty store."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_store_url"))
    url = str(request.getfixturevalue("sqlite_url"))
    Store.open(url, create=True).close()
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url) as store:
        yield store
