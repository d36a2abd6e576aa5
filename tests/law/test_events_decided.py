"""That the table of what must hold decides about every event: whether it can be there again, and what it answers."""

from collections import Counter

import pytest

from ehcp_flow.facts import FACT_TYPES, OUTCOMES, choices_of
from ehcp_flow.record_table import (
    AGAIN_BY_LAW,
    ANSWERS_BY_LAW,
    ANSWERS_NOTHING,
    MAY_BE_AGAIN,
    ORDERED,
    AnswerAfter,
    OnceOnly,
)
from ehcp_flow.states import moves
from tests.telling import tell
from tests.test_record_table import Told

PLAN = "2025-03-03 request_received; 2025-06-03 draft_plan_sent; 2025-07-14 final_plan_sent"
ONCE = frozenset(row.event for row in ORDERED if isinstance(row, OnceOnly))
ANSWERS = frozenset().union(*(row.answers for row in ORDERED if isinstance(row, AnswerAfter)))


def test_it_is_decided_of_every_event_whether_it_can_be_there_again():
    decided = Counter([*ONCE, *MAY_BE_AGAIN, *AGAIN_BY_LAW])
    assert decided.keys() == FACT_TYPES.keys()
    assert set(decided.values()) == {1}


def test_it_is_decided_of_every_event_what_it_answers():
    decided = Counter([*ANSWERS, *ANSWERS_BY_LAW, *ANSWERS_NOTHING])
    assert decided.keys() >= FACT_TYPES.keys()
    assert {event for event, times in decided.items() if times > 1} == set()


@pytest.mark.parametrize(
    ("act", "limit", "begun"),
    [
        ("recommendation_made party=health", "recommendation_response", "2025-11-03"),
        ("commissioner_changed outcome=other", "commissioner_notify", "2025-11-03"),
        ("direct_payments_started", "direct_payment_review", "2025-11-03"),
        ("disclosure_requested", "he_disclosure", "2025-11-03"),
        ("special_school_admitted", "special_school_stay", None),
        ("plan_transferred_out", "transfer_plan", None),
        ("left_england", None, None),
        ("refusal_reversed", None, None),
        ("cease_notice_withdrawn", None, None),
        ("mediation_agreed outcome=amend", "mediation_comply", "2025-11-03"),
    ],
)
def test_what_was_typed_again_two_days_later_is_one_duty_and_a_finding(act, limit, begun):
    once = Told(f"{PLAN}; 2025-11-03 {act}")
    again = Told(f"{PLAN}; 2025-11-03 {act}; 2025-11-05 {act}")
    assert again.findings() == [*once.findings(), ("recorded_twice", "2025-11-05")]
    assert again.answer.case_state.state is once.answer.case_state.state
    assert again.answer.case_state.since == once.answer.case_state.since
    if limit is not None:
        rows = again.rows(limit)
        assert [_but_key(row) for row in rows] == [_but_key(row) for row in once.rows(limit)]
        if begun is not None:
            assert {str(one.derivation.start.on) for one in again.answer.deadlines if one.limit == limit} == {begun}


def _but_key(row):
    return {name: said for name, said in row.items() if name != "key"}


def test_one_answer_to_a_recommendation_that_was_typed_twice_leaves_nothing_to_do():
    made = "recommendation_made party=health"
    told = Told(f"{PLAN}; 2025-11-03 {made}; 2025-11-05 {made}; 2025-12-01 recommendation_answered party=health")
    assert [row["status"] for row in told.rows("recommendation_response")] == ["met"]


def test_a_day_that_was_fixed_twice_for_one_limit_is_asked_about_and_both_days_stand():
    fixed = "date_directed limit=final_plan until"
    told = Told(f"2025-03-03 request_received; 2025-08-01 {fixed}=2025-09-01; 2025-08-04 {fixed}=2025-09-15")
    assert told.findings() == [("recorded_twice", "2025-08-04")]
    other = Told(f"2025-03-03 request_received; 2025-08-01 {fixed}=2025-09-01; "
                 "2025-08-04 date_directed limit=advice until=2025-09-15")  # fmt: skip
    assert other.findings() == []


def test_a_plan_that_came_twice_with_nothing_between_came_once():
    came = "plan_transferred_in made_on=2023-05-02 reviewed_on=2024-05-06"
    told = Told(f"2025-01-06 {came}; 2025-04-14 {came}")
    assert told.findings() == [("recorded_twice", "2025-04-14")]
    assert len(told.rows("transfer_inform")) == 1
    for between in ("plan_transferred_out", "plan_ceased", "review_meeting_held", "transfer_notice_sent"):
        assert Told(f"2025-01-06 {came}; 2025-02-10 {between}; 2025-04-14 {came}").findings() == []


def test_one_child_changes_phase_once_in_a_year_whatever_the_phase():
    told = Told("2023-03-01 final_plan_sent; 2026-09-01 phase_transfer_due outcome=school; "
                "2026-09-01 phase_transfer_due outcome=post16")  # fmt: skip
    assert told.findings() == [("recorded_twice", "2026-09-01")]
    assert len(told.rows("phase_transfer")) == 1


MET = "2022-02-01 draft_plan_sent; 2022-03-01 final_plan_sent; 2025-02-03 review_meeting_held"


def test_of_two_decisions_about_one_meeting_the_year_counts_from_the_first_and_the_last_says_what_was_decided():
    first, last = "2025-02-17 review_decision_sent outcome=maintain", "2025-02-24 review_decision_sent outcome=cease"
    early, late, two = Told(f"{MET}; {first}"), Told(f"{MET}; {last}"), Told(f"{MET}; {first}; {last}")
    assert two.findings() == [("recorded_twice", "2025-02-24")]
    assert two.answer.case_state.state is late.answer.case_state.state
    days = [[(row["due_on"], row["status"]) for row in told.rows("annual_review")] for told in (two, early)]
    assert days[0] == days[1]
    assert len(two.rows("review_decision")) == 1
    (figures,), (same,) = two.measured(), late.measured()
    told = [name for name in figures if name.startswith("outcome_")]
    assert [figures[name] for name in told] == [same[name] for name in told]


@pytest.mark.parametrize("outcomes", [("maintain", "cease"), ("maintain", "amend", "cease")])
def test_decisions_of_one_day_about_one_meeting_are_one_review_with_one_outcome(outcomes):
    told = Told("; ".join([MET, *(f"2025-02-17 review_decision_sent outcome={outcome}" for outcome in outcomes)]))
    assert told.findings() == [("recorded_twice", "2025-02-17")] * (len(outcomes) - 1)
    assert len(told.rows("review_decision")) == 1
    (figures,) = told.measured()
    assert sum(figures[name] for name in ("outcome_maintan", "outcome_amend", "outcome_cease")) == 1
    assert sum(figures[name] for name in ("outcome_maintained", "outcome_amended", "outcome_ceased")) == 1
    assert [figures[f"outcome_{each}"] for each in ("maintained", "amended", "ceased")] == [
        figures[f"outcome_{each}"] for each in ("maintan", "amend", "cease")
    ]


def test_a_second_decision_after_a_second_meeting_is_another_review():
    first = "2025-02-17 review_decision_sent outcome=maintain"
    told = Told(f"{MET}; {first}; 2025-03-03 review_meeting_held; 2025-03-17 review_decision_sent outcome=amend")
    assert told.findings() == []


@pytest.mark.parametrize(
    ("answered", "asked"),
    [
        ("advice_request_withdrawn party=health", "advice_requested party=health"),
        ("recommendation_copied", "recommendation_answered party=social_care"),
        ("direct_payments_stopped", "direct_payments_started"),
        ("special_school_left", "special_school_admitted"),
        ("agreement_notified", "mediation_agreed outcome=amend"),
        ("mediation_date_notified", "mediation_requested"),
        ("mediation_agreed outcome=amend", "mediation_held"),
        ("mediation_certificate_issued", "mediation_contacted"),
        ("order_suspended", "tribunal_order_made outcome=amend"),
        ("appeal_withdrawn", "appeal_registered"),
        ("appeal_conceded outcome=amend", "appeal_registered"),
        ("onward_appeal_ended outcome=dismissed", "onward_appeal_made"),
        ("released", "detained"),
        ("request_withdrawn", "reassessment_requested"),
        ("representations_received", "draft_plan_sent"),
        ("commissioner_requested outcome=review", "commissioner_changed outcome=move"),
    ],
)
def test_an_answer_before_its_question_is_found_at_both_and_after_it_at_neither(answered, asked):
    wrong = Told(f"2025-01-06 final_plan_sent; 2025-11-03 {answered}; 2025-11-10 {asked}")
    right = Told(f"2025-01-06 final_plan_sent; 2025-11-03 {asked}; 2025-11-10 {answered}")
    found = [on for code, on in wrong.findings() if code == "answer_before_question"]
    assert found == ["2025-11-03", "2025-11-10"]
    assert "answer_before_question" not in {code for code, _ in right.findings()}


@pytest.mark.parametrize(("plan", "found"), [("2024-03-01", 0), ("2024-03-02", 2)])
def test_of_one_day_neither_lies_before_the_other(plan, found):
    told = Told(f"2024-03-01 appeal_registered; {plan} final_plan_sent")
    assert [code for code, _ in told.findings()] == ["answer_before_question"] * found


@pytest.mark.parametrize(
    "ordinary",
    [
        # One question that several answer, or different acts, and another question soon after.
        (
            "2025-09-01 draft_plan_sent; 2025-09-05 meeting_requested; 2025-09-10 representations_received; "
            "2025-09-15 representations_received; 2025-10-20 final_plan_sent; 2025-11-10 review_meeting_held; "
            "2025-11-24 review_decision_sent outcome=amend; 2025-11-24 amendment_notice_sent"
        ),
        (
            "2025-03-03 draft_plan_sent; 2025-04-07 final_plan_sent; 2025-05-06 mediation_contacted; "
            "2025-05-08 mediation_certificate_issued; 2025-06-02 appeal_registered; "
            "2025-09-01 appeal_conceded outcome=amend; 2025-09-08 tribunal_order_made outcome=amend; "
            "2025-09-29 amended_plan_sent; 2025-11-10 appeal_registered"
        ),
        (
            "2025-03-03 draft_plan_sent; 2025-04-07 final_plan_sent; 2025-05-06 mediation_requested party=education; "
            "2025-05-08 mediation_notified party=education; 2025-05-12 mediation_date_notified; "
            "2025-05-20 mediation_requested party=education"
        ),
    ],
)
def test_what_follows_an_answer_to_its_own_question_is_no_answer_to_a_later_one(ordinary):
    assert "answer_before_question" not in {code for code, _ in Told(ordinary).findings()}


def test_two_that_come_before_their_question_are_both_told():
    told = Told("2025-08-20 meeting_requested; 2025-08-25 representations_received; 2025-09-01 draft_plan_sent")
    assert ("answer_before_question", "2025-08-25") in told.findings()


@pytest.mark.parametrize("event", [name for name, cls in FACT_TYPES.items() if cls.model_fields["party"].is_required()])
def test_a_move_is_judged_before_anybody_says_of_whom_it_is(event):
    party = (choices_of(event, "party") or ("school-1",))[0]
    outcome = f" outcome={OUTCOMES[event][0]}" if event in OUTCOMES else ""
    case = tell(f"2022-02-01 draft_plan_sent; 2022-03-01 final_plan_sent; 2025-02-03 {event} party={party}{outcome}")
    assert event in {verdict.event for verdict in moves(case, "2025-03-03", informing=None)}
