"""The numbers that stand for names and days in columns.

A day is the number of days since 1 January 1970; a fact's event and outcome together are one small number, its *key*
(`ehcp_flow.vocabulary`); the numbers of events sort as the law does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from ehcp_flow.engine.numbers import KEY_OF, KEYS, NO_DAY, as_date, as_day
from ehcp_flow.facts import FACT_TYPES, LEGAL_ORDER
from ehcp_flow.vocabulary import per_vocabulary

__all__ = [
    "KEYS",
    "KEY_OF",
    "NO_DAY",
    "Array",
    "as_date",
    "as_day",
    "distinct",
    "event_of",
    "events",
    "in_order",
    "numbered",
    "prospective",
    "words_of_outcomes",
]

Array: TypeAlias = npt.NDArray[Any]

PARTICULAR: Final = KEY_OF["particular_recorded", None]
"""The key of what holds of a case and moves nothing."""

_TABLE: Final = 1 << 22
"""Up to which number it is cheaper to look numbers up in a table than to sort them."""
# Polars keeps for good what it first took for a date: shown one now, no frozen clock misleads it later.
pl.Series([dt.date(1970, 1, 1)])


@per_vocabulary
def events() -> Sequence[str]:
    """Return the events, by their numbers."""
    return tuple(LEGAL_ORDER)


@per_vocabulary
def event_of() -> Array:
    """Return the number of the event of each key."""
    return np.array([LEGAL_ORDER[event] for event, _ in KEYS], dtype=np.int64)


@per_vocabulary
def prospective() -> Array:
    """Return of each key whether the day of such a fact may lie ahead."""
    return np.array([FACT_TYPES[event].prospective for event, _ in KEYS], dtype=bool)


@per_vocabulary
def words_of_outcomes() -> Array:
    """Return numbers of each key that sort as its outcome does: -1 for none."""
    words = sorted({outcome for _, outcome in KEYS if outcome is not None})
    return np.array([-1 if outcome is None else words.index(outcome) for _, outcome in KEYS], dtype=np.int64)


def distinct(numbers: Array) -> tuple[Array, Array]:
    """Return where each distinct number, none below 0, stands first, and which of them stands at each place."""
    most = int(numbers.max(initial=0))
    if most > _TABLE:
        _, first, which = np.unique(numbers, return_index=True, return_inverse=True)
        return first, which
    rank = np.cumsum(np.bincount(numbers, minlength=most + 1) > 0) - 1
    which = rank.take(numbers)
    first = np.zeros(int(rank[-1]) + 1 if len(numbers) else 0, dtype=np.int64)
    first[which[::-1]] = np.arange(len(numbers))[::-1]
    return first, which


def in_order(numbers: Array) -> tuple[Array, Array]:
    """Return numbers, none below 0, sorted, and where each stood; equal ones in the order in which they stood."""
    bits = max(len(numbers) - 1, 0).bit_length()
    if int(numbers.max(initial=0)) >> (63 - bits):
        places = np.argsort(numbers, kind="stable")
        return numbers[places], places
    # Sorting numbers is several times faster than sorting places by numbers.
    both = np.sort((numbers << bits) | np.arange(len(numbers)))
    return both >> bits, both & ((1 << bits) - 1)


def numbered(case_ids: pl.Series) -> tuple[Array, pl.Series]:
    """Return the number of each row's case, and the ids; the rows of a case stand together."""
    if not len(case_ids):
        return np.zeros(0, dtype=np.int32), case_ids
    case = case_ids.rle_id().cast(pl.Int32).to_numpy()
    first = np.append(0, np.flatnonzero(case[1:] != case[:-1]) + 1)
    return case, case_ids.gather(pl.Series(first.astype(np.uint32)))
