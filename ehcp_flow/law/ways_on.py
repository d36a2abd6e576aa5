"""How a case goes on by itself, and what holds it where it is: what it passes through, what waits, what is still."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field, model_validator

from ehcp_flow.facts import told_apart
from ehcp_flow.law.declared import Inner
from ehcp_flow.law.parts import Model
from ehcp_flow.law.patterns import Event, Events, Pattern, Patterns

__all__ = ["Awaited", "Chosen", "PassedThrough", "StateName", "Still"]

StateName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Chosen: TypeAlias = Annotated[tuple[str, ...], Field(min_length=1)]
"""States and groups of them, by name; `not x` takes away."""


def _is_of_a_word(pattern: Pattern) -> bool:
    """Return whether a pattern means fewer facts than the moves on its event, which do not tell its outcomes apart."""
    return pattern.outcome is not None and pattern.outcome not in told_apart(pattern.event)


class PassedThrough(Model):
    """A state that a case leaves as soon as it enters it, by the inner event `by`.

    If the last fact of `inside` and `until` is one of `inside`, that is the move whose outcome has its name; if a fact
    of `led_on_by` came since, the one whose outcome has the name of the first of these.
    """

    state: StateName
    by: Inner
    inside: Event
    until: Event
    led_on_by: Events = ()

    @property
    def ways(self) -> tuple[str | None, ...]:
        """The outcomes of the moves by which it is left."""
        return (None, self.inside, *self.led_on_by[:1])


class Still(Model):
    """Facts that move nothing at some states inside a spell of its life, or outside it: where they are still.

    The spell runs from a fact of `begins` to the next of `ends`. There they leave the state as it is, and nothing about
    them is out of place but what the guards of the move find. Where each of `events` says inside or outside which
    spells of the rulebook it is still, or which outcome it has where moves know none, there need be neither `begins`
    nor `ends`.
    """

    events: Patterns = Field(min_length=1)
    at: Chosen = ("all",)
    begins: Patterns = ()
    ends: Patterns = ()

    @model_validator(mode="after")
    def _begins(self) -> Still:
        if bool(self.begins) != bool(self.ends):
            raise ValueError("write both begins and ends, or neither")
        if not self.begins and not all(pattern.marks or _is_of_a_word(pattern) for pattern in self.events):
            raise ValueError(
                "write begins and ends, or say of each of events inside or outside which spell it is still"
            )
        return self


class Awaited(Model):
    """Something begun beside the state and open still: a case that comes to a state of `at` meanwhile goes on at once.

    It was begun by a fact of `begins`, and is open to the next of `ends`. The case goes on by the inner event `by`. Of
    several that are open the first goes first. What begins it at a state of `at` itself needs a move of its own.
    """

    at: Chosen
    by: Inner
    begins: Patterns = Field(min_length=1)
    ends: Patterns = Field(min_length=1)
