"""The numbers that stand for facts and days: a key for each event and outcome, and days counted from 1 January 1970."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from ehcp_flow.engine.kernel import NO_DAY
from ehcp_flow.facts import FACT_TYPES, outcomes_of

__all__ = ["KEYS", "KEY_OF", "NO_DAY", "Key", "as_date", "as_day"]

Key: TypeAlias = tuple[str, str | None]
"""A fact's event and outcome."""

KEYS: Final[tuple[Key, ...]] = tuple((event, outcome) for event in FACT_TYPES for outcome in outcomes_of(event))
KEY_OF: Final[Mapping[Key, int]] = {key: number for number, key in enumerate(KEYS)}
"""A small number for each event and outcome, in the order in which facts of one day can lawfully happen."""

_EPOCH: Final = dt.date(1970, 1, 1).toordinal()
# Bound now: a frozen clock must not put its make-believe dates into answers.
_from_ordinal: Final = dt.date.fromordinal


def as_day(day: dt.date) -> int:
    """Return the number of a day."""
    return day.toordinal() - _EPOCH


@lru_cache(maxsize=1 << 16)
def as_date(day: int) -> dt.date:
    """Return the day of a number."""
    return _from_ordinal(day + _EPOCH)
