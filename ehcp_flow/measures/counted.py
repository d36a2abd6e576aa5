"""One count: that a case stands in a column, and by which day."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

__all__ = ["Counted"]


class Counted(NamedTuple):
    """That a case counts once in a column, by an act of a day.

    `days` is what a mean or median is taken of, `party` the adviser that the act is of.
    """

    column: str
    on: dt.date
    days: int = 0
    party: str = ""
