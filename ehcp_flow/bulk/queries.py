"""One question to a whole caseload: the public functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Unpack

import polars as pl

from ehcp_flow.bulk.case_states import FINDINGS, case_states_of, findings_chunk, states_chunk
from ehcp_flow.bulk.law_words import words_of
from ehcp_flow.bulk.limit_counts import counts_chunk, counts_schema, summed
from ehcp_flow.bulk.measuring import Measuring, measure
from ehcp_flow.bulk.read_cases import read_cases
from ehcp_flow.bulk.row_sources import Source
from ehcp_flow.bulk.source_pass import CHUNK_CASES, Answers, Frames, Options, Refused, ids_of
from ehcp_flow.calendars import Calendars
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.law.model import Rulebook

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]

__all__ = [
    "CHUNK_CASES",
    "Answers",
    "Frames",
    "Measuring",
    "Options",
    "bulk_batch",
    "counts",
    "deadlines_frame",
    "explain",
    "findings_frame",
    "iter_answers",
    "iter_frames",
    "iter_rows",
    "measure",
    "read_cases",
    "states_frame",
]


def iter_frames(source: Source, as_of: dt.date | str | None = None, **options: Unpack[Options]) -> Frames:
    """Return the deadlines of a source as frames, a chunk of whole cases at a time, so that memory stays bounded.

    `source` is a polars DataFrame or LazyFrame, an Arrow table, a path or stream of Parquet, CSV or JSON Lines, a store
    or its URL, or an iterable of cases or facts; its rows need not be in any order. Rows and order are those that
    `deadlines_of` gives case by case, cases in the order of their ids (what is given as objects in its own).
    Options: `rulebook`, `calendars`, `known_at` (with `axis`, of a store: by when facts were `recorded` or `stored`),
    `authority` (whose cases alone are answered), `chunk_cases`, `name` (what messages call the source), `on_progress`,
    `workers`. Raises SourceError for a source
    that cannot be read at all, DateError if `as_of` is no date; a row that cannot be read is in `refused`, but in a
    store it is an error.
    """
    return Frames(source, as_of, **options)


def iter_answers(
    source: Source,
    as_of: dt.date | str | None = None,
    *,
    case_ids: Iterable[str] | None = None,
    **options: Unpack[Options],
) -> Answers:
    """Return the answers of a source, case by case: the deadlines, the state and the findings of each.

    They equal those of `ehcp_flow.answers.answer`, and cost a part of them: what is not asked for is not worked out.
    `deadline.explanation` is the explanation on request. Source and options are those of `iter_frames`, and `case_ids`
    limits the answers to some cases.
    """
    return Answers(source, as_of, case_ids=case_ids, **options)


def explain(
    source: Source, case_ids: Iterable[str], as_of: dt.date | str | None = None, **options: Unpack[Options]
) -> Iterator[dict[str, Any]]:
    """Yield the deadlines of some cases of a source as `Deadline.as_dict(explanation=True)` gives them.

    The other cases cost next to nothing. Raises UnknownNameError, when all is read, for an id that the source does not
    hold. Source and options are those of `iter_frames`.
    """
    wanted = ids_of(case_ids)
    answers = Answers(source, as_of, case_ids=wanted, **options)
    for answer in answers:
        wanted.pop(answer.case.case_id, None)
        yield from (deadline.as_dict(explanation=True) for deadline in answer.deadlines)
    for case_id, error in answers.failed:
        if case_id in wanted:
            raise error
    for case_id in wanted:
        raise UnknownNameError("case", case_id, ())


def deadlines_frame(
    source: Source,
    as_of: dt.date | str | None = None,
    *,
    report: Callable[[Frames], object] | None = None,
    refused: Refused = "raise",
    **options: Unpack[Options],
) -> pl.DataFrame:
    """Return every deadline of every case of a source as it stood on `as_of` (today if not given), as one frame.

    The columns are the public fields of a deadline. A row that cannot be read, or a case that cannot be judged, raises
    its error; with `refused="warn"` it is warned of and left out, with `refused=` a list it is added to that. `report`
    is called with the `Frames` once all is read. Source and options are those of `iter_frames`.
    """
    frames = Frames(source, as_of, **options)
    parts = list(frames)
    if report is not None:
        report(frames)
    frames.settle(refused)
    return pl.concat(parts) if parts else pl.DataFrame(schema=frames.schema)


def states_frame(
    source: Source, as_of: dt.date | str | None = None, *, refused: Refused = "raise", **options: Unpack[Options]
) -> pl.DataFrame:
    """Return where every case stands in law at the end of `as_of` (today if not given).

    The columns are `case_id`, `state`, `since`, `maintained` and `disputes`: a list of those that have begun, with the
    fields of `states.Dispute`. Source and options are those of `iter_frames`, `refused` is that of `deadlines_frame`.
    """
    frames = Frames(source, as_of, work=states_chunk, **options)
    parts = list(frames)
    frames.settle(refused)
    return pl.concat(parts) if parts else pl.DataFrame(schema=case_states_of(frames.rulebook))


def findings_frame(
    source: Source, as_of: dt.date | str | None = None, *, refused: Refused = "raise", **options: Unpack[Options]
) -> pl.DataFrame:
    """Return what every case leaves open: `case_id`, `code`, `on`, `message`, `remedy`, `event`.

    These are the findings of `answers.answer`, in their order: of the record itself, of the order of its facts and its
    disputes, and of its deadlines. Source and options are those of `iter_frames`, `refused` is that of
    `deadlines_frame`.
    """
    frames = Frames(source, as_of, work=findings_chunk, **options)
    parts = list(frames)
    frames.settle(refused)
    return pl.concat(parts) if parts else pl.DataFrame(schema=FINDINGS)


def iter_rows(
    source: Source, as_of: dt.date | str | None = None, *, refused: Refused = "raise", **options: Unpack[Options]
) -> Iterator[dict[str, Any]]:
    """Yield each deadline as `Deadline.as_dict` gives it: the public fields by name, dates as ISO text.

    `refused` is that of `deadlines_frame`, and is seen to when the last row has been given.
    """
    frames = Frames(source, as_of, **options)
    for frame in frames:
        text = frame.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"))
        yield from text.iter_rows(named=True)
    frames.settle(refused)


def counts(
    source: Source, as_of: dt.date | str | None = None, *, refused: Refused = "raise", **options: Unpack[Options]
) -> pl.DataFrame:
    """Return how many deadlines of each limit there are by authority and status, how many breaches and excused ones.

    The columns are `authority`, `limit`, `kind`, `status`, `deadlines`, `breaches`, `excused`; rows in their order.
    Source and options are those of `iter_frames`, `refused` is that of `deadlines_frame`.
    """
    frames = Frames(source, as_of, work=counts_chunk, **options)
    parts = list(frames)
    frames.settle(refused)
    return summed(parts) if parts else pl.DataFrame(schema=counts_schema(words_of(frames.rulebook)))


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
                if field.name in ("excused_by", "contested_by")
                else field.type
                if pa.types.is_primitive(field.type)
                else text
            )
            for field in table.schema
        ]
    )
    return table.cast(schema)
