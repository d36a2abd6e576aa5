"""When a plan may cease that is disputed: what each door says of an end that nobody knows, and why."""

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.states import check_move
from tests.telling import tell

NOTICE = "2024-09-02 final_plan_sent; 2025-02-17 cease_consulted; 2025-03-07 cease_notice_sent"
CONTACT = f"{NOTICE}; 2025-05-01 mediation_contacted"
TWO = (
    "2025-01-20 final_plan_sent; 2025-03-10 appeal_registered; 2025-03-20 cease_consulted; "
    "2025-03-31 cease_notice_sent; 2025-04-07 appeal_registered; 2025-06-20 appeal_withdrawn"
)


def told(facts, limit, as_of="2025-12-01"):
    *_, last = (each for each in answer(tell(facts), as_of).deadlines if each.limit == limit)
    return last


def said(deadline, part):
    return " ".join(step.text for step in deadline.explanation if step.part == part)


def test_a_certificate_that_may_still_come_is_said_of_the_time_to_appeal():
    count = said(told(CONTACT, "appeal"), "count")
    assert "A mediation adviser was contacted in time (SR 33, 34(2)), and the certificate" in count
    assert "The last lawful day may therefore be later." in count


@pytest.mark.parametrize("more", ["", "; 2025-05-08 mediation_contacted"])
def test_without_a_contact_in_time_nothing_of_it_is_said(more):
    assert "may therefore be later" not in said(told(f"{NOTICE}{more}", "appeal"), "count")


def test_a_contact_before_a_later_decision_leaves_nothing_open():
    appealed = f"{CONTACT}; 2025-06-02 cease_notice_withdrawn; 2025-07-01 review_decision_sent outcome=maintain"
    case = answer(tell(appealed), "2025-12-01")
    (of_notice,) = (each for each in case.deadlines if each.limit == "appeal" and str(each.starts_on) == "2025-03-07")
    assert of_notice.status == "lapsed"
    assert "may therefore be later" not in said(of_notice, "count")


def test_the_protected_time_says_what_keeps_it_open_and_why():
    standstill = told(CONTACT, "cease_standstill")
    assert "Kept open by: mediation contacted, Thursday 1 May 2025. A mediation adviser" in said(standstill, "count")
    assert "nobody can say yet until when" in said(standstill, "result")
    ceased = told(f"{CONTACT}; 2025-05-10 plan_ceased", "cease_standstill")
    assert "done, and nobody can say whether the time was still protected" in said(ceased, "result")
    appealed = told(f"{NOTICE}; 2025-04-07 appeal_registered; 2025-06-20 appeal_withdrawn", "cease_standstill")
    assert "ended by: appeal withdrawn, Friday 20 June 2025" in said(appealed, "count")


@pytest.mark.parametrize(
    ("facts", "reading"),
    [
        (f"{NOTICE}; 2025-06-16 appeal_registered; 2025-07-01 plan_ceased", "the Tribunal gave more time"),
        (f"{TWO}; 2025-07-01 plan_ceased", "the appeal against ceasing was the one that ended"),
        (
            f"{CONTACT}; 2025-05-10 plan_ceased; 2025-05-20 mediation_certificate_issued",
            "the time had ended before the certificate",
        ),
    ],
)
def test_what_is_open_contests_and_is_told_with_its_reading(facts, reading):
    standstill = told(facts, "cease_standstill")
    assert standstill.contested_by
    assert standstill.contested_by[0].startswith(reading)
    assert f"Another reading, {reading}" in said(standstill, "reading")
    decides = "there is no breach." if standstill.breach else "this is a breach."
    assert said(standstill, "reading").endswith(f"By that reading {decides}")


def test_two_ends_of_two_appeals_are_contested_by_nothing():
    standstill = told(f"{TWO}; 2025-06-27 appeal_withdrawn; 2025-07-01 plan_ceased", "cease_standstill")
    assert (standstill.status, standstill.contested_by) == ("met", ())


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("2025-05-01 mediation_contacted", "when the time for one ends is open: a mediation adviser was contacted"),
        ("2025-04-07 appeal_registered", "the appeal registered on Monday 7 April 2025 is not finally determined"),
    ],
)
def test_the_refusal_says_what_keeps_the_plan(more, why):
    (refusal,) = check_move(tell(f"{NOTICE}; {more}"), "plan_ceased", as_of="2025-12-01").refusals
    assert why in refusal.reason


def test_an_appeal_out_of_time_is_told_where_the_move_is_taken():
    verdict = check_move(tell(f"{NOTICE}; 2025-06-16 appeal_registered"), "plan_ceased", as_of="2025-12-01")
    (late,) = (each for each in verdict.verdicts if each.finding)
    assert verdict.allowed
    assert "came after the time for one, which ended on Wednesday 7 May 2025" in late.reason
    assert "whether the Tribunal gave more time" in late.remedy


def test_an_onward_appeal_of_one_out_of_time_keeps_no_plan_that_it_did_not_keep():
    appealed = f"{NOTICE}; 2025-06-16 appeal_registered; 2025-08-01 tribunal_order_made outcome=dismiss_cease"
    case = tell(f"{appealed}; 2025-08-20 onward_appeal_made")
    assert told(f"{appealed}; 2025-08-20 onward_appeal_made", "cease_standstill").status == "met"
    assert check_move(case, "plan_ceased", as_of="2025-12-01").allowed


def test_an_appeal_from_before_a_second_notice_is_pending():
    case = tell(
        "2024-09-02 final_plan_sent; 2025-01-13 review_meeting_held; 2025-02-10 review_decision_sent outcome=cease; "
        "2025-02-20 appeal_registered; 2025-03-07 cease_consulted; 2025-03-08 cease_notice_sent"
    )
    assert not check_move(case, "plan_ceased", as_of="2025-12-01").allowed
