"""What holds of a made-up life, in DfE's proportions: birth, need, placement, school year, caseworker, team.

Counts of plans by age and need, and by placement and need: Department for Education, "Education, health and care
plans", reporting year 2025 (England, January 2025), Open Government Licence v3.0. Which placement an age has is ours.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Final, TypeAlias

from ehcp_flow.dates import school_year_begun
from ehcp_flow.facts import LEGAL_ORDER
from ehcp_flow.particulars import school_year_of
from ehcp_flow.record_table import BORN_FROM
from ehcp_flow.synth.chance import Chance
from ehcp_flow.synth.life import MadeUpFact
from ehcp_flow.synth.standing import ENDS

__all__ = ["with_particulars"]

Entry: TypeAlias = tuple[str, str, list[MadeUpFact]]
_SCHOOL: Final = ("mainstream", "resourced", "special", "independent", "EHE", "OLA", "OTH")
_AFTER: Final = ("post16", "NEET", "OTH")
_CASES_EACH: Final = 180
"""How many cases a caseworker has; five of them are a team."""
_TEAM: Final = 5
_TRIES: Final = 50
_STAY_SPECIAL: Final = 0.45
"""How many of those in a special school stay there for the sixth form."""
_YEAR: Final = 365.25
_ANEW: Final = 1_000
"""The streams of chance from here on are those of single lives."""


@cache
def _counts() -> dict[str, dict[str, int]]:
    with files("ehcp_flow").joinpath("synth/data/dfe_needs.csv").open(encoding="utf-8") as file:
        return {row.pop("group"): {name: int(many) for name, many in row.items()} for row in csv.DictReader(file)}


@cache
def _ages() -> tuple[tuple[int, float], ...]:
    return tuple((int(name[4:]), row["plans"]) for name, row in _counts().items() if name.startswith("age "))


@cache
def _needs(age: int) -> tuple[tuple[str, float], ...]:
    row = _counts()[f"age {min(max(age, 2), 24)}"]
    return tuple((need, float(many)) for need, many in row.items() if need != "plans")


@cache
def _placements(kinds: tuple[str, ...], need: str) -> tuple[tuple[str, float], ...]:
    return tuple((kind, float(_counts()[kind][need])) for kind in kinds)


def with_particulars(lives: Iterable[Entry], seed: int, as_of: int, cases: int) -> Iterator[Entry]:
    """Yield lives with what holds of them, up to a day or their end; the same arguments give the same."""
    chance = Chance(seed, 3)
    workers = max(cases // _CASES_EACH, 1)
    for number, (case_id, authority, rows) in enumerate(lives):
        until = next((row.on for row in rows if row.event in ENDS), as_of)
        held = [*_told(chance, rows, until, number % workers)] if rows else []
        made = min((_made_on(row) for row in rows), default=0)
        if held and held[0].on > made - _YEAR:
            # A plan from another authority was made before its child was born: made up anew, for no other life changes.
            held = [*_told(Chance(seed, _ANEW + number), rows, until, number % workers, made)]
        yield case_id, authority, sorted([*rows, *held])


def _made_on(row: MadeUpFact) -> int:
    """Return the day of a fact, of a plan that came from another authority that on which it was made."""
    return next((int(value) for name, value in row.more if name == "made_on"), row.on)


def _told(
    chance: Chance, rows: list[MadeUpFact], as_of: int, worker: int, made: int | None = None
) -> Iterator[MadeUpFact]:
    """Yield what holds of a life, its birth first; `made` is a day before the first fact that lies after the birth."""
    first = min(row.on for row in rows)
    born = _birth(chance, made or first, as_of)
    yield MadeUpFact(born, LEGAL_ORDER["date_of_birth"], "date_of_birth", "", "", ())
    need = chance.weighted(_needs(int((first - born) / _YEAR)))
    yield _particular(first, "need", need)
    yield _particular(first, "caseworker", f"caseworker-{worker + 1:03d}")
    yield _particular(first, "team", f"team-{worker // _TEAM + 1:02d}")
    birthday, last = dt.date.fromordinal(born), ""
    begin = dt.date.fromordinal(first)
    for day in (begin, *(dt.date(year, 9, 1) for year in range(begin.year, dt.date.fromordinal(as_of).year + 1))):
        if not first <= day.toordinal() <= as_of or (day != begin and day.toordinal() == first):
            continue
        placed = _placed(chance, school_year_of(birthday, day), need, last)
        if placed != last:
            yield _particular(day.toordinal(), "placement", placed)
            last = placed
    yield _school_year(birthday, first, as_of)


def _school_year(birthday: dt.date, first: int, as_of: int) -> MadeUpFact:
    """Return the school year as a council has it on a day, up to its end: that of any other follows from the birth."""
    begun = school_year_begun(dt.date.fromordinal(as_of))
    on = max(first, dt.date(begun, 9, 1).toordinal())
    told = _particular(on, "school_year", school_year_of(birthday, dt.date.fromordinal(on)))
    return told._replace(more=(("until", dt.date(begun + 1, 8, 31).toordinal()), *told.more))


def _birth(chance: Chance, first: int, last: int) -> int:
    """Return a day of birth that fits the age of plans on the last day, and lies well before the first fact."""
    for _ in range(_TRIES):
        born = last - int((chance.weighted(_ages()) + chance.random()) * _YEAR)
        if BORN_FROM.toordinal() <= born <= first - _YEAR:
            return born
    return first - chance.between(2 * 365, 4 * 365)


def _placed(chance: Chance, year: str, need: str, last: str) -> str:
    """Return where somebody is in a school year: where they were, but for a change of phase."""
    if year in {"E1", "E2", "N1", "N2"}:
        return "early_years"
    if year in {"12", "13", "14", "X"}:
        stays = last == "special" and year != "X" and chance.yes(_STAY_SPECIAL)
        return last if stays or last in _AFTER else chance.weighted(_placements(_AFTER, need))
    changes = last in {"", "early_years"} or (year == "7" and chance.yes(0.3))
    return chance.weighted(_placements(_SCHOOL, need)) if changes else last


def _particular(on: int, name: str, value: str) -> MadeUpFact:
    more = (("particular", name), ("value", value))
    return MadeUpFact(on, LEGAL_ORDER["particular_recorded"], "particular_recorded", "", "", more)
