import datetime as dt

import pytest

from ehcp_flow.errors import DateError, UnknownNameError
from ehcp_flow.measures.period_names import GRAINS, label_of, stretch_between, stretch_named, stretch_with
from ehcp_flow.measures.periods import (
    Period,
    between,
    last_year_of,
    period_with,
    periods_asked,
    survey_day,
    whole_time,
    years,
)

D = dt.date
AS_OF = D(2026, 6, 30)


@pytest.mark.parametrize(
    "day",
    [
        D(2015, 1, 15), D(2016, 1, 21), D(2017, 1, 19), D(2018, 1, 18), D(2019, 1, 17), D(2020, 1, 16), D(2021, 1, 14),
        D(2022, 1, 20), D(2023, 1, 19), D(2024, 1, 18), D(2025, 1, 16), D(2026, 1, 15), D(2027, 1, 21),
    ],
)  # fmt: skip
def test_the_survey_days_that_were_held(day):
    assert survey_day(day.year) == day


def test_a_year_takes_stock_on_the_survey_day_after_it_but_never_after_the_day_of_the_answer():
    assert years(2024, AS_OF)[0].stock_on == D(2025, 1, 16)
    assert years(2026, AS_OF)[0].stock_on == AS_OF


def test_years_can_be_one_or_a_first_and_a_last_or_a_range():
    assert [period.label for period in years((2022, 2024), AS_OF)] == ["2022", "2023", "2024"]
    assert years(range(2022, 2025), AS_OF) == years((2022, 2024), AS_OF)


@pytest.mark.parametrize(
    ("grain", "labels"),
    [
        ("quarter", ["2023-Q4", "2024-Q1"]),
        ("month", ["2023-12", "2024-01"]),
        ("year", ["2023", "2024"]),
    ],
)
def test_periods_follow_one_another_without_gap_or_overlap(grain, labels):
    periods = between(D(2023, 12, 31), D(2024, 1, 1), grain, AS_OF)
    assert [period.label for period in periods] == labels
    assert periods[1].start - periods[0].end == dt.timedelta(days=1)
    assert D(2023, 12, 31) in periods[0]
    assert D(2024, 1, 1) in periods[1]


def test_a_month_takes_stock_on_its_last_day():
    assert [period.stock_on for period in between(D(2024, 2, 1), D(2024, 2, 1), "month", AS_OF)] == [D(2024, 2, 29)]


def test_a_period_that_does_not_exist_is_refused_by_name():
    with pytest.raises(UnknownNameError, match="quarter"):
        between(D(2024, 1, 1), D(2024, 1, 1), "quater", AS_OF)


@pytest.mark.parametrize(
    ("name", "first", "last", "label"),
    [
        ("2025", D(2025, 1, 1), D(2025, 12, 31), "2025"),
        ("2020-2024", D(2020, 1, 1), D(2024, 12, 31), "2020-2024"),
        ("2024-2024", D(2024, 1, 1), D(2024, 12, 31), "2024"),
        ("2025/26", D(2025, 9, 1), D(2026, 8, 31), "2025/26"),
        ("2025/2026", D(2025, 9, 1), D(2026, 8, 31), "2025/26"),
        ("2099/00", D(2099, 9, 1), D(2100, 8, 31), "2099/00"),
        ("FY2025", D(2025, 4, 1), D(2026, 3, 31), "FY2025"),
        ("fy2025/26", D(2025, 4, 1), D(2026, 3, 31), "FY2025"),
        ("FY2025-26", D(2025, 4, 1), D(2026, 3, 31), "FY2025"),
        ("2026-Q1", D(2026, 1, 1), D(2026, 3, 31), "2026-Q1"),
        ("2026q4", D(2026, 10, 1), D(2026, 12, 31), "2026-Q4"),
        (" 2026-06 ", D(2026, 6, 1), D(2026, 6, 30), "2026-06"),
        ("2024-02", D(2024, 2, 1), D(2024, 2, 29), "2024-02"),
        ("2026-12", D(2026, 12, 1), D(2026, 12, 31), "2026-12"),
    ],
)
def test_a_period_is_known_by_its_name(name, first, last, label):
    stretch = stretch_named(name)
    assert (stretch.first, stretch.last, stretch.label) == (first, last, label)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("twenty", "2026-06"),
        ("", "2026-06"),
        ("2024-2020", "the first one first"),
        ("1999", "2000 to 2100"),
        ("1999/00", "2000 to 2100"),
        ("9" * 30, "no period"),
        ("2025/27", "2025/26"),
        ("2025/1926", "2025/26"),
        ("FY2025/27", "FY2025"),
        ("2025-26", "2025/26 for the academic year, FY2025 for the financial one"),
        ("2026-13", "no period"),
        ("2026-00", "no period"),
        ("2026-Q5", "no period"),
        ("２０２６-06", "no period"),
    ],
)
def test_what_names_no_period_is_told_with_what_would(name, said):
    with pytest.raises(DateError, match=said):
        stretch_named(name)


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("day", [D(2025, 3, 31), D(2025, 4, 1), D(2025, 8, 31), D(2025, 9, 1), D(2024, 2, 29)])
def test_a_period_is_read_as_it_is_written(grain, day):
    stretch = stretch_with(grain, day)
    assert stretch.holds(day)
    assert stretch_named(label_of(grain, day)) == stretch
    assert stretch.first == D.fromisoformat(f"{stretch.first:%Y-%m}-01")
    assert (stretch.last + dt.timedelta(days=1)).day == 1


def test_days_from_one_to_another_may_be_periods_and_an_end_may_be_open():
    assert stretch_between("2025-09-03", "2026-06")[:2] == (D(2025, 9, 3), D(2026, 6, 30))
    assert stretch_between("2024/25", "FY2025")[:2] == (D(2024, 9, 1), D(2026, 3, 31))
    assert stretch_between(None, "2026-06-15")[:2] == (D.min, D(2026, 6, 15))
    assert stretch_between("15/06/2026", None)[:2] == (D(2026, 6, 15), D.max)
    assert stretch_between("2026-06-15", "2026-06-15").holds(D(2026, 6, 15))
    assert not stretch_between("2026-06-15", None).holds(None)
    with pytest.raises(DateError, match="the first day is after the last"):
        stretch_between("2026-06-16", "2026-06-15")


def asked(year, *by):
    return periods_asked(year, by, AS_OF, lambda: D(2019, 5, 6))


@pytest.mark.parametrize("name", ["2024/25", "FY2024", "2025-Q1", "2025-02"])
def test_a_period_that_is_named_is_one_period_and_takes_stock_on_its_last_day(name):
    (period,) = asked(name)
    assert (period.label, period.stock_on) == (name, period.end)
    assert last_year_of(name) == 2025


def test_a_period_that_is_not_over_takes_stock_on_the_day_of_the_answer():
    assert asked("2025/26")[0].stock_on == AS_OF
    assert period_with(AS_OF, "quarter", AS_OF).stock_on == AS_OF


def test_a_calendar_year_by_its_name_is_the_year_by_its_number():
    assert asked("2024") == asked(2024) == asked((2024, 2024)) == years(2024, AS_OF)
    assert asked("2022-2024", "year") == asked((2022, 2024), "year") == asked(range(2022, 2025), "year")
    assert asked("2022-2024") == asked((2022, 2024))


def test_periods_within_a_named_one_are_cut_where_it_begins_and_ends_and_called_by_their_days():
    assert [each.label for each in asked("2024/25", "quarter")] == [
        "2024-09-01 to 2024-09-30", "2024-Q4", "2025-Q1", "2025-Q2", "2025-07-01 to 2025-08-31",
    ]  # fmt: skip
    assert [each.label for each in asked("FY2024", "quarter")] == ["2024-Q2", "2024-Q3", "2024-Q4", "2025-Q1"]
    stretch = stretch_between("2026-04-16", None)
    assert [each.label for each in asked(stretch, "month")] == ["2026-04-16 to 2026-04-30", "2026-05", "2026-06"]


def test_an_open_end_is_the_first_day_on_record_or_the_day_of_the_answer():
    (period,) = asked(stretch_between(None, "2020-01-31"))
    assert (period.start, period.end) == (D(2019, 5, 6), D(2020, 1, 31))
    (period,) = asked(stretch_between("2026-01", None))
    assert (period.start, period.end) == (D(2026, 1, 1), AS_OF)
    assert whole_time(stretch_between(None, "2020-01-31"))
    assert not whole_time(stretch_between("2026-01", None))
    assert last_year_of(stretch_between("2026-01", None)) is None
    assert last_year_of(stretch_between(None, "2020-01-31")) == 2020


def test_periods_that_are_given_are_taken_as_they_are():
    given = [Period(D(2025, 1, 6), D(2025, 4, 4), "spring term", "term", D(2025, 4, 4))]
    assert asked(given) == given
    assert last_year_of(given) == 2025
