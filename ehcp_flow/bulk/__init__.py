"""The same answers over columns, for whole caseloads: deadlines compiled from the same rulebook.

    from ehcp_flow.bulk import deadlines_frame

    frame = deadlines_frame("cases.parquet", "2026-06-30")

Needs the extra `bulk`: `pip install "ehcp-flow[bulk]"`. `docs/performance.md` says how fast it is and why, and
`docs/outgrowing-a-machine.md` what to do when one machine is not enough.

Nothing of the law is judged here: a chunk of whole cases goes to the kernel as columns of numbers and comes back as
columns. What is added here is a function over one chunk, and a door to it in `queries.py`; import from
`ehcp_flow.bulk` alone.
"""

try:
    import numpy as np
    import polars as pl
except ImportError as error:
    from ehcp_flow.errors import LibraryMissing

    raise LibraryMissing(error.name or "polars", "bulk") from error

from ehcp_flow.bulk.deadline_csv import write_csv
from ehcp_flow.bulk.queries import (
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
from ehcp_flow.bulk.star import tables

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
    "tables",
    "write_csv",
]

del np, pl
