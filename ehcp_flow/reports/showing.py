"""What may be shown: everything, or, for publication, only what small numbers cannot be worked out from.

The page is gone through twice. The first time every figure on it is noted, with what adds up to what: in one table, and
from one to another. Then it is settled which are hidden, all together, and the second time they are. Whoever reads a
percentage is taken to know what it is a percentage of.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

from ehcp_flow.measures import MeasureTable, catalogue
from ehcp_flow.measures.publishing import cells_of, related, shares_of, taken_for_nothing
from ehcp_flow.measures.suppression import HIDDEN, Relation, hidden_cells

__all__ = ["Key", "Showing"]

Key: TypeAlias = tuple[Any, ...]
_REST: Final = "the rest"
_DAY: Final = dt.timedelta(days=1)


class Showing:
    """Hides small counts where `least` is more than 1; else everything passes as it is.

    `settle` ends the first time and begins the second. A figure is known by its key: the same count has the same key
    wherever it stands.
    """

    def __init__(self, least: int = 0) -> None:
        self.least = least
        self._values: dict[Key, int] = {}
        self._sums: list[Relation[Key]] = []
        self._printed: set[Key] = set()
        self._dear: dict[Key, int] = {}
        self._shares: list[tuple[Key, Key, Key]] = []
        self._rows: set[tuple[dt.date, dt.date]] = set()
        self._nothing: set[Key] = set()
        self._hidden: frozenset[Key] | None = frozenset() if self.all else None

    @property
    def all(self) -> bool:
        """Whether nothing is hidden."""
        return self.least <= 1

    def count(self, key: Key, value: int, *, dear: int = 0) -> int | str:
        """Return a count, or `c`. Those that are less dear are hidden first, where there is a choice."""
        self._note(key, value, dear)
        return value if self.shows(key) else HIDDEN

    def unseen(self, key: Key, value: int) -> Key:
        """Note a count that is not printed and can follow from others; return its key."""
        if self._hidden is None:
            self._values[key] = value
        return key

    def adds_up(self, total: Key, parts: Iterable[Key]) -> None:
        """Note that parts add up to a total; every one of them has to be noted too."""
        if self._hidden is None:
            self._sums.append((total, list(parts)))

    def share(self, part: Key, value: int, whole: Key, of: int, *, dear: int = 0) -> bool:
        """Return whether a percentage of `value` in `of` may be shown."""
        self._note(part, value, dear)
        self._note(whole, of, dear)
        rest = self.unseen((*whole, _REST, *part), of - value)
        self.adds_up(whole, [part, rest])
        self._tells((part, whole, rest))
        return self.shows(part, whole, rest)

    def measured(self, table: MeasureTable, place: int, name: str, *, dear: int = 0) -> bool:
        """Return whether a percentage of a row of measures may be shown; the row is of one period, of all cases."""
        period = table.periods[place]
        span = (period.start, period.end)
        cells = cells_of(catalogue().columns[name])
        if self._hidden is None:
            values, relations = related(table.counts(place))
            if span not in self._rows:
                self._rows.add(span)
                self._values.update({(cell, *span): value for cell, value in values.items()})
                self._sums += [((total, *span), [(part, *span) for part in parts]) for total, parts in relations]
                self._nothing |= {(cell, *span) for cell in taken_for_nothing(values, ())}
            for cell in cells[:2]:
                self._note((cell, *span), values[cell], dear)
            for base, total, rest in shares_of([catalogue().columns[name]]):
                self._tells(((base, *span), (total, *span), (rest, *span)))
        return self.shows(*((cell, *span) for cell in cells))

    def shows(self, *keys: Key) -> bool:
        """Return whether all of these are shown; as long as nothing is settled, everything is."""
        return self._hidden is None or self._hidden.isdisjoint(keys)

    def settle(self) -> None:
        """Settle what is hidden: from here on, figures are as they are shown."""
        if self._hidden is None:
            sums = [*self._sums, *self._over_time()]
            unseen = self._values.keys() - self._printed
            self._hidden = hidden_cells(
                self._values,
                sums,
                self.least,
                unseen=unseen,
                nothing=self._nothing - self._printed,
                dear=self._dear,
                shares=self._shares,
            )

    def _tells(self, share: tuple[Key, Key, Key]) -> None:
        if self._hidden is None:
            self._shares.append(share)

    def _note(self, key: Key, value: int, dear: int) -> None:
        if self._hidden is None:
            self._values[key] = value
            self._printed.add(key)
            self._dear[key] = max(dear, self._dear.get(key, 0))

    def _over_time(self) -> Iterable[Relation[Key]]:
        """Yield each count of a period that shorter ones add up to: four quarters to a year."""
        by_name: dict[Any, list[Key]] = defaultdict(list)
        for key in self._values:
            if len(key) == _LENGTH and isinstance(key[1], dt.date):
                by_name[key[0]].append(key)
        for keys in by_name.values():
            for total in keys:
                shorter = [key for key in keys if key != total and total[1] <= key[1] and key[2] <= total[2]]
                parts = _tiling(total, shorter)
                # Stock, and what had become of a cohort, do not add up over time; acts do.
                if parts and self._values[total] == sum(self._values[part] for part in parts):
                    yield total, parts


_LENGTH: Final = 3
"""How many parts the key of a measured count has: its name, and the first and last day of its period."""


def _tiling(total: Key, shorter: Sequence[Key]) -> list[Key]:
    """Return the periods that follow one another from the first day of `total` to its last, or nothing."""
    parts: list[Key] = []
    start = total[1]
    while start <= total[2]:
        following = min((key for key in shorter if key[1] == start), key=lambda key: key[2], default=None)
        if following is None:
            return []
        parts.append(following)
        start = following[2] + _DAY
    return parts
