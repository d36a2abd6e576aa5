"""The cases of a source over columns: the way for many, with the same output as one at a time."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ehcp_flow.cli.messages import ProgressBar
from ehcp_flow.cli.opened_source import CannotJudge, CheckTally, OpenedSource, RecordsMet, ShownDeadlines, SourceFigures
from ehcp_flow.cli.options import axis_of
from ehcp_flow.cli.output import RAW, Format, sheet
from ehcp_flow.cli.source_kinds import is_pipe, no_case
from ehcp_flow.errors import EhcpFlowError

if TYPE_CHECKING:
    import datetime as dt

    from ehcp_flow.answers import Answer
    from ehcp_flow.bulk.source_pass import Pass
    from ehcp_flow.bulk.told_cases import ToldCase
    from ehcp_flow.case import Case
    from ehcp_flow.cli.query import CaseQuery
    from ehcp_flow.measures import MeasureTable
    from ehcp_flow.measures.periods import Period, Span
    from ehcp_flow.states import StateWithMoves

__all__ = ["SourceOverColumns", "kept_file"]

T = TypeVar("T")


def kept_file(source: str, stack: ExitStack) -> tuple[Any, str]:
    """Return a file that can be read again, and what it is called: what comes through a pipe is kept in one."""
    if not is_pipe(source):
        return source, source
    from ehcp_flow.inputs import spooled

    if source == "-":
        return spooled(sys.stdin.buffer, stack), "standard input"
    with Path(source).open("rb") as file:
        return spooled(file, stack), source


class SourceOverColumns(OpenedSource):
    """Cases that are answered chunk by chunk. What is wrong with the source is told as soon as all of it is read."""

    def __init__(
        self, query: CaseQuery, source: Any, name: str, known_at: dt.datetime | None, *, used: Collection[str]
    ) -> None:
        super().__init__(query, used=used)
        self._source = source
        self._options: dict[str, Any] = {
            "name": name, "known_at": known_at, "axis": axis_of(query.known_by),
            "authority": query.authority,
        }  # fmt: skip
        self._waiting: list[CannotJudge] | None = []
        self._last: Pass | None = None

    def cannot(self, case_id: str, error: EhcpFlowError) -> None:
        """Tell that one case cannot be judged, behind what is wrong with the source."""
        if self._waiting is None:
            super().cannot(case_id, error)
        else:
            self._waiting.append(CannotJudge(case_id, error))

    def _tell_if_read(self, read: Pass) -> None:
        self._last = read
        if self._waiting is None or not read.is_read:
            return
        from ehcp_flow.readers import Report

        name = self._options["name"]
        said = list(Report(name, unknown_columns=read.unknown_columns).warnings_but(self._used))
        if not read.cases and not read.refused and "://" not in name:
            authority, known_at = self._options["authority"], self._options["known_at"]
            said.append(no_case(name, authority, read.authorities, known_at, cases=read.rows > 0))
        self._told(said, read.refused)
        waiting, self._waiting = self._waiting, None
        for each in waiting:
            self.cannot(*each)

    def met(self) -> RecordsMet:
        """Return what was met in the pass over the cases that was read last."""
        read = self._last
        return RecordsMet(0, ()) if read is None else RecordsMet(read.ahead, read.nearly_the_same)

    def _read(self, read: Pass, found: Iterable[T]) -> Iterator[T]:
        """Return what a pass finds, and tell what it met as soon as that is known.

        The first is found at once: what cannot be read at all is said before anything is printed.
        """
        rest = iter(found)
        first = list(islice(rest, 1))
        self._tell_if_read(read)

        def going() -> Iterator[T]:
            for each in chain(first, rest):
                self._tell_if_read(read)
                yield each
            self._tell_if_read(read)

        return going()

    def cases(self, *, quiet: bool = False) -> Iterator[Case]:
        """Yield the cases in the order of their ids."""
        from ehcp_flow.answers import Answer
        from ehcp_flow.bulk import Answers

        read = Answers(self._source, as_of=self.query.on, **self._options)
        cases = (found.case if isinstance(found, Answer) else found[0] for found in self._read(read, read.each()))
        return self._through(cases, None, quiet=quiet)

    def answers(self, *, quiet: bool = False) -> Iterator[Answer]:
        """Yield the answer for each case that can be judged."""
        from ehcp_flow.answers import Answer
        from ehcp_flow.bulk import Answers

        read = Answers(self._source, **self._judging())
        found = (
            each if isinstance(each, Answer) else CannotJudge(each[0].case_id, each[1])
            for each in self._read(read, read.each())
        )
        return self._through(found, None, quiet=quiet)

    def case_states(self, *, quiet: bool = False) -> Iterator[StateWithMoves]:
        """Yield where each case stands, and what would be lawful."""
        from ehcp_flow.bulk.states_with_moves import StatesWithMoves

        read = StatesWithMoves(self._source, **self._judging())
        return self._through(self._read(read, read), None, quiet=quiet)

    def write_deadlines(self, form: str, chosen: ShownDeadlines, *, findings: bool) -> CheckTally:
        """Print deadlines chunk by chunk, without making an object of each."""
        from ehcp_flow.bulk import Frames, write_csv
        from ehcp_flow.bulk.case_states import counted_chunk
        from ehcp_flow.bulk.chunks import judge_chunk
        from ehcp_flow.bulk.deadline_csv import narrowed, of_cases, plain_rows, tally
        from ehcp_flow.deadlines import FIELDS

        found = CheckTally()
        work = counted_chunk if findings else judge_chunk
        frames = Frames(self._source, work=work, **self._judging())
        parts = self._read(frames, frames)
        with sheet(form, FIELDS) as rows, ProgressBar("judging", shown=not sys.stdout.isatty()) as bar:
            for frame in parts:
                shown = narrowed(
                    frame, chosen.limits, chosen.statuses, breaches=chosen.breaches, contested=chosen.contested,
                    new_in=chosen.new_in,
                )  # fmt: skip
                if chosen.is_mine is not None:
                    shown = of_cases(shown, chosen.is_mine)
                deadlines, breaches, excused, denied, made, unrecorded, undated = tally(shown)
                found.deadlines += deadlines
                found.breaches += breaches
                found.excused += excused
                found.denied += denied
                found.made += made
                found.unrecorded += unrecorded
                found.undated += undated
                # Asked for behind the header: a file in its place looks at what is written first.
                out: Any = getattr(sys.stdout, "buffer", None) if form in (Format.CSV, RAW) else None
                if out is not None:
                    sys.stdout.flush()
                    write_csv(shown, out, header=False, raw=form == RAW)
                    out.flush()
                else:
                    for row in plain_rows(shown):
                        rows.write(row)
                bar(frames.cases, None)
        self._settle(frames)
        found.findings = frames.findings
        return found

    def measured(self, figures: SourceFigures) -> tuple[MeasureTable, Span | None]:
        """Count the cases over columns."""
        from ehcp_flow.bulk import Measuring

        with ProgressBar("judging") as bar:
            measuring = Measuring(
                self._source, year=figures.year, by=figures.by, extra=figures.extra, only=figures.only,
                contested=self.query.contested,
                on_progress=bar, **self._judging(),
            )  # fmt: skip
            table = measuring.table()
        self._settle(measuring)
        return table, measuring.span

    def star(self) -> Mapping[str, Any]:
        """Return the tables, each from a pass over the source."""
        from ehcp_flow.bulk import tables

        return tables(self._source, report=self._settle, refused=[], **self._judging())

    def told(
        self,
        sets: Sequence[Sequence[Period]],
        events: frozenset[str],
        particulars: frozenset[str],
        *,
        whole: bool = False,
    ) -> Iterator[ToldCase]:
        """Yield the cases told plainly."""
        from ehcp_flow.bulk.told_cases import ToldCases

        read = ToldCases(self._source, sets, events=events, particulars=particulars, whole=whole, **self._judging())
        yield from self._through(self._read(read, read), None, quiet=False)
        self._settle(read)

    def _judging(self) -> dict[str, Any]:
        query = self.query
        return {"as_of": query.on, "rulebook": query.law, "calendars": query.calendars, **self._options}

    def _settle(self, read: Pass) -> None:
        self._tell_if_read(read)
        for case_id, error in read.failed:
            self.cannot(case_id, error)
        self.seen = read.cases
