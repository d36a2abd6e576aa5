"""What could be recorded of a case, with titles for people: all of it, or what is asked for."""

import pytest

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import FACT_TYPES, title_of
from ehcp_flow.states import allowed, check_move, moves
from tests.telling import tell

CASE = tell("2026-03-02 request_received; 2026-04-01 assessment_agreed")
DAY = "2026-05-01"


def test_without_more_the_moves_are_those_that_allowed_gives():
    assert moves(CASE, DAY) == allowed(CASE, DAY)


def test_the_lawful_and_the_unlawful_ones_are_all():
    lawful, not_lawful = moves(CASE, DAY, lawful=True), moves(CASE, DAY, lawful=False)
    assert all(each.allowed for each in lawful)
    assert not any(each.allowed for each in not_lawful)
    assert sorted(map(str, (*lawful, *not_lawful))) == sorted(map(str, allowed(CASE, DAY)))


@pytest.mark.parametrize("day", [DAY, "2026-04-01"])
def test_what_only_informs_is_lawful_at_any_time_and_moves_nothing(day):
    told = moves(CASE, day, informing=True)
    assert {"advice_received", "meeting_held", "date_of_birth"} <= {each.event for each in told}
    assert all(each.allowed and not each.moves and each.to_state == each.from_state for each in told)
    assert all(each == check_move(CASE, each.event, each.outcome, day) for each in told)
    assert moves(CASE, day, informing=None) == (*moves(CASE, day), *told)
    assert {each.event for each in moves(CASE, day, informing=None)} == {*FACT_TYPES} - {"fact_voided"} - declared()


def declared():
    """Events that rulebooks of other tests made known: England's law has none of its own."""
    return {event for event, cls in FACT_TYPES.items() if hasattr(cls, "declared_as")}


def test_titles_are_for_people():
    titles = {each.title for each in moves(CASE, DAY, informing=None)}
    assert {"Draft plan sent", "Tribunal order made: continue and amend", "Date of birth"} <= titles
    assert not any("_" in title for title in titles)


def test_an_event_that_there_is_not_has_no_title():
    with pytest.raises(UnknownNameError, match="final_plan_sent"):
        title_of("final_plan_snet")
