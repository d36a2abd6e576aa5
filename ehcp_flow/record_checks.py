"""What does not hold between the facts of a case: `record_table` read for one case, in one pass over its facts.

`checked` says which facts stand when those that the table leaves out are gone, and what was broken; `record_findings`
puts that into words. `bulk.record_columns` reads the same table for columns, with the same result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from ehcp_flow.facts import COLUMN_OF, FACT_TYPES, Fact
from ehcp_flow.record_table import (
    AMONG,
    ANSWERED,
    BIRTH_FIRST,
    BORN,
    BORN_FROM,
    DATED,
    DECLARED,
    ORDERED,
    PART_3_FROM,
    TIMELY,
    AnswerAfter,
    ClosureShort,
    DatesOfOne,
    DayBelieved,
    OnceOnly,
    Per,
    Row,
)
from ehcp_flow.vocabulary import per_vocabulary

__all__ = ["Broken", "Checked", "authority_on", "checked", "declared_events", "without_copies"]


OfItself: TypeAlias = DatesOfOne | DayBelieved | ClosureShort
"""A row that looks at the dates of one fact."""
_Watched: TypeAlias = Mapping[str, list[tuple[int, OnceOnly | AnswerAfter]]]
"""The rows that have to look at each event, each with its number."""


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
def _dated() -> Mapping[str, tuple[OfItself, ...]]:
    """Return which rows look at the days of an event."""
    return {
        event: rows
        for event, cls in FACT_TYPES.items()
        if (rows := tuple(row for row in DATED if row.field in cls.further_days))
    }


_ONCE: Final = _once()
_ANSWERING: Final = _answering()
_LOOKED_AT: Final = tuple(tuple(row.events) for row in ORDERED)
_BIRTH: Final = BIRTH_FIRST.event
_AT_ANY_TIME: Final = frozenset({_BIRTH, DECLARED})
_COPIED: Final = frozenset(row.event for row in ORDERED if isinstance(row, OnceOnly) and row.moves_nothing)


def checked(facts: tuple[Fact, ...]) -> Checked:
    """Return what stands of the facts of a case, given in legal order, and what they break of the table."""
    dated, told = _dated(), _InOrder(facts)
    watched = _watched(told)
    if not watched and told.is_ordinary(dated):
        return Checked(facts, facts, tuple(_of_none_asked(told)))
    return _one_by_one(facts, told, watched, dated)


def _one_by_one(
    facts: tuple[Fact, ...], told: _InOrder, watched: _Watched, dated: Mapping[str, Iterable[OfItself]]
) -> Checked:
    """Look at each fact of a case, by the rows that it or its like could break."""
    broken: list[Broken] = []
    gone: set[int] = set()
    last: dict[tuple[Any, ...], _Thread] = {}
    apart_of = dict(_years_apart(facts))
    other = _first_act(facts, dated, apart_of) if _BIRTH in told.last else None
    for place, fact in enumerate(facts):
        fields = fact.__dict__
        event, on = fields["event"], fields["on"]
        if event in dated and _leaves_out(fact, dated[event], place, broken):
            gone.add(place)
            continue
        if event == DECLARED:
            continue
        if place in apart_of:
            broken.append(Broken(place, AMONG, apart_of[place]))
            gone.add(place)
            continue
        if event == _BIRTH:
            if _cannot_be_born(on, place, other, facts, broken):
                gone.add(place)
                continue
        elif on < PART_3_FROM:
            broken.append(Broken(place, TIMELY))
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

    def is_ordinary(self, dated: Mapping[str, Sequence[OfItself]]) -> bool:
        """Return whether no fact can break anything by itself: by its own dates, a birth, a day before the Act."""
        if (self.fields and self.fields[0]["on"] < PART_3_FROM) or _BIRTH in self.last or AMONG.event in self.last:
            return False
        looked_at = dated.keys() & self.last.keys()
        return not any(
            fields.get(row.field) is not None
            for fields in self.fields
            if fields["event"] in looked_at
            for row in dated[fields["event"]]
        )

    def parties(self, event: str) -> list[str | None]:
        """Return whom the facts of an event are of."""
        return [fields.get("party") for fields in self.fields if fields["event"] == event]

    def places(self, event: str) -> list[int]:
        """Return where the facts of an event stand."""
        return [place for place, each in enumerate(self.events) if each == event]


def _years_apart(facts: Sequence[Fact]) -> Iterator[tuple[int, int]]:
    """Yield what is to come and lies years away from all that happened: its place, and that of the nearest of these."""
    here = [place for place, fact in enumerate(facts) if fact.event == AMONG.event]
    others = here and [
        place
        for place, fact in enumerate(facts)
        if not fact.prospective and fact.event not in AMONG.beside and fact.on >= PART_3_FROM
    ]
    if others:
        first, last = others[0], others[-1]
        for place in here:
            on = facts[place].on
            if (facts[first].on - on).days > AMONG.before:
                yield place, first
            elif (on - facts[last].on).days > AMONG.after:
                yield place, last


def _watched(told: _InOrder) -> _Watched:
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
        waiting = [place for place in told.places(row.question) if told.fields[place].get("party") not in answered]
        for place in told.places(row.answer):
            if told.fields[place].get("party") not in asked and (row.always or (waiting and waiting[0] < place)):
                yield Broken(place, row)


def _first_act(facts: Sequence[Fact], dated: Mapping[str, Iterable[OfItself]], apart: Collection[int]) -> int | None:
    """Return where the first fact stands that happened to somebody who was born, None where there is none."""
    for place, fact in enumerate(facts):
        event = fact.event
        if event in _AT_ANY_TIME or fact.on < PART_3_FROM or place in apart:
            continue
        if event not in dated or not _leaves_out(fact, dated[event], place, []):
            return place
    return None


def _cannot_be_born(on: dt.date, place: int, other: int | None, facts: Sequence[Fact], broken: list[Broken]) -> bool:
    """Return whether a birth lies too early, or not before all else of the case, and note it."""
    if on < BORN_FROM:
        broken.append(Broken(place, BORN))
    elif other is not None and facts[other].on <= on:
        broken.append(Broken(place, BIRTH_FIRST, other))
    else:
        return False
    return True


def without_copies(facts: tuple[Fact, ...], keep: Fact | None = None) -> tuple[Fact, ...]:
    """Return facts in legal order without the copies among them, but for `keep`: a copy moves no case."""
    if _COPIED.isdisjoint(_again(facts)):
        return facts
    rows = ((each.place, each.row) for each in checked(facts).broken)
    copies = {place for place, row in rows if isinstance(row, OnceOnly) and row.moves_nothing}
    return tuple(fact for place, fact in enumerate(facts) if place not in copies or fact is keep)


def _again(facts: Sequence[Fact]) -> frozenset[str]:
    """Return the events of which there are several facts: of any other nothing can be there again."""
    seen: set[str] = set()
    again: set[str] = set()
    for fact in facts:
        (again if fact.event in seen else seen).add(fact.event)
    return frozenset(again)


def _leaves_out(fact: Fact, rows: Iterable[OfItself], place: int, broken: list[Broken]) -> bool:
    """Return whether the dates of a fact leave it out, and note those that cannot be so."""
    left_out = False
    fields = fact.__dict__
    for row in rows:
        day = fields.get(row.field)
        if day is None:
            continue
        far = COLUMN_OF[row.field].far(day, fields["on"])
        if isinstance(row, DayBelieved):
            wrong = far
        elif isinstance(row, ClosureShort):
            wrong = not far and fields.get("outcome") in row.outcomes and row.is_broken(fields["on"], day)
        else:
            floor = None if far else fact.day(row.not_before)
            wrong = floor is not None and day < floor
        if wrong:
            broken.append(Broken(place, row))
            left_out = left_out or row.leaves_out == "fact"
    return left_out


def _told_apart(fields: Mapping[str, Any], per: Per) -> object:
    return fields["on"].year if per == "year" else fields.get(per)


class _Thread:
    """The facts that one row looks at, of one case and party: the last one, and a pair that may be the wrong way round.

    `answers` says that the last one is an answer that comes after no question, `alone` that nothing lies before it.
    """

    __slots__ = ("alone", "answers", "place", "waiting")

    def __init__(self) -> None:
        self.place = -1
        self.answers = self.alone = False
        self.waiting: tuple[AnswerAfter, int, int] | None = None

    def once(self, row: OnceOnly, place: int, facts: Sequence[Fact], broken: list[Broken], gone: set[int]) -> None:
        """Look at a fact of which there can be one, or after which there can be another."""
        before, self.place = self.place, place
        if before < 0 or facts[place].event != row.event or facts[before].event != row.event:
            return
        now, then = facts[place].__dict__, facts[before].__dict__
        if any(_told_apart(now, each) != _told_apart(then, each) for each in row.alike):
            return
        if row.unlike and all(_told_apart(now, each) == _told_apart(then, each) for each in row.unlike):
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
            self.alone = before < 0
            said = facts[before].event
            self.answers = self.alone or (
                said in row.answers and (self.answers or not row.can_follow(facts[place].event, said))
            )
            return
        self.close(broken)
        if self.answers:
            any_time = self.alone and not row.may_rest
            days = (facts[place].on - facts[before].on).days
            if days and (any_time or days <= row.within):  # of one day, neither lies before the other
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
