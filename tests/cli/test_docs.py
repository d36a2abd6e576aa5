"""`docs/command-line.md` shows every command, and what it prints; that its commands run is tested with all pages."""

import re

from docs import refresh
from ehcp_flow.cli.app import COMMANDS
from tests.cli.running import ROOT

PAGE = ROOT / "docs" / "command-line.md"
RUN = [shown.command.split() for shown in refresh.commands_of(PAGE) if shown.is_run]


def test_every_command_is_in_the_manual():
    assert re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE.read_text("utf-8"), flags=re.MULTILINE) == list(COMMANDS)
    assert {words[1] for words in RUN} >= set(COMMANDS) - {"version"}


def test_every_exit_code_that_a_terminal_can_show_is_shown():
    assert {shown.exit_code for shown in refresh.commands_of(PAGE) if shown.is_run} == {0, 1, 2, 3}
