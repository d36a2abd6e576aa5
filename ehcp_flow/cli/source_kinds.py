"""What SOURCE is, whether it can be read, and what is said about reading it."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from ehcp_flow.cli.command import tables_asked
from ehcp_flow.cli.messages import RefusedRows, count, note
from ehcp_flow.cli.options import Axis, instant

if TYPE_CHECKING:
    from ehcp_flow.errors import RowRefused
    from ehcp_flow.store import Store
    from ehcp_flow.store.planning import Check

__all__ = [
    "LARGE",
    "NEEDS_COLUMNS",
    "by_columns",
    "did_you_mean",
    "has_columns",
    "instant_by",
    "is_parquet",
    "is_pipe",
    "needs_columns",
    "no_case",
    "only_of_stores",
    "open_store",
    "some_of",
    "tell_read",
]

LARGE: Final = 500_000
"""From how many bytes on (some thousands of rows) a file is worth loading Polars for."""
NEEDS_COLUMNS: Final = 'it needs the extra bulk: pip install "ehcp-flow[bulk]"'
_PARQUET: Final = b"PAR1"
_NAMED: Final = 10
_NEAR: Final = 3
_NEAR_ENOUGH: Final = 0.5


def some_of(told: Sequence[str]) -> str:
    """Return the first of what is told of authorities, and how many more there are."""
    more = len(told) - _NAMED
    return ", ".join(told[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def did_you_mean(given: str, met: Collection[str]) -> str:
    """Return a question after the authorities that are there and near to what was given, by number or by name.

    It is nothing where none is near.
    """
    from ehcp_flow.synth.dfe_counts import authority_names

    names = authority_names()
    by_name = {names[number].casefold(): number for number in met if number in names}
    near = get_close_matches(given, sorted(met), n=_NEAR, cutoff=_NEAR_ENOUGH)
    near += [by_name[name] for name in get_close_matches(given.casefold(), by_name, n=1, cutoff=_NEAR_ENOUGH)]
    named = [f"{number} {names[number]}" if number in names else number for number in dict.fromkeys(near)]
    return f"; did you mean {' or '.join(named)}?" if named else ""


def no_case(
    name: str, authority: str | None, met: Collection[str], known_at: dt.datetime | None, *, cases: bool
) -> str:
    """Return why no case is answered; `cases` says whether there are any, and `met` of which authorities."""
    if authority is not None and cases and authority not in met:
        if not met:
            return (
                f"{name}: no case of authority {authority}; no case names its authority (column authority, such as 885)"
            )
        there = f"there are cases of {some_of(sorted(met))}"
        return f"{name}: no case of authority {authority}; {there}{did_you_mean(authority, met)}"
    if cases and known_at is not None:
        return f"{name}: nothing had been recorded by {known_at.isoformat()}"
    return f"{name}: there is no case in it"


def by_columns(source: str) -> bool:
    """Whether the cases of SOURCE are read and answered over columns: quicker for many, and the answers are the same.

    The cases that `--case` names are answered one at a time; only a file is read over columns for them.
    """
    return has_columns() and (is_parquet(source) or _is_large(source))


def is_parquet(source: str) -> bool:
    """Whether SOURCE is in Parquet; nothing is taken out of standard input or a pipe to find out."""
    if source == "-":
        peek = getattr(sys.stdin.buffer, "peek", None)
        return peek is not None and bytes(peek(len(_PARQUET)))[: len(_PARQUET)] == _PARQUET
    try:
        if not Path(source).is_file():
            return False
        with Path(source).open("rb") as file:
            return file.read(len(_PARQUET)) == _PARQUET
    except (OSError, ValueError):
        return False


def is_pipe(source: str) -> bool:
    """Whether SOURCE can be read only once."""
    try:
        return source == "-" or Path(source).is_fifo()
    except (OSError, ValueError):
        return False


def _is_large(source: str) -> bool:
    """Whether SOURCE is worth loading Polars for."""
    if "://" in source and not source.startswith("sqlite"):
        return True  # a server is not set up for a handful of cases
    try:
        return source != "-" and Path(source.rpartition(":///")[2].partition("?")[0]).stat().st_size >= LARGE
    except (OSError, ValueError):
        return False


def has_columns() -> bool:
    """Whether the extra `bulk` is installed."""
    return find_spec("polars") is not None and find_spec("numpy") is not None


def needs_columns(source: str) -> None:
    """Raise BadParameter where Parquet cannot be read."""
    if not has_columns():
        raise typer.BadParameter(f"{source} is Parquet: {NEEDS_COLUMNS}", param_hint="SOURCE")


def only_of_stores(known_by: Axis | None) -> None:
    """Raise BadParameter for a question that only a store can answer."""
    if known_by is Axis.STORED:
        raise typer.BadParameter("only a store knows when it took a fact; a file does not", param_hint="--known-by")


def instant_by(known_at: str | None, known_by: Axis | None) -> dt.datetime | None:
    """Return the instant of --known-at. Raises BadParameter where --known-by is given without it."""
    if known_by is not None and known_at is None:
        raise typer.BadParameter("it says what --known-at goes by; give that too", param_hint="--known-by")
    return None if known_at is None else instant(known_at)


def tell_read(
    warnings: Iterable[str], refused: Sequence[RowRefused], incomplete: Iterable[str], *, all_errors: bool,
    declared: bool = False,
) -> None:  # fmt: skip
    """Tell what was met while a source was read: its warnings, the rows refused, and the cases that lack one.

    Where a convert file `declared` how days are written, what contradicts it was told by the sheet's own notes.
    """
    from ehcp_flow.readers.column_evidence import misread_columns

    for warning in warnings:
        note(f"warning: {warning}")
    told = RefusedRows(everything=all_errors)
    for row in refused:
        told.add(row)
    told.tell()
    for warning in () if declared else misread_columns(refused):
        note(f"warning: {warning}")
    lacking = sorted(case_id for case_id in incomplete if case_id)
    if lacking:
        names = ", ".join(lacking[:_NAMED]) + (", ..." if len(lacking) > _NAMED else "")
        note(
            f"warning: {count(len(lacking), 'case lacks', 'cases lack')} a refused row, so what is said of "
            f"{'it' if len(lacking) == 1 else 'them'} may be wrong: {names}"
        )


@contextmanager
def open_store(
    url: str, *, authority: str | None = None, create: bool = False, check: Check | None = None
) -> Iterator[Store]:  # fmt: skip
    """Open a store, of one authority if that is named; `create` makes its tables where there are none.

    Its tables are those that the command was asked to find it in.

    `check` is what a fact must pass to be recorded strictly: England's moves if none is given.

    Raises the store's errors, and BadParameter where the database's driver is not installed.
    """
    try:
        from ehcp_flow.store import Store

        store = Store.open(url, authority=authority, create=create, check=check, **tables_asked()._asdict())
    except ImportError as error:
        raise typer.BadParameter(f"a store at {url.partition('://')[0]}:// cannot be opened: {error}") from None
    with store:
        yield store
