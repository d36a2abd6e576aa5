"""What a machine of a host's own may be: its class, its options, its callbacks, its lock; and what it may refuse.

`transitions` takes much that would break what `attach` promises: that an error in a move is raised and undone, that
every callback runs, and that no way leads past the moves of the rulebook. All of that is refused here.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from transitions import EventData, Machine

__all__ = ["check_kind", "check_machine", "check_options", "fence", "held", "refuse_async"]

_OF_RULEBOOK: Final = "what moves a case is the rulebook's: write it there, and give it as rulebook="
_OF_ATTACH: Final = "what is moved is attached: attach(machine(), model), whose attributes are `case` and `state`"
_SWALLOWS: Final = "it would hide an error in a move, which is raised and undone: "
_REFUSED: Final[Mapping[str, str]] = {
    "states": _OF_RULEBOOK,
    "initial": _OF_RULEBOOK,
    "transitions": _OF_RULEBOOK,
    "ordered_transitions": _OF_RULEBOOK,
    "auto_transitions": "there is no to_<STATE>: it would lead past every move; leave it out",
    "ignore_invalid_triggers": "a move that is not lawful raises MoveRefused; leave it out",
    "send_event": "callbacks are told the event always (event.kwargs has fact, step and on); leave it out",
    "queued": "a move is made at once, and given its answer; leave it out",
    "model": _OF_ATTACH,
    "model_attribute": _OF_ATTACH,
    "model_override": _OF_ATTACH,
    "on_exception": f"{_SWALLOWS}catch it where the move is made",
    "finalize_event": f"{_SWALLOWS}give after_state_change, or write after_move",
    "on_final": "no state is final to it, so it would never be called: write on_enter_<STATE>",
}
_CALLBACKS: Final = ("prepare_event", "before_state_change", "after_state_change")


def check_kind(of: type[Any] | None) -> None:
    """Raise TypeError for a class whose states are nested, or whose moves are awaited."""
    if of is None:
        return
    from transitions.extensions.asyncio import AsyncMachine
    from transitions.extensions.nesting import HierarchicalMachine

    for kind, why in (
        (AsyncMachine, "a move of a case is made at once, and awaited by nobody"),
        (HierarchicalMachine, "no state of a case lies inside another"),
    ):
        if issubclass(of, kind):
            raise TypeError(f"{of.__name__}: {why}; give Machine, GraphMachine, LockedMachine or LockedGraphMachine")


def check_options(options: Mapping[str, Any]) -> None:
    """Raise TypeError for an option of `transitions` that would break what `attach` promises."""
    for name in options:
        if name in _REFUSED:
            raise TypeError(f"machine() takes no {name}: {_REFUSED[name]}")


def fence(built: Any) -> None:
    """Let a machine own no model, and run no callback that would have to be awaited."""
    for name in _CALLBACKS:
        for callback in getattr(built, name):
            refuse_async(callback, name)
    # Functions of this module, and none of the machine's own, so that it can be copied and sent to another process.
    built.add_model = _add_no_model
    built.add_transition = _add_no_move
    built.add_transitions = _add_no_move
    built.add_ordered_transitions = _add_no_move
    built.add_state = _add_no_state
    built.add_states = _add_no_state
    built.resolve_callable = _resolved


def check_machine(machine: Machine) -> None:
    """Raise TypeError for a machine that was told since it was made to hide errors."""
    for name in ("on_exception", "finalize_event"):
        if getattr(machine, name):
            raise TypeError(f"the machine has {name}: {_REFUSED[name]}")


def refuse_async(callback: object, name: str) -> None:
    """Raise TypeError for a callback that would return at once, and run only when somebody awaits it."""
    if inspect.iscoroutinefunction(callback) or inspect.iscoroutinefunction(getattr(callback, "__call__", None)):  # noqa: B004 - whether calling it has to be awaited
        raise TypeError(
            f"{name} is async, and would never run: a move is made at once, and nobody awaits what it calls; write a "
            "plain function, which can start a task"
        )


@contextmanager
def held(machine: Machine) -> Iterator[None]:
    """Hold the lock of a machine that has one, unless this thread holds it already."""
    contexts = getattr(machine, "machine_context", ())
    with ExitStack() as stack:
        if contexts and getattr(machine, "_ident").current != get_ident():  # noqa: B009 - a LockedMachine's, which is no type here
            for context in contexts:
                stack.enter_context(context)
        yield


def _add_no_model(model: object, *_: object, **__: object) -> NoReturn:
    raise TypeError(
        f"the machine owns no model, by which moves would be made that nothing judges or records: attach(machine, "
        f"model) moves a {type(model).__name__} that has a case"
    )


def _add_no_move(trigger: object = "", *_: object, **__: object) -> NoReturn:
    told = f" {trigger}" if isinstance(trigger, str) and trigger else ""
    raise TypeError(f"no transition{told} can be added to the machine: {_OF_RULEBOOK}")


def _add_no_state(*_: object, **__: object) -> NoReturn:
    raise TypeError(f"no state can be added to the machine: {_OF_RULEBOOK}")


def _resolved(callback: Any, event: EventData) -> Any:
    """Return what `transitions` takes a callback for, which may be the name of a method of the model."""
    found = type(event.machine).resolve_callable(callback, event)
    refuse_async(found, callback if isinstance(callback, str) else getattr(callback, "__name__", repr(callback)))
    return found
