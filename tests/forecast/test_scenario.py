"""What is changed in a scenario: read with its errors, told beside things as they are, with the effect it must have."""

import datetime as dt

import pytest

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.forecast.demand import HistoryTooShort
from ehcp_flow.forecast.flow import Flow
from ehcp_flow.forecast.flow_forecast import flow_forecast
from ehcp_flow.forecast.request_paths import NEVER
from ehcp_flow.forecast.scenario import ScenarioFileError, ScenarioFileMissing, read_scenario
from ehcp_flow.synth import write_synth
from tests.cli.running import invoke
from tests.forecast.made_up_paths import AS_OF, paths

QUEUED = ("psychological=2", "psychological=3@2026-01-05")
SINCE = dt.date(2026, 7, 1)


def capacity(**told):
    return {"title": "More", "capacity": [{"of": "psychological", "from": SINCE, **told}]}


def rows(scenario, figure, ways=None):
    ways = paths(*QUEUED, cases=1300) if ways is None else ways
    found = flow_forecast(ways, AS_OF, months=6, runs=40, figures=[figure], scenarios=[read_scenario(scenario)])
    return [[row["value"] for row in found if row["scenario"] == name] for name in ("as now", scenario["title"])]


def test_more_capacity_sends_more_plans_and_empties_the_queue():
    now, more = rows(capacity(weekly=9), "plans_issued_den")
    assert sum(more[2:]) > 1.5 * sum(now[2:])
    now, more = rows(capacity(weekly=9), "open_over_20_weeks")
    assert more[-1] < now[-1]


def test_less_capacity_does_the_opposite_and_only_for_its_time():
    now, less = rows(capacity(weekly=0, until=dt.date(2026, 8, 31)), "plans_issued_den")
    assert less[2] < 0.5 * now[2]
    assert less[-1] > 0.5 * now[-1]


@pytest.mark.parametrize(("change", "weekly"), [("+5", 8), ("-1", 2), ("+50 %", 4.5), ("-10%", 2.7), ("-7", 0)])
def test_a_change_is_counted_from_the_pace_that_the_record_shows(change, weekly):
    flow = Flow(paths(*QUEUED, cases=1300), AS_OF)
    (queue,) = read_scenario(capacity(change=change)).queues(flow)
    (pace,) = queue.changes
    assert pace.weekly == pytest.approx(weekly, abs=0.5)
    assert (pace.since, pace.until) == (SINCE.toordinal(), NEVER)


def test_demand_that_changes_changes_the_requests_from_its_day_on():
    told = {"title": "More", "demand": [{"change": "+50 %", "from": dt.date(2026, 9, 1)}]}
    now, more = rows(told, "requests_received_in_year", paths())
    assert more[:2] == pytest.approx(now[:2], rel=0.35)
    assert sum(more[2:]) > 1.25 * sum(now[2:])


def test_an_adviser_without_a_queue_gets_one_at_the_pace_of_the_record():
    flow = Flow(paths(), AS_OF)
    assert flow.queues == ()
    (queue,) = read_scenario(capacity(weekly=4)).queues(flow)
    assert 0.5 < queue.weekly < 4
    with pytest.raises(HistoryTooShort, match="a queue before psychological, or weekly = N"):
        read_scenario(capacity(change="+1")).queues(flow)
    with pytest.raises(UnknownNameError, match="psychological"):
        read_scenario({**capacity(), "capacity": [{"of": "psychologist", "weekly": 4, "from": SINCE}]}).queues(flow)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("[[capacity]]\nof = 'x'\nweekly = 3\nfrom = 2026-09-01\n", "title"),
        ("title = 'a'\n[[capacity]]\nof = 'x'\nfrom = 2026-09-01\n", "one of them"),
        ("title = 'a'\n[[capacity]]\nof = 'x'\nchange = 'more'\nfrom = 2026-09-01\n", "write a change as"),
        ("title = 'a'\n[[capacity]]\nof = 'x'\nweekly = 3\nfrom = 2026-09-01\nuntil = 2026-08-01\n", "until is before"),
        ("title = 'a'\n[[demand]]\nchange = '+5'\nfrom = 2026-09-01\n", "demand changes by a share"),
        ("title = 'a'\n[order]\nby = 'oldest'\n", "order"),
        ("title = 'a'\n[[capacity]]\nof = 'x'\nweekly = -1\nfrom = 2026-09-01\n", "weekly"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_key(told, says, tmp_path):
    file = tmp_path / "more.toml"
    file.write_text(told)
    with pytest.raises(ScenarioFileError, match=says) as refused:
        read_scenario(file)
    assert refused.value.file == "more.toml"
    assert invoke("forecast", "none.csv", "--scenario", file).exit_code == 4


def test_a_file_that_is_not_there_is_told_apart():
    with pytest.raises(ScenarioFileMissing):
        read_scenario("nowhere.toml")
    assert invoke("forecast", "none.csv", "--scenario", "nowhere.toml").exit_code == 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("scenarios")
    write_synth(made / "queue.csv", 1300, 11, authority="885", as_of=AS_OF, weekly=QUEUED)
    for name, weekly in (("more", 9), ("less", 1)):
        (made / f"{name}.toml").write_text(
            f'title = "{name}"\n[[capacity]]\nof = "psychological"\nweekly = {weekly}\nfrom = 2026-07-01\n'
        )
    return made


def test_scenarios_stand_side_by_side_and_say_what_they_turn(folder):
    call = ("forecast", folder / "queue.csv", "--as-of", AS_OF, "--months", "12", "--runs", "40")
    both = ("--scenario", folder / "more.toml", "--scenario", folder / "less.toml")
    text = " ".join(invoke(*call, *both, "--format", "table").stdout.split())
    for scenario in ("as now", "more", "less"):
        assert f"Plans issued, {scenario}" in text
    assert text.count(": the share in 20 weeks is") == 2


def test_two_of_one_title_and_a_back_test_of_a_scenario_are_refused(folder):
    call = ("forecast", folder / "queue.csv", "--as-of", AS_OF, "--scenario", folder / "more.toml")
    assert "name them apart" in invoke(*call, "--scenario", folder / "more.toml").stderr
    assert "a back-test is of things as they were" in invoke(*call, "--backtest").stderr
