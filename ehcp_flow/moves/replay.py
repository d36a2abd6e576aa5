"""The facts of a case gone through in legal order: the steps that they take through a region."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from ehcp_flow import dates
from ehcp_flow.case import Case
from ehcp_flow.dates import parse_date
from ehcp_flow.facts import Fact
from ehcp_flow.moves.facts_before import FEW, FactsBefore
from ehcp_flow.moves.law_at_hand import LawAtHand
from ehcp_flow.moves.machine import table
from ehcp_flow.moves.region import Region
from ehcp_flow.moves.region_tables import region_tables, steps_of
from ehcp_flow.moves.spells_told import key_of
from ehcp_flow.moves.steps import StateStep, Waits
from ehcp_flow.record_checks import without_copies

__all__ = ["as_of_day", "facts_by", "happened_by", "replay", "replayed"]


def as_of_day(as_of: dt.date | str | None) -> dt.date:
    """Return the day meant: today if none is given. Raises DateError for a text that is no date."""
    return dates.today() if as_of is None else parse_date(as_of)


def facts_by(case: Case, day: dt.date) -> tuple[Fact, ...]:
    """Return the facts of the case that had happened by the end of `day`, in legal order.

    What cannot be so of its record (`record_table`) is here too: whether a move is lawful is asked of all of it, but of
    copies, which move nothing.
    """
    return without_copies(happened_by(case, day))


def happened_by(case: Case, day: dt.date) -> tuple[Fact, ...]:
    """Return the same with the copies: what comes before one may be what led to it, so that it is none."""
    facts = case.facts
    if facts and facts[-1].on > day:
        facts = tuple(fact for fact in facts if fact.on <= day)
    return facts


def replay(region: Region, facts: Sequence[Fact], law: LawAtHand) -> list[StateStep[Any]]:
    """Return the steps that the facts take through a region, lawful or not, in legal order."""
    return replayed(region, facts, law)[0]


def replayed(
    region: Region, facts: Sequence[Fact], law: LawAtHand
) -> tuple[list[StateStep[Any]], tuple[Waits[Any], ...]]:
    """Return the steps that the facts take through a region, as `replay` does, and what is open beside the last."""
    ways = region_tables(region)
    history = steps_of(region, [*map(key_of, facts)], (fact.on for fact in facts))
    steps: list[StateStep[Any]] = []
    past = region.past
    known: dict[str, list[int]] | None = None
    for place, number, to in zip(history.place[: history.steps], history.edge, history.to, strict=False):
        fact, edge = facts[place], ways.edges[number]
        refusal = edge.refusal
        if edge.guards:
            if known is None and len(facts) > FEW:
                known = FactsBefore.places(facts)
            before: Sequence[Fact] = facts[:place] if known is None else FactsBefore(facts, place, known)
            told = (guard(before, fact.on, law) for guard in edge.guards)
            refusal = next((found for found in told if not found.holds or found.finding), None)
        what_now = "" if refusal is None else past.get(refusal.finding, "")
        steps.append(StateStep(fact.on, fact, ways.source(number), ways.states[to], edge.authority, refusal, what_now))
    shut = history.shut >> len(region.gates)
    return steps, tuple(_waits(region, facts, shut, steps[-1].to)) if shut and steps else ()


def _waits(region: Region, facts: Sequence[Fact], shut: int, now: Any) -> Iterator[Waits[Any]]:
    """Yield what was begun beside a state, but for what led the case there."""
    for number, (by, gate) in enumerate(region.waiting):
        begun = region.begun_by[number](facts) if shut >> number & 1 else None
        if begun is not None:
            for state in region.states:
                edge = table(region)[state, by, None].on(facts[-1].on) if state in gate.states else None
                if edge is not None and edge.to is not now:
                    yield Waits(begun, state, edge.to, edge.authority)
