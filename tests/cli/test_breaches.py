"""`breaches`: what is in breach, what is excused, what was claimed in vain, and what is odd."""

import pytest

from ehcp_flow.deadlines import FIELDS
from tests.cli.running import CHRONOLOGIES, invoke, rows_of, table_of

SOURCE = table_of(
    "held request_received 2026-03-02 authority=885",
    "held exception_recorded 2026-03-10 outcome=exceptional_circumstances until=2026-03-20 reason=illness",
    "held assessment_agreed 2026-05-01",
    "short request_received 2026-03-02 authority=885",
    "short exception_recorded 2026-03-10 outcome=absent_from_area until=2026-03-20 limit=decide_assess reason=abroad",
    "short assessment_agreed 2026-05-01",
    "none request_received 2026-03-02 authority=885",
    "none exception_recorded 2026-03-10 outcome=missed_appointment until=2026-03-10 reason=ill",
    "none assessment_agreed 2026-04-01",
)
ARGS = ("breaches", "-", "--as-of", "2026-05-02")


def register(name, form="json"):
    return rows_of(invoke(*ARGS, "--register", name, "--format", form, stdin=SOURCE).stdout, form)


def test_the_breaches_are_the_default_with_the_public_fields():
    rows = rows_of(invoke(*ARGS, "--format", "json", stdin=SOURCE).stdout, "json")
    assert [(row["case_id"], row["limit"], row["breach"]) for row in rows] == [("short", "decide_assess", True)]
    assert tuple(rows[0]) == FIELDS
    assert rows == register("breaches")
    flat = rows_of(invoke(*ARGS, stdin=SOURCE).stdout, "csv")
    assert [row["case_id"] for row in flat] == ["short"]


@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
def test_each_exception_is_there_with_what_was_checked(form):
    rows = {(row["case_id"], row["limit"]): row for row in register("exceptions", form)}
    true, false, nothing = ("true", "false", "") if form == "csv" else (True, False, None)
    held = rows["held", "decide_assess"]
    assert (held["ground"], held["holds"], held["excuses"]) == ("exceptional_circumstances", true, true)
    assert (held["on"], held["until"], held["reason"]) == ("2026-03-10", "2026-03-20", "illness")
    assert held["citation"].endswith("reg 5(4)(c)")
    assert held["address"] == "https://www.legislation.gov.uk/uksi/2014/1530/regulation/5"
    assert held["claimed_for"] == nothing
    short = rows["short", "decide_assess"]
    assert (short["holds"], short["excuses"], short["claimed_for"]) == (false, false, "decide_assess")
    assert "less than 4 weeks" in short["says"]
    none = rows["none", nothing]
    assert (none["ground"], none["holds"]) == ("missed_appointment", false)
    assert "no limit that it could excuse" in none["says"]


def test_an_exception_that_holds_excuses_only_what_was_missed():
    rows = {(row["case_id"], row["limit"]): row for row in register("exceptions")}
    open_one = rows["held", "final_plan"]
    assert (open_one["status"], open_one["holds"], open_one["excuses"]) == ("open", True, False)


def test_findings_are_a_register_of_their_own():
    rows = register("findings")
    assert {"exception_not_made_out", "exception_without_limit"} <= {row["finding"] for row in rows}
    assert all(row["message"] and row["case_id"] for row in rows)


def test_a_terminal_shows_every_register():
    text = invoke(*ARGS, "--format", "table", stdin=SOURCE).stdout
    titles = ["1 breach\n", "exceptions whose facts hold\n", "2 exceptions whose facts do not hold\n", "findings\n"]
    places = [text.index(title) for title in titles]
    assert places == sorted(places)
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    ("name", "there", "not_there"),
    [
        ("breaches", "1 breach", "finding"),
        ("exceptions", "whose facts hold", "1 breach"),
        ("findings", "finding", "whose"),
    ],
)
def test_one_register_can_be_shown_alone(name, there, not_there):
    text = invoke(*ARGS, "--format", "table", "--register", name, stdin=SOURCE).stdout
    assert there in text
    assert not_there not in text


def test_nothing_to_show_is_said():
    text = invoke("breaches", "-", "--format", "table", stdin="case_id,event,on\n").stdout
    assert "0 breaches" in text
    assert "0 findings" in text


def test_breaches_end_in_3_only_where_that_is_asked_for():
    assert invoke(*ARGS, stdin=SOURCE).exit_code == 0
    assert invoke(*ARGS, "--fail-on-breach", stdin=SOURCE).exit_code == 3
    assert invoke(*ARGS, "--fail-on-breach", "--case", "held", stdin=SOURCE).exit_code == 0
    assert invoke(*ARGS, stdin=SOURCE + "b,request_received,never,,,,,,,\n").exit_code == 1
    assert invoke("breaches", "none.csv").exit_code == 2


def test_the_chronologies_have_the_breaches_that_check_finds():
    args = (CHRONOLOGIES, "--as-of", "2025-10-21", "--format", "json")
    breaches = rows_of(invoke("breaches", *args).stdout, "json")
    assert breaches == [row for row in rows_of(invoke("check", *args).stdout, "json") if row["breach"]]
    assert ("jsc-cambridgeshire", "decide_not_issue") in {(row["case_id"], row["limit"]) for row in breaches}
