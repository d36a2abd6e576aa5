"""A host's own object, moved by a machine of `transitions`: its methods are the events, and its moves are lawful ones.

The machine is the host's own: it can hang callbacks on it, draw it, and give it any class of `transitions`. It keeps no
list of models, so equal ones do not get into each other's way. What is moved is the object's `case`; `state` follows.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.errors import FactError, UnknownNameError
from ehcp_flow.facts import make_fact
from ehcp_flow.law.loader import law_given
from ehcp_flow.law.model import Rulebook
from ehcp_flow.moves.facts_before import outcome_of
from ehcp_flow.moves.guards import Verdict
from ehcp_flow.moves.hosts_machine import check_kind, check_machine, check_options, fence, held, refuse_async
from ehcp_flow.moves.law_at_hand import LawAtHand, at_hand
from ehcp_flow.moves.lawfulness import MoveVerdict
from ehcp_flow.moves.machine import build_machine, trigger_name
from ehcp_flow.moves.recording import check_fact, check_move, record
from ehcp_flow.moves.region import Region
from ehcp_flow.moves.regions import regions_of
from ehcp_flow.moves.replay import as_of_day, facts_by, replay
from ehcp_flow.moves.steps import StateStep

if TYPE_CHECKING:
    from transitions import Machine

__all__ = ["attach", "machine"]

_CALLBACKS: Final = ("on_enter_", "on_exit_")
_AFTER: Final = "after_move"
_LAW: Final = "law_at_hand"


def machine(
    of: type[Machine] | None = None, *, rulebook: Rulebook | None = None, calendars: Calendars | None = None,
    **options: Any,
) -> Any:  # fmt: skip
    """Return a new machine of `transitions` with the lawful moves of a case, for `attach`.

    `of` is a class of it, such as `transitions.extensions.GraphMachine`, and `options` are its own. It owns no model,
    has no `to_<state>` triggers and no queue; a trigger is an event, with its outcome where moves tell these apart:
    `review_decision_sent:amend`. Moves are judged by `rulebook` and `calendars`, England's unless others are given.
    Raises TypeError for a class whose states are nested, or whose moves are awaited, for an option that would hide an
    error or lead past the rulebook's moves, and for an async callback, which nobody would await; the machine itself
    does for a transition or a state that is to be added to it.
    """
    from transitions import Machine

    check_kind(of)
    check_options(options)
    built = build_machine(regions_of(law_given(rulebook)).pathway, of or Machine, imported=False, **options)
    fence(built)
    setattr(built, _LAW, at_hand(rulebook, calendars))
    return built


def attach(machine: Machine, model: Any) -> Any:
    """Give an object that has a `case` a method for each event that moves, and the `state` of its case; return it.

    `model.final_plan_sent(on=..., **columns)` records the fact, moves the machine and returns the new state; it raises
    MoveRefused, with every reason, for a move that is not lawful, and then nothing has changed. `outcome=` says the
    outcome of an event that has some. `model.may_final_plan_sent(on=..., **columns)` asks, and changes nothing: its
    MoveVerdict is true if the move would be lawful and the fact has every column that it needs. Without `on` today is
    meant.

    After a move the object's `on_exit_<STATE>(step)`, `on_enter_<STATE>(step)` and `after_move(step)` are called, where
    it has them, with the StateStep; the machine's own callbacks run as `transitions` runs them. An error in any of them
    is raised, and the object is as it was before the move. So it is where the machine refuses what the law allows, or
    leads elsewhere (MachineError). A LockedMachine holds its lock until the move is made or undone.

    `copy.deepcopy` and `pickle` give an object with moves of its own; a shallow copy would move the object that it is a
    copy of, so attach a new one instead.

    Raises TypeError if the object has no `case` that is a Case, takes no attribute, already has something by the name
    of an event, or a class that says itself what `state` is, if a callback is async, or if the machine is none that
    `ehcp_flow.states.machine` made; UnknownNameError if a callback names no state.
    """
    law: LawAtHand | None = getattr(machine, _LAW, None)
    if law is None:
        raise TypeError(
            f"{type(machine).__name__} knows no law: attach to a machine that ehcp_flow.states.machine() made"
        )
    check_machine(machine)
    _check_model(model)
    regions = regions_of(law.rulebook)
    for name in dir(type(model)):
        if name == _AFTER or name.startswith(_CALLBACKS):
            refuse_async(inspect.getattr_static(type(model), name, None), name)
        for prefix in _CALLBACKS:
            if name.startswith(prefix) and name.removeprefix(prefix) not in regions.pathway.states.__members__:
                raise UnknownNameError("state", name.removeprefix(prefix), regions.pathway.states.__members__)
    mover = _Mover(machine, model, law)
    given: dict[str, Any] = {}
    for event in dict.fromkeys(event for event, _ in regions.moving):
        given[event], given[f"may_{event}"] = partial(mover.move, event), partial(mover.may, event)
    if (draw := getattr(machine, "_get_graph", None)) is not None:
        # What transitions itself binds to a model that it registers.
        given["get_graph"] = partial(draw, model)
    for name in given:
        if hasattr(model, name):
            of = "draw it" if name == "get_graph" else "be a method for the event"
            raise TypeError(f"{type(model).__name__} has {name} already, which is to {of}")
    _give(model, given, mover)
    return model


def _give(model: Any, given: dict[str, Any], mover: _Mover) -> None:
    """Set the attributes of what is attached; if one cannot be set, none is."""
    own = getattr(model, "__dict__", {})
    before = dict(own)
    try:
        for name, value in given.items():
            setattr(model, name, value)
        mover.follow()
        mover.draw_anew()
    except BaseException as error:
        for name in (*given, "state"):
            own.pop(name, None)
        own.update(before)
        if not isinstance(error, AttributeError | ValueError):
            raise
        raise TypeError(
            f"no attribute can be set of {type(model).__name__}, and each event is to be one: attach an object "
            "whose class is neither frozen nor has __slots__"
        ) from None


def _check_state(model: Any) -> None:
    """Raise TypeError for an object whose class says itself what its `state` is: that would be written over."""
    own = inspect.getattr_static(type(model), "state", None)
    read_only = isinstance(own, property) and own.fset is None
    if own is not None and (read_only or not hasattr(type(own), "__set__")):
        raise TypeError(
            f"{type(model).__name__} has a `state` of its own, which is to be the state of its case: leave it out, or "
            "write state = None"
        )


def _check_model(model: Any) -> None:
    """Raise TypeError for what has no case that could be moved."""
    if isinstance(model, type):
        raise TypeError(f"this is the class {model.__name__}: attach an object of it")
    name = type(model).__name__
    if not hasattr(model, "case"):
        raise TypeError(f"{name} has no `case`: give it one, a Case of ehcp_flow, before it is attached")
    if not isinstance(model.case, Case):
        raise TypeError(f"the `case` of {name} is a {type(model.case).__name__}: give it a Case of ehcp_flow")
    _check_state(model)


def _is_day(given: object) -> bool:
    """Return whether a day was given where an outcome can stand: no outcome begins with a digit."""
    return isinstance(given, dt.date) or (isinstance(given, str) and given[:1].isdigit())


def _told(first: tuple[Any, ...], outcome: Any, on: Any) -> tuple[Any, Any]:
    """Return the outcome and the day of a move, of which either may come first without its name."""
    for given in first:
        if not _is_day(given):
            if outcome is not None:
                raise TypeError(f"two outcomes are given: {given} and {outcome}")
            outcome = given
        elif on is not None:
            raise TypeError(f"two days are given: {given} and {on}")
        else:
            on = given
    return outcome, on


def _refuse_case(event: str, columns: Mapping[str, Any]) -> None:
    """Raise TypeError where a move is told of which case it is."""
    if "case_id" in columns:
        raise TypeError(f"{event}: the case is that of the object: leave case_id out")


def _lacking(verdict: MoveVerdict, error: FactError) -> MoveVerdict:
    """Return a verdict that says no besides, for a column without which no such fact can be made."""
    short = next(iter((*verdict.authority, *(each.short for each in verdict.verdicts))))
    no = Verdict(
        holds=False, short=short, says=f"{error.field} is missing: {error.expected}", then=f"give {error.field}"
    )
    return replace(verdict, verdicts=(*verdict.verdicts, no))


class _Mover:
    """What moves one object by one machine."""

    def __init__(self, machine: Machine, model: Any, law: LawAtHand) -> None:
        self._machine, self._model, self._law = machine, model, law

    @property
    def _pathway(self) -> Region:
        return regions_of(self._law.rulebook).pathway

    def may(
        self, event: str, /, *first: Any, outcome: str | None = None, on: dt.date | str | None = None, **columns: Any
    ) -> MoveVerdict:
        """Return the verdict on a move of the object's case; `first` and `columns` as a move takes them.

        A column that the fact needs and that is not given is a reason against it.
        """
        law = self._law
        _refuse_case(event, columns)
        outcome, on = _told(first, outcome, on)
        with held(self._machine):
            case = self._model.case
            verdict = check_move(case, event, outcome, on, rulebook=law.rulebook, calendars=law.calendars)
            given = {**columns, **({} if outcome is None else {"outcome": outcome})}
            try:
                fact = make_fact(event, case_id=case.case_id, on=verdict.on, **given)
            except FactError as error:
                if error.value not in (None, ""):
                    raise
                return _lacking(verdict, error)
            return check_fact(case, fact, law) if columns else verdict

    def move(self, event: str, /, *first: Any, on: dt.date | str | None = None, **columns: Any) -> Any:
        """Make a move, and return the state that it leads to; `first` as `may` takes it."""
        _refuse_case(event, columns)
        outcome, on = _told(first, columns.pop("outcome", None), on)
        columns |= {} if outcome is None else {"outcome": outcome}
        with held(self._machine):
            return self._moved(event, as_of_day(on), columns)

    def _moved(self, event: str, on: dt.date, columns: dict[str, Any]) -> Any:
        """Judge a move, record it and let the machine make it; or leave the object as it was."""
        model, law = self._model, self._law
        before = model.case, model.state
        fact = make_fact(event, case_id=model.case.case_id, on=on, **columns)
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
        self._fire(step, trigger)
        changed = step.from_ is not step.to
        names = (f"on_exit_{step.from_}", f"on_enter_{step.to}") if changed else ()
        for name in (*names, _AFTER):
            callback = getattr(model, name, None)
            if callback is not None:
                refuse_async(callback, name)
                callback(step)

    def _fire(self, step: StateStep[Any], trigger: str) -> None:
        """Let the machine make one step; raise MachineError if it does not, or leads elsewhere than the law."""
        from transitions import MachineError

        model, event = self._model, self._machine.events.get(trigger)
        case = model.case
        if event is None or not event.trigger(model, fact=step.fact, step=step, on=step.on):
            why = "it has no such move" if event is None else "a condition that was put on it does not hold"
            raise MachineError(f"the machine refuses {trigger} in {step.from_}, which the law allows: {why}")
        # A callback may have made another move, from which its own state follows.
        if model.case is case and str(model.state) != str(step.to):
            raise MachineError(
                f"the machine leads from {step.from_} to {model.state} by {trigger}, and the law to {step.to}: "
                "change the moves of the rulebook, and none of the machine"
            )

    def draw_anew(self) -> None:
        """Let a machine that draws have a graph of the object as it stands: an older one may be of another object."""
        if (draw := getattr(self._machine, "_get_graph", None)) is not None:
            draw(self._model, force_new=True)

    def _way_on(self, step: StateStep[Any]) -> str:
        """Return the inner event by which a case goes on from where a fact led."""
        passed, ways = self._pathway.passed, [by for by, _ in self._pathway.waiting]
        if passed is not None and step.from_ == passed.state:
            ways = [trigger_name(passed.by, way) for way in passed.ways]
        return next((way for way in ways if self._leads(way, step)), ways[0])

    def _leads(self, trigger: str, step: StateStep[Any]) -> bool:
        event = self._machine.events.get(trigger)
        ways = event.transitions.get(step.from_.name, ()) if event else ()
        return any(each.dest == step.to.name for each in ways)

    def follow(self) -> None:
        """Set the object's state to that of its case."""
        steps = replay(self._pathway, facts_by(self._model.case, dt.date.max), self._law)
        self._model.state = steps[-1].to if steps else self._pathway.initial
