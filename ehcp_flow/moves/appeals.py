"""Which decisions can be appealed, on what ground, what settles a dispute about one, and what obeys the settlement.

A dispute's own facts are the decision first, then what became of it. Where the child or young person was
detained on the day of the decision, the detention stands before it, since it narrows what can be appealed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import FACT_TYPES, OUTCOMES, Fact, outcomes_of, told_apart
from ehcp_flow.law.loader import law_given
from ehcp_flow.law.model import Rulebook
from ehcp_flow.law.patterns import keys_of
from ehcp_flow.law.state_machine import GroundOfAppeal, LegalRegion
from ehcp_flow.moves.citing import Short
from ehcp_flow.moves.facts_before import outcome_of
from ehcp_flow.moves.guards import Key

__all__ = ["Appeals", "appealable", "appeals_of", "named"]

_NEEDED: Final[Mapping[str, bool | None]] = {"yes": True, "no": False, "depends": None}
_RECONSIDER: Final = "reconsider"


class Appeals:
    """What a rulebook says of appeals: each ground by its citation, such as `CFA 51(2)(a)`.

    `grounds` are those of a decision, `in_custody` those of a detained person, `deciding` the events of both.
    `settling` are the events that settle a dispute, `witnessed` those that can take a decision's place or obey what
    was settled.
    """

    def __init__(self, region: LegalRegion) -> None:
        self._of: dict[str, GroundOfAppeal] = {Short.of(each.citation): each for each in region.appeals}
        self.grounds = self._against(in_custody=False)
        self.in_custody = self._against(in_custody=True)
        self.deciding = frozenset(event for event, _ in (*self.grounds, *self.in_custody))
        self._answered = {ground: keys_of(each.answered_by) for ground, each in self._of.items()}
        self._obeyed = {each.outcome: frozenset(each.by) for each in region.obeyed}
        self._overtaken = {ground: frozenset(each.overtaken_by) for ground, each in self._of.items()}
        self._gives_way = {ground: keys_of(each.gives_way) for ground, each in self._of.items()}
        self._anew = {ground: frozenset(each.taken_anew_by) for ground, each in self._of.items()}
        self.settling = frozenset(pattern.event for each in region.appeals for pattern in each.answered_by)
        self.witnessed = frozenset().union(
            *self._overtaken.values(), *self._obeyed.values(), *self._anew.values()
        )  # fmt: skip
        custody = region.machine.custody
        self.begins, self.ends = (custody.begins, custody.ends) if custody else ("", "")

    def certificate_needed(self, ground: str) -> bool | None:
        """Return whether an appeal needs a mediation certificate; None if that depends on what it is about."""
        return _NEEDED[self._of[ground].certificate]

    def overtaking(self, ground: str) -> frozenset[str]:
        """Return the events that take the place of a decision, so that no appeal against it can begin any more."""
        return self._overtaken[ground]

    def answers(self, ground: str, key: Key) -> bool:
        """Return whether a settlement answers a decision that can be appealed on this ground."""
        return key in self._answered[ground]

    def gives_way(self, ground: str, key: Key) -> bool:
        """Return whether a settlement is rather about another open appeal that it answers."""
        return key in self._gives_way[ground]

    def answering(self, ground: str, event: str) -> tuple[str, ...]:
        """Return the outcomes of an event that answer it."""
        return tuple(str(each.outcome) for each in self._of[ground].answered_by if each.event == event)

    def discharges(self, outcome: str | None, ground: str) -> frozenset[str]:
        """Return the acts of which one obeys a settlement; none if there is nothing to do (SR 42, 44, 45)."""
        return self._anew[ground] if outcome == _RECONSIDER else self._obeyed.get(outcome or "", frozenset())

    def is_custody(self, fact: Fact) -> bool:
        """Return whether a fact begins the custody in which fewer decisions can be disputed."""
        return fact.event == self.begins

    def decision(self, dispute_facts: Sequence[Fact]) -> Fact:
        """Return the decision that a dispute is about."""
        return dispute_facts[self.is_custody(dispute_facts[0])]

    def ground(self, dispute_facts: Sequence[Fact]) -> str:
        """Return the ground on which the decision can be appealed."""
        decision = self.decision(dispute_facts)
        grounds = self.grounds if decision is dispute_facts[0] else self.in_custody
        return grounds[decision.event, outcome_of(decision)]

    def _against(self, *, in_custody: bool) -> Mapping[Key, str]:
        return {
            key: ground
            for ground, each in self._of.items()
            if each.in_custody is in_custody
            for pattern in each.against
            for key in keys_of([pattern])
        }


@lru_cache(maxsize=16)
def appeals_of(region: LegalRegion) -> Appeals:
    """Return what the region of disputes of a rulebook says of appeals."""
    return Appeals(region)


def named(event: str, outcome: str | None) -> str | None:
    """Return the outcome by which a move is known, which a fact may have by default; None where it need not have one.

    Raises UnknownNameError for what does not exist.
    """
    cls = FACT_TYPES.get(event)
    if cls is None:
        raise UnknownNameError("event", event, FACT_TYPES)
    if outcome is None and event in OUTCOMES:
        outcome = cls.model_fields["outcome"].get_default()
    if outcome not in outcomes_of(event):
        given = str(outcome) if isinstance(outcome, str | dt.date) else ""
        meant = f' (a day is given by name: as_of="{given}")' if given[:1].isdigit() else ""
        raise UnknownNameError(f"outcome of {event}{meant}", given, OUTCOMES.get(event, ()))
    return outcome if outcome in told_apart(event) else None


def appealable(
    event: str, outcome: str | None = None, *, detained: bool = False, rulebook: Rulebook | None = None
) -> str | None:
    """Return the ground on which a decision can be appealed, such as `CFA 51(2)(a)`; None if it cannot be.

    A decision to amend, a draft and a missed deadline cannot (CFA 51(2)-(3)). A `detained` person has the rights of
    CFA 73(2) alone. Raises UnknownNameError for an event or an outcome that does not exist.
    """
    region = law_given(rulebook).regions.get("disputes")
    key = (event, named(event, outcome))
    if region is None:
        return None
    appeals = appeals_of(region)
    return (appeals.in_custody if detained else appeals.grounds).get(key)
