"""What would come out on other days, where facts are known to their month alone.

A case is judged with each such fact on the latest of its possible days, and judged again on the earliest. No way of
counting gives an earlier day from a later one, so that the ends of a month lead to the ends of what follows from it,
but where another day of the case lies behind it on some of its days and before it on others: those are tried too.
A fact that does not count yet, since the latest of its days is still to come, counts where it is tried on another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, TypeAlias

from ehcp_flow.dates import MonthOnly, ordinary
from ehcp_flow.engine.judged_case import AtEarliest, JudgedCase, judge_facts
from ehcp_flow.engine.kernel import NO_DAY, RULE, STARTED
from ehcp_flow.engine.numbers import as_day
from ehcp_flow.facts import LEGAL_ORDER, Fact
from ehcp_flow.possible_days import MANY_FACTS

__all__ = ["facts_on_other_days", "try_earlier_days"]

World: TypeAlias = Mapping[tuple[int, int], AtEarliest]

_NEVER: Final = as_day(dt.date.max)
_ONE_DAY: Final = dt.timedelta(days=1)


def try_earlier_days(judged: JudgedCase) -> None:
    """Fill `at_earliest` of a judged case, if one of the facts that count is known to its month alone.

    Raises CalendarError where a day has to be counted that the calendars do not reach.
    """
    worlds = [_stand(judged, order, moved) for order, moved in _worlds(judged)]
    if worlds:
        judged.at_earliest = {row: _earliest(judged, row, worlds) for row in judged.rows}


def facts_on_other_days(judged: JudgedCase) -> Iterator[tuple[Fact, ...]]:
    """Yield the facts that count, in legal order, for each choice of days on which a judged case is judged again."""
    return (moved for _, moved in _worlds(judged))


def _worlds(judged: JudgedCase) -> Iterator[tuple[list[int], tuple[Fact, ...]]]:
    """Yield the facts on other days, and the place among those that count that each has.

    The facts behind those that count are there where their days have come.
    """
    months = judged.months
    if not months:
        return
    here = {id(fact) for fact in judged.facts}
    facts = (*judged.facts, *(fact for fact in months if id(fact) not in here))
    for days in _tried(facts):
        there = [place for place in range(len(facts)) if place < len(judged.facts) or days[place] <= judged.as_of]
        order = sorted(there, key=lambda place: (days[place], LEGAL_ORDER[facts[place].event]))
        yield order, tuple(_moved(facts[place], days[place]) for place in order)


def _moved(fact: Fact, day: dt.date) -> Fact:
    return fact if day is fact.on else fact.model_copy(update={"on": day})


def _tried(facts: Sequence[Fact]) -> Iterator[list[dt.date]]:
    """Yield days for the facts: first the earliest of each, then those on which their order is another."""
    others = {day for fact in facts for day in map(fact.day, ("on", *fact.further_days)) if day is not None}
    tried = [_days_of(fact.on, others if len(facts) <= MANY_FACTS else frozenset()) for fact in facts]
    for turn in range(max(map(len, tried))):
        yield [days[min(turn, len(days) - 1)] for days in tried]


def _days_of(on: dt.date, others: AbstractSet[dt.date]) -> list[dt.date]:
    if not isinstance(on, MonthOnly):
        return [on]
    inside = [ordinary(day) for day in others if on.earliest <= day < on.latest]
    return sorted({on.earliest, *inside, *(day + _ONE_DAY for day in inside)})


def _stand(judged: JudgedCase, order: Sequence[int], moved: tuple[Fact, ...]) -> World:
    """Return how deadlines stand with the facts on other days, by rule and place of the fact that starts the clock."""
    other = judge_facts(judged.case, moved, judged.as_of, judged.book, judged.calendars)
    return {(other.value(RULE, row), order[other.value(STARTED, row)]): other.outcome(row) for row in other.rows}


def _earliest(
    judged: JudgedCase, row: int, worlds: Sequence[Mapping[tuple[int, int], AtEarliest]]
) -> AtEarliest | None:
    """Return how a row comes out otherwise, on the earliest last lawful day of all; as it is, if it never does."""
    own, key = judged.outcome(row), (judged.value(RULE, row), judged.value(STARTED, row))
    others = [world.get(key) for world in worlds if world.get(key) != own]
    if not others:
        return own
    there = [other for other in others if other is not None]
    return min(there, key=lambda other: _NEVER if other.due == NO_DAY else other.due, default=None)
