"""Where every error ends: as one line on standard error and an exit code, and never as a traceback.

An error of the tree says by itself with which code the command leaves. What typer says about arguments is usage. What
the operating system says about standard output is told as it is. Everything else is a fault of this program: it is told
with its place and without a value, because values here are about children.
"""

from __future__ import annotations

import io
import os
import platform
import re
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import typer

import ehcp_flow
from ehcp_flow.cli.messages import OF_ANOTHER_LAW, complain, may_be_of_another_law, say_on_stderr
from ehcp_flow.errors import ConvertFileError, EhcpFlowError, ExitCode, PlanFileError, UnknownNameError
from ehcp_flow.masking import masked

__all__ = ["DEBUG", "Closed", "exit_code_of", "read_no_more", "whole_streams"]

DEBUG: Final = "EHCP_FLOW_DEBUG"
_HERE: Final = Path(ehcp_flow.__file__).parent
_PLACES: Final = 6
_UNKNOWN: Final = re.compile("there is no (?P<kind>event|limit) called '(?P<name>[^']+)'")
_LISTED: Final = {
    "event": "; `ehcp-flow facts` lists them",
    "limit": "; `ehcp-flow rules` lists them",
    "measure": "; `ehcp-flow measures --catalogue` lists them",
}


def exit_code_of(error: BaseException, *, debug: bool = False) -> int:
    """Tell an error that ended a command (for `debug`, with its traceback), and return the exit code it leaves with."""
    match error:
        case KeyboardInterrupt() | typer.Abort():
            return ExitCode.INTERRUPTED
        case BrokenPipeError():
            read_no_more()
            return ExitCode.CLOSED_PIPE
    if debug and not hasattr(error, "format_message"):
        say_on_stderr(masked("".join(traceback.format_exception(error))).rstrip("\n"))
    match error:
        case EhcpFlowError():
            complain(_helpful(error))
            return error.exit_code
        case OSError():
            read_no_more()
            complain(f"cannot write: {error.strerror or error}")
            return ExitCode.USAGE
    if (said := getattr(error, "format_message", None)) is not None:
        return _usage(error, said())
    read_no_more()
    complain(_bug(error))
    return ExitCode.BUG


class Closed(io.TextIOBase):
    """Standard output that was closed before the program began: what is written breaks off as in a closed pipe."""

    def writable(self) -> bool:
        """Whether writing is worth a try: it is, and fails."""
        return True

    def write(self, text: str, /) -> int:
        """Raise BrokenPipeError."""
        raise BrokenPipeError

    def fileno(self) -> int:
        """Raise BrokenPipeError."""
        raise BrokenPipeError

    @property
    def buffer(self) -> Closed:
        """The same for bytes."""
        return self


def whole_streams() -> None:
    """See that there are three standard streams, and that text leaves as UTF-8 whatever the machine's locale is.

    A stream that the caller closed has its number taken up again: the next file that is opened would get it otherwise,
    and what is said would be written into that file. What is no character (half a surrogate pair) is escaped.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            with suppress(OSError):
                os.fstat(number)
                continue
            # Python takes the lowest number that is free, and that is this one.
            os.open(os.devnull, os.O_RDWR)
    sys.stdin = sys.stdin or io.TextIOWrapper(io.BytesIO())
    sys.stdout = sys.stdout or Closed()
    sys.stderr = sys.stderr or io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            # Line ends are written as they are: a calendar has its own.
            reconfigure(encoding="utf-8", errors="backslashreplace", newline="")


def read_no_more() -> None:
    """Send the rest of standard output nowhere, so that Python's last flush has nothing to complain of."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _helpful(error: EhcpFlowError) -> str:
    """Return the error's sentence; for a name that is like no other, with the command that lists the names.

    Of one that may be another rulebook's, in a file of the user's too, it is said how that is given, unless it was.
    """
    said = str(error)
    if isinstance(error, UnknownNameError):
        said += "" if error.matches else _LISTED.get(error.kind, "")
        name, kind = error.name, error.kind
    elif isinstance(error, (ConvertFileError, PlanFileError)) and (found := _UNKNOWN.match(error.why)) is not None:
        name, kind = found["name"], found["kind"]
    else:
        return said
    by_another = not hasattr(error, "__notes__") and may_be_of_another_law(name, kind)
    return f"{said} ({OF_ANOTHER_LAW[kind]})" if by_another else said


_OF_NUMBERS: Final = {
    re.compile(
        "Input should be a valid integer, unable to parse string as an integer|'[^']*' is not a valid integer( range)?"
    ): "write a whole number, in digits",
    re.compile(
        "Input should be a valid number, unable to parse string as a number|'[^']*' is not a valid float( range)?"
    ): "write a number, in digits",
}
"""What pydantic, or click under an older typer, says of a value that is no number, and how it is said here."""


def _usage(error: Any, said: str) -> int:
    """Print what typer has to say about the arguments, in one line."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return ExitCode.USAGE
    said = " ".join(said.split()).rstrip(".").replace(": Value error, ", ": ")
    for theirs, ours in _OF_NUMBERS.items():
        said = theirs.sub(ours, said)
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "ehcp-flow"
    if context is not None and said.startswith("Missing argument"):
        words = (piece.strip("{}") for piece in context.command.collect_usage_pieces(context))
        said = f"{said} of {' '.join((path, *(word for word in words if word != '[OPTIONS]')))}"
    more = f"; see {path} --help" if not said.endswith("?") else ""
    complain(f"{said}{more}", path)
    return ExitCode.USAGE


def _bug(error: BaseException) -> str:
    """Return what to report of a fault of this program: its kind and its place, and nothing that came from a file."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [
        f"{Path(frame.filename).relative_to(_HERE).as_posix()}:{frame.lineno}"
        for frame in reversed(frames)
        if Path(frame.filename).is_relative_to(_HERE)
    ]
    where = " < ".join(places[:_PLACES]) or "no place of its own"
    return (
        f"this is a fault of ehcp-flow, not of yours: {type(error).__module__}.{type(error).__qualname__} at {where} "
        f"(ehcp-flow {ehcp_flow.__version__}, Python {platform.python_version()}, {sys.platform}); "
        "please report this line, in which nothing is from your data, to the maintainers of ehcp-flow; "
        "`ehcp-flow --debug ...` prints the whole traceback, which may hold values of your data: read it before you "
        "send it"
    )
