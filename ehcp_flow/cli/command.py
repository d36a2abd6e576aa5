"""What a command is here: a function for typer, and examples that its help shows and the tests run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import typer

__all__ = ["Command", "as_click"]


@dataclass(frozen=True)
class Command:
    """A command: the function that typer calls, and examples, each a line for the shell."""

    run: Callable[..., None]
    examples: tuple[str, ...] = ()


def as_click(name: str, what: Command | typer.Typer) -> Any:
    """Return the command (or, for a typer.Typer, the group of commands) in the form in which typer runs it."""
    if isinstance(what, typer.Typer):
        made = typer.main.get_command(what)
    else:
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
        single.command(name, epilog=_epilog(what.examples))(what.run)
        made = typer.main.get_command(single)
    made.name = name
    return made


def _epilog(examples: tuple[str, ...]) -> str | None:
    """Return the examples as the end of the help; typer makes one line of each paragraph."""
    lines = (example.replace("[", r"\[") for example in examples)
    return "[bold]Examples[/bold]\n\n" + "\n\n".join(f"$ {line}" for line in lines) if examples else None
