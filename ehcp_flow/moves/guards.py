"""Guards: what else must hold before a move is lawful, each a callable that answers with its reasons.

What a guard asks, and in which words, is the rulebook's (`ehcp_flow/law/guard.py`); how it is answered stands here.

A guard is called with the facts that stand before the move, in legal order, the day of the move, and the law at hand.
It looks at nothing else: not at the clock, not at later facts, and at no missed limit, because late action is still
valid action. What the record cannot show (a judgement, a date that another module computes) a guard names, and lets
pass.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeAlias

from ehcp_flow.counting import ONE_DAY
from ehcp_flow.dates import say
from ehcp_flow.facts import Fact
from ehcp_flow.law import guard
from ehcp_flow.law.citation import Citation
from ehcp_flow.moves.citing import Short, cited
from ehcp_flow.moves.facts_before import LatestFact, Lies, word_of
from ehcp_flow.moves.law_at_hand import LawAtHand

__all__ = ["Guard", "Key", "Verdict"]

Key: TypeAlias = tuple[str, str | None]
"""An event and its outcome; None for an event that has none, or need not have one."""


class Verdict(NamedTuple):
    """What one guard found.

    `holds` says whether the move may go ahead as far as this guard goes, `checked` whether the record could show it,
    `fact` is the fact it looked at, and `finding` the name under which a failure is reported, or what is taken although
    it is out of place.
    """

    holds: bool
    short: str
    says: str
    then: str = ""
    days: tuple[dt.date, ...] = ()
    fact: Fact | None = None
    finding: str = ""
    checked: bool = True

    @property
    def reason(self) -> str:
        """A plain sentence: what was looked for, and what was found on which day."""
        return self.says.format(*map(say, self.days)) if self.days else self.says

    @property
    def remedy(self) -> str:
        """What would make it pass, with the first lawful day where there is one; empty if it passes."""
        return self.then.format(*map(say, self.days)) if self.days else self.then

    @property
    def citation(self) -> Citation:
        """The provision that asks for it."""
        return cited(self.short)

    def __str__(self) -> str:
        mark = "yes" if self.checked else "not checked"
        if self.finding:
            mark = "to be looked at" if self.holds else "no"
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{mark}: {self.reason} ({self.citation}){remedy}"


class Guard(Protocol):
    """Called with the facts that stand before the move, in legal order, the day of the move, and the law at hand."""

    may_refuse: bool
    """Whether there are facts for which it does not hold."""

    def __call__(self, before: Sequence[Fact], on: dt.date, law: LawAtHand, /) -> Verdict:
        """Return what was found."""


class Bearing:
    """One fact that can bear a move."""

    def __init__(self, law: guard.BearingFact, lies: Lies) -> None:
        self._latest = LatestFact(law.latest, law.until, lies=lies)
        self._short, self._says = Short.of(law.citation), f"{law.says} on {{0}}"

    def __call__(self, before: Sequence[Fact]) -> Verdict | None:
        """Return the verdict that holds, or None if the fact is not there."""
        fact = self._latest(before)
        if fact is None:
            return None
        return Verdict(holds=True, short=self._short, says=self._says, days=(fact.on,), fact=fact)


class Needed:
    """Asks for one fact of several: the first ground that is there bears the move."""

    def __init__(self, law: guard.Needs, lies: Lies) -> None:
        short = Short.of(law.citation)
        self._grounds = tuple(Bearing(ground, lies) for ground in law.grounds)
        self.may_refuse = law.checked
        self._otherwise = (
            Verdict(holds=False, short=short, says=law.missing, then=law.remedy, finding=law.finding)
            if law.checked
            else Verdict(holds=True, short=short, says=law.missing, checked=False)
        )

    def __call__(self, before: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict; without a ground the move is refused, or let pass unchecked."""
        for ground in self._grounds:
            if verdict := ground(before):
                return verdict
        return self._otherwise


class ProtectedPeriod:
    """Protects the time of a window, such as the 15 days that begin with the service of a draft.

    The limit of the rulebook sets the window, so that guard and deadline cannot disagree. What is served again, in
    `again_within`, need not have one of its own; after a fact of `afresh` it is served for the first time again.
    """

    may_refuse = True

    def __init__(self, law: guard.Protects, lies: Lies) -> None:
        self._asks = law
        self._short = Short.of(law.citation)
        self._served = LatestFact(law.latest, law.until, lies=lies)
        self._serves = frozenset(pattern.event for pattern in law.latest)
        self._afresh = frozenset(pattern.event for pattern in (*law.afresh, *law.until))
        self._unless = tuple(Bearing(ground, lies) for ground in law.unless)

    def __call__(self, before: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict: a fact of `unless` passes it, else the window must have ended."""
        for ground in self._unless:
            if verdict := ground(before):
                return verdict
        fact, asks = self._served(before), self._asks
        if fact is None:
            return Verdict(holds=False, short=self._short, says=asks.missing, then=asks.remedy, finding=asks.finding)
        verdict = self._on(fact, on, law)
        if verdict.holds or (original := self._original(before, fact, law)) is fact:
            return verdict
        of_original = self._on(original, on, law)
        if not of_original.holds:
            return of_original
        says = f"{asks.what} was served again on {{0}}; whether that called for as much time, up to {{1}}, the record "
        says += "does not show"
        return Verdict(holds=True, short=self._short, says=says, days=verdict.days[:2], fact=fact, checked=False)

    def _original(self, before: Sequence[Fact], fact: Fact, law: LawAtHand) -> Fact:
        """Return what was served first, of what was served again and again up to a fact."""
        first: Fact | None = None
        for other in before:
            last = self._asks.again_within and first and self._asks.again_within.after(first.on, law.calendars)
            if other.event in self._afresh or (last and other.on > last):
                first = None
            if first is None and other.event in self._serves:
                first = other
        return first or fact

    def _on(self, fact: Fact, on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the time that begins with the service of one fact."""
        asks = self._asks
        first = fact.day("served_on") or fact.on
        protected = law.counted(asks.limit, first)
        if protected is None:
            says = f"{asks.what} was served on {{0}}; the rulebook at hand protects no time after it"
            return Verdict(holds=True, short=self._short, says=says, days=(first,), fact=fact, checked=False)
        counting, last = protected
        late = on > last
        return Verdict(
            holds=late,
            short=self._short,
            says=f"{asks.what} was served on {{0}}; {counting} that day are protected, up to {{1}}",
            then="" if late else f"send {asks.act} on or after {{2}}",
            days=(first, last, last + ONE_DAY),
            fact=fact,
            finding="" if late else asks.early,
        )


class LeftToJudgement:
    """Only names what a person must judge, because no fact can show it."""

    may_refuse = False

    def __init__(self, law: guard.NamedJudgement) -> None:
        self._verdict = Verdict(holds=True, short=Short.of(law.citation), says=law.says, checked=False)

    def __call__(self, before: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return a verdict that holds, and says that it was not checked."""
        return self._verdict


class Barred:
    """The latest fact of some kind, or of some party, bars the move, for itself or its outcome."""

    may_refuse = True

    def __init__(self, law: guard.Bars) -> None:
        self._asks = law
        self._latest = LatestFact(law.latest, law.until, law.by_party)

    def __call__(self, before: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the latest such fact."""
        asks, fact = self._asks, self._latest(before)
        if fact is not None and self._bars(fact):
            days = (fact.on,) if "{0}" in asks.says else ()
            short = Short.of(asks.citation)
            return Verdict(
                holds=False, short=short, says=asks.says, then=asks.remedy, days=days, fact=fact, finding=asks.finding
            )
        unknown = asks.unknown
        if unknown is not None and (fact is None or word_of(fact) in unknown.outcomes):
            return Verdict(holds=True, short=Short.of(asks.citation), says=unknown.says, fact=fact, checked=False)
        return Verdict(holds=True, short=Short.of(asks.passes.citation), says=asks.passes.says, fact=fact)

    def _bars(self, fact: Fact) -> bool:
        return not self._asks.outcomes or word_of(fact) in self._asks.outcomes
