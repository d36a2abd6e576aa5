"""Two appeals at once, about the plan and about ceasing it: which of them a settlement ends, and which is pending."""

import pytest

from ehcp_flow.states import check_move, state
from tests.telling import tell

NOTICE = "2025-03-20 cease_consulted; 2025-03-31 cease_notice_sent; 2025-04-01 mediation_certificate_issued"


@pytest.mark.parametrize("settled", ["tribunal_order_made outcome=amend", "appeal_conceded outcome=amend_school"])
def test_an_amendment_settles_the_appeal_about_the_plan_and_leaves_the_one_about_ceasing_open(settled):
    appeals = f"2025-01-20 final_plan_sent; 2025-03-10 appeal_registered; {NOTICE}; 2025-04-07 appeal_registered"
    case = tell(f"{appeals}; 2025-04-14 {settled}")
    about_plan, about_ceasing = state(case, "2025-12-01").disputes
    assert about_plan.state.name in ("DETERMINED", "CONCEDED")
    assert about_ceasing.state.name == "APPEALED"


@pytest.mark.parametrize("before", ["", "; 2025-03-10 appeal_registered; 2025-03-12 tribunal_order_made outcome=amend"])
def test_an_order_to_amend_settles_the_appeal_about_ceasing_where_no_other_is_open(before):
    case = tell(
        f"2025-01-20 final_plan_sent{before}; {NOTICE}; 2025-04-07 appeal_registered; "
        "2025-04-14 tribunal_order_made outcome=amend"
    )
    assert state(case, "2025-12-01").disputes[-1].state.name == "DETERMINED"


def test_the_refusal_to_cease_names_the_appeal_that_is_pending():
    case = tell(
        "2024-09-02 final_plan_sent; 2025-05-12 cease_consulted; 2025-06-02 cease_notice_sent; "
        "2025-07-14 appeal_registered; 2025-07-21 reassessment_requested; 2025-08-12 reassessment_refused; "
        "2025-09-10 appeal_registered; 2025-11-10 tribunal_order_made outcome=reassess"
    )
    verdict = check_move(case, "plan_ceased", as_of="2025-12-01")
    assert [refusal.fact and refusal.fact.on.isoformat() for refusal in verdict.refusals] == ["2025-07-14"]


@pytest.mark.parametrize("end", ["appeal_withdrawn", "appeal_determined", "tribunal_order_made outcome=dismiss"])
def test_of_two_appeals_the_one_against_ceasing_stays_open_at_the_first_end_and_ends_with_the_second(end):
    appeals = f"2025-01-20 final_plan_sent; 2025-03-10 appeal_registered; {NOTICE}; 2025-04-07 appeal_registered"
    about_plan, about_ceasing = state(tell(f"{appeals}; 2025-05-20 {end}"), "2025-12-01").disputes
    assert (about_plan.state.name, about_ceasing.state.name) in (("WITHDRAWN", "APPEALED"), ("DETERMINED", "APPEALED"))
    *_, about_ceasing = state(tell(f"{appeals}; 2025-05-20 {end}; 2025-06-20 {end}"), "2025-12-01").disputes
    assert about_ceasing.state.name in ("WITHDRAWN", "DETERMINED")


def test_the_refusal_to_cease_says_that_an_end_may_have_been_of_the_other_appeal():
    case = tell(
        f"2025-01-20 final_plan_sent; 2025-03-10 appeal_registered; {NOTICE}; 2025-04-07 appeal_registered; "
        "2025-05-20 appeal_withdrawn"
    )
    (refusal,) = check_move(case, "plan_ceased", as_of="2025-12-01").refusals
    assert "of two appeals that were open one ended on Tuesday 20 May 2025" in refusal.reason
