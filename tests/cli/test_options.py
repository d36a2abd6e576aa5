"""How a command gets its options: from its own parameters and from the objects that it takes, in the order it names."""

import inspect
from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from ehcp_flow.cli.command import CliCommand, as_click, options
from ehcp_flow.cli.options import option


@dataclass(frozen=True, kw_only=True)
class Thing:
    need: Annotated[str, typer.Argument(metavar="NEED")]
    often: Annotated[list[str] | None, option("--often TEXT", "As often as you like.")] = None
    unused: Annotated[int, option("--unused N", "Left out.")] = 7


@dataclass(frozen=True, kw_only=True)
class Other:
    one: Annotated[int, option("--one N", "A number.")] = 1
    two: Annotated[int, option("--two N", "A number.")] = 2


SEEN: list[tuple[object, ...]] = []


@options("mine need other often last")
def run_it(
    *,
    thing: Thing,
    other: Other,
    mine: Annotated[bool, typer.Option("--mine")] = False,
    last: Annotated[str, option("--last TEXT", "The last.")] = "z",
) -> None:
    """A command."""
    SEEN.append((thing, other, mine, last))


def ran(*args: str) -> tuple[object, ...]:
    command = typer.Typer()
    command.command()(run_it)
    done = CliRunner().invoke(command, args)
    assert done.exit_code == 0, done.stderr
    return SEEN.pop()


def test_the_options_stand_in_the_order_that_is_named_and_an_object_s_name_is_all_of_it():
    assert [*inspect.signature(run_it).parameters] == ["mine", "need", "one", "two", "often", "last"]
    shown = as_click("it", CliCommand(run_it))
    assert [param.name for param in shown.params][:6] == ["mine", "need", "one", "two", "often", "last"]


def test_the_objects_are_made_of_what_was_given():
    assert ran("x") == (Thing(need="x"), Other(), False, "z")
    given = ran("--mine", "--two", "5", "--often", "a", "x", "--often", "b", "--last", "y")
    assert given == (Thing(need="x", often=["a", "b"]), Other(two=5), True, "y")


def test_what_an_object_needs_is_needed():
    command = typer.Typer()
    command.command()(run_it)
    assert CliRunner().invoke(command, []).exit_code == 2


def test_a_parameter_of_the_command_fills_the_field_of_its_name():
    @options("need")
    def maybe(*, thing: Thing, need: Annotated[str | None, typer.Argument(metavar="NEED")] = None) -> None:
        SEEN.append((thing, need))

    command = typer.Typer()
    command.command()(maybe)
    assert CliRunner().invoke(command, ["x"]).exit_code == CliRunner().invoke(command, []).exit_code == 0
    assert [SEEN.pop(), SEEN.pop()] == [(Thing(need=None), None), (Thing(need="x"), "x")]  # type: ignore[arg-type]


def test_an_option_that_is_forgotten_is_told_when_the_command_is_made():
    def forgets(*, mine: Annotated[bool, typer.Option("--mine")] = False, other: Other) -> None:
        """Nothing."""

    with pytest.raises(TypeError, match="the options mine have no place in the help"):
        options("other")(forgets)
    with pytest.raises(KeyError):
        options("mine nothing")(forgets)
    with pytest.raises(ValueError, match="duplicate"):
        options("mine one other")(forgets)
