"""The command line: `ehcp-flow`. It reads, asks the library, and prints; it decides nothing about the law.

`app.py` lists the commands, and each has a module of its own, imported when it is called. A command says its options in
the order of its help (`command.py`): its own, and those of the objects that it takes, which day, which law, which cases
(`query.py`) and how to print (`print_options.py`). SOURCE is opened by `source_door.py` alone, what is said on standard
error goes through `messages.py`, and every error ends in `boundary.py`. `docs/command-line.md` is the manual.

A command is added as a module with a `CliCommand` and a line in `app.py`. Nothing here counts or judges: what a command
needs to know of the law, it asks the library.
"""

from __future__ import annotations

import gc
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command that the arguments name, and leave with its exit code."""
    # A caseload is many objects and next to no garbage: looking for it at Python's pace takes a quarter of all time.
    gc.set_threshold(50_000, 20, 100)
    try:
        from ehcp_flow.cli.app import command

        command()(prog_name="ehcp-flow")
    except KeyboardInterrupt:
        sys.exit(130)
