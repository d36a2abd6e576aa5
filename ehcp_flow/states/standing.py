"""Where a case stands: the facts, read in legal order through the table of moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from ehcp_flow import dates
from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.dates import parse_date, say
from ehcp_flow.facts import LEGAL_ORDER, Fact
from ehcp_flow.findings import Finding
from ehcp_flow.law.model import Rulebook
from ehcp_flow.states.counted import AtHand, at_hand
from ehcp_flow.states.dispute_region import Dispute, disputes_in
from ehcp_flow.states.guards import FEW, Before
from ehcp_flow.states.names import MAINTAINED_STATES, MEANING, State
from ehcp_flow.states.pathway import PATHWAY
from ehcp_flow.states.region import Region
from ehcp_flow.states.steps import Step
from ehcp_flow.states.walking import key_of, steps_of, ways_of

__all__ = ["Standing", "Step", "disputes", "state"]

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Standing:
    """The legal state of a case on a day, how it came there, and what in its record is out of order.

    `since` is the day of the last change of state, None for a case that nothing has moved. `regions` holds what runs
    beside the pathway, by name: the `disputes`. `astray` is what the record says of disputes that is about no decision.
    """

    case_id: str
    as_of: dt.date
    pathway: State
    since: dt.date | None
    history: tuple[Step[State], ...]
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


def as_of_day(as_of: dt.date | str | None) -> dt.date:
    """Return the day meant: today if none is given. Raises DateError for a text that is no date."""
    return dates.today() if as_of is None else parse_date(as_of)


def facts_by(case: Case, day: dt.date) -> tuple[Fact, ...]:
    """Return the facts of the case that had happened by the end of `day`, in legal order."""
    facts = case.facts
    if not facts or facts[-1].on <= day:
        return facts
    return tuple(fact for fact in facts if fact.on <= day)


def state(
    case: Case,
    as_of: dt.date | str | None = None,
    *,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> Standing:
    """Return where the case stands at the end of `as_of` (today if not given): what had happened by then counts.

    A fact that is recorded before its day (a transfer that is due) moves nothing, and neither does a missed limit:
    there are no deemed decisions. A fact out of order never raises: it is followed to where it leads, and reported.
    Times that must pass before a move are those of `rulebook` and `calendars`, England's unless others are given.
    Raises DateError if `as_of` is a text that is no date. Sources: docs/states.md.
    """
    day = as_of_day(as_of)
    facts, law = facts_by(case, day), at_hand(rulebook, calendars)
    steps = run(PATHWAY, facts, law)
    pathway = steps[-1].to if steps else PATHWAY.initial
    since = next((step.on for step in reversed(steps) if step.from_ is not step.to), None)
    begun, astray = disputes_in(facts, law)
    return Standing(case.case_id, day, pathway, since, tuple(steps), {"disputes": begun}, astray)


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


def run(region: Region[S], facts: Sequence[Fact], law: AtHand) -> list[Step[S]]:
    """Return the steps that the facts take through a region, lawful or not, in legal order."""
    ways = ways_of(region)
    trail = steps_of(region, [*map(key_of, facts)])
    steps: list[Step[S]] = []
    known: dict[str, list[int]] | None = None
    for place, number in zip(trail.place[: trail.steps], trail.edge, strict=False):
        fact, edge = facts[place], ways.edges[number]
        refusal = edge.refusal
        if edge.guards:
            if known is None and len(facts) > FEW:
                known = Before.places(facts)
            before: Sequence[Fact] = facts[:place] if known is None else Before(facts, place, known)
            refusal = next((found for guard in edge.guards if not (found := guard(before, fact.on, law)).holds), None)
        steps.append(Step(fact.on, fact, ways.source(number), edge.to, edge.authority, refusal))
    return steps
