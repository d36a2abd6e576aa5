"""The Department's figures out of a return are those of the measures, or the difference has a name, case by case."""

from __future__ import annotations

import io
import json
from collections import Counter

import pytest

import ehcp_flow as ef
from ehcp_flow.bulk.told_cases import ToldCases
from ehcp_flow.conversion import ReturnColumns, cases_of, read_return, rows_of_return
from ehcp_flow.measures.catalogue import catalogue
from ehcp_flow.readers import read_cases
from ehcp_flow.sen2 import (
    ReturnYear,
    figure_rows,
    figures_of_facts,
    figures_of_return,
    make_return,
    read_persons,
    reasons_told,
    return_figures,
)
from ehcp_flow.sen2.return_reasons import reasons
from ehcp_flow.synth import write_synth
from tests.cli.running import ROOT, invoke, run
from tests.measures.answers_made_up import told
from tests.sen2.made_returns import CLEAN, read
from tests.sen2.test_there_and_back import as_xml

NOT_OF_A_RETURN = {"review_decision_not_due", "review_decision_outstanding"}
"""What the Department counted by whether four weeks had run out on survey day, in the release of 2025 alone."""
BUILT_IN = {"not_asked", "several_of_one_case", "partly_recorded"}


def of_facts(source, year: ReturnYear):
    def judge(cases, *, whole=False):
        return ToldCases(cases, list(year.periods()), as_of=year.survey, whole=whole)

    return figures_of_facts(judge(source, whole=True), year, judge)


def test_every_count_that_the_department_publishes_is_in_the_table():
    published = {column.name for column in catalogue().columns.values() if column.dfe and column.kind == "count"}
    by_year = {column.name for column in catalogue().columns.values() if column.dfe_name and column.kind == "count"}
    assert set(return_figures()) == (published | by_year) - NOT_OF_A_RETURN


def test_every_reason_is_one_of_some_figure_and_every_figure_names_reasons_that_there_are():
    named = {reason for figure in return_figures().values() for reason in figure.may_differ}
    assert named | BUILT_IN == set(reasons())


def test_the_page_has_every_reason_in_its_words():
    page = (ROOT / "docs" / "your-sen2-return.md").read_text(encoding="utf-8")
    assert [name for name, says in reasons().items() if f"| `{name}` | {says} |" not in page] == []


def test_the_figures_of_a_return_written_by_hand():
    found = figures_of_return(read(CLEAN), ReturnYear.of(2026))
    assert {name: many for name, many in found.items() if many} == {
        "requests_received_in_year": 2, "requests_decided_to_assess": 1, "requests_decision_not_made": 1,
        "request_outcome_six_weeks": 1, "assess_in_year": 1, "assess_issued": 1, "plans_issued_den": 1,
        "plans_issued_den_ex": 1, "plans_issued_within_20_weeks": 1, "plans_issued_20_weeks_ex": 1,
        "total_ehc_plans": 1, "number_plans": 1, "review_not_expected": 1, "transfer_due_in_year_after": 1,
        "transfer_final_after_period": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "gone", "come"),
    [
        ("<AssessmentOutcomeDate>2025-05-20", "<AssessmentOutcomeDate>2025-05-28", set(), set()),  # day 140
        ("<AssessmentOutcomeDate>2025-05-20", "<AssessmentOutcomeDate>2025-05-29",
         {"plans_issued_within_20_weeks", "plans_issued_20_weeks_ex"},
         {"plans_issued_gt20weeks_ltyear", "plans_issued_gt20weeks_ltyear_ex"}),
        ("<RequestOutcomeDate>2025-02-12", "<RequestOutcomeDate>2025-02-20",
         {"request_outcome_six_weeks"}, {"request_outcome_over_6_weeks"}),
        ("<Week20>0", "<Week20>true", {"plans_issued_den_ex", "plans_issued_20_weeks_ex"}, set()),
        ("<RequestOutcome>A", "<RequestOutcome>W", {"requests_decision_not_made"}, {"requests_withdrawn"}),
    ],
)  # fmt: skip
def test_a_figure_goes_by_the_last_lawful_day_and_by_what_its_items_say(old, new, gone, come):
    year = ReturnYear.of(2026)
    before = figures_of_return(read(CLEAN), year)
    after = figures_of_return(read(CLEAN.replace(old, new, 1)), year)
    assert (set(before - after), set(after - before)) == (gone, come)


@pytest.mark.parametrize("number", [2023, 2024, 2025, 2026])
def test_the_return_of_a_council_and_its_measures_agree_or_the_difference_has_a_name(number, tmp_path):
    year = ReturnYear.of(number)
    facts, persons = tmp_path / "council.csv", tmp_path / "persons.csv"
    write_synth(facts, 700, 31, authority="885", as_of=year.survey, persons=persons)
    cases = read_cases(facts)
    found = of_facts(list(cases.values()), year)
    names = {column.name: column.name_in(year.year - 1, 2026) for column in catalogue().columns.values()}
    table = ef.measure(cases, year=year.year - 1, by=(), as_of=year.survey).named(2026)[0]
    assert {name: found.facts[name] for name in return_figures()} == {
        name: table[names[name]] for name in return_figures()
    }
    assert found.unexplained == {}
    made = make_return(ToldCases(facts, list(year.periods()), as_of=year.survey), read_persons(persons), year)
    records = read_return(io.BytesIO(as_xml(made, year)), ReturnColumns(), name="return.xml")
    returned = figures_of_return(records, year)
    assert {name: returned[name] for name in return_figures()} == {name: found.made[name] for name in return_figures()}
    for name in return_figures():
        assert found.made[name] - found.facts[name] == sum(found.reasons.get(name, Counter()).values()), name
    shown = list(figure_rows(returned, year, found))
    assert "other_return" not in " ".join(each.why for each in shown)
    assert len(shown) > len(return_figures())


ANSWERED_BY_CEASING = (
    "2023-12-15 request_received parent", "2024-01-19 assessment_agreed", "2024-04-12 final_plan_sent",
    "2025-10-13 review_meeting_held", "2025-11-13 cease_consulted", "2025-12-05 cease_notice_sent",
)  # fmt: skip
"""A review that no decision answers, and a notice of ceasing does."""


AMENDED_AFTER_IT_WENT = (
    "2023-06-05 request_received parent", "2023-07-03 assessment_agreed", "2023-10-20 final_plan_sent",
    "2025-02-20 moved_away", "2025-03-03 plan_transferred_out", "2025-05-02 amended_plan_sent",
)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "figure", "reason", "more"),
    [
        (("2025-12-10 request_received parent", "2026-01-08 assessment_agreed"),
         "requests_decision_not_made", "survey_day", 1),
        (("2024-12-13 request_received school", "2024-12-24 assessment_refused", "2025-02-10 mediation_requested",
          "2025-02-19 mediation_held", "2025-02-19 mediation_agreed outcome=assess", "2025-03-07 assessment_agreed",
          "2025-05-21 final_plan_sent"), "plans_issued_den", "own_clock", 1),
        (("2024-10-30 request_received school", "2024-11-29 assessment_agreed", "2025-03-12 plan_refused",
          "2025-06-27 tribunal_order_made outcome=make_plan", "2025-12-12 final_plan_sent"),
         "assess_issued", "first_outcome", -1),
        (("2025-02-03 request_received school", "2025-03-10 assessment_agreed", "2025-05-20 plan_refused",
          "2025-07-01 refusal_reversed", "2025-07-02 plan_agreed", "2025-08-01 request_withdrawn"),
         "assess_withdrawn", "first_outcome", -1),
        (AMENDED_AFTER_IT_WENT, "total_ehc_plans", "after_the_end", -1),
        (("2025-08-14 plan_transferred_in made_on=2020-08-15;reviewed_on=2025-08-14",),
         "review_completed", "before_it_came", 1),
        (("2023-06-05 request_received parent", "2023-07-03 assessment_agreed", "2023-10-20 final_plan_sent",
          "2025-10-01 review_meeting_held", "2025-10-20 review_decision_sent outcome=maintain",
          "2026-01-08 review_meeting_held"), "outcome_maintained", "newer_meeting", -1),
        (("2025-05-26 plan_transferred_in made_on=2022-06-10;reviewed_on=2024-06-09",
          "2025-09-01 phase_transfer_due outcome=school"), "transfer_due_in_period", "before_it_came", 1),
        (("2015-11-28 date_of_birth", "2025-10-27 review_meeting_held", "2025-11-10 review_decision_sent outcome=amend",
          "2025-11-10 amendment_notice_sent"), "total_ehc_plans", "no_plan_yet", -1),
        (("2022-04-22 request_received school", "2022-05-18 assessment_agreed", "2022-08-29 final_plan_sent",
          "2024-10-15 review_meeting_held", "2024-11-08 review_decision_sent outcome=amend",
          "2024-11-08 amendment_notice_sent", "2025-04-11 amended_plan_sent",
          "2025-04-29 review_decision_sent outcome=maintain"), "number_decsion_4weeks", "second_decision", -1),
        (("2024-01-08 final_plan_sent", "2025-02-03 request_received parent"),
         "requests_received_in_year", "request_after_plan", -1),
        (("2015-11-28 date_of_birth", "2025-03-03 cease_consulted", "2025-03-20 cease_notice_sent"),
         "total_ehc_plans", "no_plan_yet", -1),
        (("2025-03-03 cease_notice_withdrawn", "2026-02-02 plan_transferred_in made_on=2020-08-15"),
         "total_ehc_plans", "no_plan_yet", -1),
        (("2015-11-28 date_of_birth", "2025-03-03 reassessment_refused"), "number_plans", "no_plan_yet", -1),
        (("2025-03-03 cease_notice_sent", "2025-06-02 final_plan_sent"), "assess_issued", "out_of_order", 1),
        (ANSWERED_BY_CEASING, "no_outcome", "answered_by_ceasing", 1),
        (ANSWERED_BY_CEASING, "review_decision_in_period", "answered_by_ceasing", -1),
        ((*ANSWERED_BY_CEASING, "2025-12-19 cease_notice_withdrawn",
          "2026-01-05 review_decision_sent outcome=maintain"),
         "review_decision_in_period", "answered_by_ceasing", -1),
        (("2025-03-03 review_meeting_held", "2025-06-02 final_plan_sent"), "plans_issued_den", "out_of_order", 1),
    ],
)  # fmt: skip
def test_a_difference_has_its_reason(facts, figure, reason, more):
    found = of_facts([told("a", *facts)], ReturnYear.of(2026))
    assert found.reasons[figure] == {reason: more}
    assert found.unexplained == {}
    assert any(said.startswith(f"{reason}: ") for said in reasons_told(found, found.made))


@pytest.mark.parametrize(
    "facts",
    [
        (*AMENDED_AFTER_IT_WENT[:3], "2025-03-03 plan_ceased", "2025-05-02 amended_plan_sent"),
        (*ANSWERED_BY_CEASING, "2025-12-20 review_decision_sent outcome=amend"),
        (*ANSWERED_BY_CEASING, "2025-12-10 plan_ceased", "2025-12-20 review_decision_sent outcome=amend"),
    ],
)
def test_what_is_done_to_a_plan_that_ceased_or_decided_after_all_makes_no_difference(facts):
    found = of_facts([told("a", *facts)], ReturnYear.of(2026))
    assert (found.reasons, found.unexplained) == ({}, {})


def test_a_reason_is_tried_by_leaving_out_what_it_speaks_of_and_another_fact_of_its_kind_is_none():
    year = ReturnYear.of(2026)
    assert of_facts([told("a", *AMENDED_AFTER_IT_WENT)], year).reasons["total_ehc_plans"] == {"after_the_end": -1}
    # A plan ended long ago, and the next is kept in custody: it is the custody by which the two differ.
    detained = (*AMENDED_AFTER_IT_WENT[:3], "2025-03-03 plan_ceased", "2025-03-10 request_received parent",
                "2025-04-10 assessment_agreed",
                "2025-07-10 final_plan_sent", "2025-10-01 detained")  # fmt: skip
    assert of_facts([told("a", *detained)], year).reasons["total_ehc_plans"] == {"in_custody": 1}


def test_without_the_whole_case_a_reason_is_a_likely_one():
    year = ReturnYear.of(2026)
    cases = [told("a", *AMENDED_AFTER_IT_WENT)]
    found = figures_of_facts(ToldCases(cases, list(year.periods()), as_of=year.survey), year)
    assert found.reasons["total_ehc_plans"] == {"likely after_the_end": -1}
    assert any(said.startswith("after_the_end: ") for said in reasons_told(found, found.made))
    assert "likely after_the_end -1" in " ".join(each.why for each in figure_rows(found.made, year, found))


def test_a_share_differs_by_the_reasons_of_the_figures_that_it_is_made_of():
    year = ReturnYear.of(2026)
    late = ("2024-12-13 request_received school", "2024-12-24 assessment_refused", "2025-02-10 mediation_requested",
            "2025-02-19 mediation_held", "2025-02-19 mediation_agreed outcome=assess", "2025-03-07 assessment_agreed",
            "2025-05-21 final_plan_sent")  # fmt: skip
    timely = ("2025-02-03 request_received school", "2025-03-03 assessment_agreed", "2025-06-02 final_plan_sent")
    found = of_facts([told("a", *late), told("b", *timely)], year)
    rows = {row.figure: row for row in figure_rows(found.made, year, found)}
    share = rows["pc_plans_issued_within_20_weeks"]
    assert (share.of_return, share.of_facts) == (50, 100)
    assert share.why == "as plans_issued_den (own_clock +1)"
    assert rows["pc_plans_issued_gt20weeks_ltyear"].why == (
        "as plans_issued_gt20weeks_ltyear (own_clock +1), as plans_issued_den (own_clock +1)"
    )
    assert rows["pc_decsion_4weeks"].why == ""
    put_right = found.made - Counter(["plans_issued_den"])
    (other,) = (row for row in figure_rows(put_right, year, found) if row.figure == "pc_plans_issued_within_20_weeks")
    assert other.why == ""
    (alone,) = (row for row in figure_rows(found.made, year) if row.figure == "pc_plans_issued_within_20_weeks")
    assert (alone.of_facts, alone.why) == ("", "")


def test_by_when_a_transfer_of_phase_is_due_is_counted_out_of_a_return_that_was_read_back():
    year = ReturnYear.of(2026)
    records = read(CLEAN.replace("<AssessmentOutcomeDate>2025-05-20", "<AssessmentOutcomeDate>2024-05-20"))
    cases = list(cases_of(rows_of_return(records, ReturnColumns())).values())
    found = of_facts(cases, year)
    assert found.facts["transfer_due_in_year_after"] == found.made["transfer_due_in_year_after"] == 1
    assert all(reasons == {"partly_recorded": reasons.total()} for reasons in found.reasons.values())


def test_a_difference_without_a_reason_is_told_as_one():
    year = ReturnYear.of(2026)
    cases = [told("a", "2025-01-08 request_received parent", "2025-02-03 assessment_agreed")]
    (case,) = ToldCases(cases, list(year.periods()), as_of=year.survey)
    odd = case._replace(figures=[Counter(), Counter()])
    found = figures_of_facts([odd], year)
    assert found.unexplained["requests_received_in_year"] == ["a"]


def test_the_command_prints_figures_with_the_measures_beside_them(tmp_path):
    facts, persons, made = (str(tmp_path / name) for name in ("council.csv", "persons.csv", "sen2.xml"))
    write_synth(facts, 120, 3, authority="885", as_of="2026-01-15", persons=persons)
    run("sen2", "export", facts, "--year", "2026", "--persons", persons, "--output", made)
    alone = run("sen2", "figures", made, "--format", "json")
    assert alone.returncode == 0
    rows = {row["figure"]: row for row in json.loads(alone.stdout)}
    assert rows["requests_received_in_year"]["return"] > 0
    assert rows["requests_received_in_year"]["facts"] == ""
    both = run("sen2", "figures", made, "--facts", facts, "--format", "json")
    rows = {row["figure"]: row for row in json.loads(both.stdout)}
    assert rows["requests_received_in_year"]["difference"] == 0
    assert "no reason found" not in both.stderr
    assert "plan_of_transfer: the measures count the plan" in both.stderr
    corrected = tmp_path / "corrected.xml"
    text = (tmp_path / "sen2.xml").read_text()
    corrected.write_text(text.replace("<Week20>0", "<Week20>1", 1))
    third = run("sen2", "figures", corrected, "--facts", facts, "--format", "table")
    assert "other_return -1" in " ".join(third.stdout.split())
    assert "other_return: these facts make another return" in third.stderr


@pytest.mark.parametrize(
    ("old", "new", "element"),
    [
        ("<ReceivedDate>2025-11-03", "<ReceivedDate>03/11/2025", "ReceivedDate"),
        ("<RequestOutcome>A", "<RequestOutcome>Agreed", "RequestOutcome"),
        ("<Week20>0", "<Week20>perhaps", "Week20"),
    ],
)
def test_values_that_no_figure_can_count_by_are_told_with_their_lines(tmp_path, old: str, new: str, element: str):
    path = tmp_path / "sen2.xml"
    path.write_text(CLEAN.replace("<Week20>0", "<Week20>false"))
    assert invoke("sen2", "figures", path).exit_code == 0
    path.write_text(CLEAN.replace(old, new, 1))
    done = invoke("sen2", "figures", path)
    assert done.exit_code == 1
    line = path.read_text().splitlines().index(next(row for row in path.read_text().splitlines() if new in row)) + 1
    assert (
        f"1 value is not written as a return has them, so the figures are wrong ({element} line {line})" in done.stderr
    )
