"""The last lawful day of every rule, in plain arithmetic from the words of the law.

It shares nothing with the engine: not its rulebook, its ways of counting or its calendars, but only `datetime`,
`dateutil` and a pinned list of England's bank holidays. Each line of the table stands for a rule: `limit[number]`, its
place among the rules of the limit. A rule whose words were others until some day has a line of its own for that time.
A window has the last day that it protects.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TypeAlias

from dateutil.relativedelta import relativedelta

from tests.calendars.bank_holidays import BANK_HOLIDAYS

Told: TypeAlias = Mapping[str, dt.date]
"""The dates that a story tells, by name: the day `on` which the clock started, and any other that may count."""

LastDay: TypeAlias = Callable[[Told], dt.date]

DAY = dt.timedelta(days=1)
SERVED = ("served_on", "on")
AWARE = ("aware_on", "on")


def first_told(told: Told, names: tuple[str, ...]) -> dt.date:
    return next(told[name] for name in names if name in told)


def days(n: int, *of: str) -> LastDay:
    return lambda told: first_told(told, of or ("on",)) + n * DAY


def weeks(n: int, *of: str) -> LastDay:
    return days(7 * n, *of)


def days_from_the_first(n: int, *of: str) -> LastDay:
    """The day itself is the first of the days."""
    return days(n - 1, *of)


def weeks_from_the_first(n: int, *of: str) -> LastDay:
    return days(7 * n - 1, *of)


def months(n: int, *of: str) -> LastDay:
    """The corresponding date, or the last day of a month that is too short for it."""
    return lambda told: first_told(told, of or ("on",)) + relativedelta(months=n)


def months_from_the_first(n: int, *of: str) -> LastDay:
    """The day before the corresponding date; the last day of a month that has no such date."""

    def last(told: Told) -> dt.date:
        first = first_told(told, of or ("on",))
        year, month = divmod(first.year * 12 + first.month - 1 + n, 12)
        in_month = (dt.date(year + month // 11, (month + 1) % 12 + 1, 1) - DAY).day
        return (
            dt.date(year, month + 1, first.day) - DAY if first.day <= in_month else dt.date(year, month + 1, in_month)
        )

    return last


def is_working_day(day: dt.date) -> bool:
    return day.isoweekday() < 6 and day not in BANK_HOLIDAYS


def is_left_out_by_the_tribunal(day: dt.date) -> bool:
    return day.month == 8 or (day.month, day.day) >= (12, 25) or (day.month, day.day) == (1, 1)


def walk(day: dt.date, n: int, step: dt.timedelta, counts: Callable[[dt.date], bool]) -> dt.date:
    while n:
        day += step
        n -= counts(day)
    return day


def working_days(n: int, *of: str) -> LastDay:
    return lambda told: walk(first_told(told, of or ("on",)), n, DAY, is_working_day)


def working_days_from_the_first(n: int, *of: str) -> LastDay:
    """The day itself is the first, if it is a working day."""
    return lambda told: walk(first_told(told, of or ("on",)) - DAY, n, DAY, is_working_day)


def working_days_before(n: int) -> LastDay:
    return lambda told: walk(told["on"], n, -DAY, is_working_day)


def tribunal_days(n: int, *of: str) -> LastDay:
    """Working days without August and 25 December to 1 January (rule 12(3)(b))."""
    counts = lambda day: is_working_day(day) and not is_left_out_by_the_tribunal(day)  # noqa: E731 - one use, one line
    return lambda told: walk(first_told(told, of or ("on",)), n, DAY, counts)


def on_the_day(told: Told) -> dt.date:
    return told["on"]


def before(month: int, day: int) -> LastDay:
    return lambda told: dt.date(told["on"].year, month, day) - DAY


def later(*periods: tuple[LastDay, str]) -> LastDay:
    """The latest of the periods whose own date is told."""
    return lambda told: max(last(told) for last, name in periods if name in told)


def rolled_by_the_tribunal(last: LastDay) -> LastDay:
    """Rule 12(3)(a): an end in August or at Christmas moves past it; rule 12(2): any other, to a working day."""

    def rolled(told: Told) -> dt.date:
        end = last(told)
        if is_left_out_by_the_tribunal(end):
            while is_left_out_by_the_tribunal(end):
                end += DAY
        while not is_working_day(end):
            end += DAY
        return end

    return rolled


def until_the_order(otherwise: LastDay) -> LastDay:
    """While an appeal made in time is on foot: to the day before it is determined."""
    return lambda told: told["ordered_on"] - DAY if "ordered_on" in told else otherwise(told)


time_to_appeal = rolled_by_the_tribunal(later((months(2), "on"), (months(1, "certified_on"), "certified_on")))

LAST_DAYS: dict[str, LastDay] = {
    # Request, advice, decision
    "decide_assess[0]": weeks(6),
    "decide_assess[1]": weeks(6),
    "advice[0]": weeks(6, *SERVED),
    "advice[1]": weeks(6, *SERVED),
    "advice[2]": weeks(6, *SERVED),
    "advice[3]": weeks(6, *SERVED),
    "advice_again[0]": weeks(6),
    "decide_not_issue[0]": weeks(16),
    "decide_issue[0]": weeks(16),
    # Plan
    "draft_representations[0]": days_from_the_first(15, *SERVED),
    "draft_representations[1]": days_from_the_first(15, *SERVED),
    "draft_representations[2]": days_from_the_first(15, *SERVED),
    "draft_representations[3]": days_from_the_first(15, *SERVED),
    "school_response[0]": days(15),
    "final_plan[0]": weeks(20),
    # The place of these stories is open on every working day.
    "special_school_stay[0]": working_days(10, *SERVED),
    "he_disclosure[0]": working_days(15),
    # Transfer
    "transfer_plan[0]": on_the_day,
    "transfer_plan[1]": working_days_from_the_first(15, *AWARE),
    "transfer_inform[0]": weeks(6),
    "transfer_review[0]": later(
        (months_from_the_first(3), "on"),
        (months_from_the_first(12, "reviewed_on"), "reviewed_on"),
        (months_from_the_first(12, "made_on"), "made_on"),
    ),
    "commissioner_notify[0]": on_the_day,
    "commissioner_notify[1]": working_days_from_the_first(15, *AWARE),
    "commissioner_notify[2]": working_days_from_the_first(15, *AWARE),
    "commissioner_request[0]": working_days_from_the_first(15, *AWARE),
    # Review
    "annual_review[0]": months_from_the_first(12),
    "annual_review[1]": months_from_the_first(12),
    "annual_review[2]": months(12),
    "review_invitation[0]": weeks(-2),
    "review_papers[0]": weeks(-2),
    "review_report[0]": weeks(2),
    "review_decision[0]": weeks(4),
    "amendment_notice[0]": weeks(4),
    "amendment_representations[0]": days_from_the_first(15, *SERVED),
    "amendment_representations[1]": days_from_the_first(15, *SERVED),
    "amended_plan[0]": weeks(8),
    "review_total[0]": weeks(12),
    "phase_transfer[0]": before(2, 15),
    "phase_transfer[1]": before(3, 31),
    "phase_transfer[2]": months(-5),
    "under_fives_review[0]": months(6),
    # Re-assessment, ceasing
    "reassessment_decision[0]": days(15),
    "reassessment_decision[1]": days(15),
    "reassessment_final[0]": weeks(14),
    "cease_standstill[0]": until_the_order(time_to_appeal),
    # Mediation
    "mediation_contact[0]": months(2),
    "mediation_certificate[0]": working_days(3),
    "mediation_certificate[1]": working_days(3),
    "mediation_certificate[2]": working_days(3),
    "mediation_health_notice[0]": working_days(3),
    "mediation_health_notice[1]": working_days(3),
    "mediation_arrange[0]": days(30),
    "mediation_arrange_health[0]": days(30, *SERVED),
    "mediation_arrange_health[1]": days(30, *SERVED),
    "mediation_notice_of_date[0]": working_days_before(5),
    "mediation_comply[0]": weeks(2),
    "mediation_comply[1]": weeks(10),
    "mediation_comply[2]": weeks(14),
    "mediation_comply[3]": weeks(5),
    "mediation_comply[4]": weeks(11),
    "mediation_comply[5]": weeks(2),
    "mediation_comply[6]": weeks(5),
    "mediation_comply[7]": weeks(2),
    "mediation_comply[8]": weeks(5),
    "mediation_comply[9]": weeks(2),
    "mediation_notify_agreement[0]": weeks(1),
    "mediation_notify_agreement[1]": weeks(1),
    # Appeal
    "appeal[0]": time_to_appeal,
    "appeal[1]": rolled_by_the_tribunal(months(1)),
    "appeal_response[0]": tribunal_days(30, *SERVED),
    "appeal_response[1]": tribunal_days(30, *SERVED),
    "appeal_response[2]": tribunal_days(30, *SERVED),
    "recommendation_response[0]": weeks_from_the_first(5),
    "recommendation_copy[0]": weeks_from_the_first(1, *SERVED),
    "recommendation_copy[1]": weeks_from_the_first(1),
    # Orders
    "order_assess_notify[0]": weeks(2),
    "order_assess_refuse[0]": weeks(10),
    "order_assess_final[0]": weeks(14),
    "order_plan_draft[0]": weeks(5),
    "order_plan_final[0]": weeks(11),
    "order_reconsider[0]": weeks(2),
    "order_amend[0]": weeks(5),
    "order_amend_school[0]": weeks(2),
    "order_continue[0]": weeks(5),
    "order_cease[0]": on_the_day,
    "directed[0]": lambda told: first_told(told, ("until", "on")),
    "directed[1]": lambda told: first_told(told, ("until", "on")),
    # Concessions
    "concede_assess_notify[0]": weeks(2),
    "concede_assess_notify[1] until 2015-03-22": weeks(4),
    "concede_assess_refuse[0]": weeks(10),
    "concede_assess_final[0]": weeks(14),
    "concede_plan_draft[0]": weeks(5),
    "concede_plan_final[0]": weeks(11),
    "concede_amend[0]": weeks(5),
    "concede_amend[1] until 2015-03-22": weeks(4),
    "concede_school[0] until 2015-03-22": weeks(2),
    "concede_school[0]": weeks(2),
    "concede_school[1] until 2015-03-22": weeks(2),
    "concede_school[1]": weeks(5),
    "concede_school[2] until 2015-03-22": weeks(2),
    "concede_school[2]": weeks(5),
    "concede_continue[0]": weeks(5),
    # Custody
    "detained_decide_assess[0]": weeks(6),
    "detained_decide_assess[1]": weeks(6),
    "detained_decide_assess[2]": weeks(6),
    "detained_advice[0]": weeks(6, *SERVED),
    "detained_advice[1]": weeks(6, *SERVED),
    "detained_decide_not_issue[0]": weeks(16),
    "detained_decide_not_issue[1]": weeks(16),
    "detained_decide_not_issue[2]": weeks(16),
    "detained_draft_representations[0]": days_from_the_first(15, *SERVED),
    "detained_draft_representations[1]": days_from_the_first(15, *SERVED),
    "detained_final_plan[0]": weeks(20),
    "detained_final_plan[1]": weeks(20),
    "detained_final_plan[2]": weeks(20),
    "detained_transfer_plan[0]": working_days(5),
    "detained_plan_to_commissioner[0]": working_days(5, *SERVED),
    "detained_commissioner_request[0]": working_days(15, *SERVED),
    "detained_commissioner_request[1]": working_days(15, *SERVED),
    "detained_send_plan[0]": working_days(5, *AWARE),
    "detained_send_plan[1]": working_days(5),
    "detained_send_plan[2]": working_days(5),
    "detained_mediation_contact[0]": months(2),
    "detained_mediation_certificate[0]": working_days(3),
    "detained_mediation_certificate[1]": working_days(3),
    "detained_mediation_certificate[2]": working_days(3),
    "detained_mediation_arrange[0]": days(30),
    "detained_mediation_notice_of_date[0]": working_days_before(5),
    "detained_mediation_comply[0]": weeks(2),
    "detained_mediation_comply[1]": weeks(10),
    "detained_mediation_comply[2]": weeks(14),
    "detained_mediation_comply[3]": weeks(5),
    "detained_mediation_comply[4]": weeks(11),
    "detained_mediation_comply[5]": weeks(2),
    "detained_mediation_comply[6]": weeks(2),
    "detained_mediation_comply[7]": weeks(2),
    "detained_order_assess_notify[0]": weeks(2),
    "detained_order_assess_refuse[0]": weeks(10),
    "detained_order_assess_final[0]": weeks(14),
    "detained_order_plan_draft[0]": weeks(5),
    "detained_order_plan_final[0]": weeks(11),
    "detained_order_reconsider[0]": weeks(2),
    "detained_order_amend_school[0]": weeks(2),
    "detained_concede_assess_notify[0]": weeks(2),
    "detained_concede_assess_refuse[0]": weeks(10),
    "detained_concede_assess_final[0]": weeks(14),
    "detained_concede_plan_draft[0]": weeks(5),
    "detained_concede_plan_final[0]": weeks(11),
    "detained_concede_school[0]": weeks(2),
    # Direct payments, and what the Ombudsman counts after a reversal
    "release_review[0]": months_from_the_first(12),
    "release_review[1]": months_from_the_first(12),
    "direct_payment_review[0]": months_from_the_first(3),
    "reversal_assess_refuse[0]": weeks(10),
    "reversal_assess_final[0]": weeks(14),
}
