"""England's bank holidays, pinned: as GOV.UK lists them, and beyond its list as the law itself fixes them.

Whoever checks a date against these shares nothing with the calendars of the engine.
"""

import datetime as dt


def days_of(text: str) -> frozenset[dt.date]:
    return frozenset(dt.date.fromisoformat(word) for word in text.split())


# https://www.gov.uk/bank-holidays.json, division england-and-wales, with those of past years: the weekdays that it
# names. Compared on 2026-11-22 with the copy that the Ministry of Justice keeps for its own services (its repository
# govuk-bank-holidays, as at 7 August 2026): the same 140 days, the last of them 26 December 2028.
GOV_UK = days_of("""
2012-01-02 2012-04-06 2012-04-09 2012-05-07 2012-06-04 2012-06-05 2012-08-27 2012-12-25 2012-12-26
2013-01-01 2013-03-29 2013-04-01 2013-05-06 2013-05-27 2013-08-26 2013-12-25 2013-12-26
2014-01-01 2014-04-18 2014-04-21 2014-05-05 2014-05-26 2014-08-25 2014-12-25 2014-12-26
2015-01-01 2015-04-03 2015-04-06 2015-05-04 2015-05-25 2015-08-31 2015-12-25 2015-12-28
2016-01-01 2016-03-25 2016-03-28 2016-05-02 2016-05-30 2016-08-29 2016-12-26 2016-12-27
2017-01-02 2017-04-14 2017-04-17 2017-05-01 2017-05-29 2017-08-28 2017-12-25 2017-12-26
2018-01-01 2018-03-30 2018-04-02 2018-05-07 2018-05-28 2018-08-27 2018-12-25 2018-12-26
2019-01-01 2019-04-19 2019-04-22 2019-05-06 2019-05-27 2019-08-26 2019-12-25 2019-12-26
2020-01-01 2020-04-10 2020-04-13 2020-05-08 2020-05-25 2020-08-31 2020-12-25 2020-12-28
2021-01-01 2021-04-02 2021-04-05 2021-05-03 2021-05-31 2021-08-30 2021-12-27 2021-12-28
2022-01-03 2022-04-15 2022-04-18 2022-05-02 2022-06-02 2022-06-03 2022-08-29 2022-09-19 2022-12-26 2022-12-27
2023-01-02 2023-04-07 2023-04-10 2023-05-01 2023-05-08 2023-05-29 2023-08-28 2023-12-25 2023-12-26
2024-01-01 2024-03-29 2024-04-01 2024-05-06 2024-05-27 2024-08-26 2024-12-25 2024-12-26
2025-01-01 2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26
2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28
2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28
2028-01-03 2028-04-14 2028-04-17 2028-05-01 2028-05-29 2028-08-28 2028-12-25 2028-12-26
""")
LISTED = range(2012, 2029)
"""The years that GOV.UK lists, with those that it listed once."""

# Not GOV.UK's: worked out by hand from the words of the law, for the two years that GOV.UK does not list yet. A
# proclamation may still move one of them, or add one, as it did in 2012, 2020, 2022 and 2023.
#   Banking and Financial Dealings Act 1971, Schedule 1, paragraph 1: Easter Monday, the last Monday in May, the last
#   Monday in August, 26 December if it be not a Sunday, 27 December in a year in which 25 or 26 December is a Sunday.
#   By the yearly proclamation under section 1(3): New Year's Day (1 January 2029 is a Monday, 1 January 2030 a
#   Tuesday) and the first Monday in May.
#   At common law: Good Friday and Christmas Day. Easter falls on 1 April 2029 and on 21 April 2030.
BY_STATUTE = days_of("2029-04-02 2029-05-28 2029-08-27 2029-12-26 2030-04-22 2030-05-27 2030-08-26 2030-12-26")
BY_PROCLAMATION = days_of("2029-01-01 2029-05-07 2030-01-01 2030-05-06")
AT_COMMON_LAW = days_of("2029-03-30 2029-12-25 2030-04-19 2030-12-25")
TO_COME = range(2029, 2031)

BANK_HOLIDAYS = GOV_UK | BY_STATUTE | BY_PROCLAMATION | AT_COMMON_LAW
"""Every weekday from 2012 to 2030 that is no working day in England."""
