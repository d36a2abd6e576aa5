"""No rule reads the clock: `as_of` is an argument, and its default is taken once, where freezegun can freeze it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from freezegun import freeze_time

from ehcp_flow import dates
from ehcp_flow.answers import answer
from ehcp_flow.deadlines import deadlines_of, due, judge
from tests.telling import day, tell

PACKAGE = Path(dates.__file__).parent
ONE_PLACE = PACKAGE / "dates.py"
# A store stamps what it records, and the tools at the edge time themselves: instants, never the day a rule counts.
EDGES = {"store", "cli", "service", "testing", "synth"}
READS_THE_CLOCK = {"today", "now", "utcnow", "localtime", "gmtime", "fromtimestamp", "utcfromtimestamp", "time_ns"}
BOTH = pytest.mark.parametrize("now", ["2026-03-02", "2036-03-02"])


@BOTH
def test_today_is_the_day_on_which_it_is_asked(now):
    with freeze_time(now):
        assert dates.today() == day(now)


@BOTH
def test_without_a_day_a_case_is_judged_today(now):
    case = tell("2026-01-05 request_received")
    with freeze_time(now):
        assert deadlines_of(case) == deadlines_of(case, now)
        assert judge(case) == judge(case, now)
        assert answer(case).as_of == day(now)
        assert {deadline.as_of for deadline in deadlines_of(case)} == {day(now)}


def test_the_first_fact_of_a_process_may_be_made_under_a_frozen_clock(capfd):
    """Models are built when they are first needed, and some releases of pydantic compare with the `dt.date` of then."""
    made = (
        "import ehcp_flow\n"
        "from freezegun import freeze_time\n"
        "with freeze_time('2026-03-02'):\n"
        "    from ehcp_flow.testing import a_fact\n"
        "    print(a_fact('a-1', on='2026-03-02', recorded_at='2026-03-02T09:00:00Z').content)\n"
    )
    subprocess.run([sys.executable, "-c", made], check=True)
    assert '"on":"2026-03-02"' in capfd.readouterr().out


@pytest.mark.parametrize("name", ["england", "scorecard", "convert", "deadlines_of"])
def test_what_makes_models_may_be_loaded_first_under_a_frozen_clock(name):
    """freezegun itself loads every public name of a package while it freezes."""
    made = (
        "import pydantic.main, pydantic.fields, pydantic._internal._generate_schema\n"
        "import ehcp_flow\n"
        "from freezegun import freeze_time\n"
        "with freeze_time('2026-03-02', ignore=['ehcp_flow']):\n"
        f"    assert ehcp_flow.{name}\n"
    )
    assert subprocess.run([sys.executable, "-c", made], check=False).returncode == 0


def test_a_decade_makes_overdue_what_was_open():
    case = tell("2026-03-02 request_received")
    with freeze_time("2026-04-13"):
        assert {d.limit: d.status for d in deadlines_of(case)}["decide_assess"] == "open"
    with freeze_time("2036-04-13"):
        [found] = [d for d in deadlines_of(case) if d.limit == "decide_assess"]
    assert (found.status, found.days_over) == ("overdue", 3653)
    assert found.due_on == day("2026-04-13")


@BOTH
@pytest.mark.parametrize("on", ["2026-03-01", "2026-03-02", "2027-06-01", "2035-12-31", "2040-01-01"])
def test_what_follows_from_one_fact_is_the_same_whenever_it_is_asked(on, now):
    with freeze_time("2020-01-01"):
        expected = [(deadline.limit, deadline.due_on) for deadline in due("request_received", on)]
    with freeze_time(now):
        asked = due("request_received", on)
    assert [(deadline.limit, deadline.due_on) for deadline in asked] == expected
    assert {deadline.as_of for deadline in asked} == {min(day(on), day(now))}


def test_what_follows_from_one_fact_can_be_asked_for_another_day():
    [found] = [d for d in due("request_received", "2026-03-02", as_of="2026-04-14") if d.limit == "decide_assess"]
    assert (found.status, found.days_over) == ("overdue", 1)


def test_a_fact_that_lies_ahead_counts_if_it_is_the_one_that_is_asked_about():
    with freeze_time("2026-03-02"):
        [found] = [d for d in due("review_meeting_held", "2026-05-01") if d.limit == "review_decision"]
    assert (found.due_on, found.status) == (day("2026-05-29"), "open")


def calls(path: Path) -> list[str]:
    """Each call in a module that would read the clock: `name` or `something.name`."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            owner = called.value.id if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) else ""
            if name in READS_THE_CLOCK and owner != "dates":
                found.append(f"{path.relative_to(PACKAGE)}:{node.lineno} {name}")
    return found


def test_nothing_but_one_function_reads_the_clock():
    modules = [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in EDGES]
    assert [call for path in modules if path != ONE_PLACE for call in calls(path)] == []
    assert len(calls(ONE_PLACE)) == 1


def test_no_edge_takes_a_day_from_the_clock_by_itself():
    edges = [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] in EDGES]
    assert [call for path in edges for call in calls(path) if call.endswith(" today")] == []
