"""Asking what may lawfully happen, and recording what did. Asking changes nothing."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ehcp_flow.case import Case
from ehcp_flow.dates import say
from ehcp_flow.errors import MoveRefused, UnknownNameError
from ehcp_flow.facts import FACT_TYPES, LEGAL_ORDER, OUTCOMES, Fact
from ehcp_flow.findings import Finding
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
            leads = "stays" if self.to_state is self.from_state else "goes to"
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
        # The fact stands nowhere: it only corrects, or says what another fact already says.
        now = new[-1].to if new else PATHWAY.initial
        verdict = MoveVerdict(fact.event, outcome_of(fact), fact.on, now, now, ())
    else:
        verdict = _judged(after.facts[:place], new, fact.event, outcome_of(fact), fact.on)
    verdict = _with_consequences(verdict, _findings(old), [step for step in new if step.fact is not fact])
    if not verdict.allowed:
        raise MoveRefused(verdict)
    if place is not None and (verdict.event, verdict.outcome) in PATHWAY.keys:
        fire(PATHWAY, verdict.from_state, verdict.event, verdict.outcome)
    return after


def _asked(
    case: Case, facts: tuple[Fact, ...], steps: list[Step[State]], event: str, outcome: str | None, day: dt.date
) -> MoveVerdict:
    """Return the verdict on a fact that nobody recorded, in its place among the facts of `day`."""
    place = bisect_right(facts, (day, LEGAL_ORDER[event]), key=lambda fact: (fact.on, LEGAL_ORDER[fact.event]))
    verdict = _judged(facts[:place], steps, event, outcome, day)
    if place == len(facts):
        return verdict
    fields: dict[str, Any] = {"outcome": outcome} if event in OUTCOMES else {}
    supposed = FACT_TYPES[event].model_construct(case_id=case.case_id, on=day, **fields)
    new = run(PATHWAY, (*facts[:place], supposed, *facts[place:]))
    return _with_consequences(verdict, _findings(steps), [step for step in new if step.fact is not supposed])


def _judged(
    before: tuple[Fact, ...], steps: Sequence[Step[State]], event: str, outcome: str | None, on: dt.date
) -> MoveVerdict:
    """Return the verdict on a fact that comes after `before`; `steps` are of these facts, and perhaps of later ones."""
    at = PATHWAY.initial
    passed = set(map(id, before))
    for step in steps:
        if id(step.fact) not in passed:
            break
        at = step.to
    edges = table(PATHWAY)
    edge = edges.get((at, event, outcome))
    if edge is None:
        return MoveVerdict(event, outcome, on, at, at, ())
    if edge.refusal is not None:
        return MoveVerdict(event, outcome, on, at, None, (edge.refusal,))
    verdicts = tuple(guard(before, on) for guard in edge.guards)
    to = edge.to
    for onward in PATHWAY.onward:
        if onward.state is to:
            to = edges[to, onward.event, onward.choose(before)].to
    return MoveVerdict(event, outcome, on, at, to, verdicts, edge.authority)


def _findings(steps: Sequence[Step[State]]) -> set[tuple[str, int]]:
    return {(step.finding.code, id(step.fact)) for step in steps if step.finding is not None}


def _with_consequences(verdict: MoveVerdict, known: set[tuple[str, int]], others: Sequence[Step[State]]) -> MoveVerdict:
    """Return the verdict with one more refusal for each other step that would be out of order, and was not before."""
    worse = [step.finding for step in others if step.finding and (step.finding.code, id(step.fact)) not in known]
    if not worse:
        return verdict
    return MoveVerdict(
        verdict.event, verdict.outcome, verdict.on, verdict.from_state, verdict.to_state,
        (*verdict.verdicts, *map(_undermined, worse)), verdict.authority,
    )  # fmt: skip


def _undermined(finding: Finding) -> Verdict:
    """Return the refusal that says which recorded fact would no longer be lawful."""
    return Verdict(
        holds=False,
        short="CFA 36(3)",
        says=f"a fact that is already recorded would be out of order: {finding.message}",
        then="void or correct that fact first",
        fact=finding.fact,
        finding=finding.code,
    )
