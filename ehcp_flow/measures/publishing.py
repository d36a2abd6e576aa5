"""How the counts of one row of measures hang together, and which of its columns may be published."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from ehcp_flow.errors import RangeError
from ehcp_flow.measures.catalogue import Catalogue, MeasureColumn, catalogue
from ehcp_flow.measures.suppression import Relation, hidden_cells

__all__ = ["cells_of", "hidden_columns", "related", "shares_of", "taken_for_nothing"]

_FEWEST_FOR_A_MEAN: Final = 2
"""How many times the smallest count a mean is taken of: the mean of a handful is nearly each of them."""


def related(counts: Mapping[str, int], known: Catalogue | None = None) -> tuple[dict[str, int], list[Relation[str]]]:
    """Return every count of a row, with what follows from it, and the relations between them.

    `counts` has every count column of the catalogue (`known`, else that of the law) by its plain name; what is added to
    it are the rests of the catalogue's sums, and the whole and the rest of each percentage.
    """
    known = known or catalogue()
    values = dict(counts)
    relations: list[Relation[str]] = []
    for each in known.sums:
        parts = list(each.parts)
        if each.rest:
            values[each.rest] = values[each.total] - sum(values[part] for part in parts)
            parts.append(each.rest)
        relations.append((each.total, parts))
    for column in known.columns.values():
        if column.kind == "percent":
            base, whole, rest = cells_of(column)
            values[whole] = sum(values[name] for name in column.over)
            values[rest] = values[whole] - values[base]
            relations.append((whole, [base, rest]))
            if len(column.over) > 1:
                relations.append((whole, list(column.over)))
    return values, relations


def cells_of(column: MeasureColumn) -> tuple[str, ...]:
    """Return the cells that a column tells of: a count itself; of a percentage its base, the whole and the rest."""
    if column.kind == "count":
        return (column.name,)
    if column.kind != "percent":
        return (column.base,)
    whole = " + ".join(column.over)
    return column.base, whole, f"{whole} less {column.base}"


def taken_for_nothing(values: Mapping[str, int], seen: Collection[str], known: Catalogue | None = None) -> set[str]:
    """Return the cells that nobody sees and everybody takes for nothing, and rightly: see `Catalogue.rare`."""
    return {name for name in (known or catalogue()).rare if name not in seen and values[name] == 0}


def shares_of(columns: Iterable[MeasureColumn]) -> list[tuple[str, str, str]]:
    """Return, of each percentage among columns, the cells that tell it: its base, its whole and the rest."""
    told = (cells_of(column) for column in columns if column.kind == "percent")
    return [(base, whole, rest) for base, whole, rest in told]


def hidden_columns(
    counts: Mapping[str, int], columns: Iterable[MeasureColumn], least: int, known: Catalogue | None = None
) -> frozenset[str]:
    """Return the names of those of `columns`, all printed in one row of a catalogue, that have to be hidden.

    Whoever reads a percentage is taken to know what it is a percentage of. Raises RangeError for a negative `least`.
    """
    RangeError.unless(least >= 0, "suppress", least, "it is the smallest count that may be shown, or 0 to show all")
    printed = list(columns)
    values, relations = related(counts, known)
    # The rest of a percentage is not printed: it follows.
    seen = {cell for column in printed for cell in cells_of(column)[:2]}
    unseen = values.keys() - seen
    nothing = taken_for_nothing(values, seen, known)
    hidden = hidden_cells(values, relations, least, unseen=unseen, nothing=nothing, shares=shares_of(printed))
    few = {
        column.name
        for column in printed
        if column.kind in ("mean", "median") and 0 < values[column.base] < _FEWEST_FOR_A_MEAN * least
    }
    return frozenset(few.union(column.name for column in printed if not hidden.isdisjoint(cells_of(column))))
