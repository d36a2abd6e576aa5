"""What the address of a store says is honoured, or refused by name before anything is opened, made or written."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.store import Store
from ehcp_flow.store.addresses import PostgresAddress, SqliteAddress, file_of, parse_address
from ehcp_flow.store.administration import check_store, upgrade_store
from ehcp_flow.store.errors import ConnectionLost, StoreError, StoreReadOnly, StoreURLError
from ehcp_flow.testing import a_fact
from tests.cli.running import invoke


def _import_door(url: str, directory: Path) -> None:
    facts = directory.parent / "facts.csv"
    facts.write_text("case_id,event,on\na-1,request_received,2026-03-02\n")
    done = invoke("import", str(facts), "--store", url)
    assert done.exit_code in (2, 5), done.output
    raise StoreURLError("told", done.stderr)


DOORS: dict[str, Callable[[str, Path], Any]] = {
    "open": lambda url, _: Store.open(url, create=True),
    "upgrade": lambda url, _: upgrade_store(url),
    "check": lambda url, _: check_store(url),
    "import": _import_door,
}

REFUSED = {
    "sqlite:///a?b.db": "'b.db' is no option of a SQLite store.*%3F",
    "sqlite:///a.db?": "nothing follows the [?]",
    "sqlite:///a.db?cache=shared": "'cache' is no option",
    "sqlite:///a.db?isolation_level=AUTOCOMMIT": "'isolation_level' is no option",
    "sqlite:///a.db?mode=r": "it is one of ro, rw and rwc",
    "sqlite:///a.db?mode=memory": "use memory:",
    "sqlite:///a.db?mode=ro&mode=rw": "mode stands twice",
    "sqlite:///a.db?immutable=perhaps": "it is 1 or 0",
    "sqlite:///a.db?timeout=soon": "how many seconds",
    "sqlite:///a.db?timeout=-1": "how many seconds",
    "sqlite:///a.db?timeout=inf": "how many seconds",
    "sqlite:///file:a.db?mode=ro": "uri=true and file: belong together",
    "sqlite:///a.db?uri=true": "uri=true and file: belong together",
    "sqlite:///:memory:": "use memory:",
    "sqlite://": "names no file",
    "sqlite:///": "names no file",
    "sqlite://a.db": "three slashes",
    "sqlite:///100%.db": "write %25",
    "sqlite:///a%00.db": "no NUL",
    "sqlite:///a\n.db": "control character",
    "sqlite:///\ud812.db": "no character",
    "sqlite+aiosqlite:///a.db": "AsyncStore",
    "file:a.db?mode=ro": "sqlite:///x.db[?]mode=ro",
    "a.db": "no database address",
    "db2://u:geheim@h/d": "db2 is not supported",
    "postgresql+psycopg2://u:geheim@h/d": "psycopg 3",
    "postgresql+asyncpg://u:geheim@h/d": "AsyncStore",
    "postgresql://u:geh@eim@h/d": "%40",
    "postgresql://u:geh/eim@h/d": "%2F",
    "postgresql://u:geh:eim": "no port",
    "postgresql://h:port/d": "no port",
    "postgresql://a:1,b:2/d": "several hosts",
    "postgresql://[::1/d": "no database address",
    "postgresql://h/50%": "write %25",
    "postgresql://h/d?autocommit=true": "'autocommit' is no option",
    "postgresql://h/d?plugin=x": "'plugin' is no option",
    "postgresql://h/d?mode=ro": "'mode' is no option",
    "postgresql://h/d?sslmode=require&sslmode=disable": "sslmode stands twice",
    "postgresql://h/d?client_encoding=latin1": "speaks UTF-8",
    "postgresql://h/d?replication=database": "replication",
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("url", REFUSED, ids=ascii)
def test_what_an_address_cannot_mean_is_refused_by_name_and_nothing_is_made(
    url: str, door: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    with pytest.raises(StoreError, match=REFUSED[url]) as refused:
        DOORS[door](url, here)
    assert "geheim" not in str(refused.value)
    assert "geh" not in str(refused.value)
    assert not list(here.iterdir())


def _kept(url: str) -> list[str]:
    with Store.open(url) as store:
        return [entry.case_id for entry in store.follow(0)]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("sqlite:///{}/a%3Fb.db", "a?b.db"), ("sqlite:///{}/a%23b%25.db", "a#b%.db"), ("sqlite:///{}/a b.db", "a b.db"),
        ("sqlite:///{}/a%20b.db", "a b.db"), ("sqlite:///{}/é.db", "é.db"), ("sqlite:///{}/%C3%A9.db", "é.db"),
        ("sqlite:///{}/a%FF.db", "a\udcff.db"), ("sqlite+pysqlite:///{}/a.db", "a.db"), ("SQLite:///{}/a.db", "a.db"),
        ("sqlite:///{}/a.db?mode=rwc&timeout=2.5&immutable=0", "a.db"), ("sqlite:///{}/a#b.db", "a#b.db"),
        ("sqlite:///file:{}/a.db?uri=true", "a.db"), ("sqlite:///file://localhost{}/a.db?uri=true", "a.db"),
        ("sqlite:///file://{}/a%3Fb.db?uri=true&mode=rwc", "a?b.db"), ("sqlite:///{}/a@b:c.db", "a@b:c.db"),
    ],
)  # fmt: skip
def test_the_file_that_is_named_is_the_file_that_is_used(written: str, name: str, tmp_path: Path) -> None:
    url = written.format(tmp_path)
    with warnings.catch_warnings(action="error"), Store.open(url, create=True) as store:
        store.record("a-1", a_fact(), seen=0)
    assert {path.name for path in tmp_path.iterdir()} == {name}
    assert file_of(url) == tmp_path / name
    assert _kept(url) == ["a-1"]


def test_a_relative_path_is_taken_from_where_the_store_was_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with Store.open("sqlite:///a.db", create=True) as store:
        monkeypatch.chdir(tmp_path / "elsewhere")
        store.record("a-1", a_fact(), seen=0)
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == []
    assert _kept(f"sqlite:///{tmp_path}/a.db") == ["a-1"]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1, max_size=30))
def test_any_name_can_be_written(name: str) -> None:
    address = parse_address(f"sqlite:////nowhere/x{quote(name)}")
    assert address == SqliteAddress(f"/nowhere/x{name}")


def test_a_file_that_was_made_with_its_percent_sign_is_not_mistaken_for_one_that_is_not_there(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/a%2520b.db", create=True) as store:
        store.record("a-1", a_fact(), seen=0)
    assert (tmp_path / "a%20b.db").exists()
    with pytest.raises(StoreURLError, match=r"if that is meant, write a%2520b\.db"):
        Store.open(f"sqlite:///{tmp_path}/a%20b.db", create=True)


@pytest.mark.parametrize("what", ["directory", "device", "fifo"])
def test_a_store_is_a_regular_file(what: str, tmp_path: Path) -> None:
    path = tmp_path if what == "directory" else Path("/dev/null")
    if what == "fifo":
        path = tmp_path / "pipe"
        import os

        os.mkfifo(path)
    with pytest.raises(StoreURLError, match="it is a directory" if what == "directory" else "no regular file"):
        Store.open(f"sqlite:///{path}", create=True)


def test_mode_ro_reads_and_never_writes_or_makes(sqlite_url: str, tmp_path: Path) -> None:
    with Store.open(sqlite_url, create=True) as store:
        store.record("a-1", a_fact(reason="x"), seen=0)
    before = Path(tmp_path, "cases.db").read_bytes()
    with Store.open(f"{sqlite_url}?mode=ro", create=True) as store:
        assert store.case("a-1").version == 1
        assert store.verify().ok
        with pytest.raises(StoreReadOnly, match="nothing was written"):
            store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=1)
        with pytest.raises(StoreReadOnly):
            store.redact("a-1", 1, reason="asked for", redacted_by="dpo")
    with pytest.raises(StoreReadOnly):
        Store.open(f"{sqlite_url.replace('cases', 'other')}?mode=ro", create=True)
    with pytest.raises(StoreReadOnly):
        Store.open(f"{sqlite_url}?mode=ro", create=True, prefix="other_")
    assert Path(tmp_path, "cases.db").read_bytes() == before
    assert not Path(tmp_path, "other.db").exists()


def test_options_of_a_server_are_passed_on(postgres_store_url: str) -> None:
    plain = postgres_store_url.replace("postgresql+psycopg:", "postgres:")
    with Store.open(f"{plain}&application_name=ehcp%20flow&connect_timeout=7") as store:
        store.record("a-1", a_fact(), seen=0)
        engine = store.database.engine  # type: ignore[attr-defined]
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SHOW application_name").scalar() == "ehcp flow"
    assert _kept(postgres_store_url) == ["a-1"]
    options = quote("-c default_transaction_read_only=on")
    with Store.open(f"{postgres_store_url}&options={options}") as store:
        assert store.case("a-1").version == 1
        with pytest.raises(StoreReadOnly, match="nothing was written"):
            store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=1)
        with pytest.raises(StoreReadOnly):
            store.record("b-1", a_fact("b-1"), seen=0)
    with pytest.raises(StoreReadOnly):
        Store.open(f"{postgres_store_url}&options={options}", create=True, prefix="other_")


def test_the_parts_of_a_servers_address() -> None:
    said = parse_address("postgresql://J%40ne:p%2Fw%3A@%2Fvar%2FRun:5433/my%20db?host=a%3A1&host=b%3A2")
    assert said == PostgresAddress(
        "J@ne", "p/w:", "/var/Run", 5433, "my db", (("host", "a:1"), ("host", "b:2"))
    )  # fmt: skip
    assert parse_address("postgres://[::1]:5/") == PostgresAddress(None, None, "::1", 5, None)


def test_a_password_is_in_no_message() -> None:
    with pytest.raises(ConnectionLost) as lost:
        Store.open("postgresql://somebody:geheim@127.0.0.1:9/x")
    assert "geheim" not in str(lost.value)
