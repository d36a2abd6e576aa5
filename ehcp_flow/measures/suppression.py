"""Small numbers hidden for publication, and others with them, so that no hidden one can be worked out.

A count from 1 to one less than the threshold is small. What is published are cells, and relations between them: a total
and the parts that add up to it. Some cells are never printed and can still be worked out (the rest of a percentage, the
plans that two versions differ by): a small one of those must not follow from what is printed either. Cells are hidden,
the one that is missed least first, until no small count follows from the relations, neither by solving them nor by
their bounds: no count is negative, and what is printed as hidden is not nothing. Nor must a hidden percentage follow:
where it is of nothing, or of all, that nothing is hidden too. What was hidden on the way and follows all the same from
what is printed is shown: it hides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import inf
from typing import Final, Generic, TypeAlias, TypeVar

__all__ = ["HIDDEN", "Relation", "hidden_cells"]

K = TypeVar("K", bound=Hashable)
Relation: TypeAlias = tuple[K, Sequence[K]]
_Row: TypeAlias = dict[K, Fraction]

HIDDEN: Final = "c"
"""What stands where a small number is hidden, as in the Department's tables."""
_MOST_ROUNDS: Final = 30


def hidden_cells(
    values: Mapping[K, int],
    relations: Iterable[Relation[K]],
    least: int,
    *,
    unseen: Collection[K] = (),
    nothing: Collection[K] = (),
    dear: Mapping[K, int] | None = None,
    shares: Iterable[tuple[K, K, K]] = (),
) -> frozenset[K]:
    """Return the cells to hide, of `values`, below `least`; each relation is a total and the parts that add up to it.

    `shares` are the percentages that are printed: what each is of, its whole, and the rest. `unseen` are cells that are
    not printed, and `nothing` those of them that are 0 and that whoever reads takes to be. Of the cells that are
    printed those with a lower number in `dear` (0 without one), and among them the smallest, are hidden first. With
    `least` 0 or 1 nothing is hidden.
    """
    small = {key for key, value in values.items() if 0 < value < least}
    if not small:
        return frozenset()
    sums = [(total, *(part for part in parts if part not in nothing)) for total, parts in relations]
    sums = [cells for cells in sums if cells[0] not in nothing]
    hidden = {*small, *unseen}
    solver = _Solver(values, sums, frozenset(unseen))
    prices = dear or {}
    kept, told = set(small), list(shares)
    while True:
        while leaks := solver.leaks(hidden, kept):
            # The key decides between equals, so that the same figures are hidden every time.
            hidden.update(min(leak, key=lambda key: (prices.get(key, 0), values[key], repr(key))) for leak in leaks)
        # A share of nothing, or of all, would be told by the nothing beside it: 0 of a hidden whole is 0 per cent.
        secret = hidden.difference(unseen) | small
        telling = {key for part, whole, rest in told if secret & {part, whole, rest} for key in (part, rest)}
        telling = {key for key in telling if values[key] == 0} - kept
        if not telling:
            return frozenset(secret - (solver.following(hidden) - kept))
        kept |= telling
        hidden |= telling


class _Solver(Generic[K]):
    """What a reader can work out: `sums` are totals followed by their parts."""

    def __init__(self, values: Mapping[K, int], sums: Sequence[tuple[K, ...]], unseen: frozenset[K]) -> None:
        self._values = values
        self._sums = sums
        self._unseen = unseen
        self._tight: set[tuple[tuple[int, ...], frozenset[K]]] = set()

    def leaks(self, hidden: Collection[K], small: Collection[K]) -> list[set[K]]:
        """Return, for each group of relations that gives a small cell away, the cells that show and do so."""
        found = []
        for group in self._groups(hidden):
            closed = (tuple(group), frozenset(key for at in group for key in self._sums[at] if key in hidden))
            if closed in self._tight:
                continue
            leak = self._leak(group, hidden, small)
            if leak:
                found.append(leak)
            else:
                self._tight.add(closed)
        return found

    def following(self, hidden: Collection[K]) -> set[K]:
        """Return the cells that are hidden and have one value left."""
        groups = list(self._groups(hidden))
        return {key for group in groups for search in (self._solved, self._bounded) for key, _ in search(group, hidden)}

    def _leak(self, group: list[int], hidden: Collection[K], small: Collection[K]) -> set[K]:
        for search in (self._solved, self._bounded):
            for key, used in search(group, hidden):
                showing = self._showing(used, hidden) or self._showing(group, hidden) if key in small else None
                if showing:
                    return showing
        return set()

    def _groups(self, hidden: Collection[K]) -> Iterator[list[int]]:
        """Yield the relations that hang together by what is hidden in them."""
        by_cell: dict[K, list[int]] = defaultdict(list)
        for at, cells in enumerate(self._sums):
            for key in cells:
                if key in hidden:
                    by_cell[key].append(at)
        left = {at for places in by_cell.values() for at in places}
        while left:
            group, ahead = [], [min(left)]
            left.discard(ahead[0])
            while ahead:
                at = ahead.pop()
                group.append(at)
                near = {one for key in self._sums[at] if key in hidden for one in by_cell[key]} & left
                left -= near
                ahead.extend(near)
            yield sorted(group)

    def _showing(self, group: Iterable[int], hidden: Collection[K]) -> set[K]:
        showing = {key for at in group for key in self._sums[at] if key not in hidden}
        return {key for key in showing if self._values[key]} or showing

    def _solved(self, group: Sequence[int], hidden: Collection[K]) -> Iterator[tuple[K, list[int]]]:
        """Yield what follows by solving the relations, with those that it takes."""
        rows: list[tuple[_Row[K], set[int]]] = []
        for at in group:
            total, *parts = self._sums[at]
            row: _Row[K] = defaultdict(Fraction)
            for sign, keys in ((1, [total]), (-1, parts)):
                for key in keys:
                    if key in hidden:
                        row[key] += sign
            used = {at}
            for known, made_of in rows:
                pivot = next(iter(known))
                if row.get(pivot):
                    used |= made_of
                    _subtract(row, known, row[pivot])
            row = {key: factor for key, factor in row.items() if factor}
            if not row:
                continue
            pivot = min(row, key=repr)
            row = {pivot: Fraction(1), **{key: factor / row[pivot] for key, factor in row.items() if key != pivot}}
            for known, made_of in rows:
                if known.get(pivot):
                    made_of.update(used)
                    _subtract(known, row, known[pivot])
            rows.append((row, used))
        for row, used in rows:
            if len(row) == 1:
                yield next(iter(row)), sorted(used)

    def _bounded(self, group: Sequence[int], hidden: Collection[K]) -> Iterator[tuple[K, list[int]]]:
        """Yield what has but one value left between its bounds, with the relations that it stands in."""
        bounds: dict[K, tuple[float, float]] = {}
        for at in group:
            for key in self._sums[at]:
                value = self._values[key]
                least = 0 if key in self._unseen or value == 0 else 1
                bounds[key] = (least, inf) if key in hidden else (value, value)
        for _ in range(_MOST_ROUNDS):
            changed = [self._narrow(self._sums[at], bounds) for at in group]
            if True not in changed:
                break
        for key, (low, high) in bounds.items():
            if key in hidden and low == high:
                yield key, [at for at in group if key in self._sums[at]]

    def _narrow(self, cells: tuple[K, ...], bounds: dict[K, tuple[float, float]]) -> bool:
        """Draw the bounds of a total and its parts together; return whether one has changed."""
        total, *parts = cells
        changed = False
        for key in cells:
            lows = sum(bounds[part][0] for part in parts if part != key)
            highs = sum(bounds[part][1] for part in parts if part != key)
            low, high = (lows, highs) if key == total else (bounds[total][0] - highs, bounds[total][1] - lows)
            narrower = max(bounds[key][0], low), min(bounds[key][1], high)
            changed = changed or narrower != bounds[key]
            bounds[key] = narrower
        return changed


def _subtract(row: _Row[K], other: _Row[K], times: Fraction) -> None:
    """Take a multiple of one row from another; what becomes nothing is left out, but the first of a row stays first."""
    for key, factor in other.items():
        left = row.get(key, Fraction(0)) - times * factor
        if left:
            row[key] = left
        else:
            row.pop(key, None)
