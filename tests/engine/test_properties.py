"""What holds of every case that can be built, lawful or not."""

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from ehcp_flow.answers import answer
from ehcp_flow.case import Case
from ehcp_flow.deadlines import Deadline, deadlines_of, due, judge
from ehcp_flow.facts import FACT_TYPES, Fact
from ehcp_flow.law import england
from ehcp_flow.law.patterns import Pattern
from ehcp_flow.testing.strategies import cases, days, facts, lives, mixtures
from tests.telling import fact, tell, untouched


def patterns(thing: object) -> Iterator[Pattern]:
    """Every pattern that a rulebook's model speaks of, at any depth."""
    if isinstance(thing, Pattern):
        yield thing
    elif isinstance(thing, tuple | list):
        for item in thing:
            yield from patterns(item)
    elif isinstance(thing, dict):
        yield from patterns(list(thing.values()))
    elif isinstance(thing, BaseModel):
        yield from patterns([getattr(thing, name) for name in type(thing).model_fields])


SPOKEN_OF = {pattern.event for pattern in patterns(england())}
# The engine asks for these by itself: grounds of exception, ages, corrections, whose it is, what is recorded.
ASKED = {"exception_recorded", "date_of_birth", "fact_voided", "authority_replaced", "records_declared"}
UNSPOKEN = sorted(set(FACT_TYPES) - SPOKEN_OF - ASKED)
STRANGERS = {"advice_received": "a-stranger", "school_responded": "a-stranger"}
ASKING = ("advice_requested", "school_consulted")

as_ofs = days(dt.date(2014, 1, 1), dt.date(2032, 12, 31))
quick = settings(max_examples=60)


def identity(deadline: Deadline) -> tuple[object, ...]:
    """Which deadline it is: the rule, and the fact that started its clock."""
    working = deadline.derivation
    return (deadline.limit, working.rule.rows, working.start.content, deadline.party)


def by_identity(case: Case, as_of: dt.date) -> dict[tuple[object, ...], Deadline]:
    return {identity(deadline): deadline for deadline in deadlines_of(case, as_of)}


def fixed(deadline: Deadline) -> bool:
    """Whether its date hangs on the starting fact alone."""
    return not deadline.derivation.version.later_of and deadline.derivation.protected is None


def years_apart(case: Case, as_of: dt.date) -> bool:
    """Whether a change of phase lies years away from all else on record, and is left out for it, as a finding tells."""
    return any(
        found.code == "impossible_date" and found.fact is not None and found.fact.event == "phase_transfer_due"
        for found in case.findings_on(as_of)
    )


def test_the_facts_that_no_rule_speaks_of_are_known():
    assert {"representations_received", "meeting_requested"} <= set(UNSPOKEN)
    assert not {"request_received", "final_plan_sent", "review_decision_sent"} & set(UNSPOKEN)


@quick
@given(cases(), as_ofs, st.randoms(use_true_random=False))
def test_the_order_of_recording_never_matters(case, as_of, chance):
    shuffled = list(case.recorded)
    chance.shuffle(shuffled)
    assert judge(Case("a", tuple(shuffled)), as_of) == judge(case, as_of)


@quick
@given(cases(), facts(UNSPOKEN), as_ofs)
def test_a_fact_that_no_rule_speaks_of_moves_nothing(case, more, as_of):
    assume(not years_apart(case.record(more), as_of))
    assert deadlines_of(case.record(more), as_of) == deadlines_of(case, as_of)


@quick
@given(cases(), st.sampled_from(sorted(STRANGERS)), days(), as_ofs)
def test_an_answer_from_a_party_that_was_not_asked_moves_nothing(case, event, on, as_of):
    # Where the record does not say who was asked, whoever answers is taken to have been.
    assume(all(each.party for each in case.recorded if each.event in ASKING))
    more = fact(f"{on} {event}", party=STRANGERS[event])
    assume(not years_apart(case.record(more), as_of))
    assert deadlines_of(case.record(more), as_of) == deadlines_of(case, as_of)


@quick
@given(cases(), as_ofs, as_ofs)
def test_time_alone_moves_no_last_lawful_day(case, one_day, another):
    earlier, later = (by_identity(case, as_of) for as_of in sorted((one_day, another)))
    shared = [key for key in earlier if key in later and fixed(earlier[key]) and fixed(later[key])]
    assert {key: (earlier[key].starts_on, earlier[key].due_on) for key in shared} == {
        key: (later[key].starts_on, later[key].due_on) for key in shared
    }


@quick
@given(lives(), as_ofs, as_ofs)
def test_what_was_done_stays_done_unless_a_plan_that_names_the_placement_answers_better(case, one_day, another):
    earlier, later = (by_identity(case, as_of) for as_of in sorted((one_day, another)))
    better = any(getattr(each, "outcome", None) == "names_placement" for each in case)
    done = {
        key: deadline
        for key, deadline in earlier.items()
        if deadline.done_on is not None and not (better and deadline.limit == "phase_transfer")
    }
    assert {key: untouched(later[key]) for key in done} == {key: untouched(deadline) for key, deadline in done.items()}


@quick
@given(cases(), st.lists(facts(["exception_recorded"]), min_size=1, max_size=3), as_ofs)
def test_an_exception_changes_no_date_and_no_status(case, grounds, as_of):
    without = Case("a", tuple(each for each in case.recorded if each.event != "exception_recorded"))
    plain, excused = deadlines_of(without, as_of), deadlines_of(without.record(*grounds), as_of)
    assert [untouched(deadline) for deadline in excused] == [untouched(deadline) for deadline in plain]
    assert all(was.breach or not now.breach for was, now in zip(plain, excused, strict=True))


@quick
@given(cases(), st.randoms(use_true_random=False), as_ofs)
def test_a_duplicate_changes_nothing(case, chance, as_of):
    assume(case.recorded)
    again = chance.choice(case.recorded)
    assert deadlines_of(case.record(again), as_of) == deadlines_of(case, as_of)


@quick
@given(cases(), facts(), as_ofs)
def test_a_fact_that_is_recorded_and_voided_leaves_no_trace(case, mistake, as_of):
    named = mistake.model_copy(update={"fact_id": "mistake"})
    voided = case.record(named).void("mistake", "it never happened")
    assert judge(voided, as_of) == judge(case, as_of)
    assert voided.facts == case.facts


@quick
@given(cases(), facts(), facts(), as_ofs)
def test_a_fact_that_is_replaced_gives_what_the_right_one_would_have_given(case, mistake, right, as_of):
    named = mistake.model_copy(update={"fact_id": "mistake"})
    replaced = case.record(named).replace("mistake", right, "it was another")
    assert _but_for_keys(deadlines_of(replaced, as_of)) == _but_for_keys(deadlines_of(case.record(right), as_of))


def _but_for_keys(deadlines):
    """Return what deadlines say; what stands in the place of a fact starts duties that go by that one's name."""
    return [{**each.as_dict(explanation=True), "key": None} for each in deadlines]


@quick
@given(cases(), as_ofs, st.integers(0, 12), st.randoms(use_true_random=False))
def test_what_was_known_then_gives_the_answers_of_then(case, as_of, known, chance):
    instants = [f"2030-01-{place + 1:02d}T09:00:00Z" for place in range(len(case.recorded))]
    chance.shuffle(instants)
    dated = [
        type(each).model_validate({**each.model_dump(), "recorded_at": instant})
        for each, instant in zip(case.recorded, instants, strict=True)
    ]
    then = f"2030-01-{known + 1:02d}T12:00:00Z"
    by_then = tuple(each for each, instant in zip(dated, instants, strict=True) if instant < then)
    assert judge(Case("a", tuple(dated)).known_at(then), as_of) == judge(Case("a", by_then), as_of)


@quick
@given(cases(), as_ofs)
def test_a_breach_is_statutory_missed_and_not_excused(case, as_of):
    for deadline in deadlines_of(case, as_of):
        missed = deadline.status in ("late", "overdue", "premature", "overtaken")
        if deadline.breach:
            assert missed
            assert deadline.kind == "statutory"
            assert not deadline.excused_by
        assert (deadline.days_over is not None) == (deadline.status in ("late", "overdue", "overtaken"))
        assert deadline.days_over is None or deadline.days_over > 0


@quick
@given(cases(), as_ofs)
def test_the_dates_of_a_deadline_are_in_step(case, as_of):
    for deadline in deadlines_of(case, as_of):
        if deadline.earliest_on is not None and deadline.due_on is not None:
            assert deadline.earliest_on == deadline.due_on + dt.timedelta(days=1)
        if deadline.done_on is not None:
            assert deadline.done_on <= as_of
            assert deadline.status in ("met", "late", "premature", "undated")
        if deadline.status == "overdue":
            assert deadline.due_on is not None
            assert deadline.days_over == (as_of - deadline.due_on).days
        if deadline.status == "overtaken":
            assert deadline.due_on is not None
            assert deadline.ended_on is not None
            assert deadline.days_over == (deadline.ended_on - deadline.due_on).days
        assert deadline.ended_on is None or deadline.status in ("lapsed", "overtaken")


@quick
@given(cases(), as_ofs)
def test_the_same_question_has_the_same_answer_and_the_earliest_comes_first(case, as_of):
    judged = judge(case, as_of)
    assert judged == judge(Case("a", case.recorded), as_of)
    dates = [deadline.due_on or dt.date.max for deadline in judged.deadlines]
    assert dates == sorted(dates)


@quick
@given(lives(), as_ofs)
def test_what_lies_in_the_future_of_the_day_asked_about_changes_nothing(case, as_of):
    known = Case("a", tuple(each for each in case.recorded if each.on <= as_of or each.prospective))
    assert deadlines_of(case, as_of) == deadlines_of(known, as_of)


@settings(max_examples=150)
@given(mixtures(max_size=20), as_ofs)
@example(tell("2026-03-02 review_meeting_held; 2026-03-02 review_meeting_held party=x"), dt.date(2026, 3, 2))
def test_no_case_that_can_be_built_is_too_much(case, as_of):
    whole = answer(case, as_of)
    for deadline in whole.deadlines:
        assert deadline.as_dict(explanation=True)["case_id"] == "a"
        assert repr(deadline).startswith("<Deadline a ")
    assert all(str(finding) for finding in whole.findings)


@quick
@given(facts())
def test_any_one_fact_can_be_asked_about(some: Fact):
    fields = some.model_dump(exclude_none=True, exclude={"event", "on", "case_id"})
    for deadline in due(some.event, some.on, **fields):
        assert deadline.case_id == "-"


def test_deadlines_are_equal_by_what_they_say_and_can_be_kept_in_a_set():
    once, again = (deadlines_of(tell("2026-03-02 request_received"), "2026-03-02") for _ in range(2))
    assert once == again
    assert not any(left != right for left, right in zip(once, again, strict=True))
    assert len({*once, *again}) == len(once)
    assert once[0] != once[0].as_dict()
    assert once[0] != once[1]


@pytest.mark.parametrize("event", ["exception_recorded", "review_decision_sent", "request_received"])
def test_the_strategy_makes_facts_of_the_event_that_is_asked_for(event):
    @settings(max_examples=20)
    @given(facts([event], case_id="b"))
    def check(some: Fact) -> None:
        assert (some.event, some.case_id) == (event, "b")

    check()
