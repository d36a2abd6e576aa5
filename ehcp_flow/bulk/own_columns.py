"""The columns that only some events have: what is refused there, and what is odd."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
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

    `codes` and `texts` are the columns of `OWN`, in that order; what several rows say is made a fact once.
    """
    alike = np.zeros(len(codes[0]), dtype=np.int64)
    for column, each in zip(codes, texts, strict=True):
        alike = distinct(alike * (len(each) + 1) + column + 1)[1]
    some, back = distinct(alike)
    wrong = []
    for kind in np.stack([column[some] for column in codes], axis=1).tolist():
        given = {name: each[code] for name, each, code in zip(OWN, texts, kind, strict=True) if code >= 0}
        try:
            made = make_fact("particular_recorded", case_id="a", on=_SOME_DAY, **given)
        except FactError:
            wrong.append(True)
        else:
            wrong.append(any(getattr(made, name) != text for name, text in given.items()))
    found: Array = np.array(wrong, dtype=bool).take(back)
    return found


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
