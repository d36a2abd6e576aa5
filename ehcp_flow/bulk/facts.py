"""The facts of many whole cases as columns, in the order of the law."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from ehcp_flow.bulk.codes import EVENT_OF, EVENTS, KEYS, NO_DAY, Array, case_and_day
from ehcp_flow.facts import FACT_TYPES

__all__ = ["Facts", "Places", "event_mask"]

_SERVED_EARLIER: Final = np.array([not FACT_TYPES[event].served_later for event, _ in KEYS])
_SCANNED: Final = 24
"""A set is worth scanning the whole column for, if it is asked about at least every so many facts."""
_DENSE: Final = 8
"""A set is looked for fact by fact, if it holds one in so many at least; else the places of its keys are joined."""


class Places:
    """The places of the facts of some keys (or parties), in order, and look-ups before and after any place."""

    def __init__(self, at: Array, count: int) -> None:
        # Before them stands nothing, and behind them the end: a rank is a place in this, from either side.
        padded = np.empty(len(at) + 2, dtype=np.int64)
        padded[0], padded[1:-1], padded[-1] = -1, at, count
        self.at = padded[1:-1]
        self._until, self._after = padded, padded[1:]
        self._count = count
        self._before: Array | None = None

    def __len__(self) -> int:
        return len(self.at)

    def _rank(self, places: Array) -> Array:
        """Return how many of these facts stand before each place."""
        if self._before is None:
            if len(places) * _SCANNED < self._count:
                return np.searchsorted(self.at, places)
            before = np.zeros(self._count + 2, dtype=np.int32)
            before[self.at + 1] = 1
            self._before = np.cumsum(before, out=before)
        return self._before.take(places)

    def at_or_after(self, places: Array) -> Array:
        """Return the first of these facts at each place or after it, or the number of all facts if there is none."""
        if not len(self.at):
            return np.full(len(places), self._count)
        return self._after.take(self._rank(places))

    def before(self, places: Array) -> Array:
        """Return the last of these facts before each place, or -1."""
        if not len(self.at):
            return np.full(len(places), -1)
        return self._until.take(self._rank(places))


@dataclass
class Facts:
    """The facts that stand on a day, of whole cases, in legal order, each once.

    `case`, `on`, `key` and `party` have an entry for each fact; `dates` holds the further days that any fact has.
    `first` and `end` bound each case's facts. `authority` is each case's, -1 for none. `names` are the parties.
    `rows` are the rows that the facts came from; `repeats` those that repeat another fact, in legal order.
    """

    cases: int
    case: Array
    on: Array
    key: Array
    party: Array
    dates: dict[str, Array]
    authority: Array
    names: list[str]
    limit: Array
    limits: list[str]
    reasoned: Array
    as_of: int
    failed: Array
    rows: Array
    repeats: Array
    _sets: dict[bytes, Places] = field(default_factory=dict)
    _by_party: dict[bytes, Array] = field(default_factory=dict)
    _numbers: dict[str, int] | None = None
    _days: Array | None = None

    def __post_init__(self) -> None:
        bounds = np.zeros(self.cases + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.case, minlength=self.cases), out=bounds[1:])
        self.bounds = bounds
        self._first = np.repeat(bounds[:-1], np.diff(bounds))
        self.odd: list[Array] = []
        self._leave_out_odd_dates()
        self._order = np.argsort(self.key, kind="stable")
        many = np.bincount(self.key, minlength=len(KEYS))
        self._there = many > 0
        self._many = many.tolist()
        self._starts = [0, *np.cumsum(many).tolist()]

    def _leave_out_odd_dates(self) -> None:
        """Leave out dates on the wrong side of `on`, as `Fact.day` does; `odd` are those to be told of."""
        self.dates = dict(self.dates)
        for name in {"served_on", "made_on", "reviewed_on"} & set(self.dates):
            days = self.dates[name]
            filled = days != NO_DAY
            odd = filled & ((days < self.on) if name == "served_on" else (days > self.on))
            if odd.any():
                self.dates[name] = np.where(odd, NO_DAY, days)
                told = odd & ~_SERVED_EARLIER[self.key] if name == "served_on" else odd
                self.odd.append(np.flatnonzero(told))

    @property
    def count(self) -> int:
        """How many facts there are."""
        return len(self.on)

    def first(self, places: Array) -> Array:
        """Return where the case of each place begins."""
        return self._first.take(places)

    def end(self, places: Array) -> Array:
        """Return the place after the last fact of the case of each place."""
        ends: Array = self.bounds[self.case[places] + 1]
        return ends

    def places(self, mask: Array) -> Places:
        """Return the places of the facts whose key is true in `mask`."""
        name = mask.tobytes()
        known = self._sets.get(name)
        if known is None:
            known = self._sets[name] = Places(self._places(mask), self.count)
        return known

    def _places(self, mask: Array) -> Array:
        keys = np.flatnonzero(mask & self._there).tolist()
        if sum(self._many[key] for key in keys) * _DENSE > self.count:
            return np.flatnonzero(mask.take(self.key))
        parts = [self._order[self._starts[key] : self._starts[key + 1]] for key in keys]
        return parts[0] if len(parts) == 1 else np.sort(np.concatenate([self._order[:0], *parts]))

    def only(self, at: Array) -> Places:
        """Return look-ups for the facts at these places, which are in order."""
        return Places(at, self.count)

    def next_of_party(self, mask: Array, parties: Array, places: Array) -> Array:
        """Return the first fact at each place or after it, of the keys in `mask` and of that party.

        Where the case of a place holds none, it is the number of all facts.
        """
        name = mask.tobytes()
        joined = self._by_party.get(name)
        size = self.count + 1
        if joined is None:
            at = self.places(mask).at
            joined = np.sort(self.party_of_case(self.case[at], self.party[at]) * size + at)
            joined = self._by_party[name] = np.append(joined, np.iinfo(np.int64).max)
        if len(joined) == 1:
            return np.full(len(places), self.count, dtype=np.int64)
        base = self.party_of_case(self.case.take(places, mode="clip"), parties) * size
        found: Array = joined.take(np.searchsorted(joined, base + places)) - base
        return np.minimum(found, self.count, out=found)

    def party_of_case(self, cases: Array, parties: Array) -> Array:
        """Return one number for a case and a party."""
        number: Array = cases.astype(np.int64) * (len(self.names) + 1) + (parties + 1)
        return number

    def since(self, cases: Array, days: Array | int) -> Array:
        """Return the first place of each case at which a fact is on the day or later."""
        if self._days is None:
            self._days = case_and_day(self.case, self.on)
        return np.searchsorted(self._days, case_and_day(cases, days))

    def day_of(self, places: Array, fields: tuple[str, ...]) -> Array:
        """Return, for each fact, the first of these days that is filled; `on` always is."""
        day = self.on[places]
        for name in reversed(fields):
            if name == "on":
                day = self.on[places]
            elif name in self.dates:
                filled = self.dates[name][places]
                day = np.where(filled == NO_DAY, day, filled)
        return day

    def number_of(self, party: str) -> int:
        """Return the number of a party by its name, or -2 if nobody is called so."""
        if self._numbers is None:
            self._numbers = {name: number for number, name in enumerate(self.names)}
        return self._numbers.get(party, -2)

    def fail(self, cases: Array) -> None:
        """Leave these cases to the evaluator of one case."""
        self.failed[cases] = True


def event_mask(event: str) -> Array:
    """Return the keys of one event, as a mask."""
    return np.equal(EVENT_OF, EVENTS.index(event))
