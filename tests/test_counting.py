"""The closed set of ways of counting: what each gives, how it is written, and what is refused."""

import csv
import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow import counting
from ehcp_flow.calendars import Calendars, Institution
from ehcp_flow.counting import (
    After,
    AtLeastBefore,
    BeforeDate,
    BeginningWith,
    ByDate,
    CalendarDays,
    Months,
    OnTheDay,
    SchoolDays,
    TribunalDayCount,
    Weeks,
    Window,
    WorkingDayCount,
    add_months,
    parse_convention,
    parse_period,
)
from ehcp_flow.law import england
from tests.telling import day

CALENDARS = Calendars()
SCHOOL = CALENDARS.with_institutions([Institution("s-1", dt.date(2026, 1, 1), dt.date(2026, 7, 22))])

WAYS = [
    # text, convention, counted from, first day counted, last day
    ("6 weeks after", After(Weeks(6)), "2026-03-02", "2026-03-03", "2026-04-13"),
    ("1 week after", After(Weeks(1)), "2026-03-02", "2026-03-03", "2026-03-09"),
    ("15 days after", After(CalendarDays(15)), "2026-03-02", "2026-03-03", "2026-03-17"),
    ("2 months after", After(Months(2)), "2025-12-31", "2026-01-01", "2026-02-28"),
    ("12 months after", After(Months(12)), "2024-02-29", "2024-03-01", "2025-02-28"),
    ("15 working days after", After(WorkingDayCount(15)), "2026-03-30", "2026-03-31", "2026-04-22"),
    ("30 Tribunal days after", After(TribunalDayCount(30)), "2026-07-20", "2026-07-21", "2026-09-29"),
    ("15 working days beginning with", BeginningWith(WorkingDayCount(15)), "2026-03-02", "2026-03-02", "2026-03-20"),
    ("15 working days beginning with", BeginningWith(WorkingDayCount(15)), "2026-03-01", "2026-03-01", "2026-03-20"),
    ("30 Tribunal days beginning with", BeginningWith(TribunalDayCount(30)), "2026-07-20", "2026-07-20", "2026-09-28"),
    ("12 months beginning with", BeginningWith(Months(12)), "2025-03-10", "2025-03-10", "2026-03-09"),
    ("3 months beginning with", BeginningWith(Months(3)), "2026-03-10", "2026-03-10", "2026-06-09"),
    ("5 weeks beginning with", BeginningWith(Weeks(5)), "2026-03-04", "2026-03-04", "2026-04-07"),
    ("15 days beginning with", BeginningWith(CalendarDays(15)), "2026-06-22", "2026-06-22", "2026-07-06"),
    ("at least 1 day beginning with", Window(BeginningWith(CalendarDays(1))), "2026-06-22", "2026-06-22", "2026-06-22"),
    ("at least 15 days after", Window(After(CalendarDays(15))), "2026-06-22", "2026-06-23", "2026-07-07"),
    ("at least 2 weeks before", AtLeastBefore(Weeks(2)), "2026-03-04", "2026-03-04", "2026-02-18"),
    ("at least 15 days before", AtLeastBefore(CalendarDays(15)), "2026-03-04", "2026-03-04", "2026-02-17"),
    ("at least 5 months before", AtLeastBefore(Months(5)), "2026-07-31", "2026-07-31", "2026-02-28"),
    ("at least 5 working days before", AtLeastBefore(WorkingDayCount(5)), "2026-04-08", "2026-04-08", "2026-03-30"),
    ("at least 5 Tribunal days before", AtLeastBefore(TribunalDayCount(5)), "2026-09-02", "2026-09-02", "2026-07-28"),
    ("before 15 February", BeforeDate(2, 15), "2026-09-01", "2026-09-01", "2026-02-14"),
    ("before 1 March", BeforeDate(3, 1), "2024-09-01", "2024-09-01", "2024-02-29"),
    ("by 31 March", ByDate(3, 31), "2026-09-01", "2026-09-01", "2026-03-31"),
    ("on the day", OnTheDay(), "2026-03-02", "2026-03-02", "2026-03-02"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "convention", "counted_from", "first", "last"), WAYS, ids=[f"{w[0]} {w[2]}" for w in WAYS]
)
def test_a_way_of_counting_gives_its_days_and_writes_itself_as_it_is_read(text, convention, counted_from, first, last):
    assert parse_convention(text) == convention
    assert str(convention) == text
    assert convention.first_day(day(counted_from)) == day(first)
    assert convention.last_day(day(counted_from), CALENDARS) == day(last)


with Path(__file__).with_name("counts_in_words.csv").open(encoding="utf-8", newline="") as file:
    IN_WORDS = list(csv.DictReader(file))


@pytest.mark.parametrize("row", IN_WORDS, ids=lambda row: row["counting"])
def test_a_count_is_told_in_words(row):
    assert parse_convention(row["counting"]).in_words(day(row["counted_from"]), day(row["last"])) == row["words"]


@pytest.mark.parametrize(
    "text",
    [
        "", "6 weeks", "0 weeks after", "06 weeks after", "-1 days after", "six weeks after", "6  weeks after",
        "6 weeks After", "6 fortnights after", "within 6 weeks of", "at least 6 weeks", "before 15 Feb", "before 0 May",
        "before 30 February", "before 29 February", "by 31 April", "by 32 March", "6 working weeks after",
        "6 Tribunal months beginning with", "3 school weeks after", "on the day ", "on the days",
    ],
)  # fmt: skip
def test_what_is_no_way_of_counting_is_refused_with_what_can_be_written(text):
    with pytest.raises(ValueError, match=r"no way of counting|no unit|does not have") as refused:
        parse_convention(text)
    assert repr(text) in str(refused.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("before 29 February", "February does not have 29 days in every year"),
        ("6 working weeks after", "there is no unit 'working week'; write '6 weeks after'"),
    ],
)
def test_a_refusal_says_why(text, why):
    with pytest.raises(ValueError, match=why):
        parse_convention(text)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("4 weeks", Weeks(4)),
        ("1 week", Weeks(1)),
        ("28 days", CalendarDays(28)),
        ("12 months", Months(12)),
        ("3 working days", WorkingDayCount(3)),
        ("1 Tribunal day", TribunalDayCount(1)),
    ],
)
def test_a_period_is_read_and_written_alike(text, period):
    assert parse_period(text) == period
    assert str(period) == text


@pytest.mark.parametrize("text", ["", "weeks", "4 weeks after", "0 days", "4 working weeks"])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError, match=r"is no period|there is no unit"):
        parse_period(text)


def test_school_days_are_called_by_the_statute_s_name():
    assert str(parse_period("10 school days")) == "10 school days"


@pytest.mark.parametrize(
    ("notice", "party", "last"),
    [
        ("2026-03-02", "s-1", "2026-03-16"),
        ("2026-03-02", "s-2", None),
        ("2026-03-02", None, None),
        ("2026-07-21", "s-1", None),  # its dates are known to the 22nd only
        ("2026-07-22", "s-1", None),
        ("2025-12-31", "s-1", "2026-01-15"),
        ("2025-12-30", "s-1", None),
    ],
)
def test_school_days_are_counted_where_the_dates_are_known_and_never_guessed(notice, party, last):
    expected = None if last is None else day(last)
    assert After(SchoolDays(10)).last_day(day(notice), SCHOOL, party) == expected
    assert Window(After(SchoolDays(10))).last_day(day(notice), SCHOOL, party) == expected


@pytest.mark.parametrize(
    ("notice", "last"), [("2026-07-20", "2026-07-21"), ("2026-07-21", "2026-07-22"), ("2026-07-22", None)]
)
def test_the_last_day_that_is_known_is_counted(notice, last):
    assert SchoolDays(1).after(day(notice), SCHOOL, "s-1") == (None if last is None else day(last))


def test_school_days_beginning_with_a_day_count_it_if_the_place_is_open():
    ten = BeginningWith(SchoolDays(10))
    assert ten.last_day(day("2026-03-02"), SCHOOL, "s-1") == day("2026-03-13")
    assert ten.last_day(day("2026-03-01"), SCHOOL, "s-1") == day("2026-03-13")
    assert ten.last_day(day("2026-03-02"), SCHOOL, "s-2") is None


def test_school_days_are_not_counted_back():
    assert AtLeastBefore(SchoolDays(10)).last_day(day("2026-03-02"), SCHOOL, "s-1") is None


@pytest.mark.parametrize(
    ("on", "months", "expected"),
    [
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-08-31", 6, "2026-02-28"),
        ("2026-02-28", -6, "2025-08-28"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2025-12-31", 2, "2026-02-28"),
    ],
)
def test_months_end_on_the_corresponding_date_or_on_the_last_of_a_shorter_month(on, months, expected):
    assert add_months(day(on), months) == day(expected)


def test_kinds_of_period_are_types_of_their_own():
    kinds = [Weeks(1), CalendarDays(7), Months(1), WorkingDayCount(1), TribunalDayCount(1), SchoolDays(1)]
    assert all((left == right) == (left is right) for left in kinds for right in kinds)
    assert Weeks(1) == Weeks(1)


def test_every_way_of_counting_in_the_rulebook_reads_back_from_its_own_text():
    conventions = [
        count.convention
        for limit in england().limits.values()
        for rule in limit.rule
        for version in rule.version
        for count in version.counts
    ]
    assert len(conventions) > 20
    assert [c for c in conventions if parse_convention(str(c).replace("school or institution", "school")) != c] == []


days = st.dates(dt.date(2012, 1, 1), dt.date(2045, 12, 31))
periods = st.one_of(
    *(st.builds(kind, st.integers(1, 60)) for kind in (Weeks, CalendarDays, Months, WorkingDayCount, TribunalDayCount))
)


@given(days, periods)
def test_counting_with_the_day_as_day_1_never_ends_later_than_leaving_it_out(on, period):
    included, left_out = BeginningWith(period).last_day(on, CALENDARS), After(period).last_day(on, CALENDARS)
    assert included is not None
    assert left_out is not None
    assert on <= included <= left_out


@given(days, periods, st.integers(0, 30))
def test_a_later_start_never_gives_an_earlier_end(on, period, days_later):
    for convention in (After(period), BeginningWith(period), AtLeastBefore(period)):
        earlier = convention.last_day(on, CALENDARS)
        later = convention.last_day(on + dt.timedelta(days=days_later), CALENDARS)
        assert earlier is not None
        assert later is not None
        assert earlier <= later


VALUES = [each for each in vars(counting).values() if dataclasses.is_dataclass(each) and dataclasses.fields(each)]


@pytest.mark.parametrize("way", VALUES)
def test_a_way_of_counting_does_not_change(way):
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(object.__new__(way), dataclasses.fields(way)[0].name, None)


SCHOOL_TERMS = CALENDARS.with_institutions(
    [
        Institution(
            "100",
            dt.date(2029, 9, 1),
            dt.date(2030, 8, 31),
            terms=(
                (dt.date(2029, 9, 4), dt.date(2029, 12, 20)),
                (dt.date(2030, 1, 7), dt.date(2030, 4, 5)),
                (dt.date(2030, 4, 22), dt.date(2030, 7, 19)),
            ),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "on", "last"),
    [
        # Whole terms: those that begin after the day; "beginning with" it, from the one in which it falls, or the next.
        ("1 term after", "2029-09-04", "2030-04-05"),
        ("2 terms after", "2029-12-31", "2030-07-19"),
        ("3 terms after", "2029-12-31", None),
        ("1 term beginning with", "2029-12-20", "2029-12-20"),
        ("1 term beginning with", "2029-12-21", "2030-04-05"),
        ("1 term beginning with", "2029-09-03", None),
        ("at least 1 term beginning with", "2029-12-20", "2029-12-20"),
        ("at least 1 term before", "2029-12-20", None),
        ("at least 1 term before", "2029-12-21", "2029-09-03"),
        ("at least 1 term before", "2030-04-05", "2029-09-03"),
        ("at least 2 terms before", "2030-04-22", "2029-09-03"),
        ("at least 1 term before", "2030-07-19", "2030-01-06"),
        ("at least 1 term before", "2030-07-20", None),
        # Whole school years, from 1 September.
        ("1 school year after", "2029-08-31", "2030-08-31"),
        ("1 school year after", "2029-09-01", "2031-08-31"),
        ("1 school year beginning with", "2029-08-31", "2029-08-31"),
        ("2 school years beginning with", "2029-09-01", "2031-08-31"),
        ("at least 1 school year before", "2029-08-31", "2027-08-31"),
        ("at least 1 school year before", "2029-09-01", "2028-08-31"),
        # A date in a school year: that of the day, or that of a birthday.
        ("by 15 February of the school year", "2029-08-31", "2029-02-15"),
        ("by 15 February of the school year", "2029-09-01", "2030-02-15"),
        ("before 1 October of the school year", "2030-01-01", "2029-09-30"),
        ("by 31 August of the school year", "2030-01-01", "2030-08-31"),
        ("by 15 February of the school year in which the child turns 11", "2018-08-31", "2029-02-15"),
        ("by 15 February of the school year in which the child turns 11", "2018-09-01", "2030-02-15"),
        ("before 15 February of the school year in which the child turns 4", "2024-02-29", "2028-02-14"),
        ("before 15 February of the school year in which the child turns 5", "2024-02-29", "2029-02-14"),
    ],
)
def test_terms_and_school_years_are_whole_ones(text, on, last):
    way = parse_convention(text)
    assert str(way) == text
    found = way.last_day(dt.date.fromisoformat(on), SCHOOL_TERMS, "100")
    assert found == (last and dt.date.fromisoformat(last))
    if found is not None:
        assert way.in_words(dt.date.fromisoformat(on), found)
    assert way.first_day(dt.date(2029, 9, 1)) >= dt.date(2029, 9, 1)
    if "term" in text:
        assert way.last_day(dt.date.fromisoformat(on), SCHOOL_TERMS, "999") is None
        assert way.last_day(dt.date.fromisoformat(on), SCHOOL_TERMS) is None
