"""A caseload made late by a queue: so many leave it a week, in their turn, and the rest goes as it does elsewhere."""

import datetime as dt
from collections import Counter

import pytest

from ehcp_flow.errors import RangeError, UnknownNameError
from ehcp_flow.synth import synth, write_synth
from tests.cli.running import invoke

AS_OF = dt.date(2026, 6, 30)
WEEKLY = ("psychological=2", "psychological=4@2025-01-06")


@pytest.fixture(scope="module")
def facts():
    return list(synth(1000, 5, as_of=AS_OF, weekly=WEEKLY))


def of(facts, event, party=None):
    """The first day of an event in each case: a re-assessment, years later, asks and drafts again."""
    return {fact.case_id: fact.on for fact in reversed(facts) if fact.event == event and party in (None, fact.party)}


def test_as_many_leave_the_queue_a_week_as_was_said_and_from_the_day_on_as_was_said_then(facts):
    by_week = Counter(on.isocalendar()[:2] for on in of(facts, "advice_received", "psychological").values())
    early = [by_week[2023, week] for week in range(10, 50)]
    late = [by_week[2025, week] for week in range(10, 50)]
    # A day on which the office is shut can put one into the next week.
    assert sum(many == 2 for many in early) > 35
    assert sum(many == 4 for many in late) > 35


def test_whoever_was_asked_first_is_served_first(facts):
    asked, came = of(facts, "advice_requested", "psychological"), of(facts, "advice_received", "psychological")
    served = sorted(came, key=lambda case: (asked[case], case))
    assert [came[case] for case in served] == sorted(came.values())
    waiting = set(asked) - set(came)
    assert waiting
    assert min(asked[case] for case in waiting) >= max(asked[case] for case in served)


def test_a_draft_follows_the_advice_and_a_plan_the_draft_by_more_than_its_fifteen_days(facts):
    came, drafted = of(facts, "advice_received", "psychological"), of(facts, "draft_plan_sent")
    final = of(facts, "final_plan_sent")
    assert len(final) > 300
    assert all(came[case] < drafted[case] for case in drafted)
    assert all((final[case] - drafted[case]).days >= 16 for case in final)


def test_there_are_as_many_cases_as_asked_for_and_all_of_it_has_happened(facts):
    assert len({fact.case_id for fact in facts}) == 1000
    assert max(fact.on for fact in facts if fact.event != "phase_transfer_due") <= AS_OF
    assert {fact.authority for fact in facts} == {"885"}
    assert of(facts, "assessment_refused")
    assert of(facts, "plan_refused")


def test_the_same_arguments_give_the_same_facts_and_another_seed_others():
    once, again = (list(synth(40, 5, as_of=AS_OF, weekly=WEEKLY)) for _ in range(2))
    assert once == again != list(synth(40, 6, as_of=AS_OF, weekly=WEEKLY))
    assert {fact.authority for fact in synth(10, 5, authority="801", weekly=WEEKLY)} == {"801"}


def test_faults_and_particulars_go_with_it():
    assert list(synth(40, 5, as_of=AS_OF, weekly=WEEKLY, faults=1.0)) != list(synth(40, 5, as_of=AS_OF, weekly=WEEKLY))
    told = {fact.event for fact in synth(20, 5, as_of=AS_OF, weekly=WEEKLY, particulars=True)}
    assert "particular_recorded" in told


@pytest.mark.parametrize(
    ("weekly", "says"),
    [
        (["psychological"], "PARTY=NUMBER"),
        (["psychological=0"], "PARTY=NUMBER"),
        (["psychological=2@soon"], "PARTY=NUMBER"),
        (["psychological=2@2025-01-06"], "what it is before"),
        (["psychological=2", "medical=3"], "one adviser has a queue"),
    ],
)
def test_a_pace_that_cannot_be_is_refused_with_how_to_write_it(weekly, says):
    with pytest.raises(RangeError, match=says):
        synth(3, 1, weekly=weekly)


def test_an_adviser_whom_no_case_asks_is_refused_by_name():
    with pytest.raises(UnknownNameError, match="psychological"):
        synth(3, 1, weekly=["psycological=2"])


def test_the_command_writes_the_same_as_the_call(tmp_path):
    write_synth(tmp_path / "called.csv", 30, 5, as_of=AS_OF, weekly=WEEKLY)
    words = [word for text in WEEKLY for word in ("--weekly", text)]
    done = invoke("synth", "--cases", "30", "--seed", "5", "--as-of", AS_OF, *words, "--output", tmp_path / "typed.csv")
    assert done.exit_code == 0
    assert (tmp_path / "typed.csv").read_text() == (tmp_path / "called.csv").read_text()
    wrong = invoke("synth", "--cases", "3", "--weekly", "psychological=x")
    assert wrong.exit_code == 2
    assert "such as psychological=20" in wrong.stderr
