"""Working days, the Tribunal's days, closures: against GOV.UK's list, a naive count, and the edges of the law.

`bank_holidays.py` is England's list, pinned; nothing in it comes from the package's own calendars, and nothing may.
"""
