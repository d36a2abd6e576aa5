"""The help: every command has examples, and every example runs."""

import re

import pytest

from ehcp_flow.cli.app import COMMANDS
from ehcp_flow.cli.db import DB
from ehcp_flow.cli.forecast import FORECAST
from ehcp_flow.cli.sen2 import SEN2
from tests.cli.running import invoke

GROUPS = {"db": DB, "forecast": FORECAST, "sen2": SEN2}


def examples_of(*args: str) -> list[str]:
    text = invoke(*args, "--help", COLUMNS="300", TERMINAL_WIDTH="300").stdout
    return re.findall(r"^\s*\$ (ehcp-flow .*?)\s*$", text, flags=re.MULTILINE)


ALL = [("", line) for line in examples_of()] + [(name, line) for name in COMMANDS for line in examples_of(name)]


def test_every_command_has_an_example_of_itself():
    assert {name for name, line in ALL if line.startswith(f"ehcp-flow {name}".strip())} == {"", *COMMANDS}


@pytest.mark.parametrize(
    "words",
    [(name,) for name in COMMANDS if name not in GROUPS]
    + [(group, name) for group, of in GROUPS.items() for name in of.commands],
)
def test_every_option_says_what_it_does(words):
    text = invoke(*words, "--help", COLUMNS="300", TERMINAL_WIDTH="300").stdout
    options = re.findall(r"^\u2502\s+(?:\*\s+)?(--[a-z-]+)\s+(.*?)\s*\u2502$", text, flags=re.MULTILINE)
    assert len(options) >= 2
    assert [option for option, said in options if len(said.split()) < 4] == []


def test_the_commands_of_a_group_have_examples_of_themselves():
    for group, of in GROUPS.items():
        for name, command in of.commands.items():
            assert command.examples
            assert examples_of(group, name) == list(command.examples)


def test_the_exit_codes_are_in_the_help():
    text = " ".join(invoke("--help").stdout.split())
    assert "0 done; 1 some rows were refused, the rest is printed, or a check of a store or a return found" in text
    assert "errors; 2 usage, a file or a store that is not there" in text
    assert "3 a breach, with --fail-on-breach; 4 an input is damaged or not what it should be; 5 the store" in text
    assert "cannot be used; 70 a fault of this program; 130 interrupted; 141 closed pipe." in text
