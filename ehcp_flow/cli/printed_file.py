"""A file in the place of standard output: what `--output` of a command that prints rows or text leads to."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

import typer

from ehcp_flow.errors import OutputError
from ehcp_flow.outputs import Kind, Output

__all__ = ["PRINTED", "printed_to"]

_WORKBOOK, _CALENDAR, _PAGE = b"PK\x03\x04", b"BEGIN:VCALENDAR", b"<!DOCTYPE html>"
_HEAD: Final = 1 << 16
_OBJECT: Final = re.compile(r"\s*(?:\[\s*)?(\{.*?)(?:,?\n|$)")
_GENERATED: Final = re.compile(r'<meta name="generator" content="ehcp_flow [a-z]+">')
"""What a page says in its head of what it is."""
_FIRST_NAME: Final = re.compile(r'\s*\{\s*"(\w+)"')
_OF_THAT_DAY: Final = re.compile(r" on .*|\d+")


def _may_be_ours(file: BinaryIO) -> bool:
    """Whether a command may have printed a file: how it begins is compared again as soon as something is printed."""
    head = file.read(len(_CALENDAR))
    file.seek(0)
    if head.startswith(_WORKBOOK):
        from ehcp_flow.reports.workbook import WORKBOOK

        return WORKBOOK.ours(file)
    if head.startswith(_CALENDAR):
        from ehcp_flow.reports.calendar_feed import CALENDAR

        return CALENDAR.ours(file)
    if head.startswith(_PAGE):
        from ehcp_flow.reports.page import generated_by

        return generated_by("(desk|list|scorecard|return)", file)
    return True


PRINTED: Final = Kind("what this command prints", "rows.csv", _may_be_ours)
"""What a command prints."""


@contextmanager
def printed_to(output: Output) -> Iterator[None]:
    """Have what is printed in the block in a file, put in place at its end; with refused rows and breaches too.

    Raises BadParameter as soon as something is printed, where the file that is there begins otherwise.
    """
    left: typer.Exit | None = None
    printed = sys.stdout
    with output.open() as file:
        sys.stdout = new = _NewFile(file, output)
        try:
            try:
                yield
            except typer.Exit as leaving:
                left = leaving
            new.settle()
        finally:
            sys.stdout = printed
            new.let_go()
    if left is not None:
        raise left


class _NewFile(io.TextIOWrapper):
    """Text into a file that replaces one which begins alike."""

    def __init__(self, file: BinaryIO, output: Output) -> None:
        super().__init__(file, encoding="utf-8", errors="backslashreplace", newline="")
        self._replaces: Output | None = output

    def write(self, text: str, /) -> int:
        """Write, if this is the beginning after a look at what is there."""
        if self._replaces is not None and text:
            self._look(text)
        return super().write(text)

    @property
    def buffer(self) -> Any:
        """The file, for what is no text: a workbook."""
        if self._replaces is not None:
            self._look(_WORKBOOK.decode())
        return super().buffer

    def _look(self, text: str) -> None:
        output, self._replaces = self._replaces, None
        if output is None or not output.target.exists():
            return
        with Path(output.target).open("rb") as file:
            there = file.read(_HEAD).decode("utf-8-sig", "replace")
        if there and not _begin_alike(there, text):
            error = OutputError(
                output.path,
                "it is there, and does not begin as what would be printed, so it is left as it is; give another name, "
                f"such as {output.kind.example}, or take it away first",
            )
            raise typer.BadParameter(str(error), param_hint="--output")

    def settle(self) -> None:
        """Have all of it in the file; nothing is what JSON Lines of no rows are."""
        if self._replaces is not None:
            self._look("")
        self.flush()

    def let_go(self) -> None:
        """Leave the file to its owner, whatever became of it."""
        with suppress(OSError, ValueError):
            self.detach()


def _begin_alike(one: str, other: str) -> bool:
    first, second = _beginning(one), _beginning(other)
    return first == second or ((not first or not second) and isinstance(first, tuple) and isinstance(second, tuple))


def _beginning(text: str) -> str | tuple[str, ...]:
    """Return how a text begins: the names in the first object of JSON, else the first line, without a day in it."""
    if text.startswith(_WORKBOOK.decode()):
        return _WORKBOOK.decode()
    if text.lstrip()[:1] in ("", "[", "{"):
        found = _OBJECT.match(text)
        try:
            return tuple(json.loads(found[1])) if found else ()
        except ValueError:
            return tuple(_FIRST_NAME.findall(text)[:1])
    if (page := _GENERATED.search(text)) is not None:
        return page[0]
    line = text.lstrip("\n").partition("\n")[0].rstrip("\r")
    return " ".join(_OF_THAT_DAY.sub("", line).split())
