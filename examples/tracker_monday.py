"""A tracker on a Monday morning: facts out of the sheet, what is overdue or due in four weeks, and a calendar of it.

python examples/tracker_monday.py examples/tracker.csv examples/tracker-columns.toml 2026-06-30 due.ics
"""

import datetime as dt
import sys
from pathlib import Path

import ehcp_flow as ef
from ehcp_flow.reports.calendar_feed import calendar_feed


def monday(sheet: str, columns: str, today: str, calendar: str) -> None:
    """Print what there is to do, and write the calendar."""
    cases, as_of = ef.convert(sheet, columns), dt.date.fromisoformat(today)
    for row in cases.refused:
        print("to put right:", row)
    soon = as_of + dt.timedelta(weeks=4)
    open_or_late = [each for case in cases.values() for each in ef.deadlines_of(case, as_of)
                    if each.status in ("open", "overdue")]  # fmt: skip
    work = [each for each in open_or_late if each.due_on is not None and each.due_on <= soon]
    for deadline in sorted(work, key=lambda each: (each.due_on or as_of, each.case_id)):
        print(deadline.due_on, deadline.case_id, deadline.title, deadline.status)
    Path(calendar).write_text(calendar_feed(work), encoding="utf-8", newline="")


if __name__ == "__main__":
    monday(*sys.argv[1:])
