"""Which days count: England's working days, the Tribunal's days, and the days on which one place is open.

`statutory_days` holds the two statutory calendars, `places` the closures of institutions and offices and the bundle
that is passed around, `closure_files` the files that closures and changed bank holidays come from. `docs/calendars.md`
describes the files.

What is added here is a kind of day that the law counts; what a day means for a limit stands in the rulebook.
"""

from __future__ import annotations

from ehcp_flow.calendars.closure_files import read_bank_holidays, read_institutions, read_office_closures
from ehcp_flow.calendars.places import Calendars, Closure, Institution, england
from ehcp_flow.calendars.statutory_days import BankHolidayChanges, DayCalendar, TribunalDays, WorkingDays

__all__ = [
    "BankHolidayChanges",
    "Calendars",
    "Closure",
    "DayCalendar",
    "Institution",
    "TribunalDays",
    "WorkingDays",
    "england",
    "read_bank_holidays",
    "read_institutions",
    "read_office_closures",
]
