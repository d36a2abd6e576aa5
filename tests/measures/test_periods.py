import datetime as dt

import pytest

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.measures.periods import between, survey_day, years

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
