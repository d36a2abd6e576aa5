"""The calendar of work: it counts what the desk lists, by the day that the law fixes, and asks the pace of it."""

import datetime as dt

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.case import group_cases
from ehcp_flow.errors import RangeError, UnknownNameError
from ehcp_flow.forecast.work_ahead import CERTAIN_COLUMNS, OVERDUE, WorkAhead, work_ahead
from ehcp_flow.measures import desk
from ehcp_flow.synth import synth
from tests.cli.running import invoke, rows_of, table_of
from tests.measures.answers_made_up import told

ON = dt.date(2026, 6, 30)


def request(case_id, day):
    return told(case_id, f"{day} request_received parent")


def of(limit, rows):
    return [(row["period"], row["value"], row["last_on"], row["a_week"]) for row in rows if row["figure"] == limit]


@pytest.mark.parametrize("by", ["month", "week"])
def test_it_counts_what_the_desk_lists_and_nothing_else(by):
    cases = group_cases(synth(120, 4, authority="885", as_of=ON))
    rows = work_ahead(cases, ON, months=3, by=by)
    listed = [row for row in desk(cases, ON, days=92) if row["list"] in ("court", "overdue", "due")]
    assert (ON + dt.timedelta(days=92)).isoformat() == "2026-09-30"
    assert sum(row["value"] for row in rows) == len(listed) > 50
    for limit in {row["figure"] for row in rows}:
        mine = [row for row in listed if row["limit"] == limit]
        assert sum(value for _, value, *_ in of(limit, rows)) == len(mine)
        overdue = sum(value for period, value, *_ in of(limit, rows) if period == OVERDUE)
        assert overdue == sum(row["status"] == "overdue" for row in mine)


def test_the_last_lawful_day_is_ahead_and_the_day_after_it_is_overdue():
    case = request("a", "2026-05-19")
    assert of("decide_assess", work_ahead([case], ON)) == [("2026-06", 1, "2026-06-30", 1)]
    assert of("decide_assess", work_ahead([case], ON + dt.timedelta(days=1))) == [(OVERDUE, 1, None, None)]


def test_a_week_is_from_monday_to_sunday_and_named_as_iso_names_it():
    rows = work_ahead([request("a", "2026-11-16"), request("b", "2026-11-23")], "2026-12-01", by="week")
    assert [each[0] for each in of("decide_assess", rows)] == ["2026-W53", "2027-W01"]


def test_the_pace_does_each_in_time_and_what_is_due_before_it():
    ahead = [request(f"a{number}", "2026-06-02") for number in range(3)]
    later = [request(f"b{number}", "2026-06-23") for number in range(20)]
    rows = of("decide_assess", work_ahead([*ahead, *later], ON))
    # 14 July is 15 days away, today among them: 3 in 15 days; 4 August 36 days: 23 in 36.
    assert rows == [("2026-07", 3, "2026-07-14", 2), ("2026-08", 20, "2026-08-04", 5)]


def test_with_less_than_a_week_left_the_pace_is_all_of_them():
    rows = work_ahead([request(f"a{number}", "2026-05-22") for number in range(5)], ON)
    assert of("decide_assess", rows) == [("2026-07", 5, "2026-07-03", 5)]


def test_transfers_are_paced_to_their_last_lawful_day():
    plans = [
        told(f"t{number}", "2024-01-08 final_plan_sent", "2026-09-01 review_meeting_held",
             "2027-09-01 phase_transfer_due outcome=school")
        for number in range(30)
    ]  # fmt: skip
    rows = of("phase_transfer", work_ahead(plans, "2026-10-01"))
    assert rows == [("2027-02", 30, "2027-02-14", 2)]


def test_what_is_beyond_the_months_asked_for_is_not_there():
    plan = told("p", "2026-05-01 final_plan_sent")
    assert of("annual_review", work_ahead([plan], ON, months=10)) == [("2027-04", 1, "2027-04-30", 1)]
    assert of("annual_review", work_ahead([plan], ON, months=9)) == []


def test_what_fell_away_is_nobodys_work():
    assert work_ahead([told("w", "2026-06-01 request_received parent", "2026-06-08 request_withdrawn")], ON) == []
    assert work_ahead([told("d", "2026-05-01 final_plan_sent", "2026-06-08 died")], ON) == []


def test_each_row_says_that_it_is_certain_and_has_every_column():
    (row, *_) = work_ahead([request("a", "2026-06-02")], ON)
    assert tuple(row) == CERTAIN_COLUMNS
    assert (row["scenario"], row["certain"], row["low"], row["high"]) == ("as now", True, row["value"], row["value"])


def test_contested_duties_can_be_left_out():
    case = request("a", "2026-06-02")
    kept, alone = WorkAhead(ON, contested="without"), WorkAhead(ON, contested="only")
    for each in (kept, alone):
        each.add(answer(case, ON))
    assert (bool(kept.rows()), alone.rows()) == (True, [])


@pytest.mark.parametrize("months", [0, 61])
def test_months_that_cannot_be_looked_ahead_are_refused(months):
    with pytest.raises(RangeError, match="from 1 to 60"):
        WorkAhead(ON, months=months)


def test_another_stretch_than_month_or_week_is_refused_by_name():
    with pytest.raises(UnknownNameError, match="month"):
        WorkAhead(ON, by="term")


def test_the_command_prints_the_same_and_says_the_pace_of_transfers(tmp_path):
    file = tmp_path / "cases.csv"
    file.write_text(
        table_of(
            "a request_received 2026-06-02 party=parent", "t final_plan_sent 2024-01-08",
            "t phase_transfer_due 2027-09-01 outcome=school", "u final_plan_sent 2024-01-08",
            "u phase_transfer_due 2026-09-01 outcome=school",
        )
    )  # fmt: skip
    call = ("forecast", "certain", file, "--as-of", "2026-06-30")
    rows = rows_of(invoke(*call, "--format", "json").stdout, "json")
    assert [row["value"] for row in rows if row["figure"] == "phase_transfer"] == [1, 1]
    text = " ".join(invoke(*call, "--format", "table").stdout.split())
    assert "What the law already fixes, from Tuesday 30 June 2026 to Wednesday 30 June 2027." in text
    assert "Transfers between phases: 1 overdue, to do at once." in text
    assert "Transfers between phases: 1 to do by Sunday 14 February 2027, which is 1 a week from now on." in text


def test_the_command_counts_the_cases_that_are_asked_for_alone(tmp_path):
    file = tmp_path / "cases.csv"
    file.write_text(
        "case_id,event,on,caseworker\na,request_received,2026-06-02,Ann\nb,request_received,2026-06-02,Bo\n"
    )
    done = invoke("forecast", "certain", file, "--as-of", "2026-06-30", "--only", "caseworker=Ann", "--format", "json")
    assert {row["value"] for row in rows_of(done.stdout, "json")} == {1}
    assert "1 case, as known on 2026-06-30" in done.stderr
