"""Asking what may lawfully happen, and recording what did. Asking changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from ehcp_flow.case import Case
from ehcp_flow.dates import say
from ehcp_flow.errors import MoveRefused, UnknownNameError
from ehcp_flow.facts import FACT_TYPES, LEGAL_ORDER, OUTCOMES, Fact
from ehcp_flow.law.citation import Citation
from ehcp_flow.states.citing import _cite
from ehcp_flow.states.guards import Verdict, outcome_of
from ehcp_flow.states.machine import fire, table
from ehcp_flow.states.names import MEANING, State
from ehcp_flow.states.pathway import PATHWAY
from ehcp_flow.states.standing import Step, as_of_day, facts_by, run

__all__ = ["MoveVerdict", "allowed", "record", "why_not"]


@dataclass(frozen=True, slots=True)
class MoveVerdict:
    """Whether one fact would be lawful on one day, and why.

    `from_state` is where the case stands when the fact takes its place in legal order, `to_state` where the fact leads;
    it is None if the state knows no such move. `verdicts` are the reasons, one for each thing that was looked at, and
    `authority` the short forms of the provisions under which the move is made.
    """

    event: str
    outcome: str | None
    on: dt.date
    from_state: State
    to_state: State | None
    verdicts: tuple[Verdict, ...]
    authority: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether every verdict holds."""
        return all(verdict.holds for verdict in self.verdicts)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The provisions under which the move is made; for a fact that fits no move, those that speak against it."""
        return tuple(map(_cite, self.authority or dict.fromkeys(verdict.short for verdict in self.verdicts)))

    @property
    def refusals(self) -> tuple[Verdict, ...]:
        """The verdicts that do not hold."""
        return tuple(verdict for verdict in self.verdicts if not verdict.holds)

    def __str__(self) -> str:
        what = self.event if self.outcome is None else f"{self.event} ({self.outcome})"
        answer = "is lawful" if self.allowed else "is refused"
        lines = [f"{what} on {say(self.on)} {answer}: the case is {self.from_state} ({MEANING[self.from_state]})"]
        if self.to_state is not None:
            leads = "stays" if self.to_state is self.from_state else "goes to" if self.allowed else "would go to"
            by = ", ".join(map(str, self.citations))
            lines.append(f"  {leads} {self.to_state}" + (f" under {by}" if by else ""))
        lines.extend(f"  {verdict}" for verdict in self.verdicts)
        return "\n".join(lines)


def allowed(case: Case, as_of: dt.date | str | None = None) -> tuple[MoveVerdict, ...]:
    """Return, for every event and outcome that can move a case, whether it would be lawful on `as_of`, with reasons.

    Facts after `as_of` (today if not given) do not count. Nothing is changed. Raises DateError if `as_of` is no date.
    """
    day = as_of_day(as_of)
    facts = facts_by(case, day)
    steps = run(PATHWAY, facts)
    return tuple(_asked(case, facts, steps, event, outcome, day) for event, outcome in PATHWAY.keys)


def why_not(case: Case, event: str, outcome: str | None = None, as_of: dt.date | str | None = None) -> MoveVerdict:
    """Return whether one event (with its outcome, where it has outcomes) would be lawful on `as_of`, with reasons.

    An event that moves nothing is always lawful. Without an outcome, the one that the fact has by default is meant.
    Raises UnknownNameError for an event or an outcome that does not exist, DateError if `as_of` is no date.
    """
    cls = FACT_TYPES.get(event)
    if cls is None:
        raise UnknownNameError("event", event, FACT_TYPES)
    if outcome is None and event in OUTCOMES:
        outcome = cls.model_fields["outcome"].get_default()
    if outcome not in OUTCOMES.get(event, (None,)):
        given = outcome if isinstance(outcome, str) else ""
        raise UnknownNameError(f"outcome of {event}", given, OUTCOMES.get(event, ()))
    day = as_of_day(as_of)
    facts = facts_by(case, day)
    return _asked(case, facts, run(PATHWAY, facts), event, outcome, day)


def record(case: Case, fact: Fact, *, strict: bool = True) -> Case:
    """Return the case with one more fact.

    A strict case refuses a fact that the law does not allow where it stands in legal order, and one that takes the
    ground from under a later fact that was lawful; what was already out of order before is not held against it. With
    `strict=False` every fact is taken, and `state` reports what is out of order.

    Raises MoveRefused, with the MoveVerdict; FactError if the fact belongs to another case.
    """
    after = case.record(fact)
    if not strict:
        return after
    old = run(PATHWAY, case.facts)
    new = run(PATHWAY, after.facts)
    place = next((index for index, other in enumerate(after.facts) if other is fact), None)
    if place is None:
        # The fact itself does not stand: it voids another, or says what one that stands already says.
        now = _last(new)
        verdict = MoveVerdict(fact.event, outcome_of(fact), fact.on, now, now, ())
    else:
        before = after.facts[:place]
        verdict = _judged(_state_after(before, new), before, fact.event, outcome_of(fact), fact.on)
    verdict = _with_consequences(verdict, old, new, fact)
    if not verdict.allowed:
        raise MoveRefused(verdict)
    if place is not None and verdict.authority:
        fire(PATHWAY, verdict.from_state, verdict.event, verdict.outcome)
    return after


def _asked(
    case: Case, facts: tuple[Fact, ...], steps: list[Step[State]], event: str, outcome: str | None, day: dt.date
) -> MoveVerdict:
    """Return the verdict on a fact that nobody recorded, in its place among the facts of `day`."""
    if not facts or facts[-1].on < day:
        return _judged(_last(steps), facts, event, outcome, day)
    fields: dict[str, Any] = {"outcome": outcome} if event in OUTCOMES else {}
    supposed = FACT_TYPES[event].model_construct(case_id=case.case_id, on=day, **fields)
    place = len(facts)
    while place and facts[place - 1].on == day and _precedes(supposed, facts[place - 1]):
        place -= 1
    before = facts[:place]
    verdict = _judged(_state_after(before, steps), before, event, outcome, day)
    return _with_consequences(verdict, steps, run(PATHWAY, (*before, supposed, *facts[place:])), supposed)


def _precedes(first: Fact, second: Fact) -> bool:
    """Tell whether the first of two facts of one day comes first in legal order, as a case orders them."""
    ranks = LEGAL_ORDER[first.event], LEGAL_ORDER[second.event]
    return ranks[0] < ranks[1] or (ranks[0] == ranks[1] and first.content < second.content)


def _last(steps: Sequence[Step[State]]) -> State:
    return steps[-1].to if steps else PATHWAY.initial


def _state_after(before: Sequence[Fact], steps: Sequence[Step[State]]) -> State:
    """Return the state in which the facts of `before` leave the case; `steps` may go further."""
    passed = set(map(id, before))
    return _last(tuple(takewhile(lambda step: id(step.fact) in passed, steps)))


def _judged(at: State, before: tuple[Fact, ...], event: str, outcome: str | None, on: dt.date) -> MoveVerdict:
    """Return the verdict on a fact that comes after `before`, when the case is in state `at`."""
    edges = table(PATHWAY)
    edge = edges.get((at, event, outcome))
    if edge is None:
        return MoveVerdict(event, outcome, on, at, at, ())
    if edge.refusal is not None:
        return MoveVerdict(event, outcome, on, at, None, (edge.refusal,))
    to = edge.to
    for onward in PATHWAY.onward:
        if onward.state is to:
            to = edges[to, onward.event, onward.choose(before)].to
    return MoveVerdict(event, outcome, on, at, to, tuple(guard(before, on) for guard in edge.guards), edge.authority)


def _with_consequences(
    verdict: MoveVerdict, old: Sequence[Step[State]], new: Sequence[Step[State]], fact: Fact
) -> MoveVerdict:
    """Return the verdict with one more refusal for each step, but `fact`'s own, that was in order before."""
    known = {id(step.fact) for step in old if step.refusal is not None} | {id(fact)}
    worse = [
        Verdict(
            holds=False,
            short=refusal.short,
            says=f"a recorded fact would be out of order: {step.told(refusal)}",
            then=f"for that fact: {refusal.remedy}",
            fact=step.fact,
            finding=refusal.finding,
        )
        for step in new
        if (refusal := step.refusal) is not None and id(step.fact) not in known
    ]
    return replace(verdict, verdicts=(*verdict.verdicts, *worse))
