"""The further columns of a table that are known as particulars, as rows of facts: what the readers make of them.

A value holds from the day of its row until a row with another one; see `ehcp_flow.readers.plain_columns`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import polars as pl

from ehcp_flow.bulk.codes import Array, event_of
from ehcp_flow.bulk.encoding import LINE, Encoded, coded
from ehcp_flow.particular_table import settled
from ehcp_flow.readers.plain_columns import dated_columns
from ehcp_flow.readers.text_lines import UNFIT

__all__ = ["plain_names", "with_plain_rows"]

_DAYS: Final = 1 << 18
_RECORD: Final = ("recorded_at", "recorded_by")


def plain_names(columns: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """Return which columns of a table are dated by its rows: they go by their names with a blank before them."""
    dated = dated_columns().difference(known)
    return tuple(dict.fromkeys(f" {name}" for name in columns if name in dated))


def with_plain_rows(rows: pl.DataFrame, encoded: Encoded) -> pl.DataFrame | None:
    """Return the rows of whole cases, and behind those of each case what its further columns say; None where nothing.

    `encoded` are the same rows as numbers: all of them facts.
    """
    names = [name for name in rows.columns if name[0] == " "]
    parts = [part for name in names for part in _changes(rows, encoded, name)]
    if not names:
        return None
    rows = rows.drop(names)
    if not parts:
        return rows
    texts = [pl.col(name).cast(pl.String) for name in rows.columns if name != LINE]
    every = pl.concat([rows.with_columns(texts), *parts], how="diagonal")
    case = np.concatenate([encoded.case, *(part["_case"].to_numpy() for part in parts)])
    behind = np.arange(len(case)) >= rows.height
    order = np.lexsort((every[LINE].to_numpy(), behind, case))
    return every.drop("_case").select(pl.all().gather(pl.Series(order.astype(np.uint32))))


def _changes(rows: pl.DataFrame, encoded: Encoded, name: str) -> Sequence[pl.DataFrame]:
    """Return the rows with which a value of a column begins, as facts."""
    told = coded(rows[name].cast(pl.String))
    kept = [None if UNFIT.search(text) else settled(name[1:], text) for text in told.texts]
    values = sorted({value for value in kept if value is not None})
    place = {value: number for number, value in enumerate(values)}
    code: Array = told.through(np.array([*(-1 if value is None else place[value] for value in kept), -1]))
    at = np.flatnonzero(code >= 0)
    rank = event_of().take(encoded.key[at])
    at = at[np.lexsort((code[at], rank, encoded.on[at], encoded.case[at]))]
    begins = np.ones(len(at), dtype=bool)
    begins[1:] = (code[at[1:]] != code[at[:-1]]) | (encoded.case[at[1:]] != encoded.case[at[:-1]])
    at = at[begins]
    if not len(at):
        return ()
    here = rows.select(pl.all().gather(pl.Series(at.astype(np.uint32))))
    record = [pl.col(each).cast(pl.String) for each in _RECORD if each in rows.columns]
    fact = here.select(
        pl.col("case_id").cast(pl.String), pl.lit("particular_recorded").alias("event"),
        pl.col("on").cast(pl.String), *record, LINE,
    )  # fmt: skip
    said = pl.Series("value", [values[each] for each in code[at].tolist()], dtype=pl.String)
    return (fact.with_columns(pl.lit(name[1:]).alias("particular"), said, pl.Series("_case", encoded.case[at])),)
