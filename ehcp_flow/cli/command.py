"""What a command is here: a function for typer, and examples that its help shows and the tests run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import typer

from ehcp_flow.cli.named_files import guarded
from ehcp_flow.docstrings import docstring_of

__all__ = ["CliCommand", "CommandGroup", "as_click"]


@dataclass(frozen=True)
class CliCommand:
    """A command: the function that typer calls, and examples, each a line for the shell."""

    run: Callable[..., None]
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class CommandGroup:
    """Commands under one name, each with its own."""

    says: str
    commands: Mapping[str, CliCommand]

    def as_typer(self) -> typer.Typer:
        """Return the group as typer knows it; its help shows the examples of all its commands."""
        examples = tuple(example for command in self.commands.values() for example in command.examples)
        made = typer.Typer(
            help=self.says, epilog=_epilog(examples), no_args_is_help=True, add_completion=False,
            pretty_exceptions_enable=False, rich_markup_mode="rich",
        )  # fmt: skip
        for name, command in self.commands.items():
            made.command(name, help=docstring_of(command.run), epilog=_epilog(command.examples))(guarded(command.run))
        return made


def as_click(name: str, what: CliCommand | CommandGroup | typer.Typer) -> Any:
    """Return the command (or, for a typer.Typer, the group of commands) in the form in which typer runs it."""
    if isinstance(what, CommandGroup):
        made = typer.main.get_command(what.as_typer())
    elif isinstance(what, typer.Typer):
        made = typer.main.get_command(what)
    else:
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
        single.command(name, help=docstring_of(what.run), epilog=_epilog(what.examples))(guarded(what.run))
        made = typer.main.get_command(single)
    made.name = name
    for command in (made, *getattr(made, "commands", {}).values()):
        for param in command.params:
            if getattr(param, "is_flag", False):
                # Without this, the help gives a flag the type <bool>, as if a value followed it.
                param.metavar = ""
    return made


def _epilog(examples: tuple[str, ...]) -> str | None:
    """Return the examples as the end of the help; typer makes one line of each paragraph."""
    lines = (example.replace("[", r"\[") for example in examples)
    return "[bold]Examples[/bold]\n\n" + "\n\n".join(f"$ {line}" for line in lines) if examples else None
