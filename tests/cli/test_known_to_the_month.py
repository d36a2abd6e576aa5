"""A day known to its month alone, at the command line: every door, what is refused, and what people are shown."""

import csv
import io
import json

import icalendar
import pytest

from ehcp_flow.answers import answer
from ehcp_flow.readers import read_cases
from ehcp_flow.reports.case_page import case_page
from tests.cli.running import invoke
from tests.doors import at_every_door, write_story

TOLD = """2024-04 request_received party=parent authority=885
2024-04-20 assessment_agreed
2024-08 final_plan_sent"""
AS_OF = ("--as-of", "2024-10-01")


@pytest.fixture
def story(tmp_path):
    return write_story(tmp_path / "story.csv", TOLD)


def test_check_tells_the_same_by_every_door(tmp_path):
    rows = {row["limit"]: row for row in at_every_door(tmp_path, TOLD, "check", *AS_OF)}
    plan = rows["final_plan"]
    assert (plan["starts_on"], plan["due_on"], plan["due_on_earliest"]) == ("2024-04-20", "2024-09-07", "2024-08-19")
    assert (plan["done_on"], plan["status"], plan["breach"]) == ("2024-08-31", "met", False)
    assert rows["annual_review"]["due_on_earliest"] == "2025-07-31"
    assert list(plan)[list(plan).index("breach") :][:4] == ["breach", "due_on_earliest", "ended_on", "contested_by"]


def told(rows):
    said = json.dumps(rows)
    assert "only the month is known of request_received (2024-04)" in said.replace("Only", "only")
    assert "the last lawful day may lie as early as 2024-08-19" in said


def test_findings_tell_the_same_by_every_door(tmp_path):
    rows = at_every_door(tmp_path, TOLD, "breaches", "--register", "findings", *AS_OF)
    assert "due_date_uncertain" in {row["finding"] for row in rows}
    told(rows)


def test_the_explanation_is_the_same_one_case_at_a_time_and_over_columns(story):
    one, many = (
        json.loads(invoke("explain", story, "--case", "a", *AS_OF, "--format", "json", door=door).stdout)
        for door in ("one", "many")
    )
    assert one == many
    assert [fact["on"] for fact in one["facts"]] == ["2024-04", "2024-04-20", "2024-08"]
    told(one["deadlines"])


def test_the_state_goes_by_the_latest_day_at_every_door(tmp_path):
    (row,) = at_every_door(tmp_path, TOLD, "state", *AS_OF)
    assert (row["state"], row["since"]) == ("MAINTAINED", "2024-08-31")


def test_a_store_gives_the_month_back(tmp_path, story):
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    assert invoke("import", story, "--store", url).exit_code == 0
    assert invoke("db", "verify", "--store", url).exit_code == 0
    assert invoke("export", "--store", url, "--output", tmp_path / "out.csv").exit_code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text("utf-8"))))
    assert [row["on"] for row in rows] == ["2024-04", "2024-04-20", "2024-08"]
    late = json.loads(invoke("late", "--store", url, "--format", "json").stdout)
    assert [row["on"] for row in late] == ["2024-04", "2024-04-20", "2024-08"]


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (
            "a,request_received,2024-13,",
            "on",
            "write 2026-03-02 or 02/03/2026, or 2026-03 where only the month is known",
        ),
        ("a,draft_plan_sent,2024-04-02,2024-04", "served_on", "it is a month, and a day is wanted"),
    ],
)
def test_what_is_no_month_and_a_month_elsewhere_are_refused_by_name(tmp_path, row, column, said):
    path = tmp_path / "facts.csv"
    path.write_text(f"case_id,event,on,served_on\nb,request_received,2024-04,\n{row}\n", "utf-8")
    for door in ("one", "many"):
        done = invoke("check", path, *AS_OF, "--format", "json", door=door)
        assert done.exit_code == 1
        assert column in done.stderr
        assert said in " ".join(done.stderr.split())
        assert {found["case_id"] for found in json.loads(done.stdout)} == {"b"}


def test_a_day_that_is_asked_about_is_no_month(story):
    done = invoke("check", story, "--as-of", "2024-10")
    assert done.exit_code == 2
    assert "it is a month, and a day is wanted" in " ".join(done.stderr.replace("│", " ").split())


def test_one_fact_of_a_month_is_asked_of_due_and_what_if(story):
    rows = json.loads(invoke("due", "--received", "2024-04", "--format", "json").stdout)
    assert {row["limit"]: row["due_on_earliest"] for row in rows}["final_plan"] == "2024-08-19"
    done = invoke("due", "--event", "draft_plan_sent", "--on", "2024-4")
    assert done.exit_code == 2
    supposed = ("--case", "a", "--event", "review_meeting_held", "--on", "2025-03", "--as-of", "2025-04-01")
    done = invoke("what-if", story, *supposed, "--format", "table")
    assert done.exit_code == 0
    assert "some day in March 2025" in " ".join(done.stdout.split())


def test_a_table_has_a_column_for_the_earliest_day_where_there_is_one(story):
    for command in (("due", "--received", "2024-04"), ("check", story, *AS_OF)):
        assert "at earliest" in invoke(*command, "--format", "table").stdout
    assert "Mon 19 Aug 2024" in invoke("due", "--received", "2024-04", "--format", "table").stdout
    assert "at earliest" not in invoke("due", "--received", "2024-04-30", "--format", "table").stdout


def test_people_are_told_of_the_earliest_day(tmp_path, story):
    text = " ".join(case_page(answer(read_cases(story)["a"], "2024-06-01")).split())
    assert "some day in April 2024" in text
    assert "the day may be as early as Monday 19 August 2024" in text
    feed = tmp_path / "feed.ics"
    assert invoke("report", story, "--ics", feed, "--as-of", "2024-06-01").exit_code == 0
    events = icalendar.Calendar.from_ical(feed.read_bytes()).walk("VEVENT")
    (plan,) = [each for each in events if "final_plan" in str(each["description"])]
    assert plan["dtstart"].to_ical() == b"20240907"
    assert "it may be as early as 2024-08-19" in str(plan["description"])
