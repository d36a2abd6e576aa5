"""Which moves would be lawful, and nothing about them: the answers of `allowed` without their reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ehcp_flow.case import Case
from ehcp_flow.facts import Fact
from ehcp_flow.moves.dispute_region import Docket
from ehcp_flow.moves.facts_before import FEW, FactsBefore
from ehcp_flow.moves.guards import Guard, Key
from ehcp_flow.moves.law_at_hand import LawAtHand
from ehcp_flow.moves.lawfulness import allowed_of_day
from ehcp_flow.moves.machine import table
from ehcp_flow.moves.regions import Regions, regions_of
from ehcp_flow.moves.replay import happened_by
from ehcp_flow.moves.state_names import State
from ehcp_flow.record_checks import declared_events, without_copies

__all__ = ["lawful_in", "lawful_moves"]


def lawful_moves(case: Case, at: State, day: dt.date, law: LawAtHand) -> tuple[Key, ...]:
    """Return the event and outcome of each verdict of `allowed` that allows, in its order.

    `at` is the state of the case at the end of the day.
    """
    happened = happened_by(case, day)
    if happened and happened[-1].on == day:
        # Then a fact of that day may come before another one, which it may put out of order.
        return allowed_of_day(case, day, law)
    facts = without_copies(happened)
    return lawful_in(facts, at, day, law, declared_events(facts))


def lawful_in(
    facts: Sequence[Fact], at: State, day: dt.date, law: LawAtHand, recorded: frozenset[str]
) -> tuple[Key, ...]:  # fmt: skip
    """Return the same for facts in legal order, all of them before `day`, of a source that records such events.

    `recorded` is empty where nothing is declared.
    """
    before: Sequence[Fact] = facts if len(facts) <= FEW else FactsBefore(facts, len(facts), FactsBefore.places(facts))
    held: dict[int, bool] = {}

    def holds(guard: Guard) -> bool:
        found = held.get(id(guard))
        if found is None:
            found = held[id(guard)] = pathway.as_far_as_told(guard(before, day, law), recorded).holds
        return found

    regions = regions_of(law.rulebook)
    pathway = regions.pathway
    disputable = Docket(facts, law).lawful(day)
    found = []
    for key, guards, is_disputing, may_bar in _open(regions, at, recorded, day):
        if is_disputing and key not in disputable:
            continue
        if may_bar and pathway.barred(at, key[0], before, day) is not None:
            continue
        for guard in guards:
            if not holds(guard):
                break
        else:
            found.append(key)
    return tuple(found)


class _MoveAsked(NamedTuple):
    """What is asked of a move on a day: its guards, whether a dispute must take it, and if somebody may be barred."""

    key: Key
    guards: tuple[Guard, ...]
    is_disputing: bool
    may_bar: bool


@lru_cache(maxsize=4_096)  # a caseload is asked about on one day
def _open(regions: Regions, at: State, recorded: frozenset[str], day: dt.date) -> tuple[_MoveAsked, ...]:
    """Return the moves that a state takes on a day, and those that are no matter of the pathway."""
    if at in regions.pathway.ends:
        return ()
    edges = ((key, table(regions.pathway).get((at, *key))) for key in regions.moving)
    return tuple(
        _MoveAsked(
            key,
            () if edge is None else edge.on(day).guards,
            key[0] in regions.disputing,
            regions.pathway.may_bar(at, key[0]),
        )
        for key, edge in edges
        if edge is None
        or edge.refusal is None
        or edge.refusal.holds
        or regions.pathway.cannot_tell(edge.refusal.finding, recorded)
    )
