"""What the fixtures give, and what the assertions say where they fail."""

import datetime as dt
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

import ehcp_flow as ef
from ehcp_flow.case import Case
from ehcp_flow.store.memory import MemoryStore, Shelf
from ehcp_flow.testing import a_fact, assert_breach, assert_met, case_builder, compliance_rule
from ehcp_flow.testing.contract_recording import RecordingContract

PROFILE = """
title = "ours"
[[target]]
id = "draft_in_week_14"
title = "Send the draft in week 14"
clock = "request"
counting = "14 weeks after"
act = "send the draft"
done_by = ["draft_plan_sent"]
"""


def test_a_case_is_told_in_weeks_and_days_and_each_step_leaves_the_case_before_alone(request):
    begun = request.getfixturevalue("case_builder")(received="2026-01-05", case_id="b", party="parent")
    told = (
        begun.week(5, "assessment_agreed").day(37, "advice_requested", party="medical").on("01/04/2026", "plan_agreed")
    )
    assert [(fact.event, str(fact.on)) for fact in told] == [
        ("request_received", "2026-01-05"), ("assessment_agreed", "2026-02-09"), ("advice_requested", "2026-02-11"),
        ("plan_agreed", "2026-04-01"),
    ]  # fmt: skip
    assert (len(begun), told.case_id, begun.facts[0].party) == (1, "b", "parent")


def test_what_is_told_is_a_case_as_any(memory_store):
    told = case_builder("2026-01-05").week(5, "assessment_agreed")
    assert ef.deadlines_of(told, "2026-02-10") == ef.deadlines_of(Case.of(told.recorded), "2026-02-10")
    for version, fact in enumerate(told.recorded):
        memory_store.record(told.case_id, fact, seen=version)
    assert memory_store.case("a-1").version == 2


@pytest.mark.parametrize("day", ["2026-01-15", "2026-07-15", "2031-10-26"])
def test_the_day_stands_still_in_winter_in_summer_and_when_the_clocks_go_back(frozen_day, day):
    frozen_day("2026-03-01")
    frozen_day(day)
    assert ef.deadlines_of(case_builder("2026-01-05"))[0].as_of == dt.date.fromisoformat(day)


def test_after_a_day_stood_still_columns_know_days_as_ever():
    code = (
        "import datetime as dt\nfrom ehcp_flow.testing import frozen\nwith frozen('2026-06-30'):\n    pass\n"
        "import polars as pl\nprint(pl.Series([dt.date(2026, 7, 1)]).dtype)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("Date\n", "")


def test_a_limit_that_was_not_met_is_told_with_its_explanation():
    late = case_builder("2026-01-05").week(7, "assessment_agreed")
    with pytest.raises(AssertionError, match=r"case a-1: decide_assess was not met; on .* it is late") as caught:
        assert_met(late, "decide_assess", "2026-03-01")
    assert "2026-02-16" in str(caught.value) or "16 February 2026" in str(caught.value)
    assert [deadline.status for deadline in assert_breach(late, "decide_assess", "2026-03-01")] == ["late"]


def test_a_limit_that_is_no_breach_is_told_so():
    with pytest.raises(AssertionError, match=r"decide_assess is not in breach; on Tuesday 6 January 2026 it is open"):
        assert_breach(case_builder("2026-01-05"), "decide_assess", "2026-01-06")


def test_a_limit_that_does_not_apply_is_neither_met_nor_in_breach():
    case = case_builder("2026-01-05").day(1, "advice_requested", party="medical")
    for asserted in (assert_met, assert_breach):
        with pytest.raises(AssertionError, match=r"advice of educational does not apply; .*decide_assess"):
            asserted(case, "advice", "2026-01-06", party="educational")
    with pytest.raises(ef.UnknownNameError, match="decide_asess"):
        assert_met(case, "decide_asess", "2026-01-06")


def test_a_limit_of_ones_own_rulebook_is_asserted_too(tmp_path: Path):
    profile = tmp_path / "ours.toml"
    profile.write_text(PROFILE, "utf-8")
    kept = case_builder("2026-01-05").week(14, "draft_plan_sent")
    ours = ef.with_targets(ef.england(), profile)
    assert [str(met.due_on) for met in assert_met(kept, "draft_in_week_14", "2026-06-01", rulebook=ours)] == [
        "2026-04-13"
    ]


def decided(case, _as_of):
    return None if any(fact.event == "assessment_agreed" for fact in case) else "decide"


def test_a_rule_is_tried_on_three_days_and_says_which_came_out_otherwise():
    rule = compliance_rule("Decide", case=case_builder("2026-01-05"), last_day="2026-01-12")(decided)
    assert [(edge.name, str(edge.day), edge.kept) for edge in rule.edges()] == [
        ("the day before", "2026-01-11", True), ("the last day", "2026-01-12", True),
        ("the day after", "2026-01-13", False),
    ]  # fmt: skip
    before, _, after = rule.edges()
    rule.try_edge(after)
    with pytest.raises(AssertionError, match=r"Decide: on the day before, .*kept, and it says: decide"):
        rule.try_edge(before)


def test_a_rule_with_a_first_day_is_broken_the_day_before():
    def not_before(case, as_of):
        return [] if as_of >= dt.date(2026, 1, 12) else ["too early"]

    rule = compliance_rule("Wait", case=case_builder("2026-01-05"), first_day="2026-01-12")(not_before)
    assert [edge.kept for edge in rule.edges()] == [False, True, True]
    for edge in rule.edges():
        rule.try_edge(edge)


def test_a_rule_is_judged_after_all_that_happens_in_its_example_and_before_what_is_only_due():
    seen = []
    example = (
        case_builder("2026-01-05")
        .on("2026-03-02", "plan_agreed")
        .on("2027-09-01", "phase_transfer_due", outcome="school")
    )
    rule = compliance_rule("Look", case=lambda _: example, last_day="2026-02-01")(lambda _, as_of: seen.append(as_of))
    rule.try_edge(rule.edges()[0])
    assert seen == [dt.date(2026, 3, 2)]


@pytest.mark.parametrize("answer", [True, [3], 7, [""], " "])
def test_a_rule_that_says_anything_but_sentences_is_refused(answer):
    rule = compliance_rule("Odd", case=case_builder("2026-01-05"), last_day="2026-01-12")(lambda *_: answer)
    with pytest.raises(TypeError, match=r"Odd: it returned .*a list of sentences"):
        rule(case_builder("2026-01-05"), "2026-01-06")


def test_a_rule_of_another_shape_is_refused_where_it_is_written():
    with pytest.raises(TypeError, match=r"Odd: alone\(case\) takes no case and day: write a function of two"):

        @compliance_rule("Odd", case=case_builder("2026-01-05"), last_day="2026-01-12")  # type: ignore[arg-type]
        def alone(case):
            return [case.case_id]


@pytest.mark.parametrize("days", [{}, {"last_day": "2026-01-12", "first_day": "2026-01-12"}])
def test_a_rule_has_one_edge(days):
    with pytest.raises(TypeError, match="Both: give last_day or first_day, one of them"):
        compliance_rule("Both", case=case_builder("2026-01-05"), **days)


def test_a_rule_that_is_called_goes_by_today(frozen_day):
    frozen_day("2026-01-06")
    rule = compliance_rule("Today", case=case_builder("2026-01-05"), last_day="2026-01-12")(lambda _, day: [str(day)])
    assert rule(case_builder("2026-01-05")) == ["2026-01-06"]


class Failing:
    """A store that one writer cannot write to: one without locks fails so, at whatever writer is unlucky."""

    def __init__(self, store, unlucky):
        self.store, self.unlucky = store, unlucky

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.store.__exit__(None, None, None)

    def record(self, case_id, *more, **options):
        if case_id == self.unlucky:
            raise RuntimeError("two wrote at once")
        return self.store.record(case_id, *more, **options)

    def follow(self, *more, **options):
        return self.store.follow(*more, **options)


def test_the_contract_ends_where_a_writer_fails(memory_store):
    with pytest.raises(RuntimeError, match="two wrote at once"):
        RecordingContract().test_sixteen_writers_on_many_cases_all_win_and_a_reader_meets_each_fact_once(
            lambda: Failing(memory_store, "case-3")  # type: ignore[arg-type,return-value]
        )


def test_the_contract_fails_with_a_store_that_does_not_lock():
    shelf = Shelf()
    shelf.lock = nullcontext()  # type: ignore[assignment]
    with pytest.raises(AssertionError):
        RecordingContract().test_of_two_writers_who_have_decided_by_the_same_version_one_wins(
            lambda **options: MemoryStore(shelf=shelf, **options)
        )


def test_the_contract_ends_where_a_store_does_not_open(memory_store):
    opened = []

    def opener():
        opened.append(1)
        if len(opened) == 4:
            raise RuntimeError("no more than three")
        return memory_store

    with pytest.raises(RuntimeError, match=r"^$|no more than three"):
        RecordingContract().test_many_writers_who_make_one_case_have_one_winner(opener)
    memory_store.record("a-1", a_fact(), seen=0)
