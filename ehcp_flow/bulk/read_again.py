"""Rows of a frame as the readers take them: what cannot be told apart over columns is read once more, row by row."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import polars as pl

from ehcp_flow.bulk.encoding import LINE, cells_of
from ehcp_flow.errors import RowRefused
from ehcp_flow.facts import OWN, Fact
from ehcp_flow.readers import FactReader, read_facts

__all__ = ["facts_in", "reread", "taken"]


def reread(frame: pl.DataFrame, name: str, shown: Mapping[str, str]) -> tuple[pl.DataFrame, list[RowRefused]]:
    """Return rows as the readers take them, each column as plain text, and the refusals of the others.

    `shown` says how the source writes each column's name, for the messages.
    """
    lines = frame[LINE].to_list()
    kept, refused = taken(_read_again(frame, name, shown), lambda number: int(lines[number - 1]), shown)
    schema = {column: frame.schema[LINE] if column == LINE else pl.String for column in frame.columns}
    if any(column[0] == " " for column in frame.columns):
        # What further columns say of these rows, the readers have made facts of.
        schema |= dict.fromkeys(OWN[:2], pl.String)
    return pl.DataFrame(kept, schema=schema), refused


def facts_in(frame: pl.DataFrame, name: str, shown: Mapping[str, str]) -> Iterator[tuple[int, Fact | RowRefused]]:
    """Yield the line of each row and the fact that the readers take in it, or its refusal."""
    lines = frame[LINE].to_list()
    return ((int(lines[number - 1]), entry) for number, entry in _read_again(frame, name, shown).entries())


def _read_again(frame: pl.DataFrame, name: str, shown: Mapping[str, str]) -> FactReader:
    columns = [column for column in frame.columns if column != LINE]
    rows = frame.select(pl.col(column).cast(pl.String) for column in columns).rows()
    text = "".join(
        json.dumps({shown.get(c, c): cell for c, cell in zip(columns, row, strict=True) if cell is not None}) + "\n"
        for row in rows
    )
    return read_facts(io.StringIO(text, newline="\n"), name=name)


def taken(
    reader: FactReader, line_of: Callable[[int], int], shown: Mapping[str, str] = MappingProxyType({})
) -> tuple[list[dict[str, Any]], list[RowRefused]]:
    """Return the facts that the readers take, as rows of text, and what they refuse, each with its line in the source.

    This is the one way of a row that is not plain, whatever it was found in.
    """
    kept: list[dict[str, Any]] = []
    refused: list[RowRefused] = []
    for number, entry in reader.entries():
        line = line_of(number)
        if isinstance(entry, Fact):
            kept.append({**cells_of(entry), LINE: line})
        else:
            told = shown.get(entry.column, entry.column), entry.value, entry.expected, entry.case_id
            refused.append(RowRefused(reader.report.name, line, *told))
    return kept, refused
