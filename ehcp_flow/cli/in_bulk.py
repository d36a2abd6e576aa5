"""Answering a large source over columns, with the same output as case by case."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import typer

from ehcp_flow.cli.messages import Bar, note
from ehcp_flow.cli.options import Axis, axis_of
from ehcp_flow.cli.output import RAW, Format, sheet
from ehcp_flow.cli.sources import (
    has_columns,
    instant_by,
    is_large,
    is_parquet,
    is_pipe,
    of_another,
    only_of_stores,
    open_store,
    tell_read,
)
from ehcp_flow.errors import ExitCode

if TYPE_CHECKING:
    from ehcp_flow.answers import Answer
    from ehcp_flow.bulk import Frames, Measuring, Survey
    from ehcp_flow.calendars import Calendars
    from ehcp_flow.case import Case
    from ehcp_flow.errors import EhcpFlowError, RowRefused
    from ehcp_flow.law import Rulebook
    from ehcp_flow.measures import MeasureTable
    from ehcp_flow.measures.periods import Span
    from ehcp_flow.measures.table import Extra

__all__ = [
    "PLAIN",
    "Counted",
    "Found",
    "bulk_source",
    "deadlines_in_bulk",
    "goes_in_bulk",
    "measured_in_bulk",
]

PLAIN: Final = (Format.CSV, RAW, Format.JSON, Format.JSONL)
"""The formats in which deadlines are printed without making an object of each."""


def goes_in_bulk(source: str, *, case: Sequence[str] | None) -> bool:
    """Return whether all cases are answered over columns, which is quicker for a large source and needs the extra bulk.

    The answers are the same, to the byte. The cases that `--case` names are taken out and answered one at a time.
    """
    return not case and has_columns() and (is_parquet(source) or is_large(source))


class _Columns:
    """The cases of a source, answered over columns. It is read once for what is wrong with it, and then to answer."""

    def __init__(self, source: Any, options: dict[str, Any]) -> None:
        from ehcp_flow.bulk import Survey
        from ehcp_flow.store import Store

        self._source = source
        self._options = options
        self._survey: Survey | None = None
        self.total: int | None = None
        self.refused: Sequence[RowRefused] = ()
        if isinstance(source, Store):
            return  # whatever it holds was checked when it was taken
        with Bar("reading") as bar:
            self._survey = survey = Survey(source, **self._options, on_progress=bar).read()
        self.total, self.refused = survey.cases, survey.refused

    def warnings_but(self, used: Collection[str]) -> Sequence[str]:
        """Return what else somebody should be told, a sentence each; these columns are used, and not ignored."""
        if self._survey is None:
            return ()
        return _warnings(self._survey, self._options, used)

    @property
    def incomplete(self) -> frozenset[str]:
        """The ids of the cases of which a row was refused."""
        return frozenset(row.case_id for row in self.refused)

    def cases(self, ids: Any = ()) -> Iterator[Case]:
        """Return the cases in the order of the file, one at a time; `ids` is not for columns."""
        from ehcp_flow.answers import Answer
        from ehcp_flow.bulk import Answers

        for found in Answers(self._source, **self._options).each():
            yield found.case if isinstance(found, Answer) else found[0]

    def answers(
        self, as_of: dt.date, *, rulebook: Rulebook, calendars: Calendars
    ) -> Iterator[Answer | tuple[Case, EhcpFlowError]]:
        """Yield the answer for each case, or the case and the error for one that cannot be judged."""
        from ehcp_flow.bulk import Answers

        return Answers(self._source, as_of, rulebook=rulebook, calendars=calendars, **self._options).each()


def _warnings(
    read: Frames | Measuring | Survey, options: Mapping[str, Any], used: Collection[str] = ()
) -> Sequence[str]:
    from ehcp_flow.readers import Report

    name = options["name"]
    said = list(Report(name, unknown_columns=read.unknown_columns).warnings_but(used))
    if read.cases or read.refused or "://" in name:
        return said
    elsewhere = of_another(options["authority"], read.authorities, cases=read.rows > 0)
    if elsewhere:
        return [*said, f"{name}: {elsewhere}"]
    if read.rows and options["known_at"] is not None:
        return [*said, f"{name}: nothing had been recorded by {options['known_at'].isoformat()}"]
    return [*said, f"{name}: there is no case in it"]


@contextmanager
def bulk_source(
    source: str, known_at: dt.datetime | None, known_by: Axis | None, authority: str | None
) -> Iterator[_Columns]:
    """Open a source whose cases are answered over columns. Raises SourceError if it cannot be read at all."""
    with ExitStack() as stack:
        yield _Columns(*_opened(source, stack, known_at, known_by, authority))


def _opened(
    source: str, stack: ExitStack, known_at: dt.datetime | None, known_by: Axis | None, authority: str | None
) -> tuple[Any, dict[str, Any]]:
    """Return what is to be read, and the options of reading it; what comes through a pipe is kept, to be read again."""
    options: dict[str, Any] = {"name": source, "known_at": known_at, "axis": axis_of(known_by)}
    if "://" in source:
        store = stack.enter_context(open_store(source, authority=authority))
        return stack.enter_context(store.snapshot()), options
    only_of_stores(known_by)
    options["authority"] = authority
    if not is_pipe(source):
        return source, options
    from ehcp_flow.bulk.sources import spooled

    if source == "-":
        return spooled(sys.stdin.buffer, stack), {**options, "name": "standard input"}
    with Path(source).open("rb") as file:
        return spooled(file, stack), options


class Found:
    """What is counted on the way, for the last line on standard error."""

    def __init__(self) -> None:
        self.cases = self.deadlines = self.breaches = self.excused = self.findings = 0

    def leave(self, frames: Frames, *, fail_on_breach: bool) -> None:
        """Leave with the exit code: 3 for a breach that was to be reported so, else 1 if anything was refused."""
        if fail_on_breach and self.breaches:
            raise typer.Exit(ExitCode.BREACH)
        if frames.refused or frames.failed:
            raise typer.Exit(ExitCode.REFUSED)


def deadlines_in_bulk(  # noqa: PLR0913 - what was asked
    source: str,
    as_of: dt.date,
    form: str,
    *,
    keep: Callable[[Any], Any],
    rulebook: Rulebook,
    calendars: Calendars,
    known_at: str | None,
    known_by: Axis | None,
    authority: str | None,
    all_errors: bool,
    findings: bool = False,
) -> tuple[Frames, Found]:
    """Print the deadlines that `keep` leaves of every case's frame, chunk by chunk, and tell what went wrong.

    Of a source of several chunks, what was refused is told when all of it is read. With `findings` they are counted.
    """
    from ehcp_flow.bulk import Frames, write_csv
    from ehcp_flow.bulk.chunks import judge_chunk
    from ehcp_flow.bulk.standings import counted_chunk
    from ehcp_flow.bulk.writing import plain_rows, tally
    from ehcp_flow.deadlines import FIELDS

    then = instant_by(known_at, known_by)
    found = Found()
    with ExitStack() as stack:
        opened, options = _opened(source, stack, then, known_by, authority)
        bar = stack.enter_context(Bar("judging", shown=not sys.stdout.isatty()))
        frames = Frames(
            opened,
            as_of,
            rulebook=rulebook,
            calendars=calendars,
            on_progress=bar,
            work=counted_chunk if findings else judge_chunk,
            **options,
        )
        told = False
        out: Any = getattr(sys.stdout, "buffer", None)
        parts = iter(frames)
        first = list(islice(parts, 1))  # before the header: what cannot be read at all prints nothing
        with sheet(form, FIELDS) as rows:
            for frame in chain(first, parts):
                told = told or _tell_if_read(frames, options, all_errors=all_errors)
                shown = keep(frame)
                for what, more in zip(("deadlines", "breaches", "excused"), tally(shown), strict=True):
                    setattr(found, what, getattr(found, what) + more)
                if form in (Format.CSV, RAW) and out is not None:
                    sys.stdout.flush()
                    write_csv(shown, out, header=False, raw=form == RAW)
                    out.flush()
                else:
                    for row in plain_rows(shown):
                        rows.write(row)
        if not told:
            _tell_if_read(frames, options, all_errors=all_errors)
    for case_id, error in frames.failed:
        note(f"refused: case {case_id}: {error}")
    found.cases, found.findings = frames.cases, frames.findings
    return frames, found


class Counted(NamedTuple):
    """A table of measures, of how many cases it is, and from when to when their records go; `refused`: not of all."""

    table: MeasureTable
    cases: int
    span: Span | None
    refused: bool

    def leave(self) -> None:
        """Leave with the exit code: 1 if anything was refused."""
        if self.refused:
            raise typer.Exit(ExitCode.REFUSED)


def measured_in_bulk(  # noqa: PLR0913 - what was asked
    source: str,
    as_of: dt.date,
    *,
    year: int | tuple[int, int] | None,
    by: Sequence[str],
    extra: Extra,
    rulebook: Rulebook,
    calendars: Calendars,
    known_at: str | None,
    known_by: Axis | None,
    authority: str | None,
    all_errors: bool,
) -> Counted:
    """Return the table of measures of a source over columns, and tell what went wrong."""
    from ehcp_flow.bulk import Measuring

    then = instant_by(known_at, known_by)
    with ExitStack() as stack:
        opened, options = _opened(source, stack, then, known_by, authority)
        bar = stack.enter_context(Bar("judging"))
        measuring = Measuring(
            opened,
            as_of,
            year=year,
            by=by,
            extra=extra,
            rulebook=rulebook,
            calendars=calendars,
            on_progress=bar,
            **options,
        )
        table = measuring.table()
    incomplete = {row.case_id for row in measuring.refused}
    tell_read(_warnings(measuring, options, by), measuring.refused, incomplete, all_errors=all_errors)
    for case_id, error in measuring.failed:
        note(f"refused: case {case_id}: {error}")
    refused = bool(measuring.refused or measuring.failed)
    return Counted(table, measuring.cases, measuring.span, refused=refused)


def _tell_if_read(frames: Frames, options: Mapping[str, Any], *, all_errors: bool) -> bool:
    if frames.is_read:
        incomplete = {row.case_id for row in frames.refused}
        tell_read(_warnings(frames, options), frames.refused, incomplete, all_errors=all_errors)
    return frames.is_read
