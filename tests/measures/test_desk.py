"""The desk: each row once, under the first list that fits, and nothing that nobody can still do."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.answers import answer
from ehcp_flow.case import group_cases
from ehcp_flow.deadlines import FIELDS
from ehcp_flow.errors import RangeError
from ehcp_flow.law.loader import england
from ehcp_flow.measures import CHANGES, DESK_COLUMNS, DESK_LISTS, Desk, desk, registers, table_rows
from ehcp_flow.synth import synth
from tests.measures.answers_made_up import told

ON = "2026-06-30"
ORDERED = told(
    "C-1042", "2025-05-01 request_received parent", "2025-06-01 assessment_refused",
    "2025-07-10 mediation_certificate_issued", "2025-08-01 appeal_registered",
    "2026-06-26 tribunal_order_made outcome=assess",
)  # fmt: skip
LATE = told(
    "C-0871", "2025-12-15 request_received parent", "2026-01-20 assessment_agreed", "2026-06-05 draft_plan_sent"
)
SOON = told("C-1377", "2026-05-25 request_received parent")
FAR = told("C-1500", "2026-06-29 request_received parent")
WITHDRAWN = told("C-1600", "2025-01-02 request_received parent", "2026-01-02 request_withdrawn")


def listed(*cases, as_of=ON, **options):
    return [(row["list"], row["case_id"], row["limit"]) for row in desk(list(cases), as_of, **options)]


def test_each_row_stands_once_under_the_first_list_that_fits():
    assert listed(FAR, SOON, LATE, ORDERED, WITHDRAWN) == [
        ("court", "C-1042", "order_assess_notify"),
        ("overdue", "C-0871", "final_plan"),
        ("due", "C-1377", "decide_assess"),
    ]


def test_a_row_has_the_fields_of_its_deadline_and_says_what_to_do_since_when_and_how_long():
    (row,) = desk([SOON], ON, extra={"C-1377": {"caseworker": "Ann", "team": "North"}}, columns=("team",))
    assert tuple(row) == (*DESK_COLUMNS, "team")
    (deadline,) = (one for one in answer(SOON, ON).deadlines if one.limit == "decide_assess")
    assert {name: row[name] for name in FIELDS} == deadline.as_dict()
    assert {name: row[name] for name in (*DESK_COLUMNS[len(FIELDS):], "team")} == {
        "list": "due", "what": "Decide whether to assess, and say so", "since": "2026-05-25", "days_left": 6,
        "owner": "Ann", "team": "North",
    }  # fmt: skip


@pytest.mark.parametrize(("days", "there"), [(5, False), (6, True), (7, True)])
def test_it_looks_so_many_days_ahead_and_the_last_of_them_is_there(days, there):
    assert bool(listed(SOON, days=days)) is there


@pytest.mark.parametrize(("on", "where"), [("2026-07-06", "due"), ("2026-07-07", "overdue")])
def test_what_is_due_today_is_not_overdue(on, where):
    assert listed(SOON, as_of=on) == [(where, "C-1377", "decide_assess")]


@pytest.mark.parametrize(
    ("party", "whom"),
    [("psychological", "the educational psychologist"), ("other", "the body asked for advice"), ("URN-7", "URN-7")],
)
def test_of_what_another_must_do_it_says_whom_to_chase(party, whom):
    asked = told("C-1201", "2026-03-02 request_received parent", "2026-04-01 assessment_agreed",
                 f"2026-04-02 advice_requested {party}")  # fmt: skip
    (row,) = (row for row in desk([asked], ON) if row["limit"] == "advice")
    assert row["what"] == f"Chase {whom}: give the advice asked for"
    assert row["actor"] == "body asked for advice"


def test_what_was_agreed_in_mediation_is_the_authoritys_own_to_do_and_nobody_is_chased_for_it():
    agreed = told("C-1", *MEDIATED, "2020-03-30 mediation_agreed outcome=assess")
    done = [row["what"] for row in desk([agreed], ON) if row["limit"] == "mediation_comply"]
    assert done == ["Say that it will assess, as agreed", "Send the final plan after the assessment that was agreed"]


def test_a_right_of_the_family_a_protected_time_and_what_fell_away_are_not_there():
    refused = told("C-1", "2026-05-01 request_received parent", "2026-06-10 assessment_refused")
    draft = told(
        "C-2", "2026-03-02 request_received parent", "2026-04-01 assessment_agreed", "2026-06-25 draft_plan_sent"
    )
    assert {one.limit for one in answer(refused, ON).deadlines if one.status == "open"} >= {"mediation_contact"}
    assert listed(refused) == []
    assert "draft_representations" not in {limit for *_, limit in listed(draft, days=60)}
    assert listed(WITHDRAWN) == []


MEDIATED = ("2020-01-06 request_received parent", "2020-02-10 assessment_refused", "2020-03-02 mediation_contacted",
            "2020-03-02 mediation_requested", "2020-03-30 mediation_held")  # fmt: skip


OVER = ("2020-03-30 mediation_agreed outcome=assess", "2020-04-08 assessment_agreed", "2020-05-27 plan_refused")


@pytest.mark.parametrize(
    ("after", "on", "there"),
    [((), "2021-04-02", True), ((), "2021-04-03", False), (OVER, "2021-04-02", False),
     (("2021-03-01 appeal_registered",), ON, True)],
    ids=["nobody came to terms", "over a year ago", "they came to terms, and that was done", "it is with the Tribunal"],
)  # fmt: skip
def test_what_another_never_did_in_a_dispute_is_work_for_a_year_unless_that_is_settled_and_a_breach_for_good(
    after, on, there
):
    """A certificate opens a month to appeal, however late it is (SR 43(2)); a year on there is another decision."""
    case = told("C-1", *MEDIATED, *after)
    found = answer(case, on)
    (breach,) = (one for one in found.deadlines if one.limit == "mediation_certificate")
    assert breach.due_on == dt.date(2020, 4, 2)
    assert breach.status == "overdue"
    assert breach.breach
    assert ("mediation_certificate" in {row["limit"] for row in desk([found], on)}) == there
    every = registers([found])
    assert "mediation_certificate" in {row["limit"] for row in every["breaches"]}
    kept = {row["limit"]: row["overdue_now"] for row in table_rows("limits-kept", [found], found.as_of)}
    assert kept.get("mediation_certificate", 0) == there
    assert any(row["under_way"] for row in every["disputes"]) == there


def test_what_the_authority_owes_in_a_mediation_is_on_the_desk_however_late_and_in_the_register_of_disputes():
    case = told("C-1", *MEDIATED[:-1])
    assert [(row["limit"], row["due_on"]) for row in desk([case], ON)] == [("mediation_arrange", "2020-04-01")]
    (row,) = registers([answer(case, ON)])["disputes"]
    assert (row["under_way"], row["next"]) == (True, "Arrange the mediation")


def stage_of(case_id: str, began: str, days: int):
    """A request that was answered after so many days, and one like it that nobody has answered."""
    until = dt.date.fromisoformat(began) + dt.timedelta(days=days)
    return told(case_id, f"{began} request_received parent", f"{until.isoformat()} assessment_refused")


def quiet_council(cases: int):
    return [stage_of(f"D-{number:02}", "2026-01-05", 10 + number % 2) for number in range(cases)]


def test_a_case_is_stuck_where_nothing_was_recorded_for_longer_than_its_stage_usually_takes_here():
    waits = told("C-9", "2026-06-10 request_received parent")
    council = quiet_council(10)
    assert listed(waits, *council, as_of="2026-06-21") == [("stuck", "C-9", "decide_assess")]
    assert listed(waits, *council, as_of="2026-06-20") == []
    (row,) = desk([waits, *council], "2026-06-21")
    assert row["what"] == (
        "A request waits for the decision whether to assess: nothing recorded for 11 days, where 10 are usual"
    )
    assert (row["since"], row["due_on"], row["days_left"]) == ("2026-06-10", "2026-07-22", 31)


def test_what_is_usual_is_not_said_of_a_stage_that_few_have_left():
    waits = told("C-9", "2026-06-10 request_received parent")
    assert listed(waits, *quiet_council(9), as_of="2026-06-21") == []


def test_a_stage_that_ended_more_than_a_year_ago_says_nothing_of_today():
    waits = told("C-9", "2027-03-01 request_received parent")
    assert listed(waits, *quiet_council(10), as_of="2027-03-12") == []


def test_whoever_has_no_owner_is_there_with_what_is_next_where_others_have_one():
    owned = {"C-1500": {"caseworker": ""}, "C-1377": {"caseworker": "Ann"}}
    assert listed(FAR, SOON, extra=owned)[-1] == ("unowned", "C-1500", "decide_assess")
    assert listed(FAR, SOON) == [("due", "C-1377", "decide_assess")]
    held = told("P-1", "2025-09-01 request_received parent", "2026-01-10 final_plan_sent")
    (row,) = desk([held], ON, extra={"P-1": {}, "X": {"caseworker": "Ann"}})
    assert (row["list"], row["limit"], row["what"]) == (
        "unowned",
        "annual_review",
        "Give the case to somebody: a plan is maintained",
    )


def test_an_officer_is_an_owner_where_there_is_no_caseworker():
    (row,) = desk([SOON], ON, extra={"C-1377": {"officer": "Bob"}})
    assert row["owner"] == "Bob"


def changed(cases, then, now, **options):
    before = desk(cases, then, **options)
    collected = Desk(before=before, **options)
    for case in cases:
        collected.add(answer(case, now))
    return [(row["change"], row["case_id"], row["limit"], row["status"]) for row in collected.changes()]


def test_what_changed_is_what_is_new_what_is_newly_late_and_what_is_done():
    answered_in_time = told("C-2", "2026-05-25 request_received parent", "2026-07-02 assessment_refused")
    assert changed([SOON, FAR, answered_in_time], "2026-07-01", "2026-07-31") == [
        ("new", "C-1500", "decide_assess", "open"),
        ("newly late", "C-1377", "decide_assess", "overdue"),
        ("done", "C-2", "decide_assess", "met"),
    ]
    assert changed([SOON], "2026-07-01", "2026-07-01") == []


def test_days_beyond_a_century_are_refused():
    with pytest.raises(RangeError, match="0 to 36,400 days"):
        Desk(days=36_401)
    with pytest.raises(RangeError):
        Desk(days=-1)


OF_OTHERS_IN_A_DISPUTE = {
    limit.id
    for limit in england().limits.values()
    if limit.side == "others" and england().limits[limit.root].group in ("mediation", "appeal")
}


def is_alive(one, found):
    """Whether another body's act can still be of use: the dispute goes on, or it is not late by more than a year."""
    under_way = [each for each in found.disputes if each.under_way]
    family = (each.status == "open" for each in found.deadlines if each.limit in ("appeal", "mediation_contact"))
    appealed = any(step.fact.event == "appeal_registered" for each in under_way for step in each.steps)
    goes_on = appealed or any(family) or any(each.awaits for each in under_way)
    return under_way and (goes_on or one.due_on + dt.timedelta(days=365) >= found.as_of)


CASELOAD = [answer(case, ON) for case in group_cases(synth(60, 4, as_of=ON, faults=0.3)).values()]


@given(order=st.permutations(range(len(CASELOAD))), days=st.integers(0, 400))
def test_the_order_of_the_cases_never_matters_and_no_row_contradicts_its_deadline(order, days):
    rows = desk([CASELOAD[number] for number in order], ON, days=days)
    assert rows == desk(CASELOAD, ON, days=days)
    until = dt.date.fromisoformat(ON) + dt.timedelta(days=days)
    keys = [row["key"] for row in rows if row["key"]]
    assert len(keys) == len(set(keys))
    for row in rows:
        assert row["list"] in DESK_LISTS
        if row["list"] in ("court", "overdue", "due"):
            assert row["status"] in ("open", "overdue")
            assert row["due_on"] <= until.isoformat()
            assert (row["days_left"] < 0) is (row["status"] == "overdue")
    every = {
        one.key
        for each in CASELOAD
        for one in each.deadlines
        if one.kind in ("statutory", "local", "guidance") and one.derivation.limit.side != "family"
        and not one.derivation.version.is_window
        and (one.status == "overdue" or (one.status == "open" and one.due_on and each.as_of <= one.due_on <= until))
        and not (one.limit in OF_OTHERS_IN_A_DISPUTE and not is_alive(one, each))
    }  # fmt: skip
    assert every == {row["key"] for row in rows if row["list"] in ("court", "overdue", "due")}


def test_the_changes_are_named_in_their_order():
    assert CHANGES == ("new", "newly late", "done")
