"""Cases out of any source as objects, all of them or some: `ehcp_flow.readers.read_cases` for columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ehcp_flow.bulk.cases_from_columns import build_cases
from ehcp_flow.bulk.chunks import Question, narrowed, told_rows
from ehcp_flow.bulk.row_sources import Source
from ehcp_flow.bulk.source_pass import CHUNK_CASES, Pass, Progress, ids_of
from ehcp_flow.case import Case
from ehcp_flow.errors import RowRefused
from ehcp_flow.readers import Caseload, Report
from ehcp_flow.readers.declarations import declared_case, recorded_events

__all__ = ["Cases", "read_cases"]


class Cases(Caseload):
    """Cases by their id, and the report on the reading; `known` are the ids of all cases of the source."""

    def __init__(self, cases: Mapping[str, Case], report: Report, ids: Sequence[pl.Series]) -> None:
        super().__init__(cases, report)
        self._ids = ids

    def declared(self, events: Sequence[str]) -> Cases:
        """Return the same, of a source that records these events."""
        return Cases({case_id: declared_case(self[case_id], events) for case_id in self}, self.report, self._ids)

    @property
    def known(self) -> tuple[str, ...]:
        """The ids of all cases of the source, in the order of `iter_frames`."""
        return tuple(case_id for series in self._ids for case_id in series.to_list())


@dataclass
class _CasesOfChunk:
    """The cases of one chunk, and the ids of all its cases."""

    told: list[Case]
    ids: pl.Series
    refused: list[RowRefused]
    rows: int

    @property
    def cases(self) -> int:
        """How many cases were taken."""
        return len(self.told)


def _cases_chunk(rows: pl.DataFrame, question: Question) -> _CasesOfChunk:
    """Return the cases of a chunk that are asked for."""
    encoded, rows, refused, count = told_rows(rows, question)
    ids = encoded.case_ids.cast(pl.String)
    encoded, rows = narrowed(encoded, rows, question)
    return _CasesOfChunk(list(build_cases(rows, encoded, np.arange(len(encoded.case_ids)))), ids, refused, count)


class _CasePass(Pass):
    """One pass over a source for its cases."""

    def read(self, case_ids: Iterable[str] | None) -> Cases:
        """Return the cases."""
        if case_ids is not None:
            self._only = frozenset(ids_of(case_ids))
        cases: dict[str, Case] = {}
        ids = []
        for part in self._parts(_cases_chunk):
            cases.update((case.case_id, case) for case in part.told)
            ids.append(part.ids)
            self._tell(self.cases)
        return Cases(cases, Report(self.name, self.rows, self.refused, self.unknown_columns), ids)


def read_cases(  # noqa: PLR0913 - one parameter for each setting
    source: Source,
    *,
    case_ids: Iterable[str] | None = None,
    authority: str | None = None,
    name: str | None = None,
    on_progress: Progress | None = None,
    chunk_cases: int = CHUNK_CASES,
    records: Sequence[str] = (),
    unrecorded: Sequence[str] = (),
) -> Cases:
    """Return the cases of a source by their id, or some of them, as `ehcp_flow.readers.read_cases` does for a file.

    `case_ids` and `authority` choose; an id that the source does not hold is passed over, and the ids of all its cases
    are in `known`. `records` and `unrecorded` say what the source records at all, as for that call. Sources, and what
    the other options mean, are those of `iter_frames`. Raises SourceError for a source that cannot be read at all.
    """
    events = recorded_events(records, unrecorded)
    reading = _CasePass(
        source, authority=authority, name=name, on_progress=on_progress, chunk_cases=chunk_cases, workers=1
    )
    found = reading.read(case_ids)
    return found.declared(events) if events else found
