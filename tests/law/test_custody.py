"""Children and young people in custody, before it and after it."""

import pytest

from ehcp_flow.deadlines import deadlines_of
from tests.telling import LATER, codes, every, one, tell

COUNTERPARTS = ["decide_assess", "decide_not_issue", "final_plan"]


def limits(chronology, as_of=LATER):
    return {deadline.limit for deadline in deadlines_of(tell(chronology), as_of)}


def test_in_custody_the_ordinary_clocks_do_not_run():
    chronology = """
        2026-01-05 detained; 2026-03-02 request_received; 2026-04-01 advice_requested party=medical
        2026-06-01 draft_plan_sent; 2026-07-01 final_plan_sent; 2026-07-02 review_meeting_held
        2026-07-03 amendment_notice_sent; 2026-07-03 reassessment_requested
    """
    found = limits(chronology)
    assert {limit for limit in found if not limit.startswith("detained_")} == {"appeal"}
    assert {f"detained_{limit}" for limit in (*COUNTERPARTS, "advice", "draft_representations", "send_plan")} < found


def test_a_request_in_custody_has_the_time_of_the_detained_persons_regulations():
    chronology = "2026-01-05 detained; 2026-03-02 request_received"
    dues = {d.limit: str(d.due_on) for d in deadlines_of(tell(chronology), "2026-03-02")}
    assert dues == {
        "detained_decide_assess": "2026-04-13", "detained_decide_not_issue": "2026-06-22",
        "detained_final_plan": "2026-07-20",
    }  # fmt: skip


def test_what_was_not_finished_at_the_release_goes_on_in_the_same_time_without_exceptions():
    chronology = "2026-01-05 detained; 2026-03-02 request_received; 2026-04-13 assessment_agreed; 2026-05-05 released"
    assert [d.status for d in every(chronology, "detained_decide_assess")] == ["met"]
    old, new = every(chronology, "detained_final_plan", "2026-07-21")
    assert (old.status, new.status, str(new.due_on), new.breach) == ("lapsed", "overdue", "2026-07-20", True)
    ill = "2026-06-01 exception_recorded outcome=exceptional_circumstances until=2026-06-30 reason=ill"
    assert every(f"{chronology}; {ill}", "detained_final_plan", "2026-07-21")[1].breach is True


def test_it_does_not_go_on_where_another_authority_takes_over():
    chronology = "2026-01-05 detained; 2026-03-02 request_received; 2026-05-01 release_notified; 2026-05-05 released"
    assert [d.status for d in every(chronology, "detained_final_plan")] == ["lapsed"]


@pytest.mark.parametrize("limit", COUNTERPARTS)
def test_what_was_begun_before_custody_is_finished_in_custody_in_the_original_time(limit):
    chronology = "2026-03-02 request_received; 2026-03-30 detained"
    assert one(chronology, limit).status == "lapsed"
    before, inside = one("2026-03-02 request_received", limit, "2026-03-03"), one(chronology, f"detained_{limit}")
    assert inside.due_on == before.due_on
    ill = "2026-03-31 exception_recorded outcome=exceptional_circumstances until=2026-04-01 reason=ill"
    assert one(f"{chronology}; {ill}", f"detained_{limit}").excused_by == ("exceptional_circumstances",)


def test_what_was_done_before_custody_is_not_asked_for_again():
    chronology = "2026-03-02 request_received; 2026-04-01 assessment_agreed; 2026-05-05 detained"
    assert one(chronology, "decide_assess").status == "met"
    assert every(chronology, "detained_decide_assess") == []


def test_a_case_without_custody_has_no_limits_of_custody_and_no_findings_about_them():
    chronology = "2014-09-01 request_received; 2014-10-01 assessment_agreed"
    assert not any(limit.startswith("detained_") for limit in limits(chronology, "2014-11-01"))
    assert "no_law_in_force" not in codes(chronology, "2014-11-01")


def test_the_plan_that_is_kept_is_sent_on():
    chronology = "2025-03-10 final_plan_sent; 2026-03-02 detained aware_on=2026-03-09; 2026-03-20 kept_plan_sent"
    found = one(chronology, "detained_send_plan")
    assert (str(found.due_on), found.status, found.days_over) == ("2026-03-16", "late", 4)
    assert every("2026-03-02 detained", "detained_send_plan") == []
    assert (
        str(one("2026-01-05 detained; 2026-03-02 final_plan_sent", "detained_send_plan", "2026-03-03").due_on)
        == "2026-03-09"
    )


def test_the_yearly_clock_stops_in_custody_and_starts_again_with_the_first_review_after():
    chronology = "2025-03-10 final_plan_sent; 2025-06-02 detained; 2026-06-01 released"
    assert one(chronology, "annual_review").status == "lapsed"
    again = every(f"{chronology}; 2026-09-01 review_decision_sent outcome=maintain", "annual_review", "2026-09-02")
    assert str(again[1].due_on) == "2027-08-31"


def test_mediation_in_custody_counts_from_the_adviser():
    chronology = (
        "2026-01-05 detained; 2026-03-02 assessment_refused; "
        "2026-03-09 mediation_requested; 2026-03-30 mediation_agreed outcome=assess"
    )
    found = {(d.limit, str(d.due_on)) for d in deadlines_of(tell(chronology), "2026-03-30")}
    assert {
        ("detained_mediation_contact", "2026-05-02"), ("detained_mediation_arrange", "2026-04-08"),
        ("detained_mediation_comply", "2026-04-13"), ("detained_mediation_comply", "2026-06-08"),
        ("detained_mediation_comply", "2026-07-06"),
    } <= found  # fmt: skip
    assert not {"mediation_contact", "mediation_arrange", "mediation_comply"} & {limit for limit, _ in found}


def test_a_plan_that_moves_with_a_release():
    chronology = (
        "2025-03-10 final_plan_sent; 2025-06-02 detained; 2026-03-02 release_notified; 2026-03-06 plan_transferred_out"
    )
    assert one(chronology, "detained_transfer_plan").status == "met"
