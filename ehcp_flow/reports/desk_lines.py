"""A row of the desk as a page shows it: what to do, by when, how far off that is, why, and by what law."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ehcp_flow.deadlines import Deadline
from ehcp_flow.nouns import count
from ehcp_flow.reports.plain_words import capital, day_of, happened

__all__ = ["DeskLine", "desk_line"]


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A row as it is shown: the day, how far off it is, what to do, why, by what law, and the case."""

    day: str
    far: str
    late: bool
    what: str
    why: str
    law: str
    case_id: str
    owner: str
    further: Sequence[str]


def desk_line(row: Mapping[str, Any], deadline: Deadline | None, columns: Sequence[str] = ()) -> DeskLine:
    """Return a row of the desk as it is shown; `deadline` is what it is of, `columns` are further ones of the row."""
    left = row["days_left"]
    late = left is not None and left < 0
    days = "" if left is None else count(abs(left), "day")
    far = "" if left is None else "today" if left == 0 else f"{days} over" if late else f"in {days}"
    began = ""
    if deadline is not None:
        began = f"{capital(happened(deadline.derivation.start))}, {deadline.derivation.began(day_of)}."
    return DeskLine(
        day="" if row["due_on"] is None else day_of(dt.date.fromisoformat(row["due_on"])),
        far=far,
        late=late,
        what=row["what"],
        why=began,
        law=row["citation"] or "",
        case_id=row["case_id"],
        owner=row["owner"] or "",
        further=[str(row.get(name) or "") for name in columns],
    )
