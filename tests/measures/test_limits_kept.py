"""Whether the law is kept: what fell due in twelve months and was done in time, and what is overdue now."""

import pytest

from ehcp_flow.case import group_cases
from ehcp_flow.measures import Registers, table_rows
from ehcp_flow.measures.figure_cells import CaseCount
from ehcp_flow.measures.limits_kept import LimitsKept, last_twelve_months
from ehcp_flow.synth import synth
from tests.measures.answers_made_up import answered, told

DAY = "2026-06-30"


def kept(*cases, on=DAY):
    answers = answered(*cases, as_of=on)
    return {row["limit"]: row for row in table_rows("limits-kept", answers, answers[0].as_of)}


def decided(name, received, *others):
    return told(name, f"{received} request_received parent", *others)


@pytest.mark.parametrize(
    ("received", "due"),
    [("2025-05-19", 0), ("2025-05-20", 1), ("2026-05-19", 1), ("2026-05-20", 0)],
    ids=["a day before the twelve months", "on their first day", "on their last day", "a day after"],
)
def test_a_limit_counts_by_its_last_lawful_day_in_the_twelve_months(received, due):
    """Six weeks after these days are 30 June and 1 July 2025, 30 June and 1 July 2026: SR 5(1)."""
    row = kept(decided("a", received, f"{received} assessment_agreed")).get("decide_assess")
    assert (row["due"] if row else 0) == due


@pytest.mark.parametrize(
    ("sent", "column"),
    [("2026-03-16", "in_time"), ("2026-03-17", "late"), (None, "overdue")],
    ids=["on the last lawful day", "a day after", "not sent"],
)
def test_what_fell_due_is_in_time_late_or_overdue_and_adds_up(sent, column):
    acts = () if sent is None else (f"{sent} assessment_refused",)
    row = kept(decided("a", "2026-02-02", *acts))["decide_assess"]
    assert row[column] == 1
    assert row["due"] == 1
    assert row[column].cases == ("a",)
    assert row["overdue_now"] == (column == "overdue")


def test_what_is_overdue_for_longer_is_counted_now_and_not_as_of_the_twelve_months():
    row = kept(decided("a", "2024-02-05"))["decide_assess"]
    assert (row["due"], row["overdue_now"], row["oldest_due_on"].isoformat()) == (0, 1, "2024-03-18")
    assert row["pc_in_time"] == "x"


def test_what_is_excused_is_no_breach_and_stands_apart():
    ground = "2026-02-10 exception_recorded outcome=exceptional_circumstances;until=2026-06-01;reason=ill"
    row = kept(decided("a", "2026-02-02", ground))["decide_assess"]
    assert (row["excused"], row["overdue_now"], row["due"]) == (1, 0, 1)


@pytest.mark.parametrize("seed", range(4))
def test_the_table_and_the_register_of_breaches_tell_the_same(seed):
    cases = group_cases(synth(150, seed, faults=0.05, as_of=DAY))
    answers = answered(*cases.values(), as_of=DAY)
    rows = {row["limit"]: row for row in table_rows("limits-kept", answers, answers[0].as_of)}
    period = last_twelve_months(answers[0].as_of)
    roots = answers[0].book.rulebook.limits
    every = Registers(["breaches"])
    for each in answers:
        every.add(each)
    listed, standing = every.rows("breaches"), every.rows("breaches", standing=True)
    for name, row in rows.items():
        mine = [one for one in listed if roots[one["limit"]].root == name]
        assert row["overdue_now"] == sum(roots[one["limit"]].root == name for one in standing)
        missed = sum(row[column] for column in ("late", "overdue", "overtaken", "premature"))
        assert missed == sum(one["due_on"] is not None and one["due_on"] in period for one in mine)
        assert row["due"] == row["in_time"] + row["excused"] + missed
    assert {roots[one["limit"]].root for one in standing} <= rows.keys()


def test_a_limit_is_counted_with_its_counterpart_in_other_regulations():
    detained = told("a", "2026-01-05 detained", "2026-02-02 request_received parent")
    limits = {one.limit for one in answered(detained, as_of=DAY)[0].deadlines}
    assert "decide_assess" not in limits, "it is of the Regulations on detained persons"
    assert kept(detained, decided("b", "2026-02-02"))["decide_assess"]["overdue_now"].cases == ("a", "b")


def test_no_case_gives_no_row():
    assert LimitsKept(last_twelve_months(answered(decided("a", "2026-06-29"), as_of=DAY)[0].as_of)).rows() == []


def test_a_count_knows_its_cases_through_a_copy_and_a_pickle():
    import copy
    import pickle

    count = CaseCount(("b", "a", "b"))
    assert (count, count.cases) == (3, ("b", "a", "b"))
    for again in (copy.copy(count), copy.deepcopy(count), pickle.loads(pickle.dumps(count))):
        assert (again, again.cases) == (3, ("b", "a", "b"))
