"""Which days count: England's working days, the Tribunal's days, and the days on which one place is open.

`days` holds the two statutory calendars, `places` the closures of institutions and offices and the bundle that is
passed around, `reading` the files that closures and changed
bank holidays come from. `docs/calendars.md` describes the files.
"""

from __future__ import annotations

from ehcp_flow.calendars.days import BankHolidayChanges, DayCalendar, TribunalDays, WorkingDays
from ehcp_flow.calendars.places import Calendars, Closure, Institution, england
from ehcp_flow.calendars.reading import read_bank_holidays, read_institutions, read_office_closures

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
