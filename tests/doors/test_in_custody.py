"""What custody makes a limit of its own is the same work for those who make it: each list and figure has it."""

import csv
import datetime as dt
import io

import pytest

from ehcp_flow.measures import REGISTERS, Registers, table_rows
from ehcp_flow.reports.calendar_feed import work_calendar
from tests.cli.running import invoke
from tests.doors import at_every_door, write_story
from tests.measures.answers_made_up import answered
from tests.telling import tell

ASKED = """
2025-01-06 detained
2025-01-13 request_received party=parent
2025-02-03 assessment_agreed
2025-02-03 advice_requested party=medical
2025-02-03 advice_requested party=psychological
2025-02-03 advice_requested party=educational
2025-03-31 advice_received party=medical
2025-03-03 advice_received party=educational
"""
REFUSED = """
2025-01-06 detained
2025-01-13 request_received party=parent
2025-02-03 assessment_refused
2025-02-20 mediation_requested outcome=education
"""
ORDERED = f"""{REFUSED}
2025-03-20 mediation_held
2025-03-21 mediation_certificate_issued
2025-03-28 appeal_registered
2025-06-02 tribunal_order_made outcome=assess
"""


def kept(chronology, as_of="2025-04-30"):
    (answer,) = answered(tell(chronology), as_of=as_of)
    found = Registers()
    found.add(answer)
    return {name: found.rows(name) for name in REGISTERS}


def test_advice_on_a_detained_person_is_chased(tmp_path):
    rows = at_every_door(tmp_path, ASKED, "registers", "advice", "--as-of", "2025-04-30")
    assert [(row["adviser"], row["due_on"], row["days_over"]) for row in rows] == [("psychological", "2025-03-17", 44)]


def test_advice_on_a_detained_person_is_counted_by_adviser_as_any_other(tmp_path):
    asked = ("--year", "2025", "--measure", "advice_on_time", "--by", "adviser", "--as-of", "2025-04-30")
    rows = at_every_door(tmp_path, ASKED, "measures", *asked)
    told = {row["adviser"]: (row["advice_within_6_weeks"], row["advice_over_6_weeks"]) for row in rows}
    assert told == {"educational": (1, 0), "medical": (0, 1)}
    table = table_rows("advice-by-adviser", answered(tell(ASKED), as_of="2025-04-30"), dt.date(2025, 4, 30))
    assert [(row["adviser"], row["in_time"], row["late"], row["overdue"]) for row in table] == [
        ("educational", 1, 0, 0),
        ("medical", 0, 1, 0),
        ("psychological", 0, 0, 1),
    ]


def test_an_adviser_has_what_is_asked_about_a_detained_person_in_the_calendar(tmp_path):
    feed = work_calendar(answered(tell(ASKED), as_of="2025-03-01"), adviser="psychological")
    assert "CATEGORIES:guidance,detained_advice" in feed.replace("\r\n ", "")
    path = write_story(tmp_path / "story.csv", ASKED)
    done = invoke("registers", path, "advice", "--only", "adviser=medical", "--as-of", "2025-03-01", "--format", "ics")
    assert done.exit_code == 0
    assert done.stdout.count("BEGIN:VEVENT") == 1
    ics = tmp_path / "medical.ics"
    done = invoke("report", path, "--ics", ics, "--adviser", "medical", "--as-of", "2025-03-01")
    assert done.exit_code == 0, done.output
    assert ics.read_text(encoding="utf-8").count("BEGIN:VEVENT") == 1


def test_what_a_detained_persons_family_may_do_is_nobodys_task(tmp_path):
    rows = at_every_door(tmp_path, REFUSED, "registers", "due", "--weeks", "8", "--as-of", "2025-02-25")
    assert [row["limit"] for row in rows] == ["detained_mediation_arrange"]
    path = write_story(tmp_path / "story.csv", REFUSED)
    done = invoke("registers", path, "due", "--weeks", "8", "--as-of", "2025-02-25", "--format", "ics")
    assert "detained_mediation_contact" not in done.stdout.replace("\r\n ", "")


def test_a_dispute_of_a_detained_person_shows_what_is_to_be_done_next():
    (row,) = kept(REFUSED, "2025-02-25")["disputes"]
    assert row["under_way"]
    assert (row["next"], str(row["due_on"])) == ("Arrange the mediation", "2025-03-22")
    (row,) = kept(ORDERED, "2025-06-03")["disputes"]
    assert (row["next"], str(row["due_on"])) == ("Say that it will assess, as ordered", "2025-06-16")


def test_orders_and_mediations_about_a_detained_person_are_counted_with_the_others(tmp_path):
    late = ORDERED + "2025-06-20 assessment_agreed\n"
    rows = at_every_door(tmp_path, late, "measures", "--year", "2025", "--measure", "orders", "--as-of", "2025-06-30")
    assert [(row["order_limits_due"], row["order_limits_met"]) for row in rows] == [(1, 0)]
    asked = ("--year", "2025", "--measure", "mediation_on_time", "--as-of", "2025-06-30")
    rows = at_every_door(tmp_path, late, "measures", *asked)
    assert [(row["mediation_within_30_days"], row["mediation_over_30_days"]) for row in rows] == [(1, 0)]


@pytest.mark.parametrize(("as_of", "overdue"), [("2025-02-24", 0), ("2025-02-25", 1)])
def test_what_the_home_authority_owes_is_work_of_a_desk(tmp_path, as_of, overdue):
    path = write_story(tmp_path / "story.csv", "2025-01-06 detained; 2025-01-13 request_received party=parent")
    told = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([f"caseworker,{told[0]}", *(f"Ann,{line}" for line in told[1:])]), encoding="utf-8")
    done = invoke("registers", path, "workload", "--show", "caseworker", "--as-of", as_of, "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert row["overdue"] == str(overdue)
