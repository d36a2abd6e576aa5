from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.measures.arithmetic import mean_weeks, median_weeks, percent, quantile, rounded


@pytest.mark.parametrize(
    ("numerator", "denominator", "printed"),
    [
        (39_407, 84_866, 46.4),
        (41_448, 90_392, 45.9),
        (126_160, 126_160 + 22_593, 84.8),
        (2_179, 2_179 + 4_212, 34.1),
        (154_924, 154_924 + 193_835, 44.4),
    ],
)
def test_the_countrys_figures_for_2024_come_out_as_they_were_printed(numerator, denominator, printed):
    assert percent(numerator, denominator) == printed


def test_an_exact_half_goes_up_where_python_would_go_to_the_even_neighbour():
    assert percent(5, 16) == 31.3
    assert round(31.25, 1) == 31.2


def test_a_share_of_nothing_is_x():
    assert percent(0, 0) == "x"
    assert percent(0, 3) == 0.0
    assert mean_weeks([]) == median_weeks([]) == "x"


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_percent_is_decimal_arithmetic_rounded_half_up(numerator, denominator):
    exact = Decimal(100 * numerator) / Decimal(denominator)
    assert percent(numerator, denominator) == float(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


def test_halves_below_nothing_go_away_from_it():
    assert rounded(Fraction(-25, 100)) == -0.3
    assert rounded(2.5, 0) == 3.0


def test_weeks_are_days_over_seven():
    assert mean_weeks([140, 141]) == 20.1
    assert median_weeks([7, 14, 700]) == 2.0
    assert median_weeks([7, 14]) == 1.5


def test_nine_in_ten_are_at_most_the_quantile():
    assert quantile(range(1, 11), Fraction(9, 10)) == 9
    assert quantile([5], Fraction(9, 10)) == 5
