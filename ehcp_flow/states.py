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
    TRANSFERRING_OUT: the child or young person moved away; the plan is maintained here until it is transferred
    TRANSFERRED_OUT: the plan has gone to the new authority
    TRANSFERRED_IN: a plan from another authority is maintained here; its notice is still due
    KEPT_DETAINED: the plan is kept while the child or young person is detained
    WITHDRAWN: the request was withdrawn and the authority ended the case
    DIED: the child or young person has died, and the case is over

The moves between them are rows of a table, each with its authority in law, and `transitions` runs them: one machine for
the pathway and one for disputes, made once, that owns no case. It goes to the next state, or knows no such move:

    >>> from ehcp_flow.moves.machine import fire
    >>> from ehcp_flow.moves.pathway import PATHWAY
    >>> print(fire(PATHWAY, State.REQUESTED, "assessment_agreed", None))
    ASSESSING

`state` reads where a case stands, `disputes` what is disputed. `allowed` and `check_move` say what would be lawful,
with every reason, and change nothing; `record` adds a fact, and refuses an unlawful one with the same reasons.
`mermaid` and `state_table` show the moves. What all this stands on is in `ehcp_flow/moves/`: the tables
(`pathway_moves.py`, `dispute_moves.py`, `misplaced.py`), the guards that give the reasons, the names of the states
(`state_names.py`).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.dates import say
from ehcp_flow.errors import MoveRefused
from ehcp_flow.facts import LEGAL_ORDER, Fact
from ehcp_flow.findings import Finding
from ehcp_flow.law.model import Rulebook
from ehcp_flow.moves.appeals import appealable, named
from ehcp_flow.moves.diagram import mermaid, state_table
from ehcp_flow.moves.dispute_region import Dispute, DisputeMove, disputes_in
from ehcp_flow.moves.guards import Verdict, outcome_of
from ehcp_flow.moves.law_at_hand import LawAtHand, at_hand
from ehcp_flow.moves.lawful_moves import lawful_moves
from ehcp_flow.moves.lawfulness import (
    MOVING,
    MoveVerdict,
    confirm_by_machine,
    judge_recorded,
    judge_supposed,
    last_state,
    read_facts_of,
    with_consequences,
)
from ehcp_flow.moves.pathway import PATHWAY
from ehcp_flow.moves.region import Key
from ehcp_flow.moves.replay import as_of_day, facts_by, replay
from ehcp_flow.moves.state_names import DISPUTE_MEANING, MAINTAINED_STATES, MEANING, DisputeState, State
from ehcp_flow.moves.steps import StateStep
from ehcp_flow.record_checks import without_copies

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
    "allowed",
    "appealable",
    "check_move",
    "disputes",
    "mermaid",
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
    """

    case_id: str
    as_of: dt.date
    pathway: State
    since: dt.date | None
    history: tuple[StateStep[State], ...]
    regions: Mapping[str, Any] = field(default_factory=dict, hash=False)
    astray: tuple[Finding, ...] = ()

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
        return self.pathway in MAINTAINED_STATES

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

    def __str__(self) -> str:
        since = f", since {say(self.since)}" if self.since else ""
        return f"{self.pathway}: {MEANING[self.pathway]}{since}"


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
    steps = replay(PATHWAY, facts, law)
    pathway = steps[-1].to if steps else PATHWAY.initial
    since = next((step.on for step in reversed(steps) if step.from_ is not step.to), None)
    begun, astray = disputes_in(facts, law)
    return CaseState(case.case_id, day, pathway, since, tuple(steps), {"disputes": begun}, astray)


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
    read = read_facts_of(facts_by(case, day), at_hand(rulebook, calendars))
    return tuple(judge_supposed(case, read, event, outcome, day) for event, outcome in MOVING)


def check_move(
    case: Case,
    event: str,
    outcome: str | None = None,
    as_of: dt.date | str | None = None,
    *,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> MoveVerdict:
    """Return whether one event (with its outcome, where it has outcomes) would be lawful on `as_of`, with reasons.

    An event that moves nothing is always lawful, and the verdict says that it changes nothing. Without an outcome, the
    one that the fact has by default is meant. `rulebook` and `calendars` as for `allowed`. Raises UnknownNameError for
    an event or an outcome that does not exist, DateError if `as_of` is no date.
    """
    outcome = named(event, outcome)
    day = as_of_day(as_of)
    return judge_supposed(case, read_facts_of(facts_by(case, day), at_hand(rulebook, calendars)), event, outcome, day)


def record(
    case: Case,
    fact: Fact,
    *,
    strict: bool = True,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> Case:
    """Return the case with one more fact.

    A strict case refuses a fact that the law does not allow where it stands in legal order, and one that takes the
    ground from under a later fact that was lawful; what was already out of order before is not held against it. With
    `strict=False` every fact is taken, and `state` reports what is out of order. `rulebook` and `calendars` as for
    `allowed`.

    Raises MoveRefused, with the MoveVerdict; FactError if the fact belongs to another case.
    """
    after = case.record(fact)
    if not strict:
        return after
    law = at_hand(rulebook, calendars)
    stands_at = after.place_of(fact)
    stands = None if stands_at is None else after.facts[stands_at]
    old = read_facts_of(without_copies(case.facts), law)
    new = read_facts_of(without_copies(after.facts, keep=stands), law)
    place = None if stands is None else next(at for at, each in enumerate(new.facts) if each is stands)
    if place is None:
        # The fact itself does not stand: it voids another, or says what one that stands already says.
        now = last_state(new.steps)
        verdict = MoveVerdict(fact.event, outcome_of(fact), fact.on, now, now, ())
    else:
        verdict = judge_recorded(new, place)
    verdict = with_consequences(verdict, old, new, fact)
    if not verdict.allowed:
        raise MoveRefused(verdict)
    if place is not None:
        confirm_by_machine(verdict)
    return after


class StateWithMoves(NamedTuple):
    """Where a case stands, since when, what is disputed, and which events, with their outcomes, would be lawful."""

    case_id: str
    authority: str | None
    state: State
    since: dt.date | None
    disputes: tuple[Dispute, ...]
    lawful: tuple[Key, ...]


def state_with_moves(case: Case, as_of: dt.date, law: LawAtHand) -> StateWithMoves:
    """Return where a case stands at the end of a day, and what would be lawful then."""
    found = state(case, as_of, rulebook=law.rulebook, calendars=law.calendars)
    lawful = lawful_moves(case, found.pathway, as_of, law)
    return StateWithMoves(case.case_id, case.authority_on(as_of), found.pathway, found.since, found.disputes, lawful)
