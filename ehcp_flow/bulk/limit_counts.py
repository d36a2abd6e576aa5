"""Counts of one chunk's deadlines, without a row for each of them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl

from ehcp_flow.bulk.chunks import Chunk, Columns, Question, schema_of
from ehcp_flow.bulk.law_words import LawWords
from ehcp_flow.deadlines import STATUSES

__all__ = ["BY", "COUNTED", "counts_chunk", "counts_schema", "summed"]

BY: Final = ("authority", "limit", "kind", "status")
COUNTED: Final = ("deadlines", "breaches", "excused")


def counts_schema(law: LawWords) -> dict[str, Any]:
    """Return the columns of counts."""
    schema = schema_of(law)
    return {name: schema[name] for name in BY} | dict.fromkeys(COUNTED, pl.UInt64)


def counts_chunk(rows: pl.DataFrame, question: Question) -> Chunk:
    """Return the counts of a chunk of whole cases, each case's rows together."""
    columns = Columns.of(rows, question)
    law, schema = question.law, schema_of(question.law)
    judged = columns.judged
    authority = columns.facts.authority.take(judged.case).astype(np.int64) + 1
    number = (authority * len(law.book.versions) + judged.row) * len(STATUSES) + judged.status
    size = (len(columns.encoded.authority.texts) + 1) * len(law.book.versions) * len(STATUSES)
    deadlines = np.bincount(number, minlength=size)
    there = np.flatnonzero(deadlines)
    rest, status = np.divmod(there, len(STATUSES))
    authority, row = np.divmod(rest, len(law.book.versions))

    def words(name: str, of_places: Any, places: Any) -> pl.Series:
        return pl.Series(name, of_places, dtype=schema[name]).gather(pl.Series(places.astype(np.uint32)))

    counted = {
        "deadlines": deadlines,
        "breaches": np.bincount(number[judged.breach], minlength=size),
        "excused": np.bincount(number[judged.held > 0], minlength=size),
    }
    frame = pl.DataFrame(
        [
            words("authority", [None, *columns.encoded.authority.texts], authority),
            words("limit", law.limit, row),
            words("kind", law.kind, row),
            words("status", STATUSES, status),
            *(pl.Series(name, many[there].astype(np.uint64)) for name, many in counted.items()),
        ]
    )
    return columns.chunk(summed([frame]))


def summed(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Return counts added up, in the order of what they are counted by."""
    return pl.concat(parts).group_by(BY).agg(pl.col(COUNTED).sum()).sort(BY, nulls_last=False)
