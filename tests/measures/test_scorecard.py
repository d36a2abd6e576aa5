"""The scorecard: every figure is that of the measures, a red one opens, a backlog has a way down."""

import datetime as dt
import re
from collections import Counter

import pytest

from ehcp_flow.bulk import Answers
from ehcp_flow.errors import PlanFileError
from ehcp_flow.measures import measure
from ehcp_flow.measures.catalogue import catalogue
from ehcp_flow.measures.limits_kept import LimitsKept
from ehcp_flow.measures.period_names import stretch_between
from ehcp_flow.measures.periods import Period
from ehcp_flow.measures.plan_file import read_plan
from ehcp_flow.measures.plan_proposal import plan_to_begin_with, plan_written
from ehcp_flow.measures.recovery import recovery_of
from ehcp_flow.measures.scorecard import Scorecard, scorecard
from ehcp_flow.readers import read_cases
from ehcp_flow.synth import synth
from tests.measures.answers_made_up import told

D = dt.date
AS_OF = D(2026, 6, 30)


def plan_of(*measures, **more):
    return {"measure": [{"id": f"m{at}", **each} for at, each in enumerate(measures)], **more}


def card_of(*cases, plan, as_of=AS_OF, **more):
    return scorecard(cases, plan, as_of=as_of, **more)


def requested(case_id, on, *more):
    return told(case_id, f"{on} request_received parent", *more)


def plans(case_id, received, issued, *more):
    return requested(case_id, received, *more, f"{issued} final_plan_sent")


IN_TIME = plans("in-time", "2026-02-02", "2026-06-15")
LATE = plans("late", "2025-12-01", "2026-06-08")
BEFORE = plans("before", "2026-01-05", "2026-05-04")


def test_a_figure_is_of_the_period_that_holds_the_day_with_its_numerator_and_denominator():
    plan = plan_of({"figure": "pc_plans_issued_20_weeks_ex"}, {"figure": "plans_issued_den"})
    share, count = card_of(IN_TIME, LATE, BEFORE, plan=plan).rows
    assert (share.figure.value, share.figure.numerator, share.figure.denominator) == (50.0, 1, 2)
    assert (count.figure.value, count.figure.numerator, count.figure.denominator) == (2, 2, None)
    assert [row.period.label for row in (share, count)] == ["2026-06", "2026-06"]


def test_a_figure_may_cover_several_periods_that_end_with_it():
    plan = plan_of({"figure": "plans_issued_den", "over": 2}, {"figure": "plans_issued_den"})
    two, one = card_of(IN_TIME, LATE, BEFORE, plan=plan).rows
    assert (two.figure.value, one.figure.value) == (3, 2)
    assert [each["value"] for each in two.series][-3:] == [0, 1, 3]
    assert [each["value"] for each in one.series][-3:] == [0, 1, 2]


def test_what_happens_after_the_day_does_not_count():
    (row,) = card_of(IN_TIME, LATE, plan=plan_of({"figure": "plans_issued_den"}), as_of=D(2026, 6, 14)).rows
    assert row.figure.value == 1


def test_a_figure_of_nothing_has_no_value_and_no_colour():
    plan = plan_of({"figure": "pc_plans_issued_20_weeks_ex", "targets": [{"by": D(2027, 1, 1), "value": 90}]})
    (row,) = card_of(plan=plan).rows
    assert (row.figure.value, row.figure.denominator, row.rag, row.trend) == (None, 0, "none", "none")


@pytest.fixture(scope="module")
def caseload(tmp_path_factory):
    made = tmp_path_factory.mktemp("council") / "cases.csv"
    with made.open("w", encoding="utf-8", newline="") as file:
        from ehcp_flow.readers import write_facts

        write_facts(synth(300, 5, authority="885", as_of=AS_OF), file)
    return made


COLUMNS = (
    "pc_plans_issued_20_weeks_ex", "pc_decision_within_16_weeks_ex", "requests_open_over_20_weeks", "avg_weeks_open",
    "median_weeks_issue_plan", "reviews_incomplete", "pc_no_review_meeting", "requests_received_in_year",
)  # fmt: skip


@pytest.mark.parametrize(("period", "over"), [("month", 1), ("month", 3), ("quarter", 2), ("financial_year", 1)])
def test_every_figure_of_every_period_is_that_of_the_measures_over_the_same_days(caseload, period, over):
    baseline = {"on": D(2025, 5, 5), "value": 1}
    plan = plan_of(*({"figure": name, "over": over, "baseline": baseline} for name in COLUMNS), period=period)
    cases = read_cases(caseload)
    for row in scorecard(cases, plan, as_of=AS_OF).rows:
        column = catalogue().column(str(row.measure.figure))
        (figures,) = measure(cases, year=stretch_between(row.period.start.isoformat(), row.period.end.isoformat()),
                             by=(), as_of=AS_OF)  # fmt: skip
        value = figures[column.name]
        assert row.figure.value == (None if value == "x" else value), row.title
        assert row.series[-1]["value"] == row.figure.value
        assert row.series[0]["period"] == {"month": "2025-05", "quarter": "2025-Q2", "financial_year": "FY2025"}[period]


def test_it_is_the_same_over_columns(caseload):
    plan = read_plan(plan_of(
        *({"figure": name, "over": 3, "targets": [{"by": D(2027, 1, 1), "value": 99}]} for name in COLUMNS),
        {"figure": {"limit": "advice", "share": "in_time", "party": "medical"}, "over": 3,
         "targets": [{"by": D(2027, 1, 1), "value": 99}]},
        {"figure": {"limit": "final_plan", "share": "outstanding"}, "over": 12},
        {"figure": {"event": "review_report_sent", "of": "review_meeting_held", "between": [0, 14]}, "over": 12},
    ))  # fmt: skip
    one, many = Scorecard(plan, AS_OF), Scorecard(plan, AS_OF)
    from ehcp_flow.answers import answer

    for case in read_cases(caseload).values():
        one.add(answer(case, AS_OF))
    for each in Answers(caseload, as_of=AS_OF):
        many.add(each)
    assert [row.as_dict() for row in one.rows] == [row.as_dict() for row in many.rows]
    reds = [red.as_dict() for red in one.reds]
    assert reds == [red.as_dict() for red in many.reds]
    assert {red["id"] for red in reds} >= {"m0", "m1", "m8"}
    assert (one.rows[-1].figure.denominator or 0) > 20


ADVICE = "2026-03-02 advice_requested medical"  # six weeks: due on 13 April


@pytest.mark.parametrize(
    ("done", "as_of", "shares"),
    [
        ("2026-04-13", D(2026, 4, 30), {"in_time": 1, "late": 0, "outstanding": 0}),
        ("2026-04-14", D(2026, 4, 30), {"in_time": 0, "late": 1, "outstanding": 0}),
        ("2026-05-04", D(2026, 4, 30), {"in_time": 0, "late": 0, "outstanding": 1}),
        # What was outstanding at the end of its month stays so in the row of that month.
        ("2026-05-04", D(2026, 5, 31), {"in_time": 0, "late": 0, "outstanding": 1}),
        ("2026-04-20", D(2026, 4, 12), None),
        ("2026-04-20", D(2026, 4, 13), None),
        ("2026-04-20", D(2026, 4, 14), {"in_time": 0, "late": 0, "outstanding": 1}),
    ],
)
def test_what_fell_due_in_a_period_is_in_time_late_or_outstanding_at_its_end(done, as_of, shares):
    case = requested("a", "2026-02-02", ADVICE, f"{done} advice_received medical")
    plan = plan_of(*({"figure": {"limit": "advice", "share": each, "party": "medical"},
                      "baseline": {"on": D(2026, 4, 1), "value": 0}}
                     for each in ("in_time", "late", "outstanding")))  # fmt: skip
    rows = card_of(case, plan=plan, as_of=as_of).rows
    april = [next(each for each in row.series if each["period"] == "2026-04") for row in rows]
    if shares is None:
        assert [each["value"] for each in april] == [None, None, None]
        return
    assert [each["numerator"] for each in april] == list(shares.values())
    assert {each["denominator"] for each in april} == {1}


def test_a_share_of_a_limit_is_of_the_party_that_is_named():
    case = requested("a", "2026-05-04", "2026-05-04 advice_requested medical",
                     "2026-05-04 advice_requested psychological",
                     "2026-06-01 advice_received medical")  # fmt: skip
    shares = [
        {"limit": "advice", "share": "in_time", **party} for party in ({}, {"party": "medical"}, {"party": "other"})
    ]
    rows = card_of(case, plan=plan_of(*({"figure": share} for share in shares))).rows
    assert [(row.figure.numerator, row.figure.denominator) for row in rows] == [(1, 2), (1, 1), (0, 0)]


def held(case_id, **values):
    return told(case_id, "2024-02-05 final_plan_sent", *(
        f"2024-03-01 particular_recorded particular={name};value={value}" for name, value in values.items()
    ))  # fmt: skip


def test_a_share_of_the_plans_held_is_by_what_holds_on_the_day_of_stock():
    cases = [
        held("a", placement="mainstream", need="ASD"), held("b", placement="special", need="ASD"),
        held("c", placement="Mainstream"), held("d"),
        told("moved", "2024-02-05 final_plan_sent",
             "2024-03-01 particular_recorded particular=placement;value=mainstream",
             "2026-06-01 particular_recorded particular=placement;value=special"),
        requested("no plan", "2026-06-01", "2026-06-02 particular_recorded particular=placement;value=mainstream"),
    ]  # fmt: skip
    figures = [
        {"particular": "placement", "value": "mainstream"},
        {"particular": "placement", "value": "mainstream", "of": "recorded"},
        {"particular": "placement", "value": ["mainstream", "special"]},
        {"particular": "placement", "value": "mainstream", "of": {"need": "asd"}},
    ]
    rows = card_of(*cases, plan=plan_of(*({"figure": figure} for figure in figures))).rows
    assert [(row.figure.numerator, row.figure.denominator) for row in rows] == [(2, 5), (2, 4), (4, 5), (1, 2)]
    assert (rows[0].series[-2]["numerator"], rows[0].series[-2]["denominator"]) == (3, 5)


def test_what_was_done_too_early_is_owed_as_it_is_where_the_law_is_kept():
    early = requested("e", "2026-02-02", "2026-06-01 draft_plan_sent", "2026-06-08 final_plan_sent")
    kept = requested("k", "2026-02-02", "2026-05-18 draft_plan_sent", "2026-06-08 final_plan_sent")
    plan = plan_of(
        *({"figure": {"limit": "draft_representations", "share": share}, "over": 2} for share in ("in_time", "late"))
    )
    law = LimitsKept(Period(D(2026, 5, 1), AS_OF, "two months", "range", AS_OF))
    over = Scorecard(read_plan(plan), AS_OF)
    for answer in Answers((early, kept), as_of=AS_OF):
        law.add(answer)
        over.add(answer)
    (window,) = (row for row in law.rows() if row["limit"] == "draft_representations")
    assert (window["premature"], window["due"], window["pc_in_time"]) == (1, 2, 50.0)
    for card in (card_of(early, kept, plan=plan), over):
        assert [row.figure[:3] for row in card.rows] == [(50.0, 1, 2), (50.0, 1, 2)]


def test_a_deadline_that_was_met_too_early_has_lost_no_days():
    plan = plan_of(
        {"figure": {"limit": "draft_representations", "share": "in_time"}, "targets": [{"by": AS_OF, "value": 100}]}
    )
    (red,) = card_of(
        requested("e", "2026-02-02", "2026-06-01 draft_plan_sent", "2026-06-08 final_plan_sent"), plan=plan
    ).reds
    assert [lost.days for lost in red.cases] == [0]


ATTENDED = told(
    "r", "2025-01-06 request_received parent", "2025-05-12 final_plan_sent", "2026-06-08 review_meeting_held",
    "2026-06-08 review_attended health", "2026-06-08 school_consulted s-1",
)  # fmt: skip
ADVISED = requested("v", "2026-02-02", "2026-03-02 assessment_agreed", "2026-03-03 advice_requested medical")
SOCIAL_WORKER = told("s", "2026-02-02 request_received social_care", "2026-03-02 assessment_agreed")
OF_SOCIAL_CARE = told("o", "2026-02-02 request_received parent", "2026-03-02 assessment_agreed",
                      "2026-03-03 advice_requested social_care", "2026-03-03 advice_requested other")  # fmt: skip
PLACEMENT = {"particular": "placement", "value": "mainstream"}


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (
            {"particular": "placement", "value": "mainstreem"},
            "value: nothing has placement=mainstreem; there are mainstream",
        ),
        (
            {"particular": "placment", "value": "mainstream"},
            "particular: there is no particular called 'placment'; did you mean",
        ),
        ({"particular": "need", "value": ["ASD", "ASDD"]}, "value: nothing has need=ASDD; there are ASD"),
        ({"particular": "desk", "value": "Anne"}, "value: nothing has desk=Anne; there are Ann, Bob"),
        (
            {"particular": "awaiting_place", "value": "true"},
            "value: nothing has awaiting_place=true; there are no, yes",
        ),
        ({**PLACEMENT, "of": {"need": "autism"}}, "of: nothing has need=autism; there are ASD"),
        ({**PLACEMENT, "of": {"nead": "ASD"}}, "of: there is no particular called 'nead'; did you mean need"),
        (
            {"limit": "advice", "share": "in_time", "party": "medicall"},
            "party: no advice has the party medicall; there are medical",
        ),
        (
            {"limit": "decide_assess", "share": "in_time", "party": "medical"},
            "party: no decide_assess has the party medical; there",
        ),
        (
            {"limit": "advice", "share": "in_time", "party": "young_person"},
            "party: no advice has the party young_person; there are medical",
        ),
        (
            {"event": "review_attended", "of": "review_meeting_held", "party": "helth"},
            "party: no review_attended has the party helth; there are health",
        ),
        (
            {"event": "school_consulted", "of": "review_meeting_held", "party": "s-2"},
            "party: no school_consulted has the party s-2; there are s-1",
        ),
        (
            {"event": "final_plan_sent", "of": "final_plan_sent", "party": "health"},
            "party: no final_plan_sent has the party health; there is none",
        ),
    ],
)
def test_what_no_case_has_is_no_figure_but_refused_with_what_there_is(figure, said):
    cases = (held("a", placement="mainstream", need="ASD", desk="Ann"), held("b", desk="Bob"), ATTENDED, ADVISED,
             SOCIAL_WORKER, OF_SOCIAL_CARE)  # fmt: skip
    plan = plan_of({}, {"figure": figure})
    with pytest.raises(PlanFileError) as wrong:
        card_of(*cases, plan=plan)
    assert f"measure.1.figure.{said}" in str(wrong.value)
    over = Scorecard(read_plan(plan), AS_OF)
    for answer in Answers(cases, as_of=AS_OF):
        over.add(answer)
    with pytest.raises(PlanFileError, match=re.escape(str(wrong.value))):
        over.settled()
    assert card_of(plan=plan).rows[1].figure.value is None  # of no cases nothing is told


@pytest.mark.parametrize(
    "figure",
    [
        {"particular": "placement", "value": "independent"},
        {"particular": "need", "value": "vi"},
        {"particular": "school_year", "value": "6"},
        {"event": "review_attended", "of": "review_meeting_held", "party": "social_care"},
        {"limit": "advice", "share": "in_time", "party": "social_care"},
        {"event": "advice_received", "of": "advice_requested", "party": "social_care", "between": [0, 42]},
    ],
)
@pytest.mark.parametrize("adviser", ["medical", "youth_justice"])
def test_a_known_word_that_nothing_has_yet_is_a_figure(figure, adviser):
    advised = requested("v", "2026-02-02", "2026-03-02 assessment_agreed", f"2026-03-03 advice_requested {adviser}",
                        f"2026-04-01 advice_received {adviser}")  # fmt: skip
    card = card_of(held("a", placement="mainstream", need="ASD", school_year="7"), ATTENDED, advised,
                   plan=plan_of({"figure": figure}))  # fmt: skip
    assert card.rows[0].figure.value in (0, None)


def test_a_particular_that_nobody_records_is_a_figure_of_nothing():
    plan = plan_of({"figure": PLACEMENT, "better": "lower", "targets": [{"by": D(2027, 1, 1), "value": 40}]})
    (row,) = card_of(held("a", need="ASD"), plan=plan).rows
    assert (row.figure.value, row.figure.denominator, row.rag) == (None, 0, "none")


def test_who_took_part_is_a_share_of_what_there_was_to_take_part_in():
    review = ("2025-07-01 final_plan_sent", "2026-06-10 review_meeting_held")
    cases = [
        told("a", *review, "2026-06-10 review_attended health", "2026-06-01 review_advice_received social_care"),
        told("b", *review, "2026-06-11 review_attended health", "2026-04-28 review_advice_received social_care"),
        told("c", *review, "2026-04-29 review_advice_received social_care", "2026-06-10 review_attended school"),
        requested("d", "2026-02-02", "2026-06-01 draft_plan_sent", "2026-06-16 meeting_held"),
        requested("e", "2026-02-02", "2026-06-01 draft_plan_sent", "2026-06-17 meeting_held"),
    ]
    of_reviews = {"of": "review_meeting_held"}
    figures = [
        {"event": "review_attended", "party": "health", **of_reviews},
        {"event": "review_advice_received", "party": "social_care", "between": [-42, 0], **of_reviews},
        {"event": "review_attended", **of_reviews},
        {"event": "meeting_held", "of": "draft_plan_sent", "between": [0, 15]},
    ]
    rows = card_of(*cases, plan=plan_of(*({"figure": figure} for figure in figures))).rows
    assert [(row.figure.numerator, row.figure.denominator) for row in rows] == [(1, 3), (2, 3), (2, 3), (1, 2)]


def test_who_took_part_in_reviews_is_told_by_agency():
    from ehcp_flow.measures import table_rows
    from tests.measures.answers_made_up import answered

    cases = [
        told("a", "2024-06-30 final_plan_sent", "2025-07-01 review_meeting_held", "2025-07-01 review_attended health",
             "2025-06-02 review_advice_received health", "2026-06-10 review_meeting_held",
             "2025-07-02 review_advice_received social_care", "2026-06-11 review_attended school"),
        told("b", "2025-07-01 final_plan_sent", "2026-05-01 review_meeting_held outcome=adjourned",
             "2026-06-10 review_meeting_held", "2026-06-10 review_attended health"),
        told("old", "2024-06-30 final_plan_sent",
             "2025-06-30 review_meeting_held", "2025-06-30 review_attended health"),
    ]  # fmt: skip
    rows = table_rows("taking-part", answered(*cases, as_of="2026-06-30"), AS_OF)
    assert [(row["agency"], row["meetings"], row["came"], row["sent_advice"]) for row in rows] == [
        ("anybody", 3, 2, 2), ("health", 3, 2, 1), ("social_care", 3, 0, 1),
    ]  # fmt: skip
    assert rows[0]["pc_came"] == 66.7


SEEN = [
    {"measure": "m0", "on": D(2026, 5, 31), "numerator": 30, "denominator": 50},
    {"measure": "m0", "on": D(2026, 6, 12), "numerator": 41, "denominator": 50},
    {"measure": "m0", "on": D(2026, 6, 5), "numerator": 1, "denominator": 50},
    {"measure": "m0", "on": D(2026, 7, 1), "numerator": 0, "denominator": 50},
    {"measure": "m1", "on": D(2026, 6, 30), "value": 3.25},
]


def test_a_measure_without_a_figure_is_what_was_observed_last_in_its_period():
    audits, survey = card_of(plan=plan_of({}, {}, observation=SEEN)).rows
    assert (audits.figure.value, audits.figure.numerator, audits.figure.denominator) == (82.0, 41, 50)
    assert [each["value"] for each in audits.series][-2:] == [60.0, 82.0]
    assert (survey.figure.value, survey.figure.denominator) == (3.3, None)
    early = card_of(plan=plan_of({}, {}, observation=SEEN), as_of=D(2026, 6, 4)).rows
    assert [row.figure.value for row in early] == [None, None]
    wider = card_of(plan=plan_of({"over": 2}, {}, observation=SEEN), as_of=D(2026, 6, 4)).rows[0]
    assert wider.figure.value == 60.0


def test_observations_are_a_register_up_to_the_day():
    card = card_of(plan=plan_of({}, {}, observation=SEEN))
    assert [(each["on"], each["value"]) for each in card.observations] == [
        ("2026-05-31", 60.0), ("2026-06-05", 2.0), ("2026-06-12", 82.0), ("2026-06-30", 3.25),
    ]  # fmt: skip


ACTION = {
    "id": "A1", "title": "Recruit", "due": D(2026, 6, 29), "serves": ["m0"],
    "steps": [{"on": D(2026, 6, 15), "rag": "green"}, {"on": D(2026, 3, 1), "rag": "amber", "says": "advert out"},
              {"on": D(2026, 7, 1), "rag": "blue"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("as_of", "rag", "since", "overdue"),
    [
        (D(2026, 2, 28), "none", None, False),
        (D(2026, 3, 1), "amber", "2026-03-01", False),
        (D(2026, 6, 29), "green", "2026-06-15", False),
        (D(2026, 6, 30), "green", "2026-06-15", True),
        (D(2026, 7, 1), "blue", "2026-07-01", False),
    ],
)
def test_an_action_stands_as_its_last_step_up_to_the_day(as_of, rag, since, overdue):
    (action,) = card_of(plan=plan_of({}, action=[ACTION]), as_of=as_of).actions
    assert (action["rag"], action["since"], action["overdue"]) == (rag, since, overdue)
    assert len(action["steps"]) == (as_of >= D(2026, 3, 1)) + (as_of >= D(2026, 6, 15)) + (as_of >= D(2026, 7, 1))


RED = {
    "figure": "pc_plans_issued_20_weeks_ex",
    "owner": "Head of SEND",
    "targets": [{"by": D(2026, 1, 1), "value": 90}],
}


def test_a_red_measure_opens_its_cases_the_stage_that_lost_the_days_the_reasons_and_who_speaks():
    steps = ("2026-01-12 assessment_agreed", "2026-01-12 advice_requested psychological",
             "2026-01-12 advice_requested medical",
             "2026-02-16 advice_received medical", "2026-05-18 advice_received psychological",
             "2026-05-20 delay_reason_recorded outcome=educational_psychology", "2026-06-01 plan_agreed",
             "2026-06-08 draft_plan_sent")  # fmt: skip
    slow = plans("slow", "2025-12-01", "2026-06-29", *steps)
    comment = [{"on": D(2026, 6, 1), "says": "advert out"}, {"on": D(2026, 6, 30), "says": "both appointed"},
               {"on": D(2026, 7, 1), "says": "later"}]  # fmt: skip
    plan = plan_of({**RED, "comment": comment}, action=[ACTION])
    (red,) = card_of(IN_TIME, slow, plan=plan).reds
    assert [(lost.case_id, lost.stage, lost.days) for lost in red.cases] == [("slow", "advice: psychological", 84)]
    assert [tuple(stage) for stage in red.stages] == [("advice: psychological", 1, 12.0)]
    assert (red.failing, red.with_reasons, red.reasons) == (1, 1, [("educational_psychology", 1)])
    assert (red.row.comment, [action.id for action in red.actions]) == ("both appointed", ["A1"])


@pytest.mark.parametrize(
    ("steps", "stage", "days"),
    [
        (("2026-03-02 assessment_agreed",), "decision to assess", 49),
        (("2026-01-05 assessment_agreed", "2026-01-05 advice_requested medical"), "advice: medical", 119),
        (("2026-01-05 assessment_agreed", "2026-02-02 advice_received medical", "2026-05-25 plan_agreed"),
         "decision to issue", 84),
        (("2026-01-05 assessment_agreed", "2026-02-02 advice_received medical", "2026-03-02 plan_agreed",
          "2026-03-16 draft_plan_sent"), "final plan", 77),
    ],
)  # fmt: skip
def test_the_stage_that_lost_the_days_is_the_one_furthest_beyond_what_it_has(steps, stage, days):
    (red,) = card_of(plans("a", "2025-12-01", "2026-06-15", *steps), plan=plan_of(RED)).reds
    (lost,) = red.cases
    assert (lost.stage, lost.days) == (stage, days)


def test_a_red_share_of_advice_opens_each_request_that_was_missed():
    case = requested("a", "2026-05-04", "2026-05-04 advice_requested medical",
                     "2026-05-04 advice_requested psychological",
                     "2026-06-25 advice_received psychological")  # fmt: skip
    plan = plan_of({"figure": {"limit": "advice", "share": "in_time"}, "targets": [{"by": D(2026, 1, 1), "value": 90}]})
    (red,) = card_of(case, plan=plan).reds
    assert [(lost.stage, lost.days) for lost in red.cases] == [("advice: medical", 15), ("advice: psychological", 10)]


def test_what_is_red_and_lies_on_no_way_opens_its_cases_alone():
    plan = plan_of({"figure": {"particular": "placement", "value": "mainstream"},
                    "targets": [{"by": D(2026, 1, 1), "value": 90}]},
                   {"targets": [{"by": D(2026, 1, 1), "value": 90}]},
                   observation=[{**SEEN[0], "measure": "m1", "on": AS_OF}],
                   )  # fmt: skip
    cases = card_of(held("a", placement="special"), plan=plan).reds
    assert [[lost.case_id for lost in red.cases] for red in cases] == [["a"], []]
    assert [red.stages[0].stage if red.stages else None for red in cases] == ["", None]


def backlog(many, left, came):
    now = [f"c{at}" for at in range(left, many + came)]
    return now, [f"c{at}" for at in range(many)]


@pytest.mark.parametrize(
    ("many", "left", "came", "goal", "weeks", "found"),
    [
        (120, 24, 12, 0, 27, (5, 81, D(2028, 7, 25))),  # 108 now, 2 a week leave and 1 comes: 1 + 108 / 27
        (120, 24, 12, 81, 27, (2, 81, D(2027, 1, 5))),
        (120, 12, 24, 0, 12, (13, 144, None)),
        (120, 12, 12, 0, 12, (11, 120, None)),
        (120, 60, 0, 60, 12, (0, 0, AS_OF)),
        (500, 1, 0, 0, 12, (42, 498, None)),  # 499 at 1 in twelve weeks are gone after 115 years
    ],
)
def test_a_backlog_needs_so_many_a_week_and_ends_so_at_todays_pace(many, left, came, goal, weeks, found):
    now, before = backlog(many, left, came)
    way = recovery_of(now, before, goal, AS_OF + dt.timedelta(weeks=weeks), AS_OF)
    assert way is not None
    assert (way.needed_a_week, way.ends_at, way.clears_on) == found
    assert (way.backlog, way.weeks_left) == (len(now), weeks)


def test_it_takes_as_many_a_week_as_come_and_what_is_over_the_goal_and_half_a_week_is_half():
    now, before = backlog(120, 24, 12)
    way = recovery_of(now, before, 100, AS_OF + dt.timedelta(days=4), AS_OF)
    assert way is not None
    assert (way.weeks_left, way.came_a_week, way.left_a_week) == (0.6, 1.0, 2.0)
    assert (way.needed_a_week, way.ends_at) == (15, 108)  # 1 + 8 / (4 / 7); 108 - 4 / 7


def test_there_is_no_recovery_once_the_day_is_come():
    assert recovery_of(["a"], ["a"], 0, AS_OF, AS_OF) is None


def test_a_count_that_stands_has_a_recovery_by_the_cases_that_came_and_left_in_twelve_weeks():
    lower = {
        "figure": "requests_open_over_20_weeks",
        "better": "lower",
        "targets": [{"by": D(2026, 12, 29), "value": 0}],
    }
    flow = {"figure": "requests_received_in_year", "better": "lower", "targets": [{"by": D(2026, 12, 29), "value": 0}]}
    cases = [
        requested("stays", "2025-06-02"),
        requested("came", "2026-02-02"),
        plans("left", "2025-06-02", "2026-05-04"),
    ]
    rows = card_of(*cases, plan=plan_of(lower, flow, {"figure": "requests_open"})).rows
    assert [row.recovery is None for row in rows] == [False, True, True]
    found = rows[0].recovery
    assert (found.backlog, found.came_a_week, found.left_a_week, found.needed_a_week) == (2, 0.1, 0.1, 1)


def test_a_trend_is_against_the_window_before_it():
    many = [plans(f"june-{at}", "2026-02-02", "2026-06-15") for at in range(12)]
    many += [plans(f"may-{at}", "2025-10-06", "2026-05-18") for at in range(12)]
    (row,) = card_of(*many, plan=plan_of({"figure": "pc_plans_issued_20_weeks_ex"})).rows
    assert (row.trend, row.series[-1]["value"], row.series[-2]["value"]) == ("better", 100.0, 0.0)
    (over,) = card_of(*many, plan=plan_of({"figure": "pc_plans_issued_20_weeks_ex", "over": 2})).rows
    assert over.trend == "none"


def test_the_series_begins_with_the_period_of_the_baseline_and_has_the_line_at_each_end():
    plan = plan_of({"figure": "plans_issued_den", "baseline": {"on": D(2026, 4, 15), "value": 0},
                    "targets": [{"by": D(2026, 7, 14), "value": 90}]})  # fmt: skip
    (row,) = card_of(plan=plan, as_of=D(2026, 6, 14)).rows
    assert [(each["period"], each["target"]) for each in row.series] == [
        ("2026-04", 15.0), ("2026-05", 46.0), ("2026-06", 60.0),
    ]  # fmt: skip
    assert row.line == row.series[-1]["target"]


@pytest.mark.parametrize(
    ("on", "periods"),
    [
        (D(2026, 3, 31), ["2026-03", "2026-04", "2026-05", "2026-06"]),
        (D(2026, 4, 1), ["2026-04", "2026-05", "2026-06"]),
        (D(2026, 4, 30), ["2026-04", "2026-05", "2026-06"]),
        (D(2026, 5, 1), ["2026-05", "2026-06"]),
        (AS_OF, ["2026-06"]),
        (D(2026, 7, 1), ["2026-06"]),  # a baseline that is still ahead
    ],
)
def test_the_series_begins_on_either_side_of_the_first_of_a_month(on, periods):
    plan = plan_of({"figure": "plans_issued_den", "baseline": {"on": on, "value": 0}})
    (row,) = card_of(plan=plan).rows
    assert [each["period"] for each in row.series] == periods
    assert {tuple(each) for each in row.series} == {("period", "value", "numerator", "denominator", "target")}


@pytest.mark.parametrize(
    ("better", "line", "rag"),
    [
        ("higher", 50.0, "green"), ("higher", 50.1, "amber"), ("higher", 55.0, "amber"), ("higher", 55.1, "red"),
        ("lower", 50.0, "green"), ("lower", 49.9, "amber"), ("lower", 45.0, "amber"), ("lower", 44.9, "red"),
    ],
)  # fmt: skip
def test_a_figure_stands_to_its_line_as_the_plan_says(better, line, rag):
    target = {"better": better, "targets": [{"by": AS_OF, "value": line}]}
    (row,) = card_of(IN_TIME, LATE, plan=plan_of({"figure": "pc_plans_issued_20_weeks_ex", **target})).rows
    assert (row.figure.value, row.line, row.rag) == (50.0, line, rag)


def test_a_share_is_rounded_half_up_as_the_department_rounds():
    seen = {"measure": "m0", "on": AS_OF, "numerator": 1, "denominator": 16}
    (row,) = card_of(plan=plan_of({"targets": [{"by": AS_OF, "value": 6.3}]}, observation=[seen])).rows
    assert (row.figure.value, row.rag) == (6.3, "green")


def test_a_row_has_the_names_of_the_contract_first():
    (row,) = card_of(plan=plan_of(RED)).rows
    names = list(row.as_dict())
    assert names[:12] == [
        "id", "figure", "value", "numerator", "denominator", "baseline", "target_now", "target_next", "rag", "trend",
        "series", "owner",
    ]  # fmt: skip


def test_a_plan_that_was_written_from_todays_figures_is_read_and_gives_them_again(caseload, tmp_path):
    cases = read_cases(caseload)
    begun = scorecard(cases, plan_to_begin_with(), as_of=AS_OF)
    path = tmp_path / "plan.toml"
    path.write_text(plan_written(begun), encoding="utf-8")
    again = scorecard(cases, path, as_of=AS_OF)
    assert [row.figure for row in again.rows] == [row.figure for row in begun.rows]
    assert [row.measure.baseline and row.measure.baseline.value for row in again.rows] == [
        row.figure.value for row in begun.rows
    ]
    assert Counter(row.rag for row in again.rows) == {"none": len(again.rows)}
