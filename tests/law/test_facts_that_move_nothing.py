"""Facts that start and end nothing: kept and counted, and no deadline, state or breach differs by them, at any door."""

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.case import Case
from ehcp_flow.errors import FactError
from ehcp_flow.facts import OUTCOMES, make_fact
from tests.doors import at_every_door
from tests.telling import facts, tell

STORY = """
    2025-01-06 request_received party=parent authority=885
    2025-02-03 assessment_agreed
    2025-02-03 advice_requested party=medical
    2025-05-12 draft_plan_sent
    2025-06-30 final_plan_sent
    2026-02-02 review_meeting_held
"""
NOTHING = """
    2025-04-01 delay_reason_recorded outcome=educational_psychology
    2025-05-20 meeting_held
    2026-01-05 early_review_requested party=parent
    2026-01-12 early_review_refused
    2026-01-13 early_review_agreed
    2026-01-26 review_advice_received party=medical
    2026-02-02 review_attended party=parent
"""
AS_OF = "2026-06-30"


def test_they_move_no_deadline_and_no_state_and_are_no_finding():
    plain, told = (answer(tell(chronology), AS_OF) for chronology in (STORY, STORY + NOTHING))
    assert told.deadlines == plain.deadlines
    assert (told.case_state.pathway, told.findings) == (plain.case_state.pathway, plain.findings)
    assert len(told.case.facts) == len(plain.case.facts) + 7


@pytest.mark.parametrize("command", ["check", "state", "breaches"])
def test_every_door_takes_them_and_says_what_it_says_without_them(command, tmp_path):
    asked = ("--as-of", AS_OF)
    assert at_every_door(tmp_path, STORY + NOTHING, command, *asked) == at_every_door(tmp_path, STORY, command, *asked)


def test_a_delay_has_a_reason_of_the_list_and_excuses_nothing():
    assert OUTCOMES["delay_reason_recorded"] == (
        "educational_psychology", "health_advice", "social_care_advice", "panel", "placement", "family", "caseworker",
        "other",
    )  # fmt: skip
    for outcome in OUTCOMES["delay_reason_recorded"]:
        (late,) = [
            each
            for each in answer(tell(f"{STORY}\n2025-06-03 delay_reason_recorded outcome={outcome}"), AS_OF).deadlines
            if each.limit == "final_plan"
        ]
        assert (late.status, late.breach, late.excused_by) == ("late", True, ())
    with pytest.raises(FactError, match="write one of educational_psychology"):
        make_fact("delay_reason_recorded", case_id="a", on="2025-06-03", outcome="shortage")


def test_whoever_came_to_a_review_has_to_be_named():
    for event in ("review_attended", "review_advice_received"):
        with pytest.raises(FactError, match="party"):
            make_fact(event, case_id="a", on="2026-02-02")


def test_the_case_is_the_new_authoritys_from_its_place_on_and_no_date_moves(tmp_path):
    replaced = f"{STORY}\n2025-04-01 authority_replaced authority=301"
    plain, told = (answer(Case("a", facts(chronology)), AS_OF) for chronology in (STORY, replaced))
    assert {each.authority for each in told.deadlines} == {"301"}
    assert [each._fields()[2:] for each in told.deadlines] == [each._fields()[2:] for each in plain.deadlines]
    assert {row["authority"] for row in at_every_door(tmp_path, replaced, "check", "--as-of", AS_OF)} == {"301"}
    with pytest.raises(FactError, match="authority"):
        make_fact("authority_replaced", case_id="a", on="2025-04-01")
