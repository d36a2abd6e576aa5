"""Facts and cases out of CSV and JSON Lines.

A file is read as a stream: one row in memory at a time, however long the file. A row that cannot be right is refused
with its file, line, column and value, and the others still count; a file that cannot be read at all is a SourceError.
Nothing is guessed: no value is repaired, and a row is either a fact or refused. `docs/reading-files.md` says what a
file may look like.
"""

from __future__ import annotations

import io
import os
import re
import stat
import warnings
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

from pydantic import ValidationError

from ehcp_flow.case import Case, group_cases
from ehcp_flow.dates import parse_date, parse_day
from ehcp_flow.errors import DateError, FactError, RowRefused, SourceError, SourceMissing, UnknownNameError
from ehcp_flow.fact_names import FactNames, told_otherwise
from ehcp_flow.facts import COLUMNS, DATES, FACT_TYPES, SHARED, WHITE, Fact, in_known_words, load_fact
from ehcp_flow.inputs import why_unreadable
from ehcp_flow.nouns import count
from ehcp_flow.readers.alike_rows import alike_rows
from ehcp_flow.readers.column_evidence import misread_columns
from ehcp_flow.readers.declarations import declared_case, recorded_events
from ehcp_flow.readers.plain_columns import PlainColumns
from ehcp_flow.readers.row_tables import column_of, table_of
from ehcp_flow.readers.text_lines import Readable, printable
from ehcp_flow.refusals import NO_SUCH_EVENT

__all__ = [
    "Caseload", "FactReader", "Report", "fact_of_row", "open_file", "read_case", "read_cases", "read_facts",
    "read_text",
]  # fmt: skip

Source: TypeAlias = str | os.PathLike[str] | Readable
Progress: TypeAlias = Callable[[int, int | None], object]
Entry: TypeAlias = tuple[int, Fact | RowRefused]

_ROWS_PER_PROGRESS: Final = 2_000
_SERIAL: Final = re.compile(r"[0-9]{5}(\.[0-9]+)?")
_WITH_TIME: Final = re.compile(r"[0-9/-]{8,10}[ T][0-9:.]+Z?")
_DECIMAL: Final = re.compile(r"([0-9]{3})\.0+")
_day: Final = lru_cache(maxsize=8_192)(parse_date)
_on: Final = lru_cache(maxsize=8_192)(parse_day)


@dataclass
class Report:
    """What happened while a source was read; while it is being read, what has happened so far.

    `rows` counts every row that is not blank, `refused` holds those that were not taken, in order, and
    `unknown_columns` the columns that were ignored, as the file writes them.
    """

    name: str
    rows: int = 0
    refused: list[RowRefused] = field(default_factory=list)
    unknown_columns: tuple[str, ...] = ()
    further: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return a sentence for the columns that were ignored, and one for each that holds what is no particular."""
        return (*self.warnings_but(()), *(f"{self.name}: {said}" for said in self.further))

    def warnings_but(self, used: Collection[str]) -> tuple[str, ...]:
        """Return the warnings where these columns, as the readers write them, are used for something else."""
        ignored = [name for name in self.unknown_columns if column_of(name) not in used]
        if not ignored:
            return ()
        near = ((name, get_close_matches(column_of(name), COLUMNS, n=1)) for name in ignored)
        said = ", ".join(f"{name} (did you mean {match[0]}?)" if match else name for name, match in near)
        return (f"{self.name}: ignored unknown columns: {said}",)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Return what the refused rows say of a column whose other rows were taken: it may have been misread."""
        return tuple(f"{self.name}: {said}" for said in misread_columns(self.refused))


class _Reported:
    """The report's values, on the thing that was read."""

    report: Report

    @property
    def rows(self) -> int:
        """Return how many rows were read, refused ones among them."""
        return self.report.rows

    @property
    def refused(self) -> list[RowRefused]:
        """Return the rows that were not taken, in the order of the file."""
        return self.report.refused

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """Return the columns that were ignored, as the file writes them."""
        return self.report.unknown_columns

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what somebody should be told, a sentence each."""
        return (*self.report.warnings, *self.report.doubts)

    def raise_if_refused(self) -> None:
        """Raise the first RowRefused, if a row was refused."""
        if self.refused:
            raise self.refused[0]


class FactReader(_Reported):
    """The facts of a source, read as they are asked for.

    Iterating opens the source, yields facts only, and fills `rows`, `refused` and `unknown_columns` as it goes. A path
    can be iterated again and is read afresh; a stream is read once and never closed. `shown` says how the row at hand
    writes each column's name. Raises SourceError, on iterating,
    for a source that cannot be read at all.
    """

    def __init__(self, source: Source, *, name: str | None = None, on_progress: Progress | None = None) -> None:
        self._source = source
        self._on_progress = on_progress
        self._spent = False
        self.shown: Mapping[str, str] = {}
        self.report = Report(printable(name if name is not None else _name_of(source)))

    @property
    def path(self) -> str | os.PathLike[str] | None:
        """The path of the file that is read, None for a stream."""
        return self._source if isinstance(self._source, (str, os.PathLike)) else None

    def __iter__(self) -> Iterator[Fact]:
        for _, entry in self.entries():
            if isinstance(entry, Fact):
                yield entry

    def entries(self) -> Generator[Entry, None, None]:
        """Yield each row's line (of its first character; the file's first line is 1) and its Fact or RowRefused."""
        if self._spent:
            raise SourceError(self.report.name, "this stream has been read already; open it again")
        self.report = report = Report(self.report.name)
        with self._opened() as file:
            total, progress = _size_of(file), self._on_progress
            table = table_of(file, report.name)
            report.unknown_columns = table.unknown_columns
            plain = PlainColumns()
            for line, row in table:
                self.shown = table.shown
                further = _further(row) if table.dated and isinstance(row, dict) else {}
                entry = row if isinstance(row, RowRefused) else fact_of_row(line, row, table)
                report.rows += 1
                if further and isinstance(row, dict) and isinstance(entry, Fact):
                    plain.add(row, further, line)
                if isinstance(entry, RowRefused):
                    report.refused.append(entry)
                report.unknown_columns = table.unknown_columns
                if progress and report.rows % _ROWS_PER_PROGRESS == 0:
                    progress(table.bytes_read, total)
                yield line, entry
            yield from plain.facts()
            report.further = tuple(plain.warnings)
            if progress:
                progress(table.bytes_read, total)

    def _opened(self) -> AbstractContextManager[Readable]:
        """Open a path; hand out a stream as it is, once."""
        if not isinstance(self._source, (str, os.PathLike)):
            self._spent = True
            return nullcontext(self._source)
        return open_file(self._source, self.report.name)


def open_file(path: str | os.PathLike[str], name: str) -> io.BufferedReader:
    """Return a file opened for reading. Raises SourceMissing, or SourceError for what is no file, which say why."""
    try:
        return Path(path).open("rb")
    except (OSError, ValueError) as error:
        missing, why = why_unreadable(error)
        raise (SourceMissing if missing else SourceError)(name, why) from None


class Caseload(_Reported, Mapping[str, Case]):
    """The cases of a source by their id, in the order of their ids, and the report on the reading.

    A case of which a row was refused is here with its other rows, and its id is in `incomplete`.
    """

    def __init__(self, cases: Mapping[str, Case], report: Report) -> None:
        self._cases = cases
        self.report = report

    def __getitem__(self, case_id: str) -> Case:
        return self._cases[case_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cases)

    def __len__(self) -> int:
        return len(self._cases)

    def __repr__(self) -> str:
        return (
            f"<Caseload of {self.report.name}: {count(len(self), 'case')}, {count(len(self.refused), 'row')} refused>"
        )

    @property
    def incomplete(self) -> frozenset[str]:
        """Return the ids of the cases of which a row was refused; "" among them if a refused row names no case."""
        return frozenset(row.case_id for row in self.refused)


def read_facts(source: Source, *, name: str | None = None, on_progress: Progress | None = None) -> FactReader:
    """Return the facts of a CSV or JSON Lines source, to be iterated: a path, or a binary or text stream.

    `name` is what messages call the source. `on_progress(bytes_read, total)` is called every 2,000 rows and at the
    end; `total` is None where nobody knows it, and a text stream counts characters. Nothing is opened before iterating.
    """
    return FactReader(source, name=name, on_progress=on_progress)


def read_cases(
    source: Source,
    *,
    name: str | None = None,
    on_progress: Progress | None = None,
    records: Sequence[str] = (),
    unrecorded: Sequence[str] = (),
) -> Caseload:
    """Return the cases of a source, as `read_facts` reads it.

    `records` are the events that the source records at all, `unrecorded` those that it does not, where that is not
    everything: a limit that only others could discharge is `unrecorded`, and not undone. Raises SourceError if it
    cannot be read at all, UnknownNameError for what is no event, ValueError where both are given.
    """
    events = recorded_events(records, unrecorded)
    reader = read_facts(source, name=name, on_progress=on_progress)
    names = FactNames(reader.report.name, lambda: reader.shown)
    read = list(reader.entries())
    told = names.kept(read, told_otherwise(read))
    cases: Mapping[str, Case] = dict(sorted(group_cases(fact for _, fact in told if isinstance(fact, Fact)).items()))
    if events:
        cases = {case_id: declared_case(case, events) for case_id, case in cases.items()}
    names.tell(reader.refused)
    return Caseload(cases, reader.report)


def read_case(source: Source, case_id: str, *, name: str | None = None, on_progress: Progress | None = None) -> Case:
    """Return one case, whole.

    Raises UnknownNameError, with ids that are close, if the source has no such case; RowRefused if one of its rows was
    refused, or one that does not say whose it is, and so may be; SourceError if the source cannot be read at all.
    Refused rows of other cases do not matter, but what they say of their column is a warning: those of this case may
    have been misread too.
    """
    wanted = case_id.strip(WHITE)
    reader = read_facts(source, name=name, on_progress=on_progress)
    facts: list[Fact] = []
    seen: dict[str, None] = {}
    names = FactNames(reader.report.name, lambda: reader.shown)
    read = list(reader.entries())
    for _, entry in read:
        seen[entry.case_id] = None
    for _, entry in names.kept(read, told_otherwise(read)):
        if isinstance(entry, Fact) and entry.case_id == wanted:
            facts.append(entry)
    if not wanted or wanted not in seen:
        raise UnknownNameError("case", case_id, filter(None, seen))
    names.tell(reader.refused)
    for row in reader.refused:
        if row.case_id in (wanted, ""):
            raise row
    for said in reader.report.doubts:
        warnings.warn(said, stacklevel=2)
    return Case(wanted, tuple(facts))


def read_text(text: str, *, name: str = "text") -> Caseload:
    """Return the cases that a text in CSV or JSON Lines tells, as `read_cases` does for a file."""
    return read_cases(io.StringIO(text), name=name)


def _further(row: dict[str, str]) -> dict[str, str]:
    """Take out of a row what stands under no column of a fact, by the name of its column."""
    return {name[1:]: row.pop(name) for name in [name for name in row if name[0] == " "]}


class RowTable(Protocol):
    """What a row's refusal says of its table: what it is called, and how it writes each column of a fact."""

    @property
    def name(self) -> str:
        """Return what the table is called."""

    @property
    def shown(self) -> Mapping[str, str]:
        """Return how it writes each column."""


def fact_of_row(line: int, row: dict[str, str], table: RowTable) -> Fact | RowRefused:
    """Return the fact that a row's cells state, or its refusal."""
    alike, written = alike_rows(), row
    known = alike.fact_of(row, _on)
    if known is not None:
        return known
    row = dict(in_known_words(row))
    if not SHARED.keys().isdisjoint(row):
        row = {name: text for name, text in row.items() if row.get("event") in SHARED.get(name, FACT_TYPES)}
    cls = FACT_TYPES.get(row.get("event", ""))
    if cls is not None:
        fields: dict[str, Any] = row.copy()
        try:
            for column in DATES:
                if column in row:
                    fields[column] = (_on if column == "on" else _day)(row[column])
            fact = cls.model_validate(fields)
        except (DateError, ValidationError):
            pass  # load_fact fails in the same way, and says what would be right
        else:
            alike.learn(written, fact)
            return fact
    try:
        return load_fact(row)
    except UnknownNameError as error:
        column, text = "event", error.name
        near = f"did you mean {' or '.join(error.matches)}?" if error.matches else "`ehcp-flow facts` lists them"
        expected = f"{NO_SUCH_EVENT}; {near}"
    except FactError as error:
        column, text = error.field, written.get(error.field, "")
        expected = _remedy(error, text)
    return RowRefused(table.name, line, table.shown.get(column, column), text, expected, row.get("case_id", ""))


def _remedy(error: FactError, text: str) -> str:
    """Return what would be right: for what spreadsheets do to values, in words of its own."""
    if error.field == "event":
        return "say what happened, such as request_received"
    if error.field == "authority" and (decimal := _DECIMAL.fullmatch(text)):
        return f"a spreadsheet made a decimal of it; write {decimal[1]}"
    if error.field in DATES and _SERIAL.fullmatch(text):
        return "this is how a spreadsheet stores a day; format the column as a date: 2026-03-02 or 02/03/2026"
    if error.field in DATES and _WITH_TIME.fullmatch(text):
        return "leave out the time of day: write 2026-03-02 or 02/03/2026"
    return error.expected.removeprefix(f"{text!r} is ")


def _name_of(source: Source) -> str:
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else "<stream>"


def _size_of(file: Any) -> int | None:
    """Return how many bytes a regular file has, or None for a text stream and anything else."""
    try:
        status = os.fstat(file.fileno())
    except (OSError, ValueError, AttributeError):
        return None
    if isinstance(file, io.TextIOBase):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
