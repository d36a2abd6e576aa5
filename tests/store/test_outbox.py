"""A reader that follows the store meets each fact once, in one order, whoever commits when, and after a restart."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from ehcp_flow.errors import SourceError
from ehcp_flow.store import Entry, Store
from ehcp_flow.store.errors import StoreLocked
from ehcp_flow.store.outbox import Bookmark, follow
from ehcp_flow.testing import a_fact
from tests.waiting import until


def test_a_position_that_was_given_out_and_rolled_back_leaves_no_gap(store_url: str) -> None:
    engine = sa.create_engine(store_url)
    with Store.open(store_url) as store:
        store.record("a-1", a_fact(), seen=0)
        with engine.connect() as connection:
            assert Store.on(connection).record("b-1", a_fact("b-1"), seen=0).position == 2
            connection.rollback()
        store.record("c-1", a_fact("c-1"), seen=0)
        assert [(entry.position, entry.case_id) for entry in store.follow(0)] == [(1, "a-1"), (2, "c-1")]
        assert store.verify().ok
    engine.dispose()


def test_a_slow_commit_holds_back_the_positions_behind_it(postgres_store_url: str) -> None:
    engine = sa.create_engine(postgres_store_url)
    with Store.open(postgres_store_url) as store, engine.connect() as slow:
        Store.on(slow).record("slow", a_fact("slow"), seen=0)
        quick = threading.Thread(target=lambda: store.record("quick", a_fact("quick"), seen=0))
        quick.start()
        quick.join(0.2)
        assert quick.is_alive()
        assert store.follow(0) == []
        slow.commit()
        quick.join()
        assert [(entry.position, entry.case_id) for entry in store.follow(0)] == [(1, "slow"), (2, "quick")]
    engine.dispose()


def test_a_reader_that_is_restarted_all_the_time_meets_each_fact_once(store_url: str, tmp_path: Path) -> None:
    writers, each = 4, 20
    chance = random.Random(4)  # noqa: S311 - a reader's luck, not a secret

    def write(number: int) -> None:
        with Store.open(store_url) as store:
            for version in range(each):
                while True:
                    with store.work() as work:
                        for fold in range(2):
                            case_id = f"case-{number}-{fold}"
                            work.record(case_id, a_fact(case_id, reason=str(version)), seen=version)
                        try:
                            work.commit()
                        except StoreLocked:
                            continue
                    break

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    met: list[Entry] = []
    bookmark = Bookmark(tmp_path / "position")

    def read_on() -> bool:
        with Store.open(store_url) as store:
            for entry in follow(store, bookmark.read(), batch=5):
                met.append(entry)
                bookmark.write(entry.position)
                if chance.random() < 0.1:
                    break
        return len(met) == writers * each * 2

    until(read_on)
    for thread in threads:
        thread.join()
    assert [entry.position for entry in met] == list(range(1, writers * each * 2 + 1))
    versions: dict[str, list[int]] = {}
    for entry in met:
        versions.setdefault(entry.case_id, []).append(entry.version)
    assert all(found == list(range(1, each + 1)) for found in versions.values())
    assert len(versions) == writers * 2


def test_following_sits_out_a_store_that_cannot_be_reached(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.record("a-1", a_fact(), seen=0)
    asked = iter([StoreLocked("busy"), None])
    whole = store.follow

    def sometimes(after: int = 0, *, limit: int = 500) -> list[Entry]:
        if error := next(asked, None):
            raise error
        return whole(after, limit=limit)

    monkeypatch.setattr(store, "follow", sometimes)
    slept: list[float] = []
    met: list[int] = []
    for entry in follow(store, poll_seconds=0.5, stop=lambda: bool(met), sleep=slept.append):
        met.append(entry.position)  # noqa: PERF401 - the loop's own stop looks at it
    assert (met, slept) == ([1], [0.5])
    asked = iter([StoreLocked("busy")])
    with pytest.raises(StoreLocked):
        list(follow(store))


def test_a_bookmark_that_holds_no_position_is_refused(tmp_path: Path) -> None:
    bookmark = Bookmark(tmp_path / "position")
    assert bookmark.read() == 0
    bookmark.write(17)
    assert bookmark.read() == 17
    bookmark.path.write_text("17 or so", encoding="ascii")
    with pytest.raises(SourceError, match="17 or so"):
        bookmark.read()
