"""The tables by name, and the register of disputes."""

import datetime as dt

import pytest

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.measures import TABLES, exceptions_by_ground, registers, table_rows
from tests.measures.answers_made_up import answered, plan, told

AS_OF = dt.date(2025, 6, 30)
CASES = (
    told("a", "2025-01-02 request_received parent", "2025-02-03 assessment_agreed",
         "2025-02-04 advice_requested medical", "2025-03-05 advice_received medical"),
    told("b", "2020-01-06 request_received parent", "2020-05-04 final_plan_sent", "2024-06-03 review_meeting_held",
         "2024-07-01 review_meeting_held", "2024-07-01 review_attended health",
         "2024-11-01 phase_transfer_due outcome=school"),
    plan("c", "2024-01-02", "2024-09-02",
         "2024-02-01 exception_recorded outcome=exceptional_circumstances;until=2024-02-20;reason=a death",
         "2024-02-01 exception_recorded outcome=school_closed;until=2024-02-08"),
)  # fmt: skip
EXTRA = {"a": {"caseworker": "Ann"}, "b": {"caseworker": "Bob"}}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_rows(name):
    assert table_rows(name, answered(*CASES), AS_OF, extra=EXTRA, desks=("caseworker",))


def test_the_longest_wait_is_first_and_nobody_is_left_out():
    waits = table_rows("longest-waits", answered(*CASES), AS_OF)
    assert [(row["case_id"], row["weeks"]) for row in waits] == [("a", 25)]


def test_the_workload_names_the_column_and_the_desk():
    rows = table_rows("workload", answered(*CASES), AS_OF, extra=EXTRA, desks=("caseworker",))
    assert [(row["by"], row["desk"], row["cases"]) for row in rows] == [
        ("caseworker", "Ann", 1),
        ("caseworker", "Bob", 1),
        ("caseworker", "not recorded", 1),
    ]


def test_an_unknown_table_and_a_workload_by_nothing_are_refused():
    with pytest.raises(UnknownNameError, match="cohorts"):
        table_rows("cohort", answered(*CASES), AS_OF)
    with pytest.raises(UnknownNameError, match="caseworker"):
        table_rows("workload", answered(*CASES), AS_OF)


def test_grounds_are_counted_by_whether_their_facts_hold():
    rows = exceptions_by_ground(registers(answered(*CASES))["exceptions"])
    assert [tuple(row.values()) for row in rows] == [
        ("exceptional_circumstances", 1, 1, 0, 1),
        ("school_closed", 1, 0, 1, 0),
    ]


REFUSED = ("2025-01-02 request_received parent", "2025-02-03 assessment_refused")


def disputes(*lines, as_of="2025-06-30"):
    return registers(answered(told("a", *REFUSED, *lines), as_of=as_of))["disputes"]


def test_a_refusal_that_nobody_disputes_is_no_dispute():
    assert disputes() == []


def test_a_dispute_is_under_way_while_the_family_can_still_appeal():
    steps = ("2025-02-10 mediation_contacted", "2025-02-12 mediation_certificate_issued")
    (row,) = disputes(*steps, as_of="2025-03-01")
    assert (row["about"], row["state"], row["under_way"]) == ("assessment_refused", "CERTIFIED", True)
    (row,) = disputes(*steps, as_of="2025-12-01")
    assert (row["under_way"], row["next"], row["due_on"]) == (False, "", None)


def test_an_appeal_says_what_the_authority_has_to_do_next():
    steps = ("2025-02-10 mediation_contacted", "2025-02-12 mediation_certificate_issued",
             "2025-03-03 appeal_registered")  # fmt: skip
    (row,) = disputes(*steps)
    assert (row["state"], row["next"], row["status"]) == ("APPEALED", "Answer the appeal", "overdue")
    ordered = disputes(*steps, "2025-06-23 tribunal_order_made outcome=assess")
    assert ordered[0]["settled_by"] == "tribunal_order_made"
    assert ordered[0]["due_on"] > AS_OF
    assert ordered[0]["waits_for"] == "plan_refused or final_plan_sent"
