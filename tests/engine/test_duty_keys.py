"""The identity of a deadline: unique, the same whatever the day asked, and kept by a correction."""

import datetime as dt

import icalendar
import pytest
from hypothesis import given, settings

from ehcp_flow.answers import answer
from ehcp_flow.bulk import iter_rows
from ehcp_flow.case import Case
from ehcp_flow.reports.calendar_feed import calendar_feed
from ehcp_flow.testing.strategies import cases, days
from tests.telling import tell

AS_OF = "2026-06-30"


def keys(case, as_of=AS_OF):
    """Return the key of each deadline, the same for one case and over columns, with its limit and its start."""
    found = {each.key: (each.limit, each.party, each.derivation.start.id) for each in answer(case, as_of).deadlines}
    rows = [row["key"] for row in iter_rows([case], as_of)]
    assert rows == [each.key for each in answer(case, as_of).deadlines]
    assert len(set(rows)) == len(rows)
    return found


@settings(max_examples=100)
@given(cases(), days(), days())
def test_no_two_deadlines_share_a_key_and_none_changes_it_with_the_day(case, one, other):
    first, second = keys(case, one), keys(case, other)
    assert {key: first[key] for key in first if key in second} == {key: second[key] for key in first if key in second}


def test_three_duties_of_one_agreement_are_three_entries():
    case = tell(
        "2026-05-01 final_plan_sent; 2026-05-10 mediation_contacted; 2026-06-01 mediation_agreed outcome=reassess"
    )
    events = icalendar.Calendar.from_ical(calendar_feed(answer(case, AS_OF).deadlines)).walk("VEVENT")
    uids = [str(event["UID"]) for event in events]
    assert len(set(uids)) == len(uids) > 5


def test_a_key_says_what_the_duty_is_and_no_date():
    case = tell("2026-03-02 request_received party=parent fact_id=f|1; 2026-04-01 advice_requested party=EP", "b|%")
    assert set(keys(case)) >= {"b%7C%25|decide_assess|parent|f%7C1", "b%7C%25|advice|EP|advice_requested-1"}


def test_a_fact_known_to_its_month_goes_by_its_own_name():
    case = tell("2026-04-06 assessment_agreed fact_id=f1; 2026-04 advice_requested party=social_care fact_id=f2")
    assert "b|advice|social_care|f2" in set(
        keys(Case("b", tuple(each.model_copy(update={"case_id": "b"}) for each in case.recorded)))
    )


@pytest.mark.parametrize("first", ["2026-03-02 request_received fact_id=f1", "2026-03-02 request_received"])
@pytest.mark.parametrize("then", ["2026-03-05 request_received fact_id=f2", "2026-02-05 request_received"])
def test_a_correction_moves_an_entry_and_does_not_double_it(first, then):
    case = tell(f"{first}; 2026-04-01 advice_requested party=EP")
    wrong = case.recorded[0]
    right = case.replace(wrong, tell(then).recorded[0], "misread")
    twice = right.replace(right.recorded[-1], tell("2026-03-09 request_received").recorded[0], "misread again")
    assert set(keys(case)) == set(keys(right)) == set(keys(twice))
    moved = [each.starts_on for each in answer(twice, AS_OF).deadlines if each.limit == "decide_assess"]
    assert moved == [dt.date(2026, 3, 9)]


def test_of_two_names_of_one_fact_the_same_counts_whatever_order_they_came_in():
    named = [tell(f"2026-03-02 request_received fact_id={name}").recorded[0] for name in ("f2", "f1")]
    assert set(keys(Case("a", tuple(named)))) == set(keys(Case("a", tuple(reversed(named)))))
