"""The ways of requests: as the measures count them, and cut at a day as they were known then."""

import datetime as dt

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.case import group_cases
from ehcp_flow.forecast.flow_figures import figures_of, months_after
from ehcp_flow.forecast.request_paths import NEVER, RequestPath, paths_of
from ehcp_flow.measures import measure
from ehcp_flow.synth import synth
from tests.forecast.made_up_paths import AS_OF, day, way
from tests.measures.answers_made_up import told

WHOLE = (
    "2026-01-05 request_received parent", "2026-02-10 assessment_agreed", "2026-02-11 advice_requested psychological",
    "2026-02-12 advice_requested medical", "2026-03-20 advice_received psychological", "2026-04-14 draft_plan_sent",
    "2026-05-05 final_plan_sent",
)  # fmt: skip


def paths(*lines, as_of=AS_OF):
    return paths_of(answer(told("a", *lines), as_of))


@pytest.mark.parametrize("authority", ["885", "330"])
def test_its_figures_are_those_of_the_measures(authority):
    cases = group_cases(synth(300, 7, authority=authority, as_of=AS_OF))
    answers = [answer(case, AS_OF) for case in cases.values()]
    ways = [path for each in answers for path in paths_of(each)]
    (month,) = months_after(dt.date(2026, 4, 30), 1)
    found = figures_of(ways, [month])
    table = measure(answers, as_of=AS_OF, year="2026-05").rows[0]
    for name in ("requests_received_in_year", "plans_issued_den", "plans_issued_den_ex"):
        assert found[name] == [table[name]], name
    (june,) = months_after(dt.date(2026, 5, 31), 1)
    days = [
        (AS_OF - one.starts_on).days
        for each in answers
        for one in each.deadlines
        if one.limit == "final_plan" and one.status in ("open", "overdue")
    ]
    stock = figures_of(ways, [june])
    assert stock["open_requests"] == [len(days)]
    assert stock["open_over_20_weeks"] == [sum(each > 140 for each in days)]
    assert stock["longest_wait_weeks"] == [max(days) // 7]


def test_a_way_has_the_day_of_each_act_and_of_each_advice():
    (path,) = paths(*WHOLE)
    assert (path.received, path.agreed, path.drafted, path.ended) == tuple(
        map(day, ("2026-01-05", "2026-02-10", "2026-04-14", "2026-05-05"))
    )
    assert path.asked == (
        ("psychological", day("2026-02-11"), day("2026-03-20")), ("medical", day("2026-02-12"), NEVER),
    )  # fmt: skip
    assert (path.due, path.how, path.in_time, path.excepted) == (day("2026-05-25"), "plan", True, False)


@pytest.mark.parametrize(
    ("on", "stage"),
    [("2026-01-05", "decision"), ("2026-02-10", "draft"), ("2026-04-14", "final"), ("2026-05-05", None)],
)
def test_cut_at_a_day_it_is_what_was_known_then(on, stage):
    whole, then = paths(*WHOLE)[0], paths(*WHOLE, as_of=dt.date.fromisoformat(on))[0]
    assert whole.as_at(day(on)) == then
    assert then.stage == stage
    assert whole.as_at(day("2026-01-04")) is None


def test_nothing_of_a_child_is_looked_at():
    assert RequestPath._fields == (
        "received", "due", "agreed", "drafted", "ended", "how", "excepted", "in_time", "asked",
    )  # fmt: skip
    child = told(
        "a", "2014-05-01 date_of_birth", *WHOLE, "2026-01-05 particular_recorded particular=need;value=ASD",
        "2026-01-05 particular_recorded particular=placement;value=special",
    )  # fmt: skip
    assert paths_of(answer(child, AS_OF)) == paths(*WHOLE)


def test_what_nobody_recorded_is_taken_from_what_follows():
    (path,) = paths("2026-01-05 request_received parent", "2026-05-05 final_plan_sent")
    assert path.agreed == path.drafted == path.ended == day("2026-05-05")
    (open_now,) = paths("2026-01-05 request_received parent", "2026-05-05 draft_plan_sent")
    assert (open_now.agreed, open_now.stage) == (day("2026-05-05"), "final")


def test_each_request_of_a_case_has_a_way_of_its_own():
    ways = paths(
        "2024-01-08 request_received parent", "2024-02-12 assessment_refused", "2026-01-05 request_received parent",
        "2026-02-10 assessment_agreed",
    )  # fmt: skip
    assert [(path.how, path.stage) for path in ways] == [("refused", None), (None, "draft")]
    assert ways[0].agreed == NEVER
    assert paths("2026-05-05 final_plan_sent") == []


def test_months_are_whole_and_follow_that_of_the_day():
    months = months_after(dt.date(2026, 11, 15), 3)
    assert [month.label for month in months] == ["2026-12", "2027-01", "2027-02"]
    assert [month.last - month.first + 1 for month in months] == [31, 31, 28]


def test_a_share_of_no_plan_is_none_and_a_wait_is_counted_on_the_last_day():
    (month,) = months_after(dt.date(2024, 5, 31), 1)
    found = figures_of([way(0), way(100, 120, 130, 160, "plan", in_time=True)], [month])
    assert found["pc_plans_issued_20_weeks_ex"] == [100.0]
    assert (found["open_requests"], found["open_over_20_weeks"], found["longest_wait_weeks"]) == ([1], [1], [25])
    assert found["finished_by_20"] == [None]
    assert figures_of([way(0)], [month])["pc_plans_issued_20_weeks_ex"] == [None]
    assert figures_of([], [month])["open_requests"] == [0]


def test_the_share_of_a_months_requests_is_known_twenty_weeks_after_it():
    (january,) = months_after(dt.date(2023, 12, 31), 1)
    ways = [way(0, 10, 20, 140, "plan"), way(1, 10, 20, 142, "plan"), way(2, ended=30, how="refused"), way(3)]
    after = january.last + 140
    assert figures_of(ways, [january], after)["finished_by_20"] == [50.0]
    assert figures_of(ways, [january], after - 1)["finished_by_20"] == [None]
