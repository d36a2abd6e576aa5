"""The line of a plan, how a figure stands to it, which way it goes: at each edge of what the contract says."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.errors import RangeError
from ehcp_flow.measures.change import clear_change_of_counts
from ehcp_flow.measures.plan_file import read_plan
from ehcp_flow.measures.plan_line import (
    PlanFigure,
    periods_to,
    rag_of,
    target_next,
    target_on,
    trend_of,
    window_of,
)

D = dt.date
BASELINE = {"on": D(2025, 3, 31), "value": 37.4}
TARGETS = [{"by": D(2026, 3, 31), "value": 60}, {"by": D(2027, 3, 31), "value": 90}]


def plan_of(*measures, **more):
    rows = [{"id": f"m{at}", **measure} for at, measure in enumerate(measures)]
    return read_plan({"measure": rows, **more})


def measure_of(**measure):
    return plan_of(measure).measure[0]


PLAN = {"baseline": BASELINE, "targets": TARGETS}


@pytest.mark.parametrize(
    ("day", "line"),
    [
        (D(2020, 1, 1), 37.4),
        (D(2025, 3, 30), 37.4),
        (D(2025, 3, 31), 37.4),
        (D(2025, 4, 1), 37.5),  # 37.4 + 22.6 / 365 = 37.46
        (D(2025, 9, 30), 48.7),  # 37.4 + 22.6 * 183 / 365 = 48.731
        (D(2026, 3, 30), 59.9),
        (D(2026, 3, 31), 60.0),
        (D(2026, 4, 1), 60.1),  # 60 + 30 / 365 = 60.08
        (D(2027, 3, 30), 89.9),
        (D(2027, 3, 31), 90.0),
        (D(2027, 4, 1), 90.0),
        (D(2040, 1, 1), 90.0),
    ],
)
def test_the_line_goes_by_days_from_the_baseline_through_the_targets(day, line):
    assert target_on(measure_of(**PLAN), day) == line


def test_a_line_may_fall_and_turn():
    falling = measure_of(baseline={"on": D(2026, 1, 1), "value": 100}, targets=[{"by": D(2026, 1, 11), "value": 0}])
    assert [target_on(falling, D(2026, 1, day)) for day in (1, 2, 6, 11)] == [100, 90, 50, 0]


def test_half_a_tenth_is_rounded_up_as_the_department_rounds():
    half = measure_of(baseline={"on": D(2026, 1, 1), "value": 0.0}, targets=[{"by": D(2026, 1, 3), "value": 0.1}])
    assert target_on(half, D(2026, 1, 2)) == 0.1


def test_without_a_target_there_is_no_line_and_without_a_baseline_the_first_target_is_it():
    assert target_on(measure_of(baseline=BASELINE), D(2026, 1, 1)) is None
    bare = measure_of(targets=TARGETS)
    assert [target_on(bare, day) for day in (D(2020, 1, 1), D(2026, 3, 31), D(2027, 3, 31))] == [60, 60, 90]


@pytest.mark.parametrize(
    ("day", "by"),
    [
        (D(2020, 1, 1), 2026), (D(2026, 3, 31), 2026), (D(2026, 4, 1), 2027), (D(2027, 3, 31), 2027),
        (D(2027, 4, 1), None),
    ],
)  # fmt: skip
def test_the_next_target_is_the_first_that_is_not_past(day, by):
    target = target_next(measure_of(**PLAN), day)
    assert (target.by.year if target else None) == by


@pytest.mark.parametrize(
    ("value", "rag"),
    [(56.2, "green"), (99.0, "green"), (56.1, "amber"), (51.2, "amber"), (51.1, "red"), (0, "red"), (None, "none")],
)
def test_more_is_better_on_the_line_and_five_points_below_it(value, rag):
    assert rag_of(measure_of(**PLAN), value, 56.2) == rag


@pytest.mark.parametrize(("value", "rag"), [(700, "green"), (0, "green"), (701, "amber"), (705, "amber"), (706, "red")])
def test_less_is_better_on_the_line_and_five_points_above_it(value, rag):
    assert rag_of(measure_of(better="lower", **PLAN), value, 700.0) == rag


@pytest.mark.parametrize(
    ("amber", "value", "rag"), [(0, 56.1, "red"), (0, 56.2, "green"), (0.3, 55.9, "amber"), (0.3, 55.8, "red")]
)
def test_how_far_amber_goes_is_the_plans(amber, value, rag):
    # In binary fractions 56.2 - 55.9 is more than 0.3.
    assert rag_of(measure_of(amber=amber, **PLAN), value, 56.2) == rag


def test_without_a_line_there_is_no_colour():
    assert rag_of(measure_of(), 50.0, None) == "none"


def share(numerator, denominator):
    return PlanFigure(100 * numerator / denominator, numerator, denominator, "share")


def count(value, standing=True):
    return PlanFigure(value, value, None, "count", standing)


@pytest.mark.parametrize(
    ("now", "before", "better", "worse"),
    [
        (share(60, 100), share(40, 100), "better", "worse"),
        (share(40, 100), share(60, 100), "worse", "better"),
        (share(52, 100), share(48, 100), "steady", "steady"),
        (share(9, 9), share(0, 100), "none", "none"),
        (share(10, 10), share(0, 10), "better", "worse"),
        (share(10, 10), share(10, 10), "steady", "steady"),
        (count(861), count(1204), "worse", "better"),
        (count(100), count(110), "steady", "steady"),
        (count(9), count(0), "none", "none"),
        (count(10), count(0), "better", "worse"),
        (count(0), count(10), "worse", "better"),
        (share(10, 10), share(9, 9), "none", "none"),
        (PlanFigure(12.0), PlanFigure(30.0), "none", "none"),
        (PlanFigure(), share(40, 100), "none", "none"),
        (share(40, 100), PlanFigure(), "none", "none"),
    ],
)
def test_a_trend_is_what_chance_does_not_explain(now, before, better, worse):
    assert trend_of(measure_of(), now, before) == better
    assert trend_of(measure_of(better="lower"), now, before) == worse


def test_a_count_of_what_happens_says_nothing_before_its_period_is_over():
    assert trend_of(measure_of(), count(10, standing=False), count(100, standing=False), whole=False) == "none"
    assert trend_of(measure_of(), count(10, standing=False), count(100, standing=False)) == "worse"
    assert trend_of(measure_of(), count(10), count(100), whole=False) == "worse"
    assert trend_of(measure_of(), share(10, 100), share(90, 100), whole=False) == "worse"


def test_two_counts_differ_where_the_difference_is_more_than_twice_its_error():
    # The square root of 200 is 14.14, times 1.96 is 27.7.
    assert clear_change_of_counts(114, 86, more_is_better=None) == "more"
    assert clear_change_of_counts(86, 114, more_is_better=None) == "fewer"
    assert clear_change_of_counts(113, 87, more_is_better=None) == "no clear change"


AS_OF = D(2026, 6, 15)


@pytest.mark.parametrize(
    ("period", "labels"),
    [
        ("month", ["2026-04", "2026-05", "2026-06"]),
        ("quarter", ["2026-Q2"]),
        ("year", ["2026"]),
        ("academic_year", ["2025/26"]),
        ("financial_year", ["FY2026"]),
    ],
)
def test_periods_go_from_the_one_with_the_baseline_to_the_one_with_the_day(period, labels):
    plan = plan_of({}, period=period)
    assert [each.label for each in periods_to(plan, D(2026, 4, 30), AS_OF)] == labels
    assert [each.label for each in periods_to(plan, D(2030, 1, 1), AS_OF)] == labels[-1:]
    assert periods_to(plan, D(2026, 4, 30), AS_OF)[-1].stock_on == AS_OF


TERMS = [
    {"name": "autumn 2025", "from": D(2025, 9, 1), "to": D(2025, 12, 19)},
    {"name": "spring 2026", "from": D(2026, 1, 5), "to": D(2026, 4, 2)},
    {"name": "summer 2026", "from": D(2026, 4, 20), "to": D(2026, 7, 21)},
]


@pytest.mark.parametrize(
    ("as_of", "last"),
    [
        (D(2026, 1, 4), "autumn 2025"),
        (D(2026, 1, 5), "spring 2026"),
        (D(2026, 4, 2), "spring 2026"),
        (D(2026, 4, 19), "spring 2026"),
        (D(2026, 4, 20), "summer 2026"),
        (D(2027, 1, 1), "summer 2026"),
    ],
)
def test_a_day_between_two_terms_is_of_the_one_that_was_last(as_of, last):
    periods = periods_to(plan_of({}, period="term", term=TERMS), D(2025, 9, 1), as_of)
    assert periods[-1].label == last
    assert periods[0].label == "autumn 2025"
    assert periods[-1].stock_on <= as_of


def test_before_the_first_term_there_is_nothing_to_look_at():
    with pytest.raises(RangeError, match="the first term of the plan begins on 2025-09-01"):
        periods_to(plan_of({}, period="term", term=TERMS), D(2025, 9, 1), D(2025, 8, 31))


def test_a_window_goes_back_over_so_many_periods_even_before_the_first():
    plan = plan_of({})
    periods = periods_to(plan, D(2026, 4, 1), AS_OF)
    assert window_of(plan, periods, 2, 1) is periods[2]
    window = window_of(plan, periods, 2, 3)
    assert (window.start, window.end, window.label, window.stock_on) == (
        D(2026, 4, 1),
        D(2026, 6, 30),
        "2026-06",
        AS_OF,
    )
    assert window_of(plan, periods, 0, 3).start == D(2026, 2, 1)
    terms = plan_of({}, period="term", term=TERMS)
    held = periods_to(terms, D(2026, 4, 20), AS_OF)
    assert window_of(terms, held, 0, 2).start == D(2026, 1, 5)
    assert window_of(terms, held, 0, 9).start == D(2025, 9, 1)


@given(st.dates(D(2024, 1, 1), D(2028, 12, 31)), st.floats(0, 100).map(lambda value: round(value, 1)))
def test_a_figure_is_green_on_one_side_of_the_line_and_red_only_beyond_amber(day, value):
    higher, lower = measure_of(**PLAN), measure_of(better="lower", **PLAN)
    line = target_on(higher, day) or 0
    assert 37.4 <= line <= 90
    assert "green" in {rag_of(higher, value, line), rag_of(lower, value, line)}
    assert (rag_of(higher, value, line) == "red") == (round(line - value, 6) > 5)
