"""A tracker on a Monday morning: facts out of the sheet, what is overdue or due in four weeks, and a calendar of it.

python examples/tracker_monday.py examples/tracker.csv examples/tracker-columns.toml 2026-06-30 due.ics
"""

import datetime as dt
import sys
from pathlib import Path

import ehcp_flow as ef
from ehcp_flow.reports.calendar_feed import calendar_feed

sheet, columns, today, calendar = sys.argv[1:]
cases = ef.convert(sheet, columns)
for row in cases.refused:
    print("to put right:", row)

as_of = dt.date.fromisoformat(today)
soon = as_of + dt.timedelta(weeks=4)
work = []
for case in cases.values():
    for deadline in ef.deadlines_of(case, as_of):
        due = deadline.due_on
        if deadline.status in ("open", "overdue") and due is not None and due <= soon:
            work.append(deadline)
for deadline in sorted(work, key=lambda each: (each.due_on or as_of, each.case_id)):
    print(deadline.due_on, deadline.case_id, deadline.title, deadline.status)
Path(calendar).write_text(calendar_feed(work), encoding="utf-8", newline="")
