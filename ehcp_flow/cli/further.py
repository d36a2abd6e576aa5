"""Columns of a file that are no facts, such as caseworker: read for grouping and choosing, and not called ignored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer

from ehcp_flow.cli.messages import note
from ehcp_flow.cli.options import option
from ehcp_flow.errors import UnknownNameError

if TYPE_CHECKING:
    from ehcp_flow.cli.query import CaseQuery

__all__ = ["Only", "check_columns", "check_value", "check_values", "extra_columns", "pairs"]

_MOST: Final = 20
"""How many values a message names."""

Only: TypeAlias = Annotated[
    list[str] | None,
    option(
        "--only COLUMN=VALUE",
        "Only what has this value in a column, such as caseworker=Ann, or none (caseworker=); given again, all of them "
        "must hold. A value that nothing has is an error, unless it is a word of a closed set, such as status=overdue.",
    ),
]


def extra_columns(query: CaseQuery) -> dict[str, dict[str, str]]:
    """Return the columns of SOURCE that no fact has, by case; of a pipe of facts or a store there are none.

    Raises BadParameter for Parquet without what reads it, SourceError for a file that cannot be opened.
    """
    if query.rows is not None:
        return query.rows.carried_values()
    source = query.source
    from ehcp_flow.cli.source_kinds import is_parquet, is_pipe, needs_columns
    from ehcp_flow.measures import read_extra

    if "://" in source or is_pipe(source):
        return {}
    if is_parquet(source):
        needs_columns(source)
        from ehcp_flow.bulk.row_sources import further_columns

        return further_columns(source)
    return read_extra(source)


def pairs(only: list[str] | None, option: str = "--only") -> dict[str, str]:
    """Return columns, as the readers write them, and values; an empty one asks for what has none.

    Raises BadParameter for a text that is no such pair.
    """
    from ehcp_flow.readers.row_tables import column_of

    found = {}
    for text in only or ():
        column, equals, value = text.partition("=")
        if not column.strip() or not equals:
            raise typer.BadParameter(f"{text!r}: write COLUMN=VALUE, such as caseworker=Ann", param_hint=option)
        found[column_of(column)] = value.strip()
    return found


def check_columns(asked: Iterable[str], extra: Mapping[str, Mapping[str, str]], *others: str) -> None:
    """Raise UnknownNameError for a column that the file has not, with those that are like it."""
    known = {*others, *(column for values in extra.values() for column in values)}
    for column in asked:
        if column not in known:
            raise UnknownNameError("column", column, sorted(known))


def check_value(
    column: str, value: str, held: Iterable[str], words: Collection[str] = (), *, option: str = "--only"
) -> None:
    """Raise BadParameter for a value that nothing has, with those that there are, the nearest first.

    An empty list would look like "nothing due". But `words` are the whole of a closed set: of one of these that nothing
    has, it is noted that nothing has it. Nothing is said where nothing is held at all, or nothing asked for.
    """
    known = sorted({one for one in held if one})
    wanted = value.casefold()
    if not wanted or any(one.casefold() == wanted for one in known):
        return
    known = known or sorted(words)
    if any(one.casefold() == wanted for one in words):
        note(f"nothing has {column}={value}")
        return
    if not known:
        return
    near = get_close_matches(value, known, n=_MOST)
    named = list(dict.fromkeys((*near, *known)))
    more = f" and {len(named) - _MOST:,} more" if len(named) > _MOST else ""
    raise typer.BadParameter(
        f"nothing has {column}={value}; there are {', '.join(named[:_MOST])}{more}", param_hint=option
    )


def check_values(wanted: Mapping[str, str], extra: Mapping[str, Mapping[str, str]]) -> None:
    """Raise BadParameter for a value that no case has in a column of the file; see `check_value`."""
    for column, value in wanted.items():
        check_value(column, value, (mine.get(column, "") for mine in extra.values()))
