"""Dates that come out of one call, the ten school days, and the other readings that are named beside a date.

That every rule has its last lawful day, from every day of two years, is shown in `tests/law/test_every_day.py`.
"""

import pytest

from ehcp_flow.deadlines import due
from tests.engine.rules import CALENDARS, SCHOOL
from tests.telling import day, one


@pytest.mark.parametrize(
    ("notice", "last"),
    [
        ("2026-03-02", "2026-03-16"),  # ten working days in term
        ("2026-03-30", "2026-04-15"),  # over Good Friday and Easter Monday, in a place that stays open else
        ("2026-07-16", "2026-09-09"),  # four days before the summer, six after it
        ("2026-08-10", "2026-09-15"),  # served while the place is closed
    ],
)
def test_ten_school_days_are_days_on_which_the_place_is_open(notice, last):
    chronology = f"2026-01-05 special_school_admitted party={SCHOOL}; {notice} plan_refused"
    assert one(chronology, "special_school_stay", notice, calendars=CALENDARS).due_on == day(last)


@pytest.mark.parametrize(
    ("event", "on", "fields", "limit", "last"),
    [
        ("request_received", "2026-03-02", {}, "decide_assess", "2026-04-13"),
        ("request_received", "2026-03-02", {}, "decide_not_issue", "2026-06-22"),
        ("request_received", "2026-03-02", {}, "decide_issue", "2026-06-22"),
        ("request_received", "2026-03-02", {}, "final_plan", "2026-07-20"),
        ("became_responsible", "2026-03-02", {}, "final_plan", "2026-07-20"),
        ("request_received", "2026-01-05", {}, "final_plan", "2026-05-25"),  # a bank holiday: nothing moves
        ("draft_plan_sent", "2026-06-22", {}, "draft_representations", "2026-07-06"),
        ("draft_plan_sent", "2026-06-20", {"served_on": "2026-06-22"}, "draft_representations", "2026-07-06"),
        ("review_meeting_held", "2026-03-04", {}, "review_report", "2026-03-18"),
        ("review_meeting_held", "2026-03-04", {}, "review_decision", "2026-04-01"),
        ("review_meeting_held", "2026-03-04", {}, "amendment_notice", "2026-04-01"),
        ("amendment_notice_sent", "2026-04-01", {}, "amended_plan", "2026-05-27"),
        ("amendment_notice_sent", "2026-04-01", {"served_on": "2026-04-03"}, "amended_plan", "2026-05-27"),
        ("amendment_notice_sent", "2026-04-01", {"served_on": "2026-04-03"}, "amendment_representations", "2026-04-17"),
        ("final_plan_sent", "2025-03-10", {}, "annual_review", "2026-03-09"),
        ("final_plan_sent", "2024-02-29", {}, "annual_review", "2025-02-28"),
        ("final_plan_sent", "2024-03-01", {}, "annual_review", "2025-02-28"),
        ("final_plan_sent", "2023-03-01", {}, "annual_review", "2024-02-29"),
        ("phase_transfer_due", "2026-09-01", {"outcome": "school"}, "phase_transfer", "2026-02-14"),
        ("phase_transfer_due", "2026-09-01", {"outcome": "post16"}, "phase_transfer", "2026-03-30"),
        ("phase_transfer_due", "2026-07-31", {"outcome": "post16_to_post16"}, "phase_transfer", "2026-02-28"),
    ],
)
def test_a_worked_date_comes_out_of_one_call(event, on, fields, limit, last):
    [found] = [deadline for deadline in due(event, on, **fields) if deadline.limit == limit]
    assert found.due_on == day(last)


@pytest.mark.parametrize(
    ("limit", "event", "outcome", "reading", "expected"),
    [
        ("decide_assess", "request_received", None, "the day of receipt is day 1", "2026-04-12"),
        ("decide_not_issue", "request_received", None, "the day of receipt is day 1", "2026-06-21"),
        ("final_plan", "request_received", None, "the day of receipt is day 1", "2026-07-19"),
        ("annual_review", "final_plan_sent", None, "by the anniversary", "2027-03-02"),
        ("review_invitation", "review_meeting_held", None, "two clear weeks", "2026-02-15"),
        ("review_papers", "review_meeting_held", None, "two clear weeks", "2026-02-15"),
        ("phase_transfer", "phase_transfer_due", "school", "by 15 February", "2026-02-15"),
        ("phase_transfer", "phase_transfer_due", "post16", "by 31 March", "2026-03-31"),
    ],
)
def test_another_reading_is_named_with_its_date_and_moves_nothing(limit, event, outcome, reading, expected):
    [found] = [d for d in due(event, "2026-03-02", outcome=outcome, as_of="2026-03-02") if d.limit == limit]
    readings = {step.on: step.text for step in found.explanation if step.part == "reading"}
    assert readings[day(expected)].startswith(f"Another reading, {reading}: ")
    assert found.due_on != day(expected)
