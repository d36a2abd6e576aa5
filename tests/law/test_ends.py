"""What ends a duty: a request for advice taken back, and a death. On both sides of each boundary, at every door."""

import datetime as dt

import pytest
from hypothesis import given, settings

from ehcp_flow.answers import answer
from ehcp_flow.case import Case
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.facts import make_fact
from ehcp_flow.testing.strategies import cases, days
from tests.bulk.agreeing import agree
from tests.doors import at_every_door
from tests.telling import every, one, tell, text_of

TWINS = {
    "advice": "2026-01-05 request_received party=parent; 2026-02-02 advice_requested party=medical",
    "reassessment": "2024-01-01 final_plan_sent; 2026-01-05 reassessment_started; "
    "2026-02-02 advice_requested party=medical",
    "custody": "2026-01-01 detained; 2026-01-05 request_received; 2026-02-02 advice_requested party=medical",
}
BACK = "advice_request_withdrawn party="


def stands(chronology: str, limit: str, as_of: str = "2026-06-30") -> tuple[object, ...]:
    found = one(chronology, limit, as_of)
    return found.status, found.days_over, found.ended_on, found.breach


@pytest.mark.parametrize("twin", TWINS)
def test_a_request_for_advice_that_was_taken_back_lapses_or_was_overdue_until_then(twin):
    limit = "detained_advice" if twin == "custody" else "advice"
    chronology = TWINS[twin]
    assert stands(f"{chronology}; 2026-03-16 {BACK}medical", limit) == ("lapsed", None, dt.date(2026, 3, 16), False)
    assert stands(f"{chronology}; 2026-03-17 {BACK}medical", limit) == ("overtaken", 1, dt.date(2026, 3, 17), True)
    assert stands(f"{chronology}; 2026-03-17 {BACK}psychological", limit) == ("overdue", 106, None, True)
    assert stands(f"{chronology}; 2026-03-17 {BACK}medical", limit, "2026-03-16") == ("open", None, None, False)


def test_only_what_was_asked_before_is_taken_back_and_what_came_stays():
    chronology = f"{TWINS['advice']}; 2026-03-02 {BACK}medical; 2026-03-09 advice_requested party=medical"
    assert [each.status for each in every(chronology, "advice", "2026-06-30")] == ["lapsed", "overdue"]
    came = f"{TWINS['advice']}; 2026-03-02 advice_received party=medical; 2026-03-09 {BACK}medical"
    assert one(came, "advice", "2026-06-30").status == "met"
    assert "advice request withdrawn (medical)" in text_of(one(chronology, "advice", "2026-03-05"), "act")


@pytest.mark.parametrize("twin", TWINS)
def test_on_one_day_the_request_that_was_open_is_taken_back_and_the_new_one_stands(twin):
    limit = "detained_advice" if twin == "custody" else "advice"
    again = f"{TWINS[twin]}; 2026-03-02 {BACK}medical; 2026-03-02 advice_requested party=medical"
    assert [(each.status, str(each.ended_on)) for each in every(again, limit, "2026-06-30")] == [
        ("lapsed", "2026-03-02"), ("overdue", "None"),
    ]  # fmt: skip
    at_once = f"{TWINS[twin]}; 2026-03-02 {BACK}educational; 2026-03-02 advice_requested party=educational"
    assert {each.party: (each.status, str(each.ended_on)) for each in every(at_once, limit, "2026-06-30")} == {
        "medical": ("overdue", "None"), "educational": ("lapsed", "2026-03-02"),
    }  # fmt: skip
    for chronology in (again, at_once):
        agree([tell(chronology)], "2026-06-30")


def test_a_refusal_that_is_reversed_brings_back_what_it_ended_and_not_what_was_taken_back():
    chronology = f"""
        2026-01-05 request_received
        2026-02-02 advice_requested party=medical
        2026-02-02 advice_requested party=educational
        2026-02-09 {BACK}medical
        2026-02-16 assessment_refused
        2026-02-23 refusal_reversed
    """
    assert {each.party: each.status for each in every(chronology, "advice", "2026-03-01")} == {
        "medical": "lapsed",
        "educational": "open",
    }


LIFE = """
    2025-01-06 request_received party=parent authority=885
    2025-02-10 assessment_agreed
    2025-02-10 advice_requested party=medical
    2025-05-05 draft_plan_sent
    2025-05-26 final_plan_sent
    2025-06-02 direct_payments_started
    2026-01-05 amendment_notice_sent
    2026-09-02 phase_transfer_due outcome=school
"""
DEATH = "2026-01-20 died"


def test_a_death_ends_whatever_is_open_and_keeps_what_was_missed_before():
    found = {each.limit: each for each in deadlines_of(tell(f"{LIFE}; {DEATH}"), "2030-01-01")}
    for limit in ("annual_review", "amended_plan", "phase_transfer"):
        assert (found[limit].status, found[limit].ended_on) == ("lapsed", dt.date(2026, 1, 20)), limit
    advice = found["advice"]
    assert (advice.status, advice.ended_on, advice.breach) == ("overtaken", dt.date(2025, 5, 26), True)
    payments = found["direct_payment_review"]
    assert (payments.status, payments.days_over, payments.breach) == ("overtaken", 141, True)
    assert found["final_plan"].status == "met"
    assert "died, Tuesday 20 January 2026" in text_of(found["annual_review"], "act")


@pytest.mark.parametrize(("died", "status"), [("2026-03-02", "lapsed"), ("2026-03-03", "overtaken")])
def test_a_death_on_the_last_day_lets_it_lapse_and_one_on_the_next_leaves_the_breach(died, status):
    chronology = f"2026-01-05 amendment_notice_sent; {died} died"
    assert one(chronology, "amended_plan", "2026-06-30").status == status


def test_nothing_starts_after_a_death_and_nothing_comes_back():
    chronology = (
        "2026-01-05 request_received; 2026-01-19 assessment_refused; 2026-01-20 died; 2026-02-01 refusal_reversed"
    )
    assert {each.status for each in deadlines_of(tell(chronology), "2026-12-31")} <= {"lapsed", "met", "late"}
    later = (
        f"{chronology}; 2026-02-02 request_received; 2026-02-03 advice_requested party=medical; 2026-02-04 moved_away"
    )
    assert deadlines_of(tell(later), "2026-12-31") == deadlines_of(tell(chronology), "2026-12-31")


@settings(max_examples=60)
@given(cases(), days(dt.date(2024, 1, 1), dt.date(2029, 12, 31)))
def test_whatever_a_life_was_nothing_is_to_be_done_after_its_end(case, day):
    ended = Case("a", (*case.recorded, make_fact("died", case_id="a", on=day)))
    for each in deadlines_of(ended, "2099-01-01"):
        assert each.status not in ("open", "overdue"), each
        assert each.ended_on is None or each.ended_on <= day


def test_every_door_says_the_same_and_no_list_of_deadlines_names_the_case(tmp_path):
    chronology = f"{LIFE}; {DEATH}"
    rows = at_every_door(tmp_path, chronology, "check", "--as-of", "2026-06-30")
    assert {row["status"] for row in rows} <= {"met", "late", "lapsed", "overtaken", "undated"}
    for register in ("due", "advice", "transfers", "disputes"):
        assert at_every_door(tmp_path, chronology, "registers", register, "--as-of", "2026-06-30") == [], register
    assert {row["status"] for row in at_every_door(tmp_path, chronology, "breaches", "--as-of", "2026-06-30")} == {
        "overtaken"
    }
    for as_of in ("2026-01-19", "2026-01-20", "2026-06-30"):
        agree([tell(chronology)], as_of)


def test_a_death_is_no_plan_that_ceased_without_notice():
    assert [finding.code for finding in answer(tell(f"{LIFE}; {DEATH}"), "2026-06-30").findings] == [
        finding.code for finding in answer(tell(LIFE), "2026-01-19").findings
    ]
