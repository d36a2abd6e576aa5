"""What changes from one rulebook to another, as sentences for whoever runs a service: what is asked of whom from when.

`compare_rulebooks` tells every key; this tells what people would do otherwise: time limits, facts, states and moves,
duties without a number. What those rest on (clocks, spells, reasons why a fact is out of place) is counted.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from ehcp_flow.counting import Window
from ehcp_flow.dates import say
from ehcp_flow.law.comparison import compare_rulebooks, moves_of
from ehcp_flow.law.model import Limit, Rule, Rulebook
from ehcp_flow.law.patterns import Pattern
from ehcp_flow.law.version import Version
from ehcp_flow.nouns import count

__all__ = ["InWords", "changes_in_words"]

_MANY: Final = 12
"""So many things of a kind that are all new, or all gone, are counted and no longer told one by one, but new limits."""
_THE_DAY: Final = "on the day"
"""How a time limit is counted that ends on the day on which it begins."""
_REST: Final[Mapping[str, tuple[str, str]]] = {
    "spells": ("spell of a case's life", "spells of a case's life"),
    "clocks": ("clock", "clocks"),
    "deemed": ("fact that is taken for another", "facts that are taken for others"),
    "signs": ("sign that somebody should look", "signs that somebody should look"),
    "asked": ("body that is asked", "bodies that are asked"),
    "bodies": ("body by its office", "bodies by their office"),
    "machines": ("rule of the states as a whole", "rules of the states as a whole"),
    "misplaced": ("reason why a fact is out of place", "reasons why a fact is out of place"),
}
"""What is counted, and as what, one and several."""


class InWords(NamedTuple):
    """A sentence on what changes, and the day from which it does; None where it holds whenever the rulebook does."""

    since: dt.date | None
    says: str


def changes_in_words(old: Rulebook, new: Rulebook) -> list[InWords]:
    """Return what changes from one rulebook to another in sentences, those without a day first, then by their days."""
    begun = min((version.in_force_from for version in _versions(old)), default=dt.date.min)
    told = [*_limits(old, new), *_facts(old, new), *_of_states(old, new), *_notes(old, new), *_rest(old, new)]
    dated = [
        each._replace(since=None if each.since is not None and each.since <= begun else each.since) for each in told
    ]
    return sorted(dict.fromkeys(dated), key=lambda each: each.since or dt.date.min)


def _versions(book: Rulebook) -> Iterator[Version]:
    return (version for limit in book.limits.values() for rule in limit.rule for version in rule.version)


def _limits(old: Rulebook, new: Rulebook) -> Iterator[InWords]:
    gone = [limit for name, limit in old.limits.items() if name not in new.limits]
    come = [limit for name, limit in new.limits.items() if name not in old.limits]
    another = bool(gone) and len(gone) == len(old.limits)
    if another:
        yield InWords(None, f"No time limit of “{old.title}” is left: this is another procedure, “{new.title}”.")
    for limits, what in ((gone, "fall away"), (come, "are new")):
        if len(limits) > _MANY:
            groups = Counter(limit.group.replace("_", " ") for limit in limits)
            listed = ", ".join(f"{group} ({number})" for group, number in groups.items())
            yield InWords(None, f"{count(len(limits), 'time limit')} {what}: {listed}.")
    if len(gone) <= _MANY:
        yield from (InWords(None, f"The time limit “{limit.title}” falls away.") for limit in gone)
    # What is asked of people newly is told one by one, however much it is: it is what they read this for.
    yield from (
        each for limit in come for rule in limit.rule for each in _new_rule(limit, rule, new, dated=not another)
    )
    for name, limit in new.limits.items():
        if name in old.limits and limit != old.limits[name]:
            yield from _changed(old.limits[name], limit, old, new)


def _changed(before: Limit, after: Limit, old: Rulebook, new: Rulebook) -> Iterator[InWords]:
    """Yield what changes in a limit: its rules that are new or gone, and the versions of those that stay."""
    was, told = {_key(rule): rule for rule in before.rule}, 0
    for rule in after.rule:
        if _key(rule) not in was:
            found = list(_new_rule(after, rule, new))
        elif rule != was[_key(rule)]:
            found = list(_changed_rule(before, after, was[_key(rule)], rule, new))
        else:
            continue
        told += len(found)
        yield from found
    still = {_key(rule) for rule in after.rule}
    for rule in before.rule:
        if _key(rule) not in still:
            told += 1
            yield InWords(None, f"No longer, “{_title(before, rule)}”: {_duty(before, rule, rule.version[-1], old)}.")
    for what, one, other in (("by whom", before.actor, after.actor), ("its force", before.kind, after.kind)):
        if one != other:
            told += 1
            yield InWords(None, f"“{after.title}” changes in {what}: {other}, and no longer {one}.")
    if not told:
        yield InWords(None, f"“{after.title}” keeps its time; what changes is in its details.")


def _changed_rule(before: Limit, after: Limit, was: Rule, rule: Rule, book: Rulebook) -> Iterator[InWords]:
    versions = {version.in_force_from: version for version in was.version}
    for at, version in enumerate(rule.version):
        old = versions.get(version.in_force_from)
        if old is None:
            before_it = rule.version[at - 1] if at else version
            same = _counts(before_it) == _counts(version) and before_it.roll != version.roll
            since = f", and no longer {_where(before_it) if same else _counts(before_it)}" if at else ""
            yield InWords(version.in_force_from, f"{_duty(after, rule, version, book)}{since}.")
        elif _counts(old) != _counts(version):
            yield InWords(None, f"{_duty(after, rule, version, book)}, and no longer {_counts(old)}.")
        elif old.roll != version.roll:
            yield InWords(None, f"{_duty(after, rule, version, book)}, and no longer {_where(old)}.")
        ended, last = version.in_force_to, at == len(rule.version) - 1
        if ended is not None and last and (old is None or old.in_force_to != ended):
            duty = _duty(after, rule, version, book)
            says = f"“{_title(after, rule)}” ends: {duty}, and only where that day was {say(ended)} or before."
            yield InWords(ended + dt.timedelta(days=1), says)
    excused, excuses = ({use.ground for use in each.exceptions} for each in (was, rule))
    for grounds, says in ((excuses - excused, "excuses"), (excused - excuses, "no longer excuses")):
        for ground in sorted(grounds):
            title = book.grounds[ground].title if ground in book.grounds else ground
            yield InWords(None, f"“{title}” {says} a breach of “{_title(before, was)}”.")


def _new_rule(limit: Limit, rule: Rule, book: Rulebook, *, dated: bool = True) -> Iterator[InWords]:
    for version in rule.version:
        # What is for those of a later day alone does nothing before it.
        later = [each.on_or_after for each in (*rule.cohorts, *version.applies_to) if each.on_or_after is not None]
        since = max(later, default=None)
        if dated or version is not rule.version[0]:
            since = max((version.in_force_from, *later))
        yield InWords(since, f"New, “{_title(limit, rule)}”: {_duty(limit, rule, version, book)}.")


def _key(rule: Rule) -> tuple[object, ...]:
    return (rule.rows, rule.clock)


def _title(limit: Limit, rule: Rule) -> str:
    return rule.title or limit.title


def _duty(limit: Limit, rule: Rule, version: Version, book: Rulebook) -> str:
    """Return who must do what in what time, for which cases, as a sentence without its end."""
    actor = limit.actor if limit.actor.startswith(("whoever", "the ")) else f"the {limit.actor}"
    whom = [cohort.told for cohort in (*rule.cohorts, *version.applies_to)]
    where = f", where {' and '.join(whom)}" if whom else ""
    kind = rule.kind or limit.kind
    force = "" if kind == "statutory" else f" ({kind}, and no breach)"
    verb = "may" if rule.right else "should" if kind == "guidance" else "must"
    time = f"{_time(rule, version, book)}{_rolled(version)}"
    return f"{actor} {verb} {rule.act}{force} {time}{_if(limit, rule, book)}{where}"


def _rolled(version: Version) -> str:
    """Return where a last day goes that is no working day; nothing where it stays."""
    return f", or by {version.rolls_to} where the last day is none" if version.rolls_to else ""


def _where(version: Version) -> str:
    """Return where a last day goes, beside one that goes elsewhere."""
    return f"by {version.rolls_to}" if version.rolls_to else "on the last day itself, whatever day that is"


def _if(limit: Limit, rule: Rule, book: Rulebook) -> str:
    """Return the fact with which alone a rule holds; or, of its limit's other rule, the one with which that holds."""
    only = _facts_named(rule.only_with, book)
    instead = _facts_named((each for other in limit.rule for each in other.only_with if other is not rule), book)
    ends = [fact for fact in _facts_named(rule.lapses_on, book) if fact in instead]
    if only:
        return f", and only if meanwhile there is {' or '.join(only)}"
    return f", unless meanwhile there is {' or '.join(ends)}" if ends else ""


def _facts_named(patterns: Iterable[Pattern], book: Rulebook) -> list[str]:
    """Return facts as people call them, by the title that their event has of its own."""
    return list(dict.fromkeys(f"“{_called(pattern.event, book)}{_of(pattern.outcome)}”" for pattern in patterns))


def _called(event: str, book: Rulebook) -> str:
    return (book.events[event].title if event in book.events else "") or event.replace("_", " ")


def _of(outcome: str | None) -> str:
    return f" ({outcome.replace('_', ' ')})" if outcome else ""


def _time(rule: Rule, version: Version, book: Rulebook) -> str:
    on_the_day = _counts(version) == _THE_DAY
    counted = on_the_day or _counts(version).endswith((" after", " beginning with", " before"))
    if not counted or rule.clock not in book.clocks:
        return _counts(version)
    within = "" if on_the_day or isinstance(version.counts[0].convention, Window) else "within "
    told = []
    for each in version.counts:
        day = str(each.convention)
        for word in (" beginning with", " after", " before"):
            day = day.replace(word, f"{word} the day")
        facts = " or ".join(_facts_named(each.counts_from_fact, book))
        told.append(f"{day} of {facts}" if facts else f"{day} on which {book.clocks[rule.clock].title}")
    return f"{within}{told[0]}" if len(told) == 1 else f"by the later of {' and '.join(told)}"


def _counts(version: Version) -> str:
    counts = [str(each.convention) for each in version.counts]
    return counts[0] if len(counts) == 1 else f"by the later of {' and '.join(counts)}"


def _facts(old: Rulebook, new: Rulebook) -> Iterator[InWords]:
    come = {name: event for name, event in new.events.items() if name not in old.events}
    if len(come) > _MANY:
        listed = "; ".join(_called(name, new) for name in come)
        yield InWords(None, f"{count(len(come), 'fact')} of new kinds can be recorded: {listed}.")
    else:
        for name, event in come.items():
            yield InWords(None, f"A fact of a new kind can be recorded, `{name}`: {event.on}")
    for name in old.events:
        if name not in new.events:
            yield InWords(None, f"The fact `{name}` is spoken of no longer.")
    before, after = _outcomes(old), _outcomes(new)
    for name in dict.fromkeys((*after, *before)):
        if (name in old.events) != (name in new.events):
            continue  # the whole of it is new, or spoken of no longer
        was, has = before.get(name, ()), after.get(name, ())
        more, gone = [word for word in has if word not in was], [word for word in was if word not in has]
        if more:
            yield InWords(None, f"`{name}` can have another outcome: {', '.join(more)}.")
        if gone:
            yield InWords(None, f"`{name}` can no longer have the outcome: {', '.join(gone)}.")


def _outcomes(book: Rulebook) -> dict[str, tuple[str, ...]]:
    """Return the outcomes that a rulebook gives to its own events, and to those of the library besides theirs."""
    own = {name: event.outcomes for name, event in book.events.items()}
    return own | {name: more.words for name, more in book.outcomes.items()}


def _of_states(old: Rulebook, new: Rulebook) -> Iterator[InWords]:
    """Yield the states that are new or gone, and the moves: those of one fact in one sentence."""
    changes = compare_rulebooks(old, new)
    for kind, says in (("added", "new"), ("removed", "gone")):
        states = [
            change.id.partition(" ")[2] for change in changes if (change.section, change.kind) == ("states", kind)
        ]
        listed = f": {', '.join(states)}" if len(states) <= _MANY else ""
        if states:
            yield InWords(None, f"{count(len(states), 'state')} {_verb(len(states))} {says}{listed}.")
    before, after = moves_of(old), moves_of(new)
    for moves, kind, says, many in (
        (after, "added", "becomes lawful", "move a case that did not, or from other states than before"),
        (before, "removed", "is lawful no longer", "that moved a case do so no longer, or from fewer states"),
    ):
        found: dict[tuple[str, str, dt.date | None], list[str]] = {}
        for change in changes:
            if (change.section, change.kind) != ("moves", kind):
                continue
            region, fact, source = _parts_of_move(change.id)
            move = moves[change.id]
            to = f"leads to {move.to}" if move.to else "leaves the state as it is"
            since = move.in_force_from if kind == "added" else None
            whose = " about a dispute" if region == "disputes" else ""
            found.setdefault((f"`{fact}`{whose}", to if kind == "added" else "", since), []).append(source)
        facts = {fact for fact, _, _ in found}
        if len(facts) > _MANY:
            yield InWords(None, f"{count(len(facts), 'fact')} {many}.")
            continue
        for (fact, to, since), sources in found.items():
            yield InWords(since, f"{fact} {says} in {_some(sources)}{f', and {to}' if to else ''}.")
    number = sum((each.section, each.kind) == ("moves", "changed") for each in changes)
    if number:
        yield InWords(None, f"{count(number, 'key')} of moves from state to state {_verb(number)} told otherwise.")


def _parts_of_move(name: str) -> tuple[str, str, str]:
    """Return the region, the fact and the state it leaves, of the name by which a move is compared."""
    region, _, rest = name.partition(" ")
    fact, _, source = rest.partition(" from ")
    return region, fact, source.partition(", since")[0]


def _some(states: Iterable[str]) -> str:
    names = list(dict.fromkeys(states))
    return f"the state {names[0]}" if len(names) == 1 else f"the states {', '.join(names[:-1])} and {names[-1]}"


def _verb(number: int) -> str:
    return "is" if number == 1 else "are"


def _notes(old: Rulebook, new: Rulebook) -> Iterator[InWords]:
    for what, before, after in (
        (("duty without a number", "duties without a number"), _by_row(old), _by_row(new)),
        (
            ("notice", "notices"),
            {each.id: each.title for each in old.notices},
            {each.id: each.title for each in new.notices},
        ),
        (("ground of exception", "grounds of exception"), _titles(old), _titles(new)),
    ):
        for says, one, other in (("new", after, before), ("gone", before, after)):
            names = [title for name, title in one.items() if name not in other]
            if len(names) > _MANY:
                yield InWords(None, f"{count(len(names), *what)} {_verb(len(names))} {says}.")
            elif names:
                listed = "; ".join(f"“{name}”" for name in names)
                yield InWords(None, f"{count(len(names), *what)} {_verb(len(names))} {says}: {listed}.")


def _by_row(book: Rulebook) -> dict[str, str]:
    return {note.row: note.title for note in book.notes}


def _titles(book: Rulebook) -> dict[str, str]:
    return {ground.id: ground.title for ground in book.grounds.values()}


def _rest(old: Rulebook, new: Rulebook) -> Iterator[InWords]:
    changes = compare_rulebooks(old, new)
    found: dict[str, list[str]] = {}
    for kind, says in (("added", "new"), ("removed", "gone"), ("changed", "told otherwise")):
        for section, what in _REST.items():
            number = len({change.id for change in changes if (change.section, change.kind) == (section, kind)})
            if number:
                found.setdefault(says, []).append(count(number, *what))
    for says, counts in found.items():
        listed = counts[0] if len(counts) == 1 else f"{', '.join(counts[:-1])} and {counts[-1]}"
        yield InWords(None, f"Of what these rest on, {says}: {listed}.")
