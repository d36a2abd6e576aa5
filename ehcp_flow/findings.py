"""A finding: something about a case's record that a person should look at. It is never a breach."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ehcp_flow.facts import Fact

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, on which case and day, and what would put it right.

    `code` is a stable name for programs; `message` and `remedy` are sentences for people; `fact` is the fact that
    gave rise to it, and `limit` the time limit that it is about, where there is one.
    """

    code: str
    case_id: str
    on: dt.date | None
    message: str
    remedy: str = ""
    fact: Fact | None = None
    limit: str | None = None

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message
