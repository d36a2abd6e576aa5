"""The contract of a store on a database that is not set up for every run: `python -m tests.store URL` asks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from ehcp_flow.store import Store
from ehcp_flow.store.administration import schema_sql, upgrade_store
from ehcp_flow.store.errors import VersionConflict
from ehcp_flow.store.portable_tables import StoreTables
from ehcp_flow.store.table_names import Names
from ehcp_flow.testing import a_fact
from ehcp_flow.testing.contract import Opener, StoreContract
from tests.waiting import HANG

URL = os.environ.get("EHCP_FLOW_TEST_STORE", "")
_NUMBERS = count(1)


@pytest.fixture
def prefix() -> Iterator[str]:
    """The prefix of tables that a test makes, which are dropped behind it."""
    made = f"ehcp_{os.getpid()}_{next(_NUMBERS)}_"
    yield made
    engine = sa.create_engine(URL)
    StoreTables(Names(made)).metadata.drop_all(engine)
    engine.dispose()


class TestElsewhere(StoreContract):
    @pytest.fixture
    def opener(self, prefix: str) -> Opener:
        """Open a store that has tables of its own for each test."""

        def open_(**options: Any) -> Store:
            return Store.open(URL, prefix=prefix, busy_seconds=HANG, **options)

        open_(create=True).close()
        return open_


def test_a_host_decides_and_a_conflict_leaves_its_transaction_usable(prefix: str) -> None:
    engine = sa.create_engine(URL)
    with engine.connect() as connection:
        upgrade_store(connection, prefix=prefix)
        connection.commit()
    with engine.connect() as connection:
        store = Store.on(connection, prefix=prefix)
        store.record("a-1", a_fact(), seen=0)
        connection.rollback()
        assert store.case_or_new("a-1").version == 0
        store.record("a-1", a_fact(reason="said"), seen=0)
        with pytest.raises(VersionConflict):
            store.record("a-1", a_fact(), seen=0)
        connection.commit()
    own = Store.on(engine, prefix=prefix)
    assert (own.stats().facts, own.verify().ok) == (1, True)
    engine.dispose()


def test_a_host_that_looked_before_somebody_else_wrote_is_told(prefix: str) -> None:
    engine = sa.create_engine(URL)
    upgrade_store(engine, prefix=prefix)
    with engine.connect() as connection:
        store = Store.on(connection, prefix=prefix)
        assert store.case_or_new("a-1").version == 0
        Store.on(engine, prefix=prefix).record("a-1", a_fact(), seen=0)
        with pytest.raises(VersionConflict):
            store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=0)
        connection.rollback()
    engine.dispose()


def test_the_script_for_a_dba_makes_a_store(prefix: str) -> None:
    engine = sa.create_engine(URL)
    with engine.begin() as connection:
        name = "mariadb" if getattr(connection.dialect, "is_mariadb", False) else connection.dialect.name
        for statement in schema_sql(name, prefix=prefix).split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    store = Store.on(engine, prefix=prefix)
    store.record("a-1", a_fact(reason="said"), seen=0)
    assert store.verify().ok
    engine.dispose()


def test_blanks_and_letters_of_another_case_make_other_ids_and_keys(prefix: str) -> None:
    ids = ["a", "A", "\xe1", "a\u0301", "a b", "a  b"]
    with Store.open(URL, prefix=prefix, create=True) as store:
        for case_id in ids:
            store.record(case_id, a_fact(case_id), seen=0, key="k")
            assert not store.record(case_id, a_fact(case_id, event="meeting_held"), seen=1, key="k ").repeated
        assert list(store.case_ids()) == sorted(ids)
        assert store.verify().ok
