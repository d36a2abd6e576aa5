"""Columns of a file that are no facts, such as caseworker: read for grouping and choosing, and not called ignored."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from ehcp_flow.cli.messages import note
from ehcp_flow.cli.options import option
from ehcp_flow.cli.output import flat
from ehcp_flow.errors import UnknownNameError

if TYPE_CHECKING:
    import datetime as dt

    from ehcp_flow.cli.query import CaseQuery
    from ehcp_flow.facts import Fact
    from ehcp_flow.measures.dated_values import DatedValues
    from ehcp_flow.measures.extra import FurtherValues
    from ehcp_flow.store import Block

__all__ = [
    "Only", "cases_with", "check_columns", "check_value", "check_values", "extra_columns", "matching", "pairs", "plain",
    "said", "stored_values", "values_on_day",
]  # fmt: skip

_PARTICULAR: Final = '{"event":"particular_recorded"'
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


def extra_columns(query: CaseQuery, *, on: dt.date | None = None) -> DatedValues:
    """Return what SOURCE says of cases beside what the law looks at: particulars, and columns that no fact has.

    Of a pipe of facts there is nothing. Where only one day is asked about, it is enough to say what holds `on` it.

    Raises BadParameter for Parquet without what reads it, SourceError for a file that cannot be opened.
    """
    from ehcp_flow.cli.options import axis_of
    from ehcp_flow.cli.source_kinds import by_columns, instant_by, is_parquet, is_pipe, needs_columns, open_store
    from ehcp_flow.measures import read_extra
    from ehcp_flow.measures.dated_values import DatedValues
    from ehcp_flow.measures.extra import values_in

    source, known_at = query.source, instant_by(query.known_at, query.known_by)
    if query.rows is not None:
        found = values_in(query.rows.cells(), known_at=known_at)
    elif by_columns(source) and not is_pipe(source):
        found = _over_columns(query, known_at, on)
    elif "://" in source:
        with open_store(source, authority=query.authority) as store:
            return stored_values(store.blocks(known_at=known_at, axis=axis_of(query.known_by)))
    elif is_pipe(source):
        return DatedValues({})
    elif is_parquet(source):
        needs_columns(source)  # which says what is wanted
        return DatedValues({})
    else:
        found = read_extra(source, known_at=known_at)
    for said in found.warnings:
        note(f"warning: {said}")
    return found


def values_on_day(query: CaseQuery) -> Mapping[str, Mapping[str, str]]:
    """Return what SOURCE says of its cases on the day asked about, by case and column; see `extra_columns`."""
    return extra_columns(query, on=query.on).on(query.on)


def _over_columns(query: CaseQuery, known_at: dt.datetime | None, on: dt.date | None) -> FurtherValues:
    """Return the same over columns: what holds from one pass, and labels by themselves, where there are any."""
    from ehcp_flow.bulk.label_columns import labels_of
    from ehcp_flow.bulk.source_values import source_values
    from ehcp_flow.cli.options import axis_of
    from ehcp_flow.measures.extra import FurtherValues

    source = query.source
    read = source_values(query.kept_rows, on=on, known_at=known_at, axis=axis_of(query.known_by), name=source)
    if "://" in source or not read.has_labels:
        return FurtherValues(read.held, read.spans)
    labels = labels_of(query.kept_rows, source, known_at=known_at)
    held = {case_id: {**values, **read.held.get(case_id, {})} for case_id, values in labels.labels.items()}
    found = FurtherValues(held, read.spans)
    found.warnings = labels.warnings
    return found


def stored_values(blocks: Iterable[Block]) -> DatedValues:
    """Return what the particulars of a store say, by case and day."""
    from ehcp_flow.facts import as_stored
    from ehcp_flow.measures.dated_values import DatedValues, spans_of

    told: dict[str, list[Fact]] = {}
    for block in blocks:
        for at, body in enumerate(block.body):
            if body.startswith(_PARTICULAR) or '"corrects":' in body:
                said = {"case_id": block.case_id[at], "recorded_at": block.recorded_at[at]}
                told.setdefault(block.case_id[at], []).append(
                    as_stored({**json.loads(body), **_reason(block, at), **said})
                )
    return DatedValues({}, spans_of(told))


def _reason(block: Block, at: int) -> dict[str, str]:
    reason = block.reason[at]
    return {} if reason is None else {"reason": reason}


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


def cases_with(query: CaseQuery, wanted: Mapping[str, str]) -> Callable[[str], bool] | None:
    """Return whether a case has these values on the day asked about, by its id; None where nothing is asked for.

    Raises UnknownNameError for a column that no case has, and BadParameter for such a value.
    """
    if not wanted:
        return None
    from ehcp_flow.measures import has_values

    held = values_on_day(query)
    check_columns(wanted, held)
    check_values(wanted, held)
    return lambda case_id: has_values(held.get(case_id, {}), wanted)


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


def matching(
    rows: Sequence[Mapping[str, Any]], wanted: Mapping[str, str], words: Mapping[str, Sequence[str]]
) -> Sequence[Mapping[str, Any]]:
    """Return the rows with these values in their own columns: as they are written, or as a table for people says them.

    Raises BadParameter for a value that none of them has, unless it is one of the `words` that the column can hold.
    """
    for column, value in wanted.items():
        check_value(column, value, (text for row in rows for text in _ways(row[column])), words.get(column, ()))
    return [
        row
        for row in rows
        if all(value.casefold() in map(str.casefold, _ways(row[column])) for column, value in wanted.items())
    ]


def _ways(value: Any) -> tuple[str, ...]:
    return (flat(plain(value)), said(value))


def plain(value: Any) -> Any:
    """Return a value as JSON has it: a date as ISO text, a tuple as a list."""
    return value.isoformat() if hasattr(value, "isoformat") else list(value) if isinstance(value, tuple) else value


def said(value: Any) -> str:
    """Return a value as a table for people says it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return flat(plain(value))
