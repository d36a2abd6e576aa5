"""A store at the command line: its address, read-only, locked, out of reach; what is said, and with which exit code."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from ehcp_flow.store import Store
from ehcp_flow.testing import a_fact
from tests.cli.running import ROOT, invoke

CASES = ROOT / "examples" / "cases.csv"
READING = [
    ("check", "{}", "--as-of", "2026-06-30"),
    ("state", "{}", "--as-of", "2026-06-30"),
    ("breaches", "{}", "--as-of", "2026-06-30"),
    ("measures", "{}", "--year", "2025", "--as-of", "2026-06-30"),
    ("registers", "{}", "due", "--as-of", "2026-06-30"),
    ("export", "--store", "{}"),
    ("follow", "--store", "{}", "--once"),
    ("late", "--store", "{}"),
    ("db", "verify", "--store", "{}"),
    ("db", "check", "--store", "{}"),
    ("db", "stats", "--store", "{}"),
    ("db", "erased", "--store", "{}"),
    ("retention", "{}", "--as-of", "2026-06-30"),
    ("import", str(CASES), "--store", "{}", "--dry-run"),
]
WRITING = [
    ("import", str(CASES), "--store", "{}"),
    ("redact", "--store", "{}", "--case", "a-1", "--version", "1", "--why", "asked for", "--by", "dpo", "--yes"),
    ("erase", "--store", "{}", "--case", "a-1", "--why", "asked for", "--by", "dpo", "--yes"),
]


@pytest.fixture
def filled(new_url: str) -> str:
    with Store.open(new_url, create=True) as store:
        store.record("a-1", a_fact(authority="885", reason="said"), seen=0)
    return new_url


def asked(command: tuple[str, ...], url: str):
    return invoke(*(word.replace("{}", url) for word in command))


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_reading_beside_a_host_that_writes(filled: str, command: tuple[str, ...]) -> None:
    before = asked(command, filled)
    assert before.exit_code == 0, before.output
    engine = sa.create_engine(filled)
    with engine.connect() as connection:
        Store.on(connection).record("h-1", a_fact("h-1"), seen=0)
        beside = asked(command, filled)
        connection.rollback()
    engine.dispose()
    assert (beside.exit_code, beside.stdout) == (0, before.stdout)


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_reading_what_may_only_be_read(filled: str, command: tuple[str, ...]) -> None:
    url = read_only(filled)
    told = asked(command, url)
    assert told.exit_code == 0, told.output
    if "db" not in command:
        assert told.stdout == asked(command, filled).stdout


def read_only(url: str) -> str:
    return f"{url}?mode=ro" if url.startswith("sqlite") else f"{url}&options=-c%20default_transaction_read_only%3Don"


@pytest.mark.parametrize("command", WRITING, ids=lambda command: command[0])
def test_writing_what_may_only_be_read_is_code_5(filled: str, command: tuple[str, ...]) -> None:
    with Store.open(filled) as store:
        before = store.stats()
    told = asked(command, read_only(filled))
    assert told.exit_code == 5, told.output
    assert "the store can only be read: nothing was written" in told.stderr
    with Store.open(filled) as store:
        assert store.stats() == before


def test_a_locked_store_is_code_5(tmp_path: Path) -> None:
    sqlite_url = f"sqlite:///{tmp_path}/cases.db"
    with Store.open(sqlite_url, create=True) as store:
        store.record("a-1", a_fact(reason="said"), seen=0)
    engine = sa.create_engine(sqlite_url)
    with engine.connect() as connection:
        Store.on(connection).record("h-1", a_fact("h-1"), seen=0)
        told = asked(WRITING[0], f"{sqlite_url}?timeout=0.05")
        connection.rollback()
    engine.dispose()
    assert told.exit_code == 5
    assert "the store is locked by somebody else: nothing was written" in told.stderr


def test_a_server_out_of_reach_is_code_5_and_its_password_is_nowhere() -> None:
    for command in (READING[0], READING[9], WRITING[0]):
        told = asked(command, "postgresql://somebody:geheim@127.0.0.1:9/x")
        assert told.exit_code == 5, told.output
        assert "geheim" not in told.output


@pytest.mark.parametrize("command", [*READING[:1], *READING[6:10], *WRITING], ids=" ".join)
def test_an_address_that_cannot_be_honoured_is_code_2_and_makes_nothing(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for url in (
        "sqlite:///a?b.db",
        "sqlite:///a.db?cache=shared",
        "postgresql://u:geh@eim@h/d",
        "mysql://u:geheim@h/d",
    ):
        told = asked(command, url)
        assert told.exit_code == 2, told.output
        assert "geheim" not in told.output
        assert "Warning" not in told.output
    assert not list(here.iterdir())


def test_a_store_is_made_only_where_it_may_be(tmp_path: Path) -> None:
    told = invoke("db", "upgrade", "--store", f"sqlite:///{tmp_path}/new.db?mode=ro")
    assert told.exit_code == 5, told.output
    assert invoke("db", "check", "--store", f"sqlite:///{tmp_path}/new.db").exit_code == 1
    assert not list(tmp_path.iterdir())
    made = invoke("db", "upgrade", "--store", f"sqlite:///{tmp_path}/a%3Fb.db")
    assert made.exit_code == 0, made.output
    assert [path.name for path in tmp_path.iterdir()] == ["a?b.db"]
    with closing(Store.open(f"sqlite:///{tmp_path}/a%3Fb.db?mode=ro")) as store:
        assert store.stats().facts == 0
