"""What a whole source says holds of its cases: its particulars, with the further columns that are known as such."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import polars as pl

from ehcp_flow.bulk.chunks import Question, together, told_rows
from ehcp_flow.bulk.codes import events
from ehcp_flow.bulk.held_columns import HeldValues
from ehcp_flow.bulk.kept_rows import RowSource
from ehcp_flow.bulk.row_sources import Source, open_rows, store_rows
from ehcp_flow.bulk.source_pass import Pass
from ehcp_flow.errors import RowRefused
from ehcp_flow.measures.dated_values import DatedValues, Point
from ehcp_flow.store.base import Axis

__all__ = ["SourceValues", "source_values"]

_PARTICULAR: Final = "particular_recorded"


@dataclass(frozen=True)
class SourceValues:
    """What holds from which days on, by name and case, or else what holds on the day asked for, by case and name.

    `has_labels` says that there may be labels besides.
    """

    spans: dict[str, dict[str, list[Point]]]
    held: dict[str, dict[str, str]]
    has_labels: bool


def source_values(
    source: Source,
    *,
    on: dt.date | None = None,
    known_at: dt.datetime | None = None,
    axis: Axis = "recorded",
    name: str | None = None,
) -> SourceValues:
    """Return what holds of the cases of a source, out of one pass over it: on a day, or without one from day to day.

    What is wrong with its rows is told by whatever asks for the facts. Raises SourceError if it cannot be read at all.
    """
    with ExitStack() as stack:
        rows = open_rows(source, stack, name=name, known_at=known_at, axis=axis)
        told = _Telling(rows)
        reading = _ValuesPass(told, known_at=None if store_rows(rows) else known_at, name=name)
        spans, held = reading.values(on)
        return SourceValues(spans, held, told.has_plain or bool(rows.unknown_columns))


class _Telling:
    """The rows of a source that say what holds, or may take that back: the rows of each case together."""

    together = True

    def __init__(self, rows: RowSource) -> None:
        self._rows = rows
        self.name = rows.name
        self.entering = rows.entering
        self.shown: Mapping[str, str] = rows.shown
        self.unknown_columns: tuple[str, ...] = ()
        self.refused: Sequence[RowRefused] = ()
        self.has_plain = False
        self._kept: list[pl.DataFrame] | None = None

    def case_ids(self) -> Iterator[pl.Series]:
        """Yield the column of case ids alone."""
        for frame in self.frames():
            yield frame["case_id"]

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield the rows as one block; the source is read once, however often it is asked for."""
        if self._kept is None:
            parts = [told for frame in self._rows.frames() if (told := self._told(frame)).height]
            self._kept = [together(pl.concat(parts, how="diagonal_relaxed"))] if parts else []
        yield from self._kept

    def _told(self, frame: pl.DataFrame) -> pl.DataFrame:
        plain = [name for name in frame.columns if name[0] == " "]
        self.has_plain |= bool(plain)
        # An act says nothing of what holds, unless it takes another fact's place, or further columns stand beside it.
        acts = [event for event in events() if event != _PARTICULAR]
        says = ~pl.col("event").cast(pl.String).is_in(acts).fill_null(value=False)
        for name in (*plain, *(["corrects"] if "corrects" in frame.columns else ())):
            says |= pl.col(name).is_not_null()
        return frame.filter(says)


@dataclass
class _ChunkValues:
    """What the particulars of one chunk say."""

    spans: dict[str, dict[str, list[Point]]]
    held: dict[str, dict[str, str]]
    refused: list[RowRefused] = field(default_factory=list)
    cases: int = 0
    rows: int = 0


def _values_chunk(rows: pl.DataFrame, question: Question, on: dt.date | None) -> _ChunkValues:
    encoded, rows, _, _ = told_rows(rows, question)
    told = HeldValues(rows, encoded, question, DatedValues({}))
    return _ChunkValues(told.spans(), {}) if on is None else _ChunkValues({}, told.on(on))


class _ValuesPass(Pass):
    """One pass over rows for what holds."""

    def values(self, on: dt.date | None) -> tuple[dict[str, dict[str, list[Point]]], dict[str, dict[str, str]]]:
        """Return what holds from which days on, by name and case, and what holds on a day, by case and name."""
        spans: dict[str, dict[str, list[Point]]] = {}
        held: dict[str, dict[str, str]] = {}
        for part in self._parts(partial(_values_chunk, on=on)):
            held |= part.held
            for name, cases in part.spans.items():
                spans.setdefault(name, {}).update(cases)
        return spans, held
