"""Which facts a rulebook reads at all: of what nothing in it names, no answer by it can speak.

England's law, and every draft of a change to it, reads whatever the library has: what starts no time and moves nothing
there is counted or listed. Another procedure reads what its limits, clocks, spells, moves and the rest name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Final

from ehcp_flow.facts import FACT_TYPES
from ehcp_flow.law.loader import england
from ehcp_flow.law.model import Rulebook
from ehcp_flow.law.parts import Model
from ehcp_flow.law.patterns import Pattern, patterns_in
from ehcp_flow.vocabulary import LIBRARY, per_vocabulary

__all__ = ["events_read", "is_of_england"]

_ALWAYS: Final = frozenset(
    {
        "authority_replaced", "date_of_birth", "exception_recorded", "fact_voided", "particular_recorded",
        "plan_transferred_in", "records_declared", "taken_over_on_release",
    }
)  # fmt: skip
"""What says something to every rulebook: whose case it is, how old the child is, what a record holds at all. What an
exception that nobody allows comes to is a finding of its own."""


@per_vocabulary
def events_read(rulebook: Rulebook) -> frozenset[str]:
    """Return the events of which a rulebook reads the facts; those that it declares are among them."""
    if is_of_england(rulebook):
        return frozenset({*LIBRARY, *rulebook.events})
    named = {pattern.event for pattern in patterns_in(rulebook)}
    regions = rulebook.regions or england().regions
    named.update(event for region in regions.values() for event in _named_in(region))
    return frozenset({*_ALWAYS, *named, *rulebook.events})


def is_of_england(rulebook: Rulebook) -> bool:
    """Return whether it is England's law, or one that leaves some limit of England's as it is."""
    limits = england().limits
    return any(limits.get(name) == limit for name, limit in rulebook.limits.items())


def _named_in(item: object) -> Iterator[str]:
    """Yield every event that stands anywhere in a region, as a pattern or by its name."""
    if isinstance(item, Pattern):
        yield item.event
    elif isinstance(item, str):
        if item in FACT_TYPES:
            yield item
    elif isinstance(item, tuple):
        for each in item:
            yield from _named_in(each)
    elif isinstance(item, Model):
        yield from _named_in(tuple(item.__dict__.values()))
    elif is_dataclass(item):
        yield from _named_in(tuple(getattr(item, field.name) for field in fields(item)))
