"""What was not finished on a day: requests still open, and reviews whose meeting is long past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from dateutil.relativedelta import relativedelta

from ehcp_flow.deadlines import Deadline
from ehcp_flow.measures.counted import Counted
from ehcp_flow.measures.periods import Period
from ehcp_flow.measures.story import Story

__all__ = ["MONTHS", "OVER", "WEEK", "incomplete_reviews", "last_decision_due", "longest_ago", "open_requests"]

OVER: Final = ((20, "requests_open_over_20_weeks"), (52, "requests_open_over_52_weeks"))
MONTHS: Final = ((6, "reviews_incomplete_6_months"), (12, "reviews_incomplete_12_months"),
                  (24, "reviews_incomplete_24_months"))  # fmt: skip
WEEK: Final = 7


def open_requests(story: Story, period: Period) -> Iterator[Counted]:
    """Count the requests that were open at the end of the period, and those that had been for 20 and 52 weeks."""
    day = min(period.end, story.as_of)
    for request in story.requests:
        if request.received > day or (request.ended is not None and request.ended <= day):
            continue
        days = (day - request.received).days
        yield Counted("requests_open", day, days)
        for weeks, column in OVER:
            if days > weeks * WEEK:
                yield Counted(column, day, days)


def incomplete_reviews(story: Story, period: Period) -> Iterator[Counted]:
    """Count the plans held at the end of the period whose last review meeting has not led to its end."""
    day = min(period.end, story.as_of)
    decision = last_decision_due(story, day)
    if decision is None or not story.holds_plan(day) or _finished(story, decision, day):
        return
    met = decision.starts_on
    yield Counted("reviews_incomplete", day, (day - met).days)
    for months, column in MONTHS:
        if met <= longest_ago(day, months):
            yield Counted(column, day, (day - met).days)


@lru_cache(maxsize=1_024)
def longest_ago(day: dt.date, months: int) -> dt.date:
    """Return the last day from which more than so many months have passed on `day`."""
    before = day - relativedelta(months=months)
    near = (before + dt.timedelta(days=days) for days in range(3, -4, -1))
    return next(then for then in near if then + relativedelta(months=months) < day)


def last_decision_due(story: Story, day: dt.date) -> Deadline | None:
    """Return the limit for the decision on the last review meeting up to `day`, or None where there was no meeting."""
    last = None
    for deadline in story.of("review_decision"):
        if deadline.starts_on <= day and (last is None or deadline.starts_on >= last.starts_on):
            last = deadline
    return last


def _finished(story: Story, decision: Deadline, day: dt.date) -> bool:
    """Whether a review had ended by `day`: with a decision, and where that was to amend, with what came of it."""
    done = decision.working.done
    if done is not None and done.on <= day and getattr(done, "outcome", None) != "amend":
        return True
    for total in story.of("review_total"):
        if total.starts_on == decision.starts_on:
            ends = (total.working.done, total.working.ended)
            return any(fact is not None and fact.on <= day for fact in ends)
    return False
