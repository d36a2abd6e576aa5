"""The next day on which an answer changes, held against asking on each day."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ehcp_flow as ef
from ehcp_flow.law.profile import with_targets
from ehcp_flow.testing.strategies import cases, days, in_months
from tests.telling import ONE_DAY, tell

HORIZON = 220


def said(case, day, **law):
    """What is said of a case on a day, but what is another each day: asked for by the public calls alone."""
    found = ef.answer(case, day, **law)
    deadlines = [{**each.as_dict(), "days_over": None} for each in found.deadlines]
    findings = [(each.code, each.on, each.limit, each.remedy, each.fact and each.fact.id) for each in found.findings]
    where = found.case_state
    return deadlines, findings, where.pathway, where.since, where.disputes, where.findings, found.authority


def held_against_each_day(case, after, **law):
    turned = ef.next_change(case, after, **law)
    before = said(case, after, **law)
    for number in range(1, HORIZON):
        day = after + number * ONE_DAY
        if day == turned:
            assert said(case, day, **law) != before
            return
        assert said(case, day, **law) == before, day


@given(cases(), days(dt.date(2024, 1, 1), dt.date(2027, 12, 31)))
@settings(max_examples=25)
def test_nothing_changes_before_the_next_change(case, after):
    held_against_each_day(case, after)


@given(st.data())
@settings(max_examples=12)
def test_nothing_changes_before_it_where_facts_are_known_to_their_month(data):
    case = data.draw(in_months(cases()))
    first = min((fact.on for fact in case.recorded), default=dt.date(2024, 1, 1))
    held_against_each_day(case, dt.date.fromordinal(first.toordinal() + data.draw(st.integers(-40, 400))))


ABSENT = """
    2026-01-05 request_received
    2026-01-20 exception_recorded outcome=absent_from_area
"""


@pytest.mark.parametrize(
    ("chronology", "after", "turns"),
    [
        # By another reading of the law the limit was 12 April: that it is contested is an answer too.
        ("2026-03-02 request_received", "2026-03-02", "2026-04-13"),
        ("2026-03-02 request_received", "2026-04-13", "2026-04-14"),
        ("2026-03-02 request_received", "2026-02-01", "2026-03-02"),
        ("2026-03-02 request_received", "2026-07-20", "2026-07-21"),
        ("2026-03-02 request_received", "2027-07-21", None),
        ("2026-03-02 request_received; 2026-05-04 final_plan_sent", "2027-05-04", "2027-05-05"),
        (ABSENT, "2026-01-20", "2026-02-16"),
        ("", "2026-03-02", None),
    ],
)
def test_the_next_change(chronology, after, turns):
    case = tell(chronology)
    found = ef.next_change(case, after)
    assert (found and found.isoformat()) == turns


def test_today_is_where_it_begins(monkeypatch):
    monkeypatch.setattr("ehcp_flow.dates.today", lambda: dt.date(2026, 4, 20))
    assert ef.next_change(tell("2026-03-02 request_received")) == dt.date(2026, 6, 23)


def test_a_target_of_ones_own_changes_an_answer_too(tmp_path):
    (tmp_path / "ours.toml").write_text(
        '[[target]]\nid = "ours"\ntitle = "x"\nclock = "request"\ncounting = "2 weeks after"\nact = "x"\n'
        'done_by = ["assessment_agreed"]\n'
    )
    law = with_targets(ef.england(), tmp_path / "ours.toml")
    case = tell("2026-03-02 request_received")
    assert ef.next_change(case, "2026-03-02", rulebook=law) == dt.date(2026, 3, 17)


def test_a_day_that_is_no_date_is_refused():
    with pytest.raises(ef.DateError):
        ef.next_change(tell("2026-03-02 request_received"), "soon")
