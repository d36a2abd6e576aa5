"""Disputes: which decision each mediation and appeal is about, and how far each dispute has gone.

A record does not say which decision a mediation or an appeal is about. It is taken to be the latest decision before it
whose dispute can lawfully take it: decisions that can be appealed are walked from the latest back; one of the same day
comes last, if the law orders it after the fact. A settlement of a kind that gives way in the latest goes past it to an
earlier one that is open and that it answers. A dispute about an earlier decision is begun only by what leaves
nothing unchecked. If none can take the fact, it goes to the latest dispute begun that knows such a move, and else to
the latest decision: there it is reported as out of order. So the order of recording never matters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from itertools import islice, takewhile
from typing import Any, Final, NamedTuple

from ehcp_flow.dates import say, written
from ehcp_flow.facts import LEGAL_ORDER, Fact
from ehcp_flow.findings import Finding
from ehcp_flow.moves.appeals import Appeals
from ehcp_flow.moves.dispute_guards import decision_said
from ehcp_flow.moves.facts_before import outcome_of
from ehcp_flow.moves.guards import Key, Verdict
from ehcp_flow.moves.law_at_hand import LawAtHand
from ehcp_flow.moves.machine import Edge, table
from ehcp_flow.moves.region import Region
from ehcp_flow.moves.regions import regions_of
from ehcp_flow.moves.state_names import DisputeState, LegalState
from ehcp_flow.moves.steps import StateStep

__all__ = ["Dispute", "DisputeMove", "DisputeVerdict", "Docket", "disputes_in"]

_LATEST: Final = 100
"""A dispute is about one of so many latest decisions: more than the record of one child holds."""


@dataclass(frozen=True)
class Dispute:
    """One dispute: the decision it is about, how far it has gone, and how it came there.

    `ground` is the provision under which the decision can be appealed, such as `CFA 51(2)(a)`. `certificate_needed`
    says whether an appeal needs a mediation certificate; None if that depends on what the appeal is about. `settlement`
    is the latest order, concession or mediation agreement; `awaits` names the acts of which one would obey it, and is
    empty if nothing is left to do.
    """

    decision: Fact
    ground: str
    certificate_needed: bool | None
    state: DisputeState
    since: dt.date | None
    steps: tuple[StateStep[DisputeState], ...]
    settlement: Fact | None = None
    awaits: tuple[str, ...] = ()

    @property
    def under_way(self) -> bool:
        """Whether something is still to come: a certificate, an appeal, its end, or an act that was settled."""
        return not self.state.settled or bool(self.awaits)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is out of order in the record of this dispute: for each step, at most one."""
        return tuple(found for step in self.steps if (found := step.finding) is not None)

    def as_dict(self) -> dict[str, Any]:
        """Return the dispute as plain values."""
        return {
            "state": str(self.state),
            "since": self.since.isoformat() if self.since else None,
            "decision": self.decision.event,
            "decided_on": self.decision.on.isoformat(),
            "ground": self.ground,
            "certificate_needed": self.certificate_needed,
            "awaits": list(self.awaits),
            "says": str(self),
        }

    def __str__(self) -> str:
        since = f", since {say(self.since)}" if self.since else ""
        waits = f"; waits for {' or '.join(self.awaits)}" if self.awaits else ""
        about = f"about {decision_said(self.decision)} ({self.ground})"
        return f"{self.state}: {self.state.meaning}{since}, {about}{waits}"


class DisputeMove(NamedTuple):
    """What one fact does to one dispute: about which decision, on what ground, from where to where.

    `to_state` is None if the dispute knows no such move where it stands.
    """

    decision: Fact
    ground: str
    from_state: DisputeState
    to_state: DisputeState | None

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "decision": self.decision.event,
            "decided_on": self.decision.on.isoformat(),
            "ground": self.ground,
            "from_state": str(self.from_state),
            "to_state": None if self.to_state is None else str(self.to_state),
        }


@dataclass(slots=True)
class DisputeHistory:
    """A dispute while it is read: its own facts, and where they led."""

    region: Region
    decision: Fact
    ground: str
    facts: list[Fact]
    state: Any
    steps: list[StateStep[DisputeState]] = field(default_factory=list)
    settlement: Fact | None = None
    pending: list[Fact] = field(default_factory=list)

    def take(self, fact: Fact, edge: Edge, refusal: Verdict | None) -> None:
        """Follow a fact, lawful or not."""
        was = self.state
        self._step(fact, edge, refusal)
        if self.state is not was and (fact.event, outcome_of(fact)) in self.region.undoing:
            self.settlement = None
            self.pending.clear()
        self.facts.append(fact)
        if fact.event in self._appeals.settling:
            if self.settlement is None or self.settlement.event != fact.event:
                self.pending.clear()
            self.settlement = fact
            if self._discharges(fact):
                self.pending.append(fact)

    def witness(self, fact: Fact) -> None:
        """Note a fact that is about something else: it may take the decision's place, or obey what was settled."""
        if fact.event in self._appeals.overtaking(self.ground):
            self.facts.append(fact)
        left = [settled for settled in self.pending if fact.event not in self._discharges(settled)]
        if len(left) < len(self.pending):
            self.pending = left
            edge = next((edge for name in self.region.legal.inner if (edge := self._inner(name, fact.on))), None)
            if edge is not None and not left:
                self._step(fact, edge, None)

    def as_dispute(self) -> Dispute:
        """Return the dispute as it stands."""
        since = next((step.on for step in reversed(self.steps) if step.from_ is not step.to), None)
        awaits = {event for settled in self.pending for event in self._discharges(settled)}
        return Dispute(
            self.decision,
            self.ground,
            self._appeals.certificate_needed(self.ground),
            self.state,
            since,
            tuple(self.steps),
            self.settlement,
            tuple(sorted(awaits, key=LEGAL_ORDER.__getitem__)),
        )

    def _discharges(self, settlement: Fact) -> frozenset[str]:
        return self._appeals.discharges(outcome_of(settlement), self.ground)

    @property
    def _appeals(self) -> Appeals:
        return self.region.appeals

    def _inner(self, name: str, on: dt.date) -> Edge | None:
        edge = table(self.region).get((self.state, name, None))
        return None if edge is None else edge.on(on)

    def _step(self, fact: Fact, edge: Edge, refusal: Verdict | None) -> None:
        past = "" if refusal is None else self.region.past.get(refusal.finding, "")
        self.steps.append(StateStep(fact.on, fact, self.state, edge.to, edge.authority, refusal, past))
        self.state = edge.to


class DisputeVerdict(NamedTuple):
    """What is said of one dispute fact: the dispute it is taken to be about, the edge, and the verdicts."""

    history: DisputeHistory | None
    edge: Edge | None
    verdicts: tuple[Verdict, ...]
    move: DisputeMove | None

    @property
    def refusal(self) -> Verdict | None:
        """The first verdict that does not hold."""
        return next((verdict for verdict in self.verdicts if not verdict.holds), None)

    @property
    def begun(self) -> bool:
        """Whether the dispute had begun before."""
        return self.history is not None and bool(self.history.steps)

    @property
    def checked(self) -> bool:
        """Whether the record could show everything that was looked at."""
        return all(verdict.checked for verdict in self.verdicts)


class Docket:
    """The disputes of a case, read from its facts in legal order."""

    def __init__(self, facts: Sequence[Fact], law: LawAtHand) -> None:
        self._law = law
        self.answers: dict[int, DisputeVerdict] = {}
        self._astray: list[Fact] = []
        self._missed: dict[int, list[Fact]] = {}
        self._begun: list[DisputeHistory] = []
        self._region = regions_of(law.rulebook).disputes
        if self._region is None:
            return
        self._no_decision: Any = self._region.no_decision
        regions, witnessed = regions_of(law.rulebook), self._region.appeals.witnessed
        about, known = regions.disputing, regions.of_disputes
        placed = list(_decisions(facts, self._region))
        waiting = iter(placed)
        following = next(waiting, None)
        for index, fact in enumerate(facts):
            if fact.event in about and (fact.event, outcome_of(fact)) in known:
                first = len(self._begun) + (following is not None and following[0] == index)
                to_come = takewhile(partial(_is_of_day, fact.on), islice(placed, first, None))
                self._take(fact, [history for _, history in to_come])
            if fact.event in witnessed:
                for history in self._begun[-_LATEST:]:
                    history.witness(fact)
            if following is not None and following[0] == index:
                self._begun.append(following[1])
                following = next(waiting, None)

    @property
    def disputes(self) -> tuple[Dispute, ...]:
        """The disputes that have begun, in the order of their decisions."""
        return tuple(history.as_dispute() for history in self._begun if history.steps)

    def astray(self, told: Container[int] = ()) -> tuple[Finding, ...]:
        """Return what is about no decision at all: once for each decision that is missed, at the first fact about it.

        `told` has the `id()` of each fact of which it is told already that a decision is missed.
        """
        return tuple(
            self._missing(facts) for facts in self._missed.values() if not any(id(fact) in told for fact in facts)
        )

    def _missing(self, facts: Sequence[Fact]) -> Finding:
        why, first = self._no_decision, facts[0]
        return Finding(why.finding, first.case_id, first.on, _said_astray(facts, why), why.remedy, first)

    @property
    def refused(self) -> Iterator[tuple[Fact, str, Verdict]]:
        """Each dispute fact out of order, with the sentence that says so and the reason."""
        for fact in self._astray:
            yield fact, _said_astray([fact], self._no_decision), self._no_decision
        for history in self._begun:
            for step in history.steps:
                if step.refusal is not None:
                    yield step.fact, step.sentence(step.refusal), step.refusal

    def judge(
        self, event: str, outcome: str | None, on: dt.date, to_come: Sequence[DisputeHistory] = ()
    ) -> DisputeVerdict:
        """Return what a fact that comes next would do, and why not; nothing is changed."""
        histories = [*reversed(self._begun[-_LATEST:]), *reversed(to_come)]
        if not histories:
            return DisputeVerdict(None, None, (self._no_decision,), None)
        latest = _verdict_on(histories[0], event, outcome, on, self._law)
        appeals = histories[0].region.appeals
        stays = latest.refusal is None and not appeals.gives_way(histories[0].ground, (event, outcome))
        if stays or len(histories) == 1:
            return latest
        answers = [latest, *(_verdict_on(history, event, outcome, on, self._law) for history in histories[1:])]
        if latest.refusal is None:
            open_ones = (answer for answer in answers[1:] if answer.begun and answer.refusal is None)
            return next((answer for answer in open_ones if answer.move and not answer.move.from_state.settled), latest)
        for answer in answers[1:]:
            if answer.refusal is None and (answer.begun or answer.checked):
                return answer
        for answer in answers:
            if answer.begun and answer.move and answer.move.to_state is not None:
                return answer
        return answers[0]

    def lawful(self, on: dt.date) -> frozenset[Key]:
        """Return the event and outcome of each fact that could lawfully come next: those that `judge` finds so."""
        found: set[Key] = set()
        for number, history in enumerate(reversed(self._begun[-_LATEST:])):
            lenient = number == 0 or bool(history.steps)
            let: dict[int, bool] = {}
            for key, edge in _open(history.region, history.state):
                if key in found:
                    continue
                for guard in edge.on(on).guards:
                    passed = let.get(id(guard))
                    if passed is None:
                        said = guard(history.facts, on, self._law)
                        passed = let[id(guard)] = said.holds and (lenient or said.checked)
                    if not passed:
                        break
                else:
                    found.add(key)
        return frozenset(found)

    def _take(self, fact: Fact, to_come: Sequence[DisputeHistory]) -> None:
        answer = self.answers[id(fact)] = self.judge(fact.event, outcome_of(fact), fact.on, to_come)
        if answer.history is None or answer.edge is None:
            self._astray.append(fact)
            self._missed.setdefault(len(self._begun), []).append(fact)
        else:
            answer.history.take(fact, answer.edge, answer.refusal)


def disputes_in(
    facts: Sequence[Fact], law: LawAtHand, told: Container[int] = ()
) -> tuple[tuple[Dispute, ...], tuple[Finding, ...]]:
    """Return the disputes that the facts tell, and what is about no decision at all; fast where there is none.

    `told` as for `Docket.astray`.
    """
    about = regions_of(law.rulebook).disputing
    if not any(fact.event in about for fact in facts):
        return (), ()
    read = Docket(facts, law)
    return read.disputes, read.astray(told)


def _is_of_day(day: dt.date, placed: tuple[int, DisputeHistory]) -> bool:
    return placed[1].decision.on == day


def _said_astray(facts: Sequence[Fact], why: Verdict) -> str:
    return f"{', '.join(f'{fact.event} on {written(fact.on)}' for fact in facts)}: {why.reason}"


def _decisions(facts: Sequence[Fact], region: Region) -> Iterator[tuple[int, DisputeHistory]]:
    """Yield the decisions that can be appealed, each with its place; in custody there are fewer."""
    appeals = region.appeals
    detained: Fact | None = None
    for index, fact in enumerate(facts):
        event = fact.__dict__["event"]
        if event == appeals.begins:
            detained = fact
        elif event == appeals.ends:
            detained = None
        elif event not in appeals.deciding:
            continue
        grounds = appeals.grounds if detained is None else appeals.in_custody
        ground = grounds.get((event, outcome_of(fact)))
        if ground is not None:
            own = [fact] if detained is None else [detained, fact]
            yield index, DisputeHistory(region, fact, ground, own, region.initial)


@cache
def _open(region: Region, at: LegalState) -> tuple[tuple[Key, Edge], ...]:
    """Return the moves that a dispute knows in a state."""
    edges = table(region)
    return tuple((key, edges[at, *key]) for key in region.keys if edges[at, *key].refusal is None)


def _verdict_on(
    history: DisputeHistory, event: str, outcome: str | None, on: dt.date, law: LawAtHand
) -> DisputeVerdict:
    region = history.region
    edge = table(region)[history.state, event, outcome].on(on)
    if edge.to is not history.state and region.holds_back(history.state, event, outcome, history.facts):
        edge = replace(edge, to=history.state)
    to = None if edge.refusal else edge.to
    move = DisputeMove(history.decision, history.ground, history.state, to)
    if edge.refusal is not None:
        return DisputeVerdict(history, edge, (edge.refusal,), move)
    return DisputeVerdict(history, edge, tuple(guard(history.facts, on, law) for guard in edge.guards), move)
