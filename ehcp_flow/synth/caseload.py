"""A caseload of made-up lives, in the proportions that DfE publishes."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from ehcp_flow.dates import parse_date
from ehcp_flow.errors import RangeError, UnknownNameError
from ehcp_flow.facts import Fact
from ehcp_flow.record_table import PART_3_FROM
from ehcp_flow.synth.assessing import assessed, decision_lag, no_plan_days, plan_days, refused_plan, request
from ehcp_flow.synth.chance import Chance
from ehcp_flow.synth.dfe_counts import authorities
from ehcp_flow.synth.disputing import about_no_plan, about_refusal
from ehcp_flow.synth.faults import spoil
from ehcp_flow.synth.holding import with_particulars
from ehcp_flow.synth.life import Life, MadeUpFact, as_facts, days
from ehcp_flow.synth.maintaining import maintained
from ehcp_flow.synth.queued import queued_lives, weekly_stated
from ehcp_flow.synth.rates import rates_of, weights_of
from ehcp_flow.synth.standing import standing

__all__ = ["DEFAULT_AS_OF", "last_day", "synth", "synthetic_lives"]

DEFAULT_AS_OF: Final = dt.date(2026, 6, 30)
"""The day a caseload is as at, unless another is asked for: fixed, so that a seed gives one file for ever."""
_YEARS_BACK: Final = 8
_YEARS_AHEAD: Final = 2
_QUEUED: Final = "885"
"""Whose decisions a queue stands behind, where no authority is named."""
_TRIES: Final = 10_000
_YEAR: Final = 365

_BEGINS: Final = PART_3_FROM.toordinal()
"""The first day of the law under which lives are made up."""
_AS_AT: Final = "a caseload can be as at a day from 2015 to 2050"
Entry = tuple[str, str, list[MadeUpFact]]


def synth(
    cases: int,
    seed: int,
    *,
    authority: str | None = None,
    year: int | None = None,
    faults: float = 0.0,
    as_of: dt.date | str | None = None,
    particulars: bool = False,
    weekly: Sequence[str] = (),
) -> Iterator[Fact]:
    """Return the facts of exactly `cases` made-up cases, case by case, each in the order of the law.

    `authority` is a three-digit number (by default, all authorities in proportion to their size). `as_of` is the last
    day that anything happened on; by default the last of `year`, or 30 June 2026. `faults` is the share of cases whose
    record is spoilt in one way. `particulars` adds a date of birth, placement, need, school year, caseworker and team,
    in the proportions that DfE publishes. `weekly` makes lateness by a queue before one adviser, who finishes so many
    cases a week: `psychological=20`, and with a change from a day on `psychological=30@2026-09-01` beside it; the
    authority is then that of Worcestershire (885), where none is given. The same arguments give the same facts on every
    machine and Python.

    Raises UnknownNameError for an authority without published figures, ValueError for a number that cannot be.
    """
    return as_facts(
        synthetic_lives(
            cases,
            seed,
            authority=authority,
            year=year,
            faults=faults,
            as_of=as_of,
            particulars=particulars,
            weekly=weekly,
        )
    )


def synthetic_lives(
    cases: int,
    seed: int,
    *,
    authority: str | None = None,
    year: int | None = None,
    faults: float = 0.0,
    as_of: dt.date | str | None = None,
    particulars: bool = False,
    weekly: Sequence[str] = (),
) -> Iterator[Entry]:
    """Return cases as rows: see `synth`. What cannot be is refused at once, before the first case."""
    RangeError.unless(cases >= 0, "cases", cases, "there cannot be fewer than none")
    RangeError.unless(0 <= faults <= 1, "faults", faults, "it is a share from 0 to 1")
    known = authorities()
    if authority is not None and authority not in known:
        raise UnknownNameError("authority", authority, known)
    if year is not None and as_of is None:
        RangeError.unless(2015 <= year <= 2050, "year", year, _AS_AT)
    last = last_day(as_of, year)
    RangeError.unless(2015 <= last.year <= 2050, "as_of", last.isoformat(), _AS_AT)
    chance, mischief = Chance(seed), Chance(seed, 1)
    made = (
        queued_lives(cases, seed, authority or _QUEUED, last.toordinal(), weekly_stated(weekly))
        if weekly
        else _lives(cases, chance, (authority,) if authority else known, last.toordinal())
    )
    lives = _spoilt(made, mischief, faults, last.toordinal())
    return with_particulars(lives, seed, last.toordinal(), cases) if particulars else lives


def _spoilt(lives: Iterator[Entry], mischief: Chance, faults: float, as_of: int) -> Iterator[Entry]:
    for case_id, authority, rows in lives:
        yield case_id, authority, spoil(rows, mischief, as_of) if faults and mischief.yes(faults) else rows


def last_day(as_of: dt.date | str | None, year: int | None) -> dt.date:
    """Return the last day on which anything happened in a caseload as at a day, or at the end of a year."""
    return parse_date(as_of) if as_of is not None else DEFAULT_AS_OF if year is None else dt.date(year, 12, 31)


def _lives(cases: int, chance: Chance, among: tuple[str, ...], as_of: int) -> Iterator[Entry]:
    choose = _Choice(chance, among, dt.date.fromordinal(as_of).year)
    for number in range(1, cases + 1):
        life = _life(f"C{number:07d}", choose, chance, as_of)
        yield life.case_id, life.authority, standing(life.until(as_of))


class _Choice:
    """Draws where, when and how the first stage of a case ended, each as often as DfE's counts say."""

    def __init__(self, chance: Chance, among: tuple[str, ...], year: int) -> None:
        self._chance = chance
        self._kinds: list[tuple[str, int, str]] = []
        weights: list[float] = []
        for at in range(year - _YEARS_BACK, year + _YEARS_AHEAD + 1):
            for authority in among:
                for kind, weight in weights_of(authority, at).items():
                    self._kinds.append((authority, at, kind))
                    weights.append(weight)
        self._bounds = list(accumulate(weights))

    def __call__(self) -> tuple[str, int, str]:
        """Return authority, year and kind."""
        at = bisect_right(self._bounds, self._chance.random() * self._bounds[-1])
        return self._kinds[min(at, len(self._kinds) - 1)]


def _life(case_id: str, choose: _Choice, chance: Chance, as_of: int) -> Life:
    """Return a case that had begun by `as_of`, under Part 3: one that had not is dropped, and another drawn."""
    for _ in range(_TRIES):
        authority, year, kind = choose()
        on = days().back(dt.date(year, 1, 1).toordinal() + chance.between(1, 364))
        life = Life(case_id, authority)
        if kind == "moved_in":
            if not _BEGINS <= on <= as_of:
                continue
            _moved_in(life, chance, on, as_of)
            return life
        rates = rates_of(authority, year)
        if kind == "plan":
            band, excused = _band(chance.weighted(rates.bands))
            start = on - plan_days(chance, band)
            # A day out of office moves the request, and never across the end of its band.
            start = days().ahead(start) if band == "within" else days().back(start)
        elif kind == "no_plan":
            band, excused = "", False
            start = days().back(on - no_plan_days(chance, rates))
        else:
            band, excused = "", False
            start = days().back(on - (decision_lag(chance, rates) if kind == "refused" else chance.between(5, 40)))
        if _BEGINS <= start <= as_of:
            _ends(life, chance, kind, start, on, as_of, excused=excused)
            return life
    raise AssertionError("no case begins by that day")


def _band(kind: str) -> tuple[str, bool]:
    return kind.removesuffix("_ex"), kind.endswith("_ex")


def _ends(life: Life, chance: Chance, kind: str, start: int, on: int, as_of: int, *, excused: bool) -> None:
    """Add the case whose first stage began on `start` and ended on `on`, and the plan that may come of it."""
    rates = rates_of(life.authority, dt.date.fromordinal(on).year)
    request(life, chance, start)
    made = 0
    if kind == "plan":
        made = assessed(life, chance, start, decision_lag(chance, rates), on, excused=excused)
    elif kind == "refused":
        made = about_refusal(life, chance, life.add("assessment_refused", on), rates)
    elif kind == "no_plan":
        refused_plan(life, chance, start, decision_lag(chance, rates), on)
        made = about_no_plan(life, chance, on, rates)
    elif kind == "dropped":
        lag = decision_lag(chance, rates)
        agreed = life.send("assessment_agreed", start + lag)
        life.add("request_withdrawn", max(on, agreed + chance.between(5, 90)))
    else:
        life.add("request_withdrawn", on)
    if made:
        maintained(life, chance, made, rates, as_of)


def _moved_in(life: Life, chance: Chance, on: int, as_of: int) -> None:
    """Add a plan that came from another authority, with the day it was made."""
    made = on - chance.between(40, 2_000)
    reviewed = made + (on - made) // _YEAR * _YEAR
    plan = ("made_on", max(made, _BEGINS))
    more = (plan,) if reviewed <= max(made, _BEGINS) else (plan, ("reviewed_on", reviewed))
    life.add("plan_transferred_in", on, "", "", more)
    if chance.yes(0.85):
        life.send("transfer_notice_sent", on + chance.spread((7, 21, 35, 42, 55, 100)))
    maintained(life, chance, max(reviewed, on - 270), rates_of(life.authority, dt.date.fromordinal(on).year), as_of)
