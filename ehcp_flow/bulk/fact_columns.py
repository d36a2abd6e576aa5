"""The facts of many whole cases as columns, in the order of the law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ehcp_flow.bulk.codes import KEYS, NO_DAY, Array, event_of
from ehcp_flow.facts import COLUMN_OF, FACT_TYPES, LEGAL_ORDER, Side
from ehcp_flow.vocabulary import per_vocabulary

__all__ = ["FactColumns", "event_mask"]


@per_vocabulary
def _served_earlier() -> Array:
    """Return of each key whether such a fact may have been served before its day."""
    return np.array([not FACT_TYPES[event].served_later for event, _ in KEYS])


@dataclass
class FactColumns:
    """The facts that stand on a day, of whole cases, in legal order, each once.

    `case`, `on`, `key` and `party` have an entry for each fact; `dates` holds the further days that any fact has.
    `bounds` says where each case begins. `authority` is each case's, -1 for none. `names`, `bodies`, `limits`
    and `reasons` are the texts behind the numbers of those columns.
    `settled` are the cases that were put in order one at a time: those with a correction, and those with a day known to
    its month alone. `failed` are those that could not be judged. `rows` are the rows that the
    facts came from, `stands` those of facts after the day too; `repeats` repeat another fact, in legal order.
    `broken` are the cases in which something does not hold that must (`record_table`), `ahead` those with facts after
    the day.
    """

    cases: int
    case: Array
    on: Array
    key: Array
    party: Array
    dates: dict[str, Array]
    authority: Array
    names: list[str]
    body: Array
    bodies: list[str]
    limit: Array
    limits: list[str]
    reason: Array
    reasons: list[str]
    value: Array
    values: list[str]
    as_of: int
    settled: Array
    failed: Array
    stands: Array
    rows: Array
    repeats: Array
    broken: Array
    ahead: Array

    def __post_init__(self) -> None:
        bounds = np.zeros(self.cases + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.case, minlength=self.cases), out=bounds[1:])
        self.bounds = bounds
        self.odd: list[Array] = []
        self._leave_out_odd_dates()

    def _leave_out_odd_dates(self) -> None:
        """Leave out dates on the wrong side of `on`, as `Fact.day` does; `odd` are those to be told of."""
        self.served_as_told = self.dates.get("served_on")
        self.told_dates = self.dates
        self.dates = dict(self.dates)
        for name, days in list(self.dates.items()):
            side = COLUMN_OF[name].side
            if side is Side.EITHER:
                continue
            odd = (days != NO_DAY) & ((days < self.on) if side is Side.NOT_BEFORE else (days > self.on))
            if odd.any():
                self.dates[name] = np.where(odd, NO_DAY, days)
                told = odd & ~_served_earlier()[self.key] if name == "served_on" else odd
                self.odd.append(np.flatnonzero(told))
        for name, days in list(self.dates.items()):
            floor = self.told_dates.get(COLUMN_OF[name].not_before)
            if floor is not None:
                self.dates[name] = np.where((days < floor) & (floor != NO_DAY), NO_DAY, days)

    @property
    def reasoned(self) -> Array:
        """Whether a reason is recorded with each fact."""
        return np.greater_equal(self.reason, 0)

    @property
    def count(self) -> int:
        """How many facts there are."""
        return len(self.on)

    def places(self, mask: Array) -> Array:
        """Return the places of the facts whose key is true in `mask`."""
        return np.flatnonzero(mask.take(self.key))


def event_mask(event: str) -> Array:
    """Return the keys of one event, as a mask."""
    mask: Array = np.equal(event_of(), LEGAL_ORDER[event])
    return mask
