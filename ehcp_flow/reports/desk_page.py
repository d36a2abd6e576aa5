"""The desk as a page: one HTML file that needs nothing else, to be opened in the morning, printed or sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from ehcp_flow.dates import say
from ehcp_flow.measures import CHANGES, DESK_LISTS, Desk
from ehcp_flow.outputs import Kind
from ehcp_flow.reports.desk_lines import desk_line
from ehcp_flow.reports.page import generated_by, render
from ehcp_flow.reports.plain_words import capital, day_of

__all__ = ["DESK_PAGE", "desk_page"]

DESK_PAGE: Final = Kind("a page of the desk that ehcp_flow wrote", "desk.html", partial(generated_by, "desk"))
"""A page as `desk_page` gives it."""


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
        (name, heading, [desk_line(row, desk.deadline_of(row), columns) for row in rows if row[by] == name])
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
