"""A plan's reviews are its own, by one definition: in the measures, on the page and in the register."""

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.bulk import measure as in_bulk
from ehcp_flow.measures import measure, registers
from ehcp_flow.measures.reviewing import Reviewing
from tests.telling import tell

AS_OF = "2026-06-30"
BEFORE = """
    2021-02-01 draft_plan_sent; 2021-03-01 final_plan_sent; 2022-02-01 review_meeting_held
    2022-02-15 review_decision_sent outcome=maintain
    2022-05-01 cease_consulted; 2022-06-01 cease_notice_sent; 2022-08-31 plan_ceased
    2022-10-03 request_received; 2022-11-03 assessment_agreed; 2023-01-03 draft_plan_sent; 2023-02-01 final_plan_sent
"""
MET = "2024-01-08 review_meeting_held; 2024-01-22 review_decision_sent outcome=amend"
FIGURES = ("total_ehc_plans", "total_review_meeting", "no_review_meeting", "outcome_amend",
           "outcome_maintan", "no_outcome", "review_completed_prior_2025")  # fmt: skip


def _told(story, as_of=AS_OF):
    case = tell(story)
    (figures,) = measure([case], as_of=as_of, year=2025)
    assert list(in_bulk([case], as_of, year=2025)) == [figures]
    reviewing = Reviewing()
    reviewing.add(answer(case, as_of))
    (row,) = registers([answer(case, as_of)])["reviews"]
    never = reviewing.never()
    assert (int(never["plans_due_a_review_once"]), int(never["never_reviewed"])) == (
        int(never["plans_due_a_review_once"]), int(row["never_reviewed"]),
    )  # fmt: skip
    return [figures[name] for name in FIGURES], row["last_meeting"] and str(row["last_meeting"]), row["never_reviewed"]


def test_a_meeting_of_a_plan_that_ceased_is_none_of_the_next_plan():
    assert _told(BEFORE) == ([1, 0, 1, 0, 0, 0, 0], None, True)
    assert _told(f"{BEFORE}; {MET}") == ([1, 1, 0, 1, 0, 0, 1], "2024-01-08", False)


def test_a_plan_that_was_kept_in_custody_has_the_reviews_from_before():
    story = f"2022-12-01 draft_plan_sent; 2023-02-01 final_plan_sent; {MET}; 2024-03-04 detained; 2024-09-02 released"
    assert _told(story) == ([1, 1, 0, 1, 0, 0, 1], "2024-01-08", False)


@pytest.mark.parametrize(("as_of", "never"), [("2026-01-31", True), ("2025-12-31", False)])
def test_a_plan_that_was_not_yet_due_a_review_was_not_missed_by_one(as_of, never):
    assert _told("2025-01-06 draft_plan_sent; 2025-02-01 final_plan_sent", as_of)[2] is never
