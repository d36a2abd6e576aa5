"""Rows to standard output as CSV, JSON or JSON Lines, each written as soon as it is known."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from io import BytesIO
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import typer

from ehcp_flow.formulas import disarmed

if TYPE_CHECKING:
    from ehcp_flow.deadlines import Deadline

__all__ = [
    "RAW",
    "DeskFormat",
    "FeedFormat",
    "Format",
    "Sheet",
    "chosen",
    "flat",
    "is_flat",
    "print_outcome",
    "print_rows",
    "print_workbook",
    "sheet",
]


class Format(StrEnum):
    """How a table can be printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    XLSX = "xlsx"


class FeedFormat(StrEnum):
    """How deadlines can be printed: as a table, or those to work on as a calendar."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    XLSX = "xlsx"
    ICS = "ics"


RAW: Final = "raw csv"
"""CSV for machines: text as it is, where CSV for people disarms what a spreadsheet would take for a formula."""


def chosen(name: str | None, *, raw: bool = False) -> str:
    """Return the format that was asked for: without one, a table on a terminal, and CSV into a file or a pipe.

    With `raw`, RAW for CSV.
    """
    form = name or (Format.TABLE if sys.stdout.isatty() else Format.CSV).value
    return RAW if raw and form == Format.CSV else form


class DeskFormat(StrEnum):
    """How the desk can be printed: as whatever deadlines can, or as a page."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    XLSX = "xlsx"
    ICS = "ics"
    HTML = "html"


class CardFormat(StrEnum):
    """How a scorecard can be printed: as a table, or as a page."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    XLSX = "xlsx"
    HTML = "html"


class Sheet(ABC):
    """Something that rows can be written to, and that ends well if nothing went wrong."""

    @abstractmethod
    def write(self, row: Mapping[str, Any]) -> None:
        """Write one row."""

    def close(self) -> None:  # noqa: B027 - most have nothing to say at the end
        """Write what comes after the last row."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None:
            self.close()


class _Csv(Sheet):
    """The columns, then a row for each; lists joined with `; `, truth as true and false, nothing as nothing."""

    def __init__(self, columns: Sequence[str], *, raw: bool) -> None:
        self._writer = csv.writer(sys.stdout, lineterminator="\n")
        self._columns = tuple(columns)
        self._text = str if raw else disarmed
        self._writer.writerow(map(self._text, self._columns))

    def write(self, row: Mapping[str, Any]) -> None:
        """Write one row."""
        self._writer.writerow([flat(row.get(name), self._text) for name in self._columns])


class _JsonLines(Sheet):
    """One object a line."""

    def write(self, row: Mapping[str, Any]) -> None:
        """Write one row."""
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


class _Json(Sheet):
    """One array, an object a line in it, so that a long one can be read while it is written."""

    def __init__(self) -> None:
        self._before = "[\n"

    def write(self, row: Mapping[str, Any]) -> None:
        """Write one row."""
        sys.stdout.write(self._before + json.dumps(row, ensure_ascii=False))
        self._before = ",\n"

    def close(self) -> None:
        """Close the array."""
        sys.stdout.write("[]\n" if self._before == "[\n" else "\n]\n")


class _Workbook(Sheet):
    """One sheet of a workbook, written when all its rows are known; a cell that looks like a formula stays a text."""

    def __init__(self, columns: Sequence[str]) -> None:
        _refuse_terminal()
        self._columns = tuple(columns)
        self._rows: list[dict[str, Any]] = []

    def write(self, row: Mapping[str, Any]) -> None:
        """Keep one row."""
        self._rows.append({name: self._cell(name, row.get(name)) for name in self._columns})

    def _cell(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and (name == "on" or name.endswith("_on")):
            with suppress(ValueError):
                return dt.date.fromisoformat(value)
        return flat(value) if isinstance(value, list | tuple) else value

    def close(self) -> None:
        """Write the workbook."""
        from ehcp_flow import dates

        print_workbook({"ehcp-flow": self._rows or [dict.fromkeys(self._columns)]}, dates.today())


def _refuse_terminal() -> None:
    """Raise BadParameter where a workbook would go to a terminal."""
    if sys.stdout.isatty():
        raise typer.BadParameter("a workbook is no text: send it to a file, > rows.xlsx", param_hint="--format")


def print_workbook(sheets: Mapping[str, Sequence[Mapping[str, Any]]], as_of: dt.date) -> None:
    """Print a workbook of sheets, which goes into a file or a pipe."""
    from ehcp_flow.reports.workbook import write_sheets

    _refuse_terminal()
    book = BytesIO()
    write_sheets(sheets, book, as_of=as_of)
    sys.stdout.flush()
    sys.stdout.buffer.write(book.getvalue())


def is_flat(form: str) -> bool:
    """Whether the format holds rows of plain cells, and nothing within them."""
    return form in (Format.CSV, RAW, Format.XLSX)


def sheet(form: str, columns: Sequence[str]) -> Sheet:
    """Return what writes rows in `form`; in CSV and xlsx only these columns, in JSON whatever the row holds."""
    if form in (Format.CSV, RAW):
        return _Csv(columns, raw=form == RAW)
    if form == Format.XLSX:
        return _Workbook(columns)
    return _Json() if form == Format.JSON else _JsonLines()


def print_rows(deadlines: Iterable[Deadline], form: str, *, explain: bool = False) -> None:
    """Print deadlines in csv, json or jsonl, each as soon as it is known, with the public names of their fields.

    With `explain` the steps of the explanation are there too: as objects in JSON, as one text in CSV.
    """
    from ehcp_flow.deadlines import FIELDS

    with sheet(form, (*FIELDS, "explanation") if explain else FIELDS) as rows:
        for deadline in deadlines:
            row = deadline.as_dict(explanation=explain)
            if explain and is_flat(form):
                row["explanation"] = " ".join(step["text"] for step in row["explanation"])
            rows.write(row)


def print_outcome(row: Mapping[str, Any], sentence: str, form: str | None) -> None:
    """Print what became of a command: as a sentence, or as one row where a format other than table is asked for."""
    if form in (None, Format.TABLE):
        sys.stdout.write(f"{sentence}\n")
        return
    with sheet(form or Format.CSV, tuple(row)) as rows:
        rows.write(row)


def flat(value: Any, text: Callable[[str], str] = str) -> str:
    """Return a value as one cell; `text` makes a cell of what is neither nothing, truth, number nor date."""
    if type(value) is str:
        return text(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "; ".join([text(item) if type(item) is str else flat(item, text) for item in value])
    return str(value) if isinstance(value, int | float | dt.date) else text(str(value))
