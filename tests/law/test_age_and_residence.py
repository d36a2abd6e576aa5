"""25, 26 and the academic year; leaving England; other custody; a death and the state. Each side of each boundary."""

import datetime as dt

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.states import State, allowed, check_move, state
from tests.bulk.agreeing import agree
from tests.doors import at_every_door
from tests.telling import every, one, tell, text_of

PLAN = "2018-07-16 final_plan_sent; 2025-07-01 review_decision_sent outcome=maintain"


def findings(chronology: str, as_of: str) -> list[str]:
    return [
        each.code for each in answer(tell(chronology), as_of).findings if each.code in ("too_old", "residence_in_doubt")
    ]


def stands(chronology: str, limit: str, as_of: str) -> tuple[object, ...]:
    found = every(chronology, limit, as_of)[-1]
    return found.status, found.days_over, found.ended_on and str(found.ended_on), found.breach


# 25 and 26.


@pytest.mark.parametrize(
    ("born", "as_of", "found"),
    [
        ("2000-10-05", "2026-10-04", ("overdue", 96, None, True)),
        ("2000-10-05", "2026-10-05", ("overtaken", 96, "2026-10-04", True)),
        ("2000-10-05", "2029-01-01", ("overtaken", 96, "2026-10-04", True)),
        ("2000-07-02", "2026-12-31", ("overtaken", 1, "2026-07-01", True)),
        ("2000-07-01", "2026-12-31", ("lapsed", None, "2026-06-30", False)),
        # Born on 29 February, somebody is a year older on 1 March of a common year.
        ("2000-02-29", "2026-12-31", ("lapsed", None, "2026-02-28", False)),
    ],
)
def test_the_yearly_clock_ends_with_the_day_before_the_26th_birthday(born, as_of, found):
    chronology = f"{born} date_of_birth; {PLAN}"
    assert stands(chronology, "annual_review", as_of) == found
    agree([tell(chronology)], as_of)


@pytest.mark.parametrize(
    ("done", "found"),
    [("2026-07-07", ("late", 7, None, True)), ("2026-07-08", ("overtaken", 7, "2026-07-07", True))],
)
def test_a_review_of_the_last_day_counts_and_one_of_the_birthday_is_none(done, found):
    chronology = f"2000-07-08 date_of_birth; {PLAN}; {done} review_decision_sent outcome=maintain"
    every_one = every(chronology, "annual_review", "2027-12-31")
    assert (every_one[1].status, every_one[1].days_over, every_one[1].ended_on and str(every_one[1].ended_on)) == found[
        :3
    ]
    assert len(every_one) == (3 if done == "2026-07-07" else 2)
    assert ("too_old" in findings(chronology, "2027-12-31")) is True


def test_the_power_to_keep_a_plan_ends_with_its_academic_year():
    chronology = f"2000-12-05 date_of_birth; {PLAN}; 2025-11-24 plan_kept until="
    assert stands(f"{chronology}2026-06-29", "annual_review", "2026-11-01") == ("lapsed", None, "2026-06-29", False)
    assert stands(f"{chronology}2026-07-31", "annual_review", "2026-11-01") == ("overtaken", 31, "2026-07-31", True)
    assert stands(f"{chronology}2026-07-31", "annual_review", "2026-07-31") == ("overdue", 31, None, True)
    assert stands(f"{chronology}2027-07-31", "annual_review", "2027-11-01") == ("overtaken", 157, "2026-12-04", True)
    # Without a birth date the day to which it was kept ends it all the same; a day before it was kept says nothing.
    kept = f"{PLAN}; 2025-11-24 plan_kept until="
    assert stands(f"{kept}2026-07-31", "annual_review", "2026-11-01") == ("overtaken", 31, "2026-07-31", True)
    assert stands(f"{kept}2025-07-31", "annual_review", "2026-11-01") == ("overdue", 124, None, True)
    told = text_of(every(f"{chronology}2026-07-31", "annual_review", "2026-11-01")[-1], "act")
    assert told.startswith("It fell away: plan kept, Monday 24 November 2025, to Friday 31 July 2026.")


def test_a_plan_that_was_kept_without_a_day_ends_with_the_day_before_the_26th_birthday():
    chronology = f"2000-10-05 date_of_birth; {PLAN}; 2025-11-24 plan_kept"
    assert stands(chronology, "annual_review", "2026-12-31") == ("overtaken", 96, "2026-10-04", True)
    agree([tell(chronology)], "2026-12-31")


def test_between_25_and_26_a_finding_asks_for_the_decision_to_keep_the_plan():
    chronology = f"2000-12-05 date_of_birth; {PLAN}"
    assert findings(chronology, "2025-12-04") == []
    assert findings(chronology, "2025-12-05") == ["too_old"]
    assert findings(f"{chronology}; 2025-11-24 plan_kept until=2026-07-31", "2025-12-05") == []
    assert findings(f"{chronology}; 2025-11-24 plan_kept until=2026-07-31", "2026-08-01") == ["too_old"]
    assert findings(f"{chronology}; 2026-02-02 plan_ceased", "2026-08-01") == []


@pytest.mark.parametrize(
    ("fact", "limit"),
    [
        ("request_received", "decide_assess"),
        ("became_responsible", "final_plan"),
        ("tribunal_order_made outcome=assess", "order_assess_notify"),
        ("tribunal_order_made outcome=make_plan", "order_plan_final"),
        ("tribunal_order_made outcome=reconsider", "order_reconsider"),
        ("appeal_conceded outcome=make_plan", "concede_plan_final"),
        ("mediation_agreed outcome=assess", "mediation_comply"),
    ],
)
def test_nobody_of_25_or_more_is_assessed(fact, limit):
    of_24 = f"2000-03-03 date_of_birth; 2025-03-02 {fact}"
    assert any(each.limit == limit for each in deadlines_of(tell(of_24), "2025-03-02"))
    assert findings(of_24, "2025-03-02") == []
    of_25 = f"2000-03-02 date_of_birth; 2025-03-02 {fact}"
    # That a health body tells the authority of an agreement is no part of an assessment.
    assert {each.limit for each in deadlines_of(tell(of_25), "2026-01-01")} <= {"mediation_notify_agreement"}
    assert findings(of_25, "2026-01-01") == ["too_old"]
    assert deadlines_of(tell(f"2025-03-02 {fact}"), "2026-01-01")


def test_an_assessment_ends_with_the_day_before_the_25th_birthday():
    chronology = "2000-10-05 date_of_birth; 2025-08-04 request_received"
    assert stands(chronology, "decide_assess", "2026-01-01") == ("overtaken", 19, "2025-10-04", True)
    assert stands(chronology, "final_plan", "2026-01-01") == ("lapsed", None, "2025-10-04", False)
    act = next(each for each in one(chronology, "final_plan", "2026-01-01").explanation if each.part == "act")
    assert act.text == (
        "It fell away: Saturday 4 October 2025 was the last day, since on the next the person is 25 or older, and no "
        "young person in law."
    )
    assert [str(each) for each in act.citations] == ["Children and Families Act 2014, s 83(2)"]


@pytest.mark.parametrize(("on", "there"), [("2026-10-04", True), ("2026-10-05", False)])
@pytest.mark.parametrize(
    ("fact", "limit"),
    [
        ("review_meeting_held", "review_decision"),
        ("amendment_notice_sent", "amended_plan"),
        ("tribunal_order_made outcome=amend", "order_amend"),
    ],
)
def test_nothing_starts_for_somebody_of_26(fact, limit, on, there):
    chronology = f"2000-10-05 date_of_birth; {PLAN}; {on} {fact}"
    assert any(each.limit == limit for each in deadlines_of(tell(chronology), on)) is there
    # An order for somebody of 25 is asked about for its own sake, beside the plan that nobody kept.
    assert findings(chronology, on) == ["too_old"] * (1 if there and limit != "order_amend" else 2)
    agree([tell(chronology)], "2027-01-01")


def test_a_detained_person_is_18_or_under():
    chronology = "2006-10-05 date_of_birth; 2025-09-01 detained; 2025-09-08 request_received"
    assert stands(chronology, "detained_decide_assess", "2025-12-01") == ("lapsed", None, "2025-10-04", False)
    assert deadlines_of(tell(chronology.replace("2006-10-05", "2006-09-08")), "2025-12-01") == []


def test_a_year_of_age_is_told_at_every_door(tmp_path):
    chronology = f"2000-10-05 date_of_birth; {PLAN}"
    rows = at_every_door(tmp_path, chronology, "check", "--as-of", "2026-11-01", "--limit", "annual_review")
    assert [(row["status"], row["ended_on"]) for row in rows][-1] == ("overtaken", "2026-10-04")
    assert at_every_door(tmp_path, chronology, "registers", "due", "--as-of", "2026-11-01") == []
    for as_of in ("2025-10-04", "2025-10-05", "2026-10-04", "2026-10-05"):
        agree([tell(chronology)], as_of)


# Leaving England.


def test_leaving_england_ends_nothing_and_asks_where_the_child_is_resident():
    chronology = "2025-02-17 final_plan_sent; 2025-09-01 left_england"
    assert stands(chronology, "annual_review", "2026-04-01") == ("overdue", 44, None, True)
    assert every(chronology, "transfer_plan", "2026-04-01") == []
    assert state(tell(chronology), "2026-04-01").state is State.MAINTAINED
    assert findings(chronology, "2025-08-31") == []
    assert findings(chronology, "2026-04-01") == ["residence_in_doubt"]
    # The power to cease is used as any other: consultation, notice, standstill.
    assert check_move(tell(chronology), "cease_consulted", None, "2026-04-01").allowed
    assert not check_move(tell(chronology), "plan_ceased", None, "2026-04-01").allowed
    agree([tell(chronology)], "2026-04-01")


# Other custody.

INSIDE = "2025-09-01 detained party=other_custody"
ACTS = (
    "2025-09-08 request_received; 2025-09-09 advice_requested party=medical; 2025-09-10 draft_plan_sent; "
    "2025-09-11 assessment_refused; 2025-09-12 tribunal_order_made outcome=make_plan; "
    "2025-09-13 mediation_requested outcome=education; 2025-09-14 accommodation_changed"
)


def test_in_other_custody_nothing_of_part_3_applies():
    limits = {each.limit for each in deadlines_of(tell(f"{INSIDE}; {ACTS}"), "2026-03-01")}
    assert not {limit for limit in limits if limit.startswith("detained_")}
    assert not limits & {"decide_assess", "final_plan", "advice", "order_plan_final", "mediation_arrange"}
    detained = f"2025-09-01 detained; {ACTS}"
    assert "detained_decide_assess" in {each.limit for each in deadlines_of(tell(detained), "2026-03-01")}
    agree([tell(f"{INSIDE}; {ACTS}")], "2026-03-01")
    agree([tell(detained)], "2026-03-01")


def test_what_runs_when_other_custody_begins_ends_and_the_year_goes_on_after_it():
    begun = f"2025-08-04 request_received; {INSIDE}"
    assert {(each.limit, each.status) for each in deadlines_of(tell(begun), "2026-03-01")} >= {
        ("decide_assess", "lapsed"), ("final_plan", "lapsed"),
    }  # fmt: skip
    assert not [each for each in deadlines_of(tell(begun), "2026-03-01") if each.limit.startswith("detained_")]
    plan = f"2025-02-17 final_plan_sent; {INSIDE}"
    assert stands(plan, "annual_review", "2026-03-01") == ("lapsed", None, "2025-09-01", False)
    assert stands(f"{plan}; 2025-11-03 released", "annual_review", "2026-01-01") == ("open", None, None, False)
    assert state(tell(plan), "2026-03-01").state is State.KEPT_DETAINED


def test_what_runs_in_custody_ends_when_the_person_is_moved_to_another_kind():
    moved = "2025-09-01 detained; 2025-09-08 request_received; 2025-10-06 detained party=other_custody"
    assert stands(moved, "detained_decide_assess", "2026-03-01") == ("lapsed", None, "2025-10-06", False)
    back = f"{moved}; 2025-10-13 detained; 2025-10-20 request_received"
    assert [str(each.starts_on) for each in every(back, "detained_decide_assess", "2026-03-01")] == [
        "2025-09-08", "2025-10-20",
    ]  # fmt: skip


def test_other_custody_is_told_at_every_door(tmp_path):
    rows = at_every_door(tmp_path, f"{INSIDE}; 2025-09-08 request_received", "check", "--as-of", "2026-03-01")
    assert rows == []


# A death.

DEAD = (
    "2025-01-06 request_received party=parent authority=885; 2025-02-10 assessment_agreed; 2025-04-07 plan_agreed; "
    "2025-05-05 draft_plan_sent; 2025-05-26 final_plan_sent; 2025-07-01 mediation_certificate_issued; "
    "2025-07-07 appeal_registered; 2026-01-20 died"
)


def test_a_death_is_a_state_in_which_nothing_can_be_done():
    case = tell(DEAD)
    assert state(case, "2026-01-19").state is State.MAINTAINED
    found = state(case, "2026-01-20")
    assert (found.state, found.since, found.maintained) == (State.DIED, dt.date(2026, 1, 20), False)
    assert [each for each in allowed(case, "2026-06-30") if each.allowed] == []
    for event in ("review_meeting_held", "appeal_registered", "died"):
        verdict = check_move(case, event, None, "2026-06-30")
        assert [each.finding for each in verdict.refusals] == ["act_after_death"]
    assert check_move(case, "exception_recorded", "exceptional_circumstances", "2026-06-30").allowed


def test_a_death_that_is_recorded_twice_ends_what_runs_with_the_first():
    chronology = f"{PLAN}; 2026-07-20 died; 2026-08-03 died"
    assert stands(chronology, "annual_review", "2026-12-31") == ("overtaken", 20, "2026-07-20", True)
    agree([tell(chronology)], "2026-12-31")


def test_what_is_recorded_after_a_death_is_a_finding_and_moves_nothing():
    case = tell(f"{DEAD}; 2026-02-02 review_meeting_held; 2026-02-03 request_received")
    found = answer(case, "2026-06-30")
    assert found.case_state.state is State.DIED
    assert [each.code for each in found.case_state.findings][-2:] == ["act_after_death"] * 2
    agree([case], "2026-06-30")


@pytest.mark.parametrize("register", ["due", "advice", "reviews", "transfers", "disputes"])
def test_no_list_names_the_case_of_a_child_who_has_died(register, tmp_path):
    asked = ("registers", register, "--as-of", "2026-06-30", "--weeks", "200")
    assert at_every_door(tmp_path, DEAD, *asked) == []
    if register in ("reviews", "disputes"):
        assert at_every_door(tmp_path, DEAD.replace("; 2026-01-20 died", ""), *asked) != []


# A second draft in custody.


@pytest.mark.parametrize(("sent", "status"), [("2025-10-20", "undated"), ("2025-10-21", "met")])
def test_a_second_draft_in_custody_is_a_doubt_and_no_breach(sent, status):
    drafts = "2025-09-01 detained; 2025-09-08 request_received; 2025-09-29 draft_plan_sent; 2025-10-06 draft_plan_sent"
    found = every(f"{drafts}; {sent} final_plan_sent", "detained_draft_representations", "2025-12-01")
    assert [(each.status, each.breach) for each in found] == [("met", False), (status, False)]
    codes = [each.code for each in answer(tell(f"{drafts}; {sent} final_plan_sent"), "2025-12-01").findings]
    assert ("second_draft" in codes) is (status == "undated")
    first = drafts.replace("; 2025-10-06 draft_plan_sent", "")
    assert one(f"{first}; 2025-10-13 final_plan_sent", "detained_draft_representations", "2025-12-01").breach


def test_a_day_after_the_end_of_the_plan_is_told_with_that_end():
    life = "2000-09-14 date_of_birth; 2022-01-10 final_plan_sent; 2025-11-10 review_decision_sent outcome=maintain"
    found = every(life, "annual_review", "2026-06-30")[-1]
    assert (found.status, str(found.due_on), found.breach) == ("open", "2026-11-09", False)
    (step,) = [step for step in found.explanation if step.part == "result"]
    assert step.text.endswith("But its time ends with Sunday 13 September 2026, for the person's age.")
    before = every(life, "annual_review", "2025-06-30")[0]
    assert "for the person's age" not in text_of(before)


def test_a_plan_that_nobody_kept_past_25_is_told_with_the_breach():
    life = "2000-03-14 date_of_birth; 2022-01-10 final_plan_sent; 2025-03-20 tribunal_order_made outcome=amend"
    found = one(life, "order_amend", "2025-06-30")
    assert (found.breach, found.contested_by) == (True, ("the plan was not kept past 25",))
    (step,) = [step for step in found.explanation if step.part == "reading"]
    assert step.text.startswith(
        "Another reading, the plan was not kept past 25. Nobody recorded that the plan was kept"
    )
    assert step.text.endswith("By that reading there is no breach.")
