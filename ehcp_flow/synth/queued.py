"""A caseload whose lateness has a known cause: an adviser who finishes so many a week, and a queue before that adviser.

Requests come evenly over six years, the first of them before an empty desk. Each case that is to be assessed waits its
turn, first come, first served; whatever comes in, so many leave a week. All else takes as long as elsewhere.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ehcp_flow.errors import RangeError, UnknownNameError
from ehcp_flow.synth.assessing import ADVISERS, decision_lag, request
from ehcp_flow.synth.chance import Chance
from ehcp_flow.synth.life import Life, MadeUpFact, days
from ehcp_flow.synth.maintaining import maintained
from ehcp_flow.synth.rates import rates_of
from ehcp_flow.synth.standing import standing

__all__ = ["Weekly", "queued_lives", "weekly_stated"]

_YEARS: Final = 6
_YEAR: Final = 365
_WEEK: Final = 7
_DESKS: Final = 5
"""Working days of a week, over which what is finished in it is spread."""
_REFUSED: Final = 0.22
_NO_PLAN: Final = 0.05
_MOST: Final = 10_000
_STREAMS: Final = 10
"""From this number on each case has a stream of chance of its own."""


class Weekly(NamedTuple):
    """How many cases an adviser finishes a week: from the beginning, and from each later day on which that changes."""

    party: str
    steps: tuple[tuple[int, int], ...]
    """Days as ordinals, in order, with the number from each on."""

    def on(self, day: int) -> int:
        """Return how many are finished in the week of a day."""
        return self.steps[max(bisect_right(self.steps, (day, _MOST)) - 1, 0)][1]


def weekly_stated(stated: Sequence[str]) -> Weekly:
    """Return what `psychological=20` and `psychological=30@2026-09-01` say, read together.

    Raises RangeError for what cannot be, UnknownNameError for an adviser that no case asks.
    """
    steps: dict[int, int] = {}
    parties = []
    for text in stated:
        party, _, rest = text.partition("=")
        number, _, since = rest.partition("@")
        right = "write PARTY=NUMBER or PARTY=NUMBER@DATE, such as psychological=20 and psychological=30@2026-09-01"
        RangeError.unless(number.isascii() and number.isdigit() and 1 <= int(number) <= _MOST, "weekly", text, right)
        try:
            begins = dt.date.fromisoformat(since).toordinal() if since else 1
        except ValueError:
            raise RangeError("weekly", text, right) from None
        parties.append(party)
        steps[begins] = int(number)
    known = [name for name, _ in ADVISERS]
    for party in parties:
        if party not in known:
            raise UnknownNameError("adviser", party, known)
    RangeError.unless(len({*parties}) == 1, "weekly", "; ".join(stated), "one adviser has a queue")
    RangeError.unless(1 in steps, "weekly", "; ".join(stated), f"say what it is before that: {parties[0]}=NUMBER")
    return Weekly(parties[0], tuple(sorted(steps.items())))


def queued_lives(
    cases: int, seed: int, authority: str, as_of: int, weekly: Weekly
) -> Iterator[tuple[str, str, list[MadeUpFact]]]:
    """Yield so many cases of an authority as rows, in the order of their requests, the last of them by `as_of`."""
    chance = Chance(seed, 3)
    first = as_of - _YEARS * _YEAR
    starts = sorted(days().back(first + int(chance.random() * (as_of - first + 1))) for _ in range(cases))
    begun = []
    for number, start in enumerate(starts, start=1):
        life = Life(f"C{number:07d}", authority)
        request(life, chance, start)
        decided = days().back(start + decision_lag(chance, rates_of(authority, _year(start))))
        begun.append((life, max(decided, start), chance.yes(_REFUSED)))
    asked = [(decided, place) for place, (_, decided, refused) in enumerate(begun) if not refused]
    came = dict(zip((place for _, place in sorted(asked)), _served(sorted(asked), weekly), strict=True))
    for place, (life, decided, refused) in enumerate(begun):
        if refused:
            life.add("assessment_refused", decided)
        else:
            # A stream for each case, so that another pace changes nothing but what follows from it.
            _assessed(life, Chance(seed, _STREAMS + place), decided, came[place], weekly.party, as_of)
        yield life.case_id, authority, standing(life.until(as_of))


def _served(asked: Sequence[tuple[int, int]], weekly: Weekly) -> Iterator[int]:
    """Yield when each is finished, in the order in which they were asked: from the week after that at the earliest."""
    week, done = 0, 0
    for day, _ in asked:
        monday = day - (day - 1) % _WEEK + _WEEK
        if monday > week:
            week, done = monday, 0
        if done >= weekly.on(week):
            week, done = week + _WEEK, 0
        yield days().ahead(week + done * _DESKS // weekly.on(week))
        done += 1


def _assessed(life: Life, chance: Chance, agreed: int, came: int, party: str, as_of: int) -> None:
    """Add the assessment whose one advice came on a day, and the plan that follows from it, if one does."""
    life.add("assessment_agreed", agreed)
    for adviser, points in ADVISERS:
        life.add("advice_requested", agreed, adviser)
        if adviser == party:
            life.add("advice_received", came, adviser)
        elif chance.yes(0.98):
            life.send("advice_received", agreed + max(min(chance.spread(points), 70), 4), adviser)
    decided = days().ahead(came + chance.between(3, 21))
    if chance.yes(_NO_PLAN):
        life.add("plan_refused", decided)
        return
    life.add("plan_agreed", decided)
    draft = life.add("draft_plan_sent", days().ahead(decided + chance.between(0, 10)))
    final = life.add("final_plan_sent", days().ahead(draft + chance.between(16, 37)))
    if final <= as_of:
        maintained(life, chance, final, rates_of(life.authority, _year(final)), as_of)


def _year(day: int) -> int:
    return dt.date.fromordinal(day).year
