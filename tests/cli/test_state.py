"""`state`: where cases stand, what may happen, and why the rest may not."""

import pytest

from tests.cli.running import CHRONOLOGIES, invoke, rows_of, table_of

ALL = ("state", CHRONOLOGIES, "--as-of", "2025-10-21")
ONE = (*ALL, "--case", "w-hertfordshire")


def test_a_caseload_gives_a_row_for_each_case():
    rows = rows_of(invoke(*ALL).stdout, "csv")
    assert {row["case_id"]: row["state"] for row in rows}["jsc-cambridgeshire"] == "REFUSED_PLAN"
    assert len(rows) == 6
    assert {row["maintained"] for row in rows} == {"true", "false"}
    plain = rows_of(invoke(*ALL, "--format", "json").stdout, "json")
    assert ["; ".join(row["moves_allowed"]) for row in plain] == [row["moves_allowed"] for row in rows]
    assert "moves" not in plain[0]


def test_one_case_gives_every_move_with_its_reasons():
    (row,) = rows_of(invoke(*ONE, "--format", "jsonl").stdout, "jsonl")
    moves = {(move["event"], move["outcome"]): move for move in row["moves"]}
    assert moves["refusal_reversed", None]["allowed"] is True
    assert moves["refusal_reversed", None]["to_state"] == "ASSESSING"
    refused = moves["final_plan_sent", None]
    assert refused["allowed"] is False
    (reason,) = refused["reasons"]
    assert (reason["holds"], "no draft plan" in reason["reason"]) == (False, True)
    assert reason["address"].startswith("https://www.legislation.gov.uk/")
    assert "15 days" in reason["remedy"]


def test_csv_has_a_row_for_each_move_of_one_case():
    rows = rows_of(invoke(*ONE).stdout, "csv")
    (plain,) = rows_of(invoke(*ONE, "--format", "json").stdout, "json")
    assert [(row["event"], row["outcome"], row["allowed"]) for row in rows] == [
        (move["event"], move["outcome"] or "", "true" if move["allowed"] else "false") for move in plain["moves"]
    ]
    assert next(row for row in rows if row["event"] == "final_plan_sent")["reasons"].startswith("no: no draft plan")


@pytest.mark.parametrize(
    ("moves", "verdicts"), [("allowed", {"true"}), ("refused", {"false"}), ("all", {"true", "false"})]
)
def test_moves_can_be_chosen(moves, verdicts):
    rows = rows_of(invoke(*ALL, "--moves", moves).stdout, "csv")
    assert {row["allowed"] for row in rows} == verdicts
    assert {row["case_id"] for row in rows} >= {"jsc-cambridgeshire", "w-hertfordshire"}


def test_moves_can_be_left_out():
    (row,) = rows_of(invoke(*ONE, "--moves", "none").stdout, "csv")
    assert (row["state"], row["since"]) == ("REFUSED_ASSESSMENT", "2023-02-08")


def test_the_text_of_one_case_says_what_may_happen_and_why_the_rest_may_not():
    text = " ".join(invoke(*ONE, "--format", "table").stdout.split())
    may, _, may_not = text.partition("May not happen now, and why")
    assert "REFUSED_ASSESSMENT: an assessment was refused, since Wednesday 8 February 2023" in may
    assert "refusal_reversed -> ASSESSING" in may
    assert "final_plan_sent no: no draft plan is on record" in may_not
    only = invoke(*ONE, "--format", "table", "--moves", "allowed").stdout
    assert "May not happen" not in only
    assert "May lawfully" not in invoke(*ONE, "--format", "table", "--moves", "refused").stdout


def test_the_text_names_a_maintained_plan_and_what_is_out_of_order():
    text = invoke(*ALL, "--case", "ipsea-phase-transfer", "--format", "table").stdout
    duty = "A plan is maintained. The special educational provision of the plan must be secured"
    assert duty in " ".join(text.split())
    assert "(Children and Families Act 2014, s 42(2)-(6); R (BA) v Nottingham" in " ".join(text.split())
    assert "Out of order in the record: review_meeting_held" in text


def test_no_other_law_than_the_rulebooks_own_is_told_of_a_maintained_plan(tmp_path):
    plan = tmp_path / "wales.csv"
    plan.write_text("case_id,authority,event,on,outcome\nW-11,681,idp_given,2025-03-03,authority\n")
    text = invoke(
        "state", plan, "--case", "W-11", "--as-of", "2026-02-01", "--rulebook", "wales", "--format", "table"
    ).stdout
    assert "A plan is maintained." in text
    assert "Children and Families Act" not in text


def test_the_table_of_a_caseload_fits():
    text = invoke(*ALL, "--format", "table").stdout
    assert "may lawfully happen now" in text
    assert max(map(len, text.splitlines())) <= 100
    assert "may lawfully" not in invoke(*ALL, "--format", "table", COLUMNS="60").stdout


def test_a_diagram_needs_no_source():
    done = invoke("state", "--diagram")
    assert done.exit_code == 0
    assert done.stdout.startswith("stateDiagram-v2\n")
    assert "REQUESTED --> ASSESSING" in done.stdout


def test_without_a_diagram_a_source_is_needed():
    done = invoke("state")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "SOURCE" in done.stderr


def test_a_refused_row_shows_in_the_exit_code():
    source = table_of("a request_received 2026-03-02") + "b,request_received,never,,,,,,,\n"
    done = invoke("state", "-", "--as-of", "2026-03-02", stdin=source)
    assert done.exit_code == 1
    assert [row["case_id"] for row in rows_of(done.stdout, "csv")] == ["a"]
