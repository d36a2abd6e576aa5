"""A day that a court, the Tribunal or the Ombudsman fixed: a deadline beside the law's own, by each door."""

import datetime as dt

import pytest

from ehcp_flow.bulk import iter_rows
from ehcp_flow.errors import FactError
from ehcp_flow.facts import make_fact
from tests.bulk.agreeing import agree
from tests.doors import at_every_door
from tests.telling import codes, every, one, tell, text_of

REQUEST = "2025-06-02 request_received party=parent authority=885; 2025-07-14 assessment_agreed"
DRAFT = "2025-12-08 draft_plan_sent"
FIXED = "2025-12-01 date_directed limit=final_plan until=2026-01-09"
BY_COURT = f"{FIXED} reason='Order of Mr Justice X'"
BY_OMBUDSMAN = f"{FIXED} outcome=ombudsman reason='25 000 000'"
PLAN = "2024-02-19 final_plan_sent; 2025-02-03 review_decision_sent outcome=maintain"


def stands(chronology, as_of="2026-06-30", limit="directed"):
    return [
        (str(each.due_on), each.status, each.days_over, each.kind, each.breach)
        for each in every(chronology, limit, as_of)
    ]


@pytest.mark.parametrize(("fixed", "kind", "breach"), [(BY_COURT, "statutory", True), (BY_OMBUDSMAN, "local", False)])
def test_it_is_due_on_the_day_fixed_and_only_a_direction_can_be_breached(fixed, kind, breach):
    told = f"{REQUEST}; {fixed}; {DRAFT}"
    assert stands(f"{told}; 2026-01-09 final_plan_sent") == [("2026-01-09", "met", None, kind, False)]
    assert stands(f"{told}; 2026-01-10 final_plan_sent") == [("2026-01-09", "late", 1, kind, breach)]
    assert stands(told, "2026-01-09") == [("2026-01-09", "open", None, kind, False)]
    assert stands(told, "2026-01-10") == [("2026-01-09", "overdue", 1, kind, breach)]


def test_the_time_that_the_law_gives_stands_beside_it():
    told = f"{REQUEST}; {BY_COURT}; {DRAFT}; 2026-01-09 final_plan_sent"
    (own,) = stands(told, limit="final_plan")
    assert own == ("2025-10-20", "late", 81, "statutory", True)


@pytest.mark.parametrize(
    ("limit", "before", "discharges", "not_by"),
    [
        ("annual_review", PLAN, "2026-01-09 review_decision_sent outcome=maintain", "2026-01-09 review_meeting_held"),
        ("amended_plan", PLAN, "2026-01-09 amendment_declined", "2026-01-09 amendment_notice_sent"),
        ("phase_transfer", PLAN, "2026-01-09 amended_plan_sent", "2026-01-09 amendment_notice_sent"),
        ("decide_assess", REQUEST, "2026-01-09 assessment_refused", "2026-01-09 advice_requested party=medical"),
        ("advice", REQUEST, "2026-01-09 advice_received party=medical", "2026-01-09 advice_returned party=medical"),
    ],
)
def test_what_discharges_the_limit_discharges_it(limit, before, discharges, not_by):
    told = f"{before}; {FIXED.replace('final_plan', limit)}"
    assert stands(f"{told}; {discharges}") == [("2026-01-09", "met", None, "statutory", False)]
    assert stands(f"{told}; {not_by}") == [("2026-01-09", "overdue", 172, "statutory", True)]


def test_advice_is_that_of_the_party_where_the_direction_names_one():
    told = f"{REQUEST}; {FIXED.replace('final_plan', 'advice')} party=medical"
    assert stands(f"{told}; 2026-01-05 advice_received party=psychological")[0][1] == "overdue"
    met = one(f"{told}; 2026-01-05 advice_received party=medical", "directed", "2026-06-30")
    assert (met.status, met.party) == ("met", "medical")


@pytest.mark.parametrize(
    ("ended", "status", "breach"), [("2026-01-09", "lapsed", False), ("2026-01-10", "overtaken", True)]
)
def test_what_ends_the_limit_ends_it_and_wipes_no_breach(ended, status, breach):
    found = one(f"{REQUEST}; {BY_COURT}; {ended} plan_refused", "directed", "2026-06-30")
    assert (found.status, found.ended_on, found.breach) == (status, dt.date.fromisoformat(ended), breach)


@pytest.mark.parametrize(
    ("again", "first"),
    [
        ("2026-01-09 date_directed limit=final_plan until=2026-02-06", "lapsed"),
        ("2026-01-10 date_directed limit=final_plan until=2026-02-06", "overtaken"),
        ("2026-01-08 date_directed limit=annual_review until=2026-02-06", "overdue"),
        ("2026-01-08 date_directed limit=final_plan until=2026-02-06 outcome=ombudsman", "overdue"),
    ],
)
def test_a_later_direction_about_the_same_limit_takes_the_place_of_one_that_was_not_yet_due(again, first):
    statuses = {
        str(each.due_on): each.status for each in every(f"{REQUEST}; {BY_COURT}; {again}", "directed", "2026-06-30")
    }
    assert statuses == {"2026-01-09": first, "2026-02-06": "overdue"}


def test_what_shows_that_the_limit_was_kept_shows_it_here():
    told = f"{PLAN}; 2026-01-05 review_meeting_held; {FIXED.replace('final_plan', 'review_decision')}"
    found = one(f"{told}; 2026-01-20 amended_plan_sent", "directed", "2026-06-30")
    assert (found.status, found.breach) == ("undated", False)
    assert "act_not_dated" in codes(f"{told}; 2026-01-20 amended_plan_sent", "2026-06-30")


@pytest.mark.parametrize("limit", ["final_paln", "directed"])
def test_a_day_for_no_limit_is_a_finding_and_no_deadline(limit):
    told = f"{REQUEST}; {FIXED.replace('final_plan', limit)}; 2026-01-05 exception_recorded outcome=not_stated"
    assert stands(told) == []
    assert "direction_for_unknown_limit" in codes(told, "2026-06-30")
    agree([tell(told)], "2026-06-30")


def test_the_reason_is_its_citation_by_every_door(tmp_path):
    told = f"{REQUEST}; {BY_COURT}; {DRAFT}; 2026-01-12 final_plan_sent"
    for command in ("check", "breaches"):
        rows = at_every_door(tmp_path, told, command, "--as-of", "2026-06-30")
        (row,) = (row for row in rows if row["limit"] == "directed")
        assert (row["citation"], row["due_on"], row["kind"]) == ("Order of Mr Justice X", "2026-01-09", "statutory")
    agree([tell(told), tell(told.replace(BY_COURT, FIXED), "b"), tell(f"{REQUEST}; {DRAFT}", "c")], "2026-06-30")
    cited = {row["citation"] for row in iter_rows([tell(told)], "2026-06-30") if row["limit"] == "final_plan"}
    assert cited == {one(told, "final_plan").citation}


def test_the_explanation_says_what_was_fixed_by_whom_and_that_the_ombudsman_makes_no_law():
    found = one(f"{REQUEST}; {BY_COURT}; {DRAFT}", "directed", "2026-02-01")
    assert text_of(found, "rule") == (
        "The rule: the local authority must do what was directed: send the final plan (final_plan). "
        "Source: Order of Mr Justice X."
    )
    assert "Not recorded by Sunday 1 February 2026: final plan sent." in text_of(found, "act")
    asked = one(f"{REQUEST}; {BY_OMBUDSMAN}; {DRAFT}", "directed", "2026-02-01")
    assert "Source: 25 000 000. This is no law, and cannot be breached." in text_of(asked, "rule")
    assert "What fixed the day is not recorded" in text_of(one(f"{REQUEST}; {FIXED}", "directed", "2026-02-01"), "rule")


def test_a_day_and_what_it_is_for_are_needed():
    for left_out in ("until", "limit"):
        given = {"until": "2026-01-09", "limit": "final_plan"}
        del given[left_out]
        with pytest.raises(FactError, match=f"needs .* {left_out}"):
            make_fact("date_directed", case_id="a", on="2025-12-01", **given)
