"""Of a case those facts are told that were asked for, in their order, whatever lies between them."""

import pytest

from ehcp_flow.bulk.told_cases import ToldCases
from ehcp_flow.sen2 import EVENTS_TOLD, ReturnYear, events_looked_at
from tests.measures.answers_made_up import told

LINES = (
    "2025-01-08 request_received parent", "2025-01-09 advice_requested psychological", "2025-02-03 assessment_agreed",
    "2025-02-20 advice_received psychological", "2025-05-20 final_plan_sent",
)  # fmt: skip


@pytest.mark.parametrize("events", [EVENTS_TOLD, events_looked_at(), frozenset()])
def test_the_facts_of_these_events_alone_are_told(events):
    year = ReturnYear.of(2026)
    cases = [told("a", *LINES), told("b", LINES[1]), told("c", *LINES[3:])]
    whole = list(ToldCases(cases, list(year.periods()), as_of=year.survey))
    some = list(ToldCases(cases, list(year.periods()), as_of=year.survey, events=events))
    assert [len(case.facts) for case in whole] == [5, 1, 2]
    assert some == [case._replace(facts=[fact for fact in case.facts if fact.event in events]) for case in whole]
