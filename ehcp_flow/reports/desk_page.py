"""The desk as a page: one HTML file that needs nothing else, to be opened in the morning, printed or sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ehcp_flow.dates import say
from ehcp_flow.deadlines import Deadline
from ehcp_flow.measures import CHANGES, DESK_LISTS, Desk
from ehcp_flow.outputs import Kind
from ehcp_flow.reports.page import generated_by, render
from ehcp_flow.reports.plain_words import capital, day_of, happened

__all__ = ["DESK_PAGE", "desk_page"]

DESK_PAGE: Final = Kind("a page of the desk that ehcp_flow wrote", "desk.html", partial(generated_by, "desk"))
"""A page as `desk_page` gives it."""


@dataclass(frozen=True, slots=True)
class _Line:
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


def desk_page(
    desk: Desk,
    rows: Sequence[Mapping[str, Any]],
    as_of: dt.date,
    *,
    of: str = "",
    days: int = 14,
    columns: Sequence[str] = (),
    since: dt.date | None = None,
) -> str:
    """Return a page of rows that a desk gave on a day, list by list; with `since`, of what changed since that day.

    `of` says whose desk it is, `days` how far ahead it looks, `columns` which further columns are shown. Raises
    LibraryMissing without Jinja2.
    """
    until = as_of + dt.timedelta(days=days)
    heads = (
        {**DESK_LISTS, "due": f"Due by {day_of(until)}"} if since is None else {name: capital(name) for name in CHANGES}
    )
    by = "list" if since is None else "change"
    lists = [
        (name, heading, [_line(row, desk.deadline_of(row), columns) for row in rows if row[by] == name])
        for name, heading in heads.items()
    ]
    return render(
        "desk.html.j2",
        of=of,
        as_of=say(as_of),
        since="" if since is None else say(since),
        cases=desk.cases,
        things=len(rows),
        late=sum(row["status"] == "overdue" for row in rows),
        owned=desk.owner_column is not None,
        columns=[capital(name.replace("_", " ")) for name in columns],
        lists=[each for each in lists if each[2]],
    )


def _line(row: Mapping[str, Any], deadline: Deadline | None, columns: Sequence[str]) -> _Line:
    left = row["days_left"]
    late = left is not None and left < 0
    days = "" if left is None else f"{abs(left):,} day{'' if abs(left) == 1 else 's'}"
    far = "" if left is None else "today" if left == 0 else f"{days} over" if late else f"in {days}"
    began = "" if deadline is None else f"{capital(happened(deadline.derivation.start))}, {day_of(deadline.starts_on)}."
    return _Line(
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
