"""What is done to a plan after it ceased, or after it was sent on: it brings no plan back, at no door."""

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.bulk import states_frame
from ehcp_flow.law import england
from ehcp_flow.measures import measure
from tests.telling import tell

AS_OF = "2026-06-30"
PLAN = "2023-06-05 draft_plan_sent; 2023-07-10 final_plan_sent"
GONE = {
    "TRANSFERRED_OUT": f"{PLAN}; 2024-07-22 moved_away; 2024-07-24 plan_transferred_out",
    "CEASED": f"{PLAN}; 2024-04-24 cease_consulted; 2024-05-24 cease_notice_sent; 2024-08-24 plan_ceased",
}
ACTS = (
    "review_invited", "review_papers_sent", "review_meeting_held", "review_meeting_held outcome=adjourned",
    "review_decision_sent outcome=maintain", "review_decision_sent outcome=amend", "review_decision_sent outcome=cease",
    "amendment_notice_sent", "amended_plan_sent", "amended_plan_sent outcome=names_placement", "amendment_declined",
    "reassessment_requested", "reassessment_refused", "reassessment_agreed", "reassessment_started", "cease_consulted",
    "cease_notice_sent", "cease_notice_withdrawn", "transfer_notice_sent", "plan_ceased",
)  # fmt: skip


def _told(story):
    case = tell(story)
    told = answer(case, AS_OF)
    assert states_frame([case], AS_OF)["state"].to_list() == [str(told.case_state.state)]
    (figures,) = measure([case], as_of=AS_OF, year=2025)
    return told, figures["total_ehc_plans"]


@pytest.mark.parametrize(
    ("gone", "act"),
    [
        (gone, act) for gone in GONE for act in ACTS
        # Whoever amends a plan maintains it: tests/golden/written/after_a_transfer.toml.
        if gone == "CEASED" or not act.startswith("amended_plan_sent")
    ],
)  # fmt: skip
def test_no_act_on_a_plan_that_has_gone_brings_it_back(gone, act):
    before, held = _told(f"2023-01-09 request_received; {GONE[gone]}")
    amended = "2025-08-26 amended_plan_sent; " if gone == "CEASED" else ""
    for more in (f"2025-08-12 {act}", f"2025-08-12 {act}; {amended}2025-09-01 review_meeting_held"):
        after, still_held = _told(f"2023-01-09 request_received; {GONE[gone]}; {more}")
        assert str(after.case_state.state) == str(before.case_state.state) == gone
        assert (still_held, held) == (0, 0)
        assert "2025-08-12" in {str(found.on) for found in after.findings}
        begun = {(one.limit, one.starts_on) for one in before.deadlines}
        new = [one for one in after.deadlines if (one.limit, one.starts_on) not in begun]
        assert [one.limit for one in new if one.actor == "local authority"] == []


@pytest.mark.parametrize("gone", GONE)
@pytest.mark.parametrize("back", ["final_plan_sent", "plan_transferred_in"])
def test_a_plan_made_or_taken_over_anew_is_held_and_reviewed(gone, back):
    told, held = _told(f"{GONE[gone]}; 2024-11-04 {back}; 2025-02-03 review_meeting_held; "
                       "2025-02-24 review_decision_sent outcome=amend; 2025-02-24 amendment_notice_sent; "
                       "2025-03-24 amended_plan_sent")  # fmt: skip
    assert (str(told.case_state.state), held) == ("MAINTAINED", 1)
    (review,) = [one for one in told.deadlines if one.limit == "annual_review" and str(one.starts_on) == "2025-02-24"]
    assert (review.status, str(review.due_on)) == ("overdue", "2026-02-23")


@pytest.mark.parametrize("gone", GONE)
def test_a_plan_that_is_made_after_one_that_had_gone_has_its_own_first_year(gone):
    told, held = _told(
        f"{GONE[gone]}; 2025-01-13 request_received; 2025-02-24 assessment_agreed; 2025-06-02 final_plan_sent"
    )
    assert (str(told.case_state.state), held) == ("MAINTAINED", 1)
    assert [str(one.due_on) for one in told.deadlines if one.limit == "annual_review"][-1] == "2026-06-01"


def test_an_order_to_go_on_maintaining_keeps_the_plan_that_had_ceased():
    told, held = _told(f"{GONE['CEASED']}; 2024-09-02 tribunal_order_made outcome=continue; "
                       "2024-10-07 review_meeting_held; 2024-10-28 review_decision_sent outcome=maintain")  # fmt: skip
    assert (str(told.case_state.state), held) == ("MAINTAINED", 1)
    assert [str(one.due_on) for one in told.deadlines if one.limit == "annual_review"][-1] == "2025-10-27"


MEANT = {("mediation_date", "mediation_dated"), ("detained_mediation_date", "mediation_dated"),
         ("reassessed_plan", "plan_elsewhere"), ("reassessed_plan", "plan_over")}  # fmt: skip
"""A day of mediation that was told starts no time for telling it; no re-assessment is of a plan that has gone."""


def test_no_clock_waits_out_the_very_time_that_its_own_start_ends():
    book = england()
    waits = {
        (clock.id, name)
        for clock in book.clocks.values()
        for name in clock.unless_during
        for start in clock.starts_on
        if str(start) in map(str, book.spells[name].ends_on)
    }
    assert waits == MEANT
