"""A plan that moves, and re-assessment."""

import pytest

from tests.telling import every, one, text_of


def test_a_move_without_a_plan_transfers_nothing():
    assert every("2026-01-05 request_received; 2026-03-02 moved_away", "transfer_plan") == []
    assert one("2025-01-06 request_received; 2025-06-02 final_plan_sent; 2026-03-02 moved_away", "transfer_plan").due_on


def test_a_plan_sent_ahead_of_the_move_is_in_time():
    chronology = "2026-02-20 plan_transferred_out; 2026-03-02 moved_away aware_on=2026-01-05"
    assert one(chronology, "transfer_plan").status == "met"
    assert "on the day of the move" in text_of(one(chronology, "transfer_plan"), "rule")


def test_a_transferred_plan_of_unknown_age_has_the_three_months_and_says_so():
    found = one("2026-03-10 plan_transferred_in", "transfer_review", "2026-03-11")
    assert str(found.due_on) == "2026-06-09"
    assert "12 months beginning with reviewed on or made on" in text_of(found, "count")


def test_the_review_of_a_transferred_plan_starts_the_yearly_clock():
    chronology = "2026-03-10 plan_transferred_in made_on=2025-05-01; 2026-06-01 review_decision_sent outcome=maintain"
    assert one(chronology, "transfer_review").status == "met"
    assert str(one(chronology, "annual_review", "2026-06-02").due_on) == "2027-05-31"


@pytest.mark.parametrize(("aware", "due_on"), [("2026-02-09", "2026-03-02"), ("2026-02-16", "2026-03-06")])
def test_a_commissioner_that_changes_with_a_move(aware, due_on):
    chronology = f"2026-03-02 commissioner_changed outcome=move aware_on={aware}"
    assert str(one(chronology, "commissioner_notify", "2026-03-02").due_on) == due_on


def test_a_request_of_the_new_commissioner_after_a_release_bites_only_if_it_cannot_arrange_the_provision():
    found = one("2026-03-02 plan_sent_to_commissioner", "detained_commissioner_request", "2026-06-01")
    assert (found.status, found.breach) == ("open", False)


REASSESSED = (
    "2025-03-10 final_plan_sent; 2026-01-05 reassessment_requested party=parent; 2026-01-19 reassessment_agreed"
)


def test_a_reassessment_end_to_end():
    chronology = f"""{REASSESSED}; 2026-01-20 advice_requested party=medical; 2026-03-03 advice_received party=medical
        2026-04-06 draft_plan_sent; 2026-04-27 final_plan_sent"""
    assert one(chronology, "reassessment_decision").status == "met"
    assert str(one(chronology, "reassessment_final").due_on) == "2026-04-27"
    assert one(chronology, "reassessment_final").status == "met"
    assert one(chronology, "advice").derivation.rule.rows == ("reassess_advice",)
    assert "reg 26(2)" in one(chronology, "advice").citation
    draft = one(chronology, "draft_representations")
    assert (draft.derivation.rule.rows, str(draft.due_on), draft.status) == (
        ("reassess_draft_reps",),
        "2026-04-20",
        "met",
    )
    assert str(every(chronology, "annual_review", "2026-04-27")[-1].due_on) == "2027-04-27"


def test_a_reassessment_that_changes_nothing():
    chronology = f"{REASSESSED}; 2026-04-20 amendment_declined"
    assert one(chronology, "reassessment_final").status == "lapsed"
    assert every(chronology, "appeal")[-1].starts_on.isoformat() == "2026-04-20"


def test_days_of_a_reassessment_request_are_calendar_days():
    assert str(one("2026-03-27 reassessment_requested", "reassessment_decision", "2026-03-27").due_on) == "2026-04-11"
