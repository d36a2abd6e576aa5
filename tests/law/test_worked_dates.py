"""Dates that were worked out by hand from the words of the statute, and not by this program."""

import pytest

from ehcp_flow.deadlines import due
from tests.telling import every, one

REQUEST = {"decide_assess": "2026-04-13", "decide_not_issue": "2026-06-22", "final_plan": "2026-07-20"}

FROM_ONE_FACT = [
    ("request_received", "2026-03-02", {}, REQUEST),
    ("became_responsible", "2026-03-02", {}, REQUEST),
    ("draft_plan_sent", "2026-06-22", {}, {"draft_representations": "2026-07-06"}),
    ("draft_plan_sent", "2026-06-19", {"served_on": "2026-06-22"}, {"draft_representations": "2026-07-06"}),
    (
        "review_meeting_held", "2026-03-04", {},
        {
            "review_report": "2026-03-18", "review_decision": "2026-04-01", "amendment_notice": "2026-04-01",
            "review_total": "2026-05-27", "review_invitation": "2026-02-18", "review_papers": "2026-02-18",
        },
    ),
    ("amendment_notice_sent", "2026-04-01", {},
     {"amended_plan": "2026-05-27", "amendment_representations": "2026-04-15"}),
    ("final_plan_sent", "2025-03-10", {}, {"annual_review": "2026-03-09"}),
    ("assessment_refused", "2025-12-31", {}, {"appeal": "2026-03-02", "mediation_contact": "2026-02-28"}),
    ("assessment_refused", "2026-06-10", {}, {"appeal": "2026-09-01", "mediation_contact": "2026-08-10"}),
    ("assessment_refused", "2026-07-10", {}, {"appeal": "2026-09-10", "mediation_contact": "2026-09-10"}),
    ("mediation_certificate_issued", "2026-01-31", {}, {"appeal": "2026-03-02"}),
    (
        "plan_transferred_in", "2026-03-10", {"made_on": "2025-05-01"},
        {"transfer_review": "2026-06-09", "transfer_inform": "2026-04-21"},
    ),
    ("plan_transferred_in", "2026-03-10", {"made_on": "2025-05-01", "reviewed_on": "2025-11-03"},
     {"transfer_review": "2026-11-02"}),
    ("commissioner_changed", "2026-02-27", {"outcome": "other", "aware_on": "2026-03-02"},
     {"commissioner_notify": "2026-03-20"}),
    ("health_provision_impracticable", "2026-03-05", {"outcome": "other", "aware_on": "2026-03-02"},
     {"commissioner_request": "2026-03-20"}),
    ("mediation_requested", "2026-03-02", {},
     {"mediation_health_notice": "2026-03-05", "mediation_arrange": "2026-04-01"}),
    ("mediation_notified", "2026-03-05", {}, {"mediation_arrange_health": "2026-04-04"}),
    ("recommendation_made", "2026-03-04", {"party": "health"}, {"recommendation_response": "2026-04-07"}),
    ("recommendation_answered", "2026-03-30", {"party": "health"}, {"recommendation_copy": "2026-04-05"}),
    ("recommendation_answered", "2026-03-27", {"party": "health", "served_on": "2026-03-30"},
     {"recommendation_copy": "2026-04-05"}),
    ("release_notified", "2026-03-02", {}, {"detained_transfer_plan": "2026-03-09"}),
    ("taken_over_on_release", "2026-03-02", {"served_on": "2026-03-04"},
     {"detained_plan_to_commissioner": "2026-03-11"}),
    ("plan_sent_to_commissioner", "2026-03-02", {}, {"detained_commissioner_request": "2026-03-23"}),
    ("accommodation_changed", "2026-03-02", {}, {"detained_send_plan": "2026-03-09"}),
    ("reassessment_requested", "2026-03-02", {"party": "parent"}, {"reassessment_decision": "2026-03-17"}),
    ("reassessment_agreed", "2026-03-02", {}, {"reassessment_final": "2026-06-08"}),
    ("reassessment_started", "2026-03-02", {}, {"reassessment_final": "2026-06-08"}),
    ("direct_payments_started", "2026-03-02", {}, {"direct_payment_review": "2026-06-01"}),
    ("mediation_declined", "2026-04-01", {}, {"mediation_certificate": "2026-04-08"}),  # over Good Friday and Easter
    ("mediation_not_arranged", "2026-03-02", {}, {"mediation_certificate": "2026-03-05"}),
    ("mediation_held", "2026-04-10", {},
     {"mediation_certificate": "2026-04-15", "mediation_notice_of_date": "2026-04-01"}),
    ("mediation_due", "2026-04-10", {}, {"mediation_notice_of_date": "2026-04-01"}),
    # 30 Tribunal days over the whole of August, and over Christmas.
    ("appeal_registered", "2026-07-20", {}, {"appeal_response": "2026-09-29"}),
    ("appeal_registered", "2026-07-16", {"served_on": "2026-07-20"}, {"appeal_response": "2026-09-29"}),
    ("appeal_registered", "2025-12-01", {}, {"appeal_response": "2026-01-20"}),
    ("moved_away", "2026-03-02", {"aware_on": "2026-02-09"}, {"transfer_plan": "2026-03-02"}),  # 15 working days before
    ("moved_away", "2026-03-02", {"aware_on": "2026-02-10"},
     {"transfer_plan": "2026-03-02"}),  # 14 before: the 15th day
    ("moved_away", "2026-03-02", {"aware_on": "2026-02-11"}, {"transfer_plan": "2026-03-03"}),
    ("moved_away", "2026-03-02", {"aware_on": "2026-03-14"}, {"transfer_plan": "2026-04-07"}),  # a Saturday
    ("cease_notice_sent", "2026-06-10", {}, {"cease_standstill": "2026-09-01", "appeal": "2026-09-01"}),
    ("phase_transfer_due", "2026-09-01", {"outcome": "school"}, {"phase_transfer": "2026-02-14"}),
    ("phase_transfer_due", "2026-09-01", {"outcome": "post16"}, {"phase_transfer": "2026-03-30"}),
    ("phase_transfer_due", "2026-07-31", {"outcome": "post16_to_post16"}, {"phase_transfer": "2026-02-28"}),
]  # fmt: skip


@pytest.mark.parametrize(("event", "on", "fields", "expected"), FROM_ONE_FACT, ids=lambda item: str(item)[:40])
def test_what_follows_from_one_fact(event, on, fields, expected):
    found = {deadline.limit: str(deadline.due_on) for deadline in due(event, on, **fields)}
    assert {limit: found.get(limit) for limit in expected} == expected


def test_a_certificate_moves_the_end_of_the_appeal_only_if_its_month_ends_later():
    early = "2025-10-01 plan_refused; 2025-10-15 mediation_certificate_issued"
    late = "2025-10-01 plan_refused; 2025-11-29 mediation_certificate_issued"
    assert str(one(early, "appeal", "2025-12-01").due_on) == "2025-12-01"
    # 29 December lies between 25 December and 1 January: the first working day after.
    assert str(one(late, "appeal", "2025-12-01").due_on) == "2026-01-02"


def test_the_plan_of_a_reassessment_has_a_clock_beside_the_yearly_one():
    chronology = """
        2023-05-05 final_plan_sent; 2024-05-03 review_decision_sent outcome=maintain
        2024-11-25 reassessment_agreed; 2025-03-10 final_plan_sent
    """
    dues = {d.derivation.rule.rows[0]: str(d.due_on) for d in every(chronology, "annual_review", "2025-03-11")}
    assert dues == {"first_review": "2024-05-04", "next_review": "2025-05-02", "reassess_next_review": "2026-03-10"}
