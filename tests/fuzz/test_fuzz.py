"""A sample of the fuzz run, the same each time. `python -m tests.fuzz` goes on for as long as it is let."""

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from ehcp_flow.cli.app import COMMANDS
from tests.fuzz.doors import DOORS
from tests.fuzz.options import commands


@pytest.mark.parametrize("name", DOORS)
def test_spoilt_input_ends_in_an_error_of_ours(name):
    door = DOORS[name]

    @seed(885)
    @settings(max_examples=12)
    @given(st.deferred(lambda: door.drawn))
    def sample(drawn):
        door.check(drawn)

    sample()


def test_every_command_and_every_option_is_among_those_that_are_tried():
    found = commands()
    assert {words[0] for words in found} == set(COMMANDS)
    assert {"--weeks", "--html", "--store", "--after", "--fail-on-breach"} <= {
        option.flag for options in found.values() for option in options
    }
