"""Guards: what else must hold before a move is lawful, each a callable that answers with its reasons.

A guard is called with the facts that stand before the move, in legal order, the day of the move, and the law at hand.
It looks at nothing else: not at the clock, not at later facts, and at no missed limit, because late action is still
valid action. What the record cannot show (a judgement, a date that another module computes) a guard names, and lets
pass.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

from ehcp_flow.counting import ONE_DAY
from ehcp_flow.dates import say
from ehcp_flow.facts import FACT_TYPES, Fact, outcomes_of
from ehcp_flow.law.citation import Citation
from ehcp_flow.moves.citing import cited
from ehcp_flow.moves.law_at_hand import LawAtHand

__all__ = ["Verdict"]


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


def told_apart(event: str) -> tuple[str | None, ...]:
    """Return the outcomes by which moves tell facts of an event apart: none where a fact need not have one."""
    outcomes = outcomes_of(event)
    return (None,) if None in outcomes else outcomes


_TOLD_APART: Final = frozenset(event for event in FACT_TYPES if told_apart(event) != (None,))


def outcome_of(fact: Fact) -> str | None:
    """Return the outcome that a move asks for; None for an event that has none, or need not have one."""
    return fact.__dict__["outcome"] if fact.event in _TOLD_APART else None


def word_of(fact: Fact) -> str | None:
    """Return the word that stands as the fact's outcome, or None."""
    return fact.__dict__.get("outcome")


FEW: Final = 64
"""Of a case of so many facts, a guard goes through all that stand before it; of more, it looks them up."""


class FactsBefore(Sequence[Fact]):
    """The facts before a place, in legal order, which are looked through for every guard of a case: by their words.

    The words of a fact are its event, and its event with its outcome (`review_decision_sent:maintain`).
    """

    def __init__(self, facts: Sequence[Fact], end: int, known: dict[str, list[int]]) -> None:
        self._facts = facts
        self._end = end
        self._known = known

    @staticmethod
    def places(facts: Sequence[Fact]) -> dict[str, list[int]]:
        """Return the places of the facts by their words, which all views of these facts share."""
        known: dict[str, list[int]] = {}
        for place, fact in enumerate(facts):
            known.setdefault(fact.event, []).append(place)
            known.setdefault(f"{fact.event}:{word_of(fact)}", []).append(place)
        return known

    def last(self, words: Iterable[str]) -> int:
        """Return the place of the last fact with any of these words, or -1."""
        found = -1
        for word in words:
            places = self._known.get(word, ())
            at = bisect_left(places, self._end) - 1
            if at >= 0:
                found = max(found, places[at])
        return found

    def __len__(self) -> int:
        return self._end

    def __getitem__(self, place: Any) -> Any:
        return self._facts[: self._end][place] if isinstance(place, slice) else self._facts[range(self._end)[place]]


@dataclass(frozen=True)
class LatestFact:
    """Finds the latest fact of one of `events`, looking back no further than the latest fact of one of `until`.

    `until` names an event, or an event with one outcome: `review_decision_sent:maintain`.
    """

    events: frozenset[str]
    until: frozenset[str] = frozenset()
    outcomes: frozenset[str | None] | None = None

    def __call__(self, before: Sequence[Fact]) -> Fact | None:
        """Return the fact, or None."""
        if isinstance(before, FactsBefore):
            place = before.last(self._words)
            return before[place] if place >= 0 and place >= before.last(self.until) else None
        events, until, told_apart = self.events, self.until, self._told_apart
        for fact in reversed(before):
            event = fact.__dict__["event"]
            if event in events and (self.outcomes is None or word_of(fact) in self.outcomes):
                return fact
            if event in until or (event in told_apart and f"{event}:{word_of(fact)}" in until):
                return None
        return None

    @cached_property
    def _told_apart(self) -> frozenset[str]:
        """The events of which `until` names one outcome."""
        return frozenset(word.partition(":")[0] for word in self.until if ":" in word)

    @property
    def _words(self) -> Iterable[str]:
        if self.outcomes is None:
            return self.events
        return (f"{event}:{outcome}" for event in self.events for outcome in self.outcomes)


@dataclass(frozen=True)
class Basis:
    """One fact that can bear a move: how to find it, by what provision it bears it, and how to say so."""

    latest: LatestFact
    short: str
    says: str

    def __call__(self, before: Sequence[Fact]) -> Verdict | None:
        """Return the verdict that holds, or None if the fact is not there."""
        fact = self.latest(before)
        if fact is None:
            return None
        return Verdict(holds=True, short=self.short, says=f"{self.says} on {{0}}", days=(fact.on,), fact=fact)


@dataclass(frozen=True)
class BasisRequired:
    """The guard that asks for one fact of several: the first ground that is there bears the move."""

    grounds: tuple[Basis, ...]
    short: str
    missing: str
    remedy: str
    finding: str
    checked: bool = True

    def __call__(self, before: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict; without a ground the move is refused, or let pass unchecked."""
        for ground in self.grounds:
            if verdict := ground(before):
                return verdict
        if not self.checked:
            return Verdict(holds=True, short=self.short, says=self.missing, checked=False)
        return Verdict(holds=False, short=self.short, says=self.missing, then=self.remedy, finding=self.finding)


@dataclass(frozen=True)
class ProtectedPeriod:
    """The guard that protects the time of a window, such as the 15 days that begin with the service of a draft.

    `limit` is the limit of the rulebook that sets the window, so that guard and deadline cannot disagree. What is
    served again need not have a window of its own; after a fact of `afresh` it is served for the first time again.
    """

    limit: str
    served: LatestFact
    short: str
    what: str
    act: str
    missing: str
    remedy: str
    finding: str
    early: str
    unless: tuple[Basis, ...] = field(default=())
    afresh: frozenset[str] = frozenset()

    def __call__(self, before: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict: a ground of `unless` passes it, else the window must have ended."""
        for ground in self.unless:
            if verdict := ground(before):
                return verdict
        fact = self.served(before)
        if fact is None:
            return Verdict(holds=False, short=self.short, says=self.missing, then=self.remedy, finding=self.finding)
        verdict = self._on(fact, on, law)
        if verdict.holds or (original := self._original(before, fact)) is fact:
            return verdict
        of_original = self._on(original, on, law)
        if not of_original.holds:
            return of_original
        says = f"{self.what} was served again on {{0}}; whether that called for as much time, up to {{1}}, the record "
        says += "does not show"
        return Verdict(holds=True, short=self.short, says=says, days=verdict.days[:2], fact=fact, checked=False)

    def _original(self, before: Sequence[Fact], fact: Fact) -> Fact:
        """Return what was served first, of what was served again and again up to a fact."""
        for other in reversed(before):
            if other.event in self.afresh or other.event in self.served.until:
                break
            if other.event in self.served.events:
                fact = other
        return fact

    def _on(self, fact: Fact, on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the time that begins with the service of one fact."""
        first = fact.served_on or fact.on
        protected = law.counted(self.limit, first)
        if protected is None:
            says = f"{self.what} was served on {{0}}; the rulebook at hand protects no time after it"
            return Verdict(holds=True, short=self.short, says=says, days=(first,), fact=fact, checked=False)
        counting, last = protected
        late = on > last
        return Verdict(
            holds=late,
            short=self.short,
            says=f"{self.what} was served on {{0}}; {counting} that day are protected, up to {{1}}",
            then="" if late else f"send {self.act} on or after {{2}}",
            days=(first, last, last + ONE_DAY),
            fact=fact,
            finding="" if late else self.early,
        )


@dataclass(frozen=True)
class LeftToJudgement:
    """The guard that only names what a person must judge, because no fact can show it."""

    short: str
    says: str

    def __call__(self, before: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return a verdict that holds, and says that it was not checked."""
        return Verdict(holds=True, short=self.short, says=self.says, checked=False)


class Refusable:
    """SR 23: a request for a re-assessment that comes from a responsible commissioning body cannot be refused."""

    latest = LatestFact(
        frozenset({"reassessment_requested"}), frozenset({"reassessment_agreed", "reassessment_refused"})
    )

    def __call__(self, before: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the latest undecided request."""
        request = self.latest(before)
        if request is None or request.party != "health":
            return Verdict(
                holds=True, short="SR 24", says="the request may be refused if SR 24 allows it", fact=request
            )
        return Verdict(
            holds=False,
            short="SR 23",
            says="the request of {0} came from a responsible commissioning body and cannot be refused",
            then="re-assess (reassessment_agreed)",
            days=(request.on,),
            fact=request,
            finding="commissioner_request_refused",
        )


class Standstill:
    """CFA 45(4): not before the appeal period has ended, nor before an appeal is finally determined."""

    limit = "cease_standstill"
    kept = frozenset({"final_plan_sent", "plan_transferred_in", "cease_notice_withdrawn"})
    continuing = frozenset({"continue", "continue_and_amend"})
    dismissed = frozenset({"dismiss", "dismiss_cease"})
    over: Final = frozenset(
        {("appeal_withdrawn", None), ("onward_appeal_ended", "dismissed"), ("onward_appeal_ended", "withdrawn")}
    )
    called: Final = {"onward_appeal_made": "onward appeal made on"}

    def __call__(self, before: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the latest notice of ceasing, and the appeal that was made after it."""
        notice: int | None = None
        appeal: Fact | None = None
        ended: Fact | None = None
        for place, fact in enumerate(before):
            outcome = outcome_of(fact)
            if self.is_notice(fact.event, outcome):
                notice = place
            elif fact.event in self.kept or (fact.event in SETTLING and outcome in self.continuing):
                notice = appeal = ended = None
            elif fact.event == "appeal_registered" and notice is not None:
                appeal = fact
                ended = None
            elif fact.event == "onward_appeal_made" and (ended or notice is not None):
                appeal, ended = fact, None
            elif (fact.event, outcome) in self.over or (fact.event in SETTLING and outcome in self.dismissed):
                ended = fact if appeal else ended
                appeal = None
        if appeal:
            return Verdict(
                holds=False,
                short="CFA 45(4)",
                says=f"the {self.called.get(appeal.event, 'appeal registered on')} {{0}} is not finally determined",
                then="maintain the plan until the appeal is finally determined",
                days=(appeal.on,),
                fact=appeal,
                finding="ceased_during_appeal",
            )
        if ended:
            says = "the appeal ended on {0}"
            return Verdict(holds=True, short="CFA 45(4)", says=says, days=(ended.on,), fact=ended)
        if notice is None:
            return Verdict(holds=True, short="CFA 45(4)", says="no notice of ceasing is on record", checked=False)
        return self._in_time(before[notice], before[notice + 1 :], on, law)

    @staticmethod
    def is_notice(event: str, outcome: str | None) -> bool:
        """Whether such a fact gives notice that the plan will cease."""
        return event == "cease_notice_sent" or (event == "review_decision_sent" and outcome == "cease")

    def _in_time(self, notice: Fact, after: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        last = law.latest(self.limit, notice, after)
        if last is None:
            says = "notice of ceasing was given on {0}; the rulebook at hand sets no time for an appeal"
            return Verdict(holds=True, short="CFA 45(4)", says=says, days=(notice.on,), fact=notice, checked=False)
        over = on > last
        return Verdict(
            holds=over,
            short="CFA 45(4)",
            says="notice of ceasing was given on {0}, no appeal is on record, and the time for one "
            + ("ended on {1}" if over else "ends on {1}"),
            then="" if over else "maintain the plan, and cease on or after {2} if no appeal has been made by then",
            days=(notice.on, last, last + ONE_DAY),
            fact=notice,
            finding="" if over else "ceased_in_appeal_period",
        )


SETTLING: Final = frozenset({"tribunal_order_made", "appeal_conceded", "mediation_agreed"})

APPEALED_ONWARD_SINCE: Final = Basis(
    LatestFact(
        frozenset({"onward_appeal_made"}),
        frozenset({"onward_appeal_ended:dismissed", "onward_appeal_ended:withdrawn", "tribunal_order_made"}),
    ),
    "TPR 46",
    "an onward appeal was made",
)
"""What lets another order take the place of the one before it, obeyed or not."""
