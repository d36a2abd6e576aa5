"""What an operator does by address, and anchors on their way out and back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ehcp_flow.errors import SourceError
from ehcp_flow.store import Store
from ehcp_flow.store.administration import (
    SchemaStatus,
    Upgraded,
    check_store,
    read_heads,
    upgrade_store,
    write_heads,
)
from ehcp_flow.store.errors import StoreError
from ehcp_flow.testing import a_fact


def test_a_store_is_made_looked_at_and_left_alone(url: str) -> None:
    assert check_store(url) == SchemaStatus(None, "2")
    assert not check_store(url).ok
    assert upgrade_store(url) == Upgraded(None, "2")
    assert check_store(url).ok
    assert not upgrade_store(url).changed


def test_of_several_that_upgrade_at_once_one_does(url: str) -> None:
    def upgrade(_: int) -> bool:
        try:
            return upgrade_store(url).changed
        except StoreError as error:
            raise AssertionError(str(error)) from error

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(upgrade, range(4))) == [False, False, False, True]
    with Store.open(url) as store:
        assert store.verify().ok


def test_anchors_go_out_and_come_back(store: Store, tmp_path: Path) -> None:
    for case_id in ("a", "é"):
        store.record(case_id, a_fact(case_id), seen=0)
    kept = tmp_path / "heads.jsonl"
    assert write_heads(store.heads(), kept) == 2
    store.record("a", a_fact("a", event="assessment_agreed", on="2026-03-20"), seen=1)
    assert store.verify(anchor=read_heads(kept)).ok
    kept.write_text('{"case_id": "a"}\n', encoding="utf-8")
    with pytest.raises(SourceError, match="no heads"):
        list(read_heads(kept))


def test_the_size_of_a_store(store: Store) -> None:
    store.record("a", a_fact("a", authority="885", reason="x"), seen=0)
    stats = store.stats()
    assert (stats.cases, stats.facts, stats.last_position, stats.texts, stats.redacted) == (1, 1, 1, 1, 0)
    assert stats.first_stored_at == stats.last_stored_at
    assert stats.authorities == {"885": 1}
    assert stats.size_bytes > 0
