"""Disputes: what can be appealed, how far each dispute has gone, and which decision it is about."""

import datetime as dt
import itertools

import pytest

from ehcp_flow.case import Case
from ehcp_flow.errors import MoveRefused, UnknownNameError
from ehcp_flow.facts import FACT_TYPES, OUTCOMES, outcomes_of
from ehcp_flow.moves.citing import cited
from ehcp_flow.moves.dispute_region import Docket
from ehcp_flow.moves.law_at_hand import at_hand
from ehcp_flow.moves.machine import machine, table, trigger_name
from ehcp_flow.moves.region import Region
from ehcp_flow.states import (
    DISPUTE_MEANING,
    DisputeState,
    State,
    allowed,
    appealable,
    check_move,
    disputes,
    mermaid,
    record,
    state,
    state_table,
)
from tests.moves.telling import APPEALS, COMPLIED_WITH, DISPUTES, after, fact, history, told

LATE = "2060-01-01"
REFUSED = ("2026-03-02 request_received", "2026-04-13 assessment_refused")


def one(case: Case, as_of: str = LATE):
    (dispute,) = disputes(case, as_of)
    return dispute


def where(case: Case) -> list[tuple[str, str]]:
    return [(dispute.decision.event, dispute.state.value) for dispute in disputes(case, LATE)]


def codes(case: Case) -> list[str]:
    return [finding.code for finding in state(case, LATE).findings]


# What can be appealed.

LETTERS = {
    "assessment_refused": "a", "plan_refused": "b", "final_plan_sent": "c", "amended_plan_sent": "c",
    "reassessment_refused": "d", "review_decision_sent:maintain": "e", "amendment_declined": "e",
    "cease_notice_sent": "f", "review_decision_sent:cease": "f",
}  # fmt: skip


def test_what_can_be_appealed_and_nothing_else():
    for event in FACT_TYPES:
        for outcome in outcomes_of(event):
            # A word that a plan need not have changes nothing about the right of appeal against it.
            letter = LETTERS.get(f"{event}:{outcome}", LETTERS.get(event))
            assert appealable(event, outcome) == (letter and f"CFA 51(2)({letter})")
    # A decision to amend, a draft, and the proposal to cease are not appealable; neither is a missed deadline.
    assert appealable("review_decision_sent", "amend") is None
    assert appealable("draft_plan_sent") is appealable("amendment_notice_sent") is appealable("cease_consulted") is None


def test_a_detained_person_can_appeal_against_less():
    found = {key: appealable(*key, detained=True) for key in APPEALS.grounds}
    assert {event: ground for (event, _), ground in found.items() if ground} == {
        "assessment_refused": "CFA 73(2)(a)",
        "plan_refused": "CFA 73(2)(b)",
        "final_plan_sent": "CFA 73(2)(c)",
    }


def test_an_appeal_about_the_school_alone_needs_no_certificate():
    needed = {ground: APPEALS.certificate_needed(ground) for ground in APPEALS.grounds.values()}
    assert {ground for ground, answer in needed.items() if answer is None} == {"CFA 51(2)(c)"}
    assert set(needed.values()) == {True, None}
    assert [APPEALS.certificate_needed(f"CFA 73(2)({letter})") for letter in "abc"] == [True, True, False]


@pytest.mark.parametrize(("event", "outcome"), [("plan_refusd", None), ("review_decision_sent", None)])
def test_a_name_that_does_not_exist_is_refused(event, outcome):
    with pytest.raises(UnknownNameError):
        appealable(event, outcome)


# Every row of the table.

DECISIONS = {
    "a": "REFUSED_ASSESSMENT", "b": "REFUSED_PLAN", "c": "MAINTAINED", "d": "REASSESS_REQUESTED+reassessment_refused",
    "e": "AMENDMENT_PROPOSED+amendment_declined", "f": "CEASE_NOTIFIED",
}  # fmt: skip
HOME = {
    "assess": "a", "make_plan": "b", "reconsider": "b", "amend": "c", "amend_school": "c", "reassess": "d",
    "continue": "f", "continue_and_amend": "f", "dismiss_cease": "f",
}  # fmt: skip
GRANTS = {"a": "assess", "b": "make_plan", "c": "amend", "d": "reassess", "e": "amend", "f": "continue_and_amend"}
OBEYED = {"c": "amended_plan_sent", "d": "amendment_declined", "f": "amended_plan_sent"}
COURSES = {
    DisputeState.NONE: "",
    DisputeState.MEDIATION_CONTACTED: "+mediation_contacted",
    DisputeState.MEDIATING: "+MEDIATION",
    DisputeState.AGREED: "+MEDIATION+mediation_agreed:other",
    DisputeState.CERTIFIED: "+CERTIFIED",
    DisputeState.APPEALED: "+APPEAL",
    DisputeState.CONCEDED: "+APPEAL+appeal_conceded:GRANT",
    DisputeState.DETERMINED: "+APPEAL+tribunal_order_made:dismiss",
    DisputeState.WITHDRAWN: "+APPEAL+appeal_withdrawn",
    DisputeState.COMPLIED: "+MEDIATION+mediation_agreed:other+agreement_carried_out",
}
AGREED_FIRST = "+MEDIATION+mediation_agreed:other+mediation_certificate_issued"
SPECIAL = {
    ("mediation_certificate_issued", DisputeState.CERTIFIED): "+CERTIFIED+mediation_held",
    ("mediation_certificate_issued", DisputeState.APPEALED): "+APPEAL+mediation_held",
    ("appeal_registered", DisputeState.AGREED): AGREED_FIRST,
    ("appeal_registered", DisputeState.MEDIATION_CONTACTED): "+CERTIFIED",
    ("appeal_registered", DisputeState.MEDIATING): "+CERTIFIED",
    ("onward_appeal_made", DisputeState.COMPLIED): "+APPEAL+tribunal_order_made:amend+amended_plan_sent",
    ("tribunal_order_made", DisputeState.COMPLIED): "+APPEAL+tribunal_order_made:GRANT+OBEYED+onward_appeal_made",
    ("onward_appeal_ended", DisputeState.DETERMINED): "+APPEAL+tribunal_order_made:dismiss+onward_appeal_made",
    ("onward_appeal_ended", DisputeState.COMPLIED):
        "+APPEAL+tribunal_order_made:amend+onward_appeal_made+amended_plan_sent",
}  # fmt: skip
ENDINGS = {
    DisputeState.APPEALED: "",
    DisputeState.CONCEDED: "+appeal_conceded:GRANT",
    DisputeState.DETERMINED: "+tribunal_order_made:dismiss",
    DisputeState.WITHDRAWN: "+appeal_withdrawn",
}
ONWARD = ("onward_appeal_made", "onward_appeal_ended")
FACTS = [key for key in DISPUTES.edges() if key[1] != COMPLIED_WITH]


def way_to(at: DisputeState, event: str, outcome: str | None) -> str:
    # A plan's contents can be appealed without a certificate, so that an appeal can come from everywhere.
    anew = event == "tribunal_order_made" and at is DisputeState.COMPLIED
    letter = HOME.get(outcome or "", "c" if anew or event in {"appeal_registered", *ONWARD} else "a")
    course = SPECIAL.get((event, at), COURSES[at]) if event != "appeal_registered" else COURSES[at]
    if event.startswith("agreement_") and at in ENDINGS:
        course = f"{AGREED_FIRST}+appeal_registered{ENDINGS[at]}"
    if anew and letter not in OBEYED:
        course = COURSES[at]
    return (DECISIONS[letter] + course).replace("GRANT", GRANTS[letter]).replace("OBEYED", OBEYED.get(letter, ""))


@pytest.mark.parametrize(("at", "event", "outcome"), FACTS)
def test_a_move_of_a_dispute_is_lawful_from_its_source(at, event, outcome):
    case = told(way_to(at, event, outcome))
    before = state(case, after(case))
    assert before.findings == ()
    verdict = check_move(case, event, outcome, after(case))
    assert verdict.allowed, str(verdict)
    assert verdict.dispute
    expected = DISPUTES.edges()[at, event, outcome].to or at
    assert (verdict.dispute.from_state, verdict.dispute.to_state) == (at, expected)
    assert verdict.citations
    assert verdict.moves
    assert f"the dispute about {verdict.dispute.decision.event}" in str(verdict)
    moved = record(case, fact(trigger_name(event, outcome), after(case)))
    case_state = state(moved, after(case))
    assert case_state.findings == ()
    dispute = next(each for each in case_state.disputes if each.decision is verdict.dispute.decision)
    # Carrying out an agreement is both a move and what obeys it.
    obeyed = event == "agreement_carried_out" and at in {DisputeState.AGREED, DisputeState.WITHDRAWN}
    assert dispute.state is (DisputeState.COMPLIED if obeyed else expected)
    # What is conceded again is a copy, and no step.
    last = case.recorded[-1]
    copied = event == last.event == "appeal_conceded" and outcome == last.__dict__["outcome"]
    assert any(step.fact is moved.recorded[-1] and step.citations for step in dispute.steps) is not copied
    assert str(dispute).startswith(f"{dispute.state}: {DISPUTE_MEANING[dispute.state]}")
    if verdict.to_state is before.pathway:
        assert case_state.pathway is before.pathway


ASTRAY = [(at, *key) for at in DisputeState for key in DISPUTES.keys if (at, *key) not in DISPUTES.edges()]


@pytest.mark.parametrize(("at", "event", "outcome"), ASTRAY)
def test_a_move_of_a_dispute_is_refused_from_every_other_state(at, event, outcome):
    case = told(way_to(at, event, outcome))
    answer = Docket(case.facts, at_hand()).judge(event, outcome, after(case))
    assert answer.move
    assert (answer.move.from_state, answer.move.to_state) == (at, None)
    refusal = answer.refusal
    assert refusal
    assert refusal.reason
    assert refusal.remedy
    assert refusal.citation.address.startswith("https://")
    verdict = check_move(case, event, outcome, after(case))
    assert not verdict.allowed
    proposed = fact(trigger_name(event, outcome), after(case))
    with pytest.raises(MoveRefused) as refused:
        record(case, proposed)
    assert refused.value.verdict == verdict
    imported = state(record(case, proposed, strict=False), after(case))
    (finding,) = imported.findings
    if verdict.to_state is not None:
        assert refusal in verdict.refusals
        assert f"is {at}" in str(verdict)
        # What the pathway has against it is told first.
        first = verdict.refusals[0]
        assert (finding.code, finding.remedy) == (first.finding, first.remedy)
        assert first != refusal or f"while the dispute was {at}" in finding.message
    # A fact out of order never sets a dispute back.
    assert not DISPUTES.stays(at, imported.disputes[-1].state, event)


def test_the_machine_knows_the_same_moves():
    assert set(machine(DISPUTES).events) == {trigger_name(*move.key) for move in DISPUTES.moves}
    for edge in table(DISPUTES).values():
        assert edge.authority or edge.refusal
        assert all(cited(short).address.startswith("https://") for short in edge.authority)
    assert isinstance(DISPUTES, Region)
    assert set(DISPUTE_MEANING) == set(DisputeState)
    assert all(item.name == item.value for item in DisputeState)


def test_the_diagram_and_the_table_of_a_dispute():
    text = mermaid("disputes")
    assert text.startswith("stateDiagram-v2\n    [*] --> NONE\n")
    assert "    APPEALED --> CONCEDED: appeal_conceded\n" in text
    assert "    COMPLIED --> DETERMINED: tribunal_order_made (reassess), " in text
    assert len(state_table("disputes").splitlines()) == len(DISPUTES.moves) + 2
    with pytest.raises(UnknownNameError, match="no region called 'dispute'; did you mean disputes"):
        mermaid("dispute")


# Guards.


@pytest.mark.parametrize("letter", "abdef")
def test_an_appeal_needs_a_certificate(letter):
    case = told(DECISIONS[letter])
    (refusal,) = check_move(case, "appeal_registered", as_of=after(case)).refusals
    assert (refusal.finding, refusal.short) == ("appeal_without_certificate", "CFA 55(3)")
    assert "mediation_certificate_issued" in refusal.remedy
    certified = told(f"{DECISIONS[letter]}+CERTIFIED")
    verdict = check_move(certified, "appeal_registered", as_of=after(certified))
    assert verdict.allowed
    assert all(item.checked for item in verdict.verdicts)


def test_an_appeal_against_a_plan_may_be_about_its_school_alone():
    case = told("MAINTAINED")
    verdict = check_move(case, "appeal_registered", as_of=after(case))
    assert verdict.allowed
    (unchecked,) = (item for item in verdict.verdicts if not item.checked)
    assert unchecked.short == "CFA 55(2)"
    assert "about the school or type named" in unchecked.reason


def test_a_detained_persons_appeal_about_a_plan_needs_none():
    case = told("DRAFT_ISSUED+detained+final_plan_sent")
    verdict = check_move(case, "appeal_registered", as_of=after(case))
    assert verdict.allowed
    assert all(item.checked for item in verdict.verdicts)
    appealed = record(case, fact("appeal_registered", after(case)))
    dispute = one(appealed)
    assert (dispute.ground, dispute.certificate_needed) == ("CFA 73(2)(c)", False)
    assert not check_move(appealed, "tribunal_order_made", "amend", after(appealed)).allowed
    assert check_move(appealed, "tribunal_order_made", "amend_school", after(appealed)).allowed


def test_what_is_decided_in_custody_later_is_not_appealable():
    case = told("DRAFT_ISSUED+detained+final_plan_sent+APPEAL+tribunal_order_made:amend_school+amended_plan_sent")
    assert codes(case) == []
    assert where(case) == [("final_plan_sent", "COMPLIED")]
    assert not check_move(case, "appeal_registered", as_of=after(case)).allowed
    released = told("MAINTAINED+detained+released")
    assert check_move(released, "appeal_registered", as_of=after(released)).allowed


@pytest.mark.parametrize(
    ("way", "event", "finding"),
    [
        ("MAINTAINED+APPEAL+appeal_response_sent", "appeal_conceded:amend", "concession_after_response"),
        ("MAINTAINED+APPEAL", "tribunal_order_made:continue", "settlement_does_not_fit_decision"),
        ("REFUSED_PLAN+APPEAL+appeal_conceded:make_plan", "tribunal_order_made:dismiss", "order_against_concession"),
        ("MAINTAINED+APPEAL", "appeal_conceded:continue", "settlement_does_not_fit_decision"),
        ("MAINTAINED+mediation_requested:health", "mediation_not_arranged", "health_mediation_not_arranged"),
        ("MAINTAINED+mediation_requested:mixed", "mediation_certificate_issued", "certificate_without_mediation"),
        ("MAINTAINED+CERTIFIED", "mediation_certificate_issued", "certificate_issued_twice"),
        ("MAINTAINED+APPEAL", "agreement_carried_out", "agreement_missing"),
        ("REFUSED_PLAN+refusal_reversed", "mediation_contacted", "dispute_about_overtaken_decision"),
        ("REFUSED_ASSESSMENT+refusal_reversed", "appeal_registered", "dispute_about_overtaken_decision"),
        ("REQUESTED", "appeal_registered", "dispute_without_decision"),
        ("", "mediation_contacted", "dispute_without_decision"),
        ("REVIEW_OPEN+APPEAL+tribunal_order_made:dismiss", "appeal_registered", "appeal_after_settlement"),
        ("REQUESTED", "onward_appeal_made", "dispute_without_decision"),
        ("MAINTAINED", "onward_appeal_made", "onward_appeal_without_order"),
        (
            "MAINTAINED+MEDIATION+mediation_agreed:other+agreement_carried_out",
            "onward_appeal_made",
            "onward_appeal_without_order",
        ),
        ("MAINTAINED+APPEAL", "onward_appeal_ended:remade", "onward_appeal_missing"),
        ("MAINTAINED+APPEAL+tribunal_order_made:dismiss", "onward_appeal_ended:dismissed", "onward_appeal_missing"),
        (
            "MAINTAINED+APPEAL+tribunal_order_made:dismiss+onward_appeal_made+onward_appeal_ended:dismissed",
            "onward_appeal_ended:withdrawn",
            "onward_appeal_missing",
        ),
    ],
)
def test_a_guard_of_a_dispute_refuses_and_says_what_would_be_right(way, event, finding):
    case = told(way)
    name, _, outcome = event.partition(":")
    verdict = check_move(case, name, outcome or None, after(case))
    refusal = next(item for item in verdict.refusals if item.finding == finding)
    assert refusal.reason
    assert refusal.remedy
    assert refusal.citation.address.startswith("https://")
    assert "is refused" in str(verdict)
    imported = record(case, fact(event, after(case)), strict=False)
    assert codes(imported)[-1] == finding
    assert str(state(imported, LATE).findings[-1])


@pytest.mark.parametrize(
    ("way", "open_"),
    [
        ("REQUESTED", ()),
        ("MAINTAINED+APPEAL", ()),
        ("MAINTAINED+APPEAL+tribunal_order_made:dismiss", ONWARD[:1]),
        ("MAINTAINED+APPEAL+appeal_determined", ONWARD[:1]),
        ("MAINTAINED+APPEAL+tribunal_order_made:dismiss+onward_appeal_made", ONWARD),
        ("MAINTAINED+APPEAL+tribunal_order_made:dismiss+onward_appeal_made+onward_appeal_ended:dismissed", ONWARD[:1]),
        ("CEASE_NOTIFIED+APPEAL+tribunal_order_made:dismiss_cease+onward_appeal_made", ONWARD),
    ],
)
def test_an_onward_appeal_comes_after_an_order_and_ends_after_it_was_made(way, open_):
    case = told(way)
    assert codes(case) == []
    lawful = [each.event for each in allowed(case, after(case)) if each.allowed and each.event in ONWARD]
    assert tuple(dict.fromkeys(lawful)) == open_


@pytest.mark.parametrize(
    ("way", "event", "short"),
    [
        ("MAINTAINED+mediation_contacted", "mediation_certificate_issued", "SR 34(1)"),
        ("MAINTAINED+mediation_requested:not_stated", "mediation_not_arranged", "SR 39(2)"),
        ("MAINTAINED+mediation_requested:education", "mediation_agreed:amend", "SR 42(1)"),
        ("MAINTAINED+APPEAL+appeal_withdrawn", "appeal_registered", "TPR 17"),
    ],
)
def test_what_the_record_cannot_show_is_said_and_let_pass(way, event, short):
    case = told(way)
    name, _, outcome = event.partition(":")
    verdict = check_move(case, name, outcome or None, after(case))
    assert verdict.allowed
    assert short in [item.short for item in verdict.verdicts if not item.checked]


def test_a_mediation_that_cannot_be_arranged_gives_a_certificate():
    case = told("REFUSED_PLAN+mediation_requested:education+mediation_not_arranged+mediation_certificate_issued")
    assert codes(case) == []
    assert check_move(case, "mediation_held", as_of=after(case)).allowed
    assert check_move(case, "appeal_registered", as_of=after(case)).allowed


@pytest.mark.parametrize(
    ("decided", "contacted", "lawful", "checked"),
    [
        ("2026-04-13", "2026-06-13", True, True),
        ("2026-04-13", "2026-06-14", False, True),
        ("2020-03-20", "2020-05-20", True, True),
        ("2020-03-20", "2020-05-21", True, False),
        ("2020-07-26", "2020-10-26", False, True),
    ],
)
def test_the_adviser_may_not_certify_after_a_late_contact(decided, contacted, lawful, checked):
    case = history("2020-01-02 request_received", f"{decided} assessment_refused", f"{contacted} mediation_declined")
    verdict = check_move(case, "mediation_certificate_issued", as_of=contacted)
    assert verdict.allowed is lawful
    assert verdict.verdicts[1].checked is checked
    if not lawful:
        (refusal,) = verdict.refusals
        assert refusal.finding == "certificate_after_late_contact"
        assert "leave" in refusal.remedy


def test_a_certificate_without_any_contact_is_reported_and_followed():
    case = record(history(*REFUSED), fact("mediation_certificate_issued", "2026-05-01"), strict=False)
    assert codes(case) == ["certificate_without_contact"]
    assert check_move(case, "appeal_registered", as_of="2026-05-02").allowed
    # An imported request may have been taken back to a contact that is not on record.
    declined = told("MAINTAINED+mediation_requested:education+mediation_declined")
    assert check_move(declined, "mediation_certificate_issued", as_of=after(declined)).allowed


# What obeys a settlement.


@pytest.mark.parametrize(
    ("way", "awaits", "acts"),
    [
        ("REFUSED_ASSESSMENT+APPEAL+tribunal_order_made:assess", "plan_refused final_plan_sent",
         "assessment_agreed plan_refused"),
        ("REFUSED_ASSESSMENT+APPEAL+appeal_conceded:assess", "plan_refused final_plan_sent",
         "assessment_agreed plan_agreed draft_plan_sent final_plan_sent"),
        ("REFUSED_ASSESSMENT+MEDIATION+mediation_agreed:reconsider", "assessment_refused assessment_agreed",
         "assessment_agreed"),
        ("REFUSED_PLAN+APPEAL+tribunal_order_made:make_plan", "final_plan_sent", "draft_plan_sent final_plan_sent"),
        ("REFUSED_PLAN+APPEAL+tribunal_order_made:reconsider", "plan_refused draft_plan_sent", "plan_refused"),
        ("REFUSED_PLAN+MEDIATION+mediation_agreed:reconsider", "plan_refused draft_plan_sent", "draft_plan_sent"),
        ("MAINTAINED+APPEAL+tribunal_order_made:amend", "final_plan_sent amended_plan_sent", "amended_plan_sent"),
        ("MAINTAINED+APPEAL+appeal_conceded:amend_school", "final_plan_sent amended_plan_sent", "amended_plan_sent"),
        ("CEASE_NOTIFIED+APPEAL+appeal_conceded:continue_and_amend", "final_plan_sent amended_plan_sent",
         "amended_plan_sent"),
        ("CEASE_NOTIFIED+MEDIATION+mediation_agreed:amend", "final_plan_sent amended_plan_sent", "amended_plan_sent"),
        ("CEASE_NOTIFIED+APPEAL+tribunal_order_made:dismiss_cease", "plan_ceased", "plan_ceased"),
        ("REASSESS_REQUESTED+reassessment_refused+APPEAL+tribunal_order_made:reassess",
         "plan_refused final_plan_sent amended_plan_sent amendment_declined cease_notice_sent",
         "reassessment_agreed amendment_declined"),
        ("REASSESS_REQUESTED+reassessment_refused+APPEAL+tribunal_order_made:reassess",
         "plan_refused final_plan_sent amended_plan_sent amendment_declined cease_notice_sent",
         "reassessment_agreed draft_plan_sent amended_plan_sent"),
        ("MAINTAINED+MEDIATION+mediation_agreed:other", "agreement_carried_out",
         "agreement_notified agreement_carried_out"),
    ],
)  # fmt: skip
def test_a_dispute_is_complied_with_when_the_act_is_on_record(way, awaits, acts):
    case = told(way)
    settled = one(case)
    assert settled.settlement == case.recorded[-1]
    assert settled.under_way
    assert settled.awaits == tuple(awaits.split())
    assert f"; waits for {' or '.join(settled.awaits)}" in str(settled)
    for act in acts.split():
        assert disputes(case, LATE)[0].state is not DisputeState.COMPLIED
        case = record(case, fact(act, after(case)))
    dispute = disputes(case, LATE)[0]
    assert (dispute.state, dispute.awaits, dispute.under_way) == (DisputeState.COMPLIED, (), False)
    assert dispute.since == case.recorded[-1].on
    assert dispute.steps[-1].citations


@pytest.mark.parametrize(
    ("way", "stands"),
    [
        ("CEASE_NOTIFIED+APPEAL+tribunal_order_made:continue", "DETERMINED"),
        ("CEASE_NOTIFIED+APPEAL+appeal_conceded:continue", "CONCEDED"),
        ("CEASE_NOTIFIED+MEDIATION+mediation_agreed:continue", "AGREED"),
        ("REFUSED_PLAN+APPEAL+tribunal_order_made:dismiss", "DETERMINED"),
        ("REFUSED_PLAN+APPEAL+appeal_withdrawn", "WITHDRAWN"),
        ("REFUSED_PLAN+APPEAL+appeal_determined", "DETERMINED"),
    ],
)
def test_where_nothing_is_left_to_do_the_dispute_stays_where_it_was_settled(way, stands):
    dispute = one(told(way))
    assert (dispute.state.value, dispute.awaits, dispute.under_way) == (stands, (), False)


def test_two_concessions_are_obeyed_by_one_plan_and_an_order_takes_their_place():
    both = told("MAINTAINED+APPEAL+appeal_conceded:amend+appeal_conceded:amend_school+amended_plan_sent")
    assert where(both) == [("final_plan_sent", "COMPLIED")]
    two = told("MAINTAINED+MEDIATION+mediation_agreed:other+mediation_agreed:amend")
    assert one(two).awaits == ("final_plan_sent", "amended_plan_sent", "agreement_carried_out")
    half = record(two, fact("agreement_carried_out", after(two)))
    assert (one(half).state, one(half).awaits) == (DisputeState.AGREED, ("final_plan_sent", "amended_plan_sent"))
    ordered = told("CEASE_NOTIFIED+APPEAL+appeal_conceded:continue_and_amend+tribunal_order_made:continue")
    assert (one(ordered).state, one(ordered).awaits) == (DisputeState.DETERMINED, ())


def test_what_is_agreed_while_the_appeal_runs_is_obeyed_when_it_is_withdrawn():
    agreed = "MAINTAINED+APPEAL+mediation_agreed:amend"
    case = told(f"{agreed}+appeal_withdrawn+amended_plan_sent")
    assert where(case) == [("final_plan_sent", "COMPLIED")]
    before = told(f"{agreed}+amended_plan_sent")
    assert where(before) == [("final_plan_sent", "APPEALED")]
    assert one(before).awaits == ()


# Which decision.


def test_each_dispute_has_a_decision_of_its_own():
    case = told(
        "REFUSED_ASSESSMENT+APPEAL+tribunal_order_made:assess+assessment_agreed+plan_refused+MEDIATION"
        "+mediation_agreed:make_plan+draft_plan_sent+final_plan_sent+appeal_registered"
    )
    assert codes(case) == []
    assert where(case) == [
        ("assessment_refused", "COMPLIED"),
        ("plan_refused", "COMPLIED"),
        ("final_plan_sent", "APPEALED"),
    ]
    assert state(case, LATE).disputes == disputes(case, LATE)
    assert disputes(case, "2024-01-15") == ()


def test_a_settlement_goes_past_a_decision_that_it_does_not_fit():
    case = told("MAINTAINED+APPEAL+reassessment_requested+reassessment_refused+APPEAL")
    assert where(case) == [("final_plan_sent", "APPEALED"), ("reassessment_refused", "APPEALED")]
    amended = record(case, fact("tribunal_order_made:amend", after(case)))
    assert where(amended) == [("final_plan_sent", "DETERMINED"), ("reassessment_refused", "APPEALED")]
    verdict = check_move(case, "tribunal_order_made", "amend", after(case))
    assert verdict.dispute
    assert verdict.dispute.decision.event == "final_plan_sent"


def test_an_earlier_decision_is_disputed_only_by_what_leaves_no_doubt():
    # Nothing is known against an appeal about the old plan's school; but this one is about the refusal, and lacks its
    # certificate.
    case = told("REASSESS_REQUESTED+reassessment_refused")
    (refusal,) = check_move(case, "appeal_registered", as_of=after(case)).refusals
    assert refusal.finding == "appeal_without_certificate"
    # The latest decision is under appeal: mediation that is declined now can only be about the one before.
    both = told("REASSESS_REQUESTED+reassessment_refused+APPEAL+mediation_declined")
    assert codes(both) == []
    assert where(both) == [("final_plan_sent", "MEDIATION_CONTACTED"), ("reassessment_refused", "APPEALED")]


def test_a_later_fact_goes_to_the_dispute_that_is_under_way():
    case = told("MAINTAINED+APPEAL+reassessment_requested+reassessment_refused+appeal_response_sent")
    assert codes(case) == []
    assert where(case) == [("final_plan_sent", "APPEALED")]


def test_an_opening_fact_goes_to_the_latest_decision():
    case = told("REASSESS_REQUESTED+reassessment_refused+mediation_contacted")
    assert where(case) == [("reassessment_refused", "MEDIATION_CONTACTED")]


def test_a_later_plan_takes_the_place_of_an_earlier_one():
    case = told("MAINTAINED+MEDIATION+mediation_agreed:amend+amended_plan_sent+appeal_registered")
    assert where(case) == [("final_plan_sent", "COMPLIED"), ("amended_plan_sent", "APPEALED")]
    twice = record(case, fact("appeal_registered", after(case)), strict=False)
    assert codes(twice) == ["appeal_registered_twice"]
    assert where(twice) == where(case)


def test_what_a_dispute_refuses_for_a_reason_is_reported_there():
    # The response was sent, so this is no concession; but it is about the appeal, not about the later decision.
    case = told("MAINTAINED+APPEAL+appeal_response_sent+reassessment_requested+reassessment_refused")
    conceded = record(case, fact("appeal_conceded:amend", after(case)), strict=False)
    assert codes(conceded) == ["concession_after_response"]
    assert where(conceded) == [("final_plan_sent", "CONCEDED")]


def test_a_decision_that_the_law_orders_later_on_the_same_day_still_counts():
    case = history("2026-03-02 request_received", "2026-04-13 assessment_agreed", "2026-06-15 plan_refused",
                   "2026-06-15 mediation_contacted")  # fmt: skip
    assert codes(case) == []
    assert where(case) == [("plan_refused", "MEDIATION_CONTACTED")]
    assert check_move(case, "mediation_requested", "education", "2026-06-15").allowed


def test_the_order_of_recording_never_matters():
    case = told("REFUSED_ASSESSMENT+APPEAL+appeal_conceded:assess+assessment_agreed+plan_refused+mediation_contacted")
    expected = state(case, LATE)
    for order in itertools.islice(itertools.permutations(case.recorded), 0, 40320, 997):
        assert state(Case("a", order), LATE) == expected


def test_a_plan_stays_maintained_while_an_appeal_runs():
    for way in ("MAINTAINED+APPEAL", "CEASE_NOTIFIED+APPEAL", "REVIEW_OPEN+APPEAL", "MAINTAINED+MEDIATION"):
        case_state = state(told(way), LATE)
        assert case_state.maintained
        assert case_state.pathway is State(way.partition("+")[0])


# Asking and recording.


def test_recording_refuses_what_would_take_the_ground_from_a_dispute():
    case = told("REFUSED_ASSESSMENT+APPEAL")
    certificate = next(item for item in case.facts if item.event == "mediation_certificate_issued")
    with pytest.raises(MoveRefused, match=r"appeal_registered on .* no mediation certificate is on record"):
        record(case, fact("fact_voided", certificate.on, corrects=certificate.id, reason="wrong child"))
    voided = case.void(certificate, "wrong child")
    assert codes(voided) == ["appeal_without_certificate"]
    refusal = case.facts[1]
    with pytest.raises(MoveRefused) as refused:
        record(case, fact("fact_voided", refusal.on, corrects=refusal.id, reason="wrong child"))
    assert {item.finding for item in refused.value.verdict.refusals} == {"dispute_without_decision"}


def test_what_was_out_of_order_before_is_not_held_against_a_new_fact():
    case = record(history(*REFUSED), fact("appeal_registered", "2026-05-01"), strict=False)
    assert codes(case) == ["appeal_without_certificate"]
    assert codes(record(case, fact("appeal_response_sent", "2026-06-01"))) == ["appeal_without_certificate"]


def test_a_case_with_nothing_to_appeal_lists_no_dispute_as_lawful():
    case = history("2026-03-02 request_received")
    lawful = {item.event for item in allowed(case, "2026-03-20") if item.allowed}
    assert lawful.isdisjoint({"appeal_registered", "mediation_contacted", "tribunal_order_made", "released"})
    verdict = check_move(case, "appeal_registered", as_of="2026-03-20")
    assert [item.finding for item in verdict.refusals] == ["dispute_without_decision"]
    assert (verdict.to_state, verdict.dispute) == (State.REQUESTED, None)
    assert "no decision that can be appealed is on record" in str(verdict)


def test_a_verdict_says_what_becomes_of_the_dispute():
    case = told("REFUSED_ASSESSMENT+APPEAL")
    text = str(check_move(case, "tribunal_order_made", "assess", after(case)))
    assert "  goes to ASSESSING under " in text
    assert (
        "  the dispute about assessment_refused of Wednesday 31 January 2024 (CFA 51(2)(a)) goes to DETERMINED\n"
        in text
    )
    stays = str(check_move(case, "appeal_response_sent", None, after(case)))
    assert "(CFA 51(2)(a)) stays APPEALED under " in stays
    refused = str(check_move(case, "mediation_declined", None, after(case)))
    assert "(CFA 51(2)(a)) is APPEALED\n" in refused


def test_a_finding_of_each_region_and_one_for_each_fact():
    case = history(
        "2026-03-02 assessment_refused",
        "2026-03-05 appeal_registered",
        "2026-04-05 tribunal_order_made:amend",
        "2026-05-01 recommendation_made",
        "2026-05-02 mediation_declined",
    )
    found = state(case, LATE).findings
    assert [finding.code for finding in found] == [
        "decision_without_request",
        "appeal_without_certificate",
        "order_without_decision",
        "mediation_after_settlement",
    ]
    early = history("2026-03-02 mediation_contacted", "2026-03-05 plan_ceased")
    case_state = state(early, LATE)
    assert [finding.code for finding in case_state.findings] == ["dispute_without_decision", "ceasing_without_plan"]
    assert case_state.disputes == ()


def test_every_ground_has_what_overtakes_it_and_what_fits_it():
    every = {*APPEALS.grounds.values(), *APPEALS.in_custody.values()}
    assert {ground[-2] for ground in APPEALS.grounds.values()} == set("abcdef")
    assert all(APPEALS.overtaking(ground) for ground in every)
    for event in ("tribunal_order_made", "appeal_conceded", "mediation_agreed"):
        assert {outcome for ground in every for outcome in APPEALS.answering(ground, event)} == set(OUTCOMES[event])
        assert all(APPEALS.answering(ground, event) for ground in every)


def test_a_day_before_the_dispute_knows_nothing_of_it():
    case = told("REFUSED_ASSESSMENT+APPEAL")
    on = case.facts[-1].on
    assert one(case, (on - dt.timedelta(days=1)).isoformat()).state is DisputeState.CERTIFIED
    assert one(case, on.isoformat()).state is DisputeState.APPEALED


def test_a_request_for_mediation_in_time_is_a_contact_in_time():
    # Decided on 1 January: two months end on 1 March 2024.
    case = history(
        "2024-01-01 assessment_refused", "2024-03-01 mediation_requested:education", "2024-03-20 mediation_declined"
    )
    asked = check_move(case, "mediation_certificate_issued", None, "2024-03-21")
    assert "certificate_after_late_contact" not in [verdict.finding for verdict in asked.refusals]
