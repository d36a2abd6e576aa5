"""One pass over a source, chunk by chunk, and what is met on the way."""

from __future__ import annotations

import datetime as dt
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import chain, islice
from typing import Any, Final, Literal, Protocol, TypeAlias, TypedDict, TypeVar, Unpack

import polars as pl

from ehcp_flow import dates
from ehcp_flow.answers import Answer
from ehcp_flow.bulk.case_answers import answers_chunk
from ehcp_flow.bulk.chunks import Chunk, Question, judge_chunk, readable, schema_of
from ehcp_flow.bulk.kept_rows import RowSource
from ehcp_flow.bulk.law_words import words_of
from ehcp_flow.bulk.record_columns import nearly_the_same_of
from ehcp_flow.bulk.row_sources import Source, chunks_of, open_rows, store_rows
from ehcp_flow.bulk.unique_names import OneNameEach
from ehcp_flow.calendars import Calendars
from ehcp_flow.calendars import england as english_calendars
from ehcp_flow.case import Case
from ehcp_flow.dates import parse_instant
from ehcp_flow.errors import EhcpFlowError, RangeError, RowRefused, UnknownNameError
from ehcp_flow.facts import WHITE
from ehcp_flow.law.loader import law_given
from ehcp_flow.law.model import Rulebook
from ehcp_flow.readers.column_evidence import misread_columns
from ehcp_flow.store.base import Axis

__all__ = ["CHUNK_CASES", "Answers", "Frames", "Options", "Pass", "Progress", "Refused", "ids_of"]

CHUNK_CASES: Final = 50_000
"""How many whole cases are judged at a time, unless another number is given: memory follows it, answers do not."""
_ANSWERED: Final = 10_000

Progress = Callable[[int, int | None], object]


class _ChunkResult(Protocol):
    """What came of one chunk."""

    @property
    def refused(self) -> list[RowRefused]:
        """The rows that were refused."""

    @property
    def rows(self) -> int:
        """How many rows came."""

    @property
    def cases(self) -> int:
        """How many cases were judged."""


P = TypeVar("P", bound=_ChunkResult)


def ids_of(case_ids: Iterable[str]) -> dict[str, None]:
    """Return the ids of the cases that are asked about, in their order; one text is one id."""
    given = (case_ids,) if isinstance(case_ids, str) else case_ids
    return dict.fromkeys(case_id.strip(WHITE) for case_id in given)


class Options(TypedDict, total=False):
    """What may be said of any pass over a source; `iter_frames` says what each means."""

    rulebook: Rulebook | None
    calendars: Calendars | None
    known_at: dt.datetime | str | None
    axis: Axis
    chunk_cases: int
    name: str | None
    on_progress: Progress | None
    workers: int | None
    authority: str | None


Refused: TypeAlias = Literal["raise", "warn"] | list[Any]
"""What becomes of rows that were refused, and of cases that cannot be judged: an error, a warning, or a list."""


class Pass:
    """One pass over a source: the question, and what is counted on the way."""

    def __init__(  # noqa: PLR0913 - the options of every public function here
        self,
        source: Source,
        as_of: dt.date | str | None = None,
        *,
        rulebook: Rulebook | None = None,
        calendars: Calendars | None = None,
        known_at: dt.datetime | str | None = None,
        axis: Axis = "recorded",
        chunk_cases: int = CHUNK_CASES,
        name: str | None = None,
        on_progress: Progress | None = None,
        workers: int | None = None,
        authority: str | None = None,
    ) -> None:
        RangeError.unless(chunk_cases >= 1, "chunk_cases", chunk_cases, "a chunk holds 1 case or more")
        self._source = source
        self.as_of = dates.today() if as_of is None else dates.parse_date(as_of)
        self.rulebook = law_given(rulebook)
        self._calendars = calendars or english_calendars()
        self._known_at = None if known_at is None else parse_instant(known_at)
        self._axis: Axis = axis
        self._chunk_cases = chunk_cases
        self._name = name
        self._on_progress = on_progress
        self._authority = authority
        self._workers = workers or min(os.cpu_count() or 1, 8)
        self._start()

    _only: frozenset[str] | None = None

    def _start(self) -> None:
        self.refused: list[RowRefused] = []
        self.failed: list[tuple[str, EhcpFlowError]] = []
        self.unknown_columns: tuple[str, ...] = ()
        self.authorities: set[str] = set()
        self.seen: list[tuple[pl.Series, int]] = []
        self.name = self._name or ""
        self.rows = self.cases = self.deadlines = self.findings = 0
        self.is_read = False

    def opened(self, stack: ExitStack) -> RowSource:
        """Return the rows of the source, to be gone through once or several times; `stack` closes what they need."""
        return open_rows(self._source, stack, name=self._name, known_at=self._known_at, axis=self._axis)

    def _parts(self, work: Callable[[pl.DataFrame, Question], P]) -> Iterator[P]:
        """Yield what came of each chunk; before the last one, all that there is to say of the source is known."""
        self._start()
        with ExitStack() as stack:
            rows = self.opened(stack)
            stored = store_rows(rows)
            if rows.entering:
                rows = OneNameEach(rows)
            self.name = rows.name
            question = Question(
                self.as_of,
                words_of(self.rulebook),
                self._calendars,
                None if stored else self._known_at,
                rows.name,
                rows.shown,
                self._only,
                self._authority,
                self.authorities,
                self.seen,
                rows.entering,
            )
            cleaned: list[RowRefused] = []

            def clean(frame: pl.DataFrame) -> pl.DataFrame:
                _, kept, refused, _ = readable(frame, question)
                cleaned.extend(refused)
                return kept

            def finish() -> None:
                self.refused.extend((*cleaned, *rows.refused))
                self.refused.sort(key=lambda row: row.line)
                self.rows += len(cleaned) + len(rows.refused)
                self.unknown_columns = rows.unknown_columns
                self.is_read = True

            chunks = chunks_of(rows, self._chunk_cases, clean, stack)
            for part, is_last in _with_end(_judged(work, chunks, question, self._workers)):
                if stored and part.refused:
                    stored.refuse(part.refused[0].case_id)
                self.refused.extend(part.refused)
                self.rows += part.rows
                self.cases += part.cases
                if is_last:
                    finish()
                yield part
            if not self.is_read:
                finish()

    @property
    def ahead(self) -> int:
        """How many of the cases have facts after the day, which do not count yet."""
        return sum(ahead for _, ahead in self.seen)

    @property
    def nearly_the_same(self) -> list[tuple[str, ...]]:
        """The groups of cases whose ids are nearly the same (`case_ids`)."""
        return nearly_the_same_of([ids for ids, _ in self.seen])

    def settle(self, refused: Refused) -> None:
        """Tell what was left out, now that all is read: nothing is dropped without a word.

        Raises the first RowRefused, or the error of the first case that cannot be judged, or warns of them, or adds
        them all to a list, as `refused` says. What they say of the column that they stand in is a warning.
        """
        left_out: list[EhcpFlowError] = [*self.refused, *(error for _, error in self.failed)]
        if refused != "raise":
            for said in misread_columns(self.refused):
                warnings.warn(said, stacklevel=3)
        if isinstance(refused, list):
            refused.extend(left_out)
        elif refused == "raise" and left_out:
            raise left_out[0]
        elif refused not in ("raise", "warn"):
            raise UnknownNameError("way with refused rows", str(refused), ("raise", "warn"))
        elif left_out:
            more = f" (and {len(left_out) - 1:,} more)" if len(left_out) > 1 else ""
            warnings.warn(f"left out of the answer: {left_out[0]}{more}", stacklevel=3)

    def _tell(self, done: int) -> None:
        if self._on_progress:
            self._on_progress(done, None)


class Frames(Pass):
    """The deadlines of a source, chunk by chunk, and what was met on the way.

    Iterating reads the source and yields a frame for each chunk of whole cases. `refused` then holds the rows that were
    not taken, in the order of their lines; `failed` the cases that could not be judged, each with its error; `rows`,
    `cases` and `deadlines` are counted. When the last frame is yielded, and so before the only one, `is_read` is true,
    and `refused` and `rows` are whole.
    """

    def __init__(
        self,
        source: Source,
        as_of: dt.date | str | None = None,
        *,
        work: Callable[[pl.DataFrame, Question], Chunk] = judge_chunk,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(source, as_of, **options)
        self._work = work

    @property
    def schema(self) -> dict[str, Any]:
        """The columns of each frame: the public fields of a deadline, in their order."""
        return schema_of(words_of(self.rulebook))

    def __iter__(self) -> Iterator[pl.DataFrame]:
        for chunk in self._parts(self._work):
            self.failed.extend(chunk.failed)
            self.deadlines += chunk.frame.height
            self.findings += chunk.findings
            self._tell(self.cases)
            yield chunk.frame


class Answers(Pass):
    """The answer of each case of a source, in the order of their ids.

    Answers are those that `ehcp_flow.answers.answer` gives, made part by part as they are asked for. `refused`,
    `failed`, `rows`, `cases` and `is_read` are those of `Frames`; a case is in `failed` as soon as it is
    passed over. `case_ids` limits the answers to some cases: an id that the source does not hold is passed over.
    """

    def __init__(
        self,
        source: Source,
        as_of: dt.date | str | None = None,
        *,
        case_ids: Iterable[str] | None = None,
        **options: Unpack[Options],
    ) -> None:
        options.setdefault("chunk_cases", _ANSWERED)
        super().__init__(source, as_of, **options)
        if case_ids is not None:
            self._only = frozenset(ids_of(case_ids))

    def __iter__(self) -> Iterator[Answer]:
        for found in self.each():
            if isinstance(found, Answer):
                yield found

    def each(self) -> Iterator[Answer | tuple[Case, EhcpFlowError]]:
        """Yield the answer of each case, or the case and the error for one that cannot be judged."""
        done = 0
        for part in self._parts(answers_chunk):
            for found in part.answers:
                done += 1
                if not isinstance(found, Answer):
                    self.failed.append((found[0].case_id, found[1]))
                yield found
                self._tell(done)


def _judged(
    work: Callable[[pl.DataFrame, Question], P], chunks: Iterator[pl.DataFrame], question: Question, workers: int
) -> Iterator[P]:
    """Yield what came of each chunk, in order, judging as many at a time as there are workers."""
    if workers == 1:
        for chunk in chunks:
            yield work(chunk, question)
        return
    with ThreadPoolExecutor(workers) as pool:
        # One more than there are workers, so that none is idle while the next chunk is read.
        waiting: list[Future[P]] = [pool.submit(work, chunk, question) for chunk in islice(chunks, workers + 1)]
        while waiting:
            done = waiting.pop(0).result()
            waiting.extend(pool.submit(work, chunk, question) for chunk in islice(chunks, 1))
            yield done


_END: Final[Any] = object()


def _with_end(parts: Iterator[P]) -> Iterator[tuple[P, bool]]:
    """Yield each part with whether it is the last."""
    part = next(parts, _END)
    for following in chain(parts, [_END]):
        if part is not _END:
            yield part, following is _END
        part = following
