"""Frames of other libraries as facts: pandas, Arrow, and whatever has the PyCapsule interface, are what Polars is."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

from ehcp_flow.bulk import deadlines_frame
from ehcp_flow.errors import RowRefused, SourceError

ROWS = [
    {"case_id": "a", "authority": 885, "event": "request_received", "on": pd.Timestamp(2026, 3, 2)},
    {"case_id": "b", "authority": 885, "event": "request_received", "on": pd.Timestamp(2026, 3, 3)},
]
ON = "2026-06-30"


class _Stream:
    """A table of a library that nobody here knows."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._table.__arrow_c_stream__(requested_schema)


class _Column:
    def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
        return pa.array([1, 2]).__arrow_c_array__(requested_schema)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(ROWS),
        pl.DataFrame(ROWS).to_arrow(),
        pl.DataFrame(ROWS).to_arrow().to_batches()[0],
        _Stream(pl.DataFrame(ROWS).to_arrow()),
        pd.DataFrame(ROWS).astype(object),
        pd.DataFrame(
            {"case_id": ["a", "b"], "authority": [885, "885"], "event": ["request_received"] * 2,
             "on": [dt.date(2026, 3, 2), "03/03/2026"], "party": [pd.NA, np.nan]},
            dtype=object,
        ),
    ],
    ids=["pandas", "table", "batch", "stream", "objects", "objects of several kinds"],
)  # fmt: skip
def test_any_frame_of_facts_is_answered_as_the_polars_frame_is(frame):
    assert_frame_equal(deadlines_frame(frame, ON), deadlines_frame(pl.DataFrame(ROWS), ON))


def test_a_row_without_a_day_raises_or_is_collected_and_never_vanishes():
    frame = pd.DataFrame([*ROWS, {"case_id": "c", "authority": np.nan, "event": "request_received", "on": pd.NaT}])
    with pytest.raises(RowRefused):
        deadlines_frame(frame, ON)
    # pandas made decimals of the authorities, because one is missing.
    assert frame["authority"].dtype == float
    collected: list[Any] = []
    assert deadlines_frame(frame, ON, refused=collected).height == deadlines_frame(pl.DataFrame(ROWS), ON).height
    assert [(row.line, row.case_id) for row in collected] == [(3, "c")]


@pytest.mark.parametrize("number", [885.5, 2.0**60, float("inf")])
def test_a_number_that_is_no_whole_one_is_refused_as_it_is_anywhere(number):
    frame = pd.DataFrame([ROWS[0] | {"authority": number}])
    with pytest.raises(RowRefused, match="authority"):
        deadlines_frame(frame, ON)


def test_what_is_no_table_is_refused_in_words():
    with pytest.raises(SourceError, match="one column and no table"):
        deadlines_frame(_Column(), ON)
    doubled = pd.DataFrame([["a", 1, 2], [2, "b", 2]], columns=["case_id", "case_id", "on"], dtype=object)
    with pytest.raises(SourceError, match="cannot be read"):
        deadlines_frame(doubled, ON)
