"""Closures, institutions, offices, and the bundle of calendars."""

import datetime as dt
import pickle
from dataclasses import FrozenInstanceError, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.calendars import Calendars, Closure, Institution, TribunalDays, WorkingDays, england
from ehcp_flow.errors import CalendarError

working = WorkingDays()


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


EASTER = Closure(day("2026-03-28"), day("2026-04-13"), "Easter")
SUMMER = Closure(day("2026-07-23"), day("2026-09-02"), "Summer")
SCHOOL = Institution("123456", day("2026-01-05"), day("2026-09-30"), (SUMMER, EASTER))


@pytest.mark.parametrize(
    "value", [EASTER, SCHOOL, working, TribunalDays(), england()], ids=lambda each: type(each).__name__
)
def test_what_a_calendar_is_made_of_does_not_change(value):
    with pytest.raises(FrozenInstanceError):
        setattr(value, fields(value)[0].name, None)


# Closures


def test_a_closure_lasts_from_its_first_day_to_the_day_before_re_opening():
    assert SUMMER.days == 41
    assert Closure(day("2024-02-28"), day("2024-03-01")).days == 2
    assert Closure(day("2026-05-04"), day("2026-05-05")).what == ""


@pytest.mark.parametrize("reopens", ["2026-07-23", "2026-07-22"])
def test_a_closure_that_ends_before_it_begins_is_refused(reopens):
    with pytest.raises(CalendarError) as refused:
        Closure(day("2026-07-23"), day(reopens))

    assert str(refused.value) == (
        f"closure: re-opening on {reopens} is not after the first closed day 2026-07-23; "
        "give the first day on which the place is no longer closed"
    )


# Institutions


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("2026-07-22", True),
        ("2026-07-23", False),
        ("2026-09-01", False),
        ("2026-09-02", True),
        ("2026-09-05", False),  # Saturday
        ("2026-05-25", False),  # bank holiday
        ("2026-01-05", True),  # the first day known
        ("2026-09-30", True),  # the last
    ],
)
def test_an_institution_is_open_on_working_days_outside_its_closures(text, is_open):
    assert SCHOOL.is_open(day(text), working) is is_open


@pytest.mark.parametrize("text", ["2026-01-04", "2026-10-01"])
def test_nobody_guesses_term_dates(text):
    with pytest.raises(CalendarError) as refused:
        SCHOOL.is_open(day(text), working)

    assert str(refused.value) == (
        "institution 123456: its closures are known from 2026-01-05 to 2026-09-30, "
        f"and {text} is outside; give its term dates for that day"
    )


@pytest.mark.parametrize(
    ("start", "n", "answer"),
    [
        ("2026-03-02", 10, "2026-03-16"),
        ("2026-03-20", 10, "2026-04-17"),  # five before Easter, five after
        ("2026-07-22", 1, "2026-09-02"),
        ("2026-07-30", 1, "2026-09-02"),  # served while it is closed
        ("2026-09-29", 1, "2026-09-30"),
        ("2026-09-29", 2, None),
        ("2026-09-30", 1, None),
        ("2027-03-01", 1, None),
        ("2026-01-04", 1, "2026-01-05"),
        ("2026-01-03", 1, None),
    ],
)
def test_open_days_are_counted_only_where_they_are_known(start, n, answer):
    assert SCHOOL.nth_open_day_after(day(start), n, working) == (answer and day(answer))


@given(st.dates(day("2026-01-05"), day("2026-09-01")), st.integers(1, 15))
def test_counting_open_days_agrees_with_a_count_day_by_day(start, n):
    every = [start + dt.timedelta(days=count) for count in range(1, 400)]
    counted = [each for each in every if each <= SCHOOL.known_to and SCHOOL.is_open(each, working)]

    assert SCHOOL.nth_open_day_after(start, n, working) == (counted[n - 1] if len(counted) >= n else None)


def test_open_days_are_counted_from_one():
    with pytest.raises(CalendarError, match="institution 123456: there is no open day number 0: n is 1 or more"):
        SCHOOL.nth_open_day_after(day("2026-03-02"), 0, working)


@pytest.mark.parametrize(("days", "closures"), [(28, (SUMMER,)), (41, (SUMMER,)), (42, ()), (16, (EASTER, SUMMER))])
def test_long_closures_can_be_picked_out(days, closures):
    assert SCHOOL.closures_of_at_least(days) == closures


@pytest.mark.parametrize(
    ("spans", "merged"),
    [
        ([("07-01", "07-15", "a"), ("07-15", "08-01", "b")], [("07-01", "08-01", "a; b")]),
        ([("07-10", "08-01", "b"), ("07-01", "07-15", "a")], [("07-01", "08-01", "a; b")]),
        ([("07-01", "08-01", "a"), ("07-05", "07-10", "b")], [("07-01", "08-01", "a; b")]),
        ([("07-01", "08-01", "a"), ("07-01", "08-01", "a")], [("07-01", "08-01", "a")]),
        ([("07-01", "08-01", ""), ("07-05", "07-10", "b")], [("07-01", "08-01", "b")]),
        ([("07-01", "07-05", "a"), ("07-05", "07-10", "b"), ("07-10", "07-12", "a")], [("07-01", "07-12", "a; b")]),
        ([("07-03", "07-10", "a"), ("07-11", "07-18", "b")], [("07-03", "07-10", "a"), ("07-11", "07-18", "b")]),
    ],
)
def test_closures_that_overlap_or_touch_are_one(spans, merged):
    def closures(given):
        return tuple(Closure(day(f"2026-{first}"), day(f"2026-{end}"), what) for first, end, what in given)

    school = Institution("a", day("2026-01-01"), day("2026-12-31"), closures(spans))

    assert school.closures == closures(merged)


def test_two_fortnights_that_touch_are_a_closure_of_four_weeks():
    halves = (Closure(day("2026-07-20"), day("2026-08-03")), Closure(day("2026-08-03"), day("2026-08-17")))
    school = Institution("a", day("2026-07-01"), day("2026-08-31"), halves)

    assert [closure.days for closure in school.closures_of_at_least(28)] == [28]


def test_known_days_must_be_in_order():
    with pytest.raises(CalendarError) as refused:
        Institution("a", day("2026-09-01"), day("2026-08-31"))

    assert str(refused.value) == ("institution a: known_to 2026-08-31 is before known_from 2026-09-01; exchange them")


@pytest.mark.parametrize(("known_from", "known_to"), [("2026-07-24", "2026-09-02"), ("2026-07-23", "2026-09-01")])
def test_a_closure_must_lie_within_the_known_days(known_from, known_to):
    with pytest.raises(CalendarError) as refused:
        Institution("a", day(known_from), day(known_to), (SUMMER,))

    assert str(refused.value) == (
        "institution a: the closure from 2026-07-23 to re-opening on 2026-09-02 is not within the known days "
        f"{known_from} to {known_to}; widen known_from and known_to, or leave them out"
    )


def test_a_closure_may_fill_the_known_days():
    assert Institution("a", day("2026-07-23"), day("2026-09-02"), (SUMMER,)).closures == (SUMMER,)


# The bundle


def test_england_is_made_once_and_knows_no_place():
    calendars = england()

    assert calendars is england()
    assert calendars == Calendars(WorkingDays(), TribunalDays(), {}, {})
    assert calendars.institution("123456") is None
    assert calendars.institution(None) is None
    assert not calendars.office_closed("885", day("2026-12-24"))


def test_institutions_are_added_to_a_copy():
    other = Institution("999999", day("2026-01-01"), day("2026-12-31"))
    newer = Institution("123456", day("2027-01-01"), day("2027-12-31"))
    one = england().with_institutions([SCHOOL])
    two = one.with_institutions({other.id: other, newer.id: newer})

    assert england().institutions == {}
    assert one.institutions == {"123456": SCHOOL}
    assert (two.institution("123456"), two.institution("999999")) == (newer, other)


def test_office_closures_are_added_to_a_copy():
    one = england().with_office_closures({"885": [day("2026-12-24")]})
    two = one.with_office_closures({"885": {day("2026-12-29")}, "886": {day("2026-12-30")}})

    assert england().office_closures == {}
    assert one.office_closures == {"885": {day("2026-12-24")}}
    assert two.office_closures == {"885": {day("2026-12-24"), day("2026-12-29")}, "886": {day("2026-12-30")}}
    assert two.office_closed("886", day("2026-12-30"))
    assert not two.office_closed("885", day("2026-12-30"))
    assert not two.office_closed(None, day("2026-12-30"))


@pytest.mark.parametrize(
    ("authority", "text", "answer"),
    [
        ("885", "2026-12-31", "2026-12-23"),  # shut on 24 and from 29 to 31 December
        ("886", "2026-12-31", "2026-12-31"),
        (None, "2026-12-31", "2026-12-31"),
        ("885", "2026-12-27", "2026-12-23"),
        ("886", "2026-12-27", "2026-12-24"),
        ("885", "2027-01-04", "2027-01-04"),
        ("885", "2027-01-03", "2026-12-23"),
    ],
)
def test_the_last_open_day_of_an_office(authority, text, answer):
    shut = [day(f"2026-12-{number}") for number in (24, 29, 30, 31)]
    calendars = england().with_office_closures({"885": shut})

    assert calendars.last_open_day(authority, day(text)) == day(answer)


def test_office_closures_move_no_working_day():
    calendars = england().with_office_closures({"885": [day("2026-03-03")]})

    assert calendars.working.nth_after(day("2026-03-02"), 1) == day("2026-03-03")


def test_the_bundle_cannot_be_changed():
    given = {"123456": SCHOOL}
    calendars = Calendars(institutions=given)
    given.clear()

    assert calendars.institution("123456") is SCHOOL
    with pytest.raises(TypeError):
        calendars.institutions["1"] = SCHOOL  # type: ignore[index]
    with pytest.raises(AttributeError):
        calendars.working = WorkingDays()  # type: ignore[misc]


def test_the_bundle_is_a_value_that_other_processes_can_have():
    calendars = england().with_institutions([SCHOOL]).with_office_closures({"885": [day("2026-12-24")]})
    copy = pickle.loads(pickle.dumps(calendars))

    assert copy == calendars != england()
    assert hash(copy) == hash(calendars)
    assert copy.institutions["123456"].closures == (EASTER, SUMMER)
