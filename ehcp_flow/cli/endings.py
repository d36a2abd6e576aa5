"""What the end of a file's name says of its form, and where that contradicts what is to be written."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

import typer

__all__ = ["form_by_name", "refuse_other_ending"]

_TABLE: Final = "table"
_ENDINGS: Final = ("csv", "json", "jsonl", "xlsx", "xls", "ics", "html", "xml", "xes", "jsonocel")
"""The ends of names that say in which form a file is."""
_FORMS: Final = {"jsonocel": "ocel"}
"""The form that an ending says, where it is not the form's own name."""
_ALSO: Final = {("json", "ocel")}
"""Endings that a form may have too, and that say another where nothing else is said."""


def form_by_name(output: str | None, forms: Collection[str], asked: str | None) -> str | None:
    """Return the form that was asked for, by `asked` or by the end of a file's name; None where none was.

    `forms` are those that the command writes. Raises BadParameter where the name says another.
    """
    ending = _ending(output)
    if not ending or ending == asked or (ending, asked) in _ALSO:
        return asked or None
    if asked is not None:
        why = f"{output} ends as {ending}, and --format says {asked}; give them alike, or leave --format out"
        raise typer.BadParameter(why, param_hint="--output / --format")
    if ending not in forms:
        refuse_other_ending(output, [form for form in forms if form != _TABLE], "--output")
        why = f"{output} ends as {ending}; say --format too"
        raise typer.BadParameter(why, param_hint="--output")
    return ending


def refuse_other_ending(output: str | None, forms: Collection[str], hint: str) -> None:
    """Raise BadParameter where a file's name says that it is of another form than any of `forms`."""
    ending = _ending(output)
    if ending and ending not in forms and not any((ending, form) in _ALSO for form in forms):
        told = " or ".join(forms)
        raise typer.BadParameter(
            f"{output} ends as {ending}, and what is written is {told}; end it so", param_hint=hint
        )


def _ending(output: str | None) -> str:
    """Return the end of a name that says in which form the file is, nothing where it says nothing."""
    ending = Path(output or "").suffix.removeprefix(".").lower()
    return _FORMS.get(ending, ending) if ending in _ENDINGS else ""
