# ruff: noqa: S608, PT012 - the statements are the tests' own, and a table of them reads best as it is
"""PostgreSQL itself keeps an authority's cases from a database role that was not granted them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from ehcp_flow.errors import FactError, UnknownNameError
from ehcp_flow.store import Store, access
from ehcp_flow.store.errors import StoreError, StoreURLError, WrongAuthority
from ehcp_flow.store.sql import SqlStore
from ehcp_flow.testing import a_fact
from ehcp_flow.testing.postgres import Server

_NUMBERS = count(1)


@pytest.fixture(params=[{}, {"schema": "send", "prefix": "x_"}], ids=["plain", "schema"])
def where(request: pytest.FixtureRequest) -> dict[str, Any]:
    return dict(request.param)


@pytest.fixture
def owner(postgres_store_url: str, where: dict[str, Any]) -> Iterator[SqlStore]:
    with Store.open(postgres_store_url, **where) as store:
        assert isinstance(store, SqlStore)
        store.record("theirs", a_fact("theirs", authority="301", reason="private"), seen=0)
        store.record("mine", a_fact("mine", authority="885", reason="ours"), seen=0)
        yield store


@pytest.fixture
def role(server: Server, postgres_store_url: str) -> Iterator[str]:
    name = f"clerk_{next(_NUMBERS)}"
    server.sql(f"CREATE ROLE {name} LOGIN")
    yield name
    server.sql(f"DROP OWNED BY {name}", postgres_store_url)
    server.sql(f"DROP ROLE {name}")


def as_role(url: str, role: str, where: dict[str, Any], **options: Any) -> Store:
    return Store.open(url.replace("postgres:@", f"{role}:@"), **where, **options)


def test_a_role_sees_and_writes_only_what_it_was_granted(
    owner: SqlStore, role: str, postgres_store_url: str, where: dict[str, Any]
) -> None:
    access.grant(owner, role, "885")
    with as_role(postgres_store_url, role, where) as clerk:
        assert [found.case.case_id for found in clerk.cases()] == ["mine"]
        assert [entry.case_id for entry in clerk.follow(0)] == ["mine"]
        with pytest.raises(UnknownNameError):
            clerk.case("theirs")
        clerk.record("mine", a_fact("mine", event="assessment_agreed", on="2026-03-20"), seen=1)
        clerk.record("new", a_fact("new", authority="885"), seen=0)
        with pytest.raises(WrongAuthority):
            clerk.record("other", a_fact("other", authority="301"), seen=0)
        with pytest.raises(StoreError):
            clerk.record("theirs", a_fact("theirs", authority="885", event="plan_ceased"), seen=0)
        clerk.redact("mine", 1, reason="r", redacted_by="b")
        assert clerk.verify(anchor=owner.heads()).breaks == ()
    assert [head.version for head in owner.heads()] == [2, 1, 1]
    assert owner.verify().ok


def test_plain_sql_of_the_role_is_bound_too(
    owner: SqlStore, role: str, postgres_store_url: str, where: dict[str, Any]
) -> None:
    access.grant(owner, role, "885")
    n = owner.names
    engine = sa.create_engine(postgres_store_url.replace("postgres:@", f"{role}:@"))
    with engine.connect() as connection:
        for table in (n.facts, n.texts, n.heads):
            assert connection.execute(sa.text(f"SELECT DISTINCT case_id FROM {table}")).scalars().all() == ["mine"]
    for statement in (
        f"INSERT INTO {n.heads} VALUES ('x', '301', 1, 'h', now())",
        f"UPDATE {n.scopes} SET authority = '*'",
        f"INSERT INTO {n.scopes} VALUES (current_user, '*')",
        f"ALTER TABLE {n.facts} DISABLE ROW LEVEL SECURITY",
        f"DELETE FROM {n.facts}",
    ):
        with pytest.raises(sa.exc.ProgrammingError), engine.begin() as connection:
            connection.execute(sa.text(statement))
    engine.dispose()


def test_without_a_grant_there_is_nothing_and_a_revoked_one_is_over(
    owner: SqlStore, role: str, postgres_store_url: str, where: dict[str, Any]
) -> None:
    with pytest.raises(StoreError):
        as_role(postgres_store_url, role, where)
    access.grant(owner, role, access.ALL, write=False)
    with as_role(postgres_store_url, role, where) as reader:
        assert len(list(reader.cases())) == 2
        assert reader.verify().ok
        with pytest.raises(StoreError):
            reader.record("mine", a_fact("mine"), seen=1)
        access.revoke(owner, role, access.ALL)
        assert list(reader.cases()) == []


def test_grants_are_checked(owner: SqlStore, role: str, sqlite_url: str) -> None:
    with pytest.raises(FactError):
        access.grant(owner, role, "88")
    with pytest.raises(StoreURLError):
        access.grant(owner, 'x"; DROP ROLE y', "885")
    with Store.open(sqlite_url, create=True) as store, pytest.raises(StoreURLError, match="only PostgreSQL"):
        assert isinstance(store, SqlStore)
        access.grant(store, role, "885")
