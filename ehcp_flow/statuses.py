"""How a deadline stands: open, met, late, overdue, premature, lapsed or undated."""

from __future__ import annotations

import datetime as dt
from typing import Literal, NamedTuple, TypeAlias

from ehcp_flow.counting import ONE_DAY
from ehcp_flow.facts import Fact
from ehcp_flow.law.model import Rule
from ehcp_flow.law.version import Version

__all__ = ["Acts", "Status", "status_of"]

Status: TypeAlias = Literal["open", "met", "late", "overdue", "premature", "lapsed", "undated"]


class Acts(NamedTuple):
    """The facts that discharged a rule, implied it, ended it, answered it otherwise, or set its clock going again."""

    done: Fact | None
    implied: Fact | None
    ended: Fact | None
    other: Fact | None
    resumed: Fact | None


def status_of(  # noqa: PLR0911, PLR0913 - one status after another, in the order in which they are ruled out
    rule: Rule,
    version: Version,
    last: dt.date | None,
    as_of: dt.date,
    acts: Acts,
    superseded: Fact | None,
    *,
    pending: bool,
    unsure: bool,
    unproven: bool,
) -> tuple[Status, int | None, dt.date | None]:
    """Return the status of a deadline, the days it is over, and the first lawful day of a window.

    `last` is the last lawful day, None where there is none; `superseded` the fact that started the clock anew. A window
    is pending while a fact keeps it open. With `unsure` the true last lawful day may be later: nothing after `last` is
    then held against anybody. With `unproven` nothing shows yet that the limit bites, and what is not done stays open.
    """
    done = acts.done
    if version.is_window:
        return _status_of_window(last, as_of, acts, superseded, pending=pending)
    if last is None:
        return "undated", None, None
    if done is not None:
        over = (done.on - last).days
        if over <= 0:
            return "met", None, None
        return ("undated", None, None) if unsure else ("late", over, None)
    if acts.implied is not None:
        return "undated", None, None
    if acts.ended is not None or acts.other is not None or superseded is not None:
        return "lapsed", None, None
    if as_of <= last or rule.other_answer or unproven:
        return "open", None, None
    if unsure:
        return "undated", None, None
    return ("lapsed", None, None) if rule.right else ("overdue", (as_of - last).days, None)


def _status_of_window(
    last: dt.date | None, as_of: dt.date, acts: Acts, superseded: Fact | None, *, pending: bool
) -> tuple[Status, int | None, dt.date | None]:
    if last is None and not pending:
        return "undated", None, None
    earliest = None if last is None else last + ONE_DAY
    if acts.done is not None:
        return ("met" if last is not None and acts.done.on > last else "premature"), None, earliest
    for fact in (acts.ended, superseded):
        if fact is not None and (last is None or fact.on <= last):
            return "lapsed", None, earliest
    return ("met" if last is not None and as_of > last else "open"), None, earliest
