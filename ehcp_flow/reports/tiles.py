"""The five numbers under the headline figures: who waits, and who was never reviewed."""

from __future__ import annotations

from typing import Any, Final

from ehcp_flow.measures.suppression import HIDDEN
from ehcp_flow.reports.overview import Overview
from ehcp_flow.reports.showing import Showing

__all__ = ["never_shown", "open_key", "waiting_shown"]

_COUNTS: Final = ("open", "open_over_20_weeks", "open_over_52_weeks")
_DEAR: Final = 2


def open_key(name: str) -> tuple[str, str]:
    """Return by what a count of open requests is known: `open`, `open_over_20_weeks`, `open_over_52_weeks`."""
    return ("open requests", name)


def waiting_shown(overview: Overview, showing: Showing) -> tuple[dict[str, Any], int | str]:
    """Return the summary of the open requests, and how many were open for more than 20 weeks a year ago."""
    summary = dict(overview.waiting.summary())
    counts = {name: summary[name] for name in _COUNTS}
    for name in _COUNTS:
        summary[name] = showing.count(open_key(name), counts[name], dear=_DEAR)
    for more, fewer in ((_COUNTS[0], _COUNTS[1]), (_COUNTS[1], _COUNTS[2])):
        rest = showing.unseen(open_key(f"{more} less {fewer}"), counts[more] - counts[fewer])
        showing.adds_up(open_key(more), [open_key(fewer), rest])
    if not showing.all:
        summary["longest_wait_weeks"] = HIDDEN  # it is one child's
    before = showing.count(("open a year ago", "open_over_20_weeks"), overview.waiting_before, dear=_DEAR)
    return summary, before


def never_shown(overview: Overview, showing: Showing) -> dict[str, Any]:
    """Return how many plans were never reviewed, of those that were due once."""
    never = overview.reviewing.never()
    part, whole = never["never_reviewed"], never["plans_due_a_review_once"]
    shown = showing.share(("never reviewed",), part, ("due a review once",), whole, dear=_DEAR)
    return never if shown else dict.fromkeys(never, HIDDEN)
