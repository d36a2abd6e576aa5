"""Columns that are no facts: caseworker, area, need, school. The readers ignore them; here they are read for grouping.

What is known as a particular is dated by its rows, and joined by the particulars that are facts. Of any other column a
case takes the value of its row that lies last.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from io import TextIOWrapper
from typing import IO, Final

from ehcp_flow.dates import parse_day, parse_instant
from ehcp_flow.errors import DateError, FactError, SourceError, UnknownNameError
from ehcp_flow.facts import LEGAL_ORDER, WHITE, Fact, load_fact
from ehcp_flow.measures.dated_values import DatedValues, Point, spans_of
from ehcp_flow.particular_table import LONGEST_VALUE, kind_of_placement
from ehcp_flow.readers.case_reader import open_file
from ehcp_flow.readers.plain_columns import PlainColumns
from ehcp_flow.readers.row_tables import column_of, known_among, why_not_split

__all__ = ["LONGEST_VALUE", "FurtherValues", "has_values", "read_extra", "rows_of_text", "values_in"]

_SEPARATORS: Final = ",;\t"
_PARTICULAR: Final = "particular_recorded"
_NEEDED: Final = frozenset({"case_id", "event", "on", "recorded_at", "corrects"})
_day: Final = lru_cache(maxsize=8_192)(parse_day)


class FurtherValues(DatedValues):
    """The values of further columns, and in `warnings` what somebody should be told of them."""

    warnings: tuple[str, ...] = ()


def read_extra(
    source: str | os.PathLike[str], *, known_at: dt.datetime | None = None, with_facts: bool = True
) -> FurtherValues:
    """Return, by case id, the values of every column of a CSV or JSON Lines file that no fact has.

    Column names are as the readers write them (`Case Worker` is `case_worker`). A row without a case id and a value
    longer than 200 characters add nothing; what is wrong with a row, the readers say. With `known_at` only rows that
    had been recorded by then count; without `with_facts` rows that are particulars by themselves do not. Raises
    SourceError for a file that cannot be opened.
    """
    opened = open_file(source, os.fspath(source))
    try:
        with TextIOWrapper(opened, encoding="utf-8-sig", errors="replace", newline="") as file:
            return values_in(rows_of_text(file), known_at=known_at, with_facts=with_facts)
    except (OSError, ValueError, csv.Error) as error:
        raise SourceError(os.fspath(source), f"its other columns cannot be read: {why_not_split(error)}") from None


def values_in(
    rows: Iterable[Mapping[str, str]], *, known_at: dt.datetime | None = None, with_facts: bool = True
) -> FurtherValues:
    """Return the same of rows of texts by column."""
    plain = PlainColumns()
    labels: dict[str, dict[str, tuple[dt.date, int, str]]] = {}
    differ: dict[str, dict[str, None]] = {}
    told: dict[str, list[Fact]] = {}
    for row in rows:
        case_id = row.get("case_id", "").strip(WHITE)
        if not case_id or (known_at is not None and not _was_known(row, known_at)):
            continue
        event = row.get("event", "")
        known = known_among(row)
        if with_facts and (event == _PARTICULAR or row.get("corrects")):
            fact = _fact({name: row[name] for name in known})
            if fact is not None:
                told.setdefault(case_id, []).append(fact)
        mine = labels.setdefault(case_id, {})
        further = {name: text for name, text in row.items() if name not in known}
        if not further:
            continue
        at = _order(row, event)
        for name, text in plain.add({**row, "case_id": case_id}, further).items():
            before = mine.get(name)
            if before is not None and before[2] != text:
                differ.setdefault(name, {})[case_id] = None
            if before is None or (*at, text) >= before:
                mine[name] = (*at, text)
    found = FurtherValues(
        {case_id: {name: each[2] for name, each in mine.items()} for case_id, mine in labels.items()},
        spans_of(told, _points(plain)),
    )
    found.warnings = (*plain.warnings, *_several(differ))
    return found


def _several(differ: Mapping[str, Mapping[str, None]]) -> Iterator[str]:
    for name, cases in differ.items():
        first = next(iter(cases))
        many = f"case {first} has" if len(cases) == 1 else f"{len(cases):,} cases have, {first} among them,"
        yield f"{name}: {many} several values; that of the latest row holds throughout"


def _points(plain: PlainColumns) -> dict[str, dict[str, list[Point]]]:
    points: dict[str, dict[str, list[Point]]] = {}
    for name, case_id, told in plain.changes():
        if name != "placement":
            points.setdefault(name, {})[case_id] = [Point(each.on, None, each.value) for each in told]
            continue
        kinds = [Point(each.on, None, kind_of_placement(each.value)) for each in told]
        points.setdefault("placement", {})[case_id] = kinds
        points.setdefault("placement_value", {})[case_id] = [
            Point(each.on, None, "" if each.value == kind.value else each.value)
            for each, kind in zip(told, kinds, strict=True)
        ]
    return points


def _order(row: Mapping[str, str], event: str) -> tuple[dt.date, int]:
    try:
        return _day(row.get("on", "")), LEGAL_ORDER.get(event, -1)
    except DateError:
        return dt.date.min, -1


def _was_known(row: Mapping[str, str], known_at: dt.datetime) -> bool:
    try:
        return parse_instant(row.get("recorded_at", "")) <= known_at
    except DateError:
        return True


def _fact(cells: Mapping[str, str]) -> Fact | None:
    try:
        return load_fact(cells)
    except (FactError, UnknownNameError):
        return None


def has_values(values: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether further columns hold these values, whatever their case; an empty one is that of a column without any."""
    return all(values.get(column, "").casefold() == value.casefold() for column, value in wanted.items())


def rows_of_text(file: IO[str]) -> Iterator[dict[str, str]]:
    """Yield the short texts of the rows of a file, by column, where any further column can be there."""
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
    known = known_among(set(names.values()))
    if len(known) == len(set(names.values())) and "particular" not in known:
        return
    kept = [name for name, column in names.items() if column not in known or column in _NEEDED or "particular" in known]
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
