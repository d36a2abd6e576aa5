"""Inside a host: its Engine, its Connection, its Session; its transaction decides, and its tables are left alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.store import Store
from ehcp_flow.store.errors import StoreURLError, VersionConflict
from ehcp_flow.testing import a_case, a_fact


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    """A host's engine, made as hosts make them, with a table of the host's and the store's tables beside it."""
    engine = sa.create_engine(url)
    metadata = sa.MetaData()
    sa.Table("letters", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("case_id", sa.Text))
    metadata.create_all(engine)
    with Store.on(engine, prefix="send_", create=True):
        pass
    yield engine
    engine.dispose()


def letters(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(sa.text("SELECT COUNT(*) FROM letters")).scalar_one())


def test_on_an_engine_the_store_commits_by_itself(engine: sa.Engine) -> None:
    store = Store.on(engine, prefix="send_")
    for version, fact in enumerate(a_case()):
        store.record("a-1", fact, seen=version)
    with pytest.raises(VersionConflict):
        store.record("a-1", a_fact(), seen=0)
    assert Store.on(engine, prefix="send_").case("a-1").version == 12
    assert store.verify().ok
    store.close()
    assert letters(engine) == 0


@pytest.mark.parametrize("keep", [True, False])
def test_in_a_session_the_hosts_commit_decides_over_both(engine: sa.Engine, keep: bool) -> None:
    with Session(engine) as session:
        store = Store.on(session, prefix="send_")
        with store.work(recorded_by="host") as work:
            work.record("a-1", a_fact(reason="x"), seen=0)
            assert work.commit()[0].version == 1
        session.execute(sa.text("INSERT INTO letters (case_id) VALUES ('a-1')"))
        assert store.case("a-1").version == 1
        if keep:
            session.commit()
        else:
            session.rollback()
    with Store.on(engine, prefix="send_") as store:
        assert letters(engine) == store.stats().facts == int(keep)
        assert store.verify().ok


def test_the_hosts_own_write_before_ours_is_in_the_same_transaction(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.execute(sa.text("INSERT INTO letters (case_id) VALUES ('a-1')"))
        Store.on(connection, prefix="send_").record("a-1", a_fact(), seen=0)
        connection.rollback()
    assert letters(engine) == 0
    assert Store.on(engine, prefix="send_").stats().facts == 0


def test_a_conflict_leaves_the_hosts_transaction_usable(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        store = Store.on(connection, prefix="send_")
        connection.execute(sa.text("INSERT INTO letters (case_id) VALUES ('a-1')"))
        store.record("a-1", a_fact(), seen=0)
        with store.work() as work:
            work.record("b-1", a_fact("b-1"), seen=0)
            work.record("a-1", a_fact(event="plan_ceased"), seen=0)
            with pytest.raises(VersionConflict):
                work.commit()
        with pytest.raises(UnknownNameError):
            store.case("b-1")
        store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=1)
    assert letters(engine) == 1
    assert Store.on(engine, prefix="send_").case("a-1").version == 2


def test_nobody_else_sees_it_before_the_hosts_commit(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        Store.on(connection, prefix="send_").record("a-1", a_fact(), seen=0)
        assert Store.on(engine, prefix="send_").follow(0) == []
        connection.commit()
    assert [entry.position for entry in Store.on(engine, prefix="send_").follow(0)] == [1]


def test_the_host_meets_only_names_with_the_prefix(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        tables = set(sa.inspect(connection).get_table_names())
    assert {name for name in tables if not name.startswith("send_")} == {"letters"}


def test_reads_inside_a_hosts_transaction_stream_and_verify(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        store = Store.on(connection, prefix="send_")
        for case_id in ("b", "a"):
            store.record(case_id, a_fact(case_id), seen=0)
        assert [found.case.case_id for found in store.cases()] == ["a", "b"]
        assert store.verify().ok
        assert store.stats().facts == 2


def test_something_that_is_no_host(engine: sa.Engine) -> None:
    with pytest.raises(StoreURLError, match="Engine, a Connection or a Session"):
        Store.on("sqlite:///x.db")  # type: ignore[arg-type]


def test_a_known_authority_is_given_to_facts_inside_a_hosts_transaction_too(engine: sa.Engine) -> None:
    with Session(engine) as session, engine.begin() as connection:
        assert (
            Store.on(connection, prefix="send_", authority="885").record("a-1", a_fact(), seen=0).fact.authority
            == "885"
        )
        connection.commit()
        assert Store.on(session, prefix="send_", authority="885").case("a-1").case.authority == "885"
        with pytest.raises(UnknownNameError):
            Store.on(session, prefix="send_", authority="301").record("a-1", a_fact("a-1"), seen=1)
