"""The kernel's edges: what it asks for, where it stops, and how its numbers are read."""

import datetime as dt

import pytest

from ehcp_flow.calendars import england as calendars
from ehcp_flow.case import Case
from ehcp_flow.deadlines import STATUSES, deadlines_of
from ehcp_flow.engine import kernel
from ehcp_flow.engine.choice import interpreted_kernel
from ehcp_flow.engine.days import counted_days
from ehcp_flow.engine.judging import numbered, space_for
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.errors import CalendarError
from ehcp_flow.law import england
from ehcp_flow.states.dispute_moves import DISPUTES
from ehcp_flow.states.guards import Before
from ehcp_flow.states.walking import ways_of
from tests.telling import one, statuses, tell, text_of

AS_OF = dt.date(2026, 6, 30)


def judged(story: str, *, rows: int, wants: int = 64):
    """Run the interpreted kernel on a story by hand, with so much space; return where it stopped, and its space."""
    chosen, book = interpreted_kernel(), compiled(england())
    days = counted_days.__wrapped__(book, calendars(), chosen)
    facts = tell(story).facts
    columns = numbered(facts, AS_OF, book, days, chosen)
    found = space_for(book, chosen, len(facts), columns.parties, rows)
    found.most_wanted = wants
    return kernel.judge(book.law(chosen), days.days, columns, found, 0, 1), found, days


def test_the_statuses_are_numbered_as_the_kernel_has_them():
    numbers = [getattr(kernel, status.upper()) for status in STATUSES]
    assert numbers == list(range(kernel.NO_LAW))


def test_it_stops_before_a_case_that_the_rows_may_not_hold():
    stopped, found, _ = judged("2026-01-05 request_received", rows=3)
    assert (stopped, found.rows, found.wanted) == (0, 0, 0)
    assert found.needed > 3


def test_it_asks_for_days_that_nobody_has_counted_and_for_no_more_than_there_is_room_for():
    story = "2026-01-05 final_plan_sent; 2026-02-02 review_meeting_held; 2026-03-02 mediation_contacted"
    stopped, found, days = judged(story, rows=200)
    assert (stopped, found.rows) == (0, 0)
    assert found.wanted > 1
    assert days.ask(found.want[0], found.want[1]) is not None
    stopped, found, _ = judged(story, rows=200, wants=1)
    assert (stopped, found.wanted) == (0, 1)


def test_a_day_that_the_calendars_do_not_reach_is_an_error_with_the_calendars_own_words():
    far = tell("2150-01-04 mediation_declined")
    with pytest.raises(CalendarError, match="1900 to 2100"):
        deadlines_of(far, "2199-01-01")
    chosen, book = interpreted_kernel(), compiled(england())
    days = counted_days(book, calendars(), chosen).days
    found = space_for(book, chosen, 1, 1, 1)
    varying = next(way for way, shift in enumerate(days.shift) if shift == kernel.UNCOUNTED)
    for day in (days.first - 1, days.first + days.span):
        assert kernel.counted(days, found, varying, day) == kernel.NO_DAY
    assert (found.beyond, found.beyond_day) == (varying, days.first - 1)


def test_the_days_that_an_explanation_wants_are_counted_for_it():
    story = "2025-01-06 request_received; 2025-02-03 advice_requested party=educational"
    story += "; 2025-03-03 exception_recorded outcome=absent_from_area until=2025-04-14 reason=abroad"
    (found,) = (each for each in deadlines_of(tell(story), AS_OF) if each.limit == "final_plan")
    counted_days.cache_clear()
    assert [checked.holds for checked in found.working.grounds if checked.fact] == [True]


def test_the_first_of_two_other_answers_is_the_one():
    story = "2025-01-06 request_received; 2025-03-03 plan_agreed; 2025-03-10 draft_plan_sent; 2025-03-17 plan_agreed"
    found = one(story, "decide_not_issue")
    assert (found.status, str(found.working.ended and found.working.ended.on)) == ("lapsed", "2025-03-03")


def test_a_ground_of_2020_needs_a_reason():
    story = "2020-03-02 request_received; 2020-05-04 exception_recorded outcome=coronavirus"
    found = one(story, "decide_not_issue", "2020-07-31")
    assert found.excused_by == ()
    assert "No reason is recorded, and the ground needs one" in text_of(found, "exception")


def test_a_deadline_without_a_day_has_no_grounds():
    stay = "2025-02-01 special_school_admitted party=s-1; 2025-03-03 plan_refused; 2025-06-02 special_school_left"
    found = one(stay, "special_school_stay", "2025-06-02")
    assert found.due_on is None
    assert found.working.grounds == []
    assert found.explanation


def test_a_region_without_a_way_on_is_a_table_too():
    ways = ways_of(DISPUTES)
    assert set(ways.moves["stretch"]) == {0}
    assert max(ways.moves["to"]) == len(ways.states) - 1


def test_what_stands_before_a_fact_is_a_sequence():
    facts = tell("2025-01-06 request_received; 2025-02-03 assessment_agreed; 2025-03-03 plan_agreed").facts
    before = Before(facts, 2, Before.places(facts))
    assert (len(before), list(before), before[-1], before[:1]) == (2, list(facts[:2]), facts[1], facts[:1])
    assert (before.last(["request_received"]), before.last(["plan_agreed"])) == (0, -1)


def test_nothing_on_record_is_judged_to_nothing():
    assert statuses(deadlines_of(Case("a", ()), AS_OF)) == {}
