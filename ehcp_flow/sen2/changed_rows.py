"""The places and needs of a request in two returns: which of them are the same, and what each says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ehcp_flow.conversion.returns import ReturnRow
from ehcp_flow.sen2.seen_request import PLACES

__all__ = ["TOLD_TOGETHER", "row_told", "same_rows"]

TOLD_TOGETHER: Final = (
    *PLACES, "SENSettingOther", "SENtype", "PlacementRank", "SENtypeRank", "EntryDate", "LeavingDate",
)  # fmt: skip
"""The items of a place or a need that are told in one: which it is, from when to when."""


def _row_key(row: ReturnRow) -> tuple[str, ...]:
    values = row.values
    rank = values.get("PlacementRank") or values.get("SENtypeRank", "")
    return (rank, values.get("EntryDate", ""))


def same_rows(old: Sequence[ReturnRow], new: Sequence[ReturnRow]) -> dict[int, ReturnRow]:
    """Return of each of the new rows, by its identity, the old one that is the same.

    Of several of one rank and first day those that are alike are one before those of the same place, and these before
    the rest.
    """
    found: dict[int, ReturnRow] = {}
    met: set[int] = set()
    for key in (_whole_row, _place_row, _row_key):
        left: dict[object, list[ReturnRow]] = {}
        for row in old:
            if id(row) not in met:
                left.setdefault(key(row), []).append(row)
        for row in new:
            if id(row) not in found and left.get(key(row)):
                found[id(row)] = same = left[key(row)].pop(0)
                met.add(id(same))
    return found


def _whole_row(row: ReturnRow) -> tuple[str, ...]:
    return (*_row_key(row), *(f"{name} {value}" for name, value in sorted(row.values.items())))


def _place_row(row: ReturnRow) -> tuple[str, ...]:
    return (*_row_key(row), *(row.values.get(name, "") for name in (*PLACES, "SENSettingOther", "SENtype")))


def row_told(row: ReturnRow) -> str:
    """Return a place or a need in a few words: which it is, its days, its rank."""
    values = row.values
    place = [values[name] for name in (*PLACES, "SENSettingOther", "SENtype") if values.get(name)]
    days = [
        f"{word} {values[name]}" for word, name in (("from", "EntryDate"), ("to", "LeavingDate")) if values.get(name)
    ]
    rank = values.get("PlacementRank") or values.get("SENtypeRank", "")
    return " ".join((*place, *days, *([f"({rank})"] if rank else [])))
