"""A list as a page: one HTML file that needs nothing else, a sheet of paper for each owner or school of whom it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from ehcp_flow.dates import say
from ehcp_flow.reports.lists import head_of
from ehcp_flow.reports.page import render

__all__ = ["list_page"]


def list_page(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], as_of: dt.date, *, title: str, says: str, by: str = ""
) -> str:
    """Return a page of the rows of a register or a table, as known on a day.

    With `by`, a column by which the rows stand in order, what is told of each of its values is a table, and a sheet of
    paper, of its own. Raises LibraryMissing without Jinja2.
    """
    shown = [name for name in columns if name != by]
    parts = [(name, list(part)) for name, part in groupby(rows, lambda row: str(row[by]) if by else "")]
    return render(
        "list.html.j2",
        title=title,
        says=says,
        as_of=say(as_of),
        many=len(rows),
        heads=[head_of(name) for name in shown],
        parts=[(name, [[row.get(column) for column in shown] for row in part]) for name, part in parts],
    )
