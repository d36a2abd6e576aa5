"""A finding is about an act that is past: it asks what to record, and advises nobody to act in the past."""

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.case import group_cases
from ehcp_flow.law.loader import england
from ehcp_flow.states import check_move, state
from ehcp_flow.synth import synth
from tests.moves.telling import PAST
from tests.telling import tell

TO_ACT = ("send", "consult", "maintain", "ask the tribunal", "dispute", "let ", "cease", "hold", "allow")
AGREED = "2019-01-07 request_received; 2019-02-04 assessment_agreed; 2019-04-01 plan_agreed"


def remedies():
    """Every remedy of a guard, or of an event out of place, by its finding."""
    for region in england().regions.values():
        asked = [guard for move in region.moves for guard in move.guards]
        for each in (*region.misplaced, *asked):
            if hasattr(each, "remedy"):
                yield from ((getattr(each, name, ""), each.remedy) for name in ("finding", "early"))


def test_what_tells_a_move_to_act_tells_a_past_one_what_to_record():
    acting = {finding for finding, remedy in remedies() if finding and remedy.startswith(TO_ACT)}
    assert acting >= {"final_plan_before_draft", "cease_notice_without_consultation", "ceased_without_notice"}
    assert acting <= set(PAST)


@pytest.mark.parametrize("remedy", [*PAST.values(), *(sign.remedy for sign in england().signs.values())])
def test_what_to_record_is_no_advice_to_act(remedy):
    assert not remedy.startswith(TO_ACT)


def test_no_finding_of_a_caseload_full_of_faults_advises_to_act():
    found = set()
    for case in group_cases(synth(300, 3, authority="885", faults=1.0)).values():
        for finding in answer(case, "2026-06-30").findings:
            found.add(finding.code)
            assert not finding.remedy.startswith(TO_ACT), finding
    assert len(found) > 8


def test_an_old_plan_without_a_draft_asks_for_the_record_and_a_new_one_for_the_draft():
    case = tell(f"{AGREED}; 2019-05-20 final_plan_sent")
    (finding,) = (each for each in state(case, "2026-06-30").findings if each.code == "final_plan_before_draft")
    assert finding.remedy == "record the draft (draft_plan_sent), if one was sent"
    refused = check_move(tell(AGREED), "final_plan_sent", None, "2019-05-20").refusals[0]
    assert refused.remedy == "send a draft, then allow 15 days from its service"
