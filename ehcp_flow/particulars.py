"""What holds of a case over a stretch of time, and moves nothing: the placement, the need, whose desk it is on.

A particular is a fact by itself (`particular_recorded`): it holds from its day to its `until`, or until a later one of
the same name and rank takes its place. No limit, state or move looks at one: `lives_apart` parts them, and what takes
them back, from the facts that the law is read on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Final

from ehcp_flow.dates import school_year_begun, written
from ehcp_flow.facts import Fact, FactVoided, ParticularRecorded
from ehcp_flow.findings import Finding
from ehcp_flow.particular_table import SCHOOL_YEARS, kind_of_placement, known_names

__all__ = [
    "FIRST", "REDACTED", "findings_of_particulars", "held_on", "in_force", "in_order", "is_particular", "kind_held",
    "lives_apart", "school_year_of", "values_by_name",
]  # fmt: skip

REDACTED: Final = "[redacted]"
"""What stands in the place of a text that was redacted: as a value it is none."""
FIRST: Final = "1"
"""The first of a name's ranks, which is that of a particular without one."""


def lives_apart(recorded: Sequence[Fact]) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """Return what the law is read on, and the particulars with whatever takes back one of them; in their order.

    What a particular says that it corrects is another particular: it can take no act's place.
    """
    if ParticularRecorded not in map(type, recorded):
        return tuple(recorded), ()
    acts = tuple([fact for fact in recorded if fact.__class__ is not ParticularRecorded])
    voids = [fact for fact in acts if fact.__class__ is FactVoided]
    if not voids:
        return acts, tuple(fact for fact in recorded if fact.__class__ is ParticularRecorded)
    apart = {id(fact) for fact in recorded} - set(map(id, acts))
    names = {fact.id for fact in recorded if id(fact) in apart}
    beside: set[int] = set()
    while more := [fact for fact in voids if id(fact) not in apart and fact.corrects in names]:
        # One that goes by the name of an act too takes that back all the same.
        acting = {fact.id for fact in acts if id(fact) not in apart}
        beside.update(id(fact) for fact in more if fact.corrects in acting)
        apart.update(map(id, more))
        names.update(fact.id for fact in more)
    life = tuple(fact for fact in acts if id(fact) not in apart or id(fact) in beside)
    return life, tuple(fact for fact in recorded if id(fact) in apart)


def is_particular(fact: Fact) -> bool:
    """Whether a fact says what holds, and not what happened."""
    return fact.__class__ is ParticularRecorded


def in_force(facts: Iterable[Fact], name: str, day: dt.date, rank: str = FIRST) -> ParticularRecorded | None:
    """Return the particular of a name and rank that holds on a day, None where none does.

    Of two that begin on one day it is that which was written down last; of one file, which was written down at once,
    that which sorts last by what it says. The order and the batches of rows are no matter. Two that differ are a
    finding.
    """
    found: ParticularRecorded | None = None
    for fact in facts:
        if (
            isinstance(fact, ParticularRecorded)
            and fact.particular == name
            and (fact.rank or FIRST) == rank
            and fact.on <= day
            and not _is_reversed(fact)
            and (found is None or _begun(fact) > _begun(found) or in_order((found, fact))[-1] is fact)
        ):
            found = fact
    return None if found is None or (found.until is not None and found.until < day) else found


def held_on(facts: Iterable[Fact], day: dt.date) -> dict[str, str]:
    """Return what holds on a day, by name: of a name with ranks the first; `kind_held` of a placement is apart."""
    told = tuple(facts)
    names = sorted({fact.particular for fact in told if isinstance(fact, ParticularRecorded)})
    found = ((name, in_force(told, name, day)) for name in names)
    return {name: fact.value for name, fact in found if fact is not None and fact.value != REDACTED}


def kind_held(fact: ParticularRecorded) -> str:
    """Return of what kind a placement is, as it says or as its setting code does; nothing where that is not known."""
    return fact.kind or kind_of_placement(fact.value)


def school_year_of(born: dt.date, day: dt.date) -> str:
    """Return the year of the national curriculum that goes by age on a day: that of the age on 31 August before it.

    Reception is for those who were four then. Who was nineteen or more is past year 14, and is `X`.

    >>> school_year_of(dt.date(2014, 9, 1), dt.date(2026, 1, 15))
    '6'
    """
    age = school_year_begun(day) - born.year - ((born.month, born.day) > (8, 31))
    return SCHOOL_YEARS[min(max(age, 0), len(SCHOOL_YEARS) - 1)]


def findings_of_particulars(case_id: str, facts: Sequence[Fact]) -> Iterator[Finding]:
    """Yield what does not hold of the particulars of a case that stand."""
    begun: dict[tuple[str, str, dt.date], ParticularRecorded] = {}
    for fact in in_order(facts):
        if _is_reversed(fact):
            says = (
                f"{fact.particular} from {written(fact.on)} holds until {fact.until}, before it begins; it is left out"
            )
            yield Finding("period_reversed", case_id, fact.on, says, "correct until, or on", fact)
            continue
        at = fact.particular, fact.rank or FIRST, fact.on
        other = begun.get(at)
        if other is not None and (other.value, other.kind) != (fact.value, fact.kind):
            says = (
                f"{fact.particular} is recorded twice from {written(fact.on)}, and differs; {_which_holds(other, fact)}"
            )
            yield Finding("particular_twice", case_id, fact.on, says, "void the one that is wrong", fact)
        begun[at] = fact
        first = _first_return(fact)
        if first is not None and fact.until is not None and fact.until.year < first - 1:
            says = (
                f"{fact.particular} {fact.value} until {fact.until} is a code of the SEN2 return from {first} on, and "
                "stands in no return of that time"
            )
            yield Finding("code_of_later_return", case_id, fact.on, says, "record the code that was used then", fact)


def _first_return(fact: ParticularRecorded) -> int | None:
    known = known_names().get(fact.particular)
    return None if known is None else known.first.get(fact.value)


def _is_reversed(fact: ParticularRecorded) -> bool:
    return fact.until is not None and fact.until < fact.on


def in_order(facts: Iterable[Fact]) -> list[ParticularRecorded]:
    """Return the particulars among facts by day, then by when they were written down, by name, and by what they say."""
    told = (fact for fact in facts if isinstance(fact, ParticularRecorded))
    keyed = sorted(((_begun(fact), fact) for fact in told), key=itemgetter(0))
    if any(one[0] == other[0] for one, other in pairwise(keyed)):
        # What they say is only worked out where it decides.
        keyed.sort(key=lambda each: (each[0], each[1].content))
    return [fact for _, fact in keyed]


def _begun(fact: ParticularRecorded) -> tuple[dt.date, str, str]:
    return fact.on, "" if fact.recorded_at is None else fact.recorded_at.isoformat(), fact.particular


def _which_holds(first: ParticularRecorded, last: ParticularRecorded) -> str:
    if first.recorded_at == last.recorded_at:
        return "nothing says which was written down last, and the one holds that sorts last by what it says"
    return "the one that was written down last holds"


def values_by_name(facts: Iterable[Fact], day: dt.date) -> Mapping[str, str]:
    """Return what holds on a day as cases are grouped by it: of a placement its kind, and its place by another name."""
    told = tuple(facts)
    found = held_on(told, day)
    placed = in_force(told, "placement", day)
    if placed is not None:
        found.pop("placement", None)
        if kind := kind_held(placed):
            found["placement"] = kind
        if placed.value not in {REDACTED, kind}:
            found["placement_value"] = placed.value
    return found
