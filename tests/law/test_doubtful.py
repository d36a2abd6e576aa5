"""Records that leave room for doubt: what was never owed, and what cannot be held against anybody."""

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.deadlines import judge
from ehcp_flow.states import State, state
from tests.bulk.agreeing import agree
from tests.telling import codes, every, one, tell, text_of

PLAN = "2023-03-02 final_plan_sent"
REFUSED = "2026-01-05 request_received; 2026-02-10 assessment_refused; 2026-03-02 appeal_registered"


def summary(chronology, limit, as_of):
    agree([tell(chronology)], as_of)
    found = one(chronology, limit, as_of)
    return str(found.due_on), found.status, found.breach


# A review meeting without a decision, or with one to maintain


@pytest.mark.parametrize("limit", ["amendment_notice", "review_total"])
@pytest.mark.parametrize("outcome", ["maintain", "cease"])
def test_amendments_were_never_owed_where_the_decision_is_not_to_amend(limit, outcome):
    chronology = f"{PLAN}; 2026-03-04 review_meeting_held; 2026-07-01 review_decision_sent outcome={outcome}"
    assert summary(chronology, limit, "2026-07-02")[1:] == ("lapsed", False)
    assert "So it was never owed." in str(one(chronology, limit, "2026-07-02").explanation[3])


def test_amendments_that_were_owed_when_the_plan_ceased_stay_a_breach():
    chronology = f"{PLAN}; 2026-03-04 review_meeting_held; 2026-03-20 review_decision_sent outcome=amend"
    assert summary(chronology, "amendment_notice", "2026-04-02") == ("2026-04-01", "overdue", True)
    ceased = f"{chronology}; 2026-06-01 plan_ceased"
    assert summary(ceased, "amendment_notice", "2026-07-02") == ("2026-04-01", "overtaken", True)


# A plan from another authority


def test_a_transferred_plan_without_its_dates_is_due_at_the_earliest_and_never_a_breach():
    chronology = "2026-03-10 plan_transferred_in; 2026-04-01 transfer_notice_sent"
    assert summary(chronology, "transfer_review", "2026-06-09") == ("2026-06-09", "open", False)
    assert summary(chronology, "transfer_review", "2026-06-10") == ("2026-06-09", "undated", False)
    done = f"{chronology}; 2026-06-09 review_decision_sent outcome=maintain"
    assert summary(done, "transfer_review", "2026-07-01") == ("2026-06-09", "met", False)
    late = f"{chronology}; 2026-06-10 review_decision_sent outcome=maintain"
    assert summary(late, "transfer_review", "2026-07-01") == ("2026-06-09", "undated", False)
    assert codes(chronology, "2026-06-10") == ["due_date_uncertain"] == codes(late, "2026-07-01")
    assert codes(done, "2026-07-01") == []
    (finding,) = judge(tell(chronology), "2026-06-10").findings
    assert finding.message == (
        "transfer_review is due on 2026-06-09 at the earliest; the true last lawful day may be later, since "
        "plan_transferred_in has no reviewed_on or made_on"
    )
    for told, words in ((chronology, "not done by"), (late, "done after")):
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
    assert summary(ordered, "final_plan", "2026-07-21")[1:] == ("overtaken", True)


def test_a_concession_before_the_response_has_the_time_of_the_regulation():
    chronology = f"{REFUSED}; 2026-03-20 appeal_conceded outcome=assess; 2026-04-10 appeal_response_sent"
    assert summary(chronology, "final_plan", "2026-04-01")[1:] == ("lapsed", False)
    assert summary(chronology, "concede_assess_final", "2026-04-01") == ("2026-06-26", "open", False)


def test_a_request_repeated_after_a_late_concession_starts_nothing_anew():
    chronology = f"{REFUSED}; 2026-04-10 appeal_response_sent; 2026-04-20 appeal_conceded outcome=assess"
    again = f"{chronology}; 2026-05-04 request_received"
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
    chronology = f"2026-01-05 request_received; {decision}; {contact}"
    agree([tell(chronology)], "2026-06-01")
    assert bool(every(chronology, limit, "2026-06-01")) is there


def test_an_adviser_certifies_where_the_decision_is_not_on_record():
    assert summary("2026-05-01 mediation_declined", "mediation_certificate", "2026-05-02") == (
        "2026-05-07",
        "open",
        False,
    )


def test_a_mediation_that_may_not_be_about_health_is_no_breach_of_the_health_body():
    chronology = f"{PLAN}; 2026-03-02 mediation_requested; 2026-03-04 mediation_notified; 2026-05-01 mediation_held"
    assert summary(chronology, "mediation_arrange", "2026-06-01") == ("2026-04-01", "late", True)
    assert summary(chronology, "mediation_arrange_health", "2026-06-01") == ("2026-04-03", "late", False)
    health = chronology.replace("mediation_requested", "mediation_requested outcome=health")
    assert summary(health, "mediation_arrange_health", "2026-06-01") == ("2026-04-03", "late", True)


def test_two_mediations_in_three_months_have_each_its_notice():
    chronology = (
        f"{PLAN}; 2026-01-12 mediation_date_notified; 2026-01-26 mediation_held; "
        "2026-03-02 mediation_date_notified; 2026-03-10 mediation_held"
    )
    agree([tell(chronology)], "2026-06-01")
    found = every(chronology, "mediation_notice_of_date", "2026-06-01")
    assert [(str(each.done_on), each.status) for each in found] == [("2026-01-12", "met"), ("2026-03-02", "met")]


# Re-assessment


def test_a_refusal_of_a_commissioning_body_in_time_is_a_wrong_answer_and_no_late_one():
    asked = f"{PLAN}; 2026-03-02 reassessment_requested"
    refused = "2026-03-10 reassessment_refused"
    assert summary(f"{asked} party=parent; {refused}", "reassessment_decision", "2026-04-01")[1:] == ("met", False)
    assert summary(f"{asked}; {refused}", "reassessment_decision", "2026-04-01")[1:] == ("met", False)
    health = f"{asked} party=health; {refused}"
    assert summary(health, "reassessment_decision", "2026-03-18") == ("2026-03-17", "met", False)
    for chronology, told in ((health, 1), (f"{asked} party=parent; {refused}", 0)):
        said = [each.code for each in answer(tell(chronology), "2026-03-18").findings]
        assert said.count("refusal_not_open_to_it") == told
    late = f"{asked} party=health; 2026-03-18 reassessment_refused"
    assert summary(late, "reassessment_decision", "2026-03-18") == ("2026-03-17", "late", True)
    agreed = f"{health}; 2026-03-17 reassessment_agreed"
    assert summary(agreed, "reassessment_decision", "2026-04-01")[1:] == ("met", False)


# Amendments


@pytest.mark.parametrize("event", ["tribunal_order_made", "appeal_conceded", "mediation_agreed"])
def test_an_amended_plan_that_was_ordered_is_not_premature_for_another_notice(event):
    notice = f"{PLAN}; 2026-03-02 amendment_notice_sent"
    sent = "2026-03-12 amended_plan_sent"
    assert summary(f"{notice}; {sent}", "amendment_representations", "2026-04-01")[1:] == ("premature", True)
    chronology = f"{notice}; 2026-03-06 {event} outcome=amend; {sent}"
    assert summary(chronology, "amendment_representations", "2026-04-01")[1:] == ("lapsed", False)


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
    chronology = f"{PLAN}; 2025-11-03 detained; {released}; 2026-09-01 phase_transfer_due outcome=school"
    assert summary(chronology, "phase_transfer", as_of) == ("2026-02-14", status, status == "overdue")


# What an independent reading of the law found


def test_a_breach_after_a_decision_to_amend_is_not_wiped_by_the_answer_of_another_year():
    chronology = (
        f"{PLAN}; 2025-03-01 review_meeting_held; 2025-03-20 review_decision_sent outcome=amend; "
        "2026-02-20 review_meeting_held; 2026-03-15 review_decision_sent outcome=maintain"
    )
    agree([tell(chronology)], "2026-03-16")
    first, _ = every(chronology, "amendment_notice", "2026-03-16")
    assert (str(first.due_on), first.status, first.days_over) == ("2025-03-29", "overtaken", 351)
    assert not any("never owed" in step.text for step in first.explanation)


def test_a_re_assessment_that_ends_with_an_amended_plan_keeps_its_window_and_starts_its_review():
    chronology = f"{PLAN}; 2025-01-24 reassessment_started; 2025-04-20 draft_plan_sent; 2025-04-25 amended_plan_sent"
    assert summary(chronology, "draft_representations", "2025-05-10") == ("2025-05-04", "premature", True)
    assert summary(chronology, "reassessment_final", "2025-05-10")[1:] == ("met", False)
    assert [str(each.due_on) for each in every(chronology, "annual_review", "2025-05-10")] == [
        "2024-03-01",
        "2026-04-25",
    ]
    assert state(tell(chronology), "2025-05-10").pathway is State.MAINTAINED


def test_a_transferred_plan_is_not_made_for_the_first_time_by_a_re_assessment():
    chronology = (
        "2025-11-10 plan_transferred_in made_on=2023-09-01 reviewed_on=2025-01-15; 2025-12-01 reassessment_started; "
        "2026-02-01 draft_plan_sent; 2026-03-01 final_plan_sent"
    )
    agree([tell(chronology)], "2026-04-01")
    assert [str(each.due_on) for each in every(chronology, "annual_review", "2026-04-01")] == ["2027-03-01"]


@pytest.mark.parametrize(
    ("answered", "due"),
    [("party=social_care served_on=2025-02-07", "2025-02-09"), ("party=health served_on=2025-02-07", "2025-02-13")],
)
def test_a_copy_is_due_from_the_answer_of_the_authority_and_from_the_receipt_of_the_health_bodys(answered, due):
    assert summary(f"2025-02-03 recommendation_answered {answered}", "recommendation_copy", "2025-02-08")[0] == due


def test_the_time_of_a_commissioning_body_after_a_release_is_that_of_those_regulations():
    chronology = "2026-01-12 taken_over_on_release; 2026-01-14 plan_sent_to_commissioner"
    assert summary(chronology, "detained_commissioner_request", "2026-02-05") == ("2026-02-04", "open", False)
    known = f"{chronology}; 2026-01-20 health_provision_impracticable outcome=other aware_on=2026-01-14"
    assert every(known, "commissioner_request", "2026-02-05") == []
    assert summary(known, "detained_commissioner_request", "2026-02-04") == ("2026-02-04", "open", False)
    assert summary(known, "detained_commissioner_request", "2026-02-05") == ("2026-02-04", "overdue", True)


# After a release


def test_the_yearly_clock_goes_on_after_a_release_by_its_last_day_and_the_plan_is_to_be_reviewed_anyway():
    chronology = "2024-05-20 final_plan_sent; 2024-10-01 detained; 2025-02-20 released"
    assert summary(chronology, "annual_review", "2025-05-20") == ("2025-05-19", "overdue", True)
    assert summary(chronology, "release_review", "2025-05-20") == ("2026-02-19", "open", False)
    later = "2024-05-20 final_plan_sent; 2024-10-01 detained; 2025-06-20 released"
    assert summary(later, "annual_review", "2028-12-01")[1:] == ("lapsed", False)
    assert summary(later, "release_review", "2028-12-01") == ("2026-06-19", "overdue", False)
    reviewed = f"{later}; 2025-07-01 review_decision_sent outcome=maintain"
    assert summary(reviewed, "release_review", "2028-12-01")[1] == "met"
    assert str(every(reviewed, "annual_review", "2028-12-01")[-1].due_on) == "2026-06-30"


def test_a_plan_made_in_custody_is_reviewed_after_the_release():
    chronology = "2025-01-01 detained; 2025-01-10 request_received; 2025-06-10 final_plan_sent; 2025-09-01 released"
    assert summary(chronology, "release_review", "2026-12-01") == ("2026-08-31", "overdue", False)
    assert every("2025-01-01 detained; 2025-09-01 released", "release_review", "2026-12-01") == []


def test_a_person_released_to_this_authority_has_a_plan_here():
    chronology = "2025-09-10 taken_over_on_release served_on=2025-09-15"
    assert summary(chronology, "release_review", "2025-10-01") == ("2026-09-09", "open", False)
    # SR 15(4) is about a move: after a release no notice to the family waits.
    assert state(tell(chronology), "2025-10-01").pathway is State.MAINTAINED


# Exceptions


@pytest.mark.parametrize(
    ("on", "excuses"), [("2026-03-02", False), ("2026-03-03", True), ("2026-04-13", True), ("2026-04-14", False)]
)
def test_a_missed_appointment_is_of_one_day(on, excuses):
    chronology = (
        f"2026-03-02 advice_requested party=medical; "
        f"{on} exception_recorded outcome=missed_appointment party=medical reason=ill"
    )
    agree([tell(chronology)], "2026-05-01")
    assert (one(chronology, "advice", "2026-05-01").excused_by == ("missed_appointment",)) is excuses
    assert "exception_without_end" not in codes(chronology, "2026-05-01")


def test_an_agreement_or_a_direction_is_about_the_clock_that_runs():
    first = "2024-05-01 mediation_agreed outcome=other"
    agreed = "2024-06-20 exception_recorded outcome=agreed_otherwise limit=mediation_comply reason=August"
    again = "2024-10-01 mediation_agreed outcome=other"
    chronology = f"{first}; {agreed}; {again}"
    agree([tell(chronology)], "2024-12-01")
    one_, other = every(chronology, "mediation_comply", "2024-12-01")
    assert (one_.excused_by, other.excused_by) == (("agreed_otherwise",), ())
    assert "before Tuesday 1 October 2024, when this clock began" in text_of(other, "exception")
    assert "What was agreed or directed" in text_of(one_, "exception")
    late = f"{first}; 2024-06-01 agreement_carried_out; {agreed}"
    agree([tell(late)], "2024-12-01")
    assert one(late, "mediation_comply", "2024-12-01").breach is True


def test_an_exception_without_an_end_goes_on_and_is_told_of():
    chronology = (
        "2026-03-02 request_received; 2026-03-10 exception_recorded outcome=exceptional_circumstances reason=ill"
    )
    agree([tell(chronology)], "2026-08-01")
    assert one(chronology, "final_plan", "2026-08-01").excused_by == ("exceptional_circumstances",)
    assert "exception_without_end" in codes(chronology, "2026-08-01")
    ended = chronology.replace("reason=ill", "until=2026-03-20 reason=ill")
    assert "exception_without_end" not in codes(ended, "2026-08-01")


# Dates that cannot be


def test_nothing_is_counted_from_a_day_on_the_wrong_side():
    served = "2025-01-06 request_received; 2025-04-20 draft_plan_sent served_on=2025-04-10"
    assert summary(served, "draft_representations", "2025-04-21")[0] == "2025-05-04"
    assert "impossible_date" in codes(served, "2025-04-21")
    made = "2025-04-20 plan_transferred_in made_on=2026-01-01"
    assert summary(made, "transfer_review", "2025-08-01") == ("2025-07-19", "undated", False)
    assert codes(made, "2025-08-01") == ["due_date_uncertain", "impossible_date"]
    (finding,) = (each for each in judge(tell(served), "2025-04-21").findings if each.code == "impossible_date")
    assert finding.message == (
        "draft_plan_sent on 2025-04-20 has served_on 2025-04-10, before it was sent; it is not counted from"
    )


def test_a_plan_may_be_received_before_the_authority_is_responsible():
    chronology = "2025-09-10 taken_over_on_release served_on=2025-09-05"
    assert "impossible_date" not in codes(chronology, "2025-10-01")
    assert summary(chronology, "detained_plan_to_commissioner", "2025-09-11")[0] == "2025-09-17"


def test_the_working_of_a_review_says_by_when_to_meet():
    assert "hold the meeting by Monday 1 February 2027." in text_of(
        one("2026-03-02 final_plan_sent", "annual_review", "2026-03-02"), "note"
    )
    done = "2026-03-02 final_plan_sent; 2026-09-01 review_decision_sent outcome=maintain"
    assert "hold the meeting" not in text_of(every(done, "annual_review", "2026-09-02")[0], "note")
    for as_of, told in (("2027-02-01", True), ("2027-02-02", False), ("2028-01-01", False)):
        said = text_of(every("2026-03-02 final_plan_sent", "annual_review", as_of)[0], "note")
        assert ("hold the meeting" in said) is told


def test_what_fell_away_with_a_release_does_not_come_back_with_the_decision_to_assess():
    chronology = "2026-01-05 detained; 2026-02-02 request_received; 2026-02-16 released; 2026-03-10 assessment_agreed"
    agree([tell(chronology)], "2026-04-01")
    assert [each.status for each in every(chronology, "detained_final_plan", "2026-04-01")] == ["lapsed", "open"]


def test_what_goes_on_in_custody_is_said_to_and_told_once():
    chronology = "2025-01-06 request_received; 2025-02-17 assessment_agreed; 2025-06-10 detained"
    steps = one(chronology, "final_plan", "2025-12-01").explanation
    assert any("The duty goes on, by another provision and in the same time" in step.text for step in steps)
    assert not any("past its last lawful day" in step.text for step in steps)
    elsewhere = one(f"{chronology} party=other_custody", "final_plan", "2025-12-01").explanation
    assert not any("The duty goes on" in step.text for step in elsewhere)
