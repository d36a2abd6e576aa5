"""Chances of a stage, and queues: open cases count, who was asked first is served first, and a queue is seen as one."""

import numpy as np
import pytest

from ehcp_flow.forecast.adviser_queues import Pace, Queue, queue_of, queues_seen
from ehcp_flow.forecast.hazards import LONGEST, Chances
from ehcp_flow.forecast.request_paths import NEVER
from tests.forecast.made_up_paths import AS_OF, day, paths, way

TODAY = AS_OF.toordinal()


def chances(begun, left, ended):
    return Chances(np.array(begun), np.array(left), np.array(ended), np.ones(len(begun)))


def share_over(made, days, since=0):
    """Return the share that lasts longer than so many days, of those that had lasted to one."""
    ends = made.ends(np.full(40_000, since), np.random.default_rng(3))
    return float((ends > days).mean())


def test_a_case_that_was_still_open_counts_for_as_long_as_it_was_watched():
    # Of 400, 200 ended on day 10; 100 were watched to day 5 alone, so 300 were there to end: two in three did.
    made = chances([0] * 400, [10] * 200 + [5] * 100 + [40] * 100, [True] * 200 + [False] * 200)
    assert share_over(made, 10) == pytest.approx(1 / 3, abs=0.05)
    assert share_over(made, 9) > 0.9


def test_a_stage_that_had_begun_before_it_was_watched_counts_from_then_on():
    # 100 were watched from day 20 on alone: they say nothing of day 10, on which all of the others ended.
    made = chances([0] * 100 + [20] * 100, [10] * 100 + [30] * 100, [True] * 200)
    assert share_over(made, 10) < 0.1
    assert share_over(made, 29, since=20) > 0.5
    assert share_over(made, 30, since=20) < 0.1


def test_what_has_lasted_so_long_lasts_on_from_there():
    made = chances([0] * 100, [10] * 50 + [200] * 50, [True] * 100)
    ends = made.ends(np.full(1_000, 50), np.random.default_rng(3))
    assert ends.min() >= 50
    assert np.median(ends) == pytest.approx(200, abs=60)


def test_what_nobody_closes_stays_open_and_no_day_is_certain():
    made = chances([0] * 300 + [0] * 20, [30] * 300 + [1_200] * 20, [True] * 300 + [False] * 20)
    assert share_over(made, 700, since=400) > 0.8
    assert made.ends(np.full(10, LONGEST + 50), np.random.default_rng(1)).min() >= LONGEST


def queue(weekly, *changes):
    return Queue("psychological", weekly, np.array([]), np.array([]), 0, changes)


def served(made, *asked):
    return [int(each) - TODAY for each in made.served(np.array([asked]), TODAY)[0]]


def test_who_was_asked_first_is_served_first_and_so_many_a_week():
    assert served(queue(7.0), TODAY - 3, TODAY - 9, TODAY - 5) == [3, 1, 2]


def test_whoever_comes_to_an_empty_desk_is_served_at_once():
    assert served(queue(7.0), TODAY - 1, TODAY + 10) == [1, 11]


def test_more_capacity_from_a_day_on_serves_sooner_and_only_until_its_last():
    asked = [TODAY] * 20
    usual = served(queue(1.0), *asked)
    more = served(queue(1.0, Pace(7.0, TODAY + 8, TODAY + 14)), *asked)
    assert usual[:3] == [7, 14, 21]
    assert more[:9] == [7, 8, 9, 10, 11, 12, 13, 14, 21]


def test_who_is_not_asked_is_not_served_and_a_desk_without_anybody_serves_nobody():
    assert served(queue(7.0), TODAY, NEVER) == [1, NEVER - TODAY]
    assert served(queue(0.0), TODAY) == [NEVER - TODAY]


def test_a_queue_is_seen_with_its_pace_of_now_and_durations_are_not_taken_for_one():
    (seen,) = queues_seen(paths("psychological=2", "psychological=3@2026-01-05", cases=1300), TODAY)
    assert seen.party == "psychological"
    assert seen.weekly == pytest.approx(3, abs=0.3)
    assert queues_seen(paths(), TODAY) == ()


def test_steady_answers_without_anybody_waiting_are_no_queue():
    weekly = [
        way(received, received, asked=[("medical", received, received + 3)])
        for received in range(day("2026-01-01") - day("2024-01-01"), TODAY - day("2024-01-01"), 7)
    ]
    assert queues_seen(weekly, TODAY) == ()


def test_advice_is_asked_for_so_many_days_after_the_decision_as_it_was():
    made = queue_of("medical", [way(0, 10, asked=[("medical", 14, NEVER)]), way(0, 10)], 3.0)
    assert (made.lag, made.weekly) == (4, 3.0)
    assert queue_of("medical", [way(0)], 3.0).lag == 0
