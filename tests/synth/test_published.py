"""Published caseloads: counted with the oracle, and with the engine's own deadlines, they give DfE's counts."""

import datetime as dt
from collections import Counter
from itertools import islice

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.case import Case, group_cases
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.synth import (
    ENGLAND,
    authorities,
    census_day,
    counts_of,
    published_caseload,
    published_discrepancies,
)
from ehcp_flow.synth.exact import plan_caseload
from tests.synth.oracle import count

# Small and large; every plan excepted; residuals without a date; reviews, 20 weeks or outcomes not published or odd.
DOZEN = ["201", "203", "209", "301", "305", "308", "309", "352", "381", "420", "810", "846", "870", "872", "885", "921"]


def different(authority, year):
    published, counted = counts_of(authority, year), count(published_caseload(authority, year), year)
    # Whether an assessment that is open is "not made" is a question of reading, not of what is built.
    compared = [column for column in published if column != "assess_not_made"]
    return {column for column in compared if published[column] != counted[column]}, counted


@pytest.mark.parametrize("authority", DOZEN)
def test_the_counts_of_2024_are_the_published_ones_but_for_those_that_are_named(authority):
    odd, counted = different(authority, 2024)
    named = {each.column: each.built for each in published_discrepancies(authority, 2024)}
    caveats = {"plans_issued_den_ex"}  # the count is right; that its exceptions cannot be checked is what is named
    assert odd - set(named) == set()
    assert set(named) - odd <= caveats
    assert {column: counted[column] for column in named} == named


@pytest.mark.parametrize("authority", ["204", "352", "855", "885"])
def test_the_counts_of_2023_are_the_published_ones_but_for_those_that_are_named(authority):
    odd, _ = different(authority, 2023)
    assert odd <= {each.column for each in published_discrepancies(authority, 2023)}


def test_worcestershire_2024_gives_the_published_counts():
    odd, counted = different("885", 2024)
    assert odd == {"outcome_maintan", "no_outcome"}
    assert (counted["plans_issued_20_weeks_ex"], counted["plans_issued_den_ex"]) == (515, 1377)
    assert (counted["plans_issued_within_20_weeks"], counted["plans_issued_den"]) == (517, 1389)
    assert (counted["request_outcome_six_weeks"], counted["request_outcome_over_6_weeks"]) == (1877, 29)
    assert (counted["number_decsion_4weeks"], counted["number_decision_gt_4weeks"]) == (3683, 1203)
    assert counted["review_decision_outstanding"] == 20


@pytest.mark.parametrize("authority", authorities(2024))
def test_every_authority_can_be_planned_and_a_difference_always_has_a_name(authority):
    planned = plan_caseload(authority, 2024)
    published = counts_of(authority, 2024)
    named = {each.column for each in planned.discrepancies}
    compared = [column for column in published if column != "assess_not_made"]
    assert {column for column in compared if planned.counts.get(column, 0) != published[column]} <= named
    assert all(count >= 0 for count in planned.kinds.values())
    if planned.reviews:
        assert all(count >= 0 for count in planned.reviews.flows.values())


@pytest.mark.parametrize("authority", ["301", "885"])
def test_the_engine_judges_as_many_in_time_as_are_published(authority):
    found, row = Counter[tuple[str, str, bool]](), counts_of(authority, 2024)
    due = 0
    for case in group_cases(published_caseload(authority, 2024)).values():
        for deadline in deadlines_of(case, census_day(2024)):
            if deadline.limit == "review_decision" or (deadline.done_on and deadline.done_on.year == 2024):
                found[deadline.limit.removeprefix("detained_"), deadline.status, bool(deadline.excused_by)] += 1
            due += deadline.limit == "annual_review" and deadline.due_on is not None and deadline.due_on.year == 2024
    assert found["final_plan", "met", False] == row["plans_issued_20_weeks_ex"]
    assert found["final_plan", "met", False] + found["final_plan", "met", True] == row["plans_issued_within_20_weeks"]
    late = found["final_plan", "late", False], found["final_plan", "late", True]
    assert late[0] == row.number("plans_issued_gt20weeks_ltYear_ex") + row.number("plans_issued_gt_1_year_ex")
    assert sum(late) == row.number("plans_issued_gt20weeks_ltYear") + row.number("plans_issued_gt_1_year")
    assert found["decide_assess", "met", False] == row["request_outcome_six_weeks"]
    assert found["decide_assess", "late", False] == row["request_outcome_over_6_weeks"]
    assert found["decide_not_issue", "met", False] == row["outcome_decision_within_time"]
    assert found["decide_not_issue", "late", False] == row["outcome_decision_over_time"]
    assert found["review_decision", "met", False] == row["number_decsion_4weeks"]
    assert found["review_decision", "late", False] == row["number_decision_gt_4weeks"]
    assert due == row["review_expected"], "each expected plan has one review that falls due in the year"


def test_england_is_its_authorities_in_turn():
    first = authorities(2024)[0]
    own = list(published_caseload(first, 2024))
    assert list(islice(published_caseload(ENGLAND, 2024), len(own))) == own


def test_england_differs_where_its_authorities_do():
    named = {each.column: each for each in published_discrepancies(ENGLAND, 2024)}
    assert "requests_received_in_year" not in named
    assert "request_outcome_six_weeks" not in named
    assert (named["plans_issued_den"].published, named["plans_issued_den"].built) == (90_392, 90_199)
    assert "209" in named["plans_issued_den"].why
    assert str(named["plans_issued_den"]).startswith("ENG, 2024, plans_issued_den: 90,392 is published, 90,199 built")


def test_the_same_facts_every_time():
    assert list(published_caseload("201", 2024)) == list(published_caseload("201", 2024))


def test_each_case_is_told_in_order_and_only_until_the_census():
    for case_id, case in group_cases(published_caseload("420", 2024)).items():
        assert case_id.startswith("420-2024-")
        assert Case(case_id, case.recorded).facts == case.recorded
        assert case.recorded[-1].on <= census_day(2024)


@pytest.mark.parametrize(("year", "day"), [(2023, dt.date(2024, 1, 18)), (2024, dt.date(2025, 1, 16))])
def test_the_census_day(year, day):
    assert census_day(year) == day


@pytest.mark.parametrize(("authority", "year"), [("999", 2024), ("885", 2030), ("Worcestershire", 2024)])
def test_what_is_not_published_is_refused_at_once(authority, year):
    with pytest.raises(UnknownNameError):
        published_caseload(authority, year)


@pytest.mark.parametrize("authority", ["885", "301"])
def test_a_published_caseload_tells_of_lawful_lives(authority):
    found = Counter[str]()
    for case in group_cases(published_caseload(authority, 2024)).values():
        found.update(finding.code for finding in answer(case, census_day(2024)).findings)
    # Nobody dates every invitation.
    assert set(found) <= {"act_not_dated"}
