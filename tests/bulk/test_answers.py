"""Answers out of columns are, part by part, those of one case; and the explanation is there for who asks."""

import datetime as dt
import weakref

import pytest
from hypothesis import given

from ehcp_flow.answers import answer
from ehcp_flow.bulk import explain, iter_answers
from ehcp_flow.bulk.case_answers import BulkAnswer
from ehcp_flow.calendars import Institution, england
from ehcp_flow.case import Case, group_cases
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.derivation import Derivation
from ehcp_flow.errors import EhcpFlowError, UnknownNameError
from ehcp_flow.facts import make_fact
from ehcp_flow.measures import measure
from ehcp_flow.measures.deadline_filter import Chosen
from ehcp_flow.synth import synth
from tests.bulk.agreeing import AS_OF, caseloads
from tests.telling import day, tell

PARTS = tuple(name for name, part in vars(Derivation).items() if isinstance(part, property))


def agree_on_answers(cases: list[Case], as_of, **options) -> list[BulkAnswer]:
    """Assert that both say the same of all there is to an answer, and return those that came out of columns."""
    told = [case for case in cases if case.recorded]
    found = list(iter_answers(told, as_of, **options))
    assert len(found) == len(told)
    for one, case in zip(found, told, strict=True):
        expected = answer(case, as_of, **options)
        for name in ("case_id", "authority", "pathway", "since", "maintained", "disputes"):
            assert getattr(one, name) == getattr(expected, name), name
        assert [*one.turns] == [*expected.turns]
        for event in ("exception_recorded", "final_plan_sent", "tribunal_order_made"):
            held = any(fact.event == event for fact in expected.judged.facts)
            assert one.may_hold(event) == (held or not isinstance(one, BulkAnswer))
        for chosen in (Chosen(), Chosen(("annual_review",)), Chosen(status=("overdue",), owed=True)):
            assert chosen.may_be_of(one) == (bool(chosen.of(expected)) or not isinstance(one, BulkAnswer))
            assert chosen.of(one) == chosen.of(expected)
        assert (one.case, one.as_of) == (expected.case, expected.as_of)
        assert one.case.facts == case.facts
        assert one.case.authority == case.authority
        assert [each.as_dict() for each in one.breaches] == [each.as_dict() for each in expected.breaches]
        assert [each.as_dict() for each in one.deadlines] == [each.as_dict() for each in expected.deadlines]
        assert one.excused == expected.excused
        assert one.findings == expected.findings
        assert one.case_state == expected.case_state
        for deadline, other in zip(one.deadlines, expected.deadlines, strict=True):
            for name in PARTS:
                assert getattr(deadline.derivation, name) == getattr(other.derivation, name), name
    return [one for one in found if isinstance(one, BulkAnswer)]


@given(caseloads(), AS_OF)
def test_any_caseload_is_answered_as_each_of_its_cases_is(cases, as_of):
    agree_on_answers(cases, as_of)


@pytest.mark.parametrize("as_of", ["2023-01-31", "2026-06-30"])
def test_a_synthetic_caseload_is_answered_as_each_of_its_cases_is(as_of):
    cases = list(group_cases(synth(400, 3, faults=0.2)).values())
    assert len(agree_on_answers(cases, as_of)) > 350


def test_every_deadline_explains_itself_as_that_of_one_case_does():
    cases = list(group_cases(synth(40, 4)).values())
    explained = 0
    for one, case in zip(iter_answers(cases, "2026-06-30"), cases, strict=True):
        for deadline, other in zip(one.deadlines, deadlines_of(case, "2026-06-30"), strict=True):
            assert deadline.as_dict(explanation=True) == other.as_dict(explanation=True)
            assert deadline.derivation.run == other.derivation.run
            explained += 1
    assert explained > 500


def test_no_case_is_judged_again_to_explain_what_the_columns_found(monkeypatch):
    cases = list(group_cases(synth(40, 4, faults=0.5)).values())
    expected = [[each.explanation for each in answer(case, "2026-06-30").deadlines] for case in cases]

    def judged(*_: object) -> None:
        raise AssertionError("a case was judged again")

    answers = list(iter_answers(cases, "2026-06-30"))
    monkeypatch.setattr("ehcp_flow.engine.kernel.judge", judged)
    monkeypatch.setattr("ehcp_flow.engine.kernel.judge_clock", judged)
    assert [[each.explanation for each in one.deadlines] for one in answers] == expected
    assert [one.findings for one in answers if one.findings]


def test_answers_know_what_was_known_and_when_an_institution_is_open():
    told = [
        make_fact("request_received", case_id="a", on="2025-01-06", recorded_at="2025-01-07T09:00:00Z"),
        make_fact("assessment_agreed", case_id="a", on="2025-02-03", recorded_at="2025-03-01T09:00:00+01:00"),
        make_fact("request_received", case_id="b", on="2025-01-06", recorded_at="2025-06-01T09:00:00Z"),
    ]
    cases = [Case("a", tuple(told[:2])), Case("b", (told[2],))]
    (one,) = iter_answers(cases, "2025-12-31", known_at="2025-02-01T00:00:00Z")
    expected = answer(cases[0].known_at("2025-02-01T00:00:00Z"), "2025-12-31")
    assert (one.deadlines, one.case, one.findings) == (expected.deadlines, expected.case, expected.findings)
    stay = tell("2025-02-01 special_school_admitted party=s-1; 2025-03-03 plan_refused; 2025-06-02 special_school_left")
    for institution in ("s-1", "s-2"):
        calendars = england().with_institutions([Institution(institution, day("2025-01-01"), day("2025-12-31"))])
        agree_on_answers([stay], "2025-06-01", calendars=calendars)


def test_a_case_that_cannot_be_judged_is_passed_over_and_told():
    far, near = tell("2150-01-04 mediation_declined", "far"), tell("2025-01-06 mediation_declined", "near")
    seen: list[int] = []
    answers = iter_answers([far, near], dt.date(2199, 1, 1), on_progress=lambda done, _: seen.append(done))
    assert [one.case.case_id for one in answers] == ["near"]
    assert [case_id for case_id, _ in answers.failed] == ["far"]
    assert (answers.cases, answers.rows, seen) == (2, 2, [1, 2])


def test_some_cases_of_a_caseload_are_explained():
    cases = list(group_cases(synth(60, 4)).values())
    chosen = [cases[7], cases[41]]
    expected = [deadline.as_dict(explanation=True) for case in chosen for deadline in deadlines_of(case, "2026-06-30")]
    ids = [f" {case.case_id}" for case in reversed(chosen)]
    assert list(explain(cases, ids, "2026-06-30", chunk_cases=20)) == expected
    answers = iter_answers(cases, "2026-06-30", case_ids=ids)
    assert [one.case for one in answers] == chosen
    assert answers.cases == 2


def test_a_case_that_is_not_there_or_cannot_be_judged_is_not_explained():
    far, near = tell("2150-01-04 mediation_declined", "far"), tell("2025-01-06 mediation_declined", "near")
    with pytest.raises(UnknownNameError, match="nobody"):
        list(explain([near], ["nobody", "near"], "2026-06-30"))
    with pytest.raises(EhcpFlowError, match="1900 to 2100"):
        list(explain([far, near], ["far"], dt.date(2199, 1, 1)))
    assert list(explain([far, near], ["near"], dt.date(2199, 1, 1)))


def test_measures_of_a_whole_time_hold_no_answers():
    """Without a year the cases are gone through twice, and each is let go before the next but one."""
    cases = list(group_cases(synth(60, 4)).values())
    alive: weakref.WeakSet[BulkAnswer] = weakref.WeakSet()
    most = 0

    class Watched:
        def __iter__(self):
            nonlocal most
            for one in iter_answers(cases, "2026-06-30"):
                if isinstance(one, BulkAnswer):
                    alive.add(one)
                most = max(most, len(alive))
                yield one

    table = measure(Watched(), as_of="2026-06-30", by=["quarter"])
    assert table.rows == measure(cases, as_of="2026-06-30", by=["quarter"]).rows
    assert table.rows == measure(iter(cases), as_of="2026-06-30", by=["quarter"]).rows
    assert 0 < most <= 4
