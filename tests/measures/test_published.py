"""The published year, from made-up cases: the same counts in, the same figures out."""

from functools import lru_cache

import pytest

from ehcp_flow.case import group_cases
from ehcp_flow.measures import catalogue, measure, percent
from ehcp_flow.measures.published_figures import COUNTRY, YEARS, places, published
from ehcp_flow.synth import census_day, published_caseload, published_discrepancies
from ehcp_flow.synth.dfe_counts import counts_of
from examples import reproduce_dfe
from examples.reproduce_dfe import PLAIN_READINGS

AUTHORITIES = ("202", "301", "330", "371", "380", "801", "815", "878", "881", "885", "919", "938")

NAMED = {
    "request_outcome_six_weeks_pc": {2023, 2024},
    "request_outcome_over_6_weeks_pc": {2023, 2024},
    "assess_not_made_pc": {2023, 2024},
}
"""Percentages that DfE printed from another base than the counts beside them, or than ours, by year."""


@lru_cache(maxsize=len(AUTHORITIES))
def rebuilt(authority):
    """Measure the authority's published caseload of 2024."""
    cases = group_cases(published_caseload(authority, 2024))
    (row,) = measure(cases, year=2024, as_of=census_day(2024)).rows
    return row


@pytest.mark.slow
@pytest.mark.parametrize("authority", AUTHORITIES)
def test_the_published_year_2024_is_reproduced(authority):
    row = rebuilt(authority)
    differences = {one.column: one.built for one in published_discrepancies(authority, 2024)}
    counts = counts_of(authority, 2024)
    expected = {
        column: differences.get(column, count)
        for column, count in counts.items()
        if column in row and count is not None and column not in PLAIN_READINGS
    }
    assert len(expected) >= 24, "two of the twelve published no reviews"
    assert {column: row[column] for column in expected} == expected
    assert row["assess_not_made"] > 0, "read plainly, every year ends with assessments under way"


@pytest.mark.slow
@pytest.mark.parametrize("authority", AUTHORITIES)
def test_the_headline_percentages_are_the_printed_ones(authority):
    row = rebuilt(authority)
    printed = published(authority, 2024)
    assert printed is not None
    compared = 0
    for column in catalogue().columns.values():
        stands = printed.percent(column.name)
        # Where a count beside it differs, the difference has a name: published_discrepancies, or assess_not_made.
        of = [catalogue().columns[name] for name in (column.base, *column.over) if name]
        same = all(row[each.name_in(2024, 2025)] == printed.count(each.name) for each in of)
        if column.kind == "percent" and stands is not None and same and column.name not in NAMED:
            assert row[column.name_in(2024, 2025)] == stands, column.name
            compared += 1
    assert compared >= 12


def quotients():
    """Yield every published percentage that has its counts beside it: the place, the year, the column, both values."""
    for year in YEARS:
        for place in places(year):
            row = published(place, year)
            assert row is not None
            for column in catalogue().columns.values():
                stands = row.percent(column.name)
                parts = (
                    [row.count(name) for name in (column.base, *column.over)] if column.kind == "percent" else [None]
                )
                if stands is not None and None not in parts:
                    yield place, year, column, stands, parts


def test_every_published_percentage_is_its_counts_rounded_half_up_but_for_those_named():
    differing = [
        (place, year, column.name)
        for place, year, column, stands, (base, *over) in quotients()
        if percent(base, sum(over)) != stands
    ]
    compared = sum(1 for _ in quotients())
    assert compared > 7_000
    assert all(year in NAMED.get(name, ()) for _, year, name in differing)
    six_weeks = [name for _, _, name in differing if name != "assess_not_made_pc"]
    assert len(six_weeks) == 53, "some of the six-week percentages of 2023 and 2024"
    assert len(differing) - len(six_weeks) == 3, "where DfE's assess_in_year holds what is not decided"


def test_the_countrys_row_is_the_one_that_everybody_quotes():
    row = published(COUNTRY, 2024)
    assert row is not None
    assert (row.count("plans_issued_20_weeks_ex"), row.count("plans_issued_den_ex")) == (39_407, 84_866)
    assert (row.percent("pc_plans_issued_20_weeks_ex"), row.percent("pc_plans_issued_within_20_weeks")) == (46.4, 45.9)
    assert row.percent("pc_decsion_4weeks") == 44.4


def test_the_command_for_all_authorities_names_every_difference(capsys):
    assert reproduce_dfe.main(2024, ["202", "420"]) == 0
    said = capsys.readouterr().out
    assert "0 without a name" in said
    assert "assess_not_made, 1 authority: every assessment without a decision is counted" in said
    assert "mediation" not in said
    assert "requests_rya" not in said
