"""What a command is here: a function for typer, its options, and examples that its help shows and the tests run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple, get_type_hints

import typer

from ehcp_flow.cli.messages import law_asked
from ehcp_flow.cli.named_files import guarded
from ehcp_flow.docstrings import docstring_of

if TYPE_CHECKING:
    from ehcp_flow.law import Rulebook

__all__ = ["CliCommand", "CommandGroup", "TablesAsked", "as_click", "law_named", "options", "tables_asked"]


@dataclass(frozen=True)
class CliCommand:
    """A command: the function that typer calls, and examples, each a line for the shell.

    One of `facts` reads or writes facts, and asks nothing of the law: `--rulebook` and `--profile` say whose events it
    knows too. One that gives what is `england`'s alone knows them of a draft of England's law, and refuses another.
    """

    run: Callable[..., None]
    examples: tuple[str, ...] = ()
    facts: bool = False
    england: str = ""

    @property
    def called(self) -> Callable[..., None]:
        """The function with all the options that the command has."""
        run = _knowing(self.run, self.england) if self.facts or self.england else self.run
        return guarded(_finding_tables(run) if {"store", "source"} & {*signature(run).parameters} else run)


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
            made.command(name, help=docstring_of(command.run), epilog=_epilog(command.examples))(command.called)
        return made


def options(names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return what gives a command these options, in the order of its help.

    A parameter whose type is a dataclass is no option: it is an object with an option for each of its fields, and is
    made of those that are named here. Its own name stands for all of them; any other is a parameter of the command,
    which fills a field of that name too. typer reads the signature and the annotations, so both are those of the whole.
    """

    def whole(run: Callable[..., None]) -> Callable[..., None]:
        own, objects = signature(run).parameters, {}
        known: dict[str, tuple[Parameter, ...]] = {}
        for name, hint in get_type_hints(run, include_extras=True).items():
            if is_dataclass(hint) and isinstance(hint, type):
                objects[name] = hint
                known |= {each.name: (each,) for each in _fields_of(hint)} | {name: _fields_of(hint)} | known
            elif name in own:
                known[name] = (own[name].replace(annotation=hint),)
        parameters = [each for name in names.split() for each in known[name]]
        if left_out := {*own} - {*objects} - {each.name for each in parameters}:
            raise TypeError(f"{run.__qualname__}: the options {', '.join(sorted(left_out))} have no place in the help")

        @wraps(run)
        def command(**values: Any) -> None:
            made: dict[str, Any] = {
                name: kind(**{each.name: values[each.name] for each in fields(kind) if each.name in values})
                for name, kind in objects.items()
            }
            with ExitStack() as stack:
                for each in made.values():
                    if hasattr(each, "close"):
                        stack.callback(each.close)
                    asked = {name: getattr(each, name, None) for name in ("rulebook", "profile")}
                    if any(path is not None for path in asked.values()):
                        _ = each.law  # before any fact is read: both can have events of their own
                        stack.enter_context(law_asked(**asked))
                run(**made, **{name: value for name, value in values.items() if name in own})

        command.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {each.name: each.annotation for each in parameters}
        return command

    return whole


_NAMED: Final[ContextVar[Rulebook | None]] = ContextVar("_NAMED", default=None)


def law_named() -> Rulebook | None:
    """Return the law that a command was given which asks nothing of it, None where that is England's of today."""
    return _NAMED.get()


def _knowing(run: Callable[..., None], england: str) -> Callable[..., None]:
    """Return a command that knows the events of a rulebook, and of a profile, besides those of the library.

    Where it gives what is `england`'s alone, it raises EnglandOnly for the rulebook of another procedure.
    """
    from ehcp_flow.cli.options import option

    further = [
        Parameter(name, Parameter.KEYWORD_ONLY, annotation=Annotated[str | None, option(usage, says)], default=None)
        for name, usage, says in (
            ("profile", "--profile FILE", "Your authority's own events and targets (TOML): its events are known here."),
            (
                "rulebook",
                "--rulebook NAME|DIR",
                "A rulebook that is installed, or a directory of rulebook files: its events are known here as well.",
            ),
        )
    ]
    hints = get_type_hints(run, include_extras=True)
    parameters = [each.replace(annotation=hints[each.name]) for each in signature(run).parameters.values()]

    @wraps(run)
    def command(*, profile: str | None = None, rulebook: str | None = None, **values: Any) -> None:
        law: Rulebook | None = None
        if profile is not None or rulebook is not None:
            from ehcp_flow.law import england as english
            from ehcp_flow.law import load_rulebook, with_targets

            law = english() if rulebook is None else load_rulebook(rulebook)
            if england and rulebook is not None:
                from ehcp_flow.measures.figures import england_alone

                england_alone(england, law)
            if profile is not None:
                law = with_targets(law, profile)
        token = _NAMED.set(law)
        try:
            with law_asked(rulebook=rulebook, profile=profile):
                run(**values)
        finally:
            _NAMED.reset(token)

    command.__signature__ = Signature([*parameters, *further])  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in (*parameters, *further)}
    return command


class TablesAsked(NamedTuple):
    """What a command was told of a store's tables: what their names begin with, and the schema in which they lie."""

    prefix: str = "ehcp_"
    schema: str | None = None


_ORDINARY: Final = TablesAsked()
_TABLES: Final[ContextVar[TablesAsked]] = ContextVar("_TABLES", default=_ORDINARY)


def tables_asked() -> TablesAsked:
    """Return which tables a command is to find the store in."""
    return _TABLES.get()


def _finding_tables(run: Callable[..., None]) -> Callable[..., None]:
    """Return a command that opens a store with the options that say which its tables are.

    Raises BadParameter where SOURCE is no store, and there are no tables to be found.
    """
    from ehcp_flow.cli.options import option

    own = signature(run).parameters
    further = [
        Parameter(name, Parameter.KEYWORD_ONLY, annotation=Annotated[str | None, option(usage, says)], default=None)
        for name, usage, says in (
            ("prefix", "--prefix NAME", "What the names of the store's tables begin with, if not ehcp_."),
            ("schema", "--schema NAME", "The database's schema in which the store's tables lie, if not its default."),
        )
    ]
    hints = get_type_hints(run, include_extras=True)
    parameters = [each.replace(annotation=hints[each.name]) for each in own.values()]

    @wraps(run)
    def command(*, prefix: str | None = None, schema: str | None = None, **values: Any) -> None:
        for name, given in (("--prefix", prefix), ("--schema", schema)):
            if given is not None and "store" not in own and "://" not in str(values.get("source", "")):
                raise typer.BadParameter("only a store has tables; a file does not", param_hint=name)
        token = _TABLES.set(TablesAsked(_ORDINARY.prefix if prefix is None else prefix, schema))
        try:
            run(**values)
        finally:
            _TABLES.reset(token)

    command.__signature__ = Signature([*parameters, *further])  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in (*parameters, *further)}
    return command


def _fields_of(kind: type[Any]) -> tuple[Parameter, ...]:
    """Return the fields of a dataclass as the parameters of a command."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        Parameter(
            each.name, Parameter.KEYWORD_ONLY, annotation=hints[each.name],
            default=Parameter.empty if each.default is MISSING else each.default,
        )
        for each in fields(kind)
    )  # fmt: skip


def as_click(name: str, what: CliCommand | CommandGroup | typer.Typer) -> Any:
    """Return the command (or, for a typer.Typer, the group of commands) in the form in which typer runs it."""
    if isinstance(what, CommandGroup):
        made = typer.main.get_command(what.as_typer())
    elif isinstance(what, typer.Typer):
        made = typer.main.get_command(what)
    else:
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
        single.command(name, help=docstring_of(what.run), epilog=_epilog(what.examples))(what.called)
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
