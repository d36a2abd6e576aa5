"""One question to a whole caseload: the public functions."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ehcp_flow import dates
from ehcp_flow.bulk.chunks import Chunk, Question, judge_chunk, readable, schema_of
from ehcp_flow.bulk.daytables import day_tables
from ehcp_flow.bulk.law import tables_of
from ehcp_flow.bulk.sources import Source, chunks_of, open_rows
from ehcp_flow.bulk.standings import FINDINGS, STANDINGS, findings_chunk, states_chunk
from ehcp_flow.calendars import Calendars
from ehcp_flow.calendars import england as english_calendars
from ehcp_flow.dates import parse_instant
from ehcp_flow.errors import EhcpFlowError, RowRefused
from ehcp_flow.law.loader import england
from ehcp_flow.law.model import Rulebook

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

__all__ = [
    "CHUNK_CASES",
    "Frames",
    "bulk_batch",
    "counts",
    "deadlines_frame",
    "findings_frame",
    "iter_frames",
    "iter_rows",
    "states_frame",
]

CHUNK_CASES: Final = 50_000
"""How many whole cases are judged at a time, unless another number is given: memory follows it, answers do not."""

Progress = Callable[[int, int | None], object]


class Frames:
    """The deadlines of a source, chunk by chunk, and what was met on the way.

    Iterating reads the source and yields a frame for each chunk of whole cases. `refused` then holds the rows that were
    not taken, in the order of their lines; `failed` the cases that could not be judged, each with its error; `rows`,
    `cases` and `deadlines` are counted, and `by_case` counts the cases that went to the evaluator of one case.
    """

    def __init__(  # noqa: PLR0913 - the options of every public function here
        self,
        source: Source,
        as_of: dt.date | str | None = None,
        *,
        rulebook: Rulebook | None = None,
        calendars: Calendars | None = None,
        known_at: dt.datetime | str | None = None,
        chunk_cases: int = CHUNK_CASES,
        name: str | None = None,
        on_progress: Progress | None = None,
        workers: int | None = None,
        work: Callable[[pl.DataFrame, Question], Chunk] = judge_chunk,
    ) -> None:
        if chunk_cases < 1:
            raise ValueError(f"chunk_cases is {chunk_cases}; a chunk holds 1 case or more")
        self._source = source
        self.as_of = dates.today() if as_of is None else dates.parse_date(as_of)
        self.rulebook = rulebook or england()
        self._calendars = calendars or english_calendars()
        self._known_at = None if known_at is None else parse_instant(known_at)
        self._chunk_cases = chunk_cases
        self._name = name
        self._on_progress = on_progress
        self._work = work
        self._workers = workers or min(os.cpu_count() or 1, 8)
        self._start()

    def _start(self) -> None:
        self.refused: list[RowRefused] = []
        self.failed: list[tuple[str, EhcpFlowError]] = []
        self.unknown_columns: tuple[str, ...] = ()
        self.name = self._name or ""
        self.rows = self.cases = self.deadlines = self.by_case = 0

    @property
    def schema(self) -> dict[str, Any]:
        """The columns of each frame: the public fields of a deadline, in their order."""
        return schema_of(tables_of(self.rulebook))

    def __iter__(self) -> Iterator[pl.DataFrame]:
        self._start()
        with ExitStack() as stack:
            rows = open_rows(self._source, stack, name=self._name)
            self.name = rows.name
            question = Question(
                self.as_of,
                tables_of(self.rulebook),
                self._calendars,
                day_tables(self._calendars),
                self._known_at,
                rows.name,
                rows.shown,
            )
            cleaned: list[RowRefused] = []

            def clean(frame: pl.DataFrame) -> pl.DataFrame:
                _, kept, refused, _ = readable(frame, question)
                cleaned.extend(refused)
                return kept

            for chunk in self._judged(chunks_of(rows, self._chunk_cases, clean, stack), question):
                self.refused.extend(chunk.refused)
                self.failed.extend(chunk.failed)
                self.rows += chunk.rows
                self.cases += chunk.cases
                self.by_case += chunk.by_case
                self.deadlines += chunk.frame.height
                if self._on_progress:
                    self._on_progress(self.cases, None)
                yield chunk.frame
            self.refused.extend((*cleaned, *rows.refused))
            self.refused.sort(key=lambda row: row.line)
            self.rows += len(cleaned) + len(rows.refused)
            self.unknown_columns = rows.unknown_columns

    def _judged(self, chunks: Iterator[pl.DataFrame], question: Question) -> Iterator[Chunk]:
        """Yield what came of each chunk, in order, judging as many at a time as there are workers."""
        if self._workers == 1:
            for chunk in chunks:
                yield self._work(chunk, question)
            return
        with ThreadPoolExecutor(self._workers) as pool:
            waiting: list[Future[Chunk]] = [
                pool.submit(self._work, chunk, question) for chunk in islice(chunks, self._workers)
            ]
            while waiting:
                done = waiting.pop(0).result()
                waiting.extend(pool.submit(self._work, chunk, question) for chunk in islice(chunks, 1))
                yield done


def iter_frames(source: Source, as_of: dt.date | str | None = None, **options: Any) -> Frames:
    """Return the deadlines of a source as frames, a chunk of whole cases at a time, so that memory stays bounded.

    `source` is a polars DataFrame or LazyFrame, an Arrow table, a path or stream of Parquet, CSV or JSON Lines, or an
    iterable of cases or facts; its rows need not be in any order. Rows and order are those that `deadlines_of` gives
    case by case, cases in the order in which each first appears. Options: `rulebook`, `calendars`, `known_at`,
    `chunk_cases`, `name` (what messages call the source), `on_progress`, `workers`. Raises SourceError for a source
    that cannot be read at all, DateError if `as_of` is no date; a row that cannot be read is in `refused`.
    """
    return Frames(source, as_of, **options)


def deadlines_frame(
    source: Source,
    as_of: dt.date | str | None = None,
    *,
    report: Callable[[Frames], object] | None = None,
    **options: Any,
) -> pl.DataFrame:
    """Return every deadline of every case of a source as it stood on `as_of` (today if not given), as one frame.

    The columns are the public fields of a deadline. Rows that cannot be read are left out: `report` is called with the
    `Frames` once all is read, to look at its `refused` and `failed`. Source and options are those of `iter_frames`.
    """
    frames = Frames(source, as_of, **options)
    parts = list(frames)
    if report is not None:
        report(frames)
    return pl.concat(parts) if parts else pl.DataFrame(schema=frames.schema)


def states_frame(source: Source, as_of: dt.date | str | None = None, **options: Any) -> pl.DataFrame:
    """Return where every case stands in law at the end of `as_of` (today if not given).

    The columns are `case_id`, `state`, `since` and `maintained`. Disputes run beside the pathway and are not here.
    Source and options are those of `iter_frames`.
    """
    parts = list(Frames(source, as_of, work=states_chunk, **options))
    return pl.concat(parts) if parts else pl.DataFrame(schema=STANDINGS)


def findings_frame(source: Source, as_of: dt.date | str | None = None, **options: Any) -> pl.DataFrame:
    """Return what the records and deadlines of every case leave open: `case_id`, `code`, `on`, `event`.

    These are the findings of `Case.findings` and `deadlines.judge`, in their order; findings about the order of facts
    and about disputes are those of `states.state`, and not here. Source and options are those of `iter_frames`.
    """
    parts = list(Frames(source, as_of, work=findings_chunk, **options))
    return pl.concat(parts) if parts else pl.DataFrame(schema=FINDINGS)


def iter_rows(source: Source, as_of: dt.date | str | None = None, **options: Any) -> Iterator[dict[str, Any]]:
    """Yield each deadline as `Deadline.as_dict` gives it: the public fields by name, dates as ISO text."""
    for frame in Frames(source, as_of, **options):
        text = frame.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"))
        yield from text.iter_rows(named=True)


def counts(source: Source, as_of: dt.date | str | None = None, **options: Any) -> pl.DataFrame:
    """Return how many deadlines of each limit there are by authority and status, how many breaches and excused ones.

    The columns are `authority`, `limit`, `kind`, `status`, `deadlines`, `breaches`, `excused`; rows in their order.
    Source and options are those of `iter_frames`.
    """
    frames = Frames(source, as_of, **options)
    by = ["authority", "limit", "kind", "status"]
    parts = [
        frame.group_by(by).agg(
            pl.len().alias("deadlines"),
            pl.col("breach").sum().alias("breaches"),
            (pl.col("excused_by").list.len() > 0).sum().alias("excused"),
        )
        for frame in frames
    ]
    if not parts:
        names = {name: kind for name, kind in frames.schema.items() if name in by}
        return pl.DataFrame(schema={**names, **dict.fromkeys(("deadlines", "breaches", "excused"), pl.UInt64)})
    whole = pl.concat(parts).group_by(by).agg(pl.col("deadlines", "breaches", "excused").cast(pl.UInt64).sum())
    return whole.sort(by, nulls_last=False)


def bulk_batch(
    batch: pa.RecordBatch | pa.Table,
    as_of: dt.date | str,
    *,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
    known_at: dt.datetime | str | None = None,
) -> pa.Table:
    """Return the deadlines of an Arrow batch of whole cases as an Arrow table: a pure function, for any engine.

    Spark's mapInArrow, Dask and Ray can run it, as long as each batch holds all facts of its cases. Words that repeat
    are plain text, so that every batch has the same schema. Raises RowRefused for the first row that cannot be read:
    what a worker would only log is lost.
    """
    frames = Frames(batch, as_of, rulebook=rulebook, calendars=calendars, known_at=known_at, workers=1)
    parts = list(frames)
    if frames.refused:
        raise frames.refused[0]
    if frames.failed:
        raise frames.failed[0][1]
    whole = pl.concat(parts) if parts else pl.DataFrame(schema=frames.schema)
    return _plain(whole.with_columns(pl.col(pl.Enum).cast(pl.String)).to_arrow())


def _plain(table: pa.Table) -> pa.Table:
    """Return a table with text and lists in Arrow's ordinary types, which every engine takes."""
    import pyarrow as pa

    text = pa.string()
    schema = pa.schema(
        [
            field.with_type(
                pa.list_(text)
                if field.name == "excused_by"
                else field.type
                if pa.types.is_primitive(field.type)
                else text
            )
            for field in table.schema
        ]
    )
    return table.cast(schema)
