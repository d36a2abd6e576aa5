"""Small numbers hidden for publication, and others with them, so that no hidden one can be worked out from a sum.

A count from 1 to one less than the threshold is hidden; nothing and the threshold itself are not. Where a total and all
but one of its parts would show, the smallest part that shows is hidden too, and so on until no sum gives one away.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar

__all__ = ["HIDDEN", "Relation", "hidden_cells"]

K = TypeVar("K", bound=Hashable)
Relation: TypeAlias = tuple[K, Sequence[K]]

HIDDEN: Final = "c"
"""What stands where a small number is hidden, as in the Department's tables."""


def hidden_cells(values: Mapping[K, int], relations: Iterable[Relation[K]], least: int) -> frozenset[K]:
    """Return the cells to hide, of `values`, below `least`; each relation is a total and the parts that add up to it.

    No relation is left with exactly one hidden cell that is not nothing. With `least` 0 or 1 nothing is hidden.
    """
    hidden = {key for key, value in values.items() if 0 < value < least}
    sums = [(total, *parts) for total, parts in relations]
    changed = bool(hidden)
    while changed:
        changed = False
        for cells in sums:
            if sum(key in hidden for key in cells) != 1:
                continue
            showing = [key for key in cells if key not in hidden and values[key]]
            if showing:
                # The total is as good as a part; the smallest loses least, and the key decides between equals.
                hidden.add(min(showing, key=lambda key: (values[key], repr(key))))
                changed = True
    return frozenset(hidden)
