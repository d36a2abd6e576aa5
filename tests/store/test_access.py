# ruff: noqa: S608, PT012 - the statements are the tests' own, and a table of them reads best as it is
"""PostgreSQL itself keeps an authority's cases from a database role that was not granted them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from ehcp_flow.errors import FactError, UnknownNameError
from ehcp_flow.store import Store, access, schema
from ehcp_flow.store.administration import check_store, upgrade_store
from ehcp_flow.store.engines import own_engine
from ehcp_flow.store.errors import StoreError, StoreURLError, WrongAuthority
from ehcp_flow.store.sql import SqlStore
from ehcp_flow.store.table_names import Names
from ehcp_flow.testing import a_fact
from ehcp_flow.testing.postgres import Server
from tests.cli.running import invoke

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
        with pytest.raises(UnknownNameError):
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
        with pytest.raises(StoreError, match="permission denied"):
            list(reader.cases())


def old_grant(owner: SqlStore, server: Server, url: str, role: str, authority: str, *, write: bool) -> None:
    """What the first versions granted, and the policies and functions as their second schema left them."""
    n = owner.names
    rights = [f"GRANT USAGE ON SCHEMA {n.schema} TO {role}"] if n.schema else []
    tables = (n.facts, n.texts, n.heads, n.counter, n.scopes, n.schema_version, n.imports)
    rights += [f"GRANT SELECT ON {table} TO {role}" for table in tables]
    if write:
        rights += [f"GRANT INSERT ON {table} TO {role}" for table in (n.facts, n.texts, n.heads, n.imports)]
        rights += [f"GRANT UPDATE ON {table} TO {role}" for table in (n.texts, n.heads, n.counter, n.imports)]
    for name in server.sql(
        f"SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef AND proname LIKE '{n.prefix}%'", url
    ):
        server.sql(f"DROP FUNCTION {name[0]}", url)
    for table in (n.imports, n.scopes, n.counter):
        server.sql(f"DROP POLICY IF EXISTS {n.prefix}scope ON {table}", url)
        server.sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY", url)
    server.sql(f"ALTER TABLE {n.scopes} DROP COLUMN IF EXISTS may_write", url)
    server.sql(f"INSERT INTO {n.scopes} (role, authority) VALUES ('{role}', '{authority}')", url)
    for right in rights:
        server.sql(right, url)


@pytest.mark.parametrize("write", [True, False])
def test_roles_of_earlier_versions_are_named_and_brought_to_narrower_rights(
    owner: SqlStore, server: Server, role: str, postgres_store_url: str, where: dict[str, Any], write: bool
) -> None:
    old_grant(owner, server, postgres_store_url, role, "885", write=write)
    status = check_store(postgres_store_url, **where)
    assert status.ok
    assert "not those of this version" in status.apart[0]
    done = upgrade_store(postgres_store_url, **where)
    assert (done.changed, done.mended, done.left) == (False, status.apart, ())
    assert check_store(postgres_store_url, **where).apart == ()
    assert not upgrade_store(postgres_store_url, **where).mended
    n = owner.names
    for table in (n.facts, n.texts, n.heads, n.imports, n.counter, n.scopes):
        for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
            assert server.sql(f"SELECT has_table_privilege('{role}', '{table}', '{right}')", postgres_store_url) == [
                (False,)
            ]
    with as_role(postgres_store_url, role, where) as clerk:
        assert [found.case.case_id for found in clerk.cases()] == ["mine"]
        if write:
            assert clerk.record("new", a_fact("new"), seen=0).fact.authority == "885"
        else:
            with pytest.raises(StoreError, match="permission denied"):
                clerk.record("new", a_fact("new"), seen=0)
    assert owner.verify().ok


def test_a_store_of_the_second_schema_is_upgraded_with_its_roles(server: Server, role: str, postgres_url: str) -> None:
    engine = own_engine(postgres_url)
    with engine.begin() as connection:
        schema.upgrade(connection, Names(), to="2")
    engine.dispose()
    for right in (
        "SELECT ON ehcp_facts, ehcp_texts, ehcp_heads, ehcp_counter, ehcp_scopes, ehcp_schema_version, ehcp_imports",
        "INSERT ON ehcp_facts, ehcp_texts, ehcp_heads, ehcp_imports",
        "UPDATE ON ehcp_texts, ehcp_heads, ehcp_counter, ehcp_imports",
    ):
        server.sql(f"GRANT {right} TO {role}", postgres_url)
    server.sql(f"INSERT INTO ehcp_scopes VALUES ('{role}', '885'), ('gone', '885')", postgres_url)
    assert not check_store(postgres_url).ok
    assert upgrade_store(postgres_url).before == "2"
    assert check_store(postgres_url).apart == ()
    assert server.sql(f"SELECT has_table_privilege('{role}', 'ehcp_counter', 'UPDATE')", postgres_url) == [(False,)]
    with as_role(postgres_url, role, {}) as clerk:
        assert clerk.record("new", a_fact("new"), seen=0).fact.authority == "885"


def test_rights_that_somebody_else_gave_are_named(
    owner: SqlStore, server: Server, role: str, postgres_store_url: str, where: dict[str, Any]
) -> None:
    access.grant(owner, role, "885")
    n = owner.names
    server.sql(f"GRANT UPDATE (last) ON {n.counter} TO {role}", postgres_store_url)
    server.sql(f"GRANT CREATE ON SCHEMA {n.schema or 'public'} TO {role}", postgres_store_url)
    (said,) = check_store(postgres_store_url, **where).apart
    assert said.startswith(f"role {role} has rights that it does not need: UPDATE on ")
    assert f"CREATE on schema {n.schema or 'public'}" in said
    done = upgrade_store(postgres_store_url, **where)
    assert done.mended == (said,)
    # A schema that is not the store's is not the store's to change.
    left = [] if n.schema else [f"role {role} has rights that it does not need: CREATE on schema public"]
    assert list(done.left) == left
    server.sql(f"ALTER ROLE {role} BYPASSRLS")
    assert "may bypass row-level security" in check_store(postgres_store_url, **where).apart[0]
    with pytest.raises(StoreURLError, match="may bypass row-level security"):
        access.grant(owner, role, "301")


def test_a_role_that_acts_as_the_owner_is_granted_nothing(
    owner: SqlStore, server: Server, role: str, postgres_store_url: str
) -> None:
    server.sql(f"GRANT postgres TO {role}")
    with pytest.raises(StoreURLError, match="may act as the owner"):
        access.grant(owner, role, "885")


def test_tables_whose_owner_is_no_superuser(
    owner: SqlStore, server: Server, role: str, postgres_store_url: str, where: dict[str, Any]
) -> None:
    keeper = f"keeper_{next(_NUMBERS)}"
    server.sql(f"CREATE ROLE {keeper} LOGIN")
    n = owner.names
    try:
        for table in (n.facts, n.texts, n.heads, n.erased, n.counter, n.scopes, n.schema_version, n.imports):
            server.sql(f"ALTER TABLE {table} OWNER TO {keeper}", postgres_store_url)
        server.sql(f"GRANT ALL ON SCHEMA {n.schema or 'public'} TO {keeper}", postgres_store_url)
        if n.schema:
            server.sql(f"ALTER SCHEMA {n.schema} OWNER TO {keeper}", postgres_store_url)
        for name in server.sql("SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef", postgres_store_url):
            server.sql(f"DROP FUNCTION {name[0]}", postgres_store_url)
        with as_role(postgres_store_url, keeper, where) as kept:
            assert isinstance(kept, SqlStore)
            access.grant(kept, role, "885")
            assert kept.verify().ok
        with as_role(postgres_store_url, role, where) as clerk:
            assert clerk.record("new", a_fact("new"), seen=0).fact.authority == "885"
            assert clerk.record("mine", a_fact("mine", "plan_ceased"), seen=clerk.case("mine").version).version == 2
        owners = server.sql("SELECT DISTINCT proowner::regrole::text FROM pg_proc WHERE prosecdef", postgres_store_url)
        assert owners == [(keeper,)]
        assert check_store(postgres_store_url, **where).apart == ()
    finally:
        server.sql(f"REASSIGN OWNED BY {keeper} TO postgres", postgres_store_url)
        server.sql(f"DROP OWNED BY {keeper}", postgres_store_url)
        server.sql(f"DROP ROLE {keeper}")


def test_the_commands_grant_revoke_and_check(server: Server, role: str, postgres_store_url: str) -> None:
    store = ("--store", postgres_store_url)

    def run(*words: str) -> tuple[int, str]:
        done = invoke(*words)
        return done.exit_code, done.stdout

    assert run("db", "grant", *store, "--role", role, "--authority", "885") == (
        0, f"{role} may read and record the cases of authority 885\n",
    )  # fmt: skip
    assert run("db", "grant", *store, "--role", role, "--authority", "*", "--read-only")[0] == 0
    assert run("db", "check", *store)[0] == 0
    with as_role(postgres_store_url, role, {}) as clerk:
        assert sorted(clerk.scope or ()) == ["885"]  # it may read all, and write these
    assert run("db", "revoke", *store, "--role", role, "--authority", "*")[0] == 0
    server.sql(f"GRANT DELETE ON ehcp_heads TO {role}", postgres_store_url)
    code, said = run("db", "check", *store, "--format", "json")
    assert (code, json.loads(said)[0]["apart"]) == (
        1,
        [f"role {role} has rights that it does not need: DELETE on public.ehcp_heads"],
    )
    code, said = run("db", "upgrade", *store, "--format", "json")
    assert (code, len(json.loads(said)[0]["mended"]), json.loads(said)[0]["left"]) == (0, 1, [])
    assert run("db", "grant", "--store", "sqlite:///nowhere.db", "--role", role, "--authority", "885")[0] != 0


def test_grants_are_checked(owner: SqlStore, role: str, sqlite_url: str) -> None:
    with pytest.raises(FactError):
        access.grant(owner, role, "88")
    with pytest.raises(StoreURLError):
        access.grant(owner, 'x"; DROP ROLE y', "885")
    with Store.open(sqlite_url, create=True) as store, pytest.raises(StoreURLError, match="only PostgreSQL"):
        assert isinstance(store, SqlStore)
        access.grant(store, role, "885")
