"""Reading takes no lock that a writer holds, needs no right to write, and is of one moment."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.source_door import open_source
from ehcp_flow.store import Store
from ehcp_flow.store.administration import check_store
from ehcp_flow.store.errors import HostUnusable, StoreLocked, StoreReadOnly, StoreUnavailable
from ehcp_flow.store.exports import export_file
from ehcp_flow.store.late_entries import late_entries
from ehcp_flow.testing import a_case, a_fact
from tests.waiting import HANG

NOBODY = 65534


def fill(url: str, cases: int = 2) -> None:
    with Store.open(url, create=True) as store:
        for number in range(cases):
            store.record(f"c-{number}", a_fact(f"c-{number}", reason="said"), seen=0)


def read_all(store: Store, directory: Path) -> list[object]:
    """Read a store at every door."""
    return [
        store.case("c-0").version,
        [found.case.case_id for found in store.cases()],
        [found.case.case_id for found in store.cases(["c-1"], known_at="2100-01-01T00:00:00Z")],
        len(list(store.facts())),
        sum(len(block.body) for block in store.blocks()),
        len(store.follow(0)),
        [head.version for head in store.heads()],
        store.verify().ok,
        store.export_person("c-0")["case_id"],
        store.stats().facts,
        list(late_entries(store, days=100_000)),
        export_file(store, directory / "out.csv").facts,
    ]


def expected(cases: int = 2) -> list[object]:
    names = [f"c-{number}" for number in range(cases)]
    return [1, names, ["c-1"], cases, cases, cases, [1] * cases, True, "c-0", cases, [], cases]


def as_nobody(do: Callable[[], None]) -> None:
    """Run `do` in a child process without rights: what root may do shows nothing."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if os.geteuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            do()
            code = 0
        except BaseException as error:  # noqa: BLE001 - told to the parent
            os.write(write, f"{type(error).__name__}: {error}"[:4000].encode())
        os._exit(code)
    os.close(write)
    _, status = os.waitpid(child, 0)
    with os.fdopen(read) as told:
        assert status == 0, told.read()


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A directory that everybody can reach: above `tmp_path` is closed as another pytest begins."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o711)
        yield Path(made)


@pytest.fixture
def medium(open_to_all: Path) -> Iterator[Path]:
    """A directory whose rights a test takes away."""
    home = open_to_all / "medium"
    home.mkdir()
    yield home
    home.chmod(0o700)


@pytest.mark.parametrize("journal", ["wal", "delete"])
@pytest.mark.parametrize(
    ("file", "directory"), [(0o444, 0o555), (0o644, 0o555), (0o444, 0o777)], ids=["both", "directory", "file"]
)
def test_a_store_on_read_only_media_is_read_at_every_door_and_refuses_to_be_written(
    medium: Path, open_to_all: Path, tmp_path: Path, journal: str, file: int, directory: int
) -> None:
    url = f"sqlite:///{medium}/cases.db"
    fill(url)
    with Store.open(url) as store:
        for _ in range(2):  # what Python loads on the way, nobody might not be allowed to load
            assert read_all(store, tmp_path) == expected()
    with closing(sqlite3.connect(medium / "cases.db")) as raw:
        raw.execute(f"PRAGMA journal_mode={journal}")
    (medium / "cases.db").chmod(file)
    medium.chmod(directory)
    out = open_to_all / "out"
    out.mkdir()
    out.chmod(0o777)
    before = (medium / "cases.db").read_bytes()

    def use() -> None:
        for address in (url, f"{url}?mode=ro"):
            with Store.open(address) as store:
                assert read_all(store, out) == expected()
                for _ in range(2):
                    with pytest.raises(StoreReadOnly, match="nothing was written"):
                        store.record("c-0", a_fact("c-0", event="assessment_agreed", on="2026-03-20"), seen=1)
                with pytest.raises(StoreReadOnly):
                    store.redact("c-0", 1, reason="asked for", redacted_by="dpo")
                assert read_all(store, out) == expected()
            assert check_store(address).ok
        with pytest.raises(StoreReadOnly):
            Store.open(url, create=True, prefix="other_")

    as_nobody(use)
    assert (medium / "cases.db").read_bytes() == before


def test_what_stands_only_in_the_log_is_never_left_out(medium: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{medium}/cases.db"
    fill(url)
    with closing(sqlite3.connect(medium / "cases.db")) as held:
        held.execute("SELECT COUNT(*) FROM sqlite_master").fetchall()  # the last to leave would write the log back
        with Store.open(url) as store:
            store.record("c-9", a_fact("c-9"), seen=0)
        shutil.copy(medium / "cases.db", tmp_path / "copy.db")
        shutil.copy(medium / "cases.db-wal", tmp_path / "copy.db-wal")
    for suffix in ("", "-wal"):
        shutil.copy(tmp_path / f"copy.db{suffix}", medium / f"cases.db{suffix}")
    assert (medium / "cases.db-wal").stat().st_size > 0
    (medium / "cases.db").chmod(0o444)
    (medium / "cases.db-wal").chmod(0o444)
    medium.chmod(0o555)

    def use() -> None:
        with pytest.raises(StoreUnavailable, match=r"cases\.db-wal holds commits.*copy both files"):
            Store.open(url)

    as_nobody(use)
    with pytest.raises(StoreUnavailable, match=r"cases\.db-wal holds commits"):
        Store.open(f"{url}?immutable=1")


def test_a_reader_without_rights_sees_what_a_live_writer_commits(medium: Path) -> None:
    url = f"sqlite:///{medium}/cases.db"
    fill(url)
    with Store.open(url) as store:
        store.record("c-9", a_fact("c-9"), seen=0)
        for path in medium.iterdir():
            path.chmod(0o644)
        medium.chmod(0o555)

        def use() -> None:
            with Store.open(url) as seen:
                assert seen.stats().facts == 3
                assert seen.verify().ok

        as_nobody(use)


def test_a_file_taken_for_unchanging_that_changes_is_read_again_or_said(sqlite_url: str) -> None:
    fill(sqlite_url)
    with Store.open(f"{sqlite_url}?immutable=1") as reader:
        assert reader.stats().facts == 2
        with Store.open(sqlite_url) as writer:
            writer.record("c-7", a_fact("c-7"), seen=0)
        assert reader.stats().facts == 3, "the log was written back when the last writer left"
        going = reader.cases()
        next(going)
        with Store.open(sqlite_url) as writer:
            for number in range(50):
                writer.record(f"d-{number}", a_fact(f"d-{number}", reason="x" * 3000), seen=0)
        with pytest.raises(StoreLocked, match="was written to while it was read"):
            list(going)


@contextmanager
def host_writing(url: str, journal: str) -> Iterator[None]:
    """A host in the midst of a transaction that writes."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        if journal == "delete":
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE").close()
        Store.on(connection).record("h-1", a_fact("h-1"), seen=0)
        yield
        connection.rollback()
    engine.dispose()


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_sqlite_is_read_at_every_door_while_a_host_writes(sqlite_url: str, tmp_path: Path, journal: str) -> None:
    fill(sqlite_url)
    # A wait of a thousand seconds would be noticed: nobody waits.
    with host_writing(sqlite_url, journal):
        with Store.open(sqlite_url, busy_seconds=1000.0) as store:
            assert read_all(store, tmp_path) == expected()
        assert check_store(sqlite_url).ok
        with Store.open(sqlite_url, create=True, busy_seconds=0.05) as store:
            with pytest.raises(StoreLocked):
                store.record("c-5", a_fact("c-5"), seen=0)
            assert read_all(store, tmp_path) == expected()


def test_postgresql_is_read_at_every_door_while_a_host_writes(postgres_store_url: str, tmp_path: Path) -> None:
    fill(postgres_store_url)
    engine = sa.create_engine(postgres_store_url)
    with engine.connect() as connection:
        Store.on(connection).record("c-0", a_fact("c-0", event="assessment_agreed", on="2026-03-20"), seen=1)
        with Store.open(postgres_store_url) as store:
            assert read_all(store, tmp_path) == expected()
        with Store.open(postgres_store_url, busy_seconds=0.2) as store, pytest.raises(StoreLocked):
            store.record("c-0", a_fact("c-0", event="plan_ceased"), seen=1)
        connection.rollback()
    engine.dispose()


@pytest.mark.parametrize("inside", ["own", "engine", "session"])
def test_cases_by_their_ids_are_of_one_moment_however_many(store_url: str, inside: str) -> None:
    """The writer commits pairs, one id at each end of the list: a reader never sees one without the other."""
    count = 3_000
    first, last = [f"a-{number:05}" for number in range(count)], [f"z-{number:05}" for number in range(count)]
    stop, wrote = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def write() -> None:
        try:
            with Store.open(store_url, busy_seconds=HANG) as store:
                for number in range(count):
                    if stop.is_set():
                        return
                    with store.work() as work:
                        work.record(first[number], a_fact(first[number]), seen=0)
                        work.record(last[number], a_fact(last[number]), seen=0)
                        work.commit()
                    wrote.set()
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)
            wrote.set()

    writer = threading.Thread(target=write)
    writer.start()
    wrote.wait()
    engine = sa.create_engine(store_url)
    seen = set()
    try:
        for _ in range(8):
            if inside == "own":
                with Store.open(store_url) as store:
                    found = {case.case.case_id for case in store.cases([*first, *last])}
            elif inside == "engine":
                found = {case.case.case_id for case in Store.on(engine).cases([*first, *last])}
            else:
                with engine.connect() as connection:
                    found = {case.case.case_id for case in Store.on(connection).cases([*first, *last])}
                    assert Store.on(connection).verify().ok
                    stats = Store.on(connection).stats()
                    assert stats.facts % 2 == 0
                    assert stats.cases == stats.facts
            assert {name[1:] for name in found if name < "b"} == {name[1:] for name in found if name > "b"}
            seen.add(len(found))
    finally:
        stop.set()
        writer.join()
        engine.dispose()
    assert not failed, failed
    assert len(seen) > 1, "the writer was never met, so the test showed nothing"


def test_a_host_that_reads_in_its_own_transaction_is_left_in_it(sqlite_url: str) -> None:
    fill(sqlite_url)
    engine = sa.create_engine(sqlite_url)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE letters (id INTEGER)")
        connection.commit()
        store = Store.on(connection)
        assert store.verify().ok
        heads = store.heads()
        next(heads)
        connection.exec_driver_sql("INSERT INTO letters VALUES (1)")
        list(heads)
        connection.rollback()
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM letters").scalar() == 0
        with Store.open(sqlite_url) as other:
            other.record("c-8", a_fact("c-8"), seen=0)
        assert store.stats().facts == 3, "what was read before does not hold the host to that moment"
    engine.dispose()


def test_what_holds_a_scan_open_lets_others_write(store_url: str) -> None:
    with Store.open(store_url) as store:
        for fact in (fact for number in range(3) for fact in a_case(f"c-{number}")[:1]):
            store.record(fact.case_id, fact, seen=0)
        going = store.cases()
        next(going)
        store.record("c-9", a_fact("c-9"), seen=0)
        assert [found.case.case_id for found in going] == ["c-1", "c-2"]


def test_a_question_that_goes_through_a_store_twice_sees_one_moment(store_url: str) -> None:
    fill(store_url)
    with open_source(CaseQuery(source=store_url)) as source, Store.open(store_url) as writer:
        first = [case.case_id for case in source.cases()]
        writer.record("c-9", a_fact("c-9"), seen=0)
        assert [case.case_id for case in source.cases()] == first == ["c-0", "c-1"]


def test_a_snapshot_of_a_hosts_transaction_needs_one_that_shows_one_moment(postgres_store_url: str) -> None:
    fill(postgres_store_url)
    engine = sa.create_engine(postgres_store_url)
    with (
        engine.connect() as connection,
        pytest.raises(HostUnusable, match="READ COMMITTED"),
        Store.on(connection).snapshot(),
    ):
        pass
    with (
        engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
        Store.on(connection).snapshot() as shown,
        Store.open(postgres_store_url) as writer,
    ):
        assert shown.stats().facts == 2
        writer.record("c-9", a_fact("c-9"), seen=0)
        assert shown.stats().facts == 2
    engine.dispose()
