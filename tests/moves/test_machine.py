"""The machine: the table says what it does, its traps are shut, and a wrong declaration is refused at once."""

import subprocess
import sys
from dataclasses import replace
from enum import StrEnum

import pytest
from transitions import MachineError

from ehcp_flow.moves.machine import Cursor, fire, machine, table, trigger_name
from ehcp_flow.moves.pathway import PATHWAY
from ehcp_flow.moves.pathway_moves import ISSUED
from ehcp_flow.moves.region import Misplaced, Move, Region, TransientState
from ehcp_flow.states import MoveRefused, State, allowed, check_move, record, state
from tests.moves.telling import WAYS, after, fact, told

KEYS = (*PATHWAY.keys, (ISSUED, None), (ISSUED, "detained"))


@pytest.mark.parametrize("at", State)
def test_the_table_agrees_with_the_machine_on_every_event(at):
    for event, outcome in KEYS:
        edge = table(PATHWAY).get((at, event, outcome))
        if edge is not None and edge.refusal is None:
            assert fire(PATHWAY, at, event, outcome) is edge.to
        else:
            with pytest.raises(MachineError):
                fire(PATHWAY, at, event, outcome)


def test_the_table_answers_for_every_state_and_moving_event():
    waiting = set(State) - {State.FINAL_ISSUED}
    assert {at for at in table(PATHWAY) if at[1] != ISSUED} == {(at, *key) for at in waiting for key in PATHWAY.keys}


def test_an_event_that_the_machine_does_not_know_is_refused():
    with pytest.raises(MachineError, match="pathway has no move 'advice_received'"):
        fire(PATHWAY, State.ASSESSING, "advice_received", None)


# The traps of `transitions` (each was seen to bite with 0.9.3).


def test_no_state_can_be_reached_past_the_moves():
    assert not [name for name in machine(PATHWAY).events if name.startswith("to_")]
    assert set(machine(PATHWAY).events) == {trigger_name(*key) for key in KEYS}
    cursor = Cursor(State.REQUESTED)
    assert not hasattr(cursor, "to_CEASED")


def test_equal_cases_do_not_share_or_lose_their_moves():
    first, second = told("REQUESTED"), told("REQUESTED")
    assert first == second
    moved = record(first, fact("assessment_agreed", after(first)))
    assert state(moved, "2030-01-01").pathway is State.ASSESSING
    assert state(second, "2030-01-01").pathway is State.REQUESTED
    assert check_move(second, "assessment_refused", None, after(second)).allowed
    assert machine(PATHWAY).models == []


def test_a_case_that_is_taken_up_again_is_not_set_back_to_the_beginning():
    machine(PATHWAY)
    case = told("CEASE_NOTIFIED")
    assert state(case, "2030-01-01").pathway is State.CEASE_NOTIFIED
    assert fire(PATHWAY, State.CEASE_NOTIFIED, "plan_ceased", None) is State.CEASED


def test_an_error_inside_the_machine_leaves_the_case_as_it_was(monkeypatch):
    case = told("REQUESTED")
    agreed = fact("assessment_agreed", after(case))

    def fail(event):
        raise RuntimeError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(machine(PATHWAY), "after_state_change", [fail])
        with pytest.raises(RuntimeError, match="disk full"):
            record(case, agreed)
    assert state(case, "2030-01-01").pathway is State.REQUESTED
    assert case == told("REQUESTED")
    assert state(record(case, agreed), "2030-01-01").pathway is State.ASSESSING


def test_asking_runs_nothing_and_gives_a_reason(monkeypatch):
    ran: list[object] = []
    monkeypatch.setattr(machine(PATHWAY), "prepare_event", [ran.append])
    case = told("DRAFT_ISSUED")
    first = allowed(case, case.facts[-1].on)
    assert ran == []
    assert allowed(case, case.facts[-1].on) == first
    assert case == told("DRAFT_ISSUED")
    assert all(verdict.refusals[0].reason for verdict in first if not verdict.allowed)
    record(case, fact("final_plan_sent", after(case)))
    assert len(ran) == 1


def test_a_refused_move_raises_and_never_answers_true():
    case = told("DRAFT_ISSUED")
    assert not machine(PATHWAY).has_queue
    with pytest.raises(MoveRefused):
        record(case, fact("final_plan_sent", case.facts[-1].on))
    with pytest.raises(MachineError):
        fire(PATHWAY, State.REQUESTED, "final_plan_sent", None)


def test_the_machine_runs_no_conditions_of_its_own():
    found = [item for event in machine(PATHWAY).events.values() for ways in event.transitions.values() for item in ways]
    assert found
    assert not [item for item in found if item.conditions or item.prepare or item.before or item.after]


def test_the_machine_is_built_once_and_only_when_it_is_needed():
    assert machine(PATHWAY) is machine(PATHWAY)
    code = "import sys, ehcp_flow.states; sys.exit('transitions' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Declarations.


class Light(StrEnum):
    RED = "RED"
    GREEN = "GREEN"


class Dark(StrEnum):
    RED = "RED"
    BLACK = "BLACK"


def move(event="detained", source=Light.RED, to=Light.GREEN, *, outcome=None, **fields):
    return Move(event, frozenset({source}), to, ("CFA 70",), outcome=outcome, **fields)


def out(event="detained", at=Light.GREEN):
    return Misplaced(frozenset({event}), frozenset({at}), "odd", "it is odd", "void it", "CFA 70")


GOOD = Region(
    name="light",
    states=Light,
    initial=Light.RED,
    moves=(move(), move("released", Light.GREEN, Light.RED)),
    misplaced=(out(), out("released", Light.RED)),
)


def test_a_small_region_runs_by_itself():
    assert fire(GOOD, Light.RED, "detained", None) is Light.GREEN
    assert GOOD.keys == (("detained", None), ("released", None))
    edge = table(GOOD)[Light.GREEN, "detained", None]
    assert edge.to is Light.GREEN
    assert edge.refusal is not None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"moves": (*GOOD.moves, move("detaned"))}, "detaned: there is no such event"),
        ({"moves": (*GOOD.moves, move("phase_transfer_due", outcome="school"))}, "it lies in the future"),
        ({"moves": (*GOOD.moves, move("detained", outcome="long"))}, "detained long: the outcome must be one of none"),
        ({"moves": (*GOOD.moves, move("review_decision_sent"))}, "the outcome must be one of maintain, amend, cease"),
        (
            {"moves": (*GOOD.moves, move("review_decision_sent", outcome="amended"))},
            "review_decision_sent amended: the outcome must be one of maintain, amend, cease",
        ),
        (
            {"moves": (*GOOD.moves, move("review_decision_sent", outcome="amend"))},
            "review_decision_sent: outcome maintain is not dealt with",
        ),
        ({"moves": (move(source=Dark.BLACK), *GOOD.moves)}, "BLACK.* is no state"),
        ({"moves": (move(to="BLACK"), *GOOD.moves)}, "'BLACK' is no state"),
        ({"moves": (move(forces="BLACK"), *GOOD.moves)}, "'BLACK' is no state"),
        ({"moves": (replace(GOOD.moves[0], sources=frozenset()), *GOOD.moves)}, "detained: it has no source"),
        ({"moves": (replace(GOOD.moves[0], authority=()), *GOOD.moves[1:])}, "detained: it names no authority"),
        ({"moves": (move(guards=("draft_windw",)), *GOOD.moves[1:])}, "guard 'draft_windw' cannot be called"),
        ({"moves": (*GOOD.moves, move())}, "detained: declared twice from RED"),
        ({"moves": (move(to=None), GOOD.moves[1])}, "GREEN cannot be reached; RED has no way out"),
        ({"moves": (GOOD.moves[0], move("released", Light.GREEN, None))}, "GREEN has no way out; declare it in ends"),
        ({"moves": (GOOD.moves[0], move("released", Light.GREEN))}, "GREEN has no way out"),
        ({"ends": frozenset({Light.GREEN})}, "GREEN is declared an end and has a way out"),
        ({"misplaced": GOOD.misplaced[1:]}, "detained in GREEN: 0 reasons why it is out of place"),
        ({"misplaced": (*GOOD.misplaced, out())}, "detained in GREEN: 2 reasons why it is out of place"),
    ],
)
def test_a_declaration_that_cannot_be_run_is_refused_at_once(changes, message):
    with pytest.raises(ValueError, match=f"^region light: .*{message}"):
        replace(GOOD, **changes)


def test_an_end_that_is_meant_is_accepted():
    changed = replace(GOOD, moves=(GOOD.moves[0], move("released", Light.GREEN, None)), ends=frozenset({Light.GREEN}))
    assert fire(changed, Light.GREEN, "released", None) is Light.GREEN


def test_a_state_that_is_only_passed_through_needs_no_reasons():
    passed = replace(
        GOOD,
        moves=(move(), Move("changed", frozenset({Light.GREEN}), Light.RED, ("CFA 70",))),
        misplaced=(),
        transient=TransientState(Light.GREEN, "changed"),
    )
    assert passed.keys == (("detained", None),)
    assert fire(passed, Light.GREEN, "changed", None) is Light.RED


@pytest.mark.parametrize("at", WAYS)
def test_every_provision_that_is_named_can_be_cited(at):
    for (source, _event, _outcome), edge in table(PATHWAY).items():
        if source is at:
            case = told(at)
            steps = state(case, after(case)).history
            assert all(citation.address for step in steps for citation in step.citations)
            assert edge.authority or edge.refusal
            if edge.refusal:
                assert edge.refusal.citation.address.startswith("https://")
