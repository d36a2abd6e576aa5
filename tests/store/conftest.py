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
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/cases.db"


@pytest.fixture
def postgres_url(server: Server) -> Iterator[str]:
    url = server.database()
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """An empty database of either kind."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url, create=True) as store:
        yield store
