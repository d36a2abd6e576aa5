"""England's working days and the Tribunal's, against GOV.UK's list, a naive count, and the edges of the law."""

import copy
import datetime as dt
import pickle
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import holidays
import pytest
from dateutil.easter import easter
from dateutil.relativedelta import MO, relativedelta
from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st
from mypy import api as mypy

from ehcp_flow.calendars import DayCalendar, TribunalDays, WorkingDays, statutory_days
from ehcp_flow.calendars.statutory_days import PUBLISHED_AT, PUBLISHED_TO
from ehcp_flow.errors import CalendarError, DateError
from tests.calendars.bank_holidays import (
    AT_COMMON_LAW,
    BANK_HOLIDAYS,
    BY_PROCLAMATION,
    BY_STATUTE,
    GOV_UK,
    LISTED,
    TO_COME,
)

ROOT = Path(__file__).parents[2]

FIRST, LAST = dt.date(2012, 1, 1), dt.date(2030, 12, 31)
SUNDAY = 6
EVERY_DAY = [FIRST + dt.timedelta(days=n) for n in range((LAST - FIRST).days + 1)]

working = WorkingDays()
tribunal = TribunalDays()
both = pytest.mark.parametrize("calendar", [working, tribunal], ids=lambda calendar: calendar.name)

any_day = st.dates(dt.date(1905, 1, 1), dt.date(2095, 12, 31))
listed_day = st.dates(dt.date(2013, 1, 1), dt.date(2029, 12, 31))
a_number = st.integers(1, 120)
a_calendar = st.sampled_from([working, tribunal])


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.fixture
def cold():
    """Calendars that have not been asked anything yet, by their kind: nobody knows a bank holiday by then."""
    statutory_days.bank_holidays.cache_clear()
    return {working: WorkingDays(), tribunal: TribunalDays()}


# England


def working_days_of(year: int, bank_holidays: frozenset[dt.date]) -> list[dt.date]:
    return [each for each in EVERY_DAY if each.year == year and each.weekday() < 5 and each not in bank_holidays]


@pytest.mark.parametrize("year", LISTED)
def test_working_days_are_those_of_gov_uk(year):
    assert [each for each in EVERY_DAY if each.year == year and working.is_working_day(each)] == working_days_of(
        year, GOV_UK
    )


@pytest.mark.parametrize("year", TO_COME)
def test_working_days_that_gov_uk_does_not_list_yet_are_those_of_the_statute(year):
    fixed = BY_STATUTE | BY_PROCLAMATION | AT_COMMON_LAW

    assert [each for each in EVERY_DAY if each.year == year and working.is_working_day(each)] == working_days_of(
        year, fixed
    )
    assert working.extrapolates(dt.date(year, 1, 1), dt.date(year, 12, 31))


def test_the_pinned_lists_reach_from_2012_to_2030_and_name_weekdays_only():
    assert {each.year for each in GOV_UK} == set(LISTED)
    assert {each.year for each in BANK_HOLIDAYS - GOV_UK} == set(TO_COME)
    assert (len(GOV_UK), len(BANK_HOLIDAYS)) == (140, 156)
    assert all(each.weekday() < 5 for each in BANK_HOLIDAYS)


def schedule_1(year: int) -> set[dt.date]:
    """The bank holidays of Schedule 1 to the Banking and Financial Dealings Act 1971 that fall on a weekday."""
    found = {
        easter(year) + dt.timedelta(days=1),
        dt.date(year, 5, 31) + relativedelta(weekday=MO(-1)),
        dt.date(year, 8, 31) + relativedelta(weekday=MO(-1)),
    }
    boxing_day = dt.date(year, 12, 26)
    if boxing_day.weekday() != SUNDAY:
        found.add(boxing_day)
    if SUNDAY in (boxing_day.weekday(), dt.date(year, 12, 25).weekday()):
        found.add(dt.date(year, 12, 27))
    return {each for each in found if each.weekday() < 5}


def test_the_days_worked_out_by_hand_are_those_that_the_schedule_gives():
    assert set(BY_STATUTE) == schedule_1(2029) | schedule_1(2030)


@pytest.mark.parametrize("year", LISTED)
def test_the_schedule_gives_the_days_that_gov_uk_lists_but_for_two_jubilees(year):
    moved = {2012: {dt.date(2012, 5, 28)}, 2022: {dt.date(2022, 5, 30)}}

    assert schedule_1(year) - GOV_UK == moved.get(year, set())


def test_the_holidays_package_names_the_same_weekdays_as_the_pinned_lists():
    known = holidays.country_holidays("GB", subdiv="ENG", years=range(2012, 2031))

    assert {each for each in known if each.weekday() < 5} == BANK_HOLIDAYS


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-03-02", None),
        ("2026-03-07", "Saturday"),
        ("2026-03-08", "Sunday"),
        ("2026-04-03", "Good Friday"),
        ("2026-04-06", "Easter Monday"),
        ("2026-12-25", "Christmas Day"),
        ("2026-12-26", "Saturday"),
        ("2026-12-28", "Boxing Day (observed)"),
        ("2022-09-19", "State Funeral of Queen Elizabeth II"),
        ("2026-08-11", None),
        ("2026-12-29", None),
        ("2024-02-29", None),
        ("2020-02-29", "Saturday"),
    ],
)
def test_england_says_why_a_day_does_not_count(text, reason):
    assert working.why_closed(day(text)) == reason
    assert working.is_working_day(day(text)) is (reason is None)


@pytest.mark.parametrize(
    "text",
    ["2026-01-02", "2026-03-17", "2026-07-13", "2026-08-03", "2026-11-30"],
    ids=["2 January", "St Patrick", "Orangemen", "Scottish summer", "St Andrew"],
)
def test_other_nations_holidays_are_working_days(text):
    somewhere = {sub: holidays.country_holidays("GB", subdiv=sub, years=2026) for sub in ("SCT", "NIR")}

    assert any(day(text) in known for known in somewhere.values())
    assert working.is_working_day(day(text))


def test_the_holidays_package_is_only_ever_asked_about_england(cold, monkeypatch):
    asked = []
    real = holidays.country_holidays

    def recorded(country, **options):
        asked.append((country, options["subdiv"]))
        return real(country, **options)

    monkeypatch.setattr(holidays, "country_holidays", recorded)
    for calendar in cold.values():
        calendar.nth_after(dt.date(2026, 3, 2), 15)
        calendar.nth_after(dt.date(2070, 3, 2), 15)

    assert asked == [("GB", "ENG"), ("GB", "ENG")]


@pytest.mark.parametrize("kind", [WorkingDays, TribunalDays])
def test_no_calendar_can_be_made_for_another_country(kind):
    with pytest.raises(TypeError):
        kind("GB")


# Counting


@pytest.mark.parametrize(
    ("calendar", "ask", "start", "n", "answer"),
    [
        (working, "nth_from", "2026-03-02", 15, "2026-03-20"),  # SR 16(2)
        (working, "nth_after", "2026-03-02", 3, "2026-03-05"),  # SR 35(2)
        (working, "nth_after", "2026-03-02", 5, "2026-03-09"),  # DPR 16
        (working, "nth_before", "2026-03-09", 5, "2026-03-02"),
        (working, "nth_from", "2026-03-07", 1, "2026-03-09"),
        (working, "nth_from", "2026-03-09", 1, "2026-03-09"),
        (working, "nth_after", "2026-03-07", 1, "2026-03-09"),
        (working, "nth_after", "2026-04-02", 1, "2026-04-07"),
        (working, "nth_before", "2026-04-07", 1, "2026-04-02"),
        (working, "nth_before", "2026-03-08", 1, "2026-03-06"),
        (working, "nth_after", "2024-02-28", 1, "2024-02-29"),
        (working, "nth_before", "2024-03-01", 1, "2024-02-29"),
        (working, "nth_after", "2023-02-28", 1, "2023-03-01"),
        (working, "nth_after", "2026-12-24", 1, "2026-12-29"),
        (tribunal, "nth_after", "2026-12-24", 1, "2027-01-04"),
        (working, "nth_after", "2026-07-31", 1, "2026-08-03"),
        (tribunal, "nth_after", "2026-07-31", 1, "2026-09-01"),
        (tribunal, "nth_after", "2026-07-30", 1, "2026-07-31"),
        (tribunal, "nth_from", "2026-08-14", 1, "2026-09-01"),
        (tribunal, "nth_before", "2026-09-01", 1, "2026-07-31"),
        (tribunal, "nth_before", "2027-01-04", 1, "2026-12-24"),
        (tribunal, "nth_after", "2026-07-06", 30, "2026-09-15"),  # 19 in July, 11 in September
    ],
)
def test_a_count_worked_out_by_hand_is_given(calendar, ask, start, n, answer):
    assert getattr(calendar, ask)(day(start), n) == day(answer)


@given(listed_day, a_number)
def test_counting_agrees_with_a_count_day_by_day(start, n):
    counted = [each for each in EVERY_DAY if each.weekday() < 5 and each not in BANK_HOLIDAYS]

    assert working.nth_after(start, n) == [each for each in counted if each > start][n - 1]
    assert working.nth_from(start, n) == [each for each in counted if each >= start][n - 1]
    assert working.nth_before(start, n) == [each for each in counted if each < start][-n]
    assert working.roll_forward(start) == next(each for each in counted if each >= start)


@given(a_calendar, any_day, a_number)
def test_counting_back_undoes_counting_on(calendar, start, n):
    there = calendar.nth_after(start, n)
    back = calendar.nth_before(there, n)

    assert back <= start
    assert back == start if calendar.is_working_day(start) else calendar.nth_after(back, n) == there
    assert calendar.nth_after(calendar.nth_before(start, n), n) == calendar.roll_forward(start)


@given(a_calendar, any_day, a_number)
def test_the_ways_of_counting_fit_together(calendar, start, n):
    first = calendar.roll_forward(start)

    assert calendar.nth_from(start, n) == calendar.nth_from(first, n)
    assert calendar.nth_from(start, 1) == first >= start
    assert calendar.nth_from(start, n + 1) == calendar.nth_after(first, n)
    assert calendar.nth_after(start, n) < calendar.nth_after(start, n + 1)
    assert calendar.is_working_day(calendar.nth_after(start, n))
    assert (calendar.why_closed(start) is None) == (first == start)


@given(any_day, a_number)
def test_the_tribunal_is_never_earlier_than_england(start, n):
    assert tribunal.nth_after(start, n) >= working.nth_after(start, n)


@both
@pytest.mark.parametrize("ask", ["nth_after", "nth_from", "nth_before"])
@pytest.mark.parametrize("n", [0, -1])
def test_counts_start_at_one(calendar, ask, n):
    with pytest.raises(CalendarError) as refused:
        getattr(calendar, ask)(dt.date(2026, 3, 2), n)

    assert str(refused.value) == f"{calendar.name}: there is no working day number {n}: n is 1 or more"


@both
@pytest.mark.parametrize("ask", ["is_working_day", "roll_forward", "why_closed"])
def test_a_time_of_day_is_refused(calendar, ask):
    with pytest.raises(DateError, match="it has a time of day, and the law counts days"):
        getattr(calendar, ask)(dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.UTC))


# The Tribunal's rule 12


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-07-31", None),
        ("2026-08-01", "in August"),
        ("2026-08-31", "in August"),
        ("2026-09-01", None),
        ("2026-12-24", None),
        ("2026-12-25", "between 25 December and 1 January"),
        ("2026-12-31", "between 25 December and 1 January"),
        ("2027-01-01", "between 25 December and 1 January"),
        ("2027-01-02", "Saturday"),
        ("2027-01-04", None),
        ("2026-05-25", "Spring Bank Holiday"),
    ],
)
def test_the_tribunal_says_why_a_day_does_not_count(text, reason):
    assert tribunal.why_closed(day(text)) == reason
    assert tribunal.is_working_day(day(text)) is (reason is None)


@pytest.mark.parametrize(
    ("end", "rolled", "reason"),
    [
        ("2026-08-10", "2026-09-01", "in August"),
        ("2026-02-28", "2026-03-02", "Saturday"),
        ("2025-12-29", "2026-01-02", "between 25 December and 1 January"),
        ("2026-09-10", "2026-09-10", None),
        ("2026-07-31", "2026-07-31", None),
        ("2026-08-01", "2026-09-01", "in August"),
        ("2026-08-31", "2026-09-01", "in August"),
        ("2024-08-31", "2024-09-02", "in August"),
        ("2026-12-24", "2026-12-24", None),
        ("2026-12-25", "2027-01-04", "between 25 December and 1 January"),
        ("2027-01-01", "2027-01-04", "between 25 December and 1 January"),
        ("2026-04-03", "2026-04-07", "Good Friday"),
        # Rule 12(2) moves these into the span; 12(3)(a) speaks only of a time that ends in it.
        ("2022-07-31", "2022-08-01", "Sunday"),
        ("2022-12-24", "2022-12-28", "Saturday"),
    ],
)
def test_the_end_of_the_time_to_appeal_rolls(end, rolled, reason):
    assert tribunal.roll_end(day(end)) == day(rolled)
    assert tribunal.why_rolled(day(end)) == reason


@given(any_day)
def test_rolling_moves_only_forward_to_a_working_day_and_says_why(end):
    rolled = tribunal.roll_end(end)

    assert rolled >= end
    assert working.is_working_day(rolled)
    assert (tribunal.why_rolled(end) is None) == (rolled == end)


def test_england_leaves_no_span_out_and_the_tribunal_two():
    spans = [each for each in EVERY_DAY if each.year == 2026 and tribunal.left_out(each)]
    breaks = [later for earlier, later in pairwise(spans) if (later - earlier).days > 1]

    assert len(spans) == 1 + 31 + 7
    assert breaks == [dt.date(2026, 8, 1), dt.date(2026, 12, 25)]
    assert not any(working.left_out(each) for each in spans)


# Horizon


@both
def test_the_published_horizon_is_gov_uks(calendar):
    assert calendar.published_to == PUBLISHED_TO == dt.date(max(LISTED), 12, 31)
    assert PUBLISHED_AT == "https://www.gov.uk/bank-holidays.json"
    assert max(GOV_UK) <= PUBLISHED_TO < min(BANK_HOLIDAYS - GOV_UK)


@both
@pytest.mark.parametrize(
    ("first", "last", "past"),
    [
        ("2026-03-02", "2026-04-13", False),
        ("2028-12-01", "2028-12-31", False),
        ("2028-12-29", "2029-01-02", True),
        ("2029-01-01", "2029-01-01", True),
        ("2029-01-05", "2028-12-29", True),
    ],
)
def test_answers_past_the_horizon_are_marked(calendar, first, last, past):
    assert calendar.extrapolates(day(first), day(last)) is past


@both
def test_the_table_grows_both_ways_on_demand(cold, calendar):
    assert cold[calendar].nth_after(dt.date(2051, 3, 3), 1) == dt.date(2051, 3, 6)
    assert cold[calendar].nth_before(dt.date(2010, 1, 4), 1) < dt.date(2010, 1, 1)
    assert cold[calendar].nth_after(dt.date(1952, 2, 28), 1) == dt.date(1952, 2, 29)


def test_a_table_built_under_freezegun_holds_real_dates(cold):
    real = dt.date
    with freeze_time("2026-03-02"):
        answer = cold[working].nth_after(dt.date.today(), 1)  # noqa: DTZ011 - frozen

    assert type(answer) is real
    assert answer == dt.date(2026, 3, 3)


def test_a_growth_that_comes_late_keeps_the_larger_table(cold):
    calendar = cold[working]
    start = calendar._table
    calendar.nth_after(dt.date(2070, 1, 1), 1)
    large = calendar._table

    assert (start.spans, large.spans) == (0, 2)
    assert calendar._wider(start, dt.date(2026, 3, 2)) is large


@both
@pytest.mark.parametrize(
    ("start", "n"),
    [
        ("2100-12-31", 1),
        ("2101-01-01", 1),
        ("2101-01-03", 1),
        ("2150-06-01", 5),
        ("1899-12-29", 1),
        ("2026-03-02", 10**9),
    ],
)
def test_nothing_is_counted_where_no_bank_holiday_is_known(calendar, start, n):
    with pytest.raises(CalendarError) as refused:
        calendar.nth_after(day(start), n)

    assert refused.value.source == calendar.name
    assert refused.value.why.endswith("leads outside the years 1900 to 2100, whose bank holidays are known")


def test_the_first_and_the_last_known_year_are_whole():
    # In 1900 New Year's Day was no bank holiday in England.
    assert working.roll_forward(dt.date(1900, 1, 1)) == dt.date(1900, 1, 1)
    assert working.roll_forward(dt.date(2100, 12, 31)) == dt.date(2100, 12, 31)


@both
def test_nothing_is_counted_back_before_the_first_known_year(calendar):
    with pytest.raises(CalendarError, match="counting from Tuesday 2 January 1900 leads outside"):
        calendar.nth_before(dt.date(1900, 1, 2), 2)


def test_every_year_that_may_be_counted_has_its_bank_holidays():
    known = statutory_days.bank_holidays(*statutory_days.SPANS[-1])
    fewest = min(sum(each.year == year for each in known) for year in range(1978, 2101))

    assert fewest >= 8


# Types


def test_the_two_calendars_are_values_of_two_types():
    everything: list[object] = [working, tribunal]

    assert everything == [WorkingDays(), TribunalDays()] != everything[::-1]
    assert hash(WorkingDays()) == hash(working)
    assert not isinstance(tribunal, WorkingDays)
    assert not isinstance(working, TribunalDays)
    assert not hasattr(working, "__dict__")


@both
def test_a_calendar_cannot_be_changed(calendar):
    with pytest.raises(AttributeError):
        calendar.published_to = dt.date(2040, 1, 1)


@both
def test_a_calendar_can_be_sent_to_another_process_without_its_table(calendar):
    calendar.nth_after(dt.date(2026, 3, 2), 1)
    sent = pickle.dumps(calendar)

    assert len(sent) < 500
    assert pickle.loads(sent) == copy.deepcopy(calendar) == calendar


def test_the_shared_part_is_no_calendar():
    with pytest.raises(TypeError, match="abstract"):
        DayCalendar()  # type: ignore[abstract]


def test_a_type_checker_refuses_one_calendar_for_the_other(tmp_path):
    sample = tmp_path / "sample.py"
    sample.write_text(
        "from ehcp_flow.calendars import TribunalDays, WorkingDays\n"
        "def england(days: WorkingDays) -> None: ...\n"
        "def appeal(days: TribunalDays) -> None: ...\n"
        "england(WorkingDays())\n"
        "appeal(TribunalDays())\n"
        "england(TribunalDays())\n"
        "appeal(WorkingDays())\n",
        "utf-8",
    )
    out, _, _ = mypy.run(
        ["--config-file=", "--follow-imports=silent", f"--cache-dir={ROOT / '.mypy_cache' / 'samples'}", str(sample)]
    )
    errors = [line.split(": ", 1) for line in out.splitlines() if ": error:" in line]

    assert [(place.rsplit(":", 1)[1], "arg-type" in text) for place, text in errors] == [("6", True), ("7", True)]


@pytest.mark.parametrize("module", ["holidays", "icalendar"])
def test_importing_and_asking_for_england_loads_no_heavy_package(module):
    code = f"import sys; from ehcp_flow.calendars import england; england(); sys.exit({module!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)

    assert done.returncode == 0
