"""Whatever is recorded, in whatever order: the invariants hold."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ehcp_flow.case import Case
from ehcp_flow.deadlines import Deadline, deadlines_of
from ehcp_flow.errors import MoveRefused
from ehcp_flow.facts import FACT_TYPES, OUTCOMES, Fact, make_fact, outcomes_of
from ehcp_flow.record_checks import without_copies
from ehcp_flow.states import MAINTAINED_STATES, DisputeState, State, allowed, check_move, disputes, record, state
from tests.moves.telling import DISPUTE_EVENTS, MOVING, PATHWAY, START, after, fact, told

NAMES = [
    event if outcome is None else f"{event}:{outcome}"
    for event in FACT_TYPES
    if event != "fact_voided"
    for outcome in outcomes_of(event)
]
# What a source is declared to record decides what is missed in it, and so what is out of order.
QUIET = [name for name in NAMES if name.partition(":")[0] not in {"records_declared", *(event for event, _ in MOVING)}]
DAYS = st.integers(0, 400).map(lambda days: START + dt.timedelta(days=days))
END = dt.date(2199, 12, 31)
NEEDED = {
    "party": "educational", "authority": "885", "until": "2025-06-30", "limit": "final_plan",
    "particular": "team", "value": "final_plan_sent",
}  # fmt: skip
"""What an event may ask for beside its outcome."""


def made(name: str, on: dt.date) -> Fact:
    asked = FACT_TYPES[name.partition(":")[0]].model_fields
    return fact(
        name, on, **{field: value for field, value in NEEDED.items() if field in asked and asked[field].is_required()}
    )


FACTS = st.lists(st.builds(made, st.sampled_from(NAMES), DAYS), max_size=12)


@given(FACTS, st.randoms(use_true_random=False), DAYS)
def test_the_order_of_recording_never_matters(facts, shuffler, as_of):
    shuffled = list(facts)
    shuffler.shuffle(shuffled)
    assert state(Case("a", tuple(shuffled)), as_of) == state(Case("a", tuple(facts)), as_of)
    assert allowed(Case("a", tuple(shuffled)), as_of) == allowed(Case("a", tuple(facts)), as_of)


@given(FACTS, DAYS)
def test_a_past_answer_can_be_given_again(facts, as_of):
    then = Case("a", tuple(item for item in facts if item.on <= as_of))
    assert state(Case("a", tuple(facts)), as_of) == state(then, as_of)
    assert allowed(Case("a", tuple(facts)), as_of) == allowed(then, as_of)


@given(FACTS, st.builds(made, st.sampled_from(QUIET), DAYS), DAYS)
def test_a_fact_that_moves_nothing_changes_nothing(facts, quiet, as_of):
    plain, more = Case("a", tuple(facts)), Case("a", (*facts, quiet))
    assert state(more, as_of).history == state(plain, as_of).history


@given(FACTS)
def test_a_strict_case_takes_what_brings_nothing_new_out_of_order_and_nothing_else(facts):
    case = Case("a")
    for item in facts:
        before = {id(finding.fact) for finding in state(case, END).findings}
        case_state = state(case.record(item), END)
        taken = {id(step.fact) for step in case_state.history if step.refusal is not None and step.refusal.holds}
        if any(id(finding.fact) not in taken | before for finding in case_state.findings):
            with pytest.raises(MoveRefused) as refused:
                record(case, item)
            assert not refused.value.verdict.allowed
        else:
            case = record(case, item)


@given(FACTS)
def test_an_imported_case_takes_everything_and_reports_each_fact_once(facts):
    case = Case("a")
    for item in facts:
        case = record(case, item, strict=False)
    case_state = state(case, END)
    assert len(case.recorded) == len(facts)
    found = [id(finding.fact) for finding in case_state.findings]
    assert len(found) == len(set(found))
    assert all(finding.code and finding.message and finding.remedy for finding in case_state.findings)


BEGINNINGS = (
    "", "REFUSED_ASSESSMENT", "REFUSED_PLAN+CERTIFIED", "MAINTAINED+APPEAL", "CEASE_NOTIFIED+APPEAL",
    "REASSESS_REQUESTED+reassessment_refused+MEDIATION", "AMENDMENT_PROPOSED+amendment_declined",
    "REFUSED_ASSESSMENT+APPEAL+tribunal_order_made:assess+plan_refused+APPEAL",
)  # fmt: skip
BESIDE = {event for event, _ in MOVING} - {event for event, _ in PATHWAY.keys}
SETTLING = {"tribunal_order_made", "appeal_conceded", "mediation_agreed"}
"""What can set a refusal aside: each has a clock of its own."""
FROM_THE_REQUEST = {"decide_assess": 42, "decide_not_issue": 112, "final_plan": 140}
"""The limits whose time runs from the request, and their days."""


def start_of(deadline: Deadline) -> Fact:
    """The fact that started the clock."""
    return deadline.derivation.start


def dates_and_statuses(case: Case, as_of: dt.date) -> list[tuple[object, ...]]:
    return [
        (item.limit, start_of(item).id, item.due_on, item.done_on, item.status, item.days_over)
        for item in deadlines_of(case, as_of)
    ]


ANSWERING = (
    "review_decision_sent", "amendment_notice_sent", "amended_plan_sent", "amendment_declined", "cease_notice_sent",
)  # fmt: skip


def yearly_dates(case: Case, as_of: dt.date) -> list[tuple[str, dt.date, dt.date | None]]:
    """The clock of section 44(1): what started it, when, and the last day of its twelve months."""
    return [
        (start_of(item).event, start_of(item).on, item.due_on)
        for item in deadlines_of(case, as_of)
        if item.limit == "annual_review" and not {*item.derivation.rule.rows} & {"reassess_next_review"}
    ]


def answers_to_a_meeting(case: Case) -> list[Fact]:
    """The notices that carry the decision on a review, and the plans that show it: the first act after its meeting."""
    answers: list[Fact] = []
    met = None
    for item in case.facts:
        if item.event == "review_meeting_held":
            met = item.on
        elif item.event in ANSWERING:
            if met is not None and item.event != "review_decision_sent" and item.on <= met + dt.timedelta(days=365):
                answers.append(item)
            met = None
    return answers


class LawfulLife(RuleBasedStateMachine):
    """Takes any move that is allowed, on any day that comes."""

    @initialize(way=st.sampled_from(BEGINNINGS))
    def begin(self, way: str) -> None:
        self.case = told(way)
        self.day = after(self.case)

    @rule(days=st.integers(1, 60))
    def time_passes(self, days: int) -> None:
        # A limit that is missed moves nothing, and blocks nothing.
        first = self.day + dt.timedelta(days=1)
        open_now = {(item.event, item.outcome) for item in allowed(self.case, first) if item.allowed}
        before = state(self.case, self.day)
        self.day += dt.timedelta(days=days)
        assert state(self.case, self.day).pathway is before.pathway
        assert state(self.case, self.day).history == before.history
        assert open_now <= {(item.event, item.outcome) for item in allowed(self.case, self.day) if item.allowed}

    @rule(data=st.data())
    def a_lawful_move_is_taken(self, data: st.DataObject) -> None:
        # What somebody else asked for is taken out of order too: it has its own tests.
        moves = allowed(self.case, self.day)
        lawful = [item for item in moves if item.allowed and not any(verdict.finding for verdict in item.verdicts)]
        if not lawful:
            assert state(self.case, self.day).pathway is State.DIED
            return
        chosen = data.draw(st.sampled_from(lawful))
        name = chosen.event if chosen.outcome is None else f"{chosen.event}:{chosen.outcome}"
        self.case = record(self.case, fact(name, self.day))
        last = self.case.recorded[-1]
        then = state(self.case, self.day)
        # The same fact on the same day says nothing new.
        assert then.pathway is chosen.to_state or all(step.fact is not last for step in then.history)

    @rule(data=st.data())
    def an_unlawful_move_is_refused(self, data: st.DataObject) -> None:
        unlawful = [item for item in allowed(self.case, self.day) if not item.allowed]
        chosen = data.draw(st.sampled_from(unlawful))
        name = chosen.event if chosen.outcome is None else f"{chosen.event}:{chosen.outcome}"
        proposed = fact(name, self.day)
        if any(item.content == proposed.content for item in self.case.facts):
            return
        with pytest.raises(MoveRefused) as refused:
            record(self.case, proposed)
        assert refused.value.verdict == chosen

    @precondition(lambda self: len(self.case.recorded) > 0)
    @rule(data=st.data())
    def something_that_moves_nothing_happens(self, data: st.DataObject) -> None:
        before = state(self.case, self.day).pathway
        self.case = record(self.case, made(data.draw(st.sampled_from(QUIET)), self.day))
        assert state(self.case, self.day).pathway is before

    @rule(data=st.data())
    def an_exception_is_recorded(self, data: st.DataObject) -> None:
        # It removes a number and keeps the duty: no date moves, none comes, and nothing becomes lawful or unlawful.
        judged = deadlines_of(self.case, self.day)
        chosen = data.draw(st.sampled_from([*dict.fromkeys(item.limit for item in judged)] or ["final_plan"]))
        ground = data.draw(st.sampled_from(OUTCOMES["exception_recorded"]))
        excused = make_fact(
            "exception_recorded", case_id="a", on=self.day, outcome=ground, limit=chosen, reason="as the record says"
        )
        before, case_state = self.case, state(self.case, self.day)
        self.case = record(self.case, excused)
        assert dates_and_statuses(self.case, self.day) == dates_and_statuses(before, self.day)
        assert {item.limit for item in deadlines_of(self.case, self.day) if item.breach} <= {
            item.limit for item in judged if item.breach
        }
        assert state(self.case, self.day).history == case_state.history
        assert allowed(self.case, self.day) == allowed(before, self.day)

    @invariant()
    def the_yearly_clock_starts_with_the_plan_or_a_completed_review_alone(self) -> None:
        found = yearly_dates(self.case, self.day)
        answering = answers_to_a_meeting(self.case)
        starting = {(item.event, item.on) for item in answering}
        assert all(
            event in ("final_plan_sent", "review_decision_sent") or (event, on) in starting for event, on, _ in found
        )
        amending = {"amendment_notice_sent", "amended_plan_sent"}
        unamended = tuple(item for item in self.case.recorded if item.event not in amending or item in answering)
        assert found == yearly_dates(Case("a", unamended), self.day)

    @invariant()
    def the_time_from_the_request_never_starts_again(self) -> None:
        judged = deadlines_of(self.case, self.day)
        asked = [item for item in self.case.facts if item.event in ("request_received", "became_responsible")]
        for item in judged:
            if item.limit in FROM_THE_REQUEST:
                assert start_of(item) in asked
                assert item.due_on == start_of(item).on + dt.timedelta(days=FROM_THE_REQUEST[item.limit])
        settled = [
            item for item in self.case.facts if item.event in SETTLING and getattr(item, "outcome", None) == "assess"
        ]
        if settled:
            last = settled[-1]
            running = {
                item.limit
                for item in judged
                if item.limit in FROM_THE_REQUEST and start_of(item).on < last.on and item.status in ("open", "overdue")
            }
            assert running == set()
            ends = {item.due_on for item in judged if start_of(item) is last}
            assert {last.on + dt.timedelta(weeks=weeks) for weeks in (2, 10, 14)} <= ends

    @invariant()
    def the_record_is_in_order(self) -> None:
        case_state = state(self.case, self.day)
        assert case_state.findings == ()
        assert case_state.maintained is (case_state.pathway in MAINTAINED_STATES)
        assert case_state.pathway is not State.FINAL_ISSUED

    @invariant()
    def a_plan_once_maintained_ends_only_by_law(self) -> None:
        ending = {"plan_ceased", "moved_away", "plan_transferred_out", "detained", "tribunal_order_made", "died"}
        for step in state(self.case, self.day).history:
            if step.from_ in MAINTAINED_STATES and step.to not in MAINTAINED_STATES | {State.FINAL_ISSUED}:
                assert step.fact.event in ending
                assert (step.fact.outcome or "dismiss_cease") == "dismiss_cease"

    @invariant()
    def a_dispute_never_moves_the_case(self) -> None:
        plain = Case("a", tuple(item for item in self.case.recorded if item.event not in BESIDE))
        without, case_state = state(plain, self.day), state(self.case, self.day)
        assert (without.pathway, without.since) == (case_state.pathway, case_state.since)
        # A concession sent again after another appeal is an act of its own. Without that appeal on record it is a copy
        # (`record_table`): it moves nothing then, and neither did it before.
        told = {id(item) for item in without_copies(plain.facts)}
        kept = [step for step in case_state.history if id(step.fact) in told]
        assert all(step.from_ is step.to for step in case_state.history if id(step.fact) not in told)
        assert [step[:4] for step in without.history] == [step[:4] for step in kept]

    @invariant()
    def each_dispute_is_a_way_through_its_region(self) -> None:
        found = state(self.case, self.day).disputes
        assert found == disputes(self.case, self.day)
        for dispute in found:
            at = DisputeState.NONE
            for step in dispute.steps:
                assert step.from_ is at
                assert step.citations
                at = step.to
            assert at is dispute.state
            assert str(dispute).startswith(dispute.state)
        taken = [id(step.fact) for item in found for step in item.steps if step.fact.event in DISPUTE_EVENTS]
        # What is sent again without a new question is a copy, which moves nothing.
        facts = without_copies(self.case.facts)
        assert sorted(set(taken)) == sorted(id(item) for item in facts if item.event in DISPUTE_EVENTS)

    @invariant()
    def each_step_begins_where_the_last_one_ended(self) -> None:
        at = State.NO_CASE
        for step in state(self.case, self.day).history:
            assert step.from_ is at
            assert step.citations
            at = step.to
        assert at is state(self.case, self.day).pathway


TestLawfulLife = LawfulLife.TestCase
TestLawfulLife.settings = settings(max_examples=40, stateful_step_count=25)


@given(DAYS, st.integers(0, 5000))
def test_there_are_no_deemed_decisions(on, days):
    case = Case("a", (fact("request_received", on),))
    later = on + dt.timedelta(days=days)
    assert state(case, later).pathway is State.REQUESTED
    assert check_move(case, "assessment_refused", None, later).allowed
    assert check_move(case, "assessment_agreed", None, later).allowed
