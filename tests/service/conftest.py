"""The service on a store in memory, asked in this process by two authorities."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from ehcp_flow.facts import make_fact
from ehcp_flow.service import ApiKeys, Limits, ServiceUser, create_app
from ehcp_flow.store import Store

NEW = {"If-None-Match": "*"}
REQUEST = {"event": "request_received", "on": "2026-03-02", "party": "parent"}


def hashed(key: str) -> str:
    return sha256(key.encode()).hexdigest()


KEYS = ApiKeys([
    (hashed("mine"), ServiceUser("885", "cw1")),
    (hashed("also mine"), ServiceUser("885", "cw2")),
    (hashed("theirs"), ServiceUser("301", "clerk")),
])  # fmt: skip


def bearing(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def store() -> Store:
    """`a` of 885 was asked for and is assessed; `b` and `c/1` of 885 were asked for; `z` is 301's."""
    store = Store.open("memory:")
    for case_id, authority in (("a", "885"), ("b", "885"), ("c/1", "885"), ("z", "301")):
        fact = make_fact("request_received", case_id=case_id, on="2026-03-02", party="parent", authority=authority)
        store.record(case_id, fact, seen=0, recorded_by="import")
    agreed = make_fact("assessment_agreed", case_id="a", on="2026-04-02", reason="as the panel said")
    store.record("a", agreed, seen=1, recorded_by="cw1")
    return store


@pytest.fixture
def app(store: Store) -> FastAPI:
    return create_app(store, KEYS, limits=Limits(body_bytes=2000, body_seconds=0.5, page=2, largest_page=3))


@pytest.fixture
def mine(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, headers=bearing("mine"), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def theirs(app: FastAPI) -> TestClient:
    return TestClient(app, headers=bearing("theirs"), raise_server_exceptions=False)
