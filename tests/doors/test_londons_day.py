"""Today is London's day at every door that takes a day by itself, whatever the clock of the machine is set to.

The instant of these tests is half past midnight on 1 July in London, and still 30 June in UTC. The last lawful day of
case a's first deadline is 30 June: who takes UTC's day finds it open, and who takes London's finds it overdue.
"""

import datetime as dt
import importlib
import inspect
import json
import os
import pkgutil
import shutil
import subprocess
import sys

import polars as pl
import pytest
from freezegun import freeze_time

import ehcp_flow
from ehcp_flow import bulk, dates, measures, states
from ehcp_flow.answers import answer
from ehcp_flow.cli import app
from ehcp_flow.deadlines import deadlines_of, due, judge, suppose
from ehcp_flow.forecast.work_ahead import work_ahead
from ehcp_flow.measures.counted_case import answered
from ehcp_flow.measures.retention import retention
from ehcp_flow.readers import write_facts
from ehcp_flow.reports.overview import overview
from ehcp_flow.store import Store
from ehcp_flow.store.imports import import_facts
from ehcp_flow.store.late_entries import late_entries
from ehcp_flow.testing import SetClock, assert_breach, assert_met
from ehcp_flow.whatif import what_if
from tests.cli.conftest import change
from tests.cli.running import ROOT, invoke
from tests.telling import day, fact, tell

NOW = "2026-06-30T23:30:00Z"
IN_UTC, IN_LONDON = {"as_of": "2026-06-30"}, {"as_of": "2026-07-01"}
A = tell("2025-06-30 date_of_birth authority=885; 2026-05-19 request_received authority=885")
B = tell("2026-02-10 request_received; 2026-02-20 assessment_refused; 2026-07-01 mediation_requested", "b")
C = tell("2026-02-10 request_received; 2026-03-20 assessment_agreed; 2026-07-01 final_plan_sent", "c")
CASES = [A, B, C]
PLAN = {"measure": [{"id": "plans", "figure": "total_ehc_plans"}]}
AGREED = fact("2026-07-02 assessment_agreed")
ASKED = fact("2026-06-10 advice_requested party=medical")


def holds(check, story, **of):
    """Say whether an assertion about the decision of a story holds."""
    try:
        check(tell(story), "decide_assess", **of)
    except AssertionError:
        return False
    return True


LIBRARY = {
    "answers.answer": lambda **of: answer(A, **of),
    "bulk.queries.counts": lambda **of: bulk.counts(CASES, **of).rows(),
    "bulk.queries.deadlines_frame": lambda **of: bulk.deadlines_frame(CASES, **of).rows(),
    "bulk.queries.explain": lambda **of: list(bulk.explain(CASES, ["a"], **of)),
    "bulk.queries.findings_frame": lambda **of: bulk.findings_frame(CASES, **of).rows(),
    "bulk.queries.iter_answers": lambda **of: [one.as_of for one in bulk.iter_answers(CASES, **of)],
    "bulk.queries.iter_frames": lambda **of: [one.rows() for one in bulk.iter_frames(CASES, **of)],
    "bulk.queries.iter_rows": lambda **of: list(bulk.iter_rows(CASES, **of)),
    "bulk.queries.states_frame": lambda **of: bulk.states_frame(CASES, **of).rows(),
    "bulk.star.tables": lambda **of: bulk.tables(CASES, **of)["deadlines"].rows(),
    "bulk.measuring.measure": lambda **of: bulk.measure(CASES, **of).as_of,
    "deadlines.deadlines_of": lambda **of: deadlines_of(A, **of),
    "deadlines.due": lambda **of: [one.as_of for one in due("request_received", "2026-07-02", **of)],
    "deadlines.judge": lambda **of: judge(A, **of),
    "deadlines.suppose": lambda **of: suppose(A, ASKED, **of),
    "forecast.work_ahead.work_ahead": lambda **of: work_ahead(CASES, **of),
    "measures.counted_case.answered": lambda **of: [one.as_of for one in answered(CASES, **of)],
    "measures.desk.desk": lambda **of: measures.desk(CASES, days=60, **of),
    "measures.measure_table.measure": lambda **of: measures.measure(CASES, **of).as_of,
    "measures.retention.retention": lambda **of: list(retention(CASES, years=1, **of)),
    "measures.scorecard.scorecard": lambda **of: ehcp_flow.scorecard(CASES, PLAN, **of).as_of,
    "reports.overview.overview": lambda **of: overview(CASES, **of).as_of,
    "states.allowed": lambda **of: states.allowed(B, **of),
    "states.moves": lambda **of: states.moves(B, **of),
    "moves.recording.check_move": lambda **of: states.check_move(B, "mediation_requested", **of),
    "states.disputes": lambda **of: states.disputes(B, **of),
    "states.state": lambda **of: states.state(B, **of),
    "testing.assertions.assert_breach": lambda **of: holds(assert_breach, "2026-05-19 request_received", **of),
    "testing.assertions.assert_met": lambda **of: holds(
        assert_met, "2026-06-10 request_received; 2026-07-01 assessment_agreed", **of
    ),
    "whatif.what_if": lambda **of: what_if(A, AGREED, **of),
}
# What takes a day by itself, and not today: a made-up caseload ends on a day of its own, so that it can be repeated.
NOT_TODAY = {"synth.caseload.synth", "synth.caseload.synthetic_lives", "synth.caseload_file.write_synth"}
COMMANDS = {
    "breaches": ("breaches", "cases.csv"),
    "check": ("check", "cases.csv"),
    "desk": ("desk", "cases.csv", "--days", "60"),
    "due": ("due", "--received", "2026-07-02", "--format", "json"),
    "explain": ("explain", "cases.csv", "--case", "a"),
    "forecast": ("forecast", "certain", "cases.csv"),
    "measures": ("measures", "cases.csv", "--year", "2026", "--format", "json"),
    "registers": ("registers", "cases.csv", "breaches"),
    "report": ("report", "cases.csv", "--html", "report.html"),
    "scorecard": ("scorecard", "cases.csv", "--new"),
    "retention": ("retention", "cases.csv", "--years", "1"),
    "rules": ("rules", "--diff", "draft", "--source", "cases.csv"),
    "state": ("state", "cases.csv"),
    "tables": ("tables", "cases.csv", "--output", "star"),
    "what-if": ("what-if", "cases.csv", "--case", "a", "--event", "assessment_agreed", "--on", "2026-07-02"),
}


def test_today_is_londons_day_in_summer_and_in_winter():
    for now, expected in {
        "2026-03-28T23:30:00Z": "2026-03-28",
        "2026-03-29T23:30:00Z": "2026-03-30",
        NOW: "2026-07-01",
        "2026-10-24T23:30:00Z": "2026-10-25",
        "2026-10-25T23:30:00Z": "2026-10-25",
        "2026-12-31T23:59:59Z": "2026-12-31",
    }.items():
        with freeze_time(now):
            assert dates.today() == day(expected)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_neither_the_machines_zone_nor_a_system_without_zones_moves_it(zone):
    """Without PYTHONTZPATH there is only what the package tzdata brings, as on Windows."""
    code = (
        "from ehcp_flow import dates; import datetime as dt; print(dates.today(), dt.datetime.now(dt.UTC).isoformat())"
    )
    environment = {**os.environ, "TZ": zone, "PYTHONTZPATH": ""}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    found, instant = ran.stdout.split()
    with freeze_time(instant):
        assert dates.today() == day(found)


def test_every_function_that_takes_a_day_by_itself_is_tested_here():
    found = set()
    for module in pkgutil.walk_packages(ehcp_flow.__path__, "ehcp_flow."):
        # What Django loads needs a project with its settings: the project of tests/contrib asks it.
        if {"migrations", "django", "__main__"} & set(module.name.split(".")):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if inspect.isfunction(value) and value.__module__ == module.name and not name.startswith("_"):
                asked = inspect.signature(value).parameters.get("as_of")
                if asked is not None and asked.default is None:
                    found.add(f"{module.name}.{name}".removeprefix("ehcp_flow."))
    assert found == LIBRARY.keys() | NOT_TODAY


@pytest.mark.parametrize("door", LIBRARY)
def test_a_function_takes_londons_day(door):
    ask = LIBRARY[door]
    with freeze_time(NOW):
        by_itself = ask()
    assert by_itself == ask(**IN_LONDON)

    assert by_itself != ask(**IN_UTC)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    made = tmp_path_factory.mktemp("place")
    write_facts([one for case in CASES for one in case.recorded], made / "cases.csv")
    shutil.copytree(ROOT / "ehcp_flow" / "law" / "england", made / "draft")
    change(made / "draft" / "04_plan.toml", 'counting = "20 weeks after"', 'counting = "22 weeks after"')
    with Store.open(f"sqlite:///{made}/cases.db", create=True) as store:
        import_facts(store, [one for case in CASES for one in case.recorded])
    return made


def test_what_is_made_while_the_clock_is_frozen_outlives_the_thaw():
    with freeze_time(NOW):
        made = [dates.today(), dates.parse_date("2026-07-01"), due("request_received", "2026-06-30")[0].due_on]
    assert {type(each) for each in made} == {dt.date}


def test_every_command_that_takes_a_day_by_itself_is_tested_here():
    found = {name for name in app.COMMANDS if "--as-of" in invoke(name, "--help").stdout}
    assert found == COMMANDS.keys() | {"synth"}


@pytest.mark.parametrize("source", ["cases.csv", "sqlite:///cases.db"])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_takes_londons_day(name, source, place, monkeypatch):
    monkeypatch.chdir(place)
    words = [source if word == "cases.csv" else word for word in COMMANDS[name]]

    def told(*more):
        done = invoke(*words, *more)
        assert done.exit_code == 0, done.output
        if name == "tables":
            return pl.read_parquet(place / "star" / "deadlines.parquet").rows()
        return (place / "report.html").read_text() if name == "report" else done.stdout

    with freeze_time(NOW):
        by_itself = told()
    assert by_itself == told("--as-of", IN_LONDON["as_of"])
    # What follows from one fact stands as on its own day, if that is not ahead: no other day shows.
    assert name == "due" or by_itself != told("--as-of", IN_UTC["as_of"])


def test_a_store_counts_how_late_something_was_written_down_by_londons_day():
    with Store.open("memory:", clock=SetClock(NOW)) as store:
        store.record("a", fact("2026-07-01 request_received"), seen=0)
        store.record("b", fact("2026-06-30 request_received", "b"), seen=0)
        assert [(late.case_id, late.days) for late in late_entries(store)] == [("b", 1)]


def test_known_at_a_day_means_its_end_in_london(place, monkeypatch):
    monkeypatch.chdir(place)
    rows = [
        {"case_id": case_id, "event": "request_received", "on": "2026-06-01", "recorded_at": at}
        for case_id, at in {"before": "2026-06-30T22:59:59Z", "after": NOW}.items()
    ]
    (place / "told.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = invoke("state", "told.jsonl", "--known-at", "2026-06-30", "--as-of", "2026-06-30").stdout
    assert "before" in told
    assert "after" not in told
