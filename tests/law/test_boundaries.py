"""Every rule of the rulebook on its last lawful day, the day before and the day after, all through two years."""

import datetime as dt

import pytest

from ehcp_flow.law import england
from tests.engine.rules import CALENDARS
from tests.law.stories import BOOK, DAY, STARTS, Start, act
from tests.telling import LATER

# Every month of a common and of a leap year, and the days around Christmas, Easter and August that are counted wrong.
TRIGGERS = [
    *(dt.date(year, month, 1 + 2 * month) for year in (2023, 2024) for month in range(1, 13)),
    *(dt.date(2024, 2, 29), dt.date(2025, 12, 31), dt.date(2025, 12, 24), dt.date(2024, 3, 28), dt.date(2026, 7, 31)),
]

WINDOWS = [start for start in STARTS if start.rule.version[-1].is_window]
ALREADY = [start for start in STARTS if start.pattern in start.rule.implied_by]
ACTS = [start for start in STARTS if start not in WINDOWS and start not in ALREADY]
each = pytest.mark.parametrize


def last_day(start: Start, on: dt.date) -> dt.date:
    due_on = start.deadline(start.story(on), on, on).due_on if start.rule.only_with == () else None
    if due_on is None:
        due_on = start.deadline(start.story(on), LATER, on).due_on
    assert due_on is not None
    return due_on


def test_every_limit_is_driven():
    assert {start.limit.id for start in STARTS} == set(england().limits)


@each("start", ACTS, ids=str)
def test_an_act_is_in_time_on_the_last_lawful_day_and_late_on_the_next(start: Start):
    for on in TRIGGERS:
        last = last_day(start, on)
        for offset, status in ((-1, "met"), (0, "met"), (1, "late")):
            if start.rule.looks_back is not None and last + offset * DAY >= on and status == "late":
                continue
            acted_on = last + offset * DAY
            story = start.story(on)
            if start.rule.looks_back is None and acted_on <= max(fact.on for fact in story) and status == "met":
                acted_on = max(fact.on for fact in story)
                if acted_on > last:
                    continue
            found = start.deadline([*story, act(start.rule.done_by[0], acted_on)], LATER, on)
            owed = start.is_held_to
            assert (found.status, found.due_on, found.breach) == (status, last, status == "late" and owed), (on, found)


@each("start", ACTS, ids=str)
def test_what_is_not_done_is_over_on_the_day_after_the_last(start: Start):
    over = "overdue"
    if start.rule.right:
        over = "lapsed"
    elif start.rule.other_answer or start.rule.bites_only_if:
        over = "open"
    for on in TRIGGERS:
        last = last_day(start, on)
        # A limit that needs a later fact is not there before that fact.
        first = max(fact.on for fact in start.story(on)) if start.rule.only_with else dt.date.min
        for as_of, status in ((last - DAY, "open"), (last, "open"), (last + DAY, over)):
            if as_of < max(first, on) and not start.rule.looks_back and start.rule.only_with:
                continue
            if as_of < on:
                continue
            found = start.deadline(start.story(on), as_of, on)
            owed = start.limit.kind == "statutory" and status == "overdue"
            assert (found.status, found.breach) == (status, owed), (on, as_of, found)


@each("start", WINDOWS, ids=str)
def test_a_window_protects_its_last_day(start: Start):
    for on in (trigger for trigger in TRIGGERS if trigger > dt.date(2014, 9, 1)):
        found = start.deadline(start.story(on), LATER, on)
        last = found.due_on
        if last is None:  # the school's own dates are not known that far back
            continue
        assert found.status == "met"
        for offset, status in ((0, "premature"), (1, "met")):
            story = [*start.story(on), act(start.rule.done_by[0], last + offset * DAY)]
            found = start.deadline(story, LATER, on)
            assert (found.status, found.breach, found.earliest_on) == (status, status == "premature", last + DAY)


@each("start", ALREADY, ids=str)
def test_what_the_start_itself_implies_is_never_a_breach(start: Start):
    found = start.deadline(start.story(TRIGGERS[0]), LATER, TRIGGERS[0])
    assert (found.status, found.breach) == ("undated", False)


def test_every_rule_has_its_rows_its_source_and_its_evidence():
    for limit in BOOK.limits.values():
        for rule in limit.rule:
            assert all(version.citation and version.words for version in rule.version), limit.id
    assert CALENDARS.working.is_working_day(dt.date(2026, 3, 2))
