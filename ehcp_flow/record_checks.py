"""What does not hold between the facts of a case: `record_table` read for one case, in one pass over its facts.

`checked` says which facts stand when those that the table leaves out are gone, and what was broken; `findings_in` puts
that into words. `bulk.record_columns` reads the same table for columns, with the same result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ehcp_flow.case_ids import damage_to
from ehcp_flow.dates import first_possible, london
from ehcp_flow.facts import FACT_TYPES, Fact
from ehcp_flow.findings import Finding
from ehcp_flow.record_table import (
    ANSWERED,
    AUTHORITY,
    BIRTH_FIRST,
    BORN,
    BORN_FROM,
    COUNTED_AHEAD,
    DAMAGED_ID,
    DATED,
    DECLARED,
    NAMES,
    ORDERED,
    PART_3_FROM,
    RECORDED,
    ROWS,
    TIMELY,
    AnswerAfter,
    DatesOfOne,
    OfOneAsked,
    OnceOnly,
    Per,
    Row,
)
from ehcp_flow.vocabulary import per_vocabulary

__all__ = ["Broken", "Checked", "authority_on", "checked", "declared_events", "findings_in", "without_copies"]

_NAMED: Final = 3
"""How many facts after the day are named."""


class Broken(NamedTuple):
    """A row of the table that a fact breaks, together with another fact or alone; by their places in legal order."""

    place: int
    row: Row
    other: int | None = None


class Checked(NamedTuple):
    """The facts of a case that count on a day: all of them, those that stand, and what is broken, in legal order."""

    facts: tuple[Fact, ...]
    standing: tuple[Fact, ...]
    broken: tuple[Broken, ...]


def _once() -> Mapping[str, list[tuple[int, bool]]]:
    """Return the rows, by number, that an event breaks which is there again; and whether it must be of one party."""
    rows: dict[str, list[tuple[int, bool]]] = {}
    for number, row in enumerate(ORDERED):
        if isinstance(row, OnceOnly):
            rows.setdefault(row.event, []).append((number, "party" in row.per))
    return rows


def _answering() -> Mapping[str, list[tuple[int, tuple[str, ...]]]]:
    """Return the rows, by number, that an answer breaks, and the questions: it must stand before one of them."""
    rows: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for number, row in enumerate(ORDERED):
        if isinstance(row, AnswerAfter):
            for event in row.answers:
                rows.setdefault(event, []).append((number, tuple(row.questions)))
    return rows


@per_vocabulary
def _dated() -> Mapping[str, tuple[DatesOfOne, ...]]:
    """Return which rows look at the days of an event."""
    return {
        event: rows
        for event, cls in FACT_TYPES.items()
        if (rows := tuple(row for row in DATED if {row.field, row.not_before} <= set(cls.model_fields)))
    }


_ONCE: Final = _once()
_ANSWERING: Final = _answering()
_LOOKED_AT: Final = tuple(tuple(row.events) for row in ORDERED)
_PLACE_OF: Final[Mapping[Row, int]] = {row: number for number, row in enumerate(ROWS)}
_BIRTH: Final = BIRTH_FIRST.event
_COPIED: Final = frozenset(row.event for row in ORDERED if isinstance(row, OnceOnly) and row.of_copies)


def checked(facts: tuple[Fact, ...]) -> Checked:
    """Return what stands of the facts of a case, given in legal order, and what they break of the table."""
    broken: list[Broken] = []
    gone: set[int] = set()
    last: dict[tuple[Any, ...], _Thread] = {}
    other: int | None = None
    dated, told = _dated(), _InOrder(facts)
    watched = _watched(told)
    if not watched and told.is_ordinary(dated):
        return Checked(facts, facts, tuple(_of_none_asked(told)))
    for place, fact in enumerate(facts):
        fields = fact.__dict__
        event, on = fields["event"], fields["on"]
        if event in dated and _leaves_out(fields, dated[event], place, broken):
            gone.add(place)
            continue
        if event == DECLARED:
            continue
        if event == _BIRTH:
            if _cannot_be_born(on, place, other, facts, broken):
                gone.add(place)
                continue
        elif on < PART_3_FROM:
            broken.append(Broken(place, TIMELY))
        elif other is None:
            other = place
        for number, row in watched.get(event, ()):
            apart = (number, *[_told_apart(fields, each) for each in row.per])
            thread = last.get(apart) or last.setdefault(apart, _Thread())
            if isinstance(row, OnceOnly):
                thread.once(row, place, facts, broken, gone)
            else:
                thread.answer(row, place, facts, broken)
    for thread in last.values():
        thread.close(broken)
    broken += _of_none_asked(told)
    standing = tuple(fact for place, fact in enumerate(facts) if place not in gone) if gone else facts
    return Checked(facts, standing, tuple(broken))


class _InOrder:
    """The facts of a case by their fields, and where each event stands first and last, in legal order."""

    __slots__ = ("events", "fields", "first", "last")

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.fields = [fact.__dict__ for fact in facts]
        self.events = [fields["event"] for fields in self.fields]
        places = range(len(facts))
        self.last = dict(zip(self.events, places, strict=True))
        self.first = dict(zip(reversed(self.events), reversed(places), strict=True))

    def is_ordinary(self, dated: Mapping[str, object]) -> bool:
        """Return whether no fact can break anything by itself: by its own dates, a birth, a day before the Act."""
        early = self.fields and self.fields[0]["on"] < PART_3_FROM
        return not early and _BIRTH not in self.last and dated.keys().isdisjoint(self.last)

    def parties(self, event: str) -> list[str | None]:
        """Return whom the facts of an event are of."""
        return [fields["party"] for fields in self.fields if fields["event"] == event]

    def places(self, event: str) -> list[int]:
        """Return where the facts of an event stand."""
        return [place for place, each in enumerate(self.events) if each == event]


def _watched(told: _InOrder) -> Mapping[str, list[tuple[int, OnceOnly | AnswerAfter]]]:
    """Return which rows have to look at each event of such facts, each with its number: those that they could break."""
    first, last = told.first, told.last
    breakable: set[int] = set()
    if len(last) < len(told.events):
        for event, place in last.items():
            if first[event] != place and event in _ONCE:
                parties = told.parties(event)
                again = len(set(parties)) < len(parties)
                breakable.update([number for number, per_party in _ONCE[event] if again or not per_party])
    for event, place in first.items():
        for number, questions in _ANSWERING.get(event, ()):
            for question in questions:
                if question in last and place < last[question]:
                    breakable.add(number)
    found: dict[str, list[tuple[int, OnceOnly | AnswerAfter]]] = {}
    for number in sorted(breakable):
        for event in _LOOKED_AT[number]:
            found.setdefault(event, []).append((number, ORDERED[number]))
    return found


def _of_none_asked(told: _InOrder) -> Iterator[Broken]:
    """Yield the answers of a party that was never asked."""
    for row in ANSWERED:
        if row.answer not in told.last:
            continue
        asked, answered = set(told.parties(row.question)), set(told.parties(row.answer))
        if answered <= asked or None in asked or None in answered:
            continue
        waiting = [place for place in told.places(row.question) if told.fields[place]["party"] not in answered]
        for place in told.places(row.answer):
            if told.fields[place]["party"] not in asked and (row.always or (waiting and waiting[0] < place)):
                yield Broken(place, row)


def _cannot_be_born(on: dt.date, place: int, other: int | None, facts: Sequence[Fact], broken: list[Broken]) -> bool:
    """Return whether a birth lies too early, or behind something else of the case, and note it."""
    if on < BORN_FROM:
        broken.append(Broken(place, BORN))
    elif other is not None and facts[other].on < on:
        broken.append(Broken(place, BIRTH_FIRST, other))
    else:
        return False
    return True


def without_copies(facts: tuple[Fact, ...], keep: Fact | None = None) -> tuple[Fact, ...]:
    """Return facts in legal order without the copies among them, but for `keep`: a copy moves no case."""
    if _COPIED.isdisjoint(_again(facts)):
        return facts
    rows = ((each.place, each.row) for each in checked(facts).broken)
    copies = {place for place, row in rows if isinstance(row, OnceOnly) and row.of_copies}
    return tuple(fact for place, fact in enumerate(facts) if place not in copies or fact is keep)


def _again(facts: Sequence[Fact]) -> frozenset[str]:
    """Return the events of which there are several facts: of any other nothing can be there again."""
    seen: set[str] = set()
    again: set[str] = set()
    for fact in facts:
        (again if fact.event in seen else seen).add(fact.event)
    return frozenset(again)


def _leaves_out(
    fields: Mapping[str, Any], rows: Iterable[DatesOfOne], place: int, broken: list[Broken]
) -> bool:  # fmt: skip
    """Return whether the dates of a fact leave it out, and note those that contradict each other."""
    left_out = False
    for row in rows:
        day, floor = fields.get(row.field), fields.get(row.not_before)
        if day is not None and floor is not None and day < floor:
            broken.append(Broken(place, row))
            left_out = left_out or row.leaves_out == "fact"
    return left_out


def _told_apart(fields: Mapping[str, Any], per: Per) -> object:
    return fields["on"].year if per == "year" else fields.get(per)


def _by_place(broken: Broken) -> tuple[int, int, int]:
    return broken.place, _PLACE_OF[broken.row], -1 if broken.other is None else broken.other


class _Thread:
    """The facts that one row looks at, of one case and party: the last one, and a pair that may be the wrong way round.

    `answers` says that the last one is an answer that comes after no question.
    """

    __slots__ = ("answers", "place", "waiting")

    def __init__(self) -> None:
        self.place = -1
        self.answers = False
        self.waiting: tuple[AnswerAfter, int, int] | None = None

    def once(self, row: OnceOnly, place: int, facts: Sequence[Fact], broken: list[Broken], gone: set[int]) -> None:
        """Look at a fact of which there can be one, or after which there can be another."""
        before, self.place = self.place, place
        if before < 0 or facts[place].event != row.event or facts[before].event != row.event:
            return
        now, then = facts[place].__dict__, facts[before].__dict__
        if any(_told_apart(now, each) != _told_apart(then, each) for each in row.alike):
            return
        if row.within is None or (facts[place].on - facts[before].on).days <= row.within:
            broken.append(Broken(place, row, before))
            if row.counts != "both":
                gone.add(before if row.counts == "last" else place)

    def answer(self, row: AnswerAfter, place: int, facts: Sequence[Fact], broken: list[Broken]) -> None:
        """Look at a question, or at an answer."""
        before, self.place = self.place, place
        if facts[place].event in row.answers:
            self.waiting = None
            self.answers = before < 0 or facts[before].event in row.answers
            return
        self.close(broken)
        if self.answers and before >= 0 and (facts[place].on - facts[before].on).days <= row.within:
            self.waiting = (row, before, place)
        self.answers = False

    def close(self, broken: list[Broken]) -> None:
        """Tell of a pair the wrong way round: no answer came after its question."""
        if self.waiting is not None:
            row, answer, question = self.waiting
            broken += (Broken(answer, row, question), Broken(question, row, answer))
            self.waiting = None


def declared_events(facts: Iterable[Fact]) -> frozenset[str]:
    """Return the events that the sources of a case are declared to record, together; none where nothing is declared."""
    told = (fact.__dict__.get("value", "").split() for fact in facts if fact.event == DECLARED)
    return frozenset(event for events in told for event in events)


def authority_on(facts: Sequence[Fact], day: dt.date) -> str | None:
    """Return whose case it is on a day: the authority last given by then; where none was, the first given later."""
    told = None
    for fact in facts:
        if fact.authority is not None:
            if told is not None and fact.on > day:
                break
            told = fact.authority
            if fact.on > day:
                break
    return told


def findings_in(found: Checked, every: Iterable[Fact], as_of: dt.date) -> Iterator[Finding]:
    """Yield what a record breaks of the table, in legal order; `every` are its facts, whenever they are."""
    facts = found.facts
    yield from _damaged(facts)
    broken = [*found.broken, *_recorded_early(facts), *_of_two_authorities(facts), *_of_one_name(facts)]
    for place, row, other in sorted(broken, key=_by_place):
        yield _finding(row, facts[place], None if other is None else facts[other])
    ahead = [fact for fact in every if fact.on > as_of and not fact.prospective]
    if ahead:
        yield _ahead(ahead, as_of)


def _damaged(facts: Sequence[Fact]) -> Iterator[Finding]:
    case_id = facts[0].case_id if facts else ""
    what = damage_to(case_id)
    if what is not None:
        says = DAMAGED_ID.says.format(value=ascii(case_id), what=what)
        yield Finding(DAMAGED_ID.finding, case_id, facts[0].on, says, DAMAGED_ID.remedy, facts[0])


def _recorded_early(facts: Sequence[Fact]) -> Iterator[Broken]:
    for place, fact in enumerate(facts):
        if (
            fact.recorded_at is not None
            and not fact.prospective
            and _written_on(fact.recorded_at) < first_possible(fact.on)
        ):
            yield Broken(place, RECORDED)


def _written_on(instant: dt.datetime) -> dt.date:
    return instant.astimezone(london()).date()


def _of_two_authorities(facts: Sequence[Fact]) -> Iterator[Broken]:
    told: int | None = None
    for place, fact in enumerate(facts):
        if fact.authority is None:
            continue
        if told is not None and fact.authority != facts[told].authority and fact.event not in AUTHORITY.changed_by:
            yield Broken(place, AUTHORITY, told)
        told = place


def _of_one_name(facts: Sequence[Fact]) -> Iterator[Broken]:
    named: dict[str, int] = {}
    for place, fact in enumerate(facts):
        name = fact.fact_id
        if name is not None:
            if name in named:
                yield Broken(place, NAMES, named[name])
            named.setdefault(name, place)


def _finding(row: Row, fact: Fact, other: Fact | None) -> Finding:
    said: dict[str, object] = {"event": fact.event, "on": fact.on.isoformat()}
    if other is not None:
        # An answer is told before its question, whichever of the two facts is spoken of.
        first, then = sorted((fact, other), key=lambda each: each.on) if isinstance(row, AnswerAfter) else (fact, other)
        said = {"event": first.event, "on": first.on.isoformat(), "other": then.event, "other_on": then.on.isoformat()}
    if isinstance(row, OnceOnly):
        said["means"] = row.means
    elif isinstance(row, DatesOfOne):
        said |= {"value": getattr(fact, row.field), "other_value": getattr(fact, row.not_before)}
    elif isinstance(row, OfOneAsked):
        said |= {"value": fact.party, "other": row.question}
    elif row is RECORDED and fact.recorded_at is not None:
        said["value"] = _written_on(fact.recorded_at)
    elif row is NAMES:
        said["value"] = fact.fact_id
    elif row is AUTHORITY and other is not None:
        said |= {"value": fact.authority, "other_value": other.authority}
    return Finding(row.finding, fact.case_id, fact.on, row.says.format(**said), row.remedy, fact)


def _ahead(facts: Sequence[Fact], as_of: dt.date) -> Finding:
    first = min(facts, key=lambda fact: (fact.on, fact.event))
    named = [f"{fact.event} on {fact.on.isoformat()}" for fact in facts[:_NAMED]]
    if len(facts) > _NAMED:
        named.append(f"and {len(facts) - _NAMED} more")
    many = "1 fact lies" if len(facts) == 1 else f"{len(facts)} facts lie"
    says = COUNTED_AHEAD.says.format(many=many, value=as_of.isoformat(), which=", ".join(named))
    return Finding(COUNTED_AHEAD.finding, first.case_id, first.on, says, COUNTED_AHEAD.remedy, first)
