"""Dates that judgments, the Ombudsman, charities, councils and advisers print, against the engine's own.

A row agrees with its source, or is a disagreement with its reason: then the row holds both dates, and the engine's
working names the source's, where the source reads the same words in another way. Nothing is bent to make a row pass.
"""

import csv
from pathlib import Path

import pytest

from ehcp_flow.deadlines import Deadline, judge
from tests.telling import day, tell

HERE = Path(__file__).parent
COLUMNS = [
    "name", "source", "reference", "limit", "chronology", "as_of", "source_date", "source_says", "engine_date",
    "status",
    "days_over", "breach", "disagreement", "read_as",
]  # fmt: skip


def rows(*, where: str = "*") -> list[dict[str, str]]:
    found = []
    for path in sorted(HERE.glob(f"{where}/*.csv")):
        if path.name != "chronologies.csv":
            with path.open(encoding="utf-8", newline="") as file:
                found += [{**row, "group": path.parent.name} for row in csv.DictReader(file)]
    return found


ROWS = rows()
DATED = [row for row in ROWS if row["engine_date"]]
UNDATED = [row for row in ROWS if not row["engine_date"]]
AGREEING = [row for row in DATED if not row["disagreement"]]
DISAGREEING = [row for row in DATED if row["disagreement"]]
READ_OTHERWISE = [row for row in DATED if row["read_as"]]


def each(table: list[dict[str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", table, ids=lambda row: f"{row['group']}: {row['name']}")


def dated(row: dict[str, str]) -> Deadline:
    """The deadline of the row's limit that ends on the row's day."""
    found = [
        deadline
        for deadline in judge(tell(row["chronology"]), row["as_of"]).deadlines
        if deadline.limit == row["limit"]
    ]
    ends = {deadline.due_on: deadline for deadline in found}
    assert day(row["engine_date"]) in ends, found
    return ends[day(row["engine_date"])]


@each(ROWS)
def test_a_row_says_where_it_comes_from_and_what_it_disagrees_about(row):
    assert set(row) == {*COLUMNS, "group"}
    assert row["source"].startswith("https://") or row["group"] == "own"
    assert row["reference"]
    differs = bool(row["source_date"]) and row["source_date"] != row["engine_date"]
    assert differs <= bool(row["disagreement"]), "a row that differs gives its reason"


@each(AGREEING)
def test_the_engine_computes_the_date_that_the_source_prints(row):
    deadline = dated(row)
    assert deadline.due_on is not None
    assert deadline.due_on.isoformat() == (row["source_date"] or row["engine_date"])


@each(DISAGREEING)
def test_a_named_disagreement_keeps_both_dates(row):
    deadline = dated(row)
    assert deadline.due_on == day(row["engine_date"])
    assert row["source_date"] != row["engine_date"], row["disagreement"]


@each(DATED)
def test_the_engine_gives_the_status_that_the_source_s_own_dates_lead_to(row):
    deadline = dated(row)
    assert deadline.status == row["status"]
    assert deadline.days_over == (int(row["days_over"]) if row["days_over"] else None)
    assert deadline.breach == (row["breach"] == "yes")


@each(READ_OTHERWISE)
def test_the_working_names_the_source_s_reading_and_its_date(row):
    readings = {step.on: step.text for step in dated(row).explanation if step.part == "reading"}
    assert row["read_as"] in readings[day(row["source_date"])]


@each(UNDATED)
def test_where_the_record_or_the_law_gives_no_clock_no_date_is_invented(row):
    judged = judge(tell(row["chronology"]), row["as_of"])
    assert [deadline for deadline in judged.deadlines if deadline.limit == row["limit"]] == []
    assert row["disagreement"]


def test_a_letter_from_before_the_law_gives_a_finding():
    [row] = [row for row in UNDATED if row["group"] == "courts"]
    assert "no_law_in_force" in {finding.code for finding in judge(tell(row["chronology"]), row["as_of"]).findings}


def test_the_courts_12_weeks_and_6_days_stand_in_the_working():
    [row] = [row for row in ROWS if row["name"] == "12 weeks and 6 days beyond the statutory deadline"]
    result = next(step.text for step in dated(row).explanation if step.part == "result")
    assert "90 days (12 weeks and 6 days) after the last lawful day, Wednesday 23 July 2025" in result


@pytest.mark.parametrize(
    ("reference", "how_many"),
    [
        ("23 013 824", 1),
        ("25 007 473", 2),
        ("24 019 445", 1),
        ("25 005 755", 2),
        ("25 007 885", 2),
        ("25 013 913", 1),
        ("R (JSC) v Cambridgeshire [2026] EWHC 68 (Admin)", 2),
        ("CM v Surrey CC [2014] UKUT 4 (AAC)", 1),
        ("IPSEA FAQ Christmas", 2),
        ("IPSEA FAQ Year 5-7", 2),
        ("SNJ phase transfer article", 4),
        ("Kent CC news 2025", 1),
        ("Somerset Local Offer 2026", 1),
        ("Ealing EGfL 2025", 1),
        ("Buckinghamshire (bucks.radio, first case)", 1),
        ("Simpson Millar 2026", 2),
        ("Tees Law 2023", 1),
    ],
)
def test_no_published_row_is_left_out(reference, how_many):
    assert sum(row["reference"] == reference for row in ROWS) == how_many
