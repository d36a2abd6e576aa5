"""The states of a case, the machine that moves it, and what can be asked of it.

A case is in one state; each fact of it may move it to another. Disputes (mediation, appeal, order) run beside it, one
for each decision, and never replace its state. A missed time limit moves nothing: the law deems no decision.

    >>> for each in State:
    ...     print(f"{each}: {MEANING[each]}")
    NO_CASE: the authority has no case
    REQUESTED: a request waits for the decision whether to assess
    REFUSED_ASSESSMENT: an assessment was refused
    ASSESSING: an assessment is under way
    REFUSED_PLAN: a plan was refused after the assessment
    DRAFTING: a plan is to be drafted
    DRAFT_ISSUED: a draft plan is with the parent or young person
    FINAL_ISSUED: the final plan was sent; it is maintained from the same day
    MAINTAINED: a plan is maintained
    REVIEW_OPEN: a plan is maintained and its review is open
    AMENDMENT_PROPOSED: a plan is maintained and amendments to it are proposed
    REASSESS_REQUESTED: a plan is maintained and a re-assessment is asked for
    REASSESSING: a plan is maintained and a re-assessment is under way
    CEASE_CONSULTING: a plan is maintained and its ceasing is considered
    CEASE_NOTIFIED: notice of ceasing was given; the plan is still maintained
    CEASED: the plan has ceased
    TRANSFERRING_OUT: the child or young person goes to another authority; the plan stays here until then
    TRANSFERRED_OUT: another authority is responsible for the plan
    TRANSFERRED_IN: a plan from another authority is maintained here; its notice is still due
    KEPT_DETAINED: the plan is kept while the child or young person is detained
    WITHDRAWN: the request was withdrawn and the authority ended the case
    DIED: the child or young person has died, and the case is over

States and moves are data (`ehcp_flow/law/england/moves/`), each move with its authority in law, and `transitions` runs
them: one machine for the pathway and one for disputes, made once, that owns no case. What an object of your own can do
by them, `attach` gives it:

    >>> from ehcp_flow.facts import make_fact
    >>> class Child:
    ...     case = Case.of([make_fact("request_received", case_id="a", on="2026-03-02")])
    >>> child = attach(machine(), Child())
    >>> child.assessment_agreed(on="2026-04-13").name
    'ASSESSING'
    >>> print(child.may_final_plan_sent(on="2026-05-01").refusals[0].reason)
    no draft plan is on record

An event is a method, and its outcome an argument; the machine's own triggers are the event with its outcome, where
moves tell these apart: `machine().get_transitions("review_decision_sent:amend")`.

`state` reads where a case stands, `disputes` what is disputed. `allowed` and `check_move` say what would be lawful,
with every reason, and change nothing; `moves` gives what is asked for of all that could be recorded, with titles for
people; `record` adds a fact, and refuses an unlawful one with the same reasons. `mermaid` and `state_table` show the
moves. What all this stands on is in `ehcp_flow/moves/`: the guards that give the reasons, the machine, the names of the
states (`state_names.py`), what `attach` does (`attached.py`).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.dates import say
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.errors import MoveRefused
from ehcp_flow.facts import FACT_TYPES, LEGAL_ORDER, told_apart
from ehcp_flow.findings import Finding
from ehcp_flow.law.declared import Declared, known_outcomes
from ehcp_flow.law.model import Rulebook
from ehcp_flow.moves.appeals import appealable
from ehcp_flow.moves.attached import attach, machine
from ehcp_flow.moves.diagram import mermaid, state_table
from ehcp_flow.moves.dispute_region import Dispute, DisputeMove, disputes_in
from ehcp_flow.moves.guards import Key, Verdict
from ehcp_flow.moves.law_at_hand import LawAtHand, at_hand
from ehcp_flow.moves.lawful_moves import lawful_moves
from ehcp_flow.moves.lawfulness import MoveVerdict, judge_supposed, read_case_by
from ehcp_flow.moves.recording import check_move, record
from ehcp_flow.moves.regions import Regions, regions_of
from ehcp_flow.moves.replay import as_of_day, facts_by, replayed
from ehcp_flow.moves.state_names import DISPUTE_MEANING, MAINTAINED_STATES, MEANING, DisputeState, State
from ehcp_flow.moves.steps import StateStep, Waits
from ehcp_flow.record_checks import declared_events

__all__ = [
    "DISPUTE_MEANING",
    "MAINTAINED_STATES",
    "MEANING",
    "CaseState",
    "Dispute",
    "DisputeMove",
    "DisputeState",
    "MoveRefused",
    "MoveVerdict",
    "State",
    "StateStep",
    "StateWithMoves",
    "Verdict",
    "Waits",
    "allowed",
    "appealable",
    "attach",
    "check_move",
    "disputes",
    "machine",
    "mermaid",
    "moves",
    "record",
    "state",
    "state_table",
    "state_with_moves",
]


@dataclass(frozen=True)
class CaseState:
    """The legal state of a case on a day, how it came there, and what in its record is out of order.

    `since` is the day of the last change of state, None for a case that nothing has moved. `regions` holds what runs
    beside the pathway, by name: the `disputes`. `astray` is what the record says of disputes that is about no decision.
    `waiting` is what was begun beside the state and is open still: where the case goes on to, once the rest is over.
    """

    case_id: str
    as_of: dt.date
    pathway: State
    since: dt.date | None
    history: tuple[StateStep[State], ...]
    regions: Mapping[str, Any] = field(default_factory=dict, hash=False)
    astray: tuple[Finding, ...] = ()
    waiting: tuple[Waits[State], ...] = ()

    @property
    def state(self) -> State:
        """The state of the pathway."""
        return self.pathway

    @property
    def disputes(self) -> tuple[Dispute, ...]:
        """The disputes that have begun, in the order of the decisions that they are about."""
        found: tuple[Dispute, ...] = self.regions.get("disputes", ())
        return found

    @property
    def maintained(self) -> bool:
        """Whether a plan is maintained, so that its provision must be secured (CFA s.42)."""
        return self.pathway.maintained

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is out of order in the record, in legal order: for each fact, at most one."""
        found = [finding for step in self.history if (finding := step.finding) is not None]
        beside = [*self.astray, *(finding for dispute in self.disputes for finding in dispute.findings)]
        if beside:
            known = {id(finding.fact) for finding in found}
            found.extend(finding for finding in beside if id(finding.fact) not in known)
            found.sort(key=_legally)
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """Return the state as plain values: what waits, disputes, the steps that led there, what is out of order."""
        return {
            "case_id": self.case_id,
            "as_of": self.as_of.isoformat(),
            "state": str(self.pathway),
            "meaning": self.pathway.meaning,
            "since": self.since.isoformat() if self.since else None,
            "maintained": self.maintained,
            "waiting": [each.as_dict() for each in self.waiting],
            "disputes": [dispute.as_dict() for dispute in self.disputes],
            "history": [step.as_dict() for step in self.history],
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def __str__(self) -> str:
        since = f", since {say(self.since)}" if self.since else ""
        return f"{self.pathway}: {self.pathway.meaning}{since}"


def state(
    case: Case,
    as_of: dt.date | str | None = None,
    *,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> CaseState:
    """Return where the case stands at the end of `as_of` (today if not given): what had happened by then counts.

    A fact that is recorded before its day (a transfer that is due) moves nothing, and neither does a missed limit:
    there are no deemed decisions. A fact out of order never raises: it is followed to where it leads, and reported.
    Times that must pass before a move are those of `rulebook` and `calendars`, England's unless others are given.
    Raises DateError if `as_of` is a text that is no date. Sources: docs/states.md.
    """
    day = as_of_day(as_of)
    facts, law = facts_by(case, day), at_hand(rulebook, calendars)
    regions = regions_of(law.rulebook)
    region = regions.pathway
    steps, waiting = replayed(region, facts, law)
    if recorded := declared_events(facts):
        steps = [_as_far_as_told(region, step, recorded) for step in steps]
    pathway: Any = steps[-1].to if steps else region.initial
    since = next((step.on for step in reversed(steps) if step.from_ is not step.to), None)
    begun, astray = disputes_in(facts, law, _missing_a_decision(regions, steps))
    if recorded and (disputing := regions.disputes):
        astray = tuple(found for found in astray if not disputing.cannot_tell(found.code, recorded))
    return CaseState(case.case_id, day, pathway, since, tuple(steps), {"disputes": begun}, astray, waiting)


def disputes(
    case: Case,
    as_of: dt.date | str | None = None,
    *,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> tuple[Dispute, ...]:
    """Return the disputes that had begun by the end of `as_of` (today if not given), in the order of their decisions.

    A plan stays maintained, and the case stays where it is, while a dispute runs. Which decision a mediation or an
    appeal is taken to be about stands in docs/states.md. `rulebook` and `calendars` as for `state`. Raises DateError if
    `as_of` is a text that is no date.
    """
    return disputes_in(facts_by(case, as_of_day(as_of)), at_hand(rulebook, calendars))[0]


def _as_far_as_told(region: Any, step: StateStep[Any], recorded: frozenset[str]) -> StateStep[Any]:
    """Return a step that is not out of order for want of what its source does not record."""
    refusal = step.refusal
    if refusal is None or not region.cannot_tell(refusal.finding, recorded):
        return step
    return step._replace(refusal=None, past="")


def _missing_a_decision(regions: Regions, steps: Iterable[StateStep[Any]]) -> frozenset[int]:
    """Return the `id()` of each fact that is out of order for want of a decision that a dispute could be about."""
    refused = [(step.fact, step.refusal.finding) for step in steps if step.refusal is not None]
    if not refused:
        return frozenset()
    misses, no_decision = regions.misses, regions.disputes and regions.disputes.no_decision
    of_disputes = misses.get(no_decision.finding, frozenset()) if no_decision else frozenset()
    return frozenset(id(fact) for fact, found in refused if not of_disputes.isdisjoint(misses.get(found, ())))


def _legally(finding: Finding) -> tuple[dt.date, int]:
    fact = finding.fact
    return (dt.date.min, 0) if fact is None else (fact.on, LEGAL_ORDER[fact.event])


def allowed(
    case: Case,
    as_of: dt.date | str | None = None,
    *,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> tuple[MoveVerdict, ...]:
    """Return, for every event and outcome that can move a case or a dispute, whether it would be lawful on `as_of`.

    Each comes with its reasons. Facts after `as_of` (today if not given) do not count. Nothing is changed. Times that
    must pass first are those of `rulebook` and `calendars`, England's unless others are given. Raises DateError if
    `as_of` is no date.
    """
    day = as_of_day(as_of)
    read = read_case_by(case, day, at_hand(rulebook, calendars))
    return tuple(judge_supposed(case, read, event, outcome, day) for event, outcome in read.regions.moving)


def moves(
    case: Case,
    as_of: dt.date | str | None = None,
    *,
    lawful: bool | None = None,
    informing: bool | None = False,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> tuple[MoveVerdict, ...]:
    """Return what could be recorded of a case on `as_of` (today if not given), each with its title and its reasons.

    `lawful` leaves those that the law allows then (True) or does not (False), `informing` those that only inform, and
    move neither the case nor a dispute (True), or those that can move one (False); with None both are given. Those that
    move come first, as `allowed` gives them; those that inform are lawful at any time, and come in legal order: what
    `rulebook` reads at all, and not what is of another procedure.
    `rulebook` and `calendars` as for `allowed`. Raises DateError if `as_of` is no date.
    """
    day = as_of_day(as_of)
    read = read_case_by(case, day, at_hand(rulebook, calendars))
    moving = () if informing else read.regions.moving
    beside = () if informing is False else _informing(read.law.rulebook, read.regions.moving_set)
    found = (judge_supposed(case, read, event, outcome, day) for event, outcome in (*moving, *beside))
    return tuple(verdict for verdict in found if lawful in (None, verdict.allowed))


def _informing(rulebook: Rulebook, moving: AbstractSet[Key]) -> list[Key]:
    """Return the facts that this rulebook reads and that move nothing, but those that only take another fact back.

    Each has an outcome that the library has, or this rulebook, and not another that was loaded.
    """
    read = compiled(rulebook).reads
    declared: tuple[Declared, ...] = (*rulebook.events.values(), *rulebook.outcomes.values())
    return [
        (event, outcome)
        for event in FACT_TYPES
        if event in read and event != "fact_voided"
        for outcome in told_apart(event)
        if (event, outcome) not in moving and outcome in (None, *known_outcomes(event, declared))
    ]


class StateWithMoves(NamedTuple):
    """Where a case stands, since when, what is disputed, and which events, with their outcomes, would be lawful.

    `waiting` is what was begun beside the state and is open still, as `CaseState` has it.
    """

    case_id: str
    authority: str | None
    state: State
    since: dt.date | None
    disputes: tuple[Dispute, ...]
    lawful: tuple[Key, ...]
    waiting: tuple[Waits[State], ...] = ()


def state_with_moves(case: Case, as_of: dt.date, law: LawAtHand) -> StateWithMoves:
    """Return where a case stands at the end of a day, and what would be lawful then."""
    found = state(case, as_of, rulebook=law.rulebook, calendars=law.calendars)
    lawful = lawful_moves(case, found.pathway, as_of, law)
    authority = case.authority_on(as_of)
    return StateWithMoves(case.case_id, authority, found.pathway, found.since, found.disputes, lawful, found.waiting)
