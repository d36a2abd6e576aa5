"""`state`: where a case stands on a day, how it came there, and what is out of order."""

import datetime as dt

import pytest
from freezegun import freeze_time

from ehcp_flow.answers import answer
from ehcp_flow.case import Case
from ehcp_flow.errors import DateError
from ehcp_flow.states import MAINTAINED_STATES, State, record, state
from tests.moves.telling import WAYS, fact, history, told

DRAFT = (
    "2026-03-02 request_received",
    "2026-04-13 assessment_agreed",
    "2026-06-15 plan_agreed",
    "2026-06-22 draft_plan_sent",
)


def test_a_case_without_facts_is_no_case():
    case_state = state(Case("a"), "2026-03-02")
    assert (case_state.pathway, case_state.since, case_state.history) == (State.NO_CASE, None, ())
    assert str(case_state) == "NO_CASE: the authority has no case"


def test_the_case_state_says_since_when_and_by_what_law():
    case_state = state(history(*DRAFT), "2026-06-30")
    assert case_state.since == dt.date(2026, 6, 22)
    answered = answer(history(*DRAFT), "2026-06-30")
    assert (answered.pathway, answered.since) == (case_state.pathway, case_state.since)
    assert str(case_state) == "DRAFT_ISSUED: a draft plan is with the parent or young person, since Monday 22 June 2026"
    last = case_state.history[-1]
    assert (last.from_, last.to, last.fact.event) == (State.DRAFTING, State.DRAFT_ISSUED, "draft_plan_sent")
    assert last.authority == ("CFA 38", "SR 13(1)")
    assert [citation.short for citation in last.citations] == ["CFA 38", "SR 13(1)"]
    assert case_state.regions == {"disputes": ()}
    assert case_state.disputes == ()
    assert case_state.state is case_state.pathway


def test_since_is_the_last_change_not_the_last_fact():
    case_state = state(history(*DRAFT, "2026-06-25 draft_plan_sent"), "2026-06-30")
    assert case_state.since == dt.date(2026, 6, 22)
    assert case_state.history[-1].on == dt.date(2026, 6, 25)


def test_the_final_plan_is_maintained_from_the_day_it_is_sent():
    case_state = state(history(*DRAFT, "2026-07-07 final_plan_sent"), "2026-07-07")
    assert [(step.from_, step.to) for step in case_state.history[-2:]] == [
        (State.DRAFT_ISSUED, State.FINAL_ISSUED),
        (State.FINAL_ISSUED, State.MAINTAINED),
    ]
    assert case_state.since == dt.date(2026, 7, 7)
    assert case_state.maintained


def test_a_plan_finished_in_custody_is_kept_and_maintained_from_the_release():
    case = history(*DRAFT, "2026-06-24 detained", "2026-07-07 final_plan_sent", "2026-09-01 released")
    assert state(case, "2026-08-31").pathway is State.KEPT_DETAINED
    assert not state(case, "2026-08-31").maintained
    assert state(case, "2026-09-01").pathway is State.MAINTAINED


def test_release_before_the_final_plan_leaves_the_ordinary_way():
    case = history(*DRAFT, "2026-06-24 detained", "2026-06-26 released", "2026-07-07 final_plan_sent")
    assert state(case, "2026-07-07").pathway is State.MAINTAINED


@pytest.mark.parametrize("at", WAYS)
def test_a_plan_is_maintained_in_the_states_of_invariant_1_alone(at):
    named = {
        "MAINTAINED", "REVIEW_OPEN", "AMENDMENT_PROPOSED", "REASSESS_REQUESTED", "REASSESSING", "CEASE_CONSULTING",
        "CEASE_NOTIFIED", "TRANSFERRED_IN", "TRANSFERRING_OUT",
    }  # fmt: skip
    assert named == MAINTAINED_STATES
    assert state(told(at), "2030-01-01").maintained is (at in named)


def test_every_state_is_called_as_it_is_written():
    assert all(state.name == state.value for state in State)


@pytest.mark.parametrize(
    ("as_of", "pathway"),
    [
        ("2026-03-01", State.NO_CASE),
        ("2026-03-02", State.REQUESTED),
        ("2026-04-12", State.REQUESTED),
        ("13/04/2026", State.ASSESSING),
        (dt.date(2026, 6, 21), State.DRAFTING),
        (dt.date(2026, 6, 22), State.DRAFT_ISSUED),
    ],
)
def test_only_what_had_happened_by_then_counts(as_of, pathway):
    assert state(history(*DRAFT), as_of).pathway is pathway


def test_a_text_that_is_no_date_is_refused():
    with pytest.raises(DateError, match="31/04/2026"):
        state(history(*DRAFT), "31/04/2026")


@pytest.mark.parametrize(("today", "pathway"), [("2016-06-22", State.NO_CASE), ("2026-06-22", State.DRAFT_ISSUED)])
def test_without_a_day_today_is_meant(today, pathway):
    with freeze_time(today):
        case_state = state(history(*DRAFT))
    assert case_state.as_of == dt.date.fromisoformat(today)
    assert case_state.pathway is pathway


def test_a_transfer_that_is_to_come_moves_nothing_even_on_its_day():
    case = record(told("MAINTAINED"), fact("phase_transfer_due:school", "2026-09-01"))
    for as_of in ("2026-08-31", "2026-09-01", "2027-01-01"):
        assert state(case, as_of).pathway is State.MAINTAINED
        assert len(state(case, as_of).history) == len(state(told("MAINTAINED"), as_of).history)


def test_a_missed_limit_moves_nothing():
    case = history("2016-03-02 request_received")
    assert state(case, "2026-03-02").pathway is State.REQUESTED
    assert state(case, "2026-03-02").findings == ()


@pytest.mark.parametrize(
    ("facts", "pathway", "code"),
    [
        (["2026-03-02 assessment_agreed"], State.ASSESSING, "decision_without_request"),
        (["2026-03-02 plan_refused"], State.REFUSED_PLAN, "decision_without_request"),
        (["2026-03-02 request_received", "2026-05-02 plan_agreed"], State.DRAFTING, "plan_decision_without_assessment"),
        (["2026-03-02 request_received", "2026-05-02 draft_plan_sent"], State.DRAFT_ISSUED, "draft_without_decision"),
        (["2026-03-02 final_plan_sent"], State.MAINTAINED, "final_plan_before_draft"),
        (["2026-03-02 review_meeting_held"], State.REVIEW_OPEN, "review_without_plan"),
        (["2026-03-02 amendment_notice_sent"], State.AMENDMENT_PROPOSED, "amendment_without_plan"),
        (["2026-03-02 amended_plan_sent"], State.MAINTAINED, "amendment_without_plan"),
        (["2026-03-02 reassessment_agreed"], State.REASSESSING, "reassessment_without_plan"),
        (["2026-03-02 plan_ceased"], State.CEASED, "ceasing_without_plan"),
        (["2026-03-02 plan_transferred_out"], State.TRANSFERRED_OUT, "transfer_without_plan"),
        (["2026-03-02 tribunal_order_made:assess"], State.ASSESSING, "order_without_decision"),
        (["2026-03-02 tribunal_order_made:amend"], State.MAINTAINED, "order_without_decision"),
        (["2026-03-02 tribunal_order_made:dismiss"], State.NO_CASE, "dispute_without_decision"),
        (["2026-03-02 tribunal_order_made:reconsider"], State.REFUSED_PLAN, "order_without_decision"),
        (["2026-03-02 appeal_conceded:make_plan"], State.DRAFTING, "concession_without_decision"),
        (["2026-03-02 mediation_agreed:continue"], State.MAINTAINED, "agreement_without_decision"),
        (["2026-03-02 refusal_reversed"], State.ASSESSING, "reversal_without_refusal"),
    ],
)
def test_an_imported_fact_out_of_order_is_followed_and_reported(facts, pathway, code):
    case_state = state(history(*facts), "2026-12-31")
    assert case_state.pathway is pathway
    (finding,) = case_state.findings
    assert finding.code == code
    assert finding.case_id == "a"
    assert finding.fact is not None
    assert finding.on == finding.fact.on
    assert finding.remedy in str(finding)


def test_an_imported_draft_dated_after_its_final_plan_does_not_take_the_plan_away():
    case = history(*DRAFT[:3], "2026-06-22 final_plan_sent", "2026-06-29 draft_plan_sent")
    case_state = state(case, "2026-07-01")
    assert case_state.pathway is State.MAINTAINED
    assert [finding.code for finding in case_state.findings] == [
        "final_plan_before_draft",
        "draft_while_plan_maintained",
    ]


def test_a_second_request_in_an_imported_case_does_not_set_it_back():
    case_state = state(history(*DRAFT, "2026-06-25 request_received"), "2026-07-01")
    assert case_state.pathway is State.DRAFT_ISSUED
    assert [finding.code for finding in case_state.findings] == ["request_while_one_is_open"]


def test_a_guard_that_fails_in_an_imported_case_is_reported_and_the_fact_followed():
    case_state = state(history(*DRAFT, "2026-07-06 final_plan_sent"), "2026-07-06")
    assert case_state.pathway is State.MAINTAINED
    (finding,) = case_state.findings
    assert finding.code == "final_plan_within_15_days"
    assert finding.remedy == "correct the day of either, if it was another"


def test_a_voided_fact_moves_nothing():
    case = history(*DRAFT)
    assert state(case.void(case.facts[-1], "entered twice"), "2026-07-01").pathway is State.DRAFTING
