# ruff: noqa: S101, D102 - these are tests, which people run under pytest
"""The contract of a rulebook, as tests: what passes them is answered alike at every door, whatever procedure it is of.

    class TestOurProcedure(RulebookContract):
        @pytest.fixture
        def rulebook(self):
            return load_rulebook("our_procedure")

The cases are made up from what the rulebook itself speaks of, always the same ones; a rulebook whose cases chance does
not come to, or that counts in the terms of schools alone, gives cases of its own by the fixture `cases`. Needs the
extra `bulk`.
"""

from __future__ import annotations

import datetime as dt
import io
import pickle
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Any, Final

import pytest

from ehcp_flow.bulk import deadlines_frame, states_frame
from ehcp_flow.calendars.places import england as calendars
from ehcp_flow.case import Case
from ehcp_flow.columns import DATES
from ehcp_flow.counting import Window
from ehcp_flow.deadlines import deadlines_of, due
from ehcp_flow.errors import MoveRefused
from ehcp_flow.facts import FACT_TYPES, Fact, choices_of, make_fact, outcomes_of
from ehcp_flow.law.model import Limit, Rule, Rulebook
from ehcp_flow.law.patterns import patterns_in
from ehcp_flow.law.version import Version
from ehcp_flow.moves.regions import regions_of
from ehcp_flow.readers import read_facts, write_facts
from ehcp_flow.record_table import BIRTH_FIRST
from ehcp_flow.states import allowed, attach, machine, record, state
from ehcp_flow.store import Store

__all__ = ["RulebookContract", "made_up_cases", "spoken_of"]

_CASES: Final = 40
_FACTS: Final = 12
_SILENT: Final = ("delay_reason_recorded", "meeting_held", "review_attended", "direct_payments_stopped")
"""Events of the library of which the one or other moves nothing in any rulebook."""
_NARROWS: Final = (
    "only_from", "where", "where_not", "where_in_time", "by_party", "not_by_party", "by_body", "not_by_body",
    "not_during", "cohorts", "only_with", "looks_back", "done_as_named", "counts_from", "under_age", "owed_if_by_due",
)  # fmt: skip


def spoken_of(rulebook: Rulebook) -> tuple[str, ...]:
    """Return the events of which a rulebook speaks, in the order of the law: with its ages, a birth."""
    named = {pattern.event for pattern in patterns_in(rulebook)} | {event for event, _ in regions_of(rulebook).moving}
    if _knows_ages(rulebook):
        named.add("date_of_birth")
    return tuple(event for event in FACT_TYPES if event in named or event in rulebook.events)


def _knows_ages(rulebook: Rulebook) -> bool:
    return any(
        cohort.needs_birth
        for limit in rulebook.limits.values()
        for rule in limit.rule
        for cohort in (*rule.cohorts, *(each for version in rule.version for each in version.applies_to))
    )


def made_up_cases(rulebook: Rulebook) -> list[Case]:
    """Return cases of what a rulebook speaks of, from each day on which a version came into force, the newest first.

    They are always the same ones.
    """
    events = spoken_of(rulebook)
    rules = (rule for limit in rulebook.limits.values() for rule in limit.rule)
    first = sorted({version.in_force_from for rule in rules for version in rule.version}, reverse=True)
    return [
        _case(f"made-up-{number}", events, first[number % len(first)], Random(number))  # noqa: S311 - no secret
        for number in range(_CASES)
    ]


def _case(case_id: str, events: tuple[str, ...], first: dt.date, chance: Random) -> Case:
    on, told = first, []
    if "date_of_birth" in events:
        # Who it is about is born before anything else, and once; of some nobody knows when.
        events = tuple(event for event in events if event != "date_of_birth")
        born = first - dt.timedelta(days=chance.randint(1, 25 * 365))
        told += [_fact("date_of_birth", case_id, born, chance)] if chance.randint(0, 4) else []
    for _ in range(chance.randint(1, _FACTS)):
        on += dt.timedelta(days=chance.choice((0, 1, 7, 14, 28, 42, 84, 200)))
        told.append(_fact(chance.choice(events), case_id, on, chance))
    return Case(case_id, tuple(told))


def _fact(event: str, case_id: str, on: dt.date, chance: Random) -> Fact:
    fields: dict[str, Any] = {"outcome": chance.choice(outcomes_of(event))}
    for name, field in FACT_TYPES[event].model_fields.items():
        if name in ("event", "case_id", "on", "outcome") or not (field.is_required() or name == "party"):
            continue
        fields[name] = on if name in DATES else chance.choice(choices_of(event, name) or _TEXTS.get(name, ("a", "b")))
    return make_fact(event, case_id=case_id, on=on, **fields)


_TEXTS: Final = {"authority": ("885", "301"), "value": ("request_received",), "particular": ("team",)}


def _plain(rulebook: Rulebook) -> Iterator[tuple[Limit, Rule]]:
    """Yield the rules that bite wherever their clock starts, and count one period from the day it does."""
    for limit in rulebook.limits.values():
        for rule in limit.rule:
            clock = rulebook.clocks[rule.clock]
            elsewhere = clock.during or clock.counts_from != ("on",) or clock.per == "party"
            if elsewhere or any(getattr(rule, name) for name in _NARROWS):
                continue
            if all(_is_plain(version) for version in rule.version):
                yield limit, rule


def _is_plain(version: Version) -> bool:
    counts = version.counting is not None and not isinstance(version.counting, Window)
    return counts and not version.applies_to and not version.counts[0].from_birth


class _Holder:
    """A host's object with a case."""

    def __init__(self, case: Case) -> None:
        self.case = case


class RulebookContract:
    """Everything that holds of every rulebook. Subclass it, and give the fixture `rulebook`."""

    @pytest.fixture
    def rulebook(self) -> Rulebook:
        raise NotImplementedError("a subclass gives the rulebook under test")

    @pytest.fixture
    def cases(self, rulebook: Rulebook) -> list[Case]:
        return made_up_cases(rulebook)

    @pytest.fixture
    def as_of(self, cases: list[Case]) -> dt.date:
        return max(fact.on for case in cases for fact in case.facts)

    def test_it_is_the_same_in_another_process(self, rulebook: Rulebook, cases: list[Case], as_of: dt.date) -> None:
        there, whole = pickle.loads(pickle.dumps((rulebook, cases)))  # noqa: S301 - our own
        assert there == rulebook
        assert [deadlines_of(case, as_of, rulebook=there) for case in whole] == [
            deadlines_of(case, as_of, rulebook=rulebook) for case in cases
        ]

    def test_a_rule_counts_by_its_version_from_the_first_day_in_force(self, rulebook: Rulebook) -> None:
        for limit, rule in _plain(rulebook):
            for version in rule.version:
                for pattern in rulebook.clocks[rule.clock].starts_on:
                    on = version.in_force_from
                    fact = _fact(pattern.event, "a", on, Random(0))  # noqa: S311 - no secret
                    outcome = pattern.outcomes[0]
                    given = fact.model_dump(exclude={"event", "case_id", "on", "outcome"}, exclude_none=True)
                    found = due(pattern.event, on, rulebook=rulebook, as_of=on, outcome=outcome, **given)
                    days = [each.due_on for each in found if each.limit == limit.id]
                    last = version.counting.last_day(on, calendars())
                    assert not days or (last and version.rolled(last, calendars())) in days, limit.id

    def test_it_does_not_matter_in_which_order_facts_are_recorded(
        self, rulebook: Rulebook, cases: list[Case], as_of: dt.date
    ) -> None:
        for case in cases:
            turned = Case(case.case_id, case.recorded[::-1])
            assert _told(turned, as_of, rulebook) == _told(case, as_of, rulebook)

    def test_columns_and_one_case_give_the_same_answers(
        self, rulebook: Rulebook, cases: list[Case], as_of: dt.date
    ) -> None:
        facts = [fact for case in cases for fact in case.recorded]
        rows = deadlines_frame(facts, as_of, rulebook=rulebook).select("key", "due_on", "status", "breach").rows()
        one_by_one = [deadline for case in cases for deadline in deadlines_of(case, as_of, rulebook=rulebook)]
        assert rows == [(each.key, each.due_on, each.status, each.breach) for each in one_by_one]
        states = states_frame(facts, as_of, rulebook=rulebook).select("case_id", "state").rows()
        assert states == [(case.case_id, state(case, as_of, rulebook=rulebook).pathway) for case in cases]

    def test_nothing_is_overdue_on_its_last_lawful_day_and_all_count_from_it(
        self, rulebook: Rulebook, cases: list[Case], as_of: dt.date
    ) -> None:
        seen = 0
        for case in cases:
            for due_on in {each.due_on for each in deadlines_of(case, as_of, rulebook=rulebook) if each.due_on}:
                on_the_day = [each for each in deadlines_of(case, due_on, rulebook=rulebook) if each.due_on == due_on]
                assert not [each for each in on_the_day if each.status == "overdue"]
                day_after = deadlines_of(case, due_on + dt.timedelta(days=1), rulebook=rulebook)
                over = [each for each in day_after if each.due_on == due_on and each.status == "overdue"]
                assert {each.days_over for each in over} <= {1}
                seen += len(on_the_day)
        assert seen, "no made-up case has a last lawful day: give cases of your own, by the fixture `cases`"

    def test_every_answer_says_why(self, rulebook: Rulebook, cases: list[Case], as_of: dt.date) -> None:
        for case in cases:
            for deadline in deadlines_of(case, as_of, rulebook=rulebook):
                assert deadline.citation
                assert all(str(step) for step in deadline.explanation)
            for verdict in allowed(case, as_of, rulebook=rulebook):
                assert verdict.allowed or all(each.reason and each.citation for each in verdict.refusals)
                assert verdict.allowed or verdict.refusals

    def test_an_object_is_moved_as_a_case_is(self, rulebook: Rulebook, cases: list[Case], as_of: dt.date) -> None:
        moving = {event for event, _ in regions_of(rulebook).moving}
        made = refused = 0
        for case in cases:
            strict, holder = Case(case.case_id, ()), attach(machine(rulebook=rulebook), _Holder(Case(case.case_id, ())))
            for fact in (each for each in case.facts if each.event in moving):
                given = fact.model_dump(exclude={"event", "case_id", "on"}, exclude_none=True)
                move = partial(getattr(holder, fact.event), on=fact.on, **given)
                try:
                    strict = record(strict, fact, rulebook=rulebook)
                except MoveRefused:
                    with pytest.raises(MoveRefused):
                        move()
                    refused += 1
                else:
                    made += 1
                    move()
                assert holder.state == state(strict, as_of, rulebook=rulebook).pathway
        assert made
        assert refused

    def test_its_facts_come_through_a_file_and_a_store(self, rulebook: Rulebook, cases: list[Case]) -> None:
        facts = [fact for case in cases for fact in case.recorded]
        assert {*rulebook.events} <= {fact.event for fact in facts}
        for form in ("csv", "jsonl"):
            file = io.BytesIO()
            write_facts(facts, file, format=form)
            file.seek(0)
            assert [fact.content for fact in read_facts(file)] == [fact.content for fact in facts]
        with Store.open("memory:") as store:
            for case in cases:
                for seen, fact in enumerate(dict.fromkeys(case.recorded)):
                    store.record(case.case_id, fact, seen=seen)
            kept = {one.case.case_id: one.case for one in store.cases()}
        assert {name: [fact.content for fact in case.recorded] for name, case in kept.items()} == {
            case.case_id: [fact.content for fact in dict.fromkeys(case.recorded)] for case in cases
        }

    def test_what_it_does_not_speak_of_moves_nothing(
        self, rulebook: Rulebook, cases: list[Case], as_of: dt.date
    ) -> None:
        spoken = spoken_of(rulebook)
        event = next(event for event in _SILENT if event not in spoken)
        for case in cases:
            # Nothing happens to anybody on the day of their birth, or before: such a fact says that the birth is wrong.
            on = next((fact.on for fact in case.facts if fact.event != BIRTH_FIRST.event), as_of)
            more = case.record(_fact(event, case.case_id, on, Random(0)))  # noqa: S311 - no secret
            assert _told(more, as_of, rulebook) == _told(case, as_of, rulebook)


def _told(case: Case, as_of: dt.date, rulebook: Rulebook) -> Any:
    """Return what is answered of a case, but for the names of its deadlines: a place among facts is in them."""
    deadlines = deadlines_of(case, as_of, rulebook=rulebook)
    return (
        sorted((each.limit, str(each.due_on), each.status, each.breach, str(each.done_on)) for each in deadlines),
        state(case, as_of, rulebook=rulebook).pathway,
    )
