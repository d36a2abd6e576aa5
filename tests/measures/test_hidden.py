"""What the headline hides: each of these would look right if one only counted finished plans."""

import datetime as dt
import itertools
from collections import Counter

import pytest

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.measures import (
    AdviceByAdviser,
    Cohorts,
    Reviewing,
    Waiting,
    Workload,
    between,
    exception_rate,
    measure,
    registers,
)
from tests.measures.answers_made_up import answered, plan, told

D = dt.date
AS_OF = D(2025, 6, 30)


def collected(collector, *cases, as_of="2025-06-30"):
    return filled(collector, answered(*cases, as_of=as_of))


def filled(collector, answers):
    for answer in answers:
        collector.add(answer)
    return collector


def open_by_age(answers):
    waiting = filled(Waiting(), answers)
    return waiting.by_age(), waiting.summary()


def test_open_requests_by_age_on_each_side_of_a_band():
    rows, summary = open_by_age(
        answered(
            told("young", "2025-05-19 request_received parent"),  # 42 days
            told("older", "2025-05-18 request_received parent"),  # 43 days
            told("late", "2025-02-09 request_received parent"),  # 141 days
            told("year", "2024-06-30 request_received parent"),  # 365 days
            told("unknown", "2025-06-01 draft_plan_sent"),
            plan("done", "2024-01-02", "2024-05-02"),
            told("refused", "2025-01-02 request_received parent", "2025-02-01 assessment_refused"),
        )
    )
    assert {row["age"]: row["open"] for row in rows if row["open"]} == {
        "up to 6 weeks": 1,
        "over 6 to 16 weeks": 1,
        "over 20 to 30 weeks": 1,
        "over 52 weeks": 1,
        "no request on record": 1,
    }
    assert rows[-1]["draft_issued"] == 1
    assert (summary["open"], summary["open_over_20_weeks"], summary["open_over_52_weeks"]) == (5, 2, 1)
    assert summary["longest_wait_weeks"] == 52.1
    assert summary["mean_weeks_open_over_20"] == 36.1


def test_nothing_open_gives_no_wait():
    rows, summary = open_by_age([])
    assert [row["open"] for row in rows] == [0] * 6
    assert summary["longest_wait_weeks"] == "x"


def backlog(cleared):
    """Ten requests a quarter, each done in 18 weeks; and ten old ones, cleared this June or still open."""
    cases = [plan(f"new-{n}", f"2024-10-{n + 1:02}", f"2025-02-{n + 1:02}") for n in range(10)]
    for n in range(10):
        asked = f"2023-04-{n + 3:02}"
        ended = ("2025-01-20 final_plan_sent",) if cleared else ()
        cases.append(told(f"old-{n}", f"{asked} request_received parent", *ended))
    return cases


def test_clearing_a_backlog_lowers_the_headline_and_leaves_the_cohorts_as_they_were():
    kept, cleared = backlog(cleared=False), backlog(cleared=True)
    headline = [
        measure(cases, year=2025, by=(), as_of=AS_OF)[0]["pc_plans_issued_20_weeks_ex"] for cases in (kept, cleared)
    ]
    assert headline == [100.0, 50.0]
    before, after = (
        {row["cohort"]: row["finished_by_20"] for row in collected(Cohorts(), *cases).curves(AS_OF, last=100)}
        for cases in (kept, cleared)
    )
    assert before == after == {"2023-Q2": 0.0, "2024-Q4": 100.0}
    waits = [open_by_age(answered(*cases))[1]["open_over_52_weeks"] for cases in (kept, cleared)]
    assert waits == [10, 0]


def test_a_curve_ends_where_its_youngest_request_can_be_followed_no_further():
    cases = [
        plan("a", "2025-04-01", "2025-06-10"),
        told("b", "2025-06-16 request_received parent"),
    ]
    (row,) = collected(Cohorts(), *cases).curves(AS_OF)
    assert (row["cohort"], row["requests"], row["followed_weeks"]) == ("2025-Q2", 2, 2)
    assert row["finished"] == [0.0, 0.0, 0.0]
    assert row["finished_by_20"] == "x"


def test_a_curve_never_falls_and_counts_every_way_of_finishing():
    cases = [
        plan("plan", "2024-01-02", "2024-05-02", "2024-02-02 assessment_agreed"),
        told("refused", "2024-01-02 request_received parent", "2024-02-12 assessment_refused"),
        told("withdrawn", "2024-01-02 request_received parent", "2024-01-22 request_withdrawn"),
        told("open", "2024-01-02 request_received parent", "2024-02-02 assessment_agreed"),
    ]
    (row,) = collected(Cohorts(), *cases).curves(AS_OF)
    assert row["finished"] == sorted(row["finished"])
    assert (row["finished"][2], row["finished"][3], row["finished_by_6"], row["finished_by_20"]) == (
        0.0,
        25.0,
        50.0,
        75.0,
    )
    assert (row["assessed"], row["with_plan"][17], row["with_plan"][18]) == (2, 0.0, 50.0)


def test_cohorts_of_nothing_and_of_an_unknown_period():
    assert Cohorts().curves(AS_OF) == []
    with pytest.raises(UnknownNameError, match="quarter"):
        collected(Cohorts(), plan("a", "2024-01-02", "2024-05-02")).curves(AS_OF, "quarters")


def test_the_stock_at_the_end_of_a_month_is_the_stock_before_it_with_the_flow():
    cases = [
        plan("a", "2024-12-02", "2025-02-20"),
        told("b", "2025-01-10 request_received parent", "2025-02-10 assessment_refused"),
        told("c", "2025-02-10 request_received parent"),
        told("d", "2020-01-06 request_received parent", "2020-05-01 final_plan_sent", "2025-02-05 plan_ceased"),
    ]
    rows = collected(Cohorts(), *cases).flow(D(2025, 1, 1), D(2025, 3, 31))
    assert [row["month"] for row in rows] == ["2025-01", "2025-02", "2025-03"]
    february = rows[1]
    assert (february["received"], february["plans"], february["refused"], february["open_at_end"]) == (1, 1, 1, 1)
    assert [row["plans_held_at_end"] for row in rows] == [1, 1, 1]
    for before, after in itertools.pairwise(rows):
        came, went = after["received"], after["plans"] + after["refused"] + after["withdrawn"]
        assert after["open_at_end"] == before["open_at_end"] + came - went


HELD = ("2020-01-06 request_received parent", "2020-05-04 final_plan_sent")


def test_reviews_never_recorded_and_late_ones_by_the_age_of_the_delay():
    reviewing = filled(
        Reviewing(),
        answered(
            told("never", *HELD),
            told("undecided", *HELD, "2025-05-26 review_meeting_held"),
            told(
                "unamended",
                *HELD,
                "2024-01-08 review_meeting_held",
                "2024-02-01 review_decision_sent outcome=amend",
                "2024-02-01 amendment_notice_sent",
            ),
            told("ended", *HELD, "2025-01-06 plan_ceased"),
        ),
    )
    late = {row["limit"]: row for row in reviewing.by_delay()}
    assert (late["annual_review"]["over 24 months"], late["annual_review"]["up to 3 months"]) == (2, 0)
    assert late["annual_review"]["3 to 6 months"] == 1, "the twelve months of the third run from its decision"
    assert late["review_decision"]["up to 3 months"] == late["review_decision"]["all"] == 1
    assert late["amended_plan"]["12 to 24 months"] == late["amended_plan"]["all"] == 1
    assert late["review_total"]["12 to 24 months"] == 1
    assert reviewing.never() == {"plans_due_a_review_once": 3, "never_reviewed": 1, "pc_never_reviewed": 33.3}


def test_the_waterfall_of_reviews_only_falls():
    cases = [
        told("never", *HELD),
        told("met", *HELD, "2025-05-05 review_meeting_held"),
        told("done", *HELD, "2025-03-03 review_meeting_held", "2025-03-17 review_decision_sent outcome=maintain"),
        told(
            "amended",
            *HELD,
            "2025-03-03 review_meeting_held",
            "2025-03-17 review_decision_sent outcome=amend",
            "2025-03-17 amendment_notice_sent",
            "2025-05-01 amended_plan_sent",
        ),
        plan("new", "2025-01-02", "2025-05-02"),
    ]
    steps = collected(Reviewing(), *cases).waterfall()
    assert [row["plans"] for row in steps] == [5, 4, 3, 2, 1, 1]
    assert [row["lost"] for row in steps] == [0, 1, 1, 1, 1, 0]


def transfers(done, of):
    due = "2025-09-01 phase_transfer_due outcome=school"
    done_by = ("2024-12-02 review_meeting_held", "2025-01-20 amended_plan_sent")
    return [told(f"t{n}", *HELD, due, *(done_by if n < done else ())) for n in range(of)]


def test_the_weekly_rate_that_is_still_needed_before_the_day_of_the_transfers():
    # 14 February 2025 is the last lawful day: 18 days after 27 January.
    (row,) = collected(Reviewing(), *transfers(4, 10), as_of="2025-01-27").transfers()
    assert (row["due_on"], row["due"], row["final"], row["left"]) == (D(2025, 2, 14), 10, 4, 6)
    assert (row["weeks_left"], row["needed_per_week"]) == (2, 3)
    (row,) = collected(Reviewing(), *transfers(4, 10), as_of="2025-02-14").transfers()
    assert row["needed_per_week"] == 6, "on the last day, all that is left"
    (row,) = collected(Reviewing(), *transfers(4, 10), as_of="2025-02-15").transfers()
    assert (row["needed_per_week"], row["in_time"]) == ("x", 4)


def test_what_is_left_of_the_transfers_is_what_their_register_lists():
    """A plan that ceased when its transfer was overdue has nothing left to be done."""
    ceased = told("ceased", *HELD, "2025-09-01 phase_transfer_due outcome=school", "2025-03-31 plan_ceased")
    cases = answered(*transfers(4, 10), ceased, as_of="2025-06-30")
    (row,) = filled(Reviewing(), cases).transfers()
    assert (row["due"], row["final"], row["left"], row["overtaken"]) == (11, 4, 6, 1)
    assert row["left"].cases == tuple(each["case_id"] for each in registers(cases)["transfers"])


def test_the_burn_up_ends_on_the_day_of_the_answer():
    reviewing = collected(Reviewing(), *transfers(4, 10), as_of="2025-01-27")
    points = reviewing.burn_up(D(2025, 2, 14))
    assert points[-1] == {"on": D(2025, 1, 27), "final": 4, "due": 10}
    assert [point["final"] for point in points] == sorted(point["final"] for point in points)
    assert reviewing.burn_up(D(2030, 2, 14)) == []


def test_exceptions_beside_the_countrys():
    country = {"country_plans": 90_392, "country_excepted": 90_392 - 84_866}
    row = exception_rate(1_389, 12, **country)
    assert (row["pc_with_exception"], row["pc_country"], row["stands_out"]) == (0.9, 6.1, "below")
    assert exception_rate(10, 5, **country)["stands_out"] == "above"
    assert exception_rate(10, 1, **country)["stands_out"] == "no", "one of ten says nothing"
    assert exception_rate(0, 0, **country)["stands_out"] == "x"
    # Of 36 plans at a rate of one half, three standard deviations are 9: 27 and 9 are at the limit, and not past it.
    half = {"country_plans": 2, "country_excepted": 1}
    at = {many: exception_rate(36, many, **half)["stands_out"] for many in (8, 9, 18, 27, 28)}
    assert at == {8: "below", 9: "no", 18: "no", 27: "no", 28: "above"}
    with pytest.raises(ValueError, match="5; it is a part of 0 plans"):
        exception_rate(1, 0, country_plans=0, country_excepted=5)


def test_work_on_each_desk_where_the_input_says_whose_it_is():
    cases = answered(
        told("a", "2025-05-26 request_received parent"),
        told("b", *HELD),
        plan("c", "2025-01-02", "2025-05-02"),
    )
    extra = {"a": {"caseworker": "Ann"}, "b": {"caseworker": "Ann"}}
    rows = filled(Workload("caseworker", extra), cases).rows()
    assert [(row["caseworker"], row["cases"], row["open_requests"], row["plans"]) for row in rows] == [
        ("Ann", 2, 1, 1),
        ("not recorded", 1, 0, 1),
    ]
    assert rows[0]["due_in_4_weeks"] == 1, "the decision whether to assess, on 7 July"
    assert rows[0]["overdue"] == 1, "the yearly review"


def test_what_is_still_to_come_by_adviser_is_what_the_register_of_advice_lists():
    """What was sent back has come, in time; and has to come again."""
    cases = answered(
        told("a", "2025-03-03 advice_requested psychological", "2025-04-07 advice_received psychological",
             "2025-04-14 advice_returned psychological"),
        told("b", "2025-06-02 advice_requested psychological"),
        told("c", "2025-02-03 advice_requested psychological"),
        told("d", "2025-02-03 advice_requested medical", "2025-03-03 advice_received medical",
             "2025-06-12 advice_returned medical"),
    )  # fmt: skip
    medical, psychological = filled(AdviceByAdviser(), cases).rows()
    assert [psychological[name] for name in ("asked", "in_time", "overdue", "still_open", "again_to_come")] == [
        3, 1, 1, 1, 1,
    ]  # fmt: skip
    listed = Counter(each["adviser"] for each in registers(cases)["advice"])
    to_come = ("overdue", "still_open", "again_to_come")
    assert listed == {row["adviser"]: sum(row[name] for name in to_come) for row in (medical, psychological)}


def test_advice_by_adviser_with_what_is_still_out_and_the_tail():
    cases = answered(
        told("a", "2025-01-02 advice_requested medical", "2025-02-13 advice_received medical"),
        told("b", "2025-01-02 advice_requested medical", "2025-02-14 advice_received medical"),
        told("c", "2025-01-02 advice_requested medical"),
        told("d", "2025-06-02 advice_requested medical"),
        told("e", "2025-06-02 advice_requested educational", "2025-06-10 advice_received educational",
             "2025-06-12 advice_returned educational"),
    )  # fmt: skip
    educational, medical = filled(AdviceByAdviser(), cases).rows()
    assert (medical["asked"], medical["in_time"], medical["late"], medical["overdue"], medical["still_open"]) == (
        4,
        1,
        1,
        1,
        1,
    )
    assert (medical["pc_in_time"], medical["median_weeks"], medical["nine_in_ten_within_weeks"]) == (33.3, 6.1, 6.1)
    assert medical["longest_overdue_days"] == 137
    assert (educational["returned"], educational["in_time"], educational["median_weeks"]) == (1, 1, 1.1)
    only = filled(AdviceByAdviser(between(D(2025, 7, 1), D(2025, 7, 1), "month", AS_OF)[0]), cases).rows()
    assert [(row["adviser"], row["asked"], row["returned"]) for row in only] == [
        ("educational", 1, 0),
        ("medical", 1, 0),
    ]
