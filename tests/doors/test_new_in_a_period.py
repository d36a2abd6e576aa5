"""What is new in a period: figures, breaches and registers of a stretch of time by its name, by every door."""

import pytest

from tests.cli.running import invoke
from tests.doors import at_every_door

# The six weeks end on Monday 13 April 2026, the twenty on Monday 20 July; the setting's advice is no limit of law.
STORY = """
2026-03-02 request_received party=parent authority=885
2026-04-20 assessment_agreed
2026-05-01 advice_requested party=educational
"""
EXCUSED = f"{STORY}\n2026-06-02 exception_recorded outcome=exceptional_circumstances until=2026-06-20"
ON = ("--as-of", "2026-07-31")


def broken(tmp_path, *time):
    return [row["limit"] for row in at_every_door(tmp_path, STORY, "breaches", *ON, *time)]


def test_a_limit_is_newly_broken_on_the_day_after_its_last_lawful_day(tmp_path):
    assert broken(tmp_path) == ["decide_assess", "final_plan"]
    assert broken(tmp_path, "--from", "2026-04-14", "--to", "2026-04-14") == ["decide_assess"]
    assert (
        broken(tmp_path, "--to", "2026-04-13") == broken(tmp_path, "--from", "2026-04-15", "--to", "2026-07-20") == []
    )


@pytest.mark.parametrize(
    ("time", "limits"),
    [
        (("--year", "2026-Q2"), ["decide_assess"]),
        (("--year", "2026-07"), ["final_plan"]),
        (("--year", "2025/26"), ["decide_assess", "final_plan"]),
        (("--year", "FY2025"), []),
        (("--from", "2026-07"), ["final_plan"]),
        (("--from", "14 April 2026", "--to", "2026-06"), ["decide_assess"]),
    ],
)
def test_breaches_and_their_register_are_of_the_period_that_is_named(tmp_path, time, limits):
    assert broken(tmp_path, *time) == limits
    rows = at_every_door(tmp_path, STORY, "registers", "breaches", *ON, *time)
    assert sorted(row["limit"] for row in rows) == sorted(limits)


def test_exceptions_and_findings_are_of_the_period_of_their_day(tmp_path):
    for time, many in ((("--year", "2026-06"), 1), (("--year", "2026-05"), 0)):
        rows = at_every_door(tmp_path, EXCUSED, "registers", "exceptions", *ON, *time)
        assert len(rows) == many
        rows = at_every_door(tmp_path, EXCUSED, "breaches", "--register", "exceptions", *ON, *time)
        assert {row["on"] for row in rows} == ({"2026-06-02"} if many else set())


def test_an_early_act_is_new_on_its_own_day(tmp_path):
    early = "2026-01-05 draft_plan_sent authority=885; 2026-01-12 final_plan_sent"
    for time, many in (("2026-01-12", 1), ("2026-01-13", 0), ("2026-01-11", 0)):
        rows = at_every_door(tmp_path, early, "breaches", *ON, "--from", time, "--to", time)
        assert [row["status"] for row in rows] == ["premature"] * many


def test_measures_are_of_a_period_by_its_name(tmp_path):
    for time, many in (("2025/26", 1), ("2026-03", 1), ("2026-Q1", 1), ("FY2025", 1), ("FY2026", 0), ("2026-04", 0)):
        rows = at_every_door(tmp_path, STORY, "measures", *ON, "--year", time, "--measure", "requests")
        assert [(row["period"], row["requests_received_in_year"]) for row in rows] == [(time, many)]
    rows = at_every_door(tmp_path, STORY, "measures", *ON, "--to", "2026-03-02", "--measure", "requests")
    assert [(row["period"], row["requests_received_in_year"]) for row in rows] == [("2026-03-02 to 2026-03-02", 1)]
    by = ("--by", "academic_year", "--measure", "requests")
    rows = at_every_door(tmp_path, STORY, "measures", *ON, *by)
    assert [(row["academic_year"], row["requests_received_in_year"]) for row in rows] == [("2025/26", 1)]


def test_assessments_are_followed_by_the_academic_year_in_which_they_began(tmp_path):
    late = "2025-08-04 request_received party=parent; 2025-09-01 assessment_agreed; 2025-12-01 final_plan_sent"
    (row,) = at_every_door(tmp_path, late, "registers", "cohorts-by-year", *ON)
    assert (row["cohort"], row["requests"], row["finished_by_16"], row["finished_by_20"]) == ("2025/26", 1, 0, 100)
    assert at_every_door(tmp_path, late, "registers", "cohorts", *ON)[0]["cohort"] == "2025-Q3"


@pytest.mark.parametrize(
    ("command", "args", "said"),
    [
        ("measures", ("--year", "2025-26"), "2025/26 for the academic year"),
        ("breaches", ("--year", "June"), "'June' is not a period"),
        ("breaches", ("--year", "2026", "--to", "2026-06"), "not both"),
        ("breaches", ("--from", "2026-07", "--to", "2026-06"), "the first day is after the last"),
        ("breaches", ("--to", "last week"), "--to"),
        ("registers", ("placements", "--year", "2026"), "it is said of breaches, due, exceptions"),
        ("registers", ("open-by-age", "--year", "2026"), "nothing says when a row of open-by-age is new"),
        ("registers", ("due", "--year", "2026", "--format", "ics"), "a calendar is not of a period"),
    ],
)
def test_what_names_no_period_is_told(tmp_path, command, args, said):
    source = tmp_path / "cases.csv"
    source.write_text("case_id,event,on\na,request_received,2026-03-02\n")
    done = invoke(command, source, *args, *ON)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
