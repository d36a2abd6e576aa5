"""The words that people type first: each is taken for the command that does it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import typer

__all__ = ["WORDS", "as_typed"]

_Args: TypeAlias = list[str]
_A_DAY: Final = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}")
"""What is meant for a day, be it one or not."""
_NO_FILE: Final = re.compile(r"[\w-]+")
"""What is called as no file, sheet or store is, but as a case may be."""


def _to(*command: str, more: Sequence[str] = ()) -> Callable[[_Args], _Args]:
    return lambda rest: [*command, *rest, *more]


def _of_a_case(*more: str) -> Callable[[_Args], _Args]:
    """Return what takes a second word for a case: `show FILE C-7` explains case C-7 of a file."""

    def explain(rest: _Args) -> _Args:
        if _is_a_case(rest):
            raise typer.BadParameter(f"{rest[0]} is no file: say in which it is, as ehcp-flow explain FILE {rest[0]}")
        named = len(rest) > 1 and not any(word.startswith("-") and word != "-" for word in rest[:2])
        return ["explain", rest[0], "--case", *rest[1:], *more] if named else ["explain", *rest, *more]

    return explain


def _is_a_case(rest: _Args) -> bool:
    """Whether a case is named, and no source."""
    alone = rest and all(word.startswith("-") for word in rest[1:2])
    return bool(alone and _NO_FILE.fullmatch(rest[0]) and not rest[0].startswith("-") and not Path(rest[0]).exists())


def _help(rest: _Args) -> _Args:
    return [*rest, "--help"]


def _due(rest: _Args) -> _Args:
    """Take a day for that of a request, an event and a day for that, any other word for what the desk is asked of."""
    if not rest or (rest[0].startswith("-") and rest[0] != "-"):
        return ["due", *rest]
    if _is_a_day(rest[0]):
        return ["due", "--received", *rest]
    if len(rest) > 1 and _is_a_day(rest[1]):
        return ["due", "--event", rest[0], "--on", *rest[1:]]
    return ["desk", *rest, "--only", "list=due"]


def _is_a_day(word: str) -> bool:
    from ehcp_flow.cli.options import stated_day

    return bool(_A_DAY.fullmatch(word)) or stated_day(word) is not None


_handover: Final = _to("registers", more=("handover",))


def _desk(rest: _Args) -> _Args:
    if "--handover" not in rest:
        return ["desk", *rest]
    return _handover([word for word in rest if word != "--handover"])


def _forecast(rest: _Args) -> _Args:
    """Take whatever is no part of the forecast for the caseload whose flow is asked about."""
    parts = ("flow", "certain", "demand", "--help")
    return ["forecast", *(() if not rest or rest[0] in parts else ("flow",)), *rest]


WORDS: Final[Mapping[str, Callable[[_Args], _Args]]] = {
    "help": _help,
    "desk": _desk,
    "today": _desk,
    "handover": _handover,
    "overdue": _to("desk", more=("--only", "list=overdue")),
    "calendar": _to("desk", more=("--format", "ics")),
    "list": _to("registers"),
    "show": _of_a_case(),
    "case": _of_a_case(),
    "find": _of_a_case(),
    "letter": _of_a_case("--letter", "family"),
    "explain": _of_a_case(),
    "due": _due,
    "forecast": _forecast,
}
"""Words that are no commands of their own, or may be followed by what one would type: what they stand for."""


def as_typed(args: Sequence[str]) -> list[str]:
    """Return the arguments of the command that is meant."""
    words = ["--help" if word == "-h" else word for word in args]
    at = next((at for at, word in enumerate(words) if not word.startswith("-")), len(words))
    if at == len(words) or words[at] not in WORDS:
        return words
    return [*words[:at], *WORDS[words[at]](words[at + 1 :])]
