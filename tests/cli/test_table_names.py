"""`--prefix` and `--schema`: a store whose tables lie among a host's is reached by every command that opens one."""

from __future__ import annotations

from importlib import import_module

import pytest

from ehcp_flow.cli.app import COMMANDS
from ehcp_flow.cli.command import CommandGroup, as_click
from ehcp_flow.store import Store
from ehcp_flow.testing import a_fact
from tests.cli.running import ROOT, invoke
from tests.cli.test_store_connections import READING, WRITING

RECORDING = [("record", "b-1", "request_received", "2026-03-02", "--store", "{}", "--by", "jo")]
OTHER = [("person", "--store", "{}", "--case", "a-1"), ("db", "upgrade", "--store", "{}")]


@pytest.fixture
def beside(new_url: str) -> str:
    """A store with a prefix of its own, in a database where there is none with the ordinary names."""
    with Store.open(new_url, create=True, prefix="send_") as store:
        store.record("a-1", a_fact(authority="885", reason="said"), seen=0)
    return new_url


@pytest.mark.parametrize("command", [*READING, *WRITING, *RECORDING, *OTHER], ids=" ".join)
def test_every_command_finds_the_tables_that_have_the_prefix(command: tuple[str, ...], beside: str) -> None:
    asked = [word.replace("{}", beside) for word in command]
    done = invoke(*asked, "--prefix", "send_")
    assert (done.exit_code, done.exception) == (0, None), done.stderr


@pytest.mark.parametrize("door", ["one", "many"])
def test_a_question_over_columns_finds_them_as_well(beside: str, door: str) -> None:
    done = invoke("check", beside, "--as-of", "2026-06-30", "--prefix", "send_", "--format", "csv", door=door)
    assert (done.exit_code, "a-1,885,decide_assess" in done.stdout) == (0, True)


def test_a_wrong_prefix_finds_no_store(beside: str) -> None:
    assert invoke("db", "stats", "--store", beside, "--prefix", "other_").exit_code == 2
    refused = invoke("db", "stats", "--store", beside, "--prefix", "send;")
    assert (refused.exit_code, "lower-case letters" in refused.stderr) == (2, True)


def test_a_schema_is_found_and_sqlite_has_none(new_url: str) -> None:
    made = invoke("db", "upgrade", "--store", new_url, "--schema", "send")
    if new_url.startswith("sqlite"):
        assert (made.exit_code, "use a prefix" in made.stderr) == (2, True)
        return
    assert invoke("import", ROOT / "examples" / "cases.csv", "--store", new_url, "--schema", "send").exit_code == 0
    assert "48 facts" in invoke("db", "verify", "--store", new_url, "--schema", "send").stdout
    assert invoke("db", "verify", "--store", new_url).exit_code == 2


@pytest.mark.parametrize("option", ["--prefix", "--schema"])
def test_a_file_has_no_tables(option: str) -> None:
    refused = invoke("check", ROOT / "examples" / "cases.csv", option, "send_")
    assert (refused.exit_code, "only a store has tables" in refused.stderr) == (2, True)


def test_every_command_that_takes_a_store_takes_both() -> None:
    lacking = []
    for name, place in COMMANDS.items():
        module, _, made = place.partition(":")
        what = getattr(import_module(module), made)
        click = as_click(name, what)
        each = click.commands.values() if isinstance(what, CommandGroup) else [click]
        for command in each:
            options = {parameter.name for parameter in command.params}
            if options & {"store", "source"} and not options >= {"prefix", "schema"}:
                lacking.append(f"{name} {command.name}")
    assert lacking == []
