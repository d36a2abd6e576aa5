"""What is sent again without a new question is a copy: told once, and moving no limit, no state and no dispute."""

import datetime as dt

import pytest

from ehcp_flow.deadlines import deadlines_of, judge
from ehcp_flow.law.loader import england
from ehcp_flow.law.patterns import Pattern
from ehcp_flow.record_table import ORDERED, OnceOnly
from ehcp_flow.states import disputes, state
from tests.bulk.agreeing import agree
from tests.doors import at_every_door
from tests.telling import codes, every, fact, tell

PLAN = "2023-03-02 final_plan_sent; 2025-03-10 review_decision_sent outcome=maintain"
STORIES = {
    "assessment_agreed": "2026-01-05 request_received",
    "assessment_refused": "2026-01-05 request_received",
    "plan_agreed": "2026-01-05 request_received; 2026-02-10 assessment_agreed",
    "plan_refused": "2026-01-05 request_received; 2026-02-10 assessment_agreed",
    "final_plan_sent": "2025-10-06 request_received; 2026-02-02 draft_plan_sent",
    "amended_plan_sent": f"{PLAN}; 2026-02-02 amendment_notice_sent",
    "amendment_declined": f"{PLAN}; 2026-02-02 amendment_notice_sent",
    "review_decision_sent outcome=maintain": f"{PLAN}; 2026-02-16 review_meeting_held",
    "review_decision_sent outcome=amend": f"{PLAN}; 2026-02-16 review_meeting_held",
    "review_decision_sent outcome=cease": f"{PLAN}; 2026-02-16 review_meeting_held",
    "reassessment_agreed": f"{PLAN}; 2026-02-23 reassessment_requested",
    "reassessment_refused": f"{PLAN}; 2026-02-23 reassessment_requested",
    "reassessment_started": PLAN,
    "cease_notice_sent": f"{PLAN}; 2026-02-02 cease_consulted",
    "appeal_conceded outcome=amend": f"{PLAN}; 2026-02-02 amended_plan_sent; 2026-02-09 appeal_registered",
    "transfer_notice_sent": "2026-02-16 plan_transferred_in made_on=2025-05-01",
    "mediation_notified": f"{PLAN}; 2026-02-25 mediation_requested outcome=health",
    "recommendation_answered party=health": "2026-02-09 recommendation_made party=health",
}
"""What leads to each act of the law that can be there once, up to 2 March 2026."""
QUESTIONS = {
    "assessment_agreed": "2026-03-09 refusal_reversed",
    "assessment_refused": "2026-03-09 request_received",
    "plan_agreed": "2026-03-09 plan_refused",
    "plan_refused": "2026-03-09 tribunal_order_made outcome=reconsider",
    "final_plan_sent": "2026-03-09 draft_plan_sent",
    "amended_plan_sent": "2026-03-09 amendment_notice_sent",
    "amendment_declined": "2026-03-09 amendment_notice_sent",
    "review_decision_sent outcome=maintain": "2026-03-09 review_meeting_held",
    "review_decision_sent outcome=amend": "2026-03-09 review_meeting_held",
    "review_decision_sent outcome=cease": "2026-03-09 cease_notice_withdrawn",
    "reassessment_agreed": "2026-03-09 amended_plan_sent",
    "reassessment_refused": "2026-03-09 mediation_agreed outcome=reconsider",
    "reassessment_started": "2026-03-09 amended_plan_sent",
    "cease_notice_sent": "2026-03-09 cease_consulted",
    "appeal_conceded outcome=amend": "2026-03-09 appeal_registered",
    "transfer_notice_sent": "2026-03-09 plan_transferred_in",
    "mediation_notified": "2026-03-09 mediation_requested outcome=health",
    "recommendation_answered party=health": "2026-03-09 recommendation_made party=health",
}
"""Something after each that can have led to another."""
AS_OF = "2026-06-30"
COPIES = [row for row in ORDERED if isinstance(row, OnceOnly) and row.finding == "act_repeated"]
each = pytest.mark.parametrize("act", STORIES)


def rows(chronology: str) -> list[tuple[object, ...]]:
    return [(d.limit, d.party, d.due_on, d.done_on, d.status, d.breach) for d in deadlines_of(tell(chronology), AS_OF)]


def told_again(act: str, on: str = "2026-03-16") -> tuple[str, str]:
    """A story with one such act, and the same with a second one."""
    once = f"{STORIES[act]}; 2026-03-02 {act}"
    return once, f"{once}; {on} {act}"


def test_each_act_of_the_table_has_its_story():
    assert {row.event for row in COPIES} == {act.split()[0] for act in STORIES}
    assert STORIES.keys() == QUESTIONS.keys()


@each
@pytest.mark.parametrize("on", ["2026-03-03", "2026-05-25"])
def test_a_copy_moves_no_limit_no_state_and_no_dispute(act, on):
    once, again = told_again(act, on)
    assert rows(again) == rows(once)
    one, two = (state(tell(story), AS_OF) for story in (once, again))
    assert (two.pathway, two.since, len(two.history)) == (one.pathway, one.since, len(one.history))
    assert [str(each) for each in disputes(tell(again), AS_OF)] == [str(each) for each in disputes(tell(once), AS_OF)]
    agree([tell(again)], AS_OF)


@each
def test_it_is_told_once_with_what_would_make_it_more(act):
    once, again = told_again(act)
    assert "act_repeated" not in codes(once, AS_OF)
    (found,) = (found for found in judge(tell(again), AS_OF).findings if found.code == "act_repeated")
    assert found.fact == fact(f"2026-03-16 {act}")
    assert "was sent on 2026-03-02 already" in found.message
    assert found.remedy == "if it is another act, record what led to it; if it was typed twice, void it"
    assert [each.code for each in state(tell(again), AS_OF).findings] == [
        each.code for each in state(tell(once), AS_OF).findings
    ]


@each
def test_after_twelve_weeks_it_is_another_act(act):
    _, again = told_again(act, "2026-05-26")
    assert "act_repeated" not in codes(again, AS_OF)


@each
def test_after_what_can_have_led_to_another_it_is_no_copy(act):
    once, _ = told_again(act)
    assert "act_repeated" not in codes(f"{once}; {QUESTIONS[act]}; 2026-03-16 {act}", AS_OF)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("amended_plan_sent", "amended_plan_sent outcome=names_placement"),
        ("review_decision_sent outcome=maintain", "review_decision_sent outcome=amend"),
        ("appeal_conceded outcome=amend", "appeal_conceded outcome=amend_school"),
        ("recommendation_answered party=health", "recommendation_answered party=social_care"),
    ],
)
def test_another_answer_is_never_a_copy(first, second):
    assert "act_repeated" not in codes(f"{STORIES[first]}; 2026-03-02 {first}; 2026-03-16 {second}", AS_OF)


def test_a_copy_of_a_copy_is_a_copy():
    once, again = told_again("plan_refused", "2026-05-04")
    thrice = f"{again}; 2026-06-22 plan_refused"
    assert rows(thrice) == rows(once)
    assert codes(thrice, AS_OF).count("act_repeated") == 2


def test_what_opens_a_duty_that_an_act_discharges_lets_the_act_be_there_again():
    """Else a second answer to a second duty would be left out, and the duty be overdue for ever."""
    book = england()
    for row in COPIES:
        for limit in book.limits.values():
            for rule in limit.rule:
                clock = book.clocks[rule.clock]
                acts = (*rule.done_by, *rule.done_after_first_by)
                # A transfer that is to come asks for no act of its own: it looks back at those that there are.
                if clock.ahead or not any(act.event == row.event for act in acts):
                    continue
                opens = {start.event for start in (*clock.starts_on, *clock.restarts_on, *clock.resumes_on)}
                assert opens <= row.events, (row.event, limit.id, opens - row.events)


@pytest.mark.parametrize("act", ["assessment_refused", "cease_notice_sent", "reassessment_agreed"])
def test_it_is_so_at_every_door(act, tmp_path):
    once, again = told_again(act)
    for command in ("check", "breaches", "state"):
        found = at_every_door(tmp_path, again, command, "--as-of", AS_OF)
        assert found == at_every_door(tmp_path, once, command, "--as-of", AS_OF)
    listed = at_every_door(tmp_path, again, "breaches", "--register", "findings", "--as-of", AS_OF)
    assert [row["on"] for row in listed if row["finding"] == "act_repeated"] == ["2026-03-16"]


def test_ceasing_after_the_time_of_the_first_notice_is_lawful_and_no_breach():
    _, again = told_again("cease_notice_sent")
    ceased = f"{again}; 2026-05-06 plan_ceased"
    (window,) = every(ceased, "cease_standstill", AS_OF)
    assert (str(window.due_on), window.status, window.breach) == ("2026-05-05", "met", False)
    assert state(tell(ceased), AS_OF).findings == state(tell(again), AS_OF).findings


def test_a_re_assessment_that_is_agreed_to_twice_has_fourteen_weeks_from_the_first_time():
    _, again = told_again("reassessment_agreed")
    (final,) = every(again, "reassessment_final", AS_OF)
    assert (final.due_on, final.days_over) == (dt.date(2026, 6, 8), 22)
    assert Pattern("reassessment_agreed") in england().clocks["reassessment"].starts_on
