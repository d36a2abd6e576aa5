"""The identity of a deadline: the same for the same duty of the same case, whatever the day asked.

A key is `case|limit|party|start`. The start is the `fact_id` of the fact that started the clock; without one, its event
and its place among the case's facts of that event. It holds no date, so that a correction moves an entry of a calendar
and does not double it: a fact that stands in the place of another goes by the name of that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ehcp_flow.facts import Fact
from ehcp_flow.law.model import Limit

__all__ = ["ESCAPES", "duties_of", "duty_key", "escaped", "own_names", "start_names"]

ESCAPES = (("%", "%25"), ("|", "%7C"))
"""What is written otherwise in a part of a key, so that two keys never read alike."""


def duties_of(limits: Iterable[Limit]) -> tuple[str, ...]:
    """Return what each rule is called in a key: its limit, and where that has duties of several titles, which one.

    Rules of one title are the same duty, counted in this way or in that.
    """
    names: list[str] = []
    for limit in limits:
        titles = list(dict.fromkeys(rule.title for rule in limit.rule))
        numbers = (titles.index(rule.title) + 1 for rule in limit.rule)
        names.extend(limit.id if number == 1 else f"{limit.id}.{number}" for number in numbers)
    return tuple(names)


def escaped(text: str) -> str:
    """Return a text without what parts a key."""
    for character, code in ESCAPES:
        text = text.replace(character, code)
    return text


def duty_key(case_id: str, duty: str, party: str | None, start: str) -> str:
    """Return the key of a deadline."""
    return f"{escaped(case_id)}|{duty}|{party or ''}|{start}"


def own_names(recorded: Iterable[Fact]) -> Mapping[int, str | None]:
    """Return the `fact_id` that each fact with one, or with a correction in it, goes by, by `id()`.

    That of a correction is the one of the fact that was first in its place, None if that had none.
    """
    facts = list(recorded)
    by_id = {fact.id: fact for fact in reversed(facts)}
    names: dict[int, str | None] = {}
    for fact in facts:
        first, seen = fact, {fact.id}
        while first.corrects is not None and first.corrects in by_id and first.corrects not in seen:
            first = by_id[first.corrects]
            seen.add(first.id)
        if first.fact_id is not None or first is not fact:
            names[id(fact)] = first.fact_id
    return names


def start_names(facts: Sequence[Fact], recorded: Iterable[Fact], as_recorded: Mapping[int, Fact]) -> list[str]:
    """Return what each fact that counts is called in a key.

    `as_recorded` are the facts that stand on fewer days than their month has, as they were recorded
    (`Case.as_recorded`).
    """
    named = any(fact.fact_id is not None or fact.corrects is not None for fact in facts)
    names = own_names(recorded) if named else {}
    many: dict[str, int] = {}
    told = []
    for fact in facts:
        many[fact.event] = many.get(fact.event, 0) + 1
        name = names.get(id(as_recorded.get(id(fact), fact)))
        told.append(f"{fact.event}-{many[fact.event]}" if name is None else escaped(name))
    return told
