"""Tells a case in one line a fact, so that a test reads like a chronology.

    tell('''
        2026-03-02 request_received party=parent
        2026-04-01 assessment_agreed
    ''')

A line is a date, an event, and the other columns as `name=value`; a value with blanks stands in quotation marks. Facts
may be parted by semicolons as well as by lines.
"""

import datetime as dt
import re
import shlex
from collections.abc import Sequence

from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.deadlines import Deadline, deadlines_of, judge
from ehcp_flow.facts import Fact, make_fact

ONE_DAY = dt.timedelta(days=1)
LATER = dt.date(2099, 1, 1)
"""A day on which everything that a test tells has happened."""


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def fact(line: str, case_id: str = "a", **fields: object) -> Fact:
    on, event, *columns = shlex.split(line)
    return make_fact(event, case_id=case_id, on=on, **dict(column.split("=", 1) for column in columns), **fields)


def facts(chronology: str, case_id: str = "a") -> tuple[Fact, ...]:
    return tuple(fact(line, case_id) for line in re.split(r"[;\n]", chronology) if line.strip())


def tell(chronology: str, case_id: str = "a") -> Case:
    return Case(case_id, facts(chronology, case_id))


def every(
    chronology: str | Case, limit: str, as_of: dt.date | str = LATER, *, calendars: Calendars | None = None
) -> list[Deadline]:
    """The deadlines of one limit, in the order in which their clocks started."""
    case = chronology if isinstance(chronology, Case) else tell(chronology)
    found = [deadline for deadline in deadlines_of(case, as_of, calendars=calendars) if deadline.limit == limit]
    return sorted(found, key=lambda deadline: deadline.derivation.run.start)


def one(
    chronology: str | Case, limit: str, as_of: dt.date | str = LATER, *, calendars: Calendars | None = None
) -> Deadline:
    found = every(chronology, limit, as_of, calendars=calendars)
    assert len(found) == 1, f"{limit}: {found}"
    return found[0]


def codes(chronology: str | Case, as_of: dt.date | str = LATER) -> list[str]:
    case = chronology if isinstance(chronology, Case) else tell(chronology)
    return [finding.code for finding in judge(case, as_of).findings]


def text_of(deadline: Deadline, *parts: str) -> str:
    """The explanation, or the steps of it that are of these parts, a step a line."""
    return "\n".join(step.text for step in deadline.explanation if not parts or step.part in parts)


def statuses(deadlines: Sequence[Deadline]) -> dict[str, str]:
    return {deadline.limit: deadline.status for deadline in deadlines}


def untouched(deadline: Deadline) -> tuple[object, ...]:
    """What no exception and no later fact may change of a deadline: its dates, how it stands, and by how much."""
    names = ("limit", "party", "due_on", "earliest_on", "done_on", "status", "days_over")
    return tuple(getattr(deadline, name) for name in names)
