"""Every call that asks the law takes a rulebook, and nothing that is none: one that is on disk has to be loaded."""

import inspect
from importlib import import_module

import pytest

import ehcp_flow as ef
from ehcp_flow import bulk, measures, states
from ehcp_flow.cli.app import command
from ehcp_flow.measures.retention import retention
from ehcp_flow.reports.overview import overview
from ehcp_flow.testing import assert_met
from tests.telling import tell

CASE = tell("2026-03-02 request_received\n2026-03-20 mediation_requested\n2026-03-20 date_of_birth")
FACT = CASE.facts[0]
DAY = "2026-06-01"
CALLS = {
    "allowed": lambda law: ef.allowed(CASE, DAY, rulebook=law),
    "answer": lambda law: ef.answer(CASE, DAY, rulebook=law),
    "answered": lambda law: list(measures.answered([CASE], DAY, rulebook=law)),
    "appealable": lambda law: ef.appealable("plan_refused", rulebook=law),
    "assert_met": lambda law: assert_met(CASE, "decide_assess", DAY, rulebook=law),
    "bulk_batch": lambda law: bulk.bulk_batch([FACT], DAY, rulebook=law),
    "check_move": lambda law: ef.check_move(CASE, "plan_refused", as_of=DAY, rulebook=law),
    "compare_deadlines": lambda law: ef.compare_deadlines(law, ef.england(), [CASE], DAY),
    "compare_rulebooks": lambda law: ef.compare_rulebooks(ef.england(), law),
    "counts": lambda law: bulk.counts([FACT], DAY, rulebook=law),
    "deadlines_of": lambda law: ef.deadlines_of(CASE, DAY, rulebook=law),
    "desk": lambda law: list(measures.desk([CASE], DAY, rulebook=law)),
    "disputes": lambda law: ef.disputes(CASE, DAY, rulebook=law),
    "due": lambda law: ef.due("request_received", DAY, rulebook=law),
    "judge": lambda law: ef.judge(CASE, DAY, rulebook=law),
    "latest_meeting_for": lambda law: ef.latest_meeting_for("2027-02-14", rulebook=law),
    "latest_start": lambda law: ef.latest_start("2027-02-14", ["decide_assess"], rulebook=law),
    "machine": lambda law: states.machine(rulebook=law),
    "measure": lambda law: ef.measure([CASE], as_of=DAY, rulebook=law),
    "mermaid": lambda law: ef.mermaid(rulebook=law),
    "moves": lambda law: states.moves(CASE, DAY, rulebook=law),
    "next_change": lambda law: ef.next_change(CASE, DAY, rulebook=law),
    "notices": lambda law: ef.notices("plan_refused", rulebook=law),
    "overview": lambda law: overview([], DAY, rulebook=law),
    "record": lambda law: ef.record(CASE, FACT, rulebook=law),
    "retention": lambda law: list(retention([CASE], "2060-01-01", rulebook=law)),
    "scorecard": lambda law: ef.scorecard([CASE], {}, as_of=DAY, rulebook=law),
    "state": lambda law: ef.state(CASE, DAY, rulebook=law),
    "state_table": lambda law: ef.state_table(rulebook=law),
    "states_frame": lambda law: bulk.states_frame([FACT], DAY, rulebook=law),
    "what_if": lambda law: ef.what_if(CASE, FACT, DAY, rulebook=law),
    "with_targets": lambda law: ef.with_targets(law, "targets.toml"),
}


@pytest.mark.parametrize("given", ["examples/rulebook_made_up", ""])
@pytest.mark.parametrize("name", CALLS)
def test_the_name_of_a_rulebook_is_no_rulebook(name, given):
    with pytest.raises(TypeError, match=rf"^{given!r} is no rulebook; give what load_rulebook\(DIR\) returns$"):
        CALLS[name](given)


@pytest.mark.parametrize("module", ["ehcp_flow", "ehcp_flow.states", "ehcp_flow.measures", "ehcp_flow.bulk"])
def test_no_call_that_takes_a_rulebook_is_left_out(module):
    shown = import_module(module)
    calls = {name: thing for name in shown.__all__ if inspect.isfunction(thing := getattr(shown, name))}
    taking = {name for name, call in calls.items() if "rulebook" in inspect.signature(call).parameters}
    assert taking
    assert taking <= CALLS.keys()


def _commands(within, path=()):
    if hasattr(within, "list_commands"):
        for name in within.list_commands(None):
            yield from _commands(within.get_command(None, name), (*path, name))
    else:
        yield " ".join(path), within


COMMANDS = dict(_commands(command()))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_a_rulebook(name):
    assert "--rulebook" in {option for each in COMMANDS[name].params for option in each.opts}
