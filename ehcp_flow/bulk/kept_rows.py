"""What a source of rows is; and the rows of one that is gone through more than once: of few, what was read is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Protocol, runtime_checkable

import polars as pl

from ehcp_flow.errors import RowRefused

__all__ = ["MOST_ROWS", "KeptRows", "RowSource"]

MOST_ROWS: Final = 500_000
"""So many rows are kept: a council's, and no more than a chunk of cases holds anyway."""


@runtime_checkable
class RowSource(Protocol):
    """Rows of text, block by block, with the line of each; they can be gone through more than once.

    `refused` are the rows that were refused before they became rows of a block.
    """

    together: bool
    """Whether the rows of each case are known to stand together."""
    entering: bool
    """Whether the rows come from outside, and are neither facts already nor a store's."""

    @property
    def name(self) -> str:
        """What the source is called."""

    @property
    def shown(self) -> Mapping[str, str]:
        """How the source writes each column's name."""

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """The columns that are ignored, as the source writes them."""

    @property
    def refused(self) -> list[RowRefused]:
        """The rows that were refused while blocks were read."""

    def case_ids(self) -> Iterator[pl.Series]:
        """Yield the column of case ids alone."""

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield blocks of rows."""


class KeptRows:
    """The rows of a source: those of a small one are read once, whoever asks for them and how often.

    A source that is not known to be small is read anew each time, and its ids by themselves.
    """

    def __init__(self, rows: RowSource, *, is_small: bool) -> None:
        self.read = rows
        self.name, self.together, self.entering = rows.name, rows.together, rows.entering
        self._is_small = is_small
        self._kept: list[pl.DataFrame] | None = None

    @property
    def shown(self) -> Mapping[str, str]:
        """How the source writes each column's name."""
        return self.read.shown

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """The columns that are ignored, as the source writes them."""
        return self.read.unknown_columns

    @property
    def refused(self) -> list[RowRefused]:
        """The rows that were refused while blocks were read."""
        return self.read.refused

    def case_ids(self) -> Iterator[pl.Series]:
        """Yield the column of case ids alone."""
        if not self._is_small:
            yield from self.read.case_ids()
            return
        for frame in self.frames():
            yield frame["case_id"]

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield blocks of rows."""
        if self._kept is not None:
            yield from self._kept
            return
        kept: list[pl.DataFrame] = []
        rows = 0
        for frame in self.read.frames():
            rows += frame.height
            self._is_small &= rows <= MOST_ROWS
            if self._is_small:
                kept.append(frame)
            else:
                kept.clear()
            yield frame
        if self._is_small:
            self._kept = kept
