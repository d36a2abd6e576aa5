"""Facts into CSV and JSON Lines, so that reading them back gives equal facts."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import IO, BinaryIO, Final

from ehcp_flow.dates import written
from ehcp_flow.errors import FactError, UnknownNameError
from ehcp_flow.facts import COLUMNS, Fact
from ehcp_flow.outputs import Kind, Output, header_of
from ehcp_flow.readers.case_reader import FactReader
from ehcp_flow.readers.event_log import is_event_log, text_writer
from ehcp_flow.readers.text_lines import LONGEST_ROW, UNFIT

__all__ = ["FACTS", "write_facts"]


def _written_here(file: BinaryIO) -> bool:
    """Whether a file begins as `write_facts` begins one, this version's or that of another with fewer columns."""
    if is_event_log(file):
        return True
    file.seek(0)
    names = header_of(file)
    if {*_ALWAYS, "fact_id", "recorded_at", "recorded_by"} <= set(names):
        known = [name for name in COLUMNS if name in names]
        return names[: len(known)] == known
    file.seek(0)
    try:
        cells = json.loads(file.readline(LONGEST_ROW))
    except ValueError:
        return False
    if not isinstance(cells, dict) or not set(_ALWAYS) <= set(cells):
        return False
    return list(cells) == [name for name in COLUMNS if name in cells]


_SURELY_FITS: Final = LONGEST_ROW // 4
"""A row of so many characters is not too long, whatever they are."""
_ALWAYS: Final = ("case_id", "event", "on")
FACTS: Final = Kind(
    "a file of facts that ehcp_flow wrote", "facts.csv", _written_here, ("csv", "jsonl", "xlsx", "ocel", "xes")
)
"""Facts as `write_facts` writes them, or as an event log."""


def write_facts(
    facts: Iterable[Fact],
    file: str | os.PathLike[str] | IO[bytes] | IO[str],
    *,
    format: str = "csv",  # noqa: A002 - the word of the command line's --format
    carried: Mapping[str, Mapping[str, str]] | None = None,
) -> int:
    """Write facts as `csv` or `jsonl`, in UTF-8, and return how many.

    `file` is a path, where an earlier file of this call is replaced and nothing else is (`OutputError`), or a stream,
    which is not closed; a text stream is one opened with `newline=""`. `carried` are further columns of each case, by
    its id and by name, which stand last. Text is written as it is:
    `docs/reading-files.md` says what that means for formulas. Raises FactError for a fact that could not be read back
    (a NUL, or a row of more than LONGEST_ROW bytes), UnknownNameError for another format.
    """
    if format not in _ROWS:
        raise UnknownNameError("format", format, _ROWS)
    if isinstance(file, (str, os.PathLike)):
        reads = [("what is read", facts.path)] if isinstance(facts, FactReader) and facts.path is not None else []
        with Output(file, FACTS, reads=reads).open() as opened:
            return write_facts(facts, opened, format=format, carried=carried)
    write, more = text_writer(file), carried or {}
    columns = (*COLUMNS, *dict.fromkeys(name for each in more.values() for name in each))
    as_row = _ROWS[format]
    if format == "csv":
        write(_csv_row(dict(zip(columns, columns, strict=True)), columns))
    count = 0
    for fact in facts:
        cells = _cells(fact)
        cells.update(more.get(fact.case_id, {}))
        row = as_row(cells, columns)
        if len(row) > _SURELY_FITS and len(row.encode()) > LONGEST_ROW:
            raise FactError(fact.event, "", f"{row[:40]}...", f"a row holds at most {LONGEST_ROW} bytes")
        write(row)
        count += 1
    return count


class _Echo:
    """A file for csv.writer that hands back what is written."""

    def write(self, text: str) -> str:
        return text


# CRLF, so that a lone carriage return within a text is quoted too.
_write_csv: Final[Callable[[list[str | None]], str]] = csv.writer(_Echo(), lineterminator="\r\n").writerow


def _csv_row(cells: dict[str, str], columns: Sequence[str]) -> str:
    return _write_csv([*map(cells.get, columns)])  # nothing is written of None


def _json_row(cells: dict[str, str], _: Sequence[str]) -> str:
    return json.dumps(cells, ensure_ascii=False) + "\n"


_ROWS: Final = {"csv": _csv_row, "jsonl": _json_row}


# By type too: a month equals its last day.
@lru_cache(maxsize=1 << 14, typed=True)
def _text(value: dt.date | dt.datetime) -> str:
    return written(value).replace("+00:00", "Z")


@cache
def _columns_of(kind: type[Fact]) -> tuple[str, ...]:
    """Return the columns that facts of an event have."""
    return tuple(name for name in COLUMNS if name in kind.model_fields)


def _cells(fact: Fact) -> dict[str, str]:
    cells, held = {}, fact.__dict__
    for name in _columns_of(type(fact)):
        value = held[name]
        if value is not None:
            cells[name] = value if value.__class__ is str else _text(value)
    told = "\n".join(cells.values())
    if not (told.isascii() and "\0" not in told) and UNFIT.search(told):
        name, text = next((name, text) for name, text in cells.items() if UNFIT.search(text))
        raise FactError(fact.event, name, text, "a file cannot hold a NUL or half a surrogate pair")
    return cells
