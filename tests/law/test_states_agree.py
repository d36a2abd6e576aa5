"""Notices of ceasing, appeals against them and custody: state, what it allows, and deadlines of a case agree."""

import datetime as dt
import os
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_flow.answers import answer
from ehcp_flow.states import check_move
from tests.bulk.agreeing import agree
from tests.telling import every, tell

NOTICE = """2024-03-04 final_plan_sent; 2025-01-20 review_meeting_held; 2025-02-03 review_decision_sent outcome=maintain
    2025-02-17 cease_consulted; 2025-03-10 cease_notice_sent"""
MET = f"{NOTICE}; 2025-04-14 review_meeting_held"
AGAIN = f"{NOTICE}; 2025-04-01 appeal_registered; 2025-04-14 appeal_withdrawn"
KEPT = "2024-09-02 final_plan_sent; 2025-02-03 detained; 2025-02-06 kept_plan_sent"


def stands(chronology, as_of, limit="cease_standstill"):
    """The state, how the last deadline of the limit stands, whether it is a breach, and whether the plan may cease."""
    case = tell(chronology)
    agree([case], as_of)
    found = every(case, limit, as_of)
    last = (found[-1].status, found[-1].breach) if found else None
    state = answer(case, as_of).case_state.state
    return str(state), last, check_move(case, "plan_ceased", as_of=as_of).allowed


def codes(chronology, as_of):
    return [finding.code for finding in answer(tell(chronology), as_of).findings]


@pytest.mark.parametrize(("decision", "state"), [("maintain", "MAINTAINED"), ("amend", "REVIEW_OPEN")])
@pytest.mark.parametrize(
    ("more", "decided"),
    [
        ("", "2025-05-05"),
        ("; 2025-04-28 appeal_registered", "2025-06-09"),
        ("; 2025-05-06 mediation_contacted", "2025-06-30"),
    ],
)
def test_a_review_that_decides_otherwise_takes_the_place_of_the_notice(more, decided, decision, state):
    chronology = f"{MET}{more}; {decided} review_decision_sent outcome={decision}"
    assert stands(chronology, "2025-07-01") == (state, ("lapsed", False), False)
    assert "ceased_without_notice" in codes(f"{chronology}; 2025-07-02 plan_ceased", "2025-07-10")


def test_until_it_has_decided_the_notice_stands():
    assert stands(MET, "2025-05-12") == ("CEASE_NOTIFIED", ("open", False), False)
    assert stands(MET, "2025-05-13") == ("CEASE_NOTIFIED", ("met", False), True)


def test_amendments_after_such_a_decision_are_proposed():
    chronology = f"{MET}; 2025-05-05 review_decision_sent outcome=amend; 2025-05-06 amendment_notice_sent"
    assert stands(chronology, "2025-05-12")[0] == "AMENDMENT_PROPOSED"


@pytest.mark.parametrize(
    ("before", "stood"),
    [(MET, ("AMENDMENT_PROPOSED", ("lapsed", False), False)), (NOTICE, ("CEASE_NOTIFIED", ("met", False), True))],
)
def test_a_notice_of_amendments_carries_the_decision_to_amend_after_a_meeting_alone(before, stood):
    assert stands(f"{before}; 2025-05-05 amendment_notice_sent", "2025-05-13") == stood


def test_a_new_notice_after_it_is_counted_anew():
    chronology = f"""{MET}; 2025-05-05 review_decision_sent outcome=maintain
        2025-06-02 cease_consulted; 2025-06-16 cease_notice_sent"""
    assert stands(chronology, "2025-07-01") == ("CEASE_NOTIFIED", ("open", False), False)


@pytest.mark.parametrize(
    ("again", "standstill", "allowed"),
    [("2025-05-12", ("open", False), False), ("2025-05-13", ("met", False), True)],
)
def test_an_appeal_that_is_brought_again_in_time_keeps_the_plan(again, standstill, allowed):
    chronology = f"{AGAIN}; {again} appeal_registered"
    assert stands(chronology, "2025-06-20") == ("CEASE_NOTIFIED", standstill, allowed)


@pytest.mark.parametrize(("again", "standstill"), [("2025-05-12", ("premature", True)), ("2025-05-13", ("met", False))])
def test_and_a_plan_that_ceased_under_it_ceased_too_early(again, standstill):
    chronology = f"{AGAIN}; {again} appeal_registered; 2025-06-09 plan_ceased"
    assert stands(chronology, "2025-06-20")[:2] == ("CEASED", standstill)
    *_, found = every(chronology, "cease_standstill", "2025-06-20")
    wanted = "the Tribunal gave more time for the appeal" if not standstill[1] else "the appeal against ceasing"
    assert any(reading.startswith(wanted) for reading in found.contested_by)


def test_once_that_has_ended_too_the_plan_may_cease():
    chronology = f"{AGAIN}; 2025-05-06 appeal_registered; 2025-06-23 appeal_withdrawn"
    assert stands(chronology, "2025-06-23") == ("CEASE_NOTIFIED", ("met", False), True)


@pytest.mark.parametrize("released", ["2025-04-28", "2025-08-04"])
@pytest.mark.parametrize("more", ["", "; 2025-03-24 appeal_registered"])
def test_a_notice_of_before_custody_is_spent_with_it(released, more):
    """The plan is kept, and from the release on maintained and reviewed (CFA 48(2), 70(1), 74)."""
    inside = f"{NOTICE}{more}; 2025-04-07 detained"
    assert stands(inside, "2025-04-20") == ("KEPT_DETAINED", ("lapsed", False), False)
    assert stands(f"{inside}; {released} released", "2025-09-10") == ("MAINTAINED", ("lapsed", False), False)


def test_an_order_to_cease_is_not_due_any_more_once_somebody_is_detained():
    ordered = f"""{NOTICE}; 2025-04-07 appeal_registered; 2025-06-02 tribunal_order_made outcome=dismiss_cease
        2025-06-04 detained"""
    assert stands(ordered, "2025-07-01", "order_cease") == ("KEPT_DETAINED", ("overtaken", True), False)
    released = f"{ordered}; 2025-06-30 released"
    assert stands(released, "2025-07-01", "order_cease") == ("MAINTAINED", ("overtaken", True), False)


@pytest.mark.parametrize("act", ["plan_ceased", "plan_transferred_out"])
@pytest.mark.parametrize("more", ["", "; 2025-03-17 moved_away"])
def test_what_is_recorded_in_custody_takes_no_plan_away(act, more):
    taken = f"{KEPT}{more}; 2025-04-01 {act}"
    assert not check_move(tell(f"{KEPT}{more}"), act, as_of="2025-04-01").allowed
    assert "act_while_detained" in codes(taken, "2025-04-22")
    moved = f"{taken}; 2025-04-22 accommodation_changed"
    assert stands(moved, "2025-04-29", "detained_send_plan")[:2] == ("KEPT_DETAINED", ("open", False))
    assert stands(moved, "2025-04-30", "detained_send_plan")[:2] == ("KEPT_DETAINED", ("overdue", True))
    state = "TRANSFERRED_OUT" if more else "MAINTAINED"
    assert stands(f"{taken}; 2025-05-05 released", "2025-05-06")[0] == state


@pytest.mark.parametrize(("released", "status"), [("2025-09-01", "overdue"), ("2025-09-02", "lapsed")])
def test_and_the_yearly_review_goes_on_after_it(released, status):
    chronology = f"{KEPT}; 2025-04-01 plan_transferred_out; {released} released"
    (found,) = every(chronology, "annual_review", "2025-12-01")
    assert (str(found.due_on), found.status) == ("2025-09-01", status)


def test_a_plan_is_sent_on_from_custody_once_another_authority_is_named():
    told = f"{KEPT}; 2025-03-17 release_notified"
    assert check_move(tell(told), "plan_transferred_out", as_of="2025-03-20").allowed
    sent = f"{told}; 2025-03-20 plan_transferred_out"
    assert stands(sent, "2025-05-01", "detained_transfer_plan")[:2] == ("TRANSFERRED_OUT", ("met", False))


@pytest.mark.parametrize(
    ("facts", "standstill"),
    [
        ("2025-05-06 appeal_registered; 2025-09-05 plan_ceased", ("premature", True)),
        ("2025-05-20 appeal_registered; 2025-05-26 plan_ceased", ("met", False)),  # the appeal came out of time
    ],
)
def test_an_order_that_lets_a_plan_cease_brings_none_back(facts, standstill):
    chronology = f"{NOTICE}; {facts}; 2025-09-08 tribunal_order_made outcome=dismiss_cease"
    assert stands(chronology, "2025-10-20")[:2] == ("CEASED", standstill)
    assert every(chronology, "order_cease", "2025-10-20") == []
    assert "order_without_decision" not in codes(chronology, "2025-10-20")


def test_a_plan_that_ceases_on_the_day_of_the_order_obeys_it():
    chronology = f"""{NOTICE}; 2025-05-06 appeal_registered; 2025-09-08 tribunal_order_made outcome=dismiss_cease
        2025-09-08 plan_ceased"""
    assert stands(chronology, "2025-10-20", "order_cease")[:2] == ("CEASED", ("met", False))


# What happens about a plan, in any order that a source may have: the moves that are lawful and those that are not.
ACTS = (
    "review_meeting_held", "review_decision_sent outcome=maintain", "review_decision_sent outcome=amend",
    "amendment_notice_sent", "amended_plan_sent", "amendment_declined", "reassessment_started",
    "cease_consulted", "cease_notice_sent", "cease_notice_withdrawn", "appeal_registered", "appeal_withdrawn",
    "plan_ceased", "moved_away", "plan_transferred_out", "plan_transferred_in", "detained", "release_notified",
    "released",
)  # fmt: skip
# After these the record may tell of a plan that is not this authority's, or of a custody without its end.
PUZZLING = {
    "plan_ceased", "moved_away", "plan_transferred_out", "plan_transferred_in", "detained",
    "release_notified", "released",
}  # fmt: skip
LIVES = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 45)), min_size=1, max_size=9)


@settings(max_examples=int(os.environ.get("EHCP_FLOW_LIVES", "60")) * 5)
@given(LIVES)
def test_a_plan_may_cease_where_its_standstill_is_over_and_nowhere_else(life):
    on, lines = dt.date(2025, 1, 6), ["2024-11-04 final_plan_sent"]
    for act, after in life:
        on += dt.timedelta(days=after)
        lines.append(f"{on} {act}")
    case = tell("; ".join(lines))
    on += dt.timedelta(days=1)
    told = answer(case, on)
    state = str(told.case_state.state)
    runs = sorted((each.starts_on, each.status) for each in told.deadlines if each.limit == "cease_standstill")
    standstill = runs[-1][1] if runs else None
    allowed = check_move(case, "plan_ceased", as_of=on).allowed
    appeals = [act for act, _ in life if act in ("appeal_registered", "appeal_withdrawn")]
    alternate = all(act != before for before, act in pairwise(["appeal_withdrawn", *appeals]))
    if alternate and PUZZLING.isdisjoint(act for act, _ in life):
        assert not allowed or standstill == "met", lines
        assert state != "CEASE_NOTIFIED" or allowed or standstill == "open", lines
    for each in told.deadlines:
        if each.ended_on is not None and each.starts_on is not None:
            assert each.ended_on >= each.starts_on, lines
