"""Each rule on its last lawful day, the day before and the day after; and each date against plain arithmetic."""

import datetime as dt
from calendar import isleap, monthrange
from collections.abc import Callable

import pytest

from ehcp_flow.deadlines import due
from ehcp_flow.law import england
from ehcp_flow.law.patterns import Pattern
from tests.engine.rules import CALENDARS, GROUPS, SCHOOL, STARTS, Start, act, last_day, name_of
from tests.telling import LATER, ONE_DAY, day, one

TRIGGERS = [day(text) for text in ("2024-02-29", "2025-08-31", "2025-11-30", "2025-12-31", "2026-03-02", "2026-04-03")]

STATUTORY_LIMITS = [start for start in STARTS if not start.rule.version[-1].is_window]
WINDOWS = [start for start in STARTS if start.rule.version[-1].is_window]
# What starts the clock shows that the act was done: a meeting is not held without an invitation.
IMPLIED_AT_ONCE = [start for start in STATUTORY_LIMITS if start.pattern in start.rule.implied_by]
ONLY_IF_NO = [start for start in STATUTORY_LIMITS if start.rule.other_answer]
PLAIN = [start for start in STATUTORY_LIMITS if start not in IMPLIED_AT_ONCE and start not in ONLY_IF_NO]
DONE = [(start, pattern) for start in STATUTORY_LIMITS for pattern in start.rule.done_by]

on_each_trigger = pytest.mark.parametrize("on", TRIGGERS, ids=str)


def each(starts: list[Start]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("start", starts, ids=name_of)


def test_every_limit_of_the_ordinary_life_is_on_one_of_these_lists():
    ordinary = {limit.id for limit in england().limits.values() if limit.group in GROUPS}
    assert ordinary >= {start.limit.id for start in STARTS}
    assert {start.limit.id for start in STARTS} >= {
        "decide_assess", "advice", "decide_not_issue", "decide_issue", "draft_representations", "school_response",
        "final_plan", "special_school_stay", "he_disclosure", "annual_review", "review_invitation", "review_papers",
        "review_report", "review_decision", "amendment_notice", "amendment_representations", "amended_plan",
        "review_total", "phase_transfer", "under_fives_review",
    }  # fmt: skip
    assert len(PLAIN) + len(IMPLIED_AT_ONCE) + len(ONLY_IF_NO) + len(WINDOWS) == len(STARTS)


@on_each_trigger
@pytest.mark.parametrize(
    ("start", "done"), DONE, ids=lambda item: name_of(item) if isinstance(item, Start) else str(item)
)
def test_an_act_is_in_time_up_to_its_last_lawful_day_and_late_after_it(start: Start, done: Pattern, on: dt.date):
    last = last_day(start, on)
    expected = {-1: ("met", None), 0: ("met", None), 1: ("late", 1), 9: ("late", 9)}
    for days, (status, over) in expected.items():
        acted_on = last + dt.timedelta(days=days)
        if acted_on >= on and start.rule.looks_back is not None:
            continue  # after the meeting, or the transfer, nothing is in time any more: told elsewhere
        found = start.deadline([*start.story(on), act(done, acted_on)], LATER, on)
        breach = status == "late" and start.limit.kind == "statutory"
        assert (found.due_on, found.done_on, found.status, found.days_over, found.breach) == (
            last, acted_on, status, over, breach,
        )  # fmt: skip


@on_each_trigger
@each(PLAIN)
def test_an_act_that_is_not_done_is_overdue_from_the_day_after_the_last_lawful_one(start: Start, on: dt.date):
    last = last_day(start, on)
    expected = {-1: ("open", None), 0: ("open", None), 1: ("overdue", 1), 40: ("overdue", 40)}
    for days, (status, over) in expected.items():
        found = start.deadline(start.story(on), last + dt.timedelta(days=days), on)
        breach = status == "overdue" and start.limit.kind == "statutory"
        assert (found.due_on, found.done_on, found.status, found.days_over, found.breach) == (
            last, None, status, over, breach,
        )  # fmt: skip


@on_each_trigger
@each(ONLY_IF_NO)
def test_a_limit_that_bites_only_if_the_answer_is_no_stays_open_without_an_answer(start: Start, on: dt.date):
    last = last_day(start, on)
    for days in (-1, 0, 1, 400):
        found = start.deadline(start.story(on), last + dt.timedelta(days=days), on)
        assert (found.due_on, found.status, found.days_over, found.breach) == (last, "open", None, False)


@on_each_trigger
@each(IMPLIED_AT_ONCE)
def test_a_meeting_that_was_held_shows_that_it_was_prepared_and_not_when(start: Start, on: dt.date):
    found = start.deadline(start.story(on), on, on)
    assert (found.due_on, found.status, found.done_on, found.breach) == (last_day(start, on), "undated", None, False)


@on_each_trigger
@each(WINDOWS)
def test_an_act_inside_a_window_is_premature_and_lawful_from_the_day_after_it(start: Start, on: dt.date):
    last = last_day(start, on)
    for done in start.rule.done_by:
        for days, status in {-1: "premature", 0: "premature", 1: "met", 9: "met"}.items():
            acted_on = last + dt.timedelta(days=days)
            found = start.deadline([*start.story(on), act(done, acted_on)], LATER, on)
            assert (found.due_on, found.earliest_on, found.done_on) == (last, last + ONE_DAY, acted_on)
            assert (found.status, found.days_over, found.breach) == (status, None, status == "premature")


@on_each_trigger
@each(WINDOWS)
def test_a_window_is_open_on_its_last_protected_day_and_kept_after_it(start: Start, on: dt.date):
    last = last_day(start, on)
    for days, status in {-1: "open", 0: "open", 1: "met"}.items():
        found = start.deadline(start.story(on), last + dt.timedelta(days=days), on)
        assert (found.due_on, found.status, found.days_over, found.breach) == (last, status, None, False)


# The oracle: the law's dates in plain arithmetic that shares nothing with the engine.

BANK_HOLIDAYS = {
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
}


def days_on(n: int) -> Callable[[dt.date], dt.date]:
    return lambda on: on + dt.timedelta(days=n)


def months_on(on: dt.date, n: int) -> dt.date:
    year, month0 = divmod(on.year * 12 + on.month - 1 + n, 12)
    return dt.date(year, month0 + 1, min(on.day, monthrange(year, month0 + 1)[1]))


def a_year_that_starts_with(on: dt.date) -> dt.date:
    end_day = 28 if (on.month, on.day) == (2, 29) and not isleap(on.year + 1) else on.day
    return dt.date(on.year + 1, on.month, end_day) - dt.timedelta(days=1)


def nth_working_day_after(on: dt.date, n: int) -> dt.date:
    while n:
        on += dt.timedelta(days=1)
        n -= on.isoweekday() < 6 and f"{on:%m-%d}" not in BANK_HOLIDAYS[on.year]
    return on


ORACLE: dict[str, Callable[[dt.date], dt.date]] = {
    "decide_assess from request_received": days_on(42),
    "decide_assess from became_responsible": days_on(42),
    "advice from advice_requested": days_on(42),
    "decide_not_issue from request_received": days_on(112),
    "decide_not_issue from became_responsible": days_on(112),
    "decide_issue from request_received": days_on(112),
    "decide_issue from became_responsible": days_on(112),
    "draft_representations from draft_plan_sent": days_on(14),
    "school_response from school_consulted": days_on(15),
    "final_plan from request_received": days_on(140),
    "final_plan from became_responsible": days_on(140),
    "he_disclosure from disclosure_requested": lambda on: nth_working_day_after(on, 15),
    "annual_review from final_plan_sent": a_year_that_starts_with,
    "annual_review from review_decision_sent": a_year_that_starts_with,
    "review_invitation from review_meeting_held": days_on(-14),
    "review_papers from review_meeting_held": days_on(-14),
    "review_report from review_meeting_held": days_on(14),
    "review_decision from review_meeting_held": days_on(28),
    "amendment_notice from review_meeting_held": days_on(28),
    "amendment_representations from amendment_notice_sent": days_on(14),
    "amended_plan from amendment_notice_sent": days_on(56),
    "review_total from review_meeting_held": days_on(84),
    "phase_transfer from phase_transfer_due:school": lambda on: dt.date(on.year, 2, 14),
    "phase_transfer from phase_transfer_due:post16": lambda on: dt.date(on.year, 3, 30),
    "phase_transfer from phase_transfer_due:post16_to_post16": lambda on: months_on(on, -5),
    "under_fives_review from final_plan_sent": lambda on: months_on(on, 6),
    "under_fives_review from review_decision_sent": lambda on: months_on(on, 6),
}
# A leap year and a common one, each day of them: every month's end, 29 February, both Christmases, both Easters.
DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(366 + 365)]


@pytest.mark.parametrize("start", [start for start in STARTS if name_of(start) in ORACLE], ids=name_of)
def test_every_day_of_two_years_gives_the_date_that_plain_arithmetic_gives(start: Start):
    expected = ORACLE[name_of(start)]
    assert {on: last_day(start, on) for on in DAYS} == {on: expected(on) for on in DAYS}


def test_the_oracle_knows_every_rule_but_the_one_that_needs_a_school_s_own_dates():
    assert {name_of(start) for start in STARTS} - set(ORACLE) == {"special_school_stay from plan_refused"}


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
    story = f"2026-01-05 special_school_admitted party={SCHOOL}; {notice} plan_refused"
    assert one(story, "special_school_stay", notice, calendars=CALENDARS).due_on == day(last)


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
        ("final_plan_sent", "2024-02-29", {}, "annual_review", "2025-02-27"),
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
