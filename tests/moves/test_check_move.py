"""Asking changes nothing; recording refuses with the same reasons."""

import datetime as dt
from itertools import pairwise

import pytest
from freezegun import freeze_time

from ehcp_flow.case import Case
from ehcp_flow.errors import DateError, EhcpFlowError, FactError, MoveRefused, UnknownNameError
from ehcp_flow.facts import FactVoided, make_fact
from ehcp_flow.states import State, allowed, check_move, record, state
from tests.moves.telling import MOVING, WAYS, after, fact, history, told

DRAFT = (
    "2026-03-02 request_received",
    "2026-04-13 assessment_agreed",
    "2026-06-15 plan_agreed",
    "2026-06-22 draft_plan_sent",
)
FINAL = (*DRAFT, "2026-07-07 final_plan_sent")
KEPT = ("2024-09-02 final_plan_sent", "2025-03-03 detained", "2025-08-20 released")
AMENDED = (
    *FINAL, "2027-01-04 amendment_notice_sent", "2027-01-11 amendment_notice_sent", "2027-01-20 amended_plan_sent",
)  # fmt: skip
"""Of two notices the first protects its time; of the second it is not known whether it needs any, unless a review lies
between them."""


@pytest.mark.parametrize("at", WAYS)
def test_allowed_answers_for_every_move_as_why_not_does(at):
    case = told(at)
    day = after(case)
    verdicts = allowed(case, day)
    assert tuple((verdict.event, verdict.outcome) for verdict in verdicts) == MOVING
    assert verdicts == tuple(check_move(case, event, outcome, day) for event, outcome in MOVING)
    assert all(verdict.moves for verdict in verdicts)
    assert all(verdict.on == day for verdict in verdicts)


def test_what_is_allowed_while_a_request_waits():
    lawful = {(item.event, item.outcome) for item in allowed(history(DRAFT[0]), "2026-03-20") if item.allowed}
    assert lawful == {
        ("assessment_agreed", None),
        ("assessment_refused", None),
        ("request_withdrawn", "ends"),
        ("request_withdrawn", "continues"),
        # Somebody else's acts, which are taken and reported.
        ("request_received", None),
        ("became_responsible", None),
        ("reassessment_requested", None),
        # Where it leaves the state as it is, it is lawful at any time.
        ("left_england", None),
        ("moved_away", None),
        ("plan_transferred_in", None),
        ("taken_over_on_release", None),
        ("detained", None),
        ("release_notified", None),
        ("died", None),
    }


def test_without_a_day_today_is_meant():
    with freeze_time("2026-07-06"):
        assert not check_move(history(*DRAFT), "final_plan_sent").allowed
        assert {verdict.on for verdict in allowed(history(*DRAFT))} == {dt.date(2026, 7, 6)}
    with freeze_time("2026-07-07"):
        assert check_move(history(*DRAFT), "final_plan_sent").allowed


def test_later_facts_do_not_count():
    assert check_move(history(*FINAL), "assessment_refused", None, "2026-04-12").allowed
    assert not check_move(history(*FINAL), "assessment_refused", None, "2026-04-14").allowed


def test_a_verdict_reads_as_a_letter_would_say_it():
    assert str(check_move(history(*DRAFT), "final_plan_sent", None, "2026-07-06")).splitlines() == [
        (
            "final_plan_sent on Monday 6 July 2026 is refused: the case is DRAFT_ISSUED "
            "(a draft plan is with the parent or young person)"
        ),
        "  would go to MAINTAINED under "
        + ", ".join(map(str, check_move(history(*DRAFT), "final_plan_sent").citations)),
        *(f"  {verdict}" for verdict in check_move(history(*DRAFT), "final_plan_sent", None, "2026-07-06").verdicts),
    ]
    text = str(check_move(history(*DRAFT), "final_plan_sent", None, "2026-07-06"))
    assert "  no: the draft plan was served on Monday 22 June 2026" in text
    assert text.count("; send the final plan on or after Tuesday 7 July 2026") == 1
    lawful = str(check_move(history(*DRAFT), "draft_plan_sent", None, "2026-07-06"))
    assert "is lawful" in lawful
    assert "  stays DRAFT_ISSUED under " in lawful
    goes = str(check_move(history(*DRAFT), "moved_away", None, "2026-07-06"))
    assert "  goes to NO_CASE under " in goes
    nowhere = str(check_move(history(*DRAFT), "plan_ceased", None, "2026-07-06"))
    assert "goes to" not in nowhere
    assert "no: no plan is on record to cease" in nowhere
    chosen = str(check_move(history(*DRAFT), "review_decision_sent", "amend", "2026-07-06"))
    assert chosen.startswith("review_decision_sent (amend) on Monday 6 July 2026 is refused")


def test_a_fact_that_moves_nothing_is_lawful_and_cites_nothing():
    verdict = check_move(history(*DRAFT), "advice_received", None, "2026-07-06")
    assert (verdict.allowed, verdict.from_state, verdict.to_state) == (True, State.DRAFT_ISSUED, State.DRAFT_ISSUED)
    assert (verdict.verdicts, verdict.citations) == ((), ())
    assert not verdict.moves
    assert str(verdict) == (
        "advice_received on Monday 6 July 2026 is lawful and changes nothing: it moves no case; "
        "the case is DRAFT_ISSUED (a draft plan is with the parent or young person)"
    )


def test_what_is_on_record_of_the_day_after_the_fact_leads_on_from_where_it_leads():
    case = history(*KEPT)
    verdict = check_move(case, "release_notified", None, "2025-08-20")
    assert (verdict.from_state, verdict.to_state, verdict.led_on) == (
        State.KEPT_DETAINED,
        State.TRANSFERRED_OUT,
        True,
    )
    assert "  with what else is on record of that day it is TRANSFERRED_OUT under " in str(verdict)
    drafted = ("2026-06-15 plan_agreed", "2026-07-06 draft_plan_sent", "2026-07-10 died")
    early = check_move(history(*DRAFT[:2], *drafted), "final_plan_sent", None, "2026-07-10")
    assert "  with what else is on record of that day it would be DIED under " in str(early)
    alone = check_move(history(*KEPT[:-1]), "release_notified", None, "2025-08-20")
    assert (alone.to_state, alone.led_on) == (State.TRANSFERRING_OUT, False)


def test_a_refusal_without_a_move_cites_what_speaks_against_it():
    verdict = check_move(history(*DRAFT), "plan_ceased", None, "2026-07-06")
    assert [citation.short for citation in verdict.citations] == ["CFA 45(1)"]


def test_an_outcome_with_a_default_need_not_be_said():
    assert check_move(history(DRAFT[0]), "request_withdrawn", None, "2026-03-20").to_state is State.WITHDRAWN


@pytest.mark.parametrize(
    ("event", "outcome", "message"),
    [
        ("final_plan_send", None, "no event called 'final_plan_send'; did you mean final_plan_sent"),
        ("review_decision_sent", "amended", "no outcome of review_decision_sent called 'amended'; did you mean amend"),
        ("review_decision_sent", None, "no outcome of review_decision_sent called ''"),
        ("final_plan_sent", "amend", "no outcome of final_plan_sent called 'amend'"),
    ],
)
def test_a_name_that_does_not_exist_is_refused_with_the_nearest(event, outcome, message):
    with pytest.raises(UnknownNameError, match=message):
        check_move(history(*DRAFT), event, outcome, "2026-07-06")


def test_a_day_that_is_no_date_is_refused():
    with pytest.raises(DateError):
        allowed(history(*DRAFT), "yesterday")


def test_recording_returns_a_new_case_and_leaves_the_old():
    case = history(*DRAFT)
    moved = record(case, fact("final_plan_sent", "2026-07-07"))
    assert state(moved, "2026-07-07").pathway is State.MAINTAINED
    assert len(case.recorded) == len(DRAFT)


def test_a_strict_case_refuses_with_the_verdict_that_why_not_gives():
    case = history(*DRAFT)
    with pytest.raises(MoveRefused) as refused:
        record(case, fact("final_plan_sent", "2026-07-06"))
    assert refused.value.verdict == check_move(case, "final_plan_sent", None, "2026-07-06")
    assert isinstance(refused.value, EhcpFlowError)
    assert str(refused.value) == str(refused.value.verdict)


def test_an_imported_case_takes_the_same_fact_and_reports_it():
    case = record(history(*DRAFT), fact("final_plan_sent", "2026-07-06"), strict=False)
    assert [finding.code for finding in state(case, "2026-07-06").findings] == ["final_plan_within_15_days"]


def test_a_fact_of_another_case_is_refused_even_when_imported():
    with pytest.raises(FactError):
        record(history(*DRAFT), make_fact("final_plan_sent", case_id="b", on="2026-07-07"), strict=False)


def test_a_back_dated_fact_is_judged_where_it_stands():
    case = history("2026-03-02 request_received", "2026-06-15 plan_agreed")
    assert [finding.code for finding in state(case, "2026-07-01").findings] == ["plan_decision_without_assessment"]
    healed = record(case, fact("assessment_agreed", "2026-04-13"))
    assert state(healed, "2026-07-01").findings == ()


def test_a_back_dated_fact_that_fits_its_place_but_takes_the_ground_from_a_later_one_is_refused():
    case = history(*AMENDED)
    assert state(case, "2027-02-01").findings == ()
    with pytest.raises(MoveRefused) as refused:
        record(case, fact("review_meeting_held", "2027-01-07"))
    (verdict,) = refused.value.verdict.refusals
    assert verdict.finding == "amended_plan_within_15_days"
    assert verdict.fact == case.facts[-1]
    assert verdict.reason.startswith("a recorded fact would be out of order: amended_plan_sent on 2027-01-20")
    assert verdict.remedy == "for that fact: send the amended plan on or after Tuesday 26 January 2027"
    assert verdict.citation.short == "SR 22(2)(c)"
    assert refused.value.verdict.from_state is State.AMENDMENT_PROPOSED


def test_what_was_out_of_order_before_is_not_held_against_a_new_fact():
    case = history("2026-03-02 assessment_agreed", "2026-06-15 draft_plan_sent")
    moved = record(case, fact("final_plan_sent", "2026-07-01"))
    assert len(state(moved, "2026-07-01").findings) == len(state(case, "2026-07-01").findings) == 2


def test_voiding_the_ground_of_a_later_fact_is_refused():
    case = history(*DRAFT)
    decision = case.facts[2]
    void = FactVoided(case_id="a", on=decision.on, corrects=decision.id, reason="wrong child")
    with pytest.raises(MoveRefused, match=r"draft_plan_sent on 2026-06-22.* no decision to make a plan is on record"):
        record(case, void)
    assert state(record(case, void, strict=False), "2026-07-01").findings != ()


def test_voiding_the_last_fact_is_allowed_and_takes_the_case_back():
    case = history(*DRAFT)
    void = FactVoided(case_id="a", on=case.facts[-1].on, corrects=case.facts[-1].id, reason="not sent")
    assert state(record(case, void), "2026-07-01").pathway is State.DRAFTING
    only = history(DRAFT[0])
    void = FactVoided(case_id="a", on=only.facts[0].on, corrects=only.facts[0].id, reason="wrong child")
    assert state(record(only, void), "2026-07-01").pathway is State.NO_CASE


def test_a_fact_that_replaces_another_is_judged_in_its_place():
    case = history(*FINAL)
    late = fact("draft_plan_sent", "2026-06-23", corrects=case.facts[3].id, reason="posted a day later")
    with pytest.raises(MoveRefused, match="on or after Wednesday 8 July 2026"):
        record(case, late)
    early = fact("draft_plan_sent", "2026-06-19", corrects=case.facts[3].id, reason="posted earlier")
    assert state(record(case, early), "2026-07-07").findings == ()


def test_saying_the_same_twice_is_no_move():
    case = history(*DRAFT)
    again = record(case, fact("draft_plan_sent", "2026-06-22"))
    assert again.facts == case.facts
    assert record(case, case.facts[-1]).facts == case.facts


def test_a_move_on_the_day_of_a_later_one_takes_its_place_before_it():
    amended = history(*AMENDED)
    # On the day of the amended plan a review meeting would stand before it, and the plan would come too early.
    verdict = check_move(amended, "review_meeting_held", None, "2027-01-20")
    assert verdict.from_state is State.AMENDMENT_PROPOSED
    assert [item.finding for item in verdict.refusals] == ["amended_plan_within_15_days"]
    with pytest.raises(MoveRefused) as refused:
        record(amended, fact("review_meeting_held", "2027-01-20"))
    assert refused.value.verdict == verdict
    case = history(*FINAL)
    assert check_move(case, "school_consulted", None, "2026-07-07").from_state is State.DRAFT_ISSUED
    assert check_move(case, "school_consulted", None, "2026-07-07").allowed
    withdrawn = check_move(case, "request_withdrawn", "continues", "2026-07-07")
    assert withdrawn.allowed


def test_every_step_of_a_long_life_can_be_recorded_strictly():
    life = (
        *FINAL,
        "2027-05-10 review_invited",
        "2027-05-24 review_papers_sent",
        "2027-06-07 review_meeting_held",
        "2027-07-05 review_decision_sent:amend",
        "2027-07-05 amendment_notice_sent",
        "2027-08-30 amended_plan_sent",
        "2028-01-10 reassessment_requested",
        "2028-01-25 reassessment_refused",
        "2028-02-01 mediation_contacted",
        "2028-02-02 mediation_certificate_issued",
        "2028-03-01 appeal_registered",
        "2028-06-01 tribunal_order_made:reassess",
        "2028-06-15 reassessment_agreed",
        "2028-08-01 draft_plan_sent",
        "2028-09-07 final_plan_sent",
        "2029-02-01 moved_away",
        "2029-02-01 plan_transferred_out",
        "2029-02-02 plan_transferred_in",
        "2029-03-16 transfer_notice_sent",
        "2030-01-10 cease_consulted",
        "2030-02-10 cease_notice_sent",
        "2030-04-11 plan_ceased",
        "2031-01-01 request_received",
    )
    case = Case("a")
    for line in life:
        day, event = line.split()
        case = record(case, fact(event, day))
    case_state = state(case, "2031-01-01")
    assert (case_state.pathway, case_state.findings) == (State.REQUESTED, ())
    assert all(first.to is second.from_ for first, second in pairwise(case_state.history))


@pytest.mark.parametrize("day", ["2026-06-30", dt.date(2026, 6, 30)])
def test_a_day_in_the_place_of_an_outcome_is_told_where_it_belongs(day):
    with pytest.raises(UnknownNameError, match=r'a day is given by name: as_of="2026-06-30"'):
        check_move(history("2026-03-02 request_received"), "assessment_agreed", day)
