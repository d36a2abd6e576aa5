"""Whether a fact would be lawful where it stands, with every reason. Asking changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from typing import Any

from ehcp_flow.case import Case
from ehcp_flow.dates import say
from ehcp_flow.engine.numbers import KEY_OF
from ehcp_flow.facts import FACT_TYPES, LEGAL_ORDER, OUTCOMES, Fact, title_of
from ehcp_flow.law.citation import Citation
from ehcp_flow.moves.citing import cited
from ehcp_flow.moves.dispute_guards import decision_said
from ehcp_flow.moves.dispute_region import DisputeMove, DisputeVerdict, Docket
from ehcp_flow.moves.facts_before import outcome_of, place_among
from ehcp_flow.moves.guards import Key, Verdict
from ehcp_flow.moves.law_at_hand import LawAtHand
from ehcp_flow.moves.machine import fire, table
from ehcp_flow.moves.region import Region
from ehcp_flow.moves.region_tables import is_held_back, region_tables, steps_of
from ehcp_flow.moves.regions import Regions, regions_of
from ehcp_flow.moves.replay import happened_by, replay
from ehcp_flow.moves.spells_told import key_of
from ehcp_flow.moves.state_names import State
from ehcp_flow.moves.steps import StateStep
from ehcp_flow.record_checks import declared_events, without_copies

__all__ = [
    "MoveVerdict",
    "allowed_of_day",
    "confirm_by_machine",
    "judge_recorded",
    "judge_supposed",
    "read_case_by",
    "read_facts_of",
    "with_consequences",
]


@dataclass(frozen=True, slots=True)
class MoveVerdict:
    """Whether one fact would be lawful on one day, and why.

    `from_state` is where the case stands when the fact takes its place in legal order, `to_state` where it stands at
    the end of that day with it: None if the state knows no such move. What is on record of the same day and comes after
    the fact may lead on from there, and then `led_on` is true. `verdicts` are the reasons, one for each thing that was
    looked at, and `authority` the short forms of the provisions under which the move is made. `dispute` says what the
    fact does to the dispute that it is taken to be about; it is None for a fact that is about none. `moves` says
    whether the event can move a case or a dispute at all; if not, it is lawful at any time. `of_pathway` whether it can
    move the case.

    It is true where the fact would be lawful.
    """

    event: str
    outcome: str | None
    on: dt.date
    from_state: State
    to_state: State | None
    verdicts: tuple[Verdict, ...]
    authority: tuple[str, ...] = ()
    dispute: DisputeMove | None = None
    moves: bool = False
    of_pathway: bool = False
    led_on: bool = False

    def __bool__(self) -> bool:
        return self.allowed

    @property
    def allowed(self) -> bool:
        """Whether every verdict holds."""
        return all(verdict.holds for verdict in self.verdicts)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The provisions under which the move is made; for a fact that fits no move, those that speak against it."""
        return tuple(map(cited, self.authority or dict.fromkeys(verdict.short for verdict in self.verdicts)))

    @property
    def refusals(self) -> tuple[Verdict, ...]:
        """The verdicts that do not hold."""
        return tuple(verdict for verdict in self.verdicts if not verdict.holds)

    @property
    def title(self) -> str:
        """What people call the event, with its outcome: `Review decision sent: amend`."""
        return title_of(self.event, self.outcome)

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as plain values: the move, whether it is lawful, and each reason."""
        return {
            "event": self.event,
            "outcome": self.outcome,
            "allowed": self.allowed,
            "to_state": None if self.to_state is None else str(self.to_state),
            "dispute": None if self.dispute is None else self.dispute.as_dict(),
            "citation": "; ".join(map(str, self.citations)),
            "reasons": [_reason(verdict) for verdict in self.verdicts],
            "title": self.title,
            "on": self.on.isoformat(),
            "from_state": str(self.from_state),
            "moves": self.moves,
        }

    def __str__(self) -> str:
        what = self.event if self.outcome is None else f"{self.event} ({self.outcome})"
        stands = f"the case is {self.from_state} ({self.from_state.meaning})"
        if self.event == "fact_voided" and not self.verdicts:
            return f"{what} on {say(self.on)} is lawful; what it changes hangs on the fact that it takes back; {stands}"
        if not self.moves and not self.verdicts:
            return f"{what} on {say(self.on)} is lawful and changes nothing: it moves no case; {stands}"
        answer = "is lawful" if self.allowed else "is refused"
        lines = [f"{what} on {say(self.on)} {answer}: {stands}"]
        citations = self.citations if self.authority else ()
        by = f" under {', '.join(map(str, citations))}" if citations else ""
        if self.of_pathway and self.to_state is not None:
            leads = self._leads(self.from_state, self.to_state)
            if self.led_on:
                leads = (
                    f"with what else is on record of that day it {'is' if self.allowed else 'would be'} {self.to_state}"
                )
            lines.append(f"  {leads}{by}")
            by = ""
        if self.dispute is not None:
            lines.append(
                f"  the dispute about {decision_said(self.dispute.decision)} ({self.dispute.ground}) "
                f"{self._disputed(self.dispute)}{by}"
            )
        lines.extend(f"  {verdict}" for verdict in self.verdicts)
        return "\n".join(lines)

    def _disputed(self, move: DisputeMove) -> str:
        if move.to_state is None:
            return f"is {move.from_state}"
        return f"{self._leads(move.from_state, move.to_state)}"

    def _leads(self, at: object, to: object) -> str:
        return f"{'stays' if to is at else 'goes to' if self.allowed else 'would go to'} {to}"


def _reason(verdict: Verdict) -> dict[str, Any]:
    """Return one reason as plain values."""
    return {
        "holds": verdict.holds,
        "checked": verdict.checked,
        "reason": verdict.reason,
        "remedy": verdict.remedy,
        "citation": str(verdict.citation),
        "address": verdict.citation.address,
    }


def allowed_of_day(case: Case, as_of: dt.date, law: LawAtHand) -> tuple[Key, ...]:
    """Return the event and outcome of each verdict of `allowed` that allows, in its order.

    Where what stands before a fact refuses it already, nothing else is looked at.
    """
    read = read_case_by(case, as_of, law)
    found = []
    regions = regions_of(law.rulebook)
    for key in regions.moving:
        if not _comes_next(read, key[0], as_of):
            before = read.facts[: place_among(_supposed(case, key, as_of), read.facts)]
            if not _judge(read, read.state_after(before), before, key, as_of).allowed:
                continue
        if judge_supposed(case, read, *key, as_of).allowed:
            found.append(key)
    return tuple(found)


@dataclass(frozen=True)
class CaseReading:
    """Facts in legal order, and what both regions make of them by the law at hand.

    `happened` are the facts and the copies of some, which move nothing.
    """

    facts: tuple[Fact, ...]
    steps: list[StateStep[State]]
    law: LawAtHand
    happened: tuple[Fact, ...]

    @cached_property
    def docket(self) -> Docket:
        """The disputes that they tell."""
        return Docket(self.facts, self.law)

    @cached_property
    def regions(self) -> Regions:
        """The regions that the law at hand has."""
        return regions_of(self.law.rulebook)

    @cached_property
    def recorded(self) -> frozenset[str]:
        """The events that the source of the case is declared to record; none where nothing is declared."""
        return declared_events(self.facts)

    @cached_property
    def last_state(self) -> Any:
        """The state after all facts."""
        return self.steps[-1].to if self.steps else self.regions.pathway.initial

    def state_after(self, before: Sequence[Fact]) -> Any:
        """Return the state in which the facts of `before`, with which these begin, leave the case."""
        passed = set(map(id, before))
        steps = tuple(takewhile(lambda step: id(step.fact) in passed, self.steps))
        return steps[-1].to if steps else self.regions.pathway.initial

    @cached_property
    def out_of_order(self) -> dict[str, tuple[Fact, str, Verdict]]:
        """What is out of order, by what the fact says, taken or not: the pathway's reason goes first, as in findings.

        No two facts that stand say the same, and one says the same whatever days another fact leaves to its month.
        """
        recorded, pathway = self.recorded, self.regions.pathway
        steps = (
            (step, refusal)
            for step in self.steps
            if (refusal := step.refusal) is not None and not pathway.cannot_tell(refusal.finding, recorded)
        )
        found = {step.fact.content: (step.fact, step.sentence(refusal), refusal) for step, refusal in steps}
        for fact, told, refusal in self.docket.refused:
            found.setdefault(fact.content, (fact, told, refusal))
        return found


def read_facts_of(facts: tuple[Fact, ...], law: LawAtHand) -> CaseReading:
    """Return facts in legal order with what both regions make of them."""
    return CaseReading(facts, replay(regions_of(law.rulebook).pathway, facts, law), law, facts)


def read_case_by(case: Case, day: dt.date, law: LawAtHand) -> CaseReading:
    """Return the facts of a case that had happened by the end of a day, with what both regions make of them."""
    happened = happened_by(case, day)
    return replace(read_facts_of(without_copies(happened), law), happened=happened)


def judge_supposed(case: Case, read: CaseReading, event: str, outcome: str | None, day: dt.date) -> MoveVerdict:
    """Return the verdict on a fact that nobody recorded, in its place among the facts of `day`."""
    happened, key = read.happened, (event, outcome)
    if _comes_next(read, event, day):
        answer = read.docket.judge(event, outcome, day) if key in read.regions.of_disputes else None
        return _judge(read, read.last_state, read.facts, key, day, answer)
    supposed = _supposed(case, key, day)
    place = place_among(supposed, happened)
    # What comes before a copy may have led to it, which then is none.
    told = without_copies((*happened[:place], supposed, *happened[place:]), keep=supposed)
    place = next(at for at, each in enumerate(told) if each is supposed)
    after = read_facts_of(told, read.law)
    return with_consequences(judge_recorded(after, place), read, after, supposed)


def _comes_next(read: CaseReading, event: str, day: dt.date) -> bool:
    """Return whether a fact of the last day comes behind all others, so that none of them comes out otherwise for it.

    A dispute of that day may be about a decision that is recorded behind it.
    """
    if not read.happened or read.happened[-1].on < day:
        return True
    disputes = read.regions.disputes
    decides = disputes is not None and event in disputes.appeals.deciding
    return not decides and LEGAL_ORDER[event] > LEGAL_ORDER[read.happened[-1].event]


def _supposed(case: Case, key: Key, day: dt.date) -> Fact:
    event, outcome = key
    fields: dict[str, Any] = {"outcome": outcome} if event in OUTCOMES else {}
    return FACT_TYPES[event].model_construct(case_id=case.case_id, on=day, **fields)


def judge_recorded(read: CaseReading, place: int) -> MoveVerdict:
    """Return the verdict on the fact that stands at `place`, from what stands before it."""
    fact, before = read.facts[place], read.facts[:place]
    at = read.state_after(before)
    answer = read.docket.answers.get(id(fact))
    verdict = _judge(read, at, before, (fact.event, outcome_of(fact)), fact.on, answer)
    last = place + 1
    while last < len(read.facts) and read.facts[last].on == fact.on:
        last += 1
    evening = read.state_after(read.facts[:last])
    if verdict.of_pathway and verdict.to_state not in (None, evening):
        verdict = replace(verdict, to_state=evening, led_on=True)
    return verdict


def confirm_by_machine(verdict: MoveVerdict, regions: Regions) -> None:
    """Let the machines make a lawful move. Raises transitions.MachineError if one does not know it, or refuses it."""
    if verdict.of_pathway and verdict.to_state is not None:
        # What is out of place for want of what its source does not record goes where an imported case goes.
        strict = bool(verdict.authority) or not verdict.verdicts
        fire(
            regions.pathway,
            verdict.from_state,
            verdict.event,
            verdict.outcome,
            verdict.verdicts,
            strict=strict,
            on=verdict.on,
        )
    if verdict.dispute is not None and regions.disputes is not None:
        fire(
            regions.disputes,
            verdict.dispute.from_state,
            verdict.event,
            verdict.outcome,
            verdict.verdicts,
            on=verdict.on,
        )


def _judge(
    read: CaseReading, at: State, before: tuple[Fact, ...], key: Key, on: dt.date, answer: DisputeVerdict | None = None
) -> MoveVerdict:  # fmt: skip
    """Return the verdict on a fact that comes after `before`, which a case begins with, when it is in state `at`.

    `answer` is that on the dispute that it is about; out of place on the pathway is enough.
    """
    to, verdicts, authority = _on_pathway(read, at, before, key, on)
    dispute = None
    if answer is not None and to is not None:
        verdicts = (*verdicts, *answer.verdicts)
        authority = tuple(dict.fromkeys((*authority, *(() if answer.edge is None else answer.edge.authority))))
        dispute = answer.move
    (event, outcome), regions = key, read.regions
    moves, of_pathway = key in regions.moving_set, key in regions.of_pathway
    return MoveVerdict(event, outcome, on, at, to, verdicts, authority, dispute, moves, of_pathway)


def _on_pathway(
    read: CaseReading, at: State, before: tuple[Fact, ...], key: Key, on: dt.date
) -> tuple[Any, tuple[Verdict, ...], tuple[str, ...]]:
    """Return where such a fact leads on the pathway (None: nowhere), what was looked at, and under what it is made."""
    pathway, recorded, (event, outcome) = read.regions.pathway, read.recorded, key
    known = table(pathway).get((at, event, outcome))
    edge = None if known is None else known.on(on)
    if edge is None:
        if at in pathway.ends and key in read.regions.moving_set:
            # Where the case is over, nothing begins or goes on beside it either.
            return None, (_over(pathway, at),), ()
        return at, (), ()
    held = edge.to is not at and is_held_back(pathway, at, key, before, on)
    if held and not edge.guards:
        return at, (), ()
    to: Any = at if held else edge.to
    if edge.refusal is not None:
        refusal = pathway.as_far_as_told(edge.refusal, recorded)
        return to if refusal.holds else None, (refusal,), edge.authority
    if to in pathway.left_at_once:
        to = _on_from(pathway, before, key, on)
    verdicts = tuple([pathway.as_far_as_told(guard(before, on, read.law), recorded) for guard in edge.guards])
    if (barred := pathway.barred(at, event, before, on)) is not None:
        verdicts = (*verdicts, barred)
    return to, verdicts, edge.authority


def _over(pathway: Region, at: State) -> Verdict:
    """Return why everything is out of place in a state that is an end."""
    row = next(row for row in pathway.misplaced if at in row.states)
    return Verdict(holds=False, short=row.authority, says=row.reason, then=row.remedy, finding=row.finding)


def _on_from(pathway: Region, before: Sequence[Fact], key: Key, on: dt.date) -> Any:
    """Return where a fact of a key leads that comes after others, by way of a state that may be left at once."""
    history = steps_of(pathway, [*map(key_of, before), KEY_OF[key]], (*(fact.on for fact in before), on))
    return region_tables(pathway).states[history.to[history.steps - 1]]


def with_consequences(verdict: MoveVerdict, old: CaseReading, new: CaseReading, fact: Fact) -> MoveVerdict:
    """Return the verdict with one more for each fact, but `fact` itself, that was in order before: most are refusals.

    What somebody else did is taken out of order too, and told as the finding that it then is.
    """
    known = {*old.out_of_order, fact.content}
    worse = [
        Verdict(
            holds=refusal.holds,
            short=refusal.short,
            says=f"a recorded fact would be out of order: {told}",
            then=f"for that fact: {refusal.remedy}",
            fact=other,
            finding=refusal.finding,
        )
        for other, told, refusal in new.out_of_order.values()
        if other.content not in known
    ]
    return replace(verdict, verdicts=(*verdict.verdicts, *worse)) if worse else verdict
