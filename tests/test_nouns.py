"""A number and its noun: one of a thing is said as one, wherever it is said."""

import datetime as dt

import pytest

from ehcp_flow.measures.scorecard import scorecard
from ehcp_flow.measures.scorecard_words import red_said
from ehcp_flow.nouns import count
from ehcp_flow.readers import read_cases
from ehcp_flow.reports.page import weeks
from ehcp_flow.reports.plain_words import how_long
from ehcp_flow.reports.scorecard_page import scorecard_page
from tests.measures.answers_made_up import told


@pytest.mark.parametrize(
    ("number", "what", "said"),
    [
        (0, ("day",), "0 days"), (1, ("day",), "1 day"), (2, ("day",), "2 days"), (12_000, ("row",), "12,000 rows"),
        (1, ("breach", "breaches"), "1 breach"), (2, ("breach", "breaches"), "2 breaches"),
    ],
)  # fmt: skip
def test_one_of_a_thing_is_one_and_several_are_several(number, what, said):
    assert count(number, *what) == said


def test_weeks_and_days():
    assert [weeks(each) for each in (0, 1, 1.0, 1.5, 2.0, 1_200, "x")] == [
        "0 weeks", "1 week", "1 week", "1.5 weeks", "2 weeks", "1,200 weeks", "x",
    ]  # fmt: skip
    assert [how_long(each) for each in (1, 2, 14, 15, 16)] == [
        "1 day", "2 days", "2 weeks", "2 weeks and 1 day", "2 weeks and 2 days",
    ]  # fmt: skip


def test_a_scorecard_of_one_measure_with_one_case_behind_it():
    plan = {"measure": [{"id": "a", "title": "In time", "figure": "pc_plans_issued_20_weeks_ex",
                         "targets": [{"by": dt.date(2026, 6, 30), "value": 90}]}]}  # fmt: skip
    case = told("a", "2025-12-01 request_received parent", "2026-06-08 final_plan_sent")
    card = scorecard([case], plan, as_of="2026-06-30")
    assert next(red_said(card.reds[0])) == (
        "1 case stands against it: 1 lost most of its days at the final plan (median 7.0 weeks)."
    )
    page = scorecard_page(card)
    assert "Of 1 measure: 1 red." in page
    assert "<summary>1 case, and where each lost its days</summary>" in page
    assert ", 1 case. Holds case data" in page


def test_a_caseload_of_one_case_says_so(tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("case_id,event,on\na,request_received,2026-03-02\n", encoding="utf-8")
    assert repr(read_cases(path)) == f"<Caseload of {path}: 1 case, 0 rows refused>"
