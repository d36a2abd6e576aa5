"""A made-up life is one that could have been lived: each act follows from what was done before it.

What goes wrong on purpose is named here, and so is what a record of facts need not hold.
"""

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.case import group_cases
from ehcp_flow.states import state
from ehcp_flow.synth import synth

ENDS = {"plan_ceased", "plan_transferred_out", "died"}
ON_PURPOSE = {
    "draft_without_decision",
    "final_plan_within_15_days",
    "ceased_in_appeal_period",
    "exception_not_made_out",
}
"""What an authority does wrong in a share of lives that is stated where they are made up."""
NOT_ON_RECORD = {
    "act_not_dated",
    "other_placement_named",
    "next_place_not_shown",
    "review_by_old_authority",
    "review_in_substance",
}
"""What the acts do not say, so that a finding asks for it: no act is out of place by it."""
COUNCILS = [
    (1, 300, {"authority": "885"}),
    (2, 300, {}),
    (3, 300, {"authority": "330", "particulars": True, "as_of": "2026-01-15"}),
    (9, 750, {"particulars": True, "as_of": "2023-01-19"}),
    (10, 60, {"as_of": "2016-12-31"}),
    (8, 250, {"authority": "885", "weekly": ["psychological=12"]}),
]


@pytest.mark.parametrize(("seed", "cases", "settings"), COUNCILS)
def test_no_act_is_refused_but_those_that_are_wrong_on_purpose(seed, cases, settings):
    day = settings.get("as_of", "2026-06-30")
    found, refused = {}, {}
    for case_id, case in group_cases(synth(cases, seed, **settings)).items():
        found.update({finding.code: case_id for finding in answer(case, day).findings})
        refused.update({finding.code: case_id for finding in state(case, day).findings})
    assert {code: case_id for code, case_id in refused.items() if code not in ON_PURPOSE} == {}
    assert {code: case_id for code, case_id in found.items() if code not in ON_PURPOSE | NOT_ON_RECORD} == {}
    assert ON_PURPOSE & refused.keys()


@pytest.mark.parametrize(("seed", "cases", "settings"), COUNCILS)
def test_nothing_of_a_plan_follows_its_end(seed, cases, settings):
    ended = 0
    for case in group_cases(synth(cases, seed, **settings)).values():
        end = next((fact for fact in case.facts if fact.event in ENDS), None)
        if end is not None:
            ended += 1
            assert case.facts[-1] is end
            assert {fact.on for fact in case.particulars if fact.on > end.on} == set()
    assert ended > 3 or cases < 100


def test_what_begins_before_a_plan_came_is_no_part_of_the_life_of_it():
    came = 0
    for case in group_cases(synth(1_000, 4)).values():
        events = [fact.event for fact in case.facts]
        if "plan_transferred_in" in events:
            came += 1
            assert events[0] == "plan_transferred_in"
    assert came > 20
