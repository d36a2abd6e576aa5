"""The example on Spark in local mode: several workers give the rows that one machine gives.

Run by `scripts/test-spark`, which installs Spark and looks for Java. The name keeps it out of the ordinary suite.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import polars as pl
import pyarrow as pa
import pytest
from pyspark.errors import PythonException
from pyspark.sql import DataFrame, SparkSession

from ehcp_flow.bulk import bulk_batch, deadlines_frame
from ehcp_flow.facts import DATES
from ehcp_flow.synth import write_synth
from examples.spark_caseload import SCHEMA, deadlines_of

pytestmark = pytest.mark.filterwarnings("ignore")  # what Spark warns of is Spark's
AS_OF = "2026-06-30"
WORKERS = 2


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = (
        SparkSession.builder.master(f"local[{WORKERS}]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "8")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A caseload in Parquet, its rows in no order."""
    path = tmp_path_factory.mktemp("spark")
    write_synth(path / "facts.csv", 400, 17)
    table = pl.read_csv(path / "facts.csv", infer_schema=False)
    days = [name for name in table.columns if name in DATES]
    typed = table.with_columns(pl.col(days).str.to_date())
    typed.sample(fraction=1, shuffle=True, seed=1).write_parquet(path / "facts.parquet", row_group_size=2_000)
    return str(path / "facts.parquet")


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """A case's rows are together and in the public order; the order of cases is Spark's."""
    plain = frame.with_columns(pl.col(pl.Enum).cast(pl.String), pl.col("excused_by").cast(pl.List(pl.String)))
    return plain.sort("case_id", maintain_order=True)


def test_several_workers_give_the_rows_of_one_machine(spark: SparkSession, source: str) -> None:
    told = deadlines_of(spark.read.parquet(source), AS_OF, partitions=8).toArrow()
    expected = in_order(deadlines_frame(source, AS_OF))
    found = in_order(pl.DataFrame(pl.from_arrow(told)))
    assert found.columns == expected.columns
    assert found.rows() == expected.rows()
    assert found["case_id"].n_unique() > 350
    assert found.height > 5_000


def test_they_were_several(spark: SparkSession, source: str) -> None:
    """Each partition tells which process judged it, and holds whole cases."""

    def who(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            pids = [os.getpid()] * batch.num_rows
            yield pa.RecordBatch.from_arrays([batch.column("case_id"), pa.array(pids)], ["case_id", "pid"])

    facts = spark.read.parquet(source).repartition(8, "case_id")
    seen = pl.DataFrame(pl.from_arrow(facts.mapInArrow(who, "case_id string, pid long").toArrow()))
    assert seen["pid"].n_unique() == WORKERS
    assert os.getpid() not in seen["pid"].to_list()
    assert seen.group_by("case_id").agg(pl.col("pid").n_unique())["pid"].max() == 1


def test_the_schema_of_the_example_is_that_of_the_engine(spark: SparkSession, source: str) -> None:
    empty: DataFrame = spark.createDataFrame([], SCHEMA)
    one = bulk_batch(pl.read_parquet(source).head(0).to_arrow(), AS_OF)
    assert [(field.name, field.type) for field in empty.toArrow().schema] == [
        (field.name, field.type) for field in one.schema
    ]


def test_a_row_that_is_no_fact_stops_the_job_and_names_itself(spark: SparkSession, source: str) -> None:
    facts = spark.read.parquet(source).limit(50).replace("request_received", "request_recieved", "event")
    with pytest.raises(PythonException, match="did you mean request_received"):
        deadlines_of(facts, AS_OF, partitions=2).toArrow()
