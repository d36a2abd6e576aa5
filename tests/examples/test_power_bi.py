"""The star that the example draws is the one that `ehcp-flow tables` writes."""

import csv
import re
from pathlib import Path

import polars as pl
import pytest

from tests.cli.running import invoke

FOLDER = Path(__file__).parents[2] / "examples" / "power_bi"
CASES = FOLDER.parent / "our_council" / "cases.csv"


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    made = tmp_path_factory.mktemp("tables") / "star"
    done = invoke("tables", CASES, "--as-of", "2026-06-30", "--output", made)
    assert done.exit_code == 0, done.output
    return {file.stem: pl.read_parquet(file) for file in made.glob("*.parquet")}


def test_each_relationship_is_many_to_one(tables):
    with (FOLDER / "relationships.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            many = tables[row["from_table"]][row["from_column"]].drop_nulls()
            one = tables[row["to_table"]][row["to_column"]]
            assert one.is_unique().all(), row
            assert many.dtype == one.dtype, row
            assert set(many) <= set(one), row


def test_what_the_measures_name_is_there(tables):
    text = "\n".join(
        line for line in (FOLDER / "measures.dax").read_text("utf-8").splitlines() if not line.startswith("//")
    )
    named = re.findall(r"(\w+)'?\[(\w+)\]", text)
    assert named
    assert [each for each in named if each[1] not in tables[each[0]].columns] == []


def test_the_picture_names_every_table(tables):
    picture = (FOLDER / "star.svg").read_text("utf-8")
    assert {name for name in tables if f">{name}</text>" not in picture} == set()
