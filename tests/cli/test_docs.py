"""`docs/command-line.md`: its commands run, and print what it says."""

import doctest
import re

import pytest

from ehcp_flow.cli.app import COMMANDS
from tests.cli.running import ROOT, shell

TEXT = (ROOT / "docs" / "command-line.md").read_text("utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", TEXT, flags=re.DOTALL)
RUNS = [run.partition("\n")[::2] for block in BLOCKS for run in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def test_every_command_is_in_the_manual():
    assert re.findall(r"^\| `([a-z]+)` \|", TEXT, flags=re.MULTILINE) == list(COMMANDS)
    assert {line.partition("ehcp-flow ")[2].split()[0] for line, _ in RUNS} >= set(COMMANDS) - {"facts", "version"}


@pytest.mark.parametrize(("line", "expected"), RUNS, ids=[line for line, _ in RUNS])
def test_the_manual_prints_what_it_says(line, expected, folder):
    got = shell(line, folder).stdout
    assert expected.strip().strip(".")
    assert doctest.OutputChecker().check_output(expected, got, LOOSE), f"expected:\n{expected}\ngot:\n{got}"
