"""What a change of the law would ask of a caseload, school year by school year: `python by_year.py CASES.csv DAY`."""

import sys
from pathlib import Path

import polars as pl

from ehcp_flow.bulk import deadlines_frame
from ehcp_flow.law import Rulebook, england, load_rulebook

LIMITS = ("annual_review", "key_stage_review", "transfer_reassessment", "phase_transfer")
SCHOOL_YEAR = pl.col("due_on").dt.offset_by("-8mo").dt.year().alias("from_september")


def owed(source: str, day: str, law: Rulebook) -> pl.DataFrame:
    """Return how many acts each limit asks for in each school year, those that fell away left out."""
    found = deadlines_frame(source, day, rulebook=law).filter(pl.col("limit").is_in(LIMITS))
    return found.filter(pl.col("status") != "lapsed").group_by(SCHOOL_YEAR, pl.col("limit").cast(pl.String)).len("acts")


def main(source: str, day: str) -> None:
    """Print the two laws side by side."""
    draft = load_rulebook(Path(__file__).parent)
    old, new = owed(source, day, england()), owed(source, day, draft)
    beside = old.join(new, on=["from_september", "limit"], how="full", coalesce=True, suffix="_in_draft")
    print(
        beside.filter(pl.col("from_september").is_between(2027, int(day[:4]) - 1))
        .fill_null(0)
        .sort("from_september", "limit")
        .write_csv(),
        end="",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
