"""What an operator does by address."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ehcp_flow.store import Store
from ehcp_flow.store.administration import (
    SchemaStatus,
    Upgraded,
    check_store,
    upgrade_store,
)
from ehcp_flow.store.errors import StoreError
from ehcp_flow.store.schema import REVISION
from ehcp_flow.testing import a_fact
from tests.waiting import HANG


def test_a_store_is_made_looked_at_and_left_alone(url: str) -> None:
    assert check_store(url) == SchemaStatus(None, REVISION)
    assert not check_store(url).ok
    assert upgrade_store(url) == Upgraded(None, REVISION)
    assert check_store(url).ok
    assert not upgrade_store(url).changed


def test_of_several_that_upgrade_at_once_one_does(url: str) -> None:
    def upgrade(_: int) -> bool:
        try:
            return upgrade_store(url, busy_seconds=HANG).changed
        except StoreError as error:
            raise AssertionError(str(error)) from error

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(upgrade, range(4))) == [False, False, False, True]
    with Store.open(url) as store:
        assert store.verify().ok


def test_the_size_of_a_store(store: Store) -> None:
    store.record("a", a_fact("a", authority="885", reason="x"), seen=0)
    stats = store.stats()
    assert (stats.cases, stats.facts, stats.last_position, stats.texts, stats.redacted) == (1, 1, 1, 1, 0)
    assert stats.first_stored_at == stats.last_stored_at
    assert stats.authorities == {"885": 1}
    assert stats.size_bytes > 0
