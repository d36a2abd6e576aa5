"""The example that tells of each breach once and sleeps until an answer changes, from day to day and across a year."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import ehcp_flow as ef
from ehcp_flow.store import Store
from ehcp_flow.testing import a_fact
from examples.sleeping_host import Host
from tests.telling import ONE_DAY
from tests.waiting import HANG

BEGINS = dt.date(2026, 3, 2)


def test_each_breach_is_told_once_on_its_first_day_and_nothing_is_asked_in_between() -> None:
    store = Store.open("memory:")
    for number in range(5):
        store.record(f"c-{number}", a_fact(f"c-{number}", on=str(BEGINS + number * ONE_DAY)), seen=0)
    told: list[tuple[str, str, dt.date]] = []
    day: dt.date | None = BEGINS
    looks = 0
    host = Host(store, lambda deadline: told.append((deadline.case_id, deadline.limit, today)))
    while day is not None:
        today = day
        day = host.look(today)
        looks += 1
        assert day is None or day > today

    expected = [
        (each.case_id, each.limit, each.due_on + ONE_DAY)
        for found in store.cases()
        for each in ef.deadlines_of(found.case, "2028-01-01")
        if each.breach and each.due_on is not None
    ]
    assert sorted(told) == sorted(expected)
    assert looks < 60


def test_a_fact_that_is_recorded_wakes_it_and_a_second_look_tells_nothing_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    told: list[str] = []
    with Store.open(url, create=True) as store:
        host = Host(store, lambda deadline: told.append(deadline.limit))
        assert host.look(BEGINS) is None
        store.record("a", a_fact("a", on=str(BEGINS)), seen=0)
        host.look(dt.date(2026, 4, 20))
        host.look(dt.date(2026, 4, 21))
        assert told == ["decide_assess"]
        store.record("a", a_fact("a", event="assessment_agreed", on="2026-04-20"), seen=1)
        host.look(dt.date(2026, 4, 21))
        assert told == ["decide_assess"]
    script = Path(__file__).parents[2] / "examples" / "sleeping_host.py"
    done = subprocess.run([sys.executable, script, url], capture_output=True, text=True, check=True, timeout=HANG)
    assert "nothing more until" in done.stdout
