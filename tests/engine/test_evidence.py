"""An exception held against what is at hand: the calendar of a place, and a reason that the law does not know.

A calendar that shows a place open takes the ground from a closing; without one the record excuses, and says so.
"""

import pytest

from ehcp_flow.calendars import Calendars, Closure, Institution, england
from ehcp_flow.deadlines import judge
from tests.doors import at_every_door
from tests.telling import day, one, tell, text_of

REQUEST = "2026-06-01 request_received party=parent"
"""20 weeks end on 19 October 2026."""
ASKED = "2026-07-20 advice_requested party=123456"
AFTER = "2026-10-20"


def closed(first: str, reopens: str, party: str = "party=123456 ") -> str:
    return f'{first} exception_recorded {party}outcome=school_closed until={reopens} reason="nobody could answer"'


STORY = f"{REQUEST}; {ASKED}; {closed('2026-07-23', '2026-09-02')}"


def terms(*closures: tuple[str, str], known: tuple[str, str] = ("2026-01-01", "2026-12-31")) -> Calendars:
    shut = tuple(Closure(day(first), day(reopens)) for first, reopens in closures)
    return england().with_institutions([Institution("123456", day(known[0]), day(known[1]), shut)])


def held(calendars: Calendars | None, chronology: str = STORY) -> bool:
    found = one(chronology, "final_plan", AFTER, calendars=calendars)
    assert found.breach is not bool(found.excused_by)
    return bool(found.excused_by)


# A calendar that says that the place was open


def test_without_a_calendar_the_record_excuses_and_is_marked_as_not_checked():
    found = one(STORY, "final_plan", AFTER)
    assert found.excused_by == ("school_closed",)
    (step,) = [each for each in found.explanation if each.part == "exception" and each.on == day("2026-07-23")]
    assert step.not_checked == "no calendar of 123456 is at hand, which could show that it was closed"
    assert f"not_checked: {step.not_checked}" in step.text
    assert step.as_dict()["not_checked"] == step.not_checked


def test_a_calendar_that_has_the_same_closing_leaves_nothing_unchecked():
    found = one(STORY, "final_plan", AFTER, calendars=terms(("2026-07-23", "2026-09-02")))
    assert found.excused_by == ("school_closed",)
    assert "its facts hold." in text_of(found, "exception")
    assert "not_checked" not in text_of(found)
    assert all("not_checked" not in step.as_dict() for step in found.explanation)


def test_a_calendar_that_has_no_closing_takes_the_ground_away_and_says_why():
    found = one(STORY, "final_plan", AFTER, calendars=terms(("2026-05-25", "2026-06-01")))
    assert (found.excused_by, found.breach) == ((), True)
    said = text_of(found, "exception")
    assert "its facts do not hold. Closed from Thursday 23 July 2026 to re-open on Wednesday 2 September 2026" in said
    assert "by its calendar 123456 was open on Thursday 23 July 2026, and not closed for 4 weeks on end." in said


@pytest.mark.parametrize(
    ("closing", "holds"),
    [
        (("2026-08-05", "2026-09-02"), True),  # 28 days of the recorded ones are left
        (("2026-08-06", "2026-09-02"), False),  # 27
        (("2026-07-23", "2026-08-20"), True),
        (("2026-07-23", "2026-08-19"), False),
        (("2026-07-25", "2026-08-23"), True),  # a Saturday to a Sunday: open on Friday, and from Monday on
        (("2026-07-01", "2026-12-01"), True),
    ],
)
def test_what_the_calendar_leaves_of_the_closing_must_still_be_four_weeks_on_end(closing, holds):
    assert held(terms(closing), f"{STORY}; 2026-08-05 advice_requested party=123456") is holds


def test_advice_must_be_asked_in_the_time_that_the_calendar_gives():
    # Asked on 20 July: a closing from 27 July has its week before it from then on, one from 28 July has not.
    assert held(terms(("2026-07-27", "2026-09-02")))
    found = one(STORY, "final_plan", AFTER, calendars=terms(("2026-07-28", "2026-09-02")))
    assert not found.excused_by
    assert "and closed from Tuesday 28 July 2026 to Wednesday 2 September 2026; advice had to be asked from" in (
        text_of(found, "exception")
    )


def test_of_two_closings_in_the_recorded_one_the_longer_counts():
    two = terms(("2026-07-13", "2026-07-22"), ("2026-07-25", "2026-09-02"))
    chronology = f"{REQUEST}; {ASKED}; {closed('2026-07-10', '2026-09-02')}"
    found = one(chronology, "final_plan", AFTER, calendars=two)
    assert found.excused_by == ("school_closed",)
    assert "by its calendar 123456 was open on Friday 10 July 2026, and closed from Saturday 25 July 2026" in (
        text_of(found, "exception")
    )


@pytest.mark.parametrize(
    ("known", "holds", "says"),
    [
        (("2026-01-01", "2026-07-22"), True, "is known from Thursday 1 January 2026 to Wednesday 22 July 2026 only"),
        (("2026-09-02", "2026-12-31"), True, "is known from Wednesday 2 September 2026"),
        (("2026-08-24", "2026-12-31"), True, "is known from Monday 24 August 2026"),  # open from then: 32 days are left
        (("2026-08-19", "2026-12-31"), False, ""),  # 27
        (("2160-01-01", "2160-12-31"), True, "is known from Tuesday 1 January 2160"),
    ],
)
def test_a_calendar_of_other_days_shows_nothing(known, holds, says):
    found = one(STORY, "final_plan", AFTER, calendars=terms(known=known))
    assert bool(found.excused_by) is holds
    assert says in text_of(found, "exception")
    assert ("not_checked" in text_of(found)) is holds


def test_the_calendar_of_another_place_shows_nothing():
    other = england().with_institutions([Institution("654321", day("2026-01-01"), day("2026-12-31"))])
    assert held(other)


def test_a_closing_without_a_place_is_not_held_against_any_calendar():
    chronology = f"{REQUEST}; 2026-07-20 advice_requested party=educational; {closed('2026-07-23', '2026-09-02', '')}"
    found = one(chronology, "final_plan", AFTER, calendars=terms())
    assert found.excused_by == ("school_closed",)
    assert "not_checked: no calendar of the institution is at hand" in text_of(found, "exception")


def test_a_closing_that_by_the_calendar_began_after_the_last_day_excuses_nothing():
    # Week 20 ends on 17 July: the record's first day is before it, the calendar's after.
    early = (
        f"2026-02-27 request_received; 2026-07-14 advice_requested party=123456; {closed('2026-07-16', '2026-09-02')}"
    )
    assert held(None, early)
    found = one(early, "final_plan", AFTER, calendars=terms(("2026-07-20", "2026-09-02")))
    assert "it began after the last lawful day" in text_of(found, "exception")


def test_a_finding_says_what_the_calendar_shows():
    (finding,) = [
        each for each in judge(tell(STORY), AFTER, calendars=terms()).findings if each.code == "exception_not_made_out"
    ]
    assert "by its calendar 123456 was open on Thursday 23 July 2026" in finding.message


BOGUS = """
    2026-09-01 request_received party=parent authority=885
    2026-09-14 advice_requested party=123456
    2026-09-02 exception_recorded party=123456 outcome=school_closed until=2026-10-23
    2026-10-20 assessment_agreed
"""
TERM = "institution,closed_from,reopens_on\n123456,2026-07-22,2026-09-02\n123456,2026-10-23,2026-11-02\n"


def test_a_closure_in_term_time_excuses_only_where_no_calendar_is_at_hand_by_every_door(tmp_path):
    (tmp_path / "terms.csv").write_text(TERM)
    asked = ("check", "--as-of", "2026-11-01", "--limit", "decide_assess", "--explain")
    (without,) = at_every_door(tmp_path, BOGUS, *asked)
    (with_it,) = at_every_door(tmp_path, BOGUS, *asked, "--institutions", tmp_path / "terms.csv")
    assert (without["due_on"], without["status"], without["breach"]) == ("2026-10-13", "late", False)
    assert without["excused_by"] == ["school_closed"]
    assert (with_it["status"], with_it["breach"], with_it["excused_by"]) == ("late", True, [])
    assert "no calendar of 123456 is at hand" in str(without["explanation"])
    assert "by its calendar 123456 was open on Wednesday 2 September 2026" in str(with_it["explanation"])
    found = at_every_door(
        tmp_path, BOGUS, "breaches", "--as-of", "2026-11-01", "--register", "findings", "--institutions",
        tmp_path / "terms.csv",
    )  # fmt: skip
    assert "exception_not_made_out" in [each["finding"] for each in found]


# A reason that the law does not know


def circumstances(reason: str, until: str = " until=2026-10-16") -> str:
    return f'{REQUEST}; 2026-09-01 exception_recorded outcome=exceptional_circumstances{until} reason="{reason}"'


@pytest.mark.parametrize(
    ("reason", "doubted"),
    [
        ("shortage of educational psychologists", True),
        ("EP SHORTAGE", True),
        ("two vacancies in the team", True),
        ("a backlog of requests", True),
        ("the child was in hospital", False),
        ("the mother died", False),
        ("the family had no short-term housing", False),  # not as part of a word
        ("unshortages", False),
    ],
)
def test_a_shortage_of_staff_excuses_still_and_is_listed_for_review(reason, doubted):
    chronology = circumstances(reason)
    found = one(chronology, "final_plan", AFTER)
    # A person judged it, and a person has to judge it again: the answer stays.
    assert (found.excused_by, found.breach) == (("exceptional_circumstances",), False)
    text = text_of(found, "exception")
    assert ("SR 10(4) is a closed list" in text) is doubted
    assert "not_checked: whether the circumstances were exceptional is a person's judgement" in text
    listed = [each for each in judge(tell(chronology), AFTER).findings if each.code == "exception_reason_doubtful"]
    assert len(listed) == doubted
    if doubted:
        assert "R (JSC) v Cambridgeshire" in listed[0].message
        assert "delay_reason_recorded" in listed[0].remedy
        assert reason not in str(listed[0])


def test_only_the_ground_whose_list_is_closed_is_doubted():
    chronology = (
        f'{REQUEST}; 2026-07-01 exception_recorded outcome=absent_from_area until=2026-08-31 reason="EP shortage"'
    )
    assert "exception_reason_doubtful" not in [each.code for each in judge(tell(chronology), AFTER).findings]


def test_a_doubtful_reason_without_an_end_leaves_both_open():
    found = [each.code for each in judge(tell(circumstances("EP shortage", "")), AFTER).findings]
    assert found == ["exception_reason_doubtful", "exception_without_end"]


def test_a_doubtful_reason_is_listed_by_every_door(tmp_path):
    chronology = (
        circumstances("shortage of educational psychologists") + "; 2026-09-02 exception_recorded outcome=coronavirus"
    )
    asked = ("--as-of", AFTER)
    (row,) = at_every_door(tmp_path, chronology, "check", *asked, "--limit", "final_plan")
    assert (row["excused_by"], row["breach"]) == (["exceptional_circumstances"], False)
    findings = at_every_door(tmp_path, chronology, "breaches", *asked, "--register", "findings")
    assert "exception_reason_doubtful" in [each["finding"] for each in findings]
