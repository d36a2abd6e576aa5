"""A host's object as a model of `transitions`: it moves lawfully, says why not, and falls into none of its traps."""

import copy
import dataclasses
import datetime as dt
import pickle
import re
from typing import Any

import pytest
from transitions import Machine, MachineError
from transitions.core import Condition
from transitions.extensions import (
    AsyncMachine,
    GraphMachine,
    HierarchicalMachine,
    LockedGraphMachine,
    LockedMachine,
)

from ehcp_flow.case import Case
from ehcp_flow.errors import FactError, MoveRefused, UnknownNameError
from ehcp_flow.law import load_rulebook
from ehcp_flow.states import State, attach, check_move, machine, mermaid, state
from tests.law.test_declared import folder
from tests.moves.telling import DISPUTES, MOVING, PATHWAY, fact, history
from tests.moves.test_moves_are_data import MADE_UP

OWN_MOVES = "what moves a case is the rulebook's: write it there, and give it as rulebook="
DRAFTED = (
    "2026-03-02 request_received",
    "2026-04-13 assessment_agreed",
    "2026-06-15 plan_agreed",
    "2026-06-22 draft_plan_sent",
)


class Child:
    """A host's object that writes down what it is told."""

    def __init__(self, *facts: str) -> None:
        self.case = history(*facts) if facts else Case("a")
        self.told: list[str] = []

    def on_exit_DRAFT_ISSUED(self, step):
        self.told.append(f"left {step.from_}")

    def on_enter_MAINTAINED(self, step):
        self.told.append(f"came to {step.to} by {step.fact.event}")

    def after_move(self, step):
        self.told.append(str(step.to))


class Holder:
    """The least that can be attached."""

    def __init__(self, case: Case) -> None:
        self.case = case


def child(*facts: str, **options):
    return attach(machine(**options), Child(*facts))


def test_an_object_moves_by_the_name_of_the_event_and_says_why_it_may_not():
    one = child(*DRAFTED)
    assert one.state is State.DRAFT_ISSUED
    early = one.may_final_plan_sent(on="2026-07-06")
    assert not early
    assert early == check_move(one.case, "final_plan_sent", None, "2026-07-06")
    with pytest.raises(MoveRefused) as refused:
        one.final_plan_sent(on="2026-07-06")
    assert refused.value.verdict == early
    assert (one.state, one.told, len(one.case.facts)) == (State.DRAFT_ISSUED, [], 4)
    assert one.may_final_plan_sent(on="2026-07-07")
    assert one.final_plan_sent(on="2026-07-07", party="s-1") is State.MAINTAINED
    assert one.told == [
        "left DRAFT_ISSUED", "FINAL_ISSUED", "came to MAINTAINED by final_plan_sent", "MAINTAINED",
    ]  # fmt: skip
    assert state(one.case, "2026-07-07").pathway is one.state
    assert one.detained(on="2026-08-03") is State.KEPT_DETAINED


def test_there_is_a_method_for_every_event_that_moves_and_none_past_them():
    one = child()
    assert one.state is State.NO_CASE
    for event in {event for event, _ in MOVING}:
        assert callable(getattr(one, event))
        assert callable(getattr(one, f"may_{event}"))
    assert not [name for name in dir(one) if name.startswith(("to_", "is_", "trigger"))]
    assert not one.may_review_decision_sent("amend", on="2026-03-02")


def test_a_fact_about_a_dispute_and_one_of_an_earlier_day_leave_the_state_that_follows_from_the_record():
    one = child("2026-03-02 request_received", "2026-04-13 assessment_refused")
    one.mediation_contacted(on="2026-05-04")
    one.mediation_certificate_issued(on="2026-05-06")
    assert one.appeal_registered(on="2026-05-11") is State.REFUSED_ASSESSMENT
    late = child("2026-03-02 request_received")
    late.assessment_agreed(on="2026-04-13")
    assert late.request_withdrawn(on="2026-04-01", outcome="continues") is State.ASSESSING
    kept = child(*DRAFTED, "2026-06-23 detained")
    assert kept.final_plan_sent(on="2026-07-07") is State.KEPT_DETAINED


# The traps of `transitions` (each was seen to bite with 0.9.3).


def test_equal_objects_each_have_their_own_moves():
    @dataclasses.dataclass
    class Equal:
        case: Case

    moved = machine()
    first, second = (attach(moved, Equal(history(*DRAFTED))) for _ in range(2))
    assert first == second
    assert moved.models == []
    first.final_plan_sent(on="2026-07-07")
    assert (first.state, second.state) == (State.MAINTAINED, State.DRAFT_ISSUED)


def test_what_is_attached_again_keeps_its_state_but_not_twice_in_one_object():
    one = child(*DRAFTED)
    assert child(*DRAFTED).state is one.state is not machine().initial
    with pytest.raises(TypeError, match="Child has request_received already"):
        attach(machine(), one)


@pytest.mark.parametrize("fails", ["after_move", "on_enter_MAINTAINED", "machine"])
def test_an_error_after_a_move_leaves_the_object_as_it_was(fails):
    def fail(*_):
        raise RuntimeError("disk full")

    moved = machine(after_state_change=[fail] if fails == "machine" else [])
    one = attach(moved, Child(*DRAFTED))
    if fails != "machine":
        setattr(one, fails, fail)
    before = one.case
    with pytest.raises(RuntimeError, match="disk full"):
        one.final_plan_sent(on="2026-07-07")
    assert (one.case, one.state) == (before, State.DRAFT_ISSUED)


def test_asking_runs_nothing_of_the_machine_and_gives_a_reason():
    ran: list[object] = []
    moved = machine(prepare_event=[ran.append])
    one = attach(moved, Child(*DRAFTED))
    assert one.may_final_plan_sent(on="2026-07-06").refusals[0].reason
    assert (ran, one.told) == ([], [])
    one.final_plan_sent(on="2026-07-07")
    assert len(ran) == 2


def test_a_machine_of_a_host_has_no_queue_and_no_way_past_the_moves():
    moved = machine()
    assert not moved.has_queue
    assert not [name for name in moved.events if name.startswith("to_")]
    with pytest.raises(TypeError, match=r"takes no auto_transitions: there is no to_<STATE>: it would lead past every"):
        machine(auto_transitions=True)
    holder = type("Holder", (), {"state": State.REQUESTED})()
    with pytest.raises(MachineError):
        moved.events["final_plan_sent"].trigger(holder)


def test_a_callback_that_names_no_state_is_refused():
    class Misspelt(Child):
        def on_enter_MAINTAIND(self, step):
            """Never be called."""

    with pytest.raises(UnknownNameError, match="no state called 'MAINTAIND'; did you mean MAINTAINED"):
        attach(machine(), Misspelt())


def test_transitions_draws_the_machine_and_what_is_attached_to_it():
    one = attach(machine(GraphMachine, graph_engine="mermaid"), Child(*DRAFTED))
    drawn = one.get_graph().source
    assert "stateDiagram-v2" in drawn
    assert "DRAFT_ISSUED --> FINAL_ISSUED: final_plan_sent" in drawn
    assert "DRAFT_ISSUED --> FINAL_ISSUED: final_plan_sent" in mermaid()
    assert isinstance(machine(), Machine)


@pytest.mark.parametrize("of", [GraphMachine, LockedGraphMachine])
def test_a_machine_that_draws_moves_what_nobody_has_drawn_yet(of):
    one = attach(machine(of, graph_engine="mermaid"), Child(*DRAFTED))
    another = copy.deepcopy(one)
    for each in (one, another):
        assert each.final_plan_sent(on="2026-07-07") is State.MAINTAINED
    assert "Class MAINTAINED s_active" in one.get_graph().source
    one.after_move = None
    with pytest.raises(MoveRefused):
        one.final_plan_sent(on="2026-07-08")


def test_the_graph_of_a_move_that_failed_shows_the_object_as_it_was():
    one = attach(machine(GraphMachine, graph_engine="mermaid"), Child(*DRAFTED))
    one.after_move = int
    with pytest.raises(TypeError, match="StateStep"):
        one.final_plan_sent(on="2026-07-07")
    assert "Class DRAFT_ISSUED s_active" in one.get_graph().source


@pytest.mark.parametrize("of", [AsyncMachine, HierarchicalMachine])
def test_a_machine_whose_states_are_nested_or_whose_moves_are_awaited_is_refused(of):
    with pytest.raises(TypeError, match=f"{of.__name__}: .*give Machine, GraphMachine, LockedMachine"):
        machine(of)


def test_a_locked_machine_moves_too():
    one = attach(machine(LockedMachine), Child(*DRAFTED))
    assert one.final_plan_sent(on="2026-07-07") is State.MAINTAINED


def test_a_machine_that_knows_no_law_is_refused():
    with pytest.raises(TypeError, match=r"knows no law: attach to a machine that ehcp_flow.states.machine\(\) made"):
        attach(Machine(model=None, states=["a"], initial="a"), Child())


@pytest.mark.parametrize("again", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_what_is_moved_by_a_rulebook_of_ones_own_can_be_copied_and_sent(again):
    book = load_rulebook(MADE_UP)
    one = attach(machine(rulebook=book), Holder(history("2026-03-02 appeal_registered")))
    other = again(one)
    assert other.panel_met(outcome="upheld", on="2026-04-27") == "DECIDED"
    assert (one.state, len(one.case.facts)) == ("OPEN", 1)


def test_the_machines_own_callbacks_are_told_the_fact():
    told = []
    moved = machine(after_state_change=[lambda event: told.append((event.kwargs["fact"].event, event.transition.dest))])
    one = attach(moved, Child("2026-03-02 request_received"))
    one.assessment_refused(on="2026-04-13")
    assert told == [("assessment_refused", "REFUSED_ASSESSMENT")]


def test_every_lawful_move_of_the_data_is_one_of_the_hosts_machine_and_no_other():
    moved = machine()
    found = {
        (each.source, name, each.dest)
        for name, event in moved.events.items()
        for ways in event.transitions.values()
        for each in ways
    }
    lawful = {
        (source.name, event if outcome is None else f"{event}:{outcome}", (move.to or source).name)
        for (source, event, outcome), move in PATHWAY.edges().items()
    }
    assert lawful <= found
    taken = found - lawful
    assert all(source == dest for source, _, dest in taken), "what is taken without being lawful moves nothing"
    assert {name.partition(":")[0] for _, name, _ in taken} == {
        "request_received", "became_responsible", "reassessment_requested", "tribunal_order_made",
    }  # fmt: skip
    assert {source for source, name, _ in taken if name.startswith("tribunal_order_made")} == {"TRANSFERRED_OUT"}
    assert fact("died", "2026-03-02").event in moved.events
    assert DISPUTES.name == "disputes"


class Slotted:
    __slots__ = ("case", "state")

    def __init__(self) -> None:
        self.case = Case("a")


@dataclasses.dataclass(frozen=True)
class Frozen:
    case: Case


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (type("Bare", (), {})(), "Bare has no `case`: give it one, a Case of ehcp_flow, before it is attached"),
        (Holder([]), "the `case` of Holder is a list: give it a Case of ehcp_flow"),  # type: ignore[arg-type]
        (Holder, "this is the class Holder: attach an object of it"),
        (Slotted(), "no attribute can be set of Slotted, and each event is to be one: attach an object whose class"),
        (Frozen(Case("a")), "no attribute can be set of Frozen, and each event is to be one: attach an object whose"),
    ],
)
def test_what_cannot_be_attached_is_told_with_what_would_be_right(model, says):
    before = dict(vars(model)) if hasattr(model, "__dict__") else None
    with pytest.raises(TypeError) as caught:
        attach(machine(), model)
    assert says in str(caught.value)
    assert before is None or dict(vars(model)) == before


def test_a_day_may_come_first_where_it_is_asked_as_where_it_is_made():
    one = child(*DRAFTED)
    assert not one.may_final_plan_sent("2026-07-06")
    assert one.may_final_plan_sent("2026-07-07")
    assert one.may_final_plan_sent(dt.date(2026, 7, 7)).on == dt.date(2026, 7, 7)
    assert one.may_tribunal_order_made("amend", "2026-07-07").outcome == "amend"
    assert one.may_tribunal_order_made("2026-07-07", outcome="amend").outcome == "amend"
    with pytest.raises(TypeError, match="two days are given: 2026-07-07 and 2026-07-08"):
        one.may_final_plan_sent("2026-07-07", on="2026-07-08")
    assert one.final_plan_sent("2026-07-07") is State.MAINTAINED


def test_the_case_of_a_move_is_the_objects_own():
    one = child(*DRAFTED)
    with pytest.raises(TypeError, match="final_plan_sent: the case is that of the object: leave case_id out"):
        one.final_plan_sent(on="2026-07-07", case_id="b")
    assert one.state is State.DRAFT_ISSUED


# What a host could tell the machine that would break what `attach` promises.


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (
            "on_exception",
            "it would hide an error in a move, which is raised and undone: catch it where the move is made",
        ),
        ("finalize_event", "it would hide an error in a move, which is raised and undone: give after_state_change, or"),
        ("on_final", "no state is final to it, so it would never be called: write on_enter_<STATE>"),
        ("transitions", "what moves a case is the rulebook's: write it there, and give it as rulebook="),
        ("ordered_transitions", "what moves a case is the rulebook's: write it there"),
        ("initial", "what moves a case is the rulebook's: write it there"),
        ("model", "what is moved is attached: attach(machine(), model), whose attributes are `case` and `state`"),
        ("model_attribute", "what is moved is attached: attach(machine(), model)"),
        ("queued", "a move is made at once, and given its answer; leave it out"),
        ("send_event", "callbacks are told the event always (event.kwargs has fact, step and on); leave it out"),
        ("ignore_invalid_triggers", "a move that is not lawful raises MoveRefused; leave it out"),
    ],
)
def test_an_option_that_would_break_a_promise_is_refused_with_what_is_right(option, says):
    options: dict[str, Any] = {option: []}
    with pytest.raises(TypeError) as refused:
        machine(**options)
    assert str(refused.value).startswith(f"machine() takes no {option}: {says}")


@pytest.mark.parametrize("name", ["on_exception", "finalize_event"])
def test_a_machine_that_was_told_to_hide_errors_is_not_attached(name):
    moved = machine()
    setattr(moved, name, [print])
    with pytest.raises(TypeError, match=f"the machine has {name}: it would hide an error in a move"):
        attach(moved, Child(*DRAFTED))


@pytest.mark.parametrize(("name", "error"), [("on_exception", MachineError), ("finalize_event", RuntimeError)])
def test_an_error_that_a_machine_hides_for_all_that_is_a_move_that_failed(name, error):
    def fail(_):
        raise RuntimeError("disk full")

    moved = machine(before_state_change=[fail])
    one = attach(moved, Child(*DRAFTED))
    setattr(moved, name, [lambda _: None])
    before = one.case
    with pytest.raises(error):
        one.final_plan_sent(on="2026-07-07")
    assert (one.case, one.state, one.told) == (before, State.DRAFT_ISSUED, [])


def no_condition(moved):
    for each in moved.get_transitions("final_plan_sent"):
        each.conditions.append(Condition(lambda _: False))


def no_way(moved):
    moved.remove_transition("final_plan_sent", "DRAFT_ISSUED")


def no_event(moved):
    del moved.events["final_plan_sent"]


def elsewhere(moved):
    for each in moved.get_transitions("final_plan_sent", "DRAFT_ISSUED"):
        each.dest = "CEASED"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            no_condition,
            "the machine refuses final_plan_sent in DRAFT_ISSUED, which the law allows: a condition that was",
        ),
        (no_way, "Can't trigger event final_plan_sent from state DRAFT_ISSUED"),
        (no_event, "the machine refuses final_plan_sent in DRAFT_ISSUED, which the law allows: it has no such move"),
        (
            elsewhere,
            "the machine leads from DRAFT_ISSUED to CEASED by final_plan_sent, and the law to FINAL_ISSUED: change",
        ),
    ],
)
@pytest.mark.parametrize("of", [Machine, LockedMachine])
def test_a_move_that_the_machine_refuses_fails_and_leaves_the_object_as_it_was(change, says, of):
    moved = machine(of)
    change(moved)
    one = attach(moved, Child(*DRAFTED))
    before = one.case
    with pytest.raises(MachineError) as refused:
        one.final_plan_sent(on="2026-07-07")
    assert says in str(refused.value)
    assert (one.case, one.state, one.told) == (before, State.DRAFT_ISSUED, [])


def test_a_case_that_cannot_go_on_by_the_machine_is_left_as_it_was():
    moved = machine()
    one = attach(moved, Child(*DRAFTED))
    inner = [name for name in moved.events if name.partition(":")[0] not in {event for event, _ in MOVING}]
    assert inner
    for name in inner:
        del moved.events[name]
    with pytest.raises(MachineError, match=r"the machine refuses .* in FINAL_ISSUED, which the law allows: it has no"):
        one.final_plan_sent(on="2026-07-07")
    assert (one.state, len(one.case.facts)) == (State.DRAFT_ISSUED, 4)


def test_a_callback_of_the_machine_may_make_the_next_move():
    def go_on(event):
        if event.kwargs["fact"].event == "plan_agreed":
            event.model.draft_plan_sent(on="2026-06-22")

    one = attach(machine(LockedMachine, after_state_change=[go_on]), Child(*DRAFTED[:2]))
    assert one.plan_agreed(on="2026-06-15") is State.DRAFT_ISSUED
    assert len(one.case.facts) == 4


@pytest.mark.parametrize("of", [Machine, LockedMachine, GraphMachine])
def test_the_machine_takes_no_model_past_attach(of):
    options: dict[str, Any] = {"graph_engine": "mermaid"} if of is GraphMachine else {}
    moved = machine(of, **options)
    one = attach(moved, Child(*DRAFTED))
    for each in (moved, copy.deepcopy(moved)):
        with pytest.raises(
            TypeError, match=r"the machine owns no model, .*: attach\(machine, model\) moves a Child that"
        ):
            each.add_model(one)
    assert one.state is State.DRAFT_ISSUED
    assert not hasattr(one, "trigger")


def test_a_locked_machine_holds_its_lock_until_a_move_is_made_or_undone():
    class Lock:
        """A lock that writes down how many facts there are when it is taken, and when it is left."""

        def __enter__(self):
            held.append(f"taken at {len(one.case.facts)}")

        def __exit__(self, *_):
            held.append(f"left at {len(one.case.facts)}, {vars(one).get('state')}")

    class Failing(Child):
        def after_move(self, step):
            held.append(f"told at {len(self.case.facts)}")
            if str(step.on) == "2026-07-07":
                raise RuntimeError("mail server down")

    held: list[str] = []
    one: Any = Failing(*DRAFTED)
    attach(machine(LockedMachine, machine_context=[Lock()]), one)
    held.clear()
    with pytest.raises(RuntimeError, match="mail server down"):
        one.final_plan_sent(on="2026-07-07")
    assert held == ["taken at 4", "told at 5", "left at 4, DRAFT_ISSUED"]
    held.clear()
    one.may_final_plan_sent(on="2026-07-08")
    one.final_plan_sent(on="2026-07-08")
    assert held == [
        "taken at 4", "left at 4, DRAFT_ISSUED", "taken at 4", "told at 5", "told at 5", "left at 5, MAINTAINED",
    ]  # fmt: skip


async def later(*_):
    """Be awaited by nobody."""


class Awaited:
    async def __call__(self, *_):
        """Be awaited by nobody."""


@pytest.mark.parametrize("name", ["on_enter_MAINTAINED", "on_exit_DRAFT_ISSUED", "after_move"])
def test_a_callback_that_would_have_to_be_awaited_is_refused(name):
    model = type("Model", (Holder,), {name: later})(history(*DRAFTED))
    with pytest.raises(TypeError, match=f"{name} is async, and would never run: .*; write a plain function, which can"):
        attach(machine(), model)
    assert list(vars(model)) == ["case"]
    for callback in (later, Awaited()):
        one = attach(machine(), Child(*DRAFTED))
        setattr(one, name, callback)
        with pytest.raises(TypeError, match=f"{name} is async"):
            one.final_plan_sent(on="2026-07-07")
        assert (one.state, len(one.case.facts)) == (State.DRAFT_ISSUED, 4)


@pytest.mark.parametrize("name", ["prepare_event", "before_state_change", "after_state_change"])
@pytest.mark.parametrize("callback", [later, Awaited()])
def test_a_callback_of_the_machine_that_would_have_to_be_awaited_is_refused(name, callback):
    with pytest.raises(TypeError, match=f"{name} is async, and would never run"):
        machine(**{name: callback})


@pytest.mark.parametrize("told", ["write_later", later, Awaited()])
def test_one_that_the_machine_is_told_of_afterwards_fails_the_move(told):
    moved = machine()
    moved.after_state_change = [told]
    one = attach(moved, Child(*DRAFTED))
    setattr(one, "write_later", later)  # noqa: B010 - a name that the class has not
    with pytest.raises(TypeError, match="is async, and would never run"):
        one.final_plan_sent(on="2026-07-07")
    assert (one.state, len(one.case.facts)) == (State.DRAFT_ISSUED, 4)


@pytest.mark.parametrize(
    "own", ["DRAFTING", property(lambda self: self.case), lambda self: self.case], ids=["value", "read-only", "method"]
)
def test_what_has_a_state_of_its_own_is_refused(own):
    model = type("Model", (Holder,), {"state": own})(history(*DRAFTED))
    with pytest.raises(TypeError, match=r"Model has a `state` of its own, .*: leave it out, or write state = None"):
        attach(machine(), model)
    assert list(vars(model)) == ["case"]


def test_a_state_that_can_be_set_is_set():
    class Stored(Holder):
        row = None

        @property
        def state(self):
            return self.row

        @state.setter
        def state(self, value):
            self.row = value

    assert attach(machine(), Stored(history(*DRAFTED))).row is State.DRAFT_ISSUED
    assert attach(machine(), type("Empty", (Holder,), {"state": None})(history(*DRAFTED))).state is State.DRAFT_ISSUED


def test_what_is_refused_is_left_as_it_was():
    one = Holder(history(*DRAFTED))
    vars(one).update(died=1, state="new")
    before = dict(vars(one))
    with pytest.raises(TypeError, match="Holder has died already, which is to be a method for the event"):
        attach(machine(), one)
    assert vars(one) == before
    drawn = Holder(history(*DRAFTED))
    vars(drawn).update(get_graph=1)
    with pytest.raises(TypeError, match="Holder has get_graph already, which is to draw it"):
        attach(machine(GraphMachine, graph_engine="mermaid"), drawn)
    assert list(vars(drawn)) == ["case", "get_graph"]

    class Picky(Holder):
        error: Exception

        def __setattr__(self, name, value):
            if name == "state":
                raise self.error
            super().__setattr__(name, value)

    for error, raised in ((AttributeError("no"), "no attribute can be set of Picky"), (RuntimeError("no"), "no")):
        picky = type("Picky", (Picky,), {"error": error})(history(*DRAFTED))
        with pytest.raises((TypeError, RuntimeError), match=raised):
            attach(machine(), picky)
        assert list(vars(picky)) == ["case"]


def test_an_outcome_may_come_first_where_a_move_is_made_as_where_it_is_asked():
    one = child("2026-03-02 request_received")
    with pytest.raises(TypeError, match="two outcomes are given: ends and continues"):
        one.request_withdrawn("ends", outcome="continues", on="2026-04-01")
    with pytest.raises(TypeError, match="two outcomes are given: ends and continues"):
        one.may_request_withdrawn("ends", outcome="continues", on="2026-04-01")
    assert one.request_withdrawn("ends", "2026-04-01") is State.WITHDRAWN
    assert one.case.facts[-1].outcome == "ends"


def test_what_may_be_is_asked_as_it_is_done(tmp_path):
    """`may_x` takes what `x` takes, and says no where a fact cannot be made for want of a column."""
    needs = 'outcomes = ["upheld", "turned_down"]'
    book = load_rulebook(folder(tmp_path, "", old=needs, new=f'{needs}\nparties = ["school"]\nneeds = ["party"]'))
    model = attach(machine(rulebook=book), Holder(history("2026-03-02 appeal_registered")))
    asked = model.may_panel_met("upheld", on="2026-03-20")
    assert not asked
    (lacks,) = asked.refusals
    assert lacks.reason == "party is missing: panel_met needs a party"
    assert lacks.remedy == "give party"
    assert str(lacks.citation).startswith("Journey Rules")
    assert "panel_met (upheld) on Friday 20 March 2026 is refused" in str(asked)
    verdict = model.may_panel_met("upheld", on="2026-03-20", party="school", reason="it was late")
    assert verdict
    assert verdict.to_state is not None
    for wrong in ({"party": "martian"}, {"party": "school", "made_on": "2026-01-01"}):
        with pytest.raises(FactError):
            model.may_panel_met("upheld", on="2026-03-20", **wrong)
    with pytest.raises(TypeError, match="leave case_id out"):
        model.may_panel_met("upheld", on="2026-03-20", case_id="b")
    assert len(model.case.facts) == 1
    assert model.panel_met("upheld", on="2026-03-20", party="school") is verdict.to_state
    assert not model.may_panel_met("upheld", on="2026-03-21", party="school")


def test_with_columns_it_answers_as_the_move_itself(tmp_path):
    moved = child(*DRAFTED)
    for on in ("2026-06-30", "2026-07-08"):
        with_one, without = moved.may_final_plan_sent(on=on, served_on="2026-07-09"), moved.may_final_plan_sent(on=on)
        assert (with_one.allowed, with_one.to_state) == (without.allowed, without.to_state)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda made: made.add_transition("foo", "DRAFT_ISSUED", "CEASED"), "no transition foo can be added"),
        (lambda made: made.add_transitions([["foo", "DRAFT_ISSUED", "CEASED"]]), "no transition can be added"),
        (lambda made: made.add_ordered_transitions(), "no transition can be added"),
        (lambda made: made.add_state("NEW"), "no state can be added"),
        (lambda made: made.add_states(["NEW"]), "no state can be added"),
    ],
)
@pytest.mark.parametrize("of", [Machine, GraphMachine, LockedMachine])
def test_a_move_that_no_rulebook_has_is_refused_when_it_is_added(of, call, told):
    made = machine(of, graph_engine="mermaid") if of is GraphMachine else machine(of)
    with pytest.raises(TypeError, match=re.escape(f"{told} to the machine: {OWN_MOVES}")):
        call(made)
    assert "foo" not in made.events


def test_a_trigger_is_an_event_with_its_outcome():
    made = machine()
    assert made.get_transitions("review_decision_sent") == []
    assert {way.dest for way in made.get_transitions("review_decision_sent:cease")}
