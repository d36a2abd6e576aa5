"""A request within six months of an assessment (CFA 36(6)(b)): answered in six weeks, and no twenty weeks by itself."""

import pytest

from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.law.comparison import compare_rulebooks
from ehcp_flow.law.loader import england
from tests.bulk.agreeing import agree
from tests.doors import at_every_door
from tests.telling import every, one, tell

BEFORE = "2025-01-06 request_received party=parent; 2025-02-10 assessment_agreed; 2025-04-28 plan_refused"
WEEKS = {"final_plan", "decide_not_issue", "decide_issue"}


def limits(chronology: str, start: str, as_of: str = "2026-06-30") -> set[str]:
    return {each.limit for each in deadlines_of(tell(chronology), as_of) if str(each.starts_on) == start}


@pytest.mark.parametrize(("on", "owed"), [("2025-10-28", set()), ("2025-10-29", WEEKS), ("2025-04-29", set())])
@pytest.mark.parametrize("event", ["request_received", "became_responsible"])
def test_the_six_months_end_on_the_corresponding_date(on, owed, event):
    chronology = f"{BEFORE}; {on} {event}"
    assert limits(chronology, on) == {"decide_assess"} | owed
    agree([tell(chronology)], "2026-06-30")


def test_six_months_end_in_a_short_month_on_its_last_day():
    before = BEFORE.replace("2025-04-28", "2025-08-31")
    assert "final_plan" not in limits(f"{before}; 2026-02-28 request_received", "2026-02-28")
    assert "final_plan" in limits(f"{before}; 2026-03-01 request_received", "2026-03-01")


@pytest.mark.parametrize("shown", ["assessment_agreed", "plan_agreed", "draft_plan_sent", "final_plan_sent"])
def test_an_authority_that_assesses_all_the_same_has_twenty_weeks_from_the_receipt(shown):
    again = f"{BEFORE}; 2025-08-18 request_received"
    found = every(f"{again}; 2025-09-29 {shown}", "final_plan", "2026-06-30")[-1]
    assert (str(found.starts_on), str(found.due_on)) == ("2025-08-18", "2026-01-05")
    assert limits(f"{again}; 2025-09-29 {shown}", "2025-08-18", "2025-09-28") == {"decide_assess"}


def test_a_refusal_that_is_reversed_brings_the_twenty_weeks():
    again = f"{BEFORE}; 2025-08-18 request_received; 2025-09-22 assessment_refused"
    assert "final_plan" not in limits(again, "2025-08-18")
    assert "final_plan" in limits(f"{again}; 2025-10-06 refusal_reversed", "2025-08-18")


def test_a_refusal_to_assess_is_no_assessment():
    chronology = "2025-01-06 request_received; 2025-02-10 assessment_refused; 2025-03-03 request_received"
    assert limits(chronology, "2025-03-03") == {"decide_assess"} | WEEKS


def test_it_is_answered_in_six_weeks_at_every_door(tmp_path):
    chronology = f"{BEFORE}; 2025-08-18 request_received"
    rows = at_every_door(tmp_path, chronology, "breaches", "--as-of", "2026-03-01")
    assert [(row["limit"], row["days_over"]) for row in rows] == [("decide_assess", 153)]
    assert one(chronology, "decide_not_issue", "2026-03-01").status == "met"


def test_rules_with_the_same_rows_are_told_apart_by_their_clocks():
    old = england()
    limit = old.limits["decide_assess"]
    first, second = limit.rule
    assert first.rows == second.rows
    other = limit.model_copy(update={"rule": (first, second.model_copy(update={"note": "another"}))})
    new = old.model_copy(update={"limits": {**old.limits, "decide_assess": other}})
    (change,) = compare_rulebooks(old, new)
    assert change.key == "rule[decide_assess, notify_determination_no_ehc on request_with_plan].note"
