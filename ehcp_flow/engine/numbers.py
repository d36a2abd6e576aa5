"""The numbers that stand for facts and days: a key for each event and outcome, and days counted from 1 January 1970."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final

from ehcp_flow.engine.kernel import NO_DAY
from ehcp_flow.vocabulary import KEY_OF, KEYS, Key

__all__ = ["EPOCH", "KEYS", "KEY_OF", "NO_DAY", "Key", "as_date", "as_day"]

EPOCH: Final = dt.date(1970, 1, 1).toordinal()
# Bound now: a frozen clock must not put its make-believe dates into answers.
_from_ordinal: Final = dt.date.fromordinal


def as_day(day: dt.date) -> int:
    """Return the number of a day."""
    return day.toordinal() - EPOCH


@lru_cache(maxsize=1 << 16)
def as_date(day: int) -> dt.date:
    """Return the day of a number."""
    return _from_ordinal(day + EPOCH)
