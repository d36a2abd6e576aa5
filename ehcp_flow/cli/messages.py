"""What goes to standard error: complaints, warnings, refused rows, and a progress bar for long work."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from difflib import get_close_matches
from typing import Any, Final, Self

from ehcp_flow.errors import ConvertFileError, PlanFileError, RowRefused, UnknownNameError
from ehcp_flow.masking import masked
from ehcp_flow.nouns import count
from ehcp_flow.refusals import NO_SUCH_EVENT, RefusalKinds

__all__ = [
    "OF_ANOTHER_LAW",
    "SHOWN",
    "ProgressBar",
    "RefusedRows",
    "breaches_in_words",
    "complain",
    "count",
    "law_asked",
    "may_be_of_another_law",
    "note",
    "note_alike",
    "printable",
    "say_on_stderr",
    "told_once",
    "under_the_law_asked",
]

SHOWN: Final = 5
"""How many refused rows are told one by one, or kinds of them, unless all are asked for."""

PATIENCE: Final = 2.0
"""Seconds of work before a progress bar appears."""

_MISSPELT: Final = 0.8
"""How near an event that there is not is to one that there is, where it is that one misspelt."""

OF_ANOTHER_LAW: Final[Mapping[str, str]] = {
    "event": "an event of a rulebook of your own is known with --rulebook DIR",
    "limit": "a limit of a rulebook of your own is known with --rulebook DIR",
}
"""What is said of a name that another rulebook may declare, by its kind."""

_CANNOT_GO_BACK: Final = ("dumb", "unknown")
"""Terminals on which a bar cannot be drawn over, nor taken away at the end."""


def printable(text: str) -> str:
    """Return the text on one line, with everything escaped that could move a terminal's cursor or colour it."""
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in text)


_LAW: Final[ContextVar[str]] = ContextVar("_LAW", default="")
_TOLD: Final[list[set[str]]] = []
"""What was noted already, while a source is read more than once."""


@contextmanager
def told_once() -> Iterator[None]:
    """Note nothing twice in the block: what is odd about a source is said for the first of several times it is read."""
    _TOLD.append(set())
    try:
        yield
    finally:
        _TOLD.pop()


def complain(text: str, path: str = "ehcp-flow") -> None:
    """Print why nothing more will be done."""
    _print(f"{path}: error: {text}")


@contextmanager
def law_asked(**options: str | None) -> Iterator[None]:
    """Propose every command in the block with the options that say by which law this one was asked."""
    given = "".join(f" --{name} {shlex.quote(value)}" for name, value in options.items() if value is not None)
    token = _LAW.set(given)
    try:
        yield
    except (UnknownNameError, ConvertFileError, PlanFileError) as error:
        if given:
            error.add_note(f"asked with{given}")
        raise
    finally:
        _LAW.reset(token)


def may_be_of_another_law(name: str, kind: str = "event") -> bool:
    """Return whether a name that is not known may be one that another rulebook declares, and no name misspelt."""
    from ehcp_flow.facts import FACT_TYPES
    from ehcp_flow.law import england

    known: Iterable[str] = FACT_TYPES if kind == "event" else england().limits
    return kind in OF_ANOTHER_LAW and not get_close_matches(name, known, n=1, cutoff=_MISSPELT)


def under_the_law_asked(command: str) -> str:
    """Return a command that is proposed as it has to be typed here: with the rulebook and the profile of this one."""
    return command + _LAW.get()


def note(text: str) -> None:
    """Print something worth knowing."""
    if _TOLD:
        if text in _TOLD[-1]:
            return
        _TOLD[-1].add(text)
    _print(f"ehcp-flow: {text}")


def note_alike(groups: Sequence[Sequence[str]]) -> None:
    """Warn of ids that are nearly the same, the first few groups by name."""
    for group in groups[:SHOWN]:
        ids = ", ".join(ascii(case_id) for case_id in group)
        note(f"warning: these ids are nearly the same, and may be of one child: {ids}")
    if len(groups) > SHOWN:
        note(f"warning: so are {count(len(groups) - SHOWN, 'more group')} of ids")


def breaches_in_words(breaches: int, denied: int, made: int = 0) -> str:
    """Return how many breaches there are, how many of them another reading denies, and how many more one makes."""
    text = count(breaches, "breach", "breaches")
    text += f" ({denied:,} of them contested)" if denied else ""
    return text + (f", {made:,} more by another reading" if made else "")


class RefusedRows:
    """Rows that were refused, to be told: row by row where they are few or all are asked for, else kind by kind."""

    def __init__(self, *, everything: bool) -> None:
        self._everything = everything
        self._first: list[RowRefused] = []
        self._kinds = RefusalKinds()
        self._unknown = False

    def add(self, row: RowRefused) -> None:
        """Take a refused row into account."""
        self._kinds.add(row)
        if row.expected.startswith(NO_SUCH_EVENT):
            self._unknown |= may_be_of_another_law(str(row.value))
        if self._everything or self._kinds.met.refusals <= SHOWN:
            self._first.append(row)

    def tell(self) -> None:
        """Print them, or what kinds of refusals there are, the most frequent first."""
        self._tell()
        if self._unknown and not _LAW.get():
            note(OF_ANOTHER_LAW["event"])

    def _tell(self) -> None:
        if self._kinds.met.refusals == len(self._first):
            for row in self._first:
                note(f"refused: {row}")
            return
        kinds = list(self._kinds)
        for kind in kinds[:SHOWN]:
            note(f"refused: {kind}")
        others = len(kinds) - SHOWN
        more = f", {count(others, 'more kind')} among them" if others > 0 else ""
        note(f"refused: {self._kinds.met} in all{more}; see each with --all-errors")


def say_on_stderr(text: str) -> None:
    """Print a text as it is, after what is on its way to standard output, which was said first."""
    with suppress(BrokenPipeError):  # whoever stopped reading finds out when the output is flushed at the end
        sys.stdout.flush()
    with suppress(OSError):  # where nobody can be told, the exit code still tells
        print(text, file=sys.stderr)  # noqa: T201 - printing is what a command line is for


def _print(text: str) -> None:
    say_on_stderr(printable(masked(text)))


class ProgressBar:
    """A progress bar on standard error: for long work, on a terminal that can take it away again."""

    def __init__(self, what: str, *, shown: bool = True) -> None:
        self.what = what
        self._shown = shown and sys.stderr.isatty() and os.environ.get("TERM") not in _CANNOT_GO_BACK
        self._since = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __call__(self, done: int, total: int | None) -> None:
        """Say how far the work is."""
        if not self._shown:
            return
        if self._bar is None:
            if time.monotonic() - self._since < PATIENCE:
                return
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(self.what, total=total)
            self._bar.start()
        said = self.what if total is not None else f"{self.what}: {done:,}"
        self._bar.update(self._task, completed=done, total=total, description=said)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
