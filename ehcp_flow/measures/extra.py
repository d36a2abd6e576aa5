"""Columns that are no facts: caseworker, area, need, school. The readers ignore them; here they are read for grouping.

A case takes, for each column, the last value that its rows give: who holds it now.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from typing import IO, Final

from ehcp_flow.errors import SourceError
from ehcp_flow.facts import COLUMNS, WHITE
from ehcp_flow.readers.case_reader import open_file
from ehcp_flow.readers.row_tables import column_of, why_not_split

__all__ = ["LONGEST_VALUE", "has_values", "read_extra"]

LONGEST_VALUE: Final = 200
"""The most characters of a value: a longer one is free text, and nothing to group by."""
_SEPARATORS: Final = ",;\t"


def read_extra(source: str | os.PathLike[str]) -> dict[str, dict[str, str]]:
    """Return, by case id, the values of every column of a CSV or JSON Lines file that no fact has.

    Column names are as the readers write them (`Case Worker` is `case_worker`). A row without a case id and a value
    longer than 200 characters add nothing; what is wrong with a row, the readers say. Raises SourceError for a file
    that cannot be opened.
    """
    found: dict[str, dict[str, str]] = {}
    opened = open_file(source, os.fspath(source))
    try:
        with TextIOWrapper(opened, encoding="utf-8-sig", errors="replace", newline="") as file:
            for row in _rows(file):
                case_id = row.get("case_id", "").strip(WHITE)
                if case_id:
                    values = found.setdefault(case_id, {})
                    values.update((name, text) for name, text in row.items() if name not in COLUMNS)
    except (OSError, ValueError, csv.Error) as error:
        raise SourceError(os.fspath(source), f"its other columns cannot be read: {why_not_split(error)}") from None
    return found


def has_values(values: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether further columns hold these values, whatever their case; an empty one is that of a column without any."""
    return all(values.get(column, "").casefold() == value.casefold() for column, value in wanted.items())


def _rows(file: IO[str]) -> Iterator[dict[str, str]]:
    first = file.readline()
    file.seek(0)
    if first.lstrip("\ufeff" + WHITE).startswith("{"):
        for line in file:
            try:
                loaded = json.loads(line.lstrip("\ufeff"))
            except (ValueError, RecursionError):
                continue
            if isinstance(loaded, dict):
                yield _tidy({str(name): value for name, value in loaded.items()})
        return
    separator = max(_SEPARATORS, key=first.count)
    rows = csv.DictReader(file, delimiter=separator, skipinitialspace=True)
    names = {name: column_of(name) for name in rows.fieldnames or ()}
    kept = [name for name, column in names.items() if column == "case_id" or column not in COLUMNS]
    if len(kept) < 2:  # noqa: PLR2004 - nothing besides the case
        return
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            continue
        yield _tidy({name: row[name] for name in kept})


def _tidy(row: Mapping[str | None, object]) -> dict[str, str]:
    """Return the cells that hold a short text, by column."""
    tidy = {}
    for name, value in row.items():
        if isinstance(name, str) and isinstance(value, str | int | float) and not isinstance(value, bool):
            text = str(value).strip(WHITE)
            if text and len(text) <= LONGEST_VALUE:
                tidy[column_of(name)] = text
    return tidy
