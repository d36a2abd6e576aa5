"""The forecast of a flow: it sees nothing later than its day, says how far it missed, refuses too little history."""

import datetime as dt
import shutil
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

import ehcp_flow
from ehcp_flow.errors import LibraryMissing, RangeError, UnknownNameError
from ehcp_flow.forecast.demand import HistoryTooShort
from ehcp_flow.forecast.flow import Flow
from ehcp_flow.forecast.flow_figures import FLOW_FIGURES, SHOWN_FIGURES, months_after
from ehcp_flow.forecast.flow_forecast import FLOW_BACKTEST_COLUMNS, FLOW_COLUMNS, flow_backtest, flow_forecast
from ehcp_flow.synth import write_synth
from tests.cli.running import invoke, rows_of
from tests.forecast.made_up_paths import AS_OF, day, paths, way

THEN = dt.date(2025, 12, 31)
ENGLAND = Path(ehcp_flow.__file__).parent / "law" / "england"
SHARE = "pc_plans_issued_20_weeks_ex"


def test_nothing_that_happened_later_leaves_a_trace_in_a_forecast_or_its_errors():
    then = THEN.toordinal()
    ways = paths()
    planted = [
        path
        if path.ended <= then
        else path._replace(ended=then + 1, how="plan", in_time=True, drafted=min(path.drafted, then + 1))
        for path in ways
    ]
    planted += [way(then + 5 - day("2024-01-01"))] * 200
    known = [found for path in ways if (found := path.as_at(then)) is not None]
    told = flow_forecast(ways, THEN, months=3, runs=40)
    assert told == flow_forecast(planted, THEN, months=3, runs=40) == flow_forecast(known, THEN, months=3, runs=40)


def test_the_same_seed_gives_the_same_rows_and_another_seed_others():
    once, again, other = (flow_forecast(paths(), AS_OF, months=2, runs=40, seed=seed) for seed in (1, 1, 2))
    assert once == again != other


def test_each_row_has_a_band_about_its_middle_and_the_error_of_its_distance():
    rows = flow_forecast(paths(), AS_OF, months=3, runs=60, figures=FLOW_FIGURES)
    assert [row["period"] for row in rows[:3]] == ["2026-07", "2026-08", "2026-09"]
    assert list(dict.fromkeys(row["figure"] for row in rows)) == list(FLOW_FIGURES)
    for row in rows:
        assert tuple(row) == FLOW_COLUMNS
        assert row["low"] <= row["value"] <= row["high"]
        assert (row["scenario"], row["certain"]) == ("as now", False)
    tried = flow_backtest(paths(), AS_OF, months=3, figures=FLOW_FIGURES)
    plans = [row for row in tried if row["figure"] == "plans_issued_den"]
    mine = list({row["origin"]: row for row in reversed(plans)}.values())  # the next month of each day
    assert len(mine) == 12
    (beside,) = (row["error"] for row in rows if (row["figure"], row["period"]) == ("plans_issued_den", "2026-07"))
    assert beside == pytest.approx(fmean(abs(row["value"] - row["actual"]) for row in mine), abs=0.1)


def test_a_queue_keeps_its_pace_whatever_comes_in():
    ways = paths("psychological=2", "psychological=3@2026-01-05", cases=1300)
    flow = Flow(ways, AS_OF)
    (queue,) = flow.queues
    assert queue.weekly == pytest.approx(3, abs=0.3)
    ahead = months_after(AS_OF, 6)
    plans = flow.simulated(ahead, seed=1, runs=60)["plans_issued_den"].mean()
    assert plans == pytest.approx(3 * 30.5 / 7 * 0.95, abs=1.5)
    more = flow.simulated(ahead, seed=1, runs=60, queues=[queue._replace(weekly=9.0)])
    assert more["plans_issued_den"][:, 2:].mean() > 1.5 * plans
    assert (
        more["open_over_20_weeks"][:, -1].mean()
        < flow.simulated(ahead, seed=1, runs=60)["open_over_20_weeks"][:, -1].mean()
    )


def test_requests_follow_the_season_and_the_growth_of_the_last_years():
    # Every month the same but for August, in which nobody asks; twice as many in the second year.
    ways = [way(-400)]
    for month in months_after(dt.date(2024, 6, 30), 24):
        many = 0 if month.label.endswith("08") else 20 if month.first < day("2025-07-01") else 40
        for number in range(many):
            since = month.first - day("2024-01-01") + number % 28
            ways.append(way(since, since + 30, since + 90, since + 110, "plan"))
    found = Flow(ways, AS_OF).simulated(months_after(AS_OF, 12), seed=1, runs=80)["requests_received_in_year"]
    by_month = found.mean(axis=0)
    assert by_month[1] < 0.3 * by_month[0]
    assert 40 < by_month[0] < 90


@pytest.mark.parametrize(
    ("ways", "says"),
    [
        ([way(600)] * 80, "requests since 2025-08-23, 0 plans"),
        ([way(0)] + [way(0, 10, 20, 30, "plan")] * 49, "requests since 2024-01-01, 49 plans"),
        ([], "0 plans"),
    ],
)
def test_too_little_history_is_refused_with_how_much_would_be_enough(ways, says):
    with pytest.raises(HistoryTooShort, match=f"{says}.*24 months of requests and 50 plans"):
        flow_forecast(ways, AS_OF)


def test_a_history_that_is_just_long_enough_has_no_error_beside_it_and_cannot_be_tried():
    begins = day("2024-06-30") - day("2024-01-01")
    ways = [way(since, since + 30, since + 60, since + 90, "plan") for since in range(begins, begins + 300, 5)]
    assert {row["error"] for row in flow_forecast(ways, AS_OF, months=1, runs=5)} == {None}
    with pytest.raises(HistoryTooShort, match="2026-05-31"):
        flow_backtest(ways, AS_OF)


def test_a_back_test_has_what_came_and_the_simple_way_for_months_that_are_over():
    rows = flow_backtest(paths(), dt.date(2026, 6, 15), months=2, figures=["plans_issued_den"])
    assert all(tuple(row) == FLOW_BACKTEST_COLUMNS for row in rows)
    assert (rows[0]["origin"], rows[0]["period"]) == ("2026-04-30", "2026-05")
    assert [row["period"] for row in rows if row["origin"] == "2026-03-31"] == ["2026-04", "2026-05"]
    ended = [dt.date.fromordinal(path.ended) for path in paths() if path.how == "plan"]
    by_month = {f"2026-{month:02}": sum((on.year, on.month) == (2026, month) for on in ended) for month in range(1, 6)}
    assert rows[0]["actual"] == by_month["2026-05"]
    assert rows[0]["naive"] == pytest.approx(fmean(by_month[f"2026-{month:02}"] for month in (2, 3, 4)), abs=0.1)


def test_the_share_of_a_months_requests_is_tried_where_its_twenty_weeks_are_over():
    rows = flow_backtest(paths(), AS_OF, months=1, figures=["finished_by_20"])
    assert [row["actual"] is None for row in rows] == [True] * 5 + [False] * 7
    mine = rows[5]
    assert (mine["origin"], mine["period"]) == ("2025-12-31", "2026-01")
    known = [path for path in paths() if day("2025-05-01") <= path.received <= day("2025-07-31")]
    ended = sum(path.ended - path.received <= 140 for path in known)
    assert mine["naive"] == pytest.approx(100 * ended / len(known), abs=0.1)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [({"months": 0}, RangeError), ({"runs": 0}, RangeError), ({"figures": ["plans"]}, UnknownNameError)],
)
def test_what_cannot_be_forecast_is_refused(wrong, error):
    with pytest.raises(error):
        flow_forecast(paths(), AS_OF, **wrong)


def test_where_no_plan_is_expected_no_share_is_told():
    since = day("2023-06-01") - day("2024-01-01")
    ways = [way(since, since + 10, since + 20, since + 30, "plan")] * 60
    rows = flow_forecast(ways, AS_OF, months=1, runs=5, figures=[SHARE])
    assert (rows[0]["value"], rows[0]["low"], rows[0]["high"]) == (None, None, None)


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    file = tmp_path_factory.mktemp("flow") / "council.csv"
    write_synth(file, 500, 11, authority="885", as_of=AS_OF)
    return file


def test_the_command_prints_what_the_call_gives(council):
    done = invoke("forecast", council, "--as-of", AS_OF, "--months", "2", "--runs", "40", "--format", "json")
    assert rows_of(done.stdout, "json") == flow_forecast(paths(), AS_OF, months=2, runs=40)
    assert "nothing of a child was looked at" in done.stderr
    tried = invoke("forecast", "flow", council, "--as-of", AS_OF, "--backtest", "--figure", SHARE, "--format", "json")
    assert rows_of(tried.stdout, "json") == flow_backtest(paths(), AS_OF, figures=[SHARE])


def test_another_law_gives_another_share_in_time(council, tmp_path):
    draft = shutil.copytree(ENGLAND, tmp_path / "draft")
    plan = draft / "04_plan.toml"
    plan.write_text(plan.read_text("utf-8").replace('"20 weeks after"', '"52 weeks after"'), "utf-8")
    call = (
        "forecast",
        council,
        "--as-of",
        AS_OF,
        "--months",
        "2",
        "--runs",
        "40",
        "--figure",
        SHARE,
        "--format",
        "json",
    )
    now, then = (rows_of(invoke(*call, *more).stdout, "json") for more in ((), ("--rulebook", draft)))
    assert all(row["value"] > 80 for row in then)
    assert all(old["value"] < new["value"] for old, new in zip(now, then, strict=True))


def test_every_figure_has_its_words(council):
    figures = [word for name in FLOW_FIGURES for word in ("--figure", name)]
    call = ("forecast", council, "--as-of", AS_OF, "--months", "1", "--runs", "5", "--format", "table")
    assert invoke(*call, *figures).stdout.replace("\n", " ").count(", as now: in 2026-07") == len(FLOW_FIGURES)


def test_the_table_says_each_figure_in_a_sentence_with_how_far_it_missed(council):
    text = " ".join(invoke("forecast", council, "--as-of", AS_OF, "--months", "1", "--format", "table").stdout.split())
    assert "Longest wait, as now: in 2026-07" in text
    assert text.count("so far ahead it missed by") == len(SHOWN_FIGURES)
    tried = " ".join(invoke("forecast", council, "--as-of", AS_OF, "--backtest", "--format", "table").stdout.split())
    assert tried.count("Worst on") == len(SHOWN_FIGURES)
    assert "57 times tried" in tried


def test_sentences_where_nothing_is_known(tmp_path):
    file = tmp_path / "old.csv"
    lines = [
        f"c{number},{event},{on},885"
        for number in range(60)
        for event, on in (
            ("request_received", "2023-06-01"), ("assessment_agreed", "2023-06-11"), ("draft_plan_sent", "2023-07-01"),
            ("final_plan_sent", "2023-07-20"),
        )
    ]  # fmt: skip
    file.write_text("\n".join(["case_id,event,on,authority", *lines]) + "\n")
    call = ("forecast", file, "--as-of", "2025-06-30", "--months", "1", "--figure", SHARE, "--format", "table")
    text = " ".join(invoke(*call).stdout.split())
    assert (
        "In 20 weeks, exceptions left out, as now: nothing can be said of 2025-07, in which no plan is expected."
        in text
    )
    late = " ".join(invoke(*call[:3], "2026-06-30", *call[4:], "--backtest").stdout.split())
    assert "In 20 weeks, exceptions left out: nothing came that could be held against it." in late
    young = invoke("forecast", file, "--as-of", "2025-06-01", "--months", "1", "--format", "table")
    assert "how far this missed before is not known" in " ".join(young.stdout.split())


def test_too_little_history_ends_the_command_with_what_is_wanted(tmp_path):
    file = tmp_path / "short.csv"
    file.write_text("case_id,event,on,authority\na,request_received,2026-01-05,885\n")
    done = invoke("forecast", file, "--as-of", AS_OF)
    assert done.exit_code == 2
    assert "it needs 24 months of requests and 50 plans" in done.stderr


def test_without_the_extra_it_says_what_to_install(council, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ehcp_flow.forecast.flow_figures", None)
    done = invoke("forecast", council, "--as-of", AS_OF)
    assert done.exit_code == LibraryMissing.exit_code
    assert 'pip install "ehcp-flow[forecast]"' in done.stderr


def test_runs_are_rows_and_months_are_columns():
    found = Flow(paths(), AS_OF).simulated(months_after(AS_OF, 2), seed=1, runs=7)
    assert {values.shape for values in found.values()} == {(7, 2)}
    assert not np.isnan(found["plans_issued_den"]).any()
