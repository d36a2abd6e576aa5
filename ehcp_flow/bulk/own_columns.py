"""The columns that only some events have: what is refused there, and what is odd."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from ehcp_flow.bulk.codes import NO_DAY, Array, distinct
from ehcp_flow.errors import FactError
from ehcp_flow.events import events_fault
from ehcp_flow.facts import OWN, make_fact

__all__ = ["broken_particulars", "names_no_events", "not_as_kept"]

_SOME_DAY: Final = dt.date(2026, 1, 15)


def names_no_events(rows: Array, codes: Array, texts: Sequence[str]) -> Array:
    """Return which of some rows hold a text that names no events; a row without any holds none."""
    if not rows.any():
        return rows
    wrong: Array = np.array([*(events_fault(text) is not None for text in texts), False])
    return rows & wrong.take(codes)


def not_as_kept(codes: Sequence[Array], texts: Sequence[list[str]]) -> Array:
    """Return which particulars are refused, or are kept in another way than they are written.

    `codes` and `texts` are the columns of `OWN`, in that order; what several rows say is made a fact once, whatever
    chunk they are of.
    """
    alike = np.zeros(len(codes[0]), dtype=np.int64)
    for column, each in zip(codes, texts, strict=True):
        alike = distinct(alike * (len(each) + 1) + column + 1)[1]
    some, back = distinct(alike)
    # A code of -1, for nothing, takes what stands last.
    known = [[*each, None] for each in texts]
    kinds = np.stack([column[some] for column in codes], axis=1).tolist()
    wrong = [not _is_kept(tuple(each[code] for code, each in zip(kind, known, strict=True))) for kind in kinds]
    found: Array = np.array(wrong, dtype=bool).take(back)
    return found


@lru_cache(maxsize=1 << 12)
def _is_kept(own: tuple[str | None, ...]) -> bool:
    """Return whether a particular is kept as it is written; `own` are its values in the order of `OWN`."""
    given = {name: text for name, text in zip(OWN, own, strict=True) if text is not None}
    try:
        made = make_fact("particular_recorded", case_id="a", on=_SOME_DAY, **given)
    except FactError:
        return False
    return all(getattr(made, name) == text for name, text in given.items())


def broken_particulars(cases: int, case: Array, on: Array, names: Array, ends: Array | None, at: Array) -> Array:
    """Return the cases of which a particular may be a finding: it ends, or another of its name begins on its day.

    `at` says which rows are particulars; of every row are given its case, day, name, and the day on which it ends.
    """
    broken = np.zeros(cases, dtype=bool)
    order = np.flatnonzero(at)
    if ends is not None:
        broken[case[order[ends[order] != NO_DAY]]] = True
    order = order[np.lexsort((on[order], names[order], case[order]))]
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for column in (case, names, on):
        told = column[order]
        same &= told[1:] == told[:-1]
    broken[case[order[1:][same]]] = True
    return broken
