"""A host's own object, moved by a machine of `transitions`: its methods are the events, and its moves are lawful ones.

The machine is the host's own: it can hang callbacks on it, draw it, and give it any class of `transitions`. It keeps no
list of models, so equal ones do not get into each other's way. What is moved is the object's `case`; `state` follows.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import make_fact
from ehcp_flow.law.loader import law_given
from ehcp_flow.law.model import Rulebook
from ehcp_flow.moves.facts_before import outcome_of
from ehcp_flow.moves.law_at_hand import LawAtHand, at_hand
from ehcp_flow.moves.lawfulness import MoveVerdict
from ehcp_flow.moves.machine import build_machine, trigger_name
from ehcp_flow.moves.recording import check_move, record
from ehcp_flow.moves.region import Region
from ehcp_flow.moves.regions import regions_of
from ehcp_flow.moves.replay import as_of_day, facts_by, replay
from ehcp_flow.moves.steps import StateStep

if TYPE_CHECKING:
    from transitions import Machine

__all__ = ["attach", "machine"]

_CALLBACKS: Final = ("on_enter_", "on_exit_")
_LAW: Final = "law_at_hand"


def machine(
    of: type[Machine] | None = None, *, rulebook: Rulebook | None = None, calendars: Calendars | None = None,
    **options: Any,
) -> Any:  # fmt: skip
    """Return a new machine of `transitions` with the lawful moves of a case, for `attach`.

    `of` is a class of it, such as `transitions.extensions.GraphMachine`, and `options` are its own. It owns no model,
    has no `to_<state>` triggers and no queue. Moves are judged by `rulebook` and `calendars`, England's unless others
    are given. Raises TypeError for a class whose states are nested, or whose moves are awaited.
    """
    from transitions import Machine

    for kind, why in () if of is None else _kinds_refused():
        if of is not None and issubclass(of, kind):
            raise TypeError(f"{of.__name__}: {why}; give Machine, GraphMachine, LockedMachine or LockedGraphMachine")
    built = build_machine(regions_of(law_given(rulebook)).pathway, of or Machine, imported=False, **options)
    setattr(built, _LAW, at_hand(rulebook, calendars))
    return built


def _kinds_refused() -> tuple[tuple[type[Any], str], ...]:
    from transitions.extensions.asyncio import AsyncMachine
    from transitions.extensions.nesting import HierarchicalMachine

    return (
        (AsyncMachine, "a move of a case is made at once, and awaited by nobody"),
        (HierarchicalMachine, "no state of a case lies inside another"),
    )


def attach(machine: Machine, model: Any) -> Any:
    """Give an object that has a `case` a method for each event that moves, and the `state` of its case; return it.

    `model.final_plan_sent(on=..., **columns)` records the fact, moves the machine and returns the new state; it raises
    MoveRefused, with every reason, for a move that is not lawful, and then nothing has changed. `outcome=` says the
    outcome of an event that has some. `model.may_final_plan_sent(on=...)` asks, and changes nothing: its MoveVerdict is
    true if the move would be lawful. Without `on` today is meant.

    After a move the object's `on_exit_<STATE>(step)`, `on_enter_<STATE>(step)` and `after_move(step)` are called, where
    it has them, with the StateStep; the machine's own callbacks run as `transitions` runs them. An error in any of them
    is raised, and the object is as it was before the move.

    `copy.deepcopy` and `pickle` give an object with moves of its own; a shallow copy would move the object that it is a
    copy of, so attach a new one instead.

    Raises TypeError if the object has no `case` that is a Case, takes no attribute, or already has something by the
    name of an event, or if the machine is none that `ehcp_flow.states.machine` made; UnknownNameError if a callback
    names no state.
    """
    law: LawAtHand | None = getattr(machine, _LAW, None)
    if law is None:
        raise TypeError(
            f"{type(machine).__name__} knows no law: attach to a machine that ehcp_flow.states.machine() made"
        )
    _check_model(model)
    regions = regions_of(law.rulebook)
    for name in dir(type(model)):
        for prefix in _CALLBACKS:
            if name.startswith(prefix) and name.removeprefix(prefix) not in regions.pathway.states.__members__:
                raise UnknownNameError("state", name.removeprefix(prefix), regions.pathway.states.__members__)
    mover: Any = _Mover(machine, model, law)
    for event in dict.fromkeys(event for event, _ in regions.moving):
        for name, method in ((event, mover.move), (f"may_{event}", mover.may)):
            if hasattr(model, name):
                raise TypeError(f"{type(model).__name__} has {name} already, which is to be a method for the event")
            try:
                setattr(model, name, partial(method, event))
            except (AttributeError, ValueError):
                raise TypeError(
                    f"no attribute can be set of {type(model).__name__}, and each event is to be one: attach an object "
                    "whose class is neither frozen nor has __slots__"
                ) from None
    mover.follow()
    if (draw := getattr(machine, "_get_graph", None)) is not None:
        # What transitions itself binds to a model that it registers.
        setattr(model, "get_graph", partial(draw, model))  # noqa: B010 - the model's class is the host's
        mover.draw_anew()
    return model


def _check_model(model: Any) -> None:
    """Raise TypeError for what has no case that could be moved."""
    if isinstance(model, type):
        raise TypeError(f"this is the class {model.__name__}: attach an object of it")
    name = type(model).__name__
    if not hasattr(model, "case"):
        raise TypeError(f"{name} has no `case`: give it one, a Case of ehcp_flow, before it is attached")
    if not isinstance(model.case, Case):
        raise TypeError(f"the `case` of {name} is a {type(model.case).__name__}: give it a Case of ehcp_flow")


def _is_day(given: object) -> bool:
    """Return whether a day was given where an outcome can stand: no outcome begins with a digit."""
    return isinstance(given, dt.date) or (isinstance(given, str) and given[:1].isdigit())


class _Mover:
    """What moves one object by one machine."""

    def __init__(self, machine: Machine, model: Any, law: LawAtHand) -> None:
        self._machine, self._model, self._law = machine, model, law

    @property
    def _pathway(self) -> Region:
        return regions_of(self._law.rulebook).pathway

    def may(self, event: str, *first: Any, outcome: str | None = None, on: dt.date | str | None = None) -> MoveVerdict:
        """Return the verdict on a move of the object's case; `first` is the outcome, or the day as a move takes it."""
        law = self._law
        for given in first:
            if not _is_day(given):
                outcome = given
            elif on is not None:
                raise TypeError(f"two days are given: {given} and {on}")
            else:
                on = given
        return check_move(self._model.case, event, outcome, on, rulebook=law.rulebook, calendars=law.calendars)

    def move(self, event: str, on: dt.date | str | None = None, **columns: Any) -> Any:
        """Make a move, and return the state that it leads to."""
        model, law = self._model, self._law
        if "case_id" in columns:
            raise TypeError(f"{event}: the case is that of the object: leave case_id out")
        before = model.case, model.state
        fact = make_fact(event, case_id=model.case.case_id, on=as_of_day(on), **columns)
        after = record(model.case, fact, rulebook=law.rulebook, calendars=law.calendars)
        steps = replay(self._pathway, facts_by(after, dt.date.max), law)
        inner = False
        try:
            model.case = after
            for step in steps:
                if step.fact is fact:
                    self._make(step, self._way_on(step) if inner else trigger_name(event, outcome_of(fact)))
                    inner = True
            self.follow()
        except BaseException:
            model.case, model.state = before
            self.draw_anew()
            raise
        return model.state

    def _make(self, step: StateStep[Any], trigger: str) -> None:
        """Let the machine make one step, and tell the object."""
        model = self._model
        model.state = step.from_
        if id(model) not in getattr(self._machine, "model_graphs", (id(model),)):
            # A copy, or one that came from another process: its machine has not drawn it yet.
            self.draw_anew()
        self._machine.events[trigger].trigger(model, fact=step.fact, step=step, on=step.on)
        changed = step.from_ is not step.to
        names = (f"on_exit_{step.from_}", f"on_enter_{step.to}") if changed else ()
        for name in (*names, "after_move"):
            callback = getattr(model, name, None)
            if callback is not None:
                callback(step)

    def draw_anew(self) -> None:
        """Let a machine that draws have a graph of the object as it stands: an older one may be of another object."""
        if (draw := getattr(self._machine, "_get_graph", None)) is not None:
            draw(self._model, force_new=True)

    def _way_on(self, step: StateStep[Any]) -> str:
        """Return the inner event by which a case goes on from where a fact led."""
        passed, ways = self._pathway.passed, [by for by, _ in self._pathway.waiting]
        if passed is not None and step.from_ == passed.state:
            ways = [trigger_name(passed.by, way) for way in passed.ways]
        return next(way for way in ways if self._leads(way, step))

    def _leads(self, trigger: str, step: StateStep[Any]) -> bool:
        ways = self._machine.events[trigger].transitions
        return any(each.dest == step.to.name for each in ways.get(step.from_.name, ()))

    def follow(self) -> None:
        """Set the object's state to that of its case."""
        steps = replay(self._pathway, facts_by(self._model.case, dt.date.max), self._law)
        self._model.state = steps[-1].to if steps else self._pathway.initial
