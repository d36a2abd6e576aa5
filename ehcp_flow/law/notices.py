"""The notices that decisions must carry: whom to tell, what to say, by when, each with its source."""

from __future__ import annotations

import datetime as dt

from ehcp_flow.law.checklist import Notice
from ehcp_flow.law.loader import law_given
from ehcp_flow.law.model import Rulebook
from ehcp_flow.law.patterns import matches, parse_pattern

__all__ = ["notices"]


def notices(
    event: str, outcome: str | None = None, on: dt.date | None = None, *, rulebook: Rulebook | None = None
) -> tuple[Notice, ...]:
    """Return the checklist of each notice that a decision must carry, such as `notices("plan_refused")`.

    `on` is the day of the decision: what a notice did not have to contain by then is left out. Without it everything
    that the law asks for today is given. Without `outcome` the notices of every outcome are given. Raises ValueError
    for an event or an outcome that does not exist.
    """
    asked = parse_pattern(event if outcome is None else f"{event}:{outcome}")
    book = law_given(rulebook)
    found = (
        notice
        for notice in book.notices
        if matches(notice.on, asked.event, asked.outcome)
        or (asked.outcome is None and any(pattern.event == asked.event for pattern in notice.on))
    )
    return tuple(_as_on(notice, on) for notice in found)


def _as_on(notice: Notice, on: dt.date | None) -> Notice:
    if on is None:
        return notice
    contains = tuple(item for item in notice.contains if item.since is None or item.since <= on)
    return notice.model_copy(update={"contains": contains})
