"""What each column counts, on cases made for it."""

import csv
import io

import pytest

from ehcp_flow.case import Case
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.measures import catalogue, measure
from ehcp_flow.measures.figures import FIGURES
from ehcp_flow.measures.particular_figures import PARTICULAR_FIGURES
from tests.measures.answers_made_up import plan, told


def row_of(*cases, year=2024, as_of="2025-06-30"):
    return measure(cases, year=year, by=(), as_of=as_of)[0]


def figures(row, *names):
    return tuple(row[name] for name in names)


EXCEPTION = (
    "2024-02-01 exception_recorded outcome=exceptional_circumstances;until=2024-02-20;reason=a death in the family"
)

PLANS = (
    "plans_issued_den",
    "plans_issued_den_ex",
    "plans_issued_within_20_weeks",
    "plans_issued_20_weeks_ex",
)
BANDS = ("plans_issued_gt20weeks_ltYear", "plans_issued_gt_1_year", "plans_timed")


def test_a_plan_on_the_last_lawful_day_is_in_time_and_one_a_day_later_is_not():
    # 20 weeks from Tuesday 2 January 2024 end on 21 May.
    assert figures(row_of(plan("a", "2024-01-02", "2024-05-21")), *PLANS) == (1, 1, 1, 1)
    assert figures(row_of(plan("a", "2024-01-02", "2024-05-22")), *PLANS, *BANDS) == (1, 1, 0, 0, 1, 0, 1)


def test_a_year_is_fifty_two_weeks():
    assert figures(row_of(plan("a", "2023-01-03", "2024-01-02")), *BANDS) == (1, 0, 1)
    assert figures(row_of(plan("a", "2023-01-03", "2024-01-03")), *BANDS) == (0, 1, 1)


def test_an_excepted_plan_leaves_both_sides_of_the_headline_be_it_in_time_or_late():
    late = row_of(plan("a", "2024-01-02", "2024-09-02", EXCEPTION))
    assert figures(late, *PLANS, "PC_plans_issued_20_weeks_ex") == (1, 0, 0, 0, "x")
    in_time = row_of(plan("a", "2024-01-02", "2024-05-02", EXCEPTION))
    assert figures(in_time, *PLANS) == (1, 0, 1, 0)
    assert in_time["plans_with_exception"] == 1


@pytest.mark.parametrize(
    ("on", "limit", "left"),
    [
        ("2024-01-02", "", 0),
        ("2024-09-02", "", 0),
        ("2024-02-01", ";limit=final_plan", 0),
        # Before the request, after the plan, or of the six weeks alone.
        ("2024-01-01", "", 1),
        ("2024-09-03", "", 1),
        ("2024-02-01", ";limit=decide_assess", 1),
    ],
)
def test_a_plan_of_which_only_an_exception_is_told_and_not_which_leaves_the_headline_too(on, limit, left):
    told_of = f"{on} exception_recorded outcome=not_stated{limit}"
    row = row_of(plan("a", "2024-01-02", "2024-09-02", told_of))
    assert figures(row, *PLANS, "plans_with_exception") == (1, left, 0, 0, 1 - left)


def test_an_exception_whose_facts_do_not_hold_excuses_nothing():
    row = row_of(plan("a", "2024-01-02", "2024-09-02", EXCEPTION.replace("2024-02", "2023-02")))
    assert figures(row, *PLANS, "plans_exception_not_made_out") == (1, 1, 0, 0, 1)


def test_a_plan_without_a_request_stays_in_the_denominator_and_is_in_no_band():
    row = row_of(told("a", "2024-05-02 final_plan_sent"))
    assert figures(row, *PLANS, *BANDS) == (1, 1, 0, 0, 0, 0, 0)
    assert figures(row, "pc_plans_issued_within_20_weeks", "avg_weeks_issue_plan") == (0.0, "x")


def test_a_plan_belongs_to_the_year_in_which_it_was_issued():
    case = plan("a", "2023-11-01", "2024-01-31")
    assert row_of(case, year=2023)["plans_issued_den"] == 0
    assert row_of(case, year=2024)["plans_issued_den"] == 1


def test_plans_moved_in_and_plans_of_a_reassessment_are_not_new():
    moved = told("a", "2024-02-01 plan_transferred_in made_on=2020-01-06")
    again = told(
        "b",
        "2020-01-06 request_received parent",
        "2020-05-01 final_plan_sent",
        "2024-01-08 reassessment_agreed",
        "2024-04-01 final_plan_sent",
    )
    assert row_of(moved, again)["plans_issued_den"] == 0
    assert row_of(again, year=2020)["plans_issued_den"] == 1


def test_a_plan_after_an_appeal_has_another_clock_and_is_not_in_the_twenty_weeks():
    case = told(
        "a",
        "2023-09-01 request_received parent",
        "2023-10-02 assessment_refused",
        "2024-02-01 tribunal_order_made outcome=assess",
        "2024-05-01 final_plan_sent",
    )
    row = row_of(case)
    assert figures(row, *PLANS, *BANDS) == (0, 0, 0, 0, 0, 0, 0)
    assert figures(row, "plans_issued_other_clock", "assess_issued") == (1, 1)


def test_requests_are_counted_by_receipt_and_their_decisions_by_notice():
    # The survey day after 2023 is 18 January 2024.
    case = told("a", "2023-12-20 request_received parent", "2024-01-31 assessment_agreed")
    assert figures(row_of(case, year=2023), "requests_received_in_year", "requests_decision_not_made") == (1, 1)
    assert row_of(case, year=2023)["request_outcome_six_weeks"] == 0
    assert figures(row_of(case), "requests_received_in_year", "request_outcome_six_weeks") == (0, 1)


@pytest.mark.parametrize(
    ("then", "column"),
    [
        ("2024-02-13 assessment_agreed", "requests_decided_to_assess"),
        ("2024-02-13 assessment_refused", "requests_decided_not_to_assess"),
        ("2024-02-13 request_withdrawn", "requests_withdrawn"),
        ("2024-02-13 moved_away", "requests_withdrawn"),
        ("2024-05-13 final_plan_sent", "requests_decided_to_assess"),
        ("2025-01-16 assessment_agreed", "requests_decided_to_assess"),
        ("2025-01-17 assessment_agreed", "requests_decision_not_made"),
    ],
)
def test_what_became_of_a_request(then, column):
    row = row_of(told("a", "2024-01-02 request_received parent", then))
    names = (
        "requests_decided_to_assess", "requests_decided_not_to_assess", "requests_withdrawn",
        "requests_decision_not_made",
    )  # fmt: skip
    assert {name: row[name] for name in names} == {name: int(name == column) for name in names}
    assert row["requests_received_in_year"] == 1


def test_a_refusal_that_was_reversed_keeps_its_first_answer():
    row = row_of(
        told(
            "a",
            "2024-01-02 request_received parent",
            "2024-02-13 assessment_refused",
            "2024-03-13 refusal_reversed",
            "2024-03-13 assessment_agreed",
        )
    )
    assert figures(row, "requests_decided_to_assess", "requests_decided_not_to_assess") == (0, 1)


def test_the_six_weeks_end_on_the_day_itself():
    # Six weeks from 2 January end on 13 February.
    names = ("request_outcome_six_weeks", "request_outcome_over_6_weeks", "request_outcome_six_weeks_pc")
    asked = "2024-01-02 request_received parent"
    assert figures(row_of(told("a", asked, "2024-02-13 assessment_refused")), *names) == (1, 0, 100.0)
    assert figures(row_of(told("a", asked, "2024-02-14 assessment_refused")), *names) == (0, 1, 0.0)


def test_sixteen_weeks_are_for_refusals_and_a_refusal_without_a_request_is_in_neither_column():
    names = ("assess_not_issued", "outcome_decision_within_time", "outcome_decision_over_time")
    begun = ("2024-01-02 request_received parent", "2024-02-01 assessment_agreed")
    assert figures(row_of(told("a", *begun, "2024-04-23 plan_refused")), *names) == (1, 1, 0)
    assert figures(row_of(told("a", *begun, "2024-04-24 plan_refused")), *names) == (1, 0, 1)
    assert figures(row_of(told("a", *begun, "2024-04-24 plan_agreed")), *names) == (0, 0, 0)
    assert figures(row_of(told("a", "2024-04-24 plan_refused")), *names) == (1, 0, 0)


def test_decisions_of_either_kind_less_exceptions():
    names = (
        "decision_16_weeks_den", "decision_within_16_weeks", "decision_16_weeks_den_ex", "decision_within_16_weeks_ex",
    )  # fmt: skip
    begun = ("2024-01-02 request_received parent", "2024-02-01 assessment_agreed")
    assert figures(row_of(told("a", *begun, "2024-04-23 plan_agreed")), *names) == (1, 1, 1, 1)
    assert figures(row_of(told("a", *begun, "2024-04-24 plan_refused")), *names) == (1, 0, 1, 0)
    assert figures(row_of(told("a", *begun, EXCEPTION, "2024-04-24 plan_agreed")), *names) == (1, 0, 0, 0)
    assert figures(row_of(told("a", *begun, "2024-04-20 final_plan_sent")), *names) == (1, 0, 1, 0), "day not known"


def test_a_plan_agreed_and_not_yet_issued_has_an_outcome_and_is_not_issued():
    case = told(
        "a", "2024-08-02 request_received parent", "2024-09-01 assessment_agreed", "2024-12-01 plan_agreed",
        "2025-01-05 final_plan_sent",
    )  # fmt: skip
    assert figures(row_of(case), "assess_issued", "assess_in_year", "plans_issued_den") == (1, 1, 0)
    assert figures(row_of(case, year=2025), "assess_issued", "assess_in_year", "plans_issued_den") == (1, 1, 1)
    assert row_of(case)["assessments_open"] == 1


def test_an_assessment_that_was_withdrawn():
    row = row_of(
        told("a", "2024-01-02 request_received parent", "2024-02-01 assessment_agreed", "2024-03-01 request_withdrawn")
    )
    assert figures(row, "assess_withdrawn", "assess_in_year", "requests_withdrawn") == (1, 1, 0)


def test_contact_and_a_certificate_are_no_mediation():
    refused = ("2024-01-02 request_received parent", "2024-02-01 assessment_refused")
    case = told("a", *refused, "2024-02-10 mediation_contacted", "2024-02-12 mediation_certificate_issued")
    assert row_of(case)["mediation_related_request"] == 0
    case = told("a", *refused, "2024-02-10 mediation_requested", "2024-03-01 mediation_held")
    assert row_of(case)["mediation_related_request"] == 1
    assert row_of(case, year=2023)["mediation_related_request"] == 0
    late = told("a", *refused, "2025-01-10 mediation_requested", "2025-01-17 mediation_held")
    assert row_of(late)["mediation_related_request"] == 0, "after the survey day"


@pytest.mark.parametrize("never", ["", "2024-03-20 mediation_not_arranged", "2024-03-20 mediation_declined"])
@pytest.mark.parametrize(
    ("before", "mediation", "both"),
    [
        (("2024-01-02 request_received parent", "2024-02-01 assessment_refused"),
         "mediation_related_request", "tribunal_after_mediation_request"),
        (("2024-01-02 request_received parent", "2024-02-01 assessment_agreed", "2024-03-01 plan_refused"),
         "number_assess_mediation", "number_asssess_mediation_tribunal"),
        (("2020-01-06 request_received parent", "2020-05-04 final_plan_sent"),
         "number_other_mediation", "number_other_mediation_tribunal"),
    ],
)  # fmt: skip
def test_a_mediation_is_counted_where_a_meeting_took_place_whatever_came_of_it(before, mediation, both, never):
    asked, appealed = "2024-03-10 mediation_requested", "2024-05-02 appeal_registered"
    told_so = told("a", *before, asked, *([never] if never else []), appealed)
    assert figures(row_of(told_so), mediation, both) == (0, 0)
    held = told("a", *before, asked, "2024-03-20 mediation_held", appealed)
    assert figures(row_of(held), mediation, both) == (1, 1)


@pytest.mark.parametrize(
    ("before", "outcome", "mediation"),
    [
        (("2024-01-02 request_received parent", "2024-02-01 assessment_refused"),
         "assess", "mediation_related_request"),
        (("2024-01-02 request_received parent", "2024-02-01 assessment_agreed", "2024-03-01 plan_refused"),
         "make_plan", "number_assess_mediation"),
        (("2020-01-06 request_received parent", "2020-05-04 final_plan_sent"), "amend", "number_other_mediation"),
    ],
)  # fmt: skip
def test_a_mediation_that_is_held_and_agreed_on_one_day_is_counted_once(before, outcome, mediation):
    asked, held = "2024-03-10 mediation_requested", "2024-03-20 mediation_held"
    agreed = f"2024-03-20 mediation_agreed outcome={outcome}"
    for acts in ((held, agreed), (agreed,), (held, agreed.replace("03-20", "03-22"))):
        assert row_of(told("a", *before, asked, *acts))[mediation] == 1, acts


def test_a_dispute_of_the_day_of_the_refusal_is_about_it():
    before = ("2024-01-02 request_received parent", "2024-02-01 assessment_refused")
    case = told("a", *before, "2024-02-01 appeal_registered")
    assert row_of(case)["tribunal_related_request"] == 1


def test_a_draft_without_the_decision_before_it_is_a_plan_agreed_and_not_issued():
    case = told("a", "2024-05-07 request_received parent", "2024-05-09 assessment_agreed", "2024-12-08 draft_plan_sent")
    assert figures(row_of(case), "assess_issued", "assess_in_year", "assess_not_made") == (1, 1, 0)


REVIEWED = ("2023-12-20 review_meeting_held", "2024-01-03 review_decision_sent outcome=maintain")


@pytest.mark.parametrize(
    ("plan_of", "expected", "owed"),
    [
        (("2023-11-20 final_plan_sent",), 1, 1),  # F16: never reviewed, and its year lies before
        (("2023-12-31 final_plan_sent",), 1, 1),
        (("2024-01-01 final_plan_sent",), 0, 1),  # due on 31 December 2024 in law, and not expected by DfE
        (("2024-01-02 final_plan_sent",), 0, 0),
        (("2023-03-01 final_plan_sent", *REVIEWED), 1, 1),
        (("2022-03-01 final_plan_sent", "2023-02-03 review_meeting_held",
          "2023-02-10 review_decision_sent outcome=maintain", *REVIEWED), 1, 1),
        (("2024-03-01 plan_transferred_in made_on=2019-05-05",), 1, 1),
        (("2024-03-01 plan_transferred_in made_on=2024-01-05",), 0, 0),
        (("2024-03-01 plan_transferred_in",), 0, 1),
        # A re-assessment in the year replaces the plan, and does not begin it anew.
        (("2020-03-01 final_plan_sent", "2024-02-01 reassessment_agreed", "2024-04-01 final_plan_sent"), 1, 1),
        # A plan that ceased, and another one: the one that is held counts.
        (("2020-03-01 final_plan_sent", "2022-02-01 plan_ceased", "2024-03-01 request_received",
          "2024-06-01 final_plan_sent"), 0, 0),
        (("2023-03-01 final_plan_sent", "2023-04-03 detained", "2024-05-03 released"), 1, None),
    ],
)  # fmt: skip
def test_who_is_expected_a_review_goes_by_the_year_of_the_plan_and_nothing_else(plan_of, expected, owed):
    row = row_of(told("a", *plan_of))
    assert figures(row, "review_expected", "review_not_expected") == (expected, 1 - expected)
    assert owed is None or row["reviews_due_or_overdue"] == owed


def test_the_reviews_completed_of_the_release_of_2026_add_up_as_the_published_ones_do():
    made = "2020-01-06 final_plan_sent"
    row = row_of(
        told("amended", made, "2024-03-01 review_meeting_held", "2024-03-29 review_decision_sent outcome=amend"),
        told("kept", made, "2024-03-01 review_meeting_held", "2024-04-10 review_decision_sent outcome=maintain"),
        told("ceased", made, "2024-03-01 review_meeting_held", "2024-03-05 review_decision_sent outcome=cease"),
        told("no meeting", made, "2024-03-05 review_decision_sent outcome=maintain"),
        told("before", made, "2023-03-01 review_meeting_held", "2023-03-05 review_decision_sent outcome=maintain"),
        told("open", made, "2023-03-01 review_meeting_held", "2023-03-05 review_decision_sent outcome=maintain",
             "2024-12-01 review_meeting_held"),
        told("never", made, "2024-03-01 review_meeting_held"),
        told("new", "2024-01-06 final_plan_sent", "2024-03-01 review_meeting_held",
             "2024-03-05 review_decision_sent outcome=amend"),
    )  # fmt: skip
    assert figures(row, "review_expected", "review_completed", "review_completed_prior", "review_not_completed") == (
        7, 4, 2, 1,
    )  # fmt: skip
    by_outcome = figures(row, "outcome_amended", "outcome_ceased", "outcome_maintained", "no_outcome_recorded")
    assert by_outcome == (1, 1, 2, 0)
    assert figures(row, "decision_4_weeks", "decision_over_4_weeks", "pc_decision_4_weeks") == (2, 2, 50.0)


def test_phase_transfers_as_the_department_counts_them():
    held = "2020-01-06 final_plan_sent"
    review = ("2024-10-01 review_meeting_held", "2024-10-10 review_decision_sent outcome=amend")
    row = row_of(
        told("late", held, "2024-09-02 phase_transfer_due outcome=school", *review, "2024-12-05 amended_plan_sent"),
        told("next", held, "2025-09-02 phase_transfer_due outcome=school", *review, "2024-12-05 amended_plan_sent"),
        told("January", held, "2025-09-02 phase_transfer_due outcome=post16", *review, "2025-01-10 amended_plan_sent"),
        told("survey", held, "2025-09-02 phase_transfer_due outcome=school", *review, "2025-02-01 amended_plan_sent"),
        told("kept", held, "2025-09-02 phase_transfer_due outcome=school", "2024-10-01 review_meeting_held",
             "2024-10-10 review_decision_sent outcome=maintain"),
        told("far", held, "2026-09-02 phase_transfer_due outcome=school"),
        told("none", held),
        told("gone", held, "2024-09-02 phase_transfer_due outcome=school", "2024-06-01 plan_ceased"),
        # Due, and issued, before the period.
        told("before", held, "2023-09-04 phase_transfer_due outcome=school", "2022-10-03 review_meeting_held",
             "2022-10-10 review_decision_sent outcome=amend", "2022-12-05 amended_plan_sent"),
        # The duty fell away with the plan before its last day; another plan is held.
        told("anew", held, "2024-09-02 phase_transfer_due outcome=school", "2024-01-10 plan_ceased",
             "2024-03-01 request_received", "2024-12-01 final_plan_sent"),
        as_of="2025-06-30",
    )  # fmt: skip
    names = ("number_plans", "due_24", "due_25", "final_24", "final_25")
    assert figures(row, *names) == (9, 1, 4, 2, 1)
    assert row["number_plans"] == row["total_ehc_plans"]


NEW_NAMES = (
    "pc_plans_issued_20_weeks_ex review_expected_2025 review_not_expected_2025 review_completed_2025 number_plans "
    "review_completed_prior_2025 review_not_completed outcome_amended outcome_ceased outcome_maintained due_25 due_26 "
    "no_outcome_recorded decision_4_weeks decision_over_4_weeks plans_issued_gt20weeks_ltyear final_25 final_26 "
    "total_ehc_plans avg_weeks_issue_plan avg_weeks_issue_plan_exc"
)


@pytest.mark.parametrize(
    ("year", "release", "there", "gone"),
    [
        (2024, None, "PC_plans_issued_20_weeks_ex review_expected plans_issued_gt20weeks_ltYear review_meeting_24",
         "pc_plans_issued_20_weeks_ex review_expected_2024"),
        (2025, None, NEW_NAMES, "PC_plans_issued_20_weeks_ex review_expected plans_issued_gt20weeks_ltYear"),
        (2024, 2026, "pc_plans_issued_20_weeks_ex review_expected_2024", "PC_plans_issued_20_weeks_ex"),
        (2025, 2025, "PC_plans_issued_20_weeks_ex review_expected", "review_expected_2025"),
        ((2020, 2024), None, "PC_plans_issued_20_weeks_ex", "pc_plans_issued_20_weeks_ex"),
        ((2020, 2025), None, "pc_plans_issued_20_weeks_ex review_expected", "PC_plans_issued_20_weeks_ex"),
        (2030, None, "pc_plans_issued_20_weeks_ex review_expected_2030", "PC_plans_issued_20_weeks_ex"),
        (None, None, "pc_plans_issued_20_weeks_ex", "PC_plans_issued_20_weeks_ex"),
    ],
)  # fmt: skip
def test_columns_are_called_as_in_a_release(year, release, there, gone):
    table = measure([told("a", *HELD)], year=year, by=(), as_of="2025-06-30")
    table = table if release is None else table.named(release)
    assert set(there.split()) <= set(table.columns)
    assert not set(gone.split()) & set(table.columns)
    assert len(set(table.columns)) == len(table.columns)
    for name in (*there.split(), *gone.split()):  # names of any release are taken, whatever a table has
        assert table.explain(0, name).name in table.columns


def test_a_release_that_is_not_known_is_named():
    with pytest.raises(UnknownNameError, match="there is no release called '2019'"):
        measure([told("a", *HELD)]).named(2019)


def test_disputes_by_what_they_are_about_each_case_once_a_period():
    row = row_of(
        told(
            "a",
            "2024-01-02 request_received parent",
            "2024-02-01 assessment_refused",
            "2024-02-20 mediation_requested",
            "2024-03-10 mediation_held",
            "2024-04-01 appeal_registered",
        ),
        told("b", "2023-01-02 request_received parent", "2023-05-02 final_plan_sent", "2024-06-03 appeal_registered"),
        told(
            "c",
            "2024-01-02 request_received parent",
            "2024-02-01 assessment_agreed",
            "2024-04-01 plan_refused",
            "2024-05-01 appeal_registered",
        ),
    )
    assert figures(
        row, "mediation_related_request", "tribunal_related_request", "tribunal_after_mediation_request"
    ) == (1, 1, 1)
    assert figures(row, "number_assess_mediation", "number_assess_tribunal") == (0, 1)
    assert figures(row, "number_other_tribunal", "number_other_mediation_tribunal") == (1, 0)


HELD = ("2020-01-06 request_received parent", "2020-05-04 final_plan_sent")
REVIEWS = (
    "review_expected",
    "no_review_meeting",
    "total_review_meeting",
    "review_decision24",
    "review_decision_outstanding",
    "review_decision_not_due",
    "number_decsion_4weeks",
    "number_decision_gt_4weeks",
)


def test_a_plan_that_was_never_reviewed():
    row = row_of(told("a", *HELD))
    assert figures(row, *REVIEWS, "pc_decsion_4weeks", "review_not_completed") == (1, 1, 0, 0, 0, 0, 0, 0, "x", 1)


def test_a_review_decided_on_the_last_day_of_the_four_weeks_and_one_a_day_later():
    meeting = "2024-03-04 review_meeting_held"
    row = row_of(told("a", *HELD, meeting, "2024-04-01 review_decision_sent outcome=amend"))
    assert figures(row, *REVIEWS, "outcome_amend", "review_meeting_24") == (1, 0, 1, 1, 0, 0, 1, 0, 1, 1)
    row = row_of(told("a", *HELD, meeting, "2024-04-02 review_decision_sent outcome=maintain"))
    assert figures(row, *REVIEWS, "outcome_maintan", "pc_decsion_4weeks") == (1, 0, 1, 1, 0, 0, 0, 1, 1, 0.0)


def test_a_meeting_without_a_decision_is_outstanding_only_when_its_four_weeks_are_over():
    # The survey day after 2024 is 16 January 2025.
    row = row_of(told("a", *HELD, "2024-12-18 review_meeting_held"))
    assert figures(row, *REVIEWS, "no_outcome") == (1, 0, 1, 0, 1, 0, 0, 0, 1)
    row = row_of(told("a", *HELD, "2024-12-19 review_meeting_held"))
    assert figures(row, *REVIEWS, "no_outcome") == (1, 0, 1, 0, 0, 1, 0, 0, 1)


def test_the_survey_day_sees_what_came_after_the_year_and_nothing_after_itself():
    told_so = ("2024-12-01 review_meeting_held", "2025-01-10 review_decision_sent outcome=maintain")
    row = row_of(told("a", *HELD, *told_so))
    assert figures(row, "review_decision25", "review_decision24", "number_decision_gt_4weeks") == (1, 0, 1)
    row = row_of(told("a", *HELD, "2025-01-17 review_meeting_held"))
    assert figures(row, "no_review_meeting", "review_meeting_25") == (1, 0)
    row = row_of(told("a", *HELD, "2025-01-16 review_meeting_held"))
    assert figures(row, "no_review_meeting", "review_meeting_25") == (0, 1)


def test_a_plan_first_made_in_the_year_is_not_expected_to_be_reviewed_in_it():
    row = row_of(plan("a", "2023-11-01", "2024-01-31"))
    assert figures(row, "total_ehc_plans", "review_expected", "review_not_expected") == (1, 0, 1)


def test_a_plan_that_ceased_before_the_survey_day_is_not_in_the_stock():
    row = row_of(told("a", *HELD, "2024-06-01 plan_ceased"))
    assert figures(row, "total_ehc_plans", "review_expected", "plans_ceased") == (0, 0, 1)


def test_every_decision_of_the_period_counts_in_the_flow():
    row = row_of(
        told(
            "a",
            *HELD,
            "2024-01-08 review_meeting_held",
            "2024-01-29 review_decision_sent outcome=maintain",
            "2024-12-02 review_meeting_held",
            "2024-12-31 review_decision_sent outcome=maintain",
        )
    )
    assert figures(row, "review_decisions_within_4_weeks", "review_decisions_over_4_weeks") == (1, 1)
    assert figures(row, "number_decsion_4weeks", "number_decision_gt_4weeks") == (0, 1), "the last meeting alone"


def test_amended_plans_have_eight_weeks_from_the_notice_and_twelve_from_the_meeting():
    names = ("amended_within_8_weeks", "amended_over_8_weeks", "amended_within_12_weeks", "amended_over_12_weeks")
    begun = (*HELD, "2024-03-04 review_meeting_held", "2024-04-01 review_decision_sent outcome=amend")
    notice = "2024-04-01 amendment_notice_sent"
    assert figures(row_of(told("a", *begun, notice, "2024-05-27 amended_plan_sent")), *names) == (1, 0, 1, 0)
    assert figures(row_of(told("a", *begun, notice, "2024-05-28 amended_plan_sent")), *names) == (0, 1, 0, 1)


def test_phase_transfers_by_their_last_lawful_day():
    due = "2024-09-02 phase_transfer_due outcome=school"
    names = ("phase_transfer_due", "phase_transfer_final", "phase_transfer_in_time")
    reviewed = (*HELD, due, "2023-12-04 review_meeting_held")
    assert figures(row_of(told("a", *reviewed, "2024-02-14 amended_plan_sent")), *names) == (1, 1, 1)
    assert figures(row_of(told("a", *reviewed, "2024-02-15 amended_plan_sent")), *names) == (1, 1, 0)
    assert figures(row_of(told("a", *HELD, due, "2024-02-14 amended_plan_sent")), *names) == (1, 0, 0), "no review"
    assert figures(row_of(told("a", *HELD, due)), *names) == (1, 0, 0)


def test_advice_by_the_day_it_came():
    asked = ("2024-01-02 request_received parent", "2024-01-10 advice_requested medical")
    names = ("advice_within_6_weeks", "advice_over_6_weeks")
    assert figures(row_of(told("a", *asked, "2024-02-21 advice_received medical")), *names) == (1, 0)
    assert figures(row_of(told("a", *asked, "2024-02-22 advice_received medical")), *names) == (0, 1)
    sent_back = ("2024-02-20 advice_received medical", "2024-02-26 advice_returned medical")
    again = "2024-03-10 advice_received medical"
    assert figures(row_of(told("a", *asked, *sent_back, again)), *names) == (1, 0), "it came when it came"


def test_the_limits_under_a_tribunals_order():
    begun = (
        "2023-09-01 request_received parent", "2023-10-02 assessment_refused",
        "2024-02-01 tribunal_order_made outcome=assess",
    )  # fmt: skip
    row = row_of(told("a", *begun, "2024-02-10 assessment_agreed", "2024-08-30 final_plan_sent"))
    assert row["order_limits_met"] >= 1
    assert row["order_limits_due"] > row["order_limits_met"]


def test_a_table_of_one_year_has_the_departments_names_and_any_other_has_plain_ones():
    case = told("a", *HELD)
    one = measure([case], year=2024, by=("authority",), as_of="2025-06-30")
    assert {"review_meeting_24", "review_decision25", "review_meeting_prior_24"} <= set(one.columns)
    several = measure([case], year=(2023, 2024), by=("authority", "year"), as_of="2025-06-30")
    assert "review_meeting_in_period" in several.columns
    assert [row["year"] for row in several] == ["2023", "2024"]


def test_every_column_that_is_counted_is_in_the_catalogue():
    names = {column.name for column in catalogue().columns.values()}
    for column in catalogue().columns.values():
        assert {column.base, *column.over} - {""} <= names, column.name
    assert len(names) == sum(len(one.columns) for one in catalogue().measures.values()), "a name is used twice"
    counts = {column.name for column in catalogue().columns.values() if column.kind == "count"}
    assert {figure.column for figure in FIGURES} | {figure.column for figure in PARTICULAR_FIGURES} == counts


def test_rows_group_by_authority_and_by_any_other_column_in_alphabetical_order():
    cases = [
        plan("a", "2024-01-02", "2024-05-01", authority="895"),
        plan("b", "2024-01-02", "2024-05-02"),
        plan("c", "2024-01-02", "2024-09-02"),
    ]
    table = measure(cases, year=2024, by=("authority", "area"), as_of="2025-06-30", extra={"c": {"area": "north"}})
    assert [(row["authority"], row["area"], row["plans_issued_den"]) for row in table] == [
        ("885", "north", 1),
        ("885", "not recorded", 1),
        ("895", "not recorded", 1),
    ]
    by_requester = measure(cases, year=2024, by=("requester",), as_of="2025-06-30")
    assert [row["requester"] for row in by_requester] == ["parent"]


def test_an_unknown_column_is_refused_with_what_is_near():
    with pytest.raises(UnknownNameError, match="did you mean caseworker"):
        measure([], by=("caseworkr",), extra={"a": {"caseworker": "Ann"}})


def test_the_order_of_cases_does_not_change_a_figure():
    cases = [plan(f"c{n}", "2024-01-02", f"2024-05-{n + 10}") for n in range(15)]
    ahead = measure(cases, year=2024, as_of="2025-06-30")
    back = measure(reversed(cases), year=2024, as_of="2025-06-30")
    assert ahead.rows == back.rows


def test_cases_are_read_one_at_a_time_when_a_year_is_given():
    given = []

    def stream():
        for number in range(3):
            given.append(number)
            yield plan(f"c{number}", "2024-01-02", "2024-05-02")

    assert measure(stream(), year=2024, by=(), as_of="2025-06-30")[0]["plans_issued_den"] == 3
    assert given == [0, 1, 2]


def test_without_a_year_the_facts_say_which():
    table = measure([plan("a", "2022-11-01", "2023-02-01")], by=("year",), as_of="2024-03-01")
    assert [(row["year"], row["plans_issued_den"]) for row in table] == [("2022", 0), ("2023", 1), ("2024", 0)]
    whole = measure([plan("a", "2022-11-01", "2023-02-01")], by=(), as_of="2024-03-01")
    assert whole[0]["period"] == "2022-11-01 to 2024-03-01"
    assert whole[0]["plans_issued_den"] == 1


def test_an_explanation_names_the_cases_behind_each_side():
    in_time, late = plan("a", "2024-01-02", "2024-05-21"), plan("b", "2024-01-02", "2024-05-22")
    table = measure([in_time, late], year=2024, as_of="2025-06-30")
    said = table.explain(table[0], "twenty_weeks_ex")
    assert (said.name, said.value) == ("PC_plans_issued_20_weeks_ex", 50.0)
    assert said.numerator == ("a",)
    assert said.denominator == ("a", "b")
    assert "Numerator: 1" in str(said)
    assert "Beware: " in str(said)
    assert table.explain(0, "pc_plans_issued_20_weeks_ex").name == said.name, "the case of a name does not matter"
    assert table.explain(0, "review_meeting_24").value == 0
    with pytest.raises(UnknownNameError):
        table.explain(0, "twenty_years")
    with pytest.raises(LookupError):
        table.explain({"authority": "999", "period": "2024"}, "twenty_weeks")


def test_every_figure_of_a_row_can_be_explained():
    table = measure([plan("a", "2024-01-02", "2024-05-21"), told("b", *HELD)], year=2024, as_of="2025-06-30")
    for name in table.names:
        said = table.explain(0, name)
        assert said.value == table[0][name]
        if isinstance(said.value, int):
            assert said.value == len(said.numerator)


def test_a_table_is_written_as_csv():
    file = io.StringIO(newline="")
    table = measure([plan("a", "2024-01-02", "2024-05-21")], year=2024, as_of="2025-06-30")
    table.write_csv(file)
    (row,) = csv.DictReader(io.StringIO(file.getvalue()))
    assert (row["authority"], row["PC_plans_issued_20_weeks_ex"], row["pc_decsion_4weeks"]) == ("885", "100.0", "x")


def test_frames_have_the_rows_and_the_missing_figures_missing():
    table = measure([plan("a", "2024-01-02", "2024-05-21")], year=2024, as_of="2025-06-30")
    pandas_frame, polars_frame = table.to_pandas(), table.to_polars()
    assert list(pandas_frame.columns) == list(polars_frame.columns) == list(table.columns)
    assert pandas_frame["PC_plans_issued_20_weeks_ex"].tolist() == [100.0]
    assert pandas_frame["pc_decsion_4weeks"].isna().all()
    assert polars_frame["pc_decsion_4weeks"].to_list() == [None]


def test_a_case_without_facts_of_the_time_adds_nothing():
    table = measure([Case("empty")], year=2024, by=(), as_of="2025-06-30")
    assert {value for name, value in table[0].items() if name != "period"} == {0, "x"}


def test_mediation_that_was_never_held_when_it_was_due_counts_as_late():
    refused = ("2024-01-02 request_received parent", "2024-02-01 assessment_refused")
    names = ("mediation_within_30_days", "mediation_over_30_days", "pc_mediation_within_30_days")
    asked = "2024-02-12 mediation_notified"
    in_time = told("a", *refused, "2024-02-12 mediation_requested", asked, "2024-03-01 mediation_held")
    late = told("b", *refused, "2024-02-12 mediation_requested", asked, "2024-06-03 mediation_held")
    never = told("c", *refused, "2024-02-12 mediation_requested", asked)
    assert figures(row_of(in_time), *names) == (1, 0, 100.0)
    assert figures(row_of(late), *names) == (0, 1, 0.0)
    assert figures(row_of(never), *names) == (0, 1, 0.0)


def test_plans_that_came_and_went_between_authorities():
    row = row_of(
        told("in", "2024-02-01 plan_transferred_in made_on=2020-01-06"),
        told("out", *HELD, "2024-03-01 moved_away", "2024-03-10 plan_transferred_out"),
    )
    names = ("plans_transferred_in", "plans_transferred_out", "plans_ceased", "total_ehc_plans")
    assert figures(row, *names) == (1, 1, 0, 1)


def test_an_appeal_about_a_plan_that_came_after_mediation():
    case = told(
        "a", *HELD, "2024-03-01 mediation_requested", "2024-03-20 mediation_held", "2024-04-02 appeal_registered"
    )
    names = ("number_other_mediation", "number_other_tribunal", "number_other_mediation_tribunal")
    assert figures(row_of(case), *names) == (1, 1, 1), "each once, though mediation has two facts"


def test_an_exception_of_a_plan_without_a_request_counts_as_claimed():
    names = (*PLANS, "plans_with_exception")
    assert figures(row_of(told("a", EXCEPTION, "2024-05-02 final_plan_sent")), *names) == (1, 0, 0, 0, 1)
    other = EXCEPTION.replace("outcome=", "limit=decide_assess;outcome=")
    assert figures(row_of(told("a", other, "2024-05-02 final_plan_sent")), *names) == (1, 1, 0, 0, 0)
