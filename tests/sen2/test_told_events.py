"""Of a case those facts and particulars are told that were asked for, in their order, whatever lies between them."""

import pytest

from ehcp_flow.bulk.told_cases import ToldCases
from ehcp_flow.conversion.returns.mapping import particulars_by_table
from ehcp_flow.sen2 import EVENTS_TOLD, PARTICULARS_TOLD, ReturnYear, events_looked_at
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


def test_the_particulars_of_these_names_alone_are_told_of_a_corrected_case_too():
    year = ReturnYear.of(2026)
    held = ("placement;value=900001", "team;value=North", "need;value=SEMH", "caseworker;value=Kim")
    lines = ("2025-05-20 final_plan_sent", *(f"2025-05-21 particular_recorded particular={each}" for each in held))
    corrected = ("2025-05-22 particular_recorded particular=team;value=South;fact_id=t",
                 "2025-05-23 particular_recorded particular=team;value=South;fact_id=u;corrects=t")  # fmt: skip
    cases = [told("a", *lines), told("b", *lines, *corrected)]
    whole = list(ToldCases(cases, list(year.periods()), as_of=year.survey))
    some = list(ToldCases(cases, list(year.periods()), as_of=year.survey, particulars=PARTICULARS_TOLD))
    assert [{each.name for each in case.held} for case in some] == [{"placement", "need"}] * 2
    assert some == [case._replace(held=[each for each in case.held if each.name in PARTICULARS_TOLD]) for case in whole]
    assert [len(case.held) for case in whole] == [4, 5]


def test_every_particular_that_comes_back_from_a_return_is_one_that_a_return_is_made_of():
    back = {rule.name for rules in particulars_by_table().values() for rule in rules}
    assert back <= PARTICULARS_TOLD
