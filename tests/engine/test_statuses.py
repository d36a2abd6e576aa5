"""Every status of the closed list, in each way in which it can arise; and the traps of missing or tangled histories."""

import csv
from pathlib import Path
from typing import get_args

import pytest

from ehcp_flow.deadlines import Status, deadlines_of, judge
from ehcp_flow.explanation_outcome import MISSED
from tests.engine.rules import CALENDARS, GROUPS, SCHOOL
from tests.telling import codes, day, every, one, statuses, tell, text_of

REQUEST = "2026-01-05 request_received party=parent"
"""6 weeks end on 16 February, 16 on 27 April, 20 on 25 May 2026."""
MEETING = "2026-03-04 review_meeting_held"
"""Report due 18 March, decision and notice 1 April, all done 27 May 2026."""

with Path(__file__).with_name("statuses.csv").open(encoding="utf-8", newline="") as file:
    TABLE = list(csv.DictReader(file))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["name"])
def test_a_story_gives_its_status(row):
    found, status = one(row["chronology"], row["limit"], row["as_of"]), row["status"]
    assert found.status == status
    assert found.breach == (found.kind == "statutory" and status in MISSED)
    assert (found.days_over is not None) == (status in ("late", "overdue", "overtaken"))
    assert (found.done_on is not None) == (status in ("met", "late", "premature")) or found.earliest_on is not None


def test_the_table_holds_every_status():
    assert {row["status"] for row in TABLE} == set(get_args(Status))


# Requests


def test_a_second_request_while_the_first_runs_starts_nothing():
    both = f"{REQUEST}; 2026-02-02 request_received party=school"
    assert [found.due_on for found in every(both, "final_plan", "2026-02-10")] == [day("2026-05-25")]


def test_becoming_responsible_while_a_request_runs_starts_nothing():
    both = f"{REQUEST}; 2026-02-02 became_responsible"
    assert [found.due_on for found in every(both, "decide_assess", "2026-02-10")] == [day("2026-02-16")]


@pytest.mark.parametrize(
    "ending", ["assessment_refused", "plan_refused", "request_withdrawn", "final_plan_sent", "moved_away"]
)
def test_a_new_request_after_the_first_has_ended_starts_a_clock_of_its_own(ending):
    both = f"{REQUEST}; 2026-02-10 {ending}; 2026-03-02 request_received party=parent"
    first, second = every(both, "decide_assess", "2026-03-10")
    assert (first.starts_on, second.starts_on) == (day("2026-01-05"), day("2026-03-02"))
    assert (second.due_on, second.status) == (day("2026-04-13"), "open")


def test_an_answer_to_the_second_request_discharges_nothing_of_the_first():
    both = f"{REQUEST}; 2026-02-10 request_withdrawn; 2026-03-02 request_received; 2026-04-13 assessment_agreed"
    first, second = every(both, "decide_assess", "2026-06-30")
    assert (first.status, first.done_on) == ("lapsed", None)
    assert (second.status, second.done_on) == ("met", day("2026-04-13"))


def test_a_missing_decision_to_assess_is_a_finding_and_no_breach():
    chronology = f"{REQUEST}; 2026-04-27 plan_refused"
    found = one(chronology, "decide_assess", "2026-06-30")
    assert (found.status, found.breach, found.done_on, found.days_over) == ("undated", False, None, None)
    assert codes(chronology, "2026-06-30").count("act_not_dated") == 1
    assert "does not say when" in text_of(found, "act")


def test_a_plan_without_a_request_has_no_invented_deadlines():
    deadlines = deadlines_of(tell("2026-03-02 final_plan_sent"), "2026-06-30")
    ordinary = [found for found in deadlines if found.derivation.limit.group in GROUPS]
    assert [(found.limit, found.due_on) for found in ordinary] == [("annual_review", day("2027-03-01"))]


@pytest.mark.parametrize(
    "event", ["assessment_agreed", "representations_received", "meeting_requested", "cease_consulted"]
)
def test_a_fact_that_starts_no_clock_gives_no_deadline(event):
    assert deadlines_of(tell(f"2026-03-02 {event}"), "2026-06-30") == []


def test_a_case_without_facts_has_neither_deadlines_nor_findings():
    assert judge(tell(""), "2026-06-30") == ((), ())


# Drafts


def test_a_new_draft_may_open_a_new_fifteen_days_and_leaves_the_first():
    chronology = "2026-06-22 draft_plan_sent; 2026-07-01 draft_plan_sent; 2026-07-10 final_plan_sent"
    first, second = every(chronology, "draft_representations", "2026-07-31")
    assert (first.due_on, first.status, first.done_on) == (day("2026-07-06"), "met", day("2026-07-10"))
    assert (second.due_on, second.status, second.done_on) == (day("2026-07-15"), "undated", day("2026-07-10"))
    assert (first.breach, second.breach) == (False, False)
    assert "second_draft" in codes(chronology, "2026-07-31")


def test_a_new_draft_after_the_first_fifteen_days_leaves_them_kept():
    chronology = "2026-06-22 draft_plan_sent; 2026-07-07 draft_plan_sent; 2026-07-22 final_plan_sent"
    assert [found.status for found in every(chronology, "draft_representations", "2026-07-31")] == ["met", "met"]


def test_premature_is_a_breach_and_says_from_when_it_was_lawful():
    found = one("2026-06-22 draft_plan_sent; 2026-07-06 final_plan_sent", "draft_representations", "2026-07-31")
    assert (found.breach, found.days_over, found.earliest_on) == (True, None, day("2026-07-07"))
    assert "done too early. It was lawful only after Monday 6 July 2026, from Tuesday 7 July 2026" in text_of(found)


# Advice


def test_each_party_has_a_clock_of_its_own():
    chronology = """
        2026-03-02 advice_requested party=medical
        2026-03-09 advice_requested party=psychological
        2026-04-13 advice_received party=medical
        2026-04-21 advice_received party=psychological
    """
    found = {d.party: (d.due_on, d.status) for d in every(chronology, "advice", "2026-06-30")}
    assert found == {"medical": (day("2026-04-13"), "met"), "psychological": (day("2026-04-20"), "late")}


def test_a_chaser_does_not_start_the_first_request_again():
    chronology = "2026-03-02 advice_requested party=medical; 2026-04-20 advice_requested party=medical"
    first, chaser = every(chronology, "advice", "2026-05-01")
    assert (first.due_on, first.status, first.days_over) == (day("2026-04-13"), "overdue", 18)
    assert (chaser.due_on, chaser.status) == (day("2026-06-01"), "open")


def test_one_advice_answers_the_request_and_its_chaser():
    chronology = """
        2026-03-02 advice_requested party=medical; 2026-04-20 advice_requested party=medical
        2026-04-27 advice_received party=medical
    """
    assert [found.status for found in every(chronology, "advice", "2026-06-30")] == ["late", "met"]


def test_advice_of_a_later_request_that_is_sent_back_leaves_the_earlier_advice_given():
    chronology = """
        2025-01-06 advice_requested party=medical; 2025-02-03 advice_received party=medical
        2026-03-02 advice_requested party=medical; 2026-03-30 advice_received party=medical
        2026-04-01 advice_returned party=medical
    """
    assert [(found.status, found.done_on) for found in every(chronology, "advice", "2026-06-30")] == [
        ("met", day("2025-02-03")),
        ("met", day("2026-03-30")),
    ]
    assert one(chronology, "advice_again", "2026-06-30").status == "overdue"


def test_advice_that_is_sent_back_twice_is_given_when_it_comes_at_last():
    returned = """
        2026-03-02 advice_requested party=medical; 2026-03-30 advice_received party=medical
        2026-04-01 advice_returned party=medical; 2026-04-08 advice_returned party=medical
    """
    assert [each.status for each in every(returned, "advice_again", "2026-06-30")] == ["overdue", "overdue"]
    given = every(f"{returned}; 2026-04-10 advice_received party=medical", "advice_again", "2026-06-30")
    assert [(each.status, each.done_on) for each in given] == [("met", day("2026-04-10"))] * 2
    assert one(returned, "advice", "2026-06-30").done_on == day("2026-03-30")


def test_the_body_s_weeks_run_from_the_day_on_which_it_received_the_request():
    posted = one("2026-03-02 advice_requested party=medical served_on=2026-03-04", "advice", "2026-03-31")
    assert (posted.starts_on, posted.due_on) == (day("2026-03-04"), day("2026-04-15"))
    assert "counted from served on, Wednesday 4 March 2026" in text_of(posted, "start")


# Reviews


def test_the_next_review_is_counted_from_the_decision_and_not_from_the_meeting():
    chronology = (
        "2025-03-10 final_plan_sent; 2026-02-02 review_meeting_held; 2026-02-20 review_decision_sent outcome=maintain"
    )
    first, following = every(chronology, "annual_review", "2026-06-30")
    assert (first.due_on, first.done_on, first.status) == (day("2026-03-09"), day("2026-02-20"), "met")
    assert (following.starts_on, following.due_on, following.status) == (day("2026-02-20"), day("2027-02-19"), "open")


def test_a_review_that_was_missed_is_late_and_the_next_year_runs_from_its_decision():
    chronology = "2024-03-10 final_plan_sent; 2025-06-02 review_decision_sent outcome=maintain"
    first, following = every(chronology, "annual_review", "2026-06-30")
    assert (first.status, first.days_over, first.breach) == ("late", 85, True)
    assert (following.due_on, following.status) == (day("2026-06-01"), "overdue")


def test_a_meeting_without_a_decision_completes_no_review():
    chronology = "2025-03-10 final_plan_sent; 2026-02-02 review_meeting_held"
    assert one(chronology, "annual_review", "2026-03-10").status == "overdue"
    assert one(chronology, "review_decision", "2026-03-10").status == "overdue"


def test_of_two_meetings_without_a_decision_between_them_the_first_counts():
    chronology = """
        2026-03-04 review_meeting_held; 2026-03-18 review_meeting_held
        2026-04-15 review_decision_sent outcome=maintain
    """
    found = one(chronology, "review_decision", "2026-06-30")
    assert (found.due_on, found.status, found.days_over) == (day("2026-04-01"), "late", 14)
    assert found.contested_by == ("the later session",)


def test_an_invitation_to_the_next_meeting_is_no_late_invitation_to_the_last():
    chronology = "2025-05-01 review_meeting_held; 2026-04-01 review_invited; 2026-04-01 review_papers_sent"
    for limit in ("review_invitation", "review_papers"):
        assert one(chronology, limit, "2026-04-15").status == "undated"
        last, following = every(f"{chronology}; 2026-05-01 review_meeting_held", limit, "2026-06-30")
        assert (last.status, last.done_on) == ("undated", None)
        assert (following.status, following.done_on) == ("met", day("2026-04-01"))


def test_an_amendment_without_a_review_has_no_four_weeks_and_completes_no_review():
    chronology = "2025-03-10 final_plan_sent; 2025-06-02 amendment_notice_sent; 2025-07-01 amended_plan_sent"
    deadlines = deadlines_of(tell(chronology), "2026-03-10")
    assert not {"amendment_notice", "review_decision", "review_total"} & set(statuses(deadlines))
    assert one(chronology, "amended_plan", "2026-03-10").status == "met"
    review = one(chronology, "annual_review", "2026-03-10")
    assert (review.due_on, review.status) == (day("2026-03-09"), "overdue")


def test_sending_the_amendments_early_ends_the_eight_weeks_early():
    chronology = f"{MEETING}; 2026-03-11 review_decision_sent outcome=amend; 2026-03-11 amendment_notice_sent"
    assert one(chronology, "amended_plan", "2026-03-31").due_on == day("2026-05-06")
    assert one(chronology, "review_total", "2026-03-31").due_on == day("2026-05-27")


@pytest.mark.parametrize(
    ("born_on", "expected"),
    [
        (None, []),
        ("2021-09-11", ["2026-09-10"]),  # five the day after the six months end
        ("2021-09-10", []),  # five on that day
        ("2014-01-01", []),
    ],
)
def test_a_young_child_s_plan_is_looked_at_every_six_months_if_the_birthday_is_known(born_on, expected):
    chronology = "2026-03-10 final_plan_sent" + (f"; {born_on} date_of_birth" if born_on else "")
    found = every(chronology, "under_fives_review", "2026-06-30")
    assert [str(deadline.due_on) for deadline in found] == expected
    assert all(not deadline.breach for deadline in found)


def test_a_transfer_to_come_counts_before_it_happens_and_other_facts_do_not():
    chronology = """2025-03-10 final_plan_sent; 2026-01-20 reassessment_requested; 2026-02-03 reassessment_agreed
        2026-09-01 phase_transfer_due outcome=school"""
    deadlines = deadlines_of(tell(chronology), "2026-01-31")
    assert statuses(deadlines)["phase_transfer"] == "open"
    assert statuses(deadlines)["reassessment_decision"] == "open"


def test_what_happens_after_the_day_asked_about_is_not_known_on_it():
    chronology = f"{REQUEST}; 2026-02-20 assessment_agreed; 2026-05-20 final_plan_sent; 2027-01-01 plan_ceased"
    replay = {
        "2026-01-04": {},
        "2026-01-05": {"decide_assess": "open", "final_plan": "open"},
        "2026-02-17": {"decide_assess": "overdue", "final_plan": "open"},
        "2026-02-20": {"decide_assess": "late", "final_plan": "open"},
        "2026-05-20": {"decide_assess": "late", "final_plan": "met"},
        "2027-01-01": {"decide_assess": "late", "final_plan": "met"},
    }
    for as_of, expected in replay.items():
        computed = statuses(deadlines_of(tell(chronology), as_of))
        assert {limit: computed[limit] for limit in ("decide_assess", "final_plan") if limit in computed} == expected


@pytest.mark.parametrize(("on", "in_force"), [("2014-08-31", False), ("2014-09-01", True)])
def test_a_clock_from_before_the_law_was_in_force_gives_a_finding_and_no_date(on, in_force):
    chronology = f"{on} request_received"
    assert bool(every(chronology, "final_plan", "2015-06-30")) is in_force
    assert ("no_law_in_force" in codes(chronology, "2015-06-30")) is not in_force


# The special school


def test_the_stay_ends_early_with_a_final_plan():
    chronology = (
        f"2026-01-05 special_school_admitted party={SCHOOL}; 2026-03-02 plan_refused; 2026-03-06 final_plan_sent"
    )
    assert one(chronology, "special_school_stay", calendars=CALENDARS).status == "lapsed"


def test_a_child_who_had_to_leave_within_the_ten_days_left_too_early():
    chronology = (
        f"2026-01-05 special_school_admitted party={SCHOOL}; 2026-03-02 plan_refused; 2026-03-16 special_school_left"
    )
    found = one(chronology, "special_school_stay", calendars=CALENDARS)
    assert (found.status, found.breach, found.party) == ("premature", True, SCHOOL)


def test_a_stay_at_a_place_whose_dates_are_unknown_gives_a_finding():
    chronology = "2026-01-05 special_school_admitted party=s-9; 2026-03-02 plan_refused"
    found = one(chronology, "special_school_stay")
    assert (found.due_on, found.breach) == (None, False)
    assert "institution_dates_unknown" in codes(chronology)
    assert "no date can be given" in text_of(found, "count")


@pytest.mark.parametrize(
    "chronology",
    [
        "2026-03-02 plan_refused",
        "2026-01-05 special_school_admitted party=s-1; 2026-02-02 special_school_left; 2026-03-02 plan_refused",
    ],
)
def test_a_refusal_of_a_plan_outside_a_stay_starts_no_ten_days(chronology):
    assert every(chronology, "special_school_stay") == []


def test_a_stay_whose_place_is_not_named_can_still_be_told():
    chronology = "2026-01-05 special_school_admitted; 2026-03-02 plan_refused"
    found = one(chronology, "special_school_stay")
    assert (found.status, found.party or None) == ("undated", None)
