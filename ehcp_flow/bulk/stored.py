"""A store's facts as blocks of rows: read as columns, a moment of the store at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn

import polars as pl

from ehcp_flow.bulk.encoding import LINE
from ehcp_flow.errors import RowRefused
from ehcp_flow.facts import COLUMNS, CONTENT
from ehcp_flow.store import Block, Store
from ehcp_flow.store.errors import StoreCorrupt
from ehcp_flow.store.fact_rows import FactRow, fact_of, whole_body

__all__ = ["StoreRows"]

_BODY: Final = "_body"
_BESIDE: Final = frozenset({"case_id", "reason", "recorded_at", "recorded_by"})
_SAID: Final = pl.Struct({name: pl.String for name in COLUMNS if name not in _BESIDE})
_BLOCK: Final = 100_000
_TEXT: Final = r'"(?:[^"\\\x00-\x1f]|\\.)*"'


def _written() -> str:
    """Return a pattern for bodies as the store writes them: texts alone, in the order of the fact's own fields."""
    names = [name for name in CONTENT if name not in _BESIDE and name != "event"]
    return r'^\{"event":' + _TEXT + "".join(f'(?:,"{name}":{_TEXT})?' for name in names) + r"\}$"


_PLAIN: Final = _written()


class StoreRows:
    """The facts of a store, as they were known at an instant if one is given, in the order of case and version.

    A row's line is its number in that order. What the store cannot hold is not refused, but an error, as everywhere.
    """

    together = True
    entering = False

    def __init__(self, store: Store, name: str, known_at: dt.datetime | None, axis: Any) -> None:
        self.name = name
        self.shown: Mapping[str, str] = {}
        self.unknown_columns: tuple[str, ...] = ()
        self.refused: list[RowRefused] = []
        self._store = store
        self._known_at = known_at
        self._axis = axis

    def case_ids(self) -> Iterator[pl.Series]:
        """Yield the column of case ids alone."""
        for frame in self.frames():
            yield frame["case_id"]

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield blocks of rows, all of one moment."""
        line = 1
        for block in self._store.blocks(known_at=self._known_at, axis=self._axis, size=_BLOCK):
            yield self._frame(block, line)
            line += len(block.body)

    def _frame(self, block: Block, line: int) -> pl.DataFrame:
        columns = {"case_id": block.case_id, _BODY: block.body, "reason": block.reason}
        record = {"recorded_at": block.recorded_at, "recorded_by": block.recorded_by}
        try:
            rows = pl.DataFrame({**columns, **record}, schema=dict.fromkeys((*columns, *record), pl.String))
            told = self._plain(rows).with_columns(pl.col(_BODY).str.json_decode(_SAID)).unnest(_BODY)
        except (TypeError, pl.exceptions.PolarsError):
            self.refuse()
        return told.with_columns(pl.int_range(line, line + rows.height, dtype=pl.Int64).alias(LINE))

    def _plain(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the rows with bodies as the store writes them: what is no text would be taken for one."""
        is_plain = pl.col(_BODY).str.contains(_PLAIN)
        odd = rows.filter(~is_plain)
        if odd.height == 0:
            return rows
        bodies = []
        for row in odd.iter_rows(named=True):
            try:
                fact = fact_of(self._row(row), row["reason"], redacted=False, upcasters=self._store.upcasters)
                bodies.append(whole_body(fact))
            except StoreCorrupt:
                self.refuse(row["case_id"])
        at = rows.select(~is_plain).to_series().arg_true()
        return rows.with_columns(rows[_BODY].scatter(at, pl.Series(bodies, dtype=pl.String)))

    def _row(self, told: Mapping[str, Any]) -> FactRow:
        """Return a row of the store with what a block tells of it."""
        hashed = None if told["reason"] is None else ""
        body, at, by = told[_BODY], told["recorded_at"], told["recorded_by"]
        return FactRow(told["case_id"], 0, self._store.upcasters.current, "", "", at, "", by, None, body, hashed, "", 0)

    def refuse(self, case_id: str | None = None) -> NoReturn:
        """Raise what the store says of rows that tell no fact: of one case, or of the first such case. StoreCorrupt."""
        only = None if case_id is None else (case_id,)
        for _ in self._store.cases(only, known_at=self._known_at, axis=self._axis):
            pass
        raise StoreCorrupt("a row of the store" if case_id is None else f"case {case_id}", "the columns cannot read it")
