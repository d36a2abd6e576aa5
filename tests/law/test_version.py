"""The first and the last day of what a version and a reading say: each counts, and the day beyond it does not."""

import datetime as dt

import pytest

from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.law.loader import england
from ehcp_flow.law.version import Reading
from ehcp_flow.states import check_move
from tests.telling import tell

DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2020, 5, 1), dt.date(2020, 9, 24)


def version(begins=FIRST, ends=LAST):
    of_law = england().limit("decide_assess").rule[0].version[0]
    return of_law.model_copy(update={"in_force_from": begins, "in_force_to": ends})


def reading(begins=None, ends=None):
    return Reading(name="other", says="so", counting="5 weeks after", in_force_from=begins, in_force_to=ends)


@pytest.mark.parametrize(
    ("begins", "ends", "is_of"),
    [
        (None, None, True),
        (LAST, None, True),  # it begins on the version's last day
        (LAST + DAY, None, False),
        (None, FIRST, True),  # it ends on the version's first day
        (None, FIRST - DAY, False),
        (FIRST, LAST, True),
    ],
)
def test_a_reading_is_of_each_version_that_was_law_on_one_of_its_days(begins, ends, is_of):
    assert reading(begins, ends).is_of(version()) == is_of


def test_a_reading_without_an_end_is_of_a_version_without_one():
    assert reading(LAST).is_of(version(ends=None))
    assert not reading(None, FIRST - DAY).is_of(version(ends=None))


CEASING = "2023-03-02 final_plan_sent; 2026-05-01 cease_consulted; 2026-05-11 cease_notice_sent"


def window(chronology, as_of="2026-12-01"):
    (found,) = (each for each in deadlines_of(tell(chronology), as_of) if each.limit == "cease_standstill")
    return found


@pytest.mark.parametrize("after", [-1, 0, 1])
def test_an_appeal_by_the_last_day_of_a_protected_time_keeps_it_open_and_one_after_it_does_not(after):
    ends = window(CEASING).due_on
    assert ends == dt.date(2026, 7, 13)
    appealed = window(f"{CEASING}; {ends + after * DAY} appeal_registered; 2026-10-01 plan_ceased")
    if after <= 0:
        assert (appealed.status, appealed.due_on) == ("premature", None)
    else:
        assert (appealed.status, appealed.due_on) == ("met", ends)


@pytest.mark.parametrize("after", [-1, 0, 1])
def test_a_plan_stands_still_up_to_the_last_day_of_the_time_to_appeal_and_ceases_from_the_next(after):
    ends = window(CEASING).due_on
    verdict = check_move(tell(CEASING), "plan_ceased", None, ends + after * DAY)
    assert verdict.allowed == (after > 0)
    assert window(f"{CEASING}; {ends + after * DAY} plan_ceased").status == ("met" if after > 0 else "premature")
