"""The facts of many whole cases as columns, in the order of the law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ehcp_flow.bulk.codes import KEYS, NO_DAY, Array, as_day, event_of
from ehcp_flow.facts import COLUMN_OF, FACT_TYPES, LEGAL_ORDER, Side
from ehcp_flow.vocabulary import per_vocabulary

__all__ = ["FactColumns", "event_mask", "far", "misplaced"]


@per_vocabulary
def _served_earlier() -> Array:
    """Return of each key whether such a fact may have been served before its day."""
    return np.array([not FACT_TYPES[event].served_later for event, _ in KEYS])


def misplaced(name: str, days: Array, on: Array) -> Array:
    """Return which days of a column lie on the wrong side of `on`, as `Column.wrong` says it of one."""
    side = COLUMN_OF[name].side
    if side is Side.EITHER:
        return np.zeros(len(days), dtype=bool)
    wrong: Array = (days != NO_DAY) & ((days < on) if side is Side.NOT_BEFORE else (days > on))
    return wrong


def far(name: str, days: Array, on: Array) -> Array:
    """Return which days of a column lie too far away to be believed, as `Column.far` says it of one."""
    column = COLUMN_OF[name]
    beyond = np.zeros(len(days), dtype=bool)
    if column.within is not None:
        beyond |= np.abs(days.astype(np.int64) - on) > column.within
    if column.since is not None:
        beyond |= days < as_day(column.since)
    found: Array = beyond & (days != NO_DAY) & ~misplaced(name, days, on)
    return found


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
    the day, `days_ahead` those in which a further day of a fact that counts comes after it.
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
    days_ahead: Array

    def __post_init__(self) -> None:
        bounds = np.zeros(self.cases + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.case, minlength=self.cases), out=bounds[1:])
        self.bounds = bounds
        self.odd: list[Array] = []
        self._leave_out_odd_dates()

    def _leave_out_odd_dates(self) -> None:
        """Leave out dates that are not believed, as `Fact.day` does; `odd` are those to be told of for their side."""
        self.served_as_told = self.dates.get("served_on")
        self.dates = dict(self.dates)
        for name, days in list(self.dates.items()):
            wrong = misplaced(name, days, self.on)
            left_out = wrong | far(name, days, self.on)
            if left_out.any():
                self.dates[name] = np.where(left_out, NO_DAY, days)
                told = wrong & ~_served_earlier()[self.key] if name == "served_on" else wrong
                self.odd.append(np.flatnonzero(told))
        for name, days in list(self.dates.items()):
            floor = self.dates.get(COLUMN_OF[name].not_before)
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
