"""Assertions on a limit of a case, which fail with the explanation: what started it, and how it was counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from ehcp_flow.case import Case
from ehcp_flow.dates import say
from ehcp_flow.deadlines import Deadline, deadlines_of

__all__ = ["assert_breach", "assert_met"]


def assert_met(
    case: Case, limit: str, as_of: dt.date | str | None = None, *, party: str | None = None, **law: Any
) -> list[Deadline]:
    """Assert that a limit applies to the case and was met each time it did; return its deadlines.

    `as_of` is today if not given, `party` narrows it to one adviser or school, and `law` is `rulebook` or `calendars`
    as for `deadlines_of`. Raises AssertionError with the explanation, UnknownNameError where no such limit exists.
    """
    return _assert(case, limit, as_of, party, law, "was not met", lambda found: all(d.status == "met" for d in found))


def assert_breach(
    case: Case, limit: str, as_of: dt.date | str | None = None, *, party: str | None = None, **law: Any
) -> list[Deadline]:
    """Assert that a limit of the case is in breach; return its deadlines that are. See `assert_met`."""
    found = _assert(case, limit, as_of, party, law, "is not in breach", lambda found: any(d.breach for d in found))
    return [deadline for deadline in found if deadline.breach]


def _assert(
    case: Case, limit: str, as_of: dt.date | str | None, party: str | None, law: dict[str, Any], wrong: str,
    holds: Callable[[list[Deadline]], bool],
) -> list[Deadline]:  # fmt: skip
    __tracebackhide__ = True
    from ehcp_flow.law.loader import law_given

    law_given(law.get("rulebook")).limit(limit)  # a name that is mistyped is no limit that does not apply
    every = deadlines_of(case, as_of, **law)
    found = [each for each in every if each.limit == limit and party in {None, each.party}]
    if not found:
        others = ", ".join(dict.fromkeys(each.limit for each in every)) or "none"
        whose = "" if party is None else f" of {party}"
        raise AssertionError(f"case {case.case_id}: {limit}{whose} does not apply; the limits that do: {others}")
    if not holds(found):
        raise AssertionError("\n".join(line for each in found for line in _told(each, wrong)))
    return found


def _told(deadline: Deadline, wrong: str) -> list[str]:
    day = say(deadline.as_of)
    return [
        f"case {deadline.case_id}: {deadline.limit} {wrong}; on {day} it is {deadline.status}",
        *(f"  {step}" for step in deadline.explanation),
    ]
