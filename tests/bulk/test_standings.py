"""Where cases stand, and what their records leave open, in bulk and one at a time."""

import pytest
from hypothesis import HealthCheck, given, settings

from ehcp_flow.bulk import findings_frame, states_frame
from ehcp_flow.bulk.standings import FINDINGS, STANDINGS
from ehcp_flow.calendars import Institution, england
from ehcp_flow.case import Case, group_cases
from ehcp_flow.deadlines import judge
from ehcp_flow.states import state
from ehcp_flow.synth import synth
from tests.bulk.agreeing import AS_OF, caseloads
from tests.telling import day, tell

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def agree_on_states(cases: list[Case], as_of) -> None:
    # A case of which nothing is recorded is no row of any table.
    told = [(case.case_id, state(case, as_of)) for case in cases if case.recorded]
    expected = [(name, standing.pathway.value, standing.since, standing.maintained) for name, standing in told]
    assert states_frame(cases, as_of).rows() == expected


def agree_on_findings(cases: list[Case], as_of) -> int:
    expected = [
        (found.case_id, found.code, found.on, found.fact.event if found.fact else None)
        for case in cases
        for found in (*case.findings, *judge(case, as_of).findings)
    ]
    assert findings_frame(cases, as_of).rows() == expected
    return len(expected)


@SLOW
@given(caseloads(), AS_OF)
def test_any_caseload_stands_where_each_of_its_cases_does(cases, as_of):
    agree_on_states(cases, as_of)


@SLOW
@given(caseloads(), AS_OF)
def test_any_caseload_leaves_open_what_each_of_its_cases_does(cases, as_of):
    agree_on_findings(cases, as_of)


def test_a_synthetic_caseload_stands_where_each_of_its_cases_does():
    cases = list(group_cases(synth(1_000, 2, faults=0.2)).values())
    for as_of in ("2023-01-31", "2026-06-30"):
        agree_on_states(cases, as_of)
        assert agree_on_findings(cases, as_of) > 100


def test_no_cases_stand_nowhere():
    assert dict(states_frame([], "2026-06-30").schema) == STANDINGS
    assert dict(findings_frame([], "2026-06-30").schema) == FINDINGS


@pytest.mark.parametrize("first", ["2025-01-01", "2025-06-01"])
def test_days_of_an_institution_that_are_not_known_are_a_finding(first):
    story = "2025-02-01 special_school_admitted party=s-1; 2025-03-03 plan_refused; 2025-03-03 plan_refused"
    calendars = england().with_institutions([Institution("s-1", day(first), day("2025-12-31"))])
    case = tell(story)
    codes = findings_frame([case], "2025-06-01", calendars=calendars)["code"].to_list()
    judged = judge(case, "2025-06-01", calendars=calendars)
    assert codes == [found.code for found in (*case.findings, *judged.findings)]
    assert ("institution_dates_unknown" in codes) == (first == "2025-06-01")
