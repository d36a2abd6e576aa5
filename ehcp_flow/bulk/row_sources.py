"""Whatever holds facts, as chunks of whole cases."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Final, TypeAlias

import polars as pl

from ehcp_flow.bulk.arrow_tables import table_of
from ehcp_flow.bulk.csvfile import CsvFile, csv_table
from ehcp_flow.bulk.encoding import LINE, cells_of, standard
from ehcp_flow.bulk.jsonfile import JsonFile
from ehcp_flow.bulk.kept_rows import KeptRows, RowSource
from ehcp_flow.bulk.stored import StoreRows
from ehcp_flow.case import Case
from ehcp_flow.errors import RowRefused, SourceError
from ehcp_flow.fact_names import FactNames, told_otherwise
from ehcp_flow.facts import COLUMNS, REQUIRED, WHITE, Fact
from ehcp_flow.inputs import spooled
from ehcp_flow.readers import FactReader, Report, read_facts
from ehcp_flow.readers.plain_columns import dated_columns
from ehcp_flow.readers.row_tables import column_of, known_among
from ehcp_flow.store import Store
from ehcp_flow.store.base import Axis

__all__ = ["FrameSource", "Source", "chunks_of", "open_rows", "store_rows"]

Source: TypeAlias = Any
"""A polars DataFrame or LazyFrame, an Arrow table, batch or reader, a path or stream of CSV, JSON Lines or Parquet, a
store or its URL, or an iterable of cases or facts."""

_BLOCK: Final = 250_000
_SMALL: Final = 1 << 25
"""Up to so many bytes a file is read once, and its rows are kept."""
IN_MEMORY: Final = 3_000_000
_CODE: Final = "_code"
_PARQUET: Final = b"PAR1"

Clean: TypeAlias = Callable[[pl.DataFrame], pl.DataFrame]


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Raise SourceError where Polars cannot read a source: it is damaged, or holds what is neither text nor days."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:  # a panic is no Exception to Python
        raise SourceError(name, f"it cannot be read: {str(error).partition(chr(10))[0]}") from error


class FrameSource:
    """A frame, or a Parquet file, as blocks of rows; a row's line is its number, from 1 on."""

    together = False
    entering = True

    def __init__(self, frame: pl.DataFrame | pl.LazyFrame, name: str, block: int = _BLOCK) -> None:
        self.name = name
        self._frame = frame
        self._block = block
        with readable(name):
            schema = frame.collect_schema()
        written = schema.names()
        known: dict[str, str] = {}
        among = known_among({column_of(column) for column in written})
        for column in written:
            fact_column = column_of(column)
            if fact_column not in among:
                continue
            if fact_column in known:
                raise SourceError(name, f"it has more than one column {fact_column}; keep one of each")
            if schema[column].is_nested() or schema[column] == pl.Object:
                raise SourceError(name, f"its column {column} holds {schema[column]}; write text, or dates for days")
            known[fact_column] = column
        missing = [column for column in REQUIRED if column not in known]
        self._plain = {
            f" {column_of(column)}": column
            for column in written
            if column_of(column) in dated_columns().difference(among) and not schema[column].is_nested()
        }
        if missing:
            raise SourceError(name, f"it has no column {', '.join(missing)} (it has: {', '.join(written)})")
        self.shown: Mapping[str, str] = known
        self.unknown_columns = tuple(column for column in written if column_of(column) not in among | dated_columns())
        self.refused: list[RowRefused] = []

    def further_cells(self, beside: Collection[str]) -> Iterator[pl.DataFrame]:
        """Yield what is said outside the columns of facts, by column, with what is said in the columns beside."""
        columns = {column_of(name): name for name, kind in self._frame.collect_schema().items() if not kind.is_nested()}
        known = known_among(columns)
        chosen = [
            pl.col(name).alias(column) for column, name in columns.items() if column not in known or column in beside
        ]
        with readable(self.name):
            yield self._frame.lazy().select(chosen).collect()

    @cached_property
    def height(self) -> int:
        """How many rows there are."""
        with readable(self.name):
            return int(self._frame.lazy().select(pl.len()).collect().item())

    def case_ids(self) -> Iterator[pl.Series]:
        """Yield the column of case ids alone."""
        with readable(self.name):
            ids = self._frame.lazy().select(pl.col(self.shown["case_id"]).cast(pl.String)).collect().to_series()
        yield ids

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield blocks of rows."""
        named = [pl.col(written).alias(column) for column, written in self.shown.items()]
        named += [pl.col(written).cast(pl.String, strict=False).alias(name) for name, written in self._plain.items()]
        for offset in range(0, self.height, self._block):
            with readable(self.name):
                block = self._frame.lazy().slice(offset, self._block).select(named).collect()
                line = pl.int_range(offset + 1, offset + block.height + 1).alias(LINE)
                block = standard(block.with_columns(line))
            yield block


class _FactSource:
    """Facts that were read already, or that the readers read: blocks of their cells."""

    together = False
    entering = False
    is_given = True  # as objects, in an order of their own

    def __init__(self, facts: Callable[[], Iterable[Fact]], name: str, report: Report | None = None) -> None:
        self._facts = facts
        self.name = name
        self.shown: Mapping[str, str] = {}
        self._report = report

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """The columns that are ignored, as the source writes them."""
        return () if self._report is None else self._report.unknown_columns

    @property
    def refused(self) -> list[RowRefused]:
        """The rows that were refused while blocks were read."""
        return [] if self._report is None else self._report.refused

    def case_ids(self) -> Iterator[pl.Series]:
        """Yield the column of case ids alone."""
        for frame in self.frames():
            yield frame["case_id"]

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield blocks of rows."""
        rows: list[dict[str, Any]] = []
        for number, fact in enumerate(self._facts(), 1):
            rows.append({**cells_of(fact), LINE: number})
            if len(rows) == _BLOCK:
                yield self._frame(rows)
                rows = []
        if rows:
            yield self._frame(rows)

    @staticmethod
    def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
        frame = pl.DataFrame(rows, schema={**dict.fromkeys(COLUMNS, pl.String), LINE: pl.Int64})
        return frame.select(name for name in frame.columns if name in REQUIRED or frame[name].null_count() < len(rows))


class _FileRowByRow(_FactSource):
    """Facts that the readers read from a file, one row at a time: CSV whose rows cannot be told apart otherwise."""

    is_given = False

    def __init__(self, path: Path, name: str) -> None:
        self._reader: FactReader = read_facts(path, name=name)
        super().__init__(self._read, name)

    def _read(self) -> Iterator[Fact]:
        names = FactNames(self.name, lambda: self._reader.shown)
        # Read twice: which row of a name is to be refused is known at the end, and the file may be a large one.
        told = names.kept(self._reader.entries(), told_otherwise(self._reader.entries()))
        yield from (entry for _, entry in told if isinstance(entry, Fact))
        names.tell(self._reader.refused)

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """The columns that are ignored, as the source writes them."""
        return self._reader.unknown_columns

    @property
    def refused(self) -> list[RowRefused]:
        """The rows that were refused while blocks were read."""
        return self._reader.refused


def open_rows(
    source: Source,
    stack: ExitStack,
    *,
    name: str | None = None,
    known_at: dt.datetime | None = None,
    axis: Axis = "recorded",
) -> RowSource:
    """Return the rows of a source. `stack` closes what is opened for it. Raises SourceError as the readers do.

    A store gives what it knew at `known_at`, by the `axis` of its instants; the rows of other sources say when they
    were recorded.
    """
    if isinstance(source, str) and "://" in source:
        name, source = name or source, stack.enter_context(stack.enter_context(Store.open(source)).snapshot())
    if isinstance(source, Store):
        return KeptRows(StoreRows(source, name or "store", known_at, axis), is_small=True)
    if isinstance(source, (pl.DataFrame, pl.LazyFrame)):
        return FrameSource(source.lazy().collect(), name or "frame")
    if isinstance(source, RowSource):
        return source
    if isinstance(source, (str, os.PathLike)) and Path(source).is_fifo():
        name = name or os.fspath(source)
        with Path(source).open("rb") as pipe:
            source = spooled(pipe, stack)
    if hasattr(source, "readline"):
        name, source = name or str(getattr(source, "name", "<stream>")), spooled(source, stack)
    if isinstance(source, (str, os.PathLike)):
        return _of_path(Path(source), name or os.fspath(source))
    if hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__"):
        return FrameSource(table_of(source, name or "Arrow"), name or "table")
    if isinstance(source, Mapping):
        source = source.values()
    told = list(source)
    return _FactSource(lambda: chain.from_iterable(_facts_of(each) for each in told), name or "cases")


def store_rows(rows: RowSource) -> StoreRows | None:
    """Return the rows as a store's, None where they are no store's."""
    read = rows.read if isinstance(rows, KeptRows) else rows
    return read if isinstance(read, StoreRows) else None


def _facts_of(each: Case | Fact) -> Iterable[Fact]:
    if isinstance(each, Case):
        return each.recorded
    if isinstance(each, Fact):
        return (each,)
    raise SourceError("cases", f"{each!r} is neither a case nor a fact")


def _of_path(path: Path, name: str) -> RowSource:
    try:
        with path.open("rb") as file:
            magic = file.read(len(_PARQUET))
    except OSError:
        magic = b""
    if magic == _PARQUET:
        rows = FrameSource(pl.scan_parquet(path), name)
        return KeptRows(rows, is_small=rows.height <= _BLOCK)
    try:
        table = csv_table(path, name)
    except OSError:
        for _ in read_facts(path, name=name):  # raises a SourceError that says why
            break
        raise
    is_small = path.stat().st_size <= _SMALL
    if table is None:
        return KeptRows(JsonFile(path, name), is_small=is_small)
    lines = CsvFile(path, name, table)
    return KeptRows(lines if lines.is_plain() else _FileRowByRow(path, name), is_small=is_small)


def chunks_of(rows: RowSource, chunk_cases: int, clean: Clean, stack: ExitStack) -> Iterator[pl.DataFrame]:
    """Yield chunks of at most so many whole cases, each case's rows together, cases in the order of their ids.

    Facts and cases that are given as objects keep their own order. Where the rows do not stand so, `clean` says which
    are facts, and they are first put into buckets of so many cases: in memory, or in a temporary directory.
    """
    by_id = not (isinstance(rows, _FactSource) and rows.is_given)
    if rows.together or _stand_together(rows, by_id=by_id):
        yield from _cut(rows.frames(), chunk_cases)
        return
    every = (ids.drop_nulls().unique().str.strip_chars(WHITE) for ids in rows.case_ids()) if by_id else ()
    known = sorted({case_id for ids in every for case_id in ids.to_list()})
    yield from _Buckets(chunk_cases, stack, known).of(rows, clean)


def _stand_together(rows: RowSource, *, by_id: bool) -> bool:
    """Whether no case appears again after another has begun, and their ids are in order, if they are to be."""
    heads: list[pl.Series] = []
    last: str | None = None
    for ids in rows.case_ids():
        if not len(ids):
            continue
        first = ids.filter(_heads(ids))
        if last is not None and first[0] == last:
            first = first[1:]
        if first.n_unique() < len(first) or first.null_count() or (first.str.strip_chars(WHITE) != first).any():
            return False
        if by_id and len(first) and not (first.is_sorted() and (last is None or last < first[0])):
            return False
        last = ids[-1]
        heads.append(first)
    if not heads:
        return True
    every = pl.concat(heads)
    return every.n_unique() == len(every)


def _heads(ids: pl.Series) -> pl.Series:
    """Return which rows begin a case."""
    return ids.ne_missing(ids.shift(1)).scatter(0, [True])


def _cut(frames: Iterable[pl.DataFrame], chunk_cases: int) -> Iterator[pl.DataFrame]:
    """Yield chunks of frames in which the rows of a case stand together."""
    rest: pl.DataFrame | None = None
    coming = iter(frames)
    frame = next(coming, None)
    while frame is not None:
        following = next(coming, None)
        joined = frame if rest is None else _joined(rest, frame)
        starts = _heads(joined["case_id"]).arg_true().to_list()
        begin = 0
        for at in range(chunk_cases, len(starts), chunk_cases):
            yield joined.slice(begin, starts[at] - begin)
            begin = starts[at]
        rest = joined.slice(begin)
        # The last case of a block may go on in the next one.
        last = starts[-1] - begin if following is not None else 0
        if last > 0:
            yield rest.slice(0, last)
            rest = rest.slice(last)
        frame = following
    if rest is not None and rest.height:
        yield rest


def _joined(rest: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    if rest.schema == frame.schema:
        return rest.vstack(frame)
    return pl.concat([rest, frame], how="diagonal_relaxed")


class _Buckets:
    """Rows by case, so many cases to a bucket: those that are known in their order, and any other behind them."""

    def __init__(self, chunk_cases: int, stack: ExitStack, known: Sequence[str]) -> None:
        self._size = chunk_cases
        self._stack = stack
        self._codes: dict[str, int] = {case_id: at for at, case_id in enumerate(known)}
        self._parts: dict[int, list[pl.DataFrame]] = {}
        self._held = 0
        self._directory: Path | None = None
        self._written = 0

    def of(self, rows: RowSource, clean: Clean) -> Iterator[pl.DataFrame]:
        """Yield a chunk for each bucket."""
        for frame in rows.frames():
            self._add(clean(frame))
        for bucket in range((len(self._codes) + self._size - 1) // self._size):
            parts = self._parts.pop(bucket, [])
            if self._directory is not None:
                there = self._directory / str(bucket)
                kept = [pl.read_parquet(path) for path in sorted(there.glob("*.parquet"))] if there.is_dir() else []
                parts = kept + parts
                shutil.rmtree(there, ignore_errors=True)
            if parts:  # else every row of these cases was refused
                yield pl.concat(parts, how="diagonal_relaxed").sort(_CODE, maintain_order=True).drop(_CODE)

    def _add(self, frame: pl.DataFrame) -> None:
        ids = frame["case_id"].unique(maintain_order=True)
        codes = [self._codes.setdefault(case_id, len(self._codes)) for case_id in ids.to_list()]
        numbered = frame.join(
            pl.DataFrame({"case_id": ids, _CODE: pl.Series(codes, dtype=pl.UInt32)}),
            on="case_id",
            how="left",
            maintain_order="left",
        )
        split = numbered.with_columns((pl.col(_CODE) // self._size).alias("_bucket"))
        for (bucket,), part in split.partition_by("_bucket", as_dict=True, include_key=False).items():
            self._parts.setdefault(int(bucket), []).append(part)
        self._held += frame.height
        if self._held > IN_MEMORY:
            self._spill()

    def _spill(self) -> None:
        if self._directory is None:
            self._directory = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="ehcp_flow_")))
        for bucket, parts in self._parts.items():
            there = self._directory / str(bucket)
            there.mkdir(exist_ok=True)
            whole = pl.concat(parts, how="diagonal_relaxed")
            whole.write_parquet(there / f"{self._written:08}.parquet", compression="lz4")
            self._written += 1
        self._parts = {}
        self._held = 0
