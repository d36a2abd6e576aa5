"""Where cases stand, and what their records leave open, in bulk and one at a time."""

import pytest
from hypothesis import given

from ehcp_flow.answers import answer
from ehcp_flow.bulk import Frames, findings_frame, states_frame
from ehcp_flow.bulk.case_states import CASE_STATES, FINDINGS, counted_chunk
from ehcp_flow.calendars import Institution, england
from ehcp_flow.case import Case
from ehcp_flow.facts import Fact
from ehcp_flow.states import Dispute, state
from ehcp_flow.synth import synth
from tests.bulk.agreeing import AS_OF, caseloads
from tests.moves.telling import DISPUTE_EVENTS
from tests.telling import day, tell


def agree_on_states(cases: list[Case], as_of) -> int:
    # A case of which nothing is recorded is no row of any table.
    case_states = [state(case, as_of) for case in cases if case.recorded]
    expected = [
        (each.case_id, each.pathway.value, each.since, each.maintained, [_dispute(one) for one in each.disputes])
        for each in case_states
    ]
    assert states_frame(cases, as_of, refused=[]).rows() == expected
    return sum(len(each.disputes) for each in case_states)


def _dispute(dispute: Dispute) -> dict[str, object]:
    settlement = dispute.settlement
    return {
        "decision": dispute.decision.event,
        "decided_on": dispute.decision.on,
        "ground": dispute.ground,
        "certificate_needed": dispute.certificate_needed,
        "state": str(dispute.state),
        "since": dispute.since,
        "settlement": settlement.event if settlement else None,
        "settled_on": settlement.on if settlement else None,
        "awaits": list(dispute.awaits),
    }


def agree_on_findings(cases: list[Case], as_of, **options) -> int:
    """Assert that both find the same, said the same way, and that `check` counts as many; return how many that is."""
    expected = [
        (
            found.case_id,
            found.code,
            found.on,
            found.message,
            found.remedy,
            found.fact.event if found.fact else None,
            found.limit,
        )
        for case in cases
        for found in answer(case, as_of, **options).findings
    ]
    assert findings_frame(cases, as_of, refused=[], **options).rows() == expected
    frames = Frames(cases, as_of, work=counted_chunk, **options)
    deadlines = [frame.rows() for frame in frames]
    assert frames.findings == len(expected)
    assert deadlines == [frame.rows() for frame in Frames(cases, as_of, **options)]
    return len(expected)


@given(caseloads(), AS_OF)
def test_any_caseload_stands_where_each_of_its_cases_does(cases, as_of):
    agree_on_states(cases, as_of)


@given(caseloads(), AS_OF)
def test_any_caseload_leaves_open_what_each_of_its_cases_does(cases, as_of):
    agree_on_findings(cases, as_of)


def test_guards_are_asked_about_a_long_life_as_about_a_short_one():
    lives = [
        [fact.model_copy(update={"case_id": case_id}) for fact in facts]
        for case_id, facts in (("short", list(synth(3, 4))), ("long", list(synth(60, 4))))
    ]
    cases = [Case(facts[0].case_id, tuple(fact for fact in facts if not _disputes(fact))) for facts in lives]
    assert len(cases[1].facts) > 300
    assert agree_on_findings(cases, "2026-06-30") > 50


def _disputes(fact: Fact) -> bool:
    return fact.event in DISPUTE_EVENTS


def test_no_cases_stand_nowhere():
    assert dict(states_frame([], "2026-06-30").schema) == CASE_STATES
    assert dict(findings_frame([], "2026-06-30").schema) == FINDINGS


@pytest.mark.parametrize("first", ["2025-01-01", "2025-06-01"])
def test_days_of_an_institution_that_are_not_known_are_a_finding(first):
    chronology = (
        "2025-02-01 special_school_admitted party=s-1; 2025-03-03 plan_refused; 2025-03-03 plan_refused fact_id=again"
    )
    calendars = england().with_institutions([Institution("s-1", day(first), day("2025-12-31"))])
    case = tell(chronology)
    assert agree_on_findings([case], "2025-06-01", calendars=calendars) > 1
    codes = findings_frame([case], "2025-06-01", calendars=calendars)["code"].to_list()
    assert ("institution_dates_unknown" in codes) == (first == "2025-06-01")


def test_what_a_guard_looks_for_is_found_out_by_asking_it():
    """A rare move with each kind of guard, kept and broken, so that no case is held for sound that is not."""
    chronologies = {
        "too early": "draft_plan_sent 2025-05-01 served; final_plan_sent 2025-05-15",
        "in time": "draft_plan_sent 2025-05-01 served; final_plan_sent 2025-05-16",
        "served later": "draft_plan_sent 2025-05-01 served_on=2025-05-05; final_plan_sent 2025-05-16",
    }
    found = {}
    for name, chronology in chronologies.items():
        facts = ["2025-01-06 request_received", "2025-02-03 assessment_agreed", "2025-04-01 plan_agreed"]
        for each in chronology.replace(" served;", ";").split("; "):
            event, on, *more = each.split(" ")
            facts.append(" ".join((on, event, *more)))
        case = tell("; ".join(facts), name)
        agree_on_findings([case], "2025-06-01")
        found[name] = "final_plan_within_15_days" in findings_frame([case], "2025-06-01")["code"].to_list()
    assert found == {"too early": True, "in time": False, "served later": True}
