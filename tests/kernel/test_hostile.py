"""Hostile lives, judged by the interpreted kernel and by a compiled one that checks its bounds.

`EHCP_FLOW_LIVES=5000 ./test tests/kernel` tries so many caseloads; `./test --all` does.
"""

import datetime as dt
import os
import shlex
import shutil
from sysconfig import get_config_var

import pytest
from hypothesis import given, settings

from ehcp_flow.calendars import england as calendars
from ehcp_flow.case import group_cases
from ehcp_flow.engine.case_numbers import numbered, space_for
from ehcp_flow.engine.choice import Kernel
from ehcp_flow.engine.counted_days import counted_days
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.facts import make_fact
from ehcp_flow.law import england
from ehcp_flow.synth import synth
from tests.bulk.agreeing import AS_OF
from tests.kernel.comparing import checked_kernel, compare, hostile

LIVES = int(os.environ.get("EHCP_FLOW_LIVES", "60"))


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    compiler = shlex.split(os.environ.get("CC") or str(get_config_var("CC") or "cl"))[0]
    if shutil.which(compiler) is None:
        pytest.skip(f"there is no C compiler here: {compiler}")
    return checked_kernel(tmp_path_factory.mktemp("kernel"))


def test_a_made_up_caseload_gives_the_same_rows(kernel):
    cases = [case for case in group_cases(synth(max(LIVES, 200), 1, faults=0.2)).values() if case.recorded]
    assert compare(kernel, cases, dt.date(2026, 6, 30)) > 10 * len(cases)


@settings(max_examples=LIVES)
@given(cases=hostile(), as_of=AS_OF)
def test_hostile_lives_give_the_same_rows(kernel, cases, as_of):
    compare(kernel, cases, as_of)


@settings(max_examples=max(LIVES // 20, 3))
@given(cases=hostile(most=3000), as_of=AS_OF)
def test_lives_of_thousands_of_facts_give_the_same_rows(kernel, cases, as_of):
    compare(kernel, cases, as_of)


def test_a_write_outside_the_space_is_told(kernel):
    book = compiled(england())
    days = counted_days(book, calendars(), kernel)
    told = tuple(
        make_fact("advice_requested", case_id="a", on=dt.date(2026, 1, day), party="medical") for day in range(1, 32)
    )
    facts = numbered(told, dt.date(2026, 6, 30), book, days, kernel)
    with pytest.raises(IndexError):
        kernel.module.judge(book.law(kernel), days.days, facts, space_for(book, kernel, 3, facts.parties, 1000), 0, 1)
