"""The names that a source gives its facts, over columns.

Within a case a `fact_id` names one fact. Rows that come in under the name of another, and say something else, are
refused; facts that were made already are told of. Which of them share a name is found over all rows at once, and what
is refused by `FactNames`, one case after another, as a reader of rows does it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from ehcp_flow.bulk.cases_from_columns import build_cases
from ehcp_flow.bulk.codes import Array
from ehcp_flow.bulk.encoding import LINE, Encoded
from ehcp_flow.errors import RowRefused
from ehcp_flow.facts import WHITE
from ehcp_flow.readers.fact_names import FactNames

__all__ = ["of_one_name", "under_another_name"]


def under_another_name(
    encoded: Encoded, rows: pl.DataFrame, name: str, shown: Mapping[str, str]
) -> Mapping[int, RowRefused]:
    """Return the rows whose `fact_id` is that of another fact of their case, and the refusal of each."""
    twice = of_one_name(encoded, rows)
    if not len(twice):
        return {}
    known = FactNames(name, lambda: shown)
    numbers = np.unique(encoded.case[twice])
    heads = np.searchsorted(encoded.case, numbers).tolist()
    refused = {}
    for case, head in zip(build_cases(rows, encoded, numbers), heads, strict=True):
        for row, fact in enumerate(case.recorded, head):
            told = known.checked(int(rows[LINE][row]), fact)
            if isinstance(told, RowRefused):
                refused[row] = told
    return refused


def of_one_name(encoded: Encoded, rows: pl.DataFrame) -> Array:
    """Return the rows that share their `fact_id` with another of their case."""
    if "fact_id" not in rows.columns or rows["fact_id"].null_count() == rows.height:
        return np.zeros(0, dtype=np.int64)
    names = pl.DataFrame([pl.Series("case", encoded.case), rows["fact_id"].cast(pl.String).str.strip_chars(WHITE)])
    twice: Array = (names.is_duplicated() & names["fact_id"].fill_null("").ne("")).arg_true().to_numpy()
    return twice
