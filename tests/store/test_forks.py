"""A process that forks, with a store open: parent and child each have connections of their own, and lose nothing."""

from __future__ import annotations

import json
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from ehcp_flow.store import Store
from ehcp_flow.store.errors import StoreError, StoreForked
from ehcp_flow.store.imports import import_facts
from ehcp_flow.store.transaction import Transaction
from ehcp_flow.testing import a_fact
from ehcp_flow.testing.postgres import Server
from tests.waiting import HANG

EACH = 12


def opened(url: str) -> Store:
    return Store.open(url, busy_seconds=HANG)


def in_child(do: Callable[[], object]) -> Callable[[], Any]:
    """Run `do` in a forked child; return a function that waits for it and gives its result."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(read)
            os.write(write, json.dumps(do()).encode())
            code = 0
        except BaseException:  # noqa: BLE001 - told to the parent
            os.write(write, traceback.format_exc()[-8000:].encode())
        sys.stdout.flush()
        os._exit(code)
    os.close(write)

    def wait() -> Any:
        with os.fdopen(read) as told:
            said = told.read()
        _, status = os.waitpid(child, 0)
        assert status == 0, said
        return json.loads(said)

    return wait


def recorded(store: Store, case_id: str, number: int = EACH, seen: int = 0) -> list[tuple[str, int]]:
    """Record facts one by one, and return what was acknowledged."""
    done = []
    for version in range(seen, seen + number):
        told = store.record(case_id, a_fact(case_id, party="parent", reason=str(version)), seen=version)
        done.append((told.case_id, told.version))
    return done


def held(url: str) -> set[tuple[str, int]]:
    with Store.open(url) as store:
        verified = store.verify()
        assert verified.ok, verified.breaks
        return {(entry.case_id, entry.version) for entry in store.follow(0, limit=100_000)}


@pytest.mark.parametrize("on", ["own", "engine"])
def test_parent_and_children_write_at_once_through_a_store_opened_before(store_url: str, on: str) -> None:
    timeout = {"timeout": HANG} if store_url.startswith("sqlite") else {}
    engine = sa.create_engine(store_url, connect_args=timeout)
    store = opened(store_url) if on == "own" else Store.on(engine)
    told = recorded(store, "before")
    waiting = [in_child(lambda number=number: recorded(store, f"child-{number}")) for number in range(4)]  # type: ignore[misc]
    told += recorded(store, "parent")
    for wait in waiting:
        told += [(case_id, version) for case_id, version in wait()]
    told += recorded(store, "before", seen=EACH)
    assert held(store_url) == set(told)
    assert len(told) == 7 * EACH
    store.close()
    engine.dispose()


def test_a_child_that_outlives_its_parents_store_loses_nothing(store_url: str) -> None:
    """The parent closes, others come and go and write: with its parent's locks only, the child would lose the log."""
    go, begun = os.pipe(), os.pipe()
    store = opened(store_url)
    recorded(store, "before")

    def child() -> object:
        told = recorded(store, "child")
        os.write(begun[1], b"x")
        os.read(go[0], 1)
        told += recorded(store, "child", seen=EACH)
        store.close()
        return told

    wait = in_child(child)
    os.read(begun[0], 1)
    store.close()
    told = []
    for number in range(3):
        with opened(store_url) as other:
            told += recorded(other, f"other-{number}")
            assert other.verify().ok
    os.write(go[1], b"x")
    told += [tuple(each) for each in wait()]
    assert len(told) == 5 * EACH
    assert set(told) <= held(store_url)


def test_a_fork_in_the_midst_of_a_scan(store_url: str) -> None:
    with opened(store_url) as store:
        for number in range(2_500):
            store.record(f"c-{number:04}", a_fact(f"c-{number:04}"), seen=0)
        going, heads = store.cases(), store.heads()
        next(going), next(heads)

        def child() -> object:
            said = []
            for scan in (going, heads):
                with pytest.raises(StoreForked, match="belongs to the process that began it") as refused:
                    list(scan)
                said.append(type(refused.value).__name__)
            told = recorded(store, "child")
            assert sum(1 for _ in store.cases()) >= 2_501
            assert store.verify().ok
            return told

        wait = in_child(child)
        told = recorded(store, "parent") + [tuple(each) for each in wait()]
        assert sum(1 for _ in going) == 2_499, "the parent's scan goes on, of the moment at which it began"
        assert sum(1 for _ in heads) == 2_499
        assert set(told) <= held(store_url)
        assert len(told) == 2 * EACH


def test_a_fork_from_inside_a_write(store_url: str) -> None:
    """A clock or a check runs inside the write; the child may not end what its parent began."""
    wait: list[Callable[[], Any]] = []

    def fork_once() -> Any:
        if not wait:
            wait.append(in_child_of_write())
        return a_clock()

    from ehcp_flow.testing import SetClock

    a_clock = SetClock()
    home = os.getpid()
    in_the_child: list[object] = []

    def in_child_of_write() -> Callable[[], Any]:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            in_the_child.append(write)
            return lambda: None
        os.close(write)

        def waiting() -> Any:
            with os.fdopen(read) as told:
                said = told.read()
            os.waitpid(child, 0)
            return said

        return waiting

    store = Store.open(store_url, clock=fork_once, busy_seconds=HANG)
    try:
        store.record("a-1", a_fact(), seen=0)
    except BaseException as error:
        if os.getpid() == home:
            raise
        said = [type(error).__name__]
        try:
            said.append(str(store.record("child", a_fact("child"), seen=0).version))
        except StoreError as second:
            said.append(type(second).__name__)
        os.write(in_the_child[0], " ".join(said).encode())  # type: ignore[arg-type]
        os._exit(0)
    # On SQLite the file is still open in the child, in the midst of a write: it is refused there by name.
    assert wait[0]() == ("StoreForked StoreForked" if store_url.startswith("sqlite") else "StoreForked 1")
    recorded(store, "a-1", seen=1)
    assert ("a-1", EACH + 1) in held(store_url)
    store.close()


def test_a_fork_among_threads_that_read_and_write(store_url: str) -> None:
    """What another thread holds at that moment, nobody in the child would ever give back."""
    stop = threading.Event()
    told: list[tuple[str, int]] = []
    failed: list[BaseException] = []
    with opened(store_url) as store:

        def write(name: str) -> None:
            seen = 0
            try:
                while not stop.is_set():
                    told.extend(recorded(store, name, number=1, seen=seen))
                    seen += 1
            except BaseException as error:  # noqa: BLE001 - told below
                failed.append(error)

        def read() -> None:
            try:
                while not stop.is_set():
                    for _ in store.cases():
                        pass
            except BaseException as error:  # noqa: BLE001 - told below
                failed.append(error)

        threads = [threading.Thread(target=write, args=(f"thread-{number}",)) for number in range(3)]
        threads.append(threading.Thread(target=read))
        for thread in threads:
            thread.start()
        try:
            for number in range(6):
                wait = in_child(lambda number=number: recorded(store, f"child-{number}", number=4))  # type: ignore[misc]
                told.extend((case_id, version) for case_id, version in wait())
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    assert not failed, failed
    assert held(store_url) == set(told)


def _of_another_process(args: tuple[str, int]) -> list[tuple[str, int]]:
    _, number = args
    assert _INHERITED is not None
    return recorded(_INHERITED, f"worker-{number}", number=3)


_INHERITED: Store | None = None


def test_a_pool_of_forked_workers(store_url: str) -> None:
    global _INHERITED  # noqa: PLW0603 - a forked worker finds what it is to use where its parent put it
    _INHERITED = opened(store_url)
    recorded(_INHERITED, "before")
    with multiprocessing.get_context("fork").Pool(2) as pool:
        told = [each for done in pool.map(_of_another_process, [(store_url, n) for n in range(8)]) for each in done]
        recorded(_INHERITED, "before", seen=EACH)
    assert len(told) == 24
    assert set(told) <= held(store_url)
    _INHERITED.close()


def test_a_store_on_a_hosts_connection_belongs_to_the_process_that_bound_it(store_url: str) -> None:
    engine = sa.create_engine(store_url)
    with engine.connect() as connection:
        store = Store.on(connection)
        store.record("a-1", a_fact(), seen=0)

        def child() -> object:
            said = []
            for door in (lambda: store.record("b-1", a_fact("b-1"), seen=0), lambda: store.case("a-1"), store.verify):
                with pytest.raises(StoreForked, match="the host's connection belongs to the process"):
                    door()
                said.append(1)
            return said

        assert in_child(child)() == [1, 1, 1]
        store.record("c-1", a_fact("c-1"), seen=0)
        connection.commit()
    engine.dispose()
    assert held(store_url) == {("a-1", 1), ("c-1", 1)}


def test_a_fork_while_another_thread_gives_its_connection_back(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection on its way from a read into the pool is of neither, if one looks at the wrong moment."""
    ending, forked = threading.Event(), threading.Event()
    release = Transaction.release

    def slowly(transaction: Transaction) -> None:
        if threading.current_thread() is reader:
            ending.set()
            forked.wait(0.5)  # a fork that waits for this thread must not be waited for
        release(transaction)

    with opened(store_url) as store:
        told = recorded(store, "parent")
        reader = threading.Thread(target=lambda: list(store.cases()))
        monkeypatch.setattr(Transaction, "release", slowly)
        reader.start()
        assert ending.wait(HANG)
        wait = in_child(lambda: recorded(store, "child"))
        forked.set()
        told += [(case_id, version) for case_id, version in wait()]
        reader.join(HANG)
    assert held(store_url) == set(told)


def test_a_file_that_a_host_still_has_open_after_a_fork_is_refused(sqlite_url: str) -> None:
    Store.open(sqlite_url, create=True).close()
    raw = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    raw.execute("SELECT COUNT(*) FROM sqlite_master").fetchall()

    def child() -> object:
        with pytest.raises(StoreForked, match=r"cases\.db was in use when the process forked, and is still open here"):
            opened(sqlite_url)
        raw.close()
        with opened(sqlite_url) as store:
            return recorded(store, "child")

    told = in_child(child)()
    raw.close()
    assert held(sqlite_url) == {tuple(each) for each in told}


def test_a_parent_that_dies_leaves_no_transaction_behind_in_its_child() -> None:
    """An inherited socket, still open in the child, would keep the parent's locks on the server for ever."""
    with Server.running() as server:
        url = server.database()
        Store.open(url, create=True).close()
        script = """
import os, sys
from ehcp_flow.store import Store
from ehcp_flow.testing import a_fact
store = Store.open(sys.argv[1])
store.record("a-1", a_fact(), seen=0)
with store.database.write() as transaction:
    transaction.rows("SELECT * FROM ehcp_heads FOR UPDATE")
    if os.fork() == 0:
        sys.stdin.read()
        os._exit(0)
    sys.stdout.write("x")
    sys.stdout.flush()
    os.kill(os.getpid(), 9)
"""
        with subprocess.Popen(
            [sys.executable, "-c", script, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as parent:
            assert parent.stdout is not None
            assert parent.stdout.read(1) == "x"
            parent.wait()
            with Store.open(url) as store:
                assert store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=1).version == 2


def test_importing_goes_on_in_a_child(store_url: str) -> None:
    facts = [a_fact(f"c-{number:03}", reason=str(number)) for number in range(400)]
    with opened(store_url) as store:
        import_facts(store, facts[:200], batch=50)
        wait = in_child(lambda: import_facts(store, facts[200:], batch=50).taken)
        assert import_facts(store, facts[:200], batch=50).duplicates == 200
        assert wait() == 200
    assert len(held(store_url)) == 400
