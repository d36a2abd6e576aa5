"""Requests of a year to come: from the years before it alone, in the way that is told, with the errors that it made."""

import csv
import json
from math import log
from statistics import fmean
from types import MappingProxyType

import pytest

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.forecast.demand import (
    BACKTEST_COLUMNS,
    DEMAND_COLUMNS,
    Demand,
    HistoryTooShort,
    Requests,
    demand,
    demand_backtest,
)
from ehcp_flow.measures.published_figures import Published, PublishedFigures, published_figures
from tests.cli.running import invoke

HEADER = ("time_period", "geographic_level", "region_name", "old_la_code", "la_name", "breakdown")
ALL = "All requests for EHC needs assessments"


def figures(counts, regions=None):
    """Published figures of authorities, whose first year is 2019; None is a count that was not published."""
    rows = {}
    for authority, by_year in counts.items():
        for year, many in enumerate(by_year, start=2019):
            told = {"requests_received_in_year": "x" if many is None else str(many)}
            region = (regions or {}).get(authority, "North")
            rows[year, authority] = Published(year, "authority", region, authority, f"Council {authority}", told)
    return PublishedFigures(MappingProxyType(rows))


def test_it_is_the_mean_of_no_growth_that_of_the_region_and_that_of_england():
    made = figures(
        {"801": (100, 100, 100), "802": (100, 100, 140), "803": (200, 200, 300)}, {"803": "South"}
    )  # fmt: skip
    row = demand(made, authority="801")[0]
    # The region grew from 200 to 240, England from 400 to 540.
    assert (row["year"], row["last"], row["as_region"], row["as_england"]) == (2022, 100, 120, 135)
    assert row["value"] == round((100 + 120 + 135) / 3)
    assert tuple(row) == DEMAND_COLUMNS


def test_no_year_that_is_asked_about_or_comes_later_leaves_a_trace():
    shipped = published_figures()
    planted = {}
    for (year, place), row in shipped.rows.items():
        told = row.figures if year < 2023 else {**row.figures, "requests_received_in_year": "77777"}
        planted[year, place] = Published(row.year, row.level, row.region, row.authority, row.name, told)
    assert demand(PublishedFigures(planted), 2023) == demand(shipped, 2023)
    without = PublishedFigures({key: row for key, row in shipped.rows.items() if key[0] < 2023})
    assert demand(without, 2023) == demand(without) == demand(shipped, 2023)


def test_what_was_said_of_a_year_that_is_over_is_what_would_have_been_said_then():
    said = {row["authority"]: row["value"] for row in demand(year=2024)}
    tried = demand_backtest(year=2024)
    assert [row["value"] for row in tried] == [said[row["authority"]] for row in tried]
    assert all(tuple(row) == BACKTEST_COLUMNS for row in tried)


def test_over_the_years_that_are_over_it_misses_by_what_the_page_says():
    rows = demand_backtest()
    missed = {
        year: [100 * abs(row["value"] / row["actual"] - 1) for row in rows if row["year"] == year]
        for year in (2022, 2023, 2024)
    }
    assert [len(each) for each in missed.values()] == [147, 143, 143]
    means = [fmean(each) for each in missed.values()]
    assert [round(each, 1) for each in means] == [14.7, 12.3, 12.7]
    assert round(fmean(means), 1) == 13.2
    naive = fmean(
        fmean(100 * abs(row["naive"] / row["actual"] - 1) for row in rows if row["year"] == year) for year in missed
    )
    assert round(naive, 1) == 17.2
    assert 75 < 100 * fmean(row["low"] <= row["actual"] <= row["high"] for row in rows) < 85


def test_the_error_beside_a_forecast_is_that_of_the_years_that_were_over_then():
    tried = demand_backtest(year=2022) + demand_backtest(year=2023)
    known = fmean(100 * abs(row["value"] / row["actual"] - 1) for row in tried)
    assert demand(year=2024)[0]["error"] == pytest.approx(known, abs=0.1)
    assert demand(year=2022)[0]["error"] is None


def test_a_shock_that_moves_all_alike_does_not_widen_the_band():
    made = figures({f"8{number}": (100, 50, 100) for number in range(10, 20)})
    assert Demand(Requests.of(made), 2022).spread == pytest.approx(0)


def test_the_band_reaches_as_far_as_eight_in_ten_errors_did():
    factors = (0.7, 0.8, 0.9, 1.0, 1.0, 1.0, 1.1, 1.25, 1.5)
    made = figures({f"80{at}": (1000, 1000, round(1000 * factor)) for at, factor in enumerate(factors)})
    # Eighteen errors: nought in the first year, the logarithm of each factor in the second; eight in ten is the 16th.
    spread = Demand(Requests.of(made), 2022).spread
    assert spread == pytest.approx(log(1.25))


@pytest.mark.parametrize("counts", [(100, None, 120), (100, 20, 120)])
def test_an_authority_whose_years_are_not_complete_is_refused_with_what_it_has(counts):
    made = figures({"801": counts, "802": (100, 110, 120)})
    assert [row["authority"] for row in demand(made)] == ["802"]
    with pytest.raises(HistoryTooShort, match=r"authority 801: .*100 in 2019.*more than 20 .* from 2019 to 2021"):
        demand(made, authority="801")


def test_an_authority_that_came_later_is_refused_and_says_that_it_has_no_year():
    made = figures({"801": (None, None, None, 300), "802": (100, 110, 120, 130)})
    with pytest.raises(HistoryTooShort, match=r"authority 801: .*no year"):
        demand(made, 2022, "801")


def test_an_authority_that_nobody_published_is_unknown():
    with pytest.raises(UnknownNameError, match="804"):
        demand(figures({"801": (100, 110, 120)}), authority="804")


@pytest.mark.parametrize(("year", "found"), [(2021, "2019 to 2020"), (2019, "no year"), (2026, "2019 to 2024")])
def test_a_year_without_three_years_right_before_it_is_refused(year, found):
    with pytest.raises(HistoryTooShort, match=found):
        demand(year=year)


def test_a_year_that_is_not_over_cannot_be_tried():
    with pytest.raises(UnknownNameError, match="2025"):
        demand_backtest(year=2025)
    with pytest.raises(HistoryTooShort, match="4 years"):
        demand_backtest(figures({"801": (100, 110, 120)}))


def test_a_back_test_of_one_authority_has_its_years_and_leaves_out_those_with_too_few_requests():
    made = figures({"801": (100, 110, 120, 130, 20), "802": (100, 110, 120, 130, 140)})
    assert [(row["year"], row["actual"]) for row in demand_backtest(made, authority="801")] == [(2022, 130)]
    assert [row["authority"] for row in demand_backtest(made, 2023, "802")] == ["802"]


def test_the_departments_file_says_what_the_shipped_figures_say(tmp_path):
    file = tmp_path / "requests.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow((*HEADER, "requests_received_in_year"))
        for (year, _), row in published_figures().rows.items():
            if row.level == "authority":
                many = row.figures["requests_received_in_year"]
                rows.writerow((year, "Local authority", row.region, row.authority, row.name, ALL, many))
    done = invoke("forecast", "demand", "--published-file", file, "--backtest", "--format", "json")
    assert json.loads(done.stdout) == demand_backtest()


def test_a_file_without_requests_is_refused_and_says_which_is_meant(tmp_path):
    file = tmp_path / "other.csv"
    file.write_text(f"{','.join(HEADER)},plans_issued_den\n2024,Local authority,North,801,A,All EHC plans,7\n")
    done = invoke("forecast", "demand", "--published-file", file)
    assert done.exit_code == 4
    assert "it has no column requests_received_in_year; give DfE's requests.csv" in done.stderr


def test_the_command_says_how_far_the_same_way_missed():
    text = " ".join(invoke("forecast", "demand", "--authority", "885", "--format", "table").stdout.split())
    assert "In the years before it the same way missed by 13.2 % in the mean of all authorities and years." in text
    early = " ".join(invoke("forecast", "demand", "--year", "2022", "--format", "table").stdout.split())
    assert "No year before it had three years before it" in early


def test_the_back_test_says_each_year_and_lists_what_was_missed_by_most():
    text = " ".join(invoke("forecast", "demand", "--backtest", "--format", "table").stdout.split())
    assert "2024: missed by 12.7 % in the mean of 143, as many as last year by 12.8 %; 81 % in the band." in text
    assert "Listed are the 10 that it missed by most." in text
    assert text.index("807") < text.index("2022: missed"), "Redcar and Cleveland, missed by 120 %"


def test_too_little_history_ends_with_what_would_be_enough():
    done = invoke("forecast", "demand", "--authority", "942")
    assert done.exit_code == 2
    assert "551 in 2023, 718 in 2024" in done.stderr
    assert "more than 20 requests in every year from 2019 to 2024" in done.stderr
