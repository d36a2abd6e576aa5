"""Months that begin with a day: every last day of a month, by cases that were decided."""

import datetime as dt

import pytest

from ehcp_flow.calendars import england as calendars
from ehcp_flow.counting import parse_convention
from tests.telling import day, one, text_of


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        ("2026-08-31", 3, "2026-11-30"),
        ("2026-08-30", 3, "2026-11-29"),
        ("2026-08-29", 3, "2026-11-28"),
        ("2025-11-30", 3, "2026-02-28"),  # Pruden v Cunard Ellerman [1993] IRLR 317
        ("2023-11-30", 3, "2024-02-29"),
        ("2025-11-29", 3, "2026-02-28"),
        ("2023-11-29", 3, "2024-02-28"),
        ("2025-11-28", 3, "2026-02-27"),
        ("2026-04-30", 3, "2026-07-29"),  # University of Cambridge v Murray [1993] ICR 460
        ("2026-05-01", 3, "2026-07-31"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-28", 12, "2025-02-27"),
        ("2023-03-01", 12, "2024-02-29"),
        ("2023-02-28", 12, "2024-02-27"),
    ],
)
def test_a_month_without_the_corresponding_date_ends_the_period_on_its_last_day(first, months, last):
    way = parse_convention(f"{months} months beginning with")
    assert way.last_day(day(first), calendars()) == day(last)


def test_every_day_of_eight_years_ends_on_the_day_before_the_corresponding_date_or_at_the_end_of_the_month():
    way = parse_convention("3 months beginning with")
    first = day("2020-01-01")
    while first < day("2028-01-01"):
        last = way.last_day(first, calendars())
        assert last is not None
        assert (last.year * 12 + last.month) - (first.year * 12 + first.month) == (2 if first.day == 1 else 3)
        following = last + dt.timedelta(days=1)
        assert following.day in (first.day, 1)
        assert following.day == first.day or last.day < first.day
        first += dt.timedelta(days=1)


def test_a_transfer_at_the_end_of_august_has_its_review_by_the_end_of_november():
    chronology = "2026-08-31 plan_transferred_in made_on=2020-05-01 reviewed_on=2024-06-03; {} review_decision_sent"
    in_time = one(chronology.format("2026-11-30") + " outcome=maintain", "transfer_review", "2026-12-31")
    assert (str(in_time.due_on), in_time.status) == ("2026-11-30", "met")
    assert one(chronology.format("2026-12-01") + " outcome=maintain", "transfer_review", "2026-12-31").status == "late"


def test_the_first_three_months_of_direct_payments_begin_with_their_first_day():
    chronology = "2026-02-28 direct_payments_started; {} direct_payment_reviewed"
    assert one(chronology.format("2026-05-27"), "direct_payment_review", "2026-06-30").status == "met"
    late = one(chronology.format("2026-05-28"), "direct_payment_review", "2026-06-30")
    assert (str(late.due_on), late.days_over, late.breach) == ("2026-05-27", 1, True)
    assert "the first day is left out: Thursday 28 May 2026" in text_of(late, "reading")


MEETING = "2025-03-10 final_plan_sent; 2026-03-02 review_meeting_held"


def test_a_meeting_and_nothing_after_it_is_one_omission():
    found = {limit: one(MEETING, limit, "2026-03-31") for limit in ("review_decision", "amendment_notice")}
    assert {limit: (str(each.due_on), each.status, each.breach) for limit, each in found.items()} == {
        "review_decision": ("2026-03-30", "overdue", True),
        "amendment_notice": ("2026-03-30", "open", False),
    }
    assert "bites only if the answer is to amend" in text_of(found["amendment_notice"], "result")


@pytest.mark.parametrize(
    ("then", "status"),
    [
        ("2026-03-20 review_decision_sent outcome=amend", "overdue"),
        ("2026-04-10 review_decision_sent outcome=amend", "overdue"),
        ("2026-03-20 review_decision_sent outcome=maintain", "lapsed"),
        ("2026-03-30 amendment_notice_sent", "met"),
        ("2026-03-31 amendment_notice_sent", "late"),
        ("2026-03-20 review_decision_sent outcome=amend; 2026-04-20 plan_ceased", "overtaken"),
        ("2026-04-20 plan_ceased", "lapsed"),
    ],
)
def test_the_notice_of_amendments_is_due_where_the_answer_is_to_amend(then, status):
    found = one(f"{MEETING}; {then}", "amendment_notice", "2026-05-31")
    assert (found.status, found.breach) == (status, status in ("overdue", "late", "overtaken"))
