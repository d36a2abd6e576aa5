"""The next day on which anything that is said of a case comes out otherwise, though nobody records anything.

So a host need not ask day by day: it tells what there is to tell, and sleeps until then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ehcp_flow.answers import Answer, answer
from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.dates import LAST_YEAR, MonthOnly
from ehcp_flow.engine.asked_day import days_unchanged
from ehcp_flow.engine.earliest_days import facts_on_other_days
from ehcp_flow.law.model import Rulebook
from ehcp_flow.moves.replay import as_of_day

__all__ = ["next_change"]


def next_change(
    case: Case,
    after: dt.date | str | None = None,
    *,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> dt.date | None:
    """Return the first day after `after` (today if not given) on which `answer` is another one; None if it never is.

    A deadline that falls due, falls away or begins, a protected time that ends, a fact whose day comes, a finding that
    arises, a state that changes: all that `answer` says counts, but how many days a deadline is over, which is another
    number each day, and the wording of findings. Nothing is recorded meanwhile. Raises DateError if `after` is no date,
    and CalendarError where a day has to be counted that the calendars do not reach.
    """
    day = as_of_day(after)
    found = answer(case, day, rulebook=rulebook, calendars=calendars)
    before = _said(found)
    while (ahead := min(_days_to_look_at(found), default=None)) is not None:
        day = dt.date.fromordinal(ahead)
        if day.year > LAST_YEAR:
            break
        found = answer(case, day, rulebook=rulebook, calendars=calendars)
        if _said(found) != before:
            return day
    return None


def _days_to_look_at(found: Answer) -> Iterator[int]:
    """Yield later days, by their ordinals: before the first of them the answer is the same."""
    judged, asked = found.judged, found.as_of.toordinal()
    for facts in (judged.facts, *facts_on_other_days(judged)):
        same_for = days_unchanged(facts, judged.as_of, judged.book, judged.calendars)
        if same_for is not None:
            yield asked + same_for
    # Which facts count, and what is asked about a date that one of them names, hangs on their own days.
    for day in _days_named(found.case):
        for ordinal in (day.toordinal(), day.toordinal() + 1):
            if ordinal > asked:
                yield ordinal


def _days_named(case: Case) -> Iterator[dt.date]:
    for fact in (*case.recorded, *case.facts):
        yield from (day for name in ("on", *fact.further_days) if (day := fact.__dict__[name]) is not None)
        if isinstance(fact.on, MonthOnly):
            yield fact.on.earliest


def _said(found: Answer) -> dict[str, Any]:
    """Return what an answer says, but what is another each day."""
    said = found.as_dict()
    said["as_of"] = said["state"]["as_of"] = None
    for deadline in said["deadlines"]:
        del deadline["days_over"]
    for finding in said["findings"]:
        del finding["message"]
    return said
