"""Transfers that follow from a school year are proposed, as rows to be imported; only people record them."""

import csv
import io

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.bulk import iter_answers
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.measures.placed_children import transfer_proposals
from ehcp_flow.measures.registers import registers
from tests.cli.running import invoke
from tests.measures.answers_made_up import told

HELD = "2020-01-06 final_plan_sent"


def proposed(*lines, as_of="2026-01-15", case_id="a"):
    case = told(case_id, *lines)
    one = [(str(each.on), each.outcome) for each in transfer_proposals(CountedCase(answer(case, as_of)))]
    (many,) = iter_answers([case], as_of)
    assert [(str(each.on), each.outcome) for each in transfer_proposals(CountedCase(many))] == one
    return one


@pytest.mark.parametrize(
    ("born", "transfers"),
    [
        # In January 2026 the school year is 2025/26; who turns four on 1 September 2025 begins reception a year later.
        ("2021-09-01", [("2026-09-01", "school")]),
        ("2021-08-31", []),
        ("2022-08-31", [("2026-09-01", "school")]),
        ("2023-08-31", [("2027-09-01", "school")]),
        ("2023-09-01", []),
        ("2014-09-01", [("2026-09-01", "school")]),
        ("2015-09-01", [("2027-09-01", "school")]),
        ("2015-08-31", [("2026-09-01", "school")]),
        ("2014-08-31", []),
        ("2009-09-01", [("2026-09-01", "post16")]),
        ("2011-09-01", []),
        ("2004-01-01", []),
    ],
)
def test_the_transfers_of_the_next_two_septembers_follow_from_the_date_of_birth(born, transfers):
    assert proposed(f"{born} date_of_birth", "2025-01-06 final_plan_sent") == transfers


def test_a_school_year_that_is_recorded_goes_before_the_date_of_birth():
    born = "2015-03-01 date_of_birth"
    assert proposed(born, HELD) == [("2026-09-01", "school")]
    behind = "2025-09-01 particular_recorded particular=school_year;value=5"
    assert proposed(born, HELD, behind) == [("2027-09-01", "school")]
    assert proposed(HELD, behind) == [("2027-09-01", "school")]
    assert proposed(HELD, behind.replace("value=5", "value=X")) == []
    assert proposed(HELD) == []


def test_nothing_is_proposed_that_is_on_record_or_of_a_plan_that_is_not_held():
    born = "2015-03-01 date_of_birth"
    assert proposed(born, HELD, "2026-09-03 phase_transfer_due outcome=school") == []
    assert proposed(born, HELD, "2025-09-03 phase_transfer_due outcome=school") == [("2026-09-01", "school")]
    assert proposed(born, HELD, "2025-10-03 plan_ceased") == []
    assert proposed(born, "2025-09-03 request_received parent") == []


def test_the_list_is_imported_as_it_stands_and_then_proposes_nothing_more(tmp_path):
    url = f"sqlite:///{tmp_path}/s.db"
    assert invoke("import", "examples/placements.csv", "--store", url).exit_code == 0
    asked = ("registers", url, "proposals", "--as-of", "2026-06-30", "--format", "csv")
    said = invoke(*asked)
    rows = list(csv.DictReader(io.StringIO(said.stdout)))
    assert [(row["case_id"], row["event"], row["on"], row["outcome"]) for row in rows] == [
        ("P02", "phase_transfer_due", "2026-09-01", "school"), ("P06", "phase_transfer_due", "2026-09-01", "school"),
        ("P08", "phase_transfer_due", "2026-09-01", "school"), ("P01", "phase_transfer_due", "2027-09-01", "school"),
    ]  # fmt: skip
    assert rows[0]["reason"] == "school year 6 in 2025/26 by date of birth, so that 7 follows"
    assert list(rows[0]) == ["case_id", "event", "on", "outcome", "reason"]
    path = tmp_path / "proposals.csv"
    path.write_text(said.stdout, "utf-8")
    taken = invoke("import", path, "--store", url)
    assert (taken.exit_code, "4 facts taken" in taken.output) == (0, True), taken.output
    assert "unknown" not in taken.stderr
    assert list(csv.DictReader(io.StringIO(invoke(*asked).stdout))) == []


def test_the_register_of_placements_has_whoever_is_behind_the_figures_of_placement():
    rows = registers(
        [
            answer(told("a", HELD, "2020-01-06 particular_recorded particular=placement;value=special"), "2026-01-15"),
            answer(told("b", "2020-01-06 particular_recorded particular=housed_by;value=916"), "2026-01-15"),
            answer(told("c", "2025-09-03 request_received parent"), "2026-01-15"),
            answer(told("d", HELD), "2026-01-15"),
        ]
    )["placements"]
    shown = [(row["case_id"], row["placement"], row["housed_by"]) for row in rows]
    assert shown == [("b", "", "916"), ("d", "", ""), ("a", "special", "")]
