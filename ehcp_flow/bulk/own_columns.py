"""The columns that only some events have: what is refused there, and what holds of many cases on many days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from ehcp_flow.bulk.codes import NO_DAY, Array, as_day
from ehcp_flow.errors import FactError
from ehcp_flow.events import events_fault
from ehcp_flow.facts import OWN, make_fact
from ehcp_flow.measures.dated_values import DatedValues

__all__ = ["broken_particulars", "held_codes", "names_no_events", "not_as_kept"]

_FIRST: Final = as_day(dt.date(1900, 1, 1))
_DAYS: Final = 1 << 18
_SOME_DAY: Final = dt.date(2026, 1, 15)


def names_no_events(codes: Array, texts: Sequence[str]) -> Array:
    """Return which rows hold a text that names no events; a row without any holds none."""
    wrong: Array = np.array([*(events_fault(text) is not None for text in texts), False])
    return wrong.take(codes)


def not_as_kept(codes: Sequence[Array], texts: Sequence[list[str]]) -> Array:
    """Return which particulars are refused, or are kept in another way than they are written.

    `codes` and `texts` are the columns of `OWN`, in that order; what several rows say is made a fact once.
    """
    kinds, back = np.unique(np.stack(codes), axis=1, return_inverse=True)
    wrong = []
    for kind in kinds.T.tolist():
        given = {name: each[code] for name, each, code in zip(OWN, texts, kind, strict=True) if code >= 0}
        try:
            made = make_fact("particular_recorded", case_id="a", on=_SOME_DAY, **given)
        except FactError:
            wrong.append(True)
        else:
            wrong.append(any(getattr(made, name) != text for name, text in given.items()))
    found: Array = np.array(wrong, dtype=bool).take(back.ravel())
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


def held_codes(values: DatedValues, name: str, ids: pl.Series, case: Array, on: Array) -> Array:
    """Return numbers that tell apart what a column is, of cases and days; -1 where nothing is known."""
    codes: dict[str, int] = {}

    def code(value: str | None) -> int:
        return codes.setdefault(value, len(codes)) if value else -1

    spans, labels = values.spans.get(name, {}), values.labels
    of_case: list[int] = []
    begins: list[int] = []
    told: list[int] = []
    for number, case_id in enumerate(ids.to_list()):
        span = spans.get(case_id)
        if span is None:
            points = [(_FIRST, code(labels.get(case_id, {}).get(name)))]
        else:
            points = [(_FIRST, -1)]
            for nth, point in enumerate(span):
                points.append((as_day(point.on), code(point.value)))
                ends = None if point.until is None else as_day(point.until) + 1
                if ends is not None and (nth + 1 == len(span) or ends < as_day(span[nth + 1].on)):
                    points.append((ends, -1))
        of_case += [number] * len(points)
        begins += [begin for begin, _ in points]
        told += [each for _, each in points]
    at = np.searchsorted(_joined(np.array(of_case), np.array(begins)), _joined(case, on), side="right") - 1
    found: Array = np.array(told, dtype=np.int64).take(at)
    return found


def _joined(case: Array, day: Array) -> Array:
    found: Array = case.astype(np.int64) * _DAYS + (day.astype(np.int64) - _FIRST)
    return found
