"""The same answers over columns, for whole caseloads: deadlines compiled from the same rulebook.

    from ehcp_flow.bulk import deadlines_frame

    frame = deadlines_frame("cases.parquet", "2026-06-30")

Needs the extra `bulk`: `pip install "ehcp-flow[bulk]"`. `docs/performance.md` says how fast it is and why, and
`docs/outgrowing-a-machine.md` what to do when one machine is not enough.
"""

try:
    import numpy as np
    import polars as pl
except ImportError as error:
    from ehcp_flow.errors import LibraryMissing

    raise LibraryMissing(error.name or "polars", "bulk") from error

from ehcp_flow.bulk.asking import (
    CHUNK_CASES,
    Answers,
    Frames,
    Measuring,
    Options,
    bulk_batch,
    counts,
    deadlines_frame,
    explain,
    findings_frame,
    iter_answers,
    iter_frames,
    iter_rows,
    measure,
    read_cases,
    states_frame,
)
from ehcp_flow.bulk.writing import write_csv

__all__ = [
    "CHUNK_CASES",
    "Answers",
    "Frames",
    "Measuring",
    "Options",
    "bulk_batch",
    "counts",
    "deadlines_frame",
    "explain",
    "findings_frame",
    "iter_answers",
    "iter_frames",
    "iter_rows",
    "measure",
    "read_cases",
    "states_frame",
    "write_csv",
]

del np, pl
