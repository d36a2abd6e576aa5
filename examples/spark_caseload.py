"""A whole caseload on Spark: every deadline of every case, judged by several workers.

    python examples/spark_caseload.py FACTS.parquet 2026-06-30 DEADLINES.parquet

Needs `pip install "ehcp-flow[bulk]" "pyspark>=4"` and Java 17 or later. The rows are those that one machine gives, and
their order is Spark's: `scripts/test-spark` holds it to that. docs/outgrowing-a-machine.md says when this is worth it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ehcp_flow.bulk import bulk_batch

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SCHEMA = (
    "case_id string, authority string, limit string, title string, actor string, party string, kind string, "
    "citation string, starts_on date, due_on date, earliest_on date, done_on date, status string, days_over int, "
    "excused_by array<string>, breach boolean, due_on_earliest date, ended_on date, contested_by array<string>, "
    "key string"
)


def judge(as_of: str) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return what a worker does with its partition, which holds all facts of its cases."""

    def deadlines(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        # A batch may end inside a case, a partition never does.
        held = list(batches)
        if held:
            yield from bulk_batch(pa.Table.from_batches(held), as_of).to_batches()

    return deadlines


def deadlines_of(facts: DataFrame, as_of: str, *, partitions: int) -> Any:
    """Return the deadlines of facts: whole cases go to each partition."""
    return facts.repartition(partitions, "case_id").mapInArrow(judge(as_of), SCHEMA)


def main() -> None:
    """Read the facts, judge them, write the deadlines."""
    from pyspark.sql import SparkSession

    source, as_of, target = sys.argv[1:]
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        facts = spark.read.parquet(source)
        deadlines_of(facts, as_of, partitions=8).write.mode("overwrite").parquet(target)
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
