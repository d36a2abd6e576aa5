"""Whether the columns, the parties and the acts that a rulebook names are of the facts that it speaks of there.

A party that no fact has, a date that none holds: the row that asks for it would never speak, and nobody would be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel

from ehcp_flow.facts import FACT_TYPES, choices_of
from ehcp_flow.law.clock import Clock, Sign, Spell
from ehcp_flow.law.model import Rule
from ehcp_flow.law.parts import unknown
from ehcp_flow.law.patterns import Pattern, Patterns, matches
from ehcp_flow.law.toml_files import Placed

__all__ = [
    "check_clock_words",
    "check_dates",
    "check_patterns",
    "check_rule_words",
    "refuse_length",
    "refuse_words",
    "starts_clock",
]

Path = tuple[str | int, ...]


def starts_clock(clock: Clock, pattern: Pattern) -> bool:
    """Whether the facts that `pattern` speaks of start the clock."""
    starts = (*clock.starts_on, *clock.restarts_on)
    return pattern in starts or matches(starts, pattern.event, pattern.outcome)


def refuse_words(placed: Placed, path: Path, column: str, words: Iterable[str], of: Patterns) -> None:
    """Refuse words that a column has in no fact of these patterns; where one of these takes any, there is none."""
    known = [choices_of(pattern.event, column) for pattern in of]
    if all(known):
        for word in words:
            if not any(word in each for each in known):
                there = dict.fromkeys(each for one in known for each in one)
                placed.file.refuse(path, f"{_facts(of)}: {unknown(column, word, there)}")


def check_clock_words(placed: Placed) -> None:
    """Refuse a date to count from that no fact has which starts the clock."""
    clock: Clock = placed.item
    _refuse_columns(placed, (*placed.path, "counts_from"), clock.counts_from, _starts(clock))


def check_dates(placed: Placed) -> None:
    """Refuse the date of a spell or a sign that none of its facts has."""
    item = placed.item
    if isinstance(item, Sign):
        _refuse_columns(placed, (*placed.path, "once_past"), filter(None, (item.once_past,)), item.facts)
    elif isinstance(item, Spell) and item.or_after is not None:
        _refuse_columns(placed, (*placed.path, "or_after", "date"), (item.or_after.date,), item.or_after.facts)


def check_rule_words(placed: Placed, path: Path, rule: Rule, clock: Clock, spells: Mapping[str, Placed]) -> None:
    """Refuse parties and dates that no start of a rule has, and acts in question that do not discharge it."""
    starts = rule.only_from or _starts(clock)
    of_spell = spells[clock.during].item.begins_on if clock.party_from == "spell" else starts
    for key in ("by_party", "not_by_party"):
        refuse_words(placed, (*path, key), "party", getattr(rule, key), of_spell)
    for at, columns, facts in _columns(rule, starts):
        _refuse_columns(placed, (*path, *at), columns, facts)
    for at, acts in _acts(rule):
        for pattern in acts:
            if not rule.done_as_named and not any(pattern.event == each.event for each in _discharging(rule)):
                placed.file.refuse((*path, *at), f"{pattern} does not discharge it: name a fact of done_by")


def check_patterns(placed: Placed, path: Path, item: object, spells: Mapping[str, Spell]) -> None:
    """Refuse a pattern, wherever in an item it stands, that speaks of a spell which there is not or cannot be."""
    if isinstance(item, Pattern):
        for name in sorted(item.spells):
            if name not in spells:
                placed.file.refuse(path, f"{item}: {unknown('spell', name, spells)}")
            if spells[name].unless_during is not None:
                placed.file.refuse(path, f"{item}: spell {name!r} has an unless_during itself")
    elif isinstance(item, BaseModel):
        for key, value in item.__dict__.items():
            if isinstance(value, BaseModel | tuple):
                check_patterns(placed, (*path, key), value, spells)
    elif isinstance(item, tuple):
        for index, each_of in enumerate(item):
            inner = path if isinstance(each_of, Pattern) else (*path, index)
            check_patterns(placed, inner, each_of, spells)


def refuse_length(
    placed: Placed, path: Path, names: Iterable[str], spells: Mapping[str, Placed], right: str = "",
    facts: Patterns = (),
) -> None:  # fmt: skip
    """Refuse a spell that ends by its `lasts` where only facts end one: what it lasts is asked of a pattern alone.

    `right` is the key in which a pattern says the same, and the word for it there; `facts` are those that it is of.
    """
    for name in names:
        if spells[name].item.lasts is None:
            continue
        key, _, word = right.partition(" ")
        why = f"no length is asked of a spell here, and {name!r} ends by its lasts: "
        why += "leave that out, and name in ends_on what ends it" if not right else "write it as a pattern: "
        why += f'{key} = ["{next(iter(facts), "EVENT")} {word} {name}"]' if right else ""
        placed.file.refuse(path, why)


def _starts(clock: Clock) -> Patterns:
    return (*clock.starts_on, *clock.restarts_on)


def _columns(rule: Rule, starts: Patterns) -> Iterator[tuple[Path, Iterable[str], Patterns]]:
    """Yield each key of a rule that asks for a column, with the facts of which it is to be."""
    yield ("counts_from",), rule.counts_from, starts
    yield ("done_as_named",), ("limit",) if rule.done_as_named else (), starts
    for key in ("where", "where_not"):
        if (foreseen := getattr(rule, key)) is not None:
            yield (key, "date"), (foreseen.date,), starts
    if rule.first_by_date is not None:
        yield ("first_by_date", "date"), (rule.first_by_date.date,), rule.first_by_date.facts
    for at, version in enumerate(rule.version):
        for place, count in enumerate(version.later_of):
            yield ("version", at, "later_of", place, "counts_from"), count.counts_from, starts


def _acts(rule: Rule) -> Iterator[tuple[Path, Patterns]]:
    """Yield each key of a rule that speaks of what discharged it."""
    for at, question in enumerate(rule.questions):
        yield ("questions", at, "done_by"), question.done_by
    for at, reading in enumerate(rule.readings):
        for key in ("only_done_by", "not_done_by"):
            yield ("readings", at, key), getattr(reading, key)


def _discharging(rule: Rule) -> Patterns:
    return (*rule.done_by, *rule.done_after_first_by, *rule.done_for_now_by, *rule.implied_by)


def _refuse_columns(placed: Placed, path: Path, columns: Iterable[str], of: Patterns) -> None:
    for column in columns:
        if not any(column in FACT_TYPES[pattern.event].model_fields for pattern in of):
            placed.file.refuse(
                path, f"{_facts(of)} has no column {column!r}: an event of your own has those of its columns besides "
                "on and served_on"
            )  # fmt: skip


def _facts(of: Patterns) -> str:
    return " or ".join(dict.fromkeys(pattern.event for pattern in of))
