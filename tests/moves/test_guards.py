"""Guards: on the last day on which they fail, the first on which they pass, and what they say."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

import ehcp_flow.law
from ehcp_flow.case import Case
from ehcp_flow.deadlines import deadlines_of, judge
from ehcp_flow.law import load_rulebook
from ehcp_flow.moves import replay
from ehcp_flow.moves.facts_before import FEW
from ehcp_flow.moves.law_at_hand import at_hand
from ehcp_flow.moves.machine import table
from ehcp_flow.states import State, check_move, record, state
from ehcp_flow.synth import synth
from tests.moves.telling import PATHWAY, START, after, fact, history, told
from tests.telling import tell

DRAFT = (
    "2026-03-02 request_received",
    "2026-04-13 assessment_agreed",
    "2026-06-15 plan_agreed",
    "2026-06-22 draft_plan_sent",
)


def refusal(case: Case, event: str, outcome: str | None = None, as_of: dt.date | str | None = None):
    # What a dispute has to say stands after what the pathway says.
    return check_move(case, event, outcome, as_of or after(case)).refusals[0]


def test_the_final_plan_waits_until_the_fifteenth_day_from_service_is_over():
    # served Monday 22 June 2026, that day being the first; the 15 days end on Monday 6 July.
    case = history(*DRAFT)
    early = refusal(case, "final_plan_sent", None, "2026-07-06")
    assert early.reason == (
        "the draft plan was served on Monday 22 June 2026; at least 15 days beginning with "
        "that day are protected, up to Monday 6 July 2026"
    )
    assert early.remedy == "send the final plan on or after Tuesday 7 July 2026"
    assert early.fact == case.facts[-1]
    assert early.citation.short == "SR 13(1)"
    assert check_move(case, "final_plan_sent", None, "2026-07-07").allowed


def test_the_fifteen_days_run_from_service_not_from_sending():
    served = fact("draft_plan_sent", "2026-06-22", served_on="2026-06-24")
    case = record(history(*DRAFT[:3]), served)
    assert not check_move(case, "final_plan_sent", None, "2026-07-08").allowed
    assert check_move(case, "final_plan_sent", None, "2026-07-09").allowed


@pytest.mark.parametrize(("on", "allowed", "checked"), [
    ("2026-07-06", False, True), ("2026-07-07", True, False), ("2026-07-15", True, False), ("2026-07-16", True, True),
])  # fmt: skip
def test_a_new_draft_protects_the_fifteen_days_of_the_first_and_leaves_its_own_to_a_person(on, allowed, checked):
    case = history(*DRAFT, "2026-07-01 draft_plan_sent")
    answer = check_move(case, "final_plan_sent", None, on)
    window = answer.verdicts[0]
    assert (answer.allowed, window.holds, window.checked) == (allowed, allowed, checked)
    if not checked:
        assert window.reason == (
            "the draft plan was served again on Wednesday 1 July 2026; whether that called for as much time, up to "
            "Wednesday 15 July 2026, the record does not show"
        )
    if not allowed:
        assert window.remedy == "send the final plan on or after Tuesday 7 July 2026"
    # The time of each draft stands among the deadlines, and they say no other thing.
    done = state(record(case, fact("final_plan_sent", on), strict=False), on).findings
    assert [found.code for found in done] == ([] if allowed else ["final_plan_within_15_days"])


def test_a_draft_after_a_refusal_is_a_first_one_again():
    reversed_ = ("2026-07-01 plan_refused", "2026-08-03 refusal_reversed", "2026-08-10 draft_plan_sent")
    case = history(*DRAFT[:3], "2026-06-16 draft_plan_sent", *reversed_)
    assert not check_move(case, "final_plan_sent", None, "2026-08-24").allowed
    assert check_move(case, "final_plan_sent", None, "2026-08-25").allowed


def test_a_second_notice_of_amendments_protects_no_more_than_the_first():
    case = history(*DRAFT, "2026-07-07 final_plan_sent", "2027-01-04 amendment_notice_sent",
                   "2027-01-11 amendment_notice_sent")  # fmt: skip
    assert not check_move(case, "amended_plan_sent", None, "2027-01-18").allowed
    window = check_move(case, "amended_plan_sent", None, "2027-01-19").verdicts[0]
    assert (window.holds, window.checked) == (True, False)
    met = history(*DRAFT, "2026-07-07 final_plan_sent", "2027-01-04 amendment_notice_sent",
                  "2027-01-07 review_meeting_held", "2027-01-11 amendment_notice_sent")  # fmt: skip
    assert not check_move(met, "amended_plan_sent", None, "2027-01-25").allowed


@pytest.mark.parametrize(("again", "allowed"), [("2027-03-29", True), ("2027-03-30", False)])
def test_a_notice_more_than_twelve_weeks_after_the_first_is_a_first_one_again(again, allowed):
    case = history(*DRAFT, "2026-07-07 final_plan_sent", "2027-01-04 amendment_notice_sent",
                   f"{again} amendment_notice_sent")  # fmt: skip
    assert check_move(case, "amended_plan_sent", None, "2027-04-12").allowed is allowed
    # The deadlines say the same: what is told as a second notice may have needed no time.
    titles = [each.title for each in deadlines_of(case, "2027-04-12") if each.status == "open"]
    assert [title for title in titles if title.startswith("Leave at least 15 days")] == [
        "Leave at least 15 days for representations on the second notice, if it needs them" if allowed
        else "Leave at least 15 days for representations on the amendments"
    ]  # fmt: skip


def test_a_notice_from_before_a_transfer_is_not_the_first_of_one_after_it():
    case = history(*DRAFT, "2026-07-07 final_plan_sent", "2027-01-04 amendment_notice_sent",
                   "2027-01-11 plan_transferred_in", "2027-02-01 amendment_notice_sent")  # fmt: skip
    assert not check_move(case, "amended_plan_sent", None, "2027-02-08").allowed
    assert check_move(case, "amended_plan_sent", None, "2027-02-16").allowed


def test_a_notice_of_the_old_authority_is_none_of_the_new_one():
    case = history(*DRAFT, "2026-07-07 final_plan_sent", "2027-01-04 amendment_notice_sent",
                   "2027-01-11 plan_transferred_in")  # fmt: skip
    answer = check_move(case, "amended_plan_sent", None, "2027-03-01")
    assert not answer.allowed
    assert [each.finding for each in answer.verdicts if not each.holds] == ["amended_plan_without_notice"]


def test_consulting_the_school_is_named_and_not_required():
    case = history(*DRAFT)
    (verdict,) = (
        verdict
        for verdict in check_move(case, "final_plan_sent", None, "2026-07-07").verdicts
        if verdict.short == "CFA 40(3)"
    )
    assert (verdict.holds, verdict.checked, verdict.fact) == (True, False, None)
    assert str(verdict).startswith("not checked: no consultation")
    asked = record(case, fact("school_consulted", "2026-06-23", party="123456"))
    verdict = check_move(asked, "final_plan_sent", None, "2026-07-07").verdicts[1]
    assert (verdict.holds, verdict.checked, verdict.fact) == (True, True, asked.facts[-1])


def test_a_school_consulted_for_an_earlier_plan_does_not_count():
    life = [
        "school_consulted",
        "final_plan_sent",
        "cease_consulted",
        "cease_notice_sent",
        "plan_ceased",
        "request_received",
    ]
    events = [*life, "assessment_agreed", "plan_agreed", "draft_plan_sent"]
    case = history(*DRAFT, *(f"{2027 + number}-01-01 {event}" for number, event in enumerate(events)))
    verdict = check_move(case, "final_plan_sent", None, "2036-01-01")
    assert (verdict.allowed, verdict.verdicts[1].checked) == (True, False)


@pytest.mark.parametrize(("as_of", "lawful"), [("2026-04-15", False), ("2026-04-16", True)])
def test_the_amended_plan_waits_fifteen_days_from_the_service_of_the_notice(as_of, lawful):
    case = record(told("MAINTAINED"), fact("amendment_notice_sent", "2026-03-30", served_on="2026-04-01"))
    assert check_move(case, "amended_plan_sent", None, as_of).allowed is lawful


def test_an_ordered_amendment_waits_for_no_notice():
    case = told("MAINTAINED+APPEAL+tribunal_order_made:amend")
    (verdict,) = check_move(case, "amended_plan_sent", None, case.facts[-1].on).verdicts
    assert verdict.holds
    assert verdict.fact == case.facts[-1]
    done = record(case, fact("amended_plan_sent", after(case)))
    assert not check_move(done, "amended_plan_sent", None, after(done)).allowed, "one order, one amended plan"


@pytest.mark.parametrize(
    ("way", "event", "finding"),
    [
        ("MAINTAINED", "amended_plan_sent", "amended_plan_without_notice"),
        ("AMENDMENT_PROPOSED+amended_plan_sent", "amended_plan_sent", "amended_plan_without_notice"),
        ("KEPT_DETAINED", "amended_plan_sent", "amended_plan_without_notice"),
        ("REASSESSING", "final_plan_sent", "final_plan_before_draft"),
        ("DRAFT_ISSUED+final_plan_sent+reassessment_started", "final_plan_sent", "final_plan_before_draft"),
        ("MAINTAINED", "amendment_declined", "amendment_declined_without_notice"),
        ("MAINTAINED", "review_decision_sent:maintain", "review_decision_without_meeting"),
        ("REVIEW_OPEN+review_decision_sent:amend", "review_decision_sent:amend", "review_decision_without_meeting"),
        ("MAINTAINED+review_invited", "review_decision_sent:cease", "review_decision_without_meeting"),
        ("MAINTAINED", "reassessment_agreed", "reassessment_decision_without_request"),
        ("MAINTAINED", "reassessment_refused", "reassessment_decision_without_request"),
        ("REASSESS_REQUESTED+reassessment_agreed", "reassessment_agreed", "reassessment_decision_without_request"),
        ("ASSESSING", "assessment_agreed", "assessment_decided_twice"),
        ("REFUSED_ASSESSMENT", "assessment_agreed", "assessment_decided_twice"),
        ("REFUSED_ASSESSMENT", "assessment_refused", "assessment_decided_twice"),
        ("REFUSED_ASSESSMENT+refusal_reversed+assessment_agreed", "assessment_agreed", "assessment_decided_twice"),
        ("DRAFTING", "plan_agreed", "plan_decided_twice"),
        ("REFUSED_PLAN", "plan_refused", "plan_decided_twice"),
        ("REFUSED_PLAN", "draft_plan_sent", "plan_decided_twice"),
        ("REFUSED_PLAN+APPEAL+tribunal_order_made:reconsider+plan_refused", "plan_agreed", "plan_decided_twice"),
        ("REQUESTED", "tribunal_order_made:assess", "order_without_decision"),
        ("ASSESSING", "appeal_conceded:make_plan", "concession_without_decision"),
        ("MAINTAINED", "mediation_agreed:reassess", "agreement_without_decision"),
        ("CEASED", "plan_ceased", "ceased_twice"),
        ("CEASE_NOTIFIED+APPEAL+tribunal_order_made:dismiss_cease+plan_ceased", "plan_ceased", "ceased_twice"),
        ("REVIEW_OPEN+review_decision_sent:cease", "cease_notice_sent", "cease_notice_without_consultation"),
        (
            "CEASE_CONSULTING+amendment_notice_sent+amended_plan_sent+review_meeting_held+review_decision_sent:cease",
            "cease_notice_sent",
            "cease_notice_without_consultation",
        ),
        (
            "CEASE_CONSULTING+review_decision_sent:maintain+review_meeting_held+review_decision_sent:cease",
            "cease_notice_sent",
            "cease_notice_without_consultation",
        ),
        (
            "KEPT_DETAINED+released+moved_away+plan_transferred_out+plan_transferred_in",
            "plan_transferred_out",
            "transfer_without_move",
        ),
        ("MAINTAINED", "transfer_notice_sent", "transfer_notice_without_transfer"),
        ("MAINTAINED", "plan_transferred_out", "transfer_without_move"),
        ("TRANSFERRING_OUT", "plan_transferred_in", "transfer_while_plan_maintained"),
        ("TRANSFERRING_OUT", "plan_ceased", "ceased_without_notice"),
        ("CEASE_CONSULTING+moved_away", "plan_ceased", "ceased_without_notice"),
        ("CEASE_NOTIFIED+cease_notice_withdrawn+moved_away", "plan_ceased", "ceased_without_notice"),
        ("CEASE_NOTIFIED+moved_away", "plan_ceased", "ceased_in_appeal_period"),
        ("MAINTAINED", "released", "release_without_detention"),
        ("KEPT_DETAINED+released", "released", "release_without_detention"),
        ("REQUESTED", "tribunal_order_made:dismiss", "dispute_without_decision"),
        ("REFUSED_PLAN", "tribunal_order_made:dismiss", "no_appeal_on_record"),
    ],
)
def test_a_guard_refuses_with_its_finding_and_says_what_would_be_right(way, event, finding):
    case = told(way)
    name, _, outcome = event.partition(":")
    verdict = refusal(case, name, outcome or None)
    assert verdict.finding == finding
    assert verdict.reason
    assert verdict.remedy
    assert verdict.citation.address.startswith("https://")
    taken = record(case, fact(event, after(case)), strict=False)
    # What is sent again without a new question is a copy, told once and followed nowhere.
    copied = case.recorded[-1].event == name and name not in {"released", "plan_ceased"}
    assert [found.code for found in state(taken, after(case)).findings] == ([] if copied else [finding])
    assert ("act_repeated" in {found.code for found in judge(taken, after(case)).findings}) is copied
    assert not copied or state(taken, after(case)).pathway is state(case, after(case)).pathway


@pytest.mark.parametrize(("party", "lawful"), [("parent", True), ("health", False), (None, True)])
def test_the_commissioning_bodys_request_cannot_be_refused(party, lawful):
    case = record(told("MAINTAINED"), fact("reassessment_requested", "2026-03-02", party=party))
    verdict = check_move(case, "reassessment_refused", None, "2026-03-10")
    assert verdict.allowed is lawful
    if not lawful:
        assert verdict.refusals[0].citation.short == "SR 23"
        assert verdict.refusals[0].reason.startswith("the request of Monday 2 March 2026")


def test_ceasing_names_the_judgement_that_nobody_computes():
    verdict = check_move(told("CEASE_CONSULTING"), "cease_notice_sent", None, "2026-03-02")
    assert [(item.short, item.holds, item.checked) for item in verdict.verdicts] == [
        ("SR 31(1)", True, True),
        ("CFA 45(1)", True, False),
    ]


@pytest.mark.parametrize(
    ("way", "lawful", "checked"),
    [
        ("CEASE_NOTIFIED", False, True),
        ("CEASE_NOTIFIED+review_report_sent+review_report_sent", True, True),
        ("CEASE_NOTIFIED+APPEAL", False, True),
        ("CEASE_NOTIFIED+APPEAL+cease_notice_sent", False, True),
        ("CEASE_NOTIFIED+APPEAL+appeal_withdrawn", True, True),
        ("CEASE_NOTIFIED+APPEAL+tribunal_order_made:dismiss", True, True),
        ("CEASE_NOTIFIED+APPEAL+tribunal_order_made:amend_school", False, True),
        ("CEASE_NOTIFIED+appeal_withdrawn", False, True),
        ("CEASE_NOTIFIED+appeal_withdrawn+review_report_sent", True, True),
        ("CEASE_NOTIFIED+APPEAL+appeal_conceded:continue+cease_consulted+cease_notice_sent", False, True),
        ("MAINTAINED+APPEAL+cease_consulted+cease_notice_sent", False, True),
        ("REVIEW_OPEN+cease_consulted+review_decision_sent:cease+APPEAL", False, True),
    ],
)
def test_the_plan_is_maintained_until_an_appeal_is_finally_determined(way, lawful, checked):
    case = told(way)
    assert state(case, after(case)).pathway is State.CEASE_NOTIFIED
    verdict = check_move(case, "plan_ceased", None, after(case))
    assert verdict.allowed is lawful
    assert verdict.verdicts[0].checked is checked
    assert verdict.verdicts[0].citation.short == "CFA 45(4)"


def test_the_appeal_period_is_that_of_the_latest_notice():
    case = told("CEASE_NOTIFIED+cease_consulted+cease_notice_sent")
    (verdict,) = check_move(case, "plan_ceased", None, after(case)).verdicts
    assert verdict.fact == case.facts[-1]
    copied = told("CEASE_NOTIFIED+cease_notice_sent")
    (verdict,) = check_move(copied, "plan_ceased", None, after(copied)).verdicts
    assert verdict.fact == copied.facts[-2], "a copy of the notice gives no more time"


@pytest.mark.parametrize(
    ("more", "last"),
    [
        ((), "2026-08-10 2026-09-01"),  # two months end in August, and the Tribunal's rules move that to September
        (("2026-08-20 mediation_certificate_issued",), "2026-09-20 2026-09-21"),  # a month from it is a Sunday
    ],
)
def test_a_plan_ceases_after_the_last_day_of_the_deadline_and_not_on_it(more, last):
    told_so = ("2023-03-02 final_plan_sent", "2026-05-11 cease_consulted", "2026-06-10 cease_notice_sent", *more)
    case = history(*told_so)
    (deadline,) = (
        each
        for each in deadlines_of(case, "2026-06-11" if not more else "2026-08-21")
        if each.limit == "cease_standstill"
    )
    assert str(deadline.due_on) == last.split()[1]
    (early,) = check_move(case, "plan_ceased", None, deadline.due_on).refusals
    assert (early.finding, early.days[1:]) == ("ceased_in_appeal_period", (deadline.due_on, deadline.earliest_on))
    assert check_move(case, "plan_ceased", None, deadline.earliest_on).allowed


def test_a_plan_that_was_made_again_has_no_notice_of_ceasing():
    (standstill,) = table(PATHWAY)[State.CEASE_NOTIFIED, "plan_ceased", None].guards
    verdict = standstill(history("2026-05-11 cease_notice_sent", "2026-05-20 final_plan_sent").facts, START, at_hand())
    assert (verdict.holds, verdict.checked, verdict.reason) == (True, False, "no notice of ceasing is on record")


def test_an_imported_notice_of_ceasing_may_be_missing_altogether():
    case = record(told("CEASE_CONSULTING"), fact("review_decision_sent:cease", "2025-01-01"), strict=False)
    gone = case.void(case.facts[-1], "wrong child")
    assert not check_move(gone, "plan_ceased", None, "2026-01-01").allowed


@pytest.mark.parametrize(
    ("chronology", "limit", "act"),
    [
        ("2026-03-02 request_received; 2026-06-22 draft_plan_sent", "draft_representations", "final_plan_sent"),
        (
            "2023-03-02 final_plan_sent; 2026-06-22 amendment_notice_sent",
            "amendment_representations",
            "amended_plan_sent",
        ),
    ],
)
@pytest.mark.parametrize("changed", ["at least 21 days beginning with", "at least 10 working days beginning with"])
def test_a_guard_and_a_deadline_take_the_time_of_a_window_from_the_same_rulebook(
    chronology, limit, act, changed, tmp_path
):
    law = tmp_path / "england"
    shutil.copytree(Path(ehcp_flow.law.__file__).parent / "england", law)
    for file in law.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace('"at least 15 days beginning with"', f'"{changed}"'), encoding="utf-8")
    draft = load_rulebook(law)
    case = tell(chronology)
    (window,) = (each for each in deadlines_of(case, "2026-06-23", rulebook=draft) if each.limit == limit)

    def refused(on):
        refusals = check_move(case, act, None, on, rulebook=draft).refusals
        return [verdict for verdict in refusals if changed in verdict.reason]

    (early,) = refused(window.due_on)
    assert early.days == (dt.date(2026, 6, 22), window.due_on, window.earliest_on)
    assert refused(window.earliest_on) == []


def test_guards_find_the_same_in_a_long_life_by_its_words_as_by_going_through_it(monkeypatch):
    case = Case("long", tuple(fact.model_copy(update={"case_id": "long"}) for fact in synth(60, 4)))
    assert len(case.facts) > FEW
    by_words = state(case, "2026-06-30")
    assert len(by_words.findings) > 50
    monkeypatch.setattr(replay, "FEW", len(case.facts))
    assert state(case, "2026-06-30") == by_words
