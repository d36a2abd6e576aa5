"""Records that leave room for doubt: what was never owed, and what cannot be held against anybody."""

import pytest

from ehcp_flow.deadlines import judge
from tests.bulk.agreeing import agree
from tests.telling import codes, every, one, tell

PLAN = "2023-03-02 final_plan_sent"
REFUSED = "2026-01-05 request_received; 2026-02-10 assessment_refused; 2026-03-02 appeal_registered"


def summary(story, limit, as_of):
    agree([tell(story)], as_of)
    found = one(story, limit, as_of)
    return str(found.due_on), found.status, found.breach


# A review meeting without a decision, or with one to maintain


@pytest.mark.parametrize("limit", ["amendment_notice", "review_total"])
@pytest.mark.parametrize("outcome", ["maintain", "cease"])
def test_amendments_were_never_owed_where_the_decision_is_not_to_amend(limit, outcome):
    story = f"{PLAN}; 2026-03-04 review_meeting_held; 2026-07-01 review_decision_sent outcome={outcome}"
    assert summary(story, limit, "2026-07-02")[1:] == ("lapsed", False)
    assert "overdue_when_it_lapsed" not in codes(story, "2026-07-02")
    assert "With that answer it was never owed." in str(one(story, limit, "2026-07-02").explanation[3])


def test_amendments_that_were_owed_when_the_plan_ceased_are_told_of():
    story = f"{PLAN}; 2026-03-04 review_meeting_held; 2026-03-20 review_decision_sent outcome=amend"
    assert summary(story, "amendment_notice", "2026-04-02") == ("2026-04-01", "overdue", True)
    assert "overdue_when_it_lapsed" in codes(f"{story}; 2026-06-01 plan_ceased", "2026-07-02")


# A plan from another authority


def test_a_transferred_plan_without_its_dates_is_due_at_the_earliest_and_never_a_breach():
    story = "2026-03-10 plan_transferred_in; 2026-04-01 transfer_notice_sent"
    assert summary(story, "transfer_review", "2026-06-09") == ("2026-06-09", "open", False)
    assert summary(story, "transfer_review", "2026-06-10") == ("2026-06-09", "undated", False)
    done = f"{story}; 2026-06-09 review_decision_sent outcome=maintain"
    assert summary(done, "transfer_review", "2026-07-01") == ("2026-06-09", "met", False)
    late = f"{story}; 2026-06-10 review_decision_sent outcome=maintain"
    assert summary(late, "transfer_review", "2026-07-01") == ("2026-06-09", "undated", False)
    assert codes(story, "2026-06-10") == ["due_date_uncertain"] == codes(late, "2026-07-01")
    assert codes(done, "2026-07-01") == []
    (finding,) = judge(tell(story), "2026-06-10").findings
    assert finding.message == (
        "transfer_review is due on 2026-06-09 at the earliest; the true last lawful day may be later, since "
        "plan_transferred_in has no reviewed_on or made_on"
    )
    for told, words in ((story, "not done by"), (late, "done after")):
        texts = [step.text for step in one(told, "transfer_review", "2026-07-01").explanation]
        assert any(
            f"{words} Tuesday 9 June 2026, which is the last lawful day at the earliest" in text for text in texts
        )


def test_the_dates_of_a_transferred_plan_are_looked_for_in_what_the_record_holds_already():
    left = "2025-05-01 final_plan_sent; 2025-06-02 moved_away; 2025-06-10 plan_transferred_out"
    back = f"{left}; 2026-03-10 plan_transferred_in"
    assert summary(back, "transfer_review", "2026-06-10") == ("2026-06-09", "overdue", True)
    reviewed = f"{PLAN}; 2025-09-01 review_decision_sent outcome=maintain; 2026-03-10 plan_transferred_in"
    assert summary(reviewed, "transfer_review", "2026-06-10") == ("2026-08-31", "open", False)
    # What came with the transfer goes before what the record held.
    told = f"{reviewed} made_on=2025-11-03"
    assert summary(told, "transfer_review", "2026-06-10") == ("2026-11-02", "open", False)


# A concession


@pytest.mark.parametrize(
    ("refusal", "outcome"),
    [
        ("2026-02-10 assessment_refused", "assess"),
        ("2026-02-05 assessment_agreed; 2026-04-20 plan_refused", "make_plan"),
    ],
)
def test_a_concession_after_the_response_leaves_the_original_time_running(refusal, outcome):
    answered = f"2026-01-05 request_received; {refusal}; 2026-05-01 appeal_registered; 2026-06-01 appeal_response_sent"
    assert summary(answered, "final_plan", "2026-07-01") == ("2026-05-25", "lapsed", False)
    conceded = f"{answered}; 2026-06-22 appeal_conceded outcome={outcome}"
    assert summary(conceded, "final_plan", "2026-07-01") == ("2026-05-25", "overdue", True)
    assert every(conceded, "concede_assess_final") == every(conceded, "concede_plan_final") == []
    texts = [step.text for step in one(conceded, "final_plan", "2026-07-01").explanation]
    assert any("is bound by the original time" in text for text in texts)
    ordered = f"{conceded}; 2026-07-20 tribunal_order_made outcome={outcome}"
    assert summary(ordered, "final_plan", "2026-07-21")[1:] == ("lapsed", False)


def test_a_concession_before_the_response_has_the_time_of_the_regulation():
    story = f"{REFUSED}; 2026-03-20 appeal_conceded outcome=assess; 2026-04-10 appeal_response_sent"
    assert summary(story, "final_plan", "2026-04-01")[1:] == ("lapsed", False)
    assert summary(story, "concede_assess_final", "2026-04-01") == ("2026-06-26", "open", False)


def test_a_request_repeated_after_a_late_concession_starts_nothing_anew():
    story = f"{REFUSED}; 2026-04-10 appeal_response_sent; 2026-04-20 appeal_conceded outcome=assess"
    again = f"{story}; 2026-05-04 request_received"
    assert summary(again, "final_plan", "2026-06-01") == ("2026-05-25", "overdue", True)


# The mediation adviser


@pytest.mark.parametrize(
    ("contact", "there"),
    [
        ("2026-04-10 mediation_declined", True),
        ("2026-04-11 mediation_declined", False),
        ("2026-04-10 mediation_contacted; 2026-05-01 mediation_declined", True),
        ("2026-04-11 mediation_contacted; 2026-05-01 mediation_declined", False),
    ],
)
@pytest.mark.parametrize(
    ("decision", "limit"),
    [
        ("2026-02-10 assessment_refused", "mediation_certificate"),
        ("2026-02-01 detained; 2026-02-10 assessment_refused", "detained_mediation_certificate"),
    ],
)
def test_an_adviser_who_was_contacted_too_late_may_not_certify(decision, limit, contact, there):
    story = f"2026-01-05 request_received; {decision}; {contact}"
    agree([tell(story)], "2026-06-01")
    assert bool(every(story, limit, "2026-06-01")) is there


def test_an_adviser_certifies_where_the_decision_is_not_on_record():
    assert summary("2026-05-01 mediation_declined", "mediation_certificate", "2026-05-02") == (
        "2026-05-07",
        "open",
        False,
    )


def test_a_mediation_that_may_not_be_about_health_is_no_breach_of_the_health_body():
    story = f"{PLAN}; 2026-03-02 mediation_requested; 2026-03-04 mediation_notified; 2026-05-01 mediation_held"
    assert summary(story, "mediation_arrange", "2026-06-01") == ("2026-04-01", "late", True)
    assert summary(story, "mediation_arrange_health", "2026-06-01") == ("2026-04-03", "late", False)
    health = story.replace("mediation_requested", "mediation_requested outcome=health")
    assert summary(health, "mediation_arrange_health", "2026-06-01") == ("2026-04-03", "late", True)


def test_two_mediations_in_three_months_have_each_its_notice():
    story = (
        f"{PLAN}; 2026-01-12 mediation_date_notified; 2026-01-26 mediation_held; "
        "2026-03-02 mediation_date_notified; 2026-03-10 mediation_held"
    )
    agree([tell(story)], "2026-06-01")
    found = every(story, "mediation_notice_of_date", "2026-06-01")
    assert [(str(each.done_on), each.status) for each in found] == [("2026-01-12", "met"), ("2026-03-02", "met")]


# Re-assessment


def test_the_request_of_a_commissioning_body_is_not_answered_by_a_refusal():
    asked = f"{PLAN}; 2026-03-02 reassessment_requested"
    refused = "2026-03-10 reassessment_refused"
    assert summary(f"{asked} party=parent; {refused}", "reassessment_decision", "2026-04-01")[1:] == ("met", False)
    assert summary(f"{asked}; {refused}", "reassessment_decision", "2026-04-01")[1:] == ("met", False)
    health = f"{asked} party=health; {refused}"
    assert summary(health, "reassessment_decision", "2026-03-17") == ("2026-03-17", "open", False)
    assert summary(health, "reassessment_decision", "2026-03-18") == ("2026-03-17", "overdue", True)
    agreed = f"{health}; 2026-03-17 reassessment_agreed"
    assert summary(agreed, "reassessment_decision", "2026-04-01")[1:] == ("met", False)


# Amendments


@pytest.mark.parametrize("event", ["tribunal_order_made", "appeal_conceded", "mediation_agreed"])
def test_an_amended_plan_that_was_ordered_is_not_premature_for_another_notice(event):
    notice = f"{PLAN}; 2026-03-02 amendment_notice_sent"
    sent = "2026-03-12 amended_plan_sent"
    assert summary(f"{notice}; {sent}", "amendment_representations", "2026-04-01")[1:] == ("premature", True)
    story = f"{notice}; 2026-03-06 {event} outcome=amend; {sent}"
    assert summary(story, "amendment_representations", "2026-04-01")[1:] == ("lapsed", False)


# A request while there is a plan


def test_a_request_for_an_assessment_does_not_undo_the_plan_that_there_is():
    told = f"{PLAN}; 2026-01-12 request_received; 2026-03-02 moved_away"
    assert summary(told, "transfer_plan", "2026-04-01")[:2] == ("2026-03-20", "overdue")
    school = f"{PLAN}; 2025-11-03 request_received; 2026-09-01 phase_transfer_due outcome=school"
    assert summary(school, "phase_transfer", "2026-03-01") == ("2026-02-14", "overdue", True)
    ceased = f"{PLAN}; 2025-03-03 plan_ceased; 2026-01-12 request_received; 2026-03-02 moved_away"
    agree([tell(ceased)], "2026-04-01")
    assert every(ceased, "transfer_plan", "2026-04-01") == []


# Custody before a transfer of phase


@pytest.mark.parametrize(
    ("released", "as_of", "status"),
    [
        ("2026-01-12 released", "2026-02-14", "open"),
        ("2026-01-12 released", "2026-02-15", "overdue"),
        ("2026-02-14 released", "2026-02-15", "overdue"),
        ("2026-02-15 released", "2026-03-20", "lapsed"),
    ],
)
def test_a_transfer_of_phase_comes_back_with_a_release_before_its_last_day(released, as_of, status):
    story = f"{PLAN}; 2025-11-03 detained; {released}; 2026-09-01 phase_transfer_due outcome=school"
    assert summary(story, "phase_transfer", as_of) == ("2026-02-14", status, status == "overdue")
