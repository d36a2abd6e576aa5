"""The list of commands, and the group that runs them.

To add a command, write a module with a `Command` (or a `typer.Typer` for a group of commands) and a line in `COMMANDS`.
Only the module of the command that is called is imported, so that a quick question has a quick answer.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from ehcp_flow.cli.boundary import DEBUG, exit_code_of, read_no_more, whole_streams
from ehcp_flow.cli.command import as_click
from ehcp_flow.cli.words import WORDS, as_typed
from ehcp_flow.errors import ExitCode

__all__ = ["COMMANDS", "app", "command"]

COMMANDS: Final[Mapping[str, str]] = {
    "desk": "ehcp_flow.cli.desk:DESK",
    "due": "ehcp_flow.cli.due:DUE",
    "check": "ehcp_flow.cli.check:CHECK",
    "explain": "ehcp_flow.cli.explain:EXPLAIN",
    "state": "ehcp_flow.cli.state:STATE",
    "breaches": "ehcp_flow.cli.breaches:BREACHES",
    "registers": "ehcp_flow.cli.registers:REGISTERS_COMMAND",
    "measures": "ehcp_flow.cli.measures:MEASURES",
    "scorecard": "ehcp_flow.cli.scorecard:SCORECARD",
    "forecast": "ehcp_flow.cli.forecast:FORECAST",
    "report": "ehcp_flow.cli.report:REPORT",
    "tables": "ehcp_flow.cli.tables:TABLES",
    "what-if": "ehcp_flow.cli.what_if:WHAT_IF",
    "schedule": "ehcp_flow.cli.schedule:SCHEDULE",
    "notices": "ehcp_flow.cli.notices:NOTICES",
    "rules": "ehcp_flow.cli.rules:RULES",
    "facts": "ehcp_flow.cli.facts:FACTS",
    "convert": "ehcp_flow.cli.convert:CONVERT",
    "sen2": "ehcp_flow.cli.sen2:SEN2",
    "record": "ehcp_flow.cli.record:RECORD",
    "import": "ehcp_flow.cli.importing:IMPORT",
    "export": "ehcp_flow.cli.exporting:EXPORT",
    "follow": "ehcp_flow.cli.following:FOLLOW",
    "late": "ehcp_flow.cli.late:LATE",
    "person": "ehcp_flow.cli.person:PERSON",
    "redact": "ehcp_flow.cli.redact:REDACT",
    "retention": "ehcp_flow.cli.retention:RETENTION",
    "erase": "ehcp_flow.cli.erase:ERASE",
    "serve": "ehcp_flow.cli.serve:SERVE",
    "db": "ehcp_flow.cli.db:DB",
    "synth": "ehcp_flow.cli.synth:SYNTH",
    "version": "ehcp_flow.cli.version:VERSION",
}
"""The commands in the order in which the help lists them, each with its module and the name of its object there."""

_SIGNALLED: Final = 128
"""What a shell adds to the number of the signal that ended a program."""


class Commands(TyperGroup):
    """The group of all commands: imports the one that is called, and turns every error into one line and a code."""

    debug = False

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command with this name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        return as_click(cmd_name, getattr(import_module(module), name))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments, with the words that people type for those of a command."""
        rest: list[str] = super().parse_args(ctx, as_typed(args))
        return rest

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that the arguments name; one that is misspelt is refused with the names that are near."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], (*COMMANDS, *WORDS), n=3, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(COMMANDS)}"
            ctx.fail(f"There is no command called {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **options: Any) -> Any:
        """Run, and leave with an exit code; a fault of the user's is one line on standard error, never a traceback."""
        options["standalone_mode"] = False
        whole_streams()
        try:
            with _ended_in_order():
                returned = super().main(*args, **options)
            sys.stdout.flush()
            code = returned if isinstance(returned, int) else ExitCode.DONE
        except SystemExit:
            raise
        except BaseException as error:  # noqa: BLE001 - the boundary: every error ends here, a panic of Rust's too
            code = exit_code_of(error, debug=self.debug)
        sys.exit(code)

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Read the arguments; help and version are printed here already."""
        with _closed_pipe_told_apart():
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        with _closed_pipe_told_apart():
            returned = super().invoke(ctx)
            sys.stdout.flush()
        return returned


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Leave as after an error when the process is told to end, so that no half of a file is left behind."""

    def end(number: int, _: object) -> None:
        sys.exit(_SIGNALLED + number)

    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def _closed_pipe_told_apart() -> Iterator[None]:
    """Leave with 141 when nobody reads any more, before typer makes an exit code 1 of it."""
    try:
        yield
    except BrokenPipeError:
        read_no_more()
        raise typer.Exit(ExitCode.CLOSED_PIPE) from None


def _tell_version(asked: bool) -> None:  # noqa: FBT001 - typer hands over what the option says
    if asked:
        from ehcp_flow import __version__

        sys.stdout.write(f"ehcp-flow {__version__}\n")
        raise typer.Exit


def _debug(ctx: typer.Context, asked: bool) -> None:  # noqa: FBT001 - as above
    if isinstance(ctx.command, Commands):
        ctx.command.debug = asked


app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich")


@app.callback(
    help=(
        "Deadlines, states and breaches of Education, Health and Care plans in England, from dated facts, with the law."
    ),
    epilog=(
        "[bold]Examples[/bold]\n\n$ ehcp-flow due --received 2026-03-02\n\n"
        "$ ehcp-flow check cases.csv --as-of 2026-06-30\n\n$ ehcp-flow rules final_plan\n\n"
        "SOURCE is a CSV or JSON Lines file, - for standard input, or a store's URL. Exit codes: 0 done; 1 some rows "
        "were refused, the rest is printed, or a check of a store or a return found errors; 2 usage, a file or a "
        "store that is not there, a value that nothing has; 3 a breach, with --fail-on-breach; 4 an input is damaged "
        "or not what it should be; 5 the store cannot be used; 70 a fault of this program; 130 interrupted; 141 closed "
        "pipe."
    ),
)
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True, callback=_tell_version)
    ] = False,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug",
            help="Print the traceback of an error too, which may hold values of your data.",
            envvar=DEBUG,
            callback=_debug,
        ),
    ] = False,
) -> None:
    """Take the options that stand before the command."""


def command() -> Any:
    """Return the whole command line in the form in which typer runs it."""
    return typer.main.get_command(app)
