"""Each example runs as its README says, and prints what it is there to show.

`examples/our_council` tests itself, and `tests/testing` runs it over its cases.
"""

import csv
import io
import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import ehcp_flow as ef
from examples import chronologies

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(script, *arguments):
    return subprocess.run(
        [sys.executable, EXAMPLES / script, *arguments], check=False, capture_output=True, text=True, encoding="utf-8"
    )


def test_due_dates_prints_a_row_for_each_child():
    done = run("due_dates.py", EXAMPLES / "requests.csv")

    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert (done.returncode, done.stderr) == (0, "")
    assert rows[0] == {
        "child": "A1",
        "received": "2026-03-02",
        "decide_assess": "2026-04-13",
        "decide_not_issue": "2026-06-22",
        "final_plan": "2026-07-20",
    }
    assert [row["received"] for row in rows] == ["2026-03-02", "2026-01-05", "2026-12-24"]


def test_the_board_paper_has_three_scenarios_on_a_page_with_their_errors():
    done = run("board_paper.py")

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) < 20
    for scenario in ("as now", "one more psychologist", "a team for six months"):
        assert sum(line.startswith(f"  {scenario}: 2026-09 ") for line in lines) == 2
    assert done.stdout.count("Said three months ahead it missed by") == 2
    assert "In brackets: eight times in ten." in lines[-1]


def test_due_dates_writes_a_file(tmp_path):
    done = run("due_dates.py", EXAMPLES / "requests.csv", tmp_path / "out.csv")

    assert (done.returncode, done.stdout) == (0, "")
    assert len((tmp_path / "out.csv").read_text("utf-8").splitlines()) == 4


def test_due_dates_names_a_row_that_it_cannot_read_and_does_the_others(tmp_path):
    listed = tmp_path / "list.csv"
    listed.write_text("child,received\nB1,2026-03-02\nB2,31/04/2026\nB3,03/03/2026\n", encoding="utf-8-sig")

    done = run("due_dates.py", listed)

    assert done.returncode == 1
    assert done.stderr.startswith("row 3: '31/04/2026' is not a date")
    assert [row["child"] for row in csv.DictReader(io.StringIO(done.stdout))] == ["B1", "B3"]


def test_the_application_records_refuses_corrects_and_replays():
    done = run("embedding_app.py")

    assert (done.returncode, done.stderr) == (0, "")
    answers = {
        heading: json.loads(body)
        for heading, body in re.findall(r"^# (.*)\n((?:[^#].*\n)+)", done.stdout, re.MULTILINE)
    }
    assert [answer.get("status") for answer in answers.values()][:4] == [201, 422, 409, 201]
    assert answers["A move that is not lawful"]["refused"][0]["law"].startswith("https://www.legislation.gov.uk/")
    assert answers["What the screen offers next"]["plan_agreed"] is None
    assert answers["What the screen offers next"]["final_plan_sent"]
    assert answers["The first deadline"]["breach"] is True
    assert answers["The same deadline after a correction"]["status"] == "met"
    assert answers["And as it looked on 21 April"] == answers["The first deadline"]


def test_the_chronologies_show_what_was_published():
    done = run("chronologies.py")

    assert (done.returncode, done.stderr) == (0, "")
    assert "decide_not_issue: due 2025-07-23, late, 90 days over" in done.stdout
    assert "final_plan: due 2025-08-20, overtaken, 62 days over" in done.stdout
    assert "decide_not_issue: due 2023-09-07, late, 209 days over" in done.stdout
    assert "final_plan: due 2025-05-05, overdue" in done.stdout
    assert "review_decision: due 2024-11-29, met" in done.stdout


def test_every_chronology_has_its_source():
    assert set(chronologies.PUBLISHED) == set(ef.read_cases(chronologies.FILE))
    readme = (EXAMPLES / "README.md").read_text("utf-8")
    assert all(name in readme for name in ("JSC", "Hertfordshire", "23 013 824", "25 007 473", "25 005 755", "IPSEA"))


@pytest.fixture(scope="module")
def caseload():
    return ef.read_cases(EXAMPLES / "cases.csv")


def test_the_caseload_is_read_whole(caseload):
    assert list(caseload) == ["amber", "birch", "cedar", "dogwood", "elder"]
    assert list(caseload.refused) == []
    assert list(caseload.warnings) == []


@pytest.mark.parametrize(
    ("case_id", "breaches", "excused"),
    [
        ("amber", [], []),
        ("birch", [], ["final_plan"]),
        ("cedar", [], ["decide_not_issue"]),
        ("dogwood", ["amended_plan"], []),
        ("elder", ["decide_assess"], []),
    ],
)
def test_each_case_of_the_caseload_shows_what_it_is_there_for(caseload, case_id, breaches, excused):
    answer = ef.answer(caseload[case_id], "2026-11-20")

    assert [deadline.limit for deadline in answer.breaches] == breaches
    assert [deadline.limit for deadline in answer.excused if deadline.kind == "statutory"] == excused


def test_late_advice_of_those_whom_the_act_does_not_list_is_told_and_accuses_nobody(caseload):
    found = ef.answer(caseload["birch"], "2026-11-20").deadlines
    (late,) = [each for each in found if each.limit == "advice" and each.days_over]
    assert (late.party, late.kind, late.status, late.breach) == ("100200", "guidance", "late", False)
    assert late.contested_by


def test_advice_that_was_sent_back_came_when_it_came_and_once_more(caseload):
    found = ef.answer(caseload["amber"], "2026-11-20").deadlines
    (advice,) = [each for each in found if each.limit == "advice" and each.party == "psychological"]
    (again,) = [each for each in found if each.limit == "advice_again"]
    assert (advice.status, str(advice.done_on), advice.breach) == ("met", "2025-04-01", False)
    assert (again.party, again.kind, again.status, str(again.done_on)) == (
        "psychological", "guidance", "met", "2025-04-15",
    )  # fmt: skip


def test_a_whole_life_has_nothing_to_find_fault_with_in_its_record(caseload):
    assert ef.answer(caseload["amber"], "2026-11-20").findings == ()


def test_the_tracker_on_a_monday_names_what_it_cannot_read_and_lists_what_is_due(tmp_path):
    calendar = tmp_path / "due.ics"
    done = run("tracker_monday.py", EXAMPLES / "tracker.csv", EXAMPLES / "tracker-columns.toml", "2026-06-30", calendar)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("to put right")] == [lines[0]]
    assert "'02/14/2026'" in lines[0]
    assert "2026-03-23 C-1042 Send the final plan overdue" in lines
    assert calendar.read_text().count("BEGIN:VEVENT") == len(lines) - 1


def test_a_table_of_a_database_becomes_a_list_of_breaches(tmp_path):
    with closing(sqlite3.connect(tmp_path / "cases.db")) as database, database:
        database.execute("CREATE TABLE ehcna (child TEXT, requested DATE, plan_sent DATE)")
        rows = [("A1", "2025-10-13", "2026-04-01"), ("A2", "2025-10-13", None), ("A3", "2026-06-01", None)]
        database.executemany("INSERT INTO ehcna VALUES (?, ?, ?)", rows)
    done = run("sql_to_breaches.py", f"sqlite:///{tmp_path}/cases.db", "2026-06-30")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split(" | ")[:4] for line in done.stdout.splitlines()] == [
        ["A1", "final_plan", "2026-03-02", "30"],
        ["A2", "final_plan", "2026-03-02", "120"],
    ]


@pytest.mark.parametrize("script", ["tracker_monday.py", "sql_to_breaches.py"])
def test_a_script_to_begin_from_is_short(script):
    assert len((EXAMPLES / script).read_text().splitlines()) <= 30
