"""What this process knows of events: the library's own, and behind them those that rulebooks declare.

It only ever grows: a number that stands for an event and an outcome stands for them as long as the process lives. What
is worked out of the vocabulary is kept by `per_vocabulary`, and worked out anew once there is more of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, wraps
from threading import RLock
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar, cast

from ehcp_flow.facts import FACT_TYPES, LEGAL_ORDER, OUTCOMES, Fact, choices_of, outcomes_of

__all__ = [
    "KEYS",
    "KEY_OF",
    "LIBRARY",
    "Key",
    "declared_words",
    "forget_declared",
    "growing",
    "per_vocabulary",
    "take_in",
]

Key: TypeAlias = tuple[str, str | None]
"""A fact's event and outcome."""

_types = cast("dict[str, type[Fact]]", FACT_TYPES)
_order = cast("dict[str, int]", LEGAL_ORDER)
_outcomes = cast("dict[str, tuple[str, ...]]", OUTCOMES)
_keys: list[Key] = [(event, outcome) for event in FACT_TYPES for outcome in outcomes_of(event)]
_key_of: dict[Key, int] = {key: number for number, key in enumerate(_keys)}
KEYS: Final[Sequence[Key]] = _keys
KEY_OF: Final[Mapping[Key, int]] = _key_of
"""A small number for each event and outcome: the library's in the order in which facts of one day can lawfully happen,
behind them what rulebooks declare, as it is declared."""
LIBRARY: Final[Mapping[str, type[Fact]]] = dict(FACT_TYPES)
"""The events that the library has by itself."""
_ONE: Final = RLock()

_OWN: Final = len(_keys)
_state = [0]
P = ParamSpec("P")
R = TypeVar("R")


def declared_words() -> tuple[str, ...]:
    """Return the events, and each with its outcomes, that are known in this process besides the library's own."""
    return tuple(sorted(event if outcome is None else f"{event}:{outcome}" for event, outcome in _keys[_OWN:]))


def take_in(event: str, cls: type[Fact]) -> None:
    """Add an event, or put a wider class in its place: whatever was known of it stays known."""
    with _ONE:
        _types[event] = cls
        _order.setdefault(event, len(_order))
        if "outcome" in cls.model_fields:
            _outcomes[event] = choices_of(event, "outcome")
        for outcome in outcomes_of(event):
            if (event, outcome) not in _key_of:
                _key_of[event, outcome] = len(_keys)
                _keys.append((event, outcome))
        # Last: what was begun before is kept under the old number, and is not asked for again.
        _state[0] += 1


def per_vocabulary(work: Callable[P, R]) -> Callable[P, R]:
    """Return a function that keeps what it gave until the vocabulary grows; its arguments are hashable and unnamed."""
    any_work: Callable[..., R] = work

    @lru_cache(maxsize=64)
    def kept(_grown: int, arguments: tuple[Any, ...]) -> R:
        return any_work(*arguments)

    @wraps(work)
    def of_now(*arguments: Any) -> R:
        return kept(_state[0], arguments)

    return cast("Callable[P, R]", of_now)


@contextmanager
def growing() -> Iterator[None]:
    """Let nobody else make the vocabulary grow; where what is done inside fails, it has not grown."""
    with _ONE:
        before, number = dict(FACT_TYPES), len(KEYS)
        try:
            yield
        except BaseException:
            _shrink(before, number)
            raise


def forget_declared() -> None:
    """Forget what rulebooks have declared, for a test that is over: facts and rulebooks of it are of no use then."""
    with _ONE:
        _shrink(LIBRARY, _OWN)


def _shrink(before: Mapping[str, type[Fact]], number: int) -> None:
    if len(_keys) == number and _types == before:
        return
    for key in _keys[number:]:
        del _key_of[key]
    del _keys[number:]
    for event in [event for event in _types if event not in before]:
        del _types[event], _order[event]
        _outcomes.pop(event, None)
    _types.update(before)
    _outcomes.update({event: choices_of(event, "outcome") for event in _outcomes})
    _state[0] += 1
