"""Which moves would be lawful, and nothing about them: the answers of `allowed` without their reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from ehcp_flow.case import Case
from ehcp_flow.facts import Fact
from ehcp_flow.states.asking import MOVING, allowed_of_day
from ehcp_flow.states.counted import AtHand
from ehcp_flow.states.dispute_region import DISPUTE_EVENTS, Dispute, Docket
from ehcp_flow.states.guards import Before
from ehcp_flow.states.machine import table
from ehcp_flow.states.names import State
from ehcp_flow.states.pathway import PATHWAY
from ehcp_flow.states.region import Guard, Key
from ehcp_flow.states.standing import facts_by, state

__all__ = ["Stands", "lawful_in", "lawful_moves", "stands"]


class Stands(NamedTuple):
    """Where a case stands, since when, what is disputed, and which events, with their outcomes, would be lawful."""

    case_id: str
    authority: str | None
    state: State
    since: dt.date | None
    disputes: tuple[Dispute, ...]
    lawful: tuple[Key, ...]


_FEW: Final = 64
"""Of so many facts, a guard goes through all; of more, it looks them up."""


def stands(case: Case, as_of: dt.date, law: AtHand) -> Stands:
    """Return where a case stands at the end of a day, and what would be lawful then."""
    found = state(case, as_of, rulebook=law.rulebook, calendars=law.calendars)
    lawful = lawful_moves(case, found.pathway, as_of, law)
    return Stands(case.case_id, case.authority, found.pathway, found.since, found.disputes, lawful)


def lawful_moves(case: Case, at: State, day: dt.date, law: AtHand) -> tuple[Key, ...]:
    """Return the event and outcome of each verdict of `allowed` that allows, in its order.

    `at` is the state of the case at the end of the day.
    """
    facts = facts_by(case, day)
    if facts and facts[-1].on == day:
        # Then a fact of that day may come before another one, which it may put out of order.
        return allowed_of_day(case, day, law)
    return lawful_in(facts, at, day, law)


def lawful_in(facts: Sequence[Fact], at: State, day: dt.date, law: AtHand) -> tuple[Key, ...]:
    """Return the same for facts in legal order, all of them before `day`."""
    before: Sequence[Fact] = facts if len(facts) <= _FEW else Before(facts, len(facts), Before.places(facts))
    held: dict[int, bool] = {}

    def holds(guard: Guard) -> bool:
        found = held.get(id(guard))
        if found is None:
            found = held[id(guard)] = guard(before, day, law).holds
        return found

    disputable = Docket(facts, law).lawful(day)
    found = []
    for key, guards in _open(at):
        if key not in _DISPUTES or key in disputable:
            for guard in guards:
                if not holds(guard):
                    break
            else:
                found.append(key)
    return tuple(found)


_DISPUTES: Final = frozenset(key for key in MOVING if key[0] in DISPUTE_EVENTS)


@cache
def _open(at: State) -> tuple[tuple[Key, tuple[Guard, ...]], ...]:
    """Return the moves that a state takes, with their guards, and those that are no matter of the pathway."""
    edges = ((key, table(PATHWAY).get((at, *key))) for key in MOVING)
    return tuple(
        (key, edge.guards if edge else ())
        for key, edge in edges
        if edge is None or edge.refusal is None or edge.refusal.holds
    )
