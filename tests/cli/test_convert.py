"""`ehcp-flow convert`: a proposal, its questions, the facts, what was refused, and the code with which it leaves."""

import csv

import openpyxl  # type: ignore[import-untyped,unused-ignore]
import pytest

from ehcp_flow import read_cases
from ehcp_flow.conversion import cases_of, fact_rows
from ehcp_flow.facts import FACT_TYPES, choices_of
from tests.cli.running import invoke as run

TRACKER = (
    "Our tracker \u2013 2026;;;;\n;;;;\nUPN;Officer;Request received;Last review;Final plan\n"
    "A1;A. Khan;13/03/26;n/a;\nA2;;13-Mar-26;1 May 2026;2026-09-01 00:00:00\nA3;;soon;;\n"
)


@pytest.fixture
def tracker(tmp_path):
    path = tmp_path / "tracker.csv"
    path.write_bytes(TRACKER.encode("cp1252"))
    return path


def test_a_tracker_becomes_facts_in_three_steps(tracker, tmp_path):
    columns, facts, refused = (tmp_path / name for name in ("columns.toml", "facts.csv", "refused.csv"))
    proposed = run("convert", str(tracker), "--propose", str(columns))
    assert proposed.exit_code == 0, proposed.stderr
    assert "Request received: request_received" in proposed.stderr
    assert "? Last review" in proposed.stderr
    assert f"ehcp-flow convert {tracker} --columns {columns} --output facts.csv" in proposed.stderr

    asked = run("convert", str(tracker), "--columns", str(columns))
    assert asked.exit_code == 2
    assert asked.stdout == ""
    assert "still asks: Last review" in asked.stderr

    columns.write_text(columns.read_text("utf-8").replace('answer = ""', 'answer = "review_meeting_held"'), "utf-8")
    done = run("convert", str(tracker), "--columns", str(columns), "--output", str(facts), "--refused", str(refused))
    assert done.exit_code == 1
    assert "read as Windows-1252" in done.stderr
    assert "its header is row 3" in done.stderr
    assert "line 6, column Request received, case A3: 'soon': it is no date" in done.stderr
    assert "3 rows: 4 facts of 2 cases; 1 cell refused" in done.stderr
    assert {case_id: len(case.facts) for case_id, case in read_cases(facts).items()} == {"A1": 1, "A2": 3}
    with facts.open(encoding="utf-8", newline="") as file:
        assert [row["caseworker"] for row in csv.DictReader(file)] == ["A. Khan", "", "", ""]

    with refused.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["UPN"], row["Request received"], row["row"], row["faults"]) == (
        "A3", "soon", "6", "Request received: it is no date",
    )  # fmt: skip
    refused.write_text(refused.read_text("utf-8").replace("A3,,soon", "A3,,14/03/2026"), "utf-8")
    again = run("convert", "--retry", str(refused), "--columns", str(columns), "--format", "jsonl")
    assert again.exit_code == 0, again.stderr
    assert '"on": "2026-03-14"' in again.stdout


def test_a_proposal_replaces_a_proposal_and_nothing_else(tracker, tmp_path):
    columns = tmp_path / "columns.toml"
    for _ in range(2):
        assert run("convert", str(tracker), "--propose", str(columns)).exit_code == 0
    columns.write_text("# mine\n", "utf-8")
    refused = run("convert", str(tracker), "--propose", str(columns))
    assert refused.exit_code == 2
    assert "not a convert file that was proposed" in refused.stderr
    assert columns.read_text("utf-8") == "# mine\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "give a FILE"),
        (("tracker.csv",), "--propose FILE writes a convert file"),
        (("tracker.csv", "--columns", "a.toml", "--propose", "b.toml"), "give one of them"),
        (("none.csv", "--propose", "b.toml"), "none.csv"),
        (("tracker.csv", "--columns", "none.toml"), "none.toml"),
    ],
)
def test_what_is_missing_is_said_with_exit_code_2(arguments, says, tracker, monkeypatch):
    monkeypatch.chdir(tracker.parent)
    done = run("convert", *arguments)
    assert done.exit_code == 2
    assert says in done.stderr.replace("\n", " ")


def test_the_template_is_a_source_as_soon_as_it_is_filled_and_each_event_has_its_own_outcomes_to_choose(tmp_path):
    path = tmp_path / "facts.xlsx"
    made = run("convert", "--template", "xlsx", "--output", str(path))
    assert made.exit_code == 0, made.stderr
    book = openpyxl.load_workbook(path)
    words = {row[0]: list(row[3:]) for row in book["Words"].iter_rows(min_row=2, values_only=True)}
    assert list(words) == list(FACT_TYPES)
    for event, row in words.items():
        outcomes = list(choices_of(event, "outcome"))
        assert row[: len(outcomes)] == outcomes
        assert not any(row[len(outcomes) :])
    offered = {str(each.sqref): each.formula1 for each in book["Facts"].data_validations.dataValidation}
    assert offered["C2:C5001"] == f"Words!$A$2:$A${len(FACT_TYPES) + 1}"
    assert "MATCH($C2,Words!$A$1" in offered["F2:F5001"]
    for row in book["Example"].iter_rows(min_row=2, values_only=True):
        book["Facts"].append(row)
    book.save(path)
    found = cases_of(fact_rows(path))
    assert not found.refused
    assert {case_id: len(case.facts) for case_id, case in found.items()} == {"C-1001": 5, "C-1002": 3}
    assert run("check", str(path), "--as-of", "2026-06-30").exit_code == 0
    again = run("convert", "--template", "xlsx", "--output", str(path))
    assert again.exit_code == 2, "what somebody has filled is never replaced"


def test_the_template_takes_no_file_and_says_where_it_goes():
    for words in ((), ("tracker.csv",), ("--columns", "sen2")):
        assert run("convert", "--template", "xlsx", *words).exit_code == 2


def test_a_file_of_the_sector_is_named_when_a_proposal_is_asked_for(tmp_path):
    path = tmp_path / "module2.csv"
    path.write_text(
        "Person ID,Requests Record ID,Date Request Was Received,Request Outcome\n1,10,13/03/2025,Y\n", "utf-8"
    )
    done = run("convert", str(path), "--propose", str(tmp_path / "columns.toml"))
    assert done.exit_code == 0
    assert "it needs no convert file, but --columns d2i" in done.stderr
    assert "--columns" in run("check", str(path)).stderr


def test_a_return_needs_no_convert_file_and_is_proposed_none(tmp_path):
    (tmp_path / "return.xml").write_text('<?xml version="1.0"?><Message/>')
    done = run("convert", str(tmp_path / "return.xml"), "--propose", str(tmp_path / "columns.toml"))
    assert done.exit_code == 2
    assert "is a return and needs no convert file" in " ".join(done.stderr.split())
    assert not (tmp_path / "columns.toml").exists()


def test_a_proposal_by_which_nothing_can_be_converted_says_what_to_write_in_the_place_of_a_command(tmp_path):
    path, columns = tmp_path / "sheet.csv", tmp_path / "columns.toml"
    path.write_text("UPN,Colour\nA1,red\n", "utf-8")
    done = run("convert", str(path), "--propose", str(columns))
    assert done.exit_code == 0
    assert "no column was understood as the day of an event" in done.stderr
    assert "[[fact]]" in done.stderr
    assert "--output facts.csv" not in done.stderr
