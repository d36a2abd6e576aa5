"""Lists to hand on: a caseload by its owner, and the reviews of a school with every day that hangs on them."""

import datetime as dt

import pytest

from ehcp_flow.measures import table_rows
from tests.cli.running import invoke, rows_of
from tests.doors import write_story
from tests.measures.answers_made_up import answered, told

ON = "2026-06-30"
HELD = ("2024-05-01 request_received parent", "2024-10-01 final_plan_sent", "2025-09-08 review_meeting_held")
REVIEWED = told("C-0412", *HELD, "2025-10-06 review_decision_sent outcome=maintain")
LATE = told(
    "C-0871", "2025-12-15 request_received parent", "2026-01-20 assessment_agreed", "2026-06-05 draft_plan_sent"
)
MEDIATED = ("2020-01-06 request_received parent", "2020-02-10 assessment_refused", "2020-03-02 mediation_contacted",
            "2020-03-02 mediation_requested", "2020-03-30 mediation_held")  # fmt: skip
SETTLED = ("2020-03-30 mediation_agreed outcome=assess", "2020-04-08 assessment_agreed", "2020-05-27 plan_refused")
CEASED = told("C-9", "2024-05-01 request_received parent", "2024-10-01 final_plan_sent", "2026-01-05 plan_ceased")


def listed(name, *cases, extra=None, weeks=16):
    return table_rows(name, answered(*cases, as_of=ON), dt.date.fromisoformat(ON), extra=extra, weeks=weeks)


def test_a_school_is_told_when_to_meet_invite_circulate_report_and_when_the_council_decides():
    (row,) = listed("school-reviews", REVIEWED, LATE, CEASED, extra={"C-0412": {"school": "Oak Park Primary"}})
    assert {name: str(value) for name, value in row.items()} == {
        "school": "Oak Park Primary", "case_id": "C-0412", "last_meeting": "2025-09-08", "review_due_on": "2026-10-05",
        "meet_by": "2026-09-07", "invite_by": "2026-08-24", "papers_by": "2026-08-24", "report_by": "2026-09-21",
        "decide_by": "2026-10-05", "phase": "", "plan_by": "None",
    }  # fmt: skip


def test_where_the_child_goes_on_to_another_phase_the_meeting_comes_early_enough_for_the_plan():
    decided = "2026-02-02 review_decision_sent outcome=maintain"
    moving = told("C-6", *HELD, decided, "2027-09-01 phase_transfer_due outcome=school")
    (row,) = listed("school-reviews", moving, weeks=30)
    assert (str(row["meet_by"]), row["phase"], str(row["plan_by"])) == ("2026-11-22", "school", "2027-02-14")


def test_nobody_is_told_to_act_by_a_day_that_is_past():
    """The review of 2019 is still owed, and stands first; of one that is due next week the decision is still ahead."""
    owed = told("old", "2018-09-03 request_received parent", "2019-01-10 final_plan_sent")
    soon = told("soon", "2024-05-01 request_received parent", "2024-10-01 final_plan_sent",
                "2025-07-07 review_meeting_held", "2025-07-07 review_decision_sent outcome=maintain")  # fmt: skip
    rows = listed("school-reviews", REVIEWED, soon, owed)
    days = ("meet_by", "invite_by", "papers_by", "report_by", "decide_by")
    assert [row["case_id"] for row in rows] == ["old", "soon", "C-0412"]
    assert [rows[0][name] for name in days] == [None] * len(days)
    assert str(rows[0]["review_due_on"]) == "2020-01-09", "what the law fixed stays as it is"
    assert [str(rows[1][name]) for name in days] == ["None", "None", "None", "None", "2026-07-06"]
    today = dt.date.fromisoformat(ON)
    assert all(row[name] is None or row[name] >= today for row in rows for name in days)


@pytest.mark.parametrize(("weeks", "there"), [(9, False), (10, True)])
def test_it_looks_so_many_weeks_ahead_to_the_meeting(weeks, there):
    assert bool(listed("school-reviews", REVIEWED, weeks=weeks)) is there


def test_a_caseload_is_handed_over_by_owner_with_what_is_late_and_what_is_next():
    owners = {"C-0871": {"caseworker": "Ann"}, "C-0412": {"caseworker": "Bob"}}
    rows = listed("handover", REVIEWED, LATE, CEASED, extra=owners)
    ann, bob = ({name: str(value) for name, value in row.items()} for row in rows)
    assert ann == {
        "owner": "Ann", "case_id": "C-0871", "stands": "a draft plan is with the parent or young person",
        "since": "2026-06-05", "overdue": "1", "longest_overdue": "Send the final plan", "days_over": "57", "next": "",
        "next_due_on": "None", "due_soon": "0",
    }  # fmt: skip
    assert bob == {
        "owner": "Bob", "case_id": "C-0412", "stands": "a plan is maintained", "since": "2025-10-06", "overdue": "0",
        "longest_overdue": "", "days_over": "None", "next": "Complete the yearly review", "next_due_on": "2026-10-05",
        "due_soon": "1",
    }  # fmt: skip


def test_a_case_without_an_owner_is_not_lost():
    (row,) = listed("handover", LATE)
    assert row["owner"] == "not recorded"


@pytest.mark.parametrize(
    "typed", ["handover FILE", "desk FILE --handover", "desk --handover FILE", "handover --weeks 4 FILE"]
)
def test_the_desk_hands_over_what_the_list_has(tmp_path, typed):
    story = write_story(tmp_path / "story.csv", "2025-12-15 request_received party=parent")
    meant = invoke("registers", story, "handover", "--as-of", ON, "--format", "json")
    done = invoke(*(story if word == "FILE" else word for word in typed.split()), "--as-of", ON, "--format", "json")
    assert done.stdout == meant.stdout
    assert len(rows_of(done.stdout, "json")) == 1


@pytest.mark.parametrize(
    ("after", "on", "late"),
    [((), "2021-04-02", "Chase mediation adviser: issue the mediation certificate"), ((), ON, ""),
     (SETTLED, "2021-04-02", "")],
    ids=["nobody came to terms", "over a year ago", "they came to terms, and that was done"],
)  # fmt: skip
def test_what_another_never_did_in_a_dispute_that_is_over_is_handed_to_nobody(after, on, late):
    answers = answered(told("C-1", *MEDIATED, *after), as_of=on)
    rows = table_rows("handover", answers, dt.date.fromisoformat(on), weeks=16)
    assert [row["longest_overdue"] for row in rows] == [late]
