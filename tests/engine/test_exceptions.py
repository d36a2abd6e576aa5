"""Exceptions disapply a limit: which facts make out a ground, for which limit, and that nothing ever moves."""

import datetime as dt

import pytest

from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.law import england
from tests.engine.rules import CALENDARS, STARTS, Start, last_day, name_of
from tests.telling import codes, day, every, fact, one, tell, text_of, untouched

REQUEST = "2026-06-01 request_received party=parent"
"""6 weeks: 2 June to 13 July 2026; 16 weeks: to 21 September; 20 weeks: to 19 October."""
SUMMER = 'exception_recorded outcome=school_closed until=2026-09-02 reason="the school could not answer"'
CLOSED = f"2026-07-23 {SUMMER}"
"""Closes on 23 July, re-opens on 2 September 2026: 41 days; advice had to be asked from 16 July to 26 August."""


def asked(on: str, party: str = "educational") -> str:
    return f"{on} advice_requested party={party}"


# A closure


@pytest.mark.parametrize(
    ("asked_on", "holds"),
    [
        ("2026-07-15", False),
        ("2026-07-16", True),
        ("2026-07-23", True),
        ("2026-08-26", True),
        ("2026-08-27", False),
        ("2026-09-02", False),
    ],
)
def test_advice_must_be_asked_from_a_week_before_closing_to_a_week_before_re_opening(asked_on, holds):
    chronology = f"{REQUEST}; {asked(asked_on)}; {CLOSED}"
    found = one(chronology, "final_plan", "2026-10-20")
    assert found.excused_by == (("school_closed",) if holds else ())
    assert found.breach is not holds
    assert "advice had to be asked from Thursday 16 July 2026 to Wednesday 26 August 2026" in text_of(
        found, "exception"
    )
    assert "Closed from Thursday 23 July 2026 to re-open on Wednesday 2 September 2026, 41 days" in text_of(found)


@pytest.mark.parametrize(
    ("closed_on", "re_opens_on", "holds"),
    [
        ("2026-07-27", "2026-08-24", True),  # 28 days
        ("2026-07-27", "2026-08-23", False),  # 27 days
        ("2026-07-27", "2026-08-25", True),
    ],
)
def test_a_closure_lasts_at_least_four_weeks(closed_on, re_opens_on, holds):
    closure = f"{closed_on} exception_recorded outcome=school_closed until={re_opens_on} reason=closed"
    found = one(f"{REQUEST}; {asked('2026-07-28')}; {closure}", "final_plan", "2026-10-20")
    assert bool(found.excused_by) is holds
    assert ("less than 4 weeks" in text_of(found, "exception")) is not holds


@pytest.mark.parametrize(
    ("closed_on", "re_opens_on"),
    [("2026-03-30", "2026-04-13"), ("2025-12-20", "2026-01-05"), ("2026-05-25", "2026-06-01")],
    ids=["Easter", "Christmas", "half-term"],
)
def test_no_other_holiday_of_the_year_is_long_enough(closed_on, re_opens_on):
    chronology = f"""
        2025-12-01 request_received; {asked(closed_on)}
        {closed_on} exception_recorded outcome=school_closed until={re_opens_on} reason=holiday
    """
    for limit in ("decide_assess", "decide_not_issue", "final_plan"):
        assert one(chronology, limit, "2026-10-20").excused_by == ()
    assert "exception_not_made_out" in codes(chronology, "2026-10-20")


def test_the_institution_that_closed_must_be_the_one_that_was_asked():
    closure = CLOSED.replace("outcome=", "party=s-1 outcome=")
    named = one(f"{REQUEST}; {asked('2026-07-20', 's-1')}; {closure}", "final_plan", "2026-10-20")
    assert named.excused_by == ("school_closed",)
    other = one(f"{REQUEST}; {asked('2026-07-20', 's-2')}; {closure}", "final_plan", "2026-10-20")
    assert other.excused_by == ()
    assert "no request to s-1 is recorded" in text_of(other, "exception")
    unnamed = one(f"{REQUEST}; {asked('2026-07-20')}; {closure}", "final_plan", "2026-10-20")
    assert unnamed.excused_by == ()
    assert "the record does not say that this was s-1: give the request that party" in text_of(unnamed, "exception")


def test_a_closure_without_an_institution_holds_up_any_request_of_its_kind():
    medical = one(f"{REQUEST}; {asked('2026-07-20', 'medical')}; {CLOSED}", "final_plan", "2026-10-20")
    assert medical.excused_by == ()
    assert "no request to educational is recorded" in text_of(medical, "exception")


def test_an_early_years_provider_s_closure_is_a_ground_of_its_own():
    closure = CLOSED.replace("school_closed", "early_years_closed")
    assert one(
        f"{REQUEST}; {asked('2026-07-20', 'early_years')}; {closure}", "final_plan", "2026-10-20"
    ).excused_by == ("early_years_closed",)
    assert one(f"{REQUEST}; {asked('2026-07-20')}; {closure}", "final_plan", "2026-10-20").excused_by == ()


def test_each_limit_has_its_own_gate():
    # The advice was asked after the six weeks had ended: it held up the later limits, and not the first.
    chronology = f"{REQUEST}; {asked('2026-07-20')}; {CLOSED}"
    assert {limit: one(chronology, limit, "2026-10-20").excused_by for limit in ("decide_assess", "final_plan")} == {
        "decide_assess": (),
        "final_plan": ("school_closed",),
    }
    assert "it began after the last lawful day, Monday 13 July 2026" in text_of(
        one(chronology, "decide_assess", "2026-10-20")
    )


def test_advice_asked_after_the_last_lawful_day_holds_nothing_up():
    chronology = f"2026-05-04 request_received; {asked('2026-08-24')}; {CLOSED}"
    assert one(chronology, "decide_not_issue", "2026-10-20").excused_by == ("school_closed",)
    chronology = f"2026-03-30 request_received; {asked('2026-08-18')}; {CLOSED}"
    assert one(chronology, "final_plan", "2026-10-20").due_on == day("2026-08-17")
    assert one(chronology, "final_plan", "2026-10-20").excused_by == ()


def test_a_closure_without_a_day_of_re_opening_cannot_be_measured():
    closure = "2026-07-23 exception_recorded outcome=school_closed reason=closed"
    found = one(f"{REQUEST}; {asked('2026-07-20')}; {closure}", "final_plan", "2026-10-20")
    assert found.excused_by == ()
    assert "has no day of re-opening (until), so its length is not known" in text_of(found, "exception")


# Absence


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        ("2026-06-08", "2026-07-05", True),  # 28 days
        ("2026-06-08", "2026-07-04", False),  # 27 days
        ("2026-06-02", "2026-06-29", True),  # from the first day of the period
        ("2026-06-01", "2026-06-28", False),  # the day of the request is outside it: 27 days
        ("2026-06-16", "2026-08-30", True),  # 28 days to the last lawful day
        ("2026-06-17", "2026-08-30", False),  # 27 days to it
        ("2026-07-20", "2026-08-30", False),  # after it
    ],
)
def test_an_absence_counts_for_the_days_that_fall_inside_the_period(first, last, holds):
    chronology = f"{REQUEST}; {first} exception_recorded outcome=absent_from_area until={last} reason=abroad"
    assert bool(one(chronology, "decide_assess", "2026-10-20").excused_by) is holds


@pytest.mark.parametrize(("as_of", "holds"), [("2026-07-04", False), ("2026-07-05", True), ("2026-10-20", True)])
def test_an_absence_without_an_end_is_as_long_as_it_has_lasted(as_of, holds):
    chronology = f"{REQUEST}; 2026-06-08 exception_recorded outcome=absent_from_area reason=abroad"
    found = one(chronology, "decide_assess", as_of)
    assert bool(found.excused_by) is holds
    assert ("so far" in text_of(found, "exception")) is True
    assert "with no end" in text_of(found, "exception")


def test_an_absence_that_goes_on_is_told_so_far():
    chronology = f"{REQUEST}; 2026-06-08 exception_recorded outcome=absent_from_area until=2026-07-05 reason=abroad"
    assert "27 days so far fall inside it: less than 4 weeks" in text_of(one(chronology, "decide_assess", "2026-07-04"))
    assert "28 days fall inside it: at least 4 weeks" in text_of(one(chronology, "decide_assess", "2026-07-05"))


# Circumstances, and what a body asked for advice can plead


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        ("2026-06-01", "2026-06-01", False),
        ("2026-06-02", "2026-06-02", True),
        ("2026-05-01", "2026-06-02", True),
        ("2026-07-13", "2026-07-31", True),
        ("2026-07-14", "2026-07-31", False),
        ("2026-06-20", None, True),
        ("2026-05-01", None, True),
    ],
)
def test_circumstances_must_fall_on_some_day_of_the_period(first, last, holds):
    until = f" until={last}" if last else ""
    chronology = f"{REQUEST}; {first} exception_recorded outcome=exceptional_circumstances{until} reason=illness"
    assert bool(one(chronology, "decide_assess", "2026-10-20").excused_by) is holds


def test_a_missed_appointment_excuses_the_body_and_not_the_authority():
    chronology = f"""
        {REQUEST}; {asked("2026-06-15", "medical")}
        2026-07-01 exception_recorded outcome=missed_appointment until=2026-07-01 party=medical reason="did not come"
    """
    assert one(chronology, "advice", "2026-10-20").excused_by == ("missed_appointment",)
    assert one(chronology, "advice", "2026-10-20").breach is False
    assert one(chronology, "decide_assess", "2026-10-20").excused_by == ()
    assert one(chronology, "final_plan", "2026-10-20").breach is True


def test_a_missed_appointment_with_one_body_does_not_excuse_another():
    chronology = f"""
        {asked("2026-06-15", "medical")}; {asked("2026-06-15", "psychological")}
        2026-07-01 exception_recorded outcome=missed_appointment until=2026-07-01 party=medical reason="did not come"
    """
    assert {d.party: d.excused_by for d in every(chronology, "advice", "2026-10-20")} == {
        "medical": ("missed_appointment",),
        "psychological": (),
    }


def test_the_closing_of_a_school_does_not_excuse_its_advice():
    chronology = f"{REQUEST}; {asked('2026-07-20')}; {CLOSED}"
    found = one(chronology, "advice", "2026-10-20")
    assert (found.excused_by, found.status, bool(found.contested_by)) == ((), "overdue", True)
    assert "school_closed" not in text_of(found, "exception")


# The temporary ground of 2020


@pytest.mark.parametrize(
    ("requested", "due_on", "holds"),
    [
        ("2020-03-19", "2020-04-30", False),
        ("2020-03-20", "2020-05-01", True),
        ("2020-08-14", "2020-09-25", True),
        ("2020-08-15", "2020-09-26", False),
    ],
)
def test_the_ground_of_2020_holds_for_acts_that_fell_due_while_it_was_law(requested, due_on, holds):
    chronology = f"{requested} request_received; 2020-04-01 exception_recorded outcome=coronavirus reason=lockdown"
    if requested > "2020-04-01":
        chronology = f"{requested} request_received; {requested} exception_recorded outcome=coronavirus reason=lockdown"
    found = one(chronology, "decide_assess", "2020-12-31")
    assert found.due_on == day(due_on)
    assert found.excused_by == (("coronavirus",) if holds else ())
    assert found.breach is not holds


def test_the_ground_of_2020_needs_a_reason():
    chronology = "2020-03-20 request_received; 2020-04-01 exception_recorded outcome=coronavirus"
    assert one(chronology, "decide_assess", "2020-12-31").excused_by == ()
    assert "No reason is recorded" in text_of(one(chronology, "decide_assess", "2020-12-31"), "exception")


def test_the_ground_of_2020_is_not_named_for_what_fell_due_at_another_time():
    today = one(REQUEST, "decide_assess", "2026-10-20")
    assert "coronavirus" not in text_of(today, "exception")
    then = one("2020-03-20 request_received", "decide_assess", "2020-12-31")
    assert "coronavirus (SR 5(4)(e))" in text_of(then, "exception")


# Which limit, how many, when recorded, and corrections

ILL = "2026-06-08 exception_recorded outcome=exceptional_circumstances until=2026-07-31 reason=illness"


def test_an_exception_for_one_limit_leaves_the_others_alone():
    chronology = f"{REQUEST}; {ILL} limit=decide_assess"
    assert one(chronology, "decide_assess", "2026-10-20").excused_by == ("exceptional_circumstances",)
    assert one(chronology, "final_plan", "2026-10-20").excused_by == ()
    assert one(chronology, "final_plan", "2026-10-20").breach is True


def test_an_exception_for_every_limit_is_checked_for_each():
    chronology = f"{REQUEST}; {ILL}"
    excused = {
        limit: one(chronology, limit, "2026-10-20").excused_by
        for limit in ("decide_assess", "decide_not_issue", "final_plan")
    }
    assert set(excused.values()) == {("exceptional_circumstances",)}
    assert one(chronology, "decide_issue", "2026-10-20").excused_by == ()


def test_two_grounds_that_overlap_are_both_named_once():
    chronology = f"""
        {REQUEST}; {ILL}
        2026-06-20 exception_recorded outcome=exceptional_circumstances until=2026-06-30 reason=bereavement
        2026-06-08 exception_recorded outcome=absent_from_area until=2026-07-10 reason=abroad
    """
    assert one(chronology, "decide_assess", "2026-10-20").excused_by == (
        "exceptional_circumstances",
        "absent_from_area",
    )


def test_a_ground_that_fails_beside_one_that_holds_excuses_nothing_by_itself():
    chronology = (
        f"{REQUEST}; {ILL}; 2026-06-08 exception_recorded outcome=absent_from_area until=2026-06-20 reason=abroad"
    )
    assert one(chronology, "decide_assess", "2026-10-20").excused_by == ("exceptional_circumstances",)
    assert "its facts do not hold" in text_of(one(chronology, "decide_assess", "2026-10-20"), "exception")


def test_an_exception_written_down_after_the_last_lawful_day_counts_from_its_own_day():
    case = tell(REQUEST).record(fact(ILL, recorded_at="2026-09-01T09:00:00Z"))
    assert one(case, "decide_assess", "2026-10-20").excused_by == ("exceptional_circumstances",)


def test_an_exception_that_lies_in_the_future_of_the_day_asked_about_is_not_known():
    chronology = f"2026-04-01 request_received; {ILL}"
    assert one(chronology, "decide_not_issue", "2026-06-07").excused_by == ()
    assert one(chronology, "decide_not_issue", "2026-06-08").excused_by == ("exceptional_circumstances",)


def test_an_exception_that_is_voided_excuses_nothing():
    case = tell(f"{REQUEST}; {ILL}")
    voided = case.void(case.facts[1], "entered on the wrong case")
    assert one(case, "decide_assess", "2026-10-20").breach is False
    assert one(voided, "decide_assess", "2026-10-20").breach is True


@pytest.mark.parametrize("act", ["", "; 2026-08-03 assessment_agreed", "; 2026-07-10 assessment_agreed"])
def test_an_exception_moves_no_date_and_changes_no_status(act):
    without, excused = (one(f"{REQUEST}{more}{act}", "decide_assess", "2026-10-20") for more in ("", f"; {ILL}"))
    assert (without.starts_on, *untouched(without)) == (excused.starts_on, *untouched(excused))
    assert excused.excused_by == ("exceptional_circumstances",)
    assert excused.breach is False


def test_an_act_that_is_late_with_a_ground_that_holds_says_so_in_words():
    found = one(f"{REQUEST}; {ILL}; 2026-08-03 assessment_agreed", "decide_assess", "2026-10-20")
    assert (found.status, found.days_over, found.breach) == ("late", 21, False)
    assert "Excused by exceptional_circumstances. So there is no breach." in text_of(found, "result")
    assert 'the recorded judgement: "illness". It disapplies the limit; it does not move the date.' in text_of(found)


def test_a_refusal_that_would_be_late_now_would_be_excused():
    found = one(f"{REQUEST}; {ILL}", "decide_not_issue", "2026-10-20")
    assert (found.status, found.breach) == ("open", False)
    assert "A refusal sent now would be 29 days (4 weeks and 1 day) late" in text_of(found, "result")
    assert "It would be excused by exceptional_circumstances." in text_of(found, "result")


# Findings

GROUNDS_OF_2020 = {ground.id for ground in england().grounds.values() if ground.outcome == "coronavirus"}


@pytest.mark.parametrize(
    ("exception", "code"),
    [
        (ILL, None),
        (ILL.removesuffix(" reason=illness"), "exception_without_reason"),
        (ILL.replace("06-08", "05-08").replace("07-31", "05-31"), "exception_not_made_out"),
        (f"{ILL} limit=no_such_limit", "exception_for_unknown_limit"),
        (f"{ILL} limit=annual_review", "exception_not_available"),
        (ILL.replace("exceptional_circumstances", "not_stated"), "exception_not_stated"),
        (f"{ILL.replace('exceptional_circumstances', 'not_stated')} limit=no_such_limit", "exception_not_stated"),
        (f"{ILL} limit=review_decision", "exception_not_available"),
        (ILL.replace("exceptional_circumstances", "missed_appointment"), "exception_without_limit"),
    ],
)  # fmt: skip
def test_an_exception_gives_the_finding_that_it_deserves(exception, code):
    chronology = f"{REQUEST}; {exception}; 2026-06-03 review_meeting_held; 2026-06-03 final_plan_sent"
    found = [found for found in codes(chronology, "2026-10-20") if found.startswith("exception")]
    assert found == ([code] if code else [])


@pytest.mark.parametrize(
    "start",
    [
        start
        for start in STARTS
        if start.limit.kind == "statutory" and {use.ground for use in start.rule.exceptions} <= GROUNDS_OF_2020
    ],
    ids=name_of,
)
def test_a_limit_without_exceptions_is_excused_by_nothing(start: Start):
    on = dt.date(2026, 3, 2)
    after = last_day(start, on) + dt.timedelta(days=30)
    grounds = [
        fact(f"{on} exception_recorded outcome={outcome} reason=all")
        for outcome in ("exceptional_circumstances", "absent_from_area", "missed_appointment")
    ]
    found = start.deadline([*start.chronology(on), *grounds, fact(CLOSED)], max(after, on), on)
    assert found.excused_by == ()
    assert "The law allows no exception to this limit." in text_of(found, "exception")


@pytest.mark.parametrize("limit", ["annual_review", "review_decision", "amended_plan", "phase_transfer"])
def test_no_holiday_excuses_a_review(limit):
    chronology = f"""
        2025-03-10 final_plan_sent; 2026-04-30 amendment_notice_sent; 2026-05-01 review_meeting_held
        2026-09-01 phase_transfer_due outcome=school; {asked("2026-07-20")}; {CLOSED} limit={limit}
    """
    assert every(chronology, limit, "2026-10-20", calendars=CALENDARS)[0].breach is True
    assert "exception_not_available" in codes(chronology, "2026-10-20")


def test_grounds_that_fail_and_grounds_that_were_not_claimed_are_both_told():
    chronology = f"{REQUEST}; 2026-06-08 exception_recorded outcome=absent_from_area until=2026-06-20 reason=abroad"
    steps = [
        step.text for step in one(chronology, "decide_assess", "2026-10-20").explanation if step.part == "exception"
    ]
    assert [text.partition(":")[0] for text in steps] == [
        "Exception absent_from_area",
        "Other exceptions the law allows here, none of them recorded",
    ]
    assert {d.limit for d in deadlines_of(tell(chronology), "2026-10-20") if d.excused_by} == set()


def test_a_ground_that_holds_without_a_recorded_judgement_says_whose_it_is():
    found = one(f"{REQUEST}; {ILL.removesuffix(' reason=illness')}", "decide_assess", "2026-10-20")
    assert found.excused_by == ("exceptional_circumstances",)
    assert "Nobody recorded why compliance was impractical" in text_of(found, "exception")


def test_where_the_only_ground_ever_allowed_is_spent_nothing_else_is_offered():
    chronology = "2026-03-04 review_meeting_held; 2026-03-04 exception_recorded outcome=coronavirus reason=illness"
    told = text_of(one(chronology, "review_decision", "2026-10-20"), "exception")
    assert "Exception coronavirus: its facts do not hold." in told
    assert "Other exceptions" not in told
