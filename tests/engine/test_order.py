"""What only the agreement of two evaluators once held: ties between periods, and deadlines without a day."""

import datetime as dt

from ehcp_flow.calendars import Institution, england
from ehcp_flow.deadlines import deadlines_of
from tests.telling import day, one, tell


def test_of_two_periods_that_end_on_one_day_the_first_gives_the_day_it_counts_from():
    """SR 15(5): three months beginning with 2 March, and twelve beginning with the last review, end on one day."""
    chronology = "2026-03-02 plan_transferred_in made_on=2020-05-01 reviewed_on=2025-06-02"
    found = one(chronology, "transfer_review", "2026-04-01")
    assert (str(found.due_on), str(found.starts_on)) == ("2026-06-01", "2026-03-02")
    assert [str(each.on) for each in found.derivation.counted] == ["2026-03-02", "2025-06-02"]


def test_a_later_period_gives_the_day_it_counts_from():
    found = one("2026-03-02 plan_transferred_in made_on=2020-05-01 reviewed_on=2025-12-01", "transfer_review")
    assert (str(found.due_on), str(found.starts_on)) == ("2026-11-30", "2025-12-01")


def test_deadlines_without_a_day_come_behind_those_with_one_in_the_order_of_the_rulebook():
    chronology = tell("""
        2025-01-06 request_received; 2025-02-03 special_school_admitted party=s-1; 2025-03-03 plan_refused
        2025-06-02 special_school_left; 2025-09-01 became_responsible
        2025-10-06 special_school_admitted party=s-2; 2025-11-03 plan_refused
    """)
    known = england().with_institutions([Institution("s-1", day("2024-01-01"), day("2026-12-31"))])
    found = deadlines_of(chronology, "2026-01-05", calendars=known)
    undated = [deadline for deadline in found if deadline.due_on is None]
    assert undated
    assert found[-len(undated) :] == undated
    assert [deadline.starts_on for deadline in undated] == sorted(deadline.starts_on for deadline in undated)
    days = [deadline.due_on for deadline in found if deadline.due_on is not None]
    assert days == sorted(days)


def test_deadlines_of_one_day_stand_in_the_order_of_the_rulebook_and_then_of_their_starts():
    chronology = "2025-01-06 request_received; 2025-02-03 advice_requested party=medical"
    chronology += "; 2025-02-03 advice_requested party=health; 2025-02-03 advice_requested party=educational"
    found = deadlines_of(tell(chronology), dt.date(2025, 2, 20))
    same = [(deadline.limit, deadline.party) for deadline in found if str(deadline.due_on) == "2025-03-17"]
    assert same == [("advice", "health"), ("advice", "medical"), ("advice", "educational")], "whom the Act binds first"
    weeks = [deadline.limit for deadline in found if str(deadline.due_on) == "2025-04-28"]
    assert weeks == ["decide_not_issue", "decide_issue"]
