"""What was not finished on a day, who was detained, and grouping by age and by adviser."""

import pytest

from ehcp_flow.case import group_cases
from ehcp_flow.dates import parse_date
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.measures import measure
from ehcp_flow.measures.case_groups import age_band
from ehcp_flow.reports.overview import overview
from ehcp_flow.synth import synth
from tests.measures.answers_made_up import told

HELD = ("2020-01-06 request_received parent", "2020-05-01 final_plan_sent")


def row_of(*cases, year=2024, as_of="2025-01-16", **options):
    return measure(cases, year=year, by=(), as_of=as_of, **options)[0]


def figures(row, *names):
    return tuple(row[name] for name in names)


OPEN = ("requests_open", "requests_open_over_20_weeks", "requests_open_over_52_weeks")


def test_an_open_request_is_over_twenty_weeks_from_the_day_after_them():
    # 20 weeks from 13 August 2024 end on 31 December.
    assert figures(row_of(told("a", "2024-08-13 request_received parent")), *OPEN) == (1, 0, 0)
    assert figures(row_of(told("a", "2024-08-12 request_received parent")), *OPEN) == (1, 1, 0)
    old = row_of(told("a", "2024-01-01 request_received parent"))
    assert figures(old, *OPEN, "avg_weeks_open", "median_weeks_open") == (1, 1, 1, 52.1, 52.1)


def test_a_request_that_ended_by_the_end_of_the_period_is_not_open_and_one_that_ended_later_was():
    ended = told("a", "2024-08-01 request_received parent", "2024-12-31 request_withdrawn")
    later = told("b", "2024-08-01 request_received parent", "2025-01-02 request_withdrawn")
    assert row_of(ended)["requests_open"] == 0
    assert row_of(later)["requests_open"] == 1
    assert row_of(ended)["avg_weeks_open"] == "x"


REFUSED = ("2024-01-10 request_received parent", "2024-02-10 assessment_agreed", "2024-04-20 plan_refused")
WAITING = {
    "as it came": (("2024-01-10 request_received parent",), (1, 1, 0)),
    "refused": (REFUSED, (0, 0, 0)),
    "reopened by an order": ((*REFUSED, "2024-06-03 appeal_registered",
                              "2024-09-02 tribunal_order_made outcome=make_plan"), (1, 1, 0)),
    "reopened by the authority": (("2024-01-10 request_received parent", "2024-02-10 assessment_refused",
                                   "2024-05-02 refusal_reversed"), (1, 1, 0)),
    "detained": (("2024-01-10 request_received parent", "2024-03-01 detained"), (1, 1, 0)),
    "without a request": (("2024-01-10 assessment_agreed",), (1, 0, 0)),
    "with a plan": (("2024-01-10 request_received parent", "2024-05-01 final_plan_sent"), (0, 0, 0)),
}  # fmt: skip


@pytest.mark.parametrize("name", WAITING)
def test_a_request_is_open_by_one_definition_wherever_it_is_shown(name):
    lines, expected = WAITING[name]
    case = told("a", *lines)
    row = row_of(case, as_of="2024-12-31")
    assert figures(row, *OPEN) == expected
    assert row["requests_open_timed"] == (expected[0] and name != "without a request")
    seen = overview([case], "2024-12-31", extra={"a": {"team": "north"}})
    summary = seen.waiting.summary()
    assert tuple(summary[key] for key in ("open", "open_over_20_weeks", "open_over_52_weeks")) == expected
    assert sum(band["open"] for band in seen.waiting.by_age()) == expected[0]
    assert seen.desks["team"][0]["open_requests"] == expected[0]
    assert seen.cohorts.flow(parse_date("2024-12-01"), parse_date("2024-12-31"))[-1]["open_at_end"] == expected[0]
    a_year_on = overview([case], "2025-12-31")
    assert a_year_on.waiting_before == expected[1], "and a year later, what it was a year ago"


def test_page_and_measures_of_a_caseload_count_the_same_requests_as_open():
    cases = list(group_cases(synth(400, 9, authority="885", faults=0.1, as_of="2024-12-31")).values())
    row = row_of(*cases, as_of="2024-12-31")
    seen = overview(cases, "2024-12-31")
    summary = seen.waiting.summary()
    assert 0 < row["requests_open_over_20_weeks"] < row["requests_open"]
    assert figures(row, *OPEN) == tuple(summary[key] for key in ("open", "open_over_20_weeks", "open_over_52_weeks"))
    assert (row["avg_weeks_open"], row["median_weeks_open"]) == (
        summary["mean_weeks_open"], summary["median_weeks_open"],
    )  # fmt: skip
    flow = seen.cohorts.flow(parse_date("2024-01-01"), parse_date("2024-12-31"))
    assert [month["open_at_end"] for month in flow] == [
        measured["requests_open"] for measured in measure(cases, year=2024, by=("month",), as_of="2024-12-31")
    ]


INCOMPLETE = (
    "reviews_incomplete",
    "reviews_incomplete_6_months",
    "reviews_incomplete_12_months",
    "reviews_incomplete_24_months",
)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["2024-12-01 review_meeting_held"], (1, 0, 0, 0)),
        (["2024-06-30 review_meeting_held"], (1, 1, 0, 0)),
        (["2024-07-01 review_meeting_held"], (1, 0, 0, 0)),
        (["2023-12-30 review_meeting_held"], (1, 1, 1, 0)),
        (["2022-12-30 review_meeting_held"], (1, 1, 1, 1)),
        (["2022-12-30 review_meeting_held", "2023-01-20 review_decision_sent outcome=maintain"], (0, 0, 0, 0)),
        (["2022-12-30 review_meeting_held", "2023-01-20 review_decision_sent outcome=amend"], (1, 1, 1, 1)),
        (
            [
                "2022-12-30 review_meeting_held",
                "2023-01-20 review_decision_sent outcome=amend",
                "2023-01-20 amendment_notice_sent",
                "2023-03-01 amended_plan_sent",
            ],
            (0, 0, 0, 0),
        ),
        (["2022-12-30 review_meeting_held", "2025-01-02 review_decision_sent outcome=maintain"], (1, 1, 1, 1)),
        (
            [
                "2022-12-30 review_meeting_held",
                "2023-12-01 review_meeting_held",
                "2023-12-20 review_decision_sent outcome=maintain",
            ],
            (0, 0, 0, 0),
        ),
        ([], (0, 0, 0, 0)),
    ],
)
def test_a_review_is_incomplete_until_its_decision_or_the_amended_plan(lines, expected):
    assert figures(row_of(told("a", *HELD, *lines)), *INCOMPLETE) == expected


def test_a_plan_that_is_no_longer_held_has_no_incomplete_review():
    gone = told(
        "a", *HELD, "2023-12-01 review_meeting_held", "2024-11-01 moved_away", "2024-11-01 plan_transferred_out"
    )
    assert row_of(gone)["reviews_incomplete"] == 0


def test_a_request_for_a_detained_person_is_counted_once_and_as_one_of_youth_accommodation():
    case = told(
        "a",
        "2024-01-20 detained",
        "2024-02-01 request_received parent",
        "2024-02-02 released",
        "2024-03-01 assessment_agreed",
    )
    row = row_of(case)
    assert figures(row, "requests_received_in_year", "requests_rya", "requests_decided_to_assess") == (1, 1, 1)
    assert figures(row, "requests_withdrawn", "requests_open") == (0, 1)


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        (["2024-02-01 detained"], 1),
        (["2024-02-02 detained"], 0),
        (["2024-01-02 detained", "2024-02-01 released"], 0),
        (["2024-01-02 detained", "2024-02-02 released"], 1),
        ([], 0),
    ],
)
def test_custody_counts_from_the_day_of_detention_and_no_longer_on_that_of_release(around, expected):
    case = told("a", "2024-02-01 request_received parent", *around)
    assert row_of(case)["requests_rya"] == expected


def test_an_assessment_without_a_decision_stands_beside_those_with_an_outcome():
    begun = ("2024-03-01 request_received parent", "2024-04-02 assessment_agreed")
    undecided = told("a", *begun)
    refused = told("b", *begun, "2024-06-03 plan_refused")
    drafting = told("c", *begun, "2024-06-03 plan_agreed")
    row = row_of(undecided, refused, drafting)
    assert figures(row, "assess_not_made", "assess_in_year", "assessments_open") == (1, 2, 2)
    assert row["assess_not_made_pc"] == 33.3


def test_age_is_taken_on_the_last_day_of_the_period():
    case = told("a", "2013-06-30 date_of_birth", *HELD)
    table = measure([case], year=(2023, 2024), by=("year", "age"), as_of="2025-01-16")
    held = {(row["year"], row["age"]): row["total_ehc_plans"] for row in table}
    assert {key: plans for key, plans in held.items() if plans} == {("2023", "5 to 10"): 1, ("2024", "11 to 15"): 1}
    (row,) = measure([told("b", *HELD)], year=2024, by=("age",), as_of="2025-01-16")
    assert (row["age"], row["total_ehc_plans"]) == ("not recorded", 1)


@pytest.mark.parametrize(
    ("born", "band"),
    [
        ("2020-01-02", "under 5"),
        ("2020-01-01", "5 to 10"),
        ("2014-01-01", "11 to 15"),
        ("2009-01-01", "16 to 19"),
        ("2005-01-01", "20 to 25"),
        ("1999-01-01", "over 25"),
    ],
)
def test_the_bands_are_the_departments(born, band):
    assert age_band(parse_date(born), parse_date("2025-01-01")) == band


def test_a_day_of_birth_does_not_begin_the_time_of_the_records():
    (row,) = measure([told("a", "2013-12-31 date_of_birth", *HELD)], by=("authority",), as_of="2025-01-16")
    assert row["period"] == "2020-01-06 to 2025-01-16"


def test_advice_is_grouped_by_adviser_and_nothing_else_can_be():
    case = told(
        "a",
        "2024-01-02 request_received parent",
        "2024-02-01 assessment_agreed",
        "2024-02-02 advice_requested psychological",
        "2024-02-02 advice_requested medical",
        "2024-03-01 advice_received medical",
        "2024-05-01 advice_received psychological",
    )
    table = measure([case], year=2024, by=("adviser",), as_of="2025-01-16")
    found = {row["adviser"]: figures(row, "advice_within_6_weeks", "advice_over_6_weeks") for row in table}
    assert found == {"medical": (1, 0), "psychological": (0, 1)}
    assert all(row["requests_received_in_year"] == "x" for row in table)
    assert all(row["request_assess_pc"] == "x" for row in table)


def test_a_column_that_is_unknown_is_refused_with_those_that_there_are():
    with pytest.raises(UnknownNameError, match="age"):
        measure([told("a", *HELD)], by=("aeg",), as_of="2025-01-16")
